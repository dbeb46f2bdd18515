// SPDX-License-Identifier: GPL-2.0
/*
 * layout: the order of blocks in memory.
 *
 * A block is followed by its fallthrough successor if that is not placed yet,
 * and branches are inverted to allow it: chains of blocks as Pettis and Hansen
 * build them ("Profile Guided Code Positioning", 1990), without a profile, so a
 * chain goes on where a branch is not taken. Empty blocks are skipped, and
 * exits with the same verdict are shared.
 *
 *	b0: jlt r1 r2 -> b2, if true b5		b0: jlt r1 r2 -> b2, if true b3
 *	b5: -> b3				b2: ... -> b3
 *	b2: ... -> b3				b3: ...
 *	b3: ...
 *
 * The pass runs before sched and group, whose traces follow the memory order.
 * It visits each block and edge once.
 */
#include "ir.h"

#define MAX_EXITS 16

struct layout {
	struct fn_tr *tr;
	u8 *placed; /* by block */
	u32 last; /* block placed last */
	struct {
		s64 verdict;
		u32 block;
	} exits[MAX_EXITS];
	u32 nexits;
};

/* Follows empty blocks. An endless loop of empty blocks stays one. */
static u32 skip_empty(const struct fn_tr *tr, u32 block)
{
	u32 steps;

	for (steps = 0; steps < 64; steps++) {
		const struct fn_block *b = &tr->blocks[block];

		if (b->first || b->nsucc != 1)
			break;
		block = b->succ[0];
	}
	return block;
}

static u32 share_exit(struct layout *l, u32 block)
{
	struct fn_tr *tr = l->tr;
	const struct fn_ir *ir = fn_block_const_exit(tr, block);
	u32 n;

	if (!ir)
		return block;
	for (n = 0; n < l->nexits; n++)
		if (l->exits[n].verdict == ir->imm)
			return l->exits[n].block;
	if (n < MAX_EXITS) {
		l->exits[n].verdict = ir->imm;
		l->exits[n].block = block;
		l->nexits++;
	}
	return block;
}

static void skip_blocks(struct layout *l, u32 block)
{
	struct fn_tr *tr = l->tr;
	struct fn_block *b = &tr->blocks[block];
	u32 s;

	fn_cfg_changed(tr);
	for (s = 0; s < b->nsucc; s++)
		b->succ[s] = share_exit(l, skip_empty(tr, b->succ[s]));
	if (b->nsucc == 2 && b->succ[0] == b->succ[1]) {
		fn_ir_remove(tr, b->last);
		b->nsucc = 1;
	}
}

static void place(struct layout *l, u32 block)
{
	struct fn_tr *tr = l->tr;

	l->placed[block] = 1;
	if (l->last != FN_NONE)
		tr->blocks[l->last].next = block;
	tr->blocks[block].next = FN_NONE;
	l->last = block;
}

static void invert_branch(struct fn_tr *tr, u32 block)
{
	struct fn_block *b = &tr->blocks[block];
	struct fn_ir *jcc = &tr->irs[b->last];

	jcc->x = fn_cond_inverse(jcc->x);
	swap(b->succ[0], b->succ[1]);
}

/* Places a block and the chain of its fallthrough successors. */
static void place_chain(struct layout *l, u32 block)
{
	struct fn_tr *tr = l->tr;

	while (!l->placed[block]) {
		struct fn_block *b = &tr->blocks[block];

		place(l, block);
		if (!b->nsucc)
			return;
		if (b->nsucc == 2 && l->placed[b->succ[0]] &&
		    !l->placed[b->succ[1]])
			invert_branch(tr, block);
		block = b->succ[0];
	}
}

static void place_func(struct layout *l, u32 func, u32 first, u32 end)
{
	struct fn_tr *tr = l->tr;
	u32 o;

	l->last = FN_NONE;
	for (o = first; o < end; o++)
		place_chain(l, tr->rpo[o]);
	tr->funcs[func].last = l->last;
}

static void run(struct layout *l)
{
	struct fn_tr *tr = l->tr;
	u32 func, end, o;

	for (func = 0; func < tr->nfuncs; func++) {
		u32 b;

		l->nexits = 0;
		for (b = tr->funcs[func].entry; b != FN_NONE;
		     b = tr->blocks[b].next)
			skip_blocks(l, b);
	}
	if (fn_cfg_preds(tr) || fn_cfg_order(tr))
		return;
	for (func = 0, o = 0; func < tr->nfuncs; func++, o = end) {
		end = fn_cfg_func_end(tr, func);
		place_func(l, func, o, end);
	}
}

/**
 * fn_pass_layout - choose the memory order of blocks
 * @tr: program without PHIs
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_layout(struct fn_tr *tr)
{
	struct layout *l = fn_tmp_zalloc(tr, sizeof(*l));

	if (!l)
		return tr->err;
	l->tr = tr;
	l->placed = fn_tmp_zalloc(tr, tr->nblocks);
	if (l->placed)
		run(l);
	return tr->err;
}
