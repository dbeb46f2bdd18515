/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What there is to be lowered, as functions that change a number by a frame's and by
 * what they have kept. FEATURES(X) lists those that one_of() has.
 */
#ifndef FEATURES_H
#define FEATURES_H

#include "common.h"

#ifndef FEATURES
#define FEATURES(X) \
	X(strings)  \
	X(core)     \
	X(cores)    \
	X(data)     \
	X(lpm)      \
	X(lru)      \
	X(recent)   \
	X(lock)     \
	X(loop)     \
	X(each)     \
	X(inner)    \
	X(ring)
#endif

struct pair {
	__u32 a;
	__u16 b;
	__u8 c[2];
	__u64 d;
};

struct prefix {
	__u32 len;
	__u8 addr[4];
};

struct guarded {
	struct bpf_spin_lock lock;
	__u32 n;
	__u64 sum;
};

TYPED_MAP(by_core, PERCPU_ARRAY, __u32, struct pair, 8);
TYPED_MAP(flows, PERCPU_HASH, __u32, __u64, 64);
TYPED_MAP(known, LRU_HASH, __u64, struct pair, 512);
TYPED_MAP(last, LRU_PERCPU_HASH, __u32, __u32, 512);
TYPED_MAP(shared, ARRAY, __u32, struct guarded, 4);
TYPED_MAP(plain, ARRAY, __u32, __u32, 8);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
	__uint(max_entries, 64);
} routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} records SEC(".maps");

struct table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 32);
} odd SEC(".maps"), even SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(max_entries, 4);
	__array(values, struct table);
} tables SEC(".maps") = {
	.values = { [0] = &even, [1] = &odd },
};

__u8 bytes[4];
__u16 halves = 513;
__u64 total = 1ull << 40;
struct pair newest;
static const __u16 weights[9] = { 1, 300, 5, 700, 11, 13, 65535, 2, 9 };

#ifdef OUTLINED
#define HOW noinline
#else
#define HOW __always_inline
#endif

#define FEATURE(name) static HOW __u32 name(struct xdp_md *ctx, __u32 d)

/* From the stack, where the compiler has put it, and from a table. */
FEATURE(strings)
{
	char text[] =
		"a string of some length, which has to come from somewhere";
	__u32 at = d & 31;

	return d * 31 + text[at] + weights[d & 7];
}

FEATURE(core)
{
	__u32 key = d & 15;
	struct pair *p = bpf_map_lookup_elem(&by_core, &key);

	if (!p)
		return d ^ 0x5555;
	p->a += d;
	p->b--;
	p->c[d & 1]++;
	p->d ^= p->a;
	return d + p->b + p->d;
}

FEATURE(cores)
{
	__u32 key = d & 31;
	__u64 one = 1, *n = bpf_map_lookup_elem(&flows, &key);

	if (n && *n > 4)
		return d - bpf_map_delete_elem(&flows, &key);
	if (n)
		return d + ++*n;
	return d ^ bpf_map_update_elem(&flows, &key, &one, BPF_NOEXIST);
}

static noinline void touch(struct pair *p, __u32 d)
{
	if (!p)
		return;
	p->a += d;
	p->c[1] ^= d;
}

/* Pieces of words, atomic operations, addresses. */
FEATURE(data)
{
	bytes[d & 3] += d >> 3;
	halves ^= d;
	__sync_fetch_and_add(&total, d);
	touch(&newest, d);
	newest.d += newest.c[1] + halves;
	return d + newest.a + bytes[1] + (__u32)total;
}

FEATURE(lpm)
{
	struct prefix p = { .len = d % 33, .addr = { d, d >> 8, 3, 4 } };
	__u32 *n = bpf_map_lookup_elem(&routes, &p), one = 1;

	if (n)
		return d + ++*n;
	p.len &= 15;
	return d ^ bpf_map_update_elem(&routes, &p, &one, BPF_ANY);
}

FEATURE(lru)
{
	__u64 key = d & 0x3f;
	struct pair first = { .a = d, .c = { 1, 2 } }, *p;

	p = bpf_map_lookup_elem(&known, &key);
	if (p)
		return d + ++p->a + p->c[1]++;
	return d - bpf_map_update_elem(&known, &key, &first, BPF_NOEXIST);
}

FEATURE(recent)
{
	__u32 key = d >> 7 & 0x1f;
	__u32 *n = bpf_map_lookup_elem(&last, &key);

	if (n)
		*n = *n * 3 + d;
	else
		bpf_map_update_elem(&last, &key, &d, BPF_ANY);
	return n ? d ^ *n : d + 1;
}

FEATURE(lock)
{
	__u32 key = d & 3;
	struct guarded *g = bpf_map_lookup_elem(&shared, &key);

	if (!g)
		return 0;
	bpf_spin_lock(&g->lock);
	g->n++;
	g->sum += d & 0xff;
	d += g->sum;
	bpf_spin_unlock(&g->lock);
	return d;
}

struct walk {
	__u32 d;
	__u32 rounds;
};

static int add_up(__u32 i, struct walk *w)
{
	w->d = w->d * 5 + i;
	w->rounds++;
	return (w->d & 0x1c) == 4;
}

FEATURE(loop)
{
	struct walk w = { .d = d };

	d += bpf_loop(9, add_up, &w, 0);
	return d ^ w.d ^ w.rounds;
}

static long count_up(void *map, __u32 *key, __u32 *n, struct walk *w)
{
	*n += w->d & 3;
	w->rounds += *n;
	return *key == (w->d >> 2 & 7);
}

FEATURE(each)
{
	struct walk w = { .d = d };

	d -= bpf_for_each_map_elem(&plain, count_up, &w, 0);
	return d + w.rounds;
}

FEATURE(inner)
{
	__u32 key = d & 3, item = d >> 2 & 31, *n;
	void *map = bpf_map_lookup_elem(&tables, &key);

	if (!map)
		return d + 7;
	n = bpf_map_lookup_elem(map, &item);
	if (n)
		return d + ++*n;
	bpf_map_update_elem(map, &item, &key, BPF_ANY);
	return d + 9;
}

FEATURE(ring)
{
	__u64 *r;

	if (d & 1)
		return d + bpf_ringbuf_output(&records, &d, sizeof(d), 0);
	r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	if (!r)
		return d;
	*r = d * 3ull;
	if (d & 2)
		bpf_ringbuf_submit(r, 0);
	else
		bpf_ringbuf_discard(r, 0);
	return d + 1;
}

static __always_inline int verdict(__u32 d)
{
	return (d ^ d >> 8 ^ d >> 16) % 3 + 1;
}

enum {
#define X(name) is_##name,
	FEATURES(X)
#undef X
		how_many
};

static __always_inline __u32 one_of(struct xdp_md *ctx, __u32 d, __u32 which)
{
	switch (which % how_many) {
#define X(name)                   \
	case is_##name:           \
		d = name(ctx, d); \
		break;
		FEATURES(X)
#undef X
	}
	return d;
}

#endif /* FEATURES_H */
