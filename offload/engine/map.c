// SPDX-License-Identifier: GPL-2.0
/*
 * Maps: what all kinds have in common, and the host's way to them.
 */
#include "engine.h"
#include "map.h"

static const struct fn_map_kind *const kinds[] = {
	&fn_map_array, &fn_map_hash, &fn_map_lru, &fn_map_lpm, &fn_map_events,
};

/**
 * fn_map_kind - the kinds that there are
 * @n: number, from 0 on
 *
 * Return: the kind, NULL behind the last.
 */
const struct fn_map_kind *fn_map_kind(u32 n)
{
	return n < ARRAY_SIZE(kinds) ? kinds[n] : NULL;
}

/**
 * fn_map_find_kind - the kind of a type
 * @type: enum bpf_map_type
 *
 * Return: the kind, NULL if the card has none.
 */
const struct fn_map_kind *fn_map_find_kind(u32 type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i]->type == type)
			return kinds[i];
	}
	return NULL;
}

/**
 * fn_map_refuse - say why
 * @why: FN_WHY_LEN bytes
 * @err: negative errno
 * @fmt: sentence
 *
 * Return: @err.
 */
int fn_map_refuse(char *why, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, FN_WHY_LEN, fmt, ap);
	va_end(ap);
	return err;
}

/* Each kind takes one flag at most. */
static const char *flag_of(const struct fn_map_kind *kind)
{
	switch (kind->flags) {
	case 0:
		return "none";
	case BPF_F_NO_PREALLOC:
		return "BPF_F_NO_PREALLOC (1) only";
	default:
		return "BPF_F_NO_COMMON_LRU (2) only";
	}
}

static int check(struct fn_msg_map *m, const struct fn_map_kind *kind)
{
	if (!kind)
		return fn_map_refuse(
			m->why, -EOPNOTSUPP,
			"map type %u: the card has hash (%u), array (%u), lru_hash (%u) and lpm_trie (%u) maps",
			m->type, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY,
			BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LPM_TRIE);
	if (m->flags & ~kind->flags)
		return fn_map_refuse(m->why, -EINVAL,
				     "map flags %u: the card's %s maps take %s",
				     m->flags, kind->name, flag_of(kind));
	if (!m->value_size)
		return fn_map_refuse(m->why, -EINVAL,
				     "value size 0: must be at least 1");
	if (m->value_size > FN_MAX_VALUE)
		return fn_map_refuse(
			m->why, -E2BIG,
			"value size %u: the card takes at most %u bytes",
			m->value_size, FN_MAX_VALUE);
	if (!m->max_entries)
		return fn_map_refuse(m->why, -EINVAL,
				     "max_entries 0: must be at least 1");
	return kind->check(m);
}

/* Give a map its values and its place in the device address space. */
static int place(struct fn_engine *e, struct fn_map *map, struct fn_msg_map *m)
{
	u64 bytes = (u64)map->nvalues * map->stride;
	u64 n = DIV_ROUND_UP(bytes, (u64)FN_SEGMENT_SIZE);
	u32 at = FN_MAX_SEGMENTS;

	if (n <= FN_MAX_SEGMENTS)
		at = fn_segments_find(e, n);
	if (at == FN_MAX_SEGMENTS)
		return fn_map_refuse(
			m->why, -E2BIG,
			"values of %llu bytes: do not fit into what is left of the card's 2 GiB of map memory",
			(unsigned long long)bytes);
	map->values = fn_alloc(bytes);
	if (!map->values)
		return fn_map_refuse(
			m->why, -ENOMEM,
			"values of %llu bytes: the host has no memory to emulate them",
			(unsigned long long)bytes);
	if (map->kind->start)
		map->kind->start(map);
	map->segment = at;
	map->nsegments = n;
	map->addr = FN_ADDR_MAPS + (at << FN_SEGMENT_SHIFT);
	map->memory += bytes;
	e->map_bytes += map->memory;
	fn_segments_set(e, at, n, map->values, bytes);
	return 0;
}

static void destroy(struct fn_map *map)
{
	fn_free(map->values);
	map->kind->free(map);
}

/**
 * fn_map_make - a map without values
 * @e: engine
 * @m: the map
 * @kind: of it
 *
 * Return: the map, NULL without memory.
 */
struct fn_map *fn_map_make(struct fn_engine *e, struct fn_msg_map *m,
			   const struct fn_map_kind *kind)
{
	/* All threads, the host, and fn_engine_run(). */
	const struct fn_env *env = &e->env;
	u64 seed = (u64)env->random(env->ctx) << 32 | env->random(env->ctx);
	struct fn_map *map = kind->alloc(m, env->threads + 2, seed);

	if (!map)
		return NULL;
	map->kind = kind;
	map->type = m->type;
	map->refs = 1;
	map->id = m->set_id ? m->id : 0;
	map->key_size = m->key_size;
	map->value_size = m->value_size;
	map->max_entries = m->max_entries;
	fn_lock_init(&map->lock);
	memcpy(map->name, m->name, sizeof(map->name) - 1);
	return map;
}

/**
 * fn_map_create - make a map
 * @e: engine
 * @m: the map
 *
 * Return: 0, or an errno with a sentence in @m->why.
 */
int fn_map_create(struct fn_engine *e, struct fn_msg_map *m)
{
	const struct fn_map_kind *kind = fn_map_find_kind(m->type);
	struct fn_map *map;
	int ret;

	m->why[0] = 0;
	ret = check(m, kind);
	if (ret)
		return ret;
	map = fn_map_make(e, m, kind);
	if (!map)
		return fn_map_refuse(
			m->why, -ENOMEM,
			"max_entries %u: the host has no memory to emulate so many",
			m->max_entries);
	ret = place(e, map, m);
	if (ret) {
		destroy(map);
		return ret;
	}
	map->handle = fn_table_add(&e->maps, map);
	if (!map->handle) {
		fn_map_put(e, map);
		return fn_map_refuse(m->why, -ENOSPC,
				     "the card takes at most %u maps",
				     FN_TABLE_SIZE);
	}
	m->handle = map->handle;
	m->addr = map->addr;
	m->memory = map->memory;
	m->entries = 0;
	return 0;
}

/**
 * fn_map_put - give up a reference on a map
 * @e: engine; the caller serializes
 * @map: map, freed with its last reference
 *
 * May sleep.
 */
void fn_map_put(struct fn_engine *e, struct fn_map *map)
{
	if (--map->refs)
		return;
	fn_segments_clear(e, map->segment, map->nsegments);
	e->map_bytes -= map->memory;
	destroy(map);
}

/**
 * fn_map_free - give up the handle of a map
 * @e: engine
 * @m: the map
 *
 * Programs that use the map keep it.
 *
 * Return: 0, or -ENOENT without such a map.
 */
int fn_map_free(struct fn_engine *e, const struct fn_msg_handle *m)
{
	struct fn_map *map = fn_table_find(&e->maps, m->handle);

	if (!map)
		return -ENOENT;
	fn_table_remove(&e->maps, m->handle);
	map->handle = 0;
	if (map->refs > 1)
		fn_wait_for_readers();
	fn_map_put(e, map);
	return 0;
}

/**
 * fn_map_free_all - forget all maps, when nothing uses them any more
 * @e: engine; its programs are gone
 */
void fn_map_free_all(struct fn_engine *e)
{
	struct fn_map *map;

	while ((map = fn_table_next(&e->maps, 1))) {
		fn_table_remove(&e->maps, map->handle);
		map->refs = 1;
		fn_map_put(e, map);
	}
}

/**
 * fn_map_get - say what is known of a map
 * @e: engine
 * @m: the map
 *
 * Return: 0, or -ENOENT if no map has at least this handle, or to set the id,
 * this handle.
 */
int fn_map_get(struct fn_engine *e, struct fn_msg_map *m)
{
	struct fn_map *map = fn_table_next(&e->maps, max(m->handle, 1u));

	if (!map || (m->set_id && map->handle != m->handle))
		return -ENOENT;
	if (m->set_id) {
		map->id = m->id;
		if (m->name[0])
			memcpy(map->name, m->name, sizeof(map->name) - 1);
	}
	m->handle = map->handle;
	m->id = map->id;
	m->type = map->kind->type;
	m->key_size = map->key_size;
	m->value_size = map->value_size;
	m->max_entries = map->max_entries;
	m->flags = 0;
	m->entries = map->kind->entries(map);
	m->memory = map->memory;
	m->addr = map->addr;
	memcpy(m->name, map->name, sizeof(m->name));
	m->why[0] = 0;
	return 0;
}

/* One at a time: a map has a spare element for each of its writers. */
static int change(struct fn_map *map, const struct fn_msg_map_op *m)
{
	u8 *key = fn_bus_to_ptr(m->key);
	u8 *value = fn_bus_to_ptr(m->value);
	int ret;

	fn_lock(&map->lock);
	if (map->replaced)
		ret = -ESTALE;
	else if (m->op == FN_MAP_UPDATE)
		ret = map->kind->update(map, key, value, m->flags);
	else
		ret = map->kind->erase(map, key);
	map->used = true;
	fn_unlock(&map->lock);
	return ret;
}

static int map_op(struct fn_map *map, const struct fn_msg_map_op *m)
{
	u8 *key = fn_bus_to_ptr(m->key);
	u8 *value = fn_bus_to_ptr(m->value);

	if (m->op == FN_MAP_NEXT)
		return map->kind->next(map, key, value);
	if (m->op == FN_MAP_LOOKUP)
		return map->kind->read(map, key, value);
	if (m->op != FN_MAP_UPDATE && m->op != FN_MAP_DELETE)
		return -EOPNOTSUPP;
	return change(map, m);
}

/**
 * fn_map_op - look up, change or go through entries
 * @e: engine; callers need not be serialized
 * @m: the map
 *
 * Return: -ENOENT also without such a map, else what the operation says.
 */
int fn_map_op(struct fn_engine *e, const struct fn_msg_map_op *m)
{
	struct fn_map *map;
	int ret;

	if (!m->value && m->op != FN_MAP_DELETE)
		return -EINVAL;
	if (!m->key && m->op != FN_MAP_NEXT)
		return -EINVAL;
	fn_read_lock();
	/* One that is gone has an heir by now. */
	do {
		map = fn_table_find(&e->maps, m->handle);
		ret = map ? map_op(map, m) : -ENOENT;
	} while (ret == -ESTALE);
	fn_read_unlock();
	return ret;
}

/**
 * fn_map_copy - copy a value
 * @to: memory
 * @from: memory; may overlap
 * @size: bytes
 *
 * Eight bytes that are aligned alike on both sides are copied at once, so that
 * counters are never torn.
 */
void fn_map_copy(void *to, const void *from, u32 size)
{
	const u64 *f = from;
	u64 *t = to;

	if (((uintptr_t)to | (uintptr_t)from) & 7) {
		memmove(to, from, size);
		return;
	}
	for (; size >= 8; size -= 8, f++, t++)
		WRITE_ONCE(*t, READ_ONCE(*f));
	memmove(t, f, size);
}
