// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the card's registers are live at the beginning of each block.
 *
 * Backward data flow with a bit a register (Aho, Lam, Sethi, Ullman, 9.2.5),
 * for the passes behind alloc. Against the order, so that it takes a round of
 * all blocks more than loops nest.
 */
#include "ir.h"

struct wanted {
	struct fn_tr *tr;
	u32 *reads; /* by block: read there before they are written */
	u32 *writes; /* by block */
};

static void look(struct wanted *w, u32 block)
{
	struct fn_tr *tr = w->tr;
	u32 i, reads = 0, writes = 0;

	fn_each_ir(tr, block, i) {
		reads |= fn_group_reads(tr, &tr->irs[i]) & ~writes;
		writes |= fn_group_writes(tr, &tr->irs[i]);
	}
	w->reads[block] = reads;
	w->writes[block] = writes;
	tr->blocks[block].live = reads;
}

/* True if more is wanted than was known. */
static bool spread(struct wanted *w, u32 block)
{
	struct fn_block *b = &w->tr->blocks[block];
	u32 s, live = 0;

	for (s = 0; s < b->nsucc; s++)
		live |= w->tr->blocks[b->succ[s]].live;
	live = w->reads[block] | (live & ~w->writes[block]);
	if (live == b->live)
		return false;
	b->live = live;
	return true;
}

/* Against the order, so that it takes a round more than loops nest. */
static void run(struct wanted *w)
{
	struct fn_tr *tr = w->tr;
	bool more = true;
	u32 o;

	for (o = 0; o < tr->norder; o++)
		look(w, tr->order[o]);
	while (more) {
		more = false;
		for (o = tr->norder; o--;)
			more |= spread(w, tr->order[o]);
	}
}

/**
 * fn_ir_wanted - find which registers are wanted where
 * @tr: program in the card's registers
 *
 * Leaves a bit for each register in each block's @live.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_wanted(struct fn_tr *tr)
{
	struct wanted w = { .tr = tr };

	w.reads = fn_ir_temp(tr, tr->nblocks * sizeof(*w.reads));
	w.writes = fn_ir_temp(tr, tr->nblocks * sizeof(*w.writes));
	if (w.reads && w.writes)
		run(&w);
	return tr->err;
}
