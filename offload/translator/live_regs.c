// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the card's registers are live at the beginning of each block, for the
 * passes behind alloc.
 */
#include "ir.h"

static struct fn_flow flow_of(struct fn_tr *tr, u32 block)
{
	struct fn_flow flow = {};
	u32 i;

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
		flow.reads |= fn_group_reads(tr, &tr->irs[i]) & ~flow.writes;
		flow.writes |= fn_group_writes(tr, &tr->irs[i]);
	}
	return flow;
}

/**
 * fn_ir_live_regs - find which registers are live where
 * @tr: program in the card's registers
 *
 * Leaves a bit for each register in each block's @live.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_live_regs(struct fn_tr *tr)
{
	struct fn_flow *flow = fn_ir_dirty(tr, tr->nblocks * sizeof(*flow));
	u32 o;

	if (!flow)
		return tr->err;
	for (o = 0; o < tr->norder; o++)
		flow[tr->order[o]] = flow_of(tr, tr->order[o]);
	fn_ir_flow_back(tr, flow);
	return 0;
}
