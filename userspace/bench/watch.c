// SPDX-License-Identifier: GPL-2.0
/*
 * What the counters of drivers and card say of packets. Names that end in a part
 * of the table's are added up over queues.
 */
#include <string.h>

#include "bench.h"
#include "userspace/live/live.h"
#include "userspace/tool.h"

/* clang-format off */
static const char *const decided[] = {
	"offload_xdp_aborted", "offload_xdp_drop", "offload_xdp_pass",
	"offload_xdp_tx", "offload_xdp_redirect", "offload_xdp_redirect_err",
	"offload_tc_ok", "offload_tc_shot", "offload_tc_stolen",
	"offload_tc_trap", "offload_tc_unspec", "offload_tc_redirect",
	"offload_tc_redirect_err", "offload_tc_aborted", NULL,
};

static const char *const lost[] = {
	"mac_rx_undersize", "mac_rx_oversize", "mac_rx_overflow", "mac_rx_down",
	"mac_tx_drop", "host_rx_no_buffer", "host_tx_bad",
	"offload_xdp_redirect_err", "offload_tc_redirect_err", NULL,
};
/* clang-format on */

static u64 sum(const struct fn_counters *c, const char *const *names)
{
	u64 n = 0;

	for (; *names; names++)
		n += fn_counter(c, *names);
	return n;
}

/**
 * fn_bench_queues - a count of all queues
 * @c: counters of a netdev
 * @prefix: of the queues' names, before their number: rx
 * @name: after it: _packets
 *
 * Return: the sum.
 */
u64 fn_bench_queues(const struct fn_counters *c, const char *prefix,
		    const char *name)
{
	u64 n = 0;
	size_t i;

	for (i = 0; i < c->n; i++) {
		const char *at = c->c[i].name;

		if (strncmp(at, prefix, strlen(prefix)))
			continue;
		at += strlen(prefix);
		at += strspn(at, "0123456789");
		if (!strcmp(at, name))
			n += c->c[i].value;
	}
	return n;
}

static void watch_port(struct fn_bench_counts *s)
{
	const struct fn_counters *c = &s->counters;

	s->host = fn_bench_queues(c, "rx", "_packets");
	s->tx = fn_counter(c, "mac_tx_frames");
	s->card = sum(c, decided);
	s->lost = sum(c, lost) + fn_bench_queues(c, "rx", "_dropped") +
		  fn_bench_queues(c, "rx", "_xdp_tx_err") +
		  fn_bench_queues(c, "rx", "_xdp_too_long") +
		  fn_bench_queues(c, "rx", "_xdp_redirect_err") +
		  fn_bench_queues(c, "tx", "_dropped") +
		  fn_bench_queues(c, "tx", "_xdp_dropped");
}

static int watch_veth(const struct fn_bench_path *path,
		      struct fn_bench_counts *s)
{
	struct fn_counters far;
	int status = fn_dev_counters(path->far->name, &far);

	s->host = fn_bench_queues(&s->counters, "rx_queue_", "_xdp_packets");
	s->lost = fn_bench_queues(&s->counters, "rx_queue_", "_drops") +
		  fn_bench_queues(&s->counters, "rx_queue_", "_xdp_tx_errors");
	s->tx = fn_bench_queues(&far, "rx_queue_", "_xdp_packets");
	fn_counters_free(&far);
	return status;
}

/* What left by the card's other ports. */
static int watch_others(const struct fn_bench *b,
			const struct fn_bench_path *path,
			struct fn_bench_counts *s)
{
	struct fn_counters c;
	int status = FN_DONE;
	u32 i;

	for (i = 0; i < b->ndevs && !status; i++) {
		const struct fn_bench_dev *d = &b->dev[i];

		if (!d->host || d == path->near)
			continue;
		status = fn_dev_counters(d->name, &c);
		s->redirect += fn_counter(&c, "mac_tx_frames");
		fn_counters_free(&c);
	}
	return status;
}

/**
 * fn_bench_watch - read all counters
 * @b: run
 * @path: that is used
 * @s: answer; its counters are for fn_counters_free() whatever the result
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_watch(struct fn_bench *b, const struct fn_bench_path *path,
		   struct fn_bench_counts *s)
{
	int status;

	memset(s, 0, sizeof(*s));
	status = fn_dev_counters(path->near->name, &s->counters);
	if (status)
		return status;
	if (path->card)
		watch_port(s);
	else
		status = watch_veth(path, s);
	return status ?: watch_others(b, path, s);
}
