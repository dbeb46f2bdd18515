// SPDX-License-Identifier: GPL-2.0
/* Maps that can't be on a card, each in a program of its own. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MAP(name, kind, n, flags, val)             \
	struct {                                   \
		__uint(type, BPF_MAP_TYPE_##kind); \
		__uint(max_entries, n);            \
		__uint(map_flags, flags);          \
		__type(key, __u32);                \
		__type(value, val);                \
	} name SEC(".maps")

struct locked {
	struct bpf_spin_lock lock;
	__u32 value;
};

struct big {
	char bytes[2 << 20];
};

MAP(per_cpu, PERCPU_ARRAY, 1, 0, __u64);
MAP(recent, LRU_HASH, 16, 0, __u64);
MAP(inner, ARRAY, 16, BPF_F_INNER_MAP, __u64);
MAP(guarded, ARRAY, 1, 0, struct locked);
MAP(huge, ARRAY, 0x7fffffff, 0, __u64);
MAP(wide, ARRAY, 1, 0, struct big);
MAP(good, HASH, 100000, 0, __u64);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} jumps SEC(".maps");

#define USES(map)                                               \
	SEC("xdp")                                              \
	int uses_##map(struct xdp_md *ctx)                      \
	{                                                       \
		__u32 key = 0;                                  \
		return bpf_map_lookup_elem(&map, &key) ? 1 : 2; \
	}

USES(per_cpu)
USES(recent)
USES(inner)
USES(huge)
USES(wide)
USES(good)

SEC("xdp")
int uses_guarded(struct xdp_md *ctx)
{
	struct locked *v;
	__u32 key = 0;

	v = bpf_map_lookup_elem(&guarded, &key);
	if (!v)
		return XDP_ABORTED;
	bpf_spin_lock(&v->lock);
	v->value++;
	bpf_spin_unlock(&v->lock);
	return XDP_PASS;
}

SEC("xdp")
int uses_jumps(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 1);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
