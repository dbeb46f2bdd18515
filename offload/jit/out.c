// SPDX-License-Identifier: GPL-2.0
/*
 * out: BPF instructions, labels, and jumps to them.
 */
#include "gen.h"

/**
 * fn_put - an instruction
 * @g: program
 * @code: opcode
 * @dst: register
 * @src: register
 * @off: offset
 * @imm: immediate
 */
void fn_put(struct fn_gen *g, u32 code, u32 dst, u32 src, s32 off, s32 imm)
{
	if (g->out->n >= FN_GEN_MAX_INSNS || off != (s16)off) {
		g->full = true;
		return;
	}
	g->out->insns[g->out->n++] = (struct bpf_insn){
		.code = code,
		.dst_reg = dst,
		.src_reg = src,
		.off = off,
		.imm = imm,
	};
}

/* fn_put_wide - a constant in two instructions of BPF, one of the host's */
void fn_put_wide(struct fn_gen *g, u32 to, u64 v)
{
	fn_put(g, BPF_LD | BPF_DW | BPF_IMM, to, 0, 0, v);
	fn_put(g, 0, 0, 0, 0, v >> 32);
}

/* fn_put_const - a constant */
void fn_put_const(struct fn_gen *g, u32 to, u64 v)
{
	if (v == (u64)(s64)(s32)v)
		fn_put(g, BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, v);
	else if (v == (u32)v)
		fn_put(g, BPF_ALU | BPF_MOV | BPF_K, to, 0, 0, v);
	else
		fn_put_wide(g, to, v);
}

/* fn_put_move - a move, unless it is to the same register */
void fn_put_move(struct fn_gen *g, u32 to, u32 from)
{
	if (to != from)
		fn_put(g, BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}

/**
 * fn_put_add - add a constant
 * @g: program
 * @to: register
 * @v: constant
 * @scratch: register that may be lost
 */
void fn_put_add(struct fn_gen *g, u32 to, u64 v, u32 scratch)
{
	if (v == (u64)(s64)(s32)v) {
		if (v)
			fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, v);
		return;
	}
	fn_put_wide(g, scratch, v);
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, to, scratch, 0, 0);
}

/* fn_put_load - a load of 8 bytes */
void fn_put_load(struct fn_gen *g, u32 to, u32 base, s32 off)
{
	fn_put(g, BPF_LDX | BPF_MEM | BPF_DW, to, base, off, 0);
}

/* fn_put_store - a store of 8 bytes */
void fn_put_store(struct fn_gen *g, u32 base, s32 off, u32 from)
{
	fn_put(g, BPF_STX | BPF_MEM | BPF_DW, base, from, off, 0);
}

/* fn_put_set - a store of a constant to a member of struct fn_exec */
void fn_put_set(struct fn_gen *g, u32 size, s32 off, s32 imm)
{
	fn_put(g, BPF_ST | BPF_MEM | size, FN_GEN_X, 0, off, imm);
}

static u32 here(const struct fn_gen *g)
{
	return g->out->n | (g->out == &g->cold ? FN_AT_COLD : 0);
}

/**
 * fn_put_jump - a jump
 * @g: program
 * @code: opcode
 * @dst: register that is compared
 * @src: register
 * @imm: immediate
 * @label: to where
 */
void fn_put_jump(struct fn_gen *g, u32 code, u32 dst, u32 src, s32 imm,
		 u32 label)
{
	if (g->nfixups == FN_GEN_MAX_INSNS) {
		g->full = true;
		return;
	}
	g->fixups[g->nfixups++] = (struct fn_fixup){ here(g), label };
	fn_put(g, code, dst, src, 0, imm);
}

/**
 * fn_put_call - a call of a C function
 * @g: program
 * @fn: function; R0 to R5 are lost
 */
void fn_put_call(struct fn_gen *g, fn_call_t fn)
{
	s32 imm;

	if (!fn_code_call(fn, &imm))
		g->full = true;
	else
		fn_put(g, BPF_JMP | BPF_CALL, 0, 0, 0, imm);
}

/**
 * fn_label - a new label
 * @g: program
 */
u32 fn_label(struct fn_gen *g)
{
	if (g->nlabels == FN_GEN_MAX_INSNS) {
		g->full = true;
		return 0;
	}
	g->labels[g->nlabels] = FN_AT_NONE;
	return g->nlabels++;
}

/**
 * fn_label_here - a label is where the next instruction will be
 * @g: program
 * @label: label
 */
void fn_label_here(struct fn_gen *g, u32 label)
{
	g->labels[label] = here(g);
}

/**
 * fn_cold - go on with what is rarely run, or come back
 * @g: program
 * @cold: go
 */
void fn_cold(struct fn_gen *g, bool cold)
{
	g->out = cold ? &g->cold : &g->hot;
}

static u32 position(const struct fn_gen *g, u32 at)
{
	return at & FN_AT_COLD ? g->hot.n + (at & ~FN_AT_COLD) : at;
}

static bool set_target(struct fn_gen *g, const struct fn_fixup *f)
{
	u32 from = position(g, f->at);
	s32 off;

	if (g->labels[f->label] == FN_AT_NONE)
		return false;
	off = position(g, g->labels[f->label]) - (from + 1);
	g->hot.insns[from].off = off;
	return off == (s16)off;
}

/**
 * fn_gen_link - put all code together and set the targets of jumps
 * @g: program
 *
 * Return: false with a reason.
 */
bool fn_gen_link(struct fn_gen *g)
{
	u32 i;

	if (g->full || g->hot.n + g->cold.n > FN_GEN_MAX_INSNS)
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
