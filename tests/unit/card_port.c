// SPDX-License-Identifier: GPL-2.0
/*
 * Ports and rings, polled: what goes in comes out, or is counted.
 */
#include "card_host.h"

static struct host h;
static bool more; /* of the last round */
static struct wire wire[2];
static struct rx rx;
static struct tx tx;
static u8 frame[20000];
static u8 got[20000];

static bool set_up(u32 rx_entries, u32 buffers, u32 room)
{
	u32 i;

	if (!host_power_on(&h, 2, 0))
		return ok(false, "power");
	for (i = 0; i < 2; i++) {
		memset(&wire[i], 0, sizeof(wire[i]));
		fn_port_plug(h.card, i, &wire_ops, &wire[i]);
		port_set(&h, i, FN_PORT_SET_IFINDEX, 10 + i);
	}
	if (rx_create(&h, &rx, 0, 0, rx_entries, 1) ||
	    tx_create(&h, &tx, 0, 0, 16, 2))
		return ok(false, "rings");
	rx_fill(&rx, buffers, room);
	rx_ring(&h, &rx);
	return !port_op(&h, FN_CTRL_PORT_UP, 0) &&
	       !port_op(&h, FN_CTRL_PORT_UP, 1);
}

static void tear_down(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		port_op(&h, FN_CTRL_PORT_DOWN, i);
		fn_port_unplug(h.card, i);
		wire_empty(&wire[i]);
	}
	ring_destroy(&h, rx.doorbell);
	ring_destroy(&h, tx.doorbell);
	free(rx.buf);
	fn_card_power_off(h.card);
}

static u32 poll(void)
{
	return fn_card_poll(h.card, 64, &more);
}

static void is_count(const char *name, u64 value, u64 want)
{
	is_u64(value, want, name);
}

static void test_receive(void)
{
	static const u32 lens[] = { 14, 15, 60, 64, 1500, 1522 };
	struct fn_mac_seg segs[3];
	struct fn_rx_desc d;
	u32 i, len;

	set_up(16, 16, HOST_ROOM);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		make_frame(frame, lens[i], i);
		is_u64(send_frame(&h, 0, frame, lens[i]), FN_MAC_QUEUED,
		       "frame taken");
		poll();
		len = rx_read(&rx, got, &d, NULL);
		same(got, len, frame, lens[i], "frame arrives as it was sent");
		is_u64(d.verdict, 0xffffffff, "no verdict");
	}
	make_frame(frame, 200, 9);
	segs[0] = (struct fn_mac_seg){ frame, 5 };
	segs[1] = (struct fn_mac_seg){ frame + 5, 0 };
	segs[2] = (struct fn_mac_seg){ frame + 5, 195 };
	fn_port_receive(h.card, 0, segs, 3);
	poll();
	same(got, rx_read(&rx, got, &d, NULL), frame, 200, "pieces");
	is_u64(h.interrupts[1], 1, "one interrupt until it is unmasked");
	tear_down();
}

static void test_refused(void)
{
	struct fn_msg_port_stats s;
	struct fn_mac_seg seg = { frame, 0 };
	u32 len;

	set_up(16, 16, HOST_ROOM);
	for (len = 0; len < 14; len++)
		if (send_frame(&h, 0, frame, len) != FN_MAC_DROPPED)
			ok(false, "%u bytes are dropped", len);
	is_u64(fn_port_receive(h.card, 0, &seg, 0), FN_MAC_DROPPED,
	       "no piece at all");
	send_frame(&h, 0, frame, 1500 + 22);
	send_frame(&h, 0, frame, 1500 + 23);
	send_frame(&h, 0, frame, 9000);
	is_u64(send_frame(&h, 7, frame, 100), FN_MAC_DROPPED, "no such port");
	poll();
	s = port_stats(&h, 0);
	is_count("undersize", s.c.mac_rx_undersize, 15);
	is_count("oversize", s.c.mac_rx_oversize, 2);
	is_count("taken", s.c.mac_rx_frames, 1);
	is_count("bytes", s.c.mac_rx_bytes, 1522);
	is_count("to the host", s.c.host_rx_frames, 1);
	port_op(&h, FN_CTRL_PORT_DOWN, 0);
	send_frame(&h, 0, frame, 100);
	s = port_stats(&h, 0);
	is_count("down", s.c.mac_rx_down, 1);
	is_u64(s.up, 0, "says that it is down");
	tear_down();
}

/* Queued frames when the port goes down are lost, and counted. */
static void test_down(void)
{
	struct fn_msg_port_stats s;
	u32 i;

	set_up(16, 0, HOST_ROOM);
	for (i = 0; i < 10; i++)
		send_frame(&h, 0, frame, 100);
	poll(); /* the first is decided and waits for a buffer */
	port_op(&h, FN_CTRL_PORT_DOWN, 0);
	s = port_stats(&h, 0);
	is_count("no buffer", s.c.host_rx_no_buffer, 1);
	is_count("down", s.c.mac_rx_down, 9);
	port_op(&h, FN_CTRL_PORT_UP, 0);
	rx_fill(&rx, 4, HOST_ROOM);
	rx_ring(&h, &rx);
	make_frame(frame, 80, 3);
	send_frame(&h, 0, frame, 80);
	poll();
	same(got, rx_read(&rx, got, NULL, NULL), frame, 80, "up again");
	tear_down();
}

/* Buffers smaller than the frame; the ring wraps many times. */
static void test_small_rooms(void)
{
	static const u32 rooms[] = { 1, 7, 64, 100, 128, 333 };
	struct fn_rx_desc d;
	u32 len = 0, descs = 0;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		u32 max = min(rooms[i] * 256, 1522u);

		set_up(256, 256, rooms[i]);
		for (n = 0; n < 300; n++) {
			u32 want = 14 + n * 37 % (max - 13);

			make_frame(frame, want, n);
			send_frame(&h, 0, frame, want);
			poll();
			len = rx_read(&rx, got, &d, &descs);
			if (len != want || memcmp(got, frame, want) ||
			    descs != DIV_ROUND_UP(want, rooms[i]))
				break;
			rx_fill(&rx, descs, rooms[i]);
			rx_ring(&h, &rx);
		}
		if (!ok(n == 300, "rooms of %u bytes", rooms[i]))
			diag("frame %u: %u bytes in %u descriptors", n, len,
			     descs);
		tear_down();
	}
}

/* A frame that the whole ring can't hold must not stop the others. */
static void test_never_fits(void)
{
	struct fn_msg_port_stats s;

	set_up(16, 16, 20);
	make_frame(frame, 321, 1);
	send_frame(&h, 0, frame, 321);
	send_frame(&h, 0, frame, 320);
	poll();
	same(got, rx_read(&rx, got, NULL, NULL), frame, 320,
	     "the next frame arrives");
	s = port_stats(&h, 0);
	is_count("no buffer", s.c.host_rx_no_buffer, 1);
	tear_down();
}

static void test_wait_for_buffers(void)
{
	struct fn_msg_port_stats s;
	u32 i, n;

	set_up(16, 2, HOST_ROOM);
	for (i = 0; i < 8; i++) {
		make_frame(frame, 100, i);
		send_frame(&h, 0, frame, 100);
	}
	is_u64(poll(), 2, "two buffers, two frames");
	is_u64(poll(), 0, "the others wait");
	is_count("nothing lost", port_stats(&h, 0).c.host_rx_no_buffer, 0);
	rx_fill(&rx, 14, HOST_ROOM);
	rx_ring(&h, &rx);
	is_u64(poll(), 6, "and go on when there are buffers");
	for (i = 0; i < 8; i++) {
		make_frame(frame, 100, i);
		n = rx_read(&rx, got, NULL, NULL);
		if (n != 100 || memcmp(got, frame, 100))
			break;
	}
	ok(i == 8, "in order");
	port_set(&h, 0, FN_PORT_SET_PAUSE, 0);
	rx_fill(&rx, 0, HOST_ROOM);
	for (i = 0; i < 20; i++)
		send_frame(&h, 0, frame, 100);
	is_u64(poll(), 20, "without flow control none waits");
	s = port_stats(&h, 0);
	is_count("what has no buffer is dropped", s.c.host_rx_no_buffer, 12);
	tear_down();
}

/* Turning flow control off frees a queue that waits. */
static void test_pause_off_while_waiting(void)
{
	set_up(16, 0, HOST_ROOM);
	send_frame(&h, 0, frame, 100);
	send_frame(&h, 0, frame, 100);
	poll();
	port_set(&h, 0, FN_PORT_SET_PAUSE, 0);
	is_u64(poll(), 2, "frames that waited are dropped");
	is_count("counted", port_stats(&h, 0).c.host_rx_no_buffer, 2);
	tear_down();
}

static void test_pause(void)
{
	u32 paused = 0;
	u32 n = 0;
	enum fn_mac_rx r;

	set_up(1024, 1024, HOST_ROOM);
	for (;;) {
		r = send_frame(&h, 0, frame, 100);
		if (r == FN_MAC_DROPPED)
			break;
		paused += r == FN_MAC_PAUSE;
		n++;
	}
	is_u64(n, 512, "a queue holds 512 frames");
	ok(paused > 0 && paused < n, "the far end is told before it is full");
	is_u64(port_stats(&h, 0).queued, 512, "all of them wait");
	is_u64(port_stats(&h, 0).slots, 512, "there is room for as many");
	is_u64(port_stats(&h, 1).queued, 0, "none waits at the other port");
	is_count("times paused", port_stats(&h, 0).c.mac_rx_pause, 1);
	is_count("overflow", port_stats(&h, 0).c.mac_rx_overflow, 1);
	is_u64(wire[0].resumes, 0, "no resume while it is full");
	while (poll())
		;
	is_u64(wire[0].resumes, 1, "one resume when it has drained");
	is_count("none lost", port_stats(&h, 0).c.host_rx_frames, 512);
	is_u64(port_stats(&h, 0).queued, 0, "none waits any more");
	port_set(&h, 0, FN_PORT_SET_PAUSE, 0);
	for (n = 0; send_frame(&h, 0, frame, 100) == FN_MAC_QUEUED; n++)
		;
	is_u64(n, 512, "without flow control, no pause");
	port_set(&h, 0, FN_PORT_SET_PAUSE, 1);
	port_op(&h, FN_CTRL_PORT_DOWN, 0);
	port_op(&h, FN_CTRL_PORT_UP, 0);
	while (send_frame(&h, 0, frame, 100) != FN_MAC_PAUSE)
		;
	port_op(&h, FN_CTRL_PORT_DOWN, 0);
	is_u64(port_stats(&h, 0).slots, 0, "and has no queue");
	is_u64(wire[0].resumes, 2, "a port that goes down resumes the far end");
	tear_down();
}

static void test_transmit(void)
{
	struct fn_msg_port_stats s;
	u32 n, i, len, at;

	set_up(16, 0, HOST_ROOM);
	for (n = 0; n < 200; n++) {
		len = 14 + n * 41 % 3000;
		make_frame(frame, len, n);
		/* one to four fragments */
		for (i = 0, at = 0; i < n % 4; i++, at += len / 5)
			tx_put(&tx, frame + at, len / 5, 0);
		if (len < 20)
			at = 0, tx.tail -= n % 4;
		tx_put(&tx, frame + at, len - at, FN_TX_EOP);
		tx_ring(&h, &tx);
		poll();
		if (wire[0].n != n + 1 || wire[0].len[n] != len ||
		    memcmp(wire[0].frame[n], frame, len) || tx.head != tx.tail)
			break;
	}
	ok(n == 200, "fragments are put together, the ring wraps (%u)", n);
	s = port_stats(&h, 0);
	is_count("from the host", s.c.host_tx_frames, 200);
	is_count("on the cable", s.c.mac_tx_frames, 200);
	ok(wire[0].flushes > 0, "flushed");
	wire[0].refuse = true;
	tx_put(&tx, frame, 60, FN_TX_EOP);
	tx_ring(&h, &tx);
	poll();
	is_count("what the cable refuses is counted",
		 port_stats(&h, 0).c.mac_tx_drop, 1);
	is_u64(tx.head, tx.tail, "and done with");
	tear_down();
}

/* The far end asks for a pause, in the middle of a burst. */
static void test_transmit_held(void)
{
	u32 i;

	set_up(16, 0, HOST_ROOM);
	make_frame(frame, 100, 1);
	wire[0].hold = h.card;
	wire[0].hold_at = 3;
	for (i = 0; i < 8; i++)
		tx_put(&tx, frame, 100, FN_TX_EOP);
	tx_ring(&h, &tx);
	poll();
	is_u64(wire[0].n, 3, "a far end that wants a pause gets it at once");
	tx_ring(&h, &tx);
	poll();
	is_u64(wire[0].n, 3, "the host's frames wait, whatever it rings");
	fn_port_hold(h.card, 0, false);
	poll();
	is_u64(wire[0].n, 8, "and go on by themselves");
	is_u64(tx.head, tx.tail, "all of them");
	wire[0].hold_at = 9;
	tx_put(&tx, frame, 100, FN_TX_EOP);
	tx_put(&tx, frame, 100, FN_TX_EOP);
	tx_ring(&h, &tx);
	poll();
	fn_port_unplug(h.card, 0);
	fn_port_plug(h.card, 0, &wire_ops, &wire[0]);
	poll();
	is_u64(wire[0].n, 10, "a pause ends with the cable that asked for it");
	wire[0].hold = NULL;
	tear_down();
}

static void test_transmit_incomplete(void)
{
	set_up(16, 0, HOST_ROOM);
	make_frame(frame, 100, 1);
	tx_put(&tx, frame, 50, 0);
	tx_ring(&h, &tx);
	poll();
	is_u64(tx.head, 0, "half a frame waits for the other half");
	tx_put(&tx, frame + 50, 50, FN_TX_EOP);
	tx_ring(&h, &tx);
	poll();
	same(wire[0].frame[0], wire[0].len[0], frame, 100, "and is sent whole");
	is_u64(h.interrupts[2], 1, "one interrupt");
	tear_down();
}

static void test_transmit_bad(void)
{
	struct fn_tx_desc *d;
	u32 i;

	set_up(16, 0, HOST_ROOM);
	tx_put(&tx, frame, 0, FN_TX_EOP);
	tx_put(&tx, frame, 13, FN_TX_EOP);
	tx_put(&tx, frame, 16001, FN_TX_EOP);
	tx_put(&tx, frame, 0xffffffff, 0);
	tx_put(&tx, frame, 100, FN_TX_EOP);
	tx_put(&tx, NULL, 100, FN_TX_EOP);
	d = tx_put(&tx, frame, 60, FN_TX_EOP | FN_TX_CSUM);
	d->csum_start = 50;
	d->csum_offset = 9;
	d = tx_put(&tx, frame, 60, FN_TX_EOP | FN_TX_CSUM);
	d->csum_start = 61;
	make_frame(frame, 16000, 5);
	tx_put(&tx, frame, 16000, FN_TX_EOP);
	tx_ring(&h, &tx);
	poll();
	is_count("bad frames", port_stats(&h, 0).c.host_tx_bad, 7);
	is_u64(wire[0].n, 1, "the good one is sent");
	is_u64(tx.head, 9, "the ring goes on");
	for (i = 0; i < 16; i++)
		tx_put(&tx, frame, 1, 0);
	tx_ring(&h, &tx);
	poll();
	is_u64(tx.head, 25, "a ring full of fragments without an end, too");
	fn_card_doorbell(h.card, tx.doorbell, tx.tail + 17);
	fn_card_doorbell(h.card, 12345, 1);
	fn_card_doorbell(h.card, 0, 1);
	is_u64(poll(), 0, "doorbells beyond the ring are ignored");
	tear_down();
}

/* UDP over IPv4: 14 + 20 + 8 + payload. */
static u32 make_udp(u8 *f, u32 payload)
{
	u32 sum = 0;
	u32 i;

	memset(f, 0, 42 + payload);
	f[12] = 8;
	f[14] = 0x45;
	f[16] = (28 + payload) >> 8;
	f[17] = 28 + payload;
	f[22] = 64;
	f[23] = 17;
	for (i = 0; i < 8; i++)
		f[26 + i] = 10 + i;
	for (i = 14; i < 34; i += 2)
		sum += f[i] << 8 | f[i + 1];
	sum = ~(sum + (sum >> 16));
	f[24] = sum >> 8;
	f[25] = sum;
	f[34] = 1;
	f[36] = 2;
	f[38] = (8 + payload) >> 8;
	f[39] = 8 + payload;
	for (i = 0; i < payload; i++)
		f[42 + i] = i * 31;
	return 42 + payload;
}

/* The plain way, byte pair by byte pair: independent of the card's. */
static u16 udp_sum(const u8 *f, u32 len, bool pseudo_only)
{
	u32 sum = 17 + (f[38] << 8 | f[39]);
	u32 i;

	for (i = 26; i < 34; i += 2)
		sum += f[i] << 8 | f[i + 1];
	for (i = 34; !pseudo_only && i < len; i += 2)
		sum += f[i] << 8 | (i + 1 < len ? f[i + 1] : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void test_csum(void)
{
	struct fn_tx_desc *d;
	u32 payload, len;
	u16 sum;
	u32 i;

	set_up(16, 16, HOST_ROOM);
	for (payload = 0; payload < 200; payload++) {
		len = make_udp(frame, payload);
		sum = udp_sum(frame, len, true);
		frame[40] = sum >> 8;
		frame[41] = sum;
		d = tx_put(&tx, frame, len / 2, FN_TX_CSUM);
		tx_put(&tx, frame + len / 2, len - len / 2, FN_TX_EOP);
		d->csum_start = 34;
		d->csum_offset = 6;
		tx_ring(&h, &tx);
		poll();
		if (wire[0].n != payload + 1 ||
		    udp_sum(wire[0].frame[payload], len, false) != 0xffff)
			break;
	}
	ok(payload == 200, "checksums are filled in (%u)", payload);

	/* A payload that makes the sum 0 must be sent as 0xffff. */
	len = make_udp(frame, 2);
	frame[42] = 0;
	frame[43] = 0;
	sum = ~udp_sum(frame, len, false);
	frame[42] = sum >> 8;
	frame[43] = sum;
	sum = udp_sum(frame, len, true);
	frame[40] = sum >> 8;
	frame[41] = sum;
	d = tx_put(&tx, frame, len, FN_TX_CSUM | FN_TX_EOP);
	d->csum_start = 34;
	d->csum_offset = 6;
	tx_ring(&h, &tx);
	poll();
	is_u64(wire[0].frame[200][40] << 8 | wire[0].frame[200][41], 0xffff,
	       "a sum of 0 is sent as 0xffff");

	for (i = 0; i < 3; i++) {
		struct fn_rx_desc desc = {};

		len = make_udp(frame, 33);
		sum = ~udp_sum(frame, len, false);
		if (i == 1)
			sum++;
		if (i == 2)
			sum = 0;
		frame[40] = sum >> 8;
		frame[41] = sum;
		send_frame(&h, 0, frame, len);
		poll();
		rx_read(&rx, got, &desc, NULL);
		is_u64(desc.status & FN_RX_CSUM_OK, i ? 0 : FN_RX_CSUM_OK,
		       i == 0 ? "a right checksum is said to be so" :
		       i == 1 ? "a wrong one isn't" :
				"neither is none");
	}
	tear_down();
}

static void test_vectors(void)
{
	set_up(16, 16, HOST_ROOM);
	send_frame(&h, 0, frame, 100);
	poll();
	send_frame(&h, 0, frame, 100);
	poll();
	is_u64(h.interrupts[1], 1, "masked after it fired");
	fn_card_unmask(h.card, 1);
	poll();
	is_u64(h.interrupts[1], 2, "pending when unmasked: fires at once");
	fn_card_unmask(h.card, 1);
	poll();
	is_u64(h.interrupts[1], 2, "and only once");
	send_frame(&h, 0, frame, 100);
	poll();
	is_u64(h.interrupts[1], 3, "fires when unmasked");
	fn_card_unmask(h.card, 9999);
	fn_card_unmask(h.card, 3);
	poll();
	is_u64(h.interrupts[3], 0, "a vector without a ring never fires");
	tear_down();
}

static void test_rings(void)
{
	static struct rx other;
	struct fn_msg_ring m = {
		.type = FN_RING_RX,
		.entries = 16,
		.addr = fn_ptr_to_bus(other.desc),
	};

	set_up(16, 16, HOST_ROOM);
	is_u64(-ring_create(&h, &m), EEXIST, "a queue has one ring");
	m.queue = FN_MAX_QUEUES;
	is_u64(-ring_create(&h, &m), EINVAL, "a queue too many");
	m.queue = 1;
	m.entries = 24;
	is_u64(-ring_create(&h, &m), EINVAL, "24 entries");
	m.entries = 8;
	is_u64(-ring_create(&h, &m), EINVAL, "8 entries");
	m.entries = 65536;
	is_u64(-ring_create(&h, &m), EINVAL, "65536 entries");
	m.entries = 16;
	m.port = 2;
	is_u64(-ring_create(&h, &m), ENODEV, "port 2");
	m.port = 0;
	m.type = FN_RING_TX;
	is_u64(-ring_create(&h, &m), EINVAL, "nowhere to put the count");
	m.type = 9;
	is_u64(-ring_create(&h, &m), EINVAL, "type 9");
	m.type = FN_RING_RX;
	m.vector = 5000;
	is_u64(-ring_create(&h, &m), EINVAL, "vector 5000");
	is_u64(-ring_destroy(&h, 77), ENOENT, "destroying none");
	is_u64(-ring_destroy(&h, 0xffffffff), ENOENT, "destroying no number");
	is_u64(-fn_card_ctrl(h.card, FN_NCTRLS, &m, sizeof(m)), EOPNOTSUPP,
	       "an unknown message");
	is_u64(-fn_card_ctrl(h.card, FN_CTRL_RING_CREATE, &m, 4), EINVAL,
	       "a message of another size");
	is_u64(-port_set(&h, 0, FN_PORT_SET_MTU, 2000), EBUSY,
	       "another MTU while the port is up");
	port_op(&h, FN_CTRL_PORT_DOWN, 0);
	is_u64(-port_set(&h, 0, FN_PORT_SET_MTU, 67), EINVAL, "MTU 67");
	is_u64(-port_set(&h, 0, FN_PORT_SET_MTU, 100000), EINVAL, "MTU 100000");
	is_u64(port_set(&h, 0, FN_PORT_SET_MTU, 9500), 0, "MTU 9500");
	port_op(&h, FN_CTRL_PORT_UP, 0);
	make_frame(frame, 9522, 1);
	rx_fill(&rx, 0, 0);
	send_frame(&h, 0, frame, 9522);
	poll();
	same(got, rx_read(&rx, got, NULL, NULL), frame, 9522, "a large frame");
	tear_down();
}

static u32 load_verdict(s32 verdict)
{
	struct code c = {};

	emit_verdict(&c, verdict);
	return card_code_load(h.card, &c);
}

static void test_verdicts(void)
{
	struct fn_msg_port_stats s;
	struct fn_msg_prog p = {};
	struct code c = {};
	u32 prog[6];
	u32 i;

	set_up(16, 16, HOST_ROOM);
	for (i = 0; i < 5; i++)
		prog[i] = load_verdict(i);
	/* redirect(ifindex 11), queue 5 is out of range */
	emit_const(&c, 3, 5);
	emit_st(&c, 4, 1, 16, 3);
	emit_const(&c, 1, 11);
	emit_const(&c, 2, 0);
	emit_helper(&c, FN_HELPER_redirect);
	emit_exit(&c, 0);
	prog[5] = card_code_load(h.card, &c);
	for (i = 0; i < 6; i++) {
		make_frame(frame, 60, i);
		is_u64(port_prog(&h, 0, prog[i]), 0, "attach");
		send_frame(&h, 0, frame, 60);
		poll();
	}
	s = port_stats(&h, 0);
	is_count("aborted", s.c.xdp_aborted, 1);
	is_count("  with a cause", s.faults[FN_FAULT_ABORTED], 1);
	is_count("drop", s.c.xdp_drop, 1);
	is_count("pass", s.c.xdp_pass, 1);
	is_count("tx", s.c.xdp_tx, 1);
	is_count("redirect", s.c.xdp_redirect, 1);
	is_count("redirect to nowhere", s.c.xdp_redirect_err, 1);
	is_count("  with a cause", s.faults[FN_FAULT_REDIRECT], 1);
	is_count("words", s.c.xdp_words, 5 + 6);
	ok(s.c.xdp_cycles > s.c.xdp_words, "cycles");
	is_u64(s.prog, prog[5], "says what is attached");
	make_frame(frame, 60, 2);
	same(got, rx_read(&rx, got, NULL, NULL), frame, 60, "passed frame");
	make_frame(frame, 60, 3);
	same(wire[0].frame[0], wire[0].len[0], frame, 60, "returned frame");
	make_frame(frame, 60, 5);
	same(wire[1].frame[0], wire[1].len[0], frame, 60, "redirected frame");
	is_u64(wire[0].n + wire[1].n, 2, "and nothing else");
	is_count("counted at the other port", port_stats(&h, 1).c.mac_tx_frames,
		 1);

	is_u64(-card_prog_unload(h.card, prog[5]), EBUSY, "in use");
	is_u64(-port_prog(&h, 0, 500), ENOENT, "attaching none");
	is_u64(port_prog(&h, 0, 0), 0, "detach");
	p.handle = prog[5];
	fn_card_ctrl(h.card, FN_CTRL_PROG_GET, &p, sizeof(p));
	is_u64(p.runs, 1, "runs of the program");
	is_u64(p.verdicts[XDP_REDIRECT], 1, "its verdicts");
	is_u64(p.ports, 0, "its ports");
	for (i = 0; i < 6; i++)
		is_u64(card_prog_unload(h.card, prog[i]), 0, "unload");
	is_u64(-card_prog_unload(h.card, prog[0]), ENOENT, "unload again");
	tear_down();
}

static void place(u32 port, u32 ifindex, u64 netns)
{
	struct fn_msg_port m = { .port = port,
				 .set = FN_PORT_SET_IFINDEX,
				 .ifindex = ifindex,
				 .netns = netns };

	is_u64(fn_card_ctrl(h.card, FN_CTRL_PORT_SET, &m, sizeof(m)), 0,
	       "placed");
}

static u32 redirected(void)
{
	u32 before = wire[1].n;

	send_frame(&h, 0, frame, 60);
	poll();
	return wire[1].n - before;
}

/* The same number in two namespaces is two ports. */
static void test_namespaces(void)
{
	struct code c = {};
	u32 prog;

	set_up(16, 16, HOST_ROOM);
	make_frame(frame, 60, 1);
	emit_const(&c, 1, 7);
	emit_const(&c, 2, 0);
	emit_helper(&c, FN_HELPER_redirect);
	emit_exit(&c, 0);
	prog = card_code_load(h.card, &c);
	port_prog(&h, 0, prog);
	place(0, 7, 1);
	place(1, 7, 2);
	is_u64(redirected(), 0, "7 of its own namespace is the port itself");
	is_u64(wire[0].n, 1, "  which has sent it");
	place(0, 6, 1);
	is_u64(redirected(), 0, "7 of another namespace is nobody");
	is_count("  which is counted", port_stats(&h, 0).c.xdp_redirect_err, 1);
	place(1, 7, 1);
	is_u64(redirected(), 1, "moved here, it is found");
	place(0, 6, 2);
	is_u64(redirected(), 0, "and no more when the other has moved away");
	tear_down();
}

/* A program that runs twice @turns words. */
static u32 load_loop(u32 turns)
{
	struct code c = {};

	emit_const(&c, 1, turns);
	emit(&c, FN_OP_SUB, FN_X_IMM, 1, 1, 0, 1);
	emit(&c, FN_OP_JCC, COND(FN_NE) | FN_X_IMM, 0, 1, 0, FN_IMM16(0, -2));
	emit_verdict(&c, XDP_DROP);
	return card_code_load(h.card, &c);
}

static u64 dropped(u32 port)
{
	return port_stats(&h, port).c.xdp_drop;
}

/* What a port's program runs, the other port's frames need not wait for. */
static void test_fairness(void)
{
	u32 i;

	set_up(16, 16, HOST_ROOM);
	make_frame(frame, 60, 1);
	port_prog(&h, 0, load_loop(5000));
	port_prog(&h, 1, load_verdict(XDP_DROP));
	for (i = 0; i < 200; i++)
		send_frame(&h, 0, frame, 60);
	send_frame(&h, 1, frame, 60);
	poll();
	is_count("a port's turn is 65,536 words", dropped(0), 7);
	is_count("and the next port's is in the same round", dropped(1), 1);
	for (i = 1; i < 10; i++)
		poll();
	is_count("what it took too much is paid back", dropped(0), 66);

	port_prog(&h, 0, load_loop(FN_BATCH_WORDS));
	poll();
	is_count("the costliest program: one frame", dropped(0), 67);
	send_frame(&h, 1, frame, 60);
	poll();
	is_count("the other is first then", dropped(1), 2);
	is_count("and runs alone", dropped(0), 67);
	for (i = 0; i < 5; i++)
		send_frame(&h, 1, frame, 60);
	poll();
	is_count("until it has had what the costly one took", dropped(0), 67);
	poll();
	is_count("or there is nobody who wants it", dropped(0), 68);
	tear_down();
}

/* A frame that waits for a buffer keeps its verdict. */
static void test_decided_once(void)
{
	struct fn_msg_prog p = {};
	u32 i;

	set_up(16, 0, HOST_ROOM);
	p.handle = load_verdict(XDP_PASS);
	port_prog(&h, 0, p.handle);
	send_frame(&h, 0, frame, 100);
	for (i = 0; i < 5; i++)
		poll();
	port_prog(&h, 0, load_verdict(XDP_DROP));
	rx_fill(&rx, 1, HOST_ROOM);
	rx_ring(&h, &rx);
	poll();
	is_u64(rx_read(&rx, got, NULL, NULL), 100, "passed as decided");
	fn_card_ctrl(h.card, FN_CTRL_PROG_GET, &p, sizeof(p));
	is_u64(p.runs, 1, "the program ran once");
	tear_down();
}

static void test_meta_and_queue(void)
{
	static struct rx second;
	struct code c = {};
	struct fn_rx_desc d;
	u8 meta[8];

	set_up(16, 16, HOST_ROOM);
	rx_create(&h, &second, 0, 1, 16, 4);
	rx_fill(&second, 16, HOST_ROOM);
	rx_ring(&h, &second);
	/* adjust_meta(-8), write it, choose the other queue, pass */
	emit(&c, FN_OP_MOV, 0, 6, 0, 1, 0);
	emit_ld(&c, 4, 7, 1, 16);
	emit(&c, FN_OP_XOR, FN_X_IMM, 7, 7, 0, 1);
	emit_st(&c, 4, 1, 16, 7);
	emit_const(&c, 2, (u64)-8);
	emit_helper(&c, FN_HELPER_xdp_adjust_meta);
	emit_ld(&c, 4, 3, 6, 8);
	emit_const(&c, 4, 0x1122334455667788);
	emit_st(&c, 8, 3, 0, 4);
	emit_verdict(&c, XDP_PASS);
	port_prog(&h, 0, card_code_load(h.card, &c));
	make_frame(frame, 100, 1);
	send_frame(&h, 0, frame, 100);
	poll();
	d.meta_len = 0;
	if (!rx_read(&rx, got, &d, NULL))
		rx_read(&second, got, &d, NULL);
	is_u64(d.meta_len, 8, "metadata");
	if (d.meta_len) {
		memcpy(meta, (u8 *)fn_bus_to_ptr(d.addr) - 8, 8);
		is_u64(*(u64 *)meta, 0x1122334455667788, "right below data");
	}
	is_u64(d.verdict, XDP_PASS, "verdict");
	ring_destroy(&h, second.doorbell);
	free(second.buf);
	tear_down();
}

static struct fn_msg_ring event_ring(struct fn_event *ring, u32 entries,
				     u32 *head)
{
	return (struct fn_msg_ring){
		.type = FN_RING_EVENT,
		.entries = entries,
		.addr = fn_ptr_to_bus(ring),
		.head_addr = fn_ptr_to_bus(head),
		.vector = 5,
	};
}

static void test_events(void)
{
	static struct fn_event ring[16];
	static u32 head;
	struct fn_msg_ring m = event_ring(ring, 16, &head);
	struct code c = {};
	u32 i;

	set_up(16, 16, HOST_ROOM);
	ring_create(&h, &m);
	emit_const(&c, 3, 0x40000000);
	emit_ld(&c, 4, 3, 3, 4);
	emit_exit(&c, 3);
	port_prog(&h, 0, card_code_load(h.card, &c));
	for (i = 0; i < 20; i++)
		send_frame(&h, 0, frame, 100);
	poll();
	is_u64(head, 16, "a ring full of events");
	is_u64(ring[3].type, FN_EVENT_FAULT, "a fault");
	is_str(fn_fault_name[ring[3].cause], "address", "  its cause");
	is_u64(ring[3].addr, 0x40000004, "  address");
	is_u64(ring[3].pc, 1, "  word");
	is_u64(ring[3].insn, 1, "  BPF instruction");
	is_count("lost events", port_stats(&h, 0).c.event_lost, 4);
	is_u64(h.interrupts[5], 1, "interrupt");
	fn_card_doorbell(h.card, m.doorbell, 10);
	for (i = 0; i < 20; i++)
		send_frame(&h, 0, frame, 100);
	poll();
	is_u64(head, 26, "and as many as there is room again");
	ring_destroy(&h, m.doorbell);
	send_frame(&h, 0, frame, 100);
	poll();
	is_u64(head, 26, "none after the ring is gone");
	tear_down();
}

/* What the sixth event brings goes around the ring's end. */
static void test_output(void)
{
	static struct fn_event ring[16];
	static u32 head;
	struct fn_msg_ring m = event_ring(ring, 16, &head);
	struct code c = {};
	u32 map, i;

	set_up(16, 16, HOST_ROOM);
	ring_create(&h, &m);
	map = map_create(&h.card->engine, &c, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4,
			 4, 8);
	/* 400 bytes of the stack, which the frame's first are in, and 96 */
	emit_ld(&c, 4, 6, 1, 0);
	emit_ld(&c, 8, 7, 6, 0);
	emit_st(&c, 8, FN_REG_FP, -8, 7);
	emit_const(&c, 2, FN_ADDR_MAPREF);
	emit_const(&c, 3, 96ull << 32 | 3);
	emit(&c, FN_OP_ADD, FN_X_IMM, 4, FN_REG_FP, 0, -400);
	emit_const(&c, 5, 400);
	emit_helper(&c, FN_HELPER_perf_event_output);
	emit_verdict(&c, XDP_DROP);
	port_prog(&h, 0, card_code_load(h.card, &c));
	make_frame(frame, 100, 1);
	for (i = 0; i < 7; i++)
		send_frame(&h, 0, frame, 100);
	poll();
	is_u64(head, 15, "five of three places each");
	is_count("lost events", port_stats(&h, 0).c.event_lost, 2);
	is_u64(ring[12].type, FN_EVENT_DATA, "data");
	is_u64(ring[12].map, map, "  for a map");
	is_u64(ring[12].index, 3, "  and a CPU");
	is_u64(ring[12].size, 496, "  its size");
	ok(!memcmp((u8 *)&ring[13] + 392, frame, 8), "  of the stack");
	ok(!memcmp((u8 *)&ring[13] + 400, frame, 96), "  and of the frame");
	fn_card_doorbell(h.card, m.doorbell, 15);
	frame[0] ^= 0x40;
	send_frame(&h, 0, frame, 100);
	poll();
	is_u64(head, 18, "another one, around the end");
	is_u64(ring[15].type, FN_EVENT_DATA, "  begins at the end");
	ok(!memcmp((u8 *)ring + 392, frame, 8) &&
		   !memcmp((u8 *)ring + 400, frame, 96),
	   "  and goes on at the beginning");
	tear_down();
}

static void test_plug(void)
{
	set_up(16, 16, HOST_ROOM);
	is_u64(-fn_port_plug(h.card, 0, &wire_ops, &wire[0]), EBUSY,
	       "a second cable");
	is_u64(-fn_port_plug(h.card, 2, &wire_ops, &wire[0]), ENODEV,
	       "no such port");
	fn_port_unplug(h.card, 0);
	tx_put(&tx, frame, 100, FN_TX_EOP);
	tx_ring(&h, &tx);
	poll();
	is_u64(wire[0].n, 0, "no frame to where the cable was");
	is_count("counted", port_stats(&h, 0).c.mac_tx_drop, 1);
	tear_down();
}

/* Populations that can't be. */
static void test_power(void)
{
	static const struct fn_host_ops ops = { .interrupt = host_interrupt };
	struct fn_card_config c = { .ports = 0 };
	struct fn_msg_worker w = {};
	struct fn_msg_caps caps;

	ok(!fn_card_power_on(&c, &ops, NULL), "no port");
	c.ports = FN_MAX_PORTS + 1;
	ok(!fn_card_power_on(&c, &ops, NULL), "too many ports");
	c.ports = 1;
	c.workers = FN_MAX_WORKERS + 1;
	ok(!fn_card_power_on(&c, &ops, NULL), "too many workers");
	c.workers = 0;
	c.profile = "none such";
	ok(!fn_card_power_on(&c, &ops, NULL), "an unknown profile");
	host_power_on(&h, FN_MAX_PORTS, FN_MAX_WORKERS);
	fn_card_ctrl(h.card, FN_CTRL_CAPS, &caps, sizeof(caps));
	is_u64(caps.ports, FN_MAX_PORTS, "as many ports as can be");
	is_u64(caps.workers, FN_MAX_WORKERS, "and workers");
	ok(caps.cores && caps.clock_khz && caps.port_mbps && caps.max_words,
	   "capabilities");
	w.worker = FN_MAX_WORKERS - 1;
	is_u64(fn_card_ctrl(h.card, FN_CTRL_WORKER_GET, &w, sizeof(w)), 0,
	       "the last worker");
	w.worker++;
	is_u64(-fn_card_ctrl(h.card, FN_CTRL_WORKER_GET, &w, sizeof(w)), ENOENT,
	       "none after it");
	fn_card_power_off(h.card);
}

/* A program that is for no hook can be loaded, and run, but not attached. */
static void test_attach_type(void)
{
	struct code c = {};
	struct fn_image *img;
	u32 prog;

	set_up(16, 16, HOST_ROOM);
	emit_verdict(&c, XDP_PASS);
	img = code_image(&c);
	img->type = BPF_PROG_TYPE_UNSPEC;
	fn_image_seal(img);
	image_load(&h.card->engine, img, NULL, 0, &prog, NULL);
	is_u64(-port_prog(&h, 0, prog), EINVAL, "not a program for frames");
	is_u64(card_prog_unload(h.card, prog), 0, "unload");
	fn_free(img);
	tear_down();
}

int main(void)
{
	test_power();
	test_attach_type();
	test_receive();
	test_refused();
	test_down();
	test_small_rooms();
	test_never_fits();
	test_wait_for_buffers();
	test_pause_off_while_waiting();
	test_pause();
	test_transmit();
	test_transmit_held();
	test_transmit_incomplete();
	test_transmit_bad();
	test_csum();
	test_vectors();
	test_rings();
	test_verdicts();
	test_namespaces();
	test_fairness();
	test_decided_once();
	test_meta_and_queue();
	test_events();
	test_output();
	test_plug();
	return done_testing();
}
