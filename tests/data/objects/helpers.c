// SPDX-License-Identifier: GPL-2.0
/* What the card can't call: helpers, callbacks, kernel functions. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    __u32 *type) __ksym;

static long callback(__u32 index, void *ctx)
{
	return 0;
}

SEC("xdp")
int routes(struct xdp_md *ctx)
{
	struct bpf_fib_lookup p = { .family = 2 };
	int first = bpf_fib_lookup(ctx, &p, sizeof(p), 0); /* 20 */

	return first + bpf_get_current_pid_tgid(); /* 22 */
}

SEC("xdp")
int loops(struct xdp_md *ctx)
{
	return bpf_loop(3, callback, 0, 0); /* 28 */
}

SEC("xdp")
int hashes(struct xdp_md *ctx)
{
	__u32 hash, type;

	return bpf_xdp_metadata_rx_hash(ctx, &hash, &type); /* 36 */
}

char _license[] SEC("license") = "GPL";
