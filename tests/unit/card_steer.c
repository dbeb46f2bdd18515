// SPDX-License-Identifier: GPL-2.0
/*
 * Which receive queue gets a frame: receive side scaling against the published
 * hashes, rules, and rings by doorbell.
 */
#include "card_host.h"

#define QUEUES 8

static struct host h;
static struct wire wire;
static struct rx rx[QUEUES];
static struct fn_msg_port_rss rss;
static u8 frame[2000];
static u8 got[2000];
static bool more;

/* The key and the flows of Microsoft's "Verifying the RSS Hash Calculation". */
static const u8 key[FN_RSS_KEY] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
	0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
	0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
	0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

struct known {
	u8 naddr;
	u8 addr[32];
	u16 sport;
	u16 dport;
	u32 both;
	u32 addrs;
};

static const struct known known[] = {
	{ 8,
	  { 66, 9, 149, 187, 161, 142, 100, 80 },
	  2794,
	  1766,
	  0x51ccc178,
	  0x323e8fc2 },
	{ 8,
	  { 199, 92, 111, 2, 65, 69, 140, 83 },
	  14230,
	  4739,
	  0xc626b0ea,
	  0xd718262a },
	{ 8,
	  { 24, 19, 198, 95, 12, 22, 207, 184 },
	  12898,
	  38024,
	  0x5c2b394a,
	  0xd2d0a5de },
	{ 32,
	  { 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x1f, 0xff, 0x00, 0x00, 0x00,
	    0x00, 0x00, 0x00, 0x00, 0x07, 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00,
	    0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01 },
	  2794,
	  1766,
	  0x40207d3d,
	  0x2cc18cd5 },
};

static u32 build(const struct known *k, u8 proto, bool vlan)
{
	u8 *p = frame + 12;
	u32 hl = k->naddr == 8 ? 20 : 40;

	memset(frame, 0, sizeof(frame));
	memset(frame, 2, 12);
	if (vlan) {
		p[0] = 0x81;
		p[3] = 7;
		p += 4;
	}
	p[0] = hl == 20 ? 0x08 : 0x86;
	p[1] = hl == 20 ? 0x00 : 0xdd;
	p += 2;
	p[0] = hl == 20 ? 0x45 : 0x6a;
	p[1] = hl == 20 ? 0xb8 : 0xb0;
	p[hl == 20 ? 9 : 6] = proto;
	memcpy(p + (hl == 20 ? 12 : 8), k->addr, k->naddr);
	p += hl;
	p[0] = k->sport >> 8;
	p[1] = k->sport;
	p[2] = k->dport >> 8;
	p[3] = k->dport;
	return p + 20 - frame;
}

static int set_rss(void)
{
	return fn_card_ctrl(h.card, FN_CTRL_PORT_RSS, &rss, sizeof(rss));
}

static void set_up(void)
{
	u32 i;

	host_power_on(&h, 1, 0);
	memset(&wire, 0, sizeof(wire));
	fn_port_plug(h.card, 0, &wire_ops, &wire);
	for (i = 0; i < QUEUES; i++) {
		rx_create(&h, &rx[i], 0, i, 16, i);
		rx_fill(&rx[i], 16, HOST_ROOM);
		rx_ring(&h, &rx[i]);
	}
	memcpy(rss.key, key, sizeof(key));
	rss.ports = BIT(FN_FLOW_TCP4) | BIT(FN_FLOW_TCP6);
	for (i = 0; i < FN_RSS_QUEUES; i++)
		rss.queue[i] = i % QUEUES;
	is_u64(set_rss(), 0, "receive side scaling");
	port_op(&h, FN_CTRL_PORT_UP, 0);
}

static void tear_down(void)
{
	u32 i;

	port_op(&h, FN_CTRL_PORT_DOWN, 0);
	is_u64(port_op(&h, FN_CTRL_PORT_RINGS, 0), 0, "all rings go at once");
	is_u64(ring_destroy(&h, rx[0].doorbell), -ENOENT, "and are gone");
	for (i = 0; i < QUEUES; i++)
		free(rx[i].buf);
	fn_port_unplug(h.card, 0);
	fn_card_power_off(h.card);
}

/* The queue that the frame went to, or QUEUES. */
static u32 queue_of(u32 len, struct fn_rx_desc *d)
{
	u32 i;

	send_frame(&h, 0, frame, len);
	fn_card_poll(h.card, 64, &more);
	for (i = 0; i < QUEUES; i++) {
		if (!rx_read(&rx[i], got, d, NULL))
			continue;
		rx_fill(&rx[i], 1, HOST_ROOM);
		rx_ring(&h, &rx[i]);
		return i;
	}
	return QUEUES;
}

static void test_hash(void)
{
	struct fn_rx_desc d;
	u32 i, len;

	set_up();
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		const struct known *k = &known[i];

		len = build(k, 6, i & 1);
		is_u64(queue_of(len, &d), k->both % QUEUES, "queue by ports");
		is_u64(d.hash, k->both, "hash of addresses and ports");
		is_u64(d.flags,
		       FN_RX_L4 | FN_RX_OF_KIND(k->naddr == 8 ? FN_FLOW_TCP4 :
								FN_FLOW_TCP6),
		       "and it says so");
		len = build(k, 17, false);
		is_u64(queue_of(len, &d), k->addrs % QUEUES, "by addresses");
		is_u64(d.hash, k->addrs, "hash of addresses");
		is_u64(d.flags,
		       FN_RX_L3 | FN_RX_OF_KIND(k->naddr == 8 ? FN_FLOW_UDP4 :
								FN_FLOW_UDP6),
		       "and it says so");
	}
	len = build(&known[0], 6, false);
	frame[20] = 0x20;
	queue_of(len, &d);
	is_u64(d.hash, known[0].addrs, "a fragment has no ports");
	rss.queue[0] = 5;
	set_rss();
	frame[12] = 0x88;
	is_u64(queue_of(len, &d), 5, "what has no flow gets the first entry");
	is_u64(d.flags, 0, "and no hash");
	rss.queue[0] = QUEUES + 3;
	set_rss();
	is_u64(queue_of(len, &d), 0, "a queue without a ring is the first");
	rss.queue[0] = FN_MAX_QUEUES;
	is_u64(set_rss(), -EINVAL, "no such queue on any port");
	rss.queue[0] = 0;
	rss.ports = 1u << FN_NFLOWS;
	is_u64(set_rss(), -EINVAL, "no such kind of flow");
	rss.port = 1;
	is_u64(set_rss(), -ENODEV, "no such port");
	rss.port = 0;
	tear_down();
}

static int set_rule(struct fn_msg_port_rule *m)
{
	return fn_card_ctrl(h.card, FN_CTRL_PORT_RULE, m, sizeof(*m));
}

static struct fn_msg_port_rule rule(u32 place, u32 queue)
{
	return (struct fn_msg_port_rule){
		.place = place,
		.queue = queue,
		.on = 1,
	};
}

static void test_fields(void)
{
	struct fn_rx_desc d;
	struct fn_msg_port_rule m;
	struct fn_flow_key all;
	u32 len = build(&known[3], 6, true);
	const u8 want[] = { 6, 6, 0xab };
	u32 i, wrong = 0;

	set_up();
	m = rule(3, 6);
	m.value.kind = FN_FLOW_TCP6;
	m.value.version = want[0];
	m.value.proto = want[1];
	m.value.tos = want[2];
	memcpy(m.value.dst_mac, frame, 12);
	memcpy(m.value.vlan_type, frame + 12, 4);
	memcpy(m.value.type, frame + 16, 2);
	memcpy(m.value.src, known[3].addr, 32);
	memcpy(m.value.sport, frame + 18 + 40, 4);
	memset(&m.mask, 0xff, sizeof(m.mask));
	set_rule(&m);
	is_u64(queue_of(len, &d), 6, "every field as it is");
	all = m.value;
	for (i = 0; i < sizeof(all) * 8; i++) {
		m.value = all;
		((u8 *)&m.value)[i / 8] ^= 1 << i % 8;
		set_rule(&m);
		wrong += queue_of(len, &d) != known[3].both % QUEUES;
	}
	is_u64(wrong, 0, "each bit matters");
	tear_down();
}

static void test_rules(void)
{
	struct fn_msg_port_rule m = rule(10, FN_RULE_DROP);
	struct fn_rx_desc d;
	u32 len = build(&known[1], 17, false);
	u32 i;

	set_up();
	m.value.kind = FN_FLOW_UDP4;
	m.mask.kind = 0xff;
	is_u64(set_rule(&m), 0, "a rule");
	is_u64(queue_of(len, &d), QUEUES, "dropped");
	is_u64(port_stats(&h, 0).c.rule_drop, 1, "and counted");
	m.place = 9;
	m.queue = 2;
	set_rule(&m);
	is_u64(queue_of(len, &d), 2, "the lower place counts");
	m.queue = QUEUES + 1;
	set_rule(&m);
	is_u64(queue_of(len, &d), 0, "a queue without a ring is the first");
	m.on = 0;
	is_u64(set_rule(&m), 0, "removed");
	is_u64(set_rule(&m), -ENOENT, "which can be done once");
	is_u64(queue_of(len, &d), QUEUES, "the other one is there");
	m = rule(FN_MAX_RULES, 0);
	is_u64(set_rule(&m), -EINVAL, "no such place");
	m = rule(0, FN_MAX_QUEUES);
	is_u64(set_rule(&m), -EINVAL, "no such queue");
	for (i = 0; i < FN_MAX_RULES; i++) {
		m = rule((i * 37) % FN_MAX_RULES, i % QUEUES);
		m.value.sport[0] = i;
		m.mask.sport[0] = 0xff;
		set_rule(&m);
	}
	len = build(&(struct known){ 8, { 1 }, 100 << 8, 5, 0, 0 }, 17, false);
	is_u64(queue_of(len, &d), 100 % QUEUES, "one of many");
	m = (struct fn_msg_port_rule){ .place = FN_MAX_RULES };
	is_u64(set_rule(&m), 0, "all of them go");
	tear_down();
}

/* A context with a key of its own and one queue. */
static int set_context(u32 context, u8 queue)
{
	struct fn_msg_port_rss m = { .context = context };

	m.key[0] = 0xff;
	memset(m.queue, queue, sizeof(m.queue));
	return fn_card_ctrl(h.card, FN_CTRL_PORT_RSS, &m, sizeof(m));
}

static int del_context(u32 context)
{
	struct fn_msg_port_rss m = { .context = context, .gone = 1 };

	return fn_card_ctrl(h.card, FN_CTRL_PORT_RSS, &m, sizeof(m));
}

static void test_contexts(void)
{
	const struct known *k = &known[1];
	u32 len = build(k, 6, false);
	struct fn_msg_port_rule m = rule(10, 0);
	struct fn_rx_desc d;

	set_up();
	m.mask.kind = 0xff;
	m.value.kind = FN_FLOW_TCP4;
	m.context = FN_RSS_CONTEXTS - 1;
	is_u64(set_rule(&m), 0, "a rule for a context");
	is_u64(queue_of(len, &d), k->both % QUEUES,
	       "without that context it changes nothing");
	is_u64(set_context(FN_RSS_CONTEXTS - 1, 3), 0, "the context");
	is_u64(queue_of(len, &d), 3, "its table");
	ok(d.hash != k->both, "its key");
	is_u64(d.flags, FN_RX_L4 | FN_RX_OF_KIND(FN_FLOW_TCP4),
	       "and the port's fields");
	is_u64(set_context(FN_RSS_CONTEXTS - 1, 4), 0, "another table");
	is_u64(queue_of(len, &d), 4, "counts");
	is_u64(set_context(1, 5), 0, "another context");
	is_u64(queue_of(len, &d), 4, "does not");
	is_u64(del_context(FN_RSS_CONTEXTS - 1), 0, "removed");
	is_u64(queue_of(len, &d), k->both % QUEUES, "as before");
	is_u64(d.hash, k->both, "with the port's key");
	is_u64(del_context(FN_RSS_CONTEXTS - 1), -ENOENT, "no such context");
	is_u64(del_context(0), -EINVAL, "the port's own stays");
	is_u64(set_context(FN_RSS_CONTEXTS, 1), -EINVAL, "too many");
	m.context = FN_RSS_CONTEXTS;
	is_u64(set_rule(&m), -EINVAL, "nor rules for them");
	tear_down();
}

/* Frames that end anywhere: nothing beyond is looked at (a sanitizer's to say). */
static void test_cut(void)
{
	struct fn_msg_port_rule m = rule(0, 1);
	u32 i, j, len, lost = 0;
	struct fn_rx_desc d;

	set_up();
	memset(&m.mask, 0xff, sizeof(m.mask));
	set_rule(&m);
	for (j = 0; j < ARRAY_SIZE(known); j++) {
		len = build(&known[j], 6, true);
		for (i = FN_FRAME_MIN; i <= len; i++)
			lost += queue_of(i, &d) == QUEUES;
	}
	is_u64(lost, 0, "cut anywhere, and all arrive");
	tear_down();
}

/* Many transmit rings; those that are rung are served, in turn. */
static void test_transmit(void)
{
	static struct tx tx[FN_PORT_TX_RINGS];
	u32 i, round, wrong = 0;

	set_up();
	build(&known[0], 6, false);
	for (i = 0; i < FN_PORT_TX_RINGS; i++)
		wrong += tx_create(&h, &tx[i], 0, i, 16, 9) != 0;
	is_u64(wrong, 0, "two transmit rings for each queue");
	for (round = 0; round < 20; round++) {
		for (i = round; i < FN_PORT_TX_RINGS; i += 1 + round % 7) {
			tx_put(&tx[i], frame, 60, FN_TX_EOP);
			tx_ring(&h, &tx[i]);
		}
		do {
			fn_card_poll(h.card, 5, &more);
		} while (more);
		for (i = 0; i < FN_PORT_TX_RINGS; i++)
			wrong += tx[i].head != tx[i].tail;
	}
	is_u64(wrong, 0, "each is served");
	for (i = 0; i < 10; i++) {
		tx_put(&tx[0], frame, 60, FN_TX_EOP);
		tx_put(&tx[100], frame, 60, FN_TX_EOP);
	}
	tx_ring(&h, &tx[0]);
	tx_ring(&h, &tx[100]);
	fn_card_poll(h.card, 6, &more);
	fn_card_poll(h.card, 6, &more);
	ok(tx[0].head != tx[0].tail || tx[100].head != tx[100].tail,
	   "a budget is kept");
	ok(tx[0].tail - tx[0].head < 10 && tx[100].tail - tx[100].head < 10,
	   "and shared");
	wire_empty(&wire);
	tear_down();
}

int main(void)
{
	test_hash();
	test_fields();
	test_rules();
	test_contexts();
	test_cut();
	test_transmit();
	return done_testing();
}
