// SPDX-License-Identifier: GPL-2.0
/*
 * A port's host netdev: made, registered, opened, reshaped, closed.
 */

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "flownic.h"

/* Queue pairs of a port. */
#define FN_NQUEUES 1

#define FN_FEATURES                                                        \
	(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA | NETIF_F_RXCSUM | \
	 NETIF_F_RXHASH)

static void fn_port_destructor(struct net_device *dev)
{
	struct fn_port *port = netdev_priv(dev);
	u32 i;

	if (!port->attached)
		return;
	port->attached = false;
	for (i = 0; i < port->nqueues; i++)
		netif_napi_del(&port->queues[i].napi);
	kvfree(port->queues);
	fn_nic_put(port->nic);
}

void fn_port_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &fn_netdev_ops;
	dev->ethtool_ops = &fn_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = fn_port_destructor;
	dev->min_mtu = FN_MIN_MTU;
	dev->max_mtu = FN_MAX_MTU;
	dev->hw_features = FN_FEATURES & ~NETIF_F_HIGHDMA;
	dev->features = FN_FEATURES;
	dev->vlan_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA;
	dev->hw_enc_features = dev->vlan_features;
	fn_xdp_set_features(dev, true);
}

static void fn_queue_init(struct fn_port *port, u32 index)
{
	struct fn_queue *q = &port->queues[index];

	q->port = port;
	q->index = index;
	spin_lock_init(&q->xdp_lock);
	u64_stats_init(&q->rx_stats.sync);
	u64_stats_init(&q->tx_stats.sync);
	u64_stats_init(&q->xdp_stats.sync);
	netif_napi_add(port->dev, &q->napi, fn_poll);
}

static int fn_port_init(struct fn_nic *nic, struct net_device *dev, u32 index)
{
	struct fn_port *port = netdev_priv(dev);
	u32 i;

	port->dev = dev;
	port->nic = nic;
	port->index = index;
	port->pause = true;
	port->nqueues = FN_NQUEUES;
	port->config = (struct fn_port_config){
		.mtu = dev->mtu,
		.rx_entries = nic->ring_size,
		.tx_entries = nic->ring_size,
	};
	port->queues =
		kvcalloc(port->nqueues, sizeof(*port->queues), GFP_KERNEL);
	if (!port->queues)
		return -ENOMEM;
	for (i = 0; i < port->nqueues; i++)
		fn_queue_init(port, i);
	fn_nic_get(nic);
	port->attached = true;
	return 0;
}

static void fn_port_name(struct fn_nic *nic, struct net_device *dev, u32 index)
{
	if (!dev->name[0])
		snprintf(dev->name, IFNAMSIZ, "fn%up%u", nic->index, index);
	if (!is_valid_ether_addr(dev->dev_addr))
		eth_hw_addr_random(dev);
	dev->dev_port = index;
	SET_NETDEV_DEV(dev, &nic->pdev->dev);
}

static int fn_port_register(struct fn_nic *nic, struct net_device *dev,
			    u32 index)
{
	struct fn_port *port = netdev_priv(dev);
	int err;

	netif_carrier_off(dev);
	fn_port_name(nic, dev, index);
	err = fn_port_init(nic, dev, index);
	if (err)
		return err;
	err = fn_port_control(port, FN_PORT_SET_MTU | FN_PORT_SET_PAUSE |
					    FN_PORT_SET_RX_CSUM);
	if (!err)
		err = netif_set_real_num_tx_queues(dev, port->nqueues);
	if (!err)
		err = netif_set_real_num_rx_queues(dev, port->nqueues);
	if (!err)
		err = register_netdevice(dev);
	/* A device that got half-way is destroyed when RTNL is released. */
	if (err && dev->reg_state != NETREG_UNREGISTERING)
		fn_port_destructor(dev);
	return err;
}

/**
 * fn_port_create() - give a port its host netdev
 * @nic: the card
 * @net: namespace
 * @index: number of the port
 * @dev: netdev to use, or NULL for a new one. Stays the caller's on error
 * @extack: says what failed
 *
 * Return: 0 or a negative errno.
 */
int fn_port_create(struct fn_nic *nic, struct net *net, u32 index,
		   struct net_device *dev, struct netlink_ext_ack *extack)
{
	bool given = dev;
	int err;

	if (!given) {
		dev = alloc_netdev_mqs(sizeof(struct fn_port), "",
				       NET_NAME_PREDICTABLE, fn_port_setup,
				       FN_NQUEUES, FN_NQUEUES);
		if (!dev)
			return -ENOMEM;
		dev_net_set(dev, net);
	}
	err = fn_port_register(nic, dev, index);
	if (err) {
		fn_extack(extack,
			  "cannot register netdev %s of card %u: error %d%s",
			  dev->name, nic->index, err,
			  err == -EEXIST ? " (the name is in use)" : "");
		if (!given)
			free_netdev(dev);
		return err;
	}
	return 0;
}

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
		.pause = port->pause,
		.rx_csum = !!(port->dev->features & NETIF_F_RXCSUM),
		.set = set,
	};

	return fn_card_ctrl(port->nic->card, FN_CTRL_PORT_SET, &msg,
			    sizeof(msg));
}

/* A cable carries when both its ends are up. */
void fn_port_update_carrier(struct fn_port *port)
{
	bool on = port->wire && netif_running(port->dev) &&
		  netif_running(port->wire);

	if (on) {
		netif_carrier_on(port->dev);
		netif_carrier_on(port->wire);
		return;
	}
	netif_carrier_off(port->dev);
	if (port->wire)
		netif_carrier_off(port->wire);
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
	int err = fn_ring_create(q, FN_RING_TX, queue, tx->desc, tx->mask,
				 &tx->head, &tx->doorbell);

	tx->live = !err;
	return err;
}

static int fn_rx_ring_create(struct fn_queue *q, struct fn_rx_ring *rx)
{
	int err = fn_ring_create(q, FN_RING_RX, q->index, rx->desc, rx->mask,
				 NULL, &rx->doorbell);

	rx->live = !err;
	if (!err)
		fn_rx_doorbell(q, rx);
	return err;
}

static void fn_ring_destroy(struct fn_port *port, bool *live, u32 doorbell)
{
	struct fn_msg_ring_id msg = { .doorbell = doorbell };

	if (!*live)
		return;
	fn_card_ctrl(port->nic->card, FN_CTRL_RING_DESTROY, &msg, sizeof(msg));
	*live = false;
}

static void fn_port_unplug_rings(struct fn_port *port, struct fn_rings *rings)
{
	u32 i;

	for (i = 0; i < port->nqueues; i++) {
		struct fn_rings *r = &rings[i];

		fn_ring_destroy(port, &r->rx.live, r->rx.doorbell);
		fn_ring_destroy(port, &r->tx.live, r->tx.doorbell);
		fn_ring_destroy(port, &r->xdp.live, r->xdp.doorbell);
	}
}

/* The XDP rings are numbered after those of the stack. */
static int fn_port_plug_rings(struct fn_port *port, struct fn_rings *rings)
{
	int err = 0;
	u32 i;

	for (i = 0; i < port->nqueues && !err; i++) {
		struct fn_queue *q = &port->queues[i];

		err = fn_rx_ring_create(q, &rings[i].rx);
		if (!err)
			err = fn_tx_ring_create(q, i, &rings[i].tx);
		if (!err)
			err = fn_tx_ring_create(q, port->nqueues + i,
						&rings[i].xdp);
	}
	if (err)
		fn_port_unplug_rings(port, rings);
	return err;
}

static void fn_port_napi(struct fn_port *port, bool on)
{
	u32 i;

	for (i = 0; i < port->nqueues; i++) {
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

static int fn_port_power(struct fn_port *port, enum fn_ctrl_op op)
{
	struct fn_msg_port_id msg = { .port = port->index };

	return fn_card_ctrl(port->nic->card, op, &msg, sizeof(msg));
}

static void fn_port_give_rings(struct fn_port *port, struct fn_rings *rings)
{
	u32 i;

	for (i = 0; i < port->nqueues; i++) {
		struct fn_queue *q = &port->queues[i];

		q->rings = &rings[i];
		fn_page_pool_set_napi(rings[i].rx.pool, &q->napi);
		netdev_tx_reset_queue(netdev_get_tx_queue(port->dev, i));
	}
}

static void fn_port_take_rings(struct fn_port *port, struct fn_rings *rings)
{
	u32 i;

	for (i = 0; i < port->nqueues; i++) {
		port->queues[i].rings = NULL;
		fn_page_pool_set_napi(rings[i].rx.pool, NULL);
	}
}

/* NAPI before the port, or the first interrupt would find it disabled. */
static int fn_port_start(struct fn_port *port, struct fn_rings *rings)
{
	int err = fn_port_plug_rings(port, rings);
	u32 i;

	if (err)
		return err;
	fn_port_give_rings(port, rings);
	fn_port_napi(port, true);
	err = fn_port_power(port, FN_CTRL_PORT_UP);
	if (err) {
		fn_port_napi(port, false);
		fn_port_unplug_rings(port, rings);
		fn_port_take_rings(port, rings);
		return err;
	}
	for (i = 0; i < port->nqueues; i++)
		fn_card_unmask(port->nic->card, FN_VECTOR(port->index, i));
	smp_store_release(&port->running, true); /* pairs with fn_xdp_xmit() */
	/* Not just start: frames may be waiting behind a queue that was full. */
	netif_tx_wake_all_queues(port->dev);
	return 0;
}

/* Frames that are in the rings when they go are lost, and counted. */
static void fn_port_count_left(struct fn_port *port)
{
	u32 i;

	for (i = 0; i < port->nqueues; i++) {
		fn_rx_count_left(&port->queues[i]);
		fn_tx_count_left(&port->queues[i]);
		fn_xdp_count_left(&port->queues[i]);
	}
}

/* On return nobody uses the rings: no sender, no NAPI, no card. */
static struct fn_rings *fn_port_stop(struct fn_port *port)
{
	struct fn_rings *rings = port->queues[0].rings;

	WRITE_ONCE(port->running, false);
	netif_tx_disable(port->dev);
	synchronize_net(); /* fn_xdp_xmit() */
	fn_port_napi(port, false);
	netif_tx_disable(port->dev); /* NAPI may just have woken a queue */
	fn_port_power(port, FN_CTRL_PORT_DOWN);
	fn_port_unplug_rings(port, rings);
	fn_port_count_left(port);
	fn_port_take_rings(port, rings);
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
		fn_rings_free(port, rings);
	return err;
}

void fn_port_close(struct fn_port *port)
{
	/* A port that failed to come back from fn_port_reshape() has none. */
	if (port->running)
		fn_rings_free(port, fn_port_stop(port));
}

/* The rings that were there are known to work: go back to them. */
static void fn_port_restart(struct fn_port *port, struct fn_rings *rings)
{
	int err = fn_port_control(port, FN_PORT_SET_MTU);

	fn_rings_reset(port, rings);
	if (!err)
		err = fn_port_start(port, rings);
	if (!err)
		return;
	netdev_err(port->dev, "port does not come up again: error %d\n", err);
	fn_rings_free(port, rings);
}

static int fn_port_swap(struct fn_port *port, const struct fn_port_config *to,
			struct fn_rings *rings)
{
	struct fn_port_config from = port->config;
	struct fn_rings *old = fn_port_stop(port);
	int err;

	port->config = *to;
	err = fn_port_control(port, FN_PORT_SET_MTU);
	if (!err)
		err = fn_port_start(port, rings);
	if (!err) {
		fn_rings_free(port, old);
		return 0;
	}
	fn_rings_free(port, rings);
	port->config = from;
	fn_port_restart(port, old);
	return err;
}

/**
 * fn_port_reshape() - change what decides the shape of the rings
 * @port: the port, up or down
 * @to: the new configuration
 * @extack: says what failed; may be NULL
 *
 * Return: 0 or a negative errno, then the port works as it did before.
 */
int fn_port_reshape(struct fn_port *port, const struct fn_port_config *to,
		    struct netlink_ext_ack *extack)
{
	struct fn_port_config from = port->config;
	struct fn_rings *rings;
	int err;

	if (!port->running) {
		port->config = *to;
		err = fn_port_control(port, FN_PORT_SET_MTU);
		if (err)
			port->config = from;
		return err;
	}
	rings = fn_rings_alloc(port, to);
	if (IS_ERR(rings)) {
		fn_extack(
			extack,
			"no memory for rings of %u/%u descriptors at MTU %u; the port keeps those it has",
			to->rx_entries, to->tx_entries, to->mtu);
		return PTR_ERR(rings);
	}
	return fn_port_swap(port, to, rings);
}
