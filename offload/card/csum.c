// SPDX-License-Identifier: GPL-2.0
/*
 * The Internet checksum, of frames from the host, to the host, and for helpers.
 */
#include "card.h"
#include "wire.h"

/**
 * fn_csum_fill - finish a checksum that the host began
 * @frame: frame; the field holds the sum of the pseudo header
 * @len: bytes of it
 * @start: where summing starts
 * @offset: of the field from @start
 *
 * Return: false if @start or @offset is not in the frame.
 */
bool fn_csum_fill(u8 *frame, u32 len, u32 start, u32 offset)
{
	u16 sum;

	if (start > len || offset + 2 > len - start)
		return false;
	sum = ~fn_csum_fold(fn_csum_partial(frame + start, len - start, 0));
	/* 0 is no checksum in UDP; both mean the same to all others. */
	if (!sum)
		sum = 0xffff;
	put_unaligned(sum, (u16 *)(frame + start + offset));
	return true;
}

/* Is the sum over a segment and its pseudo header right? */
static bool l4_ok(const u8 *addrs, u32 addr_len, u32 proto, const u8 *l4,
		  u32 len)
{
	u64 sum = fn_csum_partial(addrs, addr_len, 0);

	if (proto == 17 && (len < 8 || (!l4[6] && !l4[7])))
		return false;
	if (proto == 6 && len < 20)
		return false;
	sum += (u64)proto << 8;
	sum += swab16(len & 0xffff);
	sum += swab16(len >> 16);
	return fn_csum_fold(fn_csum_partial(l4, len, fn_csum_fold32(sum))) ==
	       0xffff;
}

static bool ipv4_ok(const u8 *p, u32 len)
{
	u32 ihl, total;

	if (len < 20)
		return false;
	ihl = (p[0] & 0xf) * 4;
	total = fn_get_be16(p + 2);
	if (p[0] >> 4 != 4 || ihl < 20 || total < ihl || total > len)
		return false;
	if (p[6] & 0x3f || p[7])
		return false; /* a fragment */
	if (p[9] != 6 && p[9] != 17)
		return false;
	return l4_ok(p + 12, 8, p[9], p + ihl, total - ihl);
}

static bool ipv6_ok(const u8 *p, u32 len)
{
	u32 total;

	if (len < 40 || p[0] >> 4 != 6)
		return false;
	total = fn_get_be16(p + 4);
	if (total > len - 40 || (p[6] != 6 && p[6] != 17))
		return false;
	return l4_ok(p + 8, 32, p[6], p + 40, total);
}

/**
 * fn_csum_ok - has a frame a TCP or UDP checksum that is right?
 * @frame: frame
 * @len: bytes of it, at least 14
 *
 * Return: false also if there is none or it can't be told: for other protocols,
 * fragments, IPv6 with extension headers.
 */
bool fn_csum_ok(const u8 *frame, u32 len)
{
	u32 at;
	u32 type = fn_ether_type(frame, len, &at);

	at += 2;
	if (type == 0x0800)
		return ipv4_ok(frame + at, len - at);
	if (type == 0x86dd)
		return ipv6_ok(frame + at, len - at);
	return false;
}
