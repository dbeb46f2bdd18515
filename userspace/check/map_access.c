// SPDX-License-Identifier: GPL-2.0
/*
 * Which words may access map memory. Only a lookup makes addresses of map
 * values, so it is enough to follow where its result goes.
 *
 * What is known before a word is a set of registers that may hold such an
 * address; rz, which never does, stands for the stack.
 */
#include "check.h"
#include "offload/helpers.h"
#include "offload/isa.h"
#include "userspace/tool.h"

#define BIT_OF(reg) (1u << (reg))
#define STACK BIT_OF(FN_REG_ZERO)
#define UNREACHED 0xffffffffu

/**
 * struct flow - the analysis
 * @img: program
 * @before: by word: registers that may hold an address, UNREACHED at first
 * @returned: a function may return such an address
 * @changed: another round is needed
 */
struct flow {
	const struct fn_image *img;
	u32 *before;
	bool returned;
	bool changed;
};

static bool has_bit(u32 set, u32 reg)
{
	return reg < FN_REG_ZERO && set & BIT_OF(reg);
}

static u32 with(u32 set, u32 reg, bool may)
{
	if (reg == FN_REG_ZERO)
		return set;
	return may ? set | BIT_OF(reg) : set & ~BIT_OF(reg);
}

static u32 after_alu(u32 set, const struct fn_insn *i)
{
	bool may = false;

	if (i->op == FN_OP_ADD || i->op == FN_OP_SUB || i->op == FN_OP_RSUB)
		may = has_bit(set, i->a);
	if (i->op == FN_OP_MOV || i->op == FN_OP_ADD || i->op == FN_OP_RSUB)
		may |= !(i->x & FN_X_IMM) && has_bit(set, i->b);
	return with(set, i->d, may);
}

static u32 after_memory(u32 set, const struct fn_insn *i)
{
	switch (i->op) {
	case FN_OP_LD:
		return with(set, i->d,
			    set & STACK && FN_X_SIZE(i->x) == 8 &&
				    !has_bit(set, i->a));
	case FN_OP_ST:
		return has_bit(set, i->b) ? set | STACK : set;
	case FN_OP_ATOM:
		if (has_bit(set, i->b))
			set |= STACK;
		return i->x & FN_X_FETCH ? with(set, i->d, set & STACK) : set;
	default:
		return set;
	}
}

static u32 after(const struct flow *f, u32 set, const struct fn_insn *i)
{
	switch (fn_opinfo[i->op].fmt) {
	case FN_FMT_ALU:
		return after_alu(set, i);
	case FN_FMT_ALU1:
	case FN_FMT_FIELD:
		return with(set, i->d, false);
	case FN_FMT_SEL:
		return with(set, i->d,
			    has_bit(set, i->b) ||
				    (!(i->x & FN_X_IMM) &&
				     has_bit(set, FN_HI16(i->imm))));
	case FN_FMT_HELPER:
		return with(set, 0, i->imm == FN_HELPER_map_lookup_elem);
	case FN_FMT_CALL:
		return with(set, 0, f->returned);
	default:
		return after_memory(set, i);
	}
}

static void merge(struct flow *f, s64 pc, u32 set)
{
	u32 old;

	if (pc < 0 || pc >= f->img->nwords)
		return;
	old = f->before[pc];
	if (old != UNREACHED)
		set |= old;
	if (set == old)
		return;
	f->before[pc] = set;
	f->changed = true;
}

static void step(struct flow *f, u32 pc)
{
	struct fn_insn i = fn_insn_decode(fn_image_words(f->img)[pc]);
	u32 set = f->before[pc];

	if (i.op >= FN_NOPS)
		return;
	if (i.op == FN_OP_RET && has_bit(set, 0) && !f->returned) {
		f->returned = true;
		f->changed = true;
	}
	if (i.op == FN_OP_JCC)
		merge(f, (s64)pc + 1 + FN_HI16(i.imm), set);
	if (i.op == FN_OP_JMP || i.op == FN_OP_CALL)
		merge(f, (s64)pc + 1 + i.imm, set);
	if (i.op != FN_OP_JMP && i.op != FN_OP_RET && i.op != FN_OP_EXIT &&
	    i.op != FN_OP_TRAP)
		merge(f, (s64)pc + 1, after(f, set, &i));
}

static bool may_access(u32 set, u64 word)
{
	struct fn_insn i = fn_insn_decode(word);

	if (set == UNREACHED || i.op >= FN_NOPS)
		return false;
	if (fn_opinfo[i.op].class != FN_CLASS_MEM && i.op != FN_OP_ATOM)
		return false;
	if (has_bit(set, i.a))
		return true;
	if (!(i.x & FN_X_INDEX))
		return false;
	return (i.op == FN_OP_LD && has_bit(set, i.b)) ||
	       (i.op == FN_OP_ST && has_bit(set, i.d));
}

/**
 * fn_map_accesses - find the words that may access map memory
 * @img: program
 *
 * Return: a flag for each word, for free().
 */
u8 *fn_map_accesses(const struct fn_image *img)
{
	u32 *before = fn_check_alloc(malloc(img->nwords * sizeof(*before)));
	u8 *may = fn_check_alloc(calloc(1, img->nwords));
	struct flow f = { .img = img, .before = before };
	u32 pc;

	for (pc = 0; pc < img->nwords; pc++)
		before[pc] = UNREACHED;
	before[0] = 0;
	do {
		f.changed = false;
		for (pc = 0; pc < img->nwords; pc++)
			if (before[pc] != UNREACHED)
				step(&f, pc);
	} while (f.changed);
	for (pc = 0; pc < img->nwords; pc++)
		may[pc] = may_access(before[pc], fn_image_words(img)[pc]);
	free(before);
	return may;
}
