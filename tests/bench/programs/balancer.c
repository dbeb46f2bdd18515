// SPDX-License-Identifier: GPL-2.0
/*
 * A balancer of Katran's kind: look the service up, then the connection among
 * those already known, else choose a server by a hash of addresses and ports from
 * a ring; count, and send the packet to the server in an outer IPv4 packet.
 */
#include "frame.h"

#define RING 4096

struct service {
	__be32 addr;
	__be16 port;
	__u8 proto;
	__u8 zero;
};

struct service_info {
	__u32 flags;
	__u32 number;
};

struct connection {
	__be32 saddr;
	__be32 daddr;
	__be32 ports;
	__u32 proto;
};

struct server {
	__be32 addr;
	__u32 flags;
};

struct counts {
	__u64 packets;
	__u64 bytes;
};

struct route {
	struct mac mac;
	__u8 zero[2];
	__be32 saddr;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__type(key, struct service);
	__type(value, struct service_info);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct connection);
	__type(value, __u32);
} connections SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RING);
	__type(key, __u32);
	__type(value, __u32);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct server);
} servers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, struct counts);
} stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct route);
} routes SEC(".maps");

static __always_inline __u32 turn(__u32 x, int by)
{
	return x << by | x >> (32 - by);
}

static __always_inline __u32 hash(__u32 a, __u32 b)
{
	__u32 h = (a ^ 0xdeadbef7) * 0x85ebca6b;

	h = turn(h, 13) + b;
	h = (h ^ h >> 16) * 0xc2b2ae35;
	h = turn(h, 17) ^ h >> 13;
	return h * 0x27d4eb2f ^ h >> 16;
}

/* The server of a connection that is not known yet. */
static __always_inline __u32 *choose(const struct connection *c)
{
	__u32 at = hash(c->saddr, c->ports) % RING;
	__u32 *server = bpf_map_lookup_elem(&ring, &at);

	if (server)
		bpf_map_update_elem(&connections, c, server, BPF_ANY);
	return server;
}

static __always_inline int encapsulate(struct xdp_md *ctx, __be32 to, __u16 len,
				       __u32 salt)
{
	__u32 zero = 0, sum = 0;
	struct eth *eth, *old;
	struct route *route;
	struct iphdr *ip;
	__u16 *word;

	route = bpf_map_lookup_elem(&routes, &zero);
	if (!route || bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	eth = (void *)(long)ctx->data;
	ip = (void *)(eth + 1);
	old = (void *)eth + sizeof(*ip);
	if ((void *)(ip + 1) > (void *)(long)ctx->data_end ||
	    (void *)(old + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	eth->source = old->dest;
	eth->dest = route->mac;
	eth->proto = bpf_htons(ETH_P_IP);
	ip->version = 4;
	ip->ihl = 5;
	ip->tos = 0;
	ip->tot_len = bpf_htons(len + sizeof(*ip));
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = 64;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->saddr = route->saddr ^ (salt << 16);
	ip->daddr = to;
	word = (__u16 *)ip;
#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += word[i];
	ip->check = fold(sum);
	return XDP_TX;
}

SEC("xdp")
int balancer(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct eth *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *ports = (void *)(ip + 1);
	struct connection c = {};
	struct service key = {};
	struct service_info *info;
	struct counts *counts;
	struct server *server;
	__u32 *number, n;
	__u16 len;

	if ((void *)(ip + 1) > end || eth->proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5)
		return XDP_DROP;
	if (ip->frag_off & bpf_htons(0x3fff))
		return XDP_DROP;
	if (ip->protocol != IPPROTO_UDP && ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	if ((void *)(ports + 1) > end)
		return XDP_DROP;
	len = bpf_ntohs(ip->tot_len);
	key.addr = ip->daddr;
	key.port = ports->dest;
	key.proto = ip->protocol;
	info = bpf_map_lookup_elem(&services, &key);
	if (!info)
		return XDP_PASS;
	c.saddr = ip->saddr;
	c.daddr = ip->daddr;
	c.ports = *(__be32 *)ports;
	c.proto = ip->protocol;
	number = bpf_map_lookup_elem(&connections, &c);
	if (!number)
		number = choose(&c);
	if (!number)
		return XDP_DROP;
	n = *number;
	server = bpf_map_lookup_elem(&servers, &n);
	if (!server)
		return XDP_DROP;
	n = info->number;
	counts = bpf_map_lookup_elem(&stats, &n);
	if (!counts)
		return XDP_DROP;
	counts->packets++;
	counts->bytes += len;
	return encapsulate(ctx, server->addr, len, c.ports);
}

char _license[] SEC("license") = "GPL";
