// SPDX-License-Identifier: GPL-2.0
/*
 * legal: legalization of immediates.
 *
 * An immediate that its word cannot hold is built in a register before.
 *
 *	v1 = add v0 0x123456789			v2 = mov 0x23456789
 *						v3 = movh v2 1
 *						v1 = add v0 v3
 *	exiteq v8 100000 : 2			v9 = mov.w 100000
 *						exiteq v8 v9 : 2
 *
 * This is the last pass that creates operations, so that no other has to care
 * for the size of immediates, and the only one between lower and encode at
 * level 0, where FN_REG_IMM is that register. It visits each instruction once.
 */
#include "ir.h"

/* A register for an immediate; at level 0 registers are physical. */
static u32 imm_reg(struct fn_tr *tr)
{
	return tr->opt->level ? tr->nregs++ : FN_REG_IMM;
}

/* Build @value in @d before instruction @at. */
static void build(struct fn_tr *tr, u32 at, u32 d, s64 value)
{
	bool positive = value == (s64)(u32)value;
	bool halves = !positive && !fn_fits32(value);
	u32 low = halves && tr->opt->level ? imm_reg(tr) : d;

	fn_ir_insert(tr, at,
		     (struct fn_ir){ .op = FN_OP_MOV,
				     .x = FN_X_IMM | (positive ? FN_X_W : 0),
				     .d = low,
				     .imm = (s32)value });
	if (halves)
		fn_ir_insert(tr, at,
			     (struct fn_ir){ .op = FN_OP_MOVH,
					     .x = FN_X_IMM,
					     .d = d,
					     .a = low,
					     .imm = value >> 32 });
}

/* A 32-bit operation uses only the low half of its immediate. */
static s64 effective_imm(const struct fn_ir *i)
{
	return i->x & FN_X_W ? (s32)i->imm : i->imm;
}

/* Replaces the immediate by a register. */
static void use_register(struct fn_tr *tr, u32 at)
{
	struct fn_ir *i;
	u32 reg = imm_reg(tr);

	build(tr, at, reg, tr->irs[at].imm);
	i = &tr->irs[at];
	i->x &= ~FN_X_IMM;
	i->b = reg;
	i->imm = 0;
}

static void legal_alu(struct fn_tr *tr, u32 at)
{
	struct fn_ir *i = &tr->irs[at];

	if (!(i->x & FN_X_IMM))
		return;
	i->imm = effective_imm(i);
	if (fn_fits32(i->imm))
		return;
	if (i->op == FN_OP_MOV) {
		build(tr, at, i->d, i->imm);
		fn_ir_remove(tr, at);
		return;
	}
	use_register(tr, at);
}

static void legal_jcc(struct fn_tr *tr, u32 at)
{
	struct fn_ir *i = &tr->irs[at];

	if (!(i->x & FN_X_IMM))
		return;
	i->imm = effective_imm(i);
	if (!fn_fits16(i->imm))
		use_register(tr, at);
}

/* Only the low bytes of the value are stored. */
static s64 effective_store(const struct fn_ir *i)
{
	switch (FN_X_SIZE(i->x)) {
	case 1:
		return (s8)i->imm;
	case 2:
		return (s16)i->imm;
	case 4:
		return (s32)i->imm;
	default:
		return i->imm;
	}
}

static void legal_sti(struct fn_tr *tr, u32 at)
{
	struct fn_ir *i = &tr->irs[at];

	i->imm = effective_store(i);
	if (fn_fits16(i->imm) && fn_fits16(i->off))
		return;
	i->op = FN_OP_ST;
	use_register(tr, at);
}

static void (*const legal[FN_IR_NOPS])(struct fn_tr *tr, u32 at) = {
	[FN_OP_MOV] = legal_alu,   [FN_OP_ADD] = legal_alu,
	[FN_OP_SUB] = legal_alu,   [FN_OP_RSUB] = legal_alu,
	[FN_OP_MUL] = legal_alu,   [FN_OP_DIV] = legal_alu,
	[FN_OP_SDIV] = legal_alu,  [FN_OP_MOD] = legal_alu,
	[FN_OP_SMOD] = legal_alu,  [FN_OP_AND] = legal_alu,
	[FN_OP_OR] = legal_alu,	   [FN_OP_XOR] = legal_alu,
	[FN_OP_LSH] = legal_alu,   [FN_OP_RSH] = legal_alu,
	[FN_OP_ARSH] = legal_alu,  [FN_OP_JCC] = legal_jcc,
	[FN_OP_EXITC] = legal_jcc, [FN_OP_STI] = legal_sti,
};

static void legal_block(struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i))
		if (legal[tr->irs[i].op])
			legal[tr->irs[i].op](tr, i);
}

/**
 * fn_pass_legal - legalize immediates
 * @tr: program
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_legal(struct fn_tr *tr)
{
	u32 func, b;

	for (func = 0; func < tr->nfuncs; func++)
		for (b = tr->funcs[func].entry; b != FN_NONE;
		     b = tr->blocks[b].next)
			legal_block(tr, b);
	return tr->err;
}
