// SPDX-License-Identifier: GPL-2.0
/*
 * Redirect everything to the card's next port, and nothing else: numbers of
 * interfaces are given to a port, its cable, and the next port in turn.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int onward(struct xdp_md *ctx)
{
	return bpf_redirect(ctx->ingress_ifindex + 2, 0);
}

char _license[] SEC("license") = "GPL";
