// SPDX-License-Identifier: GPL-2.0
/*
 * The passes and the order in which they run.
 */
#include "ir.h"

enum need {
	NEEDED,
	OPTIONAL,
	GLOBAL, /* optional, and looks beyond a block */
};

/* Reports each change of the program; other passes count as a change. */
#define REPORTS 0x01
/* Does nothing in a program of one block. */
#define BLOCKS 0x02
/* Does nothing in a program without loads and stores. */
#define MEMORY 0x04
/*
 * Preserves the analysis of values: each register keeps its value and the place
 * of its definition.
 */
#define PRESERVES 0x08

/* Each pass: X(name, whether it can be left out, properties). */
/* clang-format off */
#define PASSES(X) \
	X(decode, NEEDED, 0)                                   \
	X(cfg, NEEDED, 0)                                      \
	X(lower, NEEDED, 0)                                    \
	X(ssa, NEEDED, 0)                                      \
	X(copy, OPTIONAL, REPORTS | PRESERVES)                 \
	X(fold, OPTIONAL, REPORTS | PRESERVES)                 \
	X(dce, OPTIONAL, REPORTS | PRESERVES)                  \
	X(inline, GLOBAL, REPORTS | BLOCKS)                    \
	X(fuse, OPTIONAL, REPORTS | PRESERVES)                 \
	X(merge, OPTIONAL, REPORTS | MEMORY | PRESERVES)       \
	X(exits, OPTIONAL, REPORTS | BLOCKS | PRESERVES)       \
	X(decide, GLOBAL, REPORTS | BLOCKS | PRESERVES)        \
	X(range, OPTIONAL, REPORTS | PRESERVES)                \
	X(guard, GLOBAL, REPORTS | BLOCKS | PRESERVES)         \
	X(sign, OPTIONAL, REPORTS)                             \
	X(bounds, OPTIONAL, REPORTS | PRESERVES)               \
	X(facts, OPTIONAL, REPORTS | PRESERVES)                \
	X(cse, GLOBAL, REPORTS | PRESERVES)                    \
	X(mem, GLOBAL, REPORTS | MEMORY | PRESERVES)           \
	X(tails, GLOBAL, REPORTS | BLOCKS)                     \
	X(thread, GLOBAL, REPORTS | BLOCKS)                    \
	X(ifconv, GLOBAL, REPORTS | BLOCKS)                    \
	X(dse, GLOBAL, REPORTS | MEMORY | PRESERVES)           \
	X(licm, GLOBAL, REPORTS | BLOCKS)                      \
	X(join, OPTIONAL, REPORTS | BLOCKS)                    \
	X(kinds, OPTIONAL, REPORTS | MEMORY)                   \
	X(legal, NEEDED, REPORTS)                              \
	X(early, GLOBAL, REPORTS | MEMORY)                     \
	X(split, NEEDED, REPORTS | BLOCKS)                     \
	X(pin, NEEDED, 0)                                      \
	X(args, GLOBAL, 0)                                     \
	X(alloc, NEEDED, 0)                                    \
	X(moves, NEEDED, 0)                                    \
	X(hoist, GLOBAL, REPORTS | BLOCKS)                     \
	X(layout, OPTIONAL, 0)                                 \
	X(forward, GLOBAL, 0)                                  \
	X(sched, OPTIONAL, 0)                                  \
	X(group, NEEDED, 0)                                    \
	X(encode, NEEDED, 0)
/* clang-format on */

enum pass_id {
#define ID(name, need, flags) PASS_##name,
	PASSES(ID)
#undef ID
		NPASSES
};

static const struct pass {
	const char *name;
	int (*run)(struct fn_tr *tr);
	enum need need;
	u8 flags;
} passes[] = {
#define PASS(name, need, flags) { #name, fn_pass_##name, need, flags },
	PASSES(PASS)
#undef PASS
};

/* The order in which passes run, and the level from which on. */
static const struct step {
	u8 pass;
	u8 level;
	u8 flags; /* BLOCKS: it follows passes that need several blocks */
} steps[] = {
	/* BPF becomes the card's instructions, in SSA form. */
	{ PASS_decode, 0, 0 },
	{ PASS_cfg, 0, 0 },
	{ PASS_lower, 0, 0 },
	{ PASS_ssa, 1, 0 },
	/* Simplification makes functions small enough to inline. */
	{ PASS_copy, 1, 0 },
	{ PASS_fold, 2, 0 },
	{ PASS_inline, 2, 0 },
	/* Patterns are combined before other passes separate their parts. */
	{ PASS_fuse, 2, 0 },
	{ PASS_merge, 2, 0 },
	{ PASS_copy, 2, 0 },
	/* Exits get constant verdicts, and then become conditional exits. */
	{ PASS_exits, 2, 0 },
	{ PASS_copy, 2, 0 },
	{ PASS_fold, 2, 0 },
	{ PASS_dce, 2, 0 },
	{ PASS_decide, 2, 0 },
	{ PASS_copy, 2, 0 },
	{ PASS_range, 2, 0 },
	{ PASS_guard, 2, 0 },
	{ PASS_merge, 2, 0 },
	/* Blocks are long now: redundant comparisons are removed. */
	{ PASS_sign, 2, 0 },
	{ PASS_bounds, 2, 0 },
	{ PASS_facts, 2, 0 },
	/* Redundant loads are removed, which allows new combinations. */
	{ PASS_mem, 2, 0 },
	{ PASS_copy, 2, 0 },
	{ PASS_dce, 2, BLOCKS },
	{ PASS_fuse, 2, 0 },
	/* If-conversion makes straight code, which allows more of them. */
	{ PASS_tails, 2, 0 },
	{ PASS_thread, 2, 0 },
	{ PASS_ifconv, 2, 0 },
	{ PASS_guard, 2, 0 },
	{ PASS_copy, 2, BLOCKS },
	{ PASS_fuse, 2, BLOCKS },
	{ PASS_cse, 2, 0 },
	{ PASS_merge, 2, 0 },
	/* Loads are final now, so dead stores and loop invariants can go. */
	{ PASS_dse, 2, 0 },
	{ PASS_licm, 2, 0 },
	{ PASS_fold, 2, BLOCKS },
	{ PASS_copy, 2, 0 },
	/* Legalization, and annotations for the scheduler. */
	{ PASS_join, 2, 0 },
	{ PASS_kinds, 2, 0 },
	{ PASS_legal, 0, 0 },
	{ PASS_early, 2, 0 },
	/* Register allocation, and out of SSA form. */
	{ PASS_split, 1, 0 },
	{ PASS_dce, 1, 0 },
	{ PASS_pin, 1, 0 },
	{ PASS_args, 2, 0 },
	{ PASS_alloc, 1, 0 },
	{ PASS_moves, 1, 0 },
	/* Block layout and scheduling. */
	{ PASS_hoist, 2, 0 },
	{ PASS_layout, 1, 0 },
	{ PASS_forward, 2, 0 },
	{ PASS_sched, 2, 0 },
	{ PASS_group, 1, 0 },
	{ PASS_encode, 0, 0 },
};

static int check_program(struct fn_tr *tr)
{
	const struct fn_bpf_prog *bpf = tr->bpf;

	if (bpf->type != BPF_PROG_TYPE_XDP &&
	    bpf->type != BPF_PROG_TYPE_SCHED_CLS && bpf->type != FN_PROG_RAW)
		return fn_ir_refuse(
			tr, -EOPNOTSUPP,
			"program type %u; the card runs XDP programs (type %u) and tc classifiers (type %u)\n",
			bpf->type, BPF_PROG_TYPE_XDP, BPF_PROG_TYPE_SCHED_CLS);
	if (!bpf->len || bpf->len > FN_TR_MAX_INSNS)
		return fn_ir_refuse(tr, -E2BIG,
				    "%u instructions; a program has 1 to %u\n",
				    bpf->len, FN_TR_MAX_INSNS);
	if (bpf->nmaps > FN_IMAGE_MAX_MAPS)
		return fn_ir_refuse(tr, -E2BIG,
				    "%u maps; a program can use up to %u\n",
				    bpf->nmaps, FN_IMAGE_MAX_MAPS);
	return 0;
}

static int check_options(struct fn_tr *tr)
{
	const struct fn_tr_options *o = tr->opt;
	u32 p;

	if (o->level > FN_TR_MAX_LEVEL)
		return fn_ir_refuse(
			tr, -EOPNOTSUPP,
			"optimisation level %u; there are levels 0 to %u\n",
			o->level, FN_TR_MAX_LEVEL);
	if (!o->lanes || o->lanes > 8 || !is_power_of_2(o->lanes))
		return fn_ir_refuse(tr, -EINVAL,
				    "%u lanes; there can be 1, 2, 4 or 8\n",
				    o->lanes);
	if (!o->after || !strcmp(o->after, FN_TR_AFTER_ALL))
		return 0;
	for (p = 0; p < ARRAY_SIZE(passes); p++)
		if (!strcmp(passes[p].name, o->after))
			return 0;
	fn_ir_refuse(tr, -EINVAL, "there is no pass '%s'; there are", o->after);
	for (p = 0; p < ARRAY_SIZE(passes); p++)
		fn_ir_refuse(tr, -EINVAL, " %s", passes[p].name);
	return fn_ir_refuse(tr, -EINVAL, "\n");
}

/* Is a name in a comma-separated list? */
static bool listed(const char *list, const char *name)
{
	size_t n;

	if (!list)
		return false;
	n = strlen(name);
	for (; *list; list += *list == ',') {
		size_t len = strcspn(list, ",");

		if (len == n && !memcmp(list, name, n))
			return true;
		list += len;
	}
	return false;
}

/* Parts of passes that can be left out on their own. */
static const char *const parts[] = { FN_MERGE_GENERAL };

static bool is_named(const char *name, const char *word, size_t len)
{
	return strlen(name) == len && !memcmp(name, word, len);
}

/**
 * fn_translate_optional - can a pass be left out?
 * @name: of a pass or a part of one, not terminated
 * @len: of the name
 *
 * Return: true if there is such a pass, and what it does can be done without.
 */
bool fn_translate_optional(const char *name, size_t len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (is_named(parts[i], name, len))
			return true;
	for (i = 0; i < ARRAY_SIZE(passes); i++)
		if (passes[i].need != NEEDED &&
		    is_named(passes[i].name, name, len))
			return true;
	return false;
}

/**
 * fn_translate_optional_name - what can be left out, one by one
 * @i: 0, 1, ...
 *
 * Return: name of a pass or a part of one, NULL behind the last.
 */
const char *fn_translate_optional_name(u32 i)
{
	u32 p;

	for (p = 0; p < ARRAY_SIZE(passes); p++)
		if (passes[p].need != NEEDED && !i--)
			return passes[p].name;
	return i < ARRAY_SIZE(parts) ? parts[i] : NULL;
}

/**
 * fn_translate_without - is a pass to be left out?
 * @o: how to translate
 * @name: of a pass or a part of one
 *
 * Return: whether the options say so.
 */
bool fn_translate_without(const struct fn_tr_options *o, const char *name)
{
	return listed(o->without, name);
}

static bool is_enabled(const struct fn_tr_options *o, const struct step *s)
{
	const struct pass *p = &passes[s->pass];

	if (o->level < s->level || (o->blocks && p->need == GLOBAL))
		return false;
	return p->need == NEEDED || !fn_translate_without(o, p->name);
}

/* Can a step have an effect? */
static bool has_effect(const struct fn_tr *tr, const struct step *s)
{
	u8 flags = passes[s->pass].flags | s->flags;

	return !(flags & BLOCKS && tr->nrpo == 1) &&
	       !(flags & MEMORY && !tr->has_accesses);
}

static int run_pass(struct fn_tr *tr, const struct pass *p)
{
	struct fn_tmp_pos mark = fn_tmp_mark(tr);
	u32 before = tr->ir_version;
	int err;

	err = p->run(tr);
	fn_tmp_release(tr, mark);
	if (!(p->flags & REPORTS))
		fn_ir_changed(tr);
	if (p->flags & PRESERVES && tr->values_version >= before)
		tr->values_version = tr->ir_version;
	return err ?: tr->err;
}

/* Of all passes, only what they changed. */
static void print_after(struct fn_tr *tr, const struct pass *p, bool changed)
{
	const struct fn_tr_options *o = tr->opt;

	if (strcmp(o->after, FN_TR_AFTER_ALL)) {
		if (!strcmp(o->after, p->name))
			fn_ir_print(tr, o->dump);
	} else if (changed) {
		fn_log(o->dump, "## %s\n", p->name);
		fn_ir_print(tr, o->dump);
	}
}

/* A pass that changed nothing is skipped until something changes. */
static int run_passes(struct fn_tr *tr)
{
	const struct fn_tr_options *o = tr->opt;
	u32 idle[NPASSES] = {}; /* version that a pass left alone */
	const struct step *s;
	u32 before;
	int err = 0;

	for (s = steps; s < steps + ARRAY_SIZE(steps) && !err; s++) {
		if (!is_enabled(o, s))
			continue;
		before = tr->ir_version;
		if (has_effect(tr, s) && idle[s->pass] != before) {
			err = run_pass(tr, &passes[s->pass]);
			idle[s->pass] = tr->ir_version == before ? before : 0;
		}
		if (!err && o->after)
			print_after(tr, &passes[s->pass],
				    tr->ir_version != before);
	}
	return err;
}

static int translate(const struct fn_bpf_prog *prog,
		     const struct fn_tr_options *o, const struct fn_log *log,
		     struct fn_image **image)
{
	u64 steps = 0;
	struct fn_tr tr = {
		.bpf = prog,
		.ctx = fn_ctx_layout(prog->type),
		.opt = o,
		.log = log,
		.steps = o->steps ?: &steps,
	};
	int err;

	err = check_program(&tr) ?: check_options(&tr);
	if (err)
		return err;
	err = fn_ir_init(&tr) ?: run_passes(&tr);
	if (o->bound)
		*o->bound = (struct fn_tr_bound){};
	if (!err && o->bound && o->level)
		err = fn_ir_bound(&tr);
	fn_ir_free(&tr);
	if (err)
		fn_free(tr.image);
	else
		*image = tr.image;
	return err;
}

/**
 * fn_translate - make a program image of a BPF program
 * @prog: the program
 * @o: how to translate
 * @log: gets a line for each reason why it can't be translated
 * @image: gets the image, to be given back with fn_free()
 *
 * Uses memory in proportion to the program's length. May sleep.
 *
 * Return: 0; -EINVAL if the program is malformed, -EOPNOTSUPP if the card can't
 * run it, -E2BIG if it is too large, -ENOMEM.
 */
int fn_translate(const struct fn_bpf_prog *prog, const struct fn_tr_options *o,
		 const struct fn_log *log, struct fn_image **image)
{
	struct fn_tr_options plain = *o;
	int err = translate(prog, o, log, image);

	/*
	 * The stack has no room for spill slots; unoptimised code needs none.
	 */
	if (err == -ENOSPC) {
		plain.level = 0;
		err = translate(prog, &plain, log, image);
	}
	if (err == -ENOMEM)
		fn_log(log, "no memory to translate %u instructions\n",
		       prog->len);
	return err;
}
