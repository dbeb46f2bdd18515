// SPDX-License-Identifier: GPL-2.0
/*
 * Maps against a simple model: the host's operations, the program's helpers,
 * full maps, iteration, and what is refused.
 */
#include "card_code.h"

#define KEYS 64
#define MAX 20
#define OPS 200000

static struct fn_engine *engine;

static u32 rng(void)
{
	static u64 s = 88172645463325252ull;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s >> 32;
}

/* The model: a value for each of KEYS keys, when it came, how many there are. */
struct model {
	u32 key_size;
	u32 value_size;
	bool present[KEYS];
	u8 value[KEYS][72];
	u32 came[KEYS];
	u32 latest;
	u32 n;
};

static void make_key(const struct model *m, u32 k, u8 *key)
{
	for (u32 i = 0; i < m->key_size; i++)
		key[i] = i < 4 ? k >> i * 8 : k * 5 + i;
	if (m->key_size < 4)
		key[0] = k;
}

static int model_update(struct model *m, u32 k, const u8 *value, u64 flags)
{
	if (flags > BPF_EXIST)
		return -EINVAL;
	if (m->present[k] && flags == BPF_NOEXIST)
		return -EEXIST;
	if (!m->present[k] && flags == BPF_EXIST)
		return -ENOENT;
	if (!m->present[k] && m->n == MAX)
		return -E2BIG;
	if (!m->present[k])
		m->came[k] = ++m->latest;
	m->n += !m->present[k];
	m->present[k] = true;
	memcpy(m->value[k], value, m->value_size);
	return 0;
}

static bool one_op(struct model *m, u32 map)
{
	u32 k = rng() % KEYS;
	u8 key[512], value[72], got[72];
	u64 flags = rng() % 4;
	u32 i;
	int want, ret;

	make_key(m, k, key);
	switch (rng() % 4) {
	case 0:
	case 1:
		for (i = 0; i < m->value_size; i++)
			value[i] = rng();
		ret = map_op(engine, map, FN_MAP_UPDATE, key, value, flags);
		want = model_update(m, k, value, flags);
		break;
	case 2:
		ret = map_op(engine, map, FN_MAP_DELETE, key, NULL, 0);
		want = m->present[k] ? 0 : -ENOENT;
		m->n -= m->present[k];
		m->present[k] = false;
		break;
	default:
		ret = map_op(engine, map, FN_MAP_LOOKUP, key, got, 0);
		want = m->present[k] ? 0 : -ENOENT;
		if (!ret && !want && memcmp(got, m->value[k], m->value_size)) {
			diag("key %u: another value than was stored", k);
			return false;
		}
	}
	if (ret != want)
		diag("key %u: returned %d, expected %d", k, ret, want);
	return ret == want;
}

/* Every key exactly once, in the order in which they came. */
static bool iterate(const struct model *m, u32 map)
{
	bool seen[KEYS] = {};
	u8 key[512], next[512], want[512];
	const u8 *prev = NULL;
	u32 n = 0, latest = 0;
	u32 k;

	while (!map_op(engine, map, FN_MAP_NEXT, prev, next, 0)) {
		k = next[0];
		if (k >= KEYS || seen[k] || !m->present[k] ||
		    m->came[k] < latest)
			return false;
		latest = m->came[k];
		make_key(m, k, want);
		if (memcmp(want, next, m->key_size))
			return false;
		seen[k] = true;
		memcpy(key, next, sizeof(key));
		prev = key;
		n++;
	}
	return n == m->n;
}

static void test_hash(u32 key_size, u32 value_size)
{
	struct model m = { .key_size = key_size, .value_size = value_size };
	u32 map = map_create(engine, NULL, BPF_MAP_TYPE_HASH, key_size,
			     value_size, MAX);
	struct fn_msg_map info = { .handle = map };
	u32 i;

	for (i = 0; i < OPS / 10; i++) {
		if (!one_op(&m, map))
			break;
		if (i % 500 == 0 && !iterate(&m, map)) {
			diag("iteration does not give every key once, in order");
			break;
		}
	}
	ok(i == OPS / 10, "hash, keys of %u, values of %u: %u operations",
	   key_size, value_size, i);
	fn_map_get(engine, &info);
	is_u64(info.entries, m.n, "entries");
	map_free(engine, map);
}

/* A full map takes replacements, gives places back, and says E2BIG. */
static void test_full(void)
{
	u32 map = map_create(engine, NULL, BPF_MAP_TYPE_HASH, 4, 8, 1000);
	u32 key;
	u64 value, round;
	u32 bad = 0;

	for (key = 0, value = 0; key < 1000; key++)
		bad += !!map_op(engine, map, FN_MAP_UPDATE, &key, &value, 0);
	is_u64(bad, 0, "max_entries fit");
	key = 1000;
	value = 1;
	is_u64(-map_op(engine, map, FN_MAP_UPDATE, &key, &value, 0), E2BIG,
	       "one more doesn't");
	for (round = 0; round < 100; round++)
		for (key = 0; key < 1000; key++)
			bad += !!map_op(engine, map, FN_MAP_UPDATE, &key,
					&round, BPF_EXIST);
	is_u64(bad, 0, "values of a full map can be replaced");
	for (round = 0; round < 10000; round++) {
		key = round;
		bad += !!map_op(engine, map, FN_MAP_DELETE, &key, NULL, 0);
		key = round + 1000;
		bad += !!map_op(engine, map, FN_MAP_UPDATE, &key, &round, 0);
	}
	is_u64(bad, 0, "a place that became free is used again");
	for (key = 10000; key < 11000; key++)
		bad += !!map_op(engine, map, FN_MAP_LOOKUP, &key, &value, 0) ||
		       value != key - 1000;
	is_u64(bad, 0, "and holds what was put there");
	map_free(engine, map);
}

static void test_array(void)
{
	u32 map = map_create(engine, NULL, BPF_MAP_TYPE_ARRAY, 4, 13, 5);
	u8 value[13] = "twelve chars", got[14] = {};
	u32 key = 4, next;

	is_u64(map_op(engine, map, FN_MAP_UPDATE, &key, value, 0), 0, "update");
	is_u64(map_op(engine, map, FN_MAP_LOOKUP, &key, got, 0), 0, "lookup");
	is_str((char *)got, "twelve chars", "value");
	is_u64(-map_op(engine, map, FN_MAP_UPDATE, &key, value, BPF_NOEXIST),
	       EEXIST, "an element of an array always exists");
	is_u64(map_op(engine, map, FN_MAP_UPDATE, &key, value, BPF_EXIST), 0,
	       "BPF_EXIST");
	is_u64(-map_op(engine, map, FN_MAP_UPDATE, &key, value, 4), EINVAL,
	       "unknown flag");
	is_u64(-map_op(engine, map, FN_MAP_DELETE, &key, NULL, 0), EINVAL,
	       "nothing can be deleted");
	key = 5;
	is_u64(-map_op(engine, map, FN_MAP_LOOKUP, &key, got, 0), ENOENT,
	       "lookup past the end");
	is_u64(-map_op(engine, map, FN_MAP_UPDATE, &key, value, 0), E2BIG,
	       "update past the end");
	is_u64(map_op(engine, map, FN_MAP_NEXT, &key, &next, 0), 0,
	       "next of an unknown key");
	is_u64(next, 0, "is the first");
	is_u64(map_op(engine, map, FN_MAP_NEXT, NULL, &next, 0), 0,
	       "next of none");
	is_u64(next, 0, "is the first");
	key = 4;
	is_u64(-map_op(engine, map, FN_MAP_NEXT, &key, &next, 0), ENOENT,
	       "next of the last");
	is_u64(-map_op(engine, map, 77, &key, &next, 0), EOPNOTSUPP,
	       "unknown operation");
	is_u64(-map_op(engine, map, FN_MAP_LOOKUP, NULL, &next, 0), EINVAL,
	       "no key");
	is_u64(-map_op(engine, 999, FN_MAP_LOOKUP, &key, &next, 0), ENOENT,
	       "no map");
	map_free(engine, map);
}

static void refused(u32 type, u32 key, u32 value, u32 max, u32 flags, int err,
		    const char *why)
{
	struct fn_msg_map m = {
		.type = type,
		.key_size = key,
		.value_size = value,
		.max_entries = max,
		.flags = flags,
	};

	is_u64(-fn_map_create(engine, &m), err, "refused");
	has_str(m.why, why, "  with the reason");
}

static void test_refused(void)
{
	refused(BPF_MAP_TYPE_DEVMAP, 4, 4, 1, 0, EOPNOTSUPP, "map type 14");
	refused(BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_NO_PREALLOC, EINVAL,
		"map flags 1: the card's array maps take none");
	refused(BPF_MAP_TYPE_HASH, 4, 8, 1, BPF_F_NUMA_NODE, EINVAL,
		"map flags 4: the card's hash maps take BPF_F_NO_PREALLOC (1)");
	refused(BPF_MAP_TYPE_ARRAY, 8, 8, 1, 0, EINVAL, "key size 8");
	refused(BPF_MAP_TYPE_HASH, 0, 8, 1, 0, EINVAL, "key size 0");
	refused(BPF_MAP_TYPE_HASH, 513, 8, 1, 0, E2BIG, "key size 513");
	refused(BPF_MAP_TYPE_ARRAY, 4, 0, 1, 0, EINVAL, "value size 0");
	refused(BPF_MAP_TYPE_ARRAY, 4, 1 << 20, 1, 0, E2BIG, "1048568");
	refused(BPF_MAP_TYPE_ARRAY, 4, 0xffffffff, 1, 0, E2BIG, "1048568");
	refused(BPF_MAP_TYPE_ARRAY, 4, 8, 0, 0, EINVAL, "max_entries 0");
	refused(BPF_MAP_TYPE_HASH, 4, 8, 0xffffffff, 0, E2BIG, "max_entries");
	refused(BPF_MAP_TYPE_HASH, 4, 8, 0x7fffff00, 0, E2BIG, "2 GiB");
	refused(BPF_MAP_TYPE_ARRAY, 4, 1024, 0xffffffff, 0, E2BIG, "2 GiB");
	refused(BPF_MAP_TYPE_ARRAY, 4, 1048568, 2049, 0, E2BIG, "2 GiB");
}

static void test_memory(void)
{
	static const u32 sizes[][2] = { { 1, 1 },   { 4, 8 },	{ 4, 4 },
					{ 16, 16 }, { 13, 64 }, { 40, 1 } };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u32 n = 10000;
		u64 limit = (u64)n * (sizes[i][0] + sizes[i][1] + 16) * 3 / 2;
		struct fn_msg_map m = {
			.handle = map_create(engine, NULL, BPF_MAP_TYPE_HASH,
					     sizes[i][0], sizes[i][1], n),
		};

		fn_map_get(engine, &m);
		ok(m.memory <= limit,
		   "key %u, value %u: %llu bytes for %u entries, at most %llu",
		   sizes[i][0], sizes[i][1], (unsigned long long)m.memory, n,
		   (unsigned long long)limit);
		map_free(engine, m.handle);
	}
}

/* Programs: lookup, update, delete; the value's address can be written. */
static u64 helper(u32 map, u32 max, u32 number, u32 key, u64 value, u64 flags)
{
	u8 frame[64] = {};
	struct fn_run run = { .frame = frame, .len = 64, .room = 64 };
	struct code c = { .nmaps = 1 };

	c.handles[0] = map;
	c.maps[0] = (struct fn_image_map){ BPF_MAP_TYPE_HASH, 4, 8, max };
	emit_const(&c, 6, key);
	emit_const(&c, 7, value);
	emit_st(&c, 4, FN_REG_FP, -4, 6);
	emit_st(&c, 8, FN_REG_FP, -16, 7);
	emit_const(&c, 1, FN_ADDR_MAPREF);
	emit(&c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -4);
	emit(&c, FN_OP_ADD, FN_X_IMM, 3, FN_REG_FP, 0, -16);
	emit_const(&c, 4, flags);
	emit_helper(&c, number);
	if (number == FN_HELPER_map_lookup_elem) {
		emit(&c, FN_OP_JCC, COND(FN_EQ) | FN_X_IMM, 0, 0, 0,
		     FN_IMM16(0, 2));
		emit_st(&c, 8, 0, 0, 7);
		emit_ld(&c, 8, 0, 0, 0);
	}
	emit_exit(&c, 0);
	if (!code_run(engine, &c, &run) ||
	    (run.fault && run.fault != FN_FAULT_VERDICT &&
	     run.fault != FN_FAULT_ABORTED))
		diag("fault %s", fn_fault_name[run.fault]);
	return run.result;
}

static void test_helpers(void)
{
	u32 map = map_create(engine, NULL, BPF_MAP_TYPE_HASH, 4, 8, 2);
	u32 key = 5;
	u64 got;

	is_u64(helper(map, 2, FN_HELPER_map_lookup_elem, 5, 1, 0), 0,
	       "lookup of nothing is NULL");
	is_u64(helper(map, 2, FN_HELPER_map_update_elem, 5, 77, BPF_EXIST),
	       -ENOENT, "update of nothing");
	is_u64(helper(map, 2, FN_HELPER_map_update_elem, 5, 77, BPF_ANY), 0,
	       "update");
	is_u64(helper(map, 2, FN_HELPER_map_update_elem, 5, 77, BPF_NOEXIST),
	       -EEXIST, "update of what is there");
	map_op(engine, map, FN_MAP_LOOKUP, &key, &got, 0);
	is_u64(got, 77, "the host sees it");
	is_u64(helper(map, 2, FN_HELPER_map_lookup_elem, 5, 99, 0), 99,
	       "a program writes through the value's address");
	map_op(engine, map, FN_MAP_LOOKUP, &key, &got, 0);
	is_u64(got, 99, "the host sees that");
	is_u64(helper(map, 2, FN_HELPER_map_update_elem, 6, 1, 0), 0,
	       "a second");
	is_u64(helper(map, 2, FN_HELPER_map_update_elem, 7, 1, 0), -E2BIG,
	       "a third is too many");
	is_u64(helper(map, 2, FN_HELPER_map_update_elem, 7, 1, 1ull << 32),
	       -EINVAL, "flags are 64 bits wide");
	is_u64(helper(map, 2, FN_HELPER_map_delete_elem, 5, 0, 0), 0, "delete");
	is_u64(helper(map, 2, FN_HELPER_map_delete_elem, 5, 0, 0), -ENOENT,
	       "delete again");
	map_free(engine, map);
}

/* A program keeps the maps it was loaded with. */
static void test_references(void)
{
	u8 frame[64] = {};
	struct fn_run run = { .frame = frame, .len = 64, .room = 64 };
	struct fn_msg_map info = {};
	struct code c = {};
	u32 map = map_create(engine, &c, BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	u64 value = 42;
	u32 key = 0;

	map_op(engine, map, FN_MAP_UPDATE, &key, &value, 0);
	emit(&c, FN_OP_STI, SIZE(4), 0, FN_REG_FP, 0, FN_IMM16(-4, 0));
	emit_const(&c, 1, FN_ADDR_MAPREF);
	emit(&c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -4);
	emit_helper(&c, FN_HELPER_map_lookup_elem);
	emit_ld(&c, 8, 0, 0, 0);
	emit_exit(&c, 0);
	run.prog = code_load(engine, &c);
	is_u64(map_free(engine, map), 0, "the host gives the map up");
	is_u64(-map_free(engine, map), ENOENT, "once");
	is_u64(-map_op(engine, map, FN_MAP_LOOKUP, &key, &value, 0), ENOENT,
	       "and can't reach it any more");
	fn_engine_run(engine, &run);
	is_u64(run.result, 42, "the program still can");
	prog_unload(engine, run.prog);
	is_u64(-fn_map_get(engine, &info), ENOENT, "no map is left");
}

static void test_bad_map(void)
{
	u8 frame[64] = {};
	static const u64 refs[] = { 0,
				    FN_ADDR_MAPREF + 1,
				    FN_ADDR_MAPREF - 1,
				    FN_ADDR_MAPS,
				    (u64)-1,
				    FN_ADDR_MAPREF + (1ull << 32) };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refs); i++) {
		struct fn_run run = { .frame = frame, .len = 64, .room = 64 };
		struct code c = {};
		u32 map = map_create(engine, &c, BPF_MAP_TYPE_ARRAY, 4, 8, 1);

		emit(&c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -4);
		emit_const(&c, 1, refs[i]);
		emit_helper(&c, FN_HELPER_map_lookup_elem);
		emit_verdict(&c, XDP_PASS);
		code_run(engine, &c, &run);
		is_str(fn_fault_name[run.fault], "map", "not a map");
		is_u64(run.addr, refs[i], "  named");
		map_free(engine, map);
	}
}

int main(void)
{
	engine = test_engine();
	test_hash(4, 8);
	test_hash(1, 1);
	test_hash(16, 64);
	test_hash(13, 3);
	test_hash(512, 24);
	test_full();
	test_array();
	test_refused();
	test_memory();
	test_helpers();
	test_references();
	test_bad_map();
	fn_engine_free(engine);
	return done_testing();
}
