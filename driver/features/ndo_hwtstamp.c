// SPDX-License-Identifier: GPL-2.0
/* Time stamping is configured by operations of its own (6.6). */
#include <linux/netdevice.h>
#include <linux/net_tstamp.h>

static int get(struct net_device *dev, struct kernel_hwtstamp_config *cfg)
{
	return cfg->tx_type;
}

const struct net_device_ops fn_feature = {
	.ndo_hwtstamp_get = get,
};
