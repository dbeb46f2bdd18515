// SPDX-License-Identifier: GPL-2.0
/*
 * RSS contexts, as ethtool -X context new makes them: tables and keys beside the
 * port's own, for frames that a rule sends there. The core numbers them and keeps
 * what they are; the card follows them.
 */

#include "flownic.h"

#define FN_CONTEXT_IN_USE \
	"rules send frames to context %u: remove them (ethtool -n, -N delete) before it goes"

/**
 * fn_rss_context_default() - what a context has of which its user said nothing
 * @dev: host netdev
 * @table: gets queues, all of them in turn
 * @key: gets the port's
 */
void fn_rss_context_default(struct net_device *dev, u32 *table, u8 *key)
{
	const struct fn_port *port = netdev_priv(dev);
	u32 i;

	for (i = 0; i < FN_RSS_QUEUES; i++)
		table[i] = ethtool_rxfh_indir_default(i, port->config.queues);
	memcpy(key, port->rss.key, FN_RSS_KEY);
}

/**
 * fn_rss_context_set() - make a context or change it
 * @dev: host netdev
 * @context: number, not 0
 * @table: queues
 * @key: of the hash
 * @function: which hash
 * @extack: says what was refused; may be NULL
 *
 * Return: 0 or a negative errno, then nothing has changed.
 */
int fn_rss_context_set(struct net_device *dev, u32 context, const u32 *table,
		       const u8 *key, u8 function,
		       struct netlink_ext_ack *extack)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_msg_port_rss msg = {
		.port = port->index,
		.context = context,
	};
	u32 i;
	int err;

	err = fn_rss_function(function, extack);
	if (err)
		return err;
	for (i = 0; i < FN_RSS_QUEUES; i++)
		msg.queue[i] = table[i];
	memcpy(msg.key, key, FN_RSS_KEY);
	err = fn_card_ctrl(port->nic->card, FN_CTRL_PORT_RSS, &msg,
			   sizeof(msg));
	if (!err)
		__set_bit(context, port->contexts);
	return err;
}

/**
 * fn_rss_context_del() - remove a context
 * @dev: host netdev
 * @context: number
 * @extack: says what was refused; may be NULL
 *
 * Of a netdev that goes the core removes all contexts, whatever rules there are.
 *
 * Return: 0, -EBUSY while rules name it, or another negative errno.
 */
int fn_rss_context_del(struct net_device *dev, u32 context,
		       struct netlink_ext_ack *extack)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_msg_port_rss msg = {
		.port = port->index,
		.context = context,
		.gone = true,
	};
	int err;

	if (dev->reg_state == NETREG_REGISTERED &&
	    fn_ntuple_has_context(port, context)) {
		fn_extack(extack, FN_CONTEXT_IN_USE, context);
		if (!extack && net_ratelimit())
			netdev_err(dev, FN_CONTEXT_IN_USE "\n", context);
		return -EBUSY;
	}
	err = fn_card_ctrl(port->nic->card, FN_CTRL_PORT_RSS, &msg,
			   sizeof(msg));
	if (!err)
		__clear_bit(context, port->contexts);
	return err;
}
