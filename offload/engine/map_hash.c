// SPDX-License-Identifier: GPL-2.0
/*
 * BPF_MAP_TYPE_HASH, preallocated. map_hash.h says how it is made.
 */
#include "map_hash.h"

/**
 * fn_hash_check - refuse what no hash map can be
 * @m: the map, with room for a sentence
 */
int fn_hash_check(struct fn_msg_map *m)
{
	if (!m->key_size || m->key_size > FN_MAX_KEY) {
		snprintf(m->why, sizeof(m->why),
			 "key size %u: the card takes 1 to %u bytes",
			 m->key_size, FN_MAX_KEY);
		return m->key_size ? -E2BIG : -EINVAL;
	}
	if (m->max_entries > FN_MAX_ELEMENTS) {
		snprintf(m->why, sizeof(m->why),
			 "max_entries %u: the card takes at most %u",
			 m->max_entries, FN_MAX_ELEMENTS);
		return -E2BIG;
	}
	return 0;
}

/**
 * fn_hash_free - fn_map_kind.free of hash maps
 * @map: map
 */
void fn_hash_free(struct fn_map *map)
{
	struct fn_hash *h = fn_to_hash(map);

	fn_free(h->bucket);
	fn_free(h->next);
	fn_free(h->keys);
	fn_free(h->older);
	fn_free(h->newer);
	fn_free(h->used);
	fn_free(h->locks);
	fn_free(h);
}

static bool alloc_arrays(struct fn_hash *h)
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

/**
 * fn_hash_alloc - fn_map_kind.alloc of hash maps
 * @m: the map, with room for a sentence
 * @writers: how many update it at a time
 * @seed: random
 */
struct fn_map *fn_hash_alloc(const struct fn_msg_map *m, u32 writers, u64 seed)
{
	struct fn_hash *h = fn_alloc(sizeof(*h));

	if (!h)
		return NULL;
	h->map.stride = round_up(m->value_size, 8);
	h->map.nvalues = m->max_entries + writers;
	h->nbuckets = m->max_entries;
	h->key_stride = m->key_size < 4 ? m->key_size :
					  round_up(m->key_size, 4);
	h->nlocks = min_t(u32, roundup_pow_of_two(h->nbuckets), FN_HASH_LOCKS);
	h->seed = seed;
	/* What can't be placed on the card need not be allocated here. */
	if ((u64)h->map.nvalues * h->map.stride > 1ull << 31)
		return &h->map;
	if (!alloc_arrays(h)) {
		fn_hash_free(&h->map);
		return NULL;
	}
	return &h->map;
}

/**
 * fn_hash_start - fn_map_kind.start of hash maps
 * @map: map
 */
void fn_hash_start(struct fn_map *map)
{
	struct fn_hash *h = fn_to_hash(map);
	u32 i;

	for (i = 0; i < h->nbuckets; i++)
		h->bucket[i] = FN_HASH_END | i;
	for (i = 0; i < map->nvalues; i++)
		h->newer[i] = i + 1;
	h->last = map->nvalues - 1;
	h->nunused = map->nvalues;
	h->oldest = FN_HASH_NONE;
	h->newest = FN_HASH_NONE;
	fn_lock_init(&h->free_lock);
	for (i = 0; i < h->nlocks; i++)
		fn_lock_init(&h->locks[i]);
}

static __always_inline u8 *lookup(struct fn_map *map, const u8 *key, u32 size)
{
	const struct fn_hash *h = fn_to_hash(map);
	u32 i = fn_hash_find_of_size(h, fn_hash_bucket_of_size(h, key, size),
				     key, size);

	return i == FN_HASH_NONE ? NULL : fn_hash_value(h, i);
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

/**
 * fn_hash_read - fn_map_kind.read of hash maps
 * @map: map
 * @key: key
 * @value: gets the value
 */
int fn_hash_read(struct fn_map *map, const u8 *key, u8 *value)
{
	struct fn_hash *h = fn_to_hash(map);
	u32 bucket = fn_hash_bucket_of(h, key);
	u32 i;

	fn_lock(fn_hash_lock(h, bucket));
	i = fn_hash_find(h, bucket, key);
	if (i != FN_HASH_NONE)
		fn_map_copy(value, fn_hash_value(h, i), map->value_size);
	fn_unlock(fn_hash_lock(h, bucket));
	return i == FN_HASH_NONE ? -ENOENT : 0;
}

/* The free element that is used next, or NONE. Under @free_lock. */
static u32 pop(struct fn_hash *h)
{
	u32 i = h->first;

	if (!h->nunused)
		return FN_HASH_NONE;
	h->first = h->newer[i];
	h->nunused--;
	return i;
}

/* A free element in place of one in use. */
static u32 take(struct fn_hash *h)
{
	u32 i;

	fn_lock(&h->free_lock);
	i = pop(h);
	fn_unlock(&h->free_lock);
	return i;
}

/* In the list, @i comes after @before, and @j before @after. */
static void link(struct fn_hash *h, u32 before, u32 after, u32 i, u32 j)
{
	*(before == FN_HASH_NONE ? &h->oldest : &h->newer[before]) = i;
	*(after == FN_HASH_NONE ? &h->newest : &h->older[after]) = j;
}

/**
 * fn_hash_append - put an element behind all others of the list
 * @h: map; the caller holds @free_lock
 * @i: element, which is in no list
 */
void fn_hash_append(struct fn_hash *h, u32 i)
{
	h->older[i] = h->newest;
	h->newer[i] = FN_HASH_NONE;
	link(h, h->newest, FN_HASH_NONE, i, i);
}

/**
 * fn_hash_leave - take an element out of the list
 * @h: map; the caller holds @free_lock
 * @i: element
 */
void fn_hash_leave(struct fn_hash *h, u32 i)
{
	link(h, h->older[i], h->newer[i], h->newer[i], h->older[i]);
}

/* An element for a key that has come, or NONE if the map is full. */
static u32 enter(struct fn_hash *h, const u8 *key)
{
	u32 i = FN_HASH_NONE;

	fn_lock(&h->free_lock);
	if (h->count < h->map.max_entries)
		i = pop(h);
	if (i != FN_HASH_NONE) {
		memcpy(fn_hash_key(h, i), key, h->map.key_size);
		fn_hash_append(h, i);
		WRITE_ONCE(h->count, h->count + 1);
	}
	fn_unlock(&h->free_lock);
	return i;
}

/**
 * fn_hash_give - give an element back
 * @h: map
 * @i: element, in no bucket any more
 * @heir: the one that has its place in the list; without one (NONE), the map has
 *	one element less
 */
void fn_hash_give(struct fn_hash *h, u32 i, u32 heir)
{
	bool less = heir == FN_HASH_NONE;

	fn_lock(&h->free_lock);
	if (less) {
		fn_hash_leave(h, i);
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

/**
 * fn_hash_unchain - take an element out of its bucket
 * @h: map
 * @bucket: its bucket, whose lock the caller holds
 * @element: element
 */
void fn_hash_unchain(struct fn_hash *h, u32 bucket, u32 element)
{
	u32 *link = &h->bucket[bucket];

	while (*link != element)
		link = &h->next[*link];
	fn_store_release(link, h->next[element]);
}

/**
 * fn_hash_put - have a key with a value
 * @h: map
 * @bucket: of the key; the caller holds its lock
 * @old: element that the key has, or NONE
 * @key: key
 * @value: value
 *
 * The new element comes before the old one goes: the key is always found.
 *
 * Return: 0, -E2BIG if the map is full, -ENOMEM without a spare element.
 */
int fn_hash_put(struct fn_hash *h, u32 bucket, u32 old, const u8 *key,
		const u8 *value)
{
	u32 i = old == FN_HASH_NONE ? enter(h, key) : take(h);

	if (i == FN_HASH_NONE)
		return old == FN_HASH_NONE ? -E2BIG : -ENOMEM;
	if (old != FN_HASH_NONE)
		memcpy(fn_hash_key(h, i), key, h->map.key_size);
	if (h->used)
		WRITE_ONCE(h->used[i], old != FN_HASH_NONE);
	fn_map_copy(fn_hash_value(h, i), value, h->map.value_size);
	fn_store_release(&h->next[i], h->bucket[bucket]);
	fn_store_release(&h->bucket[bucket], i);
	if (old != FN_HASH_NONE) {
		fn_hash_unchain(h, bucket, old);
		fn_hash_give(h, old, i);
	}
	return 0;
}

/**
 * fn_hash_update - fn_map_kind.update of hash maps
 * @map: map
 * @key: key
 * @value: value
 * @flags: as of bpf(2)
 */
int fn_hash_update(struct fn_map *map, const u8 *key, const u8 *value,
		   u64 flags)
{
	struct fn_hash *h = fn_to_hash(map);
	u32 bucket = fn_hash_bucket_of(h, key);
	u32 old;
	int ret;

	if (flags > BPF_EXIST)
		return -EINVAL;
	fn_lock(fn_hash_lock(h, bucket));
	old = fn_hash_find(h, bucket, key);
	if (old != FN_HASH_NONE && flags == BPF_NOEXIST)
		ret = -EEXIST;
	else if (old == FN_HASH_NONE && flags == BPF_EXIST)
		ret = -ENOENT;
	else
		ret = fn_hash_put(h, bucket, old, key, value);
	fn_unlock(fn_hash_lock(h, bucket));
	return ret;
}

/**
 * fn_hash_erase - fn_map_kind.erase of hash maps
 * @map: map
 * @key: key
 */
int fn_hash_erase(struct fn_map *map, const u8 *key)
{
	struct fn_hash *h = fn_to_hash(map);
	u32 bucket = fn_hash_bucket_of(h, key);
	u32 i;

	fn_lock(fn_hash_lock(h, bucket));
	i = fn_hash_find(h, bucket, key);
	if (i != FN_HASH_NONE) {
		fn_hash_unchain(h, bucket, i);
		fn_hash_give(h, i, FN_HASH_NONE);
	}
	fn_unlock(fn_hash_lock(h, bucket));
	return i == FN_HASH_NONE ? -ENOENT : 0;
}

/*
 * The key of the element after @i in the list, of the first for FN_HASH_NONE. An element
 * that is in the list keeps its key.
 */
static int key_after(struct fn_hash *h, u32 i, u8 *next)
{
	fn_lock(&h->free_lock);
	i = i == FN_HASH_NONE ? h->oldest : h->newer[i];
	if (i != FN_HASH_NONE)
		memcpy(next, fn_hash_key(h, i), h->map.key_size);
	fn_unlock(&h->free_lock);
	return i == FN_HASH_NONE ? -ENOENT : 0;
}

/**
 * fn_hash_next - fn_map_kind.next of hash maps
 * @map: map
 * @key: key or NULL
 * @next: gets the key after it
 *
 * After a key that has gone meanwhile comes the first one, as on the host.
 */
int fn_hash_next(struct fn_map *map, const u8 *key, u8 *next)
{
	struct fn_hash *h = fn_to_hash(map);
	u32 bucket;
	int ret;

	if (!key)
		return key_after(h, FN_HASH_NONE, next);
	bucket = fn_hash_bucket_of(h, key);
	fn_lock(fn_hash_lock(h, bucket));
	ret = key_after(h, fn_hash_find(h, bucket, key), next);
	fn_unlock(fn_hash_lock(h, bucket));
	return ret;
}

/**
 * fn_hash_entries - fn_map_kind.entries of hash maps
 * @map: map
 */
u32 fn_hash_entries(struct fn_map *map)
{
	return READ_ONCE(fn_to_hash(map)->count);
}

const struct fn_map_kind fn_map_hash = {
	.type = BPF_MAP_TYPE_HASH,
	.flags = BPF_F_NO_PREALLOC, /* the card's memory is its own */
	.name = "hash",
	.check = fn_hash_check,
	.alloc = fn_hash_alloc,
	.free = fn_hash_free,
	.start = fn_hash_start,
	.lookup = fn_map_hash_lookup,
	.read = fn_hash_read,
	.update = fn_hash_update,
	.erase = fn_hash_erase,
	.next = fn_hash_next,
	.entries = fn_hash_entries,
};
