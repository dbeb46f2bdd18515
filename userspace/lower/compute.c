// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic and comparisons of numbers that are known.
 */
#include "lower.h"

static bool divide(u32 op, bool sign, u64 a, u64 b, u64 *result)
{
	/* Signed division is version 4's, and rare. */
	if (sign)
		return false;
	if (op == BPF_DIV)
		*result = b ? a / b : 0;
	else
		*result = b ? a % b : a;
	return true;
}

static bool alu64(const struct bpf_insn *insn, u64 a, u64 b, u64 *result)
{
	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
		*result = a + b;
		return true;
	case BPF_SUB:
		*result = a - b;
		return true;
	case BPF_MUL:
		*result = a * b;
		return true;
	case BPF_OR:
		*result = a | b;
		return true;
	case BPF_AND:
		*result = a & b;
		return true;
	case BPF_XOR:
		*result = a ^ b;
		return true;
	case BPF_LSH:
		*result = a << (b & 63);
		return true;
	case BPF_RSH:
		*result = a >> (b & 63);
		return true;
	case BPF_ARSH:
		*result = (s64)a >> (b & 63);
		return true;
	case BPF_NEG:
		*result = -a;
		return true;
	case BPF_MOV:
		*result = b;
		return !insn->off; /* with sign: version 4's */
	case BPF_DIV:
	case BPF_MOD:
		return divide(BPF_OP(insn->code), insn->off, a, b, result);
	default:
		return false;
	}
}

static bool alu32(const struct bpf_insn *insn, u32 a, u32 b, u64 *result)
{
	bool known = true;

	switch (BPF_OP(insn->code)) {
	case BPF_LSH:
		*result = a << (b & 31);
		break;
	case BPF_RSH:
		*result = a >> (b & 31);
		break;
	case BPF_ARSH:
		*result = (s32)a >> (b & 31);
		break;
	default:
		known = alu64(insn, a, b, result);
	}
	*result = (u32)*result;
	return known;
}

/**
 * fn_compute_alu - what an instruction computes
 * @insn: of class ALU or ALU64; bytes are not swapped here
 * @a: value of its destination
 * @b: value of its source or number
 * @result: answer
 *
 * Return: whether that is known here.
 */
bool fn_compute_alu(const struct bpf_insn *insn, u64 a, u64 b, u64 *result)
{
	*result = 0;
	if (BPF_OP(insn->code) == BPF_END)
		return false;
	if (BPF_CLASS(insn->code) == BPF_ALU)
		return alu32(insn, a, b, result);
	return alu64(insn, a, b, result);
}

static bool compare(u32 op, u64 a, u64 b, s64 sa, s64 sb, bool *taken)
{
	switch (op) {
	case BPF_JEQ:
		*taken = a == b;
		return true;
	case BPF_JNE:
		*taken = a != b;
		return true;
	case BPF_JGT:
		*taken = a > b;
		return true;
	case BPF_JGE:
		*taken = a >= b;
		return true;
	case BPF_JLT:
		*taken = a < b;
		return true;
	case BPF_JLE:
		*taken = a <= b;
		return true;
	case BPF_JSET:
		*taken = a & b;
		return true;
	case BPF_JSGT:
		*taken = sa > sb;
		return true;
	case BPF_JSGE:
		*taken = sa >= sb;
		return true;
	case BPF_JSLT:
		*taken = sa < sb;
		return true;
	case BPF_JSLE:
		*taken = sa <= sb;
		return true;
	default:
		return false;
	}
}

/**
 * fn_compute_branch - whether a conditional jump is taken
 * @insn: of class JMP or JMP32
 * @a: value of its destination
 * @b: value of its source or number
 * @taken: answer
 *
 * Return: whether that is known here.
 */
bool fn_compute_branch(const struct bpf_insn *insn, u64 a, u64 b, bool *taken)
{
	if (BPF_CLASS(insn->code) == BPF_JMP32)
		return compare(BPF_OP(insn->code), (u32)a, (u32)b, (s32)a,
			       (s32)b, taken);
	return compare(BPF_OP(insn->code), a, b, a, b, taken);
}
