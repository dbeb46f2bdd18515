// SPDX-License-Identifier: GPL-2.0
/*
 * Receive side scaling: which queue of the host gets a frame. The hash is that
 * of Toeplitz, over the addresses and, for the kinds of flows that ask for it,
 * the ports, as network cards have it; what each byte of the input adds to it is
 * in a table.
 */
#include "flow.h"

#define INPUT 36 /* two IPv6 addresses, two ports */

/**
 * struct fn_rss - how a port spreads frames over receive queues
 * @ports: kinds of flows whose ports are hashed, a bit each
 * @queue: by hash
 * @part: what a byte of the input adds, by its place and its value
 */
struct fn_rss {
	u32 ports;
	u8 queue[FN_RSS_QUEUES];
	u32 part[INPUT][256];
};

/* What 4 bytes add. */
static inline u32 word(const u32 (*part)[256], const u8 *p)
{
	u32 bytes = get_unaligned((const u32 *)p);

	return part[0][(u8)bytes] ^ part[1][(u8)(bytes >> 8)] ^
	       part[2][(u8)(bytes >> 16)] ^ part[3][bytes >> 24];
}

/* Of IPv4 the addresses are 8 bytes, of IPv6 32. */
static inline u32 addresses(const u32 (*part)[256], const struct fn_flow *f)
{
	const u8 *p = f->addr;
	u32 hash = word(part, p) ^ word(part + 4, p + 4);
	u32 i;

	for (i = 8; i < f->naddr; i += 4)
		hash ^= word(part + i, p + i);
	return hash;
}

/* What is hashed, @ports, is the same in all contexts. */
static void hash_flow(const struct fn_rss *rss, u32 ports,
		      const struct fn_flow *f, struct fn_packet *pkt)
{
	pkt->hash = 0;
	pkt->hash_of = 0;
	if (f->kind == FN_FLOW_OTHER)
		return;
	pkt->hash = addresses(rss->part, f);
	pkt->hash_of = FN_RX_L3 | FN_RX_OF_KIND(f->kind);
	if (!f->ports || !(ports & 1u << f->kind))
		return;
	pkt->hash ^= word(rss->part + f->naddr, f->ports);
	pkt->hash_of = FN_RX_L4 | FN_RX_OF_KIND(f->kind);
}

static void spread(const struct fn_rss *rss, u32 ports, const struct fn_flow *f,
		   struct fn_packet *pkt)
{
	hash_flow(rss, ports, f, pkt);
	pkt->queue = rss->queue[pkt->hash % FN_RSS_QUEUES];
}

/* Return: false if the rule drops the frame. */
static bool follow(const struct fn_card_port *port, const struct fn_rule_to *to,
		   u32 ports, const struct fn_flow *f, struct fn_packet *pkt)
{
	const struct fn_rss *rss;

	if (!to)
		return true;
	if (to->queue == FN_RULE_DROP)
		return false;
	if (!to->context) {
		pkt->queue = to->queue;
		return true;
	}
	rss = fn_read(port->rss[to->context]);
	if (rss)
		spread(rss, ports, f, pkt);
	return true;
}

/**
 * fn_steer - choose the receive queue of a frame that came in
 * @port: port it came in on
 * @pkt: frame, at least FN_FRAME_MIN bytes; gets its hash and queue
 *
 * Under fn_read_lock(). Return: false if a rule drops it.
 */
bool fn_steer(const struct fn_card_port *port, struct fn_packet *pkt)
{
	const struct fn_rules *rules = fn_read(port->rules);
	const struct fn_rss *rss = fn_read(port->rss[0]);
	const u8 *frame = pkt->cell + pkt->data;
	u32 nrx = READ_ONCE(port->nrx);
	struct fn_flow f;

	if (!rss) {
		pkt->hash = fn_flow_hash(frame, fn_packet_len(pkt));
		pkt->hash_of = FN_RX_L3;
		pkt->queue = nrx ? pkt->hash % nrx : 0;
		return true;
	}
	fn_flow_find(&f, frame, fn_packet_len(pkt));
	spread(rss, rss->ports, &f, pkt);
	if (unlikely(rules) && !follow(port, fn_rules_match(rules, frame, &f),
				       rss->ports, &f, pkt))
		return false;
	if (unlikely(pkt->queue >= nrx))
		pkt->queue = 0;
	return true;
}

/* The 32 bits of the key from a bit on. */
static u32 window(const u8 *key, u32 bit)
{
	u64 bits = 0;
	u32 i;

	for (i = 0; i < 5; i++)
		bits = bits << 8 | key[bit / 8 + i];
	return bits >> (8 - bit % 8);
}

/* Of a byte with several bits: that of its lowest and that of the others. */
static void make_parts(struct fn_rss *rss, const u8 *key)
{
	u32 i, value;

	_Static_assert(INPUT + sizeof(u32) <= FN_RSS_KEY,
		       "the key covers the input");
	for (i = 0; i < INPUT; i++) {
		u32 *part = rss->part[i];

		for (value = 1; value < 256; value++)
			part[value] = part[value & (value - 1)] ^
				      window(key, i * 8 + 7 - __ffs(value));
	}
}

static bool sane(const struct fn_msg_port_rss *m)
{
	u32 i;

	if (m->context >= FN_RSS_CONTEXTS)
		return false;
	if (m->gone)
		return m->context;
	for (i = 0; i < FN_RSS_QUEUES; i++)
		if (m->queue[i] >= FN_MAX_QUEUES)
			return false;
	return !(m->ports >> FN_NFLOWS);
}

static struct fn_rss *make_rss(const struct fn_msg_port_rss *m)
{
	struct fn_rss *rss = fn_alloc(sizeof(*rss));

	if (!rss)
		return NULL;
	rss->ports = m->ports;
	memcpy(rss->queue, m->queue, sizeof(rss->queue));
	make_parts(rss, m->key);
	return rss;
}

/**
 * fn_ctrl_port_rss - FN_CTRL_PORT_RSS: spread frames over receive queues
 * @card: card
 * @msg: struct fn_msg_port_rss
 *
 * Return: 0, -ENODEV without such a port, -EINVAL for a context or a queue that
 * no port can have or an unknown kind of flow, -ENOENT if there is no context to
 * remove, -ENOMEM.
 */
int fn_ctrl_port_rss(struct fn_card *card, void *msg)
{
	const struct fn_msg_port_rss *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	struct fn_rss *rss = NULL;
	struct fn_rss *old;

	if (!p)
		return -ENODEV;
	if (!sane(m))
		return -EINVAL;
	old = fn_read_locked(p->rss[m->context]);
	if (m->gone && !old)
		return -ENOENT;
	if (!m->gone) {
		rss = make_rss(m);
		if (!rss)
			return -ENOMEM;
	}
	fn_publish(p->rss[m->context], rss);
	fn_wait_for_readers();
	fn_free(old);
	return 0;
}

/**
 * fn_steer_free - forget how a port spreads frames, when no worker runs any more
 * @port: port of a card that is being powered off
 */
void fn_steer_free(struct fn_card_port *port)
{
	u32 i;

	for (i = 0; i < FN_RSS_CONTEXTS; i++)
		fn_free(fn_read_locked(port->rss[i]));
}
