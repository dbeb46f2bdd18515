// SPDX-License-Identifier: GPL-2.0
/*
 * Workers, senders, the host and control messages, all at the same time: no
 * frame is lost, doubled or overtaken, and nothing is used after it is freed
 * (which a build with -fsanitize=address tells).
 */
#include "card_host.h"

#include <pthread.h>
#include <sched.h>

#define SENDERS 2
#define WORKERS 3
#define FRAMES 30000
#define FLOWS 8

static struct host h;
static struct wire wire[2];
static struct rx rx[2];
static u32 stop;

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

/* A UDP frame of one of a sender's flows, with a number. */
static void numbered(u8 *f, u32 sender, u32 flow, u32 n)
{
	memset(f, 0, 64);
	f[12] = 8;
	f[14] = 0x45;
	f[17] = 50;
	f[23] = 17;
	f[26] = sender;
	f[30] = flow;
	f[35] = sender;
	f[37] = flow;
	memcpy(f + 50, &n, 4);
}

/* Waits for the resume that a pause promises. */
static void *sender(void *arg)
{
	u32 id = (uintptr_t)arg;
	u8 frame[64];
	u32 n;

	for (n = 0; n < FRAMES; n++) {
		u32 before =
			__atomic_load_n(&wire[0].resumes, __ATOMIC_SEQ_CST);
		enum fn_mac_rx r;

		numbered(frame, id, n % FLOWS, n / FLOWS);
		r = send_frame(&h, 0, frame, sizeof(frame));
		if (n % 16 == 15 || r == FN_MAC_PAUSE)
			fn_port_kick(h.card, 0);
		while (r == FN_MAC_PAUSE &&
		       __atomic_load_n(&wire[0].resumes, __ATOMIC_SEQ_CST) ==
			       before)
			sched_yield();
	}
	fn_port_kick(h.card, 0);
	return NULL;
}

/**
 * struct reader - the host's side of a receive ring
 * @rx: ring
 * @vector: of the ring
 * @next: number expected next, by sender and flow
 * @n: frames read
 * @wrong: frames that were not the expected one
 */
struct reader {
	struct rx *rx;
	u32 vector;
	u32 next[SENDERS][FLOWS];
	u32 n;
	u32 wrong;
};

static void read_one(struct reader *r, const u8 *f, u32 len)
{
	u32 n;

	memcpy(&n, f + 50, 4);
	r->n++;
	if (len != 64 || f[26] >= SENDERS || f[30] >= FLOWS ||
	    r->next[f[26]][f[30]]++ != n)
		r->wrong++;
}

/* Reads when interrupted and unmasks when there is nothing left. */
static void *reader(void *arg)
{
	struct reader *r = arg;
	u8 frame[HOST_ROOM];
	u32 seen = 0;
	u32 len, n;

	while (!stopped()) {
		u32 fired = __atomic_load_n(&h.interrupts[r->vector],
					    __ATOMIC_SEQ_CST);

		if (fired == seen) {
			sched_yield();
			continue;
		}
		seen = fired;
		for (n = 0; (len = rx_read(r->rx, frame, NULL, NULL)); n++) {
			read_one(r, frame, len);
			rx_fill(r->rx, 1, HOST_ROOM);
			if (n % 8 == 7)
				rx_ring(&h, r->rx);
		}
		rx_ring(&h, r->rx);
		fn_card_unmask(h.card, r->vector);
	}
	return NULL;
}

static void set_up(u32 entries)
{
	u32 i;

	stop = 0;
	memset(wire, 0, sizeof(wire));
	ok(host_power_on(&h, 2, WORKERS), "a card with threads");
	for (i = 0; i < 2; i++) {
		fn_port_plug(h.card, i, &wire_ops, &wire[i]);
		rx_create(&h, &rx[i], 0, i, entries, i);
		rx_fill(&rx[i], entries, HOST_ROOM);
		rx_ring(&h, &rx[i]);
	}
	port_op(&h, FN_CTRL_PORT_UP, 0);
	port_op(&h, FN_CTRL_PORT_UP, 1);
}

static void tear_down(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		port_op(&h, FN_CTRL_PORT_DOWN, i);
		ring_destroy(&h, rx[i].doorbell);
		fn_port_unplug(h.card, i);
		wire_empty(&wire[i]);
		free(rx[i].buf);
	}
	fn_card_power_off(h.card);
}

static u64 frames_done(const struct fn_msg_port_stats *s)
{
	return s->c.host_rx_frames + s->c.host_rx_no_buffer + s->c.mac_rx_down +
	       s->c.mac_rx_overflow + s->c.xdp_drop + s->c.xdp_tx +
	       s->c.xdp_aborted;
}

/* With flow control everything arrives, in the order of its flow. */
static void test_order(void)
{
	static struct reader readers[2];
	pthread_t s[SENDERS], r[2];
	u32 i;

	set_up(64);
	memset(readers, 0, sizeof(readers));
	for (i = 0; i < 2; i++) {
		readers[i].rx = &rx[i];
		readers[i].vector = i;
		pthread_create(&r[i], NULL, reader, &readers[i]);
	}
	for (i = 0; i < SENDERS; i++)
		pthread_create(&s[i], NULL, sender, (void *)(uintptr_t)i);
	for (i = 0; i < SENDERS; i++)
		pthread_join(s[i], NULL);
	/* All are queued; a lost wake-up would make this wait for ever. */
	while (port_stats(&h, 0).c.host_rx_frames < SENDERS * FRAMES)
		sched_yield();
	while (__atomic_load_n(&readers[0].n, __ATOMIC_SEQ_CST) +
		       __atomic_load_n(&readers[1].n, __ATOMIC_SEQ_CST) <
	       SENDERS * FRAMES)
		sched_yield();
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	for (i = 0; i < 2; i++)
		pthread_join(r[i], NULL);
	is_u64(readers[0].n + readers[1].n, SENDERS * FRAMES,
	       "every frame arrives");
	is_u64(readers[0].wrong + readers[1].wrong, 0,
	       "in the order of its flow");
	ok(readers[0].n && readers[1].n, "on both queues");
	tear_down();
}

static u32 load_verdict(s32 verdict)
{
	struct code c = {};

	emit_verdict(&c, verdict);
	return card_code_load(h.card, &c);
}

/* Control messages in quick succession, while frames flow. */
static void chaos(void)
{
	u32 progs[4] = { 0 };
	struct rx *ring = &rx[1];
	u32 round;

	for (round = 0; round < 300; round++) {
		u32 i = round % 4;

		switch (round % 5) {
		case 0:
			port_prog(&h, 0, 0);
			if (progs[i])
				card_prog_unload(h.card, progs[i]);
			progs[i] = load_verdict(XDP_DROP + i % 3);
			port_prog(&h, 0, progs[i]);
			break;
		case 1:
			port_op(&h, FN_CTRL_PORT_DOWN, 0);
			port_op(&h, FN_CTRL_PORT_UP, 0);
			break;
		case 2:
			port_set(&h, 0, FN_PORT_SET_PAUSE, round % 2);
			break;
		case 3:
			ring_destroy(&h, ring->doorbell);
			memset(ring->buf, 0xdd,
			       ring->entries * (HOST_HEAD + HOST_ROOM));
			free(ring->buf);
			rx_create(&h, ring, 0, 1, 64, 1);
			rx_fill(ring, 64, HOST_ROOM);
			rx_ring(&h, ring);
			break;
		default:
			fn_port_unplug(h.card, 1);
			fn_port_plug(h.card, 1, &wire_ops, &wire[1]);
		}
	}
	port_prog(&h, 0, 0);
	port_set(&h, 0, FN_PORT_SET_PAUSE, 0);
}

static void test_chaos(void)
{
	struct fn_msg_port_stats s;
	pthread_t t[SENDERS];
	u32 i;

	set_up(64);
	for (i = 0; i < SENDERS; i++)
		pthread_create(&t[i], NULL, sender, (void *)(uintptr_t)i);
	chaos();
	for (i = 0; i < SENDERS; i++)
		pthread_join(t[i], NULL);
	do {
		s = port_stats(&h, 0);
		sched_yield();
	} while (frames_done(&s) < SENDERS * FRAMES);
	is_u64(frames_done(&s), SENDERS * FRAMES,
	       "every frame is accounted for, once");
	tear_down();
}

#define MAP_KEYS 32
#define MAP_MAX 24
#define MAP_ROUNDS 60000

/*
 * Values are eight times the same number, so that a torn one shows. Programs
 * and the host store, delete and look.
 */
static void *map_user(void *arg)
{
	u32 map = (uintptr_t)arg & 0xffff;
	u32 state = (uintptr_t)arg >> 16;
	uintptr_t torn = 0;
	u64 value[8];
	u32 i, k;

	for (i = 0; i < MAP_ROUNDS; i++) {
		state = state * 1664525 + 1013904223;
		k = state >> 16 & (MAP_KEYS - 1);
		for (u32 j = 0; j < 8; j++)
			value[j] = i * 0x100000001ull;
		if (state >> 24 & 1)
			map_op(&h.card->engine, map, FN_MAP_UPDATE, &k, value,
			       BPF_ANY);
		else if (state >> 25 & 1)
			map_op(&h.card->engine, map, FN_MAP_DELETE, &k, NULL,
			       0);
		else if (!map_op(&h.card->engine, map, FN_MAP_LOOKUP, &k, value,
				 0))
			for (u32 j = 1; j < 8; j++)
				torn += value[j] != value[0];
		if (i % 1000 == 0)
			map_op(&h.card->engine, map, FN_MAP_NEXT, &k, &k, 0);
	}
	return (void *)torn;
}

/* key = byte 50 of the frame & 31; add 1 to a copy of the value and store it */
static u32 load_map_user(u32 map)
{
	struct code c = { .nmaps = 1 };
	u32 i;

	c.handles[0] = map;
	c.maps[0] = (struct fn_image_map){ BPF_MAP_TYPE_HASH, 4, 64, MAP_MAX };
	emit_ld(&c, 4, 3, 1, 0);
	emit_ld(&c, 1, 3, 3, 50);
	emit(&c, FN_OP_AND, FN_X_IMM, 3, 3, 0, MAP_KEYS - 1);
	emit_st(&c, 4, FN_REG_FP, -4, 3);
	emit_const(&c, 1, FN_ADDR_MAPREF);
	emit(&c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -4);
	emit_helper(&c, FN_HELPER_map_lookup_elem);
	emit(&c, FN_OP_MOV, 0, 6, 0, 0, 0);
	emit_const(&c, 4, 1);
	emit(&c, FN_OP_JCC, COND(FN_EQ) | FN_X_IMM, 0, 6, 0, FN_IMM16(0, 2));
	emit_ld(&c, 8, 4, 6, 0);
	emit(&c, FN_OP_ADD, FN_X_IMM, 4, 4, 0, 1);
	for (i = 0; i < 8; i++)
		emit_st(&c, 8, FN_REG_FP, -72 + 8 * i, 4);
	emit(&c, FN_OP_ADD, FN_X_IMM, 3, FN_REG_FP, 0, -72);
	emit_const(&c, 4, BPF_ANY);
	emit_helper(&c, FN_HELPER_map_update_elem);
	emit_verdict(&c, XDP_DROP);
	return card_code_load(h.card, &c);
}

/* After everyone has left, the map must still hold exactly MAP_MAX entries. */
static void map_is_whole(u32 map)
{
	u64 value[8] = { 0 };
	u32 k, added = 0;

	for (k = 0; k < MAP_KEYS; k++)
		map_op(&h.card->engine, map, FN_MAP_DELETE, &k, NULL, 0);
	for (k = 0; k < MAP_KEYS; k++)
		added += !map_op(&h.card->engine, map, FN_MAP_UPDATE, &k, value,
				 0);
	is_u64(added, MAP_MAX, "no element was lost or doubled");
}

static void test_map(void)
{
	struct fn_msg_port_stats s;
	pthread_t t[SENDERS], users[2];
	u32 map, prog, i;
	uintptr_t torn = 0;

	set_up(64);
	map = map_create(&h.card->engine, NULL, BPF_MAP_TYPE_HASH, 4, 64,
			 MAP_MAX);
	prog = load_map_user(map);
	port_prog(&h, 0, prog);
	for (i = 0; i < 2; i++)
		pthread_create(&users[i], NULL, map_user,
			       (void *)(uintptr_t)(map | (i + 1) << 16));
	for (i = 0; i < SENDERS; i++)
		pthread_create(&t[i], NULL, sender, (void *)(uintptr_t)i);
	for (i = 0; i < SENDERS; i++)
		pthread_join(t[i], NULL);
	for (i = 0; i < 2; i++) {
		void *n;

		pthread_join(users[i], &n);
		torn += (uintptr_t)n;
	}
	do {
		s = port_stats(&h, 0);
		sched_yield();
	} while (s.c.xdp_drop < SENDERS * FRAMES);
	is_u64(torn, 0, "the host never sees half a value");
	is_u64(s.c.xdp_aborted, 0, "no program faults");
	map_is_whole(map);
	port_prog(&h, 0, 0);
	card_prog_unload(h.card, prog);
	map_free(&h.card->engine, map);
	tear_down();
}

int main(void)
{
	test_order();
	test_chaos();
	test_map();
	return done_testing();
}
