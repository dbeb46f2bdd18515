// SPDX-License-Identifier: GPL-2.0
/*
 * The maps that a program uses, and those of programs that it reaches by tail
 * calls.
 */
#include <bpf/bpf.h>
#include <unistd.h>

#include "load.h"

static bool is_among(u32 id, const u32 *ids, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static void add_maps(int prog, struct fn_reach *r)
{
	u32 ids[FN_REACH_MOST];
	struct bpf_prog_info info = {
		.nr_map_ids = FN_REACH_MOST,
		.map_ids = (uintptr_t)ids,
	};
	u32 len = sizeof(info), i;

	if (bpf_obj_get_info_by_fd(prog, &info, &len))
		return;
	for (i = 0; i < info.nr_map_ids && i < FN_REACH_MOST; i++)
		if (!is_among(ids[i], r->id, r->n) && r->n < FN_REACH_MOST)
			r->id[r->n++] = ids[i];
}

/* A lookup in an array of programs gives their ids. */
static void add_programs(int map, struct fn_reach *r)
{
	struct bpf_map_info info = {};
	u32 len = sizeof(info), i, id;
	int prog;

	if (bpf_obj_get_info_by_fd(map, &info, &len) ||
	    info.type != BPF_MAP_TYPE_PROG_ARRAY)
		return;
	for (i = 0; i < info.max_entries; i++) {
		if (bpf_map_lookup_elem(map, &i, &id))
			continue;
		prog = bpf_prog_get_fd_by_id(id);
		if (prog < 0)
			continue;
		add_maps(prog, r);
		close(prog);
	}
}

/* A lookup in a map of maps gives their ids. */
static void add_inner(int map, struct fn_reach *r)
{
	struct bpf_map_info info = {};
	u32 len = sizeof(info), id;
	u8 key[512], *from = NULL;

	if (bpf_obj_get_info_by_fd(map, &info, &len) ||
	    !fn_outer_map(info.type) || info.key_size > sizeof(key))
		return;
	while (!bpf_map_get_next_key(map, from, key) && r->n < FN_REACH_MOST) {
		from = key;
		if (!bpf_map_lookup_elem(map, key, &id) &&
		    !is_among(id, r->id, r->n))
			r->id[r->n++] = id;
	}
}

/**
 * fn_reach - find the maps that a program reaches
 * @prog: file descriptor
 * @r: answer
 */
void fn_reach(int prog, struct fn_reach *r)
{
	u32 i;
	int map;

	r->n = 0;
	add_maps(prog, r);
	for (i = 0; i < r->n; i++) {
		map = bpf_map_get_fd_by_id(r->id[i]);
		if (map < 0)
			continue;
		add_programs(map, r);
		add_inner(map, r);
		close(map);
	}
}

/**
 * fn_reaches - whether a map is among them
 * @r: what a program reaches
 * @map: id of the map
 *
 * Return: whether it is.
 */
bool fn_reaches(const struct fn_reach *r, u32 map)
{
	return is_among(map, r->id, r->n);
}
