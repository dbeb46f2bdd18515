// SPDX-License-Identifier: GPL-2.0
/*
 * fold: constant folding and algebraic simplification.
 *
 * (Muchnick, "Advanced Compiler Design and Implementation", 12.1 and 12.3.)
 * Operations on constants become constants, constant operands become
 * immediates, identities become copies, multiplications and divisions by powers
 * of two become shifts and masks, and branches on constants are removed.
 *
 *	v1 = mov 4; v2 = mul v0 v1		v2 = lsh v0 2
 *	v4 = add v3 14; v5 = add v4 6		v5 = add v3 20
 *	v6 = and.w v7 255	(v7: 8 bits)	v6 = mov v7
 *	jeq v1 4 -> b2, if true b3		-> b3
 *
 * Blocks are visited once, in reverse postorder, so that operands are folded
 * before their uses except around a loop.
 */
#include "ir.h"

#define COMMUTES                                                            \
	(BIT(FN_OP_ADD) | BIT(FN_OP_MUL) | BIT(FN_OP_AND) | BIT(FN_OP_OR) | \
	 BIT(FN_OP_XOR))

static s64 truncated(const struct fn_ir *ir, s64 v)
{
	return ir->x & FN_X_W ? (s32)v : v;
}

static void become_const(struct fn_ir *ir, u64 value)
{
	ir->op = FN_OP_MOV;
	ir->x = FN_X_IMM;
	ir->a = 0;
	ir->b = 0;
	ir->imm = value;
}

/* A copy; of the low half if the operation was 32 bits wide. */
static void become_copy(struct fn_tr *tr, struct fn_ir *ir, u32 reg)
{
	bool w = ir->x & FN_X_W && !fn_ir_fits_width(tr, reg, 32);

	ir->op = FN_OP_MOV;
	ir->x = w ? FN_X_W : 0;
	ir->a = 0;
	ir->b = reg;
	ir->imm = 0;
	tr->values[reg].use_count++;
}

static bool second_const(struct fn_tr *tr, const struct fn_ir *ir, s64 *value)
{
	if (!(ir->x & FN_X_IMM))
		return fn_ir_const(tr, ir->b, value);
	*value = ir->x & FN_X_W ? (s64)(u32)ir->imm : ir->imm;
	return true;
}

static void set_imm(struct fn_ir *ir, s64 value)
{
	ir->x |= FN_X_IMM;
	ir->b = 0;
	ir->imm = truncated(ir, value);
}

/* Canonicalizes constants to the second operand. */
static void canonicalize(struct fn_tr *tr, struct fn_ir *ir)
{
	s64 a;

	if (ir->x & FN_X_IMM || ir->op == FN_OP_MOV ||
	    !fn_ir_const(tr, ir->a, &a))
		return;
	if (ir->op == FN_OP_SUB)
		ir->op = FN_OP_RSUB;
	else if (!(COMMUTES & BIT(ir->op)))
		return;
	swap(ir->a, ir->b);
}

static bool is_power(s64 v)
{
	return v > 0 && !(v & (v - 1));
}

/* Strength reduction of multiplication and division by a power of two. */
static void reduce_strength(struct fn_ir *ir)
{
	if (!is_power(ir->imm))
		return;
	if (ir->op == FN_OP_MUL || ir->op == FN_OP_DIV) {
		ir->op = ir->op == FN_OP_MUL ? FN_OP_LSH : FN_OP_RSH;
		ir->imm = ilog2(ir->imm);
	} else if (ir->op == FN_OP_MOD) {
		ir->op = FN_OP_AND;
		ir->imm--;
	}
}

static bool is_identity(const struct fn_ir *ir)
{
	switch (ir->op) {
	case FN_OP_ADD:
	case FN_OP_SUB:
	case FN_OP_OR:
	case FN_OP_XOR:
	case FN_OP_LSH:
	case FN_OP_RSH:
	case FN_OP_ARSH:
		return !ir->imm;
	case FN_OP_AND:
		return ir->imm == -1;
	default:
		return false;
	}
}

/* x & mask where the mask covers the width of x. */
static bool is_redundant_mask(struct fn_tr *tr, const struct fn_ir *ir)
{
	u64 imm = ir->x & FN_X_W ? (u64)(u32)ir->imm : (u64)ir->imm;

	return ir->op == FN_OP_AND && imm && !(imm & (imm + 1)) &&
	       fn_ir_fits_width(tr, ir->a, ilog2(imm) + 1);
}

static void fold_imm(struct fn_tr *tr, struct fn_ir *ir)
{
	const struct fn_ir *def;

	if (ir->op == FN_OP_SUB && ir->imm != -0x80000000ll) {
		ir->op = FN_OP_ADD;
		ir->imm = -ir->imm;
	}
	reduce_strength(ir);
	if ((ir->op == FN_OP_AND || ir->op == FN_OP_MUL) && !ir->imm) {
		become_const(ir, 0);
		return;
	}
	if (is_identity(ir) || is_redundant_mask(tr, ir)) {
		become_copy(tr, ir, ir->a);
		return;
	}
	def = fn_ir_def(tr, ir->a);
	if (ir->op == FN_OP_ADD && def && def->op == FN_OP_ADD &&
	    ir->x == FN_X_IMM && def->x == FN_X_IMM &&
	    fn_fits32(ir->imm + def->imm)) {
		ir->a = def->a;
		ir->imm += def->imm;
		tr->values[ir->a].use_count++;
	}
}

static void fold_alu(struct fn_tr *tr, struct fn_ir *ir)
{
	s64 a = 0, b;
	u64 r;

	if (ir->op == FN_OP_MOVH)
		return;
	/* The main program begins with the context's address in r1. */
	if (ir->op == FN_OP_MOV && !ir->x && ir->b == 1 &&
	    !tr->blocks[ir->block].func) {
		become_const(ir, FN_ADDR_LOCAL);
		return;
	}
	if ((ir->op == FN_OP_XOR || ir->op == FN_OP_SUB) &&
	    !(ir->x & FN_X_IMM) && ir->a == ir->b) {
		become_const(ir, 0);
		return;
	}
	canonicalize(tr, ir);
	if (!second_const(tr, ir, &b)) {
		if (ir->op == FN_OP_MOV && ir->x & FN_X_W &&
		    fn_ir_fits_width(tr, ir->b, 32))
			ir->x = 0;
		return;
	}
	if ((ir->op == FN_OP_MOV || fn_ir_const(tr, ir->a, &a)) &&
	    fn_eval_alu(ir->op, ir->x & FN_X_W, a, b, &r)) {
		become_const(ir, r);
		return;
	}
	/* A mask for the low half is one of a 32-bit operation. */
	if (ir->op == FN_OP_AND && b == (s64)(u32)b)
		ir->x |= FN_X_W;
	if (!fn_fits32(truncated(ir, b)))
		return;
	set_imm(ir, b);
	fold_imm(tr, ir);
}

static void fold_unary(struct fn_tr *tr, struct fn_ir *ir)
{
	s64 a;
	u64 r;

	if (fn_ir_const(tr, ir->a, &a) && fn_eval_unary(ir, a, &r)) {
		become_const(ir, r);
		return;
	}
	if (ir->op == FN_OP_ZX &&
	    fn_ir_fits_width(tr, ir->a, 8 * FN_X_SIZE(ir->x)))
		become_copy(tr, ir, ir->a);
	else if (ir->op == FN_OP_UBFX && !(ir->imm & 0xff) &&
		 fn_ir_fits_width(tr, ir->a, (u32)ir->imm >> 8))
		become_copy(tr, ir, ir->a);
}

/* A conditional exit that is always taken is rare and stays. */
static void fold_branch(struct fn_tr *tr, u32 at, bool taken)
{
	if (tr->irs[at].op == FN_OP_JCC)
		fn_cfg_fold_branch(tr, at, taken);
	else if (!taken)
		fn_ir_remove(tr, at);
}

static void fold_jcc(struct fn_tr *tr, u32 at)
{
	struct fn_ir *ir = &tr->irs[at];
	s64 a, b;

	if (!(ir->x & FN_X_IMM) && ir->imm)
		return;
	if (!(ir->x & FN_X_IMM) && fn_ir_const(tr, ir->a, &a) &&
	    !fn_ir_const(tr, ir->b, &b)) {
		swap(ir->a, ir->b);
		ir->x = fn_cond_swapped(ir->x);
	}
	if (!second_const(tr, ir, &b))
		return;
	if (fn_ir_const(tr, ir->a, &a)) {
		fold_branch(tr, at,
			    fn_eval_cond(FN_X_COND(ir->x), ir->x & FN_X_W, a,
					 b));
		return;
	}
	if (fn_fits16(truncated(ir, b)))
		set_imm(ir, b);
}

static bool store_fits(const struct fn_ir *ir, s64 *v)
{
	switch (FN_X_SIZE(ir->x)) {
	case 1:
		*v = (s8)*v;
		break;
	case 2:
		*v = (s16)*v;
		break;
	case 4:
		*v = (s32)*v;
		break;
	}
	return fn_fits16(*v) && fn_fits16(ir->off) && !(ir->x & FN_X_INDEX);
}

static void fold_st(struct fn_tr *tr, struct fn_ir *ir)
{
	s64 v;

	if (!fn_ir_const(tr, ir->b, &v) || !store_fits(ir, &v))
		return;
	ir->op = FN_OP_STI;
	ir->b = 0;
	ir->imm = v;
}

static void fold_sel(struct fn_tr *tr, struct fn_ir *ir)
{
	bool yes;
	s64 a;

	if (!(ir->x & FN_X_IMM) && ir->b == ir->c) {
		ir->x = 0;
		become_copy(tr, ir, ir->b);
		return;
	}
	if (!fn_ir_const(tr, ir->a, &a))
		return;
	yes = fn_eval_cond(FN_X_COND(ir->x), ir->x & FN_X_W, a, ir->imm);
	if (yes && ir->x & FN_X_IMM) {
		become_const(ir, ir->off);
	} else {
		ir->x = 0;
		become_copy(tr, ir, yes ? ir->b : ir->c);
	}
}

static void fold_exit(struct fn_tr *tr, struct fn_ir *ir)
{
	s64 v;

	if (ir->x & FN_X_IMM || !fn_ir_const(tr, ir->a, &v) || !fn_fits32(v))
		return;
	ir->x |= FN_X_IMM;
	ir->a = 0;
	ir->imm = v;
}

static void fold_one(struct fn_tr *tr, u32 at)
{
	struct fn_ir *ir = &tr->irs[at];
	struct fn_ir old;

	/* Of a load its address may be known, which fuse looks at. */
	if (ir->op >= FN_NOPS || ir->op == FN_OP_LD || ir->op == FN_OP_STI)
		return;
	old = *ir;
	switch (fn_opinfo[ir->op].fmt) {
	case FN_FMT_ALU:
		fold_alu(tr, ir);
		break;
	case FN_FMT_ALU1:
	case FN_FMT_FIELD:
		fold_unary(tr, ir);
		break;
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
		fold_jcc(tr, at);
		break;
	case FN_FMT_SEL:
		fold_sel(tr, ir);
		break;
	case FN_FMT_ST:
		fold_st(tr, ir);
		break;
	case FN_FMT_EXIT:
		fold_exit(tr, ir);
		break;
	}
	if (!fn_ir_is_identical(&old, ir))
		fn_ir_changed(tr);
	/* Nothing new is known before the first change. */
	if (tr->ir_version != tr->values_version)
		fn_ir_update_width(tr, ir);
}

/* Do both edges of a branch have the same target and equal PHI operands? */
static bool has_equal_edges(struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 i, p, q;

	if (b->nsucc < 2 || b->succ[0] != b->succ[1])
		return false;
	p = tr->blocks[block].pred_index[0];
	q = tr->blocks[block].pred_index[1];
	for (i = fn_ir_first_phi(tr, b->succ[0]); i; i = fn_ir_next_phi(tr, i))
		if (tr->args[tr->irs[i].args + p] !=
		    tr->args[tr->irs[i].args + q])
			return false;
	return true;
}

static void fold_block(struct fn_tr *tr, u32 block)
{
	u32 i, next;

	for (i = tr->blocks[block].first; i; i = next) {
		next = fn_ir_next(tr, i);
		fold_one(tr, i);
	}
	if (has_equal_edges(tr, block))
		fn_cfg_fold_branch(tr, tr->blocks[block].last, false);
}

/**
 * fn_pass_fold - fold constants
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_fold(struct fn_tr *tr)
{
	u32 o;

	if (fn_ir_values(tr))
		return -ENOMEM;
	for (o = 0; o < tr->nrpo; o++)
		fold_block(tr, tr->rpo[o]);
	return fn_cfg_order(tr);
}
