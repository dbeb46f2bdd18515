// SPDX-License-Identifier: GPL-2.0
/* Global data and per-CPU maps in functions that are called, with any arguments. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4);
} dropped_in SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 8);
} calls SEC(".maps");

__u64 sums[4];
const volatile __u32 factor = 3;

static noinline __u32 five(__u32 a, __u32 b, __u32 c, __u32 d, __u64 e)
{
	sums[0] += a + 2 * b + 3 * c + 4 * d + 5 * e;
	return sums[0] * factor + (a ^ b ^ c ^ d ^ (__u32)e);
}

static noinline __u32 none(void)
{
	return ++sums[1];
}

static noinline __u32 context(struct xdp_md *ctx)
{
	__u32 key = (ctx->data_end - ctx->data) & 7;
	__u64 *v = bpf_map_lookup_elem(&calls, &key);

	if (!v)
		return 0;
	*v += 1;
	sums[2] += *v;
	return *v;
}

/* One that other objects may call is verified alone. */
noinline int global(struct xdp_md *ctx, __u32 n)
{
	if ((void *)(long)ctx->data + 14 > (void *)(long)ctx->data_end)
		return 0;
	sums[3] += n;
	return sums[3] & 0xff;
}

static noinline void through(__u64 *p, __u32 n)
{
	*p += n;
}

SEC("xdp") int uses_five(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	return five(d, d >> 3, d >> 5, d >> 7, d >> 9) & 1 ? XDP_PASS :
							     XDP_DROP;
}

SEC("xdp") int uses_none(struct xdp_md *ctx)
{
	return none() & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int uses_context(struct xdp_md *ctx)
{
	return context(ctx) & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int uses_global(struct xdp_md *ctx)
{
	return global(ctx, digest(ctx)) & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int uses_address(struct xdp_md *ctx)
{
	through(&sums[digest(ctx) & 1], 5);
	return XDP_PASS;
}

SEC("xdp") int uses_all(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), sum;

	sum = five(d, none(), context(ctx), global(ctx, d), sums[1]);
	through(&sums[1], sum);
	return sum & 1 ? XDP_PASS : XDP_DROP;
}

struct cursor {
	void *at;
	void *end;
};

/* Seen by what it is linked with alone, so it may get places in packets. */
noinline __hidden int next(struct cursor *c)
{
	__u8 *p = c->at;

	if (p + 1 > (__u8 *)c->end)
		return 0;
	c->at = p + 1;
	sums[*p & 1] += *p;
	return *p;
}

SEC("xdp") int uses_hidden(struct xdp_md *ctx)
{
	struct cursor c = {
		(void *)(long)ctx->data,
		(void *)(long)ctx->data_end,
	};
	int sum = next(&c);

	return (sum + next(&c)) & 1 ? XDP_PASS : XDP_DROP;
}

/* The compiler drops what it does not read: nobody sets the fifth register. */
static noinline __u32 mix(__u32 a, __u32 b)
{
	return a * 31 + (b ^ 5);
}

static noinline int keeps_count(struct xdp_md *ctx, __u32 a, __u32 b, __u32 c,
				__u32 unread)
{
	__u32 key = mix(a, b) & 3;
	__u64 *n = bpf_map_lookup_elem(&dropped_in, &key);

	if (n)
		*n += mix(c, key) & 7;
	return n ? *n & 3 : XDP_ABORTED;
}

SEC("xdp") int unread(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);
	int verdict = keeps_count(ctx, d, d >> 3, d >> 5, d >> 7);

	return verdict ? verdict : XDP_TX;
}

LICENSE;
