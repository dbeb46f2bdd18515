// SPDX-License-Identifier: GPL-2.0
/* A netdev says what native XDP can do with it (6.3). */
#include <linux/netdevice.h>

void fn_feature(struct net_device *dev)
{
	dev->xdp_features = NETDEV_XDP_ACT_BASIC;
}
