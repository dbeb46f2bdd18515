// SPDX-License-Identifier: GPL-2.0
/*
 * group: which words issue together.
 *
 * A group takes words in their order as long as none needs another's result.
 * Limits: as many words as there are lanes; half as many memory accesses, at
 * least one; one multiplication or division; one branch, which is the last;
 * a helper, an atomic and a call go alone. A load does not follow a store.
 */
#include "ir.h"

/**
 * fn_group_alone - is an instruction a group of its own?
 * @ir: instruction
 *
 * Return: true if nothing issues with it.
 */
bool fn_group_alone(const struct fn_ir *ir)
{
	u8 class = fn_opinfo[ir->op].class;

	return class == FN_CLASS_HELPER || class == FN_CLASS_ATOM ||
	       ir->op == FN_OP_CALL || ir->op == FN_OP_RET;
}

/**
 * fn_group_reads - the card's registers that an instruction reads
 * @tr: program in the card's registers
 * @ir: instruction
 *
 * Return: a bit for each.
 */
u32 fn_group_reads(struct fn_tr *tr, struct fn_ir *ir)
{
	u32 *use[FN_MAX_USES];
	u32 n = fn_ir_uses(tr, ir, use), mask = 0;

	while (n--)
		mask |= BIT(*use[n]);
	return mask & ~BIT(FN_REG_ZERO);
}

/**
 * fn_group_writes - the card's registers that an instruction writes
 * @ir: instruction, not one that is alone
 *
 * Return: a bit for each.
 */
u32 fn_group_writes(const struct fn_ir *ir)
{
	return fn_ir_writes(ir) ? BIT(ir->d) : 0;
}

static bool is_store(const struct fn_ir *ir)
{
	return ir->op == FN_OP_ST || ir->op == FN_OP_STI;
}

/**
 * fn_group_fits - may an instruction be the next of a group?
 * @tr: program in the card's registers
 * @g: group so far
 * @ir: instruction
 *
 * Return: true if it may.
 */
bool fn_group_fits(struct fn_tr *tr, const struct fn_group *g, struct fn_ir *ir)
{
	u8 class = fn_opinfo[ir->op].class;

	if (!g->words)
		return true;
	if (g->words == g->lanes || fn_group_alone(ir) ||
	    g->written & (fn_group_reads(tr, ir) | fn_group_writes(ir)))
		return false;
	if (class == FN_CLASS_MEM &&
	    (g->memory == max_t(u32, 1, g->lanes / 2) ||
	     (g->stored && !is_store(ir))))
		return false;
	return (class != FN_CLASS_MUL && class != FN_CLASS_DIV) || !g->multiply;
}

/**
 * fn_group_add - let an instruction be the next of a group
 * @g: group that it fits
 * @ir: instruction
 */
void fn_group_add(struct fn_group *g, const struct fn_ir *ir)
{
	u8 class = fn_opinfo[ir->op].class;

	g->words++;
	g->memory += class == FN_CLASS_MEM;
	g->multiply += class == FN_CLASS_MUL || class == FN_CLASS_DIV;
	g->written |= fn_group_writes(ir);
	g->stored |= is_store(ir);
}

/**
 * fn_group_begin - begin a group
 * @g: group
 * @lanes: words that it has room for
 */
void fn_group_begin(struct fn_group *g, u32 lanes)
{
	*g = (struct fn_group){ .lanes = lanes };
}

static void group_block(struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	struct fn_group g = { .lanes = tr->opt->lanes };
	bool jumps = b->nsucc && b->succ[0] != b->next;
	u32 i;

	for (i = b->first; i; i = tr->irs[i].next) {
		struct fn_ir *ir = &tr->irs[i];

		if (!fn_group_fits(tr, &g, ir)) {
			tr->irs[ir->prev].stop = true;
			fn_group_begin(&g, tr->opt->lanes);
		}
		fn_group_add(&g, ir);
		ir->stop = fn_group_alone(ir) ||
			   fn_opinfo[ir->op].class == FN_CLASS_BRANCH;
		if (ir->stop)
			fn_group_begin(&g, tr->opt->lanes);
	}
	/* A jump behind the block may be its last word. */
	if (g.words && !(jumps && g.words < g.lanes))
		tr->irs[b->last].stop = true;
}

/**
 * fn_pass_group - set stop bits
 * @tr: program in the card's registers and its order in memory
 *
 * Return: 0.
 */
int fn_pass_group(struct fn_tr *tr)
{
	u32 func, b;

	for (func = 0; func < tr->nfuncs; func++)
		fn_each_block(tr, func, b)
			group_block(tr, b);
	return 0;
}
