// SPDX-License-Identifier: GPL-2.0
/*
 * What the card knows of its programs.
 */
#include "prog.h"
#include "../card/card.h"
#include "map.h"

/**
 * fn_prog_ports - which ports run a program
 * @card: card; the caller holds card->lock
 * @prog: program
 *
 * Return: a bit for each port.
 */
u32 fn_prog_ports(struct fn_card *card, const struct fn_prog *prog)
{
	u32 ports = 0;
	u32 i;

	for (i = 0; card->ports && i < card->nports; i++) {
		if (fn_read_locked(card->ports[i].prog) == prog)
			ports |= 1u << i;
	}
	return ports;
}

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
 * fn_ctrl_prog_get - FN_CTRL_PROG_GET
 * @card: card
 * @msg: struct fn_msg_prog
 *
 * Return: 0, or -ENOENT if no program has at least this handle, or to set the
 * id, this handle.
 */
int fn_ctrl_prog_get(struct fn_card *card, void *msg)
{
	struct fn_msg_prog *m = msg;
	struct fn_prog *prog = fn_table_next(&card->progs, max(m->handle, 1u));
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
	m->ports = fn_prog_ports(card, prog);
	for (i = 0; i < prog->nmaps && i < ARRAY_SIZE(m->maps); i++)
		m->maps[i] = prog->maps[i]->handle;
	m->native = prog->native.code ? prog->native.ninsns : 0;
	memcpy(m->native_why, prog->native.why, sizeof(prog->native.why));
	for (i = 0; i <= card->nworkers; i++)
		sum(m, &prog->stats[i]);
	return 0;
}

/**
 * fn_ctrl_prog_image - FN_CTRL_PROG_IMAGE
 * @card: card
 * @msg: struct fn_msg_prog_image
 *
 * Return: 0, -ENOENT without such a program, -ENOSPC if there is no room.
 */
int fn_ctrl_prog_image(struct fn_card *card, void *msg)
{
	struct fn_msg_prog_image *m = msg;
	struct fn_prog *prog = fn_table_find(&card->progs, m->handle);
	u32 room = m->size;

	if (!prog)
		return -ENOENT;
	m->size = prog->image->size;
	if (room < m->size)
		return -ENOSPC;
	memcpy(fn_bus_to_ptr(m->addr), prog->image, m->size);
	return 0;
}
