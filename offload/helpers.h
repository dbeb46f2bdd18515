/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The BPF helpers that the card has. The translator refuses all others; the
 * engine has one function for each.
 */
#ifndef FN_HELPERS_H
#define FN_HELPERS_H

#include "platform.h"

/* clang-format off */

/*
 * X(name, number, arguments, effects)
 *
 * name and number are those of the kernel's UAPI. A helper takes its arguments
 * in r1 … and returns in r0; the card leaves r1 to r5 as they are.
 */
#define FN_HELPERS(X)							\
	X(map_lookup_elem,       1, 2, FN_HELPER_READS)			\
	X(map_update_elem,       2, 4, FN_HELPER_READS | FN_HELPER_MAPS) \
	X(map_delete_elem,       3, 2, FN_HELPER_READS | FN_HELPER_MAPS) \
	X(ktime_get_ns,          5, 0, 0)				\
	X(trace_printk,          6, 5, FN_HELPER_READS)			\
	X(get_prandom_u32,       7, 0, 0)				\
	X(get_smp_processor_id,  8, 0, 0)				\
	X(skb_store_bytes,       9, 5, FN_HELPER_READS | FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(l3_csum_replace,      10, 5, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(l4_csum_replace,      11, 5, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(clone_redirect,       13, 3, FN_HELPER_READS | FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(skb_vlan_push,        18, 3, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(skb_vlan_pop,         19, 1, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(redirect,             23, 2, 0)				\
	X(perf_event_output,    25, 5, FN_HELPER_READS)			\
	X(skb_load_bytes,       26, 4, FN_HELPER_WRITES | FN_HELPER_SKB) \
	X(csum_diff,            28, 5, FN_HELPER_READS)			\
	X(skb_change_proto,     31, 3, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(get_hash_recalc,      34, 1, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(skb_change_tail,      38, 3, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(skb_pull_data,        39, 2, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(csum_update,          40, 2, FN_HELPER_SKB)			\
	X(set_hash_invalid,     41, 1, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(skb_change_head,      43, 3, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(xdp_adjust_head,      44, 2, FN_HELPER_PACKET | FN_HELPER_XDP) \
	X(set_hash,             48, 2, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(skb_adjust_room,      50, 4, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(xdp_adjust_meta,      54, 2, FN_HELPER_PACKET | FN_HELPER_XDP) \
	X(xdp_adjust_tail,      65, 2, FN_HELPER_PACKET | FN_HELPER_XDP) \
	X(skb_load_bytes_relative, 68, 5, FN_HELPER_WRITES | FN_HELPER_SKB) \
	X(strtol,              105, 4, FN_HELPER_READS | FN_HELPER_WRITES) \
	X(strtoul,             106, 4, FN_HELPER_READS | FN_HELPER_WRITES) \
	X(jiffies64,           118, 0, 0)				\
	X(ktime_get_boot_ns,   125, 0, 0)				\
	X(csum_level,          135, 2, FN_HELPER_PACKET | FN_HELPER_SKB) \
	X(ktime_get_coarse_ns, 160, 0, 0)				\
	X(check_mtu,           163, 5, FN_HELPER_READS | FN_HELPER_WRITES) \
	X(xdp_get_buff_len,    188, 1, FN_HELPER_XDP)			\
	X(xdp_load_bytes,      189, 4, FN_HELPER_WRITES | FN_HELPER_XDP) \
	X(xdp_store_bytes,     190, 4, FN_HELPER_READS | FN_HELPER_PACKET | FN_HELPER_XDP) \
	X(ktime_get_tai_ns,    208, 0, 0)

/* clang-format on */

/* What a helper does besides computing r0. */
#define FN_HELPER_READS 0x1 /* reads memory that its arguments point to */
#define FN_HELPER_MAPS 0x2 /* changes map entries */
#define FN_HELPER_PACKET 0x4 /* changes the packet, its ends or the context */
#define FN_HELPER_WRITES 0x8 /* writes memory that its arguments point to */
/* Whose it is, if not everybody's. */
#define FN_HELPER_XDP 0x10 /* XDP programs' */
#define FN_HELPER_SKB 0x20 /* classifiers' */

/* Room for the names of all helpers of a type. */
#define FN_HELPER_LIST 640

enum fn_helper {
#define FN_HELPER_ENUM(name, number, ...) FN_HELPER_##name = number,
	FN_HELPERS(FN_HELPER_ENUM)
#undef FN_HELPER_ENUM
};

/**
 * struct fn_helper_info - what is known of a helper of the card
 * @name: without bpf_
 * @number: in the UAPI and in the imm of HELPER
 * @nargs: arguments it takes
 * @effects: FN_HELPER_*
 */
struct fn_helper_info {
	const char *name;
	u16 number;
	u8 nargs;
	u8 effects;
};

/* isa.c */
const struct fn_helper_info *fn_helper_find(u32 number);
const struct fn_helper_info *fn_helper_next(const struct fn_helper_info *prev);
bool fn_helper_is_for(const struct fn_helper_info *h, u32 type);
bool fn_helper_has(u32 number, u32 type);
const char *fn_helper_name(u32 number);
void fn_helper_list(u32 type, char *buf, size_t size);

/* absent.c */
const char *fn_helper_absent(u32 number);

#endif /* FN_HELPERS_H */
