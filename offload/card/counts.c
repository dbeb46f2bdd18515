// SPDX-License-Identifier: GPL-2.0
/*
 * Counting what a program does word by word, while somebody wants to know. Each
 * worker has arrays of its own; a program that is not counted has none, and runs
 * as if this were not here.
 */
#include "card.h"
#include "../engine/exec.h"
#include "../engine/prog.h"

static size_t size_of(const struct fn_card *card, const struct fn_prog *prog)
{
	size_t one = sizeof(struct fn_watch) +
		     (prog->nwords + 1) * sizeof(s64) +
		     prog->nwords * sizeof(u64);

	return (card->nworkers + 1) * one;
}

/* The arrays of all lie behind the watches of all. */
static struct fn_watch *counts_new(const struct fn_card *card,
				   const struct fn_prog *prog)
{
	struct fn_watch *w = fn_alloc(size_of(card, prog));
	u64 *place;
	u32 i;

	if (!w)
		return NULL;
	place = (u64 *)(w + card->nworkers + 1);
	for (i = 0; i <= card->nworkers; i++) {
		w[i].runs = (s64 *)place;
		place += prog->nwords + 1;
		w[i].stall = place;
		place += prog->nwords;
	}
	return w;
}

/**
 * fn_counts_end - count no more
 * @prog: program; the caller holds card->lock
 *
 * May sleep.
 */
void fn_counts_end(struct fn_prog *prog)
{
	struct fn_watch *w = fn_read_locked(prog->counts);

	if (!w)
		return;
	fn_fetch_and32(&prog->special, ~FN_SPECIAL_COUNTS);
	fn_publish(prog->counts, NULL);
	fn_wait_for_readers();
	fn_free(w);
}

/**
 * fn_ctrl_counts_set - FN_CTRL_COUNTS_SET
 * @card: card
 * @msg: struct fn_msg_counts
 *
 * Return: 0, -ENOENT without such a program, -ENOMEM.
 */
int fn_ctrl_counts_set(struct fn_card *card, void *msg)
{
	const struct fn_msg_counts *m = msg;
	struct fn_prog *prog = fn_table_find(&card->engine.progs, m->prog);
	struct fn_watch *w;

	if (!prog)
		return -ENOENT;
	fn_counts_end(prog);
	if (!m->on)
		return 0;
	w = counts_new(card, prog);
	if (!w)
		return -ENOMEM;
	fn_publish(prog->counts, w);
	fn_fetch_or32(&prog->special, FN_SPECIAL_COUNTS);
	return 0;
}

/* Workers go on meanwhile: a run that is half noted must not make a negative. */
static void sum(const struct fn_prog *prog, const struct fn_watch *w,
		struct fn_word_counts *to)
{
	s64 runs = 0;
	u32 pc;

	for (pc = 0; pc < prog->nwords; pc++) {
		u32 cost = prog->code[pc + 1].before - prog->code[pc].before;

		runs += READ_ONCE(w->runs[pc]);
		if (runs > 0) {
			to[pc].runs += runs;
			to[pc].cycles += (u64)runs * cost;
		}
		to[pc].stall += READ_ONCE(w->stall[pc]);
	}
}

/**
 * fn_ctrl_counts_get - FN_CTRL_COUNTS_GET
 * @card: card
 * @msg: struct fn_msg_counts
 *
 * Return: 0, -ENOENT without such a program, -ENODATA if it is not counted,
 * -ENOSPC if there is no room.
 */
int fn_ctrl_counts_get(struct fn_card *card, void *msg)
{
	struct fn_msg_counts *m = msg;
	struct fn_prog *prog = fn_table_find(&card->engine.progs, m->prog);
	struct fn_word_counts *to = fn_bus_to_ptr(m->addr);
	const struct fn_watch *w;
	u32 room = m->nwords;
	u32 i;

	if (!prog)
		return -ENOENT;
	w = fn_read_locked(prog->counts);
	if (!w)
		return -ENODATA;
	m->nwords = prog->nwords;
	if (room < prog->nwords)
		return -ENOSPC;
	memset(to, 0, prog->nwords * sizeof(*to));
	for (i = 0; i <= card->nworkers; i++)
		sum(prog, &w[i], to);
	return 0;
}
