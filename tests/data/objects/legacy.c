// SPDX-License-Identifier: GPL-2.0
/* Maps as they were defined before BTF. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct map_def {
	unsigned int type, key_size, value_size, max_entries, map_flags;
};

struct map_def SEC("maps") counters = {
	.type = BPF_MAP_TYPE_ARRAY,
	.key_size = 4,
	.value_size = 8,
	.max_entries = 4,
};
struct map_def SEC("maps") flows = {
	.type = BPF_MAP_TYPE_HASH,
	.key_size = 12,
	.value_size = 16,
	.max_entries = 100,
};

SEC("xdp")
int legacy(struct xdp_md *ctx)
{
	__u32 key[3] = {};

	if (bpf_map_lookup_elem(&flows, key))
		return XDP_DROP;
	return bpf_map_lookup_elem(&counters, key) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
