// SPDX-License-Identifier: GPL-2.0
/*
 * function: calls of the card's functions, and returns.
 *
 * The call stack is the interpreter's. BPF has no jump to a computed place, so a
 * return compares the word that it returns to with all that follow a call.
 */
#include "gen.h"

#define DEPTH offsetof(struct fn_exec, depth)
#define FRAME(member) \
	(offsetof(struct fn_exec, frame) + offsetof(struct fn_frame, member))
#define FIRST_SAVED 6

/* R0 = depth, R1 = fn_exec and as many frames less */
static void put_frame(struct fn_gen *g, u32 less)
{
	fn_put(g, BPF_LDX | BPF_MEM | BPF_W, 0, FN_GEN_X, DEPTH, 0);
	if (less)
		fn_put_jump(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0,
			    fn_emit_resume(g));
	else
		fn_put_jump(g, BPF_JMP | BPF_JGE | BPF_K, 0, 0,
			    FN_MAX_FRAMES - 1, fn_emit_resume(g));
	fn_put_move(g, 1, 0);
	if (less)
		fn_put(g, BPF_ALU64 | BPF_SUB | BPF_K, 1, 0, 0, less);
	fn_put(g, BPF_ALU64 | BPF_MUL | BPF_K, 1, 0, 0,
	       sizeof(struct fn_frame));
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 1, FN_GEN_X, 0, 0);
}

static void put_depth(struct fn_gen *g, s32 more)
{
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, more);
	fn_put(g, BPF_STX | BPF_MEM | BPF_W, FN_GEN_X, 0, DEPTH, 0);
}

void fn_emit_call(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 t = fn_val_target(g);
	u32 r;

	put_frame(g, 0);
	put_depth(g, 1);
	fn_put(g, BPF_ST | BPF_MEM | BPF_W, 1, 0, FRAME(pc), g->pc + 1);
	for (r = FIRST_SAVED; r <= FN_REG_FP; r++)
		fn_put_store(g, 1, FRAME(r) + 8 * (r - FIRST_SAVED),
			     fn_val_use(g, r, 0));
	if (fn_val_wanted(g)) {
		fn_val_fetch(g, t, FN_REG_FP);
		fn_put(g, BPF_ALU64 | BPF_SUB | BPF_K, t, 0, 0, (u32)u->imm16);
		fn_val_result(g, u, t);
	}
	fn_facts_jump(g, &g->now, g->pc);
	fn_web_step(g, g->pc);
	fn_emit_goto(g, g->block_of[u->imm]);
}

/* R1 = the frame: back to what was at the call */
static void put_back(struct fn_gen *g, u32 block, u32 reg)
{
	u32 place = fn_val_place(g, reg);
	s32 off = FRAME(r) + 8 * (reg - FIRST_SAVED);

	if (!(g->blocks[block].live & BIT(reg)) || place == FN_PLACE_NONE)
		return;
	if (place < FN_PLACE_HOME) {
		fn_put_load(g, place, 1, off);
		return;
	}
	fn_put_load(g, 0, 1, off);
	fn_put_store(g, FN_GEN_X, FN_HOME(reg), 0);
}

static void put_site(struct fn_gen *g, u32 block, u32 label)
{
	u32 when, r;
	u64 since;

	g->kept = g->now;
	fn_facts_jump(g, &g->now, g->pc);
	when = g->now.when;
	since = g->now.since;

	fn_cold(g, true);
	fn_label_here(g, label);
	fn_put(g, BPF_LDX | BPF_MEM | BPF_W, 0, FN_GEN_X, DEPTH, 0);
	put_depth(g, -1);
	g->now = g->blocks[block].in;
	g->now.when = when;
	g->now.since = since;
	fn_web_enter(g, &g->blocks[block]);
	for (r = FIRST_SAVED; r <= FN_REG_FP; r++)
		put_back(g, block, r);
	fn_emit_goto(g, block);
	fn_cold(g, false);
	g->now = g->kept;
}

void fn_emit_ret(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 label[FN_GEN_MAX_CALLS];
	u32 i, resume;

	put_frame(g, 1);
	resume = fn_emit_resume(g);
	fn_put(g, BPF_LDX | BPF_MEM | BPF_W, 0, 1, FRAME(pc), 0);
	for (i = 0; i < g->ncalls; i++) {
		label[i] = fn_label(g);
		if (g->blocks[g->block_of[g->calls[i]]].seen)
			fn_put_jump(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0,
				    g->calls[i], label[i]);
	}
	fn_put_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, resume);
	for (i = 0; i < g->ncalls; i++) {
		if (g->blocks[g->block_of[g->calls[i]]].seen)
			put_site(g, g->block_of[g->calls[i]], label[i]);
	}
}
