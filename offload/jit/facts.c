// SPDX-License-Identifier: GPL-2.0
/*
 * facts: what is known of registers at each place, whichever way control took.
 *
 * Forward data flow to the greatest fixed point, an abstract interpretation
 * (Cousot and Cousot, 1977). Values are followed from where they are made:
 * constants, pointers to the packet and to its end as the context gives them,
 * pointers to map values as lookups do. Comparisons with the packet's end tell
 * how much of it there is at least. What follows from that is proved from the
 * code that runs, as a verifier would: an image may come from anywhere.
 *
 *	ld4 r11, [ctx]			r11: packet + 0
 *	ld4 r12, [ctx+4]		r12: its end
 *	exitlt r12, r11+34, 1		34 bytes of packet at least
 *	ld2 r13, [r11+12]		needs no check; r13 < 65536
 *
 * What is known at a block's beginning only becomes less from round to round, a
 * bound that grows MAX_GROWTH times is given up (widening), so the rounds are
 * few: one more than loops nest, mostly. Each visits all words.
 */
#include "../helpers.h"
#include "../image.h"
#include "gen.h"

#define CTX(member) (FN_ADDR_LOCAL + offsetof(struct xdp_md, member))
#define MAX_GROWTH 64 /* of what is known at a block's beginning */

static const struct fn_fact nothing;

static struct fn_fact fact(u32 kind, s64 v)
{
	return (struct fn_fact){ .kind = kind, .v = v };
}

static struct fn_fact of_load(const struct fn_facts *f, const struct fn_uop *u)
{
	struct fn_fact at = fn_fact_address(f, u);

	if (at.kind != FN_KNOWN_CONST || fn_gen_size(u) != 4)
		return fn_fact_loaded(u);
	if (at.v == CTX(data))
		return fact(FN_KNOWN_DATA, 0);
	if (at.v == CTX(data_end))
		return fact(FN_KNOWN_END, 0);
	return fn_fact_loaded(u);
}

/* There are as many bytes of the packet from a pointer on. */
static void see_room(struct fn_facts *f, struct fn_fact at, s64 room)
{
	u32 r;

	if (!at.sym)
		f->len = max_t(s64, f->len,
			       min_t(s64, at.v + room, FN_PKT_CELL_LARGE));
	for (r = 0; at.sym && at.sym != FN_SYM_ALONE && r < FN_REG_ZERO; r++) {
		struct fn_fact *q = &f->r[r];

		if (q->sym == at.sym)
			q->room = max_t(s64, q->room, room + at.v - q->v);
	}
}

/* An access to the packet that succeeds shows that the packet is as long. */
static void see_access(struct fn_facts *f, const struct fn_uop *u)
{
	struct fn_fact at = fn_fact_address(f, u);

	if (at.kind == FN_KNOWN_DATA && at.v >= 0)
		see_room(f, at, FN_SIZE(fn_gen_size(u)));
}

static struct fn_fact of_lookup(const struct fn_gen *g,
				const struct fn_facts *f)
{
	u32 slot;

	if (!fn_gen_map(g, f, &slot) || slot >= 32)
		return nothing;
	return (struct fn_fact){ .kind = FN_KNOWN_VALUE_OR_NULL,
				 .maps = BIT(slot) };
}

/**
 * fn_gen_map - does a helper have a map that is known?
 * @g: program
 * @f: facts
 * @slot: gets its slot
 */
bool fn_gen_map(const struct fn_gen *g, const struct fn_facts *f, u32 *slot)
{
	struct fn_fact map = fn_fact_of(f, 1);
	u64 at = (u64)map.v - FN_ADDR_MAPREF;

	*slot = at;
	return map.kind == FN_KNOWN_CONST && at < g->prog->nmaps;
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

/* A symbol means something else from here on. */
static void end_symbol(struct fn_facts *f, u32 sym)
{
	u32 r;

	for (r = 0; r < FN_REG_ZERO; r++) {
		if (f->r[r].sym == sym)
			f->r[r].sym = FN_SYM_ALONE;
	}
}

static u32 sym_of_word(const struct fn_gen *g, u32 pc)
{
	return 1 + g->nblocks * FN_NREGS + pc;
}

static u32 sym_of_block(const struct fn_gen *g, const struct fn_bblock *b,
			u32 r)
{
	return 1 + (b - g->blocks) * FN_NREGS + r;
}

static struct fn_fact name(const struct fn_gen *g, struct fn_facts *f,
			   struct fn_fact d, u32 pc)
{
	if (d.kind != FN_KNOWN_DATA || d.sym != FN_SYM_ALONE)
		return d;
	d.sym = sym_of_word(g, pc);
	end_symbol(f, d.sym);
	return d;
}

static void step_call(struct fn_facts *f, const struct fn_uop *u)
{
	struct fn_fact *fp = &f->r[FN_REG_FP];

	*fp = fp->kind == FN_KNOWN_CONST ?
		      fact(FN_KNOWN_CONST, fp->v - (s64)(u32)u->imm16) :
		      nothing;
}

/**
 * fn_facts_step - what is known after a word
 * @g: program
 * @f: facts before it; after it if it does not jump
 * @pc: word
 *
 * For time, see fn_facts_next().
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
		step_call(f, u);
	if (op->kind == FN_GEN_PLAIN)
		d = name(g, f, fn_fact_alu(f, u), pc);
	else if (op->kind == FN_GEN_LOAD)
		d = of_load(f, u);
	if (op->kind == FN_GEN_LOAD || op->kind == FN_GEN_STORE)
		see_access(f, u);
	if (fn_gen_writes(u) && op->writes)
		f->r[u->d] = d;
}

/* The packet's end has compared so with a pointer. */
static void see_end(struct fn_facts *f, u32 cc, struct fn_fact to)
{
	if (cc == FN_GE || cc == FN_EQ)
		see_room(f, to, 0);
	else if (cc == FN_GT)
		see_room(f, to, 1);
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
	struct fn_fact b = fn_fact_of(f, u->b);
	struct fn_fact *a = &f->r[u->a];

	if (u->a == FN_REG_ZERO || a->kind != FN_KNOWN_VALUE_OR_NULL ||
	    b.kind != FN_KNOWN_CONST || b.v + u->imm16)
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
	struct fn_ends e;

	if (!op->w)
		see_null(f, u, taken ? op->code : opposite(op->code));
	if (fn_fact_ends(f, u, &e))
		see_end(f, taken ? e.cc : opposite(e.cc), e.to);
}

/**
 * fn_facts_next - what is known after a word that does not jump
 * @g: program
 * @f: facts before it
 * @pc: word; also one that may jump
 */
void fn_facts_next(const struct fn_gen *g, struct fn_facts *f, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	u32 kind = fn_gen_op(u)->kind;

	fn_time_step(g, f, pc);
	if (kind == FN_GEN_EXITC || kind == FN_GEN_JCC)
		fn_facts_branch(f, u, false);
	else
		fn_facts_step(g, f, pc);
}

/**
 * fn_facts_jump - what is known after a word that has jumped
 * @g: program
 * @f: facts before it
 * @pc: JCC, JMP, CALL or RET
 */
void fn_facts_jump(const struct fn_gen *g, struct fn_facts *f, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];

	fn_time_step(g, f, pc);
	fn_time_jump(g, f);
	if (fn_gen_op(u)->kind == FN_GEN_JCC)
		fn_facts_branch(f, u, true);
	else
		fn_facts_step(g, f, pc);
}

/* Coming to a block, what has its symbols has them from the last time. */
static struct fn_fact arriving(const struct fn_gen *g,
			       const struct fn_bblock *to, struct fn_fact f)
{
	u32 first = sym_of_block(g, to, 0);

	if (f.sym >= first && f.sym < first + FN_NREGS)
		f.sym = FN_SYM_ALONE;
	return f;
}

static bool meet_reg(const struct fn_gen *g, struct fn_bblock *to,
		     const struct fn_facts *f, u32 r)
{
	struct fn_fact was = to->in.r[r];
	struct fn_fact b = arriving(g, to, f->r[r]);
	struct fn_fact m = fn_fact_meet(was, fn_fact_room(&to->in, was), b,
					fn_fact_room(f, b),
					sym_of_block(g, to, r));

	if (fn_fact_same(m, was))
		return false;
	if (was.kind == m.kind && to->grown++ > MAX_GROWTH)
		m = nothing;
	to->in.r[r] = m;
	return true;
}

static bool meet_len(struct fn_bblock *to, const struct fn_facts *f)
{
	bool changed = fn_time_meet(&to->in, f);

	if (to->in.len <= f->len)
		return changed;
	to->in.len = f->len;
	return true;
}

static bool come_to(const struct fn_gen *g, struct fn_bblock *to,
		    const struct fn_facts *f)
{
	bool changed = !to->seen;
	u32 r;

	if (!to->seen)
		to->in = *f;
	to->seen = true;
	for (r = 0; r < FN_REG_ZERO; r++)
		changed |= meet_reg(g, to, f, r);
	return meet_len(to, f) || changed;
}

/* CALL saves these, RET restores them. */
static bool is_saved(u32 r)
{
	return r >= 6 && r <= FN_REG_FP;
}

/* Symbols do not outlive a call or a return. */
static void part(struct fn_facts *f)
{
	u32 r;

	for (r = 0; r < FN_REG_ZERO; r++) {
		if (f->r[r].sym)
			f->r[r].sym = FN_SYM_ALONE;
	}
}

/* The saved registers will be what they are at the call. */
static bool call(const struct fn_gen *g, struct fn_bblock *site,
		 struct fn_facts *f)
{
	bool changed = !site->called;
	u32 r;

	part(f);
	if (g->moves)
		forget_packet(g, f);
	for (r = 0; r < FN_REG_ZERO; r++) {
		if (!is_saved(r))
			continue;
		if (!site->called)
			site->in.r[r] = f->r[r];
		changed |= meet_reg(g, site, f, r);
	}
	site->called = true;
	return changed;
}

static bool ret(const struct fn_gen *g, struct fn_bblock *site,
		const struct fn_facts *f)
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
		changed |= meet_reg(g, site, f, r);
	}
	if (!site->seen) {
		site->in.len = f->len;
		site->in.when = f->when;
		site->in.since = f->since;
	}
	site->seen = true;
	return meet_len(site, f) || changed;
}

static bool leave(struct fn_gen *g, const struct fn_bblock *b,
		  const struct fn_facts *before)
{
	u32 kind = fn_gen_op(&g->code[b->end - 1])->kind;
	struct fn_facts *f = &g->kept;
	u32 next[FN_GEN_MAX_NEXT];
	u32 n = fn_gen_next(g, b, next);
	bool changed = false;
	u32 i;

	*f = *before;
	if (kind == FN_GEN_CALL)
		changed = call(g, &g->blocks[g->block_of[b->end]], f);
	for (i = 0; i < n; i++) {
		*f = *before;
		if (kind == FN_GEN_JCC && i)
			fn_facts_next(g, f, b->end - 1);
		else if (kind >= FN_GEN_JCC)
			fn_facts_jump(g, f, b->end - 1);
		if (kind == FN_GEN_CALL || kind == FN_GEN_RET)
			part(f);
		if (kind == FN_GEN_RET)
			changed |= ret(g, &g->blocks[next[i]], f);
		else
			changed |= come_to(g, &g->blocks[next[i]], f);
	}
	return changed;
}

static bool go_through(struct fn_gen *g, const struct fn_bblock *b)
{
	u32 pc;

	g->now = b->in;
	for (pc = b->first; pc < b->end; pc++) {
		if (fn_gen_op(&g->code[pc])->kind < FN_GEN_JCC)
			fn_facts_next(g, &g->now, pc);
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
	b->in.when = FN_WHEN_BOTH;
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
