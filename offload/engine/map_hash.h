/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hash maps: what the plain kind and the one that evicts have in common.
 *
 * An element is a number: of its value, its key and its link. Buckets are
 * chains of elements; the end of a chain names its bucket. Who changes a bucket
 * holds its lock, readers hold none: a reader that was carried into another
 * bucket, because an element was used again under it, notices at the end and
 * starts over.
 *
 * Elements in use also form a list in the order in which their keys came, which is
 * the order that the host walks through them in.
 *
 * To replace a value takes a fresh element, so that whoever still has the
 * address of the old one sees it whole. Free elements are used again as late as
 * possible. There are as many spare ones as there may be writers.
 */
#ifndef FN_ENGINE_MAP_HASH_H
#define FN_ENGINE_MAP_HASH_H

#include "map.h"

#define FN_HASH_END 0x80000000u /* and the number of the bucket */
#define FN_HASH_NONE 0xffffffffu
#define FN_HASH_LOCKS 256

/**
 * struct fn_hash - a hash map
 * @map: what all maps have
 * @nbuckets: number of buckets
 * @nlocks: number of locks, a power of two
 * @key_stride: bytes from one key to the next
 * @seed: of the hash function
 * @bucket: first element by bucket, or its end
 * @next: next element by element
 * @keys: by element
 * @first: free element that is used next; the others follow by @newer
 * @last: the one that came back last
 * @nunused: number of free elements
 * @count: elements in use, without those being replaced
 * @older: element whose key came before, by element; FN_HASH_NONE for the first
 * @newer: element whose key came next, by element; FN_HASH_NONE for the last
 * @oldest: first of that list
 * @newest: last of it
 * @used: since it was looked at last, by element; NULL if nothing is evicted
 * @free_lock: the free elements, @count and the list; taken inside @locks
 * @locks: by bucket modulo @nlocks
 */
struct fn_hash {
	struct fn_map map;
	u32 nbuckets;
	u32 nlocks;
	u32 key_stride;
	u64 seed;
	u32 *bucket;
	u32 *next;
	u8 *keys;
	u32 first;
	u32 last;
	u32 nunused;
	u32 count;
	u32 *older;
	u32 *newer;
	u32 oldest;
	u32 newest;
	u8 *used;
	fn_lock_t free_lock;
	fn_lock_t *locks;
};

static inline struct fn_hash *fn_to_hash(struct fn_map *map)
{
	return container_of(map, struct fn_hash, map);
}

static inline u64 fn_hash_mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

/* The last bytes of a key, fewer than eight */
static __always_inline u64 fn_hash_tail(const u8 *key, u32 len)
{
	u64 tail = 0;

	if (len & 4) {
		tail = get_unaligned((const u32 *)key);
		key += 4;
	}
	for (len &= 3; len; len--)
		tail = tail << 8 | *key++;
	return tail;
}

static __always_inline u32 fn_hash_bucket_of_size(const struct fn_hash *h,
						  const u8 *key, u32 len)
{
	u64 hash = h->seed;

	for (; len >= 8; len -= 8, key += 8)
		hash = fn_hash_mix(hash, get_unaligned((const u64 *)key));
	if (len)
		hash = fn_hash_mix(hash, fn_hash_tail(key, len));
	return (fn_hash_mix(hash, 0) >> 32) * h->nbuckets >> 32;
}

static inline u32 fn_hash_bucket_of(const struct fn_hash *h, const u8 *key)
{
	return fn_hash_bucket_of_size(h, key, h->map.key_size);
}

static __always_inline bool fn_hash_equal(const u8 *a, const u8 *b, u32 len)
{
	for (; len >= 8; len -= 8, a += 8, b += 8) {
		if (get_unaligned((const u64 *)a) !=
		    get_unaligned((const u64 *)b))
			return false;
	}
	if (len & 4) {
		if (get_unaligned((const u32 *)a) !=
		    get_unaligned((const u32 *)b))
			return false;
		a += 4;
		b += 4;
	}
	for (len &= 3; len; len--) {
		if (*a++ != *b++)
			return false;
	}
	return true;
}

static inline u8 *fn_hash_key(const struct fn_hash *h, u32 i)
{
	return h->keys + (u64)i * h->key_stride;
}

static inline u8 *fn_hash_value(const struct fn_hash *h, u32 i)
{
	return h->map.values + (u64)i * h->map.stride;
}

static inline fn_lock_t *fn_hash_lock(struct fn_hash *h, u32 bucket)
{
	return &h->locks[bucket & (h->nlocks - 1)];
}

static __always_inline u32 fn_hash_find_of_size(const struct fn_hash *h,
						u32 bucket, const u8 *key,
						u32 size)
{
	u32 i;

	do {
		i = fn_load_acquire(&h->bucket[bucket]);
		while (!(i & FN_HASH_END)) {
			if (fn_hash_equal(fn_hash_key(h, i), key, size))
				return i;
			i = fn_load_acquire(&h->next[i]);
		}
	} while (i != (FN_HASH_END | bucket));
	return FN_HASH_NONE;
}

/* The element of a key, or FN_HASH_NONE. With or without the bucket's lock. */
static inline u32 fn_hash_find(const struct fn_hash *h, u32 bucket,
			       const u8 *key)
{
	return fn_hash_find_of_size(h, bucket, key, h->map.key_size);
}

/* map_hash.c */
int fn_hash_check(struct fn_msg_map *m);
struct fn_map *fn_hash_alloc(const struct fn_msg_map *m, u32 writers, u64 seed);
void fn_hash_free(struct fn_map *map);
void fn_hash_start(struct fn_map *map);
int fn_hash_read(struct fn_map *map, const u8 *key, u8 *value);
int fn_hash_update(struct fn_map *map, const u8 *key, const u8 *value,
		   u64 flags);
int fn_hash_erase(struct fn_map *map, const u8 *key);
int fn_hash_next(struct fn_map *map, const u8 *key, u8 *next);
u32 fn_hash_entries(struct fn_map *map);
void fn_hash_append(struct fn_hash *h, u32 i);
void fn_hash_leave(struct fn_hash *h, u32 i);
void fn_hash_give(struct fn_hash *h, u32 i, u32 heir);
void fn_hash_unchain(struct fn_hash *h, u32 bucket, u32 element);
int fn_hash_put(struct fn_hash *h, u32 bucket, u32 old, const u8 *key,
		const u8 *value);

#endif /* FN_ENGINE_MAP_HASH_H */
