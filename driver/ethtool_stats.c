// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool -S: the driver's counters of each queue, the card's of the port, and
 * the causes of aborted packets.
 */

#include "../offload/isa.h"
#include "flownic.h"

#define FN_NAME(field, name) name,
static const char *const fn_rx_names[] = { FN_RX_COUNTERS(FN_NAME) };
static const char *const fn_tx_names[] = { FN_TX_COUNTERS(FN_NAME) };
static const char *const fn_port_names[] = { FN_PORT_COUNTERS(FN_NAME) };

#define FN_QUEUE_STATS (ARRAY_SIZE(fn_rx_names) + 3 * ARRAY_SIZE(fn_tx_names))

int fn_ethtool_nstats(const struct fn_port *port)
{
	/* The first fault is none. */
	return port->ever_queues * FN_QUEUE_STATS + ARRAY_SIZE(fn_port_names) +
	       FN_NFAULTS - 1;
}

/* @ring: before the names of a transmit ring's counters, as "xdp_" */
static void fn_tx_ring_names(u8 **to, u32 queue, const char *ring)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fn_tx_names); i++)
		ethtool_sprintf(to, "tx%u_%s%s", queue, ring, fn_tx_names[i]);
}

static void fn_queue_names(u8 **to, u32 queue)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fn_rx_names); i++)
		ethtool_sprintf(to, "rx%u_%s", queue, fn_rx_names[i]);
	fn_tx_ring_names(to, queue, "");
	fn_tx_ring_names(to, queue, "xdp_");
	fn_tx_ring_names(to, queue, "xsk_");
}

void fn_ethtool_stat_names(const struct fn_port *port, u8 *to)
{
	u32 i;

	for (i = 0; i < port->ever_queues; i++)
		fn_queue_names(&to, i);
	for (i = 0; i < ARRAY_SIZE(fn_port_names); i++)
		ethtool_sprintf(&to, "%s", fn_port_names[i]);
	for (i = FN_FAULT_NONE + 1; i < FN_NFAULTS; i++)
		ethtool_sprintf(&to, "fault_%s", fn_fault_name[i]);
}

static u64 *fn_put_counters(u64 *to, const void *counters, size_t size)
{
	memcpy(to, counters, size);
	return to + size / sizeof(*to);
}

static u64 *fn_tx_ring_counters(const struct fn_tx_stats *stats, u64 *to)
{
	struct fn_tx_counters tx;

	fn_tx_stats_read(stats, &tx);
	return fn_put_counters(to, &tx, sizeof(tx));
}

static u64 *fn_queue_counters(struct fn_queue *q, u64 *to)
{
	struct fn_rx_counters rx;

	fn_rx_stats_read(&q->rx_stats, &rx);
	to = fn_put_counters(to, &rx, sizeof(rx));
	to = fn_tx_ring_counters(&q->tx_stats, to);
	to = fn_tx_ring_counters(&q->xdp_stats, to);
	return fn_tx_ring_counters(&q->xsk_stats, to);
}

void fn_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats,
		      u64 *to)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_msg_port_stats msg = {};
	u32 i;

	for (i = 0; i < port->ever_queues; i++)
		to = fn_queue_counters(&port->queues[i], to);
	fn_port_stats(port, &msg);
	to = fn_put_counters(to, &msg.c, sizeof(msg.c));
	fn_put_counters(to, &msg.faults[FN_FAULT_NONE + 1],
			(FN_NFAULTS - 1) * sizeof(u64));
}
