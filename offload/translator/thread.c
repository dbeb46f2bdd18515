// SPDX-License-Identifier: GPL-2.0
/*
 * thread: who only goes on is gone past.
 *
 * A block that several ways share and that only makes constants, as the default
 * of a choice, hides that they lead to the same place. Each gets an edge of its
 * own to there (branch chaining: Muchnick, 18.7; here with PHIs that grow by an
 * operand for each edge); those that bring the same are joined again later,
 * unless they were selected before.
 *
 *	b55: -> b64				b55: -> b33
 *	b58: -> b59, if true b64		b58: -> b59, if true b33
 *	b64: v138 = mov 7 -> b33
 *	b33: v142 = phi v138 v5			b33: v142 = phi v138 v5 v138
 *
 * The constant goes to where all ways come by, and is made anew where it is
 * wanted (split). For ifconv, which only sees ways that meet in one step.
 * Bounded by MOST edges for a block, so that it stays linear.
 */
#include "ir.h"

#define MOST 64 /* edges of a block, so that adding to them stays cheap */

/* Constants are made anew where they are wanted, later. */
static bool is_empty(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 i;

	if (b->nsucc != 1 || b->npred < 2 || b->succ[0] == block ||
	    tr->blocks[b->succ[0]].npred + b->npred > MOST)
		return false;
	for (i = b->first; i; i = tr->irs[i].next)
		if (tr->irs[i].op != FN_OP_MOV || tr->irs[i].x != FN_X_IMM ||
		    !fn_fits32(tr->irs[i].imm))
			return false;
	return true;
}

/* What it makes for those that it leads to goes to where all its ways come by. */
static void clear(struct fn_tr *tr, u32 block)
{
	u32 to = tr->doms[block].parent, i, next;

	while (fn_ir_gone(tr, to))
		to = tr->doms[to].parent;
	for (i = tr->blocks[block].first; i && !tr->err; i = next) {
		struct fn_ir ir = tr->irs[i];
		u32 last = tr->blocks[to].last;

		next = ir.next;
		fn_ir_remove(tr, i);
		tr->origin = ir.origin;
		if (last && !fn_ir_ends(&tr->irs[last]))
			last = 0;
		fn_ir_put(tr, to, last, ir);
	}
}

/* Room for @more operands behind the @n that are there. */
static u32 longer(struct fn_tr *tr, u32 first, u32 n, u32 more)
{
	u32 args = fn_ir_args(tr, n + more);

	if (!tr->err)
		memcpy(tr->args + args, tr->args + first,
		       n * sizeof(*tr->args));
	return args;
}

static void lead(struct fn_tr *tr, u32 from, u32 block, u32 to, u32 edge)
{
	struct fn_block *b = &tr->blocks[from];
	u32 s;

	for (s = 0; s < b->nsucc; s++) {
		if (b->succ[s] != block)
			continue;
		b->succ[s] = to;
		b->edge[s] = edge;
		return;
	}
}

/* The first edge takes the place of the block's, the others come behind. */
static void skip(struct fn_tr *tr, u32 block)
{
	struct fn_block *b = &tr->blocks[block];
	u32 to = b->succ[0], edge = b->edge[0], more = b->npred - 1;
	u32 n = tr->blocks[to].npred, i, p;

	fn_ir_reshaped(tr);
	tr->blocks[to].pred = longer(tr, tr->blocks[to].pred, n, more);
	for (i = fn_ir_first_phi(tr, to); i; i = fn_ir_next_phi(tr, i)) {
		tr->irs[i].args = longer(tr, tr->irs[i].args, n, more);
		if (tr->err)
			return;
		for (p = 0; p < more; p++)
			tr->args[tr->irs[i].args + n + p] =
				tr->args[tr->irs[i].args + edge];
	}
	if (tr->err)
		return;
	tr->blocks[to].npred += more;
	for (p = 0; p <= more; p++) {
		u32 from = tr->args[b->pred + p], at = p ? n + p - 1 : edge;

		tr->args[tr->blocks[to].pred + at] = from;
		lead(tr, from, block, to, at);
	}
	b->npred = 0;
	b->nsucc = 0;
}

/**
 * fn_pass_thread - go past empty blocks
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_thread(struct fn_tr *tr)
{
	u32 o;

	if (fn_ir_dom(tr))
		return -ENOMEM;
	for (o = tr->norder; o-- && !tr->err;) {
		if (!is_empty(tr, tr->order[o]))
			continue;
		clear(tr, tr->order[o]);
		skip(tr, tr->order[o]);
	}
	return tr->err ?: fn_ir_order(tr);
}
