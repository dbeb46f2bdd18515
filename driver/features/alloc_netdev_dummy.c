// SPDX-License-Identifier: GPL-2.0
/* What is only to have NAPI is allocated, not embedded (6.10). */
#include <linux/netdevice.h>

struct net_device *fn_feature(void)
{
	return alloc_netdev_dummy(0);
}
