// SPDX-License-Identifier: GPL-2.0
/*
 * The host netdev: how it is created, and its operations, most of which are one
 * call to the file that does the work.
 */

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "flownic.h"

#define FN_FEATURES                                                        \
	(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA | NETIF_F_RXCSUM | \
	 NETIF_F_RXHASH | NETIF_F_NTUPLE | NETIF_F_HW_VLAN_CTAG_TX |       \
	 FN_SEGMENTS)

/* What can be switched on. Programs expect tags where the wire has them. */
#define FN_FEATURES_OFF                            \
	(NETIF_F_HW_TC | NETIF_F_HW_VLAN_CTAG_RX | \
	 NETIF_F_HW_VLAN_CTAG_FILTER | NETIF_F_GRO_HW)

/* The card moves programs and maps between ports by these two. */
static int fn_netdev_init(struct net_device *dev)
{
	struct fn_port *port = netdev_priv(dev);
	int err;

	err = fn_offload_port_add(port->nic->offload, dev, port->index);
	if (!err)
		WRITE_ONCE(port->nic->ports[port->index], port);
	return err;
}

static void fn_netdev_uninit(struct net_device *dev)
{
	struct fn_port *port = netdev_priv(dev);

	fn_rx_filter_stop(port);
	fn_joint_end(port, NULL);
	fn_offload_port_del(port->nic->offload, dev, port->index);
	WRITE_ONCE(port->nic->ports[port->index], NULL);
}

static int fn_netdev_open(struct net_device *dev)
{
	struct fn_port *port = netdev_priv(dev);
	int err = fn_port_open(port);

	if (err) {
		if (net_ratelimit())
			netdev_err(dev, "port does not come up: error %d\n",
				   err);
		return err;
	}
	fn_port_update_carrier(port);
	return 0;
}

static int fn_netdev_stop(struct net_device *dev)
{
	struct fn_port *port = netdev_priv(dev);

	fn_port_update_carrier(port);
	fn_port_close(port);
	return 0;
}

static int fn_netdev_change_mtu(struct net_device *dev, int mtu)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_port_config to = port->config;
	int err;

	to.mtu = mtu;
	if (rtnl_dereference(port->xdp_prog) &&
	    mtu > fn_offload_xdp_max_mtu(port->nic->offload, port->index))
		err = -EBUSY;
	else if (!fn_xsk_mtu_fits(port, mtu))
		err = -EINVAL;
	else
		err = fn_port_reconfigure(port, &to, NULL);
	if (err) {
		if (net_ratelimit())
			netdev_err(dev, "MTU stays %u: error %d setting %d\n",
				   dev->mtu, err, mtu);
		return err;
	}
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

#define FN_FEATURES_RX \
	(NETIF_F_RXCSUM | NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_GRO_HW)

/* What they are to the card. */
#define FN_PORT_SET_RX \
	(FN_PORT_SET_RX_CSUM | FN_PORT_SET_VLAN_STRIP | FN_PORT_SET_GRO)

/* The caller tells the kernel what the card has taken. */
static int fn_netdev_set_rx(struct fn_port *port, netdev_features_t features)
{
	netdev_features_t old = port->dev->features;
	int err;

	port->dev->features = features;
	err = fn_port_control(port, FN_PORT_SET_RX);
	port->dev->features = old;
	return err;
}

/* A native program is for frames, and gets each. */
static netdev_features_t fn_netdev_fix_features(struct net_device *dev,
						netdev_features_t features)
{
	const struct fn_port *port = netdev_priv(dev);

	if (rcu_access_pointer(port->xdp_prog))
		features &= ~NETIF_F_GRO_HW;
	return features;
}

static int fn_netdev_change_features(struct fn_port *port,
				     netdev_features_t features)
{
	netdev_features_t changed = port->dev->features ^ features;
	bool by_vlan = features & NETIF_F_HW_VLAN_CTAG_FILTER;
	int err = 0;

	if (changed & ~features & NETIF_F_HW_TC)
		err = fn_tc_disable(port);
	if (!err && changed & NETIF_F_HW_VLAN_CTAG_FILTER)
		err = fn_rx_filter_vlans(port, by_vlan);
	if (err || !(changed & FN_FEATURES_RX))
		return err;
	err = fn_netdev_set_rx(port, features);
	if (err && changed & NETIF_F_HW_VLAN_CTAG_FILTER)
		fn_rx_filter_vlans(port, !by_vlan);
	return err;
}

/*
 * What is refused is wished for no more: ethtool asks only for what differs from
 * the wishes, so that who asks again would not be heard.
 */
static int fn_netdev_set_features(struct net_device *dev,
				  netdev_features_t features)
{
	netdev_features_t changed = dev->features ^ features;
	int err = fn_netdev_change_features(netdev_priv(dev), features);

	if (!err)
		return 0;
	dev->wanted_features &= ~changed;
	dev->wanted_features |= changed & dev->features;
	return err;
}

/* bpf(2), which makes links, has no room for a sentence. */
static int fn_netdev_xdp(struct fn_port *port, struct netdev_bpf *bpf)
{
	struct netlink_ext_ack own = {};
	struct netlink_ext_ack *extack = bpf->extack ?: &own;
	int err = fn_xdp_setup(port, bpf->prog, extack);

	if (err && extack->_msg)
		fn_refused(port->nic, "native program", port->dev, err,
			   extack->_msg);
	return err;
}

static int fn_netdev_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	struct fn_port *port = netdev_priv(dev);

	switch (bpf->command) {
	case XDP_SETUP_PROG:
		return fn_netdev_xdp(port, bpf);
	case XDP_SETUP_XSK_POOL:
		return fn_xsk_setup(port, bpf->xsk.pool, bpf->xsk.queue_id);
	case XDP_SETUP_PROG_HW:
	case BPF_OFFLOAD_MAP_ALLOC:
	case BPF_OFFLOAD_MAP_FREE:
		return fn_offload_bpf(port->nic->offload, dev, port->index,
				      bpf);
	default:
		return -EOPNOTSUPP;
	}
}

FN_DEFINE_HWTSTAMP(fn_ptp_hwtstamp_get, fn_ptp_hwtstamp_set)

static const struct net_device_ops fn_netdev_ops = {
	.ndo_init = fn_netdev_init,
	.ndo_uninit = fn_netdev_uninit,
	.ndo_open = fn_netdev_open,
	.ndo_stop = fn_netdev_stop,
	.ndo_start_xmit = fn_start_xmit,
	.ndo_set_rx_mode = fn_rx_filter_set_mode,
	.ndo_vlan_rx_add_vid = fn_rx_filter_add_vid,
	.ndo_vlan_rx_kill_vid = fn_rx_filter_kill_vid,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = fn_rx_filter_set_mac,
	FN_NDO_HWTSTAMP(fn_ptp_hwtstamp_get, fn_ptp_hwtstamp_set),
	.ndo_change_mtu = fn_netdev_change_mtu,
	.ndo_get_stats64 = fn_get_stats64,
	.ndo_fix_features = fn_netdev_fix_features,
	.ndo_set_features = fn_netdev_set_features,
	.ndo_setup_tc = fn_tc_setup,
	.ndo_bpf = fn_netdev_bpf,
	.ndo_xdp_xmit = fn_xdp_xmit,
	.ndo_xsk_wakeup = fn_xsk_wakeup,
};

/**
 * fn_is_port() - is a netdev the host's end of a port?
 * @dev: any netdev
 */
bool fn_is_port(const struct net_device *dev)
{
	return dev->netdev_ops == &fn_netdev_ops;
}

static void fn_netdev_destructor(struct net_device *dev)
{
	struct fn_port *port = netdev_priv(dev);

	if (!port->attached)
		return;
	port->attached = false;
	fn_ntuple_clear(port);
	fn_channels_trim(port, 0);
	kvfree(port->queues);
	fn_nic_put(port->nic);
}

void fn_netdev_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &fn_netdev_ops;
	dev->ethtool_ops = &fn_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_UNICAST_FLT;
	dev->priv_destructor = fn_netdev_destructor;
	dev->min_mtu = FN_MIN_MTU;
	dev->max_mtu = FN_MAX_MTU;
	dev->hw_features = (FN_FEATURES & ~(NETIF_F_HIGHDMA | NETIF_F_NTUPLE)) |
			   FN_FEATURES_OFF;
	dev->features = FN_FEATURES;
	dev->hw_enc_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA;
	dev->vlan_features = dev->hw_enc_features | FN_SEGMENTS;
	fn_xdp_set_features(dev, true);
	fn_set_xdp_metadata_ops(dev, &fn_xdp_metadata_ops);
	fn_set_xsk_tx_metadata_ops(dev, &fn_xsk_tx_metadata_ops);
	fn_set_stat_ops(dev, &fn_stat_ops);
}

static void fn_netdev_init_queue(struct fn_port *port, u32 index)
{
	struct fn_queue *q = &port->queues[index];

	q->port = port;
	q->index = index;
	spin_lock_init(&q->xdp_lock);
	u64_stats_init(&q->rx_stats.sync);
	u64_stats_init(&q->tx_stats.sync);
	u64_stats_init(&q->xdp_stats.sync);
	u64_stats_init(&q->xsk_stats.sync);
}

static int fn_netdev_attach(struct fn_nic *nic, struct net_device *dev,
			    u32 index)
{
	struct fn_port *port = netdev_priv(dev);
	u32 i;

	port->dev = dev;
	port->nic = nic;
	port->index = index;
	port->pause = true;
	fn_rx_filter_init(port);
	port->max_queues = min3(dev->num_rx_queues, dev->num_tx_queues,
				(unsigned int)FN_MAX_QUEUES);
	port->config = (struct fn_port_config){
		.mtu = dev->mtu,
		.queues = min(num_online_cpus(), port->max_queues),
		.rx_entries = nic->ring_size,
		.tx_entries = nic->ring_size,
	};
	port->queues =
		kvcalloc(port->max_queues, sizeof(*port->queues), GFP_KERNEL);
	if (!port->queues)
		return -ENOMEM;
	for (i = 0; i < port->max_queues; i++)
		fn_netdev_init_queue(port, i);
	fn_channels_add(port, port->config.queues);
	fn_nic_get(nic);
	port->attached = true;
	return 0;
}

static void fn_netdev_name(struct fn_nic *nic, struct net_device *dev,
			   u32 index)
{
	if (!dev->name[0])
		snprintf(dev->name, IFNAMSIZ, "fn%up%u", nic->index, index);
	dev->dev_port = index;
	SET_NETDEV_DEV(dev, &nic->pdev->dev);
}

/*
 * A port has a permanent address, made up when the card is. What a user asked
 * for instead, rtnetlink has stored unseen.
 */
static int fn_netdev_address(struct net_device *dev,
			     struct netlink_ext_ack *extack)
{
	eth_random_addr(dev->perm_addr);
	if (dev->addr_assign_type != NET_ADDR_SET) {
		eth_hw_addr_set(dev, dev->perm_addr);
		return 0;
	}
	if (is_valid_ether_addr(dev->dev_addr))
		return 0;
	fn_extack(
		extack,
		"a port cannot have the address %pM: it takes a unicast address other than 0",
		dev->dev_addr);
	return -EADDRNOTAVAIL;
}

static int fn_netdev_register(struct fn_nic *nic, struct net_device *dev,
			      u32 index)
{
	struct fn_port *port = netdev_priv(dev);
	int err;

	dev->rtnl_link_ops = nic->link_ops;
	netif_carrier_off(dev);
	/* Generic XDP can send before the port has ever been opened. */
	netif_tx_stop_all_queues(dev);
	fn_netdev_name(nic, dev, index);
	err = fn_netdev_attach(nic, dev, index);
	if (err)
		return err;
	err = fn_port_control(port, FN_PORT_SET_MTU | FN_PORT_SET_PAUSE |
					    FN_PORT_SET_RX);
	fn_ntuple_clear(port); /* those of a port that was taken out */
	if (!err)
		err = fn_moderation_create(port);
	if (!err)
		err = fn_rss_create(port);
	if (!err)
		err = fn_rx_filter_create(port);
	if (!err)
		err = fn_channels_apply(port);
	if (!err)
		err = register_netdevice(dev);
	/* A device that got half-way is destroyed when RTNL is released. */
	if (err && dev->reg_state != NETREG_UNREGISTERING)
		fn_netdev_destructor(dev);
	if (!err)
		fn_channels_set_xps(port);
	return err;
}

/**
 * fn_netdev_create() - give a port its host netdev
 * @nic: the card
 * @net: namespace
 * @index: number of the port
 * @dev: netdev to use, or NULL for a new one. Stays the caller's on error
 * @extack: says what failed
 *
 * Return: 0 or a negative errno.
 */
int fn_netdev_create(struct fn_nic *nic, struct net *net, u32 index,
		     struct net_device *dev, struct netlink_ext_ack *extack)
{
	bool given = dev;
	int err;

	if (!given) {
		dev = alloc_netdev_mqs(sizeof(struct fn_port), "",
				       NET_NAME_PREDICTABLE, fn_netdev_setup,
				       fn_channels_max(), fn_channels_max());
		if (!dev)
			return -ENOMEM;
		dev_net_set(dev, net);
	}
	err = fn_netdev_address(dev, extack);
	if (err)
		return err;
	err = fn_netdev_register(nic, dev, index);
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
