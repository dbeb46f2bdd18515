// SPDX-License-Identifier: GPL-2.0
/*
 * BPF_MAP_TYPE_LRU_HASH: a hash map that has room for each new key. When it is
 * full, the element goes that is the oldest of those that were not used since
 * they were last looked at ("second chance"): the list of elements is the
 * clock's face, a byte of each says that it was used.
 *
 * As on the host, programs use what they look up, and updates what they replace;
 * what bpf(2) looks up is not used by that.
 */
#include "map_hash.h"

/* Elements that are given a second chance, before the next goes all the same */
#define SCAN 32

/* Others may be faster with the room that was made; each time, one was. */
#define TRIES 1024

static struct fn_map *lru_alloc(const struct fn_msg_map *m, u32 writers,
				u64 seed)
{
	struct fn_map *map = fn_hash_alloc(m, writers, seed);
	struct fn_hash *h;

	if (!map)
		return NULL;
	h = fn_to_hash(map);
	if (!h->keys) /* it is too large for the card */
		return map;
	h->used = fn_alloc(map->nvalues);
	if (!h->used) {
		fn_hash_free(map);
		return NULL;
	}
	map->memory += map->nvalues;
	return map;
}

/**
 * fn_map_lru_lookup - fn_map_kind.lookup of an LRU map
 * @map: map
 * @key: key
 */
u8 *fn_map_lru_lookup(struct fn_map *map, const u8 *key)
{
	struct fn_hash *h = fn_to_hash(map);
	u32 i = fn_hash_find(h, fn_hash_bucket_of(h, key), key);

	if (i == FN_HASH_NONE)
		return NULL;
	/* Most are: others' caches need not hear of it. */
	if (!READ_ONCE(h->used[i]))
		WRITE_ONCE(h->used[i], 1);
	return fn_hash_value(h, i);
}

/* What is to go, or NONE. Under @free_lock. */
static u32 find_victim(struct fn_hash *h)
{
	u32 i, n;

	for (n = 0; n < SCAN; n++) {
		i = h->oldest;
		if (i == FN_HASH_NONE || !READ_ONCE(h->used[i]))
			break;
		WRITE_ONCE(h->used[i], 0);
		fn_hash_leave(h, i);
		fn_hash_append(h, i);
	}
	return h->oldest;
}

static bool is_chained(const struct fn_hash *h, u32 bucket, u32 element)
{
	u32 i = h->bucket[bucket];

	while (!(i & FN_HASH_END) && i != element)
		i = h->next[i];
	return i == element;
}

/* No other bucket's lock is held: another thread may evict from ours. */
static void evict(struct fn_hash *h)
{
	u32 i, bucket = 0;

	fn_lock(&h->free_lock);
	i = find_victim(h);
	if (i != FN_HASH_NONE)
		bucket = fn_hash_bucket_of(h, fn_hash_key(h, i));
	fn_unlock(&h->free_lock);
	if (i == FN_HASH_NONE)
		return;
	fn_lock(fn_hash_lock(h, bucket));
	if (is_chained(h, bucket, i)) {
		fn_hash_unchain(h, bucket, i);
		fn_hash_give(h, i, FN_HASH_NONE);
	}
	fn_unlock(fn_hash_lock(h, bucket));
}

static int lru_update(struct fn_map *map, const u8 *key, const u8 *value,
		      u64 flags)
{
	u32 tries;
	int ret;

	for (tries = 0; tries < TRIES; tries++) {
		ret = fn_hash_update(map, key, value, flags);
		if (ret != -E2BIG)
			return ret;
		evict(fn_to_hash(map));
	}
	return -ENOMEM;
}

const struct fn_map_kind fn_map_lru = {
	.type = BPF_MAP_TYPE_LRU_HASH,
	.flags = BPF_F_NO_COMMON_LRU, /* there is one card */
	.name = "lru_hash",
	.check = fn_hash_check,
	.alloc = lru_alloc,
	.free = fn_hash_free,
	.start = fn_hash_start,
	.lookup = fn_map_lru_lookup,
	.read = fn_hash_read,
	.update = lru_update,
	.erase = fn_hash_erase,
	.next = fn_hash_next,
	.entries = fn_hash_entries,
};
