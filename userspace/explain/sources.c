// SPDX-License-Identifier: GPL-2.0
/*
 * The sources of a program, as far as they are found and still are what it was
 * compiled from. Of others, a page shows the lines that .BTF.ext has.
 */
#include <string.h>
#include <sys/stat.h>

#include "explain.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

#define SIZE_MAX_SOURCE (512u << 10) /* bytes; a longer file is left out */

static json_object *split_lines(const u8 *data, size_t size)
{
	json_object *a = json_object_new_array();
	const char *at = (const char *)data, *end = at + size, *newline;

	while (at < end) {
		newline = memchr(at, '\n', end - at) ?: end;
		json_object_array_add(
			a, json_object_new_string_len(at, newline - at));
		at = newline + 1;
	}
	return a;
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* Does the file have the line that the object has of it? */
static bool agrees(json_object *lines, const struct fn_line *l)
{
	json_object *have =
		l->line ? json_object_array_get_idx(lines, l->line - 1) : NULL;
	const char *text = have ? json_object_get_string(have) : "";

	return !strcmp(skip_blanks(text), skip_blanks(l->text));
}

static json_object *read_lines(const char *path)
{
	json_object *lines;
	struct stat st;
	size_t size;
	u8 *data;

	/* What is not there is nothing to complain of. */
	if (stat(path, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size > SIZE_MAX_SOURCE || fn_file_read(path, &data, &size))
		return NULL;
	lines = memchr(data, 0, size) ? NULL : split_lines(data, size);
	free(data);
	return lines;
}

/* As the file is, or as the object has it. */
static json_object *lines_of(const struct fn_program *p, const char *path)
{
	json_object *lines = read_lines(path);
	u32 i;

	for (i = 0; i < p->nlines && lines; i++)
		if (!strcmp(p->lines[i].file, path) &&
		    !agrees(lines, &p->lines[i])) {
			json_object_put(lines);
			lines = NULL;
		}
	return lines;
}

/**
 * fn_explain_sources - add the sources of a program to the page
 * @x: program
 */
void fn_explain_sources(const struct fn_explained *x)
{
	json_object *files = x->e->files;
	const struct fn_program *p = x->p;
	u32 i;

	for (i = 0; i < p->nlines; i++) {
		const char *path = p->lines[i].file;

		if (*path && !json_object_object_get_ex(files, path, NULL))
			fn_add(files, path, lines_of(p, path));
	}
}
