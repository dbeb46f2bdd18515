// SPDX-License-Identifier: GPL-2.0
/*
 * Segmentation: one large frame of TCP or UDP, as the host hands it over, becomes
 * the frames that the wire carries. They have its headers, but for what tells
 * them apart.
 */
#include "segment.h"
#include "wire.h"

#define TCP_CSUM \
	16 /* of the checksum in the header: tells the protocols apart */
#define UDP_CSUM 6
#define TCP_FIN 0x01
#define TCP_PSH 0x08
#define TCP_CWR 0x80

static void put_be32(u8 *p, u32 v)
{
	fn_put_be16(p, v >> 16);
	fn_put_be16(p + 2, v);
}

/* Where the IP header is; its version, or 0 if there is none. */
static u32 find_ip(struct fn_segments *s)
{
	u32 at;
	u32 type = fn_ether_type(s->headers, sizeof(s->headers), &at);

	s->ip = at + 2;
	if (type == 0x0800)
		return 4;
	return type == 0x86dd ? 6 : 0;
}

/* Does the header of IP end where that of the transport begins? */
static bool ip_ok(const struct fn_segments *s)
{
	u32 ihl = (s->headers[s->ip] & 0xf) * 4;

	if (s->version == 4)
		return ihl >= 20 && s->ip + ihl == s->transport;
	return s->version == 6 && s->ip + 40 <= s->transport;
}

/**
 * fn_segments_begin - look at the headers of a frame that is to be cut up
 * @s: @headers hold the first FN_TX_HEADERS_MAX bytes, 0 behind the frame's end;
 *	@len, @mss, @transport and @sum are set, the others are the answer
 *
 * Return: false if it can't be done.
 */
bool fn_segments_begin(struct fn_segments *s)
{
	s->tcp = s->sum == TCP_CSUM;
	if (!s->tcp && s->sum != UDP_CSUM)
		return false;
	if (s->transport > FN_TX_HEADERS_MAX - 60)
		return false;
	s->version = find_ip(s);
	if (!ip_ok(s))
		return false;
	s->size = s->transport + 8;
	if (s->tcp)
		s->size =
			s->transport + (s->headers[s->transport + 12] >> 4) * 4;
	if (s->tcp && s->size < s->transport + 20)
		return false;
	return s->mss && s->size < s->len && s->len <= FN_TX_SEGMENT_MAX &&
	       s->size + s->mss <= FN_TX_FRAME_MAX;
}

/* The field holds the sum of a pseudo header with the whole's length. */
static void put_length_sum(const struct fn_segments *s, u8 *field, u32 len)
{
	u32 old = s->len - s->transport;
	u32 sum = get_unaligned((const u16 *)field);

	sum += (u16)~swab16(old & 0xffff) + (u16)~swab16(old >> 16);
	sum += swab16(len & 0xffff);
	put_unaligned(fn_csum_fold(sum), (u16 *)field);
}

static void fix_ip(const struct fn_segments *s, u8 *ip, u32 index, u32 len)
{
	if (s->version == 6) {
		fn_put_be16(ip + 4, len - 40);
		return;
	}
	fn_put_be16(ip + 2, len);
	fn_put_be16(ip + 4, fn_get_be16(ip + 4) + index);
	fn_put_be16(ip + 10, 0);
	fn_csum_fill(ip, s->transport - s->ip, 0, 10);
}

static void fix_tcp(const struct fn_segments *s, u8 *tcp, u32 at, bool last)
{
	put_be32(tcp + 4, fn_get_be32(tcp + 4) + at);
	if (!last)
		tcp[13] &= ~(TCP_FIN | TCP_PSH);
	if (at)
		tcp[13] &= ~TCP_CWR;
}

/**
 * fn_segment_finish - give a frame its headers and checksums
 * @s: what it is a part of
 * @frame: room for the headers, then the payload
 * @at: where that is in the payload of the whole, a multiple of @mss
 * @n: bytes of it
 */
void fn_segment_finish(const struct fn_segments *s, u8 *frame, u32 at, u32 n)
{
	u8 *transport = frame + s->transport;

	memcpy(frame, s->headers, s->size);
	fix_ip(s, frame + s->ip, at / s->mss, s->size - s->ip + n);
	if (s->tcp)
		fix_tcp(s, transport, at, s->size + at + n == s->len);
	else
		fn_put_be16(transport + 4, 8 + n);
	put_length_sum(s, transport + s->sum, s->size - s->transport + n);
	fn_csum_fill(frame, s->size + n, s->transport, s->sum);
}
