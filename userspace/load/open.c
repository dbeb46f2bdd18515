// SPDX-License-Identifier: GPL-2.0
/* The object as libbpf has it, before it is loaded. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "load.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

static bool bad(struct fn_loading *l, const char *text)
{
	snprintf(l->why, sizeof(l->why), "%s", text);
	return false;
}

/**
 * fn_load_object - have libbpf open an object
 * @l: what is to be loaded; gets object
 * @data: the object
 * @size: of @data
 *
 * Return: false if it does not; @l says why.
 */
bool fn_load_object(struct fn_loading *l, const void *data, size_t size)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = l->p->name);
	struct bpf_map *map;

	fn_said_begin();
	l->object = bpf_object__open_mem(data, size, &opts);
	if (!l->object)
		return bad(l, fn_said(errno));
	/* Pins are made when all is well. */
	bpf_object__for_each_map(map, l->object)
		bpf_map__set_pin_path(map, NULL);
	return true;
}

static bool has_program_arrays(const struct bpf_object *o)
{
	const struct bpf_map *map;

	bpf_object__for_each_map(map, o)
		if (bpf_map__type(map) == BPF_MAP_TYPE_PROG_ARRAY)
			return true;
	return false;
}

/**
 * fn_load_choose - find the program in the object
 * @l: what is to be loaded; gets program
 * @ifindex: port of a card that gets it, or 0 for the host
 *
 * Return: false if it isn't there; @l says so.
 */
bool fn_load_choose(struct fn_loading *l, u32 ifindex)
{
	bool tails = has_program_arrays(l->object);
	struct bpf_program *p;
	struct bpf_map *map;

	/* What is in arrays of programs, libbpf has to load, too. */
	bpf_object__for_each_program(p, l->object) {
		bpf_program__set_autoload(p, tails && bpf_program__type(p) ==
							      l->p->bpf.type);
		if (!strcmp(bpf_program__name(p), l->p->name))
			l->program = p;
	}
	if (!l->program)
		return bad(l, "libbpf does not find the program");
	bpf_program__set_autoload(l->program, true);
	bpf_program__set_type(l->program, l->p->bpf.type);
	/* A section for tcx asks for a way of attaching that cards don't have. */
	if (l->ingress)
		bpf_program__set_expected_attach_type(l->program, 0);
	if (!ifindex)
		return true;
	bpf_program__set_ifindex(l->program, ifindex);
	/* Events are the host's, and programs of a card may send some. */
	bpf_object__for_each_map(map, l->object)
		if (bpf_map__type(map) != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
			bpf_map__set_ifindex(map, ifindex);
	return true;
}

/*
 * What a loader of its own would set before. Maps without a size, and maps of maps that
 * don't say which, the kernel would not make; without them the program is good if it
 * does not get to where it uses them.
 */
static void complete_maps(struct fn_loading *l)
{
	struct bpf_map *map;
	u32 m, entries;

	for (m = 0; m < l->o.nmaps; m++) {
		entries = l->o.maps[m].need.max_entries;
		map = bpf_object__find_map_by_name(l->object,
						   l->o.maps[m].name);
		if (map && fn_options.entries)
			bpf_map__set_max_entries(map, entries);
		if (map && !entries && fn_map_needs_size(&l->o.maps[m]))
			bpf_map__set_autocreate(map, false);
		if (map && fn_load_lacks_inner(&l->o, &l->o.maps[m]) &&
		    !fn_load_outer(l, map))
			bpf_map__set_autocreate(map, false);
	}
}

static const char *incomplete(const struct fn_loading *l,
			      const struct fn_map_def *d)
{
	if (!d->need.max_entries && fn_map_needs_size(d))
		return FN_UNSIZED;
	if (fn_load_lacks_inner(&l->o, d))
		return "its definition does not say what maps it takes; accepted: one with __array(values, ...), or --inner MAP:KEY=INNER with a map of the object";
	return NULL;
}

/* Names a map that the program uses, of which a loader is to say more. */
static const char *lacking(const struct fn_loading *l, const char **why)
{
	const struct fn_map_def *d;
	u32 slot;

	for (slot = 0; slot < l->p->bpf.nmaps; slot++) {
		d = &l->o.maps[l->p->map[slot]];
		*why = incomplete(l, d);
		if (*why)
			return d->name;
	}
	return NULL;
}

/**
 * fn_load_refused - say why the kernel has refused a program
 * @l: what was to be loaded for the host; gets the reason
 *
 * Return: false.
 */
bool fn_load_refused(struct fn_loading *l)
{
	const char *why, *map = lacking(l, &why);

	if (!map)
		return bad(l, fn_said(errno));
	snprintf(l->why, sizeof(l->why), "map %.64s: %s", map, why);
	return false;
}

/**
 * fn_load_open - open the object for the host, as it is
 * @l: what is to be loaded; gets object and program
 *
 * Return: false if libbpf does not; @l says why.
 */
bool fn_load_open(struct fn_loading *l)
{
	if (!fn_load_object(l, l->file, l->size) || !fn_load_choose(l, 0))
		return false;
	complete_maps(l);
	return true;
}
