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
#include "pointer.h"
#include "profile.h"

#define TARGET BIT(7) /* of a word's marks, while the code is looked at */

/**
 * struct window - bytes that have been fetched
 * @open: there are some
 * @at: relative to what
 * @from: first byte
 * @to: behind the last
 */
struct window {
	bool open;
	struct fn_pointer at;
	s64 from;
	s64 to;
};

/**
 * struct walk - through the code
 * @ps: registers
 * @size: of a window at most, bytes
 * @w: current window
 */
struct walk {
	struct fn_pointers ps;
	u32 size;
	struct window w;
};

static bool same(const struct fn_pointer *a, const struct fn_pointer *b)
{
	return a->id == b->id && a->off == b->off;
}

/* Return: the load finds its bytes. */
static bool load(struct walk *k, const struct fn_insn *i)
{
	const struct fn_pointer *base = &k->ps.reg[i->a];
	s64 end = (s64)i->imm + FN_X_SIZE(i->x);
	struct window *w = &k->w;

	if (i->x & FN_X_INDEX || fn_pointers_stack(&k->ps, i->a)) {
		w->open = false;
		return false;
	}
	if (w->open && same(&w->at, base) &&
	    max(w->to, end) - min_t(s64, w->from, i->imm) <= k->size) {
		w->from = min_t(s64, w->from, i->imm);
		w->to = max(w->to, end);
		return true;
	}
	*w = (struct window){ true, *base, i->imm, end };
	return false;
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
		k->w.open = k->w.open && fn_pointers_stack(&k->ps, i->a);
		break;
	case FN_OP_CALL:
	case FN_OP_HELPER:
		k->w.open = false;
		break;
	}
	fn_pointers_step(&k->ps, i);
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
 * @marks: FN_MARK_FOUND is added to those that do
 */
void fn_window_find(const struct fn_profile *p, const u64 *words, u32 n,
		    u8 *marks)
{
	struct walk k = { .size = p->packet_window };
	u32 pc;

	if (!p->packet_window)
		return;
	fn_pointers_init(&k.ps);
	mark_targets(words, n, marks);
	for (pc = 0; pc < n; pc++) {
		struct fn_insn i = fn_insn_decode(words[pc]);

		if (marks[pc] & TARGET)
			k.w.open = false;
		marks[pc] &= ~TARGET;
		if (step(&k, &i))
			marks[pc] |= FN_MARK_FOUND;
	}
}
