// SPDX-License-Identifier: GPL-2.0
/*
 * LRU maps and LPM tries, alone and with what else is lowered. Nothing is evicted:
 * what the host evicts, and when, is its own affair.
 */
#include "common.h"

struct counter {
	__u64 packets;
	__u64 bytes;
};

struct prefix4 {
	__u32 len;
	__u8 addr[4];
};

struct prefix6 {
	__u32 len;
	__u8 addr[16];
};

#define MAP(name, kind, k, v, n, f)                \
	struct {                                   \
		__uint(type, BPF_MAP_TYPE_##kind); \
		__type(key, k);                    \
		__type(value, v);                  \
		__uint(max_entries, n);            \
		__uint(map_flags, f);              \
	} name SEC(".maps")

MAP(routes, LPM_TRIE, struct prefix4, __u32, 256, BPF_F_NO_PREALLOC);
MAP(narrow, LPM_TRIE, struct prefix4, __u64, 8, BPF_F_NO_PREALLOC);
MAP(routes6, LPM_TRIE, struct prefix6, struct counter, 256, BPF_F_NO_PREALLOC);
MAP(flows, LRU_HASH, __u32, struct counter, 1024, 0);
MAP(own_flows, LRU_HASH, __u32, __u32, 1024, BPF_F_NO_COMMON_LRU);
MAP(cpu_flows, LRU_PERCPU_HASH, __u32, struct counter, 1024, 0);
MAP(verdicts, PERCPU_ARRAY, __u32, __u64, 5, 0);
MAP(results, ARRAY, __u32, __u64, 64, 0);

__u64 seen;

/* What helpers return is kept, in an entry of its own for each. */
static __always_inline void note(__u32 what, long result)
{
	__u32 key = (what * 8 + (__u32)-result % 8) & 63;
	__u64 *n = bpf_map_lookup_elem(&results, &key);

	if (n)
		*n = *n + 1;
}

static __always_inline void make_prefix(struct prefix4 *p, __u32 d, __u32 len)
{
	__builtin_memset(p, 0, sizeof(*p));
	p->len = len;
	p->addr[0] = d & 3;
	p->addr[1] = d >> 2 & 1;
	p->addr[2] = d >> 8;
	p->addr[3] = d >> 16;
}

/* Each frame makes a route of some length, and looks for its own. */
SEC("xdp") int learn(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), value = d, *got;
	struct prefix4 p;

	make_prefix(&p, d, d >> 5 & 31);
	note(0, bpf_map_update_elem(&routes, &p, &value, BPF_ANY));
	make_prefix(&p, d ^ 0x10000, 32);
	got = bpf_map_lookup_elem(&routes, &p);
	if (!got)
		return XDP_PASS;
	*got += 1;
	return *got & 1 ? XDP_DROP : XDP_TX;
}

/* All flags, prefixes that are too long, and a trie that is full. */
SEC("xdp") int refused(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);
	__u64 value = d;
	struct prefix4 p;

	make_prefix(&p, d, d >> 4 & 63);
	note(1, bpf_map_update_elem(&narrow, &p, &value, BPF_NOEXIST));
	make_prefix(&p, d >> 3, d >> 6 & 31);
	note(2, bpf_map_update_elem(&narrow, &p, &value, BPF_EXIST));
	make_prefix(&p, d >> 5, d >> 7 & 31);
	note(3, bpf_map_update_elem(&narrow, &p, &value, BPF_ANY));
	make_prefix(&p, d >> 7, d >> 8 & 63);
	note(4, bpf_map_delete_elem(&narrow, &p));
	make_prefix(&p, d >> 9, d >> 9 & 63);
	return bpf_map_lookup_elem(&narrow, &p) ? XDP_DROP : XDP_PASS;
}

static __always_inline void make_prefix6(struct prefix6 *p, __u32 d, __u32 len)
{
	__u32 i;

	p->len = len;
	for (i = 0; i < 16; i++)
		p->addr[i] = d >> (i & 7) & 3;
}

SEC("xdp") int long_prefixes(struct xdp_md *ctx)
{
	struct counter zero = {}, *c;
	__u32 d = digest(ctx);
	struct prefix6 p;

	make_prefix6(&p, d, d & 127);
	bpf_map_update_elem(&routes6, &p, &zero, BPF_NOEXIST);
	make_prefix6(&p, d >> 4, 128);
	c = bpf_map_lookup_elem(&routes6, &p);
	if (!c)
		return XDP_PASS;
	c->packets++;
	c->bytes += ctx->data_end - ctx->data;
	return XDP_DROP;
}

static __always_inline int count(struct xdp_md *ctx, void *map, __u32 key)
{
	struct counter *c = bpf_map_lookup_elem(map, &key);
	struct counter first = {};

	if (c) {
		c->packets++;
		c->bytes += ctx->data_end - ctx->data;
		return XDP_DROP;
	}
	first.packets = 1;
	first.bytes = ctx->data_end - ctx->data;
	note(5, bpf_map_update_elem(map, &key, &first, BPF_NOEXIST));
	return XDP_PASS;
}

SEC("xdp") int lru(struct xdp_md *ctx)
{
	return count(ctx, &flows, digest(ctx) & 63);
}

SEC("xdp") int lru_percpu(struct xdp_md *ctx)
{
	return count(ctx, &cpu_flows, digest(ctx) & 63);
}

SEC("xdp") int lru_flags(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 31;

	note(6, bpf_map_update_elem(&own_flows, &key, &d, d >> 8 & 3));
	key = d >> 5 & 31;
	if (d & 1 << 12)
		note(7, bpf_map_delete_elem(&own_flows, &key));
	return bpf_map_lookup_elem(&own_flows, &key) ? XDP_TX : XDP_PASS;
}

SEC("xdp") int last(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, int(struct xdp_md *));
} next SEC(".maps") = { .values = { [1] = (void *)&last } };

SEC("xdp") int last(struct xdp_md *ctx)
{
	__u32 verdict = count(ctx, &cpu_flows, digest(ctx) >> 3 & 63);
	__u64 *n = bpf_map_lookup_elem(&verdicts, &verdict);

	if (n)
		*n = *n + 1;
	return verdict;
}

/* With global data, per-CPU maps and a tail call. */
SEC("xdp") int together(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), value = 1, *got;
	struct prefix4 p;

	seen++;
	make_prefix(&p, d, d >> 5 & 15);
	bpf_map_update_elem(&routes, &p, &value, BPF_NOEXIST);
	make_prefix(&p, d >> 1, 32);
	got = bpf_map_lookup_elem(&routes, &p);
	if (got)
		__sync_fetch_and_add(got, 1);
	count(ctx, &flows, d & 15);
	bpf_tail_call(ctx, &next, d >> 1 & 3);
	return XDP_TX;
}

LICENSE;
