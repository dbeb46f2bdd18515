// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware GRO: which frames the card says carry on where the last one ended. Two
 * are sent for each case; the second differs from the one that would in one thing.
 */
#include "card_host.h"

#define PAYLOAD 1000
#define OPTIONS 12
#define SEQ 0xfffffc00u /* goes round */

static struct host h;
static struct wire wire;
static struct rx rx;
static struct tx tx;

/**
 * struct change - how the second frame differs from what carries the first one on
 * @name: for people
 * @version: of IP
 * @seq: added to its sequence number
 * @id: added to its identification
 * @more: bytes more of payload
 * @at: byte to change, from the end of the Ethernet header on
 * @by: what it is changed by, as of xor
 * @after: when checksums are there
 * @joins: it carries the first one on all the same
 */
struct change {
	const char *name;
	u8 version;
	s32 seq;
	s32 id;
	s32 more;
	u32 at;
	u8 by;
	bool after;
	bool joins;
};

#define TCP4 20
#define TCP6 40

static const struct change changes[] = {
	{ "nothing", 4, 0, 0, 0, 0, 0, false, true },
	{ "a byte of payload", 4, 0, 0, 0, TCP4 + 40, 1, false, true },
	{ "less payload", 4, 0, 0, -1, 0, 0, false, true },
	{ "PSH", 4, 0, 0, 0, TCP4 + 13, 0x08, false, true },
	{ "more payload", 4, 0, 0, 1, 0, 0, false, false },
	{ "no payload", 4, 0, 0, -PAYLOAD, 0, 0, false, false },
	{ "a byte is missing", 4, 1, 0, 0, 0, 0, false, false },
	{ "a byte twice", 4, -1, 0, 0, 0, 0, false, false },
	{ "the first again", 4, -PAYLOAD, 0, 0, 0, 0, false, false },
	{ "identification", 4, 0, 1, 0, 0, 0, false, false },
	{ "the same identification", 4, 0, -1, 0, 0, 0, false, false },
	{ "the class", 4, 0, 0, 0, 1, 4, false, false },
	{ "congestion experienced", 4, 0, 0, 0, 1, 3, false, false },
	{ "a fragment", 4, 0, 0, 0, 6, 0x20, false, false },
	{ "the last fragment", 4, 0, 0, 0, 7, 1, false, false },
	{ "may be fragmented", 4, 0, 0, 0, 6, 0x40, false, false },
	{ "TTL", 4, 0, 0, 0, 8, 1, false, false },
	{ "UDP", 4, 0, 0, 0, 9, 6 ^ 17, false, false },
	{ "checksum of IP", 4, 0, 0, 0, 10, 1, true, false },
	{ "source", 4, 0, 0, 0, 15, 1, false, false },
	{ "destination", 4, 0, 0, 0, 19, 1, false, false },
	{ "source port", 4, 0, 0, 0, TCP4 + 1, 1, false, false },
	{ "destination port", 4, 0, 0, 0, TCP4 + 3, 1, false, false },
	{ "acknowledgment", 4, 0, 0, 0, TCP4 + 11, 1, false, false },
	{ "FIN", 4, 0, 0, 0, TCP4 + 13, 0x01, false, false },
	{ "SYN", 4, 0, 0, 0, TCP4 + 13, 0x02, false, false },
	{ "RST", 4, 0, 0, 0, TCP4 + 13, 0x04, false, false },
	{ "no ACK", 4, 0, 0, 0, TCP4 + 13, 0x10, false, false },
	{ "URG", 4, 0, 0, 0, TCP4 + 13, 0x20, false, false },
	{ "ECE", 4, 0, 0, 0, TCP4 + 13, 0x40, false, false },
	{ "CWR", 4, 0, 0, 0, TCP4 + 13, 0x80, false, false },
	{ "accurate ECN", 4, 0, 0, 0, TCP4 + 12, 0x01, false, false },
	{ "fewer options", 4, 0, 0, 0, TCP4 + 12, 0x80 ^ 0x70, false, false },
	{ "window", 4, 0, 0, 0, TCP4 + 15, 1, false, false },
	{ "checksum of TCP", 4, 0, 0, 0, TCP4 + 16, 1, true, false },
	{ "urgent pointer", 4, 0, 0, 0, TCP4 + 19, 1, false, false },
	{ "time stamp", 4, 0, 0, 0, TCP4 + 27, 1, false, false },
	{ "nothing, IPv6", 6, 0, 0, 0, 0, 0, false, true },
	{ "less payload, IPv6", 6, 0, 0, -999, 0, 0, false, true },
	{ "a byte is missing, IPv6", 6, 1, 0, 0, 0, 0, false, false },
	{ "flow label", 6, 0, 0, 0, 3, 1, false, false },
	{ "next header", 6, 0, 0, 0, 6, 1, false, false },
	{ "hop limit", 6, 0, 0, 0, 7, 1, false, false },
	{ "source, IPv6", 6, 0, 0, 0, 23, 1, false, false },
	{ "window, IPv6", 6, 0, 0, 0, TCP6 + 15, 1, false, false },
	{ "PSH, IPv6", 6, 0, 0, 0, TCP6 + 13, 0x08, false, true },
};

static u32 build_ip(u8 *ip, u32 version, u32 id, u32 len)
{
	if (version == 6) {
		ip[0] = 0x60;
		put16(ip + 4, len);
		ip[6] = 6;
		ip[7] = 64;
		memset(ip + 8, 0x20, 32);
		return 40;
	}
	ip[0] = 0x45;
	put16(ip + 2, 20 + len);
	put16(ip + 4, id);
	ip[6] = 0x40;
	ip[8] = 64;
	ip[9] = 6;
	memset(ip + 12, 10, 8);
	return 20;
}

static void build_tcp(u8 *tcp, u32 flow, u32 seq)
{
	put16(tcp, flow);
	put16(tcp + 2, 80);
	put32(tcp + 4, seq);
	put32(tcp + 8, 77);
	tcp[12] = (20 + OPTIONS) / 4 << 4;
	tcp[13] = 0x10;
	put16(tcp + 14, 500);
	tcp[20] = tcp[21] = 1;
	tcp[22] = 8;
	tcp[23] = 10;
}

static void sums(u8 *ip, u32 version, u32 len)
{
	u32 at = version == 4 ? 20 : 40;
	u32 from = version == 4 ? 12 : 8;
	u32 proto = version == 4 ? ip[9] : ip[6];
	u8 *field = ip + at + (proto == 17 ? 6 : 16);

	if (version == 4)
		put16(ip + 10, ~sum16(0, ip, 20));
	put16(field, 0);
	put16(field,
	      ~sum16(sum16(proto + len, ip + from, at - from), ip + at, len));
}

/* @c: what differs, or NULL for the first one. Return: bytes. */
static u32 build(u8 *frame, u32 version, u32 flow, const struct change *c)
{
	u32 payload = PAYLOAD + (c ? c->more : 0);
	u32 len = 20 + OPTIONS + payload;
	u8 *ip = frame + 14;
	u32 at;

	memset(frame, 0, 14 + 40 + len);
	memset(frame, 2, 12);
	put16(frame + 12, version == 4 ? 0x0800 : 0x86dd);
	at = build_ip(ip, version, 0xffff + (c ? 1 + c->id : 0), len);
	build_tcp(ip + at, flow, SEQ + (c ? PAYLOAD + c->seq : 0));
	memset(ip + at + 20 + OPTIONS, 0x55, payload);
	if (c && !c->after)
		ip[c->at] ^= c->by;
	sums(ip, version, len);
	if (c && c->after)
		ip[c->at] ^= c->by;
	return 14 + at + len;
}

/* Return: the descriptor's flags, ~0 if there is none. */
static u32 flags_of(const u8 *frame, u32 len)
{
	static u8 got[HOST_ROOM];
	struct fn_rx_desc desc = {};
	u32 n;

	send_frame(&h, 0, frame, len);
	host_run(&h);
	n = rx_read(&rx, got, &desc, NULL);
	rx_fill(&rx, 1, HOST_ROOM);
	rx_ring(&h, &rx);
	return n == len && !memcmp(got, frame, len) ? desc.flags : ~0u;
}

static void test_changes(void)
{
	static u8 frame[HOST_ROOM];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		const struct change *c = &changes[i];
		u32 first, second;

		first = flags_of(frame, build(frame, c->version, i, NULL));
		second = flags_of(frame, build(frame, c->version, i, c));
		ok(first != ~0u && !(first & FN_RX_JOINS) && second != ~0u &&
			   !!(second & FN_RX_JOINS) == c->joins,
		   "differs: %s", c->name);
		if (first == ~0u || second == ~0u ||
		    !!(second & FN_RX_JOINS) != c->joins)
			diag("flags %#x, %#x; expected that the second one %s",
			     first, second, c->joins ? "joins" : "does not");
	}
}

/* Return: does the frame with @n payloads before it join? */
static bool joins(u32 flow, u32 n, s32 more, u8 flags)
{
	static u8 frame[HOST_ROOM];
	struct change c = {
		.version = 4,
		.seq = ((s32)n - 1) * PAYLOAD,
		.id = (s32)n - 1,
		.more = more,
		.at = TCP4 + 13,
		.by = flags,
	};

	return flags_of(frame, build(frame, 4, flow, &c)) & FN_RX_JOINS;
}

static void test_trains(void)
{
	u32 i, n;

	for (i = n = 0; i < 40; i++)
		n += joins(100, i, 0, 0);
	is_u64(n, 39, "all of 40 but the first one");
	joins(101, 0, 0, 0);
	ok(joins(101, 1, -1, 0), "a shorter one ends it");
	ok(!joins(101, 2, 0, 0), "and nothing joins that");
	joins(102, 0, 0, 0x08);
	ok(!joins(102, 1, 0, 0), "nothing joins one with PSH");
	joins(103, 0, 0, 0);
	joins(104, 0, 0, 0);
	ok(!joins(103, 1, 0, 0), "another flow is between the two");
	port_set(&h, 0, FN_PORT_SET_GRO, 0);
	joins(105, 0, 0, 0);
	ok(!joins(105, 1, 0, 0), "none when it is off");
	port_set(&h, 0, FN_PORT_SET_GRO, 1);
	joins(106, 0, 0, 0);
	port_set(&h, 0, FN_PORT_SET_GRO, 0);
	joins(107, 0, 0, 0);
	port_set(&h, 0, FN_PORT_SET_GRO, 1);
	ok(!joins(106, 1, 0, 0), "nor with what came before it was off");
	port_set(&h, 0, FN_PORT_SET_RX_CSUM, 0);
	joins(108, 0, 0, 0);
	ok(!joins(108, 1, 0, 0), "none whose checksum is not looked at");
	port_set(&h, 0, FN_PORT_SET_RX_CSUM, 1);
}

int main(void)
{
	if (!host_begin(&h, 1, &wire, &tx, &rx))
		return 1;
	port_set(&h, 0, FN_PORT_SET_GRO, 1);
	test_changes();
	test_trains();
	host_end(&h, &tx, &rx);
	return done_testing();
}
