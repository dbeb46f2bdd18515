// SPDX-License-Identifier: GPL-2.0
/*
 * emit: BPF of all words, and the ways out of it.
 *
 * The generated code returns which exit it took. A table, struct fn_exit, has the
 * pending counts of each exit, and whether the interpreter goes on from there (a
 * bailout).
 */
#include "gen.h"

static struct fn_exit *new_exit(struct fn_gen *g, u32 pc,
				const struct fn_pending *total)
{
	struct fn_exit *e = &g->exits[g->nexits];

	if (g->nexits < g->max_exits - 1)
		g->nexits++;
	else
		g->overflow = true;
	e->pc = pc;
	e->acc = total->acc;
	e->wait = total->stall;
	e->hidden = total->hidden;
	e->busy = total->map_busy;
	return e;
}

static void emit_exit(struct fn_gen *g, const struct fn_exit *e)
{
	fn_asm_const(g, 0, (e - g->exits) * sizeof(*e));
	fn_asm_insn(g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/**
 * fn_emit_finish - generate an exit that ends the run
 * @g: program
 * @pc: word that it ends at
 * @total: what counters lack
 */
void fn_emit_finish(struct fn_gen *g, u32 pc, struct fn_pending total)
{
	emit_exit(g, new_exit(g, pc, &total));
}

/**
 * fn_emit_bailout_at - generate an exit to the interpreter
 * @g: program; what is known is that there
 * @pc: word that it goes on with
 * @live: registers that are live there, a bit each
 * @total: what counters lack
 */
void fn_emit_bailout_at(struct fn_gen *g, u32 pc, u32 live,
			struct fn_pending total)
{
	struct fn_exit *e = new_exit(g, pc, &total);

	e->resumes = true;
	e->late = g->state.last == FN_LAST_DIRTY;
	e->since = g->state.since;
	fn_val_spill_exit(g, live, e);
	emit_exit(g, e);
}

/**
 * fn_emit_bailout - the exit to the interpreter before the current word
 * @g: program
 *
 * Return: a label to jump to before the word has changed anything.
 */
u32 fn_emit_bailout(struct fn_gen *g)
{
	if (g->bailout != FN_POS_NONE)
		return g->bailout;
	g->bailout = fn_asm_label(g);
	fn_asm_cold(g, true);
	fn_asm_bind(g, g->bailout);
	fn_emit_bailout_at(g, g->pc, g->live[g->pc], g->pending);
	fn_asm_cold(g, false);
	return g->bailout;
}

/* Advance past a word that falls through. */
static void step(struct fn_gen *g)
{
	g->pending = fn_pending_after(g);
	fn_state_next(g, &g->state, g->pc);
	fn_web_step(g, g->pc);
}

/* Control falls through to the next block. */
static void sync_last(struct fn_gen *g)
{
	if (g->pc < g->n && g->state.last == FN_LAST_DIRTY &&
	    g->blocks[g->block_of[g->pc]].state_in.last == FN_LAST_IN_MEMORY)
		fn_emit_sync_last(g, &g->state, &g->pending);
}

static void emit_block(struct fn_gen *g, u32 block)
{
	struct fn_bblock *b = &g->blocks[block];
	u32 kind = FN_GEN_NOP;

	fn_asm_bind(g, block);
	g->block = b;
	g->state = b->state_in;
	g->pending = b->pending_in;
	fn_web_enter(g, b);
	for (g->pc = b->first; g->pc < b->end; g->pc++) {
		const struct fn_uop *u = &g->code[g->pc];
		const struct fn_gen_op *op = fn_gen_op(u);

		kind = op->kind;
		g->bailout = FN_POS_NONE;
		op->emit(g, u, op);
		if (kind <= FN_GEN_JCC)
			step(g);
	}
	if (kind <= FN_GEN_JCC)
		sync_last(g);
}

static void emit_entry_value(struct fn_gen *g, u32 reg)
{
	const struct fn_web *w =
		&g->webs[fn_web_find(g, fn_web_livein(g, 0, reg))];
	u32 v = 0;

	if (reg == 1)
		v = FN_ADDR_LOCAL;
	else if (reg == FN_REG_FP)
		v = FN_ADDR_STACK_TOP;
	if (w->loc < FN_LOC_SLOT)
		fn_asm_const(g, w->loc, v);
	else if (w->loc == FN_LOC_SLOT)
		fn_asm_store_imm(g, BPF_DW,
				 w->is_host ? FN_HOST_SLOT(reg) : FN_SLOT(reg),
				 v);
}

static void emit_entry(struct fn_gen *g)
{
	u32 r;

	fn_asm_move(g, FN_BPF_EXEC, 1);
	if (g->uses_packet)
		fn_asm_load(g, FN_BPF_PACKET, FN_BPF_EXEC,
			    offsetof(struct fn_exec, data_host));
	for (r = 0; r < FN_REG_ZERO; r++) {
		if (g->blocks[0].live_in & BIT(r))
			emit_entry_value(g, r);
	}
}

/**
 * fn_gen_emit - generate BPF for all reachable blocks
 * @g: program; all passes are done
 */
void fn_gen_emit(struct fn_gen *g)
{
	u32 i;

	g->buf = &g->hot;
	for (i = 0; i < g->nblocks; i++)
		fn_asm_label(g);
	emit_entry(g);
	for (i = 0; i < g->nblocks && !g->overflow; i++) {
		fn_cfg_count(g, g->blocks[i].end - g->blocks[i].first);
		if (g->blocks[i].reachable)
			emit_block(g, i);
	}
}
