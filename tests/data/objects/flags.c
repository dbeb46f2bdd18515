// SPDX-License-Identifier: GPL-2.0
/* Flags of maps that are no matter to a card. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, __u64);
} sparse SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(map_flags, BPF_F_NUMA_NODE);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

SEC("xdp")
int flags(struct xdp_md *ctx)
{
	__u32 key = 0;

	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &key, 4);
	return bpf_map_lookup_elem(&sparse, &key) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
