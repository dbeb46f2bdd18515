// SPDX-License-Identifier: GPL-2.0
/*
 * cse: common subexpression elimination.
 *
 * The same operation on the same operands gives the same result. If its first
 * computation dominates the second, the second becomes a copy of it:
 * dominator-based value numbering by hashing (Briggs, Cooper and Simpson,
 * "Value Numbering", 1997). The hash table keeps the latest operation of each
 * bucket, so a collision may lose one, which is then computed again. Constants
 * and addresses in the frame are cheaper to recompute than to keep in a
 * register.
 *
 *	v31 = and.w v28 15			v31 = and.w v28 15
 *	v70 = and.w v28 15			v70 = mov v31
 *
 * Loads are left to mem. The pass runs after ifconv, which puts the operations
 * of two arms into one block. It visits each instruction once, with one query
 * of the dominator tree for each match.
 */
#include "ir.h"

struct cse {
	struct fn_tr *tr;
	u32 *table; /* hash table: an operation in each bucket, 0 if none */
	u32 mask;
};

static bool is_candidate(const struct fn_ir *ir)
{
	if (ir->op >= FN_NOPS || ir->d < FN_NREGS || !fn_ir_is_pure(ir) ||
	    !fn_ir_defines(ir) || ir->op == FN_OP_LD || ir->op == FN_OP_MOV)
		return false;
	return ir->op != FN_OP_ADD || !(ir->x & FN_X_IMM) || ir->a != FN_REG_FP;
}

/* Operands that a format does not have are 0, so all can be hashed. */
static u32 hash_of(const struct fn_ir *ir)
{
	u64 h = (u64)ir->imm ^ (u64)ir->off << 40 ^ (u64)ir->op << 56 ^
		(u64)ir->x << 48;

	h = (h ^ ir->a) * 0x9e3779b97f4a7c15ull;
	h = (h ^ h >> 29 ^ ir->b) * 0x9e3779b97f4a7c15ull;
	h = (h ^ h >> 31 ^ ir->c) * 0x9e3779b97f4a7c15ull;
	return h >> 32;
}

static bool is_equal(const struct fn_ir *a, const struct fn_ir *b)
{
	return a->op == b->op && a->x == b->x && a->a == b->a && a->b == b->b &&
	       a->c == b->c && a->off == b->off && a->imm == b->imm;
}

static void visit(struct cse *c, u32 at)
{
	struct fn_tr *tr = c->tr;
	struct fn_ir *ir = &tr->irs[at];
	u32 *bucket = &c->table[hash_of(ir) & c->mask];
	const struct fn_ir *first = &tr->irs[*bucket];

	if (!*bucket || !is_equal(first, ir) ||
	    !fn_cfg_dominates(tr, first->block, ir->block)) {
		*bucket = at;
		return;
	}
	fn_ir_replace(tr, ir, fn_ir_move(ir->d, first->d));
}

static void run(struct cse *c)
{
	struct fn_tr *tr = c->tr;
	u32 o, i;

	for (o = 0; o < tr->nrpo; o++)
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			if (is_candidate(&tr->irs[i]))
				visit(c, i);
}

/**
 * fn_pass_cse - eliminate common subexpressions
 * @tr: program in which each register has one definition, without copies
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_cse(struct fn_tr *tr)
{
	u32 size = roundup_pow_of_two(tr->nirs);
	struct cse c = { .tr = tr, .mask = size - 1 };

	if (fn_cfg_dom(tr))
		return -ENOMEM;
	c.table = fn_tmp_zalloc(tr, size * sizeof(*c.table));
	if (c.table)
		run(&c);
	return tr->err;
}
