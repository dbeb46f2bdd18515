// SPDX-License-Identifier: GPL-2.0
/* Perf event arrays, with and without a size, and what the context has. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} first_bytes SEC(".maps");

SEC("xdp")
int sends(struct xdp_md *ctx)
{
	__u64 len = bpf_xdp_get_buff_len(ctx);
	__u64 flags = BPF_F_CURRENT_CPU;

	bpf_perf_event_output(ctx, &events, flags, &len, sizeof(len));
	bpf_perf_event_output(ctx, &first_bytes, flags | 14ull << 32, &len, 0);
	return len > 1000 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int egress(struct xdp_md *ctx)
{
	return ctx->egress_ifindex > 1 ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
