// SPDX-License-Identifier: GPL-2.0
/*
 * dataflow: abstract values of all registers at each place in the code.
 *
 * A forward data flow analysis to a fixed point, which is an abstract
 * interpretation (Cousot and Cousot, 1977). Values are followed from their
 * definitions: constants, pointers to the packet and to its end from the
 * context, pointers to map values from lookups. Comparisons with the packet's
 * end bound its length from below. Everything is proved from the code itself,
 * as a verifier does, since an image may come from anywhere. docs/engine.md has a
 * table of all facts, with the check that proves each.
 *
 *	ld4 r11, [ctx]			r11: packet + 0
 *	ld4 r12, [ctx+4]		r12: its end
 *	exitlt r12, r11+34, 1		34 bytes of packet at least
 *	ld2 r13, [r11+12]		needs no check; r13 < 65536
 *
 * The abstract state at a block's beginning only moves up the lattice. After
 * MAX_WIDENINGS growing steps a value there becomes unknown, so that the analysis
 * ends. Blocks are visited in reverse postorder, and again if their state has
 * changed; it mostly takes one round more than loops nest.
 */
#include "../helpers.h"
#include "../image.h"
#include "gen.h"

#define MAX_WIDENINGS 64 /* of a block's registers */

static const struct fn_absval unknown;

static struct fn_absval absval(u32 kind, s64 v)
{
	return (struct fn_absval){ .kind = kind, .min = v };
}

static struct fn_absval loaded(const struct fn_gen *g, const struct fn_state *f,
			       const struct fn_uop *u)
{
	const struct fn_ctx_layout *ctx = g->prog->ctx;
	struct fn_absval at = fn_absval_address(f, u);

	if (at.kind != FN_AV_CONST || fn_gen_size(u) != 4)
		return fn_absval_loaded(u);
	if (at.min == FN_ADDR_LOCAL + ctx->data)
		return absval(FN_AV_PACKET, 0);
	if (at.min == FN_ADDR_LOCAL + ctx->data_end)
		return absval(FN_AV_PACKET_END, 0);
	return fn_absval_loaded(u);
}

/* At least @range bytes of the packet follow the pointer. */
static void learn_range(struct fn_state *f, struct fn_absval at, s64 range)
{
	u32 r;

	if (!at.id)
		f->frame_min =
			max_t(s64, f->frame_min,
			      min_t(s64, at.min + range, FN_PKT_CELL_LARGE));
	for (r = 0; at.id && at.id != FN_ID_UNIQUE && r < FN_REG_ZERO; r++) {
		struct fn_absval *q = &f->r[r];

		if (q->id == at.id)
			q->range =
				max_t(s64, q->range, range + at.min - q->min);
	}
}

/*
 * An access that has succeeded bounds the packet's length if the generated code
 * compares it with the packet's end and with nothing else. A dynamic access may
 * have been to other memory.
 */
static void learn_access(const struct fn_gen *g, struct fn_state *f,
			 const struct fn_uop *u)
{
	if (fn_mem_class_of(g, f, u) == FN_MEM_PACKET)
		learn_range(f, fn_absval_address(f, u),
			    FN_SIZE(fn_gen_size(u)));
}

static struct fn_absval looked_up(const struct fn_gen *g,
				  const struct fn_state *f)
{
	u32 slot;

	if (!fn_state_map(g, f, &slot) || slot >= 32)
		return unknown;
	return (struct fn_absval){ .kind = FN_AV_MAP_VALUE_OR_NULL,
				   .id = FN_ID_UNIQUE,
				   .maps = BIT(slot) };
}

/**
 * fn_state_map - is a helper's first argument a constant map reference?
 * @g: program
 * @f: abstract state
 * @slot: gets its slot
 */
bool fn_state_map(const struct fn_gen *g, const struct fn_state *f, u32 *slot)
{
	struct fn_absval map = fn_state_reg(f, 1);
	u64 at = (u64)map.min - FN_ADDR_MAPREF;

	*slot = at;
	return map.kind == FN_AV_CONST && at < g->prog->nmaps;
}

static u32 least_frame(const struct fn_gen *g)
{
	return g->prog->image->type == BPF_PROG_TYPE_UNSPEC ? 0 : FN_FRAME_MIN;
}

static void forget_packet(const struct fn_gen *g, struct fn_state *f)
{
	u32 r;

	for (r = 0; r < FN_NREGS; r++) {
		if (f->r[r].kind == FN_AV_PACKET ||
		    f->r[r].kind == FN_AV_PACKET_END)
			f->r[r] = unknown;
	}
	f->frame_min = least_frame(g);
}

/* The id is about to be given to another value. */
static void kill_id(struct fn_state *f, u32 id)
{
	u32 r;

	for (r = 0; r < FN_REG_ZERO; r++) {
		if (f->r[r].id == id)
			f->r[r].id = FN_ID_UNIQUE;
	}
}

static u32 id_of_word(const struct fn_gen *g, u32 pc)
{
	return 1 + g->nblocks * FN_NREGS + pc;
}

static u32 id_of_block(const struct fn_gen *g, const struct fn_bblock *b, u32 r)
{
	return 1 + (b - g->blocks) * FN_NREGS + r;
}

/* A value that relates to no other gets an id that its copies will share. */
static struct fn_absval give_id(const struct fn_gen *g, struct fn_state *f,
				struct fn_absval d, u32 pc)
{
	if (d.id != FN_ID_UNIQUE)
		return d;
	d.id = id_of_word(g, pc);
	kill_id(f, d.id);
	return d;
}

static void step_helper(const struct fn_gen *g, struct fn_state *f, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	const struct fn_helper_info *info = fn_gen_helper(u);
	struct fn_absval d = unknown;

	if (info->effects & FN_HELPER_PACKET)
		forget_packet(g, f);
	if (info->number == FN_HELPER_map_lookup_elem)
		d = looked_up(g, f);
	f->r[0] = unknown;
	f->r[0] = give_id(g, f, d, pc);
}

static void step_call(struct fn_state *f, const struct fn_uop *u)
{
	struct fn_absval *fp = &f->r[FN_REG_FP];

	*fp = fp->kind == FN_AV_CONST ?
		      absval(FN_AV_CONST, fp->min - (s64)(u32)u->imm16) :
		      unknown;
}

/**
 * fn_state_step - transfer function of a word, without its timing
 * @g: program
 * @f: abstract state before it; becomes that after it if it does not jump
 * @pc: word
 */
void fn_state_step(const struct fn_gen *g, struct fn_state *f, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_absval d = unknown;

	if (op->kind == FN_GEN_HELPER) {
		step_helper(g, f, pc);
		return;
	}
	if (op->kind == FN_GEN_CALL)
		step_call(f, u);
	if (op->kind == FN_GEN_ALU)
		d = give_id(g, f, fn_absval_alu(f, u), pc);
	else if (op->kind == FN_GEN_LOAD)
		d = loaded(g, f, u);
	if (op->kind == FN_GEN_LOAD || op->kind == FN_GEN_STORE)
		learn_access(g, f, u);
	if (fn_gen_writes(u) && op->writes)
		f->r[u->d] = d;
}

/* A comparison "end cc pointer" holds. */
static void learn_end(struct fn_state *f, u32 cc, struct fn_absval to)
{
	if (cc == FN_GE || cc == FN_EQ)
		learn_range(f, to, 0);
	else if (cc == FN_GT)
		learn_range(f, to, 1);
}

static u32 negated(u32 cc)
{
	static const u8 to[FN_NCONDS] = {
		[FN_EQ] = FN_NE,   [FN_NE] = FN_EQ,   [FN_GT] = FN_LE,
		[FN_GE] = FN_LT,   [FN_LT] = FN_GE,   [FN_LE] = FN_GT,
		[FN_SGT] = FN_SLE, [FN_SGE] = FN_SLT, [FN_SLT] = FN_SGE,
		[FN_SLE] = FN_SGT, [FN_SET] = FN_CLR, [FN_CLR] = FN_SET,
	};

	return to[cc];
}

/* A comparison of a value-or-NULL pointer with NULL holds, of all its copies. */
static void learn_null(struct fn_state *f, const struct fn_uop *u, u32 cc)
{
	struct fn_absval a = fn_state_reg(f, u->a);
	struct fn_absval b = fn_state_reg(f, u->b);
	u32 r;

	if (a.kind != FN_AV_MAP_VALUE_OR_NULL || b.kind != FN_AV_CONST ||
	    (u64)b.min + u->imm16)
		return;
	if (cc != FN_EQ && cc != FN_NE && cc != FN_GT)
		return;
	for (r = 0; r < FN_REG_ZERO; r++) {
		struct fn_absval *q = &f->r[r];

		if (r != u->a && (q->kind != a.kind || q->id != a.id ||
				  a.id == FN_ID_UNIQUE))
			continue;
		if (cc == FN_EQ)
			*q = absval(FN_AV_CONST, 0);
		q->kind = cc == FN_EQ ? FN_AV_CONST : FN_AV_MAP_VALUE;
		q->id = 0;
	}
}

/**
 * fn_state_refine - refine the abstract state by a comparison's outcome
 * @f: abstract state before it
 * @u: JCC or EXITC
 * @taken: it holds
 */
void fn_state_refine(struct fn_state *f, const struct fn_uop *u, bool taken)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_end_cmp e;

	if (!op->w)
		learn_null(f, u, taken ? op->code : negated(op->code));
	if (fn_absval_end_cmp(f, u, &e))
		learn_end(f, taken ? e.cc : negated(e.cc), e.to);
}

/**
 * fn_state_next - abstract state after a word if it falls through
 * @g: program
 * @f: abstract state before it
 * @pc: word, which may be a jump that is not taken
 */
void fn_state_next(const struct fn_gen *g, struct fn_state *f, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	u32 kind = fn_gen_op(u)->kind;

	fn_stall_step(g, f, pc);
	if (kind == FN_GEN_EXITC || kind == FN_GEN_JCC)
		fn_state_refine(f, u, false);
	else
		fn_state_step(g, f, pc);
}

/**
 * fn_state_taken - abstract state after a jump that is taken
 * @g: program
 * @f: abstract state before it
 * @pc: JCC, JMP, CALL or RET
 */
void fn_state_taken(const struct fn_gen *g, struct fn_state *f, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];

	fn_stall_step(g, f, pc);
	fn_stall_taken(g, f);
	if (fn_gen_op(u)->kind == FN_GEN_JCC)
		fn_state_refine(f, u, true);
	else
		fn_state_step(g, f, pc);
}

/* On the way into a block, a value with an id of the block has an old one. */
static struct fn_absval retire_ids(const struct fn_gen *g,
				   const struct fn_bblock *to,
				   struct fn_absval f)
{
	u32 first = id_of_block(g, to, 0);

	if (f.id >= first && f.id < first + FN_NREGS)
		f.id = FN_ID_UNIQUE;
	return f;
}

/*
 * The id of a pointer or NULL where paths meet. Registers that are the same on
 * both paths remain so: they share the id of the first of them. Ids of the last
 * time that control came here will do, since both registers have them.
 */
static u32 id_of_join(const struct fn_gen *g, const struct fn_bblock *to,
		      const struct fn_state *f, u32 r)
{
	const struct fn_absval *was = g->was;
	u32 q;

	for (q = 0; q < r; q++) {
		if (was[q].kind == FN_AV_MAP_VALUE_OR_NULL &&
		    was[q].id == was[r].id && was[r].id != FN_ID_UNIQUE &&
		    f->r[q].kind == FN_AV_MAP_VALUE_OR_NULL &&
		    f->r[q].id == f->r[r].id && f->r[r].id != FN_ID_UNIQUE &&
		    to->state_in.r[q].kind == FN_AV_MAP_VALUE_OR_NULL)
			return to->state_in.r[q].id;
	}
	return id_of_block(g, to, r);
}

static bool join_reg(struct fn_gen *g, struct fn_bblock *to,
		     const struct fn_state *f, u32 r)
{
	struct fn_absval was = g->was[r];
	struct fn_absval b = retire_ids(g, to, f->r[r]);
	u32 id = id_of_block(g, to, r);
	struct fn_absval m;

	if (was.kind == FN_AV_MAP_VALUE_OR_NULL && b.kind == was.kind)
		id = id_of_join(g, to, f, r);
	m = fn_absval_join(was, fn_absval_range(&to->state_in, was), b,
			   fn_absval_range(f, b), id);
	if (fn_absval_equal(m, was))
		return false;
	if (was.kind == m.kind && to->widenings++ > MAX_WIDENINGS)
		m = unknown;
	to->state_in.r[r] = m;
	return true;
}

static bool join_frame(struct fn_bblock *to, const struct fn_state *f)
{
	bool changed = fn_stall_join(&to->state_in, f);

	if (to->state_in.frame_min <= f->frame_min)
		return changed;
	to->state_in.frame_min = f->frame_min;
	return true;
}

static void join_state(struct fn_gen *g, struct fn_bblock *to,
		       const struct fn_state *f)
{
	bool changed = !to->reachable;
	u32 r;

	if (!to->reachable)
		to->state_in = *f;
	to->reachable = true;
	memcpy(g->was, to->state_in.r, sizeof(g->was));
	for (r = 0; r < FN_REG_ZERO; r++)
		changed |= join_reg(g, to, f, r);
	if (join_frame(to, f) || changed)
		fn_cfg_mark(g, to - g->blocks);
}

/* CALL saves these, RET restores them. */
static bool is_callee_saved(u32 r)
{
	return r >= 6 && r <= FN_REG_FP;
}

/* Ids do not outlive a call or a return. */
static void drop_ids(struct fn_state *f)
{
	u32 r;

	for (r = 0; r < FN_REG_ZERO; r++) {
		if (f->r[r].id)
			f->r[r].id = FN_ID_UNIQUE;
	}
}

/* Returns lead to one return point more. */
static void mark_returns(struct fn_gen *g)
{
	u32 i;

	for (i = 0; i < g->norder; i++) {
		const struct fn_bblock *b = &g->blocks[g->order[i]];

		if (b->reachable &&
		    fn_gen_op(&g->code[b->end - 1])->kind == FN_GEN_RET)
			fn_cfg_mark(g, g->order[i]);
	}
}

/* After the return, callee-saved registers are what they are at the call. */
static void join_call(struct fn_gen *g, struct fn_bblock *site,
		      struct fn_state *f)
{
	bool changed = false;
	u32 r;

	drop_ids(f);
	if (g->moves_packet)
		forget_packet(g, f);
	for (r = 0; r < FN_REG_ZERO; r++) {
		if (!is_callee_saved(r))
			continue;
		if (!site->call_reached)
			site->state_in.r[r] = f->r[r];
		g->was[r] = site->state_in.r[r];
		changed |= join_reg(g, site, f, r);
	}
	if (!site->call_reached)
		mark_returns(g);
	site->call_reached = true;
	if (changed && site->reachable)
		fn_cfg_mark(g, site - g->blocks);
}

static void join_ret(struct fn_gen *g, struct fn_bblock *site,
		     const struct fn_state *f)
{
	bool changed = !site->reachable;
	u32 r;

	if (!site->call_reached)
		return;
	for (r = 0; r < FN_REG_ZERO; r++) {
		if (is_callee_saved(r))
			continue;
		if (!site->reachable)
			site->state_in.r[r] = f->r[r];
		g->was[r] = site->state_in.r[r];
		changed |= join_reg(g, site, f, r);
	}
	if (!site->reachable) {
		site->state_in.frame_min = f->frame_min;
		site->state_in.last = f->last;
		site->state_in.since = f->since;
	}
	site->reachable = true;
	if (join_frame(site, f) || changed)
		fn_cfg_mark(g, site - g->blocks);
}

static void propagate(struct fn_gen *g, const struct fn_bblock *b,
		      const struct fn_state *before)
{
	u32 kind = fn_gen_op(&g->code[b->end - 1])->kind;
	struct fn_state *f = &g->saved;
	u32 next[FN_GEN_MAX_NEXT];
	u32 n = fn_cfg_succs(g, b, next);
	u32 i;

	*f = *before;
	if (kind == FN_GEN_CALL)
		join_call(g, &g->blocks[g->block_of[b->end]], f);
	for (i = 0; i < n; i++) {
		*f = *before;
		if (kind == FN_GEN_JCC && i)
			fn_state_next(g, f, b->end - 1);
		else if (kind >= FN_GEN_JCC)
			fn_state_taken(g, f, b->end - 1);
		if (kind == FN_GEN_CALL || kind == FN_GEN_RET)
			drop_ids(f);
		if (kind == FN_GEN_RET)
			join_ret(g, &g->blocks[next[i]], f);
		else
			join_state(g, &g->blocks[next[i]], f);
	}
}

static void transfer(struct fn_gen *g, const struct fn_bblock *b)
{
	u32 pc;

	g->state = b->state_in;
	for (pc = b->first; pc < b->end; pc++) {
		if (fn_gen_op(&g->code[pc])->kind < FN_GEN_JCC)
			fn_state_next(g, &g->state, pc);
	}
	propagate(g, b, &g->state);
}

static void init_entry(struct fn_gen *g)
{
	struct fn_bblock *b = g->blocks;
	u32 r;

	for (r = 0; r < FN_REG_ZERO; r++)
		b->state_in.r[r] = absval(FN_AV_CONST, 0);
	b->state_in.r[1].min = FN_ADDR_LOCAL;
	b->state_in.r[FN_REG_FP].min = FN_ADDR_STACK_TOP;
	b->state_in.frame_min = least_frame(g);
	b->state_in.last = FN_LAST_CLEAN;
	b->reachable = true;
}

/**
 * fn_gen_dataflow - compute the abstract state at the beginning of all blocks
 * @g: program in basic blocks
 *
 * Return: false with a reason if that takes too long.
 */
bool fn_gen_dataflow(struct fn_gen *g)
{
	bool changed = true;
	u32 i;

	init_entry(g);
	fn_cfg_mark(g, 0);
	while (changed && g->steps <= g->max_steps) {
		changed = false;
		for (i = 0; i < g->norder; i++) {
			struct fn_bblock *b = &g->blocks[g->order[i]];

			if (!fn_cfg_visit(g, b))
				continue;
			transfer(g, b);
			changed = true;
		}
	}
	return g->steps <= g->max_steps || fn_gen_refuse(g, FN_GEN_TOO_LONG);
}
