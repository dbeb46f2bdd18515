// SPDX-License-Identifier: GPL-2.0
/*
 * What the card's operations compute, for constants.
 */
#include "ir.h"

static u64 divide(u64 a, u64 b)
{
	return b ? a / b : 0;
}

static u64 modulo(u64 a, u64 b)
{
	return b ? a % b : a;
}

static u64 magnitude(s64 v)
{
	return v < 0 ? 0 - (u64)v : (u64)v;
}

static u64 sdivide(s64 a, s64 b)
{
	u64 q = divide(magnitude(a), magnitude(b));

	return (a < 0) != (b < 0) ? 0 - q : q;
}

static u64 smodulo(s64 a, s64 b)
{
	u64 r = modulo(magnitude(a), magnitude(b));

	return a < 0 ? 0 - r : r;
}

static bool eval64(u8 op, u64 a, u64 b, u64 *r)
{
	switch (op) {
	case FN_OP_MOV:
		*r = b;
		return true;
	case FN_OP_ADD:
		*r = a + b;
		return true;
	case FN_OP_SUB:
		*r = a - b;
		return true;
	case FN_OP_RSUB:
		*r = b - a;
		return true;
	case FN_OP_MUL:
		*r = a * b;
		return true;
	case FN_OP_AND:
		*r = a & b;
		return true;
	case FN_OP_OR:
		*r = a | b;
		return true;
	case FN_OP_XOR:
		*r = a ^ b;
		return true;
	case FN_OP_DIV:
		*r = divide(a, b);
		return true;
	case FN_OP_MOD:
		*r = modulo(a, b);
		return true;
	case FN_OP_SDIV:
		*r = sdivide(a, b);
		return true;
	case FN_OP_SMOD:
		*r = smodulo(a, b);
		return true;
	default:
		return false;
	}
}

static bool eval_shift(u8 op, bool w, u64 a, u64 b, u64 *r)
{
	u32 n = b & (w ? 31 : 63);

	switch (op) {
	case FN_OP_LSH:
		*r = a << n;
		return true;
	case FN_OP_RSH:
		*r = (w ? (u32)a : a) >> n;
		return true;
	case FN_OP_ARSH:
		*r = (w ? (s64)(s32)a : (s64)a) >> n;
		return true;
	default:
		return false;
	}
}

static bool is_signed(u8 op)
{
	return op == FN_OP_SDIV || op == FN_OP_SMOD;
}

/**
 * fn_eval_alu - compute a two-operand operation
 * @op: enum fn_op
 * @w: 32 bits wide
 * @a: first operand
 * @b: second operand
 * @result: gets the result
 *
 * Return: false if this is not for it to compute.
 */
bool fn_eval_alu(u8 op, bool w, u64 a, u64 b, u64 *result)
{
	if (w) {
		a = is_signed(op) ? (u64)(s64)(s32)a : (u32)a;
		b = is_signed(op) ? (u64)(s64)(s32)b : (u32)b;
	}
	if (!eval64(op, a, b, result) && !eval_shift(op, w, a, b, result))
		return false;
	if (w)
		*result = (u32)*result;
	return true;
}

static u64 sign_extend(u64 v, u32 bits)
{
	return bits < 64 ? (u64)((s64)(v << (64 - bits)) >> (64 - bits)) : v;
}

static u64 zero_extend(u64 v, u32 bits)
{
	return bits < 64 ? v & ((1ull << bits) - 1) : v;
}

/**
 * fn_eval_unary - compute a one-operand operation
 * @ir: SX, ZX, SWAP, UBFX or SBFX
 * @a: operand
 * @result: gets the result
 *
 * Return: false if this is not for it to compute.
 */
bool fn_eval_unary(const struct fn_ir *ir, u64 a, u64 *result)
{
	u32 bits = 8 * FN_X_SIZE(ir->x);
	u32 pos = ir->imm & 0xff, width = (u32)ir->imm >> 8;

	switch (ir->op) {
	case FN_OP_SX:
		*result = sign_extend(a, bits);
		if (ir->x & FN_X_W)
			*result = (u32)*result;
		return true;
	case FN_OP_ZX:
		*result = zero_extend(a, bits);
		return true;
	case FN_OP_SWAP:
		*result = swab64(a) >> (64 - bits);
		return true;
	case FN_OP_UBFX:
		*result = zero_extend(a >> pos, width);
		return true;
	case FN_OP_SBFX:
		*result = sign_extend(a >> pos, width);
		return true;
	default:
		return false;
	}
}

static int compare(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int scompare(s64 a, s64 b)
{
	return a < b ? -1 : a > b;
}

/**
 * fn_eval_cond - decide a condition
 * @cond: enum fn_cond
 * @w: compare the low halves
 * @a: first operand
 * @b: second operand
 *
 * Return: whether it holds.
 */
bool fn_eval_cond(u8 cond, bool w, u64 a, u64 b)
{
	int u, s;

	if (w) {
		a = (u32)a;
		b = (u32)b;
	}
	u = compare(a, b);
	s = w ? scompare((s32)a, (s32)b) : scompare(a, b);
	switch (cond) {
	case FN_EQ:
		return !u;
	case FN_NE:
		return u;
	case FN_GT:
		return u > 0;
	case FN_GE:
		return u >= 0;
	case FN_LT:
		return u < 0;
	case FN_LE:
		return u <= 0;
	case FN_SGT:
		return s > 0;
	case FN_SGE:
		return s >= 0;
	case FN_SLT:
		return s < 0;
	case FN_SLE:
		return s <= 0;
	case FN_SET:
		return a & b;
	default:
		return !(a & b);
	}
}
