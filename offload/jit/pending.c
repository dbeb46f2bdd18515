// SPDX-License-Identifier: GPL-2.0
/*
 * pending: counts that are known at compile time, added up there and added to the
 * thread's counters as late as possible.
 *
 * Each place in the code has a constant pending count. A block takes that of the
 * word before it, or of the first jump to it if no word falls through to it; all
 * other edges to it add the difference to the counters (Ball and Larus place
 * counters on edges so, "Optimally Profiling and Tracing Programs", 1994; the
 * spanning tree is the written order).
 *
 *	0: jeq r1, 0, @3	counters lack 1 word after it
 *	1: add r2, r2, 1	2
 *	2: jmp @4		3
 *	3: exit 1		2, whoever comes by the jump
 *	4: exit 2		4
 *
 * So a word costs nothing, some edges cost an addition, and an exit costs a row
 * in a table (struct fn_exit). All words are visited once.
 */
#include "../engine/profile.h"
#include "gen.h"

/**
 * fn_pending_add - add counts
 * @to: sum
 * @c: what is added
 */
void fn_pending_add(struct fn_pending *to, const struct fn_pending *c)
{
	to->acc += c->acc;
	to->stall += c->stall;
	to->hidden += c->hidden;
	to->map_busy += c->map_busy;
}

static bool same(const struct fn_pending *a, const struct fn_pending *b)
{
	return a->acc == b->acc && a->stall == b->stall &&
	       a->hidden == b->hidden && a->map_busy == b->map_busy;
}

static void sum_block(struct fn_gen *g, struct fn_bblock *b)
{
	u32 pc;

	g->state = b->state_in;
	for (pc = b->first; pc < b->end; pc++) {
		fn_pending_word(g, &g->state, pc, &b->cost);
		if (fn_gen_op(&g->code[pc])->kind < FN_GEN_JCC)
			fn_state_next(g, &g->state, pc);
	}
}

static struct fn_pending after(const struct fn_gen *g,
			       const struct fn_bblock *b, bool jump)
{
	struct fn_pending c = b->pending_in;

	fn_pending_add(&c, &b->cost);
	if (jump)
		c.acc += fn_acc(0, g->prog->profile->taken);
	return c;
}

static bool jumps(u32 kind, u32 i)
{
	return kind == FN_GEN_RET || (!i && kind >= FN_GEN_JCC);
}

static u32 last_kind(const struct fn_gen *g, const struct fn_bblock *b)
{
	return fn_gen_op(&g->code[b->end - 1])->kind;
}

/* Set the pending counts of successors that have none yet. */
static void set_pending(struct fn_gen *g, struct fn_bblock *b)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 kind = last_kind(g, b);
	u32 n = fn_cfg_succs(g, b, next);
	u32 i;

	for (i = 0; i < n; i++) {
		struct fn_bblock *to = &g->blocks[next[i]];
		bool jump = jumps(kind, i);

		if (jump && (to <= b || to->has_pending_in))
			continue;
		to->pending_in = after(g, b, jump);
		to->has_pending_in = true;
	}
}

static bool stores_acc(const struct fn_gen *g, const struct fn_bblock *b)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 kind = last_kind(g, b);
	u32 n = fn_cfg_succs(g, b, next);

	if (kind == FN_GEN_RET || (n && next[0] <= b - g->blocks))
		return true;
	return n && jumps(kind, 0) && g->blocks[next[0]].reachable &&
	       !fn_cfg_is_exit(g, next[0]) &&
	       after(g, b, true).acc != g->blocks[next[0]].pending_in.acc;
}

/**
 * fn_gen_pending - compute the pending counts at the beginning of each block
 * @g: program; dataflow.c has found the reachable blocks
 */
void fn_gen_pending(struct fn_gen *g)
{
	u32 i;

	for (i = 0; i < g->nblocks; i++) {
		if (!g->blocks[i].reachable)
			continue;
		sum_block(g, &g->blocks[i]);
		set_pending(g, &g->blocks[i]);
	}
	for (i = 0; i < g->nblocks; i++) {
		if (g->blocks[i].reachable)
			g->stores_acc |= stores_acc(g, &g->blocks[i]);
	}
}

/**
 * fn_pending_after - pending counts after the current word
 * @g: program
 */
struct fn_pending fn_pending_after(const struct fn_gen *g)
{
	struct fn_pending c = g->pending;

	fn_pending_word(g, &g->state, g->pc, &c);
	return c;
}

/**
 * fn_pending_after_jump - the same if it is a jump that is taken
 * @g: program; no more than what is known of registers may be that after it
 */
struct fn_pending fn_pending_after_jump(const struct fn_gen *g)
{
	struct fn_pending c = fn_pending_after(g);

	c.acc += fn_acc(0, g->prog->profile->taken);
	return c;
}

static void emit_increment(struct fn_gen *g, s32 off, u64 more)
{
	if (!more)
		return;
	fn_asm_load(g, 0, FN_BPF_EXEC, off);
	fn_asm_add(g, 0, more, 1);
	fn_asm_store(g, FN_BPF_EXEC, off, 0);
}

/**
 * fn_pending_matches - are the pending counts after a jump those of its target?
 * @g: program
 * @to: pending counts of the target
 */
bool fn_pending_matches(const struct fn_gen *g, const struct fn_pending *to)
{
	struct fn_pending c = fn_pending_after_jump(g);

	return same(&c, to);
}

/**
 * fn_emit_reconcile - add the difference of pending counts on an edge
 * @g: program; R0 is fn_exec.acc then, if that has changed
 * @to: pending counts of the target
 *
 * Return: R0 is fn_exec.acc.
 */
bool fn_emit_reconcile(struct fn_gen *g, const struct fn_pending *to)
{
	struct fn_pending c = fn_pending_after_jump(g);

	emit_increment(g, offsetof(struct fn_exec, cycles),
		       c.stall - to->stall);
	emit_increment(g, offsetof(struct fn_exec, hidden),
		       c.hidden - to->hidden);
	emit_increment(g, offsetof(struct fn_exec, map_busy),
		       c.map_busy - to->map_busy);
	emit_increment(g, offsetof(struct fn_exec, acc), c.acc - to->acc);
	return c.acc != to->acc;
}
