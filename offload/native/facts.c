// SPDX-License-Identifier: GPL-2.0
/*
 * facts: what is known of registers at each place, whichever way control took.
 *
 * Values are followed from where they are made: constants, pointers to the
 * packet and to its end as the context gives them, pointers to map values as
 * lookups do. Comparisons of the packet's ends tell how long the frame is at
 * least. What follows from that is proved from the code that runs.
 */
#include "../helpers.h"
#include "../image.h"
#include "gen.h"

#define FAR (1 << 20) /* offsets from packet and values stay below */

#define CTX(member) (FN_ADDR_LOCAL + offsetof(struct xdp_md, member))

static const struct fn_fact nothing;

static struct fn_fact fact(u32 kind, s64 v)
{
	return (struct fn_fact){ .kind = kind, .v = v };
}

static bool same(struct fn_fact a, struct fn_fact b)
{
	return a.kind == b.kind && a.slot == b.slot && a.v == b.v;
}

/**
 * fn_fact_of - what is known of a register
 * @f: facts
 * @reg: register, or rz
 */
struct fn_fact fn_fact_of(const struct fn_facts *f, u32 reg)
{
	return reg == FN_REG_ZERO ? fact(FN_KNOWN_CONST, 0) : f->r[reg];
}

static struct fn_fact plus(struct fn_fact a, s64 v)
{
	a.v = (u64)a.v + (u64)v;
	if (a.kind == FN_KNOWN_CONST || !v)
		return a;
	if (a.kind == FN_KNOWN_VALUE_OR_NULL || a.v < -FAR || a.v > FAR)
		return nothing;
	return a;
}

static struct fn_fact add(struct fn_fact a, struct fn_fact b)
{
	if (a.kind == FN_KNOWN_CONST && b.kind)
		return plus(b, a.v);
	if (b.kind == FN_KNOWN_CONST && a.kind)
		return plus(a, b.v);
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

static struct fn_fact sum32(const struct fn_gen_op *op, struct fn_fact a,
			    struct fn_fact b)
{
	u64 v;

	if (a.kind != FN_KNOWN_CONST || b.kind != FN_KNOWN_CONST)
		return nothing;
	if (op->code == BPF_LSH)
		b.v &= 31;
	return eval(op->code, (u32)a.v, (u32)b.v, &v) ?
		       fact(FN_KNOWN_CONST, (u32)v) :
		       nothing;
}

static struct fn_fact sum64(const struct fn_gen_op *op, struct fn_fact a,
			    struct fn_fact b)
{
	u64 v;

	if (op->code == BPF_ADD)
		return add(a, b);
	if (op->code == BPF_MOV)
		return b;
	if (b.kind != FN_KNOWN_CONST || !a.kind)
		return nothing;
	if (op->code == BPF_SUB)
		return plus(a, -(u64)b.v);
	if (a.kind == FN_KNOWN_CONST && eval(op->code, a.v, b.v, &v))
		return fact(FN_KNOWN_CONST, v);
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
	struct fn_fact a = fact(FN_KNOWN_CONST, 0);
	struct fn_fact b =
		add(fn_fact_of(f, u->b), fact(FN_KNOWN_CONST, u->imm));

	if (u->op == FN_UOP_MOVH) {
		a = fn_fact_of(f, u->a);
		return a.kind == FN_KNOWN_CONST ?
			       fact(FN_KNOWN_CONST,
				    (u32)a.v | (u64)(u32)u->imm << 32) :
			       nothing;
	}
	if (op->reads & FN_READS_A)
		a = fn_fact_of(f, u->a);
	return op->w ? sum32(op, a, b) : sum64(op, a, b);
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
	return plus(add(fn_fact_of(f, u->a), fn_fact_of(f, index)), u->imm);
}

static struct fn_fact of_load(const struct fn_facts *f, const struct fn_uop *u)
{
	struct fn_fact at = fn_fact_address(f, u);

	if (at.kind != FN_KNOWN_CONST || fn_gen_size(u) != 4)
		return nothing;
	if (at.v == CTX(data))
		return fact(FN_KNOWN_DATA, 0);
	if (at.v == CTX(data_end))
		return fact(FN_KNOWN_END, 0);
	return nothing;
}

/* An access to the packet that succeeds shows that the packet is as long. */
static void see_access(struct fn_facts *f, const struct fn_uop *u)
{
	struct fn_fact at = fn_fact_address(f, u);

	if (at.kind == FN_KNOWN_DATA && at.v >= 0)
		f->len = max_t(s64, f->len, at.v + FN_SIZE(fn_gen_size(u)));
}

static struct fn_fact of_lookup(const struct fn_gen *g,
				const struct fn_facts *f)
{
	struct fn_fact map = fn_fact_of(f, 1);
	u64 slot = (u64)map.v - FN_ADDR_MAPREF;

	if (map.kind != FN_KNOWN_CONST || slot >= g->prog->nmaps)
		return nothing;
	return (struct fn_fact){ .kind = FN_KNOWN_VALUE_OR_NULL, .slot = slot };
}

static u32 least_len(const struct fn_gen *g)
{
	return g->prog->image->type == BPF_PROG_TYPE_XDP ? FN_FRAME_MIN : 0;
}

static void forget_packet(const struct fn_gen *g, struct fn_facts *f)
{
	u32 r;

	for (r = 0; r < FN_NREGS; r++) {
		if (f->r[r].kind == FN_KNOWN_DATA ||
		    f->r[r].kind == FN_KNOWN_END)
			f->r[r] = nothing;
	}
	f->len = least_len(g);
}

static void step_helper(const struct fn_gen *g, struct fn_facts *f,
			const struct fn_uop *u)
{
	const struct fn_helper_info *info = fn_gen_helper(u);

	if (info->effects & FN_HELPER_PACKET)
		forget_packet(g, f);
	f->r[0] = info->number == FN_HELPER_map_lookup_elem ? of_lookup(g, f) :
							      nothing;
}

/**
 * fn_facts_step - what is known after a word
 * @g: program
 * @f: facts before it; after it if it does not jump
 * @pc: word
 */
void fn_facts_step(const struct fn_gen *g, struct fn_facts *f, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_fact d = nothing;

	if (op->kind == FN_GEN_HELPER) {
		step_helper(g, f, u);
		return;
	}
	if (op->kind == FN_GEN_CALL)
		f->r[FN_REG_FP] = plus(f->r[FN_REG_FP], -(s64)(u32)u->imm16);
	if (op->kind == FN_GEN_PLAIN)
		d = fn_fact_alu(f, u);
	else if (op->kind == FN_GEN_LOAD)
		d = of_load(f, u);
	if (op->kind == FN_GEN_LOAD || op->kind == FN_GEN_STORE)
		see_access(f, u);
	if (fn_gen_writes(u) && op->writes)
		f->r[u->d] = d;
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
 * fn_fact_frame - is a comparison one of the frame's length with a number?
 * @f: facts before it
 * @u: JCC or EXITC
 * @cc: gets the condition, unsigned or equality; as signed numbers
 * @len: gets the number: length cc @len
 *
 * Device addresses are small, so that their differences compare as they do.
 */
bool fn_fact_frame(const struct fn_facts *f, const struct fn_uop *u, u32 *cc,
		   s64 *len)
{
	struct fn_fact a = fn_fact_of(f, u->a);
	struct fn_fact b = plus(fn_fact_of(f, u->b), u->imm16);
	const struct fn_gen_op *op = fn_gen_op(u);

	if (op->w || op->code > FN_LE)
		return false;
	*cc = op->code;
	if (a.kind == FN_KNOWN_END && b.kind == FN_KNOWN_DATA) {
		*len = b.v - a.v;
		return true;
	}
	*cc = mirrored(op->code);
	*len = a.v - b.v;
	return a.kind == FN_KNOWN_DATA && b.kind == FN_KNOWN_END;
}

/* The frame's length has compared so with a number. */
static void see_length(struct fn_facts *f, u32 cc, s64 len)
{
	s64 least = f->len;

	if (cc == FN_GE || cc == FN_EQ)
		least = max(least, len);
	else if (cc == FN_GT)
		least = max(least, len + 1);
	f->len = min_t(s64, least, FN_PKT_CELL_LARGE);
}

static u32 opposite(u32 cc)
{
	static const u8 to[FN_NCONDS] = {
		[FN_EQ] = FN_NE,   [FN_NE] = FN_EQ,   [FN_GT] = FN_LE,
		[FN_GE] = FN_LT,   [FN_LT] = FN_GE,   [FN_LE] = FN_GT,
		[FN_SGT] = FN_SLE, [FN_SGE] = FN_SLT, [FN_SLT] = FN_SGE,
		[FN_SLE] = FN_SGT, [FN_SET] = FN_CLR, [FN_CLR] = FN_SET,
	};

	return to[cc];
}

/* A register has compared so with 0: a pointer to a value may be none. */
static void see_null(struct fn_facts *f, const struct fn_uop *u, u32 cc)
{
	struct fn_fact b = plus(fn_fact_of(f, u->b), u->imm16);
	struct fn_fact *a = &f->r[u->a];

	if (u->a == FN_REG_ZERO || a->kind != FN_KNOWN_VALUE_OR_NULL ||
	    b.kind != FN_KNOWN_CONST || b.v)
		return;
	if (cc == FN_NE || cc == FN_GT)
		a->kind = FN_KNOWN_VALUE;
	else if (cc == FN_EQ)
		*a = fact(FN_KNOWN_CONST, 0);
}

/**
 * fn_facts_branch - what is known after a comparison
 * @f: facts before it
 * @u: JCC or EXITC
 * @taken: it holds
 */
void fn_facts_branch(struct fn_facts *f, const struct fn_uop *u, bool taken)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	u32 cc = taken ? op->code : opposite(op->code);
	s64 len;

	if (!op->w)
		see_null(f, u, cc);
	if (fn_fact_frame(f, u, &cc, &len))
		see_length(f, taken ? cc : opposite(cc), len);
}

/* What two ways agree upon; a pointer that may be none covers one that is not. */
static struct fn_fact meet(struct fn_fact a, struct fn_fact b)
{
	if (same(a, b))
		return a;
	if (a.kind == FN_KNOWN_VALUE)
		swap(a, b);
	if (a.kind == FN_KNOWN_VALUE_OR_NULL && b.kind == FN_KNOWN_VALUE &&
	    a.slot == b.slot && a.v == b.v)
		return a;
	return nothing;
}

static bool meet_reg(struct fn_bblock *to, const struct fn_facts *f, u32 r)
{
	struct fn_fact m = meet(to->in.r[r], f->r[r]);

	if (same(m, to->in.r[r]))
		return false;
	to->in.r[r] = m;
	return true;
}

static bool meet_len(struct fn_bblock *to, const struct fn_facts *f)
{
	if (to->in.len <= f->len)
		return false;
	to->in.len = f->len;
	return true;
}

static bool come_to(struct fn_bblock *to, const struct fn_facts *f)
{
	bool changed = !to->seen;
	u32 r;

	if (!to->seen)
		to->in = *f;
	to->seen = true;
	for (r = 0; r < FN_REG_ZERO; r++)
		changed |= meet_reg(to, f, r);
	return meet_len(to, f) || changed;
}

/* CALL saves these, RET restores them. */
static bool is_saved(u32 r)
{
	return r >= 6 && r <= FN_REG_FP;
}

/* The saved registers will be what they are at the call. */
static bool call(const struct fn_gen *g, struct fn_bblock *site,
		 struct fn_facts *f)
{
	bool changed = !site->called;
	u32 r;

	if (g->moves)
		forget_packet(g, f);
	for (r = 0; r < FN_REG_ZERO; r++) {
		if (!is_saved(r))
			continue;
		if (!site->called)
			site->in.r[r] = f->r[r];
		changed |= meet_reg(site, f, r);
	}
	site->called = true;
	return changed;
}

static bool ret(struct fn_bblock *site, const struct fn_facts *f)
{
	bool changed = !site->seen;
	u32 r;

	if (!site->called)
		return false;
	for (r = 0; r < FN_REG_ZERO; r++) {
		if (is_saved(r))
			continue;
		if (!site->seen)
			site->in.r[r] = f->r[r];
		changed |= meet_reg(site, f, r);
	}
	if (!site->seen)
		site->in.len = f->len;
	site->seen = true;
	return meet_len(site, f) || changed;
}

static bool leave(struct fn_gen *g, const struct fn_bblock *b,
		  const struct fn_facts *before)
{
	const struct fn_uop *u = &g->code[b->end - 1];
	u32 kind = fn_gen_op(u)->kind;
	struct fn_facts f = *before;
	u32 next[FN_GEN_MAX_NEXT];
	u32 n = fn_gen_next(g, b, next);
	bool changed = false;
	u32 i;

	if (kind == FN_GEN_CALL)
		changed = call(g, &g->blocks[g->block_of[b->end]], &f);
	for (i = 0; i < n; i++) {
		f = *before;
		if (kind == FN_GEN_JCC)
			fn_facts_branch(&f, u, !i);
		else if (kind == FN_GEN_CALL)
			fn_facts_step(g, &f, b->end - 1);
		if (kind == FN_GEN_RET)
			changed |= ret(&g->blocks[next[i]], &f);
		else
			changed |= come_to(&g->blocks[next[i]], &f);
	}
	return changed;
}

static bool go_through(struct fn_gen *g, const struct fn_bblock *b)
{
	u32 pc;

	g->now = b->in;
	for (pc = b->first; pc < b->end; pc++) {
		u32 kind = fn_gen_op(&g->code[pc])->kind;

		if (kind == FN_GEN_EXITC)
			fn_facts_branch(&g->now, &g->code[pc], false);
		else if (kind < FN_GEN_JCC)
			fn_facts_step(g, &g->now, pc);
	}
	return leave(g, b, &g->now);
}

static void begin(struct fn_gen *g)
{
	struct fn_bblock *b = g->blocks;
	u32 r;

	for (r = 0; r < FN_REG_ZERO; r++)
		b->in.r[r] = fact(FN_KNOWN_CONST, 0);
	b->in.r[1].v = FN_ADDR_LOCAL;
	b->in.r[FN_REG_FP].v = FN_ADDR_STACK_TOP;
	b->in.len = least_len(g);
	b->seen = true;
}

/**
 * fn_gen_facts - find out what is known
 * @g: program in blocks
 *
 * What is known only becomes less from round to round.
 */
void fn_gen_facts(struct fn_gen *g)
{
	bool changed = true;
	u32 i;

	begin(g);
	while (changed) {
		changed = false;
		for (i = 0; i < g->nblocks; i++) {
			if (g->blocks[i].seen)
				changed |= go_through(g, &g->blocks[i]);
		}
	}
}
