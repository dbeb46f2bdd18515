// SPDX-License-Identifier: GPL-2.0
/*
 * Large frames of the host become those that a wire carries: every header field
 * is looked at, and the checksums are computed in another way.
 */
#include "card_host.h"

#define MSS 1000

static struct host h;
static struct wire wire;
static struct tx tx;
static struct rx rx;
static u8 super[0x12000];

/**
 * struct shape - a large frame
 * @name: for people
 * @vlans: tags
 * @version: of IP
 * @tcp: else UDP
 * @options: bytes of the transport's
 * @payload: bytes
 * @flags: of TCP
 */
struct shape {
	const char *name;
	u32 vlans;
	u32 version;
	bool tcp;
	u32 options;
	u32 payload;
	u8 flags;
};

static const struct shape shapes[] = {
	{ "TCP, IPv4", 0, 4, true, 12, 10 * MSS + 1, 0x19 },
	{ "TCP, IPv4, whole parts", 0, 4, true, 0, 4 * MSS, 0x90 },
	{ "TCP, IPv6", 0, 6, true, 12, 3 * MSS + 999, 0x99 },
	{ "TCP, IPv4, a VLAN", 1, 4, true, 20, 2 * MSS + 7, 0x18 },
	{ "TCP, IPv6, two VLANs", 2, 6, true, 0, 2 * MSS, 0x11 },
	{ "TCP, one part", 0, 4, true, 0, 5, 0x99 },
	{ "TCP, 64 KiB", 0, 4, true, 12, 65535 - 52, 0x18 },
	{ "UDP, IPv4", 0, 4, false, 0, 5 * MSS + 3, 0 },
	{ "UDP, IPv6, a VLAN", 1, 6, false, 0, 3 * MSS + 1, 0 },
};

static u32 ip_at(const struct shape *s)
{
	return 14 + 4 * s->vlans;
}

static u32 transport_at(const struct shape *s)
{
	return ip_at(s) + (s->version == 4 ? 20 : 40);
}

static u32 headers_of(const struct shape *s)
{
	return transport_at(s) + (s->tcp ? 20 : 8) + s->options;
}

static u32 pseudo(const struct shape *s, const u8 *frame, u32 len)
{
	const u8 *ip = frame + ip_at(s);
	u32 sum = s->version == 4 ? sum16(0, ip + 12, 8) : sum16(0, ip + 8, 32);

	return sum16(sum + (s->tcp ? 6 : 17) + (len >> 16) + (len & 0xffff),
		     NULL, 0);
}

static u32 build(const struct shape *s)
{
	u32 size = headers_of(s), len = size + s->payload, i;
	u8 *ip = super + ip_at(s), *t = super + transport_at(s);

	memset(super, 0, size);
	for (i = 0; i < s->vlans; i++)
		put16(super + 12 + 4 * i, i + 1 < s->vlans ? 0x88a8 : 0x8100);
	put16(ip - 2, s->version == 4 ? 0x0800 : 0x86dd);
	ip[0] = s->version == 4 ? 0x45 : 0x60;
	if (s->version == 4) {
		put16(ip + 2, len - ip_at(s));
		put16(ip + 4, 0xfffe); /* goes round */
		ip[6] = 0x40;
		ip[8] = 64;
		ip[9] = s->tcp ? 6 : 17;
		memcpy(ip + 12, "\x0a\x01\x02\x03\x0a\x04\x05\x06", 8);
	} else {
		ip[6] = s->tcp ? 6 : 17;
		for (i = 8; i < 40; i++)
			ip[i] = 200 + i;
	}
	put16(t, 1234);
	put16(t + 2, 80);
	if (s->tcp) {
		put16(t + 4, 0xffff); /* so does this */
		put16(t + 6, 0xff00);
		t[12] = (20 + s->options) / 4 << 4;
		t[13] = s->flags;
	} else {
		put16(t + 4, 8 + s->payload);
	}
	for (i = 0; i < s->payload; i++)
		super[size + i] = i * 7 + i / 251;
	put16(t + (s->tcp ? 16 : 6), pseudo(s, super, len - transport_at(s)));
	return len;
}

/*
 * In fragments that have nothing to do with what is in them; @tag: with the first
 * VLAN tag left to the card.
 */
static void post(const struct shape *s, u32 len, u32 piece, u32 tag)
{
	struct fn_tx_desc *d = NULL, *first = NULL;
	u32 tci = be16(super + 14);
	u32 at, n;

	memmove(super + tag, super, 12);

	for (at = tag; at < len; at += n) {
		n = min(piece, len - at);
		d = tx_put(&tx, super + at, n, 0);
		first = first ?: d;
	}
	d->flags |= FN_TX_EOP;
	first->flags |= FN_TX_CSUM | FN_TX_SEGMENT;
	first->flags |= tag ? FN_TX_VLAN : 0;
	first->vlan_tci = tci;
	first->csum_start = transport_at(s) - tag;
	first->csum_offset = s->tcp ? 16 : 6;
	first->mss = MSS;
	tx_ring(&h, &tx);
}

static const char *wrong_ip(const struct shape *s, const u8 *f, u32 len, u32 i)
{
	const u8 *ip = f + ip_at(s);

	if (s->version == 6)
		return be16(ip + 4) == len - ip_at(s) - 40 ? NULL : "length";
	if (be16(ip + 2) != len - ip_at(s))
		return "total length";
	if (be16(ip + 4) != ((0xfffe + i) & 0xffff))
		return "identification";
	return sum16(0, ip, 20) == 0xffff ? NULL : "checksum of IP";
}

static const char *wrong_tcp(const struct shape *s, const u8 *f, u32 i, u32 n)
{
	const u8 *t = f + transport_at(s);
	u8 flags = s->flags;

	if (!s->tcp)
		return be16(t + 4) == 8 + n ? NULL : "length of UDP";
	if (i)
		flags &= ~0x80;
	if ((i + 1) * MSS < s->payload)
		flags &= ~0x09;
	if (t[13] != flags)
		return "flags";
	return be32(t + 4) == 0xffffff00u + i * MSS ? NULL : "sequence number";
}

static const char *wrong(const struct shape *s, const u8 *f, u32 len, u32 i)
{
	u32 size = headers_of(s);
	u32 n = min_t(u32, MSS, s->payload - i * MSS);
	u32 at = transport_at(s);
	const char *why;

	if (len != size + n)
		return "size";
	why = wrong_ip(s, f, len, i) ?: wrong_tcp(s, f, i, n);
	if (why)
		return why;
	if (memcmp(f, super, ip_at(s)) ||
	    memcmp(f + size, super + size + i * MSS, n))
		return "bytes";
	if (sum16(pseudo(s, f, len - at), f + at, len - at) != 0xffff)
		return "checksum";
	return NULL;
}

static void test_shape(const struct shape *s, u32 piece, u32 tag)
{
	u32 len = build(s), n = DIV_ROUND_UP(s->payload, MSS);
	u32 bad = 0, i;

	post(s, len, piece, tag);
	host_run(&h);
	build(s);
	ok(wire.n == n, "%s in pieces of %u%s: %u frames", s->name, piece,
	   tag ? ", tagged by the card" : "", n);
	if (wire.n != n)
		diag("got %u", wire.n);
	for (i = 0; i < wire.n && i < n; i++) {
		const char *why = wrong(s, wire.frame[i], wire.len[i], i);

		if (why && !bad++)
			diag("frame %u of %u bytes: %s", i, wire.len[i], why);
	}
	ok(!bad, "%s: each as a wire carries it", s->name);
	is_u64(tx.head, tx.tail, "the descriptors are the host's again");
	wire_empty(&wire);
}

/* The same out of the cable, in pieces as an skb has them. */
static void test_received(const struct shape *s, u32 piece)
{
	const struct fn_mac_rest rest = {
		.csum_start = transport_at(s),
		.csum_offset = s->tcp ? 16 : 6,
		.mss = MSS,
	};
	static struct fn_mac_seg segs[HOST_MAX];
	u32 len = build(s), n = DIV_ROUND_UP(s->payload, MSS);
	u32 bad = 0, nsegs = 0, at, i;
	static u8 frame[HOST_ROOM];
	struct fn_rx_desc d;

	for (at = 0; at < len; at += segs[nsegs++].len)
		segs[nsegs] =
			(struct fn_mac_seg){ super + at, min(piece, len - at) };
	is_u64(fn_port_receive_rest(h.card, 0, segs, nsegs, &rest),
	       FN_MAC_QUEUED, "taken");
	host_run(&h);
	for (i = 0; (len = rx_read(&rx, frame, &d, NULL)); i++) {
		const char *why = wrong(s, frame, len, i);

		if (!(d.status & FN_RX_CSUM_OK))
			why = "the checksum is not known to be right";
		if (why && !bad++)
			diag("frame %u of %u bytes: %s", i, len, why);
		rx_fill(&rx, 1, HOST_ROOM);
	}
	rx_ring(&h, &rx);
	is_u64(i, n, "frames came out of it");
	ok(!bad, "%s in pieces of %u: received as a wire carries it", s->name,
	   piece);
}

/* One that is no larger than a frame lacks its checksum alone. */
static void test_sum(void)
{
	const struct shape *s = &shapes[5];
	struct fn_mac_rest rest = { transport_at(s), 16, 0 };
	u32 len = build(s);
	struct fn_mac_seg seg = { super, len };
	static u8 frame[HOST_ROOM];

	fn_port_receive_rest(h.card, 0, &seg, 1, &rest);
	host_run(&h);
	is_u64(rx_read(&rx, frame, NULL, NULL), len, "a frame is one frame");
	ok(fn_csum_ok(frame, len), "its checksum is made");
	rest.mss = 2000;
	build(&shapes[0]);
	seg.len = 8000;
	is_u64(fn_port_receive_rest(h.card, 0, &seg, 1, &rest), FN_MAC_DROPPED,
	       "no parts that are larger than the port takes");
	is_u64(port_stats(&h, 0).c.mac_rx_oversize, 1, "which is counted");
}

static void test_refused(void)
{
	const struct shape *s = &shapes[0];
	u32 len = build(s), bad = 0, i;
	struct fn_tx_desc *d;
	static const struct {
		u32 len, start, offset, mss, flags;
	} cases[] = {
		{ 0, 34, 16, 0, FN_TX_CSUM }, /* no size */
		{ 0, 34, 16, 16000, FN_TX_CSUM }, /* no frame is that long */
		{ 0, 34, 8, MSS, FN_TX_CSUM }, /* neither TCP nor UDP */
		{ 0, 30, 16, MSS, FN_TX_CSUM }, /* inside of IP */
		{ 0, 60000, 16, MSS, FN_TX_CSUM }, /* outside */
		{ 66, 34, 16, MSS, FN_TX_CSUM }, /* headers alone */
		{ 20, 34, 16, MSS, FN_TX_CSUM }, /* not even these */
		{ 0, 34, 16, MSS, 0 }, /* whose checksum? */
		{ 0x20001, 34, 16, MSS, FN_TX_CSUM }, /* too long */
	};

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		d = tx_put(&tx, super, cases[i].len ?: len,
			   FN_TX_EOP | FN_TX_SEGMENT | cases[i].flags);
		d->csum_start = cases[i].start;
		d->csum_offset = cases[i].offset;
		d->mss = cases[i].mss;
		tx_ring(&h, &tx);
		host_run(&h);
		if (wire.n)
			diag("case %u was sent", i);
		bad += !!wire.n;
		wire_empty(&wire);
	}
	ok(!bad, "what makes no frames is not sent");
	is_u64(port_stats(&h, 0).c.host_tx_bad, i, "but counted");
}

int main(void)
{
	static const u32 pieces[] = { 0x11000, 4096, 61, 16384 };
	u32 i, parts = 0, supers = 0;

	if (!host_begin(&h, 1, &wire, &tx, &rx))
		return 1;
	for (i = 0; i < ARRAY_SIZE(shapes) * ARRAY_SIZE(pieces); i++) {
		const struct shape *s = &shapes[i % ARRAY_SIZE(shapes)];
		u32 piece = pieces[i / ARRAY_SIZE(shapes)];

		if (s->payload / piece > HOST_MAX / 2)
			continue;
		test_shape(s, piece, 0);
		if (s->vlans == 1) {
			test_shape(s, piece, 4);
			parts += DIV_ROUND_UP(s->payload, MSS);
			supers++;
		}
		test_received(s, piece);
		parts += DIV_ROUND_UP(s->payload, MSS);
		supers++;
	}
	is_u64(port_stats(&h, 0).c.host_tx_segmented, supers, "cut up");
	is_u64(port_stats(&h, 0).c.host_tx_frames, supers, "of the host");
	is_u64(port_stats(&h, 0).c.mac_tx_frames, parts, "on the wire");
	test_sum();
	test_refused();
	host_end(&h, &tx, &rx);
	return done_testing();
}
