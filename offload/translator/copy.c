// SPDX-License-Identifier: GPL-2.0
/*
 * copy: a value that is only another value's copy is replaced by it.
 *
 * Copy propagation over a disjoint-set forest; a PHI that chooses between one
 * value and itself is a copy of it as well (the minimising step of Aycock and
 * Horspool's SSA).
 *
 *	v31 = mov v30				v32 = rsh.w v30 16
 *	v32 = rsh.w v31 16
 *	v39 = phi v1 v1 v39; exit v39		exit v1
 *
 * Runs often, as others leave copies where they have found a result: none of
 * them needs to replace uses itself. One pass over the program where nothing is
 * to be done, else a pass more than loops nest.
 */
#include "ir.h"

struct copy {
	struct fn_tr *tr;
	u32 *same; /* of each register: one that it is a copy of, or 0 */
	bool changed;
};

static u32 find(struct copy *c, u32 reg)
{
	u32 from;

	while ((from = c->same[reg])) {
		if (c->same[from])
			c->same[reg] = c->same[from];
		reg = from;
	}
	return reg;
}

/* The card's own registers change, but for these two. */
static bool lasting(u32 reg)
{
	return reg >= FN_NREGS || reg == FN_REG_FP || reg == FN_REG_ZERO;
}

/* The one value that a PHI chooses, FN_NONE if there are several. */
static u32 choice(struct copy *c, const struct fn_ir *ir)
{
	struct fn_tr *tr = c->tr;
	u32 n = tr->blocks[ir->block].npred;
	u32 p, one = FN_NONE;

	for (p = 0; p < n; p++) {
		u32 arg = find(c, tr->args[ir->args + p]);

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
		return choice(c, ir);
	if (ir->op == FN_OP_MOV && !ir->x && lasting(ir->b))
		return find(c, ir->b);
	return FN_NONE;
}

static void note_copy(struct copy *c, u32 at)
{
	struct fn_tr *tr = c->tr;
	u32 from = source(c, &tr->irs[at]);

	if (from == FN_NONE)
		return;
	c->same[tr->irs[at].d] = from;
	fn_ir_remove(tr, at);
	c->changed = true;
}

static void replace(void *ctx, u32 *reg)
{
	*reg = find(ctx, *reg);
}

static void replace_uses(struct copy *c, u32 block)
{
	struct fn_tr *tr = c->tr;
	u32 i;

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
		struct fn_ir *ir = &tr->irs[i];

		if (c->changed)
			fn_ir_each_use(tr, ir, replace, c);
		if (ir->op == FN_OP_MOV || ir->op == FN_IR_PHI)
			note_copy(c, i);
	}
}

static void replace_choices(struct copy *c, u32 block)
{
	struct fn_tr *tr = c->tr;
	u32 i, p;

	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i))
		for (p = 0; p < tr->blocks[block].npred; p++)
			replace(c, &tr->args[tr->irs[i].args + p]);
}

/* One PHI less may make another trivial; nesting of loops bounds the rounds. */
static bool find_choices(struct copy *c)
{
	struct fn_tr *tr = c->tr;
	u32 o, i, rounds = 0;
	bool found = false;

	do {
		c->changed = false;
		for (o = 0; o < tr->norder; o++)
			for (i = fn_ir_first_phi(tr, tr->order[o]); i;
			     i = fn_ir_next_phi(tr, i))
				note_copy(c, i);
		found |= c->changed;
	} while (c->changed && ++rounds < 16);
	return found;
}

static void propagate(struct copy *c)
{
	struct fn_tr *tr = c->tr;
	u32 o;

	for (o = 0; o < tr->norder; o++)
		replace_uses(c, tr->order[o]);
	if (!c->changed)
		return;
	if (find_choices(c)) {
		c->changed = true;
		for (o = 0; o < tr->norder; o++)
			replace_uses(c, tr->order[o]);
	}
	for (o = 0; o < tr->norder; o++)
		replace_choices(c, tr->order[o]);
}

/**
 * fn_pass_copy - replace copies by what they are copies of
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_copy(struct fn_tr *tr)
{
	struct copy c = { .tr = tr };

	c.same = fn_ir_temp(tr, tr->nregs * sizeof(*c.same));
	if (c.same)
		propagate(&c);
	return tr->err;
}
