// SPDX-License-Identifier: GPL-2.0
/*
 * live: which registers are live where, and the values that are in them.
 *
 * Backward data flow with a bit a register (Aho, Lam, Sethi, Ullman, 9.2.5),
 * here with what is live before each word.
 *
 * A web is what one or more words write to a register and all that may read it
 * (Muchnick, 16.3.3), found by a disjoint-set forest: a block's registers at
 * its beginning and each word's result are nodes, and edges of the flow on
 * which the register is live join them. The register's other values are webs of
 * their own.
 *
 *	0: add r1, r2, 1		web 1
 *	1: st4 [r11], r1
 *	2: mov r1, 5			web 2: the host's register for it may be
 *	3: exit r1			another
 *
 * Liveness takes a round more than loops nest; the webs one visit of all words
 * and of the registers live on each edge.
 */
#include "../helpers.h"
#include "gen.h"

static u32 out_of(const struct fn_gen *g, const struct fn_bblock *b)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 n = fn_gen_next(g, b, next);
	u32 live = 0;

	while (n--)
		live |= g->blocks[next[n]].live;
	return live;
}

static u32 through(struct fn_gen *g, const struct fn_bblock *b, u32 live)
{
	u32 pc;

	for (pc = b->end; pc-- > b->first;) {
		live &= ~fn_gen_writes(&g->code[pc]);
		live |= fn_gen_reads(&g->code[pc]);
		g->live[pc] = live;
	}
	return live;
}

/**
 * fn_gen_live - find the registers that are wanted before each word
 * @g: program in blocks
 */
void fn_gen_live(struct fn_gen *g)
{
	bool changed = true;
	u32 i, live;

	while (changed) {
		changed = false;
		for (i = g->nblocks; i--;) {
			struct fn_bblock *b = &g->blocks[i];

			b->live_out = out_of(g, b);
			live = through(g, b, b->live_out);
			changed |= live != b->live;
			b->live = live;
		}
	}
}

/**
 * fn_gen_live_after - the registers that are wanted after a word
 * @g: program
 * @pc: word
 */
u32 fn_gen_live_after(const struct fn_gen *g, u32 pc)
{
	const struct fn_bblock *b = &g->blocks[g->block_of[pc]];

	return pc + 1 == b->end ? b->live_out : g->live[pc + 1];
}

/**
 * fn_web_find - the web that stands for all that are the same
 * @g: program
 * @web: number
 */
u32 fn_web_find(struct fn_gen *g, u32 web)
{
	while (g->webs[web].up != web) {
		g->webs[web].up = g->webs[g->webs[web].up].up;
		web = g->webs[web].up;
	}
	return web;
}

static void join(struct fn_gen *g, u32 a, u32 b)
{
	g->webs[fn_web_find(g, a)].up = fn_web_find(g, b);
}

/**
 * fn_web_in - the web that a register has at a block's beginning
 * @g: program
 * @block: number
 * @reg: register
 */
u32 fn_web_in(const struct fn_gen *g, u32 block, u32 reg)
{
	return block * FN_NREGS + reg;
}

/**
 * fn_web_def - the web that a word writes
 * @g: program
 * @pc: word; a RET writes those of the words after the calls
 */
u32 fn_web_def(const struct fn_gen *g, u32 pc)
{
	return g->nblocks * FN_NREGS + pc;
}

/**
 * fn_web_enter - the webs of all registers at a block's beginning
 * @g: program; @g->web gets them
 * @b: block
 */
void fn_web_enter(struct fn_gen *g, const struct fn_bblock *b)
{
	u32 r;

	for (r = 0; r < FN_NREGS; r++)
		g->web[r] = fn_web_in(g, b - g->blocks, r);
}

/**
 * fn_web_step - the webs of all registers after a word
 * @g: program; @g->web has those before it
 * @pc: word
 */
void fn_web_step(struct fn_gen *g, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	u32 writes = fn_gen_writes(u);

	if (writes && fn_gen_op(u)->kind != FN_GEN_RET)
		g->web[ilog2(writes)] = fn_web_def(g, pc);
}

static void join_next(struct fn_gen *g, const struct fn_bblock *b)
{
	bool ret = fn_gen_op(&g->code[b->end - 1])->kind == FN_GEN_RET;
	u32 skip = ret ? fn_gen_writes(&g->code[b->end - 1]) : 0;
	u32 next[FN_GEN_MAX_NEXT];
	u32 n = fn_gen_next(g, b, next);
	u32 r, live;

	while (n--) {
		live = g->blocks[next[n]].live & ~skip;
		for (r = 0; r < FN_REG_ZERO; r++) {
			if (live & BIT(r))
				join(g, g->web[r], fn_web_in(g, next[n], r));
		}
	}
}

/* A compare-and-exchange has one register for both values. */
static void join_word(struct fn_gen *g, u32 pc, u32 before)
{
	const struct fn_uop *u = &g->code[pc];

	if (fn_gen_op(u)->kind == FN_GEN_ATOM &&
	    FN_X_ATOM(u->x) == FN_ATOM_CMPXCHG)
		join(g, before, fn_web_def(g, pc));
}

/**
 * fn_gen_webs - find the webs
 * @g: program, @webs are all their own
 */
void fn_gen_webs(struct fn_gen *g)
{
	u32 i, pc;

	for (i = 0; i < g->nblocks; i++) {
		const struct fn_bblock *b = &g->blocks[i];

		if (!b->seen)
			continue;
		fn_web_enter(g, b);
		for (pc = b->first; pc < b->end; pc++) {
			u32 before = g->web[g->code[pc].d & 31];

			fn_web_step(g, pc);
			join_word(g, pc, before);
		}
		join_next(g, b);
	}
}
