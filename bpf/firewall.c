// SPDX-License-Identifier: GPL-2.0
/*
 * firewall: drop what comes from blocked addresses or goes to blocked ports.
 *
 * Three hash maps hold the rules and, as their values, how many packets each
 * rule has dropped. They can be changed at any time while packets flow:
 *
 *	ip link set dev fn0p0 xdpgeneric obj build/bpf/firewall.o sec xdp
 *	ip link set dev fn0p0 xdpdrv obj build/bpf/firewall.o sec xdp
 *	ip link set dev fn0p0 xdpoffload obj build/bpf/firewall.o sec xdp
 *
 *	# block 10.0.0.2
 *	bpftool map update name blocked_ip4 key 10 0 0 2 value 0 0 0 0 0 0 0 0
 *	# block TCP (6) to port 80 (0 x 256 + 80)
 *	bpftool map update name blocked_ports key 0 80 6 0 \
 *		value 0 0 0 0 0 0 0 0
 *	bpftool map delete name blocked_ip4 key 10 0 0 2
 *
 * Look at: bpftool map dump name blocked_ip4.
 *
 * Only the first fragment of a datagram says to which port it goes. The others
 * pass and are of no use without the first.
 */
#include "packet.h"

struct port_key {
	__be16 port;
	__u8 proto;
	__u8 zero;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __u64);
} blocked_ip4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct in6_addr);
	__type(value, __u64);
} blocked_ip6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct port_key);
	__type(value, __u64);
} blocked_ports SEC(".maps");

static __always_inline int verdict(__u64 *dropped)
{
	if (!dropped)
		return XDP_PASS;
	__sync_fetch_and_add(dropped, 1);
	return XDP_DROP;
}

static __always_inline int check_port(struct cursor *c,
				      const struct payload *payload)
{
	struct ports *ports = peek_ports(c, payload);
	struct port_key key = { .proto = payload->proto };

	if (!ports)
		return XDP_PASS;
	key.port = ports->dest;
	return verdict(bpf_map_lookup_elem(&blocked_ports, &key));
}

static __always_inline int check_ip4(struct cursor *c)
{
	struct payload payload;
	struct iphdr *ip = take_ip4(c, &payload);
	__be32 from;

	if (!ip)
		return XDP_PASS;
	from = ip->saddr;
	if (verdict(bpf_map_lookup_elem(&blocked_ip4, &from)) == XDP_DROP)
		return XDP_DROP;
	return check_port(c, &payload);
}

static __always_inline int check_ip6(struct cursor *c)
{
	struct payload payload;
	struct ipv6hdr *ip = take_ip6(c, &payload);
	struct in6_addr from;

	if (!ip)
		return XDP_PASS;
	from = ip->saddr;
	if (verdict(bpf_map_lookup_elem(&blocked_ip6, &from)) == XDP_DROP)
		return XDP_DROP;
	return check_port(c, &payload);
}

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	struct cursor c = cursor(ctx);
	__be16 proto;

	if (!take_eth(&c, &proto))
		return XDP_PASS;
	if (proto == bpf_htons(ETH_P_IP))
		return check_ip4(&c);
	if (proto == bpf_htons(ETH_P_IPV6))
		return check_ip6(&c);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
