// SPDX-License-Identifier: GPL-2.0
/* RSS contexts are numbered and kept by the core (6.11). */
#include <linux/ethtool.h>

static int create(struct net_device *dev, struct ethtool_rxfh_context *ctx,
		  const struct ethtool_rxfh_param *rxfh,
		  struct netlink_ext_ack *extack)
{
	return !ethtool_rxfh_context_key(ctx);
}

const struct ethtool_ops fn_feature = {
	.create_rxfh_context = create,
	.rxfh_per_ctx_key = 1,
	.rxfh_max_num_contexts = 2,
};
