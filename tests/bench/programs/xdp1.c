// SPDX-License-Identifier: GPL-2.0
/*
 * Parse, count packets by the payload's protocol; then drop, or with TX send
 * back with the Ethernet addresses exchanged.
 */
#include "frame.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} packets SEC(".maps");

SEC("xdp")
int xdp1(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	void *network = data;
	int proto = find_protocol(data, end, &network);
	__u32 key = proto;
	__u64 *count;

	if (proto < 0)
		return XDP_DROP;
	count = bpf_map_lookup_elem(&packets, &key);
	if (count)
		*count += 1;
#ifdef TX
	if (proto == IPPROTO_UDP) {
		swap_addresses(data);
		return XDP_TX;
	}
#endif
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
