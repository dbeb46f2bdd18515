// SPDX-License-Identifier: GPL-2.0
/* Maps in maps that the object fills, and what the kernel's configuration is. */
#include "common.h"

struct inner_hash {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 64);
} by_length SEC(".maps"), by_digest SEC(".maps");

struct inner_array {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 8);
} even SEC(".maps"), odd SEC(".maps"), rest SEC(".maps");

struct inner_percpu {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4);
} on_cores SEC(".maps"), on_more_cores SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(max_entries, 6);
	__array(values, struct inner_array);
} counters SEC(".maps") = {
	.values = {
		[0] = &even,
		[1] = &odd,
		[4] = &rest,
	},
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(max_entries, 2);
	__array(values, struct inner_hash);
} tables SEC(".maps") = {
	.values = { &by_length, &by_digest },
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(max_entries, 4);
	__array(values, struct inner_hash);
} found SEC(".maps") = {
	.values = {
		[0] = &by_digest,
		[3] = &by_length,
	},
};

/* What is in it is not said here. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(key_size, 6);
	__uint(max_entries, 4);
	__array(values, struct inner_hash);
} unknown SEC(".maps");

struct inner_lru {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1024);
} for_all SEC(".maps");

/* A table for each CPU, if a control plane makes some. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(max_entries, 128);
	__array(values, struct inner_lru);
} for_each SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(max_entries, 3);
	__array(values, struct inner_percpu);
} cores SEC(".maps") = {
	.values = {
		[1] = &on_cores,
		[2] = &on_more_cores,
	},
};

extern int LINUX_KERNEL_VERSION __kconfig;
extern const void flownic_no_such_symbol __ksym __weak;

/* Slots without a map and indices beyond the end are NULL. */
SEC("xdp") int counted(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), index = d & 7, key = (d >> 3) & 7;
	void *inner = bpf_map_lookup_elem(&counters, &index);
	__u64 *n;

	if (!inner)
		return XDP_DROP;
	n = bpf_map_lookup_elem(inner, &key);
	if (n)
		*n += index + 1;
	return XDP_PASS;
}

SEC("xdp") int changed(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), index = d & 1, key = (d >> 2) & 31;
	void *inner = bpf_map_lookup_elem(&tables, &index);
	__u64 first = d, *n;
	long err;

	if (!inner)
		return XDP_ABORTED;
	if (d & 2)
		return bpf_map_delete_elem(inner, &key) ? XDP_DROP : XDP_PASS;
	n = bpf_map_lookup_elem(inner, &key);
	if (n) {
		*n *= 3;
		return XDP_TX;
	}
	err = bpf_map_update_elem(inner, &key, &first, BPF_NOEXIST);
	return err ? XDP_ABORTED : XDP_PASS;
}

SEC("xdp") int on_each_core(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), index = d & 3, key = (d >> 2) & 7;
	void *inner = bpf_map_lookup_elem(&cores, &index);
	__u64 *n;

	if (!inner)
		return XDP_DROP;
	n = bpf_map_lookup_elem(inner, &key);
	if (!n)
		return XDP_TX;
	*n += 1;
	return XDP_PASS;
}

/* Two lookups, the results of which are kept across calls. */
SEC("xdp") int two_at_once(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), a = d % 5, b = (d >> 4) & 1, key = d & 7;
	void *array = bpf_map_lookup_elem(&counters, &a);
	void *hash = bpf_map_lookup_elem(&tables, &b);
	__u64 *x, *y, one = 1;

	if (!array || !hash)
		return XDP_DROP;
	x = bpf_map_lookup_elem(array, &key);
	y = bpf_map_lookup_elem(hash, &key);
	if (!y)
		bpf_map_update_elem(hash, &key, &one, BPF_ANY);
	else if (x)
		*x += *y;
	return y ? XDP_PASS : XDP_TX;
}

/* A hash of maps. */
SEC("xdp") int by_key(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 3;
	void *inner = bpf_map_lookup_elem(&found, &key);
	__u64 first = 1, *n;

	if (!inner)
		return XDP_TX;
	key = (d >> 2) & 15;
	n = bpf_map_lookup_elem(inner, &key);
	if (!n)
		return bpf_map_update_elem(inner, &key, &first, BPF_ANY) ?
			       XDP_ABORTED :
			       XDP_DROP;
	*n += d & 7;
	return XDP_PASS;
}

/* Another map takes the place of one that is not there. */
SEC("xdp") int or_else(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), index = d & 3, key = (d >> 2) & 7;
	void *map = bpf_map_lookup_elem(&cores, &index);
	__u64 *n;

	if (!map) {
		key ^= 1;
		map = &on_cores;
	}
	n = bpf_map_lookup_elem(map, &key);
	if (!n)
		return XDP_TX;
	*n += index + 1;
	return XDP_PASS;
}

/* With a table for all where there is none; what is missed is counted. */
SEC("xdp") int without_table(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), cpu = bpf_get_smp_processor_id(), key = d & 63;
	void *table = bpf_map_lookup_elem(&for_each, &cpu);
	__u64 *n, first = d;

	if (!table) {
		cpu = 3;
		n = bpf_map_lookup_elem(&on_cores, &cpu);
		if (!n)
			return XDP_ABORTED;
		*n += 1;
		table = &for_all;
	}
	n = bpf_map_lookup_elem(table, &key);
	if (n) {
		*n += 1;
		return XDP_TX;
	}
	return bpf_map_update_elem(table, &key, &first, BPF_ANY) ? XDP_DROP :
								   XDP_PASS;
}

/* One of two, without a map of maps. */
SEC("xdp") int one_or_other(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = (d >> 2) & 3;
	void *map = &on_cores;
	__u64 *n, value = d;

	if (d & 1)
		map = &on_more_cores;
	if (d & 2)
		return bpf_map_update_elem(map, &key, &value, BPF_ANY) ?
			       XDP_ABORTED :
			       XDP_DROP;
	n = bpf_map_lookup_elem(map, &key);
	return n && *n & 1 ? XDP_TX : XDP_PASS;
}

static noinline void count_in(void *map, __u32 key, __u64 n)
{
	__u64 *v = bpf_map_lookup_elem(map, &key);

	if (v)
		*v += n;
}

static noinline int put_into(void *map, __u32 key, __u64 n, int flags)
{
	if (!map)
		return -1;
	if (key & 1)
		count_in(map, key, n);
	return bpf_map_update_elem(map, &key, &n, flags);
}

/* Functions that get maps, one or another. */
SEC("xdp") int passed(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);
	int rc;

	count_in(&on_cores, d & 3, 1);
	count_in(&on_more_cores, d & 1, ctx->data_end - ctx->data);
	rc = put_into(d & 4 ? (void *)&on_cores : (void *)&by_length,
		      d >> 3 & 7, d, d & 1 ? BPF_ANY : BPF_EXIST);
	rc += put_into(&for_all, d >> 5 & 31, d, BPF_NOEXIST);
	return rc < 0 ? XDP_PASS : XDP_DROP;
}

/* Those with an inner map, and with one that takes its place. */
SEC("xdp") int passed_inner(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), key = d & 3;
	void *table = bpf_map_lookup_elem(&tables, &key);

	if (!table && d & 4)
		table = &for_all;
	count_in(&on_cores, key, 1);
	return put_into(table, d >> 4 & 31, d, BPF_ANY) ? XDP_TX : XDP_PASS;
}

/* The control plane's matter: native finds nothing, and so does the host. */
SEC("xdp") int by_address(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	__u32 key = 1;
	void *inner;

	if (ctx->data_end - ctx->data < 60 ||
	    (void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	inner = bpf_map_lookup_elem(&unknown, eth->h_dest);
	return inner && bpf_map_lookup_elem(inner, &key) ? XDP_TX : XDP_PASS;
}

SEC("xdp") int configured(struct xdp_md *ctx)
{
	if (&flownic_no_such_symbol)
		return XDP_ABORTED;
	if (LINUX_KERNEL_VERSION < (5 << 16))
		return XDP_DROP;
	return digest(ctx) % (__u32)LINUX_KERNEL_VERSION & 1 ? XDP_PASS :
							       XDP_TX;
}

LICENSE;
