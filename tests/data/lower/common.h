/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs to be lowered share: none knows time or chance. */
#ifndef COMMON_H
#define COMMON_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define LICENSE char _license[] SEC("license") = "GPL"

#define noinline __attribute__((noinline))

#define TYPED_MAP(name, kind, k, v, n)             \
	struct {                                   \
		__uint(type, BPF_MAP_TYPE_##kind); \
		__type(key, k);                    \
		__type(value, v);                  \
		__uint(max_entries, n);            \
	} name SEC(".maps")

/* Programs, as values of an array that is filled where it is defined. */
#define PROGRAMS(name, n)                              \
	struct {                                       \
		__uint(type, BPF_MAP_TYPE_PROG_ARRAY); \
		__uint(key_size, sizeof(__u32));       \
		__uint(max_entries, n);                \
		__array(values, int(struct xdp_md *)); \
	} name SEC(".maps")

/* A number that every frame has. */
static __always_inline __u32 digest(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 sum = ctx->data_end - ctx->data, i;

	if (p + 34 > end)
		return sum;
	for (i = 12; i < 34; i++)
		sum = sum * 33 + p[i];
	return sum;
}

static __always_inline struct iphdr *ip_of(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end ||
	    eth->h_proto != bpf_htons(ETH_P_IP))
		return 0;
	return ip;
}

#endif /* COMMON_H */
