// SPDX-License-Identifier: GPL-2.0
/*
 * flownic stats: what the ports counted, and what follows from it.
 *
 * Three times are kept apart: the modelled card's (cycles, packets/s), the
 * host's that emulation takes (workers), and, with watch, the wall clock's.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "live.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

/**
 * struct snapshot - all counters at one time
 * @cards: what they are modelled as
 * @ports: counters
 * @workers: emulation
 * @time: wall clock, seconds
 */
struct snapshot {
	struct fn_info *cards;
	struct fn_info *ports;
	struct fn_info *workers;
	double time;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void drop_snapshot(struct snapshot *s)
{
	fn_info_free(s->cards);
	fn_info_free(s->ports);
	fn_info_free(s->workers);
	memset(s, 0, sizeof(*s));
}

static struct fn_info *find(struct fn_info *infos, const struct fn_info *like,
			    int attr)
{
	for (; infos; infos = infos->next)
		if (infos->num[FLOWNIC_A_CARD] == like->num[FLOWNIC_A_CARD] &&
		    infos->num[attr] == like->num[attr])
			return infos;
	return NULL;
}

static bool has_card(const struct fn_info *infos, u64 card)
{
	for (; infos; infos = infos->next)
		if (infos->num[FLOWNIC_A_CARD] == card)
			return true;
	return false;
}

/* Workers serve a whole card: keep those of the cards whose ports are meant. */
static struct fn_info *workers_of(struct fn_info *workers,
				  const struct fn_info *ports)
{
	struct fn_info **p = &workers, *out;

	while (*p) {
		if (has_card(ports, (*p)->num[FLOWNIC_A_CARD])) {
			p = &(*p)->next;
			continue;
		}
		out = *p;
		*p = out->next;
		out->next = NULL;
		fn_info_free(out);
	}
	return workers;
}

static int take_snapshot(struct snapshot *s, const struct fn_select *sel)
{
	char hidden[160];
	int status;

	memset(s, 0, sizeof(*s));
	status = fn_info_get(FLOWNIC_CMD_CARD_GET, &s->cards);
	if (!status)
		status = fn_info_get(FLOWNIC_CMD_PORT_GET, &s->ports);
	if (!status)
		status = fn_info_get_shown(FLOWNIC_CMD_WORKER_GET, &s->workers,
					   hidden, sizeof(hidden));
	s->time = now();
	if (status)
		return status;
	s->ports = fn_select_filter(sel, s->ports);
	s->workers = workers_of(s->workers, s->ports);
	if (sel->has && !s->ports)
		return fn_select_none(sel, "port");
	return FN_DONE;
}

static const char *profile_of(const struct fn_info *card)
{
	return card ? card->str[FLOWNIC_A_PROFILE] : NULL;
}

static void print_counters(const struct fn_counters *c,
			   const struct fn_counters *old, double seconds)
{
	u64 before;
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (!c->c[i].value)
			continue;
		printf("    %-26s %16llu", c->c[i].name, (ull)c->c[i].value);
		before = old ? fn_counter(old, c->c[i].name) : 0;
		if (old)
			printf(" %14.0f/s", (c->c[i].value - before) / seconds);
		if (c->c[i].text)
			printf("  %s", c->c[i].text);
		putchar('\n');
	}
}

static void print_derived(const struct fn_estimate *d)
{
	char rate[32];

	if (!d->packets)
		return;
	printf("    modelled card: %.1f cycles and %.1f instructions a packet, %s packets/s (limit: %s)\n",
	       d->cycles, d->instructions,
	       fn_out_count(rate, sizeof(rate), d->rate),
	       d->limit ?: "unknown");
}

static void print_port(const struct fn_info *p, const struct fn_info *old,
		       const struct fn_info *card, double seconds)
{
	struct fn_estimate d;

	fn_estimate(&p->counters, profile_of(card), &d);
	printf("port %llu of card %llu: %s\n", (ull)p->num[FLOWNIC_A_PORT],
	       (ull)p->num[FLOWNIC_A_CARD], p->str[FLOWNIC_A_IFNAME] ?: "-");
	print_counters(&p->counters, old ? &old->counters : NULL, seconds);
	print_counters(&p->faults, old ? &old->faults : NULL, seconds);
	print_derived(&d);
}

static void print_worker(const struct fn_info *w, const struct fn_info *old,
			 double seconds)
{
	u64 frames = w->num[FLOWNIC_A_FRAMES], busy = w->num[FLOWNIC_A_BUSY_NS];

	printf("worker %llu of card %llu: ", (ull)w->num[FLOWNIC_A_WORKER],
	       (ull)w->num[FLOWNIC_A_CARD]);
	if (old) {
		frames -= old->num[FLOWNIC_A_FRAMES];
		busy -= old->num[FLOWNIC_A_BUSY_NS];
		printf("busy %.1f %%, ", busy / seconds / 1e7);
	}
	printf("emulated %llu frames", (ull)frames);
	if (frames)
		printf(", %llu ns of host time each", (ull)(busy / frames));
	putchar('\n');
}

static void print_snapshot(struct snapshot *s, struct snapshot *old)
{
	double seconds = old ? s->time - old->time : 0;
	struct fn_info *i;

	for (i = s->ports; i; i = i->next)
		print_port(i, old ? find(old->ports, i, FLOWNIC_A_PORT) : NULL,
			   find(s->cards, i, FLOWNIC_A_CARD), seconds);
	for (i = s->workers; i; i = i->next)
		print_worker(
			i, old ? find(old->workers, i, FLOWNIC_A_WORKER) : NULL,
			seconds);
}

static void add_double(json_object *o, const char *name, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", value);
	json_object_object_add(o, name, json_object_new_double_s(value, text));
}

static json_object *json_port(const struct fn_info *p,
			      const struct fn_info *card)
{
	json_object *o = fn_info_json(p), *m = json_object_new_object();
	struct fn_estimate d;

	fn_estimate(&p->counters, profile_of(card), &d);
	json_object_object_add(m, "packets", json_object_new_uint64(d.packets));
	if (d.packets) {
		add_double(m, "cycles_per_packet", d.cycles);
		add_double(m, "instructions_per_packet", d.instructions);
		add_double(m, "packets_per_second", d.rate);
		json_object_object_add(
			m, "limit",
			json_object_new_string(d.limit ?: "unknown"));
	}
	json_object_object_add(o, "modelled", m);
	return o;
}

static json_object *json_worker(const struct fn_info *w)
{
	json_object *o = fn_info_json(w);

	if (w->num[FLOWNIC_A_FRAMES])
		add_double(o, "host_ns_per_frame",
			   (double)w->num[FLOWNIC_A_BUSY_NS] /
				   w->num[FLOWNIC_A_FRAMES]);
	return o;
}

/* One line each time, with the counters as they are: readers can subtract. */
static void print_snapshot_json(struct snapshot *s)
{
	json_object *o = json_object_new_object();
	json_object *ports = json_object_new_array();
	json_object *workers = json_object_new_array();
	struct fn_info *i;

	for (i = s->ports; i; i = i->next)
		json_object_array_add(
			ports, json_port(i, find(s->cards, i, FLOWNIC_A_CARD)));
	for (i = s->workers; i; i = i->next)
		json_object_array_add(workers, json_worker(i));
	add_double(o, "wall_s", s->time);
	json_object_object_add(o, "ports", ports);
	json_object_object_add(o, "workers", workers);
	fn_out_json(o);
}

static void sleep_seconds(double seconds)
{
	struct timespec ts = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - (long)seconds) * 1e9,
	};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static int watch(const struct fn_select *sel, double seconds, u32 times)
{
	struct snapshot old, s;
	int status;

	status = take_snapshot(&old, sel);
	while (!status && times) {
		sleep_seconds(seconds);
		status = take_snapshot(&s, sel);
		if (!status && fn_options.json)
			print_snapshot_json(&s);
		else if (!status)
			print_snapshot(&s, &old);
		if (fflush(stdout))
			break;
		drop_snapshot(&old);
		old = s;
		if (times != ~0u)
			times--;
		if (times && !status && !fn_options.json)
			putchar('\n');
	}
	drop_snapshot(&old);
	return status;
}

static int once(const struct fn_select *sel)
{
	struct snapshot s;
	int status = take_snapshot(&s, sel);

	if (!status && fn_options.json)
		print_snapshot_json(&s);
	else if (!status)
		print_snapshot(&s, NULL);
	drop_snapshot(&s);
	return status;
}

/* "watch SECONDS [count N]" may follow the selection; take it off. */
static int parse_watch(struct fn_args *args, double *seconds, u32 *times)
{
	char *end;
	int i;

	for (i = 0; i < args->n; i++)
		if (!strcmp(args->v[i], "watch"))
			break;
	if (i == args->n)
		return FN_DONE;
	if (i + 1 == args->n)
		return fn_usage("watch: the number of seconds is missing");
	*seconds = strtod(args->v[i + 1], &end);
	if (*end || !(*seconds > 0 && *seconds <= 86400))
		return fn_usage("watch %s: seconds up to 86400 are expected",
				args->v[i + 1]);
	*times = ~0u;
	if (i + 2 < args->n) {
		if (i + 4 != args->n || strcmp(args->v[i + 2], "count"))
			return fn_usage(
				"after watch %s only count N is expected",
				args->v[i + 1]);
		if (fn_number("count", args->v[i + 3], times))
			return FN_USAGE;
	}
	args->n = i;
	return FN_DONE;
}

/**
 * fn_stats - flownic stats ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_stats(struct fn_args *args)
{
	struct fn_select sel;
	double seconds = 0;
	u32 times = 1;

	if (parse_watch(args, &seconds, &times) ||
	    fn_select_parse(args, FN_BY_CARD | FN_BY_PORT | FN_BY_DEV, &sel))
		return FN_USAGE;
	if (fn_options.prometheus && (seconds > 0 || fn_options.json))
		return fn_usage(
			"stats --prometheus prints figures once, and neither watch nor --json goes with it");
	if (fn_options.prometheus)
		return fn_stats_prometheus(&sel);
	return seconds > 0 ? watch(&sel, seconds, times) : once(&sel);
}
