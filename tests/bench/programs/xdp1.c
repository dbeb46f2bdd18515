// SPDX-License-Identifier: GPL-2.0
/*
 * Parse behind up to two VLAN tags, count packets by the payload's protocol; then
 * drop, or with TX send UDP back with the Ethernet addresses exchanged. Does what
 * the kernel's samples xdp1 and xdp2 do.
 */
#include "frame.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} packets SEC(".maps");

static __always_inline bool is_tag(__u16 proto)
{
	return proto == bpf_htons(ETH_P_8021Q) ||
	       proto == bpf_htons(ETH_P_8021AD);
}

static __always_inline __u32 ip4_protocol(struct iphdr *ip, void *end)
{
	return (void *)(ip + 1) > end ? 0 : ip->protocol;
}

static __always_inline __u32 ip6_protocol(struct ipv6hdr *ip, void *end)
{
	return (void *)(ip + 1) > end ? 0 : ip->nexthdr;
}

static __always_inline __u32 payload(void *at, void *end, __u16 proto)
{
	if (proto == bpf_htons(ETH_P_IP))
		return ip4_protocol(at, end);
	if (proto == bpf_htons(ETH_P_IPV6))
		return ip6_protocol(at, end);
	return 0;
}

SEC("xdp")
int xdp1(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	struct ethhdr *eth = data;
	__u64 off = sizeof(*eth);
	__u16 proto;
	__u32 key;
	__u64 *count;

	if (data + off > end)
		return XDP_DROP;
	proto = eth->h_proto;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct tag *tag = data + off;

		if (!is_tag(proto))
			continue;
		off += sizeof(*tag);
		if (data + off > end)
			return XDP_DROP;
		proto = tag->proto;
	}
	key = payload(data + off, end, proto);
	count = bpf_map_lookup_elem(&packets, &key);
	if (count)
		*count += 1;
#ifdef TX
	if (key == IPPROTO_UDP) {
		swap_addresses(data);
		return XDP_TX;
	}
#endif
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
