// SPDX-License-Identifier: GPL-2.0
/*
 * flownic globals: variables of a program that flownic load has put on a card, and
 * of its companion on the host.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/io/io.h"
#include "userspace/tool.h"
#include "variables.h"

/**
 * struct globals - of a program
 * @dir: its pins
 * @vs: the variables
 */
struct globals {
	const char *dir;
	struct fn_variables vs;
};

static const struct fn_section_map *map_of(const struct globals *g,
					   const struct fn_variable *v)
{
	return &g->vs.map[v->map];
}

static u8 *place(const struct globals *g, const struct fn_variable *v)
{
	return map_of(g, v)->value + v->at;
}

static u32 bytes(const struct globals *g, const struct fn_variable *v)
{
	s64 size = btf__resolve_size(map_of(g, v)->btf, v->type);

	return size > 0 && v->at + size <= map_of(g, v)->size ? size : 0;
}

static bool is_signed(const struct globals *g, const struct fn_variable *v)
{
	const struct btf *btf = map_of(g, v)->btf;
	const struct btf_type *t =
		btf__type_by_id(btf, btf__resolve_type(btf, v->type));

	return t && btf_is_int(t) && btf_int_encoding(t) & BTF_INT_SIGNED;
}

static bool is_number(u32 size)
{
	return size && size <= 8 && !(size & (size - 1));
}

static json_object *value_of(const struct globals *g,
			     const struct fn_variable *v)
{
	u32 size = bytes(g, v);
	json_object *o;
	u64 n = 0;
	char *hex;

	if (is_number(size)) {
		memcpy(&n, place(g, v), size);
		if (!is_signed(g, v))
			return json_object_new_uint64(n);
		n <<= 64 - 8 * size;
		return json_object_new_int64((s64)n >> (64 - 8 * size));
	}
	hex = fn_hex_write(place(g, v), size);
	o = json_object_new_string(hex);
	free(hex);
	return o;
}

static const struct fn_variable *find(const struct globals *g, const char *name)
{
	u32 i;

	for (i = 0; i < g->vs.n; i++)
		if (!strcmp(g->vs.v[i].name, name))
			return &g->vs.v[i];
	fn_fail("%s: the program uses no variable %s", g->dir, name);
	return NULL;
}

static int get(struct globals *g, struct fn_args *args)
{
	const char *name = fn_args_next(args);
	json_object *o;
	u32 i;

	if (name && !find(g, name))
		return FN_FAILED;
	o = json_object_new_object();
	for (i = 0; i < g->vs.n; i++) {
		const struct fn_variable *v = &g->vs.v[i];

		if (!name || !strcmp(v->name, name))
			json_object_object_add(o, v->name, value_of(g, v));
	}
	if (fn_options.json)
		return fn_out_json(o);
	json_object_object_foreach(o, key, value)
		printf("%s = %s\n", key, json_object_get_string(value));
	json_object_put(o);
	return FN_DONE;
}

static int set_bytes(struct globals *g, const struct fn_variable *v,
		     const char *text)
{
	u32 size = bytes(g, v);
	char *end;
	u64 n;

	if (!is_number(size))
		return fn_fail(
			"the variable has %u bytes; one of 1, 2, 4 or 8 can be set",
			size);
	errno = 0;
	n = *text == '-' ? (u64)strtoll(text, &end, 0) :
			   strtoull(text, &end, 0);
	if (errno || *end || !*text)
		return fn_usage("\"%s\": a number is expected", text);
	if (size < 8 && n >> (8 * size) &&
	    (u64)((s64)(n << (64 - 8 * size)) >> (64 - 8 * size)) != n)
		return fn_usage("\"%s\": the variable has %u byte%s only", text,
				size, size == 1 ? "" : "s");
	memcpy(place(g, v), &n, size);
	return FN_DONE;
}

static int set(struct globals *g, struct fn_args *args)
{
	const char *name = fn_args_next(args), *text = fn_args_next(args);
	const struct fn_section_map *m;
	const struct fn_variable *v;
	u32 key = 0;
	int status;

	if (!name || !text)
		return fn_usage("globals set: NAME VALUE is expected");
	v = find(g, name);
	if (!v)
		return FN_FAILED;
	m = map_of(g, v);
	status = set_bytes(g, v, text);
	if (!status && bpf_map_update_elem(m->fd, &key, m->value, BPF_ANY))
		status = fn_fail("%s: %s", g->dir, strerror(errno));
	return status;
}

/* Why there are none. */
static int none(const struct globals *g)
{
	int fd = fn_pins_open(g->dir, FN_LOWER_GLOBALS);

	if (fd == -ENOENT)
		return fn_fail("%s: it has no global data", g->dir);
	if (fd < 0)
		return fn_fail("%s: it has no global data: %s", g->dir,
			       strerror(-fd));
	close(fd);
	return fn_fail(
		"%s: the kernel has no types of the program: compile it with -g",
		g->dir);
}

static const struct {
	const char *name;
	int (*run)(struct globals *g, struct fn_args *args);
} commands[] = {
	{ "get", get },
	{ "set", set },
};

/**
 * fn_globals - flownic globals get|set ... dev PORT
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_globals(struct fn_args *args)
{
	const char *dev = NULL, *word;
	struct globals g = {};
	int status = fn_args_take_value(args, "dev", &dev);
	u32 i;

	if (!status)
		status = fn_args_take_value(args, "pin", &g.dir);
	if (status)
		return status;
	if (!dev && !g.dir)
		return fn_usage("globals: dev PORT is missing, or pin DIR");
	g.dir = g.dir ?: fn_load_default_pin(dev);
	word = fn_args_next(args);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (word && fn_arg_matches(word, commands[i].name))
			break;
	if (i == ARRAY_SIZE(commands))
		return fn_usage("globals: get or set is expected");
	status = fn_variables_find(g.dir, &g.vs) ? FN_DONE : none(&g);
	if (!status)
		status = commands[i].run(&g, args);
	if (!status && args->n)
		status = fn_usage("globals: \"%s\" is not expected here",
				  args->v[0]);
	fn_variables_free(&g.vs);
	return status;
}
