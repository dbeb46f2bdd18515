// SPDX-License-Identifier: GPL-2.0
/*
 * flownic globals: variables of a program that flownic load has put on a card.
 *
 * They are the one value of an array map. Where each is in it, the types tell
 * that the kernel keeps with the program.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

/**
 * struct globals - of a program
 * @dir: its pins
 * @fd: of the map
 * @btf: types, or NULL
 * @type: the value's, or NULL
 * @value: the value
 * @size: of @value
 */
struct globals {
	const char *dir;
	int fd;
	struct btf *btf;
	const struct btf_type *type;
	u8 *value;
	u32 size;
};

static struct btf *types_of(const char *dir)
{
	struct bpf_prog_info info = {};
	u32 len = sizeof(info);
	char name[256];
	int fd;

	if (!fn_pins_program(dir, 0, name, sizeof(name)))
		return NULL;
	fd = fn_pins_open(dir, name);
	if (fd < 0)
		return NULL;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		info.btf_id = 0;
	close(fd);
	return info.btf_id ? btf__load_from_kernel_by_id(info.btf_id) : NULL;
}

static int open_globals(struct globals *g)
{
	struct bpf_map_info info = {};
	u32 len = sizeof(info), key = 0;
	int id;

	g->fd = fn_pins_open(g->dir, FN_LOWER_GLOBALS);
	if (g->fd < 0)
		return fn_fail("%s: it has no global data: %s", g->dir,
			       strerror(-g->fd));
	if (bpf_obj_get_info_by_fd(g->fd, &info, &len))
		return fn_fail("%s: %s", g->dir, strerror(errno));
	g->size = info.value_size;
	g->value = fn_check_alloc(calloc(1, g->size));
	if (bpf_map_lookup_elem(g->fd, &key, g->value))
		return fn_fail("%s: %s", g->dir, strerror(errno));
	g->btf = types_of(g->dir);
	id = g->btf ? btf__find_by_name_kind(g->btf, FN_LOWER_GLOBALS,
					     BTF_KIND_STRUCT) :
		      -ENOENT;
	if (id < 0)
		return fn_fail(
			"%s: the kernel has no types of the program: compile it with -g",
			g->dir);
	g->type = btf__type_by_id(g->btf, id);
	return FN_DONE;
}

static void close_globals(struct globals *g)
{
	if (g->fd >= 0)
		close(g->fd);
	btf__free(g->btf);
	free(g->value);
}

static u32 place(const struct btf_member *m)
{
	return m->offset / 8;
}

static u32 bytes(const struct globals *g, const struct btf_member *m)
{
	s64 size = btf__resolve_size(g->btf, m->type);

	return size > 0 && place(m) + size <= g->size ? size : 0;
}

static bool is_signed(const struct globals *g, const struct btf_member *m)
{
	const struct btf_type *t =
		btf__type_by_id(g->btf, btf__resolve_type(g->btf, m->type));

	return t && btf_is_int(t) && btf_int_encoding(t) & BTF_INT_SIGNED;
}

static bool is_number(u32 size)
{
	return size && size <= 8 && !(size & (size - 1));
}

static json_object *value_of(const struct globals *g,
			     const struct btf_member *m)
{
	u32 size = bytes(g, m);
	json_object *o;
	u64 n = 0;
	char *hex;

	if (is_number(size)) {
		memcpy(&n, g->value + place(m), size);
		if (!is_signed(g, m))
			return json_object_new_uint64(n);
		n <<= 64 - 8 * size;
		return json_object_new_int64((s64)n >> (64 - 8 * size));
	}
	hex = fn_hex_write(g->value + place(m), size);
	o = json_object_new_string(hex);
	free(hex);
	return o;
}

static const struct btf_member *find(const struct globals *g, const char *name)
{
	const struct btf_member *m = btf_members(g->type);
	u32 i;

	for (i = 0; i < btf_vlen(g->type); i++)
		if (!strcmp(btf__name_by_offset(g->btf, m[i].name_off), name))
			return &m[i];
	fn_fail("%s: the program uses no variable %s", g->dir, name);
	return NULL;
}

static int get(struct globals *g, struct fn_args *args)
{
	const struct btf_member *m = btf_members(g->type);
	const char *name = fn_args_next(args);
	json_object *o;
	u32 i;

	if (name && !find(g, name))
		return FN_FAILED;
	o = json_object_new_object();
	for (i = 0; i < btf_vlen(g->type); i++) {
		const char *own = btf__name_by_offset(g->btf, m[i].name_off);

		if (!name || !strcmp(own, name))
			json_object_object_add(o, own, value_of(g, &m[i]));
	}
	if (fn_options.json)
		return fn_out_json(o);
	json_object_object_foreach(o, key, value)
		printf("%s = %s\n", key, json_object_get_string(value));
	json_object_put(o);
	return FN_DONE;
}

static int set_bytes(struct globals *g, const struct btf_member *m,
		     const char *text)
{
	u32 size = bytes(g, m);
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
	memcpy(g->value + place(m), &n, size);
	return FN_DONE;
}

static int set(struct globals *g, struct fn_args *args)
{
	const char *name = fn_args_next(args), *text = fn_args_next(args);
	const struct btf_member *m;
	u32 key = 0;
	int status;

	if (!name || !text)
		return fn_usage("globals set: NAME VALUE is expected");
	m = find(g, name);
	if (!m)
		return FN_FAILED;
	status = set_bytes(g, m, text);
	if (!status && bpf_map_update_elem(g->fd, &key, g->value, BPF_ANY))
		status = fn_fail("%s: %s", g->dir, strerror(errno));
	return status;
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
	struct globals g = { .fd = -1 };
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
	status = open_globals(&g);
	if (!status)
		status = commands[i].run(&g, args);
	if (!status && args->n)
		status = fn_usage("globals: \"%s\" is not expected here",
				  args->v[0]);
	close_globals(&g);
	return status;
}
