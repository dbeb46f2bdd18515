// SPDX-License-Identifier: GPL-2.0
/*
 * hoist: speculative code motion above branches.
 *
 * Many arms only set a constant before they join others. If the register is not
 * live on the other side, the constant is set before the branch, where a lane
 * is usually free, and the branch leads to the join: speculation as in a
 * superblock scheduler, for code beside the trace.
 *
 *	b0: jeq r17 7 -> b5, if true b8		b0: r18 = mov 1
 *	b8: r18 = mov 1 -> b6			    jeq r17 7 -> b5, if true b8
 *						b8: -> b6
 *
 * The pass runs after moves, which makes these arms, and before layout, which
 * skips empty blocks. It gains nothing with one lane. Blocks are visited in
 * postorder; time is proportional to the program.
 */
#include "ir.h"

/* How many instructions of an arm are hoisted at most. */
static u32 max_hoisted(const struct fn_tr *tr)
{
	return tr->opt->lanes / 2;
}

static bool is_speculatable(const struct fn_ir *ir)
{
	return fn_opinfo[ir->op].class == FN_CLASS_ALU && fn_ir_is_pure(ir);
}

/* May all of a block be executed although control goes to another one? */
static bool can_hoist(struct fn_tr *tr, u32 block, u32 other, u32 cond_uses)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 i, n = 0, writes = 0;

	if (b->npred != 1 || b->nsucc != 1 || !b->first || b->succ[0] == block)
		return false;
	for (i = b->first; i; i = fn_ir_next(tr, i)) {
		if (!is_speculatable(&tr->irs[i]) || n++ == max_hoisted(tr))
			return false;
		writes |= fn_ir_phys_defs(tr, &tr->irs[i]);
	}
	return !(writes & (tr->blocks[other].live_in | cond_uses));
}

static void hoist_all(struct fn_tr *tr, u32 block, u32 before)
{
	struct fn_block *b = &tr->blocks[block];
	u32 i, next;

	for (i = b->first; i; i = next) {
		struct fn_ir ir = tr->irs[i];

		u32 n;

		next = fn_ir_next(tr, i);
		fn_ir_remove(tr, i);
		n = fn_ir_insert(tr, before, ir);
		tr->irs[n].origin = ir.origin;
	}
	b = &tr->blocks[block];
	b->live_in = tr->blocks[b->succ[0]].live_in;
}

static void visit(struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 jcc = b->last, s, cond_uses;

	if (b->nsucc != 2 || b->succ[0] == b->succ[1])
		return;
	cond_uses = fn_ir_phys_uses(tr, &tr->irs[jcc]);
	for (s = 2; s-- && !tr->err;) {
		b = &tr->blocks[block];
		if (can_hoist(tr, b->succ[s], b->succ[!s], cond_uses))
			hoist_all(tr, b->succ[s], jcc);
	}
}

/**
 * fn_pass_hoist - speculate short arms above their branch
 * @tr: program in physical registers, without PHIs
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_hoist(struct fn_tr *tr)
{
	u32 o;

	if (tr->opt->lanes == 1)
		return 0;
	if (fn_cfg_preds(tr) || fn_ir_phys_liveness(tr))
		return tr->err;
	/* In postorder, so that hoisted instructions may be hoisted again. */
	for (o = tr->nrpo; o-- && !tr->err;)
		visit(tr, tr->rpo[o]);
	return tr->err;
}
