// SPDX-License-Identifier: GPL-2.0
/*
 * Count packets by receive queue, check that they came in by the interface that
 * is configured; then drop, or with TX send back.
 */
#include "frame.h"

struct config {
	__u32 ifindex;
	__u32 options;
};

#define READ_PACKET 1
#define SWAP 2

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
	__uint(max_entries, 65);
	__type(key, __u32);
	__type(value, struct counts);
} by_queue SEC(".maps");

SEC("xdp")
int rxq_info(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct eth *eth = data;
	struct counts *total, *queue;
	struct config *c;
	__u32 key = 0;

	c = bpf_map_lookup_elem(&config, &key);
	if (!c)
		return XDP_ABORTED;
	total = bpf_map_lookup_elem(&all, &key);
	if (!total)
		return XDP_ABORTED;
	total->packets++;
	if (c->ifindex && ctx->ingress_ifindex != c->ifindex) {
		total->issues++;
		return XDP_ABORTED;
	}
	key = ctx->rx_queue_index;
	if (key >= 64)
		key = 64;
	queue = bpf_map_lookup_elem(&by_queue, &key);
	if (!queue)
		return XDP_ABORTED;
	queue->packets++;
	if (key == 64)
		queue->issues++;
	if (c->options & READ_PACKET) {
		if ((void *)(eth + 1) > end)
			return XDP_ABORTED;
		if (bpf_ntohs(eth->proto) < ETH_P_802_3_MIN)
			return XDP_ABORTED;
	}
#ifdef TX
	if (c->options & SWAP) {
		if ((void *)(eth + 1) > end)
			return XDP_ABORTED;
		swap_addresses((void *)eth);
	}
	return XDP_TX;
#else
	return XDP_DROP;
#endif
}

char _license[] SEC("license") = "GPL";
