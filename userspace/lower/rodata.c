// SPDX-License-Identifier: GPL-2.0
/*
 * Data that never changes: what is loaded from a place that is known becomes a
 * number, branches that depend on it alone are decided, and what can't be
 * reached any more is gone, with all that it needs.
 *
 * What is loaded from a place that is not known is left to globals.c.
 */
#include "lower.h"
#include "passes.h"

static bool is_load(const struct fn_lower_insn *i)
{
	return BPF_CLASS(i->insn.code) == BPF_LDX && !i->has_core;
}

static bool folds(const struct fn_lower *l, const struct fn_lower_insn *i,
		  const struct fn_state *s, u64 *value)
{
	const struct fn_value *base = &s->r[i->insn.src_reg];
	struct fn_value v;

	if (!is_load(i) || base->kind != FN_V_DATA)
		return false;
	v = fn_flow_load(l, i, s);
	*value = v.n;
	return v.kind == FN_V_CONST;
}

static bool fold_insn(struct fn_edit *e, u32 i, const struct fn_state *s)
{
	const struct fn_lower_insn *insn = &e->f->insn[i];
	int way = fn_flow_branch(insn, s);
	u64 value;

	if (folds(e->l, insn, s, &value)) {
		fn_add_set(e, insn->insn.dst_reg, value);
		return true;
	}
	if (!insn->jumps || way < 0 || insn->insn.code == (BPF_JMP | BPF_JA) ||
	    insn->insn.code == (BPF_JMP32 | BPF_JA)) {
		fn_edit_copy(e, i);
		return false;
	}
	if (way) {
		fn_edit_copy(e, i);
		e->insn[e->n - 1].insn = (struct bpf_insn){
			.code = BPF_JMP | BPF_JA,
		};
	}
	return true;
}

static bool fold_function(struct fn_lower *l, struct fn_lower_func *f)
{
	struct fn_state s = {};
	struct fn_flow w;
	struct fn_edit e;
	bool changed = false;
	u32 i;

	fn_flow_begin(&w, l, f);
	fn_edit_begin(&e, l, f);
	for (i = 0; i < f->n; i++) {
		fn_edit_at(&e, i);
		if (fn_flow_state(&w, i, &s))
			changed |= fold_insn(&e, i, &s);
		else
			changed = true;
	}
	fn_flow_end(&w);
	fn_edit_end(&e);
	if (changed)
		fn_lower_drop_dead(f);
	return changed;
}

/**
 * fn_lower_rodata - make numbers of data that never changes
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_rodata(struct fn_lower *l)
{
	bool changed = false;
	u32 f;

	/* What has been linked may have got numbers that were unknown before. */
	if (!l->ndata && !l->done && !l->folds)
		return FN_LOWER_SAME;
	fn_lower_arguments(l);
	for (f = 0; f < l->nfuncs; f++)
		changed |= fold_function(l, &l->func[f]);
	fn_lower_prune(l);
	return changed ? FN_LOWER_CHANGED : FN_LOWER_SAME;
}
