// SPDX-License-Identifier: GPL-2.0
/*
 * A count-min sketch over flows: K hash functions of the 5-tuple, each with an
 * atomic addition to a counter of its row; then drop.
 */
#include "frame.h"

#ifndef K
#define K 4
#endif
#define WIDTH 4096 /* counters of a row */
#define ROWS 20

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ROWS *WIDTH);
	__type(key, __u32);
	__type(value, __u32);
} sketch SEC(".maps");

struct flow {
	__u32 word[4]; /* addresses, ports, protocol */
};

static __always_inline __u32 turn(__u32 x, int by)
{
	return x << by | x >> (32 - by);
}

/* One pass over the flow; the rows' functions are made of it. */
static __always_inline __u32 digest(const struct flow *f)
{
	__u32 h = 0x2545f491;

#pragma unroll
	for (int i = 0; i < 4; i++) {
		__u32 w = f->word[i] * 0xcc9e2d51;

		h ^= turn(w, 15) * 0x1b873593;
		h = turn(h, 13) * 5 + 0xe6546b64;
	}
	return h;
}

static __always_inline int read_flow(void *data, void *end, struct flow *f)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *ports;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return -1;
	if (ip->protocol != IPPROTO_UDP && ip->protocol != IPPROTO_TCP)
		return -1;
	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 1) > end)
		return -1;
	f->word[0] = ip->saddr;
	f->word[1] = ip->daddr;
	f->word[2] = ports->source << 16 | ports->dest;
	f->word[3] = ip->protocol;
	return 0;
}

static __always_inline void add(__u32 hash, __u32 row)
{
	__u32 *count, key;

	hash = (hash ^ 0x9e3779b9 * (row + 1)) * 0x85ebca6b;
	key = row * WIDTH + (hash >> 20);
	count = bpf_map_lookup_elem(&sketch, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
}

SEC("xdp")
int countmin(struct xdp_md *ctx)
{
	struct flow flow;
	__u32 hash;

	if (read_flow((void *)(long)ctx->data, (void *)(long)ctx->data_end,
		      &flow))
		return XDP_DROP;
	hash = digest(&flow);
#pragma unroll
	for (__u32 row = 0; row < K; row++)
		add(hash, row);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
