// SPDX-License-Identifier: GPL-2.0
/* A classifier with what the offload core does not take. */
#include "common.h"
#include <linux/pkt_cls.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4);
} verdicts SEC(".maps");

volatile const __u32 last = 1;
__u64 bytes;

SEC("tc") int classify(struct __sk_buff *skb)
{
	__u8 *p = (void *)(long)skb->data;
	__u32 kind;
	__u64 *n;

	if (p + 34 > (__u8 *)(long)skb->data_end)
		return TC_ACT_OK;
	kind = (p[23] + p[29] + p[33]) & last;
	bytes += skb->len;
	n = bpf_map_lookup_elem(&verdicts, &kind);
	if (n)
		++*n;
	return kind == 2 ? TC_ACT_SHOT : TC_ACT_OK;
}

LICENSE;
