// SPDX-License-Identifier: GPL-2.0
/*
 * What Linux 6.1 lacks: numbers by an iterator of the kernel's, as bpf_for() has it,
 * and locks among variables.
 */
#include "common.h"

struct bpf_iter_num {
	__u64 opaque;
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int from, int to)
	SEC(".ksyms");
extern int *bpf_iter_num_next(struct bpf_iter_num *it) SEC(".ksyms");
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) SEC(".ksyms");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 16);
} sums SEC(".maps");

static __always_inline void add(__u32 key, __u64 n)
{
	__u64 *sum = bpf_map_lookup_elem(&sums, &key);

	if (sum)
		*sum += n;
}

SEC("xdp") int numbers(struct xdp_md *ctx)
{
	__u32 sum = digest(ctx);
	struct bpf_iter_num it;
	int *i;

	bpf_iter_num_new(&it, 2, 12);
	while ((i = bpf_iter_num_next(&it))) {
		sum = sum * 3 + *i;
		add(*i & 15, sum);
		if (sum & 0x100)
			break;
	}
	bpf_iter_num_destroy(&it);
	return sum & 1 ? XDP_DROP : XDP_PASS;
}

/* As many as the packet says, or none. */
SEC("xdp") int as_many(struct xdp_md *ctx)
{
	__u32 sum = digest(ctx);
	struct bpf_iter_num it;
	int *i;

	if (bpf_iter_num_new(&it, -3, (int)(sum & 15) - 5))
		add(15, 1);
	while ((i = bpf_iter_num_next(&it)))
		add(*i & 7, sum += *i);
	bpf_iter_num_destroy(&it);
	return sum & 1 ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int nested(struct xdp_md *ctx)
{
	struct bpf_iter_num outer, inner;
	__u32 sum = digest(ctx);
	int *i, *k;

	bpf_iter_num_new(&outer, 0, 4);
	while ((i = bpf_iter_num_next(&outer))) {
		bpf_iter_num_new(&inner, 0, *i & 3);
		while ((k = bpf_iter_num_next(&inner)))
			add((*i * 4 + *k) & 15, sum = sum * 5 + *k);
		bpf_iter_num_destroy(&inner);
	}
	bpf_iter_num_destroy(&outer);
	return sum & 1 ? XDP_DROP : XDP_PASS;
}

struct bpf_spin_lock lock SEC(".data.guarded");
__u64 packets SEC(".data.guarded") = 5;
__u32 sizes[4] SEC(".data.guarded");

SEC("xdp") int locked_data(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), left;

	bpf_spin_lock(&lock);
	packets += d & 7;
	left = ++sizes[d & 3];
	if (left > 9)
		sizes[d & 3] = 0;
	bpf_spin_unlock(&lock);
	add(d & 15, left);
	return left & 1 ? XDP_PASS : XDP_DROP;
}

LICENSE;
