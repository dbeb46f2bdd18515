// SPDX-License-Identifier: GPL-2.0
/*
 * Two ways to execute, one result: programs as the interpreter runs them and as
 * compiled code does must give the same verdicts, packets, maps, faults, words
 * and cycles. First random programs that verify, translated at each level, then
 * such images with damage, then noise.
 *
 *	jit [FIRST [COUNT]]	seeds
 */
#include "offload/translator/translator.h"
#include "tests/fuzz/generate.h"
#include "two_ways.h"

#define SEEDS 500 /* on each profile */
_Static_assert(KEYS == GEN_HASH_KEYS, "all keys are compared");

static const struct fn_tr_options ways[] = {
	{ .level = 0, .lanes = 1 },
	{ .level = 2, .lanes = 4 },
};

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
	emit(c, FN_OP_STI, SIZE(8), 0, FN_REG_FP, 0, FN_IMM16(-8, key));
	emit(c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -8);
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
	maps[1].type = BPF_MAP_TYPE_LRU_HASH;
	test_profile("flownic", first, count / 4);
	maps[1].type = BPF_MAP_TYPE_LPM_TRIE;
	maps[1].key_size = 8;
	test_profile("flownic", first, count / 4);
	is_u64(vm.bad, 0, "accesses outside of what the card has");
	diag("%llu BPF instructions", (unsigned long long)vm.insns);
	return done_testing();
}
