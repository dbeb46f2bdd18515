// SPDX-License-Identifier: GPL-2.0
/*
 * Issue groups, and why each ended where it did: what keeps the next word out of
 * it, by the rules that offload/translator/group.c has for instructions.
 */
#include "explain.h"
#include "offload/helpers.h"
#include "offload/image.h"
#include "userspace/tool.h"

#define BIT_OF(reg) (1u << (reg))

/* In the order in which they are looked for. */
enum why {
	FULL,
	LAST,
	SOLO,
	JOIN,
	DEPENDS,
	PORT,
	MULTIPLIER,
	BRANCH,
	ORDER,
	OTHER
};

static const char *const why_name[] = {
	[FULL] = "full",
	[LAST] = "last",
	[SOLO] = "solo",
	[JOIN] = "join",
	[DEPENDS] = "depends",
	[PORT] = "port",
	[MULTIPLIER] = "multiplier",
	[BRANCH] = "branch",
	[ORDER] = "order",
	[OTHER] = "other",
};

/**
 * struct walk - work on an image
 * @img: image
 * @target: by word, jumps lead there
 */
struct walk {
	const struct fn_image *img;
	bool *target;
};

static struct fn_insn word_at(const struct fn_image *img, u32 pc)
{
	return fn_insn_decode(fn_image_words(img)[pc]);
}

static u32 second(const struct fn_insn *i)
{
	return i->x & FN_X_IMM ? 0 : BIT_OF(i->b);
}

static u32 helper_reads(const struct fn_insn *i)
{
	const struct fn_helper_info *h = fn_helper_find(i->imm);

	return h ? (2u << h->nargs) - 2 : 0;
}

static u32 memory_reads(const struct fn_insn *i)
{
	switch (i->op) {
	case FN_OP_LD:
		return BIT_OF(i->a) | (i->x & FN_X_INDEX ? BIT_OF(i->b) : 0);
	case FN_OP_ST:
		return BIT_OF(i->a) | BIT_OF(i->b) |
		       (i->x & FN_X_INDEX ? BIT_OF(i->d) : 0);
	case FN_OP_ATOM:
		return BIT_OF(i->a) | BIT_OF(i->b) |
		       (FN_X_ATOM(i->x) == FN_ATOM_CMPXCHG ? BIT_OF(i->d) : 0);
	default:
		return BIT_OF(i->a);
	}
}

static u32 reads(const struct fn_insn *i)
{
	switch (fn_opinfo[i->op].fmt) {
	case FN_FMT_ALU:
		return second(i) | (i->op == FN_OP_MOV ? 0 : BIT_OF(i->a));
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
		return second(i) | BIT_OF(i->a);
	case FN_FMT_SEL:
		return BIT_OF(i->a) | BIT_OF(i->b) |
		       (i->x & FN_X_IMM ? 0 : BIT_OF(FN_HI16(i->imm)));
	case FN_FMT_LD:
	case FN_FMT_ST:
	case FN_FMT_STI:
	case FN_FMT_ATOM:
	case FN_FMT_ALU1:
	case FN_FMT_FIELD:
		return memory_reads(i);
	case FN_FMT_EXIT:
		return i->x & FN_X_IMM ? 0 : BIT_OF(i->a);
	case FN_FMT_HELPER:
		return helper_reads(i);
	default:
		return 0;
	}
}

static u32 writes(const struct fn_insn *i)
{
	if (i->op == FN_OP_HELPER)
		return BIT_OF(0);
	return fn_insn_writes(i) ? BIT_OF(i->d) : 0;
}

static bool is_class(const struct fn_insn *i, u32 class)
{
	return fn_opinfo[i->op].class == class;
}

static bool takes_port(const struct fn_insn *i)
{
	return is_class(i, FN_CLASS_MEM) || is_class(i, FN_CLASS_ATOM);
}

static bool multiplies(const struct fn_insn *i)
{
	return is_class(i, FN_CLASS_MUL) || is_class(i, FN_CLASS_DIV);
}

static bool loads(const struct fn_insn *i)
{
	return i->op == FN_OP_LD || i->op == FN_OP_ATOM ||
	       i->op == FN_OP_HELPER;
}

static bool stores(const struct fn_insn *i)
{
	return i->op == FN_OP_ST || i->op == FN_OP_STI || i->op == FN_OP_ATOM;
}

static bool ends_group(const struct fn_insn *i)
{
	return i->op == FN_OP_HELPER ||
	       (is_class(i, FN_CLASS_BRANCH) && i->op != FN_OP_JCC);
}

static bool is_solo(const struct fn_insn *i)
{
	return i->op == FN_OP_CALL || i->op == FN_OP_RET;
}

/* Words of a group for which something holds, beside what they write. */
static u32 count(const struct walk *w, u32 from, u32 to,
		 bool (*holds)(const struct fn_insn *i))
{
	u32 n = 0;

	for (; from <= to; from++) {
		struct fn_insn i = word_at(w->img, from);

		n += holds(&i);
	}
	return n;
}

static bool is_branch(const struct fn_insn *i)
{
	return is_class(i, FN_CLASS_BRANCH);
}

/* The word of a group that writes what the next word reads or writes, or -1. */
static s64 producer(const struct walk *w, u32 from, u32 to,
		    const struct fn_insn *next)
{
	u32 regs = (reads(next) | writes(next)) & ~BIT_OF(FN_REG_ZERO);
	s64 pc;

	for (pc = to; pc >= from; pc--) {
		struct fn_insn i = word_at(w->img, pc);

		if (writes(&i) & regs)
			return pc;
	}
	return -1;
}

static enum why why_ended(const struct walk *w, u32 from, u32 to, s64 *by)
{
	u32 ports = max_t(u32, 1, w->img->lanes / 2);
	struct fn_insn last = word_at(w->img, to), next;

	*by = -1;
	if (to - from + 1 >= w->img->lanes)
		return FULL;
	if (ends_group(&last) || to + 1 == w->img->nwords)
		return LAST;
	next = word_at(w->img, to + 1);
	if (is_solo(&next))
		return SOLO;
	if (w->target[to + 1])
		return JOIN;
	*by = producer(w, from, to, &next);
	if (*by >= 0)
		return DEPENDS;
	if (takes_port(&next) && count(w, from, to, takes_port) >= ports)
		return PORT;
	if (multiplies(&next) && count(w, from, to, multiplies))
		return MULTIPLIER;
	if (is_branch(&next) && count(w, from, to, is_branch))
		return BRANCH;
	if (loads(&next) && count(w, from, to, stores))
		return ORDER;
	return OTHER;
}

static void find_targets(struct walk *w)
{
	u32 pc;

	for (pc = 0; pc < w->img->nwords; pc++) {
		struct fn_insn i = word_at(w->img, pc);
		s64 to = -1;

		if (i.op == FN_OP_JCC)
			to = (s64)pc + 1 + FN_HI16(i.imm);
		else if (i.op == FN_OP_JMP || i.op == FN_OP_CALL)
			to = (s64)pc + 1 + i.imm;
		if (to >= 0 && to < w->img->nwords)
			w->target[to] = true;
	}
}

/* [first word, words, why, word that the next one depends on or -1] */
static json_object *group(const struct walk *w, u32 from, u32 to)
{
	json_object *a = json_object_new_array();
	s64 by;
	enum why why = why_ended(w, from, to, &by);

	json_object_array_add(a, json_object_new_int64(from));
	json_object_array_add(a, json_object_new_int64(to - from + 1));
	json_object_array_add(a, json_object_new_string(why_name[why]));
	json_object_array_add(a, json_object_new_int64(by));
	return a;
}

/**
 * fn_explain_groups - issue groups of card code
 * @img: the code
 *
 * Return: an array with, for each, first word, number of words, why it ended, and
 * the word that the next one depends on, or -1.
 */
json_object *fn_explain_groups(const struct fn_image *img)
{
	struct walk w = { .img = img };
	json_object *a = json_object_new_array();
	u32 pc, from = 0;

	w.target = fn_check_alloc(calloc(img->nwords + 1, sizeof(*w.target)));
	find_targets(&w);
	for (pc = 0; pc < img->nwords; pc++) {
		if (!word_at(img, pc).stop && pc + 1 < img->nwords)
			continue;
		json_object_array_add(a, group(&w, from, pc));
		from = pc + 1;
	}
	free(w.target);
	return a;
}
