// SPDX-License-Identifier: GPL-2.0
/* Tail calls to programs that the object names. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 8);
} trace SEC(".maps");

__u64 total;
const volatile __u32 divisor = 3;

static __always_inline void mark(__u32 key, __u64 n)
{
	__u64 *v = bpf_map_lookup_elem(&trace, &key);

	if (v)
		*v += n;
}

int first(struct xdp_md *ctx);
int second(struct xdp_md *ctx);
int again(struct xdp_md *ctx);

PROGRAMS(chain, 4) = {
	.values = {
		[0] = (void *)&first,
		[2] = (void *)&second,
	},
};

PROGRAMS(self, 1) = {
	.values = {
		[0] = (void *)&again,
	},
};

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 4);
} empty SEC(".maps");

/* Has the stack for itself, and its own locals. */
SEC("xdp") int first(struct xdp_md *ctx)
{
	__u32 buffer[16] = {}, d = digest(ctx), i, sum = 0;

	mark(1, d & 7);
	for (i = 0; i < 16; i++)
		buffer[i] = d >> i;
	for (i = 0; i < 16; i++)
		sum += buffer[(i * 7) & 15];
	if (sum & 1)
		bpf_tail_call(ctx, &chain, 2);
	total += sum;
	return sum & 2 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int second(struct xdp_md *ctx)
{
	mark(2, 1);
	total += digest(ctx) % divisor;
	return total & 1 ? XDP_PASS : XDP_TX;
}

/* All indices, some of which are empty and some beyond the end. */
SEC("xdp") int by_index(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	mark(0, 1);
	bpf_tail_call(ctx, &chain, d & 7);
	mark(3, d & 15);
	return XDP_DROP;
}

SEC("xdp") int by_constant(struct xdp_md *ctx)
{
	mark(0, 1);
	bpf_tail_call(ctx, &chain, 0);
	return XDP_ABORTED;
}

SEC("xdp") int to_nothing(struct xdp_md *ctx)
{
	mark(4, 1);
	bpf_tail_call(ctx, &empty, digest(ctx) & 3);
	mark(5, 1);
	return digest(ctx) & 1 ? XDP_PASS : XDP_DROP;
}

/* Comes to an end only by the limit of tail calls. */
SEC("xdp") int again(struct xdp_md *ctx)
{
	mark(6, 1);
	bpf_tail_call(ctx, &self, 0);
	mark(7, 1);
	return XDP_DROP;
}

SEC("xdp") int for_ever(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &self, 0);
	return XDP_ABORTED;
}

/* What it leads to is the function's result, if it leads anywhere. */
static noinline int leaves(struct xdp_md *ctx, __u32 index)
{
	mark(0, 1);
	bpf_tail_call(ctx, &chain, index);
	mark(3, 1);
	return digest(ctx) & 3;
}

SEC("xdp") int in_function(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);
	int verdict = leaves(ctx, d & 3);

	mark(5, d & 15);
	total += d;
	return verdict ? verdict : XDP_TX;
}

LICENSE;
