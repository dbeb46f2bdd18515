// SPDX-License-Identifier: GPL-2.0
/*
 * decode: control transfers are decoded.
 *
 * For each BPF instruction the pass finds its jump target and whether control
 * falls through. It says nothing about other operations, as a program may hold
 * unknown instructions where control never gets. Second halves of ld_imm64 are
 * marked first, so that a jump to one is refused.
 *
 *	0: r0 = 1	NEXT
 *	1: if r1 > 5	NEXT, JUMP, target 3
 *	2: exit
 *	3: call +1	NEXT, CALL, target 5
 *
 * The pass visits the program twice.
 */
#include "bpf_isa.h"
#include "ir.h"

static bool is_ld_imm64(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static void decode_call(const struct bpf_insn *insn, u32 i, struct fn_src *src)
{
	src->flags |= FN_SRC_FALLTHROUGH;
	if (insn->src_reg != BPF_PSEUDO_CALL)
		return;
	src->flags |= FN_SRC_CALL;
	src->target = i + 1 + (u32)insn->imm;
}

static void decode_jump(const struct bpf_insn *insn, u32 i, struct fn_src *src)
{
	bool far = BPF_CLASS(insn->code) == BPF_JMP32 &&
		   BPF_OP(insn->code) == BPF_JA;

	src->flags |= FN_SRC_JUMP;
	src->target = i + 1 + (u32)(far ? insn->imm : insn->off);
	if (BPF_OP(insn->code) != BPF_JA)
		src->flags |= FN_SRC_FALLTHROUGH;
}

static void decode_one(const struct bpf_insn *insn, u32 i, struct fn_src *src)
{
	u8 class = BPF_CLASS(insn->code);

	if (class != BPF_JMP && class != BPF_JMP32)
		src->flags |= FN_SRC_FALLTHROUGH;
	else if (BPF_OP(insn->code) == BPF_CALL)
		decode_call(insn, i, src);
	else if (BPF_OP(insn->code) != BPF_EXIT)
		decode_jump(insn, i, src);
}

static int mark_halves(struct fn_tr *tr)
{
	u32 i;

	for (i = 0; i < tr->bpf->len; i++) {
		if (!is_ld_imm64(&tr->bpf->insns[i]))
			continue;
		if (++i == tr->bpf->len)
			return fn_ir_refuse(
				tr, -EINVAL,
				"insn %u: the second half of ld_imm64 is missing\n",
				i - 1);
		tr->src[i].flags |= FN_SRC_SECOND_HALF;
	}
	return 0;
}

static int check_target(struct fn_tr *tr, u32 i)
{
	u32 target = tr->src[i].target;

	if (!(tr->src[i].flags & (FN_SRC_JUMP | FN_SRC_CALL)))
		return 0;
	if (target >= tr->bpf->len)
		return fn_ir_refuse(
			tr, -EINVAL,
			"insn %u: target %d is outside the program of %u instructions\n",
			i, (s32)target, tr->bpf->len);
	if (tr->src[target].flags & FN_SRC_SECOND_HALF)
		return fn_ir_refuse(
			tr, -EINVAL,
			"insn %u: target %u is the second half of ld_imm64\n",
			i, target);
	return 0;
}

/**
 * fn_pass_decode - find jumps and calls
 * @tr: program
 *
 * Return: 0, or -EINVAL if an instruction is cut or leads out of the program.
 */
int fn_pass_decode(struct fn_tr *tr)
{
	u32 i;

	if (mark_halves(tr))
		return tr->err;
	for (i = 0; i < tr->bpf->len; i++) {
		if (!(tr->src[i].flags & FN_SRC_SECOND_HALF))
			decode_one(&tr->bpf->insns[i], i, &tr->src[i]);
		check_target(tr, i);
	}
	return tr->err;
}
