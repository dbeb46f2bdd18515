// SPDX-License-Identifier: GPL-2.0
/*
 * First contents of maps: of global data, and what the user has in files.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "load.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

static bool fill_globals(struct fn_loading *l)
{
	struct bpf_map *map;
	u32 key = 0;

	if (!l->low.init)
		return true;
	map = bpf_object__find_map_by_name(l->object, FN_LOWER_GLOBALS);
	if (map &&
	    !bpf_map_update_elem(bpf_map__fd(map), &key, l->low.init, BPF_ANY))
		return true;
	snprintf(l->why, sizeof(l->why), "global data can't be set: %s",
		 strerror(errno));
	return false;
}

static int put(void *arg, const u8 *key, const u8 *value)
{
	return bpf_map_update_elem(*(int *)arg, key, value, BPF_ANY) ? -errno :
								       0;
}

/* The program's own, or one of the companion's. */
static int find(const struct fn_loading *l, const char *name,
		struct fn_map_sink *sink)
{
	struct bpf_map *map = bpf_object__find_map_by_name(l->object, name);
	u32 i;

	for (i = 0; i < l->nhost; i++) {
		const struct fn_lower_map *m = &l->low.host[i];

		sink->key_size = m->need.key_size;
		sink->value_size = m->need.value_size;
		if (!strcmp(m->name, name))
			return l->host_map[i];
	}
	if (!map && l->whole)
		map = bpf_object__find_map_by_name(l->whole, name);
	if (!map)
		return -1;
	sink->key_size = bpf_map__key_size(map);
	sink->value_size = bpf_map__value_size(map);
	return bpf_map__fd(map);
}

static bool fill_one(struct fn_loading *l, const char *name, const char *path)
{
	struct fn_map_sink sink = { .put = put };
	int fd = find(l, name, &sink);

	sink.arg = &fd;
	if (fd < 0) {
		snprintf(l->why, sizeof(l->why),
			 "--map %s: the program uses no such map", name);
		return false;
	}
	if (!fn_map_file(path, &sink))
		return true;
	snprintf(l->why, sizeof(l->why), "--map %s: %.300s is not taken", name,
		 path);
	return false;
}

/**
 * fn_load_fill - give maps their first contents
 * @l: what is loaded
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_load_fill(struct fn_loading *l)
{
	const char *list = fn_options.maps;
	char name[64], path[4096];
	bool ok = fill_globals(l);
	size_t len;

	for (; ok && list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (sscanf(list, "%63[^=]=%4095[^,]", name, path) == 2) {
			ok = fill_one(l, name, path);
			continue;
		}
		snprintf(l->why, sizeof(l->why),
			 "--map %.*s: NAME=FILE is expected", (int)len, list);
		return false;
	}
	return ok;
}
