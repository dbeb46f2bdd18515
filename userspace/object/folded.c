// SPDX-License-Identifier: GPL-2.0
/*
 * Cycles by the source they were spent for, as folded stacks: a line for each
 * stack, its frames with semicolons, and a number. flamegraph.pl, inferno and
 * speedscope.app read them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "offload/image.h"
#include "object.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

/**
 * struct stack - one line
 * @text: frames with semicolons
 * @cycles: spent there
 */
struct stack {
	char *text;
	u64 cycles;
};

/**
 * struct folding - work on a file
 * @f: what is asked for
 * @in: debugging information, or NULL
 * @stack: lines so far
 * @n: number of @stack
 */
struct folding {
	const struct fn_folded *f;
	struct fn_inlines *in;
	struct stack *stack;
	u32 n;
};

/* Takes the text. */
static void add(struct folding *g, char *text, u64 cycles)
{
	u32 i;

	for (i = 0; i < g->n; i++) {
		if (strcmp(g->stack[i].text, text))
			continue;
		g->stack[i].cycles += cycles;
		free(text);
		return;
	}
	g->stack = fn_check_alloc(
		realloc(g->stack, (g->n + 1) * sizeof(*g->stack)));
	g->stack[g->n++] = (struct stack){ text, cycles };
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Semicolons and blanks would be taken for what they are in such a file. */
static void print_frame(FILE *to, const char *name)
{
	fputc(';', to);
	for (; *name; name++)
		fputc(strchr("; \t\n", *name) ? '_' : *name, to);
}

static void print_source(FILE *to, const struct folding *g, u32 origin)
{
	const struct fn_program *p = g->f->program;
	struct fn_scope scope[FN_SCOPES];
	const struct fn_line *l;
	u32 i, n;

	if (!p || origin == FN_ORIGIN_NONE)
		return;
	n = fn_inlines_at(g->in, p, origin, scope);
	for (i = 0; i < n; i++)
		if (i || strcmp(scope[i].name, p->name))
			print_frame(to, scope[i].name);
	l = fn_program_line(p, origin);
	if (l && *l->file)
		fprintf(to, ";%s:%u", base_name(l->file), l->line);
}

static char *stack_of(const struct folding *g, u32 pc, const char *leaf)
{
	struct fn_insn insn = fn_insn_decode(fn_image_words(g->f->img)[pc]);
	char *text, word[80];
	size_t size;
	FILE *to = fn_check_alloc(open_memstream(&text, &size));

	fputs(g->f->name, to);
	print_source(to, g, fn_image_origin(g->f->img)[pc]);
	if (!g->f->program) {
		fn_insn_print(word, sizeof(word), &insn, pc);
		fprintf(to, ";%u:", pc);
		print_frame(to, word);
	}
	fputs(leaf, to);
	fclose(to);
	return fn_check_alloc(text);
}

static void add_word(struct folding *g, u32 pc)
{
	if (g->f->issued[pc])
		add(g, stack_of(g, pc, ""), g->f->issued[pc]);
	if (g->f->waited[pc])
		add(g, stack_of(g, pc, ";[waits_for_memory]"),
		    g->f->waited[pc]);
}

static void add_rest(struct folding *g)
{
	char *text;

	if (!g->f->rest)
		return;
	if (asprintf(&text, "%s;[card:_packets_and_taken_jumps]", g->f->name) <
	    0)
		fn_check_alloc(NULL);
	add(g, text, g->f->rest);
}

static int write_file(const struct folding *g, const char *path)
{
	FILE *to = fopen(path, "w");
	bool bad;
	u32 i;

	if (!to)
		return fn_fail("%s: can't be written: %s", path,
			       strerror(errno));
	for (i = 0; i < g->n; i++)
		fprintf(to, "%s %llu\n", g->stack[i].text,
			(ull)g->stack[i].cycles);
	bad = ferror(to);
	if (fclose(to) || bad)
		return fn_fail("%s: can't be written: %s", path,
			       strerror(errno));
	return FN_DONE;
}

/**
 * fn_folded_write - cycles by source, as folded stacks
 * @f: what
 * @path: of the file
 *
 * Return: exit status; an error has been reported.
 */
int fn_folded_write(const struct fn_folded *f, const char *path)
{
	struct folding g = { .f = f };
	int status;
	u32 pc;

	if (f->object)
		g.in = fn_inlines_open(f->object);
	for (pc = 0; pc < f->img->nwords; pc++)
		add_word(&g, pc);
	add_rest(&g);
	status = write_file(&g, path);
	for (pc = 0; pc < g.n; pc++)
		free(g.stack[pc].text);
	free(g.stack);
	fn_inlines_close(g.in);
	return status;
}
