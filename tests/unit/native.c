// SPDX-License-Identifier: GPL-2.0
/*
 * Two ways to execute, one result: programs as the interpreter runs them and as
 * compiled code does must give the same verdicts, packets, maps, faults, words
 * and cycles. First random programs that verify, translated at each level, then
 * such images with damage, then noise.
 *
 *	native [FIRST [COUNT]]	seeds
 */
#include "bpf_vm.h"
#include "card_code.h"
#include "offload/engine/profile.h"
#include "offload/jit/jit.h"
#include "offload/translator/translator.h"
#include "tests/fuzz/generate.h"

#define SEEDS 500 /* on each profile */
#define PACKETS 4
#define ROOM 512
#define ENTRIES 4
#define KEYS GEN_HASH_KEYS

static const struct fn_image_map maps[] = {
	{ .type = 2, .key_size = 4, .value_size = 64, .max_entries = ENTRIES },
	{ .type = 1, .key_size = 4, .value_size = 16, .max_entries = 8 },
};

static const struct fn_tr_options ways[] = {
	{ .level = 0, .lanes = 1 },
	{ .level = 2, .lanes = 4 },
};

/**
 * struct side - one of both ways: a card with maps of its own
 * @card: card
 * @map: handles
 * @prog: handle
 * @plain: interpreted
 */
struct side {
	struct fn_engine *engine;
	u32 map[2];
	u32 prog;
	bool plain;
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

static bool open_side(struct side *s, bool plain, const char *profile)
{
	struct fn_env env = {
		.profile = fn_profile_find(profile),
		.threads = 1,
		.compile = fn_jit_compile,
	};
	u32 m;

	s->plain = plain;
	fn_env_host(&env);
	s->engine = fn_engine_alloc(&env);
	for (m = 0; s->engine && m < ARRAY_SIZE(maps); m++)
		s->map[m] = map_create(s->engine, NULL, maps[m].type,
				       maps[m].key_size, maps[m].value_size,
				       maps[m].max_entries);
	return s->engine && s->map[0] && s->map[1];
}

static void reset_maps(const struct side *s)
{
	static const u8 zero[64];
	u8 value[16];
	u32 k;

	for (k = 0; k < ENTRIES; k++)
		map_op(s->engine, s->map[0], FN_MAP_UPDATE, &k, zero, 0);
	for (k = 0; k < KEYS; k++)
		map_op(s->engine, s->map[1], FN_MAP_DELETE, &k, NULL, 0);
	for (k = 0; k < 8; k += 2) {
		memset(value, k, sizeof(value));
		map_op(s->engine, s->map[1], FN_MAP_UPDATE, &k, value, 0);
	}
}

static void read_maps(const struct side *s, struct outcome *o)
{
	u32 k;

	for (k = 0; k < ENTRIES; k++)
		map_op(s->engine, s->map[0], FN_MAP_LOOKUP, &k, o->array[k], 0);
	for (k = 0; k < KEYS; k++)
		o->present[k] = !map_op(s->engine, s->map[1], FN_MAP_LOOKUP, &k,
					o->hash[k], 0);
}

static void make_packet(struct outcome *o, u64 seed, u32 n)
{
	static const u32 lens[PACKETS] = { 100, 64, 40, 300 };
	struct gen g = { .state = seed ^ (u64)n << 32 };
	u32 i;

	memset(o, 0, sizeof(*o));
	o->run.len = lens[n];
	for (i = 0; i < o->run.len; i++)
		o->packet[i] = gen_random(&g, n == 3 ? 3 : 256);
}

static void run_one(const struct side *s, struct outcome *o, u64 limit)
{
	static const u64 clock = 123456789;

	o->run.prog = s->prog;
	o->run.frame = o->packet;
	o->run.room = ROOM;
	o->run.ifindex = 3;
	o->run.limit = limit;
	o->run.clock = &clock;
	o->run.plain = s->plain;
	fn_engine_run(s->engine, &o->run);
	/* What differs although nothing does. */
	o->run.prog = 0;
	o->run.frame = NULL;
	o->run.plain = false;
}

static void run_all(const struct side *s, struct outcome *o, u64 seed,
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

static void explain(const struct outcome *want, const struct outcome *got)
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
static bool load(struct side *s, const struct fn_image *img)
{
	char why[FN_WHY_LEN];

	if (!image_load(s->engine, img, s->map, ARRAY_SIZE(maps), &s->prog,
			why))
		return true;
	s->prog = 0;
	return false;
}

static bool was_compiled(const struct side *s)
{
	struct fn_msg_prog m = { .handle = s->prog };

	return !fn_prog_get(s->engine, &m) && m.compiled;
}

static void compare(struct side *sides, const struct fn_image *img, u64 seed,
		    u64 limit, struct tally *t, const char *what)
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

/* A helper whose result is by chance can't be compared. */
static bool is_fair(const struct fn_image *img)
{
	u32 i;

	for (i = 0; i < img->nwords; i++) {
		struct fn_insn insn = fn_insn_decode(fn_image_words(img)[i]);

		if (insn.op == FN_OP_HELPER &&
		    insn.imm == FN_HELPER_get_prandom_u32)
			return false;
	}
	return true;
}

static struct fn_image *translate(const struct gen *g,
				  const struct fn_tr_options *way)
{
	struct fn_bpf_prog prog = { .insns = g->insns,
				    .len = g->len,
				    .type = BPF_PROG_TYPE_XDP,
				    .maps = maps,
				    .nmaps = ARRAY_SIZE(maps) };
	struct fn_log log = { 0 };
	struct fn_image *img = NULL;

	if (fn_translate(&prog, way, &log, &img))
		return NULL;
	if (is_fair(img))
		return img;
	fn_free(img);
	return NULL;
}

/* Words of it become others, which mostly are instructions, too. */
static void damage(struct fn_image *img, struct gen *g, u32 n)
{
	static const u8 fields[] = { 0, 8, 16, 21, 26, 32, 36, 48 };
	u64 *words = fn_image_words(img);

	while (n--) {
		u64 *w = &words[gen_random(g, img->nwords)];

		switch (gen_random(g, 4)) {
		case 0:
			*w ^= 1ull << gen_random(g, 64);
			break;
		case 1:
			*w ^= (u64)gen_random(g, 32)
			      << fields[gen_random(g, ARRAY_SIZE(fields))];
			break;
		case 2:
			*w = words[gen_random(g, img->nwords)];
			break;
		default:
			swap(*w, words[gen_random(g, img->nwords)]);
		}
	}
	fn_image_seal(img);
}

static void run_seed(struct side *sides, u64 seed, struct tally *whole,
		     struct tally *broken)
{
	static struct gen g;
	struct fn_image *img;
	u32 w, n;

	gen_program(&g, seed, true);
	for (w = 0; w < ARRAY_SIZE(ways); w++) {
		img = translate(&g, &ways[w]);
		if (!img)
			continue;
		compare(sides, img, seed, 0, whole, w ? "level 2" : "level 0");
		/* What is not valid costs nothing but the attempt. */
		for (n = 0; n < 6; n++) {
			damage(img, &g, 1);
			if (is_fair(img))
				compare(sides, img, seed, 20000, broken,
					"damaged");
		}
		fn_free(img);
	}
}

static void run_seeds(struct side *sides, u64 first, u64 count,
		      const char *profile)
{
	struct tally whole = { 0 };
	struct tally broken = { 0 };
	u64 seed;

	for (seed = first; seed < first + count; seed++) {
		run_seed(sides, seed, &whole, &broken);
		if (whole.wrong + broken.wrong > 4)
			break;
	}
	diag("%s: %u images, %u runs; damaged: %u images, %u runs, %u faults",
	     profile, whole.images, whole.runs, broken.images, broken.runs,
	     broken.faults);
	is_u64(whole.wrong, 0, "programs give the same both ways");
	is_u64(broken.wrong, 0, "and do damaged ones");
	is_u64(whole.compiled, whole.images, "all have been compiled");
	is_u64(broken.compiled, broken.images, "of the damaged ones, too");
	ok(broken.faults > broken.runs / 50, "some of these fault");
}

/* ---- at the limits of what is proved */

/* One packet of a length; is all the same? The image must be one. */
static bool same_run(struct side *sides, const struct fn_image *img, u32 len)
{
	static struct outcome o[2];
	u64 bad = vm.bad;
	u32 i;

	for (i = 0; i < 2; i++) {
		make_packet(&o[i], len, 0);
		o[i].run.len = len;
		if (!load(&sides[i], img))
			return false;
		reset_maps(&sides[i]);
		run_one(&sides[i], &o[i], 0);
		read_maps(&sides[i], &o[i]);
		prog_unload(sides[i].engine, sides[i].prog);
	}
	if (!memcmp(&o[0], &o[1], sizeof(o[0])) && bad == vm.bad)
		return true;
	explain(&o[0], &o[1]);
	return false;
}

static u32 try_lens(struct side *sides, struct code *c, u32 around)
{
	struct fn_image *img;
	u32 wrong = 0;
	u32 len;

	c->nmaps = ARRAY_SIZE(maps);
	memcpy(c->maps, maps, sizeof(maps));
	img = code_image(c);
	for (len = around - 2; len <= around + 2; len++)
		wrong += !same_run(sides, img, len);
	fn_free(img);
	return wrong;
}

#define AROUND 40

static void begin_code(struct code *c)
{
	c->n = 0;
	emit_ld(c, 4, 2, 1, offsetof(struct xdp_md, data));
	emit_ld(c, 4, 3, 1, offsetof(struct xdp_md, data_end));
	emit(c, FN_OP_MOV, 0, 6, 0, 2, 0);
}

/* A comparison of the ends, then an access on either side of what it says. */
static void test_lengths(struct side *sides)
{
	static struct code c;
	u32 cc, swapped, at, wrong = 0;

	for (cc = FN_EQ; cc <= FN_LE; cc++) {
		for (swapped = 0; swapped < 2; swapped++) {
			for (at = AROUND - 3; at < AROUND + 3; at++) {
				s32 k = swapped ? -AROUND : AROUND;

				begin_code(&c);
				emit(&c, FN_OP_JCC, COND(cc), 0,
				     swapped ? 2 : 3, swapped ? 3 : 2,
				     FN_IMM16(k, 2));
				emit_ld(&c, 1, 4, 2, at);
				emit_exit(&c, 4);
				emit_ld(&c, 1, 5, 2, at);
				emit_exit(&c, 5);
				wrong += try_lens(sides, &c, AROUND);
			}
		}
	}
	is_u64(wrong, 0, "comparisons say no more than they do");
}

/* An access that succeeds says how long the packet is at least. */
static void test_accesses(struct side *sides)
{
	static const u8 sizes[] = { 1, 2, 4, 6, 8 };
	static struct code c;
	u32 i, k, wrong = 0;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (k = 0; k < ARRAY_SIZE(sizes); k++) {
			begin_code(&c);
			emit_ld(&c, sizes[i], 4, 2, AROUND - sizes[i]);
			emit_st(&c, sizes[k], 2, AROUND - sizes[k] + 1, 4);
			emit_ld(&c, sizes[k], 4, 2, AROUND - sizes[k]);
			emit_verdict(&c, XDP_PASS);
			wrong += try_lens(sides, &c, AROUND);
		}
	}
	is_u64(wrong, 0, "accesses say no more than they do");
}

/* What pointed to the packet does so no more when its ends have moved. */
static void test_moved(struct side *sides)
{
	static const struct {
		u32 helper;
		s32 by;
	} moves[] = {
		{ FN_HELPER_xdp_adjust_head, 4 },
		{ FN_HELPER_xdp_adjust_head, -4 },
		{ FN_HELPER_xdp_adjust_tail, -8 },
		{ FN_HELPER_xdp_adjust_tail, 8 },
		{ FN_HELPER_xdp_adjust_meta, -8 },
	};
	static struct code c;
	u32 i, at, wrong = 0;

	for (i = 0; i < ARRAY_SIZE(moves); i++) {
		for (at = 0; at < AROUND + 12; at++) {
			begin_code(&c);
			emit_ld(&c, 1, 4, 6, AROUND - 3);
			emit(&c, FN_OP_MOV, FN_X_IMM, 2, 0, 0, moves[i].by);
			emit_helper(&c, moves[i].helper);
			emit_ld(&c, 1, 4, 6, (s32)at - 6);
			emit_st(&c, 1, 6, at, 4);
			emit_exit(&c, 4);
			wrong += try_lens(sides, &c, AROUND);
		}
	}
	is_u64(wrong, 0, "pointers are forgotten when the packet moves");
}

static void lookup(struct code *c, u32 slot, u32 key)
{
	emit(c, FN_OP_STI, SIZE(4), 0, FN_REG_FP, 0, FN_IMM16(-4, key));
	emit(c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -4);
	emit_const(c, 1, FN_ADDR_MAPREF + slot);
	emit_helper(c, FN_HELPER_map_lookup_elem);
}

#define THERE 2
#define MISSING 7

/* A value that has been asked for so, accessed at its ends. */
static u32 try_value(struct side *sides, u32 slot, u32 key, u32 asked)
{
	static struct code c;
	u32 wrong = 0;
	s32 at;

	for (at = -9; at < 80; at++) {
		begin_code(&c);
		lookup(&c, slot, key);
		if (asked < FN_NCONDS)
			emit(&c, FN_OP_EXITC, COND(asked) | FN_X_IMM, 0, 0, 0,
			     FN_IMM16(0, 1));
		emit(&c, FN_OP_ATOM, KIND(FN_ATOM_ADD) | FN_X_W, 0, 0, 3,
		     at & ~3);
		emit_ld(&c, 8, 4, 0, at);
		emit_st(&c, 6, 0, at, 4);
		emit_exit(&c, 4);
		wrong += try_lens(sides, &c, AROUND);
	}
	return wrong;
}

static void test_values(struct side *sides)
{
	static const u32 asked[] = { FN_EQ, FN_NE, FN_GT, FN_LE, FN_NCONDS };
	u32 slot, i, wrong = 0;

	for (slot = 0; slot < 2; slot++) {
		for (i = 0; i < ARRAY_SIZE(asked); i++) {
			wrong += try_value(sides, slot, THERE, asked[i]);
			wrong += try_value(sides, slot, MISSING, asked[i]);
		}
	}
	is_u64(wrong, 0, "values end where they end, and may not be there");
}

/* ---- pointers whose distance from the packet's beginning varies */

/* r7 = r6 and 3 or 5, by the first byte */
static void either(struct code *c)
{
	begin_code(c);
	emit_ld(c, 1, 4, 6, 0);
	emit(c, FN_OP_ADD, FN_X_IMM, 7, 6, 0, 3);
	emit(c, FN_OP_JCC, COND(FN_GE) | FN_X_IMM, 0, 4, 0, FN_IMM16(128, 1));
	emit(c, FN_OP_ADD, FN_X_IMM, 7, 6, 0, 5);
}

/* r7 = r6 and what a byte says, 0 to 15 */
static void anywhere(struct code *c)
{
	begin_code(c);
	emit_ld(c, 1, 4, 6, 0);
	emit(c, FN_OP_AND, FN_X_IMM, 4, 4, 0, 15);
	emit(c, FN_OP_ADD, 0, 7, 6, 4, 0);
}

/* A comparison with the end, then accesses on either side of what it says. */
static u32 try_compared(struct side *sides, void (*begin)(struct code *c),
			u32 cc, bool swapped)
{
	static struct code c;
	u32 wrong = 0;
	s32 at;

	for (at = AROUND - 22; at < AROUND + 3; at++) {
		s32 k = AROUND - 10;

		begin(&c);
		emit(&c, FN_OP_JCC, COND(cc), 0, swapped ? 7 : 3,
		     swapped ? 3 : 7, FN_IMM16(swapped ? -k : k, 2));
		emit_ld(&c, 1, 4, 7, at);
		emit_exit(&c, 4);
		emit_st(&c, 2, 7, at, 4);
		emit_exit(&c, 7);
		wrong += try_lens(sides, &c, AROUND);
	}
	return wrong;
}

static void test_varying(struct side *sides)
{
	u32 cc, swapped, wrong = 0;

	for (cc = FN_EQ; cc <= FN_LE; cc++) {
		for (swapped = 0; swapped < 2; swapped++) {
			wrong += try_compared(sides, either, cc, swapped);
			wrong += try_compared(sides, anywhere, cc, swapped);
		}
	}
	is_u64(wrong, 0, "nor do they of pointers that vary");
}

/*
 * A pointer moves on in a loop: what the last round has shown of it is no more,
 * and that of the pointer before is of that one.
 */
static u32 try_loop(struct side *sides, bool ask_before, s32 at)
{
	static struct code c;
	u32 head;

	begin_code(&c);
	emit_const(&c, 8, 0);
	emit(&c, FN_OP_MOV, 0, 7, 0, 6, 0);
	emit(&c, FN_OP_MOV, 0, 9, 0, 6, 0);
	if (ask_before)
		emit(&c, FN_OP_EXITC, COND(FN_LT), 0, 3, 7, FN_IMM16(8, 2));
	head = c.n;
	if (!ask_before)
		emit(&c, FN_OP_EXITC, COND(FN_LT), 0, 3, 7, FN_IMM16(8, 2));
	emit_ld(&c, 1, 4, 7, at);
	emit_ld(&c, 1, 5, 9, at + 2);
	emit(&c, FN_OP_ADD, 0, 8, 8, 4, 0);
	emit(&c, FN_OP_MOV, 0, 9, 0, 7, 0);
	emit(&c, FN_OP_ADD, FN_X_IMM, 7, 7, 0, 4);
	emit(&c, FN_OP_JCC, COND(FN_LT), 0, 7, 3,
	     FN_IMM16(0, (s32)(head - c.n - 1)));
	emit_exit(&c, 9);
	return try_lens(sides, &c, AROUND);
}

static void test_loops(struct side *sides)
{
	u32 wrong = 0;
	s32 at;

	for (at = -4; at < 14; at++) {
		wrong += try_loop(sides, false, at);
		wrong += try_loop(sides, true, at);
	}
	is_u64(wrong, 0, "what a loop has shown is of that round");
}

/* A value at a place that varies, of a map that does. */
static u32 try_index(struct side *sides, u32 slot, u32 mask, s32 at)
{
	static struct code c;

	begin_code(&c);
	emit_ld(&c, 1, 9, 6, 1);
	lookup(&c, slot, THERE);
	emit(&c, FN_OP_EXITC, COND(FN_EQ) | FN_X_IMM, 0, 0, 0, FN_IMM16(0, 1));
	emit(&c, FN_OP_AND, FN_X_IMM, 9, 9, 0, mask);
	emit(&c, FN_OP_ADD, 0, 7, 0, 9, 0);
	emit_ld(&c, 4, 4, 7, at);
	emit_st(&c, 4, 7, at, 4);
	emit_ld(&c, 1, 5, 2, AROUND - 1);
	emit_exit(&c, 7);
	return try_lens(sides, &c, AROUND);
}

/* A jump where there was a word to keep its place. */
static void jump_at(struct code *c, u32 at, u8 op, u8 x, u8 a, s32 imm)
{
	u32 n = c->n;

	c->n = at;
	emit(c, op, x, 0, a, 0, imm);
	c->n = n;
}

/* Of one map or the other, by the first byte; and the pointer itself is seen. */
static u32 try_maps(struct side *sides, s32 at, bool seen)
{
	static struct code c;
	u32 first, second;

	begin_code(&c);
	emit_ld(&c, 1, 9, 6, 0);
	first = emit(&c, FN_OP_NOP, 0, 0, 0, 0, 0);
	lookup(&c, 0, THERE);
	second = emit(&c, FN_OP_NOP, 0, 0, 0, 0, 0);
	lookup(&c, 1, THERE);
	jump_at(&c, first, FN_OP_JCC, COND(FN_GE) | FN_X_IMM, 9,
		FN_IMM16(128, second - first));
	jump_at(&c, second, FN_OP_JMP, 0, 0, c.n - second - 1);
	emit(&c, FN_OP_EXITC, COND(FN_EQ) | FN_X_IMM, 0, 0, 0, FN_IMM16(0, 1));
	emit_ld(&c, 4, 4, 0, at);
	emit_st(&c, 8, 0, at, 4);
	emit(&c, FN_OP_ATOM, KIND(FN_ATOM_ADD) | FN_X_W, 0, 0, 4, 4);
	emit_ld(&c, 1, 5, 2, AROUND - 1);
	emit_exit(&c, seen ? 0 : 4);
	return try_lens(sides, &c, AROUND);
}

static void test_places(struct side *sides)
{
	u32 slot, wrong = 0;
	s32 at;

	for (at = -2; at < 66; at++) {
		for (slot = 0; slot < 2; slot++) {
			wrong += try_index(sides, slot, 7, at);
			wrong += try_index(sides, slot, 63, at);
		}
		wrong += try_maps(sides, at, false);
		wrong += try_maps(sides, at, true);
	}
	is_u64(wrong, 0, "places in values may vary, and the map");
}

static void test_profile(const char *profile, u64 first, u64 count)
{
	struct side sides[2];

	diag("profile %s", profile);
	if (!ok(open_side(&sides[0], true, profile) &&
			open_side(&sides[1], false, profile),
		"two cards"))
		return;
	test_lengths(sides);
	test_accesses(sides);
	test_moved(sides);
	test_values(sides);
	test_varying(sides);
	test_loops(sides);
	test_places(sides);
	run_seeds(sides, first, count, profile);
	fn_engine_free(sides[0].engine);
	fn_engine_free(sides[1].engine);
}

int main(int argc, char **argv)
{
	u64 first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	u64 count = argc > 2 ? strtoull(argv[2], NULL, 0) : SEEDS;
	const struct fn_profile *p = NULL;

	fn_code_ops = &vm_ops;
	while ((p = fn_profile_next(p)))
		test_profile(p->name, first, count);
	is_u64(vm.bad, 0, "accesses outside of what the card has");
	diag("%llu BPF instructions", (unsigned long long)vm.insns);
	return done_testing();
}
