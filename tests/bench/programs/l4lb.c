// SPDX-License-Identifier: GPL-2.0
/*
 * A stateless balancer of layer 4, as in Netronome's bpf-samples: a hash of
 * addresses, ports and protocol chooses a server, whose entry says where to; count
 * there, and send the packet on in an outer IPv4 packet.
 */
#include "frame.h"

#define SERVERS 512

struct server {
	__be32 saddr;
	__be32 daddr;
	struct mac mac;
	__u8 zero[2];
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SERVERS);
	__type(key, __u32);
	__type(value, struct server);
} l4servers SEC(".maps");

static __always_inline __u32 turn(__u32 x, int by)
{
	return x << by | x >> (32 - by);
}

/* Bob Jenkins' final mix of lookup3, of three words. */
static __always_inline __u32 mix(__u32 a, __u32 b, __u32 c)
{
	c ^= b;
	c -= turn(b, 14);
	a ^= c;
	a -= turn(c, 11);
	b ^= a;
	b -= turn(a, 25);
	c ^= b;
	c -= turn(b, 16);
	a ^= c;
	a -= turn(c, 4);
	b ^= a;
	b -= turn(a, 14);
	c ^= b;
	c -= turn(b, 24);
	return c;
}

static __always_inline int send_on(struct xdp_md *ctx, const struct server *to)
{
	struct eth *eth, *old;
	struct iphdr *ip, *inner;
	__u32 sum = 0;
	__u16 *word;
	__u16 len;
	int i;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	eth = (void *)(long)ctx->data;
	ip = (void *)(eth + 1);
	inner = ip + 1;
	old = (void *)eth + sizeof(*ip);
	if ((void *)(inner + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	len = bpf_ntohs(inner->tot_len) + sizeof(*ip);
	eth->source = old->dest;
	eth->dest = to->mac;
	eth->proto = bpf_htons(ETH_P_IP);
	ip->version = 4;
	ip->ihl = 5;
	ip->tos = inner->tos;
	ip->tot_len = bpf_htons(len);
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = 64;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->saddr = to->saddr;
	ip->daddr = to->daddr;
	word = (__u16 *)ip;
#pragma unroll
	for (i = 0; i < 10; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = ~((sum & 0xffff) + (sum >> 16));
	return XDP_TX;
}

SEC("xdp")
int l4lb(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct eth *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 *ports = (void *)(ip + 1);
	struct server *to;
	__u32 key;

	if ((void *)(ports + 1) > end || eth->proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 ||
	    (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP))
		return XDP_PASS;
	key = mix(ip->saddr, ip->daddr + ip->protocol, *ports) % SERVERS;
	to = bpf_map_lookup_elem(&l4servers, &key);
	if (!to)
		return XDP_PASS;
	__sync_fetch_and_add(&to->packets, 1);
	__sync_fetch_and_add(&to->bytes, bpf_ntohs(ip->tot_len));
	return send_on(ctx, to);
}

char _license[] SEC("license") = "GPL";
