// SPDX-License-Identifier: GPL-2.0
/*
 * Route IPv4: the destination is looked up among hosts, then its network among
 * routes; the neighbour's address goes into the frame, TTL and checksum are
 * brought up to date, and the packet goes on.
 */
#include "frame.h"

struct next {
	struct mac to;
	struct mac from;
	__u32 ifindex;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, struct next);
} hosts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __be32);
} networks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} routed SEC(".maps");

static __always_inline struct next *find_next(__be32 daddr)
{
	struct next *next = bpf_map_lookup_elem(&hosts, &daddr);
	__be32 *gateway, net = daddr & bpf_htonl(0xffffff00);

	if (next)
		return next;
	gateway = bpf_map_lookup_elem(&networks, &net);
	if (!gateway)
		return NULL;
	net = *gateway;
	return bpf_map_lookup_elem(&hosts, &net);
}

static __always_inline void count(__u32 proto)
{
	__u64 *n = bpf_map_lookup_elem(&routed, &proto);

	if (n)
		*n += 1;
}

static __always_inline void age(struct iphdr *ip)
{
	__u32 sum = ip->check + (__u32)bpf_htons(0x0100);

	ip->check = sum + (sum >= 0xffff);
	ip->ttl--;
}

SEC("xdp")
int router_ipv4(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct eth *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct next *next;

	if ((void *)(ip + 1) > end || eth->proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || ip->ttl <= 1)
		return XDP_PASS;
	next = find_next(ip->daddr);
	if (!next)
		return XDP_PASS;
	age(ip);
	eth->dest = next->to;
	eth->source = next->from;
	count(ip->protocol);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
