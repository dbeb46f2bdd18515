// SPDX-License-Identifier: GPL-2.0
/*
 * The page: page.html with style, data and script in the places of its marks.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "explain.h"
#include "userspace/tool.h"

/* The build makes objects of the files, and the linker these names. */
#define FILE_OF(name)                                                 \
	extern const char _binary_userspace_explain_##name##_start[]; \
	extern const char _binary_userspace_explain_##name##_end[]

FILE_OF(page_html);
FILE_OF(page_css);
FILE_OF(page_js);

/**
 * struct piece - text that is not terminated
 * @at: first byte
 * @size: bytes
 */
struct piece {
	const char *at;
	size_t size;
};

#define PIECE(name)                                                \
	((struct piece){ _binary_userspace_explain_##name##_start, \
			 _binary_userspace_explain_##name##_end -  \
				 _binary_userspace_explain_##name##_start })

static void write_piece(FILE *to, struct piece p)
{
	fwrite(p.at, 1, p.size, to);
}

/* In a script, nothing may look like its end. */
static void write_data(FILE *to, json_object *data)
{
	const char *text = json_object_to_json_string_ext(
		data, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	for (; *text; text++) {
		if (*text == '<')
			fputs("\\u003c", to);
		else
			fputc(*text, to);
	}
}

/* Up to the mark; the rest is what is behind it. */
static struct piece write_until(FILE *to, struct piece p, const char *mark)
{
	const char *at = memmem(p.at, p.size, mark, strlen(mark));

	if (!at)
		at = p.at + p.size;
	fwrite(p.at, 1, at - p.at, to);
	p.size -= at - p.at;
	p.at = at;
	if (p.size) {
		p.at += strlen(mark);
		p.size -= strlen(mark);
	}
	return p;
}

static void write_page(FILE *to, json_object *data)
{
	struct piece rest = write_until(to, PIECE(page_html), "@STYLE@");

	write_piece(to, PIECE(page_css));
	rest = write_until(to, rest, "@DATA@");
	write_data(to, data);
	rest = write_until(to, rest, "@SCRIPT@");
	write_piece(to, PIECE(page_js));
	write_piece(to, rest);
}

/**
 * fn_explain_page - write the page
 * @e: what is asked for, the data complete
 *
 * Return: exit status; an error has been reported.
 */
int fn_explain_page(const struct fn_explain *e)
{
	bool is_stdout = !strcmp(e->output, "-");
	FILE *to = is_stdout ? stdout : fopen(e->output, "w");
	bool bad;

	if (!to)
		return fn_fail("%s: can't be written: %s", e->output,
			       strerror(errno));
	write_page(to, e->json);
	if (is_stdout)
		return FN_DONE;
	bad = ferror(to);
	if (fclose(to) || bad)
		return fn_fail("%s: can't be written: %s", e->output,
			       strerror(errno));
	return FN_DONE;
}
