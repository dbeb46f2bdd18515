// SPDX-License-Identifier: GPL-2.0
/* A register's fixed offset is apart from what varies (until 7.2). */
#include <linux/bpf_verifier.h>

s32 fn_feature(const struct bpf_reg_state *reg)
{
	return reg->off;
}
