// SPDX-License-Identifier: GPL-2.0
/* Functions that helpers call, locks, lines with many numbers. */
#include "common.h"

#define ARRAY_OF(name, v, n)                      \
	struct {                                  \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__type(key, __u32);               \
		__type(value, v);                 \
		__uint(max_entries, n);           \
	} name SEC(".maps")

struct bucket {
	struct bpf_spin_lock lock;
	__u32 tokens;
	__u64 packets;
};

ARRAY_OF(sums, __u64, 16);
ARRAY_OF(rules, __u32, 8);
ARRAY_OF(buckets, struct bucket, 4);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 8);
} by_core SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, struct bucket);
	__uint(max_entries, 64);
} flows SEC(".maps");

__u64 rounds;

static __always_inline void add(__u32 key, __u64 n)
{
	__u64 *sum = bpf_map_lookup_elem(&sums, &key);

	if (sum)
		*sum += n;
}

struct walk {
	__u32 sum;
	__u32 stop;
};

static int step(__u32 i, void *arg)
{
	struct walk *w = arg;

	w->sum = w->sum * 7 + i;
	add(i & 7, w->sum);
	return i == w->stop;
}

SEC("xdp") int looped(struct xdp_md *ctx)
{
	struct walk w = { .sum = digest(ctx), .stop = digest(ctx) & 31 };
	long n = bpf_loop(20, step, &w, 0);

	add(8, n);
	return w.sum & 1 ? XDP_DROP : XDP_PASS;
}

static int count_round(__u32 i, void *arg)
{
	rounds += i;
	return 0;
}

/* How many rounds, the packet says. */
SEC("xdp") int as_many(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	return bpf_loop(d & 15, count_round, 0, 0) > 7 ? XDP_DROP : XDP_PASS;
}

static int inner(__u32 i, void *arg)
{
	*(__u32 *)arg += i;
	return 0;
}

static int outer(__u32 i, void *arg)
{
	__u32 sum = i;

	bpf_loop(3, inner, &sum, 0);
	*(__u32 *)arg += sum * i;
	return i >= 4;
}

SEC("xdp") int nested(struct xdp_md *ctx)
{
	__u32 sum = digest(ctx);

	bpf_loop(9, outer, &sum, 0);
	add(sum & 7, sum);
	return sum & 2 ? XDP_DROP : XDP_PASS;
}

static long match(void *map, __u32 *key, __u32 *value, __u32 *want)
{
	(*value)++;
	return *key == *want;
}

SEC("xdp") int each(struct xdp_md *ctx)
{
	__u32 want = digest(ctx) & 15;
	long n = bpf_for_each_map_elem(&rules, match, &want, 0);

	add(9, n);
	return n < 8 ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int each_of_core(struct xdp_md *ctx)
{
	__u32 want = digest(ctx) & 7, *n = bpf_map_lookup_elem(&by_core, &want);
	long seen = bpf_for_each_map_elem(&by_core, match, &want, 0);

	add(seen, n ? *n : 0);
	return seen < 4 ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int locked(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 3, left;
	struct bucket *b = bpf_map_lookup_elem(&buckets, &key);

	if (!b)
		return XDP_ABORTED;
	bpf_spin_lock(&b->lock);
	b->packets++;
	b->tokens += (d >> 2) & 3;
	left = b->tokens;
	if (left > 2)
		b->tokens -= 2;
	bpf_spin_unlock(&b->lock);
	return left > 2 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int locked_hash(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 31;
	struct bucket new = { .packets = 1 }, *b;

	b = bpf_map_lookup_elem(&flows, &key);
	if (!b) {
		bpf_map_update_elem(&flows, &key, &new, BPF_NOEXIST);
		return XDP_PASS;
	}
	bpf_spin_lock(&b->lock);
	b->packets += d & 0xff;
	bpf_spin_unlock(&b->lock);
	return XDP_TX;
}

/* Only the compiler of the source knows how a line is made of pieces. */
SEC("xdp") int printed(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	bpf_printk("%u%% of %u.%u.%u.%u", d & 63, d >> 24, d >> 16 & 255,
		   d >> 8 & 255, d & 255);
	add(10, d);
	return d & 1 ? XDP_PASS : XDP_DROP;
}

LICENSE;
