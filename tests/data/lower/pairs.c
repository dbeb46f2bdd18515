// SPDX-License-Identifier: GPL-2.0
/* What lowering does, two at a time, and all of it in one program. */
#include "common.h"

struct bucket {
	struct bpf_spin_lock lock;
	__u32 tokens;
	__u64 packets;
};

#define MAP(name, kind, v, n) TYPED_MAP(name, kind, __u32, v, n)

MAP(sums, ARRAY, __u64, 16);
MAP(cores, PERCPU_ARRAY, __u64, 16);
MAP(flows, PERCPU_HASH, __u64, 64);
MAP(buckets, ARRAY, struct bucket, 4);

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} ring SEC(".maps");

int first(struct xdp_md *ctx);
int second(struct xdp_md *ctx);

PROGRAMS(chain, 4) = {
	.values = {
		[1] = (void *)&first,
		[2] = (void *)&second,
	},
};

__u32 seen;
__u64 total = 1000;
static const __u32 weight[9] = { 1, 2, 3, 5, 8, 13, 21, 34, 55 };
volatile const __u32 mask = 7;

static __always_inline void count(void *map, __u32 key, __u64 n)
{
	__u64 *v = bpf_map_lookup_elem(map, &key);

	if (v)
		*v += n;
}

static __always_inline void flow(__u32 key, __u64 n)
{
	__u64 *v = bpf_map_lookup_elem(&flows, &key);

	if (v)
		*v += n;
	else
		bpf_map_update_elem(&flows, &key, &n, BPF_NOEXIST);
}

static __always_inline __u32 take(__u32 d)
{
	__u32 key = d & 3, left;
	struct bucket *b = bpf_map_lookup_elem(&buckets, &key);

	if (!b)
		return 0;
	bpf_spin_lock(&b->lock);
	b->packets++;
	b->tokens += d >> 4 & 3;
	left = b->tokens;
	if (left > 2)
		b->tokens = 0;
	bpf_spin_unlock(&b->lock);
	return left;
}

static int add_up(__u32 i, void *arg)
{
	__u32 *sum = arg;

	*sum += weight[(*sum + i) & mask];
	return *sum > 500;
}

static int count_core(__u32 i, void *arg)
{
	count(&cores, (*(__u32 *)arg + i) & 15, 1);
	return 0;
}

static int put_record(__u32 i, void *arg)
{
	__u64 record = (__u64)i << 32 | *(__u32 *)arg;

	return !!bpf_ringbuf_output(&ring, &record, sizeof(record), 0);
}

SEC("xdp") int first(struct xdp_md *ctx)
{
	count(&cores, 1, seen++);
	bpf_tail_call(ctx, &chain, digest(ctx) & 3);
	return XDP_TX;
}

SEC("xdp") int second(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	total += d & mask;
	bpf_loop(3, count_core, &d, 0);
	return d & 1 ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int globals_percpu(struct xdp_md *ctx)
{
	count(&cores, seen++ & 15, total);
	total += weight[digest(ctx) & 7];
	return seen & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int globals_loops(struct xdp_md *ctx)
{
	__u32 sum = digest(ctx) & 255;

	total += bpf_loop(20, add_up, &sum, 0);
	seen = sum;
	return sum & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int globals_locks(struct xdp_md *ctx)
{
	seen += take(digest(ctx) + seen);
	return seen & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int globals_tails(struct xdp_md *ctx)
{
	total ^= digest(ctx);
	bpf_tail_call(ctx, &chain, total & 3);
	return XDP_DROP;
}

SEC("xdp") int globals_rings(struct xdp_md *ctx)
{
	__u64 record = total += digest(ctx);

	return bpf_ringbuf_output(&ring, &record, sizeof(record), 0) ?
		       XDP_DROP :
		       XDP_PASS;
}

SEC("xdp") int percpu_loops(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	flow(d & 31, bpf_loop(d & 7, count_core, &d, 0));
	return d & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int percpu_locks(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), left = take(d);

	flow(left & 31, d);
	count(&cores, left & 15, 1);
	return left & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int percpu_tails(struct xdp_md *ctx)
{
	flow(digest(ctx) & 63, 1);
	bpf_tail_call(ctx, &chain, 2);
	return XDP_DROP;
}

SEC("xdp") int percpu_rings(struct xdp_md *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	__u32 d = digest(ctx);

	if (!record)
		return XDP_ABORTED;
	*record = d;
	if (d & 1)
		bpf_ringbuf_discard(record, 0);
	else
		bpf_ringbuf_submit(record, 0);
	count(&cores, d & 15, d);
	return d & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int loops_locks(struct xdp_md *ctx)
{
	__u32 sum = take(digest(ctx));

	count(&sums, bpf_loop(9, add_up, &sum, 0) & 15, sum);
	return take(sum) & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int loops_tails(struct xdp_md *ctx)
{
	__u32 sum = digest(ctx) & 63;

	bpf_loop(4, add_up, &sum, 0);
	bpf_tail_call(ctx, &chain, sum & 3);
	count(&sums, 1, sum);
	return XDP_PASS;
}

SEC("xdp") int loops_rings(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	return bpf_loop(3, put_record, &d, 0) == 3 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int locks_tails(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &chain, take(digest(ctx)) & 3);
	return XDP_TX;
}

SEC("xdp") int all_of_it(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), sum = d & 127;
	__u64 record;

	seen++;
	flow(d & 31, take(d));
	bpf_loop(5, add_up, &sum, 0);
	record = total += sum;
	bpf_ringbuf_output(&ring, &record, sizeof(record), 0);
	count(&sums, sum & 15, d);
	if (d & 4)
		bpf_tail_call(ctx, &chain, d & 3);
	return sum & 1 ? XDP_PASS : XDP_DROP;
}

LICENSE;
