// SPDX-License-Identifier: GPL-2.0
/*
 * What an instruction reads and writes.
 */
#include "ir.h"

static u8 format(const struct fn_ir *ir)
{
	return ir->op < FN_NOPS ? fn_opinfo[ir->op].fmt : FN_FMT_NONE;
}

#define WRITES 0x1 /* @d */
#define PURE 0x2 /* does nothing else */

/* By format; of formats that are not here it depends on the instruction. */
static const u8 traits[] = {
	[FN_FMT_ALU] = WRITES | PURE,	[FN_FMT_ALU1] = WRITES | PURE,
	[FN_FMT_FIELD] = WRITES | PURE, [FN_FMT_SEL] = WRITES | PURE,
	[FN_FMT_LD] = WRITES | PURE,	[FN_FMT_CODE] = 0,
};

/**
 * fn_ir_writes - does an instruction have a result?
 * @ir: instruction
 *
 * HELPER and CALL have one while registers have no numbers. With numbers it is
 * r0, which this does not say.
 *
 * Return: true if it writes @ir->d.
 */
bool fn_ir_writes(const struct fn_ir *ir)
{
	switch (format(ir)) {
	case FN_FMT_ATOM:
		return ir->x & FN_X_FETCH;
	case FN_FMT_CALL:
	case FN_FMT_HELPER:
		return ir->nargs != FN_PINNED;
	default:
		return traits[format(ir)] & WRITES || ir->op == FN_IR_PHI;
	}
}

/**
 * fn_ir_pure - may an instruction be left out if nobody wants its result?
 * @ir: instruction
 *
 * Return: true if it does nothing else. A load is pure: a program that verifies
 * has no load that faults.
 */
bool fn_ir_pure(const struct fn_ir *ir)
{
	return traits[format(ir)] & PURE || ir->op == FN_IR_PHI ||
	       ir->op == FN_OP_NOP;
}

/**
 * fn_ir_memory - does an instruction load or store?
 * @ir: instruction
 *
 * Return: true for plain accesses, not for atomics.
 */
bool fn_ir_memory(const struct fn_ir *ir)
{
	return ir->op < FN_NOPS && fn_opinfo[ir->op].class == FN_CLASS_MEM;
}

/**
 * fn_ir_index - the register that an access adds to its address
 * @ir: instruction
 *
 * Return: the register, FN_NONE if there is none.
 */
u32 fn_ir_index(const struct fn_ir *ir)
{
	if (!fn_ir_memory(ir) || !(ir->x & FN_X_INDEX))
		return FN_NONE;
	return ir->op == FN_OP_LD ? ir->b : ir->d;
}

static u32 use_second(struct fn_ir *ir, u32 **use, u32 n)
{
	if (!(ir->x & FN_X_IMM))
		use[n++] = &ir->b;
	return n;
}

static u32 use_args(struct fn_tr *tr, struct fn_ir *ir, u32 **use)
{
	u32 n;

	if (ir->nargs == FN_PINNED)
		return 0;
	for (n = 0; n < ir->nargs; n++)
		use[n] = &tr->args[ir->args + n];
	return n;
}

/**
 * fn_ir_uses - registers that an instruction reads
 * @tr: program
 * @ir: instruction; of a PHI nothing is reported
 * @use: gets up to FN_MAX_USES pointers to its operands, valid until an
 *	instruction or operand is added
 *
 * Return: how many.
 */
u32 fn_ir_uses(struct fn_tr *tr, struct fn_ir *ir, u32 **use)
{
	u32 n = 0;

	switch (format(ir)) {
	case FN_FMT_ALU:
		if (ir->op != FN_OP_MOV)
			use[n++] = &ir->a;
		return use_second(ir, use, n);
	case FN_FMT_ALU1:
	case FN_FMT_FIELD:
	case FN_FMT_STI:
		use[n++] = &ir->a;
		return n;
	case FN_FMT_SEL:
		use[n++] = &ir->a;
		use[n++] = &ir->c;
		return use_second(ir, use, n);
	case FN_FMT_LD:
		use[n++] = &ir->a;
		if (ir->x & FN_X_INDEX)
			use[n++] = &ir->b;
		return n;
	case FN_FMT_ST:
		use[n++] = &ir->a;
		use[n++] = &ir->b;
		if (ir->x & FN_X_INDEX)
			use[n++] = &ir->d;
		return n;
	case FN_FMT_ATOM:
		use[n++] = &ir->a;
		use[n++] = &ir->b;
		if (FN_X_ATOM(ir->x) == FN_ATOM_CMPXCHG)
			use[n++] = &ir->c;
		return n;
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
		use[n++] = &ir->a;
		return use_second(ir, use, n);
	case FN_FMT_EXIT:
		if (!(ir->x & FN_X_IMM))
			use[n++] = &ir->a;
		return n;
	case FN_FMT_CALL:
	case FN_FMT_HELPER:
		return use_args(tr, ir, use);
	case FN_FMT_NONE:
		if (ir->op == FN_OP_RET && ir->nargs != FN_PINNED)
			use[n++] = &ir->a;
		return n;
	default:
		return 0;
	}
}
