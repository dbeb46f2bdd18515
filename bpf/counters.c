// SPDX-License-Identifier: GPL-2.0
/*
 * counters: count packets and bytes of each protocol, let all of them through.
 *
 * The counters are an array map. A map is where a program keeps what outlives
 * a packet, and how the host talks with it; an atomic addition makes sure that
 * two packets counted at the same time are two.
 *
 *	ip link set dev fn0p0 xdpgeneric obj build/bpf/counters.o sec xdp
 *	ip link set dev fn0p0 xdpdrv obj build/bpf/counters.o sec xdp
 *	ip link set dev fn0p0 xdpoffload obj build/bpf/counters.o sec xdp
 *
 * Look at: bpftool map dump name counters. The rows are those of enum row, a
 * value is two 64-bit numbers, packets and bytes. Offloaded, the map lives on
 * the card and bpftool reads it from there.
 */
#include "packet.h"

enum row {
	OTHER, /* neither ARP nor IP */
	ARP,
	ICMP,
	ICMPV6,
	TCP,
	UDP,
	OTHER_IP4, /* another protocol over IPv4 */
	OTHER_IP6,
	MALFORMED, /* too short for its headers */
	ROWS
};

struct count {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ROWS);
	__type(key, __u32);
	__type(value, struct count);
} counters SEC(".maps");

static __always_inline enum row row_of_proto(__u8 proto, enum row other)
{
	switch (proto) {
	case IPPROTO_ICMP:
		return ICMP;
	case IPPROTO_ICMPV6:
		return ICMPV6;
	case IPPROTO_TCP:
		return TCP;
	case IPPROTO_UDP:
		return UDP;
	default:
		return other;
	}
}

static __always_inline enum row row_of_packet(struct cursor *c)
{
	struct payload payload;
	__be16 proto;

	if (!take_eth(c, &proto))
		return MALFORMED;
	switch (bpf_ntohs(proto)) {
	case ETH_P_ARP:
		return ARP;
	case ETH_P_IP:
		if (!take_ip4(c, &payload))
			return MALFORMED;
		return row_of_proto(payload.proto, OTHER_IP4);
	case ETH_P_IPV6:
		if (!take_ip6(c, &payload))
			return MALFORMED;
		return row_of_proto(payload.proto, OTHER_IP6);
	default:
		return OTHER;
	}
}

SEC("xdp")
int counters_prog(struct xdp_md *ctx)
{
	struct cursor c = cursor(ctx);
	__u64 len = c.end - c.pos;
	__u32 row = row_of_packet(&c);
	struct count *count = bpf_map_lookup_elem(&counters, &row);

	if (count) {
		__sync_fetch_and_add(&count->packets, 1);
		__sync_fetch_and_add(&count->bytes, len);
	}
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
