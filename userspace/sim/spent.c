// SPDX-License-Identifier: GPL-2.0
/*
 * Where the cycles of a simulation were spent: by word, and by source.
 */
#include "sim.h"
#include "userspace/object/object.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

/**
 * fn_sim_spent - where cycles were spent
 * @s: simulation that was run
 * @spent: to fill in; fn_spent_free() is due
 */
void fn_sim_spent(const struct fn_sim *s, struct fn_spent *spent)
{
	u8 *marks = fn_profile_marks(&s->profile, s->img);
	u32 n = s->img->nwords, pc;
	u64 runs = 0, sum = 0;

	spent->runs = fn_check_alloc(calloc(n, sizeof(u64)));
	spent->issued = fn_check_alloc(calloc(n, sizeof(u64)));
	spent->waited = fn_check_alloc(calloc(n, sizeof(u64)));
	for (pc = 0; pc < n; pc++) {
		struct fn_insn insn =
			fn_insn_decode(fn_image_words(s->img)[pc]);

		runs += s->runs[pc];
		spent->runs[pc] = runs;
		spent->waited[pc] = s->stall[pc];
		spent->issued[pc] =
			runs * fn_timing_word(&s->profile, &insn, marks[pc],
					      fn_image_begins(s->img, pc));
		sum += spent->issued[pc] + spent->waited[pc];
	}
	spent->rest = s->load.cycles > sum ? s->load.cycles - sum : 0;
	free(marks);
}

/**
 * fn_spent_free - undo fn_sim_spent()
 * @spent: where cycles were spent
 */
void fn_spent_free(struct fn_spent *spent)
{
	free(spent->runs);
	free(spent->issued);
	free(spent->waited);
}

/**
 * fn_sim_flamegraph - write stacks, as they are asked for
 * @s: simulation that was run
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_flamegraph(const struct fn_sim *s)
{
	struct fn_spent spent;
	struct fn_folded f = {
		.name = s->name,
		.object = s->object,
		.program = s->program,
		.img = s->img,
	};
	int status = FN_DONE;

	if (!s->o->flamegraph && !s->o->pprof)
		return FN_DONE;
	fn_sim_spent(s, &spent);
	f.issued = spent.issued;
	f.waited = spent.waited;
	f.rest = spent.rest;
	if (s->o->flamegraph)
		status = fn_folded_write(&f, s->o->flamegraph);
	if (s->o->pprof)
		status = fn_pprof_write(&f, s->o->pprof) ?: status;
	fn_spent_free(&spent);
	return status;
}
