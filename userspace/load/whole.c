// SPDX-License-Identifier: GPL-2.0
/*
 * The whole program for the host, to which the card leaves packets: as the object
 * has it, with maps of its own. What both use is on the host in any case, and is
 * one: maps that redirect, buffers of events.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

static bool bad(struct fn_loading *l, const char *what, const char *why)
{
	snprintf(l->why, sizeof(l->why),
		 "the program for the host: %.100s: %.300s", what, why);
	return false;
}

/**
 * fn_whole_program - the whole program
 * @l: what is loaded
 *
 * Return: it, or NULL if there is none.
 */
struct bpf_program *fn_whole_program(const struct fn_loading *l)
{
	if (!l->whole)
		return NULL;
	return bpf_object__find_program_by_name(l->whole, l->p->name);
}

static bool is_shared(const struct fn_loading *l, const struct bpf_map *map)
{
	u32 i;

	for (i = 0; i < l->nhost; i++)
		if (!strcmp(l->low.host[i].name, bpf_map__name(map)))
			return true;
	return false;
}

/**
 * fn_whole_has - whether a map is the host's alone
 * @l: what is loaded
 * @map: of the whole program's object
 *
 * Return: whether it is, and has a name to be pinned by.
 */
bool fn_whole_has(const struct fn_loading *l, const struct bpf_map *map)
{
	return bpf_map__fd(map) >= 0 && !bpf_map__is_internal(map) &&
	       !is_shared(l, map) &&
	       !bpf_object__find_map_by_name(l->object, bpf_map__name(map));
}

static bool share(struct fn_loading *l)
{
	struct bpf_map *map, *own;
	int err = 0;
	u32 i;

	for (i = 0; i < l->nhost && !err; i++) {
		map = bpf_object__find_map_by_name(l->whole,
						   l->low.host[i].name);
		err = map ? bpf_map__reuse_fd(map, l->host_map[i]) : -ENOENT;
	}
	bpf_object__for_each_map(own, l->object) {
		if (err || bpf_map__type(own) != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
			continue;
		map = bpf_object__find_map_by_name(l->whole,
						   bpf_map__name(own));
		if (map && bpf_map__type(map) == bpf_map__type(own))
			err = bpf_map__reuse_fd(map, bpf_map__fd(own));
	}
	return !err || bad(l, "maps", strerror(-err));
}

/**
 * fn_whole_load - load the whole program, if the host needs it
 * @l: what is loaded; the companion's maps are there
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_whole_load(struct fn_loading *l)
{
	struct fn_loading host = *l;
	bool opened;

	l->whole_array = -1;
	if (!l->low.whole)
		return true;
	host.object = NULL;
	host.program = NULL;
	opened = fn_load_open(&host);
	l->whole = host.object;
	if (!opened)
		return bad(l, l->p->name, host.why);
	if (!share(l) || !fn_load_set(l, l->whole))
		return false;
	if (bpf_object__load(l->whole))
		return bad(l, l->p->name, fn_said(errno));
	l->whole_array = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "companion", 4,
					4, 1, NULL);
	return (l->whole_array >= 0 || bad(l, "array", strerror(errno))) &&
	       fn_load_tails(l, l->whole);
}

/**
 * fn_whole_enter - have the companion find the whole program
 * @l: what is loaded; companion and program are there
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_whole_enter(struct fn_loading *l)
{
	u32 index = 0, fd;

	if (!l->whole)
		return true;
	fd = bpf_program__fd(fn_whole_program(l));
	return !bpf_map_update_elem(l->whole_array, &index, &fd, BPF_ANY) ||
	       bad(l, "array", strerror(errno));
}

/**
 * fn_whole_free - undo fn_whole_load(), but for what is pinned or attached
 * @l: what was loaded
 */
void fn_whole_free(struct fn_loading *l)
{
	if (l->whole && l->whole_array >= 0)
		close(l->whole_array);
	bpf_object__close(l->whole);
	l->whole = NULL;
	l->whole_array = -1;
}
