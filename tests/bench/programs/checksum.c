// SPDX-License-Identifier: GPL-2.0
/* Call the checksum helper N times; then send back. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef N
#define N 1
#endif

SEC("xdp")
int checksum(struct xdp_md *ctx)
{
	__be32 word = 0;

#pragma unroll
	for (int i = 0; i < N; i++)
		bpf_csum_diff(0, 0, &word, sizeof(word), 0);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
