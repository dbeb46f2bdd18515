// SPDX-License-Identifier: GPL-2.0
/*
 * Dominators: through which blocks each way to a block leads.
 *
 * In reverse post order a block's immediate dominator is where the ways from
 * the blocks before it come together in the tree so far (Cooper, Harvey and
 * Kennedy, "A Simple, Fast Dominance Algorithm", 2001), which takes one visit
 * if edges back lead to a dominator. Each node also knows one further up, so
 * that climbing takes logarithmic time (Myers, "An Applicative Random-Access
 * Stack", 1983). In a function where an edge back does not lead to a dominator,
 * only the first block is taken to dominate others: that is safe, and compilers
 * do not make such functions.
 *
 * O(e log b) for e edges and b blocks; a question whether one block dominates
 * another O(log b).
 */
#include "ir.h"

static void place(struct fn_tr *tr, u32 block, u32 parent)
{
	struct fn_dom *d = tr->doms;
	u32 up = d[parent].jump;

	d[block].parent = parent;
	d[block].depth = d[parent].depth + 1;
	if (d[parent].depth - d[up].depth == d[up].depth - d[d[up].jump].depth)
		d[block].jump = d[up].jump;
	else
		d[block].jump = parent;
}

static u32 climb(const struct fn_dom *d, u32 block, u32 depth)
{
	while (d[block].depth > depth)
		block = d[d[block].jump].depth < depth ? d[block].parent :
							 d[block].jump;
	return block;
}

/* The last block that dominates two. */
static u32 meet(const struct fn_dom *d, u32 a, u32 b)
{
	a = climb(d, a, d[b].depth);
	b = climb(d, b, d[a].depth);
	while (a != b) {
		if (d[a].jump != d[b].jump) {
			a = d[a].jump;
			b = d[b].jump;
		} else {
			a = d[a].parent;
			b = d[b].parent;
		}
	}
	return a;
}

static bool is_back(const struct fn_tr *tr, u32 from, u32 to)
{
	return tr->blocks[from].order >= tr->blocks[to].order;
}

static void visit(struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 p, parent = FN_NONE;

	if (tr->funcs[b->func].block == block) {
		tr->doms[block] = (struct fn_dom){ block, block, 0 };
		return;
	}
	for (p = 0; p < b->npred; p++) {
		u32 pred = tr->args[b->pred + p];

		if (is_back(tr, pred, block))
			continue;
		parent = parent == FN_NONE ? pred :
					     meet(tr->doms, parent, pred);
	}
	place(tr, block, parent);
}

static bool reducible(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 p;

	for (p = 0; p < b->npred; p++) {
		u32 pred = tr->args[b->pred + p];

		if (is_back(tr, pred, block) &&
		    !fn_ir_dominates(tr, block, pred))
			return false;
	}
	return true;
}

static void flatten(struct fn_tr *tr, u32 func)
{
	u32 b, first = tr->funcs[func].block;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next)
		if (b != first)
			tr->doms[b] = (struct fn_dom){ first, first, 1 };
}

/**
 * fn_ir_dominates - does every way to a block lead through another?
 * @tr: program after fn_ir_dom()
 * @a: the other
 * @b: block
 *
 * Return: true if it does, or if they are the same.
 */
bool fn_ir_dominates(const struct fn_tr *tr, u32 a, u32 b)
{
	return tr->blocks[a].func == tr->blocks[b].func &&
	       climb(tr->doms, b, tr->doms[a].depth) == a;
}

/**
 * fn_ir_dom - find dominators
 * @tr: program with its blocks in order
 *
 * Fills @tr->doms.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_dom(struct fn_tr *tr)
{
	struct fn_dom *doms = fn_ir_grow(tr, tr->doms, 0, tr->nblocks,
					 &tr->cap_doms, sizeof(*doms));
	u32 o;

	if (!doms)
		return tr->err = -ENOMEM;
	tr->doms = doms;
	if (tr->dominated == tr->shapes)
		return 0;
	tr->dominated = tr->shapes;
	for (o = 0; o < tr->norder; o++)
		visit(tr, tr->order[o]);
	for (o = 0; o < tr->norder; o++)
		if (!reducible(tr, tr->order[o]))
			flatten(tr, tr->blocks[tr->order[o]].func);
	return 0;
}
