// SPDX-License-Identifier: GPL-2.0
/*
 * BPF_MAP_TYPE_HASH, preallocated.
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
#include "map.h"

#define END 0x80000000u /* and the number of the bucket */
#define NONE 0xffffffffu
#define MAX_LOCKS 256
#define MAX_ELEMENTS 0x7fffff00u

/**
 * struct hash - a hash map
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
 * @older: element whose key came before, by element; NONE for the first
 * @newer: element whose key came next, by element; NONE for the last
 * @oldest: first of that list
 * @newest: last of it
 * @free_lock: the free elements, @count and the list; taken inside @locks
 * @locks: by bucket modulo @nlocks
 */
struct hash {
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
	fn_lock_t free_lock;
	fn_lock_t *locks;
};

static struct hash *to_hash(struct fn_map *map)
{
	return container_of(map, struct hash, map);
}

static int hash_check(struct fn_msg_map *m)
{
	if (!m->key_size || m->key_size > FN_MAX_KEY) {
		snprintf(m->why, sizeof(m->why),
			 "key size %u: the card takes 1 to %u bytes",
			 m->key_size, FN_MAX_KEY);
		return m->key_size ? -E2BIG : -EINVAL;
	}
	if (m->max_entries > MAX_ELEMENTS) {
		snprintf(m->why, sizeof(m->why),
			 "max_entries %u: the card takes at most %u",
			 m->max_entries, MAX_ELEMENTS);
		return -E2BIG;
	}
	return 0;
}

static void hash_free(struct fn_map *map)
{
	struct hash *h = to_hash(map);

	fn_free(h->bucket);
	fn_free(h->next);
	fn_free(h->keys);
	fn_free(h->older);
	fn_free(h->newer);
	fn_free(h->locks);
	fn_free(h);
}

static bool alloc_arrays(struct hash *h)
{
	u64 n = h->map.nvalues;

	h->bucket = fn_alloc(h->nbuckets * sizeof(u32));
	h->next = fn_alloc(n * sizeof(u32));
	h->older = fn_alloc(n * sizeof(u32));
	h->newer = fn_alloc(n * sizeof(u32));
	h->keys = fn_alloc(n * h->key_stride);
	h->locks = fn_alloc(h->nlocks * sizeof(*h->locks));
	h->map.memory = sizeof(*h) + h->nbuckets * sizeof(u32) +
			n * (3 * sizeof(u32) + h->key_stride) +
			h->nlocks * sizeof(*h->locks);
	return h->bucket && h->next && h->older && h->newer && h->keys &&
	       h->locks;
}

static struct fn_map *hash_alloc(const struct fn_msg_map *m, u32 writers,
				 u64 seed)
{
	struct hash *h = fn_alloc(sizeof(*h));

	if (!h)
		return NULL;
	h->map.stride = round_up(m->value_size, 8);
	h->map.nvalues = m->max_entries + writers;
	h->nbuckets = m->max_entries;
	h->key_stride = m->key_size < 4 ? m->key_size :
					  round_up(m->key_size, 4);
	h->nlocks = min_t(u32, roundup_pow_of_two(h->nbuckets), MAX_LOCKS);
	h->seed = seed;
	/* What can't be placed on the card need not be allocated here. */
	if ((u64)h->map.nvalues * h->map.stride > 1ull << 31)
		return &h->map;
	if (!alloc_arrays(h)) {
		hash_free(&h->map);
		return NULL;
	}
	return &h->map;
}

static void hash_start(struct fn_map *map)
{
	struct hash *h = to_hash(map);
	u32 i;

	for (i = 0; i < h->nbuckets; i++)
		h->bucket[i] = END | i;
	for (i = 0; i < map->nvalues; i++)
		h->newer[i] = i + 1;
	h->last = map->nvalues - 1;
	h->nunused = map->nvalues;
	h->oldest = NONE;
	h->newest = NONE;
	fn_lock_init(&h->free_lock);
	for (i = 0; i < h->nlocks; i++)
		fn_lock_init(&h->locks[i]);
}

static u64 mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

/* The last bytes of a key, fewer than eight */
static __always_inline u64 tail_of(const u8 *key, u32 len)
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

static __always_inline u32 bucket_of_size(const struct hash *h, const u8 *key,
					  u32 len)
{
	u64 hash = h->seed;

	for (; len >= 8; len -= 8, key += 8)
		hash = mix(hash, get_unaligned((const u64 *)key));
	if (len)
		hash = mix(hash, tail_of(key, len));
	return (mix(hash, 0) >> 32) * h->nbuckets >> 32;
}

static u32 bucket_of(const struct hash *h, const u8 *key)
{
	return bucket_of_size(h, key, h->map.key_size);
}

static __always_inline bool equal(const u8 *a, const u8 *b, u32 len)
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

static u8 *key_of(const struct hash *h, u32 i)
{
	return h->keys + (u64)i * h->key_stride;
}

static u8 *value_of(const struct hash *h, u32 i)
{
	return h->map.values + (u64)i * h->map.stride;
}

static fn_lock_t *lock_of(struct hash *h, u32 bucket)
{
	return &h->locks[bucket & (h->nlocks - 1)];
}

static __always_inline u32 find_of_size(const struct hash *h, u32 bucket,
					const u8 *key, u32 size)
{
	u32 i;

	do {
		i = fn_load_acquire(&h->bucket[bucket]);
		while (!(i & END)) {
			if (equal(key_of(h, i), key, size))
				return i;
			i = fn_load_acquire(&h->next[i]);
		}
	} while (i != (END | bucket));
	return NONE;
}

/* The element of a key, or NONE. With or without the bucket's lock. */
static u32 find(const struct hash *h, u32 bucket, const u8 *key)
{
	return find_of_size(h, bucket, key, h->map.key_size);
}

static __always_inline u8 *lookup(struct fn_map *map, const u8 *key, u32 size)
{
	const struct hash *h = to_hash(map);
	u32 i = find_of_size(h, bucket_of_size(h, key, size), key, size);

	return i == NONE ? NULL : value_of(h, i);
}

/**
 * fn_map_hash_lookup - fn_map_kind.lookup of a hash map
 * @map: hash map
 * @key: key
 */
u8 *fn_map_hash_lookup(struct fn_map *map, const u8 *key)
{
	return lookup(map, key, map->key_size);
}

/* fn_map_hash_lookup4 - the same if keys have four bytes */
u8 *fn_map_hash_lookup4(struct fn_map *map, const u8 *key)
{
	return lookup(map, key, 4);
}

/* fn_map_hash_lookup8 - the same if keys have eight bytes */
u8 *fn_map_hash_lookup8(struct fn_map *map, const u8 *key)
{
	return lookup(map, key, 8);
}

static int hash_read(struct fn_map *map, const u8 *key, u8 *value)
{
	struct hash *h = to_hash(map);
	u32 bucket = bucket_of(h, key);
	u32 i;

	fn_lock(lock_of(h, bucket));
	i = find(h, bucket, key);
	if (i != NONE)
		fn_map_copy(value, value_of(h, i), map->value_size);
	fn_unlock(lock_of(h, bucket));
	return i == NONE ? -ENOENT : 0;
}

/* A free element; @more: the map will have one element more. */
static u32 take(struct hash *h, bool more)
{
	u32 i = NONE;

	fn_lock(&h->free_lock);
	if (h->nunused && !(more && h->count >= h->map.max_entries)) {
		i = h->first;
		h->first = h->newer[i];
		h->nunused--;
		WRITE_ONCE(h->count, h->count + more);
	}
	fn_unlock(&h->free_lock);
	return i;
}

/* In the list, @i comes after @before, and @j before @after. */
static void link(struct hash *h, u32 before, u32 after, u32 i, u32 j)
{
	*(before == NONE ? &h->oldest : &h->newer[before]) = i;
	*(after == NONE ? &h->newest : &h->older[after]) = j;
}

/* A key has come with element @i. */
static void append(struct hash *h, u32 i)
{
	fn_lock(&h->free_lock);
	h->older[i] = h->newest;
	h->newer[i] = NONE;
	link(h, h->newest, NONE, i, i);
	fn_unlock(&h->free_lock);
}

/*
 * An element comes back. Its place in the list is @heir's; without one, the map
 * has one element less.
 */
static void give(struct hash *h, u32 i, u32 heir)
{
	bool less = heir == NONE;

	fn_lock(&h->free_lock);
	if (less) {
		link(h, h->older[i], h->newer[i], h->newer[i], h->older[i]);
	} else {
		h->older[heir] = h->older[i];
		h->newer[heir] = h->newer[i];
		link(h, h->older[i], h->newer[i], heir, heir);
	}
	/* Behind the last; with none left, the first one follows nobody. */
	*(h->nunused++ ? &h->newer[h->last] : &h->first) = i;
	h->last = i;
	WRITE_ONCE(h->count, h->count - less);
	fn_unlock(&h->free_lock);
}

static void unchain(struct hash *h, u32 bucket, u32 element)
{
	u32 *link = &h->bucket[bucket];

	while (*link != element)
		link = &h->next[*link];
	fn_store_release(link, h->next[element]);
}

/* The new element comes before the old one goes: the key is always found. */
static int put(struct hash *h, u32 bucket, u32 old, const u8 *key,
	       const u8 *value)
{
	u32 i = take(h, old == NONE);

	if (i == NONE)
		return old == NONE ? -E2BIG : -ENOMEM;
	memcpy(key_of(h, i), key, h->map.key_size);
	fn_map_copy(value_of(h, i), value, h->map.value_size);
	fn_store_release(&h->next[i], h->bucket[bucket]);
	fn_store_release(&h->bucket[bucket], i);
	if (old != NONE) {
		unchain(h, bucket, old);
		give(h, old, i);
	} else {
		append(h, i);
	}
	return 0;
}

static int hash_update(struct fn_map *map, const u8 *key, const u8 *value,
		       u64 flags)
{
	struct hash *h = to_hash(map);
	u32 bucket = bucket_of(h, key);
	u32 old;
	int ret;

	if (flags > BPF_EXIST)
		return -EINVAL;
	fn_lock(lock_of(h, bucket));
	old = find(h, bucket, key);
	if (old != NONE && flags == BPF_NOEXIST)
		ret = -EEXIST;
	else if (old == NONE && flags == BPF_EXIST)
		ret = -ENOENT;
	else
		ret = put(h, bucket, old, key, value);
	fn_unlock(lock_of(h, bucket));
	return ret;
}

static int hash_erase(struct fn_map *map, const u8 *key)
{
	struct hash *h = to_hash(map);
	u32 bucket = bucket_of(h, key);
	u32 i;

	fn_lock(lock_of(h, bucket));
	i = find(h, bucket, key);
	if (i != NONE) {
		unchain(h, bucket, i);
		give(h, i, NONE);
	}
	fn_unlock(lock_of(h, bucket));
	return i == NONE ? -ENOENT : 0;
}

/*
 * The key of the element after @i in the list, of the first for NONE. An element
 * that is in the list keeps its key.
 */
static int key_after(struct hash *h, u32 i, u8 *next)
{
	fn_lock(&h->free_lock);
	i = i == NONE ? h->oldest : h->newer[i];
	if (i != NONE)
		memcpy(next, key_of(h, i), h->map.key_size);
	fn_unlock(&h->free_lock);
	return i == NONE ? -ENOENT : 0;
}

/* After a key that has gone meanwhile comes the first one, as on the host. */
static int hash_next(struct fn_map *map, const u8 *key, u8 *next)
{
	struct hash *h = to_hash(map);
	u32 bucket;
	int ret;

	if (!key)
		return key_after(h, NONE, next);
	bucket = bucket_of(h, key);
	fn_lock(lock_of(h, bucket));
	ret = key_after(h, find(h, bucket, key), next);
	fn_unlock(lock_of(h, bucket));
	return ret;
}

static u32 hash_entries(struct fn_map *map)
{
	return READ_ONCE(to_hash(map)->count);
}

const struct fn_map_kind fn_map_hash = {
	.type = BPF_MAP_TYPE_HASH,
	.flags = BPF_F_NO_PREALLOC, /* the card's memory is its own */
	.name = "hash",
	.check = hash_check,
	.alloc = hash_alloc,
	.free = hash_free,
	.start = hash_start,
	.lookup = fn_map_hash_lookup,
	.read = hash_read,
	.update = hash_update,
	.erase = hash_erase,
	.next = hash_next,
	.entries = hash_entries,
};
