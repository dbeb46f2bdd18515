/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two ways to execute, one result: runs of a card program as the interpreter
 * and as compiled code does them, and what differs between them.
 */
#ifndef FN_TEST_TWO_WAYS_H
#define FN_TEST_TWO_WAYS_H

#include "bpf_vm.h"
#include "card_code.h"
#include "offload/engine/profile.h"
#include "offload/jit/jit.h"

#define PACKETS 4
#define ROOM 512
#define ENTRIES 4
#define KEYS 12

/* The second may be of another kind, with keys of up to 8 bytes. */
static struct fn_image_map maps[] = {
	{ .type = 2, .key_size = 4, .value_size = 64, .max_entries = ENTRIES },
	{ .type = 1, .key_size = 4, .value_size = 16, .max_entries = 8 },
};

/**
 * struct side - one of both ways: an engine with maps of its own
 * @engine: engine
 * @map: handles
 * @prog: handle
 * @interpret: interpreted
 */
struct side {
	struct fn_engine *engine;
	u32 map[2];
	u32 prog;
	bool interpret;
};

/* What a packet left behind. */
struct outcome {
	struct fn_run run;
	u8 packet[ROOM];
	u8 array[ENTRIES][64];
	u8 present[KEYS];
	u8 hash[KEYS][16];
};

struct tally {
	u32 images;
	u32 compiled;
	u32 runs;
	u32 faults;
	u32 wrong;
};

static inline bool open_side(struct side *s, bool plain, const char *profile)
{
	struct fn_env env = {
		.profile = fn_profile_find(profile),
		.threads = 1,
		.compile = fn_jit_compile,
	};
	u32 m;

	s->interpret = plain;
	fn_env_host(&env);
	s->engine = fn_engine_alloc(&env);
	for (m = 0; s->engine && m < ARRAY_SIZE(maps); m++)
		s->map[m] = map_create(s->engine, NULL, maps[m].type,
				       maps[m].key_size, maps[m].value_size,
				       maps[m].max_entries);
	return s->engine && s->map[0] && s->map[1];
}

static inline void reset_maps(const struct side *s)
{
	static const u8 zero[64];
	u8 value[16];
	u64 k;

	for (k = 0; k < ENTRIES; k++)
		map_op(s->engine, s->map[0], FN_MAP_UPDATE, &k, zero, 0);
	for (k = 0; k < KEYS; k++)
		map_op(s->engine, s->map[1], FN_MAP_DELETE, &k, NULL, 0);
	for (k = 0; k < 8; k += 2) {
		memset(value, k, sizeof(value));
		map_op(s->engine, s->map[1], FN_MAP_UPDATE, &k, value, 0);
	}
}

static inline void read_maps(const struct side *s, struct outcome *o)
{
	u64 k;

	for (k = 0; k < ENTRIES; k++)
		map_op(s->engine, s->map[0], FN_MAP_LOOKUP, &k, o->array[k], 0);
	for (k = 0; k < KEYS; k++)
		o->present[k] = !map_op(s->engine, s->map[1], FN_MAP_LOOKUP, &k,
					o->hash[k], 0);
}

/* splitmix64: all seeds give sequences of their own. */
static inline u32 next_random(u64 *state, u32 n)
{
	u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (u32)(z >> 33) % n;
}

static inline void make_packet(struct outcome *o, u64 seed, u32 n)
{
	static const u32 lens[PACKETS] = { 100, 64, 40, 300 };
	u64 state = seed ^ (u64)n << 32;
	u32 i;

	memset(o, 0, sizeof(*o));
	o->run.len = lens[n];
	for (i = 0; i < o->run.len; i++)
		o->packet[i] = next_random(&state, n == 3 ? 3 : 256);
}

static inline void run_one(const struct side *s, struct outcome *o, u64 limit)
{
	static const u64 clock = 123456789;

	o->run.prog = s->prog;
	o->run.frame = o->packet;
	o->run.room = ROOM;
	o->run.ifindex = 3;
	o->run.limit = limit;
	o->run.clock = &clock;
	o->run.interpret = s->interpret;
	fn_engine_run(s->engine, &o->run);
	/* What differs although nothing does. */
	o->run.prog = 0;
	o->run.frame = NULL;
	o->run.interpret = false;
}

static inline void run_all(const struct side *s, struct outcome *o, u64 seed,
			   u64 limit)
{
	u32 n;

	reset_maps(s);
	for (n = 0; n < PACKETS; n++) {
		make_packet(&o[n], seed, n);
		run_one(s, &o[n], limit);
		read_maps(s, &o[n]);
	}
}

#define TELL(member)                                                      \
	do {                                                              \
		if (want->run.member != got->run.member)                  \
			diag(#member ": interpreted %llu, compiled %llu", \
			     (unsigned long long)want->run.member,        \
			     (unsigned long long)got->run.member);        \
	} while (0)

static inline void explain(const struct outcome *want,
			   const struct outcome *got)
{
	static u32 times;

	if (times++ >= 10)
		return;
	TELL(verdict);
	TELL(result);
	TELL(len);
	TELL(queue);
	TELL(redirect);
	TELL(meta_len);
	TELL(fault);
	TELL(pc);
	TELL(addr);
	TELL(words);
	TELL(cycles);
	TELL(hidden);
	TELL(map_busy);
	if (memcmp(want->packet, got->packet, ROOM))
		diag("the packets differ");
	if (memcmp(want->array, got->array, sizeof(want->array)) ||
	    memcmp(want->hash, got->hash, sizeof(want->hash)))
		diag("the maps differ");
}

/* Random numbers come from the thread: both must begin alike. */
static inline bool load(struct side *s, const struct fn_image *img)
{
	char why[FN_WHY_LEN];

	if (!image_load(s->engine, img, s->map, ARRAY_SIZE(maps), &s->prog,
			why))
		return true;
	s->prog = 0;
	return false;
}

static inline bool was_compiled(const struct side *s)
{
	struct fn_msg_prog m = { .handle = s->prog };

	return !fn_prog_get(s->engine, &m) && m.compiled;
}

static inline void compare(struct side *sides, const struct fn_image *img,
			   u64 seed, u64 limit, struct tally *t,
			   const char *what)
{
	static struct outcome want[PACKETS], got[PACKETS];
	u64 bad = vm.bad;
	u32 n;

	if (!load(&sides[0], img) || !load(&sides[1], img))
		return;
	t->images++;
	run_all(&sides[0], want, seed, limit);
	run_all(&sides[1], got, seed, limit);
	t->compiled += was_compiled(&sides[1]);
	for (n = 0; n < PACKETS; n++) {
		t->runs++;
		t->faults += want[n].run.fault > FN_FAULT_ABORTED;
		if (!memcmp(&want[n], &got[n], sizeof(*want)) && bad == vm.bad)
			continue;
		t->wrong++;
		diag("seed %llu, %s, packet %u:", (unsigned long long)seed,
		     what, n);
		explain(&want[n], &got[n]);
		break;
	}
	prog_unload(sides[0].engine, sides[0].prog);
	prog_unload(sides[1].engine, sides[1].prog);
}

#endif /* FN_TEST_TWO_WAYS_H */
