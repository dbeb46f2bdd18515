// SPDX-License-Identifier: GPL-2.0
/*
 * The far end of a port's cable: a netdev for whoever is at the other side. It
 * is the world and not the card's driver, and meets the card at its MAC alone.
 */

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "cable.h"

/* Frames from the port that wait for NAPI. */
#define FN_CABLE_QUEUE 4096

/* ---- from the port */

static void fn_cable_skb_free(void *skb)
{
	kfree_skb(skb);
}

static bool fn_cable_transmit(void *wire, const void *frame, u32 len)
{
	struct fn_cable *cable = wire;
	struct sk_buff *skb;

	if (!smp_load_acquire(&cable->running)) /* pairs with fn_cable_open() */
		return false;
	skb = fn_cable_alloc_skb(cable, frame, len);
	if (!skb)
		return false;
	if (!ptr_ring_produce_bh(&cable->queue, skb))
		return true;
	kfree_skb(skb);
	return false;
}

static void fn_cable_transmit_done(void *wire)
{
	struct fn_cable *cable = wire;

	local_bh_disable();
	napi_schedule(&cable->napi);
	local_bh_enable();
}

static void fn_cable_receive(struct fn_cable *cable, struct sk_buff *skb)
{
	skb->protocol = eth_type_trans(skb, cable->dev);
	napi_gro_receive(&cable->napi, skb);
}

static int fn_cable_poll(struct napi_struct *napi, int budget)
{
	struct fn_cable *cable = container_of(napi, struct fn_cable, napi);
	struct bpf_prog *prog;
	u32 results = 0;
	int done;

	rcu_read_lock();
	prog = rcu_dereference(cable->xdp_prog);
	for (done = 0; done < budget; done++) {
		struct sk_buff *skb = ptr_ring_consume(&cable->queue);

		if (!skb)
			break;
		dev_sw_netstats_rx_add(cable->dev, skb->len);
		if (prog)
			skb = fn_cable_run_xdp(cable, prog, skb, &results);
		if (skb)
			fn_cable_receive(cable, skb);
	}
	if (results)
		fn_cable_flush_xdp(cable, results);
	rcu_read_unlock();
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

/* ---- the netdev */

static const struct fn_mac_ops fn_cable_mac_ops = {
	.transmit = fn_cable_transmit,
	.resume = fn_cable_wake_queue,
	.flush = fn_cable_transmit_done,
};

static void fn_cable_drain(struct fn_cable *cable)
{
	struct sk_buff *skb;

	while ((skb = ptr_ring_consume_bh(&cable->queue)))
		kfree_skb(skb);
}

static int fn_cable_init(struct net_device *dev)
{
	struct fn_cable *cable = netdev_priv(dev);
	int err;

	err = fn_port_plug(cable->nic->card, cable->index, &fn_cable_mac_ops,
			   cable);
	if (!err)
		fn_cable_port(cable)->peer = dev;
	return err;
}

static void fn_cable_uninit(struct net_device *dev)
{
	struct fn_cable *cable = netdev_priv(dev);
	struct fn_port *port = fn_cable_port(cable);

	fn_port_unplug(cable->nic->card, cable->index);
	if (port)
		port->peer = NULL;
}

static int fn_cable_open(struct net_device *dev)
{
	struct fn_cable *cable = netdev_priv(dev);
	struct fn_port *port = fn_cable_port(cable);

	napi_enable(&cable->napi);
	/* From now on frames come; before, NAPI would not have seen them. */
	smp_store_release(&cable->running, true);
	netif_start_queue(dev);
	if (port)
		fn_port_update_carrier(port);
	return 0;
}

static int fn_cable_stop(struct net_device *dev)
{
	struct fn_cable *cable = netdev_priv(dev);
	struct fn_port *port = fn_cable_port(cable);

	if (port)
		fn_port_update_carrier(port);
	WRITE_ONCE(cable->running, false);
	synchronize_net(); /* the port's calls, and fn_cable_xdp_xmit() */
	netif_tx_disable(dev);
	napi_disable(&cable->napi);
	fn_cable_drain(cable);
	return 0;
}

struct fn_nic *fn_cable_nic(const struct net_device *dev)
{
	const struct fn_cable *cable = netdev_priv(dev);

	return cable->nic;
}

/* As in netdev.c: the cable takes all frames. */
static void fn_cable_set_rx_mode(struct net_device *dev)
{
}

static const struct net_device_ops fn_cable_ops = {
	.ndo_init = fn_cable_init,
	.ndo_uninit = fn_cable_uninit,
	.ndo_open = fn_cable_open,
	.ndo_stop = fn_cable_stop,
	.ndo_start_xmit = fn_cable_xmit,
	.ndo_set_rx_mode = fn_cable_set_rx_mode,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_get_stats64 = dev_get_tstats64,
	.ndo_bpf = fn_cable_bpf,
	.ndo_xdp_xmit = fn_cable_xdp_xmit,
};

bool fn_is_cable(const struct net_device *dev)
{
	return dev->netdev_ops == &fn_cable_ops;
}

static void fn_cable_destructor(struct net_device *dev)
{
	struct fn_cable *cable = netdev_priv(dev);

	if (!cable->attached)
		return;
	cable->attached = false;
	xdp_rxq_info_unreg(&cable->rxq);
	netif_napi_del(&cable->napi);
	local_bh_disable(); /* as NAPI takes the queue's lock */
	ptr_ring_cleanup(&cable->queue, fn_cable_skb_free);
	local_bh_enable();
	free_percpu(dev->tstats);
	fn_nic_put(cable->nic);
}

static void fn_cable_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &fn_cable_ops;
	dev->ethtool_ops = &fn_cable_ethtool_ops;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_UNICAST_FLT;
	dev->needs_free_netdev = true;
	dev->priv_destructor = fn_cable_destructor;
	dev->min_mtu = FN_MIN_MTU;
	dev->max_mtu = FN_MAX_MTU;
	dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | FN_SEGMENTS;
	dev->features = dev->hw_features | NETIF_F_HIGHDMA;
	dev->vlan_features = dev->features;
	eth_random_addr(dev->perm_addr);
	eth_hw_addr_set(dev, dev->perm_addr);
	netif_carrier_off(dev);
	fn_xdp_set_features(dev, false);
}

static int fn_cable_init_rxq(struct fn_cable *cable)
{
	int err = xdp_rxq_info_reg(&cable->rxq, cable->dev, 0,
				   cable->napi.napi_id);

	if (err)
		return err;
	err = xdp_rxq_info_reg_mem_model(&cable->rxq, MEM_TYPE_PAGE_SHARED,
					 NULL);
	if (err)
		xdp_rxq_info_unreg(&cable->rxq);
	return err;
}

static int fn_cable_attach(struct fn_nic *nic, struct net_device *dev,
			   u32 index)
{
	struct fn_cable *cable = netdev_priv(dev);
	int err = -ENOMEM;

	cable->dev = dev;
	cable->nic = nic;
	cable->index = index;
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats)
		return err;
	if (ptr_ring_init(&cable->queue, FN_CABLE_QUEUE, GFP_KERNEL))
		goto free_stats;
	netif_napi_add(dev, &cable->napi, fn_cable_poll);
	err = fn_cable_init_rxq(cable);
	if (err)
		goto free_queue;
	fn_nic_get(nic);
	cable->attached = true;
	return 0;

free_queue:
	netif_napi_del(&cable->napi);
	ptr_ring_cleanup(&cable->queue, NULL);
free_stats:
	free_percpu(dev->tstats);
	return err;
}

static int fn_cable_register(struct fn_nic *nic, struct net_device *dev,
			     u32 index)
{
	int err = fn_cable_attach(nic, dev, index);

	if (err)
		return err;
	dev->dev_port = index;
	/* What the port has room for when it says that it has none. */
	netif_set_tso_max_segs(dev, max(nic->cfg.queue / 8, 1u));
	/* Generic XDP can send before the cable has ever been opened. */
	netif_tx_stop_all_queues(dev);
	dev->rtnl_link_ops = nic->link_ops;
	err = register_netdevice(dev);
	/* A device that got half-way is destroyed when RTNL is released. */
	if (err && dev->reg_state != NETREG_UNREGISTERING)
		fn_cable_destructor(dev);
	return err;
}

/**
 * fn_cable_create() - plug a cable into a port
 * @nic: the card
 * @net: namespace of the far end
 * @index: number of the port, which has its netdev
 * @extack: says what failed
 *
 * Return: 0 or a negative errno.
 */
int fn_cable_create(struct fn_nic *nic, struct net *net, u32 index,
		    struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	char name[IFNAMSIZ];
	int err;

	snprintf(name, sizeof(name), "fn%uw%u", nic->index, index);
	dev = alloc_netdev(sizeof(struct fn_cable), name, NET_NAME_PREDICTABLE,
			   fn_cable_setup);
	if (!dev)
		return -ENOMEM;
	dev_net_set(dev, net);
	err = fn_cable_register(nic, dev, index);
	if (err) {
		fn_extack(extack,
			  "cannot register cable end %s of card %u: error %d%s",
			  name, nic->index, err,
			  err == -EEXIST ? " (the name is in use)" : "");
		free_netdev(dev);
		return err;
	}
	return 0;
}
