// SPDX-License-Identifier: GPL-2.0
/* A driver tells native programs about their frames, by type of hash (6.3). */
#include <linux/netdevice.h>
#include <net/xdp.h>

static int hash(const struct xdp_md *ctx, u32 *hash,
		enum xdp_rss_hash_type *type)
{
	*type = XDP_RSS_TYPE_L4_IPV4_SCTP;
	return 0;
}

const struct xdp_metadata_ops fn_feature = {
	.xmo_rx_hash = hash,
};
