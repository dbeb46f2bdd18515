// SPDX-License-Identifier: GPL-2.0
/*
 * flownic prog profile: where a running program spends the card's cycles.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "live.h"
#include "offload/image.h"
#include "offload/isa.h"
#include "offload/pcie.h"
#include "userspace/io/io.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

#define TOP 20

/**
 * struct asked - what is asked for
 * @object: that the program was compiled to, or NULL
 * @folded: file for folded stacks, or NULL
 * @seconds: to count for, or 0
 * @top: words to print
 * @start: begin to count
 * @stop: end it
 */
struct asked {
	const char *object;
	const char *folded;
	double seconds;
	u32 top;
	bool start;
	bool stop;
};

static void print_word(const struct fn_counted *p, u32 pc)
{
	const struct fn_word_counts *w = &p->w[pc];
	u32 origin = fn_image_origin(p->img)[pc];
	const struct fn_line *l = fn_counted_line(p, pc);
	char text[128];

	fn_counted_text(p, pc, text, sizeof(text));
	printf("%5.1f %% %12llu %12llu %12llu %6u  %-36s",
	       100.0 * fn_counted_cycles(w) / p->total, (ull)w->runs,
	       (ull)w->cycles, (ull)w->stall, pc, text);
	if (origin != FN_ORIGIN_NONE)
		printf(" %5u", origin);
	if (l)
		printf("  %s:%u %s", l->file, l->line,
		       l->text + strspn(l->text, " \t"));
	putchar('\n');
}

static int print(const struct fn_counted *p, u32 top)
{
	u32 *order = fn_counted_sort(p);
	u64 packets = p->w[0].runs;
	u32 i;

	printf("program %s handle %llu of card %llu: %llu packets, %.1f cycles each\n",
	       p->prog->str[FLOWNIC_A_NAME] ?: "-",
	       (ull)p->prog->num[FLOWNIC_A_HANDLE],
	       (ull)p->prog->num[FLOWNIC_A_CARD], (ull)packets,
	       packets ? (double)p->total / packets : 0);
	if (p->total)
		printf(" share         runs       issued        stall   word  %-36s   BPF\n",
		       "instruction");
	for (i = 0; i < p->img->nwords && i < top; i++)
		if (fn_counted_cycles(&p->w[order[i]]))
			print_word(p, order[i]);
	free(order);
	return FN_DONE;
}

static json_object *json_word(const struct fn_counted *p, u32 pc)
{
	u32 origin = fn_image_origin(p->img)[pc];
	const struct fn_line *l = fn_counted_line(p, pc);
	json_object *o = json_object_new_object();
	char text[128];

	fn_counted_text(p, pc, text, sizeof(text));
	json_object_object_add(o, "pc", json_object_new_int64(pc));
	json_object_object_add(o, "text", json_object_new_string(text));
	json_object_object_add(o, "runs",
			       json_object_new_uint64(p->w[pc].runs));
	json_object_object_add(o, "issued_cycles",
			       json_object_new_uint64(p->w[pc].cycles));
	json_object_object_add(o, "stall_cycles",
			       json_object_new_uint64(p->w[pc].stall));
	if (origin != FN_ORIGIN_NONE)
		json_object_object_add(o, "insn",
				       json_object_new_int64(origin));
	if (!l)
		return o;
	json_object_object_add(o, "file", json_object_new_string(l->file));
	json_object_object_add(o, "line", json_object_new_int64(l->line));
	json_object_object_add(o, "source", json_object_new_string(l->text));
	return o;
}

static int print_json(const struct fn_counted *p)
{
	json_object *o = json_object_new_object();
	json_object *words = json_object_new_array();
	u32 pc;

	for (pc = 0; pc < p->img->nwords; pc++)
		json_object_array_add(words, json_word(p, pc));
	json_object_object_add(o, "program", fn_info_json(p->prog));
	json_object_object_add(o, "packets",
			       json_object_new_uint64(p->w[0].runs));
	json_object_object_add(o, "cycles", json_object_new_uint64(p->total));
	json_object_object_add(o, "words", words);
	return fn_out_json(o);
}

static int write_folded(const struct fn_counted *p, const char *path)
{
	u32 n = p->img->nwords, pc;
	u64 *issued = fn_check_alloc(calloc(n, sizeof(*issued)));
	u64 *waited = fn_check_alloc(calloc(n, sizeof(*waited)));
	struct fn_folded f = {
		.name = p->prog->str[FLOWNIC_A_NAME] ?: "program",
		.object = p->source ? &p->object : NULL,
		.program = p->source,
		.img = p->img,
		.issued = issued,
		.waited = waited,
	};
	int status;

	for (pc = 0; pc < n; pc++) {
		issued[pc] = p->w[pc].cycles;
		waited[pc] = p->w[pc].stall;
	}
	status = fn_folded_write(&f, path);
	free(issued);
	free(waited);
	return status;
}

static int show(const struct fn_info *prog, const struct asked *a)
{
	struct fn_counted p = {
		.prog = prog,
		.path = a->object,
	};
	int status = fn_counted_read(&p);

	if (!status)
		status = fn_options.json ? print_json(&p) : print(&p, a->top);
	if (!status && a->folded)
		status = write_folded(&p, a->folded);
	fn_counted_free(&p);
	return status;
}

static void wake(int sig)
{
}

/* ^C ends the wait and not the program: the counts are shown all the same. */
static void wait_for(double seconds)
{
	struct sigaction sa = { .sa_handler = wake };
	struct timespec ts = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - (long)seconds) * 1e9,
	};

	sigaction(SIGINT, &sa, NULL);
	nanosleep(&ts, NULL);
}

static int profile_for(const struct fn_info *prog, const struct asked *a)
{
	int status = fn_counted_set(prog, 1);

	if (status)
		return status;
	wait_for(a->seconds);
	status = show(prog, a);
	return fn_counted_set(prog, 0) ?: status;
}

/* "start" and "stop" are words of their own; true if one is there. */
static bool parse_option(struct fn_args *args, const char *word)
{
	int i;

	for (i = 0; i < args->n; i++)
		if (!strcmp(args->v[i], word))
			break;
	if (i == args->n)
		return false;
	memmove(args->v + i, args->v + i + 1,
		(args->n - i - 1) * sizeof(*args->v));
	args->n--;
	return true;
}

static int parse_seconds(const char *text, double *seconds)
{
	char *end;

	if (!text)
		return FN_DONE;
	*seconds = strtod(text, &end);
	if (*end || !(*seconds > 0 && *seconds <= 86400))
		return fn_usage("duration %s: seconds up to 86400 are expected",
				text);
	return FN_DONE;
}

static int parse(struct fn_args *args, struct asked *a, struct fn_select *s)
{
	const char *duration = NULL, *count = NULL;

	a->start = parse_option(args, "start");
	a->stop = parse_option(args, "stop");
	if (fn_args_take_value(args, "duration", &duration) ||
	    fn_args_take_value(args, "top", &count) ||
	    fn_args_take_value(args, "object", &a->object) ||
	    fn_args_take_value(args, "flamegraph", &a->folded) ||
	    parse_seconds(duration, &a->seconds) ||
	    (count && fn_number("top", count, &a->top)) ||
	    fn_select_parse(args, FN_BY_PROG, s))
		return FN_USAGE;
	if (a->start + a->stop + !!duration > 1)
		return fn_usage("start, stop and duration exclude each other");
	if (a->folded && (a->start || a->stop))
		return fn_usage(
			"flamegraph is of counts that are shown, not with start or stop");
	return FN_DONE;
}

/**
 * fn_prog_profile - flownic prog profile ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_prog_profile(struct fn_args *args)
{
	struct asked a = { .top = TOP };
	struct fn_info *progs;
	struct fn_select s;
	int status = parse(args, &a, &s);

	if (status)
		return status;
	status = fn_select_prog(&s, &progs);
	if (!status && (a.start || a.stop))
		status = fn_counted_set(progs, a.start);
	else if (!status && a.seconds > 0)
		status = profile_for(progs, &a);
	else if (!status)
		status = show(progs, &a);
	fn_info_free(progs);
	return status;
}
