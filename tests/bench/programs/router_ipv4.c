// SPDX-License-Identifier: GPL-2.0
/*
 * Route IPv4: a host that is known exactly, or the longest prefix and then the
 * neighbour's address; addresses go into the frame, packets are counted by
 * protocol and go on. Does what the kernel's sample xdp_router_ipv4 does, but that
 * hash maps stand for its LPM map and its map of interfaces: what is at the
 * prefix's key is found.
 */
#include "frame.h"

struct host {
	__u64 to;
	__u32 ifindex;
	__u64 from;
};

struct route {
	__u8 prefix[4];
	__u64 from;
	__u32 ifindex;
	__u32 metric;
	__be32 gateway;
};

struct prefix {
	__u32 len;
	__u8 byte[4];
};

MAP(BPF_MAP_TYPE_HASH, hosts, 1024, __be32, struct host);
MAP(BPF_MAP_TYPE_HASH, routes, 1024, struct prefix, struct route);
MAP(BPF_MAP_TYPE_HASH, neighbours, 1024, __be32, __u64);
MAP(BPF_MAP_TYPE_ARRAY, routed, 256, __u32, __u64);

static __always_inline void set_addresses(void *frame, const void *to,
					  const void *from)
{
	__u16 *half = frame;

	__builtin_memcpy(half, to, ETH_ALEN);
	__builtin_memcpy(half + 3, from, ETH_ALEN);
}

static __always_inline void count(__u32 *proto)
{
	__u64 *n = bpf_map_lookup_elem(&routed, proto);

	if (n)
		*n += 1;
}

/* The protocol; 0 if the header is not all there. */
static __always_inline __u32 read_ip(struct iphdr *ip, void *end, __be32 *daddr)
{
	if ((void *)(ip + 1) > end)
		return 0;
	*daddr = ip->daddr;
	return ip->protocol;
}

static __always_inline struct route *find_route(__be32 daddr)
{
	struct prefix key;

	key.len = 32;
	key.byte[0] = daddr & 0xff;
	key.byte[1] = daddr >> 8 & 0xff;
	key.byte[2] = daddr >> 16 & 0xff;
	key.byte[3] = daddr >> 24 & 0xff;
	return bpf_map_lookup_elem(&routes, &key);
}

static __always_inline __u64 *find_neighbour(struct route *r, __be32 *daddr)
{
	__u64 *to = bpf_map_lookup_elem(&neighbours, daddr);

	if (to || !r->gateway)
		return to;
	*daddr = r->gateway;
	return bpf_map_lookup_elem(&neighbours, daddr);
}

static __always_inline int route(void *data, void *end, __u64 off)
{
	__be32 daddr = 0;
	__u32 proto = read_ip(data + off, end, &daddr);
	struct host *host = bpf_map_lookup_elem(&hosts, &daddr);
	__u64 *to, *from;
	struct route *r;
	__u32 ifindex;

	if (host && host->from && host->to) {
		to = &host->to;
		from = &host->from;
		ifindex = host->ifindex;
	} else {
		r = find_route(daddr);
		if (!r)
			return XDP_DROP;
		to = find_neighbour(r, &daddr);
		if (!to)
			return XDP_DROP;
		from = &r->from;
		ifindex = r->ifindex;
	}
	set_addresses(data, to, from);
	count(&proto);
	return bpf_redirect(ifindex, 0);
}

SEC("xdp")
int router_ipv4(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	struct ethhdr *eth = data;
	__u64 off = sizeof(*eth);
	__u16 proto;

	if (data + off > end)
		return XDP_DROP;
	proto = eth->h_proto;
	if (proto == bpf_htons(ETH_P_8021Q) ||
	    proto == bpf_htons(ETH_P_8021AD)) {
		struct tag *tag = data + off;

		off += sizeof(*tag);
		if (data + off > end)
			return XDP_DROP;
		proto = tag->proto;
	}
	if (proto == bpf_htons(ETH_P_ARP))
		return XDP_PASS;
	return proto == bpf_htons(ETH_P_IP) ? route(data, end, off) : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
