// SPDX-License-Identifier: GPL-2.0
/*
 * lb: spread the connections to a service over its backends.
 *
 * A packet to the service is put into another IPv4 packet, addressed to the
 * backend that the hash of its addresses and ports selects, and sent out of
 * the port it came in by. All packets of a connection reach the same backend,
 * which unpacks them and answers the client directly.
 *
 *	ip link set dev fn0p0 xdpgeneric obj build/bpf/lb.o sec xdp
 *	ip link set dev fn0p0 xdpdrv obj build/bpf/lb.o sec xdp
 *	ip link set dev fn0p0 xdpoffload obj build/bpf/lb.o sec xdp
 *
 *	# service 10.0.0.100, port 80, TCP (6): 2 backends, from number 0 on
 *	bpftool map update name services key 10 0 0 100 0 80 6 0 \
 *		value 0 0 0 0 2 0 0 0
 *	# backend 0: address 10.0.0.2, MAC address 02:00:00:00:00:02
 *	bpftool map update name backends key 0 0 0 0 \
 *		value 10 0 0 2 2 0 0 0 0 2 0 0
 *	bpftool map update name backends key 1 0 0 0 \
 *		value 10 0 0 3 2 0 0 0 0 3 0 0
 *
 * Look at: tcpdump -e -n -i fn0w0 'ip proto 4', while something connects to
 * the service.
 *
 * What is not for a service passes. So do fragments, which have no ports to
 * hash, and packets to a backend that is not set. The new packet is 20 bytes
 * longer: give the way to the backends a larger MTU.
 */
#include "packet.h"

#define OUTER_TTL 64
#define MAX_L2_LEN (sizeof(struct ethhdr) + MAX_TAGS * sizeof(struct vlan_tag))

struct service_key {
	__be32 addr;
	__be16 port;
	__u8 proto;
	__u8 zero;
};

struct service {
	__u32 first; /* backend */
	__u32 count; /* of backends */
};

struct backend {
	__be32 addr; /* 0: not set */
	__u8 mac[ETH_ALEN]; /* its own, or that of the next hop */
	__u8 zero[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct service_key);
	__type(value, struct service);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct backend);
} backends SEC(".maps");

static __always_inline __u32 mix(__u32 hash, __u32 value)
{
	hash = (hash ^ value) * 0x9e3779b1;
	return hash ^ hash >> 15;
}

static __always_inline struct backend *select_backend(const struct iphdr *ip,
						      const struct ports *ports)
{
	struct service_key key = {
		.addr = ip->daddr,
		.port = ports->dest,
		.proto = ip->protocol,
	};
	struct service *service = bpf_map_lookup_elem(&services, &key);
	struct backend *backend;
	__u32 hash, index;

	if (!service || !service->count)
		return NULL;
	hash = mix(0, ip->saddr);
	hash = mix(hash, ip->daddr);
	hash = mix(hash, (__u32)ports->source << 16 | ports->dest);
	hash = mix(hash, ip->protocol);
	index = service->first + hash % service->count;
	backend = bpf_map_lookup_elem(&backends, &index);
	if (!backend || !backend->addr)
		return NULL;
	return backend;
}

static __always_inline void fill_outer(struct iphdr *ip, __be32 from, __be32 to,
				       __u16 inner_len)
{
	__u16 *word = (__u16 *)ip;
	__u32 sum = 0;

	*ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = bpf_htons(inner_len + sizeof(*ip)),
		.ttl = OUTER_TTL,
		.protocol = IPPROTO_IPIP,
		.saddr = from,
		.daddr = to,
	};
#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = ~sum;
}

/* Ethernet header and tags move up to make room for the outer header. */
static __always_inline int move_l2(struct cursor *c, __u32 len)
{
	for (__u32 i = 0; i < MAX_L2_LEN / 2; i++) {
		__u16 *to = c->pos;
		__u16 *from = c->pos + sizeof(struct iphdr);

		if (i == len / 2)
			break;
		if ((void *)(from + 1) > c->end)
			return -1;
		*to = *from;
		c->pos += 2;
	}
	return 0;
}

static __always_inline int encapsulate(struct xdp_md *ctx, __u32 l2_len,
				       const struct backend *backend,
				       __be32 from, __u16 inner_len)
{
	struct ethhdr *eth;
	struct iphdr *outer;
	struct cursor c;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*outer)))
		return XDP_DROP;
	/* The packet may be elsewhere now: start again from the context. */
	c = cursor(ctx);
	if (move_l2(&c, l2_len))
		return XDP_DROP;
	outer = take(&c, sizeof(*outer));
	if (!outer)
		return XDP_DROP;
	fill_outer(outer, from, backend->addr, inner_len);

	c = cursor(ctx);
	eth = take(&c, sizeof(*eth));
	if (!eth)
		return XDP_DROP;
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, backend->mac, ETH_ALEN);
	return XDP_TX;
}

SEC("xdp")
int lb(struct xdp_md *ctx)
{
	struct cursor c = cursor(ctx);
	void *start = c.pos;
	struct payload payload;
	struct backend *backend;
	struct ports *ports;
	struct ethhdr *eth;
	struct iphdr *ip;
	__u32 l2_len;
	__be16 proto;

	eth = take_eth(&c, &proto);
	if (!eth || proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	l2_len = c.pos - start;
	ip = take_ip4(&c, &payload);
	if (!ip || payload.fragment)
		return XDP_PASS;
	ports = peek_ports(&c, &payload);
	if (!ports || is_multicast_mac(eth->h_dest))
		return XDP_PASS;
	backend = select_backend(ip, ports);
	if (!backend)
		return XDP_PASS;
	return encapsulate(ctx, l2_len, backend, ip->daddr,
			   bpf_ntohs(ip->tot_len));
}

char _license[] SEC("license") = "GPL";
