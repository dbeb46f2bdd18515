// SPDX-License-Identifier: GPL-2.0
/*
 * ip link add [NAME] type flownic: a card with one port. NAME is the host
 * netdev's; deleting either end of the cable removes the card.
 *
 * rtnetlink asks for CAP_NET_ADMIN in the user namespace of the new netdev,
 * which anyone has who makes one. But a card has threads, a clock and a devlink
 * instance: it is a thing of the machine.
 */

#include <linux/capability.h>
#include <net/rtnetlink.h>

#include "flownic.h"

static int fn_link_new(struct net_device *dev, struct nlattr *tb[],
		       struct netlink_ext_ack *extack)
{
	struct fn_nic_config cfg;
	struct fn_nic *nic;

	if (!capable(CAP_NET_ADMIN)) {
		fn_extack(
			extack,
			"a card is made by who has CAP_NET_ADMIN in the initial user namespace; a port can then be moved to this one");
		return -EPERM;
	}
	fn_nic_config_default(&cfg);
	cfg.origin = FN_ORIGIN_LINK;
	cfg.link_ops = dev->rtnl_link_ops;
	cfg.ports = 1;
	cfg.dev = dev;
	if (!tb[IFLA_IFNAME])
		dev->name[0] = '\0';
	return fn_nic_create(dev_net(dev), &cfg, &nic, extack);
}

FN_DEFINE_NEWLINK(fn_link_newlink, fn_link_new)

static void fn_link_del(struct net_device *dev, struct list_head *head)
{
	struct fn_port *port = netdev_priv(dev);

	fn_nic_unregister(fn_is_cable(dev) ? fn_cable_nic(dev) : port->nic,
			  head);
}

static struct rtnl_link_ops fn_link_ops = {
	.kind = FN_DRIVER_NAME,
	.priv_size = sizeof(struct fn_port),
	.get_num_tx_queues = fn_channels_max,
	.get_num_rx_queues = fn_channels_max,
	.setup = fn_netdev_setup,
	.newlink = fn_link_newlink,
	.dellink = fn_link_del,
};

int fn_link_init(void)
{
	return rtnl_link_register(&fn_link_ops);
}

void fn_link_exit(void)
{
	rtnl_link_unregister(&fn_link_ops);
}
