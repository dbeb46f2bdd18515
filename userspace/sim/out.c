// SPDX-License-Identifier: GPL-2.0
/*
 * What a simulation has found.
 */
#include <string.h>

#include "sim.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

#define HOT 10 /* instructions that are shown */
#define SECOND 1e15 /* femtoseconds */

typedef unsigned long long ull;

/**
 * struct hot - a word and the cycles that were spent at it
 * @pc: word
 * @runs: times that it ran
 * @cycles: in all
 * @stall: cycles of them that were waited
 */
struct hot {
	u32 pc;
	u64 runs;
	u64 cycles;
	u64 stall;
};

static int by_cycles(const void *a, const void *b)
{
	const struct hot *x = a, *y = b;

	if (x->cycles != y->cycles)
		return x->cycles < y->cycles ? 1 : -1;
	return x->pc < y->pc ? -1 : x->pc > y->pc;
}

/* The answer is for free(); *n gets how many ran. */
static struct hot *find_hot(const struct fn_sim *s, u32 *n)
{
	struct hot *h = fn_check_alloc(calloc(s->img->nwords, sizeof(*h)));
	struct fn_spent spent;
	u32 i;

	fn_sim_spent(s, &spent);
	*n = 0;
	for (i = 0; i < s->img->nwords; i++) {
		if (!spent.runs[i])
			continue;
		h[(*n)++] = (struct hot){
			.pc = i,
			.runs = spent.runs[i],
			.stall = spent.waited[i],
			.cycles = spent.issued[i] + spent.waited[i],
		};
	}
	fn_spent_free(&spent);
	qsort(h, *n, sizeof(*h), by_cycles);
	return h;
}

static const struct fn_line *line_of(const struct fn_sim *s, u32 pc)
{
	u32 insn = fn_image_origin(s->img)[pc];

	if (insn == FN_ORIGIN_NONE || !s->program)
		return NULL;
	return fn_program_line(s->program, insn);
}

static double share(const struct fn_sim *s, u64 busy, u32 units)
{
	u64 span = s->units.last - s->units.first;

	return span ? (double)busy / span / units : 0;
}

static double served_rate(const struct fn_sim *s)
{
	u64 span = s->units.last - s->units.first;

	return span ? s->load.packets * SECOND / span : 0;
}

static void number(json_object *o, const char *key, double v)
{
	json_object_object_add(o, key, json_object_new_double(v));
}

static void integer(json_object *o, const char *key, u64 v)
{
	json_object_object_add(o, key, json_object_new_int64(v));
}

static void string(json_object *o, const char *key, const char *v)
{
	json_object_object_add(o, key, json_object_new_string(v));
}

static json_object *json_quantiles(const struct fn_histogram *h, double scale)
{
	json_object *o = json_object_new_object();

	number(o, "min", h->n ? h->min * scale : 0);
	number(o, "median", fn_histogram_at(h, .5) * scale);
	number(o, "p99", fn_histogram_at(h, .99) * scale);
	number(o, "max", h->max * scale);
	number(o, "mean", h->n ? (double)h->sum / h->n * scale : 0);
	return o;
}

static json_object *json_verdicts(const struct fn_sim *s)
{
	json_object *o = json_object_new_object();
	u32 i;

	for (i = 0; i < FN_VERDICTS; i++)
		integer(o, fn_verdict_name[i], s->verdicts[i]);
	return o;
}

static json_object *json_faults(const struct fn_sim *s)
{
	json_object *o = json_object_new_object();
	u32 i;

	for (i = 1; i < FN_NFAULTS; i++)
		if (s->faults[i])
			integer(o, fn_fault_name[i], s->faults[i]);
	return o;
}

/* Names are for people; keys have no blanks. */
static void limit_key(enum fn_limit limit, char *key, size_t size)
{
	snprintf(key, size, "%s", fn_limit_name[limit]);
	for (; *key; key++)
		if (*key == ' ')
			*key = '_';
}

static json_object *json_limits(const struct fn_sim *s)
{
	json_object *o = json_object_new_object();
	u64 rates[FN_NLIMITS];
	char key[32];
	u32 i;

	fn_timing_limits(&s->profile, &s->load, rates);
	for (i = 0; i < FN_NLIMITS; i++) {
		if (rates[i] == ~0ull)
			continue;
		limit_key(i, key, sizeof(key));
		integer(o, key, rates[i]);
	}
	return o;
}

static json_object *json_units(const struct fn_sim *s)
{
	const struct fn_units *u = &s->units;
	json_object *o = json_object_new_object();

	number(o, "cores", share(s, u->busy_cores, s->profile.cores));
	number(o, "map_memory", share(s, u->busy_map, 1));
	number(o, "line_rate", share(s, u->busy_in, 1));
	number(o, "line_rate_out", share(s, u->busy_out, 1));
	number(o, "dma", share(s, u->busy_dma, 1));
	number(o, "mac", share(s, s->load.packets * u->mac, 1));
	return o;
}

static json_object *json_hot(const struct fn_sim *s)
{
	json_object *a = json_object_new_array();
	u32 n, i;
	struct hot *h = find_hot(s, &n);

	for (i = 0; i < n && i < HOT; i++) {
		struct fn_insn insn =
			fn_insn_decode(fn_image_words(s->img)[h[i].pc]);
		const struct fn_line *l = line_of(s, h[i].pc);
		json_object *o = json_object_new_object();
		char text[80];

		fn_insn_print(text, sizeof(text), &insn, h[i].pc);
		integer(o, "word", h[i].pc);
		string(o, "instruction", text);
		integer(o, "runs", h[i].runs);
		integer(o, "cycles", h[i].cycles);
		integer(o, "waited", h[i].stall);
		if (l) {
			string(o, "file", l->file);
			integer(o, "line", l->line);
			string(o, "source", l->text + strspn(l->text, " \t"));
		}
		json_object_array_add(a, o);
	}
	free(h);
	return a;
}

/**
 * fn_sim_json - the result as JSON
 * @s: simulation that was run
 *
 * Nothing in it depends on how long the simulation took.
 *
 * Return: the result.
 */
json_object *fn_sim_json(const struct fn_sim *s)
{
	json_object *o = json_object_new_object();
	enum fn_limit what;
	u64 rate = fn_timing_limit(&s->profile, &s->load, &what);

	string(o, "program", s->name);
	string(o, "profile", s->profile.name);
	integer(o, "bpf_instructions", s->img->ninsns);
	integer(o, "card_instructions", s->img->nwords);
	if (!s->o->pcap)
		string(o, "traffic", s->o->size ? "built-in" : "built-in mix");
	integer(o, "packets", s->load.packets);
	json_object_object_add(o, "verdicts", json_verdicts(s));
	json_object_object_add(o, "faults", json_faults(s));
	integer(o, "lost", s->lost);
	integer(o, "oversize", s->oversize);
	integer(o, "undersize", s->undersize);
	integer(o, "cut", s->cut);
	number(o, "instructions_per_packet",
	       s->load.packets ? (double)s->words / s->load.packets : 0);
	json_object_object_add(o, "cycles", json_quantiles(&s->cycles, 1));
	json_object_object_add(o, "latency_ns",
			       json_quantiles(&s->latency, .1));
	integer(o, "packets_per_second", s->load.packets ? rate : 0);
	string(o, "limit", s->load.packets ? fn_limit_name[what] : "");
	json_object_object_add(o, "limits", json_limits(s));
	number(o, "packets_per_second_served", served_rate(s));
	json_object_object_add(o, "utilisation", json_units(s));
	if (!s->compiled)
		json_object_object_add(o, "hot", json_hot(s));
	return o;
}

static void print_quantiles(const char *name, const struct fn_histogram *h,
			    double scale, const char *unit)
{
	printf("  %-14s %.6g, median %.6g, 99 %% %.6g, most %.6g%s\n", name,
	       h->min * scale, fn_histogram_at(h, .5) * scale,
	       fn_histogram_at(h, .99) * scale, h->max * scale, unit);
}

static void print_verdicts(const struct fn_sim *s)
{
	const char *comma = "";
	u32 i;

	printf("  %-14s ", "verdicts");
	for (i = 0; i < FN_VERDICTS; i++) {
		if (!s->verdicts[i])
			continue;
		printf("%s%llu %s", comma, (ull)s->verdicts[i],
		       fn_verdict_name[i]);
		comma = ", ";
	}
	puts(*comma ? "" : "none");
	for (i = 1; i < FN_NFAULTS; i++)
		if (s->faults[i])
			printf("  %-14s %llu: %s\n",
			       i == FN_FAULT_REDIRECT ? "dropped" : "aborted",
			       (ull)s->faults[i], fn_fault_text[i]);
	if (s->lost)
		printf("  %-14s %llu, the queue was full\n", "lost",
		       (ull)s->lost);
	if (s->oversize || s->undersize)
		printf("  %-14s %llu too long, %llu too short\n", "refused",
		       (ull)s->oversize, (ull)s->undersize);
	if (s->cut)
		printf("  %-14s %llu by the capture; %s\n", "cut", (ull)s->cut,
		       s->o->wire ? "what is missing is taken for 0" :
				    "what is left is simulated (see --wire)");
}

static void print_rates(const struct fn_sim *s)
{
	enum fn_limit what;
	char text[16];
	u64 rates[FN_NLIMITS];
	u32 i;

	fn_out_count(text, sizeof(text),
		     fn_timing_limit(&s->profile, &s->load, &what));
	printf("  %-14s %spackets/s; limit: %s\n", "throughput", text,
	       fn_limit_name[what]);
	fn_timing_limits(&s->profile, &s->load, rates);
	for (i = 0; i < FN_NLIMITS; i++) {
		if (rates[i] == ~0ull)
			continue;
		fn_out_count(text, sizeof(text), rates[i]);
		printf("    %-16s %s\n", fn_limit_name[i], text);
	}
	fn_out_count(text, sizeof(text), served_rate(s));
	printf("  %-14s %spackets/s at rate %s\n", "simulated", text, s->rate);
}

static void print_units(const struct fn_sim *s)
{
	const struct fn_units *u = &s->units;

	printf("  %-14s cores %.1f %%, map memory %.1f %%, ports in %.1f %%, out %.1f %%, bus %.1f %%\n",
	       "utilisation", 100 * share(s, u->busy_cores, s->profile.cores),
	       100 * share(s, u->busy_map, 1), 100 * share(s, u->busy_in, 1),
	       100 * share(s, u->busy_out, 1), 100 * share(s, u->busy_dma, 1));
}

static void print_hot(const struct fn_sim *s)
{
	u32 n, i;
	struct hot *h = find_hot(s, &n);

	printf("  %-14s   cycles  waited a packet\n", "hot");
	for (i = 0; i < n && i < HOT; i++) {
		struct fn_insn insn =
			fn_insn_decode(fn_image_words(s->img)[h[i].pc]);
		const struct fn_line *l = line_of(s, h[i].pc);
		char text[80];

		fn_insn_print(text, sizeof(text), &insn, h[i].pc);
		printf("    %5u: %11.2f %7.2f  %-32s", h[i].pc,
		       (double)h[i].cycles / s->load.packets,
		       (double)h[i].stall / s->load.packets, text);
		if (l)
			printf(" ; %s:%u", l->file, l->line);
		putchar('\n');
	}
	free(h);
}

/**
 * fn_sim_print - the result as text
 * @s: simulation that was run
 */
void fn_sim_print(const struct fn_sim *s)
{
	printf("%s: %s on %s\n", s->o->path, s->name, s->profile.name);
	printf("  %-14s %u BPF, %u on the card\n", "instructions",
	       s->img->ninsns, s->img->nwords);
	if (!s->o->pcap && s->o->size)
		printf("  %-14s built-in, UDP of %u B\n", "traffic",
		       s->o->size);
	else if (!s->o->pcap)
		printf("  %-14s built-in mix of protocols, 64 to 1518 B; --pcap takes a capture\n",
		       "traffic");
	printf("  %-14s %llu\n", "packets", (ull)s->load.packets);
	print_verdicts(s);
	if (!s->load.packets)
		return;
	print_quantiles("cycles", &s->cycles, 1, "");
	print_quantiles("latency", &s->latency, .1, " ns");
	print_rates(s);
	print_units(s);
	if (!s->compiled)
		print_hot(s);
}
