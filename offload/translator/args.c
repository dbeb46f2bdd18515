// SPDX-License-Identifier: GPL-2.0
/*
 * args: arguments that are where they belong are not put there again.
 *
 * Helpers leave r1 to r5 as they are. Where the next call of a block wants the
 * same map or the same key, nothing needs to be done. A value that nobody else
 * wanted is not computed then.
 */
#include "ir.h"

#define FIRST 1
#define LAST 5

/* What a register holds: a value, a number, or r10 and a number. */
struct held {
	enum {
		NOTHING,
		VALUE,
		NUMBER,
		ADDRESS,
	} what;
	s64 n;
};

struct args {
	struct fn_tr *tr;
	struct held reg[LAST + 1];
};

static struct held source(struct fn_tr *tr, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);
	s64 value;

	if (fn_ir_const(tr, reg, &value))
		return (struct held){ NUMBER, value };
	if (def && def->op == FN_OP_ADD && def->x == FN_X_IMM &&
	    def->a == FN_REG_FP)
		return (struct held){ ADDRESS, def->imm };
	return (struct held){ reg < FN_NREGS ? NOTHING : VALUE, reg };
}

static bool same(const struct held *a, const struct held *b)
{
	return a->what != NOTHING && a->what == b->what && a->n == b->n;
}

static void drop(struct fn_tr *tr, u32 at)
{
	u32 reg = tr->irs[at].b;
	const struct fn_ir *def = fn_ir_def(tr, reg);

	fn_ir_remove(tr, at);
	if (def && fn_ir_pure(def) && def->op != FN_IR_PHI &&
	    !--tr->values[reg].uses)
		fn_ir_remove(tr, tr->values[reg].def);
}

static void visit(struct args *a, u32 at)
{
	struct fn_tr *tr = a->tr;
	const struct fn_ir *ir = &tr->irs[at];
	struct held held = {};

	if (ir->op == FN_OP_CALL) {
		memset(a->reg, 0, sizeof(a->reg));
		return;
	}
	if (!fn_ir_writes(ir) || ir->d < FIRST || ir->d > LAST)
		return;
	if (ir->op == FN_OP_MOV && !ir->x)
		held = source(tr, ir->b);
	if (same(&a->reg[ir->d], &held))
		drop(tr, at);
	else
		a->reg[ir->d] = held;
}

/**
 * fn_pass_args - leave arguments where they are
 * @tr: program with values pinned to where the card wants them
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_args(struct fn_tr *tr)
{
	struct args a = { .tr = tr };
	u32 o, i, next;

	if (fn_ir_values(tr))
		return -ENOMEM;
	for (o = 0; o < tr->norder; o++) {
		memset(a.reg, 0, sizeof(a.reg));
		for (i = tr->blocks[tr->order[o]].first; i; i = next) {
			next = tr->irs[i].next;
			visit(&a, i);
		}
	}
	return 0;
}
