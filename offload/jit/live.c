// SPDX-License-Identifier: GPL-2.0
/*
 * live: liveness of registers, and webs.
 *
 * Backward data flow with a bit a register (Aho, Lam, Sethi, Ullman, 9.2.5),
 * here with what is live before each word.
 *
 * A web is a maximal union of intersecting def-use chains of a register
 * (Muchnick, 16.3.3). It is found by union-find: the nodes are each block's
 * registers at its beginning and each word's result, and a control flow edge on
 * which the register is live joins two of them.
 *
 *	0: add r1, r2, 1		web 1
 *	1: st4 [r11], r1
 *	2: mov r1, 5			web 2: may get another BPF register
 *	3: exit r1			other than web 1
 *
 * Liveness takes one round more than loops nest. The webs take one visit of all
 * words and of the registers that are live on each edge.
 */
#include "../helpers.h"
#include "gen.h"

static u32 out_of(const struct fn_gen *g, const struct fn_bblock *b)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 n = fn_cfg_succs(g, b, next);
	u32 live = 0;

	while (n--)
		live |= g->blocks[next[n]].live_in;
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

static void visit(struct fn_gen *g, struct fn_bblock *b)
{
	u32 block = b - g->blocks;
	u32 i, live;

	b->live_out = out_of(g, b);
	live = through(g, b, b->live_out);
	if (live == b->live_in)
		return;
	b->live_in = live;
	for (i = g->first_pred[block]; i < g->first_pred[block + 1]; i++)
		fn_cfg_mark(g, g->preds[i]);
}

/**
 * fn_gen_live - compute the registers that are live before each word
 * @g: program in basic blocks
 *
 * Return: false with a reason if that takes too long.
 */
bool fn_gen_live(struct fn_gen *g)
{
	bool changed = true;
	u32 i;

	for (i = 0; i < g->norder; i++)
		fn_cfg_mark(g, g->order[i]);
	while (changed && g->steps <= g->max_steps) {
		changed = false;
		for (i = g->norder; i--;) {
			struct fn_bblock *b = &g->blocks[g->order[i]];

			if (!fn_cfg_visit(g, b))
				continue;
			visit(g, b);
			changed = true;
		}
	}
	return g->steps <= g->max_steps || fn_gen_refuse(g, FN_GEN_TOO_LONG);
}

/**
 * fn_gen_live_after - registers that are live after a word
 * @g: program
 * @pc: word
 */
u32 fn_gen_live_after(const struct fn_gen *g, u32 pc)
{
	const struct fn_bblock *b = &g->blocks[g->block_of[pc]];

	return pc + 1 == b->end ? b->live_out : g->live[pc + 1];
}

/**
 * fn_web_find - representative of a web's equivalence class
 * @g: program
 * @web: number
 */
u32 fn_web_find(struct fn_gen *g, u32 web)
{
	while (g->webs[web].parent != web) {
		g->webs[web].parent = g->webs[g->webs[web].parent].parent;
		web = g->webs[web].parent;
	}
	return web;
}

static void join(struct fn_gen *g, u32 a, u32 b)
{
	g->webs[fn_web_find(g, a)].parent = fn_web_find(g, b);
}

/**
 * fn_web_livein - web of a register at a block's beginning
 * @g: program
 * @block: number
 * @reg: register
 */
u32 fn_web_livein(const struct fn_gen *g, u32 block, u32 reg)
{
	return block * FN_NREGS + reg;
}

/**
 * fn_web_def - web that a word defines
 * @g: program
 * @pc: word; not a RET, whose definitions are those of the return points
 */
u32 fn_web_def(const struct fn_gen *g, u32 pc)
{
	return g->nblocks * FN_NREGS + pc;
}

/**
 * fn_web_enter - set the webs of all registers to those at a block's beginning
 * @g: program; @g->web gets them
 * @b: block
 */
void fn_web_enter(struct fn_gen *g, const struct fn_bblock *b)
{
	u32 r;

	for (r = 0; r < FN_NREGS; r++)
		g->web[r] = fn_web_livein(g, b - g->blocks, r);
}

/**
 * fn_web_step - advance the webs of all registers past a word
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
	u32 n = fn_cfg_succs(g, b, next);
	u32 r, live;

	while (n--) {
		live = g->blocks[next[n]].live_in & ~skip;
		for (r = 0; r < FN_REG_ZERO; r++) {
			if (live & BIT(r))
				join(g, g->web[r],
				     fn_web_livein(g, next[n], r));
		}
	}
}

/* A compare-and-exchange reads and writes the same location. */
static void join_word(struct fn_gen *g, u32 pc, u32 before)
{
	const struct fn_uop *u = &g->code[pc];

	if (fn_gen_op(u)->kind == FN_GEN_ATOMIC &&
	    FN_X_ATOM(u->x) == FN_ATOM_CMPXCHG)
		join(g, before, fn_web_def(g, pc));
}

/**
 * fn_gen_webs - compute the webs
 * @g: program, @webs are all their own
 */
void fn_gen_webs(struct fn_gen *g)
{
	u32 i, pc;

	for (i = 0; i < g->nblocks; i++) {
		const struct fn_bblock *b = &g->blocks[i];

		if (!b->reachable)
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
