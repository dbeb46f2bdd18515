// SPDX-License-Identifier: GPL-2.0
/*
 * Answer IPv4 packets longer than a limit with the ICMP message that says so,
 * which quotes the beginning of the packet; pass the others.
 */
#include "frame.h"

#define LIMIT 56 /* bytes */
#define QUOTE 32 /* bytes of the packet, from its IP header on */

#define UNREACHABLE 3
#define NEEDS_FRAGMENTS 4

struct icmp {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 unused;
	__be16 mtu;
};

struct answer {
	struct eth eth;
	struct iphdr ip;
	struct icmp icmp;
	__u8 quote[QUOTE];
} __attribute__((packed, aligned(2)));

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

static __always_inline int answer(struct xdp_md *ctx)
{
	int longer = sizeof(struct iphdr) + sizeof(struct icmp);
	struct eth old;
	struct answer *a;
	__u32 saddr, daddr;

	if (bpf_xdp_adjust_head(ctx, -longer))
		return XDP_DROP;
	a = (void *)(long)ctx->data;
	if ((void *)(a + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	/* Where the packet's own headers are now. */
	old = *(struct eth *)(a->quote - sizeof(old));
	saddr = ((struct iphdr *)a->quote)->saddr;
	daddr = ((struct iphdr *)a->quote)->daddr;
	a->eth.dest = old.source;
	a->eth.source = old.dest;
	a->eth.proto = old.proto;
	a->icmp.type = UNREACHABLE;
	a->icmp.code = NEEDS_FRAGMENTS;
	a->icmp.unused = 0;
	a->icmp.mtu = bpf_htons(LIMIT);
	a->icmp.checksum = 0;
	a->icmp.checksum = fold(bpf_csum_diff(NULL, 0, (void *)&a->icmp,
					      sizeof(a->icmp) + QUOTE, 0));
	a->ip.version = 4;
	a->ip.ihl = 5;
	a->ip.tos = 0;
	a->ip.tot_len = bpf_htons(sizeof(*a) - sizeof(a->eth));
	a->ip.id = 0;
	a->ip.frag_off = 0;
	a->ip.ttl = 64;
	a->ip.protocol = IPPROTO_ICMP;
	a->ip.saddr = daddr;
	a->ip.daddr = saddr;
	a->ip.check = 0;
	a->ip.check =
		fold(bpf_csum_diff(NULL, 0, (void *)&a->ip, sizeof(a->ip), 0));
	count();
	return XDP_TX;
}

SEC("xdp")
int adjust_tail(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct eth *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	int len = end - data;
	int want = sizeof(*eth) + QUOTE;

	if ((void *)(ip + 1) > end || eth->proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (len <= LIMIT)
		return XDP_PASS;
	if (bpf_xdp_adjust_tail(ctx, want - len))
		return XDP_DROP;
	return answer(ctx);
}

char _license[] SEC("license") = "GPL";
