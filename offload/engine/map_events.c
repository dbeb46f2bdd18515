// SPDX-License-Identifier: GPL-2.0
/*
 * BPF_MAP_TYPE_PERF_EVENT_ARRAY: who gets what programs send. That is on the
 * host; the card knows only that there is such a map, and how to call it.
 */
#include "map.h"

static int events_check(struct fn_msg_map *m)
{
	if (m->key_size == 4 && m->value_size == 4)
		return 0;
	snprintf(m->why, sizeof(m->why),
		 "key size %u, value size %u: a perf_event_array has 4 and 4",
		 m->key_size, m->value_size);
	return -EINVAL;
}

/* There are no maps without values. */
static struct fn_map *events_alloc(const struct fn_msg_map *m, u32 writers,
				   u64 seed)
{
	struct fn_map *map = fn_alloc(sizeof(*map));

	if (!map)
		return NULL;
	map->stride = 8;
	map->nvalues = 1;
	map->memory = sizeof(*map);
	return map;
}

static void events_free(struct fn_map *map)
{
	fn_free(map);
}

static u8 *events_lookup(struct fn_map *map, const u8 *key)
{
	return NULL;
}

static int events_read(struct fn_map *map, const u8 *key, u8 *value)
{
	return -EOPNOTSUPP;
}

static int events_update(struct fn_map *map, const u8 *key, const u8 *value,
			 u64 flags)
{
	return -EOPNOTSUPP;
}

static int events_erase(struct fn_map *map, const u8 *key)
{
	return -EOPNOTSUPP;
}

static int events_next(struct fn_map *map, const u8 *key, u8 *next)
{
	return -EOPNOTSUPP;
}

static u32 events_entries(struct fn_map *map)
{
	return 0;
}

const struct fn_map_kind fn_map_events = {
	.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY,
	.name = "perf_event_array",
	.check = events_check,
	.alloc = events_alloc,
	.free = events_free,
	.lookup = events_lookup,
	.read = events_read,
	.update = events_update,
	.erase = events_erase,
	.next = events_next,
	.entries = events_entries,
};
