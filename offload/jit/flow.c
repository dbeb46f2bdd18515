// SPDX-License-Identifier: GPL-2.0
/*
 * flow: blocks, and where control goes from them.
 *
 * Leaders are the targets of jumps and what follows a jump or call (Aho, Lam,
 * Sethi, Ullman, 8.4). A return goes to all places behind a call: which of them
 * is looked up when it runs. A block's depth is how many jumps backwards span
 * it, a guess at the nesting of loops that place weighs uses by.
 *
 * Three visits of all words; the calls are bounded, as each return leads to
 * all.
 */
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
