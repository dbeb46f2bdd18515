// SPDX-License-Identifier: GPL-2.0
/*
 * A firewall that knows sessions: UDP from inside begins one, from outside it
 * passes if there is one. Both directions are one session: the lower address
 * comes first in the key.
 */
#include "frame.h"

#define INSIDE 1 /* interface */

struct session {
	__be32 low;
	__be32 high;
	__be16 low_port;
	__be16 high_port;
	__u32 proto;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct session);
	__type(value, __u32);
} sessions SEC(".maps");

SEC("xdp")
int simple_firewall(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct eth *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	struct session key = {};
	__u32 one = 1;

	if ((void *)(udp + 1) > end || eth->proto != bpf_htons(ETH_P_IP))
		return XDP_DROP;
	if (ip->protocol != IPPROTO_UDP && ip->protocol != IPPROTO_TCP)
		return XDP_DROP;
	key.proto = ip->protocol;
	if (ip->saddr < ip->daddr) {
		key.low = ip->saddr;
		key.high = ip->daddr;
		key.low_port = udp->source;
		key.high_port = udp->dest;
	} else {
		key.low = ip->daddr;
		key.high = ip->saddr;
		key.low_port = udp->dest;
		key.high_port = udp->source;
	}
	if (bpf_map_lookup_elem(&sessions, &key))
		return XDP_TX;
	if (ctx->ingress_ifindex != INSIDE)
		return XDP_DROP;
	bpf_map_update_elem(&sessions, &key, &one, BPF_ANY);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
