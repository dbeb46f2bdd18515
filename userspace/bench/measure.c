// SPDX-License-Identifier: GPL-2.0
/*
 * A mode: put it in place, see that it decides as it must, measure.
 */
#include <string.h>

#include "bench.h"
#include "userspace/live/live.h"
#include "userspace/tool.h"

/* The queues of veth hold 256, and fewer while they are read. */
#define BURST_PORT 256
#define BURST_VETH 128

/**
 * struct series - a figure of each round
 * @n: rounds
 * @v: values
 */
struct series {
	u32 n;
	double *v;
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(const struct series *s, double q)
{
	double at = q * (s->n - 1);
	u32 i = at;

	return s->v[i] +
	       (i + 1 < s->n ? (at - i) * (s->v[i + 1] - s->v[i]) : 0);
}

/*
 * Of the middle half: rounds that a timer has disturbed lie outside, and what
 * comes every few rounds, such as new pages, still has its share.
 */
static double middle_mean(const struct series *s)
{
	u32 cut = s->n / 4, i;
	double sum = 0;

	for (i = cut; i < s->n - cut; i++)
		sum += s->v[i];
	return sum / (s->n - 2 * cut);
}

/* Half the distance of the quartiles, as a share of the median. */
static double spread(const struct series *s)
{
	double middle = quantile(s, 0.5);

	if (middle <= 0)
		return 0;
	return (quantile(s, 0.75) - quantile(s, 0.25)) / 2 / middle;
}

static struct fn_bench_path *path_of(struct fn_bench *b,
				     enum fn_bench_mode mode)
{
	return mode >= FN_BENCH_VETH_NONE ? &b->veth : &b->port;
}

/* Of all ports of the card: others clean up what was redirected to them. */
static int find_host(const struct fn_bench *b, const struct fn_bench_path *path,
		     struct fn_bench_threads *t)
{
	char prefix[IFNAMSIZ + 8];
	u32 i;

	for (i = 0; i < b->ndevs; i++) {
		const struct fn_bench_dev *d = &b->dev[i];

		if (d != path->near && !(path->card && d->host))
			continue;
		snprintf(prefix, sizeof(prefix), "napi/%s-", d->name);
		fn_bench_threads(t, prefix);
	}
	return t->n ? FN_DONE :
		      fn_fail("%s: its NAPI has no thread", path->near->name);
}

static u64 round_packets(const struct fn_bench *b)
{
	return (b->o.packets + b->nframes - 1) / b->nframes * b->nframes;
}

/* The first round is not counted: it finds everything for the first time. */
static int rounds(struct fn_bench *b, const struct fn_bench_path *path,
		  enum fn_bench_mode mode, struct series *host,
		  struct series *card)
{
	struct fn_bench_threads h = {}, c = {};
	double n = round_packets(b);
	int status = find_host(b, path, &h);
	u32 burst = path->card ? BURST_PORT : BURST_VETH;
	u64 host_time, card_time;
	u32 i;

	if (path->card)
		fn_bench_threads(&c, path->card);
	for (i = 0; i <= b->o.rounds && !status; i++) {
		host_time = fn_bench_threads_time(&h);
		card_time = fn_bench_threads_time(&c);
		status = fn_bench_send(b, path, mode, n, burst);
		if (!i)
			continue;
		host->v[host->n++] =
			(fn_bench_threads_time(&h) - host_time) / n;
		card->v[card->n++] =
			(fn_bench_threads_time(&c) - card_time) / n;
	}
	fn_bench_threads_release(&h);
	fn_bench_threads_release(&c);
	return status;
}

/* What the card has counted since. */
static int card_figures(struct fn_bench *b, const struct fn_bench_path *path,
			const struct fn_bench_counts *before,
			struct fn_bench_result *r)
{
	struct fn_bench_counts now;
	int status = fn_bench_watch(b, path, &now);
	size_t i;

	for (i = 0; i < now.counters.n && !status; i++)
		now.counters.c[i].value -= before->counters.c[i].value;
	if (!status)
		fn_estimate(&now.counters, b->profile, &r->card);
	fn_counters_free(&now.counters);
	return status;
}

static int measure(struct fn_bench *b, const struct fn_bench_path *path,
		   struct fn_bench_result *r)
{
	struct series host = { .v = fn_check_alloc(calloc(b->o.rounds, 8)) };
	struct series card = { .v = fn_check_alloc(calloc(b->o.rounds, 8)) };
	struct fn_bench_counts before = {};
	int status = fn_bench_verify(b, path, r->mode);

	if (!status)
		status = fn_bench_watch(b, path, &before);
	if (!status)
		status = rounds(b, path, r->mode, &host, &card);
	if (!status && r->mode == FN_BENCH_OFFLOAD)
		status = card_figures(b, path, &before, r);
	if (!status) {
		qsort(host.v, host.n, sizeof(*host.v), compare);
		qsort(card.v, card.n, sizeof(*card.v), compare);
		r->host = middle_mean(&host);
		r->host_spread = spread(&host);
		r->emulation = middle_mean(&card);
		r->packets = round_packets(b) * b->o.rounds;
		r->bytes = (double)b->bytes / b->nframes;
		fn_bench_tally(b, r->packets, r->mode, &r->tally);
	}
	fn_counters_free(&before.counters);
	free(host.v);
	free(card.v);
	return status;
}

static int place(struct fn_bench *b, const struct fn_bench_path *path,
		 struct fn_bench_result *r)
{
	int status = fn_bench_attach(b, r->mode, path);

	if (!status)
		status = measure(b, path, r);
	/* A program that was there before is not ours to take off. */
	if (status >= 0)
		fn_bench_detach(b, r->mode, path);
	return status;
}

static int load(struct fn_bench *b, const struct fn_bench_path *path,
		enum fn_bench_mode mode)
{
	if (mode == FN_BENCH_NONE || mode == FN_BENCH_VETH_NONE)
		return FN_DONE;
	return fn_bench_load(b, mode == FN_BENCH_OFFLOAD ? path->near->ifindex :
							   0);
}

/**
 * fn_bench_measure - find out what packets cost in a mode
 * @b: run
 * @mode: the mode
 * @r: answer; a mode that this program or netdev has not is skipped
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_measure(struct fn_bench *b, enum fn_bench_mode mode,
		     struct fn_bench_result *r)
{
	const struct fn_bench_path *path = path_of(b, mode);
	int status;

	*r = (struct fn_bench_result){ .mode = mode };
	status = load(b, path, mode);
	if (!status)
		status = mode == FN_BENCH_RUN ? fn_bench_run(b, r) :
						place(b, path, r);
	fn_bench_unload(b);
	if (status >= 0)
		return status;
	snprintf(r->skipped, sizeof(r->skipped), "%s", b->why);
	return FN_DONE;
}
