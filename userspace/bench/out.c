// SPDX-License-Identifier: GPL-2.0
/*
 * What flownic bench has found, as a table and as JSON.
 */
#include <sys/utsname.h>

#include "bench.h"
#include "userspace/tool.h"

#define GOAL_PPS 28e6
#define LINE_BPS 100e9
#define WIRE 24 /* checksum, preamble and gap of a frame */

typedef unsigned long long ull;

static const char *unit(const struct fn_bench *b)
{
	return b->o.icount ? "instructions" : "ns";
}

/* Nanoseconds of one core of the host that a packet takes. */
static double host_ns(const struct fn_bench *b, const struct fn_bench_result *r)
{
	return b->o.icount ? r->host * FN_BENCH_NS_PER_INSTRUCTION : r->host;
}

static double line_pps(const struct fn_bench_result *r)
{
	return LINE_BPS / 8 / (max(r->bytes, 60.0) + WIRE);
}

static void number(json_object *o, const char *name, double value)
{
	char text[48];

	snprintf(text, sizeof(text), "%.9g", value);
	json_object_object_add(o, name, json_object_new_double_s(value, text));
}

static void text(json_object *o, const char *name, const char *value)
{
	json_object_object_add(o, name, json_object_new_string(value ?: ""));
}

static json_object *verdicts(const struct fn_bench_result *r)
{
	json_object *o = json_object_new_object();
	u32 i;

	for (i = 0; i < FN_VERDICTS; i++)
		json_object_object_add(o, fn_verdict_name[i],
				       json_object_new_uint64(r->tally.v[i]));
	return o;
}

static json_object *host(const struct fn_bench *b,
			 const struct fn_bench_result *r)
{
	json_object *o = json_object_new_object();
	double ns = host_ns(b, r);

	number(o, unit(b), r->host);
	number(o, "spread", r->host_spread);
	if (b->o.icount)
		number(o, "modelled_ns", ns);
	if (ns > 0)
		number(o, "packets_per_second_core", 1e9 / ns);
	if (r->mode == FN_BENCH_RUN)
		return o;
	number(o, "cores_28mpps", GOAL_PPS * ns / 1e9);
	number(o, "cores_100g", line_pps(r) * ns / 1e9);
	return o;
}

static json_object *card(const struct fn_bench *b,
			 const struct fn_bench_result *r)
{
	json_object *o = json_object_new_object();

	text(o, "profile", b->profile);
	number(o, "cycles", r->card.cycles);
	number(o, "instructions", r->card.instructions);
	number(o, "packets_per_second", r->card.rate);
	text(o, "limit", r->card.limit ?: "unknown");
	return o;
}

static json_object *result(const struct fn_bench *b,
			   const struct fn_bench_result *r)
{
	json_object *o = json_object_new_object(), *e;

	text(o, "mode", fn_bench_mode_name[r->mode]);
	if (*r->skipped) {
		text(o, "skipped", r->skipped);
		return o;
	}
	json_object_object_add(o, "packets",
			       json_object_new_uint64(r->packets));
	number(o, "frame_bytes", r->bytes);
	json_object_object_add(o, "verdicts", verdicts(r));
	json_object_object_add(o, "host", host(b, r));
	if (r->mode < FN_BENCH_VETH_NONE) {
		e = json_object_new_object();
		number(e, unit(b), r->emulation);
		json_object_object_add(o, "emulation", e);
	}
	if (r->mode == FN_BENCH_OFFLOAD)
		json_object_object_add(o, "card", card(b, r));
	return o;
}

static int out_json(const struct fn_bench *b, const struct fn_bench_result *r)
{
	json_object *o = json_object_new_object();
	json_object *list = json_object_new_array();
	struct utsname u;
	u32 i;

	uname(&u);
	text(o, "program", b->o.path);
	text(o, "pcap", b->o.pcap);
	text(o, "kernel", u.release);
	text(o, "clock", b->o.icount ? "instructions" : "wall");
	number(o, "rounds", b->o.rounds);
	number(o, "frames", b->nframes);
	number(o, "frames_cut", b->cut);
	if (b->o.icount)
		number(o, "ns_per_instruction", FN_BENCH_NS_PER_INSTRUCTION);
	for (i = 0; i < FN_BENCH_MODES; i++)
		if (b->o.modes & 1u << i)
			json_object_array_add(list, result(b, &r[i]));
	json_object_object_add(o, "results", list);
	return fn_out_json(o);
}

static void print_head(const struct fn_bench *b)
{
	const char *count = b->o.icount ? "instr." : "ns";

	printf("%s: %u frames of %.0f bytes%s, %u rounds\n", b->o.path,
	       b->nframes, (double)b->bytes / b->nframes + 4,
	       b->nframes > 1 ? " on average" : "", b->o.rounds);
	if (b->cut)
		printf("%u of them were cut short when they were captured; what is left is sent\n",
		       b->cut);
	if (!b->o.icount)
		puts("times are those of this machine");
	printf("\n%-12s  %-28s | %-32s | %9s | %s\n", "", "packets, by verdict",
	       "host", "emulation", "modelled card");
	printf("%-12s %9s %9s %9s | %7s %6s %9s %8s | %9s | %7s %9s\n", "", "",
	       "drop,", "tx,", "", "", "packets/s", "cores at", "", "", "");
	printf("%-12s %9s %9s %9s | %7s %6s %9s %8s | %9s | %7s %9s  %s\n",
	       "mode", "pass", "aborted", "redirect", count, "+-", "of a core",
	       "28 Mpps", count, "cycles", "packets/s", "limit");
}

static void print_host(const struct fn_bench *b,
		       const struct fn_bench_result *r)
{
	double ns = host_ns(b, r);
	char rate[32] = "-";

	if (ns > 0)
		fn_out_count(rate, sizeof(rate), 1e9 / ns);
	printf(" %7.1f %5.1f%% %9s", r->host, 100 * r->host_spread, rate);
	if (r->mode == FN_BENCH_RUN)
		printf(" %8s |", "-");
	else
		printf(" %8.2f |", GOAL_PPS * ns / 1e9);
}

static void print_row(const struct fn_bench *b, const struct fn_bench_result *r)
{
	char rate[32];

	printf("%-12s", fn_bench_mode_name[r->mode]);
	if (*r->skipped) {
		printf(" not possible: %s\n", r->skipped);
		return;
	}
	printf(" %9llu %9llu %9llu |", (ull)r->tally.v[XDP_PASS],
	       (ull)(r->tally.v[XDP_DROP] + r->tally.v[XDP_ABORTED]),
	       (ull)(r->tally.v[XDP_TX] + r->tally.v[XDP_REDIRECT]));
	print_host(b, r);
	if (r->mode < FN_BENCH_VETH_NONE)
		printf(" %9.0f |", r->emulation);
	else
		printf(" %9s |", "-");
	if (r->mode == FN_BENCH_OFFLOAD)
		printf(" %7.1f %9s  %s", r->card.cycles,
		       fn_out_count(rate, sizeof(rate), r->card.rate),
		       r->card.limit ?: "unknown");
	putchar('\n');
}

/**
 * fn_bench_out - print what was found
 * @b: run
 * @r: results, by mode
 *
 * Return: exit status.
 */
int fn_bench_out(const struct fn_bench *b, const struct fn_bench_result *r)
{
	u32 i;

	if (fn_options.json)
		return out_json(b, r);
	print_head(b);
	for (i = 0; i < FN_BENCH_MODES; i++)
		if (b->o.modes & 1u << i)
			print_row(b, &r[i]);
	return FN_DONE;
}
