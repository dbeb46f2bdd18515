// SPDX-License-Identifier: GPL-2.0
/* The options of a descriptor say whether its frame has metadata (7.0, and 6.12). */
#include <net/xdp_sock_drv.h>

struct xsk_tx_metadata *fn_feature(struct xsk_buff_pool *pool,
				   const struct xdp_desc *desc)
{
	return xsk_buff_get_metadata(pool, desc->addr, desc->options);
}
