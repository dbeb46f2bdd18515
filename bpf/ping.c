// SPDX-License-Identifier: GPL-2.0
/*
 * ping: watch echo requests go by, and answer them here if told to.
 *
 * Prints a line for each request (bpf_printk), wherever the program runs: the
 * card sends its lines to the host.
 *
 *	ip link set dev fn0p0 xdpgeneric obj build/bpf/ping.o sec xdp
 *	ip link set dev fn0p0 xdpdrv obj build/bpf/ping.o sec xdp
 *	ip link set dev fn0p0 xdpoffload obj build/bpf/ping.o sec xdp
 *
 *	# answer in the program, not in the host's stack
 *	bpftool map update name ping_config key 0 0 0 0 value 1 0 0 0
 *
 * Look at: /sys/kernel/tracing/trace_pipe, and at what ping says of the round
 * trip. With the answer given by an offloaded program the host sees nothing of
 * it: ethtool -S fn0p0 counts offload_xdp_tx and no host_rx_frames.
 *
 * The request becomes its own answer: addresses are swapped, which changes no
 * checksum, and each word that does change is put right in its checksum.
 */
#include "packet.h"

#define ANSWER_TTL 64
#define ECHO_REQUEST4 8
#define ECHO_REPLY4 0
#define ECHO_REQUEST6 128
#define ECHO_REPLY6 129

struct echo {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be16 id;
	__be16 sequence;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32); /* 0: watch, 1: answer */
} ping_config SEC(".maps");

static __always_inline bool answering(const struct ethhdr *eth)
{
	__u32 key = 0;
	__u32 *answer = bpf_map_lookup_elem(&ping_config, &key);

	return answer && *answer && !is_multicast_mac(eth->h_dest);
}

static __always_inline struct echo *take_request(struct cursor *c, __u8 type)
{
	struct echo *echo = take(c, sizeof(*echo));

	if (!echo || echo->type != type || echo->code)
		return NULL;
	return echo;
}

static __always_inline void set_type(struct echo *echo, __u8 type)
{
	echo->checksum = csum_fix(echo->checksum, bpf_htons(echo->type << 8),
				  bpf_htons(type << 8));
	echo->type = type;
}

static __always_inline int ping4(struct cursor *c, struct ethhdr *eth)
{
	struct payload payload;
	struct iphdr *ip = take_ip4(c, &payload);
	struct echo *echo;
	__be32 from;

	if (!ip || payload.proto != IPPROTO_ICMP || payload.fragment)
		return XDP_PASS;
	echo = take_request(c, ECHO_REQUEST4);
	if (!echo)
		return XDP_PASS;
	bpf_printk("ping: IPv4 request %d from %x, %d bytes",
		   bpf_ntohs(echo->sequence), bpf_ntohl(ip->saddr),
		   payload.len);
	/* With options, a route may have to be followed: the stack's job. */
	if (!answering(eth) || ip->ihl != 5)
		return XDP_PASS;
	swap_macs(eth);
	from = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = from;
	set_ttl(ip, ANSWER_TTL);
	set_type(echo, ECHO_REPLY4);
	return XDP_TX;
}

static __always_inline int ping6(struct cursor *c, struct ethhdr *eth)
{
	struct payload payload;
	struct ipv6hdr *ip = take_ip6(c, &payload);
	struct in6_addr from;
	struct echo *echo;

	if (!ip || payload.proto != IPPROTO_ICMPV6 || payload.fragment)
		return XDP_PASS;
	echo = take_request(c, ECHO_REQUEST6);
	if (!echo)
		return XDP_PASS;
	/* Three numbers to a line, so the end of the address must do. */
	bpf_printk("ping: IPv6 request %d from ...%x, %d bytes",
		   bpf_ntohs(echo->sequence),
		   bpf_ntohl(ip->saddr.in6_u.u6_addr32[3]), payload.len);
	if (!answering(eth) || ip->nexthdr != IPPROTO_ICMPV6)
		return XDP_PASS;
	swap_macs(eth);
	from = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = from;
	ip->hop_limit = ANSWER_TTL;
	set_type(echo, ECHO_REPLY6);
	return XDP_TX;
}

SEC("xdp")
int ping(struct xdp_md *ctx)
{
	struct cursor c = cursor(ctx);
	struct ethhdr *eth;
	__be16 proto;

	eth = take_eth(&c, &proto);
	if (!eth)
		return XDP_PASS;
	if (proto == bpf_htons(ETH_P_IP))
		return ping4(&c, eth);
	if (proto == bpf_htons(ETH_P_IPV6))
		return ping6(&c, eth);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
