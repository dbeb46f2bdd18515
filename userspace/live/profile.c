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

/**
 * struct profile - a program with its counts
 * @prog: what the module says of it
 * @image: its card code
 * @insns: BPF instructions that it was made from
 * @counts: of each word
 * @img: @image, checked
 * @w: @counts
 * @path: of the object that it was compiled to, or NULL
 * @folded: file for folded stacks, or NULL
 * @file: contents of the object
 * @object: the object
 * @source: the program in it, or NULL
 * @total: cycles of all words, issued and waited
 * @top: words to print
 */
struct profile {
	const struct fn_info *prog;
	struct fn_buffer image;
	struct fn_buffer insns;
	struct fn_buffer counts;
	const struct fn_image *img;
	const struct fn_word_counts *w;
	const char *path;
	const char *folded;
	u8 *file;
	struct fn_object object;
	const struct fn_program *source;
	u64 total;
	u32 top;
};

static u64 cycles_of(const struct fn_word_counts *w)
{
	return w->cycles + w->stall;
}

static int set(const struct fn_info *prog, u32 on)
{
	const u32 attrs[] = { FLOWNIC_A_CARD, FLOWNIC_A_HANDLE,
			      FLOWNIC_A_COUNT };
	const u32 values[] = { prog->num[FLOWNIC_A_CARD],
			       prog->num[FLOWNIC_A_HANDLE], on };

	return fn_nl_request(FLOWNIC_CMD_COUNTS_SET, attrs, values,
			     ARRAY_SIZE(attrs), NULL, NULL);
}

/* The kernel cuts names; the instructions tell programs apart. */
static bool is_source(const struct profile *p, const struct fn_program *s)
{
	const struct bpf_insn *own = (const void *)p->insns.data;
	size_t n = p->insns.size / sizeof(*own), i;

	if (s->bpf.len != n)
		return false;
	for (i = 0; i < n; i++)
		if (own[i].code != s->insns[i].code ||
		    own[i].off != s->insns[i].off ||
		    own[i].dst_reg != s->insns[i].dst_reg)
			return false;
	return true;
}

static int open_object(struct profile *p)
{
	size_t size;
	const char *why;
	u32 i;

	if (!p->path)
		return FN_DONE;
	if (fn_file_read(p->path, &p->file, &size))
		return FN_FAILED;
	why = fn_object_open(&p->object, p->file, size);
	if (why)
		return fn_fail("%s: %s", p->path, why);
	for (i = 0; i < p->object.nprogs && !p->source; i++)
		if (is_source(p, &p->object.progs[i]))
			p->source = &p->object.progs[i];
	if (!p->source)
		return fn_fail(
			"%s: none of its programs is the one on the card",
			p->path);
	return FN_DONE;
}

static int get(struct profile *p)
{
	char why[256] = "";
	int status;
	u32 pc;

	status =
		fn_buffer_read(FLOWNIC_CMD_COUNTS_GET, p->prog, &p->counts) ?:
			fn_buffer_read(FLOWNIC_CMD_IMAGE_GET, p->prog, &p->image) ?:
			fn_buffer_read(FLOWNIC_CMD_INSNS_GET, p->prog,
				       &p->insns);
	if (status)
		return status;
	if (fn_image_check(p->image.data, p->image.size, why, sizeof(why)))
		return fn_fail("the module tells no program image: %s", why);
	p->img = (const void *)p->image.data;
	p->w = (const void *)p->counts.data;
	if (p->counts.size != p->img->nwords * sizeof(*p->w))
		return fn_fail("the program's counts came incomplete");
	for (pc = 0; pc < p->img->nwords; pc++)
		p->total += cycles_of(&p->w[pc]);
	return open_object(p);
}

static void free_profile(struct profile *p)
{
	free(p->image.data);
	free(p->insns.data);
	free(p->counts.data);
	if (p->file)
		fn_object_close(&p->object);
	free(p->file);
}

static const struct profile *sorting;

static int by_cycles(const void *a, const void *b)
{
	u64 x = cycles_of(&sorting->w[*(const u32 *)a]);
	u64 y = cycles_of(&sorting->w[*(const u32 *)b]);

	if (x != y)
		return x < y ? 1 : -1;
	return *(const u32 *)a < *(const u32 *)b ? -1 : 1;
}

/* All words, the hottest first. */
static u32 *sorted(const struct profile *p)
{
	u32 *order = fn_check_alloc(calloc(p->img->nwords, sizeof(*order)));
	u32 pc;

	for (pc = 0; pc < p->img->nwords; pc++)
		order[pc] = pc;
	sorting = p;
	qsort(order, p->img->nwords, sizeof(*order), by_cycles);
	return order;
}

static void word_text(const struct profile *p, u32 pc, char *buf, size_t size)
{
	struct fn_insn insn = fn_insn_decode(fn_image_words(p->img)[pc]);

	fn_insn_print(buf, size, &insn, pc);
}

static const struct fn_line *line_of(const struct profile *p, u32 pc)
{
	u32 origin = fn_image_origin(p->img)[pc];

	if (!p->source || origin == FN_ORIGIN_NONE)
		return NULL;
	return fn_program_line(p->source, origin);
}

static void print_word(const struct profile *p, u32 pc)
{
	const struct fn_word_counts *w = &p->w[pc];
	u32 origin = fn_image_origin(p->img)[pc];
	const struct fn_line *l = line_of(p, pc);
	char text[128];

	word_text(p, pc, text, sizeof(text));
	printf("%5.1f %% %12llu %12llu %12llu %6u  %-36s",
	       100.0 * cycles_of(w) / p->total, (ull)w->runs, (ull)w->cycles,
	       (ull)w->stall, pc, text);
	if (origin != FN_ORIGIN_NONE)
		printf(" %5u", origin);
	if (l)
		printf("  %s:%u %s", l->file, l->line,
		       l->text + strspn(l->text, " \t"));
	putchar('\n');
}

static int print(const struct profile *p)
{
	u32 *order = sorted(p);
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
	for (i = 0; i < p->img->nwords && i < p->top; i++)
		if (cycles_of(&p->w[order[i]]))
			print_word(p, order[i]);
	free(order);
	return FN_DONE;
}

static json_object *json_word(const struct profile *p, u32 pc)
{
	u32 origin = fn_image_origin(p->img)[pc];
	const struct fn_line *l = line_of(p, pc);
	json_object *o = json_object_new_object();
	char text[128];

	word_text(p, pc, text, sizeof(text));
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

static int print_json(const struct profile *p)
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

static int write_folded(const struct profile *p)
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
	status = fn_folded_write(&f, p->folded);
	free(issued);
	free(waited);
	return status;
}

static int show(const struct fn_info *prog, const struct asked *a)
{
	struct profile p = {
		.prog = prog,
		.path = a->object,
		.folded = a->folded,
		.top = a->top,
	};
	int status = get(&p);

	if (!status)
		status = fn_options.json ? print_json(&p) : print(&p);
	if (!status && p.folded)
		status = write_folded(&p);
	free_profile(&p);
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
	int status = set(prog, 1);

	if (status)
		return status;
	wait_for(a->seconds);
	status = show(prog, a);
	return set(prog, 0) ?: status;
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
		status = set(progs, a.start);
	else if (!status && a.seconds > 0)
		status = profile_for(progs, &a);
	else if (!status)
		status = show(progs, &a);
	fn_info_free(progs);
	return status;
}
