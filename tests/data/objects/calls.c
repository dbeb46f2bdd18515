// SPDX-License-Identifier: GPL-2.0
/* Subprograms: in .text, in the program's section, calling one another. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

static __noinline __u32 leaf(__u32 x)
{
	__u64 *v = bpf_map_lookup_elem(&second, &x);

	return v ? *v : x * 3;
}

static __noinline __u32 middle(__u32 x)
{
	return leaf(x + 1) ^ leaf(x);
}

__noinline __u32 shared(__u32 x)
{
	__u32 key = x & 3;
	__u64 *v = bpf_map_lookup_elem(&first, &key);

	return middle(x) + (v ? *v : 0);
}

SEC("xdp")
int uses_all(struct xdp_md *ctx)
{
	return shared(ctx->ingress_ifindex) + leaf(7) > 5 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int uses_one(struct xdp_md *ctx)
{
	return leaf(ctx->rx_queue_index) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
