// SPDX-License-Identifier: GPL-2.0
/* bpf_csum_diff() folds its result and takes any size, by this (6.13). */
#include <linux/bitops.h>
#include <net/checksum.h>

u16 fn_feature(u32 sum)
{
	return csum_from32to16(sum);
}
