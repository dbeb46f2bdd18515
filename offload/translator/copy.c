// SPDX-License-Identifier: GPL-2.0
/*
 * copy: copy propagation.
 *
 * Each use of a copy is replaced by its source. Sources form a disjoint-set
 * forest. A PHI whose operands are one value and itself is a copy of that value
 * as well (the minimization step of Aycock and Horspool's SSA construction).
 *
 *	v31 = mov v30				v32 = rsh.w v30 16
 *	v32 = rsh.w v31 16
 *	v39 = phi v1 v1 v39; exit v39		exit v1
 *
 * Other passes turn results that they have found into copies and leave it to
 * this pass to replace the uses. It takes one visit of the program if there is
 * nothing to do, else one more than loops nest.
 */
#include "ir.h"

struct copy {
	struct fn_tr *tr;
	u32 *copy_of; /* by register: source that it is a copy of, or 0 */
	bool changed;
};

static u32 find_source(struct copy *c, u32 reg)
{
	u32 from;

	while ((from = c->copy_of[reg])) {
		if (c->copy_of[from])
			c->copy_of[reg] = c->copy_of[from];
		reg = from;
	}
	return reg;
}

/* Physical registers have many definitions, except for these two. */
static bool is_immutable(u32 reg)
{
	return reg >= FN_NREGS || reg == FN_REG_FP || reg == FN_REG_ZERO;
}

/*
 * The only operand of a PHI besides its result; FN_NONE if there are several.
 */
static u32 unique_operand(struct copy *c, const struct fn_ir *ir)
{
	struct fn_tr *tr = c->tr;
	u32 n = tr->blocks[ir->block].npred;
	u32 p, one = FN_NONE;

	for (p = 0; p < n; p++) {
		u32 arg = find_source(c, tr->args[ir->args + p]);

		if (arg == ir->d || arg == one)
			continue;
		if (one != FN_NONE)
			return FN_NONE;
		one = arg;
	}
	return one;
}

static u32 source(struct copy *c, const struct fn_ir *ir)
{
	if (ir->op == FN_IR_PHI)
		return unique_operand(c, ir);
	if (ir->op == FN_OP_MOV && !ir->x && is_immutable(ir->b))
		return find_source(c, ir->b);
	return FN_NONE;
}

static void record_copy(struct copy *c, u32 at)
{
	struct fn_tr *tr = c->tr;
	u32 from = source(c, &tr->irs[at]);

	if (from == FN_NONE)
		return;
	c->copy_of[tr->irs[at].d] = from;
	fn_ir_remove(tr, at);
	c->changed = true;
}

static void replace(void *ctx, u32 *reg)
{
	*reg = find_source(ctx, *reg);
}

static void replace_uses(struct copy *c, u32 block)
{
	struct fn_tr *tr = c->tr;
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		struct fn_ir *ir = &tr->irs[i];

		if (c->changed)
			fn_ir_each_use(tr, ir, replace, c);
		if (ir->op == FN_OP_MOV || ir->op == FN_IR_PHI)
			record_copy(c, i);
	}
}

static void replace_phi_operands(struct copy *c, u32 block)
{
	struct fn_tr *tr = c->tr;
	u32 i, p;

	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i))
		for (p = 0; p < tr->blocks[block].npred; p++)
			replace(c, &tr->args[tr->irs[i].args + p]);
}

/* Removing a redundant PHI may make another redundant. */
static bool remove_redundant_phis(struct copy *c)
{
	struct fn_tr *tr = c->tr;
	u32 o, i, rounds = 0;
	bool found = false;

	do {
		c->changed = false;
		for (o = 0; o < tr->nrpo; o++)
			for (i = fn_ir_first_phi(tr, tr->rpo[o]); i;
			     i = fn_ir_next_phi(tr, i))
				record_copy(c, i);
		found |= c->changed;
	} while (c->changed && ++rounds < 16);
	return found;
}

static void propagate(struct copy *c)
{
	struct fn_tr *tr = c->tr;
	u32 o;

	for (o = 0; o < tr->nrpo; o++)
		replace_uses(c, tr->rpo[o]);
	if (!c->changed)
		return;
	if (remove_redundant_phis(c)) {
		c->changed = true;
		for (o = 0; o < tr->nrpo; o++)
			replace_uses(c, tr->rpo[o]);
	}
	for (o = 0; o < tr->nrpo; o++)
		replace_phi_operands(c, tr->rpo[o]);
}

/**
 * fn_pass_copy - propagate copies
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_copy(struct fn_tr *tr)
{
	struct copy c = { .tr = tr };

	c.copy_of = fn_tmp_zalloc(tr, tr->nregs * sizeof(*c.copy_of));
	if (c.copy_of)
		propagate(&c);
	return tr->err;
}
