// SPDX-License-Identifier: GPL-2.0
/*
 * The host netdev's operations, most of them one call to where the work is.
 */

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "flownic.h"

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

	fn_offload_port_del(port->nic->offload, dev);
	WRITE_ONCE(port->nic->ports[port->index], NULL);
}

static int fn_netdev_open(struct net_device *dev)
{
	struct fn_port *port = netdev_priv(dev);
	int err = fn_port_open(port);

	if (err) {
		netdev_err(dev, "port does not come up: error %d\n", err);
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
	err = fn_port_reshape(port, &to, NULL);
	if (err) {
		netdev_err(dev, "MTU stays %u: error %d setting %d\n", dev->mtu,
			   err, mtu);
		return err;
	}
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static int fn_netdev_set_features(struct net_device *dev,
				  netdev_features_t features)
{
	netdev_features_t old = dev->features;
	struct fn_port *port = netdev_priv(dev);
	int err;

	if (!((old ^ features) & NETIF_F_RXCSUM))
		return 0;
	dev->features = features;
	err = fn_port_control(port, FN_PORT_SET_RX_CSUM);
	if (err)
		dev->features = old;
	return err;
}

static int fn_netdev_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	struct fn_port *port = netdev_priv(dev);

	switch (bpf->command) {
	case XDP_SETUP_PROG:
		return fn_xdp_setup(port, bpf->prog, bpf->extack);
	case XDP_SETUP_PROG_HW:
	case BPF_OFFLOAD_MAP_ALLOC:
	case BPF_OFFLOAD_MAP_FREE:
		return fn_offload_bpf(port->nic->offload, dev, port->index,
				      bpf);
	default:
		return -EOPNOTSUPP;
	}
}

const struct net_device_ops fn_netdev_ops = {
	.ndo_init = fn_netdev_init,
	.ndo_uninit = fn_netdev_uninit,
	.ndo_open = fn_netdev_open,
	.ndo_stop = fn_netdev_stop,
	.ndo_start_xmit = fn_start_xmit,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_eth_ioctl = fn_ptp_ioctl,
	.ndo_change_mtu = fn_netdev_change_mtu,
	.ndo_get_stats64 = fn_get_stats64,
	.ndo_set_features = fn_netdev_set_features,
	.ndo_bpf = fn_netdev_bpf,
	.ndo_xdp_xmit = fn_xdp_xmit,
};
