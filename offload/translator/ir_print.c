// SPDX-License-Identifier: GPL-2.0
/*
 * The intermediate representation as text: functions, blocks, instructions.
 * Physical registers are r0 to r30, virtual ones v0, v1 …
 */
#include "../text.h"
#include "ir.h"

static void put_reg(struct fn_text *l, u32 reg)
{
	if (reg == FN_REG_ZERO)
		fn_text_add(l, " rz");
	else if (reg < FN_NREGS)
		fn_text_add(l, " r%u", reg);
	else
		fn_text_add(l, " v%u", reg - FN_NREGS);
}

static void put_name(struct fn_text *l, const struct fn_ir *i)
{
	const struct fn_opinfo *op = &fn_opinfo[i->op];

	if (i->op == FN_IR_PHI) {
		fn_text_add(l, "phi");
		return;
	}
	fn_text_add(l, "%s", op->name);
	switch (op->fmt) {
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
	case FN_FMT_SEL:
		fn_text_add(l, "%s", fn_cond_name[FN_X_COND(i->x)]);
		break;
	case FN_FMT_ATOM:
		fn_text_add(l, "%s", fn_atom_name[FN_X_ATOM(i->x)]);
		break;
	case FN_FMT_ALU1:
	case FN_FMT_LD:
	case FN_FMT_ST:
	case FN_FMT_STI:
		fn_text_add(l, "%u", FN_X_SIZE(i->x));
		break;
	}
}

static void put_flags(struct fn_text *l, const struct fn_ir *i)
{
	bool mem = i->op < FN_NOPS && fn_opinfo[i->op].class == FN_CLASS_MEM;

	if (i->op == FN_IR_PHI)
		return;
	if (i->x & FN_X_W && !mem)
		fn_text_add(l, ".w");
	if (i->x & FN_X_SIGN && mem)
		fn_text_add(l, ".s");
	if (i->x & FN_X_BE && mem)
		fn_text_add(l, ".be");
}

static void put_second(struct fn_text *l, const struct fn_ir *i)
{
	if (i->x & FN_X_IMM)
		fn_text_add(l, " %lld", (long long)i->imm);
	else
		put_reg(l, i->b);
}

static void put_address(struct fn_text *l, const struct fn_ir *i, u32 index)
{
	fn_text_add(l, " [");
	put_reg(l, i->a);
	if (i->x & FN_X_INDEX && fn_opinfo[i->op].class == FN_CLASS_MEM)
		put_reg(l, index);
	fn_text_add(l, " %+d ]", i->off);
}

static void put_operands(struct fn_text *l, const struct fn_ir *i)
{
	switch (fn_opinfo[i->op].fmt) {
	case FN_FMT_ALU:
		if (i->op != FN_OP_MOV)
			put_reg(l, i->a);
		put_second(l, i);
		break;
	case FN_FMT_ALU1:
		put_reg(l, i->a);
		break;
	case FN_FMT_FIELD:
		put_reg(l, i->a);
		fn_text_add(l, " %u %u", (u32)i->imm & 0xff, (u32)i->imm >> 8);
		break;
	case FN_FMT_SEL:
		put_reg(l, i->a);
		fn_text_add(l, " %lld ?", (long long)i->imm);
		if (i->x & FN_X_IMM)
			fn_text_add(l, " %d", i->off);
		else
			put_reg(l, i->b);
		fn_text_add(l, " :");
		put_reg(l, i->c);
		break;
	case FN_FMT_LD:
		put_address(l, i, i->b);
		break;
	case FN_FMT_ST:
		put_address(l, i, i->d);
		put_reg(l, i->b);
		break;
	case FN_FMT_STI:
		put_address(l, i, 0);
		fn_text_add(l, " %lld", (long long)i->imm);
		break;
	case FN_FMT_ATOM:
		put_address(l, i, 0);
		put_reg(l, i->b);
		break;
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
		put_reg(l, i->a);
		put_second(l, i);
		if (!(i->x & FN_X_IMM) && i->imm)
			fn_text_add(l, " %+lld", (long long)i->imm);
		if (i->op == FN_OP_EXITC)
			fn_text_add(l, " : %d", i->off);
		break;
	case FN_FMT_CALL:
		fn_text_add(l, " f%lld", (long long)i->imm);
		break;
	case FN_FMT_EXIT:
		if (i->x & FN_X_IMM)
			fn_text_add(l, " %lld", (long long)i->imm);
		else
			put_reg(l, i->a);
		break;
	case FN_FMT_HELPER:
	case FN_FMT_CODE:
		fn_text_add(l, " %lld", (long long)i->imm);
		break;
	}
}

static void put_args(struct fn_text *l, const struct fn_tr *tr,
		     const struct fn_ir *i)
{
	u32 n = i->op == FN_IR_PHI ? tr->blocks[i->block].npred : i->nargs;
	u32 a;

	if (n == FN_PRECOLORED && i->op != FN_IR_PHI)
		return;
	for (a = 0; a < n; a++)
		put_reg(l, tr->args[i->args + a]);
}

static void print_ir(const struct fn_tr *tr, const struct fn_ir *i,
		     const struct fn_log *to)
{
	char buf[128];
	struct fn_text l = { .buf = buf, .size = sizeof(buf) };

	if (fn_ir_defines(i)) {
		put_reg(&l, i->d);
		fn_text_add(&l, " = ");
	} else {
		fn_text_add(&l, " ");
	}
	put_name(&l, i);
	put_flags(&l, i);
	if (i->op != FN_IR_PHI)
		put_operands(&l, i);
	if (i->op == FN_IR_PHI || i->op == FN_OP_CALL || i->op == FN_OP_HELPER)
		put_args(&l, tr, i);
	if (i->origin == FN_ORIGIN_NONE)
		fn_log(to, "\t%s\n", buf);
	else
		fn_log(to, "\t%-48s # insn %u\n", buf, i->origin);
}

static void print_block(const struct fn_tr *tr, u32 block,
			const struct fn_log *to)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 i;

	fn_log(to, "b%u:", block);
	for (i = 0; i < b->npred; i++)
		fn_log(to, "%s b%u", i ? "," : " from", tr->args[b->pred + i]);
	fn_log(to, "\n");
	for (i = b->first; i; i = fn_ir_next(tr, i))
		print_ir(tr, &tr->irs[i], to);
	if (b->nsucc == 2)
		fn_log(to, "\t  -> b%u, if true b%u\n", b->succ[0], b->succ[1]);
	else if (b->nsucc)
		fn_log(to, "\t  -> b%u\n", b->succ[0]);
}

/**
 * fn_ir_print - print the program
 * @tr: program
 * @to: gets it line by line
 */
void fn_ir_print(const struct fn_tr *tr, const struct fn_log *to)
{
	u32 f, b;

	for (f = 0; f < tr->nfuncs; f++) {
		const struct fn_func *func = &tr->funcs[f];

		fn_log(to, "f%u: insns %u to %u, frame %u\n", f, func->start,
		       func->end - 1, func->frame);
		for (b = tr->funcs[f].entry; b != FN_NONE;
		     b = tr->blocks[b].next)
			print_block(tr, b, to);
	}
}
