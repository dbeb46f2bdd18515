// SPDX-License-Identifier: GPL-2.0
/*
 * Is a word an instruction? What this accepts, every card executes; where the
 * jumps lead is for the image's checker.
 */
#include "helpers.h"
#include "isa.h"

/* Operands that must be zero when a format does not use them. */
#define D 0x1
#define A 0x2
#define B 0x4
#define IMM 0x8

static bool one_of(const u8 *sizes, u32 size)
{
	while (*sizes && *sizes != size)
		sizes++;
	return *sizes;
}

static const char *unused(const struct fn_insn *i, u32 fields)
{
	if (fields & D && i->d)
		return "destination register given to an operation without one";
	if (fields & A && i->a)
		return "unused first source register is not r0";
	if (fields & B && i->b)
		return "unused second source register is not r0";
	if (fields & IMM && i->imm)
		return "unused immediate is not 0";
	return NULL;
}

static const char *modifiers(const struct fn_insn *i, u32 defined)
{
	return i->x & ~defined ? "undefined modifier bits are set" : NULL;
}

static const char *writes(const struct fn_insn *i)
{
	return i->d == FN_REG_ZERO ? "rz is not writable" : NULL;
}

static const char *check_none(const struct fn_insn *i)
{
	return modifiers(i, 0) ?: unused(i, D | A | B | IMM);
}

static const char *check_alu(const struct fn_insn *i)
{
	bool imm = i->x & FN_X_IMM;

	if (i->op == FN_OP_MOVH && i->x != FN_X_IMM)
		return "movh takes an immediate and is 64 bits wide";
	return modifiers(i, FN_X_W | FN_X_IMM) ?:
		       writes(i)	       ?:
						 unused(i,
							(imm ? B : IMM) | (i->op == FN_OP_MOV ? A : 0));
}

static const char *check_alu1(const struct fn_insn *i)
{
	static const struct {
		u8 op;
		u8 x;
		u8 sizes[5];
	} rules[] = {
		{ FN_OP_SX, FN_X_W, { 1, 2, 4, 6 } },
		{ FN_OP_ZX, 0, { 1, 2, 4, 6 } },
		{ FN_OP_SWAP, 0, { 2, 4, 6, 8 } },
	};
	u32 r = 0;

	while (r < ARRAY_SIZE(rules) - 1 && rules[r].op != i->op)
		r++;
	if (!one_of(rules[r].sizes, FN_X_SIZE(i->x)))
		return "operation is not defined for this size";
	if (i->x & FN_X_W && FN_X_SIZE(i->x) > 4)
		return "operation is wider than its result";
	return modifiers(i, 0xf0 | rules[r].x) ?:
		       writes(i)	       ?:
						 unused(i, B | IMM);
}

static const char *check_field(const struct fn_insn *i)
{
	u32 pos = i->imm & 0xff;
	u32 bits = i->imm >> 8 & 0xff;

	if ((u32)i->imm >> 16 || !bits || pos + bits > 64)
		return "bit field is empty or outside a register";
	return modifiers(i, 0) ?: writes(i) ?: unused(i, B);
}

static const char *check_cond(const struct fn_insn *i)
{
	if (FN_X_COND(i->x) >= FN_NCONDS)
		return "undefined condition";
	return modifiers(i, 0xf0 | FN_X_W | FN_X_IMM);
}

static const char *check_sel(const struct fn_insn *i)
{
	if (!(i->x & FN_X_IMM) && (u16)FN_HI16(i->imm) >= FN_NREGS)
		return "no such register to choose";
	return check_cond(i) ?: writes(i);
}

static const char *check_size(const struct fn_insn *i)
{
	static const u8 sizes[] = { 1, 2, 4, 6, 8, 0 };

	return one_of(sizes, FN_X_SIZE(i->x)) ?
		       NULL :
		       "access size is not 1, 2, 4, 6 or 8";
}

static const char *check_ld(const struct fn_insn *i)
{
	return check_size(i)						     ?:
		       modifiers(i, 0xf0 | FN_X_INDEX | FN_X_SIGN | FN_X_BE) ?:
		       writes(i)					     ?:
		       unused(i, i->x & FN_X_INDEX ? 0 : B);
}

static const char *check_st(const struct fn_insn *i)
{
	return check_size(i)					 ?:
		       modifiers(i, 0xf0 | FN_X_INDEX | FN_X_BE) ?:
		       unused(i, i->x & FN_X_INDEX ? 0 : D);
}

static const char *check_sti(const struct fn_insn *i)
{
	return check_size(i)			    ?:
		       modifiers(i, 0xf0 | FN_X_BE) ?:
						      unused(i, D | B);
}

static const char *check_atom(const struct fn_insn *i)
{
	u32 kind = FN_X_ATOM(i->x);

	if (kind >= FN_NATOMS)
		return "undefined atomic operation";
	if (kind >= FN_ATOM_XCHG && !(i->x & FN_X_FETCH))
		return "exchange without the old value";
	if (i->x & FN_X_FETCH && writes(i))
		return writes(i);
	return modifiers(i, 0xf0 | FN_X_W | FN_X_FETCH) ?:
		       unused(i, i->x & FN_X_FETCH ? 0 : D);
}

static const char *check_jcc(const struct fn_insn *i)
{
	return check_cond(i) ?: unused(i, i->x & FN_X_IMM ? D | B : D);
}

static const char *check_jmp(const struct fn_insn *i)
{
	return modifiers(i, 0) ?: unused(i, D | A | B);
}

static const char *check_call(const struct fn_insn *i)
{
	if (i->x * 8 > FN_MAX_FRAME_SIZE)
		return "frame is larger than the card allows";
	return unused(i, D | A | B);
}

static const char *check_helper(const struct fn_insn *i)
{
	if (i->imm < 0 || !fn_helper_find(i->imm))
		return "undefined helper";
	return modifiers(i, 0) ?: unused(i, D | A | B);
}

static const char *check_exit(const struct fn_insn *i)
{
	return modifiers(i, FN_X_IMM) ?:
		       unused(i, D | B | (i->x & FN_X_IMM ? A : IMM));
}

static const char *check_code(const struct fn_insn *i)
{
	if (i->imm <= FN_FAULT_NONE || i->imm >= FN_NFAULTS)
		return "undefined fault";
	return modifiers(i, 0) ?: unused(i, D | A | B);
}

static const char *(*const check[])(const struct fn_insn *i) = {
	[FN_FMT_NONE] = check_none, [FN_FMT_ALU] = check_alu,
	[FN_FMT_ALU1] = check_alu1, [FN_FMT_FIELD] = check_field,
	[FN_FMT_SEL] = check_sel,   [FN_FMT_LD] = check_ld,
	[FN_FMT_ST] = check_st,	    [FN_FMT_STI] = check_sti,
	[FN_FMT_ATOM] = check_atom, [FN_FMT_JCC] = check_jcc,
	[FN_FMT_EXITC] = check_jcc, [FN_FMT_JMP] = check_jmp,
	[FN_FMT_CALL] = check_call, [FN_FMT_HELPER] = check_helper,
	[FN_FMT_EXIT] = check_exit, [FN_FMT_CODE] = check_code,
};

/**
 * fn_insn_valid - is this an instruction of the card?
 * @insn: a decoded word
 * @why: gets the reason if it is not; may be NULL
 *
 * Return: true if its operation, modifiers and registers are defined.
 */
bool fn_insn_valid(const struct fn_insn *insn, const char **why)
{
	const char *reason;

	if (insn->op >= FN_NOPS)
		reason = "undefined operation";
	else
		reason = check[fn_opinfo[insn->op].fmt](insn);
	if (why)
		*why = reason;
	return !reason;
}

/**
 * fn_insn_writes - is there a result, in the register @insn->d?
 * @insn: instruction that is valid
 *
 * Helpers have theirs in r0, by convention.
 *
 * Return: true if there is.
 */
bool fn_insn_writes(const struct fn_insn *insn)
{
	switch (fn_opinfo[insn->op].fmt) {
	case FN_FMT_ALU:
	case FN_FMT_ALU1:
	case FN_FMT_FIELD:
	case FN_FMT_SEL:
	case FN_FMT_LD:
		return true;
	case FN_FMT_ATOM:
		return insn->x & FN_X_FETCH;
	default:
		return false;
	}
}
