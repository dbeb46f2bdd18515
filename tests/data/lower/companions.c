// SPDX-License-Identifier: GPL-2.0
/*
 * What a companion on the host does, behind all that is lowered and is the same on
 * whichever CPU: sums of per-CPU counters are.
 */
#define FEATURES(X) \
	X(strings)  \
	X(data)     \
	X(lpm)      \
	X(lru)      \
	X(lock)     \
	X(loop)     \
	X(each)     \
	X(inner)    \
	X(ring)

#include "features.h"

TYPED_MAP(counts, PERCPU_ARRAY, __u32, __u64, 4);
TYPED_MAP(digests, PERCPU_HASH, __u32, __u64, 256);
TYPED_MAP(nodes, ARRAY, __u32, __u64, 4);

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 8);
} ports SEC(".maps");

static __always_inline void count(void *map, __u32 key)
{
	__u64 *n = bpf_map_lookup_elem(map, &key);

	if (n)
		++*n;
}

static __always_inline void note(__u32 d)
{
	__u64 one = 1;

	d &= 63;
	if (bpf_map_lookup_elem(&digests, &d))
		count(&digests, d);
	else
		bpf_map_update_elem(&digests, &d, &one, BPF_ANY);
}

SEC("xdp") int to_port(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	count(&counts, d & 3);
	note(d);
	d = one_of(ctx, d, d >> 4);
	d = one_of(ctx, d, d >> 12);
	if (d & 1)
		return bpf_redirect_map(&ports, d >> 1 & 3, XDP_PASS);
	return verdict(d);
}

SEC("xdp") int to_host(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	if (d & 1) {
		count(&nodes, d >> 1 & 3);
		return bpf_get_numa_node_id() > 1000 ? XDP_DROP : XDP_PASS;
	}
	count(&counts, d & 3);
	note(d);
	d = one_of(ctx, d, d >> 4);
	d = one_of(ctx, d, d >> 12);
	return verdict(d);
}

LICENSE;
