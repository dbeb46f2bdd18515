// SPDX-License-Identifier: GPL-2.0
/*
 * split: room for moves where paths meet.
 *
 * What a PHI chooses is moved there at the end of each predecessor. One that
 * may also go elsewhere gets a block of its own on the way.
 */
#include "ir.h"

static bool has_phi(const struct fn_tr *tr, u32 block)
{
	u32 first = tr->blocks[block].first;

	return first && tr->irs[first].op == FN_IR_PHI;
}

/**
 * fn_pass_split - put blocks on edges that need moves of their own
 * @tr: program with PHIs
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_split(struct fn_tr *tr)
{
	u32 o, s;

	for (o = 0; o < tr->norder; o++) {
		u32 block = tr->order[o];

		for (s = 0; s < tr->blocks[block].nsucc && !tr->err; s++)
			if (tr->blocks[block].nsucc > 1 &&
			    has_phi(tr, tr->blocks[block].succ[s]))
				fn_ir_split(tr, block, s);
	}
	return tr->err ?: fn_ir_order(tr);
}
