// SPDX-License-Identifier: GPL-2.0
/* Fields that libbpf would look up in the kernel's types. */
#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)
struct xdp_md {
	unsigned int data;
	unsigned int data_end;
};
struct ethhdr {
	unsigned char h_dest[6];
	unsigned char h_source[6];
	unsigned short h_proto;
};
#pragma clang attribute pop

__attribute__((section("xdp"), used)) int core(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return 1;
	return eth->h_proto == 8 ? 2 : 1;
}

char _license[] __attribute__((section("license"), used)) = "GPL";
