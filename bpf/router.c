// SPDX-License-Identifier: GPL-2.0
/*
 * router: forward packets from one port to the other.
 *
 * The map says for each port, by its interface index, through which interface
 * its packets leave and which MAC addresses they then carry. As a router does,
 * the program takes one from the time to live and puts the checksum right.
 *
 *	ip link set dev fn0p0 xdpgeneric obj build/bpf/router.o sec xdp
 *	ip link set dev fn0p0 xdpdrv obj build/bpf/router.o sec xdp
 *	ip link set dev fn0p0 xdpoffload obj build/bpf/router.o sec xdp
 *
 *	# from fn0p0 (index 5) to fn0p1 (index 6), to 02:…:02 from 02:…:01
 *	bpftool map update name routes key 5 0 0 0 \
 *		value 6 0 0 0 2 0 0 0 0 2 2 0 0 0 0 1
 *
 * Look at: tcpdump -e -n -i fn0w1, while packets are sent on fn0w0. Offloaded,
 * they go from port to port and the host sees none of them. For the way back
 * the program is attached to fn0p1 as well: offloaded programs and maps belong
 * to the card and can be used by all its ports.
 *
 * What is not unicast IP, has no route or is at the end of its life passes.
 */
#include "packet.h"

struct route {
	__u32 ifindex; /* 0: none */
	__u8 dest[ETH_ALEN];
	__u8 source[ETH_ALEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32); /* interface it came in by */
	__type(value, struct route);
} routes SEC(".maps");

static __always_inline bool age_ip4(struct cursor *c)
{
	struct payload payload;
	struct iphdr *ip = take_ip4(c, &payload);

	if (!ip || ip->ttl <= 1)
		return false;
	set_ttl(ip, ip->ttl - 1);
	return true;
}

static __always_inline bool age_ip6(struct cursor *c)
{
	struct ipv6hdr *ip = take(c, sizeof(*ip));

	if (!ip || ip->version != 6 || ip->hop_limit <= 1)
		return false;
	ip->hop_limit--;
	return true;
}

static __always_inline bool age(struct cursor *c, __be16 proto)
{
	if (proto == bpf_htons(ETH_P_IP))
		return age_ip4(c);
	if (proto == bpf_htons(ETH_P_IPV6))
		return age_ip6(c);
	return false;
}

SEC("xdp")
int router(struct xdp_md *ctx)
{
	__u32 from = ctx->ingress_ifindex;
	struct cursor c = cursor(ctx);
	struct ethhdr *eth;
	struct route *route;
	__be16 proto;

	eth = take_eth(&c, &proto);
	if (!eth || is_multicast_mac(eth->h_dest))
		return XDP_PASS;
	route = bpf_map_lookup_elem(&routes, &from);
	if (!route || !route->ifindex || !age(&c, proto))
		return XDP_PASS;
	__builtin_memcpy(eth->h_dest, route->dest, ETH_ALEN);
	__builtin_memcpy(eth->h_source, route->source, ETH_ALEN);
	return bpf_redirect(route->ifindex, 0);
}

char _license[] SEC("license") = "GPL";
