// SPDX-License-Identifier: GPL-2.0
/*
 * The work of translating is bounded by the length of the program, for programs of
 * any shape: counted in steps (fn_tr_step()), not in time.
 *
 *	work [LENGTH]	of the shorter of two programs, of which the other is
 *			four times as long
 */
#include <math.h>

#include "offload/translator/translator.h"
#include "shapes.h"
#include "tap.h"

#define LENGTH 12000
#define TIMES 4
#define PER_INSN \
	5000 /* steps at most; the program does not get smaller by that */
#define MARGIN 1.15

static const struct fn_image_map maps[] = {
	{ .type = BPF_MAP_TYPE_ARRAY,
	  .key_size = 4,
	  .value_size = 8,
	  .max_entries = 1 },
	{ .type = BPF_MAP_TYPE_HASH,
	  .key_size = 8,
	  .value_size = 1 << 20,
	  .max_entries = 9 },
};

struct result {
	u32 insns;
	u64 steps;
	u32 words; /* 0 if it was refused */
};

static struct result measure(u32 which, u32 length)
{
	struct shape s = shape_make(which, length);
	struct result r = { .insns = s.n };
	struct fn_tr_options o = { .level = 2, .lanes = 4, .steps = &r.steps };
	struct fn_log log = {};
	struct fn_bpf_prog prog = { .insns = s.insns,
				    .len = s.n,
				    .type = BPF_PROG_TYPE_XDP,
				    .maps = maps,
				    .nmaps = 2 };
	struct fn_image *img = NULL;

	if (!fn_translate(&prog, &o, &log, &img))
		r.words = img->nwords;
	fn_free(img);
	free(s.insns);
	return r;
}

static double n_log_n(u32 n)
{
	return n * log2(n);
}

static void test_shape(u32 which, u32 length)
{
	struct result a = measure(which, length);
	struct result b = measure(which, TIMES * length);
	double grown = (double)b.steps / a.steps;
	double may = n_log_n(b.insns) / n_log_n(a.insns) * MARGIN;

	if (!ok(a.words && b.words && grown <= may &&
			b.steps <= (u64)PER_INSN * b.insns,
		"%s: steps grow with the program", shapes[which].name))
		diag("%u and %u instructions: %llu and %llu steps, %.2f times as many; up to %.2f; %u and %u words",
		     a.insns, b.insns, (unsigned long long)a.steps,
		     (unsigned long long)b.steps, grown, may, a.words, b.words);
}

int main(int argc, char **argv)
{
	u32 length = argc > 1 ? atoi(argv[1]) : LENGTH, i;

	for (i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		test_shape(i, length);
	return done_testing();
}
