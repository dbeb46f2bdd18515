// SPDX-License-Identifier: GPL-2.0
/*
 * Places of the stack that cost more, on cards whose local memory is reached
 * through address registers: one of them stands at the lower end of what a
 * program uses, and an access beyond its reach, or a key that a helper is to
 * find elsewhere, takes another address first.
 */
#include "pointer.h"
#include "profile.h"

#define ALIGN_TO 4 /* bytes, of the lower end */

static bool accesses(const struct fn_insn *i, u32 *size, s32 *off)
{
	*size = FN_X_SIZE(i->x);
	*off = i->imm;
	switch (i->op) {
	case FN_OP_STI:
		*off = FN_LO16(i->imm);
		return true;
	case FN_OP_LD:
	case FN_OP_ST:
		return !(i->x & FN_X_INDEX);
	}
	return false;
}

/* Bytes of stack that a word uses below the frame pointer, 0 if none. */
static u32 used(const struct fn_pointers *ps, const struct fn_insn *i)
{
	u32 size;
	s32 off;
	s64 at;

	if (!accesses(i, &size, &off) || !fn_pointers_stack(ps, i->a))
		return 0;
	at = (s64)ps->reg[i->a].off + off;
	return at < 0 && at >= -FN_MAX_FRAME_SIZE ? -at : 0;
}

static u32 find_depth(const u64 *words, u32 n)
{
	struct fn_pointers ps;
	u32 depth = 0;
	u32 pc;

	fn_pointers_init(&ps);
	for (pc = 0; pc < n; pc++) {
		struct fn_insn i = fn_insn_decode(words[pc]);

		depth = max(depth, used(&ps, &i));
		fn_pointers_step(&ps, &i);
	}
	return (depth + ALIGN_TO - 1) / ALIGN_TO * ALIGN_TO;
}

static bool takes_key(const struct fn_insn *i)
{
	return i->op == FN_OP_HELPER && (i->imm == FN_HELPER_map_lookup_elem ||
					 i->imm == FN_HELPER_map_update_elem ||
					 i->imm == FN_HELPER_map_delete_elem);
}

static bool is_far(const struct fn_profile *p, const struct fn_pointers *ps,
		   const struct fn_insn *i, u32 depth)
{
	u32 at = used(ps, i);

	if (takes_key(i))
		return !fn_pointers_stack(ps, 2) ||
		       ps->reg[2].off != -(s32)depth;
	return p->stack_near && at &&
	       depth - at + FN_X_SIZE(i->x) > p->stack_near;
}

/**
 * fn_stack_find - which words reach for a distant place of the stack?
 * @p: profile, which tells what is distant
 * @words: a program's valid words
 * @n: number of them
 * @marks: FN_MARK_FAR is added to those that do
 */
void fn_stack_find(const struct fn_profile *p, const u64 *words, u32 n,
		   u8 *marks)
{
	struct fn_pointers ps;
	u32 depth, pc;

	if (!p->stack_far && !p->key_far)
		return;
	depth = find_depth(words, n);
	fn_pointers_init(&ps);
	for (pc = 0; pc < n; pc++) {
		struct fn_insn i = fn_insn_decode(words[pc]);

		if (is_far(p, &ps, &i, depth))
			marks[pc] |= FN_MARK_FAR;
		fn_pointers_step(&ps, &i);
	}
}
