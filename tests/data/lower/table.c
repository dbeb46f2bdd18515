// SPDX-License-Identifier: GPL-2.0
/* A table of connections and one of routes; the frame alone decides. */
#include "common.h"

struct counter {
	__u64 packets;
	__u64 bytes;
};

struct prefix {
	__u32 len;
	__u32 addr;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, __u32);
	__type(value, struct counter);
	__uint(max_entries, 1024);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct prefix);
	__type(value, __u32);
	__uint(max_entries, 256);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} routes SEC(".maps");

SEC("xdp") int table(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 31, value = 1, *used;
	struct counter *c = bpf_map_lookup_elem(&flows, &key);
	struct prefix p = { .len = 8, .addr = d & 15 };
	struct counter first = { .packets = 1 };

	if (c)
		__sync_fetch_and_add(&c->packets, 1);
	else
		bpf_map_update_elem(&flows, &key, &first, BPF_NOEXIST);
	bpf_map_update_elem(&routes, &p, &value, BPF_NOEXIST);
	p.len = 32;
	p.addr = d & 31;
	used = bpf_map_lookup_elem(&routes, &p);
	if (used)
		__sync_fetch_and_add(used, 1);
	return d & 1 ? XDP_DROP : XDP_PASS;
}

LICENSE;
