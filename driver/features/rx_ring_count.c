// SPDX-License-Identifier: GPL-2.0
/* The number of receive rings is asked for by a function of its own (6.19). */
#include <linux/ethtool.h>

static u32 count(struct net_device *dev)
{
	return 1;
}

const struct ethtool_ops fn_feature = {
	.get_rx_ring_count = count,
};
