// SPDX-License-Identifier: GPL-2.0
/* A driver does what AF_XDP sockets ask of single frames (6.8). */
#include <linux/netdevice.h>
#include <net/xdp_sock_drv.h>

void fn_feature(struct net_device *dev, const struct xsk_tx_metadata_ops *ops)
{
	dev->xsk_tx_metadata_ops = ops;
}
