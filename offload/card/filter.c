// SPDX-License-Identifier: GPL-2.0
/*
 * Filters of a port: classifiers that decide, one after another, the frames that
 * its XDP program lets pass to the host.
 */
#include "../engine/exec.h"
#include "../engine/prog.h"
#include "filter.h"

/**
 * struct fn_filter_stats - what a worker counts of a filter
 * @packets: that it decided
 * @bytes: of them, as they came to it
 * @drops: of them, those that it dropped
 * @pad: keeps workers out of each other's cache lines
 */
struct fn_filter_stats {
	u64 packets;
	u64 bytes;
	u64 drops;
	u8 pad[64];
};

/**
 * struct fn_filter - a filter
 * @id: number on its port, never 0
 * @prio: lower ones come first
 * @match: its result is a class
 * @prog: classifier
 * @stats: by worker
 */
struct fn_filter {
	u32 id;
	u32 prio;
	bool match;
	struct fn_prog *prog;
	struct fn_filter_stats *stats;
};

/**
 * struct fn_filters - the filters of a port, which is replaced as a whole
 * @n: number of @f
 * @f: in the order in which they run
 */
struct fn_filters {
	u32 n;
	struct fn_filter *f[FN_MAX_FILTERS];
};

/* ---- running them */

static u64 *counter(struct fn_port_counters *c, u32 action)
{
	switch (action) {
	case FN_CLS_OK:
		return &c->tc_ok;
	case FN_CLS_SHOT:
		return &c->tc_shot;
	case FN_CLS_STOLEN:
		return &c->tc_stolen;
	case FN_CLS_TRAP:
		return &c->tc_trap;
	case FN_CLS_REDIRECT:
		return &c->tc_redirect;
	case FN_CLS_ABORTED:
		return &c->tc_aborted;
	}
	return &c->tc_unspec;
}

/* Return: has it decided? */
static bool run_one(struct fn_worker *w, struct fn_card_port *port,
		    const struct fn_filter *f, struct fn_packet *pkt)
{
	struct fn_filter_stats *s = &f->stats[w->index];
	u32 bytes = fn_packet_len(pkt);
	struct fn_exec *x = w->exec;

	x->match = f->match;
	pkt->verdict = fn_exec_run(x, f->prog, pkt);
	fn_verdict_charge(w, port);
	if (x->action == FN_CLS_UNSPEC)
		return false;
	s->packets++;
	s->bytes += bytes;
	s->drops += pkt->verdict <= XDP_DROP;
	return true;
}

/* Nobody gets what is redirected to something that is no port. */
static void lose(struct fn_worker *w, struct fn_card_port *port,
		 struct fn_packet *pkt)
{
	struct fn_exec *x = w->exec;

	pkt->verdict = XDP_DROP;
	port->share[w->index].out.tc_redirect_err++;
	fn_exec_fault(x, FN_FAULT_REDIRECT, x->redirected ? x->redirect : 0);
}

/**
 * fn_filters_run - let a port's filters decide a frame
 * @w: worker
 * @port: port that it came in on
 * @filters: of the port
 * @pkt: frame, whose verdict and marks are set
 *
 * Under fn_read_lock().
 */
void fn_filters_run(struct fn_worker *w, struct fn_card_port *port,
		    const struct fn_filters *filters, struct fn_packet *pkt)
{
	struct fn_share *s = &port->share[w->index];
	struct fn_exec *x = w->exec;
	u32 action = FN_CLS_UNSPEC;
	u32 i;

	x->port = port->index;
	x->ifindex = READ_ONCE(port->ifindex);
	/* The stack drops what is too short for its tag. */
	if (!fn_cls_begin(x, pkt))
		return;
	for (i = 0; i < filters->n; i++) {
		if (!run_one(w, port, filters->f[i], pkt))
			continue;
		action = x->action;
		break;
	}
	fn_cls_end(x, pkt);
	if (action == FN_CLS_REDIRECT && !fn_verdict_target(w, port, pkt))
		lose(w, port, pkt);
	else
		++*counter(&s->out, action);
	fn_verdict_faults(w, port);
}

/* ---- control messages */

static void filter_free(struct fn_filter *f)
{
	if (f)
		fn_free(f->stats);
	fn_free(f);
}

static u32 new_id(const struct fn_filters *old)
{
	u32 id = 1;
	u32 i;

	for (i = 0; old && i < old->n; i++)
		id = max(id, old->f[i]->id + 1);
	return id;
}

static struct fn_filter *filter_alloc(struct fn_card *card,
				      const struct fn_filters *old,
				      const struct fn_msg_port_filter *m,
				      struct fn_prog *prog)
{
	struct fn_filter *f = fn_alloc(sizeof(*f));

	if (!f)
		return NULL;
	f->id = new_id(old);
	f->prio = m->prio;
	f->match = m->match;
	f->prog = prog;
	f->stats = fn_alloc(card->nworkers * sizeof(*f->stats));
	if (!f->stats) {
		filter_free(f);
		return NULL;
	}
	return f;
}

static struct fn_filter *find(const struct fn_filters *filters, u32 id)
{
	u32 i;

	for (i = 0; filters && i < filters->n; i++)
		if (filters->f[i]->id == id)
			return filters->f[i];
	return NULL;
}

/* All but @without, and @f behind those that come before it. */
static void arrange(struct fn_filters *to, const struct fn_filters *from,
		    const struct fn_filter *without, struct fn_filter *f)
{
	u32 i;

	for (i = 0; from && i < from->n; i++) {
		if (from->f[i] == without)
			continue;
		if (f && f->prio < from->f[i]->prio) {
			to->f[to->n++] = f;
			f = NULL;
		}
		to->f[to->n++] = from->f[i];
	}
	if (f)
		to->f[to->n++] = f;
}

static int refuse_prog(struct fn_card *card, struct fn_msg_port_filter *m,
		       const struct fn_filters *old, struct fn_prog **prog)
{
	if (!m->prog)
		return 0;
	*prog = fn_table_find(&card->engine.progs, m->prog);
	if (!*prog)
		return -ENOENT;
	if ((*prog)->image->type != BPF_PROG_TYPE_SCHED_CLS)
		return -EINVAL;
	if (!m->old && old && old->n == FN_MAX_FILTERS)
		return -ENOSPC;
	return 0;
}

/* Workers go over from the old ones to the new between two frames. */
static void publish(struct fn_card_port *p, struct fn_filters *old,
		    struct fn_filters *new)
{
	if (!new->n) {
		fn_free(new);
		new = NULL;
	}
	fn_publish(p->filters, new);
	fn_wait_for_readers();
	fn_free(old);
}

static int change(struct fn_card *card, struct fn_card_port *p,
		  struct fn_msg_port_filter *m, struct fn_filter *gone,
		  struct fn_prog *prog)
{
	struct fn_filters *old = fn_read_locked(p->filters);
	struct fn_filters *new = fn_alloc(sizeof(*new));
	struct fn_filter *f = NULL;

	if (prog)
		f = filter_alloc(card, old, m, prog);
	if (!new || (prog && !f)) {
		fn_free(new);
		filter_free(f);
		return -ENOMEM;
	}
	if (prog) {
		fn_compiled_make(prog, &card->engine);
		prog->users++;
	}
	arrange(new, old, gone, f);
	publish(p, old, new);
	if (gone)
		gone->prog->users--;
	filter_free(gone);
	m->filter = f ? f->id : 0;
	return 0;
}

/**
 * fn_ctrl_port_filter - FN_CTRL_PORT_FILTER: add, replace or remove a filter
 * @card: card
 * @msg: struct fn_msg_port_filter
 *
 * Return: 0, -ENODEV without such a port, -ENOENT without such a program or
 * filter, -EINVAL if the program is no classifier, -ENOSPC if the port has as
 * many as can be, -ENOMEM.
 */
int fn_ctrl_port_filter(struct fn_card *card, void *msg)
{
	struct fn_msg_port_filter *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	struct fn_filters *old;
	struct fn_prog *prog = NULL;
	struct fn_filter *gone;
	int ret;

	if (!p)
		return -ENODEV;
	old = fn_read_locked(p->filters);
	gone = find(old, m->old);
	if (m->old && !gone)
		return -ENOENT;
	ret = refuse_prog(card, m, old, &prog);
	if (ret || (!prog && !gone))
		return ret;
	return change(card, p, m, gone, prog);
}

/**
 * fn_ctrl_filter_stats - FN_CTRL_FILTER_STATS
 * @card: card
 * @msg: struct fn_msg_filter_stats
 *
 * Return: 0, -ENODEV without such a port, -ENOENT without such a filter.
 */
int fn_ctrl_filter_stats(struct fn_card *card, void *msg)
{
	struct fn_msg_filter_stats *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	struct fn_filter *f;
	u32 i;

	if (!p)
		return -ENODEV;
	f = find(fn_read_locked(p->filters), m->filter);
	if (!f)
		return -ENOENT;
	m->packets = 0;
	m->bytes = 0;
	m->drops = 0;
	for (i = 0; i < card->nworkers; i++) {
		m->packets += READ_ONCE(f->stats[i].packets);
		m->bytes += READ_ONCE(f->stats[i].bytes);
		m->drops += READ_ONCE(f->stats[i].drops);
	}
	return 0;
}

/**
 * fn_filters_have - is a program one of a port's filters?
 * @p: port; under card->lock
 * @prog: program
 */
bool fn_filters_have(struct fn_card_port *p, const struct fn_prog *prog)
{
	const struct fn_filters *filters = fn_read_locked(p->filters);
	u32 i;

	for (i = 0; filters && i < filters->n; i++)
		if (filters->f[i]->prog == prog)
			return true;
	return false;
}

/**
 * fn_filters_free - forget a port's filters, when no worker runs any more
 * @p: port
 */
void fn_filters_free(struct fn_card_port *p)
{
	struct fn_filters *filters = fn_read_locked(p->filters);
	u32 i;

	for (i = 0; filters && i < filters->n; i++)
		filter_free(filters->f[i]);
	fn_free(filters);
}
