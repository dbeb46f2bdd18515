// SPDX-License-Identifier: GPL-2.0
/*
 * Maps that functions get from who calls them. Where maps are numbers, these are, too:
 * the verifier looks at a function once for each call, and so knows which it is.
 */
#include "inner.h"
#include "userspace/tool.h"

/* Arguments of a call that are maps, as bits. */
static u32 maps_of(const struct fn_lower *l, const struct fn_lower_insn *insn,
		   const struct fn_state *s)
{
	u32 reads = fn_lower_reads(insn), maps = 0, a;

	for (a = 1; insn->ref == FN_REF_CALL && a <= 5; a++)
		if (reads >> a & 1 && fn_value_is_map(l, &s->r[a]))
			maps |= 1u << a;
	return maps;
}

/* Whether it calls functions with maps of which nothing has been known. */
static bool look(struct fn_lower *l, u32 f, bool note)
{
	struct fn_state s = {};
	bool changed = false;
	struct fn_flow w;
	u32 i, maps;

	fn_flow_begin(&w, l, &l->func[f]);
	for (i = 0; i < l->func[f].n; i++) {
		const struct fn_lower_insn *insn = &l->func[f].insn[i];

		if (!fn_flow_state(&w, i, &s))
			continue;
		maps = maps_of(l, insn, &s);
		if (!maps || !(maps & ~(u32)l->func[insn->id].maps))
			continue;
		changed = true;
		if (!note)
			continue;
		l->func[insn->id].maps |= maps;
		l->func[insn->id].hidden = true;
	}
	fn_flow_end(&w);
	return changed;
}

/**
 * fn_passed_any - whether functions get maps
 * @l: program
 *
 * Return: whether any does.
 */
bool fn_passed_any(struct fn_lower *l)
{
	bool any = false;
	u32 f;

	for (f = 0; f < l->nfuncs && !any; f++)
		any = look(l, f, false);
	return any;
}

/**
 * fn_passed_find - note which functions get maps
 * @l: program
 */
void fn_passed_find(struct fn_lower *l)
{
	bool changed = true;
	u32 f;

	fn_lower_arguments(l);
	while (changed)
		for (f = 0, changed = false; f < l->nfuncs; f++)
			changed |= look(l, f, true);
}

/**
 * fn_passed_forget - undo fn_passed_find()
 * @l: program
 */
void fn_passed_forget(struct fn_lower *l)
{
	u32 f;

	for (f = 0; f < l->nfuncs; f++)
		l->func[f].maps = 0;
}
