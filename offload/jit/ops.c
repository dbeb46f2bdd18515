// SPDX-License-Identifier: GPL-2.0
/*
 * The operations: what each reads and writes, and who makes BPF of it. What is
 * not in the table has no compiled form.
 */
#include "../helpers.h"
#include "gen.h"

#define AB (FN_READS_A | FN_READS_B)

/* clang-format off */
#define OP(name, k, r, wr, c, how)					\
	[FN_UOP_##name] = { .kind = FN_GEN_##k, .reads = (r), .writes = (wr), \
			    .code = (c), .emit = fn_emit_##how }

#define ALU1(name, wide, r, c, how)					\
	[FN_UOP_##name] = { .kind = FN_GEN_ALU, .reads = (r), .writes = true, \
			    .w = (wide), .code = (c), .emit = fn_emit_##how }
#define ALU(name, r, c, how)						\
	ALU1(name, false, r, c, how), ALU1(name##_W, true, r, c, how)

#define MEM(name, bytes)						\
	[FN_UOP_LD##name] = { .kind = FN_GEN_LOAD, .reads = AB,		\
			      .writes = true, .size = (bytes),		\
			      .emit = fn_emit_load },			\
	[FN_UOP_ST##name] = { .kind = FN_GEN_STORE,			\
			      .reads = AB | FN_READS_D, .size = (bytes), \
			      .emit = fn_emit_store }

#define COND1(name, cc, wide)						\
	[FN_UOP_J##name] = { .kind = FN_GEN_JCC, .reads = AB, .w = (wide), \
			     .code = (cc), .emit = fn_emit_jcc },	\
	[FN_UOP_E##name] = { .kind = FN_GEN_EXITC, .reads = AB, .w = (wide), \
			     .code = (cc), .emit = fn_emit_exitc }

static const struct fn_gen_op ops[] = {
	OP(NOP, NOP, 0, false, 0, nop),
	ALU1(MOVH, false, FN_READS_A, FN_CODE_NONE, movh),
	ALU1(UFIELD, false, FN_READS_A, BPF_RSH, field),
	ALU1(SFIELD, false, FN_READS_A, BPF_ARSH, field),
	ALU1(SFIELDW, true, FN_READS_A, BPF_ARSH, field),
	ALU1(SWAP, false, FN_READS_A, FN_CODE_NONE, swap),
	ALU1(SEL, false, AB, FN_CODE_NONE, sel),
	ALU1(SELR, false, AB | FN_READS_IMM, FN_CODE_NONE, sel),
	ALU(MOV, FN_READS_B, BPF_MOV, mov),
	ALU(ADD, AB, BPF_ADD, alu),
	ALU(SUB, AB, BPF_SUB, alu),
	ALU(RSUB, AB, FN_CODE_NONE, rsub),
	ALU(MUL, AB, BPF_MUL, alu),
	ALU(DIV, AB, BPF_DIV, div),
	ALU(SDIV, AB, FN_CODE_NONE, sdiv),
	ALU(MOD, AB, BPF_MOD, div),
	ALU(SMOD, AB, FN_CODE_NONE, sdiv),
	ALU(AND, AB, BPF_AND, alu),
	ALU(OR, AB, BPF_OR, alu),
	ALU(XOR, AB, BPF_XOR, alu),
	ALU(LSH, AB, BPF_LSH, shift),
	ALU(RSH, AB, BPF_RSH, shift),
	ALU(ARSH, AB, BPF_ARSH, shift),
	MEM(1, 1), MEM(2, 2), MEM(4, 4), MEM(6, 6), MEM(8, 8),
	MEM(2B, 2 | FN_SIZE_BE), MEM(4B, 4 | FN_SIZE_BE),
	MEM(6B, 6 | FN_SIZE_BE), MEM(8B, 8 | FN_SIZE_BE),
	[FN_UOP_LDS] = { .kind = FN_GEN_LOAD, .reads = AB, .writes = true,
			 .size = FN_SIZE_SIGN, .emit = fn_emit_load },
	OP(ATOM, ATOMIC, AB, true, 0, atomic),
#define X(name) COND1(name, FN_##name, false), COND1(name##_W, FN_##name, true),
	FN_UOPS_JCC(X)
#undef X
	OP(JMP, JMP, 0, false, 0, jmp),
	OP(CALL, CALL, 0, false, 0, call),
	OP(RET, RET, 0, false, 0, ret),
	OP(HELPER, HELPER, 0, false, 0, helper),
	OP(EXIT, EXIT, FN_READS_A, false, 0, exit),
	OP(TRAP, TRAP, 0, false, 0, trap),
};
/* clang-format on */

static const struct fn_gen_op unknown;

/**
 * fn_gen_op - properties of a word's operation
 * @u: word
 *
 * Return: never NULL; the kind is FN_GEN_UNKNOWN if nothing is.
 */
const struct fn_gen_op *fn_gen_op(const struct fn_uop *u)
{
	return u->op < ARRAY_SIZE(ops) ? &ops[u->op] : &unknown;
}

/**
 * fn_gen_size - size of a load or store
 * @u: load or store
 *
 * Return: bytes, and FN_SIZE_*.
 */
u32 fn_gen_size(const struct fn_uop *u)
{
	if (u->op == FN_UOP_LDS)
		return FN_X_SIZE(u->x) | FN_SIZE_SIGN |
		       (u->x & FN_X_BE ? FN_SIZE_BE : 0);
	return ops[u->op].size;
}

/**
 * fn_gen_helper - properties of the helper that a word calls
 * @u: HELPER
 */
const struct fn_helper_info *fn_gen_helper(const struct fn_uop *u)
{
	static const u16 numbers[] = {
#define X(name, number, ...) (number),
		FN_HELPERS(X)
#undef X
	};

	return fn_helper_find(numbers[u->imm]);
}

static u32 bit(u32 reg)
{
	return reg == FN_REG_ZERO ? 0 : BIT(reg);
}

#define SAVED (BIT(6) | BIT(7) | BIT(8) | BIT(9) | BIT(FN_REG_FP))

/**
 * fn_gen_reads - registers that a word reads
 * @u: word
 *
 * Return: a bit for each.
 */
u32 fn_gen_reads(const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	u32 mask = 0;

	if (op->kind == FN_GEN_HELPER)
		return (BIT(fn_gen_helper(u)->nargs) - 1) << 1;
	if (op->kind == FN_GEN_CALL)
		return SAVED;
	if (op->reads & FN_READS_A)
		mask |= bit(u->a);
	if (op->reads & FN_READS_B)
		mask |= bit(u->b);
	if (op->reads & FN_READS_D)
		mask |= bit(u->d);
	if (op->reads & FN_READS_IMM)
		mask |= bit(u->imm);
	if (op->kind == FN_GEN_ATOMIC && FN_X_ATOM(u->x) == FN_ATOM_CMPXCHG)
		mask |= bit(u->d);
	return mask;
}

/**
 * fn_gen_writes - registers that a word writes
 * @u: word
 *
 * Return: a bit for each.
 */
u32 fn_gen_writes(const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);

	switch (op->kind) {
	case FN_GEN_HELPER:
		return BIT(0);
	case FN_GEN_CALL:
		return BIT(FN_REG_FP);
	case FN_GEN_RET:
		return SAVED;
	case FN_GEN_ATOMIC:
		return u->x & FN_X_FETCH ? bit(u->d) : 0;
	}
	return op->writes ? bit(u->d) : 0;
}
