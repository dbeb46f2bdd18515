// SPDX-License-Identifier: GPL-2.0
/*
 * The dominator tree.
 *
 * In reverse postorder the immediate dominator of a block is the nearest common
 * ancestor of its predecessors in the tree so far (Cooper, Harvey and Kennedy,
 * "A Simple, Fast Dominance Algorithm", 2001), which takes one visit if all
 * back edges lead to a dominator. Each node also has a pointer to a node
 * further up, so that climbing takes logarithmic time (Myers, "An Applicative
 * Random-Access Stack", 1983). In an irreducible function only the entry block
 * is taken to dominate others: that is safe, and compilers do not make such
 * functions.
 *
 * O(e log b) for e edges and b blocks; a query O(log b).
 */
#include "ir.h"

static void add_node(struct fn_tr *tr, u32 block, u32 parent)
{
	struct fn_dom *d = tr->doms;
	u32 up = d[parent].jump;

	d[block].idom = parent;
	d[block].depth = d[parent].depth + 1;
	if (d[parent].depth - d[up].depth == d[up].depth - d[d[up].jump].depth)
		d[block].jump = d[up].jump;
	else
		d[block].jump = parent;
}

static u32 climb(const struct fn_dom *d, u32 block, u32 depth)
{
	while (d[block].depth > depth)
		block = d[d[block].jump].depth < depth ? d[block].idom :
							 d[block].jump;
	return block;
}

/* The nearest common dominator of two blocks. */
static u32 common_dominator(const struct fn_dom *d, u32 a, u32 b)
{
	a = climb(d, a, d[b].depth);
	b = climb(d, b, d[a].depth);
	while (a != b) {
		if (d[a].jump != d[b].jump) {
			a = d[a].jump;
			b = d[b].jump;
		} else {
			a = d[a].idom;
			b = d[b].idom;
		}
	}
	return a;
}

static bool is_back_edge(const struct fn_tr *tr, u32 from, u32 to)
{
	return tr->blocks[from].rpo >= tr->blocks[to].rpo;
}

static void visit(struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 p, parent = FN_NONE;

	if (tr->funcs[b->func].entry == block) {
		tr->doms[block] = (struct fn_dom){ block, block, 0 };
		return;
	}
	for (p = 0; p < b->npred; p++) {
		u32 pred = tr->args[b->pred + p];

		if (is_back_edge(tr, pred, block))
			continue;
		parent = parent == FN_NONE ?
				 pred :
				 common_dominator(tr->doms, parent, pred);
	}
	add_node(tr, block, parent);
}

static bool is_reducible(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 p;

	for (p = 0; p < b->npred; p++) {
		u32 pred = tr->args[b->pred + p];

		if (is_back_edge(tr, pred, block) &&
		    !fn_cfg_dominates(tr, block, pred))
			return false;
	}
	return true;
}

/* Returns the index of the function's last block in the reverse postorder. */
static u32 flatten(struct fn_tr *tr, u32 func)
{
	u32 b, first = tr->funcs[func].entry;

	for (b = tr->blocks[first].next; b != FN_NONE; b = tr->blocks[b].next)
		tr->doms[b] = (struct fn_dom){ first, first, 1 };
	return fn_cfg_func_end(tr, func) - 1;
}

/**
 * fn_cfg_dominates - does a block dominate another?
 * @tr: program after fn_cfg_dom()
 * @a: block
 * @b: block
 *
 * Return: true if every path to @b passes @a, or if they are the same.
 */
bool fn_cfg_dominates(const struct fn_tr *tr, u32 a, u32 b)
{
	return tr->blocks[a].func == tr->blocks[b].func &&
	       climb(tr->doms, b, tr->doms[a].depth) == a;
}

/**
 * fn_cfg_dom - compute the dominator tree
 * @tr: program with @tr->rpo
 *
 * Fills @tr->doms.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_cfg_dom(struct fn_tr *tr)
{
	struct fn_dom *doms = fn_vec_grow(tr, tr->doms, 0, tr->nblocks,
					  &tr->cap_doms, sizeof(*doms));
	u32 o;

	if (!doms)
		return tr->err = -ENOMEM;
	tr->doms = doms;
	if (tr->dom_version == tr->cfg_version)
		return 0;
	tr->dom_version = tr->cfg_version;
	for (o = 0; o < tr->nrpo; o++)
		visit(tr, tr->rpo[o]);
	for (o = 0; o < tr->nrpo; o++)
		if (!is_reducible(tr, tr->rpo[o]))
			o = flatten(tr, tr->blocks[tr->rpo[o]].func);
	return 0;
}
