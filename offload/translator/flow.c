// SPDX-License-Identifier: GPL-2.0
/*
 * Which of a few variables are live at the beginning of each block.
 *
 * Backward data flow with a bit for each (Aho, Lam, Sethi, Ullman, 9.2.5). For
 * BPF's registers before there are values (ssa), and for the card's when there
 * are none any more. Against the order, so that it takes a round of all blocks
 * more than loops nest.
 */
#include "ir.h"

/* True if more is live than was known. */
static bool spread(struct fn_tr *tr, u32 block, const struct fn_flow *flow)
{
	struct fn_block *b = &tr->blocks[block];
	u32 s, live = 0;

	for (s = 0; s < b->nsucc; s++)
		live |= tr->blocks[b->succ[s]].live;
	live = flow->reads | (live & ~flow->writes);
	if (live == b->live)
		return false;
	b->live = live;
	return true;
}

/**
 * fn_ir_flow_back - find what is live where
 * @tr: program with its blocks in order
 * @flow: by block, what it reads and writes
 *
 * Leaves a bit for each variable in each block's @live.
 */
void fn_ir_flow_back(struct fn_tr *tr, const struct fn_flow *flow)
{
	bool more = true;
	u32 o;

	for (o = 0; o < tr->norder; o++)
		tr->blocks[tr->order[o]].live = flow[tr->order[o]].reads;
	while (more) {
		more = false;
		for (o = tr->norder; o--;)
			more |= spread(tr, tr->order[o], &flow[tr->order[o]]);
	}
}
