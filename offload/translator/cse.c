// SPDX-License-Identifier: GPL-2.0
/*
 * cse: what was computed is not computed again.
 *
 * The same operation on the same values gives the same result; if the first
 * dominates the second, the second is a copy of it: value numbering by hash
 * over the tree of dominators (Briggs, Cooper and Simpson, "Value Numbering",
 * 1997). The table keeps one operation for each hash, the latest: what a
 * collision forgets is computed again. Constants and addresses in the frame are
 * cheaper to make than to keep.
 *
 *	v31 = and.w v28 15			v31 = and.w v28 15
 *	v70 = and.w v28 15			v70 = mov v31
 *
 * Loads are not for this pass but for mem. Runs once more behind ifconv, which
 * puts operations of two ways into one block. One pass, with a climb to a
 * dominator for each that is found.
 */
#include "ir.h"

struct cse {
	struct fn_tr *tr;
	u32 *seen; /* by hash: an operation, 0 if none */
	u32 mask;
};

static bool worth(const struct fn_ir *ir)
{
	if (ir->op >= FN_NOPS || ir->d < FN_NREGS || !fn_ir_pure(ir) ||
	    !fn_ir_writes(ir) || ir->op == FN_OP_LD || ir->op == FN_OP_MOV)
		return false;
	return ir->op != FN_OP_ADD || !(ir->x & FN_X_IMM) || ir->a != FN_REG_FP;
}

/* Which operands a format has does not matter: the others are 0 in both. */
static u32 hash_of(const struct fn_ir *ir)
{
	u64 h = (u64)ir->imm ^ (u64)ir->off << 40 ^ (u64)ir->op << 56 ^
		(u64)ir->x << 48;

	h = (h ^ ir->a) * 0x9e3779b97f4a7c15ull;
	h = (h ^ h >> 29 ^ ir->b) * 0x9e3779b97f4a7c15ull;
	h = (h ^ h >> 31 ^ ir->c) * 0x9e3779b97f4a7c15ull;
	return h >> 32;
}

static bool same(const struct fn_ir *a, const struct fn_ir *b)
{
	return a->op == b->op && a->x == b->x && a->a == b->a && a->b == b->b &&
	       a->c == b->c && a->off == b->off && a->imm == b->imm;
}

static void visit(struct cse *c, u32 at)
{
	struct fn_tr *tr = c->tr;
	struct fn_ir *ir = &tr->irs[at];
	u32 *seen = &c->seen[hash_of(ir) & c->mask];
	const struct fn_ir *first = &tr->irs[*seen];

	if (!*seen || !same(first, ir) ||
	    !fn_ir_dominates(tr, first->block, ir->block)) {
		*seen = at;
		return;
	}
	fn_ir_become(tr, ir, fn_ir_move(ir->d, first->d));
}

static void run(struct cse *c)
{
	struct fn_tr *tr = c->tr;
	u32 o, i;

	for (o = 0; o < tr->norder; o++)
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			if (worth(&tr->irs[i]))
				visit(c, i);
}

/**
 * fn_pass_cse - compute things once
 * @tr: program in which each register has one definition, without copies
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_cse(struct fn_tr *tr)
{
	u32 size = roundup_pow_of_two(tr->nirs);
	struct cse c = { .tr = tr, .mask = size - 1 };

	if (fn_ir_dom(tr))
		return -ENOMEM;
	c.seen = fn_ir_temp(tr, size * sizeof(*c.seen));
	if (c.seen)
		run(&c);
	return tr->err;
}
