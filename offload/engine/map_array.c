// SPDX-License-Identifier: GPL-2.0
/*
 * BPF_MAP_TYPE_ARRAY.
 */
#include "map.h"

static int array_check(struct fn_msg_map *m)
{
	if (m->key_size == 4)
		return 0;
	snprintf(m->why, sizeof(m->why),
		 "key size %u: the key of an array is its index, 4 bytes",
		 m->key_size);
	return -EINVAL;
}

static struct fn_map *array_alloc(const struct fn_msg_map *m, u32 writers,
				  u64 seed)
{
	struct fn_map *map = fn_alloc(sizeof(*map));

	if (!map)
		return NULL;
	map->stride = round_up(m->value_size, 8);
	map->nvalues = m->max_entries;
	map->memory = sizeof(*map);
	return map;
}

static void array_free(struct fn_map *map)
{
	fn_free(map);
}

/**
 * fn_map_array_lookup - fn_map_kind.lookup of an array
 * @map: array
 * @key: index
 */
u8 *fn_map_array_lookup(struct fn_map *map, const u8 *key)
{
	u32 i = get_unaligned((const u32 *)key);

	return i < map->max_entries ? map->values + (u64)i * map->stride : NULL;
}

static int array_read(struct fn_map *map, const u8 *key, u8 *value)
{
	u8 *from = fn_map_array_lookup(map, key);

	if (!from)
		return -ENOENT;
	fn_map_copy(value, from, map->value_size);
	return 0;
}

static int array_update(struct fn_map *map, const u8 *key, const u8 *value,
			u64 flags)
{
	u8 *to = fn_map_array_lookup(map, key);

	if (flags > BPF_EXIST)
		return -EINVAL;
	if (!to)
		return -E2BIG;
	if (flags == BPF_NOEXIST)
		return -EEXIST;
	fn_map_copy(to, value, map->value_size);
	return 0;
}

static int array_erase(struct fn_map *map, const u8 *key)
{
	return -EINVAL;
}

static int array_next(struct fn_map *map, const u8 *key, u8 *next)
{
	u32 i = key ? get_unaligned((const u32 *)key) : 0xffffffff;

	if (i == map->max_entries - 1)
		return -ENOENT;
	i = i >= map->max_entries ? 0 : i + 1;
	put_unaligned(i, (u32 *)next);
	return 0;
}

static u32 array_entries(struct fn_map *map)
{
	return map->max_entries;
}

const struct fn_map_kind fn_map_array = {
	.type = BPF_MAP_TYPE_ARRAY,
	.name = "array",
	.check = array_check,
	.alloc = array_alloc,
	.free = array_free,
	.lookup = fn_map_array_lookup,
	.read = array_read,
	.update = array_update,
	.erase = array_erase,
	.next = array_next,
	.entries = array_entries,
};
