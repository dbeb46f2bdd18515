// SPDX-License-Identifier: GPL-2.0
/*
 * Room on the stack for what lowerings keep there: below all that the function
 * itself uses.
 */
#include "lower.h"
#include "userspace/tool.h"

static u32 deeper(u32 depth, s64 at)
{
	return at < 0 && -at > depth ? min_t(s64, -at, FN_LOWER_STACK) : depth;
}

/* Also where it isn't known to which place an address in the stack points. */
static u32 depth_at(const struct fn_lower_insn *i, const struct fn_state *s,
		    u32 depth)
{
	u8 class = BPF_CLASS(i->insn.code);
	const struct fn_value *base;
	u32 r;

	for (r = 0; r < 10; r++)
		if (s->r[r].kind == FN_V_STACK)
			depth = deeper(depth, s->r[r].n);
	if (class != BPF_LDX && class != BPF_ST && class != BPF_STX)
		return depth;
	base = &s->r[class == BPF_LDX ? i->insn.src_reg : i->insn.dst_reg];
	if (base->kind == FN_V_STACK)
		return deeper(depth, base->n + i->insn.off);
	return base->kind == FN_V_ANY ? deeper(depth, i->insn.off) : depth;
}

/**
 * fn_lower_stack - find out how much stack each function uses
 * @l: program
 */
void fn_lower_stack(struct fn_lower *l)
{
	struct fn_state s = {};
	struct fn_flow w;
	u32 f, i;

	for (f = 0; f < l->nfuncs; f++) {
		struct fn_lower_func *fn = &l->func[f];

		fn->stack = 0;
		fn_flow_begin(&w, l, fn);
		for (i = 0; i < fn->n; i++)
			if (fn_flow_state(&w, i, &s))
				fn->stack =
					depth_at(&fn->insn[i], &s, fn->stack);
		fn_flow_end(&w);
	}
}

/**
 * fn_lower_stack_take - room on the stack
 * @l: program
 * @f: function of it
 * @bytes: how much, a multiple of 8
 *
 * Return: offset from the end of the stack, 0 if there is no room; @l says so.
 */
s32 fn_lower_stack_take(struct fn_lower *l, struct fn_lower_func *f, u32 bytes)
{
	u32 depth = round_up(f->stack, 8) + bytes;

	if (depth > FN_LOWER_STACK) {
		fn_lower_bad(
			l,
			"function %s uses %u bytes of stack, of which there are %u; lowered, it would need %u",
			f->name, f->stack, FN_LOWER_STACK, depth);
		return 0;
	}
	f->stack = depth;
	return -(s32)depth;
}
