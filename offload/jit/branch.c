// SPDX-License-Identifier: GPL-2.0
/*
 * branch: comparisons, jumps and ends.
 *
 * A jump goes to its block at once if acc is right for that, and otherwise by
 * way of code that corrects it. A jump backwards looks at acc: when the run has
 * become long the interpreter goes on, which knows when it is too long.
 */
#include "gen.h"

static const u8 codes[FN_NCONDS] = {
	[FN_EQ] = BPF_JEQ,   [FN_NE] = BPF_JNE,	  [FN_GT] = BPF_JGT,
	[FN_GE] = BPF_JGE,   [FN_LT] = BPF_JLT,	  [FN_LE] = BPF_JLE,
	[FN_SGT] = BPF_JSGT, [FN_SGE] = BPF_JSGE, [FN_SLT] = BPF_JSLT,
	[FN_SLE] = BPF_JSLE, [FN_SET] = BPF_JSET, [FN_CLR] = BPF_JSET,
};

/* Jumps to a label if two registers, or one and a constant, compare so. */
static void put_compare(struct fn_gen *g, u32 cc, u32 code, u32 a, u32 b, s32 k,
			u32 label)
{
	u32 past;

	if (cc != FN_CLR) {
		fn_put_jump(g, code | codes[cc], a, b, k, label);
		return;
	}
	past = fn_label(g);
	fn_put_jump(g, code | BPF_JSET, a, b, k, past);
	fn_put_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, label);
	fn_label_here(g, past);
}

/* A pointer to a value that is the host's is none when the card's is. */
static bool compare_null(struct fn_gen *g, const struct fn_uop *u,
			 const struct fn_gen_op *op, u32 label)
{
	u32 kind = fn_fact_of(&g->now, u->a).kind;

	if (kind < FN_KNOWN_VALUE || op->w || !fn_val_web(g, u->a)->host)
		return false;
	put_compare(g, op->code, BPF_JMP | BPF_K, fn_val_use_host(g, u->a, 0),
		    0, 0, label);
	return true;
}

static void compare_regs(struct fn_gen *g, const struct fn_uop *u,
			 const struct fn_gen_op *op, u32 label)
{
	u32 class = op->w ? BPF_JMP32 : BPF_JMP;
	u32 a, b;
	s64 v;

	if (compare_null(g, u, op, label))
		return;
	a = fn_val_use(g, u->a, 0);
	if (fn_val_const(g, u->b, u->imm16, &v) && (op->w || v == (s32)v)) {
		put_compare(g, op->code, class | BPF_K, a, 0, v, label);
		return;
	}
	b = fn_val_use(g, u->b, 1);
	if (u->imm16) {
		fn_put_move(g, 1, b);
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, u->imm16);
		b = 1;
	}
	put_compare(g, op->code, class | BPF_X, a, b, 0, label);
}

/* There are at least @room bytes: is it known how the end compares? */
static bool is_decided(u32 cc, s64 room, bool *holds)
{
	*holds = cc == FN_GE || cc == FN_GT || cc == FN_NE;
	if (cc == FN_GE || cc == FN_LT)
		return room >= 0;
	return room > 0;
}

/* The frame's length with a number */
static void compare_len(struct fn_gen *g, u32 cc, s64 len, u32 label)
{
	static const u8 as_signed[FN_NCONDS] = {
		[FN_EQ] = FN_EQ,  [FN_NE] = FN_NE,  [FN_GT] = FN_SGT,
		[FN_GE] = FN_SGE, [FN_LT] = FN_SLT, [FN_LE] = FN_SLE,
	};

	fn_put_load(g, 0, FN_GEN_X, offsetof(struct fn_exec, frame_len));
	put_compare(g, as_signed[cc], BPF_JMP | BPF_K, 0, 0, len, label);
}

/* The packet's end with a pointer to it, both of the host's */
static void compare_end(struct fn_gen *g, const struct fn_ends *e, u32 label)
{
	s64 more = e->to.v - fn_fact_of(&g->now, e->reg).v;
	u32 b = fn_val_use_host(g, e->reg, 1);

	if (more) {
		fn_put_move(g, 1, b);
		fn_put_add(g, 1, more, 0);
		b = 1;
	}
	fn_put_load(g, 0, FN_GEN_X, offsetof(struct fn_exec, end_host));
	put_compare(g, e->cc, BPF_JMP | BPF_X, 0, b, 0, label);
}

static void compare(struct fn_gen *g, const struct fn_uop *u,
		    const struct fn_gen_op *op, u32 label)
{
	struct fn_ends e;
	bool holds;

	if (!fn_fact_ends(&g->now, u, &e)) {
		compare_regs(g, u, op, label);
	} else if (is_decided(e.cc, fn_fact_room(&g->now, e.to), &holds)) {
		if (holds)
			fn_put_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, label);
	} else if (!e.to.sym) {
		compare_len(g, e.cc, e.to.v, label);
	} else {
		compare_end(g, &e, label);
	}
}

/* d = a cond imm16 ? c : b, c is imm or its register */
static void put_choice(struct fn_gen *g, const struct fn_uop *u, u32 t)
{
	if (u->op == FN_UOP_SELR)
		fn_val_fetch(g, t, u->imm);
	else
		fn_put_const(g, t, (s64)u->imm);
}

void fn_emit_sel(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 class = u->x & FN_X_W ? BPF_JMP32 : BPF_JMP;
	u32 t = fn_val_target(g);
	u32 chosen = fn_label(g);
	u32 past = fn_label(g);
	u32 a;

	if (!fn_val_wanted(g))
		return;
	a = fn_val_use(g, u->a, 1);
	put_compare(g, FN_X_COND(u->x), class | BPF_K, a, 0, u->imm16, chosen);
	fn_val_fetch(g, t, u->b);
	fn_put_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, past);
	fn_label_here(g, chosen);
	put_choice(g, u, t);
	fn_label_here(g, past);
	fn_val_result(g, u, t);
}

static bool is_back(const struct fn_gen *g, u32 to)
{
	return &g->blocks[to] <= g->block;
}

/* Other code expects when the last access was in memory. */
static bool unsettled(const struct fn_gen *g, u32 to)
{
	return g->now.when == FN_WHEN_SINCE &&
	       g->blocks[to].in.when == FN_WHEN_MEMORY;
}

/* After a jump: make the counters right for the block, and go there. */
static void put_edge(struct fn_gen *g, u32 to)
{
	const struct fn_bblock *b = &g->blocks[to];
	struct fn_count after = fn_gen_after_jump(g);
	bool loaded;

	if (unsettled(g, to))
		fn_emit_settle(g, &g->now, &after);
	loaded = fn_emit_correct(g, &b->base);
	if (!is_back(g, to)) {
		fn_put_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, to);
		return;
	}
	if (!loaded)
		fn_put_load(g, 0, FN_GEN_X, offsetof(struct fn_exec, acc));
	fn_put(g, BPF_ALU64 | BPF_LSH | BPF_K, 0, 0, 0, 64 - FN_ACC_SHIFT);
	fn_put_load(g, 1, FN_GEN_X, offsetof(struct fn_exec, acc_limit));
	fn_put_jump(g, BPF_JMP | BPF_JLE | BPF_X, 0, 1, 0, to);
	g->now = b->in;
	fn_web_enter(g, b);
	fn_emit_resume_at(g, b->first, b->live, b->base);
}

/* The block only exits: do so. */
static void put_exit(struct fn_gen *g, u32 to)
{
	u32 pc = g->blocks[to].first;
	const struct fn_uop *u = &g->code[pc];
	struct fn_count total = fn_gen_after_jump(g);

	total.acc += fn_acc(1, u[1].before - u->before);
	fn_put_set(g, BPF_DW, offsetof(struct fn_exec, result), u->imm);
	fn_emit_finish(g, pc, total);
}

/**
 * fn_emit_goto - the jump at the end of the block at hand has been taken
 * @g: program
 * @to: block
 */
void fn_emit_goto(struct fn_gen *g, u32 to)
{
	if (fn_gen_exits(g, to))
		put_exit(g, to);
	else
		put_edge(g, to);
}

static bool at_once(const struct fn_gen *g, u32 to)
{
	return !fn_gen_exits(g, to) && !is_back(g, to) && !unsettled(g, to) &&
	       fn_count_fits(g, &g->blocks[to].base);
}

void fn_emit_jcc(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 to = g->block_of[u->imm];
	u32 label = fn_label(g);
	u32 web[FN_NREGS];
	bool once;

	g->kept = g->now;
	fn_facts_jump(g, &g->now, g->pc);
	once = at_once(g, to);
	g->now = g->kept;
	compare(g, u, op, once ? to : label);
	if (once)
		return;
	fn_facts_jump(g, &g->now, g->pc);
	memcpy(web, g->web, sizeof(web));
	fn_cold(g, true);
	fn_label_here(g, label);
	fn_emit_goto(g, to);
	fn_cold(g, false);
	memcpy(g->web, web, sizeof(web));
	g->now = g->kept;
}

void fn_emit_exitc(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op)
{
	u32 label = fn_label(g);

	compare(g, u, op, label);
	fn_cold(g, true);
	fn_label_here(g, label);
	fn_put_set(g, BPF_DW, offsetof(struct fn_exec, result), u->imm);
	fn_emit_finish(g, g->pc, fn_gen_after(g));
	fn_cold(g, false);
}

void fn_emit_jmp(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	fn_facts_jump(g, &g->now, g->pc);
	fn_emit_goto(g, g->block_of[u->imm]);
}

void fn_emit_exit(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	s32 off = offsetof(struct fn_exec, result);
	s64 v;

	if (fn_val_const(g, u->a, u->imm, &v) && v == (s32)v)
		fn_put_set(g, BPF_DW, off, v);
	else
		fn_put_store(g, FN_GEN_X, off, fn_val_use(g, u->a, 0));
	fn_emit_finish(g, g->pc, fn_gen_after(g));
}

void fn_emit_trap(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	fn_emit_resume_at(g, g->pc, g->live[g->pc], g->count);
}
