// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of maps for the host whose definitions do not say what maps they take. Loaders
 * of their own give them one to go by before they load; here --inner names it.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>

#include "load.h"
#include "userspace/lower/lower.h"
#include "userspace/tool.h"

/**
 * fn_load_lacks_inner - whether nothing says what maps a map of maps takes
 * @o: object
 * @d: map of it
 *
 * Return: whether it is such a map.
 */
bool fn_load_lacks_inner(const struct fn_object *o, const struct fn_map_def *d)
{
	struct fn_map_def inner = {};

	return fn_outer_map(d->need.type) &&
	       !fn_map_inner(&o->btf, d->name, &inner);
}

/* The first map that --inner puts into it, by the object. */
static struct bpf_map *first_inner(const struct fn_loading *l,
				   const char *outer)
{
	const char *list = fn_options.inner;
	char name[64], inner[64];
	size_t len;

	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (sscanf(list, "%63[^:]:%*[^=]=%63[^,]", name, inner) == 2 &&
		    !strcmp(name, outer))
			return bpf_object__find_map_by_name(l->object, inner);
	}
	return NULL;
}

/* One that is like it, and empty. */
static int like(const struct bpf_map *map)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts,
		    .map_flags = bpf_map__map_flags(map));

	return bpf_map_create(bpf_map__type(map), "flownic_inner",
			      bpf_map__key_size(map), bpf_map__value_size(map),
			      bpf_map__max_entries(map), &opts);
}

/**
 * fn_load_outer - have libbpf know what maps a map of maps takes
 * @l: what is loaded
 * @map: map of maps that does not say it, not made yet
 *
 * Return: whether the user says it; else the map can't be made.
 */
bool fn_load_outer(const struct fn_loading *l, struct bpf_map *map)
{
	const struct bpf_map *inner = first_inner(l, bpf_map__name(map));

	/* The tool ends soon, and with it what the maps were to be like. */
	return inner && !bpf_map__set_inner_map_fd(map, like(inner));
}
