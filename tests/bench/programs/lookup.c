// SPDX-License-Identifier: GPL-2.0
/* Look a key of KEY bytes up in a hash map; then send back. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef KEY
#define KEY 4
#endif

struct key {
	__u8 byte[KEY];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct key);
	__type(value, __u64);
} map SEC(".maps");

SEC("xdp")
int lookup(struct xdp_md *ctx)
{
	struct key key = {};

	bpf_map_lookup_elem(&map, &key);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
