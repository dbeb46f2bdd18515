// SPDX-License-Identifier: GPL-2.0
/*
 * A lower bound of the issue groups that a program needs, trace by trace.
 *
 * The height of an instruction is the number of groups that must follow its own.
 * For each height h, all instructions of that height or more issue before the last
 * h groups (Rim and Jain, "Lower-Bound Performance Estimation for the High-Level
 * Synthesis Scheduling Problem", 1994):
 *
 *	groups >= h + (instructions of height h and more) / (units that they share)
 *
 * for lanes, memory ports, the multiplier and the branch unit. Heights follow from
 * dependences on values, on memory as far as regions and displacements tell, and
 * on branches. False dependences do not count, which another choice of registers
 * would not have, nor does what only liveness asks for: no scheduler needs fewer
 * groups for these instructions, but some need more.
 *
 * It takes a backward visit of each trace, in which an access is compared with at
 * most MAX_ACCESSES that follow it. So time is proportional to the program.
 */
#include "ir.h"

#define MAX_ACCESSES 32
#define MAX_HEIGHT 1024 /* larger heights count as this one */

enum unit {
	LANE,
	PORT,
	MULTIPLIER,
	BRANCH_UNIT,
	NUNITS,
};

/**
 * struct access - an access to memory that was visited
 * @ir: instruction
 * @height: its height
 * @version: version of its base register
 */
struct access {
	const struct fn_ir *ir;
	u32 height;
	u32 version;
};

/**
 * struct demand - what the instructions of one height take
 * @unit: number of them that take each unit
 */
struct demand {
	u32 unit[NUNITS];
};

/**
 * struct bound - a trace, visited from its end on
 * @tr: program
 * @value: by register: least height of the definition that reaches here
 * @version: by register: number of its definitions so far
 * @guard: by instruction: least height of a guard
 * @below_branch: least height of a branch
 * @branch: least height of an instruction with side effects
 * @terminator: least height of a branch that needs the branch unit
 * @below_helper: least height of a helper
 * @helper: least height of an access or branch
 * @below_solo: least height of a call or return
 * @solo: least height of any instruction
 * @accesses: the latest accesses, a ring
 * @naccesses: number of accesses so far
 * @used: by height: what the instructions take
 * @top: largest height
 */
struct bound {
	struct fn_tr *tr;
	u32 value[FN_NREGS];
	u32 version[FN_NREGS];
	u32 *guard;
	u32 below_branch;
	u32 branch;
	u32 terminator;
	u32 below_helper;
	u32 helper;
	u32 below_solo;
	u32 solo;
	struct access accesses[MAX_ACCESSES];
	u32 naccesses;
	struct demand used[MAX_HEIGHT + 1];
	u32 top;
};

static void raise_to(u32 *height, u32 least)
{
	*height = max(*height, least);
}

/* ---- values and memory */

static u32 height_of_defs(struct bound *b, u32 defs)
{
	u32 height = 0;

	for (; defs; defs &= defs - 1) {
		u32 reg = __ffs(defs);

		raise_to(&height, b->value[reg]);
		b->value[reg] = 0;
		b->version[reg]++;
	}
	return height;
}

static void use_values(struct bound *b, u32 uses, u32 height)
{
	for (; uses; uses &= uses - 1)
		raise_to(&b->value[__ffs(uses)], height + 1);
}

static bool are_disjoint(const struct bound *b, const struct fn_ir *ir,
			 const struct access *later)
{
	if (!fn_regions_may_alias(ir->region, later->ir->region))
		return true;
	return ir->a == later->ir->a && b->version[ir->a] == later->version &&
	       fn_ir_are_disjoint(ir, later->ir);
}

static u32 height_of_access(struct bound *b, const struct fn_ir *ir)
{
	u32 n = min_t(u32, b->naccesses, MAX_ACCESSES), height = 0;

	while (n--) {
		const struct access *later = &b->accesses[n];
		bool load = later->ir->op == FN_OP_LD;

		fn_tr_step(b->tr);
		if ((load && ir->op == FN_OP_LD) || are_disjoint(b, ir, later))
			continue;
		raise_to(&height, later->height + (ir->op != FN_OP_LD &&
						   !fn_ir_is_store(later->ir)));
	}
	return height;
}

static void add_access(struct bound *b, const struct fn_ir *ir, u32 height)
{
	b->accesses[b->naccesses++ % MAX_ACCESSES] = (struct access){
		.ir = ir,
		.height = height,
		.version = b->version[ir->a],
	};
}

/* ---- control */

static u32 height_of_control(const struct bound *b, u32 at)
{
	const struct fn_ir *ir = &b->tr->irs[at];
	u32 height = b->solo;

	if (!fn_ir_is_pure(ir))
		raise_to(&height, b->branch);
	if (fn_ir_is_conditional(ir)) {
		raise_to(&height, b->below_branch);
		raise_to(&height, b->guard[at]);
	}
	if (fn_ir_is_terminator(ir))
		raise_to(&height, b->terminator);
	if (ir->op == FN_OP_HELPER)
		raise_to(&height, b->below_helper);
	if (fn_group_takes_port(ir) || fn_ir_is_conditional(ir))
		raise_to(&height, b->helper);
	if (fn_group_is_solo(ir))
		raise_to(&height, b->below_solo);
	return height;
}

/* What may move above a branch asks nothing of it, but a guard. */
static void use_branches(struct bound *b, const struct fn_ir *ir, u32 height)
{
	if (!fn_ir_is_pure(ir))
		raise_to(&b->below_branch, height);
	if (ir->op != FN_OP_LD || ir->args == FN_SPECULATE_ALWAYS)
		return;
	if (ir->args == FN_SPECULATE_NEVER)
		raise_to(&b->below_branch, height);
	else
		raise_to(&b->guard[ir->args], height);
}

static void use_control(struct bound *b, const struct fn_ir *ir, u32 height)
{
	use_branches(b, ir, height);
	if (fn_ir_is_conditional(ir))
		raise_to(&b->branch, height);
	if (fn_ir_is_terminator(ir))
		raise_to(&b->terminator, height + 1);
	if (!fn_ir_is_pure(ir) || ir->op == FN_OP_LD)
		raise_to(&b->below_helper, height + 1);
	if (ir->op == FN_OP_HELPER)
		raise_to(&b->helper, height);
	raise_to(&b->below_solo, height + 1);
	if (fn_group_is_solo(ir))
		raise_to(&b->solo, height + 1);
}

/* ---- units */

static void use_units(struct bound *b, const struct fn_ir *ir, u32 height)
{
	u32 *used = b->used[min_t(u32, height, MAX_HEIGHT)].unit;
	u8 class = fn_opinfo[ir->op].class;

	used[LANE]++;
	used[PORT] += fn_group_takes_port(ir);
	used[MULTIPLIER] += class == FN_CLASS_MUL || class == FN_CLASS_DIV;
	used[BRANCH_UNIT] += class == FN_CLASS_BRANCH;
	raise_to(&b->top, min_t(u32, height, MAX_HEIGHT));
}

static u32 groups_needed(const struct bound *b)
{
	u32 lanes = b->tr->opt->lanes;
	const u32 units[NUNITS] = { lanes, max_t(u32, 1, lanes / 2), 1, 1 };
	u32 sum[NUNITS] = {}, groups = 0, h, u;

	for (h = b->top + 1; h--;)
		for (u = 0; u < NUNITS; u++) {
			sum[u] += b->used[h].unit[u];
			raise_to(&groups, h + DIV_ROUND_UP(sum[u], units[u]));
		}
	return groups;
}

/* ---- traces */

static void visit(struct bound *b, u32 at)
{
	struct fn_tr *tr = b->tr;
	struct fn_ir *ir = &tr->irs[at];
	bool access = fn_group_takes_port(ir);
	u32 height = height_of_defs(b, fn_ir_phys_defs(tr, ir));

	raise_to(&height, height_of_control(b, at));
	if (access)
		raise_to(&height, height_of_access(b, ir));
	use_values(b, fn_ir_phys_uses(tr, ir), height);
	use_control(b, ir, height);
	if (access)
		add_access(b, ir, height);
	use_units(b, ir, height);
	tr->opt->bound->groups += ir->stop;
}

static void begin_trace(struct bound *b, u32 last)
{
	const struct fn_block *end = &b->tr->blocks[last];
	u32 *guard = b->guard;
	struct fn_tr *tr = b->tr;

	memset(b->used, 0, (b->top + 1) * sizeof(*b->used));
	memset(b, 0, offsetof(struct bound, used));
	b->tr = tr;
	b->guard = guard;
	b->top = 0;
	/* The jump at the end of a block is a word as well. */
	if (end->nsucc && end->succ[0] != end->next) {
		tr->opt->bound->groups++;
		b->used[0].unit[LANE]++;
		b->used[0].unit[BRANCH_UNIT]++;
		b->terminator = 1;
	}
}

/* The blocks from @first to @last, backwards. */
static void visit_trace(struct bound *b, u32 first, u32 last)
{
	struct fn_tr *tr = b->tr;
	u32 block = last, i;

	begin_trace(b, last);
	for (;; block = tr->args[tr->blocks[block].pred]) {
		for (i = tr->blocks[block].last; i; i = fn_ir_prev(tr, i))
			visit(b, i);
		if (block == first)
			break;
	}
	tr->opt->bound->least += groups_needed(b);
	tr->opt->bound->traces++;
}

static void visit_func(struct bound *b, u32 func)
{
	struct fn_tr *tr = b->tr;
	u32 first = tr->funcs[func].entry, block;

	for (block = first; block != FN_NONE; block = tr->blocks[block].next) {
		if (fn_trace_continues(tr, block))
			continue;
		visit_trace(b, first, block);
		first = tr->blocks[block].next;
	}
}

/**
 * fn_ir_bound - compute a lower bound of the issue groups
 * @tr: program with its groups
 *
 * Fills @tr->opt->bound.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_bound(struct fn_tr *tr)
{
	struct bound *b = fn_tmp_zalloc(tr, sizeof(*b));
	u32 func;

	if (!b)
		return tr->err;
	b->tr = tr;
	b->guard = fn_tmp_zalloc(tr, tr->nirs * sizeof(*b->guard));
	*tr->opt->bound = (struct fn_tr_bound){};
	for (func = 0; b->guard && func < tr->nfuncs; func++)
		visit_func(b, func);
	return tr->err;
}
