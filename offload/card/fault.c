// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that faulted: kept as it was until the host has seen it. Of the
 * faults between two questions of the host's, the first is kept, so that a
 * flood of them costs a look at a flag each.
 */
#include "card.h"
#include "../engine/exec.h"
#include "../engine/prog.h"

/**
 * fn_fault_is_wrong - is a fault one that something is wrong at?
 * @cause: enum fn_fault
 *
 * Return: false for what a program may do because it wants to.
 */
bool fn_fault_is_wrong(u32 cause)
{
	return cause != FN_FAULT_NONE && cause != FN_FAULT_ABORTED &&
	       cause != FN_FAULT_REDIRECT;
}

static void keep_calls(struct fn_msg_fault *f, const struct fn_exec *x)
{
	u32 i;

	f->depth = min_t(u32, x->depth, ARRAY_SIZE(f->calls));
	for (i = 0; i < f->depth; i++)
		f->calls[i] = x->frame[i].pc;
}

static void keep_history(struct fn_msg_fault *f, const struct fn_exec *x)
{
	u32 i;

	f->compiled = x->compiled;
	f->nhistory = x->compiled ? 0 : min_t(u32, x->jumps, FN_BRANCH_HISTORY);
	for (i = 0; i < f->nhistory; i++)
		f->history[i] = x->history[(x->jumps - f->nhistory + i) %
					   FN_BRANCH_HISTORY];
}

static void keep_packet(struct fn_msg_fault *f, const struct fn_exec *x)
{
	u32 n = min_t(u64, x->pkt_len, FN_FAULT_PACKET);

	f->packet_addr = x->pkt_addr;
	f->packet_len = x->pkt_len;
	f->meta_len = x->pkt->data - x->pkt->meta;
	memcpy(f->packet, x->pkt_host, n);
}

static void keep_place(struct fn_msg_fault *f, const struct fn_exec *x)
{
	const struct fn_prog *prog = x->prog;

	f->pc = x->pc;
	f->insn = FN_ORIGIN_NONE;
	f->word = 0;
	if (x->pc >= prog->nwords)
		return;
	f->insn = fn_image_origin(prog->image)[x->pc];
	f->word = fn_store_word(prog, x->pc);
}

static void keep(struct fn_card *card, struct fn_msg_fault *f,
		 const struct fn_exec *x)
{
	const struct fn_prog *prog = x->prog;

	f->port = x->port;
	f->worker = x->thread;
	f->prog = prog->handle;
	memcpy(f->name, prog->name, sizeof(f->name));
	f->cause = x->fault;
	keep_place(f, x);
	f->addr = x->addr;
	f->tstamp = fn_card_time(card);
	f->cycles = x->cycles;
	f->words = x->words;
	f->nregs = prog->nregs;
	memcpy(f->r, x->r, sizeof(f->r));
	keep_calls(f, x);
	keep_history(f, x);
	keep_packet(f, x);
	WRITE_ONCE(f->valid, 1);
}

/**
 * fn_fault_keep - a thread has faulted
 * @w: its worker
 *
 * Under fn_read_lock().
 */
void fn_fault_keep(struct fn_worker *w)
{
	struct fn_card *card = w->card;

	if (!fn_fault_is_wrong(w->exec->fault))
		return;
	fn_fetch_add64(&card->fault.total, 1);
	if (READ_ONCE(card->fault.valid))
		return;
	fn_lock(&card->fault_lock);
	if (!card->fault.valid)
		keep(card, &card->fault, w->exec);
	fn_unlock(&card->fault_lock);
}

/**
 * fn_ctrl_fault_get - FN_CTRL_FAULT_GET
 * @card: card
 * @msg: struct fn_msg_fault
 *
 * Return: 0.
 */
int fn_ctrl_fault_get(struct fn_card *card, void *msg)
{
	struct fn_msg_fault *m = msg;
	const struct fn_prog *prog;

	fn_lock(&card->fault_lock);
	memcpy(m, &card->fault, sizeof(*m));
	WRITE_ONCE(card->fault.valid, 0);
	fn_unlock(&card->fault_lock);
	m->total = READ_ONCE(card->fault.total);
	prog = fn_table_find(&card->engine.progs, m->prog);
	if (prog)
		m->id = prog->id;
	return 0;
}
