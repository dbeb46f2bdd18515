// SPDX-License-Identifier: GPL-2.0
/*
 * absval: the abstract domain: abstract values of results from those of the
 * operands, and their join.
 *
 * A packet pointer whose offset varies has an id. Pointers with the same id
 * differ by constants, so that a comparison with the packet's end that bounds
 * one of them bounds all of them (as the kernel verifier's reg->id does).
 */
#include "gen.h"

#define MAX_OFFSET (1 << 20) /* offsets from packet and values stay below */
#define MAX_SPAN (1ull << 33) /* and what is added to them that varies */
#define MIN_RANGE (-4 * MAX_OFFSET) /* less is as good as nothing */

static const struct fn_absval unknown;

static struct fn_absval constant(u64 v)
{
	return (struct fn_absval){ .kind = FN_AV_CONST, .min = v };
}

static struct fn_absval range(u64 max)
{
	if (max >= MAX_SPAN)
		return unknown;
	return (struct fn_absval){ .kind = FN_AV_RANGE, .span = max };
}

/* The largest value as an unsigned number. */
static u64 upper_bound(struct fn_absval f)
{
	if (f.kind == FN_AV_CONST)
		return f.min;
	return f.kind == FN_AV_RANGE ? f.span : ~0ull;
}

/**
 * fn_absval_equal - are two abstract values the same?
 * @a: one
 * @b: the other
 */
bool fn_absval_equal(struct fn_absval a, struct fn_absval b)
{
	return a.kind == b.kind && a.maps == b.maps && a.id == b.id &&
	       a.range == b.range && a.min == b.min && a.span == b.span;
}

/**
 * fn_state_reg - abstract value of a register
 * @f: abstract state
 * @reg: register, or rz
 */
struct fn_absval fn_state_reg(const struct fn_state *f, u32 reg)
{
	return reg == FN_REG_ZERO ? constant(0) : f->r[reg];
}

/* The bytes behind a pointer that is moved; what is not proved stays so. */
static s32 range_from(s64 range, s64 more)
{
	if (range == FN_RANGE_NONE || range + more < MIN_RANGE)
		return FN_RANGE_NONE;
	return range + more;
}

static struct fn_absval plus_const(struct fn_absval a, s64 v)
{
	a.min = (u64)a.min + (u64)v;
	if (a.kind == FN_AV_CONST || !v)
		return a;
	if (a.kind == FN_AV_RANGE)
		return v > 0 && v < MAX_OFFSET ? range(a.span + v) : unknown;
	if (a.kind == FN_AV_MAP_VALUE_OR_NULL || a.min < -MAX_OFFSET ||
	    a.min > MAX_OFFSET)
		return unknown;
	if (a.id)
		a.range = range_from(a.range, -v);
	return a;
}

static bool is_pointer(struct fn_absval a)
{
	return a.kind == FN_AV_PACKET || a.kind == FN_AV_MAP_VALUE;
}

/* The sum with a number that varies relates to no other pointer. */
static struct fn_absval plus_range(struct fn_absval a, u64 span)
{
	a.span += span;
	if (a.span >= MAX_SPAN)
		return unknown;
	if (a.kind == FN_AV_PACKET) {
		a.id = FN_ID_UNIQUE;
		a.range = FN_RANGE_NONE;
	}
	return a;
}

static struct fn_absval plus(struct fn_absval a, struct fn_absval b)
{
	if (a.kind == FN_AV_CONST && b.kind)
		return plus_const(b, a.min);
	if (b.kind == FN_AV_CONST && a.kind)
		return plus_const(a, b.min);
	if (b.kind == FN_AV_RANGE && is_pointer(a))
		return plus_range(a, b.span);
	if (a.kind == FN_AV_RANGE && is_pointer(b))
		return plus_range(b, a.span);
	return unknown;
}

/* Of two constants */
static bool eval(u32 op, u64 a, u64 b, u64 *v)
{
	switch (op) {
	case BPF_MOV:
		*v = b;
		return true;
	case BPF_ADD:
		*v = a + b;
		return true;
	case BPF_SUB:
		*v = a - b;
		return true;
	case BPF_AND:
		*v = a & b;
		return true;
	case BPF_OR:
		*v = a | b;
		return true;
	case BPF_LSH:
		*v = a << (b & 63);
		return true;
	}
	return false;
}

static u64 shift_upper_bound(u64 a, struct fn_absval b, u32 code)
{
	u64 by = b.kind == FN_AV_CONST ? b.min : 64;

	if (by > 31)
		return code == BPF_RSH ? a : ~0ull;
	if (code == BPF_RSH)
		return a >> by;
	return a < MAX_SPAN ? a << by : ~0ull;
}

/* An upper bound of the result, from those of both operands */
static u64 alu_upper_bound(u32 code, u64 a, u64 b, struct fn_absval second)
{
	switch (code) {
	case BPF_MOV:
		return b;
	case BPF_AND:
		return min(a, b);
	case BPF_OR:
	case BPF_XOR:
		a = max(a, b);
		return a < MAX_SPAN ? (2ull << ilog2(a | 1)) - 1 : ~0ull;
	case BPF_ADD:
		return a < MAX_SPAN && b < MAX_SPAN ? a + b : ~0ull;
	case BPF_RSH:
	case BPF_LSH:
		return shift_upper_bound(a, second, code);
	case BPF_DIV:
	case BPF_MOD:
		return a;
	}
	return ~0ull;
}

static struct fn_absval field_range(const struct fn_uop *u)
{
	return range(u->imm ? ~0ull >> u->imm : ~0ull);
}

static struct fn_absval alu_range(const struct fn_gen_op *op,
				  struct fn_absval a, struct fn_absval b)
{
	u64 all = 0xffffffff;
	u64 m;

	if (!op->w)
		return range(alu_upper_bound(op->code, upper_bound(a),
					     upper_bound(b), b));
	m = alu_upper_bound(op->code, min(upper_bound(a), all),
			    min(upper_bound(b), all), b);
	return range(min(m, all));
}

static struct fn_absval alu32(const struct fn_gen_op *op, struct fn_absval a,
			      struct fn_absval b)
{
	u64 v;

	if (a.kind != FN_AV_CONST || b.kind != FN_AV_CONST)
		return unknown;
	if (op->code == BPF_LSH)
		b.min &= 31;
	return eval(op->code, (u32)a.min, (u32)b.min, &v) ? constant((u32)v) :
							    unknown;
}

static struct fn_absval alu64(const struct fn_gen_op *op, struct fn_absval a,
			      struct fn_absval b)
{
	u64 v;

	if (op->code == BPF_ADD)
		return plus(a, b);
	if (op->code == BPF_MOV)
		return b;
	if (b.kind != FN_AV_CONST || !a.kind)
		return unknown;
	if (op->code == BPF_SUB)
		return plus_const(a, -(u64)b.min);
	if (a.kind == FN_AV_CONST && eval(op->code, a.min, b.min, &v))
		return constant(v);
	return unknown;
}

/**
 * fn_absval_alu - abstract value of the result of a word
 * @f: abstract state before it
 * @u: word that only computes
 */
struct fn_absval fn_absval_alu(const struct fn_state *f, const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_absval a = constant(0);
	struct fn_absval b = plus(fn_state_reg(f, u->b), constant(u->imm));
	struct fn_absval d;

	if (u->op == FN_UOP_MOVH) {
		a = fn_state_reg(f, u->a);
		return a.kind == FN_AV_CONST ?
			       constant((u32)a.min | (u64)(u32)u->imm << 32) :
			       unknown;
	}
	if (u->op == FN_UOP_UFIELD || u->op == FN_UOP_SWAP)
		return field_range(u);
	if (op->emit != fn_emit_alu && op->emit != fn_emit_mov &&
	    op->emit != fn_emit_shift && op->emit != fn_emit_div)
		return unknown;
	if (op->reads & FN_READS_A)
		a = fn_state_reg(f, u->a);
	d = op->w ? alu32(op, a, b) : alu64(op, a, b);
	return d.kind ? d : alu_range(op, a, b);
}

/**
 * fn_absval_loaded - abstract value of the result of a load from any memory
 * @u: load
 */
struct fn_absval fn_absval_loaded(const struct fn_uop *u)
{
	u32 flags = fn_gen_size(u);

	if (flags & FN_SIZE_SIGN || FN_SIZE(flags) > 4)
		return unknown;
	return range((1ull << FN_SIZE(flags) * 8) - 1);
}

/**
 * fn_absval_address - abstract value of the address of a memory access
 * @f: abstract state before it
 * @u: load, store or atomic operation
 */
struct fn_absval fn_absval_address(const struct fn_state *f,
				   const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	u32 index = FN_REG_ZERO;

	if (op->kind == FN_GEN_LOAD)
		index = u->b;
	else if (op->kind == FN_GEN_STORE)
		index = u->d;
	return plus(plus(fn_state_reg(f, u->a), fn_state_reg(f, index)),
		    constant(u->imm));
}

/**
 * fn_absval_range - bytes of the packet that certainly follow a pointer
 * @f: abstract state
 * @a: abstract value; the result means nothing unless it is FN_AV_PACKET, but
 *	callers may ask before they look at the kind
 */
s64 fn_absval_range(const struct fn_state *f, struct fn_absval a)
{
	return a.id ? a.range : (s64)(f->frame_min - (u64)a.min);
}

static u32 swapped(u32 cc)
{
	static const u8 to[FN_NCONDS] = {
		[FN_EQ] = FN_EQ,   [FN_NE] = FN_NE,   [FN_GT] = FN_LT,
		[FN_GE] = FN_LE,   [FN_LT] = FN_GT,   [FN_LE] = FN_GE,
		[FN_SGT] = FN_SLT, [FN_SGE] = FN_SLE, [FN_SLT] = FN_SGT,
		[FN_SLE] = FN_SGE, [FN_SET] = FN_SET, [FN_CLR] = FN_CLR,
	};

	return to[cc];
}

/**
 * fn_absval_end_cmp - does a word compare the packet's end with a pointer to it?
 * @f: abstract state before it
 * @u: JCC or EXITC
 * @e: gets it
 *
 * Device addresses are small, so that their differences compare as they do.
 */
bool fn_absval_end_cmp(const struct fn_state *f, const struct fn_uop *u,
		       struct fn_end_cmp *e)
{
	struct fn_absval a = fn_state_reg(f, u->a);
	struct fn_absval b = plus_const(fn_state_reg(f, u->b), u->imm16);
	const struct fn_gen_op *op = fn_gen_op(u);

	if (op->w || op->code > FN_LE)
		return false;
	e->cc = op->code;
	e->reg = u->b;
	if (a.kind == FN_AV_PACKET && b.kind == FN_AV_PACKET_END) {
		swap(a, b);
		e->cc = swapped(op->code);
		e->reg = u->a;
	}
	if (a.kind != FN_AV_PACKET_END || b.kind != FN_AV_PACKET)
		return false;
	e->to = plus_const(b, -a.min);
	return e->to.kind;
}

/* The join of two packet pointers: its offset may vary. */
static struct fn_absval join_packet(struct fn_absval a, s64 range_a,
				    struct fn_absval b, s64 range_b, u32 id)
{
	s64 end = max(a.min + (s64)a.span, b.min + (s64)b.span);
	bool related = a.id == b.id && a.min == b.min && a.id != FN_ID_UNIQUE;

	if (!related)
		a.id = id;
	a.min = min(a.min, b.min);
	a.span = end - a.min;
	a.range = range_from(min(range_a, range_b), 0);
	return a;
}

static bool is_null(struct fn_absval a)
{
	return a.kind == FN_AV_CONST && !a.min;
}

static bool is_value(struct fn_absval a)
{
	return a.kind == FN_AV_MAP_VALUE || a.kind == FN_AV_MAP_VALUE_OR_NULL;
}

/* A pointer that may be NULL points to the start of a value. */
static struct fn_absval or_null(struct fn_absval a, u32 id)
{
	a.kind = FN_AV_MAP_VALUE_OR_NULL;
	a.id = id;
	return a.min || a.span ? unknown : a;
}

static struct fn_absval join_values(struct fn_absval a, struct fn_absval b,
				    u32 id)
{
	s64 end = max(a.min + (s64)a.span, b.min + (s64)b.span);
	bool null = a.kind != b.kind || a.kind == FN_AV_MAP_VALUE_OR_NULL;
	bool same = a.id == b.id && a.id != FN_ID_UNIQUE;

	a.maps |= b.maps;
	a.min = min(a.min, b.min);
	a.span = end - a.min;
	return null ? or_null(a, same ? a.id : id) : a;
}

/**
 * fn_absval_join - abstract value of a register where two paths meet
 * @a: abstract value on one path
 * @range_a: fn_absval_range() of it on that path
 * @b: abstract value on the other path
 * @range_b: fn_absval_range() of it on that path
 * @id: id for the result if it needs a new one
 */
struct fn_absval fn_absval_join(struct fn_absval a, s64 range_a,
				struct fn_absval b, s64 range_b, u32 id)
{
	if (fn_absval_equal(a, b))
		return a;
	if (a.kind == FN_AV_PACKET && b.kind == FN_AV_PACKET)
		return join_packet(a, range_a, b, range_b, id);
	if (is_value(a) && is_value(b))
		return join_values(a, b, id);
	if (is_value(a) && is_null(b))
		return or_null(a, id);
	if (is_null(a) && is_value(b))
		return or_null(b, id);
	return range(max(upper_bound(a), upper_bound(b)));
}
