// SPDX-License-Identifier: GPL-2.0
/* Netlink asks a netdev for the statistics of its queues (6.9). */
#include <linux/netdevice.h>
#include <net/netdev_queues.h>

void fn_feature(struct net_device *dev, const struct netdev_stat_ops *ops)
{
	dev->stat_ops = ops;
}
