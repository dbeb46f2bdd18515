// SPDX-License-Identifier: GPL-2.0
/* Whether what a call gives is the verdict. */
#include "lower.h"

#define MOST_STEPS 64

static bool copies(const struct bpf_insn *insn)
{
	return insn->code == (BPF_ALU64 | BPF_MOV | BPF_X) ||
	       insn->code == (BPF_ALU | BPF_MOV | BPF_X);
}

static bool returns_at(const struct fn_lower *l, const struct fn_lower_func *f,
		       u32 i);

/* Whether all calls of a function return what it does. */
static bool callers_return(const struct fn_lower *l, u32 func)
{
	u32 f, i;

	if (!func)
		return true;
	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++) {
			const struct fn_lower_insn *insn = &l->func[f].insn[i];

			if (insn->ref == FN_REF_FUNC && insn->id == func)
				return false;
			if (insn->ref == FN_REF_CALL && insn->id == func &&
			    (f == func || !returns_at(l, &l->func[f], i)))
				return false;
		}
	return true;
}

/*
 * Whether what is called at an instruction gives the verdict, and nothing else is
 * done on the way out but copying.
 */
static bool returns_at(const struct fn_lower *l, const struct fn_lower_func *f,
		       u32 i)
{
	u32 held = 1, steps;

	for (i++, steps = 0; i < f->n && steps < MOST_STEPS; steps++) {
		const struct fn_lower_insn *insn = &f->insn[i];

		if (insn->insn.code == (BPF_JMP | BPF_EXIT))
			return held & 1 && callers_return(l, f - l->func);
		if (insn->insn.code == (BPF_JMP | BPF_JA) ||
		    insn->insn.code == (BPF_JMP32 | BPF_JA)) {
			i = insn->to;
			continue;
		}
		if (!copies(&insn->insn) || insn->has_core || insn->insn.off ||
		    !(held & 1u << insn->insn.src_reg))
			return false;
		held |= 1u << insn->insn.dst_reg;
		i++;
	}
	return false;
}

/**
 * fn_redirect_returns - whether a program returns what a call gives
 * @l: program
 * @f: function of it
 * @i: the call
 *
 * Return: whether it does, and nothing else on the way out.
 */
bool fn_redirect_returns(const struct fn_lower *l,
			 const struct fn_lower_func *f, u32 i)
{
	return returns_at(l, f, i);
}
