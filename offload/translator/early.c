// SPDX-License-Identifier: GPL-2.0
/*
 * early: which loads may be done early.
 *
 * A load may be done earlier than the program has it, and in vain, if it can't
 * fault there (speculation that is safe, as in Bernstein, Rodeh and Sagiv,
 * "Proving Safety of Speculative Load Instructions at Compile-Time", 1992).
 * Behind "packet + n is not behind the packet's end" the n bytes can be read,
 * behind "the value is not NULL" the value of a map. The stack and the context
 * can be read anywhere.
 *
 *	exitlt v1 v2 +42 : 1
 *	exiteq v3 7 : 2
 *	v5 = ld1 [ v2 +12 ]	not above the first exit, but above the second
 *
 * The kernel has verified the program: what it reads at a fixed place of a map
 * value is in the value wherever there is one.
 *
 * Notes at each load the check that makes it safe, for sched. The last pass
 * that knows where values come from. Each load looks at STEPS checks of its
 * pointer at most.
 */
#include "../helpers.h"
#include "ir.h"

#define STEPS 64 /* that a search takes at most */

/* A comparison, behind which bytes can be read. */
struct check {
	u32 ir;
	u32 block; /* where it is known to have come out that way */
	u32 next; /* check of the same pointer, and 1; 0 if none */
	s64 end; /* bytes from the pointer on */
};

struct early {
	struct fn_tr *tr;
	struct check *checks;
	u32 nchecks;
	u32 *first; /* by value: its latest check, and 1; 0 if none */
};

/* A pointer: a value and a fixed distance. */
struct place {
	u32 base;
	s64 off;
};

static struct place place_of(struct fn_tr *tr, u32 reg)
{
	struct place p = { .base = reg };
	const struct fn_ir *def;

	while ((def = fn_ir_def(tr, p.base)) && def->op == FN_OP_ADD &&
	       def->x == FN_X_IMM) {
		p.base = def->a;
		p.off += def->imm;
	}
	return p;
}

static bool is_end(struct fn_tr *tr, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);

	return def && def->op == FN_OP_LD && def->kind == FN_KIND_CTX &&
	       !(def->x & FN_X_INDEX) &&
	       def->off - (def->a == FN_REG_ZERO ? (s32)FN_ADDR_LOCAL : 0) ==
		       offsetof(struct xdp_md, data_end);
}

static bool is_lookup(struct fn_tr *tr, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);

	return def && def->op == FN_OP_HELPER &&
	       def->imm == FN_HELPER_map_lookup_elem;
}

/* Does a comparison that comes out as @cond tell that up to @end can be read? */
static s64 readable(struct fn_tr *tr, const struct fn_ir *ir, u32 cond,
		    u32 *base)
{
	struct place p;

	if (ir->x & FN_X_W)
		return 0;
	if (ir->x & FN_X_IMM) {
		*base = ir->a;
		return cond == FN_NE && !ir->imm && is_lookup(tr, ir->a) ?
			       0x7fffffff :
			       0;
	}
	if ((cond == FN_GE || cond == FN_GT) && is_end(tr, ir->a)) {
		p = place_of(tr, ir->b);
		*base = p.base;
		return p.off + ir->imm;
	}
	if ((cond == FN_LE || cond == FN_LT) && is_end(tr, ir->b) && !ir->imm) {
		p = place_of(tr, ir->a);
		*base = p.base;
		return p.off;
	}
	return 0;
}

static void note(struct early *e, u32 at, u32 cond, u32 block)
{
	u32 base, check;
	s64 end = readable(e->tr, &e->tr->irs[at], cond, &base);

	if (end <= 0 || base < FN_NREGS)
		return;
	check = e->nchecks++;
	e->checks[check] = (struct check){
		.ir = at,
		.block = block,
		.end = end,
		.next = e->first[base],
	};
	e->first[base] = check + 1;
}

/* What a branch tells is known where only it leads. */
static void note_branch(struct early *e, u32 block)
{
	struct fn_tr *tr = e->tr;
	const struct fn_block *b = &tr->blocks[block];
	const struct fn_ir *jcc = &tr->irs[b->last];
	u32 s;

	if (b->nsucc != 2 || b->succ[0] == b->succ[1])
		return;
	for (s = 0; s < 2; s++)
		if (tr->blocks[b->succ[s]].npred == 1)
			note(e, b->last,
			     FN_X_COND(s ? jcc->x : fn_ir_opposite(jcc->x)),
			     b->succ[s]);
}

/* Checks are noted before the loads that they are for. */
static u32 find_check(struct early *e, const struct fn_ir *ld)
{
	struct place p = place_of(e->tr, ld->a);
	s64 first = p.off + ld->off;
	u32 c, steps = 0;

	if (ld->x & FN_X_INDEX || first < 0)
		return FN_SAFE_NOWHERE;
	for (c = e->first[p.base]; c && steps++ < STEPS;
	     c = e->checks[c - 1].next) {
		const struct check *check = &e->checks[c - 1];

		if (first + FN_X_SIZE(ld->x) <= check->end &&
		    fn_ir_dominates(e->tr, check->block, ld->block))
			return check->ir;
	}
	return FN_SAFE_NOWHERE;
}

/* The stack and the context can be read anywhere. */
static bool is_safe(const struct fn_ir *ld)
{
	return (ld->a == FN_REG_FP || ld->kind == FN_KIND_CTX) &&
	       !(ld->x & FN_X_INDEX);
}

static void visit(struct early *e, u32 block)
{
	struct fn_tr *tr = e->tr;
	u32 i;

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
		struct fn_ir *ir = &tr->irs[i];

		if (ir->op == FN_OP_EXITC)
			note(e, i, FN_X_COND(fn_ir_opposite(ir->x)), block);
		if (ir->op != FN_OP_LD)
			continue;
		if (is_safe(ir))
			ir->args = FN_SAFE_ANYWHERE;
		else
			ir->args = find_check(e, ir);
	}
	note_branch(e, block);
}

static u32 count_checks(const struct fn_tr *tr)
{
	u32 o, i, n = 1;

	for (o = 0; o < tr->norder; o++)
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			n += 2 * fn_ir_compares(&tr->irs[i]);
	return n;
}

static void run(struct early *e)
{
	u32 o;

	for (o = 0; o < e->tr->norder; o++)
		visit(e, e->tr->order[o]);
}

/**
 * fn_pass_early - find what makes loads safe
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_early(struct fn_tr *tr)
{
	struct early e = { .tr = tr };

	e.checks = fn_ir_temp(tr, count_checks(tr) * sizeof(*e.checks));
	e.first = fn_ir_temp(tr, tr->nregs * sizeof(*e.first));
	if (!tr->err && !fn_ir_values(tr) && !fn_ir_dom(tr))
		run(&e);
	return tr->err;
}
