// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of each queue as netdev's netlink family asks for them. A queue's
 * are those of the port since it exists; what the XDP rings sent is nobody's
 * queue and so in the base, with the queues that are not in use any more.
 */

#include "flownic.h"

static void fn_queue_stats_rx(struct net_device *dev, int queue,
			      struct netdev_queue_stats_rx *stats)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_rx_counters c;

	fn_rx_stats_read(&port->queues[queue].rx_stats, &c);
	stats->packets = c.packets;
	stats->bytes = c.bytes;
	stats->alloc_fail = c.alloc_fail;
}

static void fn_queue_stats_tx(struct net_device *dev, int queue,
			      struct netdev_queue_stats_tx *stats)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_tx_counters c;

	fn_tx_stats_read(&port->queues[queue].tx_stats, &c);
	stats->packets = c.packets;
	stats->bytes = c.bytes;
}

/* A queue that is not there any more. */
static void fn_queue_stats_unused(const struct fn_queue *q,
				  struct netdev_queue_stats_rx *rx,
				  struct netdev_queue_stats_tx *tx)
{
	struct fn_rx_counters r;
	struct fn_tx_counters t;

	fn_rx_stats_read(&q->rx_stats, &r);
	rx->packets += r.packets;
	rx->bytes += r.bytes;
	rx->alloc_fail += r.alloc_fail;
	fn_tx_stats_read(&q->tx_stats, &t);
	tx->packets += t.packets;
	tx->bytes += t.bytes;
}

static void fn_queue_base_stats(struct net_device *dev,
				struct netdev_queue_stats_rx *rx,
				struct netdev_queue_stats_tx *tx)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_tx_counters c;
	u32 i;

	rx->packets = 0;
	rx->bytes = 0;
	rx->alloc_fail = 0;
	tx->packets = 0;
	tx->bytes = 0;
	for (i = 0; i < port->ever_queues; i++) {
		fn_tx_stats_read(&port->queues[i].xdp_stats, &c);
		tx->packets += c.packets;
		tx->bytes += c.bytes;
		fn_tx_stats_read(&port->queues[i].xsk_stats, &c);
		tx->packets += c.packets;
		tx->bytes += c.bytes;
	}
	for (i = port->config.queues; i < port->ever_queues; i++)
		fn_queue_stats_unused(&port->queues[i], rx, tx);
}

const struct netdev_stat_ops fn_stat_ops = {
	.get_queue_stats_rx = fn_queue_stats_rx,
	.get_queue_stats_tx = fn_queue_stats_tx,
	.get_base_stats = fn_queue_base_stats,
};
