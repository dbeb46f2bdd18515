// SPDX-License-Identifier: GPL-2.0
/*
 * What is refused: maps of which a loader says more, a class that is in the way, a map
 * that can't be followed.
 */
#include "common.h"
#include <linux/pkt_cls.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
} lengths SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(key_size, 4);
	__uint(value_size, 4);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} bare SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} inside SEC(".maps");

volatile const __u32 counts;

SEC("xdp") int plain(struct xdp_md *ctx)
{
	__u32 key = 0;

	if (counts && !bpf_map_lookup_elem(&lengths, &key))
		return XDP_ABORTED;
	return digest(ctx) & 1 ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int counter(struct xdp_md *ctx)
{
	__u32 key = digest(ctx) & 3;
	__u64 *n = bpf_map_lookup_elem(&lengths, &key);

	if (n)
		__sync_fetch_and_add(n, 1);
	return n ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp") int to_port(struct xdp_md *ctx)
{
	return bpf_redirect_map(&ports, 0, XDP_PASS);
}

SEC("xdp") int to_inside(struct xdp_md *ctx)
{
	__u32 key = 1;
	__u64 one = 1;
	void *map = bpf_map_lookup_elem(&bare, &key);

	if (!map)
		return XDP_DROP;
	bpf_map_update_elem(map, &key, &one, BPF_ANY);
	return XDP_PASS;
}

/* Its class is what the card would need to say what it has seen. */
SEC("tc") int classed(struct __sk_buff *skb)
{
	if (skb->len & 1) {
		skb->tc_classid = 3;
		return TC_ACT_OK;
	}
	return bpf_redirect(skb->ifindex, BPF_F_INGRESS);
}

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} by_core SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} plain_array SEC(".maps");

static noinline long visit(void *map, __u32 *key, __u64 *value, __u32 *d)
{
	__u32 at = *d & 7;
	__u64 *n = bpf_map_lookup_elem(map, &at);

	if (n && value)
		*n += *value + 1;
	return at == 5;
}

/* A function that gets a map from us, and from a helper. */
SEC("xdp") int called_back(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 7;
	__u64 first = 3, *n;

	visit(&plain_array, &key, &first, &d);
	bpf_for_each_map_elem(&plain_array, visit, &d, 0);
	n = bpf_map_lookup_elem(&by_core, &key);
	if (n)
		*n += d;
	return XDP_PASS;
}

LICENSE;
