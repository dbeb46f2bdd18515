// SPDX-License-Identifier: GPL-2.0
/*
 * pass: let every packet through to the stack.
 *
 * Changes nothing, and shows what the mere presence of a program costs.
 *
 *	ip link set dev fn0p0 xdpgeneric obj build/bpf/pass.o sec xdp
 *	ip link set dev fn0p0 xdpdrv obj build/bpf/pass.o sec xdp
 *	ip link set dev fn0p0 xdpoffload obj build/bpf/pass.o sec xdp
 *
 * Look at: ping through the port still answers, in any mode; ethtool -S fn0p0.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
