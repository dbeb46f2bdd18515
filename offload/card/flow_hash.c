// SPDX-License-Identifier: GPL-2.0
/*
 * The flow hash: frames of one flow get one hash, so that steering by it keeps
 * their order. All fragments of a datagram count as one flow.
 */
#include "card.h"

#define VLAN_DEPTH 2

static u32 be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static u64 mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 32;
}

static u32 load32(const u8 *p)
{
	return get_unaligned((const u32 *)p);
}

static u64 load64(const u8 *p)
{
	return get_unaligned((const u64 *)p);
}

static bool has_ports(u32 proto)
{
	return proto == 6 || proto == 17 || proto == 132 || proto == 136;
}

static u64 hash_ipv4(u64 h, const u8 *p, u32 len)
{
	u32 ihl;

	if (len < 20)
		return h;
	ihl = (p[0] & 0xf) * 4;
	h = mix(h ^ p[9], load64(p + 12));
	/* A fragment has an offset or more to follow. */
	if (be16(p + 6) & 0x3fff || ihl < 20 || len < ihl + 4)
		return h;
	return has_ports(p[9]) ? mix(h, load32(p + ihl)) : h;
}

static u64 hash_ipv6(u64 h, const u8 *p, u32 len)
{
	u32 i;

	if (len < 40)
		return h;
	h ^= p[6];
	for (i = 8; i < 40; i += 8)
		h = mix(h, load64(p + i));
	if (len < 44 || !has_ports(p[6]))
		return h;
	return mix(h, load32(p + 40));
}

/**
 * fn_flow_hash - hash of a frame's addresses, protocol and ports
 * @frame: its beginning
 * @len: bytes of it at hand, at least 14; 96 are enough
 */
u32 fn_flow_hash(const u8 *frame, u32 len)
{
	u32 at = 12;
	u32 type = be16(frame + at);
	u32 depth;
	u64 h;

	for (depth = 0; depth < VLAN_DEPTH && len >= at + 6 &&
			(type == 0x8100 || type == 0x88a8);
	     depth++) {
		at += 4;
		type = be16(frame + at);
	}
	h = 0x2545f4914f6cdd1dull ^ type;
	at += 2;
	if (type == 0x0800)
		h = hash_ipv4(h, frame + at, len - at);
	else if (type == 0x86dd)
		h = hash_ipv6(h, frame + at, len - at);
	else
		h = mix(mix(h, load64(frame)), load32(frame + 8));
	return h;
}
