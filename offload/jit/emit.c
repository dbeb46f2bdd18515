// SPDX-License-Identifier: GPL-2.0
/*
 * emit: BPF of all words, and the ways out of it.
 *
 * The code returns which exit it took: what is to be counted there, and whether
 * the interpreter goes on, are in a table.
 */
#include "gen.h"

static struct fn_exit *new_exit(struct fn_gen *g, u32 pc,
				const struct fn_count *total)
{
	struct fn_exit *e = &g->exits[g->nexits];

	if (g->nexits < FN_GEN_MAX_EXITS - 1)
		g->nexits++;
	else
		g->full = true;
	e->pc = pc;
	e->acc = total->acc;
	e->wait = total->wait;
	e->hidden = total->hidden;
	e->busy = total->busy;
	return e;
}

static void put_exit(struct fn_gen *g, const struct fn_exit *e)
{
	fn_put_const(g, 0, (e - g->exits) * sizeof(*e));
	fn_put(g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/**
 * fn_emit_finish - the run ends
 * @g: program
 * @pc: word that it ends at
 * @total: what counters lack
 */
void fn_emit_finish(struct fn_gen *g, u32 pc, struct fn_count total)
{
	put_exit(g, new_exit(g, pc, &total));
}

/**
 * fn_emit_resume_at - the interpreter goes on
 * @g: program; what is known is that there
 * @pc: word that it goes on with
 * @live: registers that are wanted there, a bit each
 * @total: what counters lack
 */
void fn_emit_resume_at(struct fn_gen *g, u32 pc, u32 live,
		       struct fn_count total)
{
	struct fn_exit *e = new_exit(g, pc, &total);

	e->resumes = true;
	e->late = g->now.when == FN_WHEN_SINCE;
	e->since = g->now.since;
	fn_val_leave(g, live, e);
	put_exit(g, e);
}

/**
 * fn_emit_resume - the interpreter does the word at hand and what follows
 * @g: program
 *
 * Return: a label to jump to before the word has changed anything.
 */
u32 fn_emit_resume(struct fn_gen *g)
{
	if (g->resume != FN_AT_NONE)
		return g->resume;
	g->resume = fn_label(g);
	fn_cold(g, true);
	fn_label_here(g, g->resume);
	fn_emit_resume_at(g, g->pc, g->live[g->pc], g->count);
	fn_cold(g, false);
	return g->resume;
}

/* After a word that does not jump */
static void step(struct fn_gen *g)
{
	g->count = fn_gen_after(g);
	fn_facts_next(g, &g->now, g->pc);
	fn_web_step(g, g->pc);
}

/* Control goes on to the next block. */
static void settle(struct fn_gen *g)
{
	if (g->pc < g->n && g->now.when == FN_WHEN_SINCE &&
	    g->blocks[g->block_of[g->pc]].in.when == FN_WHEN_MEMORY)
		fn_emit_settle(g, &g->now, &g->count);
}

static void emit_block(struct fn_gen *g, u32 block)
{
	struct fn_bblock *b = &g->blocks[block];
	u32 kind = FN_GEN_NOP;

	fn_label_here(g, block);
	g->block = b;
	g->now = b->in;
	g->count = b->base;
	fn_web_enter(g, b);
	for (g->pc = b->first; g->pc < b->end; g->pc++) {
		const struct fn_uop *u = &g->code[g->pc];
		const struct fn_gen_op *op = fn_gen_op(u);

		kind = op->kind;
		g->resume = FN_AT_NONE;
		op->emit(g, u, op);
		if (kind <= FN_GEN_JCC)
			step(g);
	}
	if (kind <= FN_GEN_JCC)
		settle(g);
}

static void first_value(struct fn_gen *g, u32 reg)
{
	const struct fn_web *w = &g->webs[fn_web_find(g, fn_web_in(g, 0, reg))];
	u32 v = 0;

	if (reg == 1)
		v = FN_ADDR_LOCAL;
	else if (reg == FN_REG_FP)
		v = FN_ADDR_STACK_TOP;
	if (w->place < FN_PLACE_HOME)
		fn_put_const(g, w->place, v);
	else if (w->place == FN_PLACE_HOME)
		fn_put_set(g, BPF_DW, w->host ? FN_HOST(reg) : FN_HOME(reg), v);
}

static void put_start(struct fn_gen *g)
{
	u32 r;

	fn_put_move(g, FN_GEN_X, 1);
	if (g->direct)
		fn_put_load(g, FN_GEN_FRAME, FN_GEN_X,
			    offsetof(struct fn_exec, data_host));
	for (r = 0; r < FN_REG_ZERO; r++) {
		if (g->blocks[0].live & BIT(r))
			first_value(g, r);
	}
}

/**
 * fn_gen_emit - make the code
 * @g: program; all passes are done
 */
void fn_gen_emit(struct fn_gen *g)
{
	u32 i;

	g->out = &g->hot;
	for (i = 0; i < g->nblocks; i++)
		fn_label(g);
	put_start(g);
	for (i = 0; i < g->nblocks; i++) {
		if (g->blocks[i].seen)
			emit_block(g, i);
	}
}
