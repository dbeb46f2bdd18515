// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames the host gets, by address and by VLAN, and where their tags are:
 * taken out of what it gets, put into what it sends.
 */
#include "card_host.h"

static struct host h;
static struct wire wire;
static struct rx rx;
static struct tx tx;
static struct fn_msg_port_rx_filter filter;

static const u8 own[6] = { 2, 0, 0, 0, 0, 7 };
static const u8 other[6] = { 2, 0, 0, 0, 0, 8 };
static const u8 group[6] = { 1, 0, 0x5e, 0, 0, 1 };
static const u8 group2[6] = { 1, 0, 0x5e, 0, 0, 2 };
static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static int set_filter(void)
{
	return fn_card_ctrl(h.card, FN_CTRL_PORT_RX_FILTER, &filter,
			    sizeof(filter));
}

/* Return: bytes of a frame, with a tag if @tci is not negative. */
static u32 build(u8 *frame, const u8 *dst, s32 tci, u32 type, u32 len)
{
	make_frame(frame, len, 3);
	memcpy(frame, dst, 6);
	memcpy(frame + 6, other, 6);
	if (tci >= 0) {
		frame[12] = type >> 8;
		frame[13] = type;
		frame[14] = tci >> 8;
		frame[15] = tci;
	}
	return len;
}

static bool gets(const u8 *dst, s32 tci, u32 type)
{
	static u8 frame[100], got[HOST_ROOM];
	u32 len = build(frame, dst, tci, type, sizeof(frame));
	bool yes;

	send_frame(&h, 0, frame, len);
	host_run(&h);
	yes = rx_read(&rx, got, NULL, NULL);
	if (yes) {
		rx_fill(&rx, 1, HOST_ROOM);
		rx_ring(&h, &rx);
	}
	return yes;
}

static void test_addresses(void)
{
	u64 before = port_stats(&h, 0).c.host_rx_filtered;

	filter = (struct fn_msg_port_rx_filter){ .by = FN_RX_BY_ADDRESS };
	memcpy(filter.address[0], own, 6);
	memcpy(filter.address[1], group, 6);
	filter.addresses = 2;
	ok(gets(other, -1, 0), "without a filter every frame arrives");
	is_u64(set_filter(), 0, "a filter");
	ok(gets(own, -1, 0), "its own address");
	ok(gets(group, -1, 0), "a group that it is in");
	ok(gets(all, -1, 0), "to all");
	ok(!gets(other, -1, 0), "not another's");
	ok(!gets(group2, -1, 0), "nor of another group");
	ok(gets(own, 5, 0x8100), "VLANs are not looked at");
	is_u64(port_stats(&h, 0).c.host_rx_filtered - before, 2, "counted");
	filter.all_multicast = 1;
	set_filter();
	ok(gets(group2, -1, 0), "all groups");
	ok(!gets(other, -1, 0), "which another's address is not");
}

static void test_vlans(void)
{
	filter = (struct fn_msg_port_rx_filter){ .by = FN_RX_BY_VLAN };
	filter.vlan[5 / 64] |= 1ull << 5;
	filter.vlan[4095 / 64] |= 1ull << 4095 % 64;
	is_u64(set_filter(), 0, "a filter");
	ok(gets(other, -1, 0), "a frame without a tag");
	ok(gets(other, 0, 0x8100), "one that has priority alone");
	ok(gets(other, 0xe005, 0x8100), "of a VLAN, whatever its priority");
	ok(gets(other, 4095, 0x8100), "of the last one");
	ok(!gets(other, 6, 0x8100), "not of another one");
	ok(!gets(other, 5 + 64, 0x8100), "nor of a number like it");
	ok(gets(other, 6, 0x88a8), "a service tag is none");
	filter.by |= FN_RX_BY_ADDRESS;
	memcpy(filter.address[0], own, 6);
	filter.addresses = 1;
	set_filter();
	ok(gets(own, 5, 0x8100), "both");
	ok(!gets(own, 6, 0x8100) && !gets(other, 5, 0x8100), "one is too few");
}

static void test_refused(void)
{
	filter.by = 4;
	is_u64(set_filter(), -EINVAL, "nothing else is looked at");
	filter.by = FN_RX_BY_ADDRESS;
	filter.addresses = FN_RX_ADDRESSES + 1;
	is_u64(set_filter(), -EINVAL, "too many addresses");
	filter.port = 2;
	is_u64(set_filter(), -ENODEV, "no such port");
	ok(gets(own, 5, 0x8100) && !gets(own, 6, 0x8100), "all is as it was");
	filter = (struct fn_msg_port_rx_filter){};
	is_u64(set_filter(), 0, "no filter");
	ok(gets(other, 6, 0x8100), "every frame arrives");
}

/* @room: of a buffer; the frame may be in several. */
static void test_strip(u32 len, u32 room, u32 type)
{
	static u8 frame[2000], want[2000], got[2000];
	bool strip = type == 0x8100 && len >= 18;
	struct fn_rx_desc d;
	u32 descs;

	build(frame, own, 0x6abc, type, len);
	memcpy(want, frame, len);
	if (strip)
		memmove(want + 12, frame + 16, len - 16);
	port_op(&h, FN_CTRL_PORT_DOWN, 0);
	ring_destroy(&h, rx.doorbell);
	free(rx.buf);
	rx_create(&h, &rx, 0, 0, HOST_MAX, 2);
	rx_fill(&rx, 64, room);
	rx_ring(&h, &rx);
	port_op(&h, FN_CTRL_PORT_UP, 0);
	send_frame(&h, 0, frame, len);
	host_run(&h);
	same(got, rx_read(&rx, got, &d, &descs), want, strip ? len - 4 : len,
	     strip ? "the frame without its tag" : "the frame as it was");
	is_u64(descs, DIV_ROUND_UP(strip ? len - 4 : len, room), "buffers");
	is_u64(!!(d.flags & FN_RX_VLAN), strip, "said to have had one");
	if (strip)
		is_u64(d.vlan_tci, 0x6abc, "which is told");
}

static void test_strips(void)
{
	port_set(&h, 0, FN_PORT_SET_VLAN_STRIP, 1);
	test_strip(100, HOST_ROOM, 0x8100);
	test_strip(18, HOST_ROOM, 0x8100);
	test_strip(17, HOST_ROOM, 0x8100);
	test_strip(100, HOST_ROOM, 0x88a8);
	test_strip(1500, 374, 0x8100);
	test_strip(1501, 374, 0x8100);
	port_set(&h, 0, FN_PORT_SET_VLAN_STRIP, 0);
	ok(gets(own, 5, 0x8100), "a tag that stays");
	is_u64(rx.desc[(rx.head - 1) % rx.entries].flags & FN_RX_VLAN, 0,
	       "is not told");
}

/* @first: bytes in the first fragment, the rest is in a second one */
static void test_insert(u32 len, u32 first, bool sum)
{
	static u8 frame[2000], want[2000];
	struct fn_tx_desc *d;

	make_frame(frame, len, 9);
	memcpy(want, frame, 12);
	memcpy(want + 12, "\x81\x00\x6a\xbc", 4);
	memcpy(want + 16, frame + 12, len - 12);
	if (sum)
		fn_csum_fill(want, len + 4, 24, 6);
	d = tx_put(&tx, frame, first, FN_TX_VLAN | (sum ? FN_TX_CSUM : 0));
	d->vlan_tci = 0x6abc;
	d->csum_start = 20;
	d->csum_offset = 6;
	if (first < len)
		tx_put(&tx, frame + first, len - first, FN_TX_EOP);
	else
		d->flags |= FN_TX_EOP;
	tx_ring(&h, &tx);
	host_run(&h);
	is_u64(wire.n, 1, "a frame");
	same(wire.frame[0], wire.len[0], want, len + 4, "with a tag");
	wire_empty(&wire);
}

static void test_inserts(void)
{
	static u8 frame[FN_FRAME_MIN];
	u64 bad = port_stats(&h, 0).c.host_tx_bad;

	test_insert(100, 100, false);
	test_insert(100, 100, true);
	test_insert(100, 5, false);
	test_insert(100, 13, true);
	test_insert(1500, 14, true);
	test_insert(FN_FRAME_MIN, FN_FRAME_MIN, false);
	tx_put(&tx, frame, FN_FRAME_MIN - 1, FN_TX_EOP | FN_TX_VLAN);
	tx_ring(&h, &tx);
	host_run(&h);
	is_u64(wire.n, 0, "a tag makes no frame of what is too short");
	is_u64(port_stats(&h, 0).c.host_tx_bad - bad, 1, "which is counted");
}

int main(void)
{
	if (!host_begin(&h, 2, &wire, &tx, &rx))
		return 1;
	test_addresses();
	test_vlans();
	test_refused();
	test_strips();
	test_inserts();
	host_end(&h, &tx, &rx);
	return done_testing();
}
