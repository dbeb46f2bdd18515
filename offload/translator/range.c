// SPDX-License-Identifier: GPL-2.0
/*
 * range: value range propagation.
 *
 * (Harrison, "Compiler Analysis of the Value Ranges for Variables", 1977.)
 * Ranges are propagated over SSA form in one visit of the blocks in reverse
 * postorder: an operand that comes around a loop has the full range, so there
 * is nothing to iterate and no need for widening. Conditions are left to facts.
 *
 *	v4 = ld4 [ ctx +0 ]	packet window	jeq v4 0 -> b2, if true b3
 *	v5 = add v4 14				    becomes -> b2
 *	v6 = ld1 [ v4 +0 ]	0 to 255	jgt v6 300 -> b5, if true b6
 *						    becomes -> b5
 *
 * A range also tells pointers of different regions apart, since each region has
 * its window of the device address space. Pointers to the packet come from the
 * context and are not NULL, and neither are their sums with small constants:
 * inlined parsers test just that.
 */
#include "ir.h"

struct value_range {
	u64 lo;
	u64 hi;
};

struct ranges {
	struct fn_tr *tr;
	struct value_range *range; /* by register */
	u8 *valid; /* by register: @range is */
};

static u64 max_of_bits(struct fn_tr *tr, u32 reg)
{
	u32 bits = reg < tr->nvalues ? tr->values[reg].width : 0;

	return bits && bits < 64 ? (1ull << bits) - 1 : ~0ull;
}

static struct value_range range_of(const struct ranges *rs, u32 reg)
{
	if (reg == FN_REG_ZERO)
		return (struct value_range){ 0, 0 };
	if (reg == FN_REG_FP)
		return (struct value_range){ FN_ADDR_LOCAL, FN_ADDR_STACK_TOP };
	if (rs->valid[reg])
		return rs->range[reg];
	return (struct value_range){ 0, max_of_bits(rs->tr, reg) };
}

static struct value_range second_operand(const struct ranges *rs,
					 const struct fn_ir *ir)
{
	u64 imm = ir->x & FN_X_W ? (u64)(u32)ir->imm : (u64)ir->imm;

	if (!(ir->x & FN_X_IMM))
		return range_of(rs, ir->b);
	return (struct value_range){ imm, imm };
}

static bool fits_32(struct value_range r)
{
	return r.hi <= 0xffffffffu;
}

/* A sum that may overflow has the full range. */
static bool sum_range(const struct fn_ir *ir, struct value_range a,
		      struct value_range b, struct value_range *r)
{
	u64 top = ir->x & FN_X_W ? 0xffffffffu : ~0ull;
	u64 less = 0 - (u64)ir->imm;

	if (ir->x == FN_X_IMM && ir->imm < 0 && a.lo >= less) {
		*r = (struct value_range){ a.lo - less, a.hi - less };
		return true;
	}
	if (a.hi > top || b.hi > top - a.hi)
		return false;
	*r = (struct value_range){ a.lo + b.lo, a.hi + b.hi };
	return true;
}

static bool shift_range(const struct fn_ir *ir, struct value_range a,
			struct value_range *r)
{
	u64 top = ir->x & FN_X_W ? 0xffffffffu : ~0ull;
	u32 n = ir->imm & (ir->x & FN_X_W ? 31 : 63);

	if (!(ir->x & FN_X_IMM) || a.hi > top)
		return false;
	if (ir->op == FN_OP_RSH) {
		*r = (struct value_range){ a.lo >> n, a.hi >> n };
		return true;
	}
	if (a.hi > top >> n)
		return false;
	*r = (struct value_range){ a.lo << n, a.hi << n };
	return true;
}

static bool phi_range(const struct ranges *rs, const struct fn_ir *ir,
		      struct value_range *r)
{
	struct fn_tr *tr = rs->tr;
	u32 n = tr->blocks[ir->block].npred, p;

	*r = (struct value_range){ ~0ull, 0 };
	for (p = 0; p < n; p++) {
		struct value_range arg = range_of(rs, tr->args[ir->args + p]);

		r->lo = min(r->lo, arg.lo);
		r->hi = max(r->hi, arg.hi);
	}
	return n;
}

/* data, data_end and data_meta of the context */
static bool load_range(const struct ranges *rs, const struct fn_ir *ir,
		       struct value_range *r)
{
	bool pointer =
		fn_ctx_is_pointer(rs->tr->ctx, fn_ir_ctx_offset(rs->tr, ir));

	if (ir->x != 4 << FN_X_SIZE_SHIFT || !pointer)
		return false;
	*r = (struct value_range){ FN_ADDR_PACKET,
				   FN_ADDR_PACKET + FN_PKT_CELL_LARGE };
	return true;
}

static bool result_range(struct ranges *rs, const struct fn_ir *ir,
			 struct value_range *r)
{
	struct value_range a, b;

	if (ir->op == FN_IR_PHI)
		return phi_range(rs, ir, r);
	if (ir->op == FN_OP_LD)
		return load_range(rs, ir, r);
	if (fn_opinfo[ir->op].fmt != FN_FMT_ALU)
		return false;
	a = range_of(rs, ir->a);
	b = second_operand(rs, ir);
	switch (ir->op) {
	case FN_OP_MOV:
		*r = b;
		return !(ir->x & FN_X_W) || fits_32(b);
	case FN_OP_ADD:
		return sum_range(ir, a, b, r);
	case FN_OP_LSH:
	case FN_OP_RSH:
		return shift_range(ir, a, r);
	case FN_OP_AND:
		*r = (struct value_range){ 0, min(a.hi, b.hi) };
		return !(ir->x & FN_X_W) || fits_32(*r);
	default:
		return false;
	}
}

static void update(struct ranges *rs, const struct fn_ir *ir)
{
	struct fn_tr *tr = rs->tr;
	struct value_range r;

	if (!fn_ir_defines(ir))
		return;
	if (!result_range(rs, ir, &r))
		return;
	r.hi = min(r.hi, max_of_bits(tr, ir->d));
	if (r.lo > r.hi)
		return;
	rs->range[ir->d] = r;
	rs->valid[ir->d] = 1;
}

enum answer {
	UNKNOWN,
	ALWAYS,
	NEVER,
};

static enum answer is_less(struct value_range a, struct value_range b)
{
	if (a.hi < b.lo)
		return ALWAYS;
	return a.lo >= b.hi ? NEVER : UNKNOWN;
}

static enum answer is_equal(struct value_range a, struct value_range b)
{
	if (a.hi < b.lo || b.hi < a.lo)
		return NEVER;
	return a.lo == a.hi && b.lo == b.hi && a.lo == b.lo ? ALWAYS : UNKNOWN;
}

static enum answer negate(enum answer a)
{
	return a == UNKNOWN ? UNKNOWN : a == ALWAYS ? NEVER : ALWAYS;
}

static enum answer evaluate(const struct fn_ir *ir, struct value_range a,
			    struct value_range b)
{
	u64 top = ir->x & FN_X_W ? 0xffffffffu : ~0ull;

	if (FN_X_COND(ir->x) >= FN_SGT && FN_X_COND(ir->x) <= FN_SLE)
		top >>= 1;
	if (a.hi > top || b.hi > top)
		return UNKNOWN;
	switch (FN_X_COND(ir->x)) {
	case FN_EQ:
		return is_equal(a, b);
	case FN_NE:
		return negate(is_equal(a, b));
	case FN_LT:
	case FN_SLT:
		return is_less(a, b);
	case FN_GE:
	case FN_SGE:
		return negate(is_less(a, b));
	case FN_GT:
	case FN_SGT:
		return is_less(b, a);
	case FN_LE:
	case FN_SLE:
		return negate(is_less(b, a));
	default:
		return UNKNOWN;
	}
}

static void range_block(struct ranges *rs, u32 block)
{
	struct fn_tr *tr = rs->tr;
	enum answer answer;
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i))
		update(rs, &tr->irs[i]);
	i = tr->blocks[block].last;
	if (!i || tr->irs[i].op != FN_OP_JCC ||
	    (!(tr->irs[i].x & FN_X_IMM) && tr->irs[i].imm))
		return;
	answer = evaluate(&tr->irs[i], range_of(rs, tr->irs[i].a),
			  second_operand(rs, &tr->irs[i]));
	if (answer != UNKNOWN)
		fn_cfg_fold_branch(tr, i, answer == ALWAYS);
}

/**
 * fn_pass_range - fold branches by value ranges
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_range(struct fn_tr *tr)
{
	struct ranges rs = { .tr = tr };
	u32 o;

	if (fn_ir_values(tr))
		return -ENOMEM;
	fn_ir_regions(tr);
	rs.range = fn_tmp_alloc(tr, tr->nregs * sizeof(*rs.range));
	rs.valid = fn_tmp_zalloc(tr, tr->nregs);
	if (rs.range && rs.valid)
		for (o = 0; o < tr->nrpo; o++)
			range_block(&rs, tr->rpo[o]);
	return tr->err ?: fn_cfg_order(tr);
}
