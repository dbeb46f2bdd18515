// SPDX-License-Identifier: GPL-2.0
/* A firewall whose control plane fills its maps and reads its counters. */
#include "common.h"

enum { DENY_SOURCE = 1, DENY_TARGET = 2 };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__type(key, __u32);
	__type(value, __u64); /* flags, and packets above them */
	__uint(max_entries, 128);
} addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 256);
} protocols SEC(".maps");

struct counters {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct counters);
	__uint(max_entries, 5);
} verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u64);
	__type(value, __u32);
	__uint(max_entries, 64);
} pairs SEC(".maps");

static __always_inline int denied(__u32 address, __u64 flag)
{
	__u64 *known = bpf_map_lookup_elem(&addresses, &address);

	if (!known || !(*known & flag))
		return 0;
	*known += 16;
	return 1;
}

static __always_inline int decide(struct iphdr *ip)
{
	__u64 pair = (__u64)ip->saddr << 32 | ip->daddr;
	__u32 protocol = ip->protocol, *n;

	if (denied(ip->saddr, DENY_SOURCE) || denied(ip->daddr, DENY_TARGET))
		return XDP_DROP;
	n = bpf_map_lookup_elem(&protocols, &protocol);
	if (n && *n)
		return XDP_DROP;
	n = bpf_map_lookup_elem(&pairs, &pair);
	if (n)
		__sync_fetch_and_add(n, 1);
	return XDP_PASS;
}

SEC("xdp") int filter(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_of(ctx);
	__u32 verdict = ip ? decide(ip) : XDP_PASS;
	struct counters *c = bpf_map_lookup_elem(&verdicts, &verdict);

	if (c) {
		c->packets++;
		c->bytes += ctx->data_end - ctx->data;
	}
	return verdict;
}

LICENSE;
