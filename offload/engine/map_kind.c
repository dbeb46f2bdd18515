// SPDX-License-Identifier: GPL-2.0
/*
 * Kinds behind hash maps: who can't ask for a map of such a type asks for a hash
 * and says what it is to be, before it is used.
 */
#include "engine.h"
#include "map.h"

static int check_type(struct fn_msg_map_kind *m)
{
	if (m->type == BPF_MAP_TYPE_LRU_HASH ||
	    m->type == BPF_MAP_TYPE_LPM_TRIE)
		return 0;
	return fn_map_refuse(
		m->why, -EOPNOTSUPP,
		"kind %u: a hash map of the card can be made an lru_hash (%u) or an lpm_trie (%u)",
		m->type, BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LPM_TRIE);
}

static int check_map(const struct fn_map *map, struct fn_msg_map_kind *m)
{
	if (map->type != BPF_MAP_TYPE_HASH)
		return fn_map_refuse(
			m->why, -EINVAL,
			"map %s is of type %s: only hash maps can be of another kind",
			map->name, map->kind->name);
	if (map->kind->type != BPF_MAP_TYPE_HASH)
		return fn_map_refuse(
			m->why, -EBUSY,
			"map %s is an %s: the kind of a map is chosen once",
			map->name, map->kind->name);
	return 0;
}

/* The values stay where they are; all kinds have as many for the same sizes. */
static struct fn_map *make_heir(struct fn_engine *e, const struct fn_map *map,
				const struct fn_map_kind *kind,
				struct fn_msg_map *as)
{
	struct fn_map *heir = fn_map_make(e, as, kind);

	if (!heir)
		return NULL;
	heir->type = map->type;
	heir->handle = map->handle;
	heir->id = map->id;
	heir->segment = map->segment;
	heir->nsegments = map->nsegments;
	heir->addr = map->addr;
	heir->values = map->values;
	heir->memory += (u64)map->nvalues * map->stride;
	kind->start(heir);
	return heir;
}

/* In the table before the lock is free: who waits for it looks there again. */
static bool replace(struct fn_engine *e, struct fn_map *map,
		    struct fn_map *heir)
{
	bool untouched;

	fn_lock(&map->lock);
	untouched = !map->used;
	if (untouched) {
		map->replaced = true;
		fn_table_replace(&e->maps, map->handle, heir);
	}
	fn_unlock(&map->lock);
	return untouched;
}

static int set_kind(struct fn_engine *e, struct fn_map *map,
		    struct fn_msg_map_kind *m)
{
	const struct fn_map_kind *kind = fn_map_find_kind(m->type);
	struct fn_msg_map as = {
		.type = m->type,
		.id = map->id,
		.key_size = map->key_size,
		.value_size = map->value_size,
		.max_entries = map->max_entries,
	};
	struct fn_map *heir;
	int ret = kind->check(&as);

	if (ret)
		return fn_map_refuse(m->why, ret, "%s", as.why);
	memcpy(as.name, map->name, sizeof(as.name));
	heir = make_heir(e, map, kind, &as);
	if (!heir)
		return fn_map_refuse(
			m->why, -ENOMEM,
			"max_entries %u: the host has no memory to emulate so many",
			map->max_entries);
	if (!replace(e, map, heir)) {
		kind->free(heir);
		return fn_map_refuse(
			m->why, -EBUSY,
			"map %s has been written to, or a program has used it: its kind is chosen before that",
			map->name);
	}
	e->map_bytes += heir->memory - map->memory;
	fn_wait_for_readers();
	map->kind->free(map);
	return 0;
}

/**
 * fn_map_set_kind - have a hash map be of another kind
 * @e: engine; the caller serializes
 * @m: which map, which kind
 *
 * May sleep. Host memory is needed for both kinds at a time, but for the values.
 *
 * Return: 0, or an errno with a sentence in @m->why: -ENOENT without such a map,
 * -EBUSY if it has been used or has such a kind already.
 */
int fn_map_set_kind(struct fn_engine *e, struct fn_msg_map_kind *m)
{
	struct fn_map *map = fn_table_find(&e->maps, m->handle);
	int ret;

	m->why[0] = 0;
	if (!map)
		return fn_map_refuse(m->why, -ENOENT,
				     "the card has no map with handle %u",
				     m->handle);
	ret = check_type(m) ?: check_map(map, m);
	return ret ?: set_kind(e, map, m);
}
