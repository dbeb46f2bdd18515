// SPDX-License-Identifier: GPL-2.0
/*
 * From instruction words to what the interpreter runs: one function for each
 * format of an instruction.
 */
#include "exec.h"
#include "profile.h"
#include "prog.h"

/* clang-format off */

static const u16 alu[FN_NOPS][2] = {
#define X(name) [FN_OP_##name] = { FN_UOP_##name, FN_UOP_##name##_W },
	FN_UOPS_ALU(X)
#undef X
};

static const u16 jcc[FN_NCONDS][2] = {
#define X(name) [FN_##name] = { FN_UOP_J##name, FN_UOP_J##name##_W },
	FN_UOPS_JCC(X)
#undef X
};

static const u16 exitc[FN_NCONDS][2] = {
#define X(name) [FN_##name] = { FN_UOP_E##name, FN_UOP_E##name##_W },
	FN_UOPS_JCC(X)
#undef X
};

/* by bytes, little and big-endian */
static const u16 load[9][2] = {
	[1] = { FN_UOP_LD1, FN_UOP_LD1 },
	[2] = { FN_UOP_LD2, FN_UOP_LD2B },
	[4] = { FN_UOP_LD4, FN_UOP_LD4B },
	[6] = { FN_UOP_LD6, FN_UOP_LD6B },
	[8] = { FN_UOP_LD8, FN_UOP_LD8B },
};

static const u16 store[9][2] = {
	[1] = { FN_UOP_ST1, FN_UOP_ST1 },
	[2] = { FN_UOP_ST2, FN_UOP_ST2B },
	[4] = { FN_UOP_ST4, FN_UOP_ST4B },
	[6] = { FN_UOP_ST6, FN_UOP_ST6B },
	[8] = { FN_UOP_ST8, FN_UOP_ST8B },
};
/* clang-format on */

static void decode_none(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = i->op == FN_OP_RET ? FN_UOP_RET : FN_UOP_NOP;
}

static void decode_alu(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = i->op == FN_OP_MOVH ? FN_UOP_MOVH :
				      alu[i->op][!!(i->x & FN_X_W)];
	if (i->x & FN_X_IMM)
		u->b = FN_REG_ZERO;
	else
		u->imm = 0;
}

static void decode_alu1(struct fn_uop *u, const struct fn_insn *i)
{
	u32 shift = 64 - 8 * FN_X_SIZE(i->x);

	u->imm16 = shift;
	u->imm = shift;
	if (i->op == FN_OP_SWAP)
		u->op = FN_UOP_SWAP;
	else if (i->op == FN_OP_ZX)
		u->op = FN_UOP_UFIELD;
	else
		u->op = i->x & FN_X_W ? FN_UOP_SFIELDW : FN_UOP_SFIELD;
}

static void decode_field(struct fn_uop *u, const struct fn_insn *i)
{
	u32 pos = i->imm & 0xff;
	u32 bits = i->imm >> 8 & 0xff;

	u->op = i->op == FN_OP_UBFX ? FN_UOP_UFIELD : FN_UOP_SFIELD;
	u->imm16 = 64 - pos - bits;
	u->imm = 64 - bits;
}

static void decode_sel(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = i->x & FN_X_IMM ? FN_UOP_SEL : FN_UOP_SELR;
	u->imm16 = FN_LO16(i->imm);
	u->imm = FN_HI16(i->imm);
}

static void decode_ld(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = i->x & FN_X_SIGN ? FN_UOP_LDS :
				   load[FN_X_SIZE(i->x)][!!(i->x & FN_X_BE)];
	if (!(i->x & FN_X_INDEX))
		u->b = FN_REG_ZERO;
}

static void decode_st(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = store[FN_X_SIZE(i->x)][!!(i->x & FN_X_BE)];
	if (!(i->x & FN_X_INDEX))
		u->d = FN_REG_ZERO;
}

static void decode_sti(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = store[FN_X_SIZE(i->x)][!!(i->x & FN_X_BE)];
	u->imm = FN_LO16(i->imm);
	u->imm16 = FN_HI16(i->imm);
	u->b = FN_REG_ZERO;
	u->d = FN_REG_ZERO;
}

static void decode_atom(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = FN_UOP_ATOM;
}

/* Jumps keep their distance here; the loader makes it a place. */
static void decode_jcc(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = jcc[FN_X_COND(i->x)][!!(i->x & FN_X_W)];
	u->imm16 = FN_LO16(i->imm);
	u->imm = FN_HI16(i->imm);
	if (i->x & FN_X_IMM)
		u->b = FN_REG_ZERO;
}

static void decode_exitc(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = exitc[FN_X_COND(i->x)][!!(i->x & FN_X_W)];
	u->imm16 = FN_LO16(i->imm);
	u->imm = FN_HI16(i->imm);
	if (i->x & FN_X_IMM)
		u->b = FN_REG_ZERO;
}

static void decode_jmp(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = FN_UOP_JMP;
}

static void decode_call(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = FN_UOP_CALL;
	u->imm16 = i->x * 8;
}

static void decode_helper(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = FN_UOP_HELPER;
	u->imm = fn_helper_index(i->imm);
}

static void decode_exit(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = FN_UOP_EXIT;
	if (i->x & FN_X_IMM)
		u->a = FN_REG_ZERO;
}

static void decode_code(struct fn_uop *u, const struct fn_insn *i)
{
	u->op = FN_UOP_TRAP;
}

static void (*const decode[])(struct fn_uop *u, const struct fn_insn *i) = {
	[FN_FMT_NONE] = decode_none,   [FN_FMT_ALU] = decode_alu,
	[FN_FMT_ALU1] = decode_alu1,   [FN_FMT_FIELD] = decode_field,
	[FN_FMT_SEL] = decode_sel,     [FN_FMT_LD] = decode_ld,
	[FN_FMT_ST] = decode_st,       [FN_FMT_STI] = decode_sti,
	[FN_FMT_ATOM] = decode_atom,   [FN_FMT_JCC] = decode_jcc,
	[FN_FMT_EXITC] = decode_exitc, [FN_FMT_JMP] = decode_jmp,
	[FN_FMT_CALL] = decode_call,   [FN_FMT_HELPER] = decode_helper,
	[FN_FMT_EXIT] = decode_exit,   [FN_FMT_CODE] = decode_code,
};

static int refuse(char *why, size_t len, u32 pc, const struct fn_insn *insn,
		  const char *reason)
{
	char text[64] = "?";

	if (insn->op < FN_NOPS)
		fn_insn_print(text, sizeof(text), insn, pc);
	snprintf(why, len, "word %u (%s): %s", pc, text, reason);
	return -EINVAL;
}

static bool jumps(u32 fmt)
{
	return fmt == FN_FMT_JCC || fmt == FN_FMT_JMP || fmt == FN_FMT_CALL;
}

/* Does control never go on to the word after this one? */
static bool ends(const struct fn_insn *i)
{
	return i->op == FN_OP_EXIT || i->op == FN_OP_JMP ||
	       i->op == FN_OP_RET || i->op == FN_OP_TRAP;
}

/* How many registers, from r0 on, a word has to do with; rz does not count. */
static u32 registers(const struct fn_insn *i)
{
	u32 d = i->d == FN_REG_ZERO ? 0 : i->d;
	u32 a = i->a == FN_REG_ZERO ? 0 : i->a;
	u32 b = i->b == FN_REG_ZERO ? 0 : i->b;

	if (i->op == FN_OP_SEL && !(i->x & FN_X_IMM) &&
	    FN_HI16(i->imm) != FN_REG_ZERO)
		a = max_t(u32, a, FN_HI16(i->imm));
	return max(max(a, b), d) + 1;
}

/* @u->before stays as it is. Return: FN_FAULT_NONE, or what running it would be. */
static u32 decode_insn(const struct fn_prog *prog, u32 pc,
		       const struct fn_insn *insn, struct fn_uop *u,
		       const char **reason)
{
	s64 target;

	*reason = "invalid";
	if (!fn_insn_valid(insn, reason))
		return FN_FAULT_OPCODE;
	u->d = insn->d;
	u->a = insn->a;
	u->b = insn->b;
	u->x = insn->x;
	u->imm16 = 0;
	u->imm = insn->imm;
	decode[fn_opinfo[insn->op].fmt](u, insn);
	if (jumps(fn_opinfo[insn->op].fmt)) {
		target = (s64)pc + 1 + u->imm;
		*reason = "jump out of the program";
		if (target < 0 || target >= prog->nwords)
			return FN_FAULT_PC;
		u->imm = target;
	}
	*reason = "unknown helper";
	if (insn->op == FN_OP_HELPER && u->imm < 0)
		return FN_FAULT_OPCODE;
	return FN_FAULT_NONE;
}

/**
 * fn_uop_trap - make an operation one that faults
 * @u: operation
 * @fault: enum fn_fault
 */
void fn_uop_trap(struct fn_uop *u, u32 fault)
{
	u->op = FN_UOP_TRAP;
	u->imm = fault;
}

/**
 * fn_prog_decode_word - make one operation anew from a word
 * @prog: program
 * @pc: place of the word
 * @word: instruction word
 * @u: the operation, as it was
 *
 * A word that the loader would refuse becomes a trap with that cause.
 */
void fn_prog_decode_word(const struct fn_prog *prog, u32 pc, u64 word,
			 struct fn_uop *u)
{
	struct fn_insn insn = fn_insn_decode(word);
	const char *reason;
	u32 fault = decode_insn(prog, pc, &insn, u, &reason);

	if (fault)
		fn_uop_trap(u, fault);
}

static int decode_word(struct fn_prog *prog, u32 pc, char *why, size_t len)
{
	struct fn_insn insn = fn_insn_decode(fn_image_words(prog->image)[pc]);
	struct fn_uop *u = &prog->code[pc];
	const char *reason;

	if (decode_insn(prog, pc, &insn, u, &reason))
		return refuse(why, len, pc, &insn, reason);
	if (pc == prog->nwords - 1 && !ends(&insn))
		return refuse(why, len, pc, &insn,
			      "the last word lets control go on past it");
	prog->ngroups += insn.stop;
	prog->nregs = max(prog->nregs, registers(&insn));
	return 0;
}

/* What all words before each cost. */
static void count_cycles(struct fn_prog *prog)
{
	u32 pc;

	for (pc = 0; pc < prog->nwords; pc++) {
		struct fn_insn insn =
			fn_insn_decode(fn_image_words(prog->image)[pc]);
		struct fn_uop *u = &prog->code[pc];

		u[1].before = u->before +
			      fn_timing_word(prog->profile, &insn,
					     prog->marks[pc],
					     fn_image_begins(prog->image, pc));
	}
}

/**
 * fn_prog_decode - make a program's code from its image
 * @prog: image, nwords and profile are set, marks has nwords entries, code one
 *	more, all zero
 * @why: gets a sentence if a word is refused
 * @len: bytes of it
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int fn_prog_decode(struct fn_prog *prog, char *why, size_t len)
{
	const struct fn_profile *p = prog->profile;
	struct fn_uop *end = &prog->code[prog->nwords];
	u32 pc;
	int ret;

	prog->nregs = FN_REG_FP + 1;
	for (pc = 0; pc < prog->nwords; pc++) {
		ret = decode_word(prog, pc, why, len);
		if (ret)
			return ret;
	}
	ret = fn_timing_mark(p, fn_image_words(prog->image), prog->nwords,
			     prog->marks);
	if (ret)
		return ret;
	count_cycles(prog);
	prog->share_packet = fn_profile_share(p, p->latency_packet);
	prog->share_map = fn_profile_share(p, p->latency_map);
	fn_uop_trap(end, FN_FAULT_PC);
	return 0;
}
