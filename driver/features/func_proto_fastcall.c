// SPDX-License-Identifier: GPL-2.0
/* bpf_check_mtu() leaves the length as it is when it refuses, since then (6.12). */
#include <linux/bpf.h>

bool fn_feature(const struct bpf_func_proto *proto)
{
	return proto->allow_fastcall;
}
