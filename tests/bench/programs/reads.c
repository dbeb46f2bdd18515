// SPDX-License-Identifier: GPL-2.0
/* N reads of map memory, all of one line of 64 bytes, then drop. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef N
#define N 8
#endif

struct line {
	__u32 word[14];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct line);
} lines SEC(".maps");

SEC("xdp")
int reads(struct xdp_md *ctx)
{
	volatile struct line *line;
	__u32 key = 0;

	line = bpf_map_lookup_elem(&lines, &key);
	if (!line)
		return XDP_DROP;
#pragma unroll
	for (int i = 0; i < N; i++)
		line->word[i];
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
