// SPDX-License-Identifier: GPL-2.0
/* Global data of each kind, alone and together. */
#include "common.h"

struct pair {
	__u32 a;
	__u16 b;
	__u8 c[2];
	__u64 d;
};

__u64 packets;
__u8 last[16];
struct pair seen = { .a = 5, .b = 6, .c = { 7, 8 }, .d = 9 };
volatile __u32 step = 3;
static volatile __u16 half;
static volatile __s8 small = -2;
const volatile __u32 limit = 700;
const volatile __u8 mode = 2;
const volatile __s16 bias = -17;
const volatile __u64 wide = 0x123456789abcdefull;
const volatile _Bool verbose;
const volatile __u32 table[16] = { 3, 1, 4, 1, 5, 9, 2, 6,
				   5, 3, 5, 8, 9, 7, 9, 3 };
static const char names[4][8] = { "none", "one", "two", "many" };
__u32 histogram[64];
__u64 extra SEC(".data.more") = 40;

SEC("xdp") int bss(struct xdp_md *ctx)
{
	packets++;
	last[packets & 15] = digest(ctx);
	return XDP_PASS;
}

SEC("xdp") int data(struct xdp_md *ctx)
{
	seen.a += step;
	seen.b ^= digest(ctx);
	seen.c[1]++;
	seen.d = seen.d * 3 + seen.a;
	return seen.d & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int signs(struct xdp_md *ctx)
{
	small = small * 3 + (__s8)digest(ctx);
	half += small;
	return small < 0 ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int constants(struct xdp_md *ctx)
{
	if (ctx->data_end - ctx->data > limit)
		return XDP_DROP;
	if (verbose)
		bpf_printk("length %d", ctx->data_end - ctx->data);
	if (mode == 1)
		return XDP_ABORTED;
	return (digest(ctx) + bias + wide) % 3 ? XDP_PASS : XDP_TX;
}

SEC("xdp") int tables(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	return table[d & 15] > 4 ? XDP_PASS : table[(d >> 4) & 15] & 1;
}

SEC("xdp") int strings(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), i, sum = 0;
	const char *name = names[d & 3];

	for (i = 0; i < 8; i++)
		sum += name[i];
	return sum & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int atomics(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&packets, 1);
	__sync_fetch_and_add(&seen.a, digest(ctx));
	return XDP_PASS;
}

SEC("xdp") int indexed(struct xdp_md *ctx)
{
	__u32 len = ctx->data_end - ctx->data;

	histogram[(len >> 5) & 63]++;
	return XDP_PASS;
}

SEC("xdp") int pointers(struct xdp_md *ctx)
{
	__u32 *p = digest(ctx) & 1 ? &seen.a : &histogram[3];

	*p += 7;
	return *p & 2 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int named(struct xdp_md *ctx)
{
	extra += digest(ctx) & 7;
	return extra & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int all_kinds(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	packets += table[d & 15];
	seen.d += packets + step + bias;
	histogram[d & 63] += names[d & 3][2];
	half++;
	return half & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int printing(struct xdp_md *ctx)
{
	bpf_printk("frame %d of %u bytes", packets++,
		   ctx->data_end - ctx->data);
	return XDP_PASS;
}

LICENSE;
