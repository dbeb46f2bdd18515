// SPDX-License-Identifier: GPL-2.0
/*
 * BPF_MAP_TYPE_LPM_TRIE: prefixes, of which a lookup finds the longest that the
 * key begins with and that is not longer than the key. A key is a u32 with the
 * number of bits, and bytes (struct bpf_lpm_trie_key).
 *
 * The trie is that of the host's kind: a node has a prefix, with a value or as a
 * fork of two others, and all below it begin with it. So nodes are never more
 * than twice the entries, and the order of the keys is the host's, too: longer
 * ones before those that they begin with, else by their bits.
 *
 * Who changes the trie holds its lock; who looks something up holds none, and
 * starts over when the count of changes says that there was one meanwhile. Until
 * then all numbers of nodes are valid, whatever they lead to, and prefixes have
 * to become longer on the way, so that it has an end.
 */
#include "map.h"

#define NONE 0xffffffffu
#define HEAD 4 /* bytes of a key before those of the prefix */
#define MAX_BYTES 256 /* of the prefix; the host's limit */
#define TRIES 64 /* of a lookup, until it waits for its turn */

/**
 * struct lpm_node - a prefix
 * @len: bits
 * @child: nodes below by the bit that follows, or NONE
 * @up: node above, NONE for the root; of free ones, the next
 * @value: element that has the value, NONE if it is but a fork
 */
struct lpm_node {
	u32 len;
	u32 child[2];
	u32 up;
	u32 value;
};

/**
 * struct trie - a map of prefixes
 * @map: what all maps have
 * @bytes: of a prefix
 * @count: entries
 * @root: first node, or NONE
 * @changes: count of them, odd while there is one
 * @node: nodes
 * @bits: prefixes by node, as they were stored with all their bytes
 * @free_node: free node that is used next
 * @next: free element that follows, by element
 * @first: free element that is used next
 * @last: the one that came back last
 * @lock: all changes
 */
struct trie {
	struct fn_map map;
	u32 bytes;
	u32 count;
	u32 root;
	u32 changes;
	struct lpm_node *node;
	u8 *bits;
	u32 free_node;
	u32 *next;
	u32 first;
	u32 last;
	fn_lock_t lock;
};

static struct trie *to_trie(struct fn_map *map)
{
	return container_of(map, struct trie, map);
}

static int lpm_check(struct fn_msg_map *m)
{
	if (m->key_size <= HEAD || m->key_size > HEAD + MAX_BYTES) {
		snprintf(
			m->why, sizeof(m->why),
			"key size %u: the key of an LPM trie has %u to %u bytes, 4 of them for the length of the prefix",
			m->key_size, HEAD + 1, HEAD + MAX_BYTES);
		return -EINVAL;
	}
	if (m->max_entries > FN_MAX_ELEMENTS) {
		snprintf(m->why, sizeof(m->why),
			 "max_entries %u: the card takes at most %u",
			 m->max_entries, FN_MAX_ELEMENTS);
		return -E2BIG;
	}
	return 0;
}

static u64 nnodes(const struct fn_msg_map *m)
{
	return 2ull * m->max_entries;
}

static void lpm_free(struct fn_map *map)
{
	struct trie *t = to_trie(map);

	fn_free(t->node);
	fn_free(t->bits);
	fn_free(t->next);
	fn_free(t);
}

static struct fn_map *lpm_alloc(const struct fn_msg_map *m, u32 writers,
				u64 seed)
{
	struct trie *t = fn_alloc(sizeof(*t));
	struct fn_map *map;

	if (!t)
		return NULL;
	map = &t->map;
	map->stride = round_up(m->value_size, 8);
	map->nvalues = m->max_entries + writers;
	t->bytes = m->key_size - HEAD;
	/* What can't be placed on the card need not be allocated here. */
	if ((u64)map->nvalues * map->stride > 1ull << 31)
		return map;
	t->node = fn_alloc(nnodes(m) * sizeof(*t->node));
	t->bits = fn_alloc(nnodes(m) * t->bytes);
	t->next = fn_alloc(map->nvalues * sizeof(u32));
	map->memory = sizeof(*t) + nnodes(m) * (sizeof(*t->node) + t->bytes) +
		      map->nvalues * sizeof(u32);
	if (!t->node || !t->bits || !t->next) {
		lpm_free(map);
		return NULL;
	}
	return map;
}

static void lpm_start(struct fn_map *map)
{
	struct trie *t = to_trie(map);
	u32 i;

	for (i = 0; i < map->nvalues; i++)
		t->next[i] = i + 1;
	t->last = map->nvalues - 1;
	t->root = NONE;
	fn_lock_init(&t->lock);
}

static u32 len_of(const u8 *key)
{
	return get_unaligned((const u32 *)key);
}

static u32 max_len(const struct trie *t)
{
	return 8 * t->bytes;
}

static u8 *bits_of(const struct trie *t, u32 node)
{
	return t->bits + (u64)node * t->bytes;
}

static u8 *value_of(const struct trie *t, u32 element)
{
	return t->map.values + (u64)element * t->map.stride;
}

static u32 bit_at(const u8 *bits, u32 i)
{
	return bits[i / 8] >> (7 - i % 8) & 1;
}

/* Bits that are the same, up to @to; those before @from are known to be. */
static u32 common(const u8 *a, const u8 *b, u32 from, u32 to)
{
	u32 i, diff;

	for (i = from / 8; 8 * i < to; i++) {
		diff = a[i] ^ b[i];
		if (diff)
			return min_t(u32, to, 8 * i + 7 - ilog2(diff));
	}
	return to;
}

/* The longest prefix of a key; @value gets its element or NONE. */
static void walk(const struct trie *t, const u8 *bits, u32 len, u32 *value)
{
	u32 at = fn_load_acquire(&t->root), known = 0, depth, v;

	*value = NONE;
	for (depth = 0; at != NONE; depth++) {
		const struct lpm_node *n = &t->node[at];
		u32 own = READ_ONCE(n->len);

		/* Carried away, if it is no longer than the one before. */
		if (own > len || (depth && own <= known) ||
		    common(bits, bits_of(t, at), known, own) < own)
			return;
		v = READ_ONCE(n->value);
		if (v != NONE)
			*value = v;
		if (own == len)
			return;
		known = own;
		at = fn_load_acquire(&n->child[bit_at(bits, own)]);
	}
}

static u32 find(struct trie *t, const u8 *key)
{
	u32 len = len_of(key), tries, changes, value;

	if (len > max_len(t))
		return NONE;
	for (tries = 0; tries < TRIES; tries++) {
		changes = fn_load_acquire(&t->changes);
		if (changes & 1)
			continue;
		walk(t, key + HEAD, len, &value);
		fn_read_barrier();
		if (READ_ONCE(t->changes) == changes)
			return value;
	}
	fn_lock(&t->lock);
	walk(t, key + HEAD, len, &value);
	fn_unlock(&t->lock);
	return value;
}

/**
 * fn_map_lpm_lookup - fn_map_kind.lookup of an LPM trie
 * @map: map
 * @key: key
 */
u8 *fn_map_lpm_lookup(struct fn_map *map, const u8 *key)
{
	struct trie *t = to_trie(map);
	u32 value = find(t, key);

	return value == NONE ? NULL : value_of(t, value);
}

static int lpm_read(struct fn_map *map, const u8 *key, u8 *to)
{
	struct trie *t = to_trie(map);
	u32 value = NONE;

	if (len_of(key) > max_len(t))
		return -ENOENT;
	fn_lock(&t->lock);
	walk(t, key + HEAD, len_of(key), &value);
	if (value != NONE)
		fn_map_copy(to, value_of(t, value), map->value_size);
	fn_unlock(&t->lock);
	return value == NONE ? -ENOENT : 0;
}

/* Around what readers must not see half done. Under the lock. */
static void begin_change(struct trie *t)
{
	WRITE_ONCE(t->changes, t->changes + 1);
	fn_barrier();
}

static void end_change(struct trie *t)
{
	fn_store_release(&t->changes, t->changes + 1);
}

/**
 * struct place - where a key is, or would be
 * @at: node where the way ends; NONE behind the last
 * @up: node before it, NONE for the root
 * @same: bits that key and @at have in common
 */
struct place {
	u32 at;
	u32 up;
	u32 same;
};

static void find_place(const struct trie *t, const u8 *key, struct place *p)
{
	u32 len = len_of(key), known = 0;

	p->at = t->root;
	p->up = NONE;
	p->same = 0;
	while (p->at != NONE) {
		const struct lpm_node *n = &t->node[p->at];

		p->same = common(key + HEAD, bits_of(t, p->at), known,
				 min(n->len, len));
		if (p->same < n->len || n->len == len)
			return;
		known = n->len;
		p->up = p->at;
		p->at = n->child[bit_at(key + HEAD, n->len)];
	}
}

/* The node of just this prefix, with or without a value. */
static bool is_exact(const struct trie *t, const struct place *p, u32 len)
{
	return p->at != NONE && t->node[p->at].len == len && p->same == len;
}

static bool has_value(const struct trie *t, u32 node)
{
	return t->node[node].value != NONE;
}

static u32 take_value(struct trie *t, const u8 *value)
{
	u32 i = t->first;

	t->first = t->next[i];
	fn_map_copy(value_of(t, i), value, t->map.value_size);
	return i;
}

/* There is always a spare one that the list goes on with. */
static void give_value(struct trie *t, u32 i)
{
	t->next[t->last] = i;
	t->last = i;
}

static u32 take_node(struct trie *t, u32 len, const u8 *bits)
{
	u32 i = t->free_node;
	struct lpm_node *n = &t->node[i];

	/* Those that were never used follow one another. */
	t->free_node = n->up ? n->up - 1 : i + 1;
	n->len = len;
	n->child[0] = NONE;
	n->child[1] = NONE;
	n->value = NONE;
	memcpy(bits_of(t, i), bits, t->bytes);
	return i;
}

static void give_node(struct trie *t, u32 i)
{
	t->node[i].up = t->free_node + 1;
	t->free_node = i;
}

/* The link that leads to what is below @up on the way of @bits. */
static u32 *link_of(struct trie *t, u32 up, const u8 *bits)
{
	struct lpm_node *n = &t->node[up];

	return up == NONE ? &t->root : &n->child[bit_at(bits, n->len)];
}

/* Put @node below @up, in place of what is there. */
static void hang(struct trie *t, u32 up, u32 node)
{
	fn_store_release(link_of(t, up, bits_of(t, node)), node);
	t->node[node].up = up;
}

/* A new node: at the end of the way, before @p->at, or beside it with a fork. */
static u32 insert(struct trie *t, const struct place *p, const u8 *key)
{
	u32 len = len_of(key), node = take_node(t, len, key + HEAD), fork;

	if (p->at == NONE) {
		hang(t, p->up, node);
	} else if (p->same == len) {
		hang(t, p->up, node);
		hang(t, node, p->at);
	} else {
		fork = take_node(t, p->same, key + HEAD);
		hang(t, p->up, fork);
		hang(t, fork, p->at);
		hang(t, fork, node);
	}
	return node;
}

static int refuse(const struct trie *t, bool there, u64 flags)
{
	if (there)
		return flags == BPF_NOEXIST ? -EEXIST : 0;
	if (flags == BPF_EXIST)
		return -ENOENT;
	return t->count == t->map.max_entries ? -ENOSPC : 0;
}

static void store(struct trie *t, const struct place *p, bool exact,
		  const u8 *key, const u8 *value)
{
	u32 fresh = take_value(t, value), old = NONE, node = p->at;

	begin_change(t);
	if (exact) {
		old = t->node[node].value;
		memcpy(bits_of(t, node), key + HEAD, t->bytes);
	} else {
		node = insert(t, p, key);
	}
	WRITE_ONCE(t->node[node].value, fresh);
	end_change(t);
	if (old != NONE)
		give_value(t, old);
	else
		WRITE_ONCE(t->count, t->count + 1);
}

static int lpm_update(struct fn_map *map, const u8 *key, const u8 *value,
		      u64 flags)
{
	struct trie *t = to_trie(map);
	struct place p;
	bool exact;
	int ret;

	if (flags > BPF_EXIST || len_of(key) > max_len(t))
		return -EINVAL;
	fn_lock(&t->lock);
	find_place(t, key, &p);
	exact = is_exact(t, &p, len_of(key));
	ret = refuse(t, exact && has_value(t, p.at), flags);
	if (!ret)
		store(t, &p, exact, key, value);
	fn_unlock(&t->lock);
	return ret;
}

/* A node without a value stays only as a fork; one above may be none any more. */
static void tidy(struct trie *t, u32 at)
{
	u32 up, child;

	for (; at != NONE; at = up) {
		const struct lpm_node *n = &t->node[at];
		bool forks = n->child[0] != NONE && n->child[1] != NONE;

		if (n->value != NONE || forks)
			return;
		up = n->up;
		child = n->child[n->child[0] == NONE];
		fn_store_release(link_of(t, up, bits_of(t, at)), child);
		give_node(t, at);
		if (child == NONE)
			continue;
		t->node[child].up = up;
		return;
	}
}

static int lpm_erase(struct fn_map *map, const u8 *key)
{
	struct trie *t = to_trie(map);
	struct place p;
	u32 old = NONE;

	if (len_of(key) > max_len(t))
		return -EINVAL;
	fn_lock(&t->lock);
	find_place(t, key, &p);
	if (is_exact(t, &p, len_of(key)))
		old = t->node[p.at].value;
	if (old != NONE) {
		begin_change(t);
		WRITE_ONCE(t->node[p.at].value, NONE);
		tidy(t, p.at);
		end_change(t);
		give_value(t, old);
		WRITE_ONCE(t->count, t->count - 1);
	}
	fn_unlock(&t->lock);
	return old == NONE ? -ENOENT : 0;
}

/* The first below a node, itself included: it has no more below it. */
static u32 first_of(const struct trie *t, u32 at)
{
	const struct lpm_node *n = &t->node[at];

	while (n->child[0] != NONE || n->child[1] != NONE) {
		at = n->child[0] != NONE ? n->child[0] : n->child[1];
		n = &t->node[at];
	}
	return at;
}

/* The next with a value, or NONE: beside it, then above. */
static u32 after(const struct trie *t, u32 at)
{
	u32 up = t->node[at].up;

	for (; up != NONE; at = up, up = t->node[at].up) {
		const struct lpm_node *n = &t->node[up];

		if (n->child[0] == at && n->child[1] != NONE)
			return first_of(t, n->child[1]);
		if (n->value != NONE)
			return up;
	}
	return NONE;
}

static u32 next_of(const struct trie *t, const u8 *key)
{
	struct place p;

	if (t->root == NONE)
		return NONE;
	if (!key || len_of(key) > max_len(t))
		return first_of(t, t->root);
	find_place(t, key, &p);
	if (!is_exact(t, &p, len_of(key)) || !has_value(t, p.at))
		return first_of(t, t->root);
	return after(t, p.at);
}

static int lpm_next(struct fn_map *map, const u8 *key, u8 *next)
{
	struct trie *t = to_trie(map);
	u32 node;

	fn_lock(&t->lock);
	node = next_of(t, key);
	if (node != NONE) {
		put_unaligned(t->node[node].len, (u32 *)next);
		memcpy(next + HEAD, bits_of(t, node), t->bytes);
	}
	fn_unlock(&t->lock);
	return node == NONE ? -ENOENT : 0;
}

static u32 lpm_entries(struct fn_map *map)
{
	return READ_ONCE(to_trie(map)->count);
}

const struct fn_map_kind fn_map_lpm = {
	.type = BPF_MAP_TYPE_LPM_TRIE,
	.flags = BPF_F_NO_PREALLOC, /* which the host's kind has to have */
	.name = "lpm_trie",
	.check = lpm_check,
	.alloc = lpm_alloc,
	.free = lpm_free,
	.start = lpm_start,
	.lookup = fn_map_lpm_lookup,
	.read = lpm_read,
	.update = lpm_update,
	.erase = lpm_erase,
	.next = lpm_next,
	.entries = lpm_entries,
};
