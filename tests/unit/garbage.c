// SPDX-License-Identifier: GPL-2.0
/*
 * The translator takes anything: random instructions, and programs that verify
 * with random damage. Each is refused with a reason or becomes an image whose
 * words are all valid, at every level, and the same one the second time.
 *
 *	garbage [FIRST [COUNT]]		seeds
 */
#include "offload/isa.h"
#include "offload/translator/translator.h"
#include "tap.h"
#include "tests/fuzz/generate.h"

#define SEEDS 4000

static const struct fn_image_map maps[] = {
	{ .type = 2, .key_size = 4, .value_size = 64, .max_entries = 4 },
	{ .type = 1, .key_size = 4, .value_size = 16, .max_entries = 8 },
};

static const struct fn_tr_options ways[] = {
	{ .level = 0, .lanes = 1 },
	{ .level = 1, .lanes = 2 },
	{ .level = 2, .lanes = 1 },
	{ .level = 2, .lanes = 8 },
};

struct tally {
	u32 images;
	u32 refused;
	u32 silent;
	u32 invalid;
	u32 unequal;
};

static void count(void *ctx, const char *fmt, va_list ap)
{
	char line[1024];

	vsnprintf(line, sizeof(line), fmt, ap);
	++*(u32 *)ctx;
}

static void damage(struct gen *g, u32 n)
{
	while (n--) {
		u32 i = gen_random(g, g->len);
		u64 word;

		memcpy(&word, &g->insns[i], 8);
		if (gen_random(g, 2))
			word ^= 1ull << gen_random(g, 64);
		else
			word = (u64)gen_random(g, 1u << 31) << 33 ^
			       gen_random(g, 1u << 31);
		memcpy(&g->insns[i], &word, 8);
	}
}

/* Mostly opcodes that exist, so that something is behind the first check. */
static void noise(struct gen *g)
{
	static const u8 classes[] = { BPF_ALU64, BPF_ALU, BPF_JMP, BPF_JMP32,
				      BPF_LDX,	 BPF_ST,  BPF_STX, BPF_LD };
	u32 i;

	g->len = 1 + gen_random(g, 60);
	for (i = 0; i < g->len; i++) {
		u8 code = classes[gen_random(g, 8)] | gen_random(g, 32) << 3;

		g->insns[i] =
			INSN(code, gen_random(g, 11), gen_random(g, 11),
			     gen_random(g, 3) ? 0 : (int)gen_random(g, 40) - 20,
			     gen_random(g, 3) ? 0 : gen_imm(g));
	}
	if (gen_random(g, 4))
		g->insns[g->len - 1] = EXIT();
}

static bool all_valid(const struct fn_image *img)
{
	char why[80];
	u32 pc;

	if (fn_image_check(img, img->size, why, sizeof(why)))
		return false;
	for (pc = 0; pc < img->nwords; pc++) {
		struct fn_insn i = fn_insn_decode(fn_image_words(img)[pc]);

		if (!fn_insn_valid(&i, NULL))
			return false;
	}
	return true;
}

static void one_way(const struct gen *g, const struct fn_tr_options *o,
		    struct tally *t)
{
	struct fn_bpf_prog prog = { .insns = g->insns,
				    .len = g->len,
				    .type = BPF_PROG_TYPE_XDP,
				    .maps = maps,
				    .nmaps = ARRAY_SIZE(maps) };
	u32 lines = 0;
	struct fn_log log = { .write = count, .ctx = &lines };
	struct fn_image *img = NULL, *again = NULL;

	if (fn_translate(&prog, o, &log, &img)) {
		t->refused++;
		t->silent += !lines || img;
		return;
	}
	t->images++;
	t->invalid += !all_valid(img);
	if (fn_translate(&prog, o, &log, &again) || img->size != again->size ||
	    memcmp(img, again, img->size))
		t->unequal++;
	fn_free(img);
	fn_free(again);
}

static void one_seed(u64 seed, struct tally *t)
{
	static struct gen g;
	struct tally before = *t;
	u32 w;

	gen_program(&g, seed, true);
	if (seed % 4 == 0)
		noise(&g);
	else
		damage(&g, seed % 4);
	for (w = 0; w < ARRAY_SIZE(ways); w++)
		one_way(&g, &ways[w], t);
	if (t->silent + t->invalid + t->unequal !=
	    before.silent + before.invalid + before.unequal)
		diag("seed %llu went wrong", (unsigned long long)seed);
}

int main(int argc, char **argv)
{
	u64 first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	u64 n = argc > 2 ? strtoull(argv[2], NULL, 0) : SEEDS;
	struct tally t = { 0 };
	u64 seed;

	for (seed = first; seed < first + n; seed++)
		one_seed(seed, &t);
	diag("%u images, %u refused", t.images, t.refused);
	ok(t.images && t.refused, "some become images, some don't");
	is_u64(t.silent, 0, "refused without a reason");
	is_u64(t.invalid, 0, "images with invalid words");
	is_u64(t.unequal, 0, "images that differ the second time");
	return done_testing();
}
