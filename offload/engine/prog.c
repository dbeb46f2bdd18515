// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of loaded programs.
 */
#include "engine.h"
#include "map.h"
#include "prog.h"

static void sum(struct fn_msg_prog *m, const struct fn_prog_stats *s)
{
	u32 i;

	m->runs += READ_ONCE(s->runs);
	m->cycles += READ_ONCE(s->cycles);
	m->words += READ_ONCE(s->words);
	for (i = 0; i < ARRAY_SIZE(s->verdicts); i++)
		m->verdicts[i] += READ_ONCE(s->verdicts[i]);
	for (i = 0; i < FN_NFAULTS_MAX; i++)
		m->faults[i] += READ_ONCE(s->faults[i]);
}

/**
 * fn_prog_get - say what is known of a program
 * @e: engine; the caller serializes
 * @m: names the program; gets all but the ports that run it
 *
 * Return: 0, or -ENOENT if no program has at least this handle, or to set the
 * id, this handle.
 */
int fn_prog_get(struct fn_engine *e, struct fn_msg_prog *m)
{
	struct fn_prog *prog = fn_table_next(&e->progs, max(m->handle, 1u));
	u32 i;

	if (!prog || (m->set_id && prog->handle != m->handle))
		return -ENOENT;
	if (m->set_id)
		prog->id = m->id;
	memset(m, 0, sizeof(*m));
	m->handle = prog->handle;
	m->id = prog->id;
	memcpy(m->name, prog->name, sizeof(m->name));
	memcpy(m->tag, prog->tag, sizeof(m->tag));
	m->nwords = prog->nwords;
	m->ninsns = prog->image->ninsns;
	m->ngroups = prog->ngroups;
	m->nmaps = prog->nmaps;
	for (i = 0; i < prog->nmaps && i < ARRAY_SIZE(m->maps); i++)
		m->maps[i] = prog->maps[i]->handle;
	m->compiled = prog->compiled.code ? prog->compiled.ninsns : 0;
	memcpy(m->compiled_why, prog->compiled.why, sizeof(prog->compiled.why));
	for (i = 0; i <= e->env.threads; i++)
		sum(m, &prog->stats[i]);
	return 0;
}

/**
 * fn_prog_image - copy a program's image
 * @e: engine; the caller serializes
 * @m: names the program, and where the image goes
 *
 * Return: 0, -ENOENT without such a program, -ENOSPC if there is no room.
 */
int fn_prog_image(struct fn_engine *e, struct fn_msg_prog_image *m)
{
	struct fn_prog *prog = fn_table_find(&e->progs, m->handle);
	u32 room = m->size;

	if (!prog)
		return -ENOENT;
	m->size = prog->image->size;
	if (room < m->size)
		return -ENOSPC;
	memcpy(fn_bus_to_ptr(m->addr), prog->image, m->size);
	return 0;
}
