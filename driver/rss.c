// SPDX-License-Identifier: GPL-2.0
/*
 * Receive side scaling as ethtool -x, -X and -N rx-flow-hash show and set it.
 * The card does it; the driver keeps what the card was told.
 */

#include <linux/etherdevice.h>

#include "flownic.h"

#define FN_RSS_PORTS                                                  \
	(BIT(FN_FLOW_TCP4) | BIT(FN_FLOW_UDP4) | BIT(FN_FLOW_SCTP4) | \
	 BIT(FN_FLOW_TCP6) | BIT(FN_FLOW_UDP6) | BIT(FN_FLOW_SCTP6))

#define FN_RSS_ADDRS (RXH_IP_SRC | RXH_IP_DST)
#define FN_RSS_L4 (RXH_L4_B_0_1 | RXH_L4_B_2_3)

static int fn_rss_tell(struct fn_port *port, const struct fn_msg_port_rss *rss)
{
	struct fn_msg_port_rss msg = *rss;
	int err;

	msg.port = port->index;
	err = fn_card_ctrl(port->nic->card, FN_CTRL_PORT_RSS, &msg,
			   sizeof(msg));
	if (!err)
		port->rss = *rss;
	return err;
}

/**
 * fn_rss_spread() - spread frames evenly, unless a user said how
 * @port: the port
 *
 * Return: 0 or a negative errno, then nothing has changed.
 */
int fn_rss_spread(struct fn_port *port)
{
	struct fn_msg_port_rss rss = port->rss;
	u32 i;

	if (netif_is_rxfh_configured(port->dev))
		return 0;
	for (i = 0; i < FN_RSS_QUEUES; i++)
		rss.queue[i] =
			ethtool_rxfh_indir_default(i, port->config.queues);
	return fn_rss_tell(port, &rss);
}

/**
 * fn_rss_create() - a new port's: evenly, with the machine's key
 * @port: the port
 *
 * Return: 0 or a negative errno.
 */
int fn_rss_create(struct fn_port *port)
{
	port->rss.ports = FN_RSS_PORTS;
	netdev_rss_key_fill(port->rss.key, sizeof(port->rss.key));
	return fn_rss_spread(port);
}

u32 fn_rss_key_size(struct net_device *dev)
{
	return FN_RSS_KEY;
}

u32 fn_rss_table_size(struct net_device *dev)
{
	return FN_RSS_QUEUES;
}

/**
 * fn_rss_get() - what ethtool -x shows
 * @dev: host netdev
 * @table: gets the queues, or NULL
 * @key: gets the key, or NULL
 * @function: gets which hash it is, or NULL
 *
 * Return: 0.
 */
int fn_rss_get(struct net_device *dev, u32 *table, u8 *key, u8 *function)
{
	const struct fn_port *port = netdev_priv(dev);
	u32 i;

	for (i = 0; table && i < FN_RSS_QUEUES; i++)
		table[i] = port->rss.queue[i];
	if (key)
		memcpy(key, port->rss.key, FN_RSS_KEY);
	if (function)
		*function = ETH_RSS_HASH_TOP;
	return 0;
}

/**
 * fn_rss_function() - can the card hash so?
 * @function: which hash
 * @extack: says what was refused; may be NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int fn_rss_function(u8 function, struct netlink_ext_ack *extack)
{
	if (function == ETH_RSS_HASH_NO_CHANGE || function == ETH_RSS_HASH_TOP)
		return 0;
	fn_extack(extack, "the card hashes by Toeplitz (hfunc toeplitz) alone");
	return -EOPNOTSUPP;
}

/**
 * fn_rss_set() - what ethtool -X sets
 * @dev: host netdev
 * @table: queues, which the caller has compared with their number; or NULL
 * @key: key, or NULL
 * @function: which hash
 * @extack: says what was refused; may be NULL
 *
 * Return: 0 or a negative errno, then nothing has changed.
 */
int fn_rss_set(struct net_device *dev, const u32 *table, const u8 *key,
	       u8 function, struct netlink_ext_ack *extack)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_msg_port_rss rss = port->rss;
	u32 i;
	int err;

	err = fn_rss_function(function, extack);
	if (err)
		return err;
	for (i = 0; table && i < FN_RSS_QUEUES; i++)
		rss.queue[i] = table[i];
	if (key)
		memcpy(rss.key, key, FN_RSS_KEY);
	return fn_rss_tell(port, &rss);
}

/**
 * struct fn_rss_flow - how ethtool calls a kind of flow
 * @flow: its name
 * @kind: the card's
 */
struct fn_rss_flow {
	u32 flow;
	enum fn_flow_kind kind;
};

static const struct fn_rss_flow fn_rss_flows[] = {
	{ TCP_V4_FLOW, FN_FLOW_TCP4 },	  { UDP_V4_FLOW, FN_FLOW_UDP4 },
	{ SCTP_V4_FLOW, FN_FLOW_SCTP4 },  { TCP_V6_FLOW, FN_FLOW_TCP6 },
	{ UDP_V6_FLOW, FN_FLOW_UDP6 },	  { SCTP_V6_FLOW, FN_FLOW_SCTP6 },
	{ IPV4_FLOW, FN_FLOW_IPV4 },	  { IPV6_FLOW, FN_FLOW_IPV6 },
	{ AH_ESP_V4_FLOW, FN_FLOW_IPV4 }, { AH_ESP_V6_FLOW, FN_FLOW_IPV6 },
};

static enum fn_flow_kind fn_rss_kind(u32 flow)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fn_rss_flows); i++)
		if (fn_rss_flows[i].flow == flow)
			return fn_rss_flows[i].kind;
	return FN_FLOW_OTHER;
}

/**
 * fn_rss_get_fields() - what of a kind of flow is hashed
 * @dev: host netdev
 * @flow: TCP_V4_FLOW and so on
 * @fields: gets RXH_*
 *
 * Return: 0, or -EOPNOTSUPP for a kind that the card does not know.
 */
int fn_rss_get_fields(struct net_device *dev, u32 flow, u64 *fields)
{
	const struct fn_port *port = netdev_priv(dev);
	enum fn_flow_kind kind = fn_rss_kind(flow);

	if (kind == FN_FLOW_OTHER)
		return -EOPNOTSUPP;
	*fields = FN_RSS_ADDRS;
	if (port->rss.ports & BIT(kind))
		*fields |= FN_RSS_L4;
	return 0;
}

/**
 * fn_rss_set_fields() - say what of a kind of flow is hashed
 * @dev: host netdev
 * @flow: TCP_V4_FLOW and so on
 * @fields: RXH_*: both addresses, and both ports or none
 * @extack: says what was refused; may be NULL
 *
 * Return: 0 or a negative errno, then nothing has changed.
 */
int fn_rss_set_fields(struct net_device *dev, u32 flow, u64 fields,
		      struct netlink_ext_ack *extack)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_msg_port_rss rss = port->rss;
	enum fn_flow_kind kind = fn_rss_kind(flow);

	if (kind == FN_FLOW_OTHER ||
	    (fields != FN_RSS_ADDRS && (fields != (FN_RSS_ADDRS | FN_RSS_L4) ||
					!(FN_RSS_PORTS & BIT(kind))))) {
		fn_extack(
			extack,
			"the card hashes both addresses (sd), of TCP, UDP and SCTP both ports as well (sdfn), and nothing else");
		return -EOPNOTSUPP;
	}
	rss.ports &= ~BIT(kind);
	if (fields & RXH_L4_B_0_1)
		rss.ports |= BIT(kind);
	return fn_rss_tell(port, &rss);
}
