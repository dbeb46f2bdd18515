// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool operations of the host netdev.
 */

#include <linux/rtnetlink.h>

#include "flownic.h"

static void fn_ethtool_drvinfo(struct net_device *dev,
			       struct ethtool_drvinfo *info)
{
	const struct fn_port *port = netdev_priv(dev);

	fn_nic_drvinfo(port->nic, info);
}

static int fn_ethtool_link(struct net_device *dev,
			   struct ethtool_link_ksettings *set)
{
	const struct fn_port *port = netdev_priv(dev);

	fn_nic_link_settings(port->nic, set);
	return 0;
}

static void fn_ethtool_get_rings(struct net_device *dev,
				 struct ethtool_ringparam *ring,
				 struct kernel_ethtool_ringparam *kernel_ring,
				 struct netlink_ext_ack *extack)
{
	struct fn_port *port = netdev_priv(dev);

	ring->rx_max_pending = FN_RING_MAX;
	ring->tx_max_pending = FN_RING_MAX;
	ring->rx_pending = port->config.rx_entries;
	ring->tx_pending = port->config.tx_entries;
}

static int fn_ethtool_ring_size(const char *which, u32 size,
				struct netlink_ext_ack *extack)
{
	if (size >= FN_RING_MIN && size <= FN_RING_MAX && is_power_of_2(size))
		return 0;
	fn_extack(
		extack,
		"a ring has a power of two from %u to %u descriptors, not %s %u",
		FN_RING_MIN, FN_RING_MAX, which, size);
	return -EINVAL;
}

static int fn_ethtool_set_rings(struct net_device *dev,
				struct ethtool_ringparam *ring,
				struct kernel_ethtool_ringparam *kernel_ring,
				struct netlink_ext_ack *extack)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_port_config to = port->config;
	int err;

	err = fn_ethtool_ring_size("rx", ring->rx_pending, extack);
	if (!err)
		err = fn_ethtool_ring_size("tx", ring->tx_pending, extack);
	if (err)
		return err;
	to.rx_entries = ring->rx_pending;
	to.tx_entries = ring->tx_pending;
	return fn_port_reconfigure(port, &to, extack);
}

static void fn_ethtool_channels(struct net_device *dev,
				struct ethtool_channels *channels)
{
	struct fn_port *port = netdev_priv(dev);

	channels->max_combined = port->max_queues;
	channels->combined_count = port->config.queues;
}

/*
 * The kernel has compared the number with what the port can have, and with what
 * the indirection table names; old ones do not with what rules do.
 */
static int fn_ethtool_set_channels(struct net_device *dev,
				   struct ethtool_channels *channels)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_port_config to = port->config;

	if (channels->combined_count < fn_ntuple_queues(port)) {
		if (net_ratelimit())
			netdev_err(
				dev,
				"rules send frames to queue %u: remove them (ethtool -n, -N delete) before it goes\n",
				fn_ntuple_queues(port) - 1);
		return -EBUSY;
	}
	to.queues = channels->combined_count;
	return fn_port_reconfigure(port, &to, NULL);
}

static int
fn_ethtool_get_coalesce(struct net_device *dev,
			struct ethtool_coalesce *coalesce,
			struct kernel_ethtool_coalesce *kernel_coalesce,
			struct netlink_ext_ack *extack)
{
	fn_moderation_get(netdev_priv(dev), coalesce);
	return 0;
}

static int
fn_ethtool_set_coalesce(struct net_device *dev,
			struct ethtool_coalesce *coalesce,
			struct kernel_ethtool_coalesce *kernel_coalesce,
			struct netlink_ext_ack *extack)
{
	return fn_moderation_set(netdev_priv(dev), coalesce, extack);
}

static u32 fn_ethtool_rx_rings(struct net_device *dev)
{
	const struct fn_port *port = netdev_priv(dev);

	return port->config.queues;
}

FN_DEFINE_RXFH(fn_rss_get, fn_rss_set)
FN_DEFINE_RXFH_CONTEXT(fn_rss_context_default, fn_rss_context_set,
		       fn_rss_context_del)
FN_DEFINE_RX_RINGS(fn_ethtool_rx_rings)
FN_DEFINE_RXFH_FIELDS(fn_rss_get_fields, fn_rss_set_fields)

static int fn_ethtool_rxnfc(struct net_device *dev, struct ethtool_rxnfc *nfc,
			    u32 *rules)
{
	switch (nfc->cmd) {
	case ETHTOOL_GRXRINGS:
		nfc->data = fn_ethtool_rx_rings(dev);
		return 0;
	case ETHTOOL_GRXFH:
		return fn_rss_get_fields(dev, nfc->flow_type, &nfc->data);
	default:
		return fn_ntuple_get(dev, nfc, rules);
	}
}

static int fn_ethtool_set_rxnfc(struct net_device *dev,
				struct ethtool_rxnfc *nfc)
{
	if (nfc->cmd == ETHTOOL_SRXFH)
		return fn_rss_set_fields(dev, nfc->flow_type, nfc->data, NULL);
	return fn_ntuple_set(dev, nfc);
}

/* Nothing can be changed: what is there may be asked for. */
static int fn_ethtool_set_link(struct net_device *dev,
			       const struct ethtool_link_ksettings *set)
{
	const struct fn_port *port = netdev_priv(dev);

	if (set->base.autoneg == AUTONEG_DISABLE &&
	    set->base.duplex == DUPLEX_FULL &&
	    set->base.speed == port->nic->caps.port_mbps)
		return 0;
	return -EOPNOTSUPP;
}

static void fn_ethtool_get_pause(struct net_device *dev,
				 struct ethtool_pauseparam *pause)
{
	struct fn_port *port = netdev_priv(dev);

	pause->autoneg = AUTONEG_DISABLE;
	pause->tx_pause = port->pause;
}

/*
 * The port asks the far end to pause; the far end, being the host's own netdev,
 * has no need to ask back.
 */
static int fn_ethtool_set_pause(struct net_device *dev,
				struct ethtool_pauseparam *pause)
{
	struct fn_port *port = netdev_priv(dev);
	bool old = port->pause;
	int err;

	if (pause->autoneg || pause->rx_pause) {
		if (net_ratelimit())
			netdev_err(
				dev,
				"only 'ethtool -A %s tx on|off' can be set: there is no autonegotiation and nothing sends pauses to the port\n",
				dev->name);
		return -EOPNOTSUPP;
	}
	port->pause = pause->tx_pause;
	err = fn_port_control(port, FN_PORT_SET_PAUSE);
	if (err)
		port->pause = old;
	return err;
}

static int fn_ethtool_sset_count(struct net_device *dev, int set)
{
	switch (set) {
	case ETH_SS_STATS:
		return fn_ethtool_nstats(netdev_priv(dev));
	case ETH_SS_TEST:
		return fn_selftest_count();
	case ETH_SS_PRIV_FLAGS:
		return fn_rx_filter_nflags();
	default:
		return -EOPNOTSUPP;
	}
}

static void fn_ethtool_strings(struct net_device *dev, u32 set, u8 *to)
{
	if (set == ETH_SS_STATS)
		fn_ethtool_stat_names(netdev_priv(dev), to);
	else if (set == ETH_SS_TEST)
		fn_selftest_names(to);
	else if (set == ETH_SS_PRIV_FLAGS)
		fn_rx_filter_flag_names(to);
}

const struct ethtool_ops fn_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS |
				     ETHTOOL_COALESCE_MAX_FRAMES,
	.get_drvinfo = fn_ethtool_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = fn_ethtool_link,
	.set_link_ksettings = fn_ethtool_set_link,
	.get_coalesce = fn_ethtool_get_coalesce,
	.set_coalesce = fn_ethtool_set_coalesce,
	.get_regs_len = fn_ethtool_regs_len,
	.get_regs = fn_ethtool_regs,
	.get_rxnfc = fn_ethtool_rxnfc,
	.set_rxnfc = fn_ethtool_set_rxnfc,
	.get_rxfh_key_size = fn_rss_key_size,
	.get_rxfh_indir_size = fn_rss_table_size,
	FN_ETHTOOL_RXFH FN_ETHTOOL_RXFH_CONTEXT(FN_RSS_CONTEXTS),
	.self_test = fn_selftest,
	.get_ringparam = fn_ethtool_get_rings,
	.set_ringparam = fn_ethtool_set_rings,
	.get_channels = fn_ethtool_channels,
	.set_channels = fn_ethtool_set_channels,
	.get_pauseparam = fn_ethtool_get_pause,
	.set_pauseparam = fn_ethtool_set_pause,
	.get_pause_stats = fn_ethtool_pause_stats,
	.get_eth_mac_stats = fn_ethtool_mac_stats,
	.get_eth_ctrl_stats = fn_ethtool_ctrl_stats,
	.get_rmon_stats = fn_ethtool_rmon_stats,
	.get_sset_count = fn_ethtool_sset_count,
	.get_strings = fn_ethtool_strings,
	.get_priv_flags = fn_rx_filter_get_flags,
	.set_priv_flags = fn_rx_filter_set_flags,
	.get_ethtool_stats = fn_ethtool_stats,
	.get_ts_info = fn_ptp_ts_info,
};
