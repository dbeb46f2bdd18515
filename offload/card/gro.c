// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware GRO: the card says of a frame that it carries on where the frame before
 * it in the same ring ended. The host puts them together without a look at either.
 *
 * What may differ between the two is what comes back when the whole is cut up
 * again (offload/card/segment.c): lengths, identification, sequence number and
 * checksums, and PSH in the last. It is less than the kernel's GRO takes: no
 * options of IP, no tags, no tunnels.
 */
#include "card.h"
#include "wire.h"

#define ETH_LEN 14
#define TCP_LEN 20 /* without options */
#define TCP_PSH 0x08
#define TCP_ACK 0x10
#define CSUM_RIGHT 0xffff /* of bytes with their checksum */

/**
 * struct segment - a TCP segment that might be one of several
 * @tcp: where its header is
 * @size: bytes of all headers
 * @payload: bytes behind them
 * @seq: of its first byte
 * @id: of the IPv4 packet; 0 in IPv6
 * @push: has PSH
 */
struct segment {
	u32 tcp;
	u32 size;
	u32 payload;
	u32 seq;
	u16 id;
	bool push;
};

static bool find_ipv4(struct segment *s, const u8 *frame, u32 len)
{
	const u8 *ip = frame + ETH_LEN;

	s->tcp = ETH_LEN + 20;
	if (len < s->tcp + TCP_LEN || ip[0] != 0x45 || ip[9] != 6)
		return false;
	if (ip[6] & ~0x40 || ip[7]) /* but for "don't fragment" */
		return false;
	s->id = fn_get_be16(ip + 4);
	return fn_get_be16(ip + 2) == len - ETH_LEN &&
	       fn_csum_fold(fn_csum_partial(ip, 20, 0)) == CSUM_RIGHT;
}

static bool find_ipv6(struct segment *s, const u8 *frame, u32 len)
{
	const u8 *ip = frame + ETH_LEN;

	s->tcp = ETH_LEN + 40;
	s->id = 0;
	return len >= s->tcp + TCP_LEN && ip[0] >> 4 == 6 && ip[6] == 6 &&
	       fn_get_be16(ip + 4) == len - s->tcp;
}

static bool find(struct segment *s, const u8 *frame, u32 len)
{
	u32 type = fn_get_be16(frame + 12);
	const u8 *tcp;

	if (type == 0x0800 ? !find_ipv4(s, frame, len) :
	    type == 0x86dd ? !find_ipv6(s, frame, len) :
			     true)
		return false;
	tcp = frame + s->tcp;
	s->size = s->tcp + (tcp[12] >> 4) * 4;
	s->push = tcp[13] & TCP_PSH;
	s->seq = fn_get_be32(tcp + 4);
	if (s->size < s->tcp + TCP_LEN || s->size >= len)
		return false;
	s->payload = len - s->size;
	return !(tcp[12] & 0xf) && (tcp[13] & ~TCP_PSH) == TCP_ACK;
}

/* The headers without what may differ. */
static void copy_headers(u8 *to, const u8 *frame, const struct segment *s)
{
	u8 *ip = to + ETH_LEN;
	u8 *tcp = to + s->tcp;

	memcpy(to, frame, s->size);
	if (ip[0] >> 4 == 4) {
		memset(ip + 2, 0, 4); /* length, identification */
		memset(ip + 10, 0, 2);
	} else {
		memset(ip + 4, 0, 2);
	}
	memset(tcp + 4, 0, 4);
	tcp[13] &= ~TCP_PSH;
	memset(tcp + 16, 0, 2);
}

/**
 * fn_gro_joins - does a frame carry on where the last one ended?
 * @g: what the last one was, and what this one becomes
 * @frame: frame whose checksum is right
 * @len: bytes of it
 * @place: where it goes in the ring, free-running; the last one must be right
 *	before it
 */
bool fn_gro_joins(struct fn_gro *g, const u8 *frame, u32 len, u32 place)
{
	u8 headers[FN_GRO_HEADERS];
	struct segment s;
	bool joins;

	if (!find(&s, frame, len)) {
		g->size = 0;
		return false;
	}
	copy_headers(headers, frame, &s);
	joins = g->size == s.size && g->place == place && g->seq == s.seq &&
		g->id == s.id && s.payload <= g->mss &&
		!memcmp(headers, g->headers, s.size);
	if (!joins) {
		g->mss = s.payload;
		memcpy(g->headers, headers, s.size);
	}
	g->place = place + 1;
	g->seq = s.seq + s.payload;
	g->id = frame[ETH_LEN] >> 4 == 4 ? s.id + 1 : 0;
	/* A short one, or one with PSH, is the last. */
	g->size = s.payload < g->mss || s.push ? 0 : s.size;
	return joins;
}
