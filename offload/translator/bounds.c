// SPDX-License-Identifier: GPL-2.0
/*
 * bounds: a sum that is compared is computed by the branch.
 *
 * Programs ask whether packet + n is behind the packet's end before they read n
 * bytes. The card's branch adds a number to what it compares with.
 *
 *	v5 = add v2 42				exitlt v1 v2 +42 : 1
 *	exitgt v5 v1 : 1
 *
 * Before facts, which tells checks of the same pointer from each other by that
 * number. One look at each comparison.
 */
#include "ir.h"

static bool is_sum(const struct fn_ir *def)
{
	return def && def->op == FN_OP_ADD && def->x == FN_X_IMM &&
	       fn_fits16(def->imm);
}

static void take_sum(struct fn_tr *tr, struct fn_ir *jcc)
{
	const struct fn_ir *a = fn_ir_def(tr, jcc->a);
	const struct fn_ir *b = fn_ir_def(tr, jcc->b);

	if (jcc->x & (FN_X_IMM | FN_X_W) || jcc->imm)
		return;
	if (is_sum(a) || is_sum(b))
		fn_ir_edited(tr);
	if (is_sum(b)) {
		jcc->imm = b->imm;
		jcc->b = b->a;
	} else if (is_sum(a)) {
		jcc->imm = a->imm;
		jcc->a = jcc->b;
		jcc->b = a->a;
		jcc->x = fn_ir_mirrored(jcc->x);
	}
}

/**
 * fn_pass_bounds - let branches add
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_bounds(struct fn_tr *tr)
{
	u32 o, i;

	if (fn_ir_values(tr))
		return -ENOMEM;
	for (o = 0; o < tr->norder; o++)
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			if (fn_ir_compares(&tr->irs[i]))
				take_sum(tr, &tr->irs[i]);
	return 0;
}
