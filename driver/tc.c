// SPDX-License-Identifier: GPL-2.0
/*
 * Classifiers for the card: a port listens to the filters of the block that its
 * ingress is bound to. What becomes of them, offload/bpf_offload_tc.c knows.
 */

#include <net/flow_offload.h>
#include <net/pkt_cls.h>

#include "flownic.h"

/* Blocks that ports are bound to; the core's, under RTNL. */
static LIST_HEAD(fn_tc_blocks);

static int fn_tc_block(enum tc_setup_type type, void *data, void *priv)
{
	struct fn_port *port = priv;

	return fn_offload_tc(port->nic->offload, port->dev, port->index, type,
			     data);
}

/**
 * fn_tc_setup() - the host netdev's ndo_setup_tc
 * @dev: host netdev
 * @type: what is to be set up; blocks are known
 * @data: its arguments
 *
 * Context: RTNL.
 * Return: 0 or a negative errno; -EOPNOTSUPP for anything but the block of the
 *	ingress (qdiscs ingress and clsact).
 */
int fn_tc_setup(struct net_device *dev, enum tc_setup_type type, void *data)
{
	struct fn_port *port = netdev_priv(dev);

	if (type != TC_SETUP_BLOCK)
		return -EOPNOTSUPP;
	return flow_block_cb_setup_simple(data, &fn_tc_blocks, fn_tc_block,
					  port, port, true);
}

/**
 * fn_tc_disable() - may the feature hw-tc-offload be switched off?
 * @port: the port
 *
 * Context: RTNL.
 * Return: 0, or -EBUSY while there are filters on the card.
 */
int fn_tc_disable(struct fn_port *port)
{
	u32 n = fn_offload_tc_filters(port->nic->offload, port->index);
	char why[80];

	if (!n)
		return 0;
	snprintf(why, sizeof(why),
		 "hw-tc-offload stays on: %u filters are on the card", n);
	netdev_info(port->dev, "%s\n", why);
	fn_refused(port->nic, "feature", port->dev, -EBUSY, why);
	return -EBUSY;
}
