// SPDX-License-Identifier: GPL-2.0
/*
 * hoist: what a branch leads to is done before it.
 *
 * Many paths only choose a constant before they meet others. Where the register is
 * not live elsewhere, the constant is made before the branch, in a lane that is
 * free most often, and the branch leads to where the paths meet: speculative
 * code motion as of a superblock scheduler, for what lies beside the trace.
 *
 *	b0: jeq r17 7 -> b5, if true b8		b0: r18 = mov 1
 *	b8: r18 = mov 1 -> b6			    jeq r17 7 -> b5, if true b8
 *						b8: -> b6
 *
 * Not before moves, which makes these constants and moves, and before layout,
 * which goes past the empty blocks. Nothing to be gained with one lane. Against
 * the order; time in proportion to the program.
 */
#include "ir.h"

/* More than that would make others wait. */
static u32 most(const struct fn_tr *tr)
{
	return tr->opt->lanes / 2;
}

static bool is_free(const struct fn_ir *ir)
{
	return fn_opinfo[ir->op].class == FN_CLASS_ALU && fn_ir_pure(ir);
}

/* May all of a block be done although control goes to another one? */
static bool can_move(struct fn_tr *tr, u32 block, u32 other, u32 kept)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 i, n = 0, writes = 0;

	if (b->npred != 1 || b->nsucc != 1 || !b->first || b->succ[0] == block)
		return false;
	for (i = b->first; i; i = tr->irs[i].next) {
		if (!is_free(&tr->irs[i]) || n++ == most(tr))
			return false;
		writes |= fn_group_writes(tr, &tr->irs[i]);
	}
	return !(writes & (tr->blocks[other].live | kept));
}

static void move_all(struct fn_tr *tr, u32 block, u32 before)
{
	struct fn_block *b = &tr->blocks[block];
	u32 i, next;

	for (i = b->first; i; i = next) {
		struct fn_ir ir = tr->irs[i];

		u32 n;

		next = ir.next;
		fn_ir_remove(tr, i);
		n = fn_ir_insert(tr, before, ir);
		tr->irs[n].origin = ir.origin;
	}
	b = &tr->blocks[block];
	b->live = tr->blocks[b->succ[0]].live;
}

static void visit(struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 jcc = b->last, s, kept;

	if (b->nsucc != 2 || b->succ[0] == b->succ[1])
		return;
	kept = fn_group_reads(tr, &tr->irs[jcc]);
	for (s = 2; s-- && !tr->err;) {
		b = &tr->blocks[block];
		if (can_move(tr, b->succ[s], b->succ[!s], kept))
			move_all(tr, b->succ[s], jcc);
	}
}

/**
 * fn_pass_hoist - let branches lead to where paths meet
 * @tr: program in the card's registers, without PHIs
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_hoist(struct fn_tr *tr)
{
	u32 o;

	if (tr->opt->lanes == 1)
		return 0;
	if (fn_ir_preds(tr) || fn_ir_live_regs(tr))
		return tr->err;
	/* Against the order, so that what has moved may move on. */
	for (o = tr->norder; o-- && !tr->err;)
		visit(tr, tr->order[o]);
	return tr->err;
}
