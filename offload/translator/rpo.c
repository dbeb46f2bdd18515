// SPDX-License-Identifier: GPL-2.0
/*
 * Reverse postorder, and which blocks are reachable.
 *
 * In reverse postorder of a depth-first walk a block comes after all its
 * dominators, and after all its predecessors except those on back edges.
 * Unreachable blocks are taken out of their function. Time is proportional to
 * blocks and edges; nothing is done while these have not changed.
 */
#include "ir.h"

#define UNREACHED FN_NONE

struct walk {
	struct fn_tr *tr;
	u32 *stack; /* blocks on the path from the entry */
	u8 *succ; /* of each of them: number of successors visited */
	u32 depth;
};

static void enter(struct walk *w, u32 block)
{
	if (w->tr->blocks[block].rpo != UNREACHED)
		return;
	w->tr->blocks[block].rpo = 0;
	w->stack[w->depth] = block;
	w->succ[w->depth] = 0;
	w->depth++;
}

/* The stack is explicit, since the depth depends on the program. */
static void walk_func(struct walk *w, u32 func)
{
	struct fn_tr *tr = w->tr;
	u32 first = tr->nrpo, i, j;

	enter(w, tr->funcs[func].entry);
	while (w->depth) {
		u32 block = w->stack[w->depth - 1];
		const struct fn_block *b = &tr->blocks[block];
		u32 s = w->succ[w->depth - 1]++;

		if (s < b->nsucc) {
			enter(w, b->succ[b->nsucc - 1 - s]);
			continue;
		}
		w->depth--;
		tr->rpo[tr->nrpo++] = block;
	}
	for (i = first, j = tr->nrpo; i + 1 < j; i++, j--)
		swap(tr->rpo[i], tr->rpo[j - 1]);
}

/* Removes unreachable blocks from their function's list. */
static void drop_unreachable(struct fn_tr *tr, u32 func)
{
	u32 b, next;

	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next)
		while (tr->blocks[b].rpo == UNREACHED && tr->blocks[b].nsucc)
			fn_cfg_remove_edge(tr, b, tr->blocks[b].nsucc - 1);
	b = tr->funcs[func].entry;

	for (; b != FN_NONE; b = next) {
		next = tr->blocks[b].next;
		while (next != FN_NONE && tr->blocks[next].rpo == UNREACHED)
			next = tr->blocks[next].next;
		tr->blocks[b].next = next;
		tr->funcs[func].last = b;
	}
}

static void run(struct walk *w)
{
	struct fn_tr *tr = w->tr;
	u32 func, b;

	tr->nrpo = 0;
	for (b = 0; b < tr->nblocks; b++)
		tr->blocks[b].rpo = UNREACHED;
	for (func = 0; func < tr->nfuncs; func++) {
		walk_func(w, func);
		drop_unreachable(tr, func);
	}
	for (b = 0; b < tr->nrpo; b++)
		tr->blocks[tr->rpo[b]].rpo = b;
	tr->rpo_version = tr->cfg_version;
}

/**
 * fn_cfg_order - compute the reverse postorder and remove unreachable blocks
 * @tr: program with its successors and predecessors
 *
 * Return: 0 or -ENOMEM.
 */
int fn_cfg_order(struct fn_tr *tr)
{
	struct fn_tmp_pos mark = fn_tmp_mark(tr);
	struct walk w = { .tr = tr };
	u32 *order;

	if (tr->rpo_version == tr->cfg_version)
		return 0;
	order = fn_vec_grow(tr, tr->rpo, 0, tr->nblocks, &tr->cap_rpo,
			    sizeof(*order));
	w.stack = fn_tmp_alloc(tr, tr->nblocks * sizeof(*w.stack));
	w.succ = fn_tmp_alloc(tr, tr->nblocks);
	if (!order)
		return tr->err = -ENOMEM;
	tr->rpo = order;
	if (!tr->err)
		run(&w);
	fn_tmp_release(tr, mark);
	return tr->err;
}

/**
 * fn_cfg_func_end - find the end of a function in the reverse postorder
 * @tr: program with @tr->rpo
 * @func: number of the function, whose blocks begin with its entry block
 *
 * Return: the index behind its last block in @tr->rpo.
 */
u32 fn_cfg_func_end(const struct fn_tr *tr, u32 func)
{
	return func + 1 < tr->nfuncs ?
		       tr->blocks[tr->funcs[func + 1].entry].rpo :
		       tr->nrpo;
}
