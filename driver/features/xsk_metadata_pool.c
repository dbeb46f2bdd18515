// SPDX-License-Identifier: GPL-2.0
/* Metadata of a frame is looked at once, and checked with its pool (7.3). */
#include <net/xdp_sock_drv.h>

void fn_feature(struct xsk_buff_pool *pool, struct xsk_tx_metadata *meta,
		const struct xsk_tx_metadata_ops *ops)
{
	xsk_tx_metadata_request(pool, &meta, ops, NULL);
}
