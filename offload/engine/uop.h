/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the interpreter runs: instruction words taken apart once, at load time,
 * so that each step is one decision and then work.
 *
 * Forms of an operation that differ in their operands only are one: rz is added
 * where there is no register, 0 where there is no immediate.
 */
#ifndef FN_ENGINE_UOP_H
#define FN_ENGINE_UOP_H

#include "../isa.h"

/* clang-format off */

/* Two operands: X(NAME), each in 64 and 32 bits. d = a op (b + imm) */
#define FN_UOPS_ALU(X)							\
	X(MOV) X(ADD) X(SUB) X(RSUB) X(MUL) X(DIV) X(SDIV) X(MOD) X(SMOD) \
	X(AND) X(OR) X(XOR) X(LSH) X(RSH) X(ARSH)

/*
 * Jumps and conditional exits: X(CONDITION), each in 64 and 32 bits.
 * a cond (b + imm16): goto imm, or exit with imm
 */
#define FN_UOPS_JCC(X)							\
	X(EQ) X(NE) X(GT) X(GE) X(LT) X(LE) X(SGT) X(SGE) X(SLT) X(SLE) \
	X(SET) X(CLR)

/* Sizes of loads, d = [a + b + imm], and stores, [a + d + imm] = b + imm16 */
#define FN_UOPS_MEM(X)							\
	X(1) X(2) X(4) X(6) X(8) X(2B) X(4B) X(6B) X(8B)

enum fn_uop_kind {
	FN_UOP_NOP,
	FN_UOP_MOVH,
	FN_UOP_UFIELD,	/* d = a << imm16 >> imm */
	FN_UOP_SFIELD,	/* the same, arithmetic */
	FN_UOP_SFIELDW,	/* the same, the low half of it */
	FN_UOP_SWAP,	/* d = swab64(a) >> imm */
	FN_UOP_SEL,	/* d = a cond imm16 ? imm : b; x as of SEL */
	FN_UOP_SELR,	/* the same, imm is the number of a register */
#define X(name) FN_UOP_##name, FN_UOP_##name##_W,
	FN_UOPS_ALU(X)
#undef X
#define X(size) FN_UOP_LD##size, FN_UOP_ST##size,
	FN_UOPS_MEM(X)
#undef X
	FN_UOP_LDS,	/* sign-extending; x as of LD */
	FN_UOP_ATOM,	/* x as of ATOM */
#define X(cond) FN_UOP_J##cond, FN_UOP_J##cond##_W,			\
		FN_UOP_E##cond, FN_UOP_E##cond##_W,
	FN_UOPS_JCC(X)
#undef X
	FN_UOP_JMP,	/* goto imm */
	FN_UOP_CALL,	/* call imm; r10 -= imm16 */
	FN_UOP_RET,
	FN_UOP_HELPER,	/* imm: index into the table of helpers */
	FN_UOP_EXIT,	/* a + imm */
	FN_UOP_TRAP,	/* imm: enum fn_fault */
};

/* clang-format on */

/**
 * struct fn_uop - a step of the interpreter, 16 bytes
 * @op: enum fn_uop_kind
 * @d: destination register
 * @a: first source register
 * @b: second source register
 * @x: modifiers as in the instruction word
 * @imm16: second immediate
 * @imm: immediate; of jumps the target's index
 * @before: modelled cycles of all words before this one, modulo 2^32
 */
struct fn_uop {
	u16 op;
	u8 d;
	u8 a;
	u8 b;
	u8 x;
	s16 imm16;
	s32 imm;
	u32 before;
};

#endif /* FN_ENGINE_UOP_H */
