// SPDX-License-Identifier: GPL-2.0
/*
 * flow: blocks, where control goes from them, and what is counted on the way.
 */
#include "../engine/profile.h"
#include "gen.h"

static u32 kind_of(const struct fn_gen *g, u32 pc)
{
	return fn_gen_op(&g->code[pc])->kind;
}

static bool jumps(u32 kind)
{
	return kind == FN_GEN_JCC || kind == FN_GEN_JMP || kind == FN_GEN_CALL;
}

/* Marks where blocks begin; false if there are too many calls. */
static bool find_leaders(struct fn_gen *g)
{
	u32 pc, kind;

	g->block_of[0] = 1;
	for (pc = 0; pc < g->n; pc++) {
		kind = kind_of(g, pc);
		if (jumps(kind))
			g->block_of[g->code[pc].imm] = 1;
		if (kind >= FN_GEN_JCC)
			g->block_of[pc + 1] = 1;
		if (kind != FN_GEN_CALL)
			continue;
		if (g->ncalls == FN_GEN_MAX_CALLS)
			return false;
		g->calls[g->ncalls++] = pc + 1;
	}
	return true;
}

static bool cut(struct fn_gen *g)
{
	struct fn_bblock *b = NULL;
	u32 pc;

	for (pc = 0; pc < g->n; pc++)
		g->nblocks += g->block_of[pc];
	g->blocks = fn_alloc(g->nblocks * sizeof(*g->blocks));
	if (!g->blocks)
		return false;
	for (pc = 0; pc < g->n; pc++) {
		if (g->block_of[pc]) {
			b = b ? b + 1 : g->blocks;
			b->first = pc;
		}
		g->block_of[pc] = b - g->blocks;
		b->end = pc + 1;
	}
	return true;
}

static void nest(struct fn_gen *g, u32 from, u32 to)
{
	for (; to <= from; to++)
		g->blocks[to].depth += g->blocks[to].depth < 3;
}

static void find_loops(struct fn_gen *g)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 i, k, n;

	for (i = 0; i < g->nblocks; i++) {
		if (kind_of(g, g->blocks[i].end - 1) == FN_GEN_RET)
			continue;
		n = fn_gen_next(g, &g->blocks[i], next);
		for (k = 0; k < n; k++)
			nest(g, i, next[k]);
	}
}

/**
 * fn_gen_next - the blocks that may come after a block
 * @g: program
 * @b: block
 * @next: gets their numbers; of a RET, all words after a CALL
 *
 * Return: how many.
 */
u32 fn_gen_next(const struct fn_gen *g, const struct fn_bblock *b, u32 *next)
{
	const struct fn_uop *u = &g->code[b->end - 1];
	u32 kind = fn_gen_op(u)->kind;
	u32 n = 0;

	if (kind == FN_GEN_RET) {
		for (; n < g->ncalls; n++)
			next[n] = g->block_of[g->calls[n]];
		return n;
	}
	if (jumps(kind))
		next[n++] = g->block_of[u->imm];
	if (kind <= FN_GEN_JCC && b->end < g->n)
		next[n++] = g->block_of[b->end];
	return n;
}

/**
 * fn_gen_before - what acc lacks before a word
 * @g: program
 * @b: block of the word
 * @pc: word, or the one after the block's last
 *
 * Return: as of fn_acc().
 */
u64 fn_gen_before(const struct fn_gen *g, const struct fn_bblock *b, u32 pc)
{
	return b->base + fn_acc(pc - b->first, (u32)(g->code[pc].before -
						     g->code[b->first].before));
}

/**
 * fn_gen_after_jump - what acc lacks when the jump at a block's end was taken
 * @g: program
 * @b: block
 */
u64 fn_gen_after_jump(const struct fn_gen *g, const struct fn_bblock *b)
{
	return fn_gen_before(g, b, b->end) + g->prog->profile->taken;
}

static void set_base(struct fn_bblock *b, u64 base)
{
	if (!b->based)
		b->base = base;
	b->based = true;
}

/**
 * fn_gen_exits - does a block only exit, with a verdict that it names?
 * @g: program
 * @block: number
 *
 * It is repeated where others jump to it.
 */
bool fn_gen_exits(const struct fn_gen *g, u32 block)
{
	const struct fn_uop *u = &g->code[g->blocks[block].first];

	return fn_gen_op(u)->kind == FN_GEN_EXIT && u->a == FN_REG_ZERO;
}

/* Control that goes on to the next word must find acc right. */
static void base_from(struct fn_gen *g, struct fn_bblock *b)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 kind = kind_of(g, b->end - 1);
	u32 n = fn_gen_next(g, b, next);
	u32 i;

	for (i = 0; i < n; i++) {
		struct fn_bblock *to = &g->blocks[next[i]];
		bool jump = kind == FN_GEN_RET || (!i && jumps(kind));

		if (!jump) {
			to->base = fn_gen_before(g, b, b->end);
			to->based = true;
		} else if (to > b) {
			set_base(to, fn_gen_after_jump(g, b));
		}
	}
}

static bool changes(const struct fn_gen *g, const struct fn_bblock *b)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 kind = kind_of(g, b->end - 1);
	u32 n = fn_gen_next(g, b, next);

	if (kind == FN_GEN_RET)
		return true;
	return jumps(kind) && n && g->blocks[next[0]].seen &&
	       !fn_gen_exits(g, next[0]) &&
	       fn_gen_after_jump(g, b) != g->blocks[next[0]].base;
}

/**
 * fn_gen_base - share out what is counted between the code and acc
 * @g: program; facts.c has found what is reached
 *
 * Who comes from the word before finds acc right, and so does the first jump
 * to a block that nobody comes to otherwise; others add the difference.
 */
void fn_gen_base(struct fn_gen *g)
{
	u32 i;

	for (i = 0; i < g->nblocks; i++) {
		if (g->blocks[i].seen)
			base_from(g, &g->blocks[i]);
	}
	for (i = 0; i < g->nblocks; i++) {
		if (g->blocks[i].seen)
			g->counted |= changes(g, &g->blocks[i]);
	}
}

/**
 * fn_gen_flow - cut a program into blocks
 * @g: program
 *
 * Return: false with a reason.
 */
bool fn_gen_flow(struct fn_gen *g)
{
	if (!find_leaders(g))
		return fn_gen_refuse(g, "it has more than %u calls",
				     FN_GEN_MAX_CALLS);
	if (!cut(g))
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	find_loops(g);
	return true;
}
