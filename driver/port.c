// SPDX-License-Identifier: GPL-2.0
/*
 * A port and its rings: opened, reconfigured, closed.
 */

#include <linux/rtnetlink.h>

#include "flownic.h"

/**
 * fn_port_control() - tell the card of a port's settings
 * @port: the port
 * @set: which of them, FN_PORT_SET_*
 *
 * Return: 0 or the card's refusal.
 */
int fn_port_control(struct fn_port *port, u32 set)
{
	struct fn_msg_port msg = {
		.port = port->index,
		.mtu = port->config.mtu,
		.ifindex = port->dev->ifindex,
		.netns = dev_net(port->dev)->net_cookie,
		.pause = port->pause,
		.rx_csum = !!(port->dev->features & NETIF_F_RXCSUM),
		.vlan_strip = !!(port->dev->features & NETIF_F_HW_VLAN_CTAG_RX),
		.gro = !!(port->dev->features & NETIF_F_GRO_HW),
		.set = set,
	};

	return fn_card_ctrl(port->nic->card, FN_CTRL_PORT_SET, &msg,
			    sizeof(msg));
}

/* A cable carries when both its ends are up. */
void fn_port_update_carrier(struct fn_port *port)
{
	struct net_device *end = port->far ? port->far->dev : port->peer;
	bool on = end && netif_running(port->dev) && netif_running(end);

	if (on) {
		netif_carrier_on(port->dev);
		netif_carrier_on(end);
		return;
	}
	netif_carrier_off(port->dev);
	if (end)
		netif_carrier_off(end);
}

static int fn_ring_create(struct fn_queue *q, enum fn_ring_type type, u32 queue,
			  const void *desc, u32 mask, const u32 *head,
			  u32 *doorbell)
{
	struct fn_msg_ring msg = {
		.type = type,
		.port = q->port->index,
		.queue = queue,
		.entries = mask + 1,
		.addr = fn_ptr_to_bus(desc),
		.head_addr = fn_ptr_to_bus(head),
		.vector = FN_VECTOR(q->port->index, q->index),
	};
	int err = fn_card_ctrl(q->port->nic->card, FN_CTRL_RING_CREATE, &msg,
			       sizeof(msg));

	*doorbell = msg.doorbell;
	return err;
}

static int fn_tx_ring_create(struct fn_queue *q, u32 queue,
			     struct fn_tx_ring *tx)
{
	return fn_ring_create(q, FN_RING_TX, queue, tx->desc, tx->mask,
			      &tx->head, &tx->doorbell);
}

static int fn_rx_ring_create(struct fn_queue *q, struct fn_rx_ring *rx)
{
	int err;

	fn_rx_ring_start(rx);
	err = fn_ring_create(q, FN_RING_RX, q->index, rx->desc, rx->mask, NULL,
			     &rx->doorbell);
	if (!err)
		fn_rx_doorbell(q, rx);
	return err;
}

static int fn_port_set_state(struct fn_port *port, enum fn_ctrl_op op)
{
	struct fn_msg_port_id msg = { .port = port->index };

	return fn_card_ctrl(port->nic->card, op, &msg, sizeof(msg));
}

static void fn_port_drop_lent(struct fn_port *port, struct fn_rings *rings)
{
	u32 i;

	for (i = 0; i < port->config.queues; i++)
		fn_xsk_drop(&rings[i]);
}

/* The rings that a queue has others of when sockets lend it buffers. */
static int fn_queue_create_lent(struct fn_queue *q, struct fn_rings *rings)
{
	int err = fn_rx_ring_create(q, &rings->rx);

	if (!err && rings->xsk.desc)
		err = fn_tx_ring_create(
			q, 2 * q->port->config.queues + q->index, &rings->xsk);
	return err;
}

/*
 * The XDP rings are numbered after those of the stack, and those of frames in
 * lent buffers after them.
 */
static int fn_port_create_rings(struct fn_port *port, struct fn_rings *rings)
{
	u32 n = port->config.queues;
	int err = 0;
	u32 i;

	for (i = 0; i < n && !err; i++) {
		struct fn_queue *q = &port->queues[i];

		err = fn_queue_create_lent(q, &rings[i]);
		if (!err)
			err = fn_tx_ring_create(q, i, &rings[i].tx);
		if (!err)
			err = fn_tx_ring_create(q, n + i, &rings[i].xdp);
	}
	if (err) {
		fn_port_set_state(port, FN_CTRL_PORT_RINGS);
		fn_port_drop_lent(port, rings);
	}
	return err;
}

static void fn_port_toggle_napi(struct fn_port *port, bool on)
{
	u32 i;

	for (i = 0; i < port->config.queues; i++) {
		struct fn_queue *q = &port->queues[i];
		struct napi_struct *napi = on ? &q->napi : NULL;

		netif_queue_set_napi(port->dev, i, NETDEV_QUEUE_TYPE_RX, napi);
		netif_queue_set_napi(port->dev, i, NETDEV_QUEUE_TYPE_TX, napi);
		if (on)
			napi_enable(&q->napi);
		else
			napi_disable(&q->napi);
	}
}

static void fn_port_assign_rings(struct fn_port *port, struct fn_rings *rings)
{
	u32 i;

	for (i = 0; i < port->config.queues; i++) {
		struct fn_queue *q = &port->queues[i];

		q->rings = &rings[i];
		fn_page_pool_set_napi(rings[i].rx.pool, &q->napi);
		netdev_tx_reset_queue(netdev_get_tx_queue(port->dev, i));
	}
}

static void fn_port_unassign_rings(struct fn_port *port, struct fn_rings *rings)
{
	u32 i;

	for (i = 0; i < port->config.queues; i++) {
		port->queues[i].rings = NULL;
		fn_page_pool_set_napi(rings[i].rx.pool, NULL);
	}
	/* Others may be made of the same buffers now. */
	fn_port_drop_lent(port, rings);
}

/* NAPI before the port, or the first interrupt would find it disabled. */
static int fn_port_start(struct fn_port *port, struct fn_rings *rings)
{
	int err = fn_port_create_rings(port, rings);
	u32 i;

	if (err)
		return err;
	fn_port_assign_rings(port, rings);
	fn_port_toggle_napi(port, true);
	err = fn_port_set_state(port, FN_CTRL_PORT_UP);
	if (err) {
		fn_port_toggle_napi(port, false);
		fn_port_set_state(port, FN_CTRL_PORT_RINGS);
		fn_port_unassign_rings(port, rings);
		return err;
	}
	for (i = 0; i < port->config.queues; i++)
		fn_card_unmask(port->nic->card, FN_VECTOR(port->index, i));
	smp_store_release(&port->running, true); /* pairs with fn_xdp_xmit() */
	/* Not just start: frames may be waiting behind a queue that was full. */
	for (i = 0; i < port->config.queues; i++)
		netif_tx_wake_queue(netdev_get_tx_queue(port->dev, i));
	return 0;
}

/* Frames that are in the rings when they are destroyed are lost: count them. */
static void fn_port_count_lost(struct fn_port *port)
{
	u32 i;

	for (i = 0; i < port->config.queues; i++) {
		fn_rx_count_lost(&port->queues[i]);
		fn_tx_count_lost(&port->queues[i]);
		fn_xdp_count_lost(&port->queues[i]);
		fn_xsk_count_lost(&port->queues[i]);
	}
}

/* On return nobody uses the rings: no sender, no NAPI, no card. */
static struct fn_rings *fn_port_stop(struct fn_port *port)
{
	struct fn_rings *rings = port->queues[0].rings;

	WRITE_ONCE(port->running, false);
	netif_tx_disable(port->dev);
	synchronize_net(); /* fn_xdp_xmit() */
	fn_port_toggle_napi(port, false);
	netif_tx_disable(port->dev); /* NAPI may just have woken a queue */
	fn_port_set_state(port, FN_CTRL_PORT_DOWN);
	fn_port_set_state(port, FN_CTRL_PORT_RINGS);
	fn_port_count_lost(port);
	fn_port_unassign_rings(port, rings);
	return rings;
}

int fn_port_open(struct fn_port *port)
{
	struct fn_rings *rings = fn_rings_alloc(port, &port->config);
	int err;

	if (IS_ERR(rings))
		return PTR_ERR(rings);
	err = fn_port_start(port, rings);
	if (err)
		fn_rings_free(rings, port->config.queues);
	return err;
}

void fn_port_close(struct fn_port *port)
{
	/* A port that failed to come back from fn_port_reconfigure() has none. */
	if (port->running)
		fn_rings_free(fn_port_stop(port), port->config.queues);
}

/* While the port is down. */
static int fn_port_configure(struct fn_port *port,
			     const struct fn_port_config *to)
{
	int err;

	port->config = *to;
	err = fn_port_control(port, FN_PORT_SET_MTU);
	return err ?: fn_channels_apply(port);
}

/* The rings that were there are known to work: go back to them. */
static void fn_port_restart(struct fn_port *port,
			    const struct fn_port_config *from,
			    struct fn_rings *rings)
{
	int err = fn_port_configure(port, from);

	fn_rings_reset(rings, from->queues);
	if (!err)
		err = fn_port_start(port, rings);
	if (!err)
		return;
	if (net_ratelimit())
		netdev_err(port->dev, "port does not come up again: error %d\n",
			   err);
	fn_rings_free(rings, from->queues);
}

static int fn_port_swap_rings(struct fn_port *port,
			      const struct fn_port_config *to,
			      struct fn_rings *rings)
{
	struct fn_port_config from = port->config;
	struct fn_rings *old = fn_port_stop(port);
	int err;

	err = fn_port_configure(port, to);
	if (!err)
		err = fn_port_start(port, rings);
	if (!err) {
		fn_rings_free(old, from.queues);
		return 0;
	}
	fn_rings_free(rings, to->queues);
	fn_port_restart(port, &from, old);
	return err;
}

static int fn_port_remake(struct fn_port *port, const struct fn_port_config *to,
			  struct netlink_ext_ack *extack)
{
	struct fn_rings *rings = fn_rings_alloc(port, to);

	if (!IS_ERR(rings))
		return fn_port_swap_rings(port, to, rings);
	fn_extack(
		extack,
		"no memory for %u queues with rings of %u/%u descriptors at MTU %u; the port keeps those it has",
		to->queues, to->rx_entries, to->tx_entries, to->mtu);
	return PTR_ERR(rings);
}

/**
 * fn_port_reconfigure() - change what decides the shape of the rings
 * @port: the port, up or down
 * @to: the new configuration
 * @extack: says what failed; may be NULL
 *
 * Return: 0 or a negative errno, then the port works as it did before.
 */
int fn_port_reconfigure(struct fn_port *port, const struct fn_port_config *to,
			struct netlink_ext_ack *extack)
{
	struct fn_port_config from = port->config;
	int err;

	fn_channels_add(port, to->queues);
	if (port->running) {
		err = fn_port_remake(port, to, extack);
	} else {
		err = fn_port_configure(port, to);
		if (err)
			fn_port_configure(port, &from);
	}
	fn_channels_trim(port, port->config.queues);
	return err;
}

static void fn_ring_destroy(struct fn_queue *q, u32 doorbell)
{
	struct fn_msg_ring_id msg = { .doorbell = doorbell };

	fn_card_ctrl(q->port->nic->card, FN_CTRL_RING_DESTROY, &msg,
		     sizeof(msg));
}

/* On return neither the card nor NAPI uses the rings of lent buffers. */
static void fn_queue_stop_lent(struct fn_queue *q)
{
	napi_disable(&q->napi);
	fn_ring_destroy(q, q->rings->rx.doorbell);
	if (q->rings->xsk.desc)
		fn_ring_destroy(q, q->rings->xsk.doorbell);
	fn_rx_count_lost(q);
	fn_xsk_count_lost(q);
	fn_xsk_drop(q->rings);
}

static int fn_queue_start_lent(struct fn_queue *q)
{
	int err = fn_queue_create_lent(q, q->rings);

	napi_enable(&q->napi);
	/* The vector may be masked for an interrupt that found NAPI disabled. */
	local_bh_disable();
	napi_schedule(&q->napi);
	local_bh_enable();
	return err;
}

/* Without the memory for pages, NAPI tries again. */
static int fn_queue_return(struct fn_queue *q)
{
	struct fn_rings *rings = q->rings;

	fn_rx_ring_lend(q, &rings->rx, NULL);
	fn_rx_fill(&rings->rx, GFP_KERNEL | __GFP_NOWARN);
	fn_tx_ring_free(&rings->xsk, NULL);
	memset(&rings->xsk, 0, sizeof(rings->xsk));
	return fn_queue_start_lent(q);
}

static int fn_queue_lend(struct fn_queue *q, struct xsk_buff_pool *pool)
{
	struct fn_tx_ring xsk = {};
	int err, again;

	err = fn_xsk_ring_alloc(&xsk, q->port->config.tx_entries, pool);
	if (err) {
		fn_tx_ring_free(&xsk, NULL);
		return err;
	}
	fn_queue_stop_lent(q);
	q->rings->xsk = xsk;
	err = fn_rx_ring_lend(q, &q->rings->rx, pool);
	if (!err) {
		err = fn_queue_start_lent(q);
		if (!err)
			return 0;
		fn_queue_stop_lent(q);
	}
	again = fn_queue_return(q);
	if (again && net_ratelimit())
		netdev_err(q->port->dev,
			   "queue %u does not receive any more: error %d\n",
			   q->index, again);
	return err;
}

/**
 * fn_port_lend() - have a queue use buffers of AF_XDP sockets, or pages again
 * @q: the queue
 * @pool: the buffers, or NULL
 *
 * Other queues, and what this one sends for others, go on meanwhile.
 *
 * Return: 0 or a negative errno, then the queue works as it did before. With
 *	NULL only the card could fail.
 */
int fn_port_lend(struct fn_queue *q, struct xsk_buff_pool *pool)
{
	int err = 0;

	if (q->port->running && pool) {
		err = fn_queue_lend(q, pool);
	} else if (q->port->running) {
		fn_queue_stop_lent(q);
		err = fn_queue_return(q);
	}
	if (!err || !pool)
		WRITE_ONCE(q->xsk, pool);
	return err;
}
