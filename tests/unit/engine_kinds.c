// SPDX-License-Identifier: GPL-2.0
/*
 * LPM tries and LRU maps against simple models, alone and by many threads at a
 * time; hash maps that become of these kinds.
 */
#include <pthread.h>

#include "card_code.h"

static struct fn_engine *engine;

static u32 rng(void)
{
	static u64 s = 88172645463325252ull;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s >> 32;
}

static struct fn_map *map_of(u32 handle)
{
	return fn_table_find(&engine->maps, handle);
}

static int set_kind(u32 handle, u32 type, char *why)
{
	struct fn_msg_map_kind m = { .handle = handle, .type = type };
	int ret = fn_map_set_kind(engine, &m);

	if (why)
		strcpy(why, m.why);
	return ret;
}

/* ---- prefixes */

#define PREFIXES 64
#define BYTES_MAX 256

struct prefix {
	u32 len;
	u8 bits[BYTES_MAX];
};

/* The model: what was stored, in no order. */
struct model {
	u32 bytes;
	u32 max;
	u32 n;
	struct prefix p[PREFIXES];
	u64 value[PREFIXES];
};

static bool bit(const u8 *bits, u32 i)
{
	return bits[i / 8] & 0x80 >> i % 8;
}

static bool begins(const struct prefix *p, const u8 *bits)
{
	u32 i;

	for (i = 0; i < p->len; i++)
		if (bit(p->bits, i) != bit(bits, i))
			return false;
	return true;
}

static u32 exact(const struct model *m, const struct prefix *key)
{
	u32 i;

	for (i = 0; i < m->n; i++)
		if (m->p[i].len == key->len && begins(&m->p[i], key->bits))
			break;
	return i;
}

static u32 longest(const struct model *m, const struct prefix *key)
{
	u32 i, best = m->n;

	for (i = 0; i < m->n; i++)
		if (m->p[i].len <= key->len && begins(&m->p[i], key->bits) &&
		    (best == m->n || m->p[i].len > m->p[best].len))
			best = i;
	return best;
}

/* Longer ones before those they begin with, else by their bits. */
static bool precedes(const struct prefix *a, const struct prefix *b)
{
	u32 i;

	for (i = 0; i < a->len && i < b->len; i++)
		if (bit(a->bits, i) != bit(b->bits, i))
			return bit(b->bits, i);
	return a->len > b->len;
}

static int model_update(struct model *m, const struct prefix *key, u64 value,
			u64 flags)
{
	u32 i = exact(m, key);

	if (flags > BPF_EXIST || key->len > 8 * m->bytes)
		return -EINVAL;
	if (i < m->n && flags == BPF_NOEXIST)
		return -EEXIST;
	if (i == m->n && flags == BPF_EXIST)
		return -ENOENT;
	if (i == m->n && m->n == m->max)
		return -ENOSPC;
	m->n += i == m->n;
	m->p[i] = *key;
	m->value[i] = value;
	return 0;
}

static int model_delete(struct model *m, const struct prefix *key)
{
	u32 i = exact(m, key);

	if (key->len > 8 * m->bytes)
		return -EINVAL;
	if (i == m->n)
		return -ENOENT;
	m->p[i] = m->p[--m->n];
	m->value[i] = m->value[m->n];
	return 0;
}

/* Few different bytes, so that prefixes have much in common. */
static void make_key(const struct model *m, struct prefix *key)
{
	u32 i;

	memset(key, 0, sizeof(*key));
	key->len = rng() % 16 ? rng() % (8 * m->bytes + 1) :
		   rng() % 2  ? 8 * m->bytes + 1 + rng() % 9 :
				rng();
	for (i = 0; i < m->bytes; i++)
		key->bits[i] = rng() % 4 ? 0xff * (rng() & 1) : rng();
	if (rng() % 3 && m->n) {
		u32 at = rng() % m->n;

		memcpy(key->bits, m->p[at].bits, m->bytes);
		key->bits[rng() % m->bytes] ^= 1 << rng() % 8;
		if (rng() % 2)
			*key = m->p[at];
	}
}

static bool one_op(struct model *m, u32 map)
{
	u64 value = rng(), got = 0, flags = rng() % 9 ? rng() % 3 : 3;
	struct prefix key;
	int ret, want;
	u32 i;

	make_key(m, &key);
	i = longest(m, &key);
	if (key.len > 8 * m->bytes)
		i = m->n;
	switch (rng() % 5) {
	case 0:
	case 1:
		ret = map_op(engine, map, FN_MAP_UPDATE, &key, &value, flags);
		want = model_update(m, &key, value, flags);
		break;
	case 2:
		ret = map_op(engine, map, FN_MAP_DELETE, &key, NULL, 0);
		want = model_delete(m, &key);
		break;
	case 3:
		ret = map_op(engine, map, FN_MAP_LOOKUP, &key, &got, 0);
		want = i < m->n ? 0 : -ENOENT;
		break;
	default: {
		u8 *v = fn_map_lookup(map_of(map), (u8 *)&key);

		ret = v ? 0 : -ENOENT;
		want = i < m->n ? 0 : -ENOENT;
		if (v)
			memcpy(&got, v, sizeof(got));
	}
	}
	if (ret != want || (got && i < m->n && got != m->value[i]))
		diag("/%u: %d and %llu, expected %d and %llu", key.len, ret,
		     (unsigned long long)got, want,
		     (unsigned long long)(i < m->n ? m->value[i] : 0));
	return ret == want && (!got || got == m->value[i]);
}

static bool walk(const struct model *m, u32 map)
{
	struct prefix key, next = {};
	const void *prev = NULL;
	u32 n = 0;

	while (!map_op(engine, map, FN_MAP_NEXT, prev, &next, 0)) {
		u32 i = exact(m, &next);

		if (i == m->n || memcmp(next.bits, m->p[i].bits, m->bytes) ||
		    (n && !precedes(&key, &next))) {
			diag("key %u of the walk is wrong", n);
			return false;
		}
		key = next;
		prev = &key;
		n++;
	}
	return n == m->n;
}

/* What is not there goes on with the first, as on the host. */
static bool walk_from_nowhere(const struct model *m, u32 map)
{
	struct prefix key, next = {}, first = {};
	int ret, want;

	make_key(m, &key);
	if (exact(m, &key) < m->n)
		return true;
	want = map_op(engine, map, FN_MAP_NEXT, NULL, &first, 0);
	ret = map_op(engine, map, FN_MAP_NEXT, &key, &next, 0);
	return ret == want && !memcmp(&next, &first, sizeof(next));
}

static void test_lpm(u32 bytes, u32 max, u32 ops)
{
	struct model m = { .bytes = bytes, .max = max };
	u32 map = map_create(engine, NULL, BPF_MAP_TYPE_LPM_TRIE, 4 + bytes, 8,
			     max);
	struct fn_msg_map info = { .handle = map };
	u32 i;

	for (i = 0; i < ops; i++) {
		if (!one_op(&m, map))
			break;
		if (i % 50 == 0 &&
		    (!walk(&m, map) || !walk_from_nowhere(&m, map))) {
			diag("the walk is not that of the model");
			break;
		}
	}
	is_u64(i, ops, "LPM trie: operations");
	fn_map_get(engine, &info);
	ok(info.entries == m.n, "  %u entries of prefixes of up to %u bits",
	   info.entries, 8 * bytes);
	map_free(engine, map);
}

static void test_routes(void)
{
	static const struct {
		u32 len;
		u8 at[4];
		u64 value;
	} routes[] = {
		{ 0, { 0, 0, 0, 0 }, 1 },
		{ 8, { 10, 0, 0, 0 }, 2 },
		{ 24, { 10, 1, 2, 99 }, 3 },
		{ 32, { 10, 1, 2, 3 }, 4 },
	};
	static const struct {
		u8 at[4];
		u64 value;
	} wants[] = {
		{ { 9, 9, 9, 9 }, 1 },
		{ { 10, 9, 9, 9 }, 2 },
		{ { 10, 1, 2, 4 }, 3 },
		{ { 10, 1, 2, 3 }, 4 },
	};
	u32 map = map_create(engine, NULL, BPF_MAP_TYPE_LPM_TRIE, 8, 8, 8), i;
	u8 key[8];
	u64 got;

	for (i = 0; i < ARRAY_SIZE(routes); i++) {
		memcpy(key, &routes[i].len, 4);
		memcpy(key + 4, routes[i].at, 4);
		map_op(engine, map, FN_MAP_UPDATE, key, &routes[i].value, 0);
	}
	for (i = 0; i < ARRAY_SIZE(wants); i++) {
		memcpy(key, &(u32){ 32 }, 4);
		memcpy(key + 4, wants[i].at, 4);
		got = 0;
		map_op(engine, map, FN_MAP_LOOKUP, key, &got, 0);
		ok(got == wants[i].value, "route of %u.%u.%u.%u",
		   wants[i].at[0], wants[i].at[1], wants[i].at[2],
		   wants[i].at[3]);
	}
	map_free(engine, map);
}

/* ---- eviction */

#define LRU_KEYS 400
#define LRU_SCAN 32

/* The model: keys in the order of the clock, those used with a mark. */
struct clock {
	u32 max;
	u32 n;
	u32 key[LRU_KEYS];
	bool used[LRU_KEYS];
	u64 value[LRU_KEYS]; /* by key */
};

static u32 place(const struct clock *c, u32 key)
{
	u32 i;

	for (i = 0; i < c->n && c->key[i] != key; i++)
		;
	return i;
}

static void leave(struct clock *c, u32 i)
{
	for (c->n--; i < c->n; i++) {
		c->key[i] = c->key[i + 1];
		c->used[i] = c->used[i + 1];
	}
}

static void come(struct clock *c, u32 key)
{
	c->used[c->n] = false;
	c->key[c->n++] = key;
}

static void make_room(struct clock *c)
{
	u32 i, key;

	for (i = 0; i < LRU_SCAN && c->used[0]; i++) {
		key = c->key[0];
		leave(c, 0);
		come(c, key);
	}
	leave(c, 0);
}

static int clock_update(struct clock *c, u32 key, u64 value, u64 flags)
{
	u32 i = place(c, key);

	if (flags > BPF_EXIST)
		return -EINVAL;
	if (i < c->n && flags == BPF_NOEXIST)
		return -EEXIST;
	if (i == c->n && flags == BPF_EXIST)
		return -ENOENT;
	if (i < c->n) {
		c->used[i] = true;
	} else {
		if (c->n == c->max)
			make_room(c);
		come(c, key);
	}
	c->value[key] = value;
	return 0;
}

static bool lru_op(struct clock *c, u32 map, u32 keys)
{
	u32 key = rng() % keys, i = place(c, key);
	u64 value = rng(), got = 0, flags = rng() % 9 ? rng() % 3 : 3;
	int ret = 0, want = i < c->n ? 0 : -ENOENT;
	u8 *v;

	switch (rng() % 8) {
	case 0:
		ret = map_op(engine, map, FN_MAP_DELETE, &key, NULL, 0);
		if (i < c->n)
			leave(c, i);
		break;
	case 1:
		ret = map_op(engine, map, FN_MAP_LOOKUP, &key, &got, 0);
		break;
	case 2:
	case 3:
		v = fn_map_lookup(map_of(map), (u8 *)&key);
		ret = v ? 0 : -ENOENT;
		if (v)
			memcpy(&got, v, sizeof(got));
		if (i < c->n)
			c->used[i] = true;
		break;
	default:
		ret = map_op(engine, map, FN_MAP_UPDATE, &key, &value, flags);
		want = clock_update(c, key, value, flags);
	}
	if (ret != want || (got && got != c->value[key]))
		diag("key %u: %d, expected %d", key, ret, want);
	return ret == want && (!got || got == c->value[key]);
}

/* More than are given a second chance at a time. */
static void use_all(struct clock *c, u32 map)
{
	u32 i;

	for (i = 0; i < c->n; i++) {
		fn_map_lookup(map_of(map), (u8 *)&c->key[i]);
		c->used[i] = true;
	}
}

static bool same_order(const struct clock *c, u32 map)
{
	const u32 *prev = NULL;
	u32 i, key, next;

	for (i = 0; !map_op(engine, map, FN_MAP_NEXT, prev, &next, 0); i++) {
		if (i == c->n || next != c->key[i])
			return false;
		key = next;
		prev = &key;
	}
	return i == c->n;
}

static void test_lru(u32 max, u32 keys, u32 ops)
{
	struct clock c = { .max = max };
	u32 map = map_create(engine, NULL, BPF_MAP_TYPE_LRU_HASH, 4, 8, max);
	u32 i;

	for (i = 0; i < ops; i++) {
		if (rng() % 100 == 0)
			use_all(&c, map);
		if (!lru_op(&c, map, keys))
			break;
		if (i % 20 == 0 && !same_order(&c, map)) {
			diag("other keys, or another order, than the model's");
			break;
		}
	}
	ok(i == ops, "LRU map of %u for %u keys: %u operations", max, keys, i);
	map_free(engine, map);
}

/* ---- many threads */

#define THREADS 4
#define ROUNDS 60000

struct user {
	u32 map;
	u32 seed;
	bool lpm;
	u64 torn;
	u64 failed;
};

/* Values are four times the same number, so that a torn one shows. */
static void *use(void *arg)
{
	struct user *u = arg;
	u32 i, state = u->seed;

	for (i = 0; i < ROUNDS; i++) {
		u32 key[2];
		u64 v[4] = { i, i, i, i };
		int ret = 0;
		u8 *p;

		state = state * 1664525 + 1013904223;
		key[0] = u->lpm ? state >> 8 & 31 : state >> 8 & 63;
		key[1] = (state >> 16 & 3) * 0x01010101;
		switch (state >> 20 & 7) {
		case 0:
		case 1:
		case 2:
			ret = map_op(engine, u->map, FN_MAP_UPDATE, key, v, 0);
			u->failed += ret && !(u->lpm && ret == -ENOSPC);
			break;
		case 3:
			map_op(engine, u->map, FN_MAP_DELETE, key, NULL, 0);
			break;
		case 4:
			map_op(engine, u->map, FN_MAP_NEXT, key, key, 0);
			break;
		case 5:
			if (!map_op(engine, u->map, FN_MAP_LOOKUP, key, v, 0))
				u->torn += v[0] != v[1] || v[0] != v[3];
			break;
		default:
			fn_read_lock();
			p = fn_map_lookup(map_of(u->map), (u8 *)key);
			if (p)
				u->torn +=
					(size_t)(p - map_of(u->map)->values) %
					sizeof(v);
			fn_read_unlock();
		}
	}
	return NULL;
}

/* Afterwards all elements have to be there still, in use or free. */
static u32 fill(u32 map, bool lpm, u32 n)
{
	u32 i, key[2], added = 0;
	u64 v[4] = {};

	while (!map_op(engine, map, FN_MAP_NEXT, NULL, key, 0))
		map_op(engine, map, FN_MAP_DELETE, key, NULL, 0);
	for (i = 0; i < n; i++) {
		key[0] = lpm ? 32 : i;
		key[1] = i;
		added += !map_op(engine, map, FN_MAP_UPDATE, key, v, 0);
	}
	return added;
}

static void test_threads(u32 type, u32 max)
{
	bool lpm = type == BPF_MAP_TYPE_LPM_TRIE;
	u32 map = map_create(engine, NULL, type, lpm ? 8 : 4, 32, max), i;
	struct fn_msg_map info = { .handle = map };
	struct user u[THREADS];
	pthread_t t[THREADS];
	u64 torn = 0, failed = 0;

	for (i = 0; i < THREADS; i++) {
		u[i] = (struct user){ .map = map, .seed = 7 * i + 1, lpm };
		pthread_create(&t[i], NULL, use, &u[i]);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		torn += u[i].torn;
		failed += u[i].failed;
	}
	ok(!torn, "%u threads, map type %u of %u: no half value", THREADS, type,
	   max);
	is_u64(failed, 0, "  no update fails");
	fn_map_get(engine, &info);
	ok(info.entries <= max, "  %u entries, at most %u", info.entries, max);
	is_u64(fill(map, lpm, max + 5), lpm ? max : max + 5,
	       "  no element was lost or doubled");
	fn_map_get(engine, &info);
	is_u64(info.entries, max, "  it is full");
	map_free(engine, map);
}

/* ---- hash maps of another kind */

static void test_kind(void)
{
	u32 map = map_create(engine, NULL, BPF_MAP_TYPE_HASH, 8, 8, 2);
	struct fn_msg_map before = { .handle = map }, info = { .handle = map };
	u64 used = engine->map_bytes, got, value = 7;
	u8 key[8] = { 8, 0, 0, 0, 10 }, host[8] = { 32, 0, 0, 0, 10, 1, 1, 1 };

	fn_map_get(engine, &before);
	is_u64(-map_op(engine, map, FN_MAP_LOOKUP, key, &got, 0), ENOENT,
	       "a look at a hash does not use it");
	is_u64(-set_kind(map, BPF_MAP_TYPE_LPM_TRIE, NULL), 0, "made a trie");
	fn_map_get(engine, &info);
	is_u64(info.type, BPF_MAP_TYPE_LPM_TRIE, "  which it says");
	is_u64(info.addr, before.addr, "  at the same address");
	is_u64(engine->map_bytes - used, info.memory - before.memory,
	       "  its memory is counted");
	is_str(info.name, before.name, "  under the same name");
	map_op(engine, map, FN_MAP_UPDATE, key, &value, 0);
	got = 0;
	map_op(engine, map, FN_MAP_LOOKUP, host, &got, 0);
	is_u64(got, 7, "  it finds the longest prefix");
	is_u64(-set_kind(map, BPF_MAP_TYPE_LRU_HASH, NULL), EBUSY, "once only");
	map_free(engine, map);
	is_u64(engine->map_bytes, used - before.memory, "all memory is back");
}

static void refused(u32 handle, u32 type, int err, const char *text)
{
	char why[FN_WHY_LEN];

	is_u64(-set_kind(handle, type, why), err, "refused");
	has_str(why, text, "  with the reason");
}

static void test_kind_refused(void)
{
	u32 array = map_create(engine, NULL, BPF_MAP_TYPE_ARRAY, 4, 8, 4);
	u32 hash = map_create(engine, NULL, BPF_MAP_TYPE_HASH, 4, 8, 4);
	u32 big = map_create(engine, NULL, BPF_MAP_TYPE_HASH, 261, 8, 4);
	u32 key = 1, prog;
	struct code c = {};
	u64 value = 1;

	refused(array, BPF_MAP_TYPE_LRU_HASH, EINVAL,
		"map map is of type array: only hash maps");
	refused(hash, BPF_MAP_TYPE_ARRAY, EOPNOTSUPP, "kind 2: a hash map");
	refused(hash, BPF_MAP_TYPE_LRU_PERCPU_HASH, EOPNOTSUPP, "kind 10");
	refused(hash, 0xffffffff, EOPNOTSUPP, "kind 4294967295");
	refused(hash, BPF_MAP_TYPE_LPM_TRIE, EINVAL, "key size 4: the key of");
	refused(big, BPF_MAP_TYPE_LPM_TRIE, EINVAL, "key size 261: the key of");
	refused(999, BPF_MAP_TYPE_LRU_HASH, ENOENT, "no map with handle 999");
	map_op(engine, hash, FN_MAP_UPDATE, &key, &value, 0);
	map_op(engine, hash, FN_MAP_DELETE, &key, NULL, 0);
	refused(hash, BPF_MAP_TYPE_LRU_HASH, EBUSY, "has been written to");
	map_free(engine, hash);
	hash = map_create(engine, &c, BPF_MAP_TYPE_HASH, 4, 8, 4);
	emit_verdict(&c, XDP_PASS);
	prog = code_load(engine, &c);
	refused(hash, BPF_MAP_TYPE_LRU_HASH, EBUSY, "a program has used it");
	prog_unload(engine, prog);
	refused(hash, BPF_MAP_TYPE_LRU_HASH, EBUSY, "a program has used it");
	map_free(engine, hash);
	map_free(engine, array);
	map_free(engine, big);
}

/* A program that was made for a hash runs with what became of it. */
static void test_kind_program(void)
{
	u32 map, value = 0;
	struct code c = {};
	u8 frame[64] = {};
	struct fn_run run = { .frame = frame, .len = 64, .room = 64 };
	u64 v = 42;
	u8 key[8] = { 8, 0, 0, 0, 10 };

	map = map_create(engine, &c, BPF_MAP_TYPE_HASH, 8, 8, 4);
	set_kind(map, BPF_MAP_TYPE_LPM_TRIE, NULL);
	map_op(engine, map, FN_MAP_UPDATE, key, &v, 0);
	emit(&c, FN_OP_STI, SIZE(4), 0, FN_REG_FP, 0, FN_IMM16(-8, 32));
	emit(&c, FN_OP_STI, SIZE(4), 0, FN_REG_FP, 0, FN_IMM16(-4, 10));
	emit_const(&c, 1, FN_ADDR_MAPREF);
	emit(&c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -8);
	emit_helper(&c, FN_HELPER_map_lookup_elem);
	emit(&c, FN_OP_JCC, COND(FN_EQ) | FN_X_IMM, 0, 0, 0, FN_IMM16(0, 1));
	emit_ld(&c, 8, 0, 0, 0);
	emit_exit(&c, 0);
	value = code_run(engine, &c, &run);
	ok(value, "a program for a hash takes a trie");
	is_u64(run.result, 42, "  and finds a prefix in it");
	map_free(engine, map);
}

struct racer {
	u32 map;
	int ret;
};

static void *update_once(void *arg)
{
	struct racer *r = arg;
	u8 key[8] = { 32, 0, 0, 0, 10, 1, 1, 1 };
	u64 value = 9;

	r->ret = map_op(engine, r->map, FN_MAP_UPDATE, key, &value, 0);
	return NULL;
}

/* The update is in the map that there is in the end, whichever came first. */
static void test_kind_race(void)
{
	u8 key[8] = { 32, 0, 0, 0, 10, 1, 1, 1 };
	u32 i, lost = 0, made = 0;

	for (i = 0; i < 500; i++) {
		struct racer r = { .map = map_create(engine, NULL,
						     BPF_MAP_TYPE_HASH, 8, 8,
						     4) };
		pthread_t t;
		u64 got;

		pthread_create(&t, NULL, update_once, &r);
		if (i & 1)
			sched_yield();
		made += !set_kind(r.map, BPF_MAP_TYPE_LPM_TRIE, NULL);
		pthread_join(t, NULL);
		lost += r.ret ||
			map_op(engine, r.map, FN_MAP_LOOKUP, key, &got, 0);
		map_free(engine, r.map);
	}
	ok(!lost, "no update is lost to a change of kind (%u of %u made)", made,
	   i);
}

int main(void)
{
	engine = test_engine();
	test_routes();
	test_lpm(1, 20, 40000);
	test_lpm(4, 20, 40000);
	test_lpm(4, 60, 20000);
	test_lpm(16, 40, 20000);
	test_lpm(256, 30, 4000);
	test_lru(1, 3, 10000);
	test_lru(20, 50, 60000);
	test_lru(100, 300, 40000);
	test_threads(BPF_MAP_TYPE_LPM_TRIE, 24);
	test_threads(BPF_MAP_TYPE_LRU_HASH, 24);
	test_threads(BPF_MAP_TYPE_LRU_HASH, 1);
	test_kind();
	test_kind_refused();
	test_kind_program();
	test_kind_race();
	fn_engine_free(engine);
	return done_testing();
}
