// SPDX-License-Identifier: GPL-2.0
/*
 * Profiles from files:
 *
 *	# a comment
 *	name = mine
 *	base = agilio
 *	cores = 60
 *
 * What is not said is as in the base; without one, as in the default profile.
 */
#include <ctype.h>
#include <string.h>

#include "profiles.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

#define NAME_MAX 31

/**
 * struct reader - work on a file
 * @path: of the file
 * @line: number
 * @p: what has been read
 * @figures: some have been read, too late for a base
 * @name: of the profile
 */
struct reader {
	const char *path;
	u32 line;
	struct fn_profile *p;
	bool figures;
	char *name;
};

static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static int set_name(struct reader *r, const char *value)
{
	if (!*value || strlen(value) > NAME_MAX)
		return fn_fail("%s:%u: a name has 1 to %u characters", r->path,
			       r->line, NAME_MAX);
	free(r->name);
	r->name = fn_check_alloc(strdup(value));
	return FN_DONE;
}

static int set_base(struct reader *r, const char *value)
{
	const struct fn_profile *base = fn_profile_find(value);

	if (!base)
		return fn_fail("%s:%u: base = %s: there is no such profile",
			       r->path, r->line, value);
	if (r->figures)
		return fn_fail(
			"%s:%u: base = %s: the base must come before all figures",
			r->path, r->line, value);
	*r->p = *base;
	return FN_DONE;
}

static int read_line(struct reader *r, char *line)
{
	char *key, *value, where[512];

	line[strcspn(line, "#")] = '\0';
	key = trim(line);
	if (!*key)
		return FN_DONE;
	value = strchr(key, '=');
	if (!value)
		return fn_fail("%s:%u: \"%s\": KEY = VALUE is expected",
			       r->path, r->line, key);
	*value++ = '\0';
	key = trim(key);
	value = trim(value);
	if (!strcmp(key, "name"))
		return set_name(r, value);
	if (!strcmp(key, "base"))
		return set_base(r, value);
	r->figures = true;
	snprintf(where, sizeof(where), "%s:%u: ", r->path, r->line);
	return fn_profile_set(r->p, key, value, where);
}

static int read_lines(struct reader *r, char *text)
{
	char *line;
	int status = FN_DONE;

	while (!status && (line = strsep(&text, "\n"))) {
		r->line++;
		status = read_line(r, line);
	}
	return status;
}

static const struct fn_profile *read_file(const char *path)
{
	struct fn_profile *p = fn_check_alloc(malloc(sizeof(*p)));
	struct reader r = { .path = path, .p = p };
	size_t size;
	char *text;
	u8 *data;
	int status;

	*p = *fn_profile_find(NULL);
	if (fn_file_read(path, &data, &size))
		return NULL;
	text = fn_check_alloc(malloc(size + 1));
	memcpy(text, data, size);
	text[size] = '\0';
	free(data);
	if (set_name(&r, "custom"))
		return NULL;
	status = read_lines(&r, text);
	free(text);
	p->name = r.name;
	return status ? NULL : p;
}

static void list(char *buf, size_t size)
{
	const struct fn_profile *p = NULL;
	size_t len = 0;

	while ((p = fn_profile_next(p)) && len < size)
		len += snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
				p->name);
}

/**
 * fn_profile_get - a profile
 * @name: of the profile, or of a file (if it has a dot or slash); NULL for the
 *	default
 *
 * A file is read once.
 *
 * Return: the profile, which stays; or NULL and an error has been reported.
 */
const struct fn_profile *fn_profile_get(const char *name)
{
	static const struct fn_profile *file;
	const struct fn_profile *p;
	char known[256];

	/* The command line names one at most. */
	if (name && strpbrk(name, "./"))
		return file ?: (file = read_file(name));
	p = fn_profile_find(name);
	if (p)
		return p;
	list(known, sizeof(known));
	fn_fail("there is no profile %s; known: %s, or the name of a file (with a dot or slash)",
		name, known);
	return NULL;
}
