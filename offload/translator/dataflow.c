// SPDX-License-Identifier: GPL-2.0
/*
 * Backward data flow over a mask of variables for each block: liveness (Aho,
 * Lam, Sethi, Ullman, 9.2.5).
 *
 * It serves ssa, for BPF's registers before there are values, and the passes
 * after alloc, for physical registers.
 */
#include "ir.h"

/* Returns true if the live-in set grew. */
static bool transfer(struct fn_tr *tr, u32 block, const struct fn_use_def *flow)
{
	struct fn_block *b = &tr->blocks[block];
	u32 s, live = 0;

	for (s = 0; s < b->nsucc; s++)
		live |= tr->blocks[b->succ[s]].live_in;
	live = flow->use | (live & ~flow->def);
	if (live == b->live_in)
		return false;
	b->live_in = live;
	return true;
}

/**
 * fn_ir_backward_flow - compute which variables are live-in
 * @tr: program with @tr->rpo
 * @flow: by block, its uses and definitions
 *
 * Leaves a mask of variables in each block's @live_in.
 */
void fn_ir_backward_flow(struct fn_tr *tr, const struct fn_use_def *flow)
{
	bool more = true;
	u32 o;

	for (o = 0; o < tr->nrpo; o++)
		tr->blocks[tr->rpo[o]].live_in = flow[tr->rpo[o]].use;
	while (more) {
		more = false;
		for (o = tr->nrpo; o--;)
			more |= transfer(tr, tr->rpo[o], &flow[tr->rpo[o]]);
	}
}
