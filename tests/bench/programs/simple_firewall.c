// SPDX-License-Identifier: GPL-2.0
/*
 * A firewall that knows sessions: UDP and TCP from inside begin one, from outside
 * they pass if there is one. Both directions are one session: addresses and ports
 * are in ascending order in the key. Does what the simple_firewall of hXDP does.
 */
#include "frame.h"

#define OUTSIDE 7 /* interfaces */
#define INSIDE 6

struct session {
	__u16 proto;
	__u16 port[2];
	__u32 addr[2];
};

struct peer {
	__u8 out;
	__u16 in;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct session);
	__type(value, struct peer);
} sessions SEC(".maps");

/* Ascending; the fields are of different sizes. */
#define SORT(pair)                             \
	do {                                   \
		__u32 first = (pair)[0];       \
		if ((pair)[0] > (pair)[1]) {   \
			(pair)[0] = (pair)[1]; \
			(pair)[1] = first;     \
		}                              \
	} while (0)

static __always_inline bool read_session(void *data, void *end,
					 struct session *s)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return false;
	if ((void *)(ip + 1) > end)
		return false;
	if (ip->protocol != IPPROTO_UDP && ip->protocol != IPPROTO_TCP)
		return false;
	if ((void *)(udp + 1) > end)
		return false;
	s->proto = ip->protocol;
	s->addr[0] = ip->saddr;
	s->addr[1] = ip->daddr;
	s->port[0] = udp->source;
	s->port[1] = udp->dest;
	return true;
}

SEC("xdp")
int simple_firewall(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	__u32 ifindex = ctx->ingress_ifindex, out = OUTSIDE;
	struct peer peer = {};
	struct session s = {};
	struct peer *known;

	if (!read_session(data, end, &s))
		return XDP_DROP;
	SORT(s.addr);
	SORT(s.port);
	known = bpf_map_lookup_elem(&sessions, &s);
	if (ifindex == OUTSIDE) {
		if (!known)
			return XDP_DROP;
		out = known->out;
	} else if (!known) {
		peer.in = OUTSIDE;
		peer.out = INSIDE;
		bpf_map_update_elem(&sessions, &s, &peer, BPF_ANY);
	}
	return bpf_redirect(out, 0);
}

char _license[] SEC("license") = "GPL";
