// SPDX-License-Identifier: GPL-2.0
/*
 * Loads that find their bytes in registers, on cards whose compiler fetches what
 * several loads of the packet want with the first of them.
 *
 * The rules are those of nfp_bpf_opt_pkt_cache() in the kernel's nfp/bpf/jit.c:
 * code is looked at from its beginning to its end; loads belong together if they
 * are relative to the same pointer and within so many bytes, with no jump's
 * target, call, load of other memory or store to the packet between them. Here
 * pointers to the stack are those that r10 is, others are told apart only.
 */
#include "profile.h"

/* Marks of a word, while the code is looked at. */
#define FOUND BIT(0)
#define TARGET BIT(1)

/**
 * struct pointer - what a register holds
 * @id: values of different ids are not known to be related
 * @off: of two values of the same id, how far they are apart
 */
struct pointer {
	u32 id;
	s32 off;
};

/**
 * struct window - bytes that have been fetched
 * @open: there are some
 * @at: relative to what
 * @from: first byte
 * @to: behind the last
 */
struct window {
	bool open;
	struct pointer at;
	s32 from;
	s32 to;
};

/**
 * struct walk - through the code
 * @reg: registers
 * @ids: given so far
 * @size: of a window at most, bytes
 * @w: current window
 */
struct walk {
	struct pointer reg[FN_NREGS];
	u32 ids;
	u32 size;
	struct window w;
};

static bool same(const struct pointer *a, const struct pointer *b)
{
	return a->id == b->id && a->off == b->off;
}

static void assign(struct walk *k, const struct fn_insn *i)
{
	bool imm = i->x & FN_X_IMM && !(i->x & FN_X_W);
	bool copy = i->op == FN_OP_MOV && !(i->x & (FN_X_IMM | FN_X_W));

	if (copy) {
		k->reg[i->d] = k->reg[i->b];
	} else if (i->op == FN_OP_ADD && imm) {
		k->reg[i->d] = k->reg[i->a];
		k->reg[i->d].off += i->imm;
	} else {
		k->reg[i->d] = (struct pointer){ ++k->ids, 0 };
	}
}

/* Return: the load finds its bytes. */
static bool load(struct walk *k, const struct fn_insn *i)
{
	const struct pointer *base = &k->reg[i->a];
	s32 end = i->imm + (s32)FN_X_SIZE(i->x);
	struct window *w = &k->w;

	if (i->x & FN_X_INDEX || base->id == k->reg[FN_REG_FP].id) {
		w->open = false;
		return false;
	}
	if (w->open && same(&w->at, base) &&
	    max(w->to, end) - min(w->from, i->imm) <= (s32)k->size) {
		w->from = min(w->from, i->imm);
		w->to = max(w->to, end);
		return true;
	}
	*w = (struct window){ true, *base, i->imm, end };
	return false;
}

static bool to_stack(const struct walk *k, const struct fn_insn *i)
{
	return k->reg[i->a].id == k->reg[FN_REG_FP].id;
}

static bool step(struct walk *k, const struct fn_insn *i)
{
	bool found = false;

	switch (i->op) {
	case FN_OP_LD:
		found = load(k, i);
		break;
	case FN_OP_ST:
	case FN_OP_STI:
		k->w.open = k->w.open && to_stack(k, i);
		break;
	case FN_OP_CALL:
	case FN_OP_HELPER:
		k->w.open = false;
		k->reg[0] = (struct pointer){ ++k->ids, 0 };
		break;
	}
	if (fn_insn_writes(i))
		assign(k, i);
	return found;
}

/* Where control may come from elsewhere. */
static void mark_targets(const u64 *words, u32 n, u8 *marks)
{
	u32 pc;

	for (pc = 0; pc < n; pc++) {
		struct fn_insn i = fn_insn_decode(words[pc]);
		s64 to = (s64)pc + 1 + i.imm;

		if (i.op == FN_OP_JCC)
			to = (s64)pc + 1 + FN_HI16(i.imm);
		else if (i.op != FN_OP_JMP && i.op != FN_OP_CALL)
			continue;
		if (to >= 0 && to < n)
			marks[to] |= TARGET;
	}
}

/**
 * fn_window_find - which loads find their bytes fetched?
 * @p: profile, which tells how many are fetched at a time
 * @words: a program's valid words
 * @n: number of them
 * @found: gets 1 for each that does, 0 for the others
 */
void fn_window_find(const struct fn_profile *p, const u64 *words, u32 n,
		    u8 *found)
{
	struct walk k = { .ids = FN_NREGS, .size = p->packet_window };
	u32 pc;

	memset(found, 0, n);
	if (!p->packet_window)
		return;
	for (pc = 0; pc < FN_NREGS; pc++)
		k.reg[pc].id = pc;
	mark_targets(words, n, found);
	for (pc = 0; pc < n; pc++) {
		struct fn_insn i = fn_insn_decode(words[pc]);

		if (found[pc] & TARGET)
			k.w.open = false;
		found[pc] = step(&k, &i) ? FOUND : 0;
	}
}
