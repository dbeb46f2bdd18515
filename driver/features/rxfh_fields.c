// SPDX-License-Identifier: GPL-2.0
/* Which fields are hashed is asked for by a function of its own (6.17). */
#include <linux/ethtool.h>

static int get(struct net_device *dev, struct ethtool_rxfh_fields *fields)
{
	return fields->data;
}

const struct ethtool_ops fn_feature = {
	.get_rxfh_fields = get,
};
