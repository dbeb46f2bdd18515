// SPDX-License-Identifier: GPL-2.0
/* Per-CPU maps in each way in which programs use them. */
#include "common.h"

struct counter {
	__u64 packets;
	__u64 bytes;
};

struct odd {
	__u32 a;
	__u32 b;
	__u32 c;
};

TYPED_MAP(verdicts, PERCPU_ARRAY, __u32, struct counter, 5);
TYPED_MAP(scratch, PERCPU_ARRAY, __u32, __u8[200], 1);
TYPED_MAP(narrow, PERCPU_ARRAY, __u32, __u32, 16);
TYPED_MAP(triples, PERCPU_ARRAY, __u32, struct odd, 4);
TYPED_MAP(sources, PERCPU_HASH, __u32, struct counter, 1024);
TYPED_MAP(few, PERCPU_HASH, __u32, __u32, 8);
TYPED_MAP(plain, HASH, __u32, __u64, 1024);

static __always_inline void count(struct xdp_md *ctx, __u32 verdict)
{
	struct counter *c = bpf_map_lookup_elem(&verdicts, &verdict);

	if (!c)
		return;
	c->packets++;
	c->bytes += ctx->data_end - ctx->data;
}

SEC("xdp") int counters(struct xdp_md *ctx)
{
	__u32 verdict = digest(ctx) & 1 ? XDP_PASS : XDP_DROP;

	count(ctx, verdict);
	return verdict;
}

/* Beyond the end there is no value. */
SEC("xdp") int beyond(struct xdp_md *ctx)
{
	count(ctx, digest(ctx) & 7);
	return XDP_PASS;
}

SEC("xdp") int scratchpad(struct xdp_md *ctx)
{
	__u32 key = 0, d = digest(ctx), i, sum = 0;
	__u8 *s = bpf_map_lookup_elem(&scratch, &key);

	if (!s)
		return XDP_ABORTED;
	for (i = 0; i < 32; i++)
		s[i * 5] = d >> (i & 15);
	for (i = 0; i < 32; i++)
		sum += s[i * 5 + (d & 3)];
	return sum & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int four_bytes(struct xdp_md *ctx)
{
	__u32 key = digest(ctx) & 15;
	__u32 *v = bpf_map_lookup_elem(&narrow, &key);

	if (!v)
		return XDP_ABORTED;
	*v += 3;
	return *v & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int updates_array(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 7;
	struct odd v = { d, d >> 3, d >> 6 };

	return bpf_map_update_elem(&triples, &key, &v, BPF_ANY) ? XDP_DROP :
								  XDP_PASS;
}

SEC("xdp") int refused_updates(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 7;
	struct odd v = { d, 1, 2 };
	int err = bpf_map_update_elem(&triples, &key, &v, BPF_NOEXIST);

	return err == -17 ? XDP_DROP : err == -7 ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp") int per_source(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_of(ctx);
	struct counter one = { 1, ctx->data_end - ctx->data }, *c;
	__u32 key;

	if (!ip)
		return XDP_PASS;
	key = ip->saddr;
	c = bpf_map_lookup_elem(&sources, &key);
	if (c) {
		c->packets++;
		c->bytes += ctx->data_end - ctx->data;
	} else {
		bpf_map_update_elem(&sources, &key, &one, BPF_NOEXIST);
	}
	return c ? XDP_PASS : XDP_TX;
}

/* All results of an update of a hash that is too small. */
SEC("xdp") int overflows(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 15, v = d;
	int a = bpf_map_update_elem(&few, &key, &v, BPF_NOEXIST);
	int b = bpf_map_update_elem(&few, &key, &v, BPF_EXIST);
	int c = 0;

	if (d & 0x100)
		c = bpf_map_delete_elem(&few, &key);
	return (a * 7 + b * 3 + c) & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int from_packet(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_of(ctx);

	if (!ip)
		return XDP_PASS;
	bpf_map_update_elem(&few, &ip->saddr, &ip->daddr, BPF_ANY);
	return XDP_PASS;
}

SEC("xdp") int beside_plain(struct xdp_md *ctx)
{
	__u32 key = digest(ctx) & 0xff;
	__u64 *v = bpf_map_lookup_elem(&plain, &key), one = 1;

	if (v)
		*v += 1;
	else
		bpf_map_update_elem(&plain, &key, &one, BPF_ANY);
	count(ctx, v ? XDP_PASS : XDP_DROP);
	return v ? XDP_PASS : XDP_DROP;
}

/* The address of a value of one map is the key of another. */
SEC("xdp") int chained(struct xdp_md *ctx)
{
	__u32 key = digest(ctx) & 15;
	__u32 *v = bpf_map_lookup_elem(&narrow, &key), *w;

	if (!v)
		return XDP_ABORTED;
	*v = (*v + 5) & 15;
	w = bpf_map_lookup_elem(&narrow, v);
	if (!w)
		return XDP_ABORTED;
	*w += 1;
	return *w & 1 ? XDP_PASS : XDP_DROP;
}

static noinline struct counter *find(__u32 key)
{
	return bpf_map_lookup_elem(&verdicts, &key);
}

SEC("xdp") int in_function(struct xdp_md *ctx)
{
	struct counter *c = find(digest(ctx) & 3);

	if (!c)
		return XDP_ABORTED;
	c->packets += 2;
	return c->packets & 4 ? XDP_PASS : XDP_DROP;
}

LICENSE;
