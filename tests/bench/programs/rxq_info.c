// SPDX-License-Identifier: GPL-2.0
/*
 * Count packets, in all and by receive queue, check that they came in by the
 * interface that is configured; then do as configured. Does what the kernel's
 * sample xdp_rxq_info does.
 */
#include "frame.h"

#define QUEUES 64
#define READ_PACKET 1
#define SWAP 2
#define LEAST_TYPE 0x0600 /* of an Ethernet frame; less is a length */

struct config {
	__u32 verdict;
	__u32 ifindex;
	__u32 options;
};

struct counts {
	__u64 packets;
	__u64 issues;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct config);
} config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counts);
} all SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, QUEUES + 1);
	__type(key, __u32);
	__type(value, struct counts);
} by_queue SEC(".maps");

/* Not the usual case: laid out behind the rest. */
static __always_inline bool touch(void *data, void *end, __u32 options)
{
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > end || bpf_ntohs(eth->h_proto) < LEAST_TYPE)
		return false;
	if (__builtin_expect(!!(options & SWAP), 0))
		swap_addresses(eth);
	return true;
}

SEC("xdp")
int rxq_info(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	struct counts *total, *queue;
	struct config *c;
	__u32 key = 0, ifindex;

	total = bpf_map_lookup_elem(&all, &key);
	if (!total)
		return XDP_ABORTED;
	total->packets++;
	ifindex = ctx->ingress_ifindex;
	c = bpf_map_lookup_elem(&config, &key);
	if (!c)
		return XDP_ABORTED;
	if (ifindex != c->ifindex) {
		total->issues++;
		return XDP_ABORTED;
	}
	key = ctx->rx_queue_index;
	if (key >= QUEUES)
		key = QUEUES;
	queue = bpf_map_lookup_elem(&by_queue, &key);
	if (!queue)
		return XDP_ABORTED;
	queue->packets++;
	if (key == QUEUES)
		queue->issues++;
	if (__builtin_expect(!!(c->options & (READ_PACKET | SWAP)), 0) &&
	    !touch(data, end, c->options))
		return XDP_ABORTED;
	return c->verdict;
}

char _license[] SEC("license") = "GPL";
