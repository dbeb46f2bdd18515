// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the card's registers are live at the beginning of each block.
 *
 * Backward data flow with a bit a register (Aho, Lam, Sethi, Ullman, 9.2.5),
 * for the passes behind alloc. Against the order, so that it takes a round of
 * all blocks more than loops nest.
 */
#include "ir.h"

struct regs {
	struct fn_tr *tr;
	u32 *reads; /* by block: read there before they are written */
	u32 *writes; /* by block */
};

static void look(struct regs *r, u32 block)
{
	struct fn_tr *tr = r->tr;
	u32 i, reads = 0, writes = 0;

	fn_each_ir(tr, block, i) {
		reads |= fn_group_reads(tr, &tr->irs[i]) & ~writes;
		writes |= fn_group_writes(tr, &tr->irs[i]);
	}
	r->reads[block] = reads;
	r->writes[block] = writes;
	tr->blocks[block].live = reads;
}

/* True if more is live than was known. */
static bool spread(struct regs *r, u32 block)
{
	struct fn_block *b = &r->tr->blocks[block];
	u32 s, live = 0;

	for (s = 0; s < b->nsucc; s++)
		live |= r->tr->blocks[b->succ[s]].live;
	live = r->reads[block] | (live & ~r->writes[block]);
	if (live == b->live)
		return false;
	b->live = live;
	return true;
}

/* Against the order, so that it takes a round more than loops nest. */
static void run(struct regs *r)
{
	struct fn_tr *tr = r->tr;
	bool more = true;
	u32 o;

	for (o = 0; o < tr->norder; o++)
		look(r, tr->order[o]);
	while (more) {
		more = false;
		for (o = tr->norder; o--;)
			more |= spread(r, tr->order[o]);
	}
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
	struct regs r = { .tr = tr };

	r.reads = fn_ir_temp(tr, tr->nblocks * sizeof(*r.reads));
	r.writes = fn_ir_temp(tr, tr->nblocks * sizeof(*r.writes));
	if (r.reads && r.writes)
		run(&r);
	return tr->err;
}
