// SPDX-License-Identifier: GPL-2.0
/*
 * decide: who brings the number that leads to an exit exits himself.
 *
 * A function that was inlined says by a number whether it found what it was to
 * find, and the caller asks for it and exits. Where that number is a constant,
 * the question need not be asked; and what nobody found is no choice any more
 * for what was found. Jump threading over a PHI of constants (Mueller and
 * Whalley, "Avoiding Conditional Branches by Code Replication", 1995), where
 * there is nothing to replicate but an exit.
 *
 *	b1: v2 = mov -1 -> b4			b1: v2 = mov -1 -> b7
 *						b7: exit 1
 *	b3: v3 = mov 0 -> b4			b3: v3 = mov 0 -> b4
 *	b4: v8 = phi v1 v7			b4: v8 = phi v7
 *	    v9 = phi v2 v3			    v9 = phi v3
 *	    jeq v9 -1 -> b5, if true b6		    jeq v9 -1 -> b5, if true b6
 *	b6: exit 1				b6: exit 1
 *
 * Comes behind inline and exits, which make such places, and before copy, which
 * sees that the PHIs have one choice left. Time in proportion to the edges into
 * the blocks that ask.
 */
#include "ir.h"

/**
 * struct choice - a block that only asks for what a PHI chose
 * @block: PHIs and a branch
 * @phi: what is asked for
 * @jcc: the branch, which compares with a constant
 * @way: the successor that exits
 * @exit: its instruction
 */
struct choice {
	u32 block;
	u32 phi;
	struct fn_ir jcc;
	u32 way;
	struct fn_ir exit;
};

static bool find_choice(const struct fn_tr *tr, struct choice *c)
{
	const struct fn_block *b = &tr->blocks[c->block];
	const struct fn_ir *exit;
	u32 i;

	if (b->nsucc != 2 || tr->irs[b->last].op != FN_OP_JCC ||
	    !(tr->irs[b->last].x & FN_X_IMM))
		return false;
	c->jcc = tr->irs[b->last];
	c->phi = 0;
	for (i = b->first; i != b->last; i = tr->irs[i].next) {
		if (tr->irs[i].op != FN_IR_PHI)
			return false;
		if (tr->irs[i].d == c->jcc.a)
			c->phi = i;
	}
	if (!c->phi)
		return false;
	for (c->way = 0; c->way < 2; c->way++) {
		exit = fn_ir_verdict(tr, b->succ[c->way]);
		if (!exit)
			continue;
		c->exit = *exit;
		return true;
	}
	return false;
}

/* Does what the edge brings lead to the exit? */
static bool leads_out(struct fn_tr *tr, const struct choice *c, u32 edge)
{
	s64 value;

	return fn_ir_const(tr, tr->args[tr->irs[c->phi].args + edge], &value) &&
	       fn_eval_cond(FN_X_COND(c->jcc.x), c->jcc.x & FN_X_W, value,
			    c->jcc.imm) == (c->way == 1);
}

static void exit_on(struct fn_tr *tr, const struct choice *c, u32 edge)
{
	u32 from = tr->args[tr->blocks[c->block].pred + edge], s = 0, n;

	while (tr->blocks[from].succ[s] != c->block ||
	       tr->blocks[from].edge[s] != edge)
		s++;
	n = fn_ir_split(tr, from, s);
	if (n == FN_NONE)
		return;
	tr->origin = c->exit.origin;
	fn_ir_append(tr, n, c->exit);
	fn_ir_unlink(tr, n, 0);
}

/* From the last edge on: the one that takes its place was looked at. */
static void visit(struct fn_tr *tr, u32 block)
{
	struct choice c = { .block = block };
	u32 edge;

	if (!find_choice(tr, &c))
		return;
	for (edge = tr->blocks[block].npred; edge-- && !tr->err;)
		if (leads_out(tr, &c, edge))
			exit_on(tr, &c, edge);
}

/**
 * fn_pass_decide - exit where a constant leads to an exit
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_decide(struct fn_tr *tr)
{
	u32 o, n = tr->norder;

	if (fn_ir_values(tr))
		return -ENOMEM;
	for (o = 0; o < n && !tr->err; o++)
		visit(tr, tr->order[o]);
	return tr->err ?: fn_ir_order(tr);
}
