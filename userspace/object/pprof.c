// SPDX-License-Identifier: GPL-2.0
/*
 * Cycles by the source they were spent for, as a profile of pprof: a message of
 * protocol buffers, profile.proto, which go tool pprof and others read.
 *
 * A word that cycles were spent at is a location with a line for each function
 * that it is in, the innermost first.
 */
#define _GNU_SOURCE
#include <string.h>

#include "offload/image.h"
#include "object.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

/* Numbers of fields, by message. */
enum {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING = 6,
	PROFILE_DEFAULT_TYPE = 14,
	TYPE_TYPE = 1,
	TYPE_UNIT = 2,
	SAMPLE_LOCATION = 1,
	SAMPLE_VALUE = 2,
	LOCATION_ID = 1,
	LOCATION_ADDRESS = 3,
	LOCATION_LINE = 4,
	LINE_FUNCTION = 1,
	LINE_LINE = 2,
	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
	FUNCTION_FILE = 4,
};

/**
 * struct message - bytes on their way
 * @to: stream that they are written to
 * @data: bytes, when @to is closed
 * @size: number of @data
 */
struct message {
	FILE *to;
	char *data;
	size_t size;
};

/**
 * struct function - a function that was met
 * @name: number of the string
 * @file: number of the string
 */
struct function {
	u32 name;
	u32 file;
};

/**
 * struct pprof - work on a profile
 * @f: what is asked for
 * @in: debugging information, or NULL
 * @all: the message
 * @string: table of strings; the first is empty
 * @nstrings: number of @string
 * @func: table of functions, whose numbers begin with 1
 * @nfuncs: number of @func
 * @nlocs: locations so far
 */
struct pprof {
	const struct fn_folded *f;
	struct fn_inlines *in;
	struct message all;
	char **string;
	u32 nstrings;
	struct function *func;
	u32 nfuncs;
	u32 nlocs;
};

static void begin(struct message *m)
{
	m->to = fn_check_alloc(open_memstream(&m->data, &m->size));
}

static void put_varint(struct message *m, u64 v)
{
	for (; v >= 0x80; v >>= 7)
		fputc(0x80 | (v & 0x7f), m->to);
	fputc(v, m->to);
}

static void put_number(struct message *m, u32 field, u64 v)
{
	put_varint(m, field << 3);
	put_varint(m, v);
}

static void put_bytes(struct message *m, u32 field, const void *p, size_t size)
{
	put_varint(m, field << 3 | 2);
	put_varint(m, size);
	fwrite(p, 1, size, m->to);
}

/* A message in a message; the inner one ends. */
static void put_message(struct message *m, u32 field, struct message *inner)
{
	fclose(inner->to);
	put_bytes(m, field, inner->data, inner->size);
	free(inner->data);
}

static u32 string_of(struct pprof *p, const char *text)
{
	u32 i;

	for (i = 0; i < p->nstrings; i++)
		if (!strcmp(p->string[i], text))
			return i;
	p->string = fn_check_alloc(
		realloc(p->string, (i + 1) * sizeof(*p->string)));
	p->string[i] = fn_check_alloc(strdup(text));
	p->nstrings++;
	return i;
}

static u32 function_of(struct pprof *p, const char *name, const char *file)
{
	struct function f = { string_of(p, name), string_of(p, file) };
	u32 i;

	for (i = 0; i < p->nfuncs; i++)
		if (p->func[i].name == f.name && p->func[i].file == f.file)
			return i + 1;
	p->func = fn_check_alloc(realloc(p->func, (i + 1) * sizeof(*p->func)));
	p->func[p->nfuncs++] = f;
	return i + 1;
}

static void put_line(struct pprof *p, struct message *location,
		     const char *name, const char *file, u32 line)
{
	struct message m;

	begin(&m);
	put_number(&m, LINE_FUNCTION, function_of(p, name, file));
	put_number(&m, LINE_LINE, line);
	put_message(location, LOCATION_LINE, &m);
}

/* Where a function stands is known of the innermost alone. */
static void put_lines(struct pprof *p, struct message *location, u32 pc)
{
	u32 origin = fn_image_origin(p->f->img)[pc], line = 0, n;
	const struct fn_line *l = NULL;
	struct fn_scope scope[FN_SCOPES];

	if (!p->f->program || origin == FN_ORIGIN_NONE) {
		put_line(p, location, p->f->name, "", 0);
		return;
	}
	n = fn_inlines_at(p->in, p->f->program, origin, scope);
	l = fn_program_line(p->f->program, origin);
	line = l ? l->line : 0;
	while (n--) {
		put_line(p, location, scope[n].name, l ? l->file : "", line);
		line = scope[n].line;
		l = NULL;
	}
}

static void put_sample(struct pprof *p, u64 cycles, u64 waited)
{
	struct message m;

	begin(&m);
	put_number(&m, SAMPLE_LOCATION, p->nlocs);
	put_number(&m, SAMPLE_VALUE, cycles);
	put_number(&m, SAMPLE_VALUE, waited);
	put_message(&p->all, PROFILE_SAMPLE, &m);
}

static void add_word(struct pprof *p, u32 pc)
{
	u64 waited = p->f->waited[pc], cycles = p->f->issued[pc] + waited;
	struct message m;

	if (!cycles)
		return;
	begin(&m);
	put_number(&m, LOCATION_ID, ++p->nlocs);
	put_number(&m, LOCATION_ADDRESS, pc);
	put_lines(p, &m, pc);
	put_message(&p->all, PROFILE_LOCATION, &m);
	put_sample(p, cycles, waited);
}

static void add_rest(struct pprof *p)
{
	struct message m;

	if (!p->f->rest)
		return;
	begin(&m);
	put_number(&m, LOCATION_ID, ++p->nlocs);
	put_line(p, &m, "[card: packets and taken jumps]", "", 0);
	put_message(&p->all, PROFILE_LOCATION, &m);
	put_sample(p, p->f->rest, 0);
}

static void add_type(struct pprof *p, const char *name)
{
	struct message m;

	begin(&m);
	put_number(&m, TYPE_TYPE, string_of(p, name));
	put_number(&m, TYPE_UNIT, string_of(p, "cycles"));
	put_message(&p->all, PROFILE_SAMPLE_TYPE, &m);
}

static void add_tables(struct pprof *p)
{
	struct message m;
	u32 i;

	put_number(&p->all, PROFILE_DEFAULT_TYPE, string_of(p, "time"));
	for (i = 0; i < p->nfuncs; i++) {
		begin(&m);
		put_number(&m, FUNCTION_ID, i + 1);
		put_number(&m, FUNCTION_NAME, p->func[i].name);
		put_number(&m, FUNCTION_FILE, p->func[i].file);
		put_message(&p->all, PROFILE_FUNCTION, &m);
	}
	for (i = 0; i < p->nstrings; i++)
		put_bytes(&p->all, PROFILE_STRING, p->string[i],
			  strlen(p->string[i]));
}

static void free_tables(struct pprof *p)
{
	u32 i;

	for (i = 0; i < p->nstrings; i++)
		free(p->string[i]);
	free(p->string);
	free(p->func);
	fn_inlines_close(p->in);
}

/**
 * fn_pprof_write - cycles by source, as a profile of pprof
 * @f: what
 * @path: of the file
 *
 * Return: exit status; an error has been reported.
 */
int fn_pprof_write(const struct fn_folded *f, const char *path)
{
	struct pprof p = { .f = f };
	int status;
	u32 pc;

	if (f->object)
		p.in = fn_inlines_open(f->object);
	begin(&p.all);
	string_of(&p, "");
	add_type(&p, "time");
	add_type(&p, "waiting for memory");
	for (pc = 0; pc < f->img->nwords; pc++)
		add_word(&p, pc);
	add_rest(&p);
	add_tables(&p);
	fclose(p.all.to);
	status = fn_file_write(path, p.all.data, p.all.size);
	free(p.all.data);
	free_tables(&p);
	return status;
}
