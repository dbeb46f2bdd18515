// SPDX-License-Identifier: GPL-2.0
/* Global data of each kind, on a line of its own. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

volatile const __u32 limit = 7;
__u64 seen;
volatile __u32 step = 3;
extern int LINUX_KERNEL_VERSION __kconfig;

SEC("xdp")
int globals(struct xdp_md *ctx)
{
	__u32 len = ctx->data_end - ctx->data;

	if (len > limit) /* rodata */
		return XDP_DROP;
	seen++; /* bss */
	len += step; /* data */
	if (LINUX_KERNEL_VERSION > 1) /* kconfig */
		bpf_printk("length %d", len); /* string */
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
