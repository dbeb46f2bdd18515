// SPDX-License-Identifier: GPL-2.0
/*
 * thread: branch chaining past empty blocks.
 *
 * A block that several predecessors share and that only sets constants, as the
 * default of a choice, hides that they lead to the same join. Its incoming
 * edges are redirected to its successor (branch chaining: Muchnick, 18.7; here
 * PHIs get an operand for each edge). Edges that bring equal values are merged
 * again by join, unless ifconv consumed them.
 *
 *	b55: -> b64				b55: -> b33
 *	b58: -> b59, if true b64		b58: -> b59, if true b33
 *	b64: v138 = mov 7 -> b33
 *	b33: v142 = phi v138 v5			b33: v142 = phi v138 v5 v138
 *
 * The constant moves to the immediate dominator, and split rematerializes it
 * where it is used. A block gets at most MAX_EDGES edges, so that time stays
 * linear.
 */
#include "ir.h"

#define MAX_EDGES 64 /* of a block, so that adding to them stays cheap */
#define MAX_PHIS 64 /* of a block, likewise */

static bool has_few_phis(const struct fn_tr *tr, u32 block)
{
	u32 i, n = 0;

	for (i = fn_ir_first_phi(tr, block); i && n <= MAX_PHIS;
	     i = fn_ir_next_phi(tr, i))
		n++;
	return n <= MAX_PHIS;
}

/* Constants do not count, as split rematerializes them. */
static bool is_empty(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 i;

	if (b->nsucc != 1 || b->npred < 2 || b->succ[0] == block ||
	    tr->blocks[b->succ[0]].npred + b->npred > MAX_EDGES ||
	    !has_few_phis(tr, b->succ[0]))
		return false;
	for (i = b->first; i; i = fn_ir_next(tr, i))
		if (tr->irs[i].op != FN_OP_MOV || tr->irs[i].x != FN_X_IMM ||
		    !fn_fits32(tr->irs[i].imm))
			return false;
	return true;
}

/* Moves the constants of a block to its immediate dominator. */
static void hoist_constants(struct fn_tr *tr, u32 block)
{
	u32 to = tr->doms[block].idom, i, next;

	while (fn_block_is_unreachable(tr, to))
		to = tr->doms[to].idom;
	for (i = tr->blocks[block].first; i && !tr->err; i = next) {
		struct fn_ir ir = tr->irs[i];
		u32 last = tr->blocks[to].last;

		next = fn_ir_next(tr, i);
		fn_ir_remove(tr, i);
		tr->origin = ir.origin;
		if (last && !fn_ir_is_terminator(&tr->irs[last]))
			last = 0;
		fn_ir_insert_at(tr, to, last, ir);
	}
}

/* A copy of a list of @n operands with room for @more. */
static u32 extend(struct fn_tr *tr, u32 first, u32 n, u32 more)
{
	u32 args = fn_ir_args(tr, n + more);

	if (!tr->err)
		memcpy(tr->args + args, tr->args + first,
		       n * sizeof(*tr->args));
	return args;
}

static void redirect(struct fn_tr *tr, u32 from, u32 block, u32 to, u32 edge)
{
	struct fn_block *b = &tr->blocks[from];
	u32 s;

	for (s = 0; s < b->nsucc; s++) {
		if (b->succ[s] != block)
			continue;
		b->succ[s] = to;
		b->pred_index[s] = edge;
		return;
	}
}

/* The first edge takes the place of the block's; the others are appended. */
static void bypass(struct fn_tr *tr, u32 block)
{
	struct fn_block *b = &tr->blocks[block];
	u32 to = b->succ[0], edge = b->pred_index[0], more = b->npred - 1;
	u32 n = tr->blocks[to].npred, i, p;

	fn_cfg_changed(tr);
	tr->blocks[to].pred = extend(tr, tr->blocks[to].pred, n, more);
	for (i = fn_ir_first_phi(tr, to); i; i = fn_ir_next_phi(tr, i)) {
		tr->irs[i].args = extend(tr, tr->irs[i].args, n, more);
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
		redirect(tr, from, block, to, at);
	}
	b->npred = 0;
	b->nsucc = 0;
}

/**
 * fn_pass_thread - redirect edges past empty blocks
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_thread(struct fn_tr *tr)
{
	u32 o;

	if (fn_cfg_dom(tr))
		return -ENOMEM;
	for (o = tr->nrpo; o-- && !tr->err;) {
		if (!is_empty(tr, tr->rpo[o]))
			continue;
		hoist_constants(tr, tr->rpo[o]);
		bypass(tr, tr->rpo[o]);
	}
	return tr->err ?: fn_cfg_order(tr);
}
