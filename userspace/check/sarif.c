// SPDX-License-Identifier: GPL-2.0
/*
 * flownic check --sarif: reasons in the Static Analysis Results Interchange
 * Format 2.1.0, which code-hosting sites show at the source line.
 *
 * It is made of what --json prints. A reason that several programs of an object
 * share is one result. A place below the current directory is given relative to
 * it, as in a repository.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "userspace/tool.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"
#define RULE "does-not-offload"

/**
 * struct sarif - a run on its way
 * @results: so far
 * @notes: files that could not be read
 * @root: current directory with a slash, "" if it is not known
 */
struct sarif {
	json_object *results;
	json_object *notes;
	char root[PATH_MAX + 1];
};

static json_object *get(json_object *o, const char *key)
{
	return json_object_object_get(o, key);
}

static const char *text(json_object *o, const char *key)
{
	return json_object_get_string(get(o, key)) ?: "";
}

static void add(json_object *o, const char *key, json_object *v)
{
	json_object_object_add(o, key, v);
}

static void add_text(json_object *o, const char *key, const char *value)
{
	add(o, key, json_object_new_string(value));
}

/* { KEY: VALUE } */
static json_object *one(const char *key, json_object *v)
{
	json_object *o = json_object_new_object();

	add(o, key, v);
	return o;
}

static json_object *one_text(const char *key, const char *value)
{
	return one(key, json_object_new_string(value));
}

static json_object *list_of(json_object *v)
{
	json_object *a = json_object_new_array();

	json_object_array_add(a, v);
	return a;
}

/* What a URI may have as it is; the answer is for free(). */
static char *escape(const char *path)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/+@=,";
	char *uri = fn_check_alloc(malloc(3 * strlen(path) + 1));
	char *to = uri;

	for (; *path; path++) {
		if (strchr(plain, *path))
			*to++ = *path;
		else
			to += sprintf(to, "%%%02X", (u8)*path);
	}
	*to = '\0';
	return uri;
}

static json_object *artifact(const struct sarif *s, const char *path)
{
	json_object *o = json_object_new_object();
	size_t root = strlen(s->root);
	char uri[PATH_MAX + 8], *escaped;
	bool is_inside = root && !strncmp(path, s->root, root);

	escaped = escape(is_inside ? path + root : path);
	while (!strncmp(escaped, "./", 2))
		memmove(escaped, escaped + 2, strlen(escaped + 2) + 1);
	snprintf(uri, sizeof(uri), "%s%s", *escaped == '/' ? "file://" : "",
		 escaped);
	add_text(o, "uri", uri);
	if (*escaped != '/')
		add_text(o, "uriBaseId", "SRCROOT");
	free(escaped);
	return o;
}

static json_object *region(json_object *place)
{
	s64 line = json_object_get_int64(get(place, "line"));
	s64 column = json_object_get_int64(get(place, "column"));
	json_object *o = json_object_new_object();

	add(o, "startLine", json_object_new_int64(line));
	if (column > 0)
		add(o, "startColumn", json_object_new_int64(column));
	if (*text(place, "source"))
		add(o, "snippet", one_text("text", text(place, "source")));
	return o;
}

/* Of a reason about all of a program, the place of the program. */
static json_object *location(const struct sarif *s, json_object *program,
			     json_object *reason)
{
	json_object *place = get(reason, "file") ? reason :
						   get(program, "place");
	bool has_line = json_object_get_int64(get(place, "line")) > 0;
	json_object *physical = json_object_new_object();
	json_object *logical = json_object_new_object();
	json_object *o = json_object_new_object();

	add(physical, "artifactLocation",
	    artifact(s, text(has_line ? place : program, "file")));
	if (has_line)
		add(physical, "region", region(place));
	add(o, "physicalLocation", physical);
	add_text(logical, "name", text(program, "program"));
	add_text(logical, "kind", "function");
	add(o, "logicalLocations", list_of(logical));
	return o;
}

static json_object *result(const struct sarif *s, json_object *program,
			   json_object *reason)
{
	json_object *properties = json_object_new_object();
	json_object *o = json_object_new_object();
	char message[4096];

	snprintf(message, sizeof(message), "%s does not offload to %s: %s",
		 text(program, "program"), text(program, "profile"),
		 text(reason, "reason"));
	add_text(o, "ruleId", RULE);
	add(o, "ruleIndex", json_object_new_int(0));
	add_text(o, "level", "error");
	add(o, "message", one_text("text", message));
	add(o, "locations", list_of(location(s, program, reason)));
	add_text(properties, "object", text(program, "file"));
	add_text(properties, "section", text(program, "section"));
	if (get(reason, "insn"))
		add(properties, "insn", json_object_get(get(reason, "insn")));
	add(o, "properties", properties);
	return o;
}

static bool is_same(json_object *a, json_object *b)
{
	return !strcmp(text(a, "reason"), text(b, "reason")) &&
	       !strcmp(text(a, "file"), text(b, "file")) && get(a, "file") &&
	       json_object_get_int64(get(a, "line")) ==
		       json_object_get_int64(get(b, "line"));
}

/* Has a program before this one of the same object the same reason? */
static bool is_known(json_object *programs, size_t at, json_object *reason)
{
	json_object *own = json_object_array_get_idx(programs, at);
	size_t i, r;

	for (i = 0; i < at; i++) {
		json_object *p = json_object_array_get_idx(programs, i);
		json_object *reasons = get(p, "reasons");

		if (!reasons || strcmp(text(p, "file"), text(own, "file")))
			continue;
		for (r = 0; r < json_object_array_length(reasons); r++)
			if (is_same(json_object_array_get_idx(reasons, r),
				    reason))
				return true;
	}
	return false;
}

static void add_program(struct sarif *s, json_object *programs, size_t at)
{
	json_object *p = json_object_array_get_idx(programs, at);
	json_object *reasons = get(p, "reasons"), *note;
	char message[4096];
	size_t i;

	if (get(p, "error")) {
		note = json_object_new_object();
		snprintf(message, sizeof(message), "%s: %s", text(p, "file"),
			 text(p, "error"));
		add_text(note, "level", "error");
		add(note, "message", one_text("text", message));
		json_object_array_add(s->notes, note);
		return;
	}
	for (i = 0; i < json_object_array_length(reasons); i++) {
		json_object *r = json_object_array_get_idx(reasons, i);

		if (!is_known(programs, at, r))
			json_object_array_add(s->results, result(s, p, r));
	}
}

static json_object *rule(void)
{
	json_object *o = json_object_new_object();

	add_text(o, "id", RULE);
	add_text(o, "name", "DoesNotOffload");
	add(o, "shortDescription",
	    one_text("text", "The program does not offload"));
	add(o, "fullDescription",
	    one_text(
		    "text",
		    "An XDP program that is to run on a network card has to keep to what the kernel's offload core and the card accept. Each result says what is in the way, and what would be accepted."));
	add(o, "help",
	    one_text(
		    "text",
		    "flownic check FILE.o lists all reasons of an object; README.md, \"Writing programs for the card\", has the rules."));
	add(o, "defaultConfiguration", one_text("level", "error"));
	return o;
}

static json_object *driver(void)
{
	json_object *o = json_object_new_object();

	add_text(o, "name", "flownic");
	add_text(o, "version", FN_VERSION);
	add_text(o, "semanticVersion", FN_VERSION ".0");
	add(o, "rules", list_of(rule()));
	return o;
}

static json_object *invocation(struct sarif *s, bool good)
{
	json_object *o = json_object_new_object();

	add(o, "executionSuccessful", json_object_new_boolean(good));
	add(o, "toolExecutionNotifications", s->notes);
	return o;
}

static json_object *root_uri(const struct sarif *s)
{
	char *escaped = escape(s->root);
	json_object *o = json_object_new_object();
	char uri[3 * PATH_MAX + 8];

	snprintf(uri, sizeof(uri), "file://%s", escaped);
	add_text(o, "uri", uri);
	free(escaped);
	return one("SRCROOT", o);
}

static void find_root(struct sarif *s)
{
	if (getcwd(s->root, PATH_MAX) && *s->root == '/')
		strcat(s->root, s->root[1] ? "/" : "");
	else
		*s->root = '\0';
}

/**
 * fn_check_sarif - reasons as SARIF
 * @programs: what --json prints
 * @good: all files could be read
 *
 * Return: the log, a JSON object.
 */
json_object *fn_check_sarif(json_object *programs, bool good)
{
	struct sarif s = {
		.results = json_object_new_array(),
		.notes = json_object_new_array(),
	};
	json_object *log = json_object_new_object();
	json_object *run = json_object_new_object();
	size_t i;

	find_root(&s);
	for (i = 0; i < json_object_array_length(programs); i++)
		add_program(&s, programs, i);
	add(run, "tool", one("driver", driver()));
	add(run, "invocations", list_of(invocation(&s, good)));
	if (*s.root)
		add(run, "originalUriBaseIds", root_uri(&s));
	add(run, "results", s.results);
	add_text(log, "$schema", SCHEMA);
	add_text(log, "version", "2.1.0");
	add(log, "runs", list_of(run));
	return log;
}
