// SPDX-License-Identifier: GPL-2.0
/*
 * A balancer of Katran's kind, as hXDP measured it: look the service up, count,
 * then look the connection up among those that this core knows, which tells the
 * server; note the time, make the outer IPv4 header, count again by service and by
 * server, and send. Only UDP of connections that are known, as there. A
 * connection's key has 32 bytes, Katran's 40.
 */
#include "frame.h"

#define SERVICES 512
#define FRAGMENT 0x3fff /* and of those, what is behind the first */
#define NO_SOURCE_PORT 1 /* flags of services */
#define NOT_KEPT 2
#define SYN 2 /* flag of packets */
#define IP6 1 /* flag of servers */
#define OUTER 0xac10 /* outer source addresses begin with it */

struct service {
	__be32 addr[4];
	__be16 port;
	__u8 proto;
};

struct service_info {
	__u32 flags;
	__u32 number;
};

struct flow {
	__be32 saddr[3];
	__be32 daddr[3];
	__be16 port[2];
	__u8 proto;
};

/* What is known of a packet. */
struct packet {
	struct flow flow;
	__u32 server;
	__u8 flags;
	__u8 tos;
};

struct connection {
	__u32 server;
	__u64 seen;
};

struct server {
	__be32 addr[4];
	__u8 flags;
};

struct counts {
	__u64 packets;
	__u64 bytes;
};

struct control {
	__u8 mac[8];
};

MAP(BPF_MAP_TYPE_HASH, services, SERVICES, struct service, struct service_info);
MAP(BPF_MAP_TYPE_ARRAY, cores, 128, __u32, __u32);
MAP(BPF_MAP_TYPE_HASH, connections, 4096, struct flow, struct connection);
MAP(BPF_MAP_TYPE_ARRAY, servers, 4096, __u32, struct server);
MAP(BPF_MAP_TYPE_ARRAY, stats, 2 * SERVICES, __u32, struct counts);
MAP(BPF_MAP_TYPE_ARRAY, server_stats, 4096, __u32, struct counts);
MAP(BPF_MAP_TYPE_ARRAY, controls, 16, __u32, struct control);

static __always_inline __u16 fold4(__u64 sum)
{
#pragma unroll
	for (int i = 0; i < 4; i++)
		if (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline void outer_ip(struct iphdr *ip, __u8 tos, __be32 saddr,
				     __be32 daddr, __u16 len)
{
	__u16 *word = (__u16 *)ip;
	__u64 sum = 0;

	ip->version = 4;
	ip->ihl = 5;
	ip->frag_off = 0;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->tos = tos;
	ip->tot_len = bpf_htons(len + sizeof(*ip));
	ip->daddr = daddr;
	ip->saddr = saddr;
	ip->ttl = 64;
#pragma unroll
	for (int i = 0; i < sizeof(*ip) / 2; i++)
		sum += *word++;
	ip->check = fold4(sum);
}

static __always_inline bool encapsulate(struct xdp_md *ctx,
					const struct control *control,
					const struct packet *p,
					const struct server *to, __u16 len)
{
	__u32 suffix = bpf_htonl(p->flow.port[0]) ^ p->flow.saddr[0];
	struct eth *new, *old;
	struct iphdr *ip;
	void *data, *end;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return false;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	new = data;
	ip = data + sizeof(*new);
	old = data + sizeof(*ip);
	if ((void *)(new + 1) > end || (void *)(old + 1) > end ||
	    (void *)(ip + 1) > end)
		return false;
	__builtin_memcpy(&new->dest, control->mac, ETH_ALEN);
	new->source = old->dest;
	new->proto = bpf_htons(ETH_P_IP);
	outer_ip(ip, p->tos, (suffix & 0xffff0000) | bpf_htons(OUTER),
		 to->addr[0], len);
	return true;
}

/* Its verdict if it is none for us, else -1; the key of its service. */
static __always_inline int parse(void *data, void *end, struct packet *p,
				 struct service *key, __u16 *len)
{
	struct iphdr *ip = data + sizeof(struct eth);
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	p->tos = ip->tos;
	p->flow.proto = ip->protocol;
	if (ip->frag_off & bpf_htons(FRAGMENT))
		return XDP_DROP;
	if (ip->protocol == IPPROTO_ICMP)
		return XDP_PASS;
	*len = bpf_ntohs(ip->tot_len);
	p->flow.saddr[0] = ip->saddr;
	p->flow.daddr[0] = ip->daddr;
	if (ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	if ((void *)(udp + 1) > end)
		return XDP_DROP;
	p->flow.port[0] = udp->source;
	p->flow.port[1] = udp->dest;
	key->addr[0] = p->flow.daddr[0];
	key->port = p->flow.port[1];
	key->proto = p->flow.proto;
	return -1;
}

static __always_inline struct service_info *find_service(struct service *key)
{
	struct service_info *info = bpf_map_lookup_elem(&services, key);

	if (info)
		return info;
	key->port = 0; /* one for all ports */
	return bpf_map_lookup_elem(&services, key);
}

static __always_inline void count(struct counts *c, __u64 bytes)
{
	c->packets++;
	c->bytes += bytes;
}

static __always_inline struct server *find_server(struct packet *p,
						  struct service_info *info)
{
	__u32 core = bpf_get_smp_processor_id();
	struct connection *known;
	__u32 key;

	if (!bpf_map_lookup_elem(&cores, &core))
		return NULL;
	if (p->flags & SYN || info->flags & NOT_KEPT)
		return NULL;
	known = bpf_map_lookup_elem(&connections, &p->flow);
	if (!known)
		return NULL;
	if (p->flow.proto == IPPROTO_UDP)
		known->seen = bpf_ktime_get_ns();
	key = known->server;
	p->server = key;
	return bpf_map_lookup_elem(&servers, &key);
}

static __always_inline int balance(struct xdp_md *ctx, struct packet *p,
				   struct service_info *info, __u16 len)
{
	struct control *control;
	struct server *server;
	struct counts *counts;
	__u32 zero = 0, key;

	key = SERVICES;
	counts = bpf_map_lookup_elem(&stats, &key);
	if (!counts)
		return XDP_DROP;
	counts->packets++;
	if (info->flags & NO_SOURCE_PORT)
		p->flow.port[0] = 0;
	server = find_server(p, info);
	if (!server)
		return XDP_DROP;
	control = bpf_map_lookup_elem(&controls, &zero);
	if (!control || server->flags & IP6)
		return XDP_DROP;
	if (!encapsulate(ctx, control, p, server, len))
		return XDP_DROP;
	key = info->number;
	counts = bpf_map_lookup_elem(&stats, &key);
	if (!counts)
		return XDP_DROP;
	count(counts, len);
	counts = bpf_map_lookup_elem(&server_stats, &p->server);
	if (!counts)
		return XDP_DROP;
	count(counts, len);
	return XDP_TX;
}

SEC("xdp")
int katran(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct eth *eth = (void *)(long)ctx->data;
	struct service_info *info;
	struct service key = {};
	struct packet p = {};
	int verdict;
	__u16 len;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	verdict = parse(eth, end, &p, &key, &len);
	if (verdict >= 0)
		return verdict;
	info = find_service(&key);
	if (!info)
		return XDP_PASS;
	return balance(ctx, &p, info, len);
}

char _license[] SEC("license") = "GPL";
