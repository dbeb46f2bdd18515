// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages of programs: the engine has them, the card gives each a
 * place in its control store.
 */
#include "../engine/prog.h"
#include "filter.h"

/* What the card has added to a program goes before the program does. */
static void release(struct fn_prog *prog)
{
	fn_inject_end(prog);
	fn_counts_end(prog);
	fn_store_free(prog);
}

/**
 * fn_progs_release - take from all programs what the card has added to them
 * @card: card that is being powered off; no worker runs any more
 */
void fn_progs_release(struct fn_card *card)
{
	struct fn_prog *prog;
	u32 handle;

	for (handle = 1; (prog = fn_table_next(&card->engine.progs, handle));
	     handle = prog->handle + 1)
		release(prog);
}

/**
 * fn_ctrl_prog_load - FN_CTRL_PROG_LOAD
 * @card: card
 * @msg: struct fn_msg_prog_load
 *
 * Return: 0, or an errno with a sentence in msg->why.
 */
int fn_ctrl_prog_load(struct fn_card *card, void *msg)
{
	struct fn_msg_prog_load *m = msg;
	int ret = fn_prog_load(&card->engine, m);
	struct fn_prog *prog;

	if (ret)
		return ret;
	prog = fn_table_find(&card->engine.progs, m->handle);
	if (card->config.interpreter)
		snprintf(prog->compiled.why, sizeof(prog->compiled.why),
			 "the card was made with interpreter=1");
	if (fn_store_load(prog)) {
		snprintf(m->why, sizeof(m->why),
			 "the host has no memory for a program of %u bytes",
			 m->size);
		fn_prog_unload(&card->engine, m->handle);
		m->handle = 0;
		return -ENOMEM;
	}
	return 0;
}

/**
 * fn_ctrl_prog_unload - FN_CTRL_PROG_UNLOAD
 * @card: card
 * @msg: struct fn_msg_handle
 *
 * Return: 0, -ENOENT without such a program, -EBUSY while it is attached.
 */
int fn_ctrl_prog_unload(struct fn_card *card, void *msg)
{
	const struct fn_msg_handle *m = msg;
	struct fn_prog *prog = fn_table_find(&card->engine.progs, m->handle);

	if (prog && !prog->users)
		release(prog);
	return fn_prog_unload(&card->engine, m->handle);
}

static u32 ports_of(struct fn_card *card, u32 handle)
{
	const struct fn_prog *prog = fn_table_find(&card->engine.progs, handle);
	u32 ports = 0;
	u32 i;

	for (i = 0; i < card->nports; i++) {
		if (fn_read_locked(card->ports[i].prog) == prog ||
		    fn_filters_have(&card->ports[i], prog))
			ports |= 1u << i;
	}
	return ports;
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
	int ret = fn_prog_get(&card->engine, m);

	if (!ret)
		m->ports = ports_of(card, m->handle);
	return ret;
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
	return fn_prog_image(&card->engine, msg);
}
