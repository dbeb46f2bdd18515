// SPDX-License-Identifier: GPL-2.0
/*
 * A loop over the packet: hash its words, up to 256 bytes of them, and drop it.
 * The hash goes to a map, or nobody would have to compute it.
 */
#include "frame.h"

#define WORDS 64

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} hashes SEC(".maps");

SEC("xdp")
int hash(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	__u32 *word = (void *)(long)ctx->data;
	__u32 h = 0x811c9dc5, zero = 0;
	__u64 *sum;

	for (int i = 0; i < WORDS; i++, word++) {
		if ((void *)(word + 1) > end)
			break;
		h = (h ^ *word) * 0x01000193;
	}
	sum = bpf_map_lookup_elem(&hashes, &zero);
	if (sum)
		__sync_fetch_and_add(sum, h);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
