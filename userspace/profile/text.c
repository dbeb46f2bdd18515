// SPDX-License-Identifier: GPL-2.0
/*
 * The figures of a profile by their keys.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "profiles.h"
#include "userspace/tool.h"

#define COST_MAX 10000 /* cycles of an operation or helper */

/**
 * struct figure - what is known of a key
 * @key: how people call it
 * @offset: of the member
 * @scale: the member holds this times what people write
 * @least: that people may write
 * @most: that people may write
 * @text: what it means
 */
struct figure {
	const char *key;
	u32 offset;
	u32 scale;
	double least;
	double most;
	const char *text;
};

/* clang-format off */
static const struct figure figures[] = {
#define FIGURE(field, name, by, from, to, what)				\
	{ .key = (name), .offset = offsetof(struct fn_profile, field),	\
	  .scale = (by), .least = (from), .most = (to), .text = (what) },
	FN_PROFILE_FIGURES(FIGURE)
#undef FIGURE
#define COST(kind, name, what)						\
	{ .key = "op." name,						\
	  .offset = offsetof(struct fn_profile, cost[FN_COST_##kind]),	\
	  .scale = 1, .least = 1, .most = COST_MAX, .text = (what) },
	FN_COSTS(COST)
#undef COST
#define HELPER(name, ...)						\
	{ .key = "helper." #name,					\
	  .offset = offsetof(struct fn_profile,				\
			     helper[FN_HELPER_INDEX_##name]),		\
	  .scale = 1, .least = 0, .most = COST_MAX,			\
	  .text = "cycles; 0 if the card has no such helper" },
	FN_HELPERS(HELPER)
#undef HELPER
};
/* clang-format on */

#define WITHOUT "without"

static const struct figure *find(const char *key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(figures); i++)
		if (!strcmp(figures[i].key, key))
			return &figures[i];
	return NULL;
}

static u32 *member(struct fn_profile *p, const struct figure *f)
{
	return (u32 *)((char *)p + f->offset);
}

/**
 * fn_profile_has - is there such a figure?
 * @key: of the figure
 *
 * Return: whether there is.
 */
bool fn_profile_has(const char *key)
{
	return find(key);
}

/* The passes that the card's compiler does without. */
static int set_without(struct fn_profile *p, const char *value,
		       const char *where)
{
	char error[1024];

	if (!fn_passes_check(value, error, sizeof(error)))
		return fn_fail("%s" WITHOUT " = %s: %s", where, value, error);
	p->without = fn_check_alloc(strdup(value));
	return FN_DONE;
}

/**
 * fn_profile_set - set a figure
 * @p: profile
 * @key: of the figure
 * @value: as people write it
 * @where: it stands, with a colon and a space; for complaints
 *
 * Return: exit status; an error has been reported.
 */
int fn_profile_set(struct fn_profile *p, const char *key, const char *value,
		   const char *where)
{
	const struct figure *f = find(key);
	double v;
	char *end;

	if (!strcmp(key, WITHOUT))
		return set_without(p, value, where);
	if (!f)
		return fn_fail(
			"%sa profile has no \"%s\"; flownic profile show lists all there is",
			where, key);
	errno = 0;
	v = strtod(value, &end);
	if (end == value || *end || errno || !(v >= f->least && v <= f->most))
		return fn_fail(
			"%s%s = %s: a number from %.10g to %.10g is expected (%s)",
			where, key, value, f->least, f->most, f->text);
	if (fabs(v * f->scale - round(v * f->scale)) > 1e-6)
		return fn_fail("%s%s = %s: multiples of %.10g are accepted",
			       where, key, value, 1.0 / f->scale);
	*member(p, f) = (u32)round(v * f->scale);
	return FN_DONE;
}

static const char *source(const struct fn_profile *p, u32 offset)
{
	const struct fn_profile *known = fn_profile_find(p->name);
	const struct fn_note *note;
	u32 i, n;

	if (!known)
		return "";
	note = fn_profile_notes(known, &n);
	for (i = 0; i < n; i++)
		if (note[i].offset == offset)
			return note[i].source;
	return "";
}

static void print_text(const char *text, const char *from, FILE *to)
{
	fprintf(to, "\n# %s\n", text);
	if (*from)
		fprintf(to, "# Source: %s\n", from);
}

static void print_figure(const struct fn_profile *p, const struct figure *f,
			 FILE *to)
{
	double v = *member((struct fn_profile *)p, f) / (double)f->scale;

	print_text(f->text, source(p, f->offset), to);
	fprintf(to, "%s = %.10g\n", f->key, v);
}

static void print_without(const struct fn_profile *p, FILE *to)
{
	print_text(
		"passes of the translator, or parts of them, that the card's compiler has none like",
		source(p, offsetof(struct fn_profile, without)), to);
	fprintf(to, WITHOUT " = %s\n", p->without);
}

/**
 * fn_profile_print - write a profile so that it can be read back
 * @p: profile
 * @to: where to
 */
void fn_profile_print(const struct fn_profile *p, FILE *to)
{
	size_t i;

	fprintf(to, "name = %s\n", p->name);
	print_without(p, to);
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		print_figure(p, &figures[i], to);
}

static json_object *json_figure(const struct fn_profile *p,
				const struct figure *f)
{
	const char *from = source(p, f->offset);
	json_object *o = json_object_new_object();
	char text[32];
	double v = *member((struct fn_profile *)p, f) / (double)f->scale;

	snprintf(text, sizeof(text), "%.10g", v);
	json_object_object_add(o, "value", json_object_new_double_s(v, text));
	json_object_object_add(o, "about", json_object_new_string(f->text));
	if (*from)
		json_object_object_add(o, "source",
				       json_object_new_string(from));
	return o;
}

/**
 * fn_profile_json - a profile as JSON
 * @p: profile
 *
 * Return: an object: name, passes that are left out, and figures by key.
 */
json_object *fn_profile_json(const struct fn_profile *p)
{
	json_object *o = json_object_new_object();
	json_object *all = json_object_new_object();
	size_t i;

	json_object_object_add(o, "name", json_object_new_string(p->name));
	json_object_object_add(o, WITHOUT, json_object_new_string(p->without));
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		json_object_object_add(all, figures[i].key,
				       json_figure(p, &figures[i]));
	json_object_object_add(o, "figures", all);
	return o;
}
