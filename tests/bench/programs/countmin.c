// SPDX-License-Identifier: GPL-2.0
/*
 * A count-min sketch over flows: the flow's fields are mixed into a key, of which
 * K hash functions choose a counter each for an atomic addition; then drop.
 *
 * The measured programs have 406 NFP instructions with one hash function and
 * 66 more for each other; so have these, about (tests/bench/fidelity prints it).
 */
#include "frame.h"

#ifndef K
#define K 4
#endif
#define WIDTH 16384 /* counters of a row */
#define ROWS 32 /* a power of two not below 20 */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ROWS *WIDTH);
	__type(key, __u32);
	__type(value, __u32);
} sketch SEC(".maps");

/* Odd multipliers; no two rows have the same. */
static __always_inline __u64 mix(__u64 x, __u32 row)
{
	x = (x ^ x >> 15) * (0x2c9277b5 + 0x01e3da52 * row);
	x = x >> 9 & 0x7fffffff;
	x = (x ^ x >> 12) * (0x5bd1e995 - 0x02a7b1c4 * row);
	x = x >> 11 & 0x7fffffff;
	return (x ^ x >> 14) + 0x1e3779b9 + row;
}

static __always_inline int read_flow(void *data, void *end, __u64 *key)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *ports = (void *)(ip + 1);

	if ((void *)(ports + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return -1;
	if (ip->protocol != IPPROTO_UDP && ip->protocol != IPPROTO_TCP)
		return -1;
	*key = mix(eth->h_proto, 0);
	*key ^= mix(ip->saddr, 0);
	*key ^= mix(ip->daddr, 0);
	*key ^= mix(ip->protocol, 0);
	*key ^= mix(ports->source, 0);
	*key ^= mix(ports->dest, 0);
	return 0;
}

static __always_inline void add(__u64 flow, __u32 row)
{
	__u32 *count, key;

	key = row * WIDTH + (mix(flow, row) & (WIDTH - 1));
	count = bpf_map_lookup_elem(&sketch, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
}

SEC("xdp")
int countmin(struct xdp_md *ctx)
{
	__u64 flow;

	if (read_flow((void *)(long)ctx->data, (void *)(long)ctx->data_end,
		      &flow))
		return XDP_DROP;
#pragma unroll
	for (__u32 row = 0; row < K; row++)
		add(flow, row);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
