// SPDX-License-Identifier: GPL-2.0
/*
 * exits: who only goes on to an exit exits by himself.
 *
 * Programs gather their verdicts in one place: a PHI and an exit. With the
 * verdict in the exit's own word neither the moves nor the jumps are needed.
 * What ends in the same way is shared.
 */
#include "ir.h"

/* A block that does nothing but exit or return with what a PHI chose. */
static bool is_exit(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	const struct fn_ir *last = b->last ? &tr->irs[b->last] : NULL;
	const struct fn_ir *first = b->first ? &tr->irs[b->first] : NULL;

	if (!last || (last->op != FN_OP_EXIT && last->op != FN_OP_RET))
		return false;
	if (b->first == b->last)
		return true;
	return first->op == FN_IR_PHI && first->next == b->last &&
	       !(last->x & FN_X_IMM) && last->a == first->d;
}

/* What the exit is with when it is reached over an edge. */
static struct fn_ir exit_over(const struct fn_tr *tr, u32 exit, u32 edge)
{
	const struct fn_block *b = &tr->blocks[exit];
	struct fn_ir ir = tr->irs[b->last];

	if (b->first != b->last)
		ir.a = tr->args[tr->irs[b->first].args + edge];
	return ir;
}

static void append_exit(struct fn_tr *tr, u32 block, struct fn_ir ir)
{
	tr->origin = ir.origin;
	fn_ir_append(tr, block, ir);
}

static void exit_here(struct fn_tr *tr, u32 block)
{
	u32 exit = tr->blocks[block].succ[0];
	struct fn_ir ir = exit_over(tr, exit, tr->blocks[block].edge[0]);

	fn_ir_unlink(tr, block, 0);
	append_exit(tr, block, ir);
}

/* Only worth it with a choice: a block of its own is as good otherwise. */
static void exit_aside(struct fn_tr *tr, u32 block, u32 s)
{
	u32 exit = tr->blocks[block].succ[s];
	u32 n;

	if (tr->blocks[exit].first == tr->blocks[exit].last ||
	    tr->blocks[exit].npred == 1)
		return;
	n = fn_ir_split(tr, block, s);
	if (n != FN_NONE)
		exit_here(tr, n);
}

static void visit(struct fn_tr *tr, u32 block)
{
	u32 s, n = tr->blocks[block].nsucc;

	for (s = 0; s < n && !tr->err; s++) {
		if (!is_exit(tr, tr->blocks[block].succ[s]))
			continue;
		if (n == 1)
			exit_here(tr, block);
		else
			exit_aside(tr, block, s);
	}
}

/**
 * fn_pass_exits - put exits where the verdict is known
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_exits(struct fn_tr *tr)
{
	u32 o, n = tr->norder;

	for (o = n; o-- && !tr->err;)
		visit(tr, tr->order[o]);
	return tr->err ?: fn_ir_order(tr);
}
