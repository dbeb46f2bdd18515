// SPDX-License-Identifier: GPL-2.0
/*
 * guard: branches to exits become conditional exits.
 *
 * Most checks of a program lead to an exit with a constant verdict. As a
 * conditional exit such a check does not end its block, and the successor, if
 * it has no other predecessor, is merged into the block.
 *
 *	b1: jgt v4 v2 -> b2, if true b5		b1: exitgt v4 v2 : 1
 *	b2: v5 = ld1 [ v3 +12 ]			    v5 = ld1 [ v3 +12 ]
 *	    jeq v5 8 -> b3, if true b6		    exiteq v5 8 : 2
 *	b3: exit 3				    exit 3
 *	b5: exit 1
 *	b6: exit 2
 *
 * This makes most of a program visible to the passes that look at one block at
 * a time (merge, fuse). The pass runs again after ifconv, which makes new
 * straight code. Each block is merged once, so time is proportional to the
 * program.
 */
#include "ir.h"

/* Does a block only exit with a constant that fits a word? */
static bool is_exit(const struct fn_tr *tr, u32 block)
{
	const struct fn_ir *exit = fn_block_const_exit(tr, block);

	return exit && fn_fits16(exit->imm);
}

/* Converts the branch of a block if one successor is an exit. */
static bool convert_branch(struct fn_tr *tr, u32 block)
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
	/* A back edge is better than an exit and a jump. */
	if (tr->blocks[b->succ[!s]].rpo <= b->rpo)
		return false;
	if (!s)
		jcc->x = fn_cond_inverse(jcc->x);
	jcc->op = FN_OP_EXITC;
	jcc->off = fn_block_const_exit(tr, b->succ[s])->imm;
	fn_cfg_remove_edge(tr, block, s);
	return true;
}

static bool duplicate_exit(struct fn_tr *tr, u32 block)
{
	u32 to = tr->blocks[block].succ[0];
	struct fn_ir exit = tr->irs[tr->blocks[to].last];

	if (!is_exit(tr, to))
		return false;
	tr->origin = exit.origin;
	fn_ir_append(tr, block, exit);
	fn_cfg_remove_edge(tr, block, 0);
	return true;
}

static bool merge_next(struct fn_tr *tr, u32 block)
{
	if (!fn_block_can_merge(tr, block))
		return false;
	fn_block_merge(tr, block);
	return true;
}

static void visit(struct fn_tr *tr, u32 block)
{
	bool more = true;

	while (more && !tr->err) {
		more = !tr->blocks[block].func && convert_branch(tr, block);
		if (tr->blocks[block].nsucc == 1)
			more |= duplicate_exit(tr, block) ||
				merge_next(tr, block);
	}
}

/**
 * fn_pass_guard - convert branches to conditional exits
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_guard(struct fn_tr *tr)
{
	u32 o, n = tr->nrpo;

	for (o = 0; o < n && !tr->err; o++)
		if (!fn_block_is_unreachable(tr, tr->rpo[o]))
			visit(tr, tr->rpo[o]);
	return tr->err ?: fn_cfg_order(tr);
}
