// SPDX-License-Identifier: GPL-2.0
/*
 * tx: send every packet back where it came from.
 *
 * The MAC addresses are swapped, so that the sender takes it for its own.
 * Packets that are shorter than an Ethernet header don't come this far.
 *
 *	ip link set dev fn0p0 xdpgeneric obj build/bpf/tx.o sec xdp
 *	ip link set dev fn0p0 xdpdrv obj build/bpf/tx.o sec xdp
 *	ip link set dev fn0p0 xdpoffload obj build/bpf/tx.o sec xdp
 *
 * Look at: tcpdump -e -i fn0w0, where each packet is seen twice.
 */
#include "packet.h"

SEC("xdp")
int tx(struct xdp_md *ctx)
{
	struct cursor c = cursor(ctx);
	struct ethhdr *eth = take(&c, sizeof(*eth));

	if (!eth)
		return XDP_ABORTED;
	swap_macs(eth);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
