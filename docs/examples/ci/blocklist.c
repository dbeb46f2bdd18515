// SPDX-License-Identifier: GPL-2.0
/*
 * Drops IPv4 packets from addresses in a block list, and counts verdicts: a
 * small XDP program whose pipeline shows how one is tested in all three modes.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __u64);
} blocked SEC(".maps");

SEC("xdp")
int blocklist(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	__u64 *packets;
	__be32 source;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	source = ip->saddr;
	packets = bpf_map_lookup_elem(&blocked, &source);
	if (!packets)
		return XDP_PASS;
	__sync_fetch_and_add(packets, 1);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
