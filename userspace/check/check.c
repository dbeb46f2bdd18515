// SPDX-License-Identifier: GPL-2.0
/*
 * flownic check: do the programs of an object offload, what stops them, and
 * what would they cost?
 */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <string.h>

#include "check.h"
#include "userspace/io/io.h"
#include "userspace/lower/lower.h"
#include "userspace/object/object.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

#define FRAME_LEN 60 /* bytes, the shortest: the hardest to keep up with */

typedef unsigned long long ull;

/**
 * struct told - what has been said of an object
 * @text: reasons, as they were printed
 * @n: number of @text
 */
struct told {
	char **text;
	u32 n;
};

/**
 * struct report - on one program
 * @file: it is from
 * @o: object
 * @p: program
 * @j: result
 * @profile: modelled card
 * @cost: modelled cycles, if it offloads
 * @lowered: names of the lowerings that changed it, NULL if that was not asked for
 * @before: instructions that the program had before it was lowered
 * @note: what else lowering says, or NULL
 * @why: sentence on why it could not be lowered, or NULL
 * @told: of the object's programs that have been reported
 */
struct report {
	const char *file;
	const struct fn_object *o;
	const struct fn_program *p;
	struct fn_check_result j;
	const struct fn_profile *profile;
	struct fn_cost cost;
	const char *lowered;
	u32 before;
	const char *note;
	const char *why;
	struct told *told;
};

/**
 * struct tally - all programs
 * @programs: JSON of the programs and files, or NULL
 * @n: programs
 * @good: those that offload
 * @failed: a file could not be read
 */
struct tally {
	json_object *programs;
	u32 n;
	u32 good;
	bool failed;
};

static u64 rate(const struct report *r, u64 cycles)
{
	return fn_timing_rate(r->profile, cycles, 1, FRAME_LEN);
}

static void print_field(const char *name, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void print_field(const char *name, const char *fmt, ...)
{
	va_list ap;

	printf("  %-20s ", name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static char *reason_text(const struct fn_reason *why, const struct fn_line *l)
{
	char *text;
	int n;

	if (l && *l->file)
		n = asprintf(&text, "%s:%u: %s", l->file, l->line, why->text);
	else
		n = asprintf(&text, "%s", why->text);
	return fn_check_alloc(n < 0 ? NULL : text);
}

/* Notes a sentence. Return: whether it is new; the answer owns it then. */
static bool is_news(struct told *t, char *text)
{
	u32 i;

	for (i = 0; i < t->n; i++)
		if (!strcmp(t->text[i], text))
			return false;
	t->text =
		fn_check_alloc(realloc(t->text, (t->n + 1) * sizeof(*t->text)));
	t->text[t->n++] = text;
	return true;
}

static void told_free(struct told *t)
{
	u32 i;

	for (i = 0; i < t->n; i++)
		free(t->text[i]);
	free(t->text);
}

/* What was said of another program of the object is not said again. */
static bool print_reason(const struct report *r, const struct fn_reason *why)
{
	const struct fn_line *l = NULL;
	const char *source;
	char *text;

	if (why->insn != FN_ORIGIN_NONE)
		l = fn_program_line(r->p, why->insn);
	text = reason_text(why, l);
	if (!is_news(r->told, text)) {
		free(text);
		return false;
	}
	if (why->insn == FN_ORIGIN_NONE)
		printf("  %s\n", text);
	else
		printf("  insn %u%s%s\n", why->insn,
		       l && *l->file ? ", " : ": ", text);
	source = l ? l->text + strspn(l->text, " \t") : "";
	if (*source)
		printf("      %s\n", source);
	return true;
}

static void print_bad(const struct report *r)
{
	const struct fn_reasons *rs = &r->j.reasons;
	u32 n = rs->n + rs->more;
	u32 i, known = 0;
	char text[512];

	printf("%s: %s (section %s) does not offload: %u reason%s\n", r->file,
	       r->p->name, r->p->section, n, n == 1 ? "" : "s");
	for (i = 0; i < rs->n; i++)
		known += !print_reason(r, &rs->r[i]);
	if (rs->more)
		printf("  and %u more\n", rs->more);
	if (known)
		printf("  and %u told of above\n", known);
	if (r->note && *r->note)
		printf("  note: %s\n", r->note);
	if (r->lowered || r->why)
		return;
	if (fn_check_lowerable(r->o, r->p, text, sizeof(text)))
		printf("  flownic load lowers it: %s\n",
		       *text ? text : "it takes the program alone");
	else
		printf("  flownic load can't lower it: %s\n", text);
}

/* The BPF instruction that a loop begins with; -1 if it is the translator's. */
static int loop_insn(const struct report *r)
{
	return fn_image_origin(r->j.image)[r->cost.loop];
}

static void print_rates(const struct report *r)
{
	char best[16], worst[16];

	fn_out_count(best, sizeof(best), rate(r, r->cost.best));
	fn_out_count(worst, sizeof(worst), rate(r, r->cost.worst));
	if (r->cost.loops)
		print_field("packets/s", "up to %s", best);
	else
		print_field("packets/s", "%s%s%s",
			    strcmp(worst, best) ? worst : "",
			    strcmp(worst, best) ? " to " : "", best);
}

/* How the card's own compiler differs from the module's, if it does. */
static void print_compiler(const struct fn_profile *p)
{
	if (p->level > FN_TR_MAX_LEVEL && !p->blocks && !*p->without)
		return;
	print_field("compiler", "level %u%s%s%s",
		    min_t(u32, p->level, FN_TR_MAX_LEVEL),
		    p->blocks ? ", a block at a time" : "",
		    *p->without ? ", without " : "", p->without);
}

static void print_good(const struct report *r)
{
	const struct fn_image *img = r->j.image;

	printf("%s: %s (section %s) offloads\n", r->file, r->p->name,
	       r->p->section);
	if (r->lowered && *r->lowered)
		print_field("lowered", "%s", r->lowered);
	if (r->note && *r->note)
		print_field("note", "%s", r->note);
	if (r->lowered && *r->lowered)
		print_field("BPF instructions", "%u, of %u before", img->ninsns,
			    r->before);
	else
		print_field("BPF instructions", "%u", img->ninsns);
	print_field("card instructions", "%u (%.2f per BPF instruction)",
		    img->nwords, (double)img->nwords / img->ninsns);
	print_field("issue groups", "%u of up to %u lane%s", r->cost.groups,
		    img->lanes, img->lanes == 1 ? "" : "s");
	print_compiler(r->profile);
	print_field("stack", "%u B of %u a function", fn_stack_used(r->p),
		    img->frame);
	print_field("control store", "%.3f %% of %u instructions",
		    100.0 * fn_control_store(r->profile, img) /
			    r->profile->max_words,
		    r->profile->max_words);
	print_field("maps", "%u, %llu B of memory", img->nmaps,
		    (ull)r->j.map_bytes);
	if (r->cost.loops)
		print_field("cycles a packet",
			    "at least %llu; there are loops, one at insn %d",
			    (ull)r->cost.best, loop_insn(r));
	else if (r->cost.best == r->cost.worst)
		print_field("cycles a packet", "%llu", (ull)r->cost.best);
	else
		print_field("cycles a packet", "%llu to %llu",
			    (ull)r->cost.best, (ull)r->cost.worst);
	print_rates(r);
}

/* libbpf 1.0 opens no object with such maps, used or not. */
static bool has_legacy_maps(const struct report *r)
{
	u32 m;

	for (m = 0; m < r->o->nmaps; m++)
		if (r->o->maps[m].legacy)
			return true;
	return false;
}

static void print_report(const struct report *r)
{
	if (r->j.image)
		print_good(r);
	else
		print_bad(r);
	if (r->j.alone)
		printf("  (alone in an object it would offload)\n");
	if (r->p->guessed)
		printf("  (taken for %s: section %s does not tell)\n",
		       r->p->bpf.type == BPF_PROG_TYPE_XDP ? "an XDP program" :
							     "a classifier",
		       r->p->section);
	if (has_legacy_maps(r))
		printf("  (the object's maps are in section maps: ip(8) and others that use libbpf 1.0 load those in section .maps only)\n");
}

static void add_string(json_object *o, const char *name, const char *value)
{
	json_object_object_add(o, name, json_object_new_string(value));
}

static void add_number(json_object *o, const char *name, u64 value)
{
	json_object_object_add(o, name, json_object_new_int64(value));
}

static json_object *json_reason(const struct report *r,
				const struct fn_reason *why)
{
	json_object *o = json_object_new_object();
	const struct fn_line *l = NULL;

	add_string(o, "reason", why->text);
	if (why->insn != FN_ORIGIN_NONE) {
		add_number(o, "insn", why->insn);
		l = fn_program_line(r->p, why->insn);
	}
	if (l && *l->file) {
		add_string(o, "file", l->file);
		add_number(o, "line", l->line);
		add_number(o, "column", l->column);
		add_string(o, "source", l->text + strspn(l->text, " \t"));
	}
	return o;
}

static json_object *json_reasons(const struct report *r)
{
	json_object *a = json_object_new_array();
	u32 i;

	for (i = 0; i < r->j.reasons.n; i++)
		json_object_array_add(a, json_reason(r, &r->j.reasons.r[i]));
	return a;
}

/* An unbounded figure is null. */
static void add_bounded(json_object *o, const char *name, bool known, u64 value)
{
	json_object_object_add(o, name,
			       known ? json_object_new_int64(value) : NULL);
}

static void json_good(const struct report *r, json_object *o)
{
	const struct fn_image *img = r->j.image;
	bool bounded = !r->cost.loops;

	add_number(o, "bpf_instructions", img->ninsns);
	if (r->lowered)
		add_number(o, "bpf_instructions_before", r->before);
	add_number(o, "card_instructions", img->nwords);
	add_number(o, "groups", r->cost.groups);
	if (r->j.bound.traces)
		add_number(o, "groups_least", r->j.bound.least);
	add_number(o, "lanes", img->lanes);
	add_number(o, "stack_bytes", fn_stack_used(r->p));
	add_number(o, "stack_bytes_max", img->frame);
	json_object_object_add(o, "control_store",
			       json_object_new_double((double)fn_control_store(
							      r->profile, img) /
						      r->profile->max_words));
	add_number(o, "maps", img->nmaps);
	add_number(o, "map_bytes", r->j.map_bytes);
	add_number(o, "cycles_best", r->cost.best);
	add_bounded(o, "cycles_worst", bounded, r->cost.worst);
	json_object_object_add(o, "loops",
			       json_object_new_boolean(r->cost.loops));
	if (r->cost.loops)
		add_number(o, "loop_insn", loop_insn(r));
	add_number(o, "packets_per_second_best", rate(r, r->cost.best));
	add_bounded(o, "packets_per_second_worst", bounded,
		    rate(r, r->cost.worst));
}

/* Where the program begins in its source; null if that is not known. */
static json_object *json_place(const struct report *r)
{
	const struct fn_line *l = fn_program_line(r->p, 0);
	json_object *o;

	if (!l || !*l->file)
		return NULL;
	o = json_object_new_object();
	add_string(o, "file", l->file);
	add_number(o, "line", l->line);
	add_number(o, "column", l->column);
	return o;
}

static json_object *json_report(const struct report *r)
{
	const char *type = libbpf_bpf_prog_type_str(r->p->bpf.type);
	json_object *o = json_object_new_object();
	char text[512];

	add_string(o, "file", r->file);
	add_string(o, "program", r->p->name);
	add_string(o, "section", r->p->section);
	add_string(o, "type", type ?: "unknown");
	json_object_object_add(o, "place", json_place(r));
	json_object_object_add(o, "type_guessed",
			       json_object_new_boolean(r->p->guessed));
	json_object_object_add(o, "legacy_maps",
			       json_object_new_boolean(has_legacy_maps(r)));
	add_string(o, "profile", r->profile->name);
	add_number(o, "compiler_level",
		   min_t(u32, r->profile->level, FN_TR_MAX_LEVEL));
	json_object_object_add(o, "compiler_blocks",
			       json_object_new_boolean(r->profile->blocks));
	add_string(o, "compiler_without", r->profile->without);
	json_object_object_add(o, "offloads",
			       json_object_new_boolean(!!r->j.image));
	if (r->j.image)
		json_good(r, o);
	if (r->lowered)
		add_string(o, "lowered", r->lowered);
	if (r->note && *r->note)
		add_string(o, "note", r->note);
	json_object_object_add(o, "offloads_alone",
			       json_object_new_boolean(r->j.image ||
						       r->j.alone));
	if (!r->j.image && !r->lowered && !r->why)
		json_object_object_add(
			o, "offloads_lowered",
			json_object_new_boolean(fn_check_lowerable(
				r->o, r->p, text, sizeof(text))));
	json_object_object_add(o, "reasons", json_reasons(r));
	if (r->j.reasons.more)
		add_number(o, "more_reasons", r->j.reasons.more);
	return o;
}

static int check_program(struct report *r, struct tally *t)
{
	int status = fn_check_program(r->o, r->p, &r->j);

	if (status)
		return status;
	if (r->why)
		fn_check_refuse(&r->j, r->why);
	t->n++;
	if (r->j.image) {
		fn_cost(r->j.image, r->profile, &r->cost);
		t->good++;
	}
	if (t->programs) {
		json_object_array_add(t->programs, json_report(r));
	} else {
		if (t->n > 1)
			putchar('\n');
		print_report(r);
	}
	fn_check_result_free(&r->j);
	return FN_DONE;
}

/* What the lowered object says of the program is said of the program. */
static int check_low(struct report *r, const struct fn_lowered *low,
		     struct tally *t)
{
	const struct fn_program *was = r->p;
	const char *bad;
	struct fn_object o;
	int status;

	bad = fn_lowered_open(low, &o);
	if (bad)
		return fn_fail("%s: %s: lowered, %s", r->file, was->name, bad);
	/* One piece is all that a packet has on the card. */
	if (!strstr(was->section, ".frags"))
		o.progs[0].section = was->section;
	o.progs[0].guessed = was->guessed;
	o.progs[0].context = was->context;
	r->o = &o;
	r->p = &o.progs[0];
	r->lowered = low->done;
	r->before = was->bpf.len;
	r->note = low->note;
	status = check_program(r, t);
	fn_object_close(&o);
	return status;
}

/* A program that can't even be taken out of its object is judged as it is. */
static int check_lowered(struct report *r, struct tally *t)
{
	struct fn_lower_options options = fn_lower_options_of();
	const struct fn_object *o = r->o;
	struct fn_lowered low;
	int status;

	if (fn_lower_object(o, r->p, &options, &low)) {
		status = check_low(r, &low, t);
	} else {
		r->why = low.why;
		r->note = low.note;
		status = check_program(r, t);
	}
	r->o = o;
	r->why = NULL;
	r->lowered = NULL;
	r->note = NULL;
	fn_lowered_free(&low);
	return status;
}

static void bad_file(const char *path, const char *why, struct tally *t)
{
	json_object *o;

	t->failed = true;
	fn_fail("%s: %s", path, why);
	if (!t->programs)
		return;
	o = json_object_new_object();
	add_string(o, "file", path);
	json_object_object_add(o, "offloads", json_object_new_boolean(false));
	add_string(o, "error", why);
	json_object_array_add(t->programs, o);
}

static int check_object(const char *path, const u8 *data, size_t size,
			struct tally *t)
{
	struct told told = {};
	struct report r = {
		.file = path,
		.told = &told,
		.profile = fn_profile_get(fn_options.profile),
	};
	int status = FN_DONE;
	struct fn_object o;
	const char *bad;
	u32 i;

	bad = fn_object_open(&o, data, size);
	if (bad)
		bad_file(path, bad, t);
	else
		status = fn_map_set_entries(&o, fn_options.entries);
	r.o = &o;
	for (i = 0; i < o.nprogs && !bad && !status; i++) {
		r.p = &o.progs[i];
		status = fn_options.lower ? check_lowered(&r, t) :
					    check_program(&r, t);
	}
	fn_object_close(&o);
	told_free(&told);
	return status;
}

static int check_file(const char *path, struct tally *t)
{
	size_t size;
	u8 *data;
	int status;

	if (fn_file_read(path, &data, &size)) {
		t->failed = true;
		return FN_DONE;
	}
	status = check_object(path, data, size, t);
	free(data);
	return status;
}

static int finish(struct tally *t)
{
	if (t->programs && fn_options.sarif) {
		fn_out_json(fn_check_sarif(t->programs, !t->failed));
		json_object_put(t->programs);
	} else if (t->programs) {
		fn_out_json(t->programs);
	} else {
		if (t->n > 1)
			printf("\n%u of %u programs offload\n", t->good, t->n);
		if (t->good)
			printf("(whether the verifier accepts a program only the kernel can tell)\n");
	}
	return t->failed || t->good < t->n ? FN_FAILED : FN_DONE;
}

/**
 * fn_check - flownic check FILE.o ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_check(struct fn_args *args)
{
	struct tally t = {};
	const char *path;
	int status = FN_DONE;

	if (!args->n)
		return fn_usage("check: the name of an object file is missing");
	if (!fn_profile_get(fn_options.profile))
		return FN_USAGE;
	if (fn_options.json || fn_options.sarif)
		t.programs = json_object_new_array();
	while (!status && (path = fn_args_next(args)))
		status = check_file(path, &t);
	if (!status)
		return finish(&t);
	json_object_put(t.programs);
	return status;
}
