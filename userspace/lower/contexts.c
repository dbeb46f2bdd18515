// SPDX-License-Identifier: GPL-2.0
/*
 * The context, where a lowering needs it: a function keeps it on its stack. One
 * whose first argument it isn't gets it in r5 from all that call it.
 */
#include "lower.h"
#include "userspace/tool.h"

#define UNKNOWN 0
#define ALWAYS 1
#define NOT_ALWAYS 2

/* One round: what callers give, as far as they are known to have it. */
static void look(struct fn_lower *l, u32 func, u8 *given)
{
	const struct fn_lower_func *f = &l->func[func];
	struct fn_state s = {};
	struct fn_flow w;
	u32 i;

	fn_flow_begin(&w, l, f);
	for (i = 0; i < f->n; i++) {
		const struct fn_lower_insn *insn = &f->insn[i];

		if (!fn_flow_state(&w, i, &s))
			continue;
		if (insn->ref == FN_REF_FUNC)
			given[insn->id] = NOT_ALWAYS;
		if (insn->ref != FN_REF_CALL)
			continue;
		if (s.r[1].kind != FN_V_CTX)
			given[insn->id] = NOT_ALWAYS;
		else if (given[insn->id] == UNKNOWN)
			given[insn->id] = ALWAYS;
	}
	fn_flow_end(&w);
}

/* Which functions are always called with the context? */
static void find_contexts(struct fn_lower *l)
{
	u8 given[FN_LOWER_FUNCS];
	bool changed = true;
	u32 f;

	if (l->nfuncs > FN_LOWER_FUNCS)
		return;
	while (changed) {
		changed = false;
		for (f = 0; f < l->nfuncs; f++)
			given[f] = UNKNOWN;
		for (f = 0; f < l->nfuncs; f++)
			look(l, f, given);
		for (f = 1; f < l->nfuncs; f++)
			if (given[f] == ALWAYS && !l->func[f].has_ctx)
				changed = l->func[f].has_ctx = true;
	}
}

static bool calls(const struct fn_lower_func *f, u32 func)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (f->insn[i].ref == FN_REF_CALL && f->insn[i].id == func)
			return true;
	return false;
}

/* Who calls a function needs what that does not get by itself. */
static bool mark(struct fn_lower *l, u32 func, bool *need)
{
	struct fn_lower_func *f = &l->func[func];
	u16 *live;
	bool free_r5;
	u32 i;

	if (f->ctx_reg)
		return true;
	f->ctx_reg = 1;
	if (f->f->entry || f->has_ctx)
		return true;
	live = fn_lower_live(f);
	free_r5 = !(live[0] & 1u << 5);
	free(live);
	if (f->global || !free_r5)
		return fn_lower_bad(
			l,
			"function %s needs the context, which is not its first argument",
			f->name);
	f->ctx_reg = 5;
	for (i = 0; i < l->nfuncs; i++)
		if (calls(&l->func[i], func)) {
			need[i] = true;
			if (!mark(l, i, need))
				return false;
		}
	return true;
}

/* One that has kept it before may call others that get it now. */
static bool keep_context(struct fn_lower *l, struct fn_lower_func *f,
			 const bool *given)
{
	bool first = !f->ctx;
	struct fn_edit e;
	u32 i;

	if (first)
		f->ctx = fn_lower_stack_take(l, f, 8);
	if (!f->ctx)
		return false;
	fn_edit_begin(&e, l, f);
	if (first)
		fn_add_store(&e, BPF_DW, 10, f->ctx, f->ctx_reg);
	for (i = 0; i < f->n; i++) {
		const struct fn_lower_insn *insn = &f->insn[i];

		fn_edit_at(&e, i);
		if (insn->ref == FN_REF_CALL && given[insn->id])
			fn_add_load(&e, BPF_DW, 5, 10, f->ctx);
		fn_edit_copy(&e, i);
		e.insn[e.n - 1].unread = 0;
	}
	fn_edit_end(&e);
	return true;
}

/**
 * fn_lower_contexts - have functions keep the context at their ctx
 * @l: program
 * @needs: which functions need it
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_lower_contexts(struct fn_lower *l,
		       bool (*needs)(const struct fn_lower_func *f))
{
	bool *need = fn_check_alloc(calloc(l->nfuncs, sizeof(*need)));
	bool *given = fn_check_alloc(calloc(l->nfuncs, sizeof(*given)));
	bool ok = true;
	u32 f;

	/* Those that got it before are not given it again. */
	for (f = 0; f < l->nfuncs; f++)
		given[f] = l->func[f].ctx_reg == 5;
	find_contexts(l);
	for (f = 0; f < l->nfuncs && ok; f++)
		if (needs(&l->func[f])) {
			need[f] = true;
			ok = mark(l, f, need);
		}
	for (f = 0; f < l->nfuncs; f++)
		given[f] = l->func[f].ctx_reg == 5 && !given[f];
	for (f = 0; f < l->nfuncs && ok; f++)
		if (need[f])
			ok = keep_context(l, &l->func[f], given);
	free(given);
	free(need);
	return ok;
}
