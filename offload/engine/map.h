/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Maps: memory of the card that programs and the host share.
 *
 * Values are one array, in host memory and in the device address space alike.
 * All else (keys, links, free lists) is out of reach of the card's programs.
 */
#ifndef FN_ENGINE_MAP_H
#define FN_ENGINE_MAP_H

#include "../pcie.h"
#include "../platform.h"

struct fn_engine;
struct fn_map;

#define FN_MAX_KEY 512
#define FN_MAX_ELEMENTS 0x7fffff00u
#define FN_MAX_VALUE ((1u << 20) - 8)

/**
 * struct fn_map_kind - a type of map
 * @type: enum bpf_map_type
 * @flags: BPF_F_* that it takes; none changes how it is
 * @name: for people
 * @check: refuse what can't be, with a sentence in msg->why; errno or 0
 * @alloc: make a map of this kind with @stride, @nvalues and @memory set, or
 *	NULL; @writers is how many update it at a time, @seed is random
 * @free: undo @alloc; @values is freed by the caller
 * @start: @values has come; NULL if nothing is to be done
 * @lookup: the value of a key or NULL
 * @read: copy the value of a key as it is at one time
 * @update: flags as of bpf(2)
 * @erase: remove a key
 * @next: the key after a key, or the first; one at a time
 * @entries: in use now
 *
 * Except @check, @alloc, @free and @start: called under fn_read_lock(), by many
 * at a time. Errors are those of the kernel's map of the type. Keys and values
 * may have any alignment.
 */
struct fn_map_kind {
	u32 type;
	u32 flags;
	const char *name;
	int (*check)(struct fn_msg_map *msg);
	struct fn_map *(*alloc)(const struct fn_msg_map *msg, u32 writers,
				u64 seed);
	void (*free)(struct fn_map *map);
	void (*start)(struct fn_map *map);
	u8 *(*lookup)(struct fn_map *map, const u8 *key);
	int (*read)(struct fn_map *map, const u8 *key, u8 *value);
	int (*update)(struct fn_map *map, const u8 *key, const u8 *value,
		      u64 flags);
	int (*erase)(struct fn_map *map, const u8 *key);
	int (*next)(struct fn_map *map, const u8 *key, u8 *next);
	u32 (*entries)(struct fn_map *map);
};

/**
 * struct fn_map - a map
 * @kind: its type
 * @type: enum bpf_map_type that its user knows it as: a hash may be of another
 *	kind, see map_kind.c
 * @used: it has been written to, or a program used it; under @lock
 * @replaced: another one has its place in the table; under @lock
 * @handle: number in the engine, 0 when the host has given it up
 * @id: BPF map id or 0
 * @refs: the handle and the programs; changed by who serializes the engine
 * @key_size: bytes
 * @value_size: bytes
 * @max_entries: number
 * @stride: bytes from one value to the next
 * @nvalues: number of values
 * @segment: first of the device address space
 * @nsegments: how many
 * @addr: device address of the first value
 * @values: host memory of all values
 * @memory: bytes of host memory in all
 * @lock: the host's changes, one at a time
 * @name: for people
 */
struct fn_map {
	const struct fn_map_kind *kind;
	u32 type;
	bool used;
	bool replaced;
	u32 handle;
	u32 id;
	u32 refs;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 stride;
	u32 nvalues;
	u32 segment;
	u32 nsegments;
	u32 addr;
	u8 *values;
	u64 memory;
	fn_lock_t lock;
	char name[FN_NAME_LEN];
};

/* map.c */
const struct fn_map_kind *fn_map_kind(u32 n);
int fn_map_create(struct fn_engine *e, struct fn_msg_map *m);
int fn_map_free(struct fn_engine *e, const struct fn_msg_handle *m);
int fn_map_get(struct fn_engine *e, struct fn_msg_map *m);
int fn_map_op(struct fn_engine *e, const struct fn_msg_map_op *m);
void fn_map_put(struct fn_engine *e, struct fn_map *map);
void fn_map_free_all(struct fn_engine *e);
void fn_map_copy(void *to, const void *from, u32 size);
const struct fn_map_kind *fn_map_find_kind(u32 type);
struct fn_map *fn_map_make(struct fn_engine *e, struct fn_msg_map *m,
			   const struct fn_map_kind *kind);
int __printf(3, 4) fn_map_refuse(char *why, int err, const char *fmt, ...);

/* map_kind.c */
int fn_map_set_kind(struct fn_engine *e, struct fn_msg_map_kind *m);

/* map_array.c */
extern const struct fn_map_kind fn_map_array;
u8 *fn_map_array_lookup(struct fn_map *map, const u8 *key);

/* map_hash.c */
extern const struct fn_map_kind fn_map_hash;
u8 *fn_map_hash_lookup(struct fn_map *map, const u8 *key);
u8 *fn_map_hash_lookup4(struct fn_map *map, const u8 *key);
u8 *fn_map_hash_lookup8(struct fn_map *map, const u8 *key);

/* map_lru.c */
extern const struct fn_map_kind fn_map_lru;
u8 *fn_map_lru_lookup(struct fn_map *map, const u8 *key);

/* map_lpm.c */
extern const struct fn_map_kind fn_map_lpm;
u8 *fn_map_lpm_lookup(struct fn_map *map, const u8 *key);

/* map_events.c */
extern const struct fn_map_kind fn_map_events;

/*
 * What map->kind->lookup() gives. In the kernel a call through a pointer costs
 * more than an array's lookup, so the kinds that most maps are come first.
 */
static inline u8 *fn_map_lookup(struct fn_map *map, const u8 *key)
{
	if (map->kind == &fn_map_array)
		return fn_map_array_lookup(map, key);
	if (map->kind == &fn_map_hash)
		return fn_map_hash_lookup(map, key);
	return map->kind->lookup(map, key);
}

/*
 * What a search may take of a run's budget besides any helper's effort, in words: a
 * trie has up to a level for each bit, and the host looks at one after the other.
 */
static inline u32 fn_map_search_cost(const struct fn_map *map)
{
	return map->kind == &fn_map_lpm ? 4 * map->key_size : 0;
}

#endif /* FN_ENGINE_MAP_H */
