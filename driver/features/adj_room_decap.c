// SPDX-License-Identifier: GPL-2.0
/* bpf_skb_adjust_room() is told of tunnels that end (7.3, or a little earlier). */
#include <uapi/linux/bpf.h>

u64 fn_feature(void)
{
	return BPF_F_ADJ_ROOM_DECAP_L4_GRE;
}
