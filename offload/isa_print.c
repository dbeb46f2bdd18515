// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions as text. docs/isa.md describes the syntax.
 */
#include "helpers.h"
#include "isa.h"
#include "text.h"

static void put_reg(struct fn_text *o, u32 reg)
{
	if (reg == FN_REG_ZERO)
		fn_text_add(o, "rz");
	else
		fn_text_add(o, "r%u", reg);
}

static void put_name(struct fn_text *o, const struct fn_insn *i, bool sized)
{
	fn_text_add(o, "%s", fn_opinfo[i->op].name);
	if (sized)
		fn_text_add(o, "%u", FN_X_SIZE(i->x));
}

static void put_cond(struct fn_text *o, const struct fn_insn *i)
{
	u32 cond = FN_X_COND(i->x);

	fn_text_add(o, "%s%s%s ", fn_opinfo[i->op].name,
		    cond < FN_NCONDS ? fn_cond_name[cond] : "?",
		    i->x & FN_X_W ? ".w" : "");
}

static void put_address(struct fn_text *o, const struct fn_insn *i, u32 index,
			s32 off)
{
	fn_text_add(o, "[");
	if (i->a == FN_REG_ZERO && (u32)off - FN_ADDR_LOCAL < FN_CTX_SIZE) {
		fn_text_add(o, "ctx");
		off -= FN_ADDR_LOCAL;
	} else {
		put_reg(o, i->a);
	}
	if (i->x & FN_X_INDEX) {
		fn_text_add(o, "+");
		put_reg(o, index);
	}
	if (off)
		fn_text_add(o, "%+d", off);
	fn_text_add(o, "]");
}

static void put_target(struct fn_text *o, u32 pc, s32 off)
{
	fn_text_add(o, "@%u", pc + 1 + (u32)off);
}

static void print_none(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, false);
}

static void print_alu(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, false);
	fn_text_add(o, "%s ", i->x & FN_X_W ? ".w" : "");
	put_reg(o, i->d);
	if (i->op != FN_OP_MOV) {
		fn_text_add(o, ", ");
		put_reg(o, i->a);
	}
	fn_text_add(o, ", ");
	if (i->x & FN_X_IMM)
		fn_text_add(o, "%d", i->imm);
	else
		put_reg(o, i->b);
}

static void print_alu1(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, true);
	fn_text_add(o, "%s ", i->x & FN_X_W ? ".w" : "");
	put_reg(o, i->d);
	fn_text_add(o, ", ");
	put_reg(o, i->a);
}

static void print_field(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, false);
	fn_text_add(o, " ");
	put_reg(o, i->d);
	fn_text_add(o, ", ");
	put_reg(o, i->a);
	fn_text_add(o, ", %u, %u", i->imm & 0xff, i->imm >> 8 & 0xff);
}

static void print_sel(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_cond(o, i);
	put_reg(o, i->d);
	fn_text_add(o, ", ");
	put_reg(o, i->a);
	fn_text_add(o, ", %d, ", FN_LO16(i->imm));
	if (i->x & FN_X_IMM)
		fn_text_add(o, "%d", FN_HI16(i->imm));
	else
		put_reg(o, FN_HI16(i->imm));
	fn_text_add(o, ", ");
	put_reg(o, i->b);
}

static void print_ld(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, true);
	fn_text_add(o, "%s%s ", i->x & FN_X_SIGN ? ".s" : "",
		    i->x & FN_X_BE ? ".be" : "");
	put_reg(o, i->d);
	fn_text_add(o, ", ");
	put_address(o, i, i->b, i->imm);
}

static void print_st(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, true);
	fn_text_add(o, "%s ", i->x & FN_X_BE ? ".be" : "");
	put_address(o, i, i->d, i->imm);
	fn_text_add(o, ", ");
	put_reg(o, i->b);
}

static void print_sti(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, true);
	fn_text_add(o, "%s ", i->x & FN_X_BE ? ".be" : "");
	put_address(o, i, 0, FN_LO16(i->imm));
	fn_text_add(o, ", %d", FN_HI16(i->imm));
}

static void print_atom(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	u32 kind = FN_X_ATOM(i->x);

	fn_text_add(o, "%s%s%s ", fn_opinfo[i->op].name,
		    kind < FN_NATOMS ? fn_atom_name[kind] : "?",
		    i->x & FN_X_W ? ".w" : "");
	if (i->x & FN_X_FETCH) {
		put_reg(o, i->d);
		fn_text_add(o, ", ");
	}
	fn_text_add(o, "[");
	put_reg(o, i->a);
	if (i->imm)
		fn_text_add(o, "%+d", i->imm);
	fn_text_add(o, "], ");
	put_reg(o, i->b);
}

/* What a branch or a conditional exit compares. */
static void put_comparison(struct fn_text *o, const struct fn_insn *i)
{
	put_cond(o, i);
	put_reg(o, i->a);
	fn_text_add(o, ", ");
	if (!(i->x & FN_X_IMM))
		put_reg(o, i->b);
	if (i->x & FN_X_IMM)
		fn_text_add(o, "%d", FN_LO16(i->imm));
	else if (FN_LO16(i->imm))
		fn_text_add(o, "%+d", FN_LO16(i->imm));
	fn_text_add(o, ", ");
}

static void print_jcc(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_comparison(o, i);
	put_target(o, pc, FN_HI16(i->imm));
}

static void print_exitc(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_comparison(o, i);
	fn_text_add(o, "%d", FN_HI16(i->imm));
}

static void print_jmp(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, false);
	fn_text_add(o, " ");
	put_target(o, pc, i->imm);
}

static void print_call(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	print_jmp(o, i, pc);
	fn_text_add(o, ", %u", i->x * 8);
}

static void print_helper(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	const struct fn_helper_info *info = fn_helper_find(i->imm);

	put_name(o, i, false);
	if (info)
		fn_text_add(o, " %s", info->name);
	else
		fn_text_add(o, " %d", i->imm);
}

static void print_exit(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, false);
	fn_text_add(o, " ");
	if (i->x & FN_X_IMM)
		fn_text_add(o, "%d", i->imm);
	else
		put_reg(o, i->a);
}

static void print_code(struct fn_text *o, const struct fn_insn *i, u32 pc)
{
	put_name(o, i, false);
	if (i->imm >= 0 && i->imm < FN_NFAULTS)
		fn_text_add(o, " %s", fn_fault_name[i->imm]);
	else
		fn_text_add(o, " %d", i->imm);
}

static void (*const print[])(struct fn_text *o, const struct fn_insn *i,
			     u32 pc) = {
	[FN_FMT_NONE] = print_none,   [FN_FMT_ALU] = print_alu,
	[FN_FMT_ALU1] = print_alu1,   [FN_FMT_FIELD] = print_field,
	[FN_FMT_SEL] = print_sel,     [FN_FMT_LD] = print_ld,
	[FN_FMT_ST] = print_st,	      [FN_FMT_STI] = print_sti,
	[FN_FMT_ATOM] = print_atom,   [FN_FMT_JCC] = print_jcc,
	[FN_FMT_EXITC] = print_exitc, [FN_FMT_JMP] = print_jmp,
	[FN_FMT_CALL] = print_call,   [FN_FMT_HELPER] = print_helper,
	[FN_FMT_EXIT] = print_exit,   [FN_FMT_CODE] = print_code,
};

/**
 * fn_insn_print - write an instruction as the assembler takes it
 * @buf: gets the text, always terminated if @size is not 0
 * @size: bytes at @buf
 * @insn: need not be valid
 * @pc: number of its word, for the targets of jumps
 *
 * Return: length of the whole text, as of snprintf().
 */
int fn_insn_print(char *buf, size_t size, const struct fn_insn *insn, u32 pc)
{
	struct fn_text o = { .buf = buf, .size = size };

	if (insn->op >= FN_NOPS) {
		fn_text_add(&o, ".word 0x%016llx",
			    (unsigned long long)fn_insn_encode(insn));
		return o.len;
	}
	print[fn_opinfo[insn->op].fmt](&o, insn, pc);
	if (insn->stop)
		fn_text_add(&o, " ;;");
	return o.len;
}
