// SPDX-License-Identifier: GPL-2.0
/* A program is hindered by what others in its object use. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100000);
	__type(key, __u32);
	__type(value, __u64);
} good SEC(".maps");

static const char text[] = "a constant that is too long for an instruction";

__u64 total;

SEC("xdp")
int uses_ring(struct xdp_md *ctx)
{
	bpf_ringbuf_output(&ring, (void *)text, sizeof(text), 0); /* ring */
	total++; /* bss */
	return XDP_PASS;
}

SEC("xdp")
int uses_good(struct xdp_md *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&good, &key) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
