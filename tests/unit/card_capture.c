// SPDX-License-Identifier: GPL-2.0
/*
 * Captures and the clock: frames come whole and in order through a ring that
 * wraps, what finds no room is counted, and time goes as the host says.
 */
#include "card_code.h"
#include "card_host.h"

#define UNITS 256

static struct host h;
static bool more; /* of the last round */
static u8 frame[1500];
static u8 ring[UNITS][FN_CAPTURE_UNIT] __aligned(64);
static u32 head, tail;
static u64 lost;
static struct fn_msg_capture capture;

static int start(u32 points, u32 snaplen)
{
	capture = (struct fn_msg_capture){
		.ports = 1,
		.points = points,
		.snaplen = snaplen,
		.units = UNITS,
		.addr = fn_ptr_to_bus(ring),
		.head_addr = fn_ptr_to_bus(&head),
		.lost_addr = fn_ptr_to_bus(&lost),
		.vector = 7,
	};
	head = 0;
	tail = 0;
	lost = 0;
	return fn_card_ctrl(h.card, FN_CTRL_CAPTURE_START, &capture,
			    sizeof(capture));
}

static int stop(void)
{
	struct fn_msg_ring_id m = { .doorbell = capture.doorbell };

	return fn_card_ctrl(h.card, FN_CTRL_CAPTURE_STOP, &m, sizeof(m));
}

static void send(u32 port, u32 len, u32 n)
{
	make_frame(frame, len, n);
	send_frame(&h, port, frame, len);
	while (fn_card_poll(h.card, 64, &more))
		;
}

/* The next record, or NULL; fillers are skipped. */
static const struct fn_capture_rec *next(void)
{
	const struct fn_capture_rec *rec;

	while (tail != head) {
		rec = (const void *)ring[tail % UNITS];
		tail += rec->units;
		if (rec->point)
			return rec;
	}
	return NULL;
}

static void done(void)
{
	fn_card_doorbell(h.card, capture.doorbell, tail);
}

static u32 load(s32 verdict)
{
	struct code c = {};

	emit_verdict(&c, verdict);
	return card_code_load(h.card, &c);
}

static void test_points(void)
{
	const struct fn_capture_rec *rec;
	u32 drop = load(XDP_DROP);

	port_prog(&h, 0, drop);
	is_u64(-start(FN_CAPTURE_BEFORE | FN_CAPTURE_AFTER, 100), 0, "started");
	send(0, 200, 1);
	rec = next();
	ok(rec, "a frame before");
	if (!rec)
		return;
	is_u64(rec->point, FN_CAPTURE_BEFORE, "  the program");
	is_u64(rec->full, 200, "  its length");
	is_u64(rec->verdict, 0xffffffff, "  no verdict yet");
	same((const u8 *)(rec + 1), rec->len, frame, 100, "  its beginning");
	rec = next();
	ok(rec, "the frame after");
	if (!rec)
		return;
	is_u64(rec->point, FN_CAPTURE_AFTER, "  the program");
	is_u64(rec->verdict, XDP_DROP, "  verdict of what is dropped");
	is_u64(rec->prog, drop, "  program");
	ok(rec->cycles > 0, "  cycles");
	ok(!next(), "no more");
	is_u64(h.interrupts[7], 1, "one interrupt");
	send(1, 200, 1);
	ok(!next(), "nothing of another port");
	is_u64(-stop(), 0, "stopped");
	send(0, 200, 1);
	ok(!next(), "nothing when it is stopped");
	is_u64(-stop(), ENOENT, "it is stopped once");
	port_prog(&h, 0, 0);
	card_prog_unload(h.card, drop);
}

/* Records of all lengths, many times round the ring. */
static void test_wrap(void)
{
	const struct fn_capture_rec *rec;
	u32 i, len, good = 0;

	start(FN_CAPTURE_BEFORE, 1500);
	for (i = 0; i < 2000; i++) {
		len = 14 + i * 37 % 1400;
		send(0, len, i);
		rec = next();
		good += rec && rec->len == len && rec->full == len &&
			!memcmp(rec + 1, frame, len);
		done();
	}
	is_u64(good, 2000, "2000 frames through a ring of 256 units");
	is_u64(lost, 0, "none lost");
	stop();
}

static void test_full(void)
{
	u32 n = 0;

	start(FN_CAPTURE_BEFORE, 1500);
	for (u32 i = 0; i < 200; i++)
		send(0, 100, i);
	while (next())
		n++;
	is_u64(n, UNITS / 3, "as many as there is room for");
	is_u64(lost, 200 - n, "the others are counted");
	is_u64(port_stats(&h, 0).c.mac_rx_overflow, 0,
	       "and not lost to the port");
	done();
	send(0, 100, 9);
	ok(next(), "there is room again");
	stop();
}

static void test_refusals(void)
{
	struct fn_msg_ring_id m;
	u32 i, n = 0;

	is_u64(-start(0, 100), EINVAL, "no point");
	is_u64(-start(8, 100), EINVAL, "an unknown point");
	is_u64(-start(FN_CAPTURE_ALL, 0), EINVAL, "no bytes");
	is_u64(-start(FN_CAPTURE_ALL, 16000), ERANGE, "a ring too small");
	for (i = 0; i < FN_MAX_CAPTURES; i++)
		n += !start(FN_CAPTURE_ALL, 100);
	is_u64(n, FN_MAX_CAPTURES, "as many as there can be");
	is_u64(-start(FN_CAPTURE_ALL, 100), EBUSY, "and one more");
	for (m.doorbell = 0; m.doorbell < 64; m.doorbell++)
		n -= !fn_card_ctrl(h.card, FN_CTRL_CAPTURE_STOP, &m, sizeof(m));
	is_u64(n, 0, "all stopped");
}

static u64 now(void)
{
	struct fn_msg_clock m = {};

	fn_card_ctrl(h.card, FN_CTRL_CLOCK_GET, &m, sizeof(m));
	return m.time;
}

static int set(struct fn_msg_clock m)
{
	return fn_card_ctrl(h.card, FN_CTRL_CLOCK_SET, &m, sizeof(m));
}

/* How much the clock is ahead of the host's. */
static s64 ahead(void)
{
	return now() - fn_clock_ns();
}

/* The host's clock at both ends bounds what the card's can have done. */
static void is_rate(s64 ppm)
{
	u64 raw0, raw1, t0, t1;
	s64 most, least, off;

	set((struct fn_msg_clock){ .set = FN_CLOCK_RATE, .rate = ppm * 65536 });
	raw0 = fn_clock_ns();
	t0 = now();
	raw1 = fn_clock_ns();
	while (fn_clock_ns() - raw1 < 100000000)
		;
	least = fn_clock_ns() - raw1;
	t1 = now();
	most = fn_clock_ns() - raw0;
	off = t1 - t0;
	ok(off >= least + least * ppm / 1000000 - 1 &&
		   off <= most + most * ppm / 1000000 + 1,
	   "at %lld ppm", (long long)ppm);
}

static void test_clock(void)
{
	u64 t = now(), last = t;
	u32 i, back = 0;

	ok(ahead() < 1000000000 && ahead() > -1000000000, "as the host's");
	is_u64(-set((struct fn_msg_clock){ .set = FN_CLOCK_SHIFT,
					   .shift = 5000000000000 }),
	       0, "set forward");
	ok(now() - t >= 5000000000000, "  it is");
	set((struct fn_msg_clock){ .set = FN_CLOCK_TIME, .time = 1000 });
	ok(now() >= 1000 && now() < 1000000000000, "set to a time");
	is_rate(0);
	is_rate(500);
	is_rate(-500);
	last = now();
	for (i = 0; i < 100000; i++) {
		t = now();
		back += t < last;
		last = t;
	}
	is_u64(back, 0, "it never goes back");
	is_u64(-set((struct fn_msg_clock){ .set = FN_CLOCK_RATE,
					   .rate = 501 * 65536 }),
	       ERANGE, "too fast");
	is_u64(-set((struct fn_msg_clock){ .set = 8 }), EINVAL, "unknown");
}

int main(void)
{
	static struct wire wire[2];
	u32 i;

	host_power_on(&h, 2, 0);
	for (i = 0; i < 2; i++) {
		fn_port_plug(h.card, i, &wire_ops, &wire[i]);
		port_set(&h, i, FN_PORT_SET_PAUSE, 0);
		port_op(&h, FN_CTRL_PORT_UP, i);
	}
	test_points();
	test_wrap();
	test_full();
	test_refusals();
	test_clock();
	start(FN_CAPTURE_ALL, 100);
	for (i = 0; i < 2; i++)
		fn_port_unplug(h.card, i);
	fn_card_power_off(h.card);
	return done_testing();
}
