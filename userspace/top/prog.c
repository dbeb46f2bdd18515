// SPDX-License-Identifier: GPL-2.0
/*
 * Enter on a program: where it spends its cycles. Its words are counted as long
 * as somebody looks.
 */
#include <string.h>

#include "offload/image.h"
#include "offload/pcie.h"
#include "top.h"

typedef unsigned long long ull;

/**
 * fn_top_prog_begin - somebody looks at a program
 * @prog: program
 *
 * Return: exit status; an error has been reported.
 */
int fn_top_prog_begin(const struct fn_info *prog)
{
	return fn_counted_set(prog, 1);
}

/**
 * fn_top_prog_end - and no more
 * @prog: program, which may have gone
 */
void fn_top_prog_end(const struct fn_info *prog)
{
	fn_counted_set(prog, 0);
}

static void add_word(const struct fn_counted *c, u32 pc, u64 packets,
		     struct fn_top_lines *l)
{
	const struct fn_word_counts *w = &c->w[pc];
	const struct fn_line *line = fn_counted_line(c, pc);
	const char *file = line ? strrchr(line->file, '/') : NULL;
	char text[128], place[160] = "";

	fn_counted_text(c, pc, text, sizeof(text));
	if (line)
		snprintf(place, sizeof(place), "%s:%u %s",
			 file ? file + 1 : line->file, line->line,
			 line->text + strspn(line->text, " \t"));
	fn_top_line(l, FN_PLAIN, "%5.1f%% %7.2f %7.2f %5u  %-26.26s %s",
		    100.0 * fn_counted_cycles(w) / c->total,
		    (double)fn_counted_cycles(w) / packets,
		    (double)w->stall / packets, pc, text, place);
}

static void add_words(const struct fn_counted *c, u32 height,
		      struct fn_top_lines *l)
{
	u64 packets = c->w[0].runs;
	u32 *order = fn_counted_sort(c);
	u32 i;

	for (i = 0; i < c->img->nwords && l->n < height; i++)
		if (fn_counted_cycles(&c->w[order[i]]))
			add_word(c, order[i], packets, l);
	free(order);
}

/**
 * fn_top_prog - where a program spends its cycles, as lines
 * @prog: program, after fn_top_prog_begin()
 * @object: file that it was compiled to, or NULL
 * @height: lines at most
 * @l: gets them
 *
 * Return: exit status; an error has been reported.
 */
int fn_top_prog(const struct fn_info *prog, const char *object, u32 height,
		struct fn_top_lines *l)
{
	struct fn_counted c = { .prog = prog, .path = object };
	int status = fn_counted_read(&c);
	u64 packets = status ? 0 : c.w[0].runs;

	if (!status)
		fn_top_line(
			l, FN_BAR,
			"program %s: %llu packets while you look, %.1f cycles each%s",
			prog->str[FLOWNIC_A_NAME] ?: "-", (ull)packets,
			packets ? (double)c.total / packets : 0,
			object ? "" : "   (object FILE shows lines)");
	if (!status)
		fn_top_line(
			l, FN_HEAD, "%-*s", FN_TOP_WIDTH,
			" SHARE  CYCLES  WAITED  WORD  CARD CODE                  SOURCE");
	if (packets && c.total)
		add_words(&c, height, l);
	fn_counted_free(&c);
	return status;
}
