// SPDX-License-Identifier: GPL-2.0
/*
 * A netdev's ifindex is given when it is registered and may change when it is
 * moved to another namespace. Programs on the card see it: keep the card told.
 */

#include <linux/notifier.h>

#include "flownic.h"

static int fn_notify(struct notifier_block *nb, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	if (event == NETDEV_REGISTER && fn_is_port(dev))
		return notifier_from_errno(
			fn_port_control(netdev_priv(dev), FN_PORT_SET_IFINDEX));
	return NOTIFY_DONE;
}

static struct notifier_block fn_notifier = {
	.notifier_call = fn_notify,
};

int fn_notify_init(void)
{
	return register_netdevice_notifier(&fn_notifier);
}

void fn_notify_exit(void)
{
	unregister_netdevice_notifier(&fn_notifier);
}
