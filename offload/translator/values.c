// SPDX-License-Identifier: GPL-2.0
/*
 * Analysis of values while each register has one definition.
 *
 * It finds the definition, the number of uses, and the width: an upper bound of
 * the position of the highest bit that may be set. Widths are computed in one
 * visit in reverse postorder, in which operands that come around a loop are 64
 * bits wide. That is enough to see that a byte stays a byte when it is shifted
 * and masked; range.c computes ranges.
 *
 * Nothing is done while the program has not changed (fn_tr.ir_version), so that
 * each pass may ask.
 */
#include "../helpers.h"
#include "ir.h"

static u32 const_width(u64 value)
{
	return value ? ilog2(value) + 1 : 1;
}

static u32 width_of(struct fn_tr *tr, u32 reg)
{
	u32 bits = reg < tr->nvalues ? tr->values[reg].width : 0;

	return bits ? bits : 64;
}

/* Width of the second operand; 64 for negative constants. */
static u32 second_width(struct fn_tr *tr, const struct fn_ir *ir)
{
	if (!(ir->x & FN_X_IMM))
		return width_of(tr, ir->b);
	return const_width(ir->x & FN_X_W ? (u64)(u32)ir->imm : (u64)ir->imm);
}

static u32 shift_width(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 a = width_of(tr, ir->a);
	u32 n = ir->imm & (ir->x & FN_X_W ? 31 : 63);

	if (!(ir->x & FN_X_IMM))
		return 64;
	if (ir->op == FN_OP_LSH)
		return a + n;
	if (ir->x & FN_X_W)
		a = min_t(u32, a, 32);
	return a > n ? a - n : 1;
}

static u32 alu_width(struct fn_tr *tr, const struct fn_ir *ir)
{
	switch (ir->op) {
	case FN_OP_MOV:
		return second_width(tr, ir);
	case FN_OP_AND:
		return min(width_of(tr, ir->a), second_width(tr, ir));
	case FN_OP_OR:
	case FN_OP_XOR:
		return max(width_of(tr, ir->a), second_width(tr, ir));
	case FN_OP_ADD:
		return max(width_of(tr, ir->a), second_width(tr, ir)) + 1;
	case FN_OP_MUL:
		return width_of(tr, ir->a) + second_width(tr, ir);
	case FN_OP_DIV:
	case FN_OP_MOD:
		return width_of(tr, ir->a);
	case FN_OP_LSH:
	case FN_OP_RSH:
		return shift_width(tr, ir);
	default:
		return 64;
	}
}

static u32 phi_width(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 n = tr->blocks[ir->block].npred;
	u32 p, bits = 1;

	for (p = 0; p < n; p++)
		bits = max(bits, width_of(tr, tr->args[ir->args + p]));
	return bits;
}

/* Addresses and verdicts have 32 bits; errors are negative. */
static u32 helper_width(const struct fn_ir *ir)
{
	switch (ir->imm) {
	case FN_HELPER_map_lookup_elem:
	case FN_HELPER_get_prandom_u32:
	case FN_HELPER_get_smp_processor_id:
	case FN_HELPER_redirect:
		return 32;
	default:
		return 64;
	}
}

/* An upper bound of the width of a result. */
static u32 result_width(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 size = 8 * FN_X_SIZE(ir->x);

	if (ir->op == FN_OP_LD)
		return ir->x & FN_X_SIGN ? 64 : size;
	if (ir->op < FN_NOPS && fn_opinfo[ir->op].fmt == FN_FMT_ALU)
		return min_t(u32, alu_width(tr, ir), ir->x & FN_X_W ? 32 : 64);
	switch (ir->op) {
	case FN_IR_PHI:
		return phi_width(tr, ir);
	case FN_OP_HELPER:
		return helper_width(ir);
	case FN_OP_ZX:
		return min(size, width_of(tr, ir->a));
	case FN_OP_SWAP:
		return size;
	case FN_OP_UBFX:
		return (u32)ir->imm >> 8;
	case FN_OP_SEL:
		return max(width_of(tr, ir->c), ir->x & FN_X_IMM ?
							const_width(ir->off) :
							width_of(tr, ir->b));
	case FN_OP_SX:
	case FN_OP_ATOM:
		return ir->x & FN_X_W ? 32 : 64;
	default:
		return 64;
	}
}

/**
 * fn_ir_update_width - compute the width of an instruction's result
 * @tr: program with @tr->values
 * @ir: instruction; the widths of its operands are known
 *
 * Return: true if the width changed.
 */
bool fn_ir_update_width(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 bits, old;

	if (!fn_ir_defines(ir) || ir->d >= tr->nvalues)
		return false;
	bits = result_width(tr, ir);
	old = tr->values[ir->d].width;
	tr->values[ir->d].width = bits;
	return bits != old;
}

/**
 * fn_ir_fits_width - does a value fit into a number of bits?
 * @tr: program with @tr->values
 * @reg: register
 * @bits: number of bits
 *
 * Return: true if all higher bits are known to be 0.
 */
bool fn_ir_fits_width(struct fn_tr *tr, u32 reg, u32 bits)
{
	return reg == FN_REG_ZERO || width_of(tr, reg) <= bits;
}

static int make_room(struct fn_tr *tr)
{
	tr->values_version = tr->ir_version;
	tr->uses_version = 0;
	tr->regions_valid = false;
	tr->nvalues = tr->nregs;
	if (tr->nregs <= tr->cap_values) {
		memset(tr->values, 0, tr->nvalues * sizeof(*tr->values));
		return 0;
	}
	fn_vec_free(tr, tr->values);
	tr->cap_values = tr->nregs + tr->nregs / 2;
	tr->values = fn_alloc(tr->cap_values * sizeof(*tr->values));
	if (tr->values)
		return 0;
	tr->cap_values = 0;
	return tr->err = -ENOMEM;
}

static void analyze_block(struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		struct fn_ir *ir = &tr->irs[i];

		if (!fn_ir_defines(ir))
			continue;
		tr->values[ir->d].def = i;
		tr->values[ir->d].width = result_width(tr, ir);
	}
}

/**
 * fn_ir_values - find the definitions and widths of values
 * @tr: program in which each register has one definition
 *
 * Fills @tr->values except for use counts and regions. Registers that are added
 * later are not in it.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_values(struct fn_tr *tr)
{
	u32 o;

	if (tr->values_version == tr->ir_version && tr->nvalues == tr->nregs)
		return 0;
	if (make_room(tr))
		return tr->err;
	for (o = 0; o < tr->nrpo; o++)
		analyze_block(tr, tr->rpo[o]);
	return 0;
}

static void count_use(void *ctx, u32 *reg)
{
	struct fn_tr *tr = ctx;

	tr->values[*reg].use_count++;
}

static void count_phi(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 n = tr->blocks[ir->block].npred, p;

	for (p = 0; p < n; p++)
		tr->values[tr->args[ir->args + p]].use_count++;
}

static void count_block(struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		if (tr->irs[i].op == FN_IR_PHI)
			count_phi(tr, &tr->irs[i]);
		else
			fn_ir_each_use(tr, &tr->irs[i], count_use, tr);
	}
}

/**
 * fn_ir_count_uses - fn_ir_values(), and the use counts
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_count_uses(struct fn_tr *tr)
{
	u32 reg, o;

	if (fn_ir_values(tr))
		return tr->err;
	if (tr->uses_version == tr->ir_version)
		return 0;
	for (reg = 0; reg < tr->nvalues; reg++)
		tr->values[reg].use_count = 0;
	for (o = 0; o < tr->nrpo; o++)
		count_block(tr, tr->rpo[o]);
	tr->uses_version = tr->ir_version;
	return 0;
}

/**
 * fn_ir_const - is a value a constant?
 * @tr: program with @tr->values
 * @reg: register
 * @value: gets the constant
 *
 * Return: true if it is.
 */
bool fn_ir_const(struct fn_tr *tr, u32 reg, s64 *value)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);

	if (reg == FN_REG_ZERO) {
		*value = 0;
		return true;
	}
	if (!def || def->op != FN_OP_MOV || !(def->x & FN_X_IMM))
		return false;
	*value = def->x & FN_X_W ? (s64)(u32)def->imm : def->imm;
	return true;
}
