// SPDX-License-Identifier: GPL-2.0
/*
 * bounds: the addition of a constant is folded into the comparison.
 *
 * Programs compare packet + n with the end of the packet before they read n
 * bytes. The card's branch adds a constant to its second operand, so the sum
 * needs no instruction of its own.
 *
 *	v5 = add v2 42				exitlt v1 v2 +42 : 1
 *	exitgt v5 v1 : 1
 *
 * The pass runs before facts, which recognizes checks of the same pointer by
 * that constant. It visits each comparison once.
 */
#include "ir.h"

static bool is_sum(const struct fn_ir *def)
{
	return def && def->op == FN_OP_ADD && def->x == FN_X_IMM &&
	       fn_fits16(def->imm);
}

static void fold_sum(struct fn_tr *tr, struct fn_ir *jcc)
{
	const struct fn_ir *a = fn_ir_def(tr, jcc->a);
	const struct fn_ir *b = fn_ir_def(tr, jcc->b);

	if (jcc->x & (FN_X_IMM | FN_X_W) || jcc->imm)
		return;
	if (is_sum(a) || is_sum(b))
		fn_ir_changed(tr);
	if (is_sum(b)) {
		jcc->imm = b->imm;
		jcc->b = b->a;
	} else if (is_sum(a)) {
		jcc->imm = a->imm;
		jcc->a = jcc->b;
		jcc->b = a->a;
		jcc->x = fn_cond_swapped(jcc->x);
	}
}

/**
 * fn_pass_bounds - fold additions into comparisons
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_bounds(struct fn_tr *tr)
{
	u32 o, i;

	if (fn_ir_values(tr))
		return -ENOMEM;
	for (o = 0; o < tr->nrpo; o++)
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			if (fn_ir_is_conditional(&tr->irs[i]))
				fold_sum(tr, &tr->irs[i]);
	return 0;
}
