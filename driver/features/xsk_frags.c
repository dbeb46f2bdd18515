// SPDX-License-Identifier: GPL-2.0
/* Frames in several buffers of AF_XDP sockets (6.6). */
#include <linux/netdevice.h>
#include <net/xdp_sock_drv.h>

struct xdp_buff *fn_feature(struct xdp_buff *first, const struct xdp_desc *desc,
			    struct net_device *dev)
{
	dev->xdp_zc_max_segs = xsk_is_eop_desc(desc);
	return xsk_buff_get_frag(first);
}
