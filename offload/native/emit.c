// SPDX-License-Identifier: GPL-2.0
/*
 * emit: BPF of all words, and the ways out of it.
 *
 * The code returns 0 when the run has ended and 1 when the interpreter goes on
 * at fn_exec.pc; the words and cycles so far are then in fn_exec.acc.
 */
#include "gen.h"

/* acc = all that is counted */
static void put_total(struct fn_gen *g, u64 total)
{
	s32 acc = offsetof(struct fn_exec, acc);

	fn_put_wide(g, 0, total);
	if (g->counted) {
		fn_put_load(g, 1, FN_GEN_X, acc);
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	}
	fn_put_store(g, FN_GEN_X, acc, 0);
}

static void put_end(struct fn_gen *g, u32 pc, u64 total, u32 ret)
{
	put_total(g, total);
	fn_put_set(g, BPF_W, offsetof(struct fn_exec, pc), pc);
	fn_put_const(g, 0, ret);
	fn_put(g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/**
 * fn_emit_finish - the run ends
 * @g: program
 * @pc: word that it ends at
 * @total: what acc lacks
 */
void fn_emit_finish(struct fn_gen *g, u32 pc, u64 total)
{
	put_end(g, pc, total, 0);
}

/**
 * fn_emit_resume_at - the interpreter goes on
 * @g: program
 * @pc: word that it goes on with
 * @live: registers that are wanted there, a bit each
 * @total: what acc lacks
 */
void fn_emit_resume_at(struct fn_gen *g, u32 pc, u32 live, u64 total)
{
	fn_val_go_home(g, live);
	put_end(g, pc, total, 1);
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
	fn_emit_resume_at(g, g->pc, g->live[g->pc],
			  fn_gen_before(g, g->block, g->pc));
	fn_cold(g, false);
	return g->resume;
}

/* After a word that does not jump */
static void step(struct fn_gen *g, const struct fn_uop *u)
{
	if (fn_gen_op(u)->kind == FN_GEN_EXITC)
		fn_facts_branch(&g->now, u, false);
	else
		fn_facts_step(g, &g->now, g->pc);
	fn_web_step(g, g->pc);
}

static void emit_block(struct fn_gen *g, u32 block)
{
	struct fn_bblock *b = &g->blocks[block];

	fn_label_here(g, block);
	g->block = b;
	g->now = b->in;
	fn_web_enter(g, b);
	for (g->pc = b->first; g->pc < b->end; g->pc++) {
		const struct fn_uop *u = &g->code[g->pc];
		const struct fn_gen_op *op = fn_gen_op(u);

		g->resume = FN_AT_NONE;
		op->emit(g, u, op);
		if (op->kind < FN_GEN_JCC)
			step(g, u);
	}
}

static void first_value(struct fn_gen *g, u32 reg)
{
	u32 place = g->webs[fn_web_find(g, fn_web_in(g, 0, reg))].place;
	u32 v = 0;

	if (reg == 1)
		v = FN_ADDR_LOCAL;
	else if (reg == FN_REG_FP)
		v = FN_ADDR_STACK_TOP;
	if (place < FN_PLACE_HOME)
		fn_put_const(g, place, v);
	else if (place == FN_PLACE_HOME)
		fn_put_set(g, BPF_DW, FN_HOME(reg), v);
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
