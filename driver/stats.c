// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of the host netdev: the driver's by queue, the card's by port.
 */

#include "flownic.h"

/* Counters are u64, all of them, and are added up as such. */
void fn_rx_stats_add(struct fn_rx_stats *stats, const struct fn_rx_counters *c)
{
	const u64 *from = (const u64 *)c;
	u64 *to = (u64 *)&stats->c;
	u32 i;

	u64_stats_update_begin(&stats->sync);
	for (i = 0; i < sizeof(*c) / sizeof(u64); i++)
		to[i] += from[i];
	u64_stats_update_end(&stats->sync);
}

void fn_rx_stats_read(const struct fn_rx_stats *stats, struct fn_rx_counters *c)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->sync);
		*c = stats->c;
	} while (u64_stats_fetch_retry(&stats->sync, start));
}

void fn_tx_stats_read(const struct fn_tx_stats *stats, struct fn_tx_counters *c)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->sync);
		*c = stats->c;
	} while (u64_stats_fetch_retry(&stats->sync, start));
}

/**
 * fn_port_stats() - ask the card for a port's counters
 * @port: the port
 * @msg: answer
 *
 * Context: any; the card takes no lock for it.
 * Return: 0 or a negative errno.
 */
int fn_port_stats(const struct fn_port *port, struct fn_msg_port_stats *msg)
{
	msg->port = port->index;
	return fn_card_ctrl(port->nic->card, FN_CTRL_PORT_STATS, msg,
			    sizeof(*msg));
}

static void fn_queue_stats64(struct fn_queue *q,
			     struct rtnl_link_stats64 *stats)
{
	struct fn_rx_counters rx;
	struct fn_tx_counters tx, xdp, xsk;

	fn_rx_stats_read(&q->rx_stats, &rx);
	fn_tx_stats_read(&q->tx_stats, &tx);
	fn_tx_stats_read(&q->xdp_stats, &xdp);
	fn_tx_stats_read(&q->xsk_stats, &xsk);
	stats->rx_packets += rx.packets;
	stats->rx_bytes += rx.bytes;
	stats->rx_dropped += rx.dropped + rx.xdp_too_long + rx.xdp_tx_err +
			     rx.xdp_redirect_err;
	stats->tx_packets += tx.packets + xdp.packets + xsk.packets;
	stats->tx_bytes += tx.bytes + xdp.bytes + xsk.bytes;
	stats->tx_dropped += tx.dropped + xdp.dropped + xsk.dropped;
}

/*
 * Frames that a native program dropped or sent back were received and are no
 * errors; what it wanted to send and could not is. What the card had no room
 * for is missed.
 */
void fn_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_msg_port_stats msg;
	u32 i;

	for (i = 0; i < port->ever_queues; i++)
		fn_queue_stats64(&port->queues[i], stats);
	if (fn_port_stats(port, &msg))
		return;
	stats->rx_missed_errors =
		msg.c.host_rx_no_buffer + msg.c.mac_rx_overflow;
	stats->rx_length_errors =
		msg.c.mac_rx_undersize + msg.c.mac_rx_oversize;
	stats->rx_errors = stats->rx_length_errors;
	stats->tx_errors = msg.c.host_tx_bad;
}
