// SPDX-License-Identifier: GPL-2.0
/*
 * Liveness of physical registers at the beginning of each block, for the passes
 * after register allocation.
 */
#include "ir.h"

static struct fn_use_def flow_of(struct fn_tr *tr, u32 block)
{
	struct fn_use_def flow = {};
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		flow.use |= fn_ir_phys_uses(tr, &tr->irs[i]) & ~flow.def;
		flow.def |= fn_ir_phys_defs(tr, &tr->irs[i]);
	}
	return flow;
}

/**
 * fn_ir_phys_liveness - compute which physical registers are live-in
 * @tr: program in physical registers
 *
 * Leaves a mask of registers in each block's @live_in.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_phys_liveness(struct fn_tr *tr)
{
	struct fn_use_def *flow = fn_tmp_alloc(tr, tr->nblocks * sizeof(*flow));
	u32 o;

	if (!flow)
		return tr->err;
	for (o = 0; o < tr->nrpo; o++)
		flow[tr->rpo[o]] = flow_of(tr, tr->rpo[o]);
	return fn_ir_backward_flow(tr, 0, tr->nrpo, flow);
}
