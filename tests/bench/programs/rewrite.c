// SPDX-License-Identifier: GPL-2.0
/*
 * Destination NAT: give UDP over IPv4 another address and port, put both
 * checksums right, and send it back.
 */
#include "frame.h"

#define TO bpf_htonl(0x0a090909)
#define TO_PORT bpf_htons(5353)

static __always_inline __u32 difference(__u32 from, __u32 to)
{
	return (~from & 0xffff) + (~from >> 16) + (to & 0xffff) + (to >> 16);
}

static __always_inline __u16 apply(__u16 sum, __u32 change)
{
	return fold((__u16)~sum + change);
}

SEC("xdp")
int rewrite(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	__u32 change;

	if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	change = difference(ip->daddr, TO);
	ip->daddr = TO;
	ip->check = apply(ip->check, change);
	if (udp->check)
		udp->check = apply(udp->check,
				   change + difference(udp->dest, TO_PORT));
	udp->dest = TO_PORT;
	swap_addresses(eth);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
