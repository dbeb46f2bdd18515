// SPDX-License-Identifier: GPL-2.0
/*
 * Rules for certain flows as ethtool -N and -n set and show them: to a queue, or
 * dropped. The card follows them; the driver keeps what ethtool asked for.
 */

#include <linux/etherdevice.h>

#include "flownic.h"

#define FN_FLOW_TYPE(fs) \
	((fs)->flow_type & ~(FLOW_EXT | FLOW_MAC_EXT | FLOW_RSS))

/* A part of a key that is given with a mask. */
#define FN_RULE_PART(msg, to, value_, mask_)                            \
	do {                                                            \
		BUILD_BUG_ON(sizeof((msg)->value.to) < sizeof(value_)); \
		memcpy(&(msg)->value.to, &(value_), sizeof(value_));    \
		memcpy(&(msg)->mask.to, &(mask_), sizeof(mask_));       \
	} while (0)

static void fn_rule_kind(struct fn_msg_port_rule *msg, enum fn_flow_kind kind)
{
	msg->value.kind = kind;
	msg->mask.kind = 0xff;
}

static void fn_rule_version(struct fn_msg_port_rule *msg, u8 version)
{
	msg->value.version = version;
	msg->mask.version = 0xff;
}

static void fn_rule_l4_v4(struct fn_msg_port_rule *msg,
			  const struct ethtool_rx_flow_spec *fs)
{
	const struct ethtool_tcpip4_spec *h = &fs->h_u.tcp_ip4_spec;
	const struct ethtool_tcpip4_spec *m = &fs->m_u.tcp_ip4_spec;

	FN_RULE_PART(msg, src, h->ip4src, m->ip4src);
	FN_RULE_PART(msg, dst, h->ip4dst, m->ip4dst);
	FN_RULE_PART(msg, sport, h->psrc, m->psrc);
	FN_RULE_PART(msg, dport, h->pdst, m->pdst);
	FN_RULE_PART(msg, tos, h->tos, m->tos);
}

static void fn_rule_l4_v6(struct fn_msg_port_rule *msg,
			  const struct ethtool_rx_flow_spec *fs)
{
	const struct ethtool_tcpip6_spec *h = &fs->h_u.tcp_ip6_spec;
	const struct ethtool_tcpip6_spec *m = &fs->m_u.tcp_ip6_spec;

	FN_RULE_PART(msg, src, h->ip6src, m->ip6src);
	FN_RULE_PART(msg, dst, h->ip6dst, m->ip6dst);
	FN_RULE_PART(msg, sport, h->psrc, m->psrc);
	FN_RULE_PART(msg, dport, h->pdst, m->pdst);
	FN_RULE_PART(msg, tos, h->tclass, m->tclass);
}

static const char *fn_rule_ipv4(struct fn_msg_port_rule *msg,
				const struct ethtool_rx_flow_spec *fs)
{
	const struct ethtool_usrip4_spec *h = &fs->h_u.usr_ip4_spec;
	const struct ethtool_usrip4_spec *m = &fs->m_u.usr_ip4_spec;

	if (m->l4_4_bytes || m->ip_ver)
		return "of IPv4, addresses, tos and protocol can be compared";
	fn_rule_version(msg, 4);
	FN_RULE_PART(msg, src, h->ip4src, m->ip4src);
	FN_RULE_PART(msg, dst, h->ip4dst, m->ip4dst);
	FN_RULE_PART(msg, tos, h->tos, m->tos);
	FN_RULE_PART(msg, proto, h->proto, m->proto);
	return NULL;
}

static const char *fn_rule_ipv6(struct fn_msg_port_rule *msg,
				const struct ethtool_rx_flow_spec *fs)
{
	const struct ethtool_usrip6_spec *h = &fs->h_u.usr_ip6_spec;
	const struct ethtool_usrip6_spec *m = &fs->m_u.usr_ip6_spec;

	if (m->l4_4_bytes)
		return "of IPv6, addresses, tclass and protocol can be compared";
	fn_rule_version(msg, 6);
	FN_RULE_PART(msg, src, h->ip6src, m->ip6src);
	FN_RULE_PART(msg, dst, h->ip6dst, m->ip6dst);
	FN_RULE_PART(msg, tos, h->tclass, m->tclass);
	FN_RULE_PART(msg, proto, h->l4_proto, m->l4_proto);
	return NULL;
}

static void fn_rule_ether(struct fn_msg_port_rule *msg,
			  const struct ethtool_rx_flow_spec *fs)
{
	const struct ethhdr *h = &fs->h_u.ether_spec;
	const struct ethhdr *m = &fs->m_u.ether_spec;

	FN_RULE_PART(msg, dst_mac, h->h_dest, m->h_dest);
	FN_RULE_PART(msg, src_mac, h->h_source, m->h_source);
	FN_RULE_PART(msg, type, h->h_proto, m->h_proto);
}

/**
 * struct fn_rule_flow - how ethtool calls a kind of flow that has ports
 * @flow: its name
 * @kind: the card's
 * @fill: writes addresses and ports
 */
struct fn_rule_flow {
	u32 flow;
	enum fn_flow_kind kind;
	void (*fill)(struct fn_msg_port_rule *msg,
		     const struct ethtool_rx_flow_spec *fs);
};

static const struct fn_rule_flow fn_rule_flows[] = {
	{ TCP_V4_FLOW, FN_FLOW_TCP4, fn_rule_l4_v4 },
	{ UDP_V4_FLOW, FN_FLOW_UDP4, fn_rule_l4_v4 },
	{ SCTP_V4_FLOW, FN_FLOW_SCTP4, fn_rule_l4_v4 },
	{ TCP_V6_FLOW, FN_FLOW_TCP6, fn_rule_l4_v6 },
	{ UDP_V6_FLOW, FN_FLOW_UDP6, fn_rule_l4_v6 },
	{ SCTP_V6_FLOW, FN_FLOW_SCTP6, fn_rule_l4_v6 },
};

/* Return: NULL, or what would be accepted. */
static const char *fn_rule_flow(struct fn_msg_port_rule *msg,
				const struct ethtool_rx_flow_spec *fs)
{
	u32 type = FN_FLOW_TYPE(fs);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fn_rule_flows); i++) {
		if (fn_rule_flows[i].flow != type)
			continue;
		fn_rule_kind(msg, fn_rule_flows[i].kind);
		fn_rule_flows[i].fill(msg, fs);
		return NULL;
	}
	switch (type) {
	case IPV4_USER_FLOW:
		return fn_rule_ipv4(msg, fs);
	case IPV6_USER_FLOW:
		return fn_rule_ipv6(msg, fs);
	case ETHER_FLOW:
		fn_rule_ether(msg, fs);
		return NULL;
	}
	return "flows are ether, ip4, ip6 and tcp, udp, sctp of both";
}

static const char *fn_rule_ext(struct fn_msg_port_rule *msg,
			       const struct ethtool_rx_flow_spec *fs)
{
	const struct ethtool_flow_ext *h = &fs->h_ext;
	const struct ethtool_flow_ext *m = &fs->m_ext;

	if (fs->flow_type & FLOW_MAC_EXT)
		FN_RULE_PART(msg, dst_mac, h->h_dest, m->h_dest);
	if (!(fs->flow_type & FLOW_EXT))
		return NULL;
	if (m->data[0] || m->data[1])
		return "there is no user-def data to compare";
	FN_RULE_PART(msg, vlan_type, h->vlan_etype, m->vlan_etype);
	FN_RULE_PART(msg, vlan_tci, h->vlan_tci, m->vlan_tci);
	return NULL;
}

/* With a context, ethtool's queue is 0 and says nothing. */
static const char *fn_rule_context(const struct fn_port *port,
				   struct fn_msg_port_rule *msg,
				   const struct ethtool_rx_flow_spec *fs,
				   u32 context)
{
	if (!(fs->flow_type & FLOW_RSS))
		return NULL;
	if (context >= FN_RSS_CONTEXTS || !test_bit(context, port->contexts))
		return "the context is one that was made (ethtool -X context new)";
	msg->context = context;
	return NULL;
}

static const char *fn_rule_action(const struct fn_port *port,
				  struct fn_msg_port_rule *msg,
				  const struct ethtool_rx_flow_spec *fs)
{
	if (fs->ring_cookie == RX_CLS_FLOW_DISC) {
		msg->queue = FN_RULE_DROP;
		return NULL;
	}
	if (fs->ring_cookie >= port->config.queues)
		return "the action is a queue that is in use (ethtool -l), or -1 to drop";
	msg->queue = fs->ring_cookie;
	return NULL;
}

static int fn_rule_add(struct fn_port *port,
		       const struct ethtool_rx_flow_spec *fs, u32 context)
{
	struct fn_msg_port_rule msg = {
		.port = port->index,
		.place = fs->location,
		.on = true,
	};
	struct ethtool_rx_flow_spec *copy;
	const char *why = NULL;
	int err;

	if (fs->location >= FN_MAX_RULES)
		why = "locations are 0 to 127";
	why = why ?: fn_rule_action(port, &msg, fs);
	why = why ?: fn_rule_context(port, &msg, fs, context);
	why = why ?: fn_rule_flow(&msg, fs);
	why = why ?: fn_rule_ext(&msg, fs);
	if (why) {
		if (net_ratelimit())
			netdev_err(port->dev, "no rule: %s\n", why);
		return -EINVAL;
	}
	copy = kmemdup(fs, sizeof(*fs), GFP_KERNEL_ACCOUNT);
	if (!copy)
		return -ENOMEM;
	err = fn_card_ctrl(port->nic->card, FN_CTRL_PORT_RULE, &msg,
			   sizeof(msg));
	if (err) {
		kfree(copy);
		return err;
	}
	kfree(port->rules[fs->location]);
	port->rules[fs->location] = copy;
	port->rule_context[fs->location] = context;
	return 0;
}

static int fn_rule_del(struct fn_port *port, u32 location)
{
	struct fn_msg_port_rule msg = {
		.port = port->index,
		.place = location,
	};
	int err;

	if (location >= FN_MAX_RULES || !port->rules[location])
		return -ENOENT;
	err = fn_card_ctrl(port->nic->card, FN_CTRL_PORT_RULE, &msg,
			   sizeof(msg));
	if (err)
		return err;
	kfree(port->rules[location]);
	port->rules[location] = NULL;
	return 0;
}

/**
 * fn_ntuple_set() - add or remove a rule
 * @dev: host netdev
 * @nfc: ETHTOOL_SRXCLSRLINS or ETHTOOL_SRXCLSRLDEL
 *
 * Return: 0 or a negative errno, then nothing has changed.
 */
int fn_ntuple_set(struct net_device *dev, const struct ethtool_rxnfc *nfc)
{
	struct fn_port *port = netdev_priv(dev);
	u32 context = nfc->fs.flow_type & FLOW_RSS ? nfc->rss_context : 0;

	if (nfc->cmd == ETHTOOL_SRXCLSRLINS)
		return fn_rule_add(port, &nfc->fs, context);
	if (nfc->cmd == ETHTOOL_SRXCLSRLDEL)
		return fn_rule_del(port, nfc->fs.location);
	return -EOPNOTSUPP;
}

static int fn_rule_get(const struct fn_port *port, struct ethtool_rxnfc *nfc)
{
	u32 location = nfc->fs.location;

	if (location >= FN_MAX_RULES || !port->rules[location])
		return -ENOENT;
	nfc->fs = *port->rules[location];
	nfc->rss_context = port->rule_context[location];
	return 0;
}

static int fn_rule_list(const struct fn_port *port, struct ethtool_rxnfc *nfc,
			u32 *locations)
{
	u32 n = 0;
	u32 i;

	for (i = 0; i < FN_MAX_RULES; i++) {
		if (!port->rules[i])
			continue;
		if (n == nfc->rule_cnt)
			return -EMSGSIZE;
		locations[n++] = i;
	}
	nfc->rule_cnt = n;
	nfc->data = FN_MAX_RULES;
	return 0;
}

static u32 fn_rule_count(const struct fn_port *port)
{
	u32 n = 0;
	u32 i;

	for (i = 0; i < FN_MAX_RULES; i++)
		n += !!port->rules[i];
	return n;
}

/**
 * fn_ntuple_get() - what rules are there?
 * @dev: host netdev
 * @nfc: ETHTOOL_GRXCLSRLCNT, ETHTOOL_GRXCLSRULE or ETHTOOL_GRXCLSRLALL
 * @locations: of the last, the places of rules
 *
 * Return: 0 or a negative errno.
 */
int fn_ntuple_get(struct net_device *dev, struct ethtool_rxnfc *nfc,
		  u32 *locations)
{
	const struct fn_port *port = netdev_priv(dev);

	switch (nfc->cmd) {
	case ETHTOOL_GRXCLSRLCNT:
		nfc->rule_cnt = fn_rule_count(port);
		nfc->data = FN_MAX_RULES;
		return 0;
	case ETHTOOL_GRXCLSRULE:
		return fn_rule_get(port, nfc);
	case ETHTOOL_GRXCLSRLALL:
		return fn_rule_list(port, nfc, locations);
	}
	return -EOPNOTSUPP;
}

/**
 * fn_ntuple_queues() - queues that rules ask for
 * @port: the port
 *
 * Return: the highest queue and one.
 */
u32 fn_ntuple_queues(const struct fn_port *port)
{
	u64 queues = 0;
	u32 i;

	for (i = 0; i < FN_MAX_RULES; i++)
		if (port->rules[i] &&
		    port->rules[i]->ring_cookie != RX_CLS_FLOW_DISC)
			queues = max(queues, port->rules[i]->ring_cookie + 1);
	return queues;
}

/**
 * fn_ntuple_has_context() - does a rule send frames to an RSS context?
 * @port: the port
 * @context: number, not 0
 */
bool fn_ntuple_has_context(const struct fn_port *port, u32 context)
{
	u32 i;

	for (i = 0; i < FN_MAX_RULES; i++)
		if (port->rules[i] && port->rule_context[i] == context)
			return true;
	return false;
}

/**
 * fn_ntuple_clear() - forget all rules
 * @port: the port
 */
void fn_ntuple_clear(struct fn_port *port)
{
	struct fn_msg_port_rule msg = {
		.port = port->index,
		.place = FN_MAX_RULES,
	};
	u32 i;

	fn_card_ctrl(port->nic->card, FN_CTRL_PORT_RULE, &msg, sizeof(msg));
	for (i = 0; i < FN_MAX_RULES; i++) {
		kfree(port->rules[i]);
		port->rules[i] = NULL;
	}
}
