// SPDX-License-Identifier: GPL-2.0
/*
 * function: calls of the card's functions, and returns.
 *
 * The call stack is the interpreter's. BPF has no indirect jump, so a return
 * compares the saved return address with all return points.
 */
#include "gen.h"

#define DEPTH offsetof(struct fn_exec, depth)
#define FRAME(member) \
	(offsetof(struct fn_exec, frame) + offsetof(struct fn_frame, member))
#define FIRST_SAVED 6

/* R0 = depth, R1 = fn_exec + (depth - less) frames */
static void emit_frame(struct fn_gen *g, u32 less)
{
	fn_asm_insn(g, BPF_LDX | BPF_MEM | BPF_W, 0, FN_BPF_EXEC, DEPTH, 0);
	if (less)
		fn_asm_jump(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0,
			    fn_emit_bailout(g));
	else
		fn_asm_jump(g, BPF_JMP | BPF_JGE | BPF_K, 0, 0,
			    FN_MAX_FRAMES - 1, fn_emit_bailout(g));
	fn_asm_move(g, 1, 0);
	if (less)
		fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_K, 1, 0, 0, less);
	fn_asm_insn(g, BPF_ALU64 | BPF_MUL | BPF_K, 1, 0, 0,
		    sizeof(struct fn_frame));
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 1, FN_BPF_EXEC, 0, 0);
}

static void emit_depth(struct fn_gen *g, s32 more)
{
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, more);
	fn_asm_insn(g, BPF_STX | BPF_MEM | BPF_W, FN_BPF_EXEC, 0, DEPTH, 0);
}

void fn_emit_call(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 t = fn_val_dst(g);
	u32 r;

	emit_frame(g, 0);
	emit_depth(g, 1);
	fn_asm_insn(g, BPF_ST | BPF_MEM | BPF_W, 1, 0, FRAME(pc), g->pc + 1);
	for (r = FIRST_SAVED; r <= FN_REG_FP; r++)
		fn_asm_store(g, 1, FRAME(r) + 8 * (r - FIRST_SAVED),
			     fn_val_reg(g, r, 0));
	if (fn_val_dst_live(g)) {
		fn_val_load(g, t, FN_REG_FP);
		fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_K, t, 0, 0,
			    (u32)u->imm16);
		fn_val_set_dst(g, u, t);
	}
	fn_state_taken(g, &g->state, g->pc);
	fn_web_step(g, g->pc);
	fn_emit_goto(g, g->block_of[u->imm]);
}

/* Restore a register from the frame at R1. */
static void restore_reg(struct fn_gen *g, u32 block, u32 reg)
{
	u32 place = fn_val_loc(g, reg);
	s32 off = FRAME(r) + 8 * (reg - FIRST_SAVED);

	if (!(g->blocks[block].live_in & BIT(reg)) || place == FN_LOC_REMAT)
		return;
	if (place < FN_LOC_SLOT) {
		fn_asm_load(g, place, 1, off);
		return;
	}
	fn_asm_load(g, 0, 1, off);
	fn_asm_store(g, FN_BPF_EXEC, FN_SLOT(reg), 0);
}

static void emit_return_point(struct fn_gen *g, u32 block, u32 label)
{
	u32 last, r;
	u64 since;

	g->saved = g->state;
	fn_state_taken(g, &g->state, g->pc);
	last = g->state.last;
	since = g->state.since;

	fn_asm_cold(g, true);
	fn_asm_bind(g, label);
	fn_asm_insn(g, BPF_LDX | BPF_MEM | BPF_W, 0, FN_BPF_EXEC, DEPTH, 0);
	emit_depth(g, -1);
	g->state = g->blocks[block].state_in;
	g->state.last = last;
	g->state.since = since;
	fn_web_enter(g, &g->blocks[block]);
	for (r = FIRST_SAVED; r <= FN_REG_FP; r++)
		restore_reg(g, block, r);
	fn_emit_goto(g, block);
	fn_asm_cold(g, false);
	g->state = g->saved;
}

void fn_emit_ret(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 label[FN_GEN_MAX_CALLS];
	u32 i, resume;

	emit_frame(g, 1);
	resume = fn_emit_bailout(g);
	fn_asm_insn(g, BPF_LDX | BPF_MEM | BPF_W, 0, 1, FRAME(pc), 0);
	for (i = 0; i < g->ncalls; i++) {
		label[i] = fn_asm_label(g);
		if (g->blocks[g->block_of[g->calls[i]]].reachable)
			fn_asm_jump(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0,
				    g->calls[i], label[i]);
	}
	fn_asm_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, resume);
	for (i = 0; i < g->ncalls; i++) {
		if (g->blocks[g->block_of[g->calls[i]]].reachable)
			emit_return_point(g, g->block_of[g->calls[i]],
					  label[i]);
	}
}
