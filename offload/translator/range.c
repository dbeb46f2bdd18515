// SPDX-License-Identifier: GPL-2.0
/*
 * range: what values can be, and the branches which that decides.
 *
 * Value range propagation (Harrison, "Compiler Analysis of the Value Ranges for
 * Variables", 1977) over SSA, in one visit: what comes around a loop is taken
 * to be anything, and conditions on the way are the business of facts. So there
 * is nothing to iterate, and no need to widen.
 *
 *	v4 = ld4 [ ctx +0 ]	packet window	jeq v4 0 -> b2, if true b3
 *	v5 = add v4 14				    becomes -> b2
 *	v6 = ld1 [ v4 +0 ]	0 to 255	jgt v6 300 -> b5, if true b6
 *						    becomes -> b5
 *
 * A range also tells the kinds of pointers apart: each kind has its window of
 * the device address space. Pointers to the packet come from the context, so
 * they are not NULL, and neither is what a few bytes are added to: inlined
 * parsers ask just that.
 */
#include "ir.h"

struct fn_range {
	u64 lo;
	u64 hi;
};

struct ranges {
	struct fn_tr *tr;
	struct fn_range *of; /* by register */
	u8 *known; /* by register */
};

static u64 max_of_bits(struct fn_tr *tr, u32 reg)
{
	u32 bits = reg < tr->nvalues ? tr->values[reg].bits : 0;

	return bits && bits < 64 ? (1ull << bits) - 1 : ~0ull;
}

static struct fn_range range_of(const struct ranges *rs, u32 reg)
{
	if (reg == FN_REG_ZERO)
		return (struct fn_range){ 0, 0 };
	if (reg == FN_REG_FP)
		return (struct fn_range){ FN_ADDR_LOCAL, FN_ADDR_STACK_TOP };
	if (rs->known[reg])
		return rs->of[reg];
	return (struct fn_range){ 0, max_of_bits(rs->tr, reg) };
}

static struct fn_range second(const struct ranges *rs, const struct fn_ir *ir)
{
	u64 imm = ir->x & FN_X_W ? (u64)(u32)ir->imm : (u64)ir->imm;

	if (!(ir->x & FN_X_IMM))
		return range_of(rs, ir->b);
	return (struct fn_range){ imm, imm };
}

static bool narrow(struct fn_range r)
{
	return r.hi <= 0xffffffffu;
}

/* A sum that may leave its width says nothing. */
static bool sum(const struct fn_ir *ir, struct fn_range a, struct fn_range b,
		struct fn_range *r)
{
	u64 top = ir->x & FN_X_W ? 0xffffffffu : ~0ull;
	u64 less = 0 - (u64)ir->imm;

	if (ir->x == FN_X_IMM && ir->imm < 0 && a.lo >= less) {
		*r = (struct fn_range){ a.lo - less, a.hi - less };
		return true;
	}
	if (a.hi > top || b.hi > top - a.hi)
		return false;
	*r = (struct fn_range){ a.lo + b.lo, a.hi + b.hi };
	return true;
}

static bool shifted(const struct fn_ir *ir, struct fn_range a,
		    struct fn_range *r)
{
	u64 top = ir->x & FN_X_W ? 0xffffffffu : ~0ull;
	u32 n = ir->imm & (ir->x & FN_X_W ? 31 : 63);

	if (!(ir->x & FN_X_IMM) || a.hi > top)
		return false;
	if (ir->op == FN_OP_RSH) {
		*r = (struct fn_range){ a.lo >> n, a.hi >> n };
		return true;
	}
	if (a.hi > top >> n)
		return false;
	*r = (struct fn_range){ a.lo << n, a.hi << n };
	return true;
}

static bool joined(const struct ranges *rs, const struct fn_ir *ir,
		   struct fn_range *r)
{
	struct fn_tr *tr = rs->tr;
	u32 n = tr->blocks[ir->block].npred, p;

	*r = (struct fn_range){ ~0ull, 0 };
	for (p = 0; p < n; p++) {
		struct fn_range arg = range_of(rs, tr->args[ir->args + p]);

		r->lo = min(r->lo, arg.lo);
		r->hi = max(r->hi, arg.hi);
	}
	return n;
}

/* data, data_end and data_meta of struct xdp_md */
static bool loaded(const struct ranges *rs, const struct fn_ir *ir,
		   struct fn_range *r)
{
	u32 at = fn_ir_ctx(rs->tr, ir);
	bool pointer = at == 0 || at == 4 || at == 8;

	if (ir->x != 4 << FN_X_SIZE_SHIFT || !pointer)
		return false;
	*r = (struct fn_range){ FN_ADDR_PACKET,
				FN_ADDR_PACKET + FN_PKT_CELL_LARGE };
	return true;
}

static bool compute(struct ranges *rs, const struct fn_ir *ir,
		    struct fn_range *r)
{
	struct fn_range a, b;

	if (ir->op == FN_IR_PHI)
		return joined(rs, ir, r);
	if (ir->op == FN_OP_LD)
		return loaded(rs, ir, r);
	if (fn_opinfo[ir->op].fmt != FN_FMT_ALU)
		return false;
	a = range_of(rs, ir->a);
	b = second(rs, ir);
	switch (ir->op) {
	case FN_OP_MOV:
		*r = b;
		return !(ir->x & FN_X_W) || narrow(b);
	case FN_OP_ADD:
		return sum(ir, a, b, r);
	case FN_OP_LSH:
	case FN_OP_RSH:
		return shifted(ir, a, r);
	case FN_OP_AND:
		*r = (struct fn_range){ 0, min(a.hi, b.hi) };
		return !(ir->x & FN_X_W) || narrow(*r);
	default:
		return false;
	}
}

static void learn(struct ranges *rs, const struct fn_ir *ir)
{
	struct fn_tr *tr = rs->tr;
	struct fn_range r;

	if (!fn_ir_writes(ir))
		return;
	if (!compute(rs, ir, &r))
		return;
	r.hi = min(r.hi, max_of_bits(tr, ir->d));
	if (r.lo > r.hi)
		return;
	rs->of[ir->d] = r;
	rs->known[ir->d] = 1;
}

enum answer {
	UNKNOWN,
	ALWAYS,
	NEVER,
};

static enum answer less(struct fn_range a, struct fn_range b)
{
	if (a.hi < b.lo)
		return ALWAYS;
	return a.lo >= b.hi ? NEVER : UNKNOWN;
}

static enum answer equal(struct fn_range a, struct fn_range b)
{
	if (a.hi < b.lo || b.hi < a.lo)
		return NEVER;
	return a.lo == a.hi && b.lo == b.hi && a.lo == b.lo ? ALWAYS : UNKNOWN;
}

static enum answer negate(enum answer a)
{
	return a == UNKNOWN ? UNKNOWN : a == ALWAYS ? NEVER : ALWAYS;
}

static enum answer decide(const struct fn_ir *ir, struct fn_range a,
			  struct fn_range b)
{
	u64 top = ir->x & FN_X_W ? 0xffffffffu : ~0ull;

	if (FN_X_COND(ir->x) >= FN_SGT && FN_X_COND(ir->x) <= FN_SLE)
		top >>= 1;
	if (a.hi > top || b.hi > top)
		return UNKNOWN;
	switch (FN_X_COND(ir->x)) {
	case FN_EQ:
		return equal(a, b);
	case FN_NE:
		return negate(equal(a, b));
	case FN_LT:
	case FN_SLT:
		return less(a, b);
	case FN_GE:
	case FN_SGE:
		return negate(less(a, b));
	case FN_GT:
	case FN_SGT:
		return less(b, a);
	case FN_LE:
	case FN_SLE:
		return negate(less(b, a));
	default:
		return UNKNOWN;
	}
}

static void range_block(struct ranges *rs, u32 block)
{
	struct fn_tr *tr = rs->tr;
	enum answer answer;
	u32 i;

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next)
		learn(rs, &tr->irs[i]);
	i = tr->blocks[block].last;
	if (!i || tr->irs[i].op != FN_OP_JCC ||
	    (!(tr->irs[i].x & FN_X_IMM) && tr->irs[i].imm))
		return;
	answer = decide(&tr->irs[i], range_of(rs, tr->irs[i].a),
			second(rs, &tr->irs[i]));
	if (answer != UNKNOWN)
		fn_ir_decide(tr, i, answer == ALWAYS);
}

/**
 * fn_pass_range - decide branches by what values can be
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
	fn_ir_kinds(tr);
	rs.of = fn_ir_dirty(tr, tr->nregs * sizeof(*rs.of));
	rs.known = fn_ir_temp(tr, tr->nregs);
	if (rs.of && rs.known)
		for (o = 0; o < tr->norder; o++)
			range_block(&rs, tr->order[o]);
	return tr->err ?: fn_ir_order(tr);
}
