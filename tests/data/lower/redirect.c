// SPDX-License-Identifier: GPL-2.0
/* Redirects by maps: on the host, whatever the card does before. */
#include "common.h"

#define MAP(name, kind, v, n)                      \
	struct {                                   \
		__uint(type, BPF_MAP_TYPE_##kind); \
		__uint(key_size, sizeof(__u32));   \
		__uint(value_size, v);             \
		__uint(max_entries, n);            \
	} name SEC(".maps")

MAP(ports, DEVMAP, 4, 8);
MAP(hashed, DEVMAP_HASH, 8, 8);
MAP(cpus, CPUMAP, 4, 4);
MAP(sockets, XSKMAP, 4, 4);

__u64 packets;

SEC("xdp") int to_port(struct xdp_md *ctx)
{
	packets++;
	return bpf_redirect_map(&ports, 0, XDP_DROP);
}

/* The key and what to do without an entry come from the packet. */
SEC("xdp") int by_frame(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	if (d & 0x80)
		return XDP_PASS;
	return bpf_redirect_map(&ports, d & 7, d & 8 ? XDP_PASS : XDP_DROP);
}

SEC("xdp") int changed(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;

	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return XDP_DROP;
	p[0] ^= 0x02;
	packets++;
	return bpf_redirect_map(&hashed, 5, XDP_PASS);
}

SEC("xdp") int to_cpu(struct xdp_md *ctx)
{
	return bpf_redirect_map(&cpus, 0, XDP_PASS);
}

SEC("xdp") int to_socket(struct xdp_md *ctx)
{
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_PASS);
}

static noinline int away(struct xdp_md *ctx, __u32 key)
{
	if (key == 3)
		return XDP_DROP;
	return bpf_redirect_map(&ports, key, XDP_PASS);
}

SEC("xdp") int in_function(struct xdp_md *ctx)
{
	packets++;
	return away(ctx, digest(ctx) & 3);
}

/* A look whether there is an entry, behind what the card has to count. */
SEC("xdp") int if_there(struct xdp_md *ctx)
{
	__u32 key = digest(ctx) & 7;

	packets++;
	if (bpf_map_lookup_elem(&ports, &key))
		return bpf_redirect_map(&ports, key, 0);
	return XDP_PASS;
}

SEC("xdp") int if_socket(struct xdp_md *ctx)
{
	int index = ctx->rx_queue_index;

	packets++;
	if (digest(ctx) & 1 && bpf_map_lookup_elem(&sockets, &index))
		return bpf_redirect_map(&sockets, index, 0);
	return XDP_DROP;
}

LICENSE;
