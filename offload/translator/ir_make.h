/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions to be put into a program: where an operation needs no more than
 * these operands. ir.h includes this.
 */
#ifndef FN_IR_MAKE_H
#define FN_IR_MAKE_H

/* d = a OP b; of unary operations @b is 0. */
static inline struct fn_ir fn_ir_op(u8 op, u32 d, u32 a, u32 b)
{
	return (struct fn_ir){ .op = op, .d = d, .a = a, .b = b };
}

/* d = a OP number */
static inline struct fn_ir fn_ir_op_imm(u8 op, u32 d, u32 a, s64 imm)
{
	return (struct fn_ir){
		.op = op,
		.x = FN_X_IMM,
		.d = d,
		.a = a,
		.imm = imm,
	};
}

/* d = register */
static inline struct fn_ir fn_ir_move(u32 d, u32 from)
{
	return (struct fn_ir){ .op = FN_OP_MOV, .d = d, .b = from };
}

/* d = number */
static inline struct fn_ir fn_ir_number(u32 d, s64 imm)
{
	return (struct fn_ir){
		.op = FN_OP_MOV,
		.x = FN_X_IMM,
		.d = d,
		.imm = imm,
	};
}

/* d = @size bytes from [a + off] */
static inline struct fn_ir fn_ir_load(u32 d, u32 a, s32 off, u32 size)
{
	return (struct fn_ir){
		.op = FN_OP_LD,
		.x = size << FN_X_SIZE_SHIFT,
		.d = d,
		.a = a,
		.off = off,
	};
}

/* @size bytes of b to [a + off] */
static inline struct fn_ir fn_ir_store(u32 a, s32 off, u32 b, u32 size)
{
	return (struct fn_ir){
		.op = FN_OP_ST,
		.x = size << FN_X_SIZE_SHIFT,
		.a = a,
		.b = b,
		.off = off,
	};
}

#endif /* FN_IR_MAKE_H */
