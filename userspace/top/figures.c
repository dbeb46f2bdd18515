// SPDX-License-Identifier: GPL-2.0
/*
 * Figures from two samples. What is said of the modelled card is reckoned from
 * modelled cycles, and not from how fast this machine emulates.
 */
#include <string.h>

#include "offload/engine/profile.h"
#include "top.h"

static const int id_attr[FN_TOP_KINDS] = {
	[FN_TOP_CARD] = FLOWNIC_A_CARD,	    [FN_TOP_PORT] = FLOWNIC_A_PORT,
	[FN_TOP_PROG] = FLOWNIC_A_HANDLE,   [FN_TOP_MAP] = FLOWNIC_A_HANDLE,
	[FN_TOP_WORKER] = FLOWNIC_A_WORKER,
};

/**
 * struct delta - how a thing changed
 * @now: it
 * @old: as it was, or NULL if it was not there
 * @seconds: since then
 */
struct delta {
	const struct fn_info *now;
	const struct fn_info *old;
	double seconds;
};

static double per_second(const struct delta *d, const char *counter)
{
	u64 now = fn_counter(&d->now->counters, counter);
	u64 old = d->old ? fn_counter(&d->old->counters, counter) : now;

	return now > old ? (now - old) / d->seconds : 0;
}

static double attr_per_second(const struct delta *d, int attr)
{
	u64 now = d->now->num[attr];
	u64 old = d->old ? d->old->num[attr] : now;

	return now > old ? (now - old) / d->seconds : 0;
}

static const struct fn_info *find(const struct fn_info *list, int attr,
				  const struct fn_info *like)
{
	for (; list; list = list->next)
		if (list->num[FLOWNIC_A_CARD] == like->num[FLOWNIC_A_CARD] &&
		    list->num[attr] == like->num[attr])
			return list;
	return NULL;
}

/* Counters by verdict, as shares. */
static void decide(struct fn_top_row *r, const struct delta *d,
		   const char *prefix)
{
	char name[64];
	u32 i;

	for (i = 0; i < FN_VERDICTS; i++) {
		snprintf(name, sizeof(name), "%s%s", prefix,
			 fn_verdict_name[i]);
		r->verdict[i] = per_second(d, name);
		r->decided += r->verdict[i];
	}
	for (i = 0; i < FN_VERDICTS && r->decided > 0; i++)
		r->verdict[i] /= r->decided;
}

static void port_figures(struct fn_top_row *r, const struct delta *d)
{
	r->rx = per_second(d, "mac_rx_frames");
	r->rx_bytes = per_second(d, "mac_rx_bytes");
	r->tx = per_second(d, "mac_tx_frames");
	r->tx_bytes = per_second(d, "mac_tx_bytes");
	r->host = per_second(d, "host_rx_frames");
	r->lost = per_second(d, "mac_rx_overflow") +
		  per_second(d, "host_rx_no_buffer") +
		  per_second(d, "mac_tx_drop");
	if (d->now->num[FLOWNIC_A_QUEUE_SLOTS])
		r->queue = (double)d->now->num[FLOWNIC_A_QUEUED] /
			   d->now->num[FLOWNIC_A_QUEUE_SLOTS];
	decide(r, d, "offload_xdp_");
	if (r->decided > 0) {
		r->cycles = per_second(d, "offload_cycles") / r->decided;
		r->words = per_second(d, "offload_instructions") / r->decided;
	}
	r->key = r->rx + r->tx;
}

static void prog_figures(struct fn_top_row *r, const struct delta *d)
{
	r->rx = per_second(d, "packets");
	decide(r, d, "");
	if (r->rx > 0) {
		r->cycles = per_second(d, "cycles") / r->rx;
		r->words = per_second(d, "instructions") / r->rx;
	}
	r->key = r->rx;
}

static void map_figures(struct fn_top_row *r, const struct delta *d)
{
	u64 max = d->now->num[FLOWNIC_A_MAX_ENTRIES];

	r->fill = max ? (double)d->now->num[FLOWNIC_A_ENTRIES] / max : 0;
	r->key = d->now->num[FLOWNIC_A_ENTRIES];
}

static void worker_figures(struct fn_top_row *r, const struct delta *d)
{
	r->rx = attr_per_second(d, FLOWNIC_A_FRAMES);
	r->busy = attr_per_second(d, FLOWNIC_A_BUSY_NS) / 1e9;
	r->key = r->busy;
}

/* What the ports of a card ask of it together, a second. */
static void add_load(struct fn_load *l, const struct fn_info *port,
		     const struct fn_info *old, double seconds)
{
	struct delta d = { port, old, seconds };
	struct fn_top_row r = {};

	port_figures(&r, &d);
	l->packets += r.decided;
	l->cycles += per_second(&d, "offload_cycles");
	l->map += per_second(&d, "offload_map_millicycles");
	l->in += r.rx_bytes;
	l->out += r.tx;
	l->out_bytes += r.tx_bytes;
	l->host += r.host;
	l->host_bytes += r.rx > 0 ? r.host * r.rx_bytes / r.rx : 0;
}

static u64 map_memory(const struct fn_top *t, u32 card)
{
	const struct fn_info *m = t->now.things[FN_TOP_MAP];
	u64 bytes = 0;

	for (; m; m = m->next)
		if (m->num[FLOWNIC_A_CARD] == card)
			bytes += m->num[FLOWNIC_A_VALUE_SIZE] *
				 m->num[FLOWNIC_A_MAX_ENTRIES];
	return bytes;
}

static void model(struct fn_top_row *r, const struct fn_load *l)
{
	const struct fn_info *c = r->info;
	const struct fn_profile *p = fn_profile_find(c->str[FLOWNIC_A_PROFILE]);
	double clock = c->num[FLOWNIC_A_CLOCK_KHZ] * 1e3;
	double line =
		c->num[FLOWNIC_A_PORT_MBPS] * 1e6 * c->num[FLOWNIC_A_PORTS];
	enum fn_limit what;

	if (clock > 0)
		r->busy = l->cycles / (clock * c->num[FLOWNIC_A_CORES]);
	if (clock > 0)
		r->map_busy = l->map / 1000.0 / clock;
	if (line > 0)
		r->line = 8.0 * max(l->in, l->out_bytes) / line;
	r->cycles = l->packets ? (double)l->cycles / l->packets : 0;
	if (!p || !l->packets)
		return;
	r->headroom = (double)fn_timing_limit(p, l, &what) / l->packets;
	r->limit = fn_limit_name[what];
}

static void card_figures(struct fn_top_row *r, const struct fn_top *t)
{
	const struct fn_info *p = t->now.things[FN_TOP_PORT];
	u64 memory = r->info->num[FLOWNIC_A_MAX_MAP_MEMORY];
	struct fn_load l = {};

	for (; p; p = p->next) {
		if (p->num[FLOWNIC_A_CARD] != r->card)
			continue;
		add_load(&l, p,
			 find(t->old.things[FN_TOP_PORT], FLOWNIC_A_PORT, p),
			 t->seconds);
	}
	r->decided = l.packets;
	r->rx = l.packets;
	r->fill = memory ? (double)map_memory(t, r->card) / memory : 0;
	model(r, &l);
	r->key = l.packets;
}

static void figures(struct fn_top_row *r, const struct fn_top *t)
{
	struct delta d = {
		.now = r->info,
		.old = find(t->old.things[r->kind], id_attr[r->kind], r->info),
		.seconds = t->seconds,
	};

	switch (r->kind) {
	case FN_TOP_CARD:
		card_figures(r, t);
		break;
	case FN_TOP_PORT:
		port_figures(r, &d);
		break;
	case FN_TOP_PROG:
		prog_figures(r, &d);
		break;
	case FN_TOP_MAP:
		map_figures(r, &d);
		break;
	case FN_TOP_WORKER:
		worker_figures(r, &d);
		break;
	case FN_TOP_KINDS:
		break;
	}
}

/* What the row of the same thing remembers, and one interval more. */
static void remember(struct fn_top_row *r, const struct fn_top_row *old, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (old[i].kind != r->kind || old[i].card != r->card ||
		    old[i].id != r->id)
			continue;
		memcpy(r->history, old[i].history, sizeof(r->history));
		r->n = old[i].n;
	}
	if (r->n == FN_TOP_HISTORY) {
		memmove(r->history, r->history + 1,
			sizeof(r->history) - sizeof(r->history[0]));
		r->n--;
	}
	r->history[r->n++] = r->key;
}

static void add_rows(struct fn_top *t, enum fn_top_kind kind,
		     const struct fn_top_row *old, u32 nold)
{
	const struct fn_info *i;

	for (i = t->now.things[kind]; i; i = i->next) {
		struct fn_top_row r = {
			.kind = kind,
			.card = i->num[FLOWNIC_A_CARD],
			.id = i->num[id_attr[kind]],
			.info = i,
		};

		figures(&r, t);
		remember(&r, old, nold);
		t->row = fn_check_alloc(
			realloc(t->row, (t->n + 1) * sizeof(*t->row)));
		t->row[t->n++] = r;
	}
}

static void host_figures(struct fn_top *t)
{
	u64 all = t->now.cpu_all - t->old.cpu_all;
	u32 i;

	t->host_busy = all ? (double)(t->now.cpu_busy - t->old.cpu_busy) / all :
			     0;
	t->emulation = 0;
	for (i = 0; i < t->n; i++)
		if (t->row[i].kind == FN_TOP_WORKER)
			t->emulation += t->row[i].busy;
}

/**
 * fn_top_update - take a sample, and reckon what has happened since the last
 * @t: figures; zeroed before the first time, which gives no rates
 *
 * Return: exit status; an error has been reported.
 */
int fn_top_update(struct fn_top *t)
{
	struct fn_top_row *old = t->row;
	struct fn_top_sample s;
	u32 nold = t->n, k;
	int status = fn_top_sample(&s);

	if (status) {
		fn_top_sample_free(&s);
		return status;
	}
	fn_top_sample_free(&t->old);
	t->old = t->now;
	t->now = s;
	t->seconds = t->old.time ? s.time - t->old.time : 1;
	t->row = NULL;
	t->n = 0;
	for (k = 0; k < FN_TOP_KINDS; k++)
		add_rows(t, k, old, nold);
	host_figures(t);
	free(old);
	return FN_DONE;
}

/**
 * fn_top_free - undo fn_top_update()
 * @t: figures
 */
void fn_top_free(struct fn_top *t)
{
	fn_top_sample_free(&t->old);
	fn_top_sample_free(&t->now);
	free(t->row);
}

/**
 * fn_top_name - what a thing is called
 * @r: its row
 *
 * Return: a name, "" if it has none.
 */
const char *fn_top_name(const struct fn_top_row *r)
{
	const struct fn_info *i = r->info;

	switch (r->kind) {
	case FN_TOP_CARD:
		return i->str[FLOWNIC_A_PROFILE] ?: "";
	case FN_TOP_PORT:
		return i->str[FLOWNIC_A_IFNAME] ?: "";
	default:
		return i->str[FLOWNIC_A_NAME] ?: "";
	}
}
