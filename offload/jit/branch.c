// SPDX-License-Identifier: GPL-2.0
/*
 * branch: comparisons, jumps and ends.
 *
 * A jump goes straight to its target if the pending counts there are those after
 * the jump, and otherwise through code on the edge that adds the difference. A
 * back edge compares acc with a limit: beyond it the interpreter goes on, which
 * enforces the limit exactly.
 */
#include "gen.h"

static const u8 codes[FN_NCONDS] = {
	[FN_EQ] = BPF_JEQ,   [FN_NE] = BPF_JNE,	  [FN_GT] = BPF_JGT,
	[FN_GE] = BPF_JGE,   [FN_LT] = BPF_JLT,	  [FN_LE] = BPF_JLE,
	[FN_SGT] = BPF_JSGT, [FN_SGE] = BPF_JSGE, [FN_SLT] = BPF_JSLT,
	[FN_SLE] = BPF_JSLE, [FN_SET] = BPF_JSET, [FN_CLR] = BPF_JSET,
};

/* Compare registers, or a register and a constant, and jump if cc holds. */
static void emit_compare(struct fn_gen *g, u32 cc, u32 code, u32 a, u32 b,
			 s32 k, u32 label)
{
	u32 past;

	if (cc != FN_CLR) {
		fn_asm_jump(g, code | codes[cc], a, b, k, label);
		return;
	}
	past = fn_asm_label(g);
	fn_asm_jump(g, code | BPF_JSET, a, b, k, past);
	fn_asm_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, label);
	fn_asm_bind(g, past);
}

/* The host address of a map value is NULL if and only if the device's is. */
static bool compare_null(struct fn_gen *g, const struct fn_uop *u,
			 const struct fn_gen_op *op, u32 label)
{
	u32 kind = fn_state_reg(&g->state, u->a).kind;

	if (kind < FN_AV_MAP_VALUE || op->w || !fn_val_web(g, u->a)->is_host)
		return false;
	emit_compare(g, op->code, BPF_JMP | BPF_K, fn_val_reg_host(g, u->a, 0),
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
	a = fn_val_reg(g, u->a, 0);
	if (fn_val_const(g, u->b, u->imm16, &v) && (op->w || v == (s32)v)) {
		emit_compare(g, op->code, class | BPF_K, a, 0, v, label);
		return;
	}
	b = fn_val_reg(g, u->b, 1);
	if (u->imm16) {
		fn_asm_move(g, 1, b);
		fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, u->imm16);
		b = 1;
	}
	emit_compare(g, op->code, class | BPF_X, a, b, 0, label);
}

/* Is the comparison of the end with a pointer @range bytes before it static? */
static bool is_decided(u32 cc, s64 range, bool *holds)
{
	*holds = cc == FN_GE || cc == FN_GT || cc == FN_NE;
	if (cc == FN_GE || cc == FN_LT)
		return range >= 0;
	return range > 0;
}

/* Compare the frame's length with a constant. */
static void compare_len(struct fn_gen *g, u32 cc, s64 len, u32 label)
{
	static const u8 as_signed[FN_NCONDS] = {
		[FN_EQ] = FN_EQ,  [FN_NE] = FN_NE,  [FN_GT] = FN_SGT,
		[FN_GE] = FN_SGE, [FN_LT] = FN_SLT, [FN_LE] = FN_SLE,
	};

	fn_asm_load(g, 0, FN_BPF_EXEC, offsetof(struct fn_exec, frame_len));
	emit_compare(g, as_signed[cc], BPF_JMP | BPF_K, 0, 0, len, label);
}

/* Compare the packet's end with a packet pointer, as host addresses. */
static void compare_end(struct fn_gen *g, const struct fn_end_cmp *e, u32 label)
{
	s64 more = e->to.min - fn_state_reg(&g->state, e->reg).min;
	u32 b = fn_val_reg_host(g, e->reg, 1);

	if (more) {
		fn_asm_move(g, 1, b);
		fn_asm_add(g, 1, more, 0);
		b = 1;
	}
	fn_asm_load(g, 0, FN_BPF_EXEC, offsetof(struct fn_exec, end_host));
	emit_compare(g, e->cc, BPF_JMP | BPF_X, 0, b, 0, label);
}

static void compare(struct fn_gen *g, const struct fn_uop *u,
		    const struct fn_gen_op *op, u32 label)
{
	struct fn_end_cmp e;
	bool holds;

	if (!fn_absval_end_cmp(&g->state, u, &e)) {
		compare_regs(g, u, op, label);
	} else if (is_decided(e.cc, fn_absval_range(&g->state, e.to), &holds)) {
		if (holds)
			fn_asm_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, label);
	} else if (!e.to.id) {
		compare_len(g, e.cc, e.to.min, label);
	} else {
		compare_end(g, &e, label);
	}
}

/* d = a cond imm16 ? c : b, c is imm or its register */
static void emit_choice(struct fn_gen *g, const struct fn_uop *u, u32 t)
{
	if (u->op == FN_UOP_SELR)
		fn_val_load(g, t, u->imm);
	else
		fn_asm_const(g, t, (s64)u->imm);
}

void fn_emit_sel(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 class = u->x & FN_X_W ? BPF_JMP32 : BPF_JMP;
	u32 t = fn_val_dst(g);
	u32 chosen = fn_asm_label(g);
	u32 past = fn_asm_label(g);
	u32 a;

	if (!fn_val_dst_live(g))
		return;
	a = fn_val_reg(g, u->a, 1);
	emit_compare(g, FN_X_COND(u->x), class | BPF_K, a, 0, u->imm16, chosen);
	fn_val_load(g, t, u->b);
	fn_asm_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, past);
	fn_asm_bind(g, chosen);
	emit_choice(g, u, t);
	fn_asm_bind(g, past);
	fn_val_set_dst(g, u, t);
}

static bool is_back_edge(const struct fn_gen *g, u32 to)
{
	return &g->blocks[to] <= g->block;
}

/* The target expects the time of the last access in fn_exec.last_access. */
static bool must_sync_last(const struct fn_gen *g, u32 to)
{
	return g->state.last == FN_LAST_DIRTY &&
	       g->blocks[to].state_in.last == FN_LAST_IN_MEMORY;
}

/* Code on an edge: reconcile the counters, then jump to the block. */
static void emit_edge(struct fn_gen *g, u32 to)
{
	const struct fn_bblock *b = &g->blocks[to];
	struct fn_pending after = fn_pending_after_jump(g);
	bool loaded;

	if (must_sync_last(g, to))
		fn_emit_sync_last(g, &g->state, &after);
	loaded = fn_emit_reconcile(g, &b->pending_in);
	if (!is_back_edge(g, to)) {
		fn_asm_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, to);
		return;
	}
	if (!loaded)
		fn_asm_load(g, 0, FN_BPF_EXEC, offsetof(struct fn_exec, acc));
	fn_asm_insn(g, BPF_ALU64 | BPF_LSH | BPF_K, 0, 0, 0, 64 - FN_ACC_SHIFT);
	fn_asm_load(g, 1, FN_BPF_EXEC, offsetof(struct fn_exec, acc_limit));
	fn_asm_jump(g, BPF_JMP | BPF_JLE | BPF_X, 0, 1, 0, to);
	g->state = b->state_in;
	fn_web_enter(g, b);
	fn_emit_bailout_at(g, b->first, b->live_in, b->pending_in);
}

/* The target only exits: exit at once. */
static void emit_exit_block(struct fn_gen *g, u32 to)
{
	u32 pc = g->blocks[to].first;
	const struct fn_uop *u = &g->code[pc];
	struct fn_pending total = fn_pending_after_jump(g);

	total.acc += fn_acc(1, u[1].before - u->before);
	fn_asm_store_imm(g, BPF_DW, offsetof(struct fn_exec, result), u->imm);
	fn_emit_finish(g, pc, total);
}

/**
 * fn_emit_goto - generate the taken jump at the end of the current block
 * @g: program
 * @to: block
 */
void fn_emit_goto(struct fn_gen *g, u32 to)
{
	if (fn_cfg_is_exit(g, to))
		emit_exit_block(g, to);
	else
		emit_edge(g, to);
}

static bool needs_no_edge(const struct fn_gen *g, u32 to)
{
	return !fn_cfg_is_exit(g, to) && !is_back_edge(g, to) &&
	       !must_sync_last(g, to) &&
	       fn_pending_matches(g, &g->blocks[to].pending_in);
}

void fn_emit_jcc(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 to = g->block_of[u->imm];
	u32 label = fn_asm_label(g);
	u32 web[FN_NREGS];
	bool direct;

	g->saved = g->state;
	fn_state_taken(g, &g->state, g->pc);
	direct = needs_no_edge(g, to);
	g->state = g->saved;
	compare(g, u, op, direct ? to : label);
	if (direct)
		return;
	fn_state_taken(g, &g->state, g->pc);
	memcpy(web, g->web, sizeof(web));
	fn_asm_cold(g, true);
	fn_asm_bind(g, label);
	fn_emit_goto(g, to);
	fn_asm_cold(g, false);
	memcpy(g->web, web, sizeof(web));
	g->state = g->saved;
}

void fn_emit_exitc(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op)
{
	u32 label = fn_asm_label(g);

	compare(g, u, op, label);
	fn_asm_cold(g, true);
	fn_asm_bind(g, label);
	fn_asm_store_imm(g, BPF_DW, offsetof(struct fn_exec, result), u->imm);
	fn_emit_finish(g, g->pc, fn_pending_after(g));
	fn_asm_cold(g, false);
}

void fn_emit_jmp(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	fn_state_taken(g, &g->state, g->pc);
	fn_emit_goto(g, g->block_of[u->imm]);
}

void fn_emit_exit(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	s32 off = offsetof(struct fn_exec, result);
	s64 v;

	if (fn_val_const(g, u->a, u->imm, &v) && v == (s32)v)
		fn_asm_store_imm(g, BPF_DW, off, v);
	else
		fn_asm_store(g, FN_BPF_EXEC, off, fn_val_reg(g, u->a, 0));
	fn_emit_finish(g, g->pc, fn_pending_after(g));
}

void fn_emit_trap(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	fn_emit_bailout_at(g, g->pc, g->live[g->pc], g->pending);
}
