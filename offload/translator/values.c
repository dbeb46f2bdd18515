// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of registers while each has one definition.
 */
#include "ir.h"

static void note_uses(struct fn_tr *tr, struct fn_ir *ir)
{
	u32 *use[FN_MAX_USES];
	u32 n, p;

	if (ir->op == FN_IR_PHI) {
		for (p = 0; p < tr->blocks[ir->block].npred; p++)
			tr->values[tr->args[ir->args + p]].uses++;
		return;
	}
	n = fn_ir_uses(tr, ir, use);
	while (n--)
		tr->values[*use[n]].uses++;
}

/**
 * fn_ir_values - find definitions and count uses
 * @tr: program in which each register has one definition
 *
 * Fills @tr->values. Registers made later are not in it.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_values(struct fn_tr *tr)
{
	u32 o, i;

	fn_free(tr->values);
	tr->nvalues = tr->nregs;
	tr->values = fn_alloc(tr->nvalues * sizeof(*tr->values));
	if (!tr->values)
		return tr->err = -ENOMEM;
	for (o = 0; o < tr->norder; o++) {
		for (i = tr->blocks[tr->order[o]].first; i;
		     i = tr->irs[i].next) {
			note_uses(tr, &tr->irs[i]);
			if (fn_ir_writes(&tr->irs[i]))
				tr->values[tr->irs[i].d].def = i;
		}
	}
	return 0;
}

/**
 * fn_ir_def - instruction that makes a value
 * @tr: program with @tr->values
 * @reg: register
 *
 * Return: the instruction, NULL if the value comes from elsewhere.
 */
struct fn_ir *fn_ir_def(struct fn_tr *tr, u32 reg)
{
	if (reg < FN_NREGS || reg >= tr->nvalues || !tr->values[reg].def)
		return NULL;
	return &tr->irs[tr->values[reg].def];
}

/**
 * fn_ir_const - is a value a known number?
 * @tr: program with @tr->values
 * @reg: register
 * @value: gets the number
 *
 * Return: true if it is.
 */
bool fn_ir_const(struct fn_tr *tr, u32 reg, s64 *value)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);

	if (reg == FN_REG_ZERO) {
		*value = 0;
		return true;
	}
	if (!def || def->op != FN_OP_MOV || !(def->x & FN_X_IMM))
		return false;
	*value = def->x & FN_X_W ? (s64)(u32)def->imm : def->imm;
	return true;
}
