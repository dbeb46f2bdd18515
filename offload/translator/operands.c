// SPDX-License-Identifier: GPL-2.0
/*
 * Uses and definitions of instructions.
 *
 * A table by operation, generated from the card's own list of operations and
 * formats (FN_OPS), answers for most; FN_IR_SPECIAL ones have a function.
 */
#include "ir.h"

/* Properties of the operations of each format. */
#define OF_NONE FN_IR_SPECIAL
#define OF_ALU (FN_IR_USE_A | FN_IR_B_OR_IMM | FN_IR_DEF_D | FN_IR_PURE)
#define OF_ALU1 (FN_IR_USE_A | FN_IR_DEF_D | FN_IR_PURE)
#define OF_FIELD OF_ALU1
#define OF_SEL \
	(FN_IR_USE_A | FN_IR_B_OR_IMM | FN_IR_USE_C | FN_IR_DEF_D | FN_IR_PURE)
#define OF_LD (FN_IR_USE_A | FN_IR_DEF_D | FN_IR_PURE | FN_IR_MEM)
#define OF_ST (FN_IR_USE_A | FN_IR_USE_B | FN_IR_MEM)
#define OF_STI (FN_IR_USE_A | FN_IR_MEM)
#define OF_ATOM FN_IR_SPECIAL
#define OF_JCC (FN_IR_USE_A | FN_IR_B_OR_IMM)
#define OF_EXITC OF_JCC
#define OF_JMP 0
#define OF_CALL FN_IR_SPECIAL
#define OF_HELPER FN_IR_SPECIAL
#define OF_EXIT FN_IR_SPECIAL
#define OF_CODE 0

const u8 fn_ir_traits[FN_IR_NOPS] = {
#define TRAITS(op, mnemonic, format, class) [FN_OP_##op] = OF_##format,
	FN_OPS(TRAITS)
#undef TRAITS
		[FN_IR_PHI] = FN_IR_DEF_D | FN_IR_PURE,
};

/**
 * fn_ir_defines_special - fn_ir_defines() for FN_IR_SPECIAL operations
 * @ir: instruction
 *
 * HELPER and CALL define @ir->d until they are precolored; then they define r0,
 * which this does not tell.
 *
 * Return: true if it defines @ir->d.
 */
bool fn_ir_defines_special(const struct fn_ir *ir)
{
	if (ir->op == FN_OP_ATOM)
		return ir->x & FN_X_FETCH;
	return (ir->op == FN_OP_CALL || ir->op == FN_OP_HELPER) &&
	       ir->nargs != FN_PRECOLORED;
}

/**
 * fn_ir_index - find the index register of an access
 * @ir: instruction
 *
 * Return: the register, FN_NONE if there is none.
 */
u32 fn_ir_index(const struct fn_ir *ir)
{
	if (!fn_ir_is_access(ir) || !(ir->x & FN_X_INDEX))
		return FN_NONE;
	return ir->op == FN_OP_LD ? ir->b : ir->d;
}

static u32 use_args(struct fn_tr *tr, struct fn_ir *ir, u32 **use)
{
	u32 n;

	if (ir->nargs == FN_PRECOLORED)
		return 0;
	for (n = 0; n < ir->nargs; n++)
		use[n] = &tr->args[ir->args + n];
	return n;
}

/**
 * fn_ir_uses_special - fn_ir_uses() for instructions without plain uses
 * @tr: program
 * @ir: instruction
 * @use: gets pointers as with fn_ir_uses()
 *
 * Return: how many.
 */
u32 fn_ir_uses_special(struct fn_tr *tr, struct fn_ir *ir, u32 **use)
{
	u32 n = 0;

	switch (ir->op) {
	case FN_OP_LD:
		use[n++] = &ir->a;
		use[n++] = &ir->b;
		return n;
	case FN_OP_ST:
		use[n++] = &ir->a;
		use[n++] = &ir->b;
		use[n++] = &ir->d;
		return n;
	case FN_OP_ATOM:
		use[n++] = &ir->a;
		use[n++] = &ir->b;
		if (FN_X_ATOM(ir->x) == FN_ATOM_CMPXCHG)
			use[n++] = &ir->c;
		return n;
	case FN_OP_EXIT:
		if (!(ir->x & FN_X_IMM))
			use[n++] = &ir->a;
		return n;
	case FN_OP_CALL:
	case FN_OP_HELPER:
		return use_args(tr, ir, use);
	case FN_OP_RET:
		if (ir->nargs != FN_PRECOLORED)
			use[n++] = &ir->a;
		return n;
	default:
		return 0;
	}
}

/**
 * fn_ir_each_use_special - fn_ir_each_use() for instructions without plain uses
 * @tr: program
 * @ir: instruction
 * @fn: is called with each operand
 * @ctx: for @fn
 */
void fn_ir_each_use_special(struct fn_tr *tr, struct fn_ir *ir,
			    void (*fn)(void *ctx, u32 *reg), void *ctx)
{
	u32 *use[FN_MAX_USES];
	u32 n = fn_ir_uses_special(tr, ir, use);

	while (n--)
		fn(ctx, use[n]);
}
