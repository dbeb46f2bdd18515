// SPDX-License-Identifier: GPL-2.0
/*
 * known: what is known of a result when something is known of the operands.
 *
 * A pointer to the packet need not be at one distance from its beginning. It
 * then has a symbol, by which those are told that differ from it by a number:
 * what a comparison says of one of them it says of all.
 */
#include "gen.h"

#define FAR (1 << 20) /* offsets from packet and values stay below */
#define WIDE (1ull << 33) /* and what is added to them that varies */
#define NO_ROOM (-4 * FAR)

static const struct fn_fact nothing;

static struct fn_fact constant(u64 v)
{
	return (struct fn_fact){ .kind = FN_KNOWN_CONST, .v = v };
}

static struct fn_fact number(u64 most)
{
	if (most >= WIDE)
		return nothing;
	return (struct fn_fact){ .kind = FN_KNOWN_NUMBER, .span = most };
}

/* The most that a value can be. */
static u64 most(struct fn_fact f)
{
	if (f.kind == FN_KNOWN_CONST)
		return f.v;
	return f.kind == FN_KNOWN_NUMBER ? f.span : ~0ull;
}

/**
 * fn_fact_same - is the same known twice?
 * @a: fact
 * @b: fact
 */
bool fn_fact_same(struct fn_fact a, struct fn_fact b)
{
	return a.kind == b.kind && a.maps == b.maps && a.sym == b.sym &&
	       a.room == b.room && a.v == b.v && a.span == b.span;
}

/**
 * fn_fact_of - what is known of a register
 * @f: facts
 * @reg: register, or rz
 */
struct fn_fact fn_fact_of(const struct fn_facts *f, u32 reg)
{
	return reg == FN_REG_ZERO ? constant(0) : f->r[reg];
}

static struct fn_fact plus_const(struct fn_fact a, s64 v)
{
	a.v = (u64)a.v + (u64)v;
	if (a.kind == FN_KNOWN_CONST || !v)
		return a;
	if (a.kind == FN_KNOWN_NUMBER)
		return v > 0 && v < FAR ? number(a.span + v) : nothing;
	if (a.kind == FN_KNOWN_VALUE_OR_NULL || a.v < -FAR || a.v > FAR)
		return nothing;
	if (a.sym)
		a.room = max_t(s64, a.room - v, NO_ROOM);
	return a;
}

static bool is_pointer(struct fn_fact a)
{
	return a.kind == FN_KNOWN_DATA || a.kind == FN_KNOWN_VALUE;
}

/* A number that varies: what comes of it is related to nothing else. */
static struct fn_fact plus_number(struct fn_fact a, u64 span)
{
	a.span += span;
	if (a.span >= WIDE)
		return nothing;
	if (a.kind == FN_KNOWN_DATA) {
		a.sym = FN_SYM_ALONE;
		a.room = NO_ROOM;
	}
	return a;
}

static struct fn_fact plus(struct fn_fact a, struct fn_fact b)
{
	if (a.kind == FN_KNOWN_CONST && b.kind)
		return plus_const(b, a.v);
	if (b.kind == FN_KNOWN_CONST && a.kind)
		return plus_const(a, b.v);
	if (b.kind == FN_KNOWN_NUMBER && is_pointer(a))
		return plus_number(a, b.span);
	if (a.kind == FN_KNOWN_NUMBER && is_pointer(b))
		return plus_number(b, a.span);
	return nothing;
}

/* Both are constants. */
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

static u64 shifted(u64 a, struct fn_fact b, u32 code)
{
	u64 by = b.kind == FN_KNOWN_CONST ? b.v : 64;

	if (by > 31)
		return code == BPF_RSH ? a : ~0ull;
	if (code == BPF_RSH)
		return a >> by;
	return a < WIDE ? a << by : ~0ull;
}

/* The most that comes of two values, of which this is the most. */
static u64 most_of(u32 code, u64 a, u64 b, struct fn_fact second)
{
	switch (code) {
	case BPF_MOV:
		return b;
	case BPF_AND:
		return min(a, b);
	case BPF_OR:
	case BPF_XOR:
		a = max(a, b);
		return a < WIDE ? (2ull << ilog2(a | 1)) - 1 : ~0ull;
	case BPF_ADD:
		return a < WIDE && b < WIDE ? a + b : ~0ull;
	case BPF_RSH:
	case BPF_LSH:
		return shifted(a, second, code);
	case BPF_DIV:
	case BPF_MOD:
		return a;
	}
	return ~0ull;
}

static struct fn_fact of_field(const struct fn_uop *u)
{
	return number(u->imm ? ~0ull >> u->imm : ~0ull);
}

static struct fn_fact narrow(const struct fn_gen_op *op, struct fn_fact a,
			     struct fn_fact b)
{
	u64 all = 0xffffffff;
	u64 m;

	if (!op->w)
		return number(most_of(op->code, most(a), most(b), b));
	m = most_of(op->code, min(most(a), all), min(most(b), all), b);
	return number(min(m, all));
}

static struct fn_fact sum32(const struct fn_gen_op *op, struct fn_fact a,
			    struct fn_fact b)
{
	u64 v;

	if (a.kind != FN_KNOWN_CONST || b.kind != FN_KNOWN_CONST)
		return nothing;
	if (op->code == BPF_LSH)
		b.v &= 31;
	return eval(op->code, (u32)a.v, (u32)b.v, &v) ? constant((u32)v) :
							nothing;
}

static struct fn_fact sum64(const struct fn_gen_op *op, struct fn_fact a,
			    struct fn_fact b)
{
	u64 v;

	if (op->code == BPF_ADD)
		return plus(a, b);
	if (op->code == BPF_MOV)
		return b;
	if (b.kind != FN_KNOWN_CONST || !a.kind)
		return nothing;
	if (op->code == BPF_SUB)
		return plus_const(a, -(u64)b.v);
	if (a.kind == FN_KNOWN_CONST && eval(op->code, a.v, b.v, &v))
		return constant(v);
	return nothing;
}

/**
 * fn_fact_alu - what is known of the result of a word
 * @f: facts before it
 * @u: word that only computes
 */
struct fn_fact fn_fact_alu(const struct fn_facts *f, const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_fact a = constant(0);
	struct fn_fact b = plus(fn_fact_of(f, u->b), constant(u->imm));
	struct fn_fact d;

	if (u->op == FN_UOP_MOVH) {
		a = fn_fact_of(f, u->a);
		return a.kind == FN_KNOWN_CONST ?
			       constant((u32)a.v | (u64)(u32)u->imm << 32) :
			       nothing;
	}
	if (u->op == FN_UOP_UFIELD || u->op == FN_UOP_SWAP)
		return of_field(u);
	if (op->emit != fn_emit_alu && op->emit != fn_emit_mov &&
	    op->emit != fn_emit_shift && op->emit != fn_emit_div)
		return nothing;
	if (op->reads & FN_READS_A)
		a = fn_fact_of(f, u->a);
	d = op->w ? sum32(op, a, b) : sum64(op, a, b);
	return d.kind ? d : narrow(op, a, b);
}

/**
 * fn_fact_loaded - what is known of what a load brings
 * @u: load
 */
struct fn_fact fn_fact_loaded(const struct fn_uop *u)
{
	u32 flags = fn_gen_size(u);

	if (flags & FN_SIZE_SIGN || FN_SIZE(flags) > 4)
		return nothing;
	return number((1ull << FN_SIZE(flags) * 8) - 1);
}

/**
 * fn_fact_address - what is known of the address that a load or store accesses
 * @f: facts before it
 * @u: load, store or atomic operation
 */
struct fn_fact fn_fact_address(const struct fn_facts *f, const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	u32 index = FN_REG_ZERO;

	if (op->kind == FN_GEN_LOAD)
		index = u->b;
	else if (op->kind == FN_GEN_STORE)
		index = u->d;
	return plus(plus(fn_fact_of(f, u->a), fn_fact_of(f, index)),
		    constant(u->imm));
}

/**
 * fn_fact_room - bytes that are known to be there from a pointer to the packet
 * @f: facts
 * @a: fact; of a kind other than FN_KNOWN_DATA it has no meaning, but may be
 *	asked for: any number can be such a fact's
 */
s64 fn_fact_room(const struct fn_facts *f, struct fn_fact a)
{
	return a.sym ? a.room : (s64)(f->len - (u64)a.v);
}

static u32 mirrored(u32 cc)
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
 * fn_fact_ends - is a comparison one of the packet's end with a pointer to it?
 * @f: facts before it
 * @u: JCC or EXITC
 * @e: gets it
 *
 * Device addresses are small, so that their differences compare as they do.
 */
bool fn_fact_ends(const struct fn_facts *f, const struct fn_uop *u,
		  struct fn_ends *e)
{
	struct fn_fact a = fn_fact_of(f, u->a);
	struct fn_fact b = plus_const(fn_fact_of(f, u->b), u->imm16);
	const struct fn_gen_op *op = fn_gen_op(u);

	if (op->w || op->code > FN_LE)
		return false;
	e->cc = op->code;
	e->reg = u->b;
	if (a.kind == FN_KNOWN_DATA && b.kind == FN_KNOWN_END) {
		swap(a, b);
		e->cc = mirrored(op->code);
		e->reg = u->a;
	}
	if (a.kind != FN_KNOWN_END || b.kind != FN_KNOWN_DATA)
		return false;
	e->to = plus_const(b, -a.v);
	return e->to.kind;
}

/* One pointer or the other: the distance from the beginning may vary. */
static struct fn_fact meet_data(struct fn_fact a, s64 room_a, struct fn_fact b,
				s64 room_b, u32 sym)
{
	s64 end = max(a.v + (s64)a.span, b.v + (s64)b.span);
	bool related = a.sym == b.sym && a.v == b.v && a.sym != FN_SYM_ALONE;

	if (!related)
		a.sym = sym;
	a.v = min(a.v, b.v);
	a.span = end - a.v;
	a.room = max_t(s64, min(room_a, room_b), NO_ROOM);
	return a;
}

static bool is_null(struct fn_fact a)
{
	return a.kind == FN_KNOWN_CONST && !a.v;
}

static bool is_value(struct fn_fact a)
{
	return a.kind == FN_KNOWN_VALUE || a.kind == FN_KNOWN_VALUE_OR_NULL;
}

static struct fn_fact meet_values(struct fn_fact a, struct fn_fact b)
{
	s64 end = max(a.v + (s64)a.span, b.v + (s64)b.span);
	bool null = a.kind != b.kind || a.kind == FN_KNOWN_VALUE_OR_NULL;

	a.maps |= b.maps;
	a.v = min(a.v, b.v);
	a.span = end - a.v;
	if (!null)
		return a;
	a.kind = FN_KNOWN_VALUE_OR_NULL;
	return a.v || a.span ? nothing : a;
}

static struct fn_fact or_null(struct fn_fact a)
{
	a.kind = FN_KNOWN_VALUE_OR_NULL;
	return a.v || a.span ? nothing : a;
}

/**
 * fn_fact_meet - what is known of a register that comes one of two ways
 * @a: fact of the one
 * @room_a: fn_fact_room() there
 * @b: fact of the other
 * @room_b: fn_fact_room() there
 * @sym: symbol to be used if one is wanted
 */
struct fn_fact fn_fact_meet(struct fn_fact a, s64 room_a, struct fn_fact b,
			    s64 room_b, u32 sym)
{
	if (fn_fact_same(a, b))
		return a;
	if (a.kind == FN_KNOWN_DATA && b.kind == FN_KNOWN_DATA)
		return meet_data(a, room_a, b, room_b, sym);
	if (is_value(a) && is_value(b))
		return meet_values(a, b);
	if (is_value(a) && is_null(b))
		return or_null(a);
	if (is_null(a) && is_value(b))
		return or_null(b);
	return number(max(most(a), most(b)));
}
