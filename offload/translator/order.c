// SPDX-License-Identifier: GPL-2.0
/*
 * The order in which passes visit blocks, and which blocks there are at all.
 *
 * Reverse post order of a walk in depth, so that a block comes behind all that
 * dominate it, and behind all its predecessors but those on edges back. What
 * the walk does not come by is taken out of its function. Time in proportion to
 * blocks and edges, and nothing while these have not changed.
 */
#include "ir.h"

#define UNSEEN FN_NONE

struct walk {
	struct fn_tr *tr;
	u32 *stack; /* blocks on the way down */
	u8 *succ; /* of each of them: successors done */
	u32 depth;
};

static void enter(struct walk *w, u32 block)
{
	if (w->tr->blocks[block].order != UNSEEN)
		return;
	w->tr->blocks[block].order = 0;
	w->stack[w->depth] = block;
	w->succ[w->depth] = 0;
	w->depth++;
}

/* Explicit stack: how deep a program nests is the program's affair. */
static void walk_func(struct walk *w, u32 func)
{
	struct fn_tr *tr = w->tr;
	u32 first = tr->norder, i, j;

	enter(w, tr->funcs[func].block);
	while (w->depth) {
		u32 block = w->stack[w->depth - 1];
		const struct fn_block *b = &tr->blocks[block];
		u32 s = w->succ[w->depth - 1]++;

		if (s < b->nsucc) {
			enter(w, b->succ[b->nsucc - 1 - s]);
			continue;
		}
		w->depth--;
		tr->order[tr->norder++] = block;
	}
	for (i = first, j = tr->norder; i + 1 < j; i++, j--)
		swap(tr->order[i], tr->order[j - 1]);
}

/* Take blocks that control can't reach out of their function's chain. */
static void drop_unseen(struct fn_tr *tr, u32 func)
{
	u32 b, next;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next)
		while (tr->blocks[b].order == UNSEEN && tr->blocks[b].nsucc)
			fn_ir_unlink(tr, b, tr->blocks[b].nsucc - 1);
	b = tr->funcs[func].block;

	for (; b != FN_NONE; b = next) {
		next = tr->blocks[b].next;
		while (next != FN_NONE && tr->blocks[next].order == UNSEEN)
			next = tr->blocks[next].next;
		tr->blocks[b].next = next;
		tr->funcs[func].last = b;
	}
}

static void run(struct walk *w)
{
	struct fn_tr *tr = w->tr;
	u32 func, b;

	tr->norder = 0;
	for (b = 0; b < tr->nblocks; b++)
		tr->blocks[b].order = UNSEEN;
	for (func = 0; func < tr->nfuncs; func++) {
		walk_func(w, func);
		drop_unseen(tr, func);
	}
	for (b = 0; b < tr->norder; b++)
		tr->blocks[tr->order[b]].order = b;
	tr->ordered = tr->shapes;
}

/**
 * fn_ir_order - number the blocks that can be reached, forget the others
 * @tr: program with its successors and predecessors
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_order(struct fn_tr *tr)
{
	struct fn_mark mark = fn_ir_mark(tr);
	struct walk w = { .tr = tr };
	u32 *order;

	if (tr->ordered == tr->shapes)
		return 0;
	order = fn_ir_grow(tr, tr->order, 0, tr->nblocks, &tr->cap_order,
			   sizeof(*order));
	w.stack = fn_ir_dirty(tr, tr->nblocks * sizeof(*w.stack));
	w.succ = fn_ir_dirty(tr, tr->nblocks);
	if (!order)
		return tr->err = -ENOMEM;
	tr->order = order;
	if (!tr->err)
		run(&w);
	fn_ir_release(tr, mark);
	return tr->err;
}

/**
 * fn_ir_func_end - where a function's blocks end in the order
 * @tr: program with its blocks in order
 * @func: number of the function, whose blocks begin with its first one
 *
 * Return: the place behind its last block in @tr->order.
 */
u32 fn_ir_func_end(const struct fn_tr *tr, u32 func)
{
	return func + 1 < tr->nfuncs ?
		       tr->blocks[tr->funcs[func + 1].block].order :
		       tr->norder;
}
