// SPDX-License-Identifier: GPL-2.0
/*
 * args: redundant argument moves are removed.
 *
 * Helpers preserve r1 to r5. If the next call of a block takes the same map or
 * the same key, the move that would put it into its register again is
 * redundant.
 *
 *	r1 = mov 805306368			r1 = mov 805306368
 *	r2 = add r10 -4				r2 = add r10 -4
 *	helper 1				helper 1
 *	r1 = mov 805306368
 *	r2 = add r10 -4
 *	helper 3				helper 3
 *
 * The pass runs before register allocation, while virtual registers still tell
 * which values are equal and r1 to r5 hold nothing but arguments. It visits
 * each instruction once and keeps a table of five abstract values.
 */
#include "ir.h"

#define FIRST 1
#define LAST 5

/* Abstract value: a value, a constant, or r10 plus a constant. */
struct abstract {
	enum {
		UNKNOWN,
		VALUE,
		CONSTANT,
		FRAME_ADDR,
	} kind;
	s64 n;
};

struct args {
	struct fn_tr *tr;
	struct abstract reg[LAST + 1]; /* contents of r1 to r5 */
};

static struct abstract abstract_value(const struct fn_ir *ir)
{
	if (fn_ir_is_frame_addr(ir))
		return (struct abstract){ FRAME_ADDR, ir->imm };
	if (ir->op != FN_OP_MOV || ir->x & FN_X_W)
		return (struct abstract){};
	if (ir->x & FN_X_IMM)
		return (struct abstract){ CONSTANT, ir->imm };
	if (ir->b == FN_REG_ZERO)
		return (struct abstract){ CONSTANT, 0 };
	return (struct abstract){ ir->b < FN_NREGS ? UNKNOWN : VALUE, ir->b };
}

static bool is_equal(const struct abstract *a, const struct abstract *b)
{
	return a->kind != UNKNOWN && a->kind == b->kind && a->n == b->n;
}

static void visit(struct args *a, u32 at)
{
	struct fn_tr *tr = a->tr;
	const struct fn_ir *ir = &tr->irs[at];
	struct abstract value;

	if (ir->op == FN_OP_CALL) {
		memset(a->reg, 0, sizeof(a->reg));
		return;
	}
	if (!fn_ir_defines(ir) || ir->d < FIRST || ir->d > LAST)
		return;
	value = abstract_value(ir);
	if (is_equal(&a->reg[ir->d], &value))
		fn_ir_remove(tr, at);
	else
		a->reg[ir->d] = value;
}

/**
 * fn_pass_args - remove redundant argument moves
 * @tr: program with precolored calls
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_args(struct fn_tr *tr)
{
	struct args a = { .tr = tr };
	u32 o, i;

	for (o = 0; o < tr->nrpo; o++) {
		memset(a.reg, 0, sizeof(a.reg));
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			visit(&a, i);
	}
	return 0;
}
