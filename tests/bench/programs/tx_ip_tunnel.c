// SPDX-License-Identifier: GPL-2.0
/*
 * Put packets to a service, IPv4 or IPv6, into an outer IP packet to where the
 * service is, count them and send them back out. Does what the kernel's sample
 * xdp_tx_iptunnel does.
 */
#include "frame.h"

struct service {
	__u32 addr[4];
	__u16 port;
	__u16 family;
	__u8 proto;
};

struct tunnel {
	__u32 saddr[4];
	__u32 daddr[4];
	__u16 family;
	__u8 mac[ETH_ALEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct service);
	__type(value, struct tunnel);
} tunnels SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} sent SEC(".maps");

static __always_inline int tcp_port(struct tcphdr *tcp, void *end)
{
	return (void *)(tcp + 1) > end ? -1 : tcp->dest;
}

static __always_inline int udp_port(struct udphdr *udp, void *end)
{
	return (void *)(udp + 1) > end ? -1 : udp->dest;
}

static __always_inline int port_of(void *header, void *end, __u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return tcp_port(header, end);
	case IPPROTO_UDP:
		return udp_port(header, end);
	}
	return 0;
}

static __always_inline void count(__u32 proto)
{
	__u64 *n = bpf_map_lookup_elem(&sent, &proto);

	if (n)
		*n += 1;
}

static __always_inline void new_eth(struct ethhdr *new,
				    const struct ethhdr *old,
				    const struct tunnel *t, __be16 proto)
{
	__builtin_memcpy(new->h_source, old->h_dest, ETH_ALEN);
	__builtin_memcpy(new->h_dest, t->mac, ETH_ALEN);
	new->h_proto = proto;
}

static __always_inline int tunnel_ip4(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct service key = {};
	struct tunnel *t;
	struct ethhdr *eth, *old;
	__u16 len, *word;
	__u32 sum = 0;
	int port;

	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	port = port_of(ip + 1, end, ip->protocol);
	if (port < 0)
		return XDP_DROP;
	key.addr[0] = ip->daddr;
	key.port = port;
	key.family = 4;
	key.proto = ip->protocol;
	len = bpf_ntohs(ip->tot_len);
	t = bpf_map_lookup_elem(&tunnels, &key);
	if (!t || t->family != 4)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	eth = data;
	ip = data + sizeof(*eth);
	old = data + sizeof(*ip);
	if ((void *)(eth + 1) > end || (void *)(old + 1) > end ||
	    (void *)(ip + 1) > end)
		return XDP_DROP;
	new_eth(eth, old, t, bpf_htons(ETH_P_IP));
	ip->version = 4;
	ip->ihl = 5;
	ip->tos = 0;
	ip->tot_len = bpf_htons(len + sizeof(*ip));
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = 8;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->saddr = t->saddr[0];
	ip->daddr = t->daddr[0];
	word = (__u16 *)ip;
#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += word[i];
	ip->check = ~((sum & 0xffff) + (sum >> 16));
	count(key.proto);
	return XDP_TX;
}

static __always_inline int tunnel_ip6(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = data + sizeof(struct ethhdr);
	struct service key = {};
	struct tunnel *t;
	struct ethhdr *eth, *old;
	__u16 len;
	int port;

	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	port = port_of(ip + 1, end, ip->nexthdr);
	if (port < 0)
		return XDP_DROP;
	__builtin_memcpy(key.addr, &ip->daddr, sizeof(key.addr));
	key.port = port;
	key.family = 6;
	key.proto = ip->nexthdr;
	len = bpf_ntohs(ip->payload_len);
	t = bpf_map_lookup_elem(&tunnels, &key);
	if (!t || t->family != 6)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	eth = data;
	ip = data + sizeof(*eth);
	old = data + sizeof(*ip);
	if ((void *)(eth + 1) > end || (void *)(old + 1) > end ||
	    (void *)(ip + 1) > end)
		return XDP_DROP;
	new_eth(eth, old, t, bpf_htons(ETH_P_IPV6));
	ip->version = 6;
	ip->priority = 0;
	__builtin_memset(ip->flow_lbl, 0, sizeof(ip->flow_lbl));
	ip->payload_len = bpf_htons(len + sizeof(*ip));
	ip->nexthdr = IPPROTO_IPV6;
	ip->hop_limit = 8;
	__builtin_memcpy(&ip->saddr, t->saddr, sizeof(t->saddr));
	__builtin_memcpy(&ip->daddr, t->daddr, sizeof(t->daddr));
	count(key.proto);
	return XDP_TX;
}

SEC("xdp")
int tx_ip_tunnel(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		return tunnel_ip4(ctx);
	if (eth->h_proto == bpf_htons(ETH_P_IPV6))
		return tunnel_ip6(ctx);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
