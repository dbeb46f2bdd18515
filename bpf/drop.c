// SPDX-License-Identifier: GPL-2.0
/*
 * drop: throw every packet away.
 *
 * The shortest program there is, and the yardstick for all others: what does
 * it cost to get rid of a packet?
 *
 *	ip link set dev fn0p0 xdpgeneric obj build/bpf/drop.o sec xdp
 *	ip link set dev fn0p0 xdpdrv obj build/bpf/drop.o sec xdp
 *	ip link set dev fn0p0 xdpoffload obj build/bpf/drop.o sec xdp
 *	ip link set dev fn0p0 xdpoffload off
 *
 * Look at: ethtool -S fn0p0. Offloaded, the packets never reach the host:
 * offload_xdp_drop counts and host_rx_frames does not.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
