// SPDX-License-Identifier: GPL-2.0
/* How far apart buffers of sockets are, for frames that grow (7.0, and 6.12). */
#include <net/xdp_sock_drv.h>

u32 fn_feature(struct xsk_buff_pool *pool)
{
	return xsk_pool_get_rx_frag_step(pool);
}
