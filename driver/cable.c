// SPDX-License-Identifier: GPL-2.0
/*
 * The far end of a port's cable: a netdev for whoever is at the other side. It
 * is the world and not the card's driver, and meets the card at its MAC alone.
 */

#include <linux/etherdevice.h>
#include <linux/ptr_ring.h>
#include <linux/rtnetlink.h>

#include "flownic.h"

/* Frames from the port that wait for NAPI. */
#define FN_CABLE_QUEUE 4096

/**
 * struct fn_cable - private data of fnKwN
 * @dev: the netdev
 * @nic: the card it is plugged into, referenced while @attached
 * @index: number of the port
 * @attached: holds a reference on @nic
 * @running: NAPI is enabled; read under RCU
 * @napi: receives what the port sends
 * @queue: those frames, as skbs
 * @resumes: counts the port's calls to go on
 * @segs: pieces of the skb at hand; under the transmit lock
 */
struct fn_cable {
	struct net_device *dev;
	struct fn_nic *nic;
	u32 index;
	bool attached;
	bool running;
	struct napi_struct napi;
	struct ptr_ring queue;
	atomic_t resumes;
	struct fn_mac_seg segs[MAX_SKB_FRAGS + 1];
};

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
	skb = netdev_alloc_skb_ip_align(cable->dev, len);
	if (!skb)
		return false;
	skb_put_data(skb, frame, len);
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

static int fn_cable_poll(struct napi_struct *napi, int budget)
{
	struct fn_cable *cable = container_of(napi, struct fn_cable, napi);
	struct net_device *dev = cable->dev;
	int done;

	for (done = 0; done < budget; done++) {
		struct sk_buff *skb = ptr_ring_consume(&cable->queue);

		if (!skb)
			break;
		dev_sw_netstats_rx_add(dev, skb->len);
		skb->protocol = eth_type_trans(skb, dev);
		napi_gro_receive(napi, skb);
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

/* ---- to the port */

/* The port's word to go on may come before the sender has stopped. */
static void fn_cable_stop_queue(struct fn_cable *cable,
				struct netdev_queue *txq, int resumes)
{
	netif_tx_stop_queue(txq);
	smp_mb(); /* pairs with fn_cable_wake_queue() */
	if (atomic_read(&cable->resumes) != resumes)
		netif_tx_start_queue(txq);
}

/* Under RCU, as all that the port calls: see fn_cable_stop(). */
static void fn_cable_wake_queue(void *wire)
{
	struct fn_cable *cable = wire;

	if (!READ_ONCE(cable->running))
		return;
	atomic_inc(&cable->resumes);
	smp_mb__after_atomic(); /* pairs with fn_cable_stop_queue() */
	local_bh_disable();
	netif_tx_wake_queue(netdev_get_tx_queue(cable->dev, 0));
	local_bh_enable();
}

static u32 fn_cable_map_skb(struct fn_cable *cable, const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	struct fn_mac_seg *seg = cable->segs;
	u32 i;

	if (skb_headlen(skb))
		*seg++ = (struct fn_mac_seg){ skb->data, skb_headlen(skb) };
	for (i = 0; i < info->nr_frags; i++)
		*seg++ = (struct fn_mac_seg){
			skb_frag_address(&info->frags[i]),
			skb_frag_size(&info->frags[i]),
		};
	return seg - cable->segs;
}

/* Under the transmit lock. Return: false if the port wants a pause. */
static bool fn_cable_send(struct fn_cable *cable, struct netdev_queue *txq,
			  u32 nsegs, u32 len)
{
	int resumes = atomic_read(&cable->resumes);
	bool paused;

	paused = fn_port_receive(cable->nic->card, cable->index, cable->segs,
				 nsegs) == FN_MAC_PAUSE;
	dev_sw_netstats_tx_add(cable->dev, 1, len);
	if (paused)
		fn_cable_stop_queue(cable, txq, resumes);
	return !paused;
}

/*
 * The frame is copied here, in the sender's context, and the skb only read: the
 * same skb may be sent again and again. What the port makes of the frame is the
 * port's to count. Any context: netpoll sends with interrupts off.
 */
static netdev_tx_t fn_cable_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fn_cable *cable = netdev_priv(dev);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	bool go_on;

	if (unlikely(!READ_ONCE(cable->running))) {
		dev_core_stats_tx_dropped_inc(dev);
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
	skb_tx_timestamp(skb);
	go_on = fn_cable_send(cable, txq, fn_cable_map_skb(cable, skb),
			      skb->len);
	if (!go_on || !netdev_xmit_more())
		fn_port_kick(cable->nic->card, cable->index);
	dev_consume_skb_any(skb);
	return NETDEV_TX_OK;
}

static u32 fn_cable_map_frame(struct fn_cable *cable, struct xdp_frame *frame)
{
	struct fn_mac_seg *seg = cable->segs;
	struct skb_shared_info *info;
	u32 i;

	seg[0] = (struct fn_mac_seg){ frame->data, frame->len };
	if (likely(!xdp_frame_has_frags(frame)))
		return 1;
	info = xdp_get_shared_info_from_frame(frame);
	for (i = 0; i < info->nr_frags; i++)
		seg[i + 1] = (struct fn_mac_seg){
			skb_frag_address(&info->frags[i]),
			skb_frag_size(&info->frags[i]),
		};
	return i + 1;
}

/*
 * Frames that others redirect into the cable. They share the queue with the
 * stack's, and its state: a paused port takes none, and what was not taken
 * stays the caller's.
 */
static int fn_cable_xdp_xmit(struct net_device *dev, int n,
			     struct xdp_frame **frames, u32 flags)
{
	struct fn_cable *cable = netdev_priv(dev);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	int i;

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	if (unlikely(!READ_ONCE(cable->running)))
		return -ENETDOWN;
	__netif_tx_lock(txq, smp_processor_id());
	for (i = 0; i < n && !netif_xmit_frozen_or_drv_stopped(txq); i++) {
		fn_cable_send(cable, txq, fn_cable_map_frame(cable, frames[i]),
			      xdp_get_frame_len(frames[i]));
		xdp_return_frame_rx_napi(frames[i]);
	}
	__netif_tx_unlock(txq);
	if (flags & XDP_XMIT_FLUSH || i < n)
		fn_port_kick(cable->nic->card, cable->index);
	return i;
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

static struct fn_port *fn_cable_port(struct fn_cable *cable)
{
	return cable->nic->ports[cable->index];
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

static void fn_cable_drvinfo(struct net_device *dev,
			     struct ethtool_drvinfo *info)
{
	fn_nic_drvinfo(fn_cable_nic(dev), info);
}

static int fn_cable_link(struct net_device *dev,
			 struct ethtool_link_ksettings *set)
{
	fn_nic_link_settings(fn_cable_nic(dev), set);
	return 0;
}

static const struct ethtool_ops fn_cable_ethtool_ops = {
	.get_drvinfo = fn_cable_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = fn_cable_link,
	.get_ts_info = ethtool_op_get_ts_info,
};

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
	dev->hw_features = NETIF_F_SG;
	dev->features = NETIF_F_SG | NETIF_F_HIGHDMA;
	dev->vlan_features = dev->features;
	eth_random_addr(dev->perm_addr);
	eth_hw_addr_set(dev, dev->perm_addr);
	netif_carrier_off(dev);
	fn_xdp_set_features(dev, false);
}

static int fn_cable_attach(struct fn_nic *nic, struct net_device *dev,
			   u32 index)
{
	struct fn_cable *cable = netdev_priv(dev);

	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats)
		return -ENOMEM;
	if (ptr_ring_init(&cable->queue, FN_CABLE_QUEUE, GFP_KERNEL)) {
		free_percpu(dev->tstats);
		return -ENOMEM;
	}
	cable->dev = dev;
	cable->nic = nic;
	cable->index = index;
	netif_napi_add(dev, &cable->napi, fn_cable_poll);
	fn_nic_get(nic);
	cable->attached = true;
	return 0;
}

static int fn_cable_register(struct fn_nic *nic, struct net_device *dev,
			     u32 index)
{
	int err = fn_cable_attach(nic, dev, index);

	if (err)
		return err;
	dev->dev_port = index;
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
