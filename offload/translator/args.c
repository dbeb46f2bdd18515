// SPDX-License-Identifier: GPL-2.0
/*
 * args: arguments that are where they belong are not put there again.
 *
 * Helpers leave r1 to r5 as they are. Where the next call of a block wants the
 * same map or the same key, nothing needs to be done.
 *
 *	r1 = mov 805306368			r1 = mov 805306368
 *	r2 = add r10 -4				r2 = add r10 -4
 *	helper 1				helper 1
 *	r1 = mov 805306368
 *	r2 = add r10 -4
 *	helper 3				helper 3
 *
 * Before alloc, as values still have names by which they are known to be the
 * same, and these registers are nobody else's. One pass, with a table of five.
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

static struct held source(const struct fn_ir *ir)
{
	if (fn_ir_in_frame(ir))
		return (struct held){ ADDRESS, ir->imm };
	if (ir->op != FN_OP_MOV || ir->x & FN_X_W)
		return (struct held){};
	if (ir->x & FN_X_IMM)
		return (struct held){ NUMBER, ir->imm };
	if (ir->b == FN_REG_ZERO)
		return (struct held){ NUMBER, 0 };
	return (struct held){ ir->b < FN_NREGS ? NOTHING : VALUE, ir->b };
}

static bool same(const struct held *a, const struct held *b)
{
	return a->what != NOTHING && a->what == b->what && a->n == b->n;
}

static void visit(struct args *a, u32 at)
{
	struct fn_tr *tr = a->tr;
	const struct fn_ir *ir = &tr->irs[at];
	struct held held;

	if (ir->op == FN_OP_CALL) {
		memset(a->reg, 0, sizeof(a->reg));
		return;
	}
	if (!fn_ir_writes(ir) || ir->d < FIRST || ir->d > LAST)
		return;
	held = source(ir);
	if (same(&a->reg[ir->d], &held))
		fn_ir_remove(tr, at);
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
	u32 o, i;

	for (o = 0; o < tr->norder; o++) {
		memset(a.reg, 0, sizeof(a.reg));
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			visit(&a, i);
	}
	return 0;
}
