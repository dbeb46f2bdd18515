// SPDX-License-Identifier: GPL-2.0
/* What every kernel has: if this is not compiled, the others say nothing. */
#include <linux/netdevice.h>

int fn_feature(struct net_device *dev)
{
	return dev->ifindex;
}
