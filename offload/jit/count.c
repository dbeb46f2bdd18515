// SPDX-License-Identifier: GPL-2.0
/*
 * count: what is counted, shared out between the code and the thread's
 * counters.
 *
 * At each place it is known what the counters lack. Who comes from the word
 * before finds them right for that, and so does the first jump to a block that
 * nobody comes to otherwise; others add the difference (as Ball and Larus place
 * counters on edges, "Optimally Profiling and Tracing Programs", 1994, with the
 * written order for the tree).
 *
 *	0: jeq r1, 0, @3	counters lack 1 word after it
 *	1: add r2, r2, 1	2
 *	2: jmp @4		3
 *	3: exit 1		2, whoever comes by the jump
 *	4: exit 2		4
 *
 * So a word costs nothing, a jump now and then an addition, and an exit a row
 * in a table (struct fn_exit). One visit of all words.
 */
#include "../engine/profile.h"
#include "gen.h"

/**
 * fn_count_add - add
 * @to: sum
 * @c: what is added
 */
void fn_count_add(struct fn_count *to, const struct fn_count *c)
{
	to->acc += c->acc;
	to->wait += c->wait;
	to->hidden += c->hidden;
	to->busy += c->busy;
}

static bool same(const struct fn_count *a, const struct fn_count *b)
{
	return a->acc == b->acc && a->wait == b->wait &&
	       a->hidden == b->hidden && a->busy == b->busy;
}

static void sum_block(struct fn_gen *g, struct fn_bblock *b)
{
	u32 pc;

	g->now = b->in;
	for (pc = b->first; pc < b->end; pc++) {
		fn_count_word(g, &g->now, pc, &b->sum);
		if (fn_gen_op(&g->code[pc])->kind < FN_GEN_JCC)
			fn_facts_next(g, &g->now, pc);
	}
}

static struct fn_count after(const struct fn_gen *g, const struct fn_bblock *b,
			     bool jump)
{
	struct fn_count c = b->base;

	fn_count_add(&c, &b->sum);
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

/* Control that goes on to the next word must find the counters right. */
static void base_from(struct fn_gen *g, struct fn_bblock *b)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 kind = last_kind(g, b);
	u32 n = fn_gen_next(g, b, next);
	u32 i;

	for (i = 0; i < n; i++) {
		struct fn_bblock *to = &g->blocks[next[i]];
		bool jump = jumps(kind, i);

		if (jump && (to <= b || to->based))
			continue;
		to->base = after(g, b, jump);
		to->based = true;
	}
}

static bool changes(const struct fn_gen *g, const struct fn_bblock *b)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 kind = last_kind(g, b);
	u32 n = fn_gen_next(g, b, next);

	if (kind == FN_GEN_RET || (n && next[0] <= b - g->blocks))
		return true;
	return n && jumps(kind, 0) && g->blocks[next[0]].seen &&
	       !fn_gen_exits(g, next[0]) &&
	       after(g, b, true).acc != g->blocks[next[0]].base.acc;
}

/**
 * fn_gen_base - find out what counters lack at the beginning of each block
 * @g: program; facts.c has found what is reached
 */
void fn_gen_base(struct fn_gen *g)
{
	u32 i;

	for (i = 0; i < g->nblocks; i++) {
		if (!g->blocks[i].seen)
			continue;
		sum_block(g, &g->blocks[i]);
		base_from(g, &g->blocks[i]);
	}
	for (i = 0; i < g->nblocks; i++) {
		if (g->blocks[i].seen)
			g->counted |= changes(g, &g->blocks[i]);
	}
}

/**
 * fn_gen_after - what counters lack after the word at hand
 * @g: program
 */
struct fn_count fn_gen_after(const struct fn_gen *g)
{
	struct fn_count c = g->count;

	fn_count_word(g, &g->now, g->pc, &c);
	return c;
}

/**
 * fn_gen_after_jump - the same when it has jumped
 * @g: program; no more than what is known of registers may be that after it
 */
struct fn_count fn_gen_after_jump(const struct fn_gen *g)
{
	struct fn_count c = fn_gen_after(g);

	c.acc += fn_acc(0, g->prog->profile->taken);
	return c;
}

static void put_more(struct fn_gen *g, s32 off, u64 more)
{
	if (!more)
		return;
	fn_put_load(g, 0, FN_GEN_X, off);
	fn_put_add(g, 0, more, 1);
	fn_put_store(g, FN_GEN_X, off, 0);
}

/**
 * fn_count_fits - are counters right for a block after a jump?
 * @g: program
 * @to: what they may lack there
 */
bool fn_count_fits(const struct fn_gen *g, const struct fn_count *to)
{
	struct fn_count c = fn_gen_after_jump(g);

	return same(&c, to);
}

/**
 * fn_emit_correct - make counters right after a jump
 * @g: program; R0 is fn_exec.acc then, if that has changed
 * @to: what they may lack then
 *
 * Return: R0 is fn_exec.acc.
 */
bool fn_emit_correct(struct fn_gen *g, const struct fn_count *to)
{
	struct fn_count c = fn_gen_after_jump(g);

	put_more(g, offsetof(struct fn_exec, cycles), c.wait - to->wait);
	put_more(g, offsetof(struct fn_exec, hidden), c.hidden - to->hidden);
	put_more(g, offsetof(struct fn_exec, map_busy), c.busy - to->busy);
	put_more(g, offsetof(struct fn_exec, acc), c.acc - to->acc);
	return c.acc != to->acc;
}
