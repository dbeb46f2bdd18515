// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of registers while each has one definition.
 *
 * The definition, how often it is read, and how many of the low bits may be
 * set: an upper bound of the position of the highest one, in one visit in
 * reverse post order, in which what comes around a loop is taken to be 64 bits
 * wide. That is enough to see that a byte, shifted and masked, still is one;
 * range.c knows the numbers.
 *
 * Nothing is done while the program has not changed since (fn_tr.edits), so
 * that each pass may ask.
 */
#include "../helpers.h"
#include "ir.h"

static u32 bits_of(u64 value)
{
	return value ? ilog2(value) + 1 : 1;
}

static u32 known(struct fn_tr *tr, u32 reg)
{
	u32 bits = reg < tr->nvalues ? tr->values[reg].bits : 0;

	return bits ? bits : 64;
}

/* Of the second operand; 64 for negative numbers. */
static u32 second_bits(struct fn_tr *tr, const struct fn_ir *ir)
{
	if (!(ir->x & FN_X_IMM))
		return known(tr, ir->b);
	return bits_of(ir->x & FN_X_W ? (u64)(u32)ir->imm : (u64)ir->imm);
}

static u32 shifted_bits(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 a = known(tr, ir->a);
	u32 n = ir->imm & (ir->x & FN_X_W ? 31 : 63);

	if (!(ir->x & FN_X_IMM))
		return 64;
	if (ir->op == FN_OP_LSH)
		return a + n;
	if (ir->x & FN_X_W)
		a = min_t(u32, a, 32);
	return a > n ? a - n : 1;
}

static u32 alu_bits(struct fn_tr *tr, const struct fn_ir *ir)
{
	switch (ir->op) {
	case FN_OP_MOV:
		return second_bits(tr, ir);
	case FN_OP_AND:
		return min(known(tr, ir->a), second_bits(tr, ir));
	case FN_OP_OR:
	case FN_OP_XOR:
		return max(known(tr, ir->a), second_bits(tr, ir));
	case FN_OP_ADD:
		return max(known(tr, ir->a), second_bits(tr, ir)) + 1;
	case FN_OP_MUL:
		return known(tr, ir->a) + second_bits(tr, ir);
	case FN_OP_DIV:
	case FN_OP_MOD:
		return known(tr, ir->a);
	case FN_OP_LSH:
	case FN_OP_RSH:
		return shifted_bits(tr, ir);
	default:
		return 64;
	}
}

static u32 phi_bits(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 n = tr->blocks[ir->block].npred;
	u32 p, bits = 1;

	for (p = 0; p < n; p++)
		bits = max(bits, known(tr, tr->args[ir->args + p]));
	return bits;
}

/* Addresses and verdicts have 32 bits, errors are negative. */
static u32 helper_bits(const struct fn_ir *ir)
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

/* How many of the low bits may be set. */
static u32 result_bits(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 size = 8 * FN_X_SIZE(ir->x);

	if (ir->op == FN_OP_LD)
		return ir->x & FN_X_SIGN ? 64 : size;
	if (ir->op < FN_NOPS && fn_opinfo[ir->op].fmt == FN_FMT_ALU)
		return min_t(u32, alu_bits(tr, ir), ir->x & FN_X_W ? 32 : 64);
	switch (ir->op) {
	case FN_IR_PHI:
		return phi_bits(tr, ir);
	case FN_OP_HELPER:
		return helper_bits(ir);
	case FN_OP_ZX:
		return min(size, known(tr, ir->a));
	case FN_OP_SWAP:
		return size;
	case FN_OP_UBFX:
		return (u32)ir->imm >> 8;
	case FN_OP_SEL:
		return max(known(tr, ir->c), ir->x & FN_X_IMM ?
						     bits_of(ir->off) :
						     known(tr, ir->b));
	case FN_OP_SX:
	case FN_OP_ATOM:
		return ir->x & FN_X_W ? 32 : 64;
	default:
		return 64;
	}
}

/**
 * fn_ir_bits - learn an instruction's result
 * @tr: program with @tr->values
 * @ir: instruction, after those whose results it reads
 *
 * Return: true if it is not what was known.
 */
bool fn_ir_bits(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 bits, old;

	if (!fn_ir_writes(ir) || ir->d >= tr->nvalues)
		return false;
	bits = result_bits(tr, ir);
	old = tr->values[ir->d].bits;
	tr->values[ir->d].bits = bits;
	return bits != old;
}

/**
 * fn_ir_narrow - does a value fit into so many bits?
 * @tr: program with @tr->values
 * @reg: register
 * @bits: how many
 *
 * Return: true if all others are known to be 0.
 */
bool fn_ir_narrow(struct fn_tr *tr, u32 reg, u32 bits)
{
	return reg == FN_REG_ZERO || known(tr, reg) <= bits;
}

static int make_room(struct fn_tr *tr)
{
	tr->noted = tr->edits;
	tr->counted = 0;
	tr->noted_kinds = false;
	tr->nvalues = tr->nregs;
	if (tr->nregs <= tr->cap_values) {
		memset(tr->values, 0, tr->nvalues * sizeof(*tr->values));
		return 0;
	}
	fn_ir_drop(tr, tr->values);
	tr->cap_values = tr->nregs + tr->nregs / 2;
	tr->values = fn_alloc(tr->cap_values * sizeof(*tr->values));
	if (tr->values)
		return 0;
	tr->cap_values = 0;
	return tr->err = -ENOMEM;
}

static void note_block(struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
		struct fn_ir *ir = &tr->irs[i];

		if (!fn_ir_writes(ir))
			continue;
		tr->values[ir->d].def = i;
		tr->values[ir->d].bits = result_bits(tr, ir);
	}
}

/**
 * fn_ir_values - find definitions and see how large values are
 * @tr: program in which each register has one definition
 *
 * Fills @tr->values, but for uses and kinds. Registers made later are not in it.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_values(struct fn_tr *tr)
{
	u32 o;

	if (tr->noted == tr->edits && tr->nvalues == tr->nregs)
		return 0;
	if (make_room(tr))
		return tr->err;
	for (o = 0; o < tr->norder; o++)
		note_block(tr, tr->order[o]);
	return 0;
}

static void count_use(void *ctx, u32 *reg)
{
	struct fn_tr *tr = ctx;

	tr->values[*reg].uses++;
}

static void count_phi(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 n = tr->blocks[ir->block].npred, p;

	for (p = 0; p < n; p++)
		tr->values[tr->args[ir->args + p]].uses++;
}

static void count_block(struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
		if (tr->irs[i].op == FN_IR_PHI)
			count_phi(tr, &tr->irs[i]);
		else
			fn_ir_each_use(tr, &tr->irs[i], count_use, tr);
	}
}

/**
 * fn_ir_count - fn_ir_values(), and count how often values are read
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_count(struct fn_tr *tr)
{
	u32 reg, o;

	if (fn_ir_values(tr))
		return tr->err;
	if (tr->counted == tr->edits)
		return 0;
	for (reg = 0; reg < tr->nvalues; reg++)
		tr->values[reg].uses = 0;
	for (o = 0; o < tr->norder; o++)
		count_block(tr, tr->order[o]);
	tr->counted = tr->edits;
	return 0;
}

/**
 * fn_ir_const - is a value a known number?
 * @tr: program with @tr->values
 * @reg: register
 * @value: gets the number
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
