// SPDX-License-Identifier: GPL-2.0
/*
 * Words that need not touch the upper half of a register, on cards whose own
 * registers have 32 bits.
 *
 * What writes 32 bits clears the upper half, which takes an instruction. The
 * kernel's verifier tells a driver where nobody reads it (bpf_jit_needs_zext()),
 * and there it is left out; so it is here. And logic of 64 bits with a constant
 * leaves the upper half as it is if the constant's is neutral.
 *
 * Who reads an upper half is found backwards, as for live registers.
 */
#include "../helpers.h"
#include "profile.h"

/* After so many rounds all halves count as read; nested loops take one each. */
#define ROUNDS 16

static u32 alu_reads(const struct fn_insn *i)
{
	u32 second = i->x & FN_X_IMM ? 0 : BIT(i->b);

	if (i->x & FN_X_W || i->op == FN_OP_MOVH)
		return 0;
	return i->op == FN_OP_MOV ? second : BIT(i->a) | second;
}

static u32 store_reads(const struct fn_insn *i)
{
	u32 set = BIT(i->a);

	if (FN_X_SIZE(i->x) > 4)
		set |= BIT(i->b);
	if (i->x & FN_X_INDEX)
		set |= BIT(i->d);
	return set;
}

static u32 atom_reads(const struct fn_insn *i)
{
	u32 set = BIT(i->a);

	if (i->x & FN_X_W)
		return set;
	if (FN_X_ATOM(i->x) == FN_ATOM_CMPXCHG)
		set |= BIT(i->d);
	return set | BIT(i->b);
}

static u32 compare_reads(const struct fn_insn *i)
{
	if (i->x & FN_X_W)
		return 0;
	return BIT(i->a) | (i->x & FN_X_IMM ? 0 : BIT(i->b));
}

static u32 helper_reads(const struct fn_insn *i)
{
	const struct fn_helper_info *info = fn_helper_find(i->imm);
	u32 n = info ? info->nargs : 5;

	return (BIT(n) - 1) << 1;
}

/* Registers whose upper halves a word reads. */
static u32 reads(const struct fn_insn *i)
{
	switch (fn_opinfo[i->op].fmt) {
	case FN_FMT_ALU:
		return alu_reads(i);
	case FN_FMT_ALU1:
		return FN_X_SIZE(i->x) > 4 ? BIT(i->a) : 0;
	case FN_FMT_FIELD:
		return (i->imm & 0xff) + (i->imm >> 8) > 32 ? BIT(i->a) : 0;
	case FN_FMT_SEL:
		/* With a constant the field is not a register; more is safe. */
		return BIT(i->a) | BIT(i->b) | BIT(FN_HI16(i->imm) & 31);
	case FN_FMT_LD:
		return BIT(i->a) | (i->x & FN_X_INDEX ? BIT(i->b) : 0);
	case FN_FMT_ST:
		return store_reads(i);
	case FN_FMT_STI:
		return BIT(i->a);
	case FN_FMT_ATOM:
		return atom_reads(i);
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
		return compare_reads(i);
	case FN_FMT_CALL:
		return (BIT(5) - 1) << 1;
	case FN_FMT_HELPER:
		return helper_reads(i);
	case FN_FMT_EXIT:
		return i->x & FN_X_IMM ? 0 : BIT(i->a);
	}
	return i->op == FN_OP_RET ? BIT(0) : 0;
}

static u32 writes(const struct fn_insn *i)
{
	if (i->op == FN_OP_HELPER || i->op == FN_OP_CALL)
		return BIT(0);
	return fn_insn_writes(i) ? BIT(i->d) : 0;
}

/* Upper halves that are read from a jump's target on. */
static u32 at(const u32 *live, u32 n, s64 pc)
{
	return pc >= 0 && pc < n ? live[pc] : 0;
}

static u32 after(const u32 *live, u32 n, u32 pc, const struct fn_insn *i)
{
	u32 next = at(live, n, (s64)pc + 1);

	switch (i->op) {
	case FN_OP_EXIT:
	case FN_OP_TRAP:
	case FN_OP_RET:
		return 0;
	case FN_OP_JMP:
		return at(live, n, (s64)pc + 1 + i->imm);
	case FN_OP_JCC:
		return next | at(live, n, (s64)pc + 1 + FN_HI16(i->imm));
	}
	return next;
}

static bool go_round(const u64 *words, u32 n, u32 *live)
{
	bool changed = false;
	u32 pc = n;

	while (pc--) {
		struct fn_insn i = fn_insn_decode(words[pc]);
		u32 set = reads(&i) | (after(live, n, pc, &i) & ~writes(&i));

		changed |= set != live[pc];
		live[pc] = set;
	}
	return changed;
}

/* Does a word write 32 bits with an instruction more for the upper half? */
static bool clears(const struct fn_insn *i)
{
	switch (i->op) {
	case FN_OP_LD:
		return FN_X_SIZE(i->x) <= 4 && !(i->x & FN_X_SIGN);
	case FN_OP_ZX:
		return FN_X_SIZE(i->x) == 4;
	case FN_OP_MOV:
	case FN_OP_ADD:
	case FN_OP_SUB:
	case FN_OP_RSUB:
	case FN_OP_AND:
	case FN_OP_OR:
	case FN_OP_XOR:
	case FN_OP_LSH:
	case FN_OP_RSH:
	case FN_OP_ARSH:
		return i->x & FN_X_W;
	}
	return false;
}

static bool is_neutral(const struct fn_insn *i)
{
	if (i->x != FN_X_IMM)
		return false;
	if (i->op == FN_OP_AND)
		return i->imm < 0;
	return (i->op == FN_OP_OR || i->op == FN_OP_XOR) && i->imm >= 0;
}

/**
 * fn_half_find - which words need not touch the upper half of a register?
 * @p: profile, which tells what that saves
 * @words: a program's valid words
 * @n: number of them
 * @marks: FN_MARK_HALF is added to those
 *
 * Return: 0 or -ENOMEM.
 */
int fn_half_find(const struct fn_profile *p, const u64 *words, u32 n, u8 *marks)
{
	u32 rounds = 0;
	u32 *live;
	u32 pc;

	if (!p->half)
		return 0;
	live = fn_alloc(n * sizeof(*live));
	if (!live)
		return -ENOMEM;
	while (go_round(words, n, live) && ++rounds < ROUNDS)
		fn_thread_yield();
	for (pc = 0; pc < n; pc++) {
		struct fn_insn i = fn_insn_decode(words[pc]);
		bool unread = rounds < ROUNDS &&
			      !(after(live, n, pc, &i) & BIT(i.d));

		if (is_neutral(&i) || (clears(&i) && unread))
			marks[pc] |= FN_MARK_HALF;
	}
	fn_free(live);
	return 0;
}
