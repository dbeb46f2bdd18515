// SPDX-License-Identifier: GPL-2.0
/*
 * The standard groups of statistics (ethtool -S --groups, -I): the counters of
 * the port's MAC under the names that IEEE 802.3 and RFC 2819 give them.
 */

#include "flownic.h"

static struct fn_port_counters fn_mac_counters(struct net_device *dev)
{
	struct fn_msg_port_stats msg = {};

	fn_port_stats(netdev_priv(dev), &msg);
	return msg.c;
}

/* A pause that the port asks its far end for counts as a frame that it sent. */
void fn_ethtool_pause_stats(struct net_device *dev,
			    struct ethtool_pause_stats *stats)
{
	stats->tx_pause_frames = fn_mac_counters(dev).mac_rx_pause;
	stats->rx_pause_frames = 0;
}

void fn_ethtool_mac_stats(struct net_device *dev,
			  struct ethtool_eth_mac_stats *stats)
{
	const struct fn_port_counters c = fn_mac_counters(dev);

	stats->FramesTransmittedOK = c.mac_tx_frames;
	stats->OctetsTransmittedOK = c.mac_tx_bytes;
	stats->FramesReceivedOK = c.mac_rx_frames;
	stats->OctetsReceivedOK = c.mac_rx_bytes;
	stats->FramesLostDueToIntMACXmitError = c.mac_tx_drop;
	stats->FramesLostDueToIntMACRcvError = c.mac_rx_overflow;
	stats->FrameTooLongErrors = c.mac_rx_oversize;
}

void fn_ethtool_ctrl_stats(struct net_device *dev,
			   struct ethtool_eth_ctrl_stats *stats)
{
	stats->MACControlFramesTransmitted = fn_mac_counters(dev).mac_rx_pause;
	stats->MACControlFramesReceived = 0;
}

/* Frames are not counted by their length. */
static const struct ethtool_rmon_hist_range fn_rmon_ranges[] = { {} };

void fn_ethtool_rmon_stats(struct net_device *dev,
			   struct ethtool_rmon_stats *stats,
			   const struct ethtool_rmon_hist_range **ranges)
{
	const struct fn_port_counters c = fn_mac_counters(dev);

	stats->undersize_pkts = c.mac_rx_undersize;
	stats->oversize_pkts = c.mac_rx_oversize;
	*ranges = fn_rmon_ranges;
}
