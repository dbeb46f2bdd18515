// SPDX-License-Identifier: GPL-2.0
/*
 * Backward data flow over a mask of variables for each block: liveness (Aho,
 * Lam, Sethi, Ullman, 9.2.5).
 *
 * It serves ssa, for BPF's registers before there are values, and the passes
 * after alloc, for physical registers.
 *
 * Blocks whose live-in set may grow are on a worklist, in postorder at first. A set
 * of 32 variables grows 32 times at most, which bounds the visits of an edge, however
 * loops nest and whatever the order of the blocks.
 */
#include "ir.h"

struct flow {
	struct fn_tr *tr;
	const struct fn_use_def *blocks; /* by block */
	u32 first; /* index in the reverse postorder of the first block */
	u32 *worklist; /* blocks */
	u32 n; /* number of @worklist */
	u8 *queued; /* by index from @first on */
};

static void add_block(struct flow *f, u32 block)
{
	u8 *queued = &f->queued[f->tr->blocks[block].rpo - f->first];

	fn_tr_step(f->tr);
	if (*queued)
		return;
	*queued = 1;
	f->worklist[f->n++] = block;
}

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

static void visit(struct flow *f, u32 block)
{
	struct fn_tr *tr = f->tr;
	const struct fn_block *b = &tr->blocks[block];
	u32 p;

	f->queued[b->rpo - f->first] = 0;
	if (!transfer(tr, block, &f->blocks[block]))
		return;
	for (p = 0; p < b->npred; p++)
		add_block(f, tr->args[b->pred + p]);
}

static void run(struct flow *f, u32 end)
{
	struct fn_tr *tr = f->tr;
	u32 o;

	for (o = f->first; o < end; o++) {
		u32 block = tr->rpo[o];

		tr->blocks[block].live_in = f->blocks[block].use;
		add_block(f, block);
	}
	while (f->n)
		visit(f, f->worklist[--f->n]);
}

/**
 * fn_ir_backward_flow - compute which variables are live-in
 * @tr: program with @tr->rpo
 * @first: index in @tr->rpo of the first block; edges lead to no block before it
 * @end: index behind the last block; edges lead to no block behind it
 * @flow: by block, its uses and definitions
 *
 * Leaves a mask of variables in the @live_in of these blocks.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_backward_flow(struct fn_tr *tr, u32 first, u32 end,
			const struct fn_use_def *flow)
{
	struct flow f = { .tr = tr, .blocks = flow, .first = first };
	struct fn_tmp_pos mark = fn_tmp_mark(tr);

	f.worklist = fn_tmp_alloc(tr, (end - first) * sizeof(*f.worklist));
	f.queued = fn_tmp_zalloc(tr, end - first);
	if (!tr->err)
		run(&f, end);
	fn_tmp_release(tr, mark);
	return tr->err;
}
