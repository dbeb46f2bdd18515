// SPDX-License-Identifier: GPL-2.0
/*
 * Pointers as a walk through code meets them: copies and sums with constants
 * are followed, all else is a value of its own.
 */
#include "pointer.h"

/**
 * fn_pointers_init - begin with unrelated values
 * @ps: gets them
 */
void fn_pointers_init(struct fn_pointers *ps)
{
	u32 r;

	for (r = 0; r < FN_NREGS; r++)
		ps->reg[r] = (struct fn_pointer){ r, 0 };
	ps->ids = FN_NREGS;
}

static void forget(struct fn_pointers *ps, u32 reg)
{
	ps->reg[reg] = (struct fn_pointer){ ++ps->ids, 0 };
}

static void assign(struct fn_pointers *ps, const struct fn_insn *i)
{
	bool imm = i->x & FN_X_IMM && !(i->x & FN_X_W);
	bool copy = i->op == FN_OP_MOV && !(i->x & (FN_X_IMM | FN_X_W));

	if (copy) {
		ps->reg[i->d] = ps->reg[i->b];
	} else if (i->op == FN_OP_ADD && imm) {
		ps->reg[i->d] = ps->reg[i->a];
		ps->reg[i->d].off = (u32)ps->reg[i->d].off + i->imm;
	} else {
		forget(ps, i->d);
	}
}

/**
 * fn_pointers_step - what registers hold after a word
 * @ps: what they hold before it
 * @i: valid word
 */
void fn_pointers_step(struct fn_pointers *ps, const struct fn_insn *i)
{
	if (i->op == FN_OP_CALL || i->op == FN_OP_HELPER)
		forget(ps, 0);
	if (fn_insn_writes(i))
		assign(ps, i);
}
