// SPDX-License-Identifier: GPL-2.0
/*
 * asm: an assembler of BPF instructions, with labels and fixups.
 */
#include "gen.h"

/**
 * fn_asm_insn - append an instruction
 * @g: program
 * @code: opcode
 * @dst: register
 * @src: register
 * @off: offset
 * @imm: immediate
 */
void fn_asm_insn(struct fn_gen *g, u32 code, u32 dst, u32 src, s32 off, s32 imm)
{
	if (g->buf->n >= g->max_insns || off != (s16)off) {
		g->overflow = true;
		return;
	}
	g->buf->insns[g->buf->n++] = (struct bpf_insn){
		.code = code,
		.dst_reg = dst,
		.src_reg = src,
		.off = off,
		.imm = imm,
	};
}

/* fn_asm_const64 - load a 64-bit immediate, which takes two BPF instructions */
void fn_asm_const64(struct fn_gen *g, u32 to, u64 v)
{
	fn_asm_insn(g, BPF_LD | BPF_DW | BPF_IMM, to, 0, 0, v);
	fn_asm_insn(g, 0, 0, 0, 0, v >> 32);
}

/* fn_asm_const - load a constant */
void fn_asm_const(struct fn_gen *g, u32 to, u64 v)
{
	if (v == (u64)(s64)(s32)v)
		fn_asm_insn(g, BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, v);
	else if (v == (u32)v)
		fn_asm_insn(g, BPF_ALU | BPF_MOV | BPF_K, to, 0, 0, v);
	else
		fn_asm_const64(g, to, v);
}

/* fn_asm_move - move between registers, unless they are the same */
void fn_asm_move(struct fn_gen *g, u32 to, u32 from)
{
	if (to != from)
		fn_asm_insn(g, BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}

/**
 * fn_asm_add - add a constant to a register
 * @g: program
 * @to: register
 * @v: constant
 * @scratch: register that may be clobbered
 */
void fn_asm_add(struct fn_gen *g, u32 to, u64 v, u32 scratch)
{
	if (v == (u64)(s64)(s32)v) {
		if (v)
			fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0,
				    v);
		return;
	}
	fn_asm_const64(g, scratch, v);
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, to, scratch, 0, 0);
}

/* fn_asm_load - load 8 bytes */
void fn_asm_load(struct fn_gen *g, u32 to, u32 base, s32 off)
{
	fn_asm_insn(g, BPF_LDX | BPF_MEM | BPF_DW, to, base, off, 0);
}

/* fn_asm_store - store 8 bytes */
void fn_asm_store(struct fn_gen *g, u32 base, s32 off, u32 from)
{
	fn_asm_insn(g, BPF_STX | BPF_MEM | BPF_DW, base, from, off, 0);
}

/* fn_asm_store_imm - store a constant to a member of struct fn_exec */
void fn_asm_store_imm(struct fn_gen *g, u32 size, s32 off, s32 imm)
{
	fn_asm_insn(g, BPF_ST | BPF_MEM | size, FN_BPF_EXEC, 0, off, imm);
}

static u32 here(const struct fn_gen *g)
{
	return g->buf->n | (g->buf == &g->cold ? FN_POS_COLD : 0);
}

/**
 * fn_asm_jump - append a jump to a label
 * @g: program
 * @code: opcode
 * @dst: register that is compared
 * @src: register
 * @imm: immediate
 * @label: its target
 */
void fn_asm_jump(struct fn_gen *g, u32 code, u32 dst, u32 src, s32 imm,
		 u32 label)
{
	if (g->nfixups == g->max_insns) {
		g->overflow = true;
		return;
	}
	g->fixups[g->nfixups++] = (struct fn_fixup){ here(g), label };
	fn_asm_insn(g, code, dst, src, 0, imm);
}

/**
 * fn_asm_call - append a call of a C function
 * @g: program
 * @fn: function; it clobbers R0 to R5
 */
void fn_asm_call(struct fn_gen *g, fn_call_t fn)
{
	s32 imm;

	if (!fn_code_call(fn, &imm))
		g->overflow = true;
	else
		fn_asm_insn(g, BPF_JMP | BPF_CALL, 0, 0, 0, imm);
}

/**
 * fn_asm_label - make a label
 * @g: program
 */
u32 fn_asm_label(struct fn_gen *g)
{
	if (g->nlabels == g->max_insns) {
		g->overflow = true;
		return 0;
	}
	g->labels[g->nlabels] = FN_POS_NONE;
	return g->nlabels++;
}

/**
 * fn_asm_bind - bind a label to the position of the next instruction
 * @g: program
 * @label: label
 */
void fn_asm_bind(struct fn_gen *g, u32 label)
{
	g->labels[label] = here(g);
}

/**
 * fn_asm_cold - choose the buffer to append to
 * @g: program
 * @cold: the one for code that rarely runs
 */
void fn_asm_cold(struct fn_gen *g, bool cold)
{
	g->buf = cold ? &g->cold : &g->hot;
}

static u32 position(const struct fn_gen *g, u32 at)
{
	return at & FN_POS_COLD ? g->hot.n + (at & ~FN_POS_COLD) : at;
}

static bool set_target(struct fn_gen *g, const struct fn_fixup *f)
{
	u32 from = position(g, f->at);
	s32 off;

	if (g->labels[f->label] == FN_POS_NONE)
		return false;
	off = position(g, g->labels[f->label]) - (from + 1);
	g->hot.insns[from].off = off;
	return off == (s16)off;
}

/**
 * fn_asm_link - join both buffers and resolve all jumps
 * @g: program
 *
 * Return: false with a reason.
 */
bool fn_asm_link(struct fn_gen *g)
{
	u32 i;

	if (g->overflow || g->hot.n + g->cold.n > FN_GEN_MAX_INSNS)
		return fn_gen_refuse(g,
				     "it takes more than %u BPF instructions",
				     FN_GEN_MAX_INSNS);
	memcpy(g->hot.insns + g->hot.n, g->cold.insns,
	       g->cold.n * sizeof(*g->cold.insns));
	for (i = 0; i < g->nfixups; i++) {
		if (!set_target(g, &g->fixups[i]))
			return fn_gen_refuse(g, "a jump of it leads nowhere");
	}
	g->hot.n += g->cold.n;
	return true;
}
