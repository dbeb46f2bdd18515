// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool operations of a cable end.
 */

#include "cable.h"

#define FN_CABLE_STAT_NAME(field, name) "rx0_xdp_" name,
static const char *const fn_cable_stat_names[] = { FN_CABLE_XDP_COUNTERS(
	FN_CABLE_STAT_NAME) };

static void fn_cable_drvinfo(struct net_device *dev,
			     struct ethtool_drvinfo *info)
{
	const struct fn_cable *cable = netdev_priv(dev);

	fn_nic_drvinfo(cable->nic, info);
}

static int fn_cable_link(struct net_device *dev,
			 struct ethtool_link_ksettings *set)
{
	const struct fn_cable *cable = netdev_priv(dev);

	fn_nic_link_settings(cable->nic, set);
	return 0;
}

static int fn_cable_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(fn_cable_stat_names) :
				     -EOPNOTSUPP;
}

static void fn_cable_strings(struct net_device *dev, u32 set, u8 *to)
{
	u32 i;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < ARRAY_SIZE(fn_cable_stat_names); i++)
		ethtool_sprintf(&to, "%s", fn_cable_stat_names[i]);
}

/* Counters are u64, all of them, and in the order of the names. */
static void fn_cable_stats(struct net_device *dev, struct ethtool_stats *stats,
			   u64 *to)
{
	const struct fn_cable *cable = netdev_priv(dev);
	const u64 *from = (const u64 *)&cable->xdp_stats;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fn_cable_stat_names); i++)
		to[i] = READ_ONCE(from[i]);
}

/* Of wake-ups of the card's thread: what comes from the port is never held back. */
static int
fn_cable_get_coalesce(struct net_device *dev, struct ethtool_coalesce *coalesce,
		      struct kernel_ethtool_coalesce *kernel_coalesce,
		      struct netlink_ext_ack *extack)
{
	const struct fn_port *port = fn_cable_port(netdev_priv(dev));

	if (!port)
		return -ENODEV;
	fn_moderation_get_wake(port, coalesce);
	return 0;
}

static int
fn_cable_set_coalesce(struct net_device *dev, struct ethtool_coalesce *coalesce,
		      struct kernel_ethtool_coalesce *kernel_coalesce,
		      struct netlink_ext_ack *extack)
{
	struct fn_port *port = fn_cable_port(netdev_priv(dev));

	if (!port)
		return -ENODEV;
	return fn_moderation_set_wake(port, coalesce, extack);
}

const struct ethtool_ops fn_cable_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_TX_USECS |
				     ETHTOOL_COALESCE_TX_MAX_FRAMES,
	.get_coalesce = fn_cable_get_coalesce,
	.set_coalesce = fn_cable_set_coalesce,
	.get_drvinfo = fn_cable_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = fn_cable_link,
	.get_sset_count = fn_cable_sset_count,
	.get_strings = fn_cable_strings,
	.get_ethtool_stats = fn_cable_stats,
	.get_ts_info = ethtool_op_get_ts_info,
};
