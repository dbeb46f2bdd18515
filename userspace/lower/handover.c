// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that the host is to decide on: they pass, with four words of metadata
 * that say what a companion program there has to do:
 *
 *	| magic and number | key | flags (64 bits) | packet ...
 *
 * Without room for them the packet is aborted, which is counted.
 *
 * A classifier has no metadata, but marks, which the host's packet gets: mark,
 * priority and tc_index say together that the packet is for the companion.
 */
#include <linux/pkt_cls.h>

#include "lower.h"
#include "userspace/tool.h"

static void abort_packet(struct fn_edit *e)
{
	fn_add_set(e, 0, XDP_ABORTED);
	fn_add_exit(e);
}

static void write_metadata(struct fn_edit *e, u32 number, s32 key)
{
	fn_add_store_imm(e, BPF_W, 2, 0, (s32)(FN_COMPANION_MAGIC | number));
	if (key) {
		fn_add_load(e, BPF_W, 4, 10, key);
		fn_add_store(e, BPF_W, 2, 4, 4);
		fn_add_load(e, BPF_DW, 4, 10, key + 8);
		fn_add_store(e, BPF_W, 2, 8, 4);
		fn_add_alu(e, BPF_RSH, 4, 32);
		fn_add_store(e, BPF_W, 2, 12, 4);
	}
	fn_add_set(e, 0, XDP_PASS);
}

/**
 * fn_handover - give the packet to the host
 * @e: function, which keeps the context
 * @number: what the companion is to do
 * @key: where on the stack key and flags are, 0 if there are none
 *
 * The verdict is in r0 then.
 */
void fn_handover(struct fn_edit *e, u32 number, s32 key)
{
	u32 good, fits;

	fn_add_load(e, BPF_DW, 1, 10, e->f->ctx);
	fn_add_set(e, 2, (s64)-FN_COMPANION_META);
	fn_add_call(e, BPF_FUNC_xdp_adjust_meta);
	good = fn_add_jump(e, BPF_JEQ, 0, 0);
	abort_packet(e);
	fn_edit_land(e, good);
	fn_add_load(e, BPF_DW, 1, 10, e->f->ctx);
	fn_add_load(e, BPF_W, 2, 1, offsetof(struct xdp_md, data_meta));
	fn_add_load(e, BPF_W, 3, 1, offsetof(struct xdp_md, data));
	fn_add_mov(e, 4, 2);
	fn_add_alu(e, BPF_ADD, 4, FN_COMPANION_META);
	fits = fn_add_jump_reg(e, BPF_JLE, 4, 3);
	abort_packet(e);
	fn_edit_land(e, fits);
	write_metadata(e, number, key);
}

static void set_mark(struct fn_edit *e, u32 off, u32 value)
{
	fn_add_set(e, 2, value);
	fn_add_store(e, BPF_W, 1, off, 2);
}

/**
 * fn_handover_skb - give a classifier's packet to the host
 * @e: function, which keeps the context
 *
 * Filters behind this one on the card must not see it before the host has decided,
 * hence the verdict, which is in r0 then.
 */
void fn_handover_skb(struct fn_edit *e)
{
	fn_add_load(e, BPF_DW, 1, 10, e->f->ctx);
	set_mark(e, offsetof(struct __sk_buff, mark),
		 FN_COMPANION_MAGIC | FN_COMPANION_WHOLE);
	set_mark(e, offsetof(struct __sk_buff, priority),
		 FN_COMPANION_PRIORITY);
	set_mark(e, offsetof(struct __sk_buff, tc_index), FN_COMPANION_INDEX);
	fn_add_set(e, 0, TC_ACT_TRAP);
}

/**
 * fn_handover_seen - say that the card has decided on a classifier's packet
 * @e: function, which keeps the context and is about to return
 *
 * Of TC_ACT_OK, the class becomes the tc_index that the host gets.
 */
void fn_handover_seen(struct fn_edit *e)
{
	fn_add_load(e, BPF_DW, 1, 10, e->f->ctx);
	set_mark(e, offsetof(struct __sk_buff, tc_index), FN_COMPANION_SEEN);
	set_mark(e, offsetof(struct __sk_buff, tc_classid), FN_COMPANION_SEEN);
}
