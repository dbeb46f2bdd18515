// SPDX-License-Identifier: GPL-2.0
/*
 * The list of passes.
 */
#include "ir.h"

enum kind {
	NEEDED,
	OPTIONAL,
	BEYOND, /* optional, and looks beyond a block */
};

/* Notes each change of the program; other passes are taken to change it. */
#define TELLS 0x01
/* Has nothing to do in a program of one block. */
#define BLOCKS 0x02
/* Has nothing to do in a program that loads and stores nothing. */
#define MEMORY 0x04
/*
 * What was known of values before it, or what it has found out itself, holds
 * afterwards: each register has its value, in the same place.
 */
#define KEEPS 0x08

static const struct pass {
	const char *name;
	int (*run)(struct fn_tr *tr);
	u8 level; /* from which on it is run */
	enum kind kind;
	u8 flags;
} passes[] = {
	/* BPF becomes the card's instructions, and variables values. */
	{ "decode", fn_pass_decode, 0, NEEDED, 0 },
	{ "cfg", fn_pass_cfg, 0, NEEDED, 0 },
	{ "lower", fn_pass_lower, 0, NEEDED, 0 },
	{ "ssa", fn_pass_ssa, 1, NEEDED, 0 },
	/* What the compiler has left is tidied up, so that functions are small. */
	{ "copy", fn_pass_copy, 1, OPTIONAL, TELLS | KEEPS },
	{ "fold", fn_pass_fold, 2, OPTIONAL, TELLS | KEEPS },
	{ "dce", fn_pass_dce, 2, OPTIONAL, TELLS | KEEPS },
	{ "inline", fn_pass_inline, 2, BEYOND, TELLS | BLOCKS },
	/* What BPF says in several instructions, before anything stands between. */
	{ "fuse", fn_pass_fuse, 2, OPTIONAL, KEEPS },
	{ "merge", fn_pass_merge, 2, OPTIONAL, MEMORY | KEEPS },
	{ "copy", fn_pass_copy, 2, OPTIONAL, TELLS | KEEPS },
	{ "fold", fn_pass_fold, 2, OPTIONAL, TELLS | KEEPS },
	/* Verdicts go into their exits, which then are conditions of a word. */
	{ "exits", fn_pass_exits, 2, OPTIONAL, TELLS | BLOCKS | KEEPS },
	{ "copy", fn_pass_copy, 2, OPTIONAL, TELLS | KEEPS },
	{ "fold", fn_pass_fold, 2, OPTIONAL, TELLS | KEEPS },
	{ "dce", fn_pass_dce, 2, OPTIONAL, TELLS | KEEPS },
	{ "decide", fn_pass_decide, 2, BEYOND, TELLS | BLOCKS | KEEPS },
	{ "copy", fn_pass_copy, 2, OPTIONAL, TELLS | KEEPS },
	{ "range", fn_pass_range, 2, OPTIONAL, TELLS | KEEPS },
	{ "guard", fn_pass_guard, 2, BEYOND, TELLS | BLOCKS | KEEPS },
	{ "merge", fn_pass_merge, 2, OPTIONAL, MEMORY | KEEPS },
	/* Long blocks now: conditions in the form that the card has, each once. */
	{ "sign", fn_pass_sign, 2, OPTIONAL, TELLS },
	{ "bounds", fn_pass_bounds, 2, OPTIONAL, TELLS | KEEPS },
	{ "facts", fn_pass_facts, 2, OPTIONAL, TELLS | KEEPS },
	/* What was computed or loaded is not again, and that makes new pairs. */
	{ "cse", fn_pass_cse, 2, BEYOND, TELLS | KEEPS },
	{ "mem", fn_pass_mem, 2, BEYOND, TELLS | MEMORY | KEEPS },
	{ "copy", fn_pass_copy, 2, OPTIONAL, TELLS | KEEPS },
	{ "dce", fn_pass_dce, 2, OPTIONAL, TELLS | KEEPS },
	{ "fuse", fn_pass_fuse, 2, OPTIONAL, KEEPS },
	/* Short ways around become straight code, and that new pairs again. */
	{ "tails", fn_pass_tails, 2, BEYOND, TELLS | BLOCKS },
	{ "thread", fn_pass_thread, 2, BEYOND, TELLS | BLOCKS },
	{ "ifconv", fn_pass_ifconv, 2, BEYOND, TELLS | BLOCKS },
	{ "guard", fn_pass_guard, 2, BEYOND, TELLS | BLOCKS | KEEPS },
	{ "copy", fn_pass_copy, 2, OPTIONAL, TELLS | KEEPS },
	{ "fuse", fn_pass_fuse, 2, OPTIONAL, KEEPS },
	{ "cse", fn_pass_cse, 2, BEYOND, TELLS | KEEPS },
	{ "merge", fn_pass_merge, 2, OPTIONAL, MEMORY | KEEPS },
	/* With all loads gone that go: what is left of stores and loops. */
	{ "dse", fn_pass_dse, 2, BEYOND, TELLS | MEMORY | KEEPS },
	{ "licm", fn_pass_licm, 2, BEYOND, TELLS | BLOCKS },
	{ "fold", fn_pass_fold, 2, OPTIONAL, TELLS | KEEPS },
	{ "copy", fn_pass_copy, 2, OPTIONAL, TELLS | KEEPS },
	/* From here on towards words: what they hold, and what sched may know. */
	{ "join", fn_pass_join, 2, OPTIONAL, TELLS | BLOCKS },
	{ "kinds", fn_pass_kinds, 2, OPTIONAL, TELLS | MEMORY },
	{ "legal", fn_pass_legal, 0, NEEDED, TELLS },
	{ "early", fn_pass_early, 2, BEYOND, TELLS | MEMORY },
	/* Out of SSA, into registers. */
	{ "split", fn_pass_split, 1, NEEDED, TELLS },
	{ "dce", fn_pass_dce, 1, NEEDED, TELLS | KEEPS },
	{ "pin", fn_pass_pin, 1, NEEDED, 0 },
	{ "args", fn_pass_args, 2, BEYOND, 0 },
	{ "alloc", fn_pass_alloc, 1, NEEDED, 0 },
	{ "moves", fn_pass_moves, 1, NEEDED, 0 },
	/* The order in memory, and in time. */
	{ "hoist", fn_pass_hoist, 2, BEYOND, TELLS | BLOCKS },
	{ "layout", fn_pass_layout, 1, OPTIONAL, 0 },
	{ "forward", fn_pass_forward, 2, BEYOND, 0 },
	{ "sched", fn_pass_sched, 2, OPTIONAL, 0 },
	{ "group", fn_pass_group, 1, NEEDED, 0 },
	{ "encode", fn_pass_encode, 0, NEEDED, 0 },
};

static int check_program(struct fn_tr *tr)
{
	const struct fn_bpf_prog *bpf = tr->bpf;

	if (bpf->type != BPF_PROG_TYPE_XDP && bpf->type != FN_PROG_RAW)
		return fn_ir_refuse(
			tr, -EOPNOTSUPP,
			"program type %u; the card runs XDP programs (type %u)\n",
			bpf->type, BPF_PROG_TYPE_XDP);
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
	if (!o->after)
		return 0;
	for (p = 0; p < ARRAY_SIZE(passes); p++)
		if (!strcmp(passes[p].name, o->after))
			return 0;
	fn_ir_refuse(tr, -EINVAL, "there is no pass '%s'; there are", o->after);
	for (p = 0; p < ARRAY_SIZE(passes); p++)
		fn_ir_refuse(tr, -EINVAL, " %s", passes[p].name);
	return fn_ir_refuse(tr, -EINVAL, "\n");
}

/* Is a name in a list with commas? */
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
		if (passes[i].kind != NEEDED &&
		    is_named(passes[i].name, name, len))
			return true;
	return false;
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

static bool wanted(const struct fn_tr_options *o, const struct pass *p)
{
	if (o->level < p->level || (o->blocks && p->kind == BEYOND))
		return false;
	return p->kind == NEEDED || !fn_translate_without(o, p->name);
}

static int run_pass(struct fn_tr *tr, const struct pass *p)
{
	struct fn_mark mark = fn_ir_mark(tr);
	u32 before = tr->edits;
	int err;

	if ((p->flags & BLOCKS && tr->norder == 1) ||
	    (p->flags & MEMORY && !tr->memory))
		return 0;
	err = p->run(tr);
	fn_ir_release(tr, mark);
	if (!(p->flags & TELLS))
		fn_ir_edited(tr);
	if (p->flags & KEEPS && tr->noted >= before)
		tr->noted = tr->edits;
	return err ?: tr->err;
}

static int run_passes(struct fn_tr *tr)
{
	const struct fn_tr_options *o = tr->opt;
	u32 p;
	int err;

	for (p = 0; p < ARRAY_SIZE(passes); p++) {
		if (!wanted(o, &passes[p]))
			continue;
		err = run_pass(tr, &passes[p]);
		if (err)
			return err;
		if (o->after && !strcmp(o->after, passes[p].name))
			fn_ir_print(tr, o->dump);
	}
	return 0;
}

static int translate(const struct fn_bpf_prog *prog,
		     const struct fn_tr_options *o, const struct fn_log *log,
		     struct fn_image **image)
{
	struct fn_tr tr = { .bpf = prog, .opt = o, .log = log };
	int err;

	err = check_program(&tr) ?: check_options(&tr);
	if (err)
		return err;
	err = fn_ir_init(&tr) ?: run_passes(&tr);
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
 * do what it wants, -E2BIG if it is too large, -ENOMEM.
 */
int fn_translate(const struct fn_bpf_prog *prog, const struct fn_tr_options *o,
		 const struct fn_log *log, struct fn_image **image)
{
	struct fn_tr_options plain = *o;
	int err = translate(prog, o, log, image);

	/* Too many values for the registers; unoptimised code has no such. */
	if (err == -ENOSPC) {
		plain.level = 0;
		err = translate(prog, &plain, log, image);
	}
	if (err == -ENOMEM)
		fn_log(log, "no memory to translate %u instructions\n",
		       prog->len);
	return err;
}
