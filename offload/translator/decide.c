// SPDX-License-Identifier: GPL-2.0
/*
 * decide: jump threading to exits.
 *
 * An inlined function returns a constant that says whether it found what it was
 * looking for; the caller tests it and exits. On an edge that brings a constant
 * to the PHI that is tested, the outcome is known, so the edge gets its own
 * exit, and the PHIs lose the operand. This is jump threading over a PHI of
 * constants (Mueller and Whalley, "Avoiding Conditional Branches by Code
 * Replication", 1995) where the only code to replicate is an exit.
 *
 *	b1: v2 = mov -1 -> b4			b1: v2 = mov -1 -> b7
 *						b7: exit 1
 *	b3: v3 = mov 0 -> b4			b3: v3 = mov 0 -> b4
 *	b4: v8 = phi v1 v7			b4: v8 = phi v7
 *	    v9 = phi v2 v3			    v9 = phi v3
 *	    jeq v9 -1 -> b5, if true b6		    jeq v9 -1 -> b5, if true b6
 *	b6: exit 1				b6: exit 1
 *
 * The pass runs after inline and exits, which create such tests, and before
 * copy, which removes PHIs with one operand. It takes time proportional to the
 * edges into the blocks that test.
 */
#include "ir.h"

/**
 * struct test - a block that only tests a PHI
 * @block: block of PHIs and a branch
 * @phi: PHI that is tested
 * @jcc: branch, which compares with a constant
 * @exit_succ: index of the successor that exits
 * @exit: instruction of that successor
 */
struct test {
	u32 block;
	u32 phi;
	struct fn_ir jcc;
	u32 exit_succ;
	struct fn_ir exit;
};

static bool find_test(const struct fn_tr *tr, struct test *c)
{
	const struct fn_block *b = &tr->blocks[c->block];
	const struct fn_ir *exit;
	u32 i;

	if (b->nsucc != 2 || tr->irs[b->last].op != FN_OP_JCC ||
	    !(tr->irs[b->last].x & FN_X_IMM))
		return false;
	c->jcc = tr->irs[b->last];
	c->phi = 0;
	for (i = b->first; i != b->last; i = fn_ir_next(tr, i)) {
		if (tr->irs[i].op != FN_IR_PHI)
			return false;
		if (tr->irs[i].d == c->jcc.a)
			c->phi = i;
	}
	if (!c->phi)
		return false;
	for (c->exit_succ = 0; c->exit_succ < 2; c->exit_succ++) {
		exit = fn_block_const_exit(tr, b->succ[c->exit_succ]);
		if (!exit)
			continue;
		c->exit = *exit;
		return true;
	}
	return false;
}

/* Does the operand of an edge lead to the exit? */
static bool leads_to_exit(struct fn_tr *tr, const struct test *c, u32 edge)
{
	s64 value;

	return fn_ir_const(tr, tr->args[tr->irs[c->phi].args + edge], &value) &&
	       fn_eval_cond(FN_X_COND(c->jcc.x), c->jcc.x & FN_X_W, value,
			    c->jcc.imm) == (c->exit_succ == 1);
}

static void thread_edge(struct fn_tr *tr, const struct test *c, u32 edge)
{
	u32 from = tr->args[tr->blocks[c->block].pred + edge], s = 0, n;

	while (tr->blocks[from].succ[s] != c->block ||
	       tr->blocks[from].pred_index[s] != edge)
		s++;
	n = fn_cfg_split_edge(tr, from, s);
	if (n == FN_NONE)
		return;
	tr->origin = c->exit.origin;
	fn_ir_append(tr, n, c->exit);
	fn_cfg_remove_edge(tr, n, 0);
}

/* Starts with the last edge, as removing one moves the last to its place. */
static void visit(struct fn_tr *tr, u32 block)
{
	struct test c = { .block = block };
	u32 edge;

	if (!find_test(tr, &c))
		return;
	for (edge = tr->blocks[block].npred; edge-- && !tr->err;)
		if (leads_to_exit(tr, &c, edge))
			thread_edge(tr, &c, edge);
}

/**
 * fn_pass_decide - thread edges with constants to exits
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_decide(struct fn_tr *tr)
{
	u32 o, n = tr->nrpo;

	if (fn_ir_values(tr))
		return -ENOMEM;
	for (o = 0; o < n && !tr->err; o++)
		visit(tr, tr->rpo[o]);
	return tr->err ?: fn_cfg_order(tr);
}
