// SPDX-License-Identifier: GPL-2.0
/*
 * guard: branches to an exit become conditional exits.
 *
 * Most checks of a program lead to an exit with a constant verdict. As a word
 * of its own such a check ends no block: what follows it, with nothing else
 * leading there, becomes part of the block.
 *
 *	b1: jgt v4 v2 -> b2, if true b5		b1: exitgt v4 v2 : 1
 *	b2: v5 = ld1 [ v3 +12 ]			    v5 = ld1 [ v3 +12 ]
 *	    jeq v5 8 -> b3, if true b6		    exiteq v5 8 : 2
 *	b3: exit 3				    exit 3
 *	b5: exit 1
 *	b6: exit 2
 *
 * The passes behind it that look at one block at a time (merge, fuse) see most
 * of a program by that. Runs again behind ifconv, which makes new straight
 * code. Each block is absorbed once: time in proportion to the program.
 */
#include "ir.h"

/* Does a block exit with a constant that fits a word, and do nothing else? */
static bool is_exit(const struct fn_tr *tr, u32 block)
{
	const struct fn_ir *exit = fn_ir_verdict(tr, block);

	return exit && fn_fits16(exit->imm);
}

/* The last branch of a block, if one of its ways is an exit. */
static bool guard_block(struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	struct fn_ir *jcc = &tr->irs[b->last];
	u32 s;

	if (b->nsucc != 2)
		return false;
	if (is_exit(tr, b->succ[1]))
		s = 1;
	else if (is_exit(tr, b->succ[0]))
		s = 0;
	else
		return false;
	/* A loop's branch back is better than an exit and a jump. */
	if (tr->blocks[b->succ[!s]].order <= b->order)
		return false;
	if (!s)
		jcc->x = fn_ir_opposite(jcc->x);
	jcc->op = FN_OP_EXITC;
	jcc->off = fn_ir_verdict(tr, b->succ[s])->imm;
	fn_ir_unlink(tr, block, s);
	return true;
}

static bool copy_exit(struct fn_tr *tr, u32 block)
{
	u32 to = tr->blocks[block].succ[0];
	struct fn_ir exit = tr->irs[tr->blocks[to].last];

	if (!is_exit(tr, to))
		return false;
	tr->origin = exit.origin;
	fn_ir_append(tr, block, exit);
	fn_ir_unlink(tr, block, 0);
	return true;
}

static bool join_next(struct fn_tr *tr, u32 block)
{
	if (!fn_ir_follows(tr, block))
		return false;
	fn_ir_absorb(tr, block);
	return true;
}

static void visit(struct fn_tr *tr, u32 block)
{
	bool more = true;

	while (more && !tr->err) {
		more = !tr->blocks[block].func && guard_block(tr, block);
		if (tr->blocks[block].nsucc == 1)
			more |= copy_exit(tr, block) || join_next(tr, block);
	}
}

/**
 * fn_pass_guard - make conditional exits, and long blocks
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_guard(struct fn_tr *tr)
{
	u32 o, n = tr->norder;

	for (o = 0; o < n && !tr->err; o++)
		if (!fn_ir_gone(tr, tr->order[o]))
			visit(tr, tr->order[o]);
	return tr->err ?: fn_ir_order(tr);
}
