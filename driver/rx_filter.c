// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames the card gives to the host: all, or by VLAN (ethtool -K NAME
 * rx-vlan-filter on), by address (--set-priv-flags NAME rx-address-filter on), or
 * both. A promiscuous port gets all.
 */

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "flownic.h"

static const char fn_rx_filter_flag[ETH_GSTRING_LEN] = "rx-address-filter";

static void fn_rx_filter_add(struct fn_msg_port_rx_filter *msg, const u8 *addr)
{
	if (msg->addresses < FN_RX_ADDRESSES)
		ether_addr_copy(msg->address[msg->addresses], addr);
	msg->addresses++;
}

/* With more addresses than the card has room for, all of their kind pass. */
static void fn_rx_filter_addresses(struct net_device *dev,
				   struct fn_msg_port_rx_filter *msg)
{
	const struct netdev_hw_addr *ha;
	u32 unicast;

	netif_addr_lock_bh(dev);
	fn_rx_filter_add(msg, dev->dev_addr);
	netdev_for_each_uc_addr(ha, dev)
		fn_rx_filter_add(msg, ha->addr);
	if (msg->addresses > FN_RX_ADDRESSES)
		msg->by &= ~FN_RX_BY_ADDRESS;
	unicast = min_t(u32, msg->addresses, FN_RX_ADDRESSES);
	netdev_for_each_mc_addr(ha, dev)
		fn_rx_filter_add(msg, ha->addr);
	netif_addr_unlock_bh(dev);
	if (msg->addresses > FN_RX_ADDRESSES) {
		msg->all_multicast = true;
		msg->addresses = unicast;
	}
}

static void fn_rx_filter_fill(const struct fn_port *port,
			      struct fn_msg_port_rx_filter *msg)
{
	unsigned int flags = READ_ONCE(port->dev->flags);

	msg->port = port->index;
	if (flags & IFF_PROMISC)
		return;
	if (port->vlan_filter)
		msg->by |= FN_RX_BY_VLAN;
	if (port->address_filter)
		msg->by |= FN_RX_BY_ADDRESS;
	msg->all_multicast = !!(flags & IFF_ALLMULTI);
	memcpy(msg->vlan, port->vlans, sizeof(msg->vlan));
	if (msg->by & FN_RX_BY_ADDRESS)
		fn_rx_filter_addresses(port->dev, msg);
}

/* Under the filter's lock, so that what is newer is told last. */
static int fn_rx_filter_tell(struct fn_port *port)
{
	struct fn_msg_port_rx_filter *msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	int err;

	if (!msg)
		return -ENOMEM;
	fn_rx_filter_fill(port, msg);
	err = fn_card_ctrl(port->nic->card, FN_CTRL_PORT_RX_FILTER, msg,
			   sizeof(*msg));
	kfree(msg);
	return err;
}

/* Set what the filter is made of, and tell the card; back to what was if it fails. */
static int fn_rx_filter_set(struct fn_port *port, bool *what, bool to)
{
	bool old;
	int err;

	mutex_lock(&port->rx_filter_lock);
	old = *what;
	*what = to;
	err = fn_rx_filter_tell(port);
	if (err)
		*what = old;
	mutex_unlock(&port->rx_filter_lock);
	return err;
}

static void fn_rx_filter_work(struct work_struct *work)
{
	struct fn_port *port =
		container_of(work, struct fn_port, rx_filter_work);
	int err;

	mutex_lock(&port->rx_filter_lock);
	err = fn_rx_filter_tell(port);
	mutex_unlock(&port->rx_filter_lock);
	if (err && net_ratelimit())
		netdev_err(
			port->dev,
			"the card filters by the addresses it had: error %d\n",
			err);
}

/**
 * fn_rx_filter_init() - a port gets all frames at first
 * @port: new port
 */
void fn_rx_filter_init(struct fn_port *port)
{
	mutex_init(&port->rx_filter_lock);
	INIT_WORK(&port->rx_filter_work, fn_rx_filter_work);
}

/**
 * fn_rx_filter_create() - let the host get all frames, whatever the card knows of
 *	a port that was taken out
 * @port: new port
 *
 * Return: 0 or a negative errno.
 */
int fn_rx_filter_create(struct fn_port *port)
{
	return fn_rx_filter_set(port, &port->vlan_filter, false);
}

/* The port is unregistered: nobody asks for a change any more. */
void fn_rx_filter_stop(struct fn_port *port)
{
	cancel_work_sync(&port->rx_filter_work);
}

/**
 * fn_rx_filter_vlans() - filter by VLAN, or do not
 * @port: the port
 * @on: do
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int fn_rx_filter_vlans(struct fn_port *port, bool on)
{
	return fn_rx_filter_set(port, &port->vlan_filter, on);
}

static int fn_rx_filter_vlan(struct net_device *dev, u16 vid, bool in)
{
	struct fn_port *port = netdev_priv(dev);
	unsigned long *bit = &port->vlans[BIT_WORD(vid)];
	unsigned long old;
	int err;

	mutex_lock(&port->rx_filter_lock);
	old = *bit;
	__assign_bit(vid % BITS_PER_LONG, bit, in);
	err = fn_rx_filter_tell(port);
	if (err)
		*bit = old;
	mutex_unlock(&port->rx_filter_lock);
	return err;
}

int fn_rx_filter_add_vid(struct net_device *dev, __be16 proto, u16 vid)
{
	return fn_rx_filter_vlan(dev, vid, true);
}

int fn_rx_filter_kill_vid(struct net_device *dev, __be16 proto, u16 vid)
{
	return fn_rx_filter_vlan(dev, vid, false);
}

/* ndo_set_rx_mode: the address lock is held, and the card may sleep. */
void fn_rx_filter_set_mode(struct net_device *dev)
{
	struct fn_port *port = netdev_priv(dev);

	if (READ_ONCE(port->vlan_filter) || READ_ONCE(port->address_filter))
		schedule_work(&port->rx_filter_work);
}

int fn_rx_filter_set_mac(struct net_device *dev, void *addr)
{
	int err = eth_mac_addr(dev, addr);

	if (!err)
		fn_rx_filter_set_mode(dev);
	return err;
}

/* Private flags of ethtool: there is one. */

int fn_rx_filter_nflags(void)
{
	return 1;
}

void fn_rx_filter_flag_names(u8 *to)
{
	ethtool_sprintf(&to, "%s", fn_rx_filter_flag);
}

u32 fn_rx_filter_get_flags(struct net_device *dev)
{
	const struct fn_port *port = netdev_priv(dev);

	return port->address_filter;
}

int fn_rx_filter_set_flags(struct net_device *dev, u32 flags)
{
	struct fn_port *port = netdev_priv(dev);

	return fn_rx_filter_set(port, &port->address_filter, flags & 1);
}
