// SPDX-License-Identifier: GPL-2.0
/*
 * Answer IPv4 packets longer than a limit with the ICMP message that says so,
 * which quotes the beginning of the packet; pass the others. Does what the
 * kernel's sample xdp_adjust_tail does.
 */
#include "frame.h"

#define LIMIT 600 /* bytes */
#define QUOTE 84 /* bytes of the packet, from its IP header on */

#define UNREACHABLE 3
#define NEEDS_FRAGMENTS 4

struct icmp {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 unused;
	__be16 mtu;
};

/* What an answer has before the quote, and all of it. */
#define HEADERS \
	(sizeof(struct ethhdr) + sizeof(struct iphdr) + sizeof(struct icmp))
#define ANSWER (HEADERS + QUOTE)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} answers SEC(".maps");

static __always_inline void count(void)
{
	__u32 key = 0;
	__u64 *n = bpf_map_lookup_elem(&answers, &key);

	if (n)
		*n += 1;
}

static __always_inline __u16 checksum(void *from, __u32 size)
{
	__u32 sum = bpf_csum_diff(NULL, 0, from, size, 0);

	return ~((sum & 0xffff) + (sum >> 16));
}

static __always_inline void make_eth(struct ethhdr *eth,
				     const struct ethhdr *old)
{
	__builtin_memcpy(eth->h_source, old->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, old->h_source, ETH_ALEN);
	eth->h_proto = old->h_proto;
}

static __always_inline void make_icmp(struct icmp *icmp)
{
	icmp->type = UNREACHABLE;
	icmp->code = NEEDS_FRAGMENTS;
	icmp->mtu = bpf_htons(LIMIT - sizeof(struct ethhdr));
	icmp->checksum = 0;
	icmp->checksum = checksum(icmp, sizeof(*icmp) + QUOTE);
}

static __always_inline void make_ip(struct iphdr *ip, const struct iphdr *old)
{
	ip->ttl = 64;
	ip->daddr = old->saddr;
	ip->saddr = old->daddr;
	ip->version = 4;
	ip->ihl = 5;
	ip->protocol = IPPROTO_ICMP;
	ip->tos = 0;
	ip->tot_len = bpf_htons(ANSWER - sizeof(struct ethhdr));
	ip->check = 0;
	ip->check = checksum(ip, sizeof(*ip));
}

static __always_inline int answer(struct xdp_md *ctx)
{
	int longer = sizeof(struct iphdr) + sizeof(struct icmp);
	void *data, *ip;

	if (bpf_xdp_adjust_head(ctx, -longer))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	if (data + ANSWER > (void *)(long)ctx->data_end)
		return XDP_DROP;
	/* Where the packet's own header is now. */
	make_eth(data, data + longer);
	ip = data + sizeof(struct ethhdr);
	make_icmp(ip + sizeof(struct iphdr));
	make_ip(ip, data + HEADERS);
	count();
	return XDP_TX;
}

SEC("xdp")
int adjust_tail(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	struct ethhdr *eth = data;
	int len = end - data;
	int want = sizeof(*eth) + QUOTE;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || len <= LIMIT)
		return XDP_PASS;
	if (bpf_xdp_adjust_tail(ctx, want - len))
		return XDP_PASS;
	return answer(ctx);
}

char _license[] SEC("license") = "GPL";
