// SPDX-License-Identifier: GPL-2.0
/*
 * flownic lower: an object that loaders put on a card as it is.
 */
#include <string.h>

#include "lower.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

static bool begins_with_values(const struct fn_lowered *low)
{
	u32 i;

	for (i = 0; i < low->init_size; i++)
		if (low->init[i])
			return true;
	return false;
}

/* The first map that takes a card which knows kinds of maps, or NULL. */
static const struct fn_lower_map *find_kind(const struct fn_lowered *low)
{
	u32 i;

	for (i = 0; i < low->nmaps; i++)
		if (low->map[i].kind)
			return &low->map[i];
	return NULL;
}

static int lower(const struct fn_object *o, const char *path, const char *name,
		 const char *to)
{
	struct fn_lower_options options = fn_lower_options_of();
	const struct fn_lower_map *kind = NULL;
	const struct fn_program *p;
	struct fn_lowered low;
	int status;

	status = fn_lower_choose(o, path, name, BPF_PROG_TYPE_XDP, &p);
	if (status)
		return status;
	if (fn_lower_object(o, p, &options, &low))
		kind = find_kind(&low);
	if (!low.data) {
		status = fn_fail("%s: %s: %s", path, p->name, low.why);
	} else if (low.whole) {
		status = fn_fail(
			"%s: %s: some of it is the host's to do, which takes a companion program there: flownic load attaches one",
			path, p->name);
	} else if (low.one_worker) {
		status = fn_fail(
			"%s: %s: it has spin locks, which are right on a card with one worker only: flownic load looks at the card",
			path, p->name);
	} else if (low.nhost) {
		status = fn_fail(
			"%s: %s: it redirects by maps, which takes a companion program on the host: flownic load attaches one",
			path, p->name);
	} else if (kind) {
		status = fn_fail(
			"%s: %s: map %s is of type %s, which flownic's card has but other loaders can't ask for: flownic load does",
			path, p->name, kind->name,
			fn_map_type_name(kind->kind));
	} else if (begins_with_values(&low)) {
		status = fn_fail(
			"%s: %s: its variables have first values, which other loaders don't set: flownic load does",
			path, p->name);
	} else {
		status = fn_file_write(to, low.data, low.size);
		if (!status && !fn_options.json)
			fprintf(stderr, "%s: %s: %s\n", to, p->name,
				*low.done ? low.done : "nothing to lower");
	}
	fn_lowered_free(&low);
	return status;
}

/**
 * fn_lower_verb - flownic lower FILE.o [PROG] -o OUT.o
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_lower_verb(struct fn_args *args)
{
	const char *path = fn_args_next(args), *name = fn_args_next(args);
	const char *bad;
	struct fn_object o;
	size_t size;
	u8 *data;
	int status;

	if (!path)
		return fn_usage("lower: the name of an object file is missing");
	if (!fn_options.output)
		return fn_usage("lower: where to is missing: -o OUT.o");
	if (args->n)
		return fn_usage("lower: \"%s\" is not expected here",
				args->v[0]);
	status = fn_file_read(path, &data, &size);
	if (status)
		return status;
	bad = fn_object_open(&o, data, size);
	status = bad ? fn_fail("%s: %s", path, bad) :
		       fn_map_set_entries(&o, fn_options.entries);
	if (!status)
		status = lower(&o, path, name, fn_options.output);
	fn_object_close(&o);
	free(data);
	return status;
}
