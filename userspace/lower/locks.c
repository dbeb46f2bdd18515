// SPDX-License-Identifier: GPL-2.0
/*
 * Spin locks: a card with one worker has one packet at a time, so nobody else is
 * ever between a lock and its unlock, and both go. Cards with more are refused
 * when the program is loaded.
 *
 * What is preserved: all that programs do. What the user sees: values have no
 * lock for bpf(2) (BPF_F_LOCK).
 */
#include <string.h>

#include "lower.h"
#include "passes.h"
#include "userspace/tool.h"

static bool is_lock(const struct fn_lower_insn *i)
{
	return i->insn.code == (BPF_JMP | BPF_CALL) && !i->insn.src_reg &&
	       !i->ref &&
	       (i->insn.imm == BPF_FUNC_spin_lock ||
		i->insn.imm == BPF_FUNC_spin_unlock);
}

static bool drop_locks(struct fn_lower *l, struct fn_lower_func *f)
{
	bool any = false;
	struct fn_edit e;
	u32 i;

	fn_edit_begin(&e, l, f);
	for (i = 0; i < f->n; i++) {
		fn_edit_at(&e, i);
		if (is_lock(&f->insn[i]))
			any = true;
		else
			fn_edit_copy(&e, i);
	}
	fn_edit_end(&e);
	if (any) {
		fn_lower_arguments(l);
		fn_lower_drop_dead(f);
	}
	return any;
}

/*
 * The place of the lock in the values remains, as a type that the kernel knows
 * nothing of.
 */
static bool is_plain(const struct fn_lower *l, const struct fn_lower_map *m)
{
	const char *special;

	if (m->origin == FN_LOWER_NONE)
		return true;
	special = l->o->maps[m->origin].special;
	return !special || !strcmp(special, "bpf_spin_lock");
}

/**
 * fn_lower_locks - drop locks that a card with one worker does not need
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_locks(struct fn_lower *l)
{
	bool any = false;
	u32 f, m;

	if (l->options->host)
		return FN_LOWER_SAME;
	for (m = 0; m < l->nmaps; m++)
		if (!is_plain(l, &l->map[m]))
			return FN_LOWER_SAME;
	for (f = 0; f < l->nfuncs; f++)
		any |= drop_locks(l, &l->func[f]);
	for (m = 0; m < l->nmaps; m++) {
		struct fn_lower_map *map = &l->map[m];

		if (map->origin == FN_LOWER_NONE ||
		    !l->o->maps[map->origin].special)
			continue;
		map->plain = true;
		any = true;
	}
	if (!any)
		return FN_LOWER_SAME;
	if (!fn_lower_rename_struct(l, "bpf_spin_lock", "flownic_lock"))
		return FN_LOWER_FAILED;
	l->one_worker = true;
	return FN_LOWER_CHANGED;
}
