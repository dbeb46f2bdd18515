// SPDX-License-Identifier: GPL-2.0
/*
 * BPF helpers of classifiers. Offsets are from the frame's first byte, as for
 * the kernel's at ingress; a frame is in one piece and always writable.
 */
#include "exec.h"
#include "helper.h"

/* Newer headers have it. It matters only where the host sums whole frames. */
#define CSUM_IPV6 (1ull << 7)

static u8 *frame_at(const struct fn_exec *x, u32 off)
{
	return x->pkt->cell + x->pkt->data + off;
}

static bool in_frame(const struct fn_exec *x, u64 off, u64 len)
{
	return off + len <= fn_packet_len(x->pkt);
}

/* Bytes of the frame to where r3 points, zeros if it has not so many. */
static u64 load_bytes(struct fn_exec *x, u64 off, bool there)
{
	u32 len = x->r[4];
	u8 *to;

	if (!fn_helper_spend(x, len / 16))
		return 0;
	to = fn_mem_slow(x, x->r[3], len, FN_STORE);
	if (!to)
		return 0;
	if (!there || !in_frame(x, off, len)) {
		memset(to, 0, len);
		return (s64)-EFAULT;
	}
	memmove(to, frame_at(x, off), len);
	return 0;
}

u64 fn_helper_skb_load_bytes(struct fn_exec *x)
{
	u32 off = x->r[2];

	return fn_helper_ctx(x) ? load_bytes(x, off, true) : 0;
}

u64 fn_helper_skb_load_bytes_relative(struct fn_exec *x)
{
	u32 off = x->r[2], from = x->r[5];
	u32 start = from == BPF_HDR_START_NET ? x->net - x->pkt->data : 0;
	bool known = from == BPF_HDR_START_NET || from == BPF_HDR_START_MAC;

	if (!fn_helper_ctx(x))
		return 0;
	return load_bytes(x, (u64)off + start, known && off <= 0xffff);
}

u64 fn_helper_skb_store_bytes(struct fn_exec *x)
{
	u32 off = x->r[2], len = x->r[4];
	const u8 *from;

	if (!fn_helper_ctx(x))
		return 0;
	if (x->r[5] & ~(u64)(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH))
		return (s64)-EINVAL;
	if (!in_frame(x, off, len))
		return (s64)-EFAULT;
	if (!fn_helper_spend(x, len / 16))
		return 0;
	from = fn_mem_slow(x, x->r[3], len, FN_ARG);
	if (!from)
		return 0;
	memmove(frame_at(x, off), from, len);
	if (x->r[5] & BPF_F_INVALIDATE_HASH)
		fn_helper_set_hash_invalid(x);
	return 0;
}

/* ---- checksums: ones' complement sums, as the kernel folds them */

static u32 sum_add(u32 a, u32 b)
{
	u32 sum = a + b;

	return sum + (sum < b);
}

static u16 sum_fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static u16 sum16_add(u16 a, u16 b)
{
	u16 sum = a + b;

	return sum + (sum < b);
}

/* A header's checksum in which 16 bits change */
static u16 replace2(u16 csum, u16 from, u16 to)
{
	return ~sum16_add(sum16_add(~csum, ~from), to);
}

/* One in which 32 bits do */
static u16 replace4(u16 csum, u32 from, u32 to)
{
	return sum_fold(sum_add(sum_add(~(u32)csum, ~from), to));
}

/* One to which a difference is added */
static u16 replace_by_diff(u16 csum, u32 diff)
{
	return sum_fold(sum_add(diff, ~(u32)csum));
}

/* Where the sum is, or NULL and an errno as r0. */
static u8 *csum_at(struct fn_exec *x, u64 flags, s64 *err)
{
	u32 off = x->r[2];

	*err = 0;
	if (!fn_helper_ctx(x))
		return NULL;
	*err = -EINVAL;
	if (x->r[5] & ~flags)
		return NULL;
	*err = -EFAULT;
	if (off > 0xffff || off & 1 || !in_frame(x, off, 2))
		return NULL;
	*err = 0;
	return frame_at(x, off);
}

u64 fn_helper_l3_csum_replace(struct fn_exec *x)
{
	s64 err;
	u16 *at = (u16 *)csum_at(x, BPF_F_HDR_FIELD_MASK, &err);
	u16 sum;

	if (!at)
		return err;
	sum = get_unaligned(at);
	switch (x->r[5] & BPF_F_HDR_FIELD_MASK) {
	case 0:
		if (x->r[3])
			return (s64)-EINVAL;
		sum = replace_by_diff(sum, x->r[4]);
		break;
	case 2:
		sum = replace2(sum, x->r[3], x->r[4]);
		break;
	case 4:
		sum = replace4(sum, x->r[3], x->r[4]);
		break;
	default:
		return (s64)-EINVAL;
	}
	put_unaligned(sum, at);
	return 0;
}

u64 fn_helper_l4_csum_replace(struct fn_exec *x)
{
	u64 flags = x->r[5];
	s64 err;
	u16 *at = (u16 *)csum_at(x,
				 BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE |
					 BPF_F_PSEUDO_HDR | CSUM_IPV6 |
					 BPF_F_HDR_FIELD_MASK,
				 &err);
	u16 sum;

	if (!at)
		return err;
	sum = get_unaligned(at);
	/* 0 says that there is none. */
	if (flags & BPF_F_MARK_MANGLED_0 && !(flags & BPF_F_MARK_ENFORCE) &&
	    !sum)
		return 0;
	switch (flags & BPF_F_HDR_FIELD_MASK) {
	case 0:
		if (x->r[3])
			return (s64)-EINVAL;
		sum = replace_by_diff(sum, x->r[4]);
		break;
	case 2:
		sum = replace4(sum, (u16)x->r[3], (u16)x->r[4]);
		break;
	case 4:
		sum = replace4(sum, x->r[3], x->r[4]);
		break;
	default:
		return (s64)-EINVAL;
	}
	if (flags & BPF_F_MARK_MANGLED_0 && !sum)
		sum = 0xffff;
	put_unaligned(sum, at);
	return 0;
}

/* Of no frame of the card's does the host have the sum of all bytes. */
u64 fn_helper_csum_update(struct fn_exec *x)
{
	return fn_helper_ctx(x) ? -FN_ENOTSUPP : 0;
}

u64 fn_helper_csum_level(struct fn_exec *x)
{
	if (!fn_helper_ctx(x))
		return 0;
	switch (x->r[2]) {
	case BPF_CSUM_LEVEL_INC:
		if (x->csum < FN_CSUM_MOST)
			x->csum++;
		return 0;
	case BPF_CSUM_LEVEL_DEC:
		if (x->csum > FN_CSUM_NONE)
			x->csum--;
		return 0;
	case BPF_CSUM_LEVEL_RESET:
		fn_cls_csum_reset(x);
		return 0;
	case BPF_CSUM_LEVEL_QUERY:
		return x->csum < FN_CSUM_OK ? (s64)-EACCES :
					      x->csum - FN_CSUM_OK;
	}
	return (s64)-EINVAL;
}

/* ---- the frame's ends */

u64 fn_helper_skb_pull_data(struct fn_exec *x)
{
	u32 len = x->r[2];

	if (!fn_helper_ctx(x))
		return 0;
	return in_frame(x, 0, len) ? 0 : (s64)-ENOMEM;
}

u64 fn_helper_skb_change_tail(struct fn_exec *x)
{
	struct fn_packet *pkt = x->pkt;
	u32 len = x->r[2], old = fn_packet_len(pkt);

	if (!fn_helper_ctx(x))
		return 0;
	if (x->r[3] || len < x->net - pkt->data || len < FN_FRAME_MIN)
		return (s64)-EINVAL;
	if ((u64)pkt->data + len > pkt->size - FN_PKT_TAIL_RESERVE)
		return (s64)-ENOMEM;
	if (len > old) {
		if (!fn_helper_spend(x, (len - old) / 16))
			return 0;
		memset(pkt->cell + pkt->end, 0, len - old);
	}
	pkt->end = pkt->data + len;
	fn_exec_window(x);
	return 0;
}

u64 fn_helper_skb_change_head(struct fn_exec *x)
{
	struct fn_packet *pkt = x->pkt;
	u32 room = x->r[2], meta = pkt->data - pkt->meta;

	if (!fn_helper_ctx(x))
		return 0;
	if (x->r[3] || (u32)(fn_packet_len(pkt) + room) < room)
		return (s64)-EINVAL;
	if (room > pkt->meta - FN_PKT_HEAD_RESERVE)
		return (s64)-ENOMEM;
	memmove(pkt->cell + pkt->meta - room, pkt->cell + pkt->meta, meta);
	pkt->meta -= room;
	pkt->data -= room;
	memset(pkt->cell + pkt->data, 0, room);
	fn_exec_window(x);
	return 0;
}

u64 fn_helper_skb_vlan_push(struct fn_exec *x)
{
	return fn_helper_ctx(x) ? fn_cls_vlan_push(x, x->r[2], x->r[3]) : 0;
}

u64 fn_helper_skb_vlan_pop(struct fn_exec *x)
{
	return fn_helper_ctx(x) ? fn_cls_vlan_pop(x) : 0;
}

/* ---- the hash */

u64 fn_helper_set_hash_invalid(struct fn_exec *x)
{
	if (!fn_helper_ctx(x))
		return 0;
	x->skb.hash = 0;
	x->hashed = false;
	return 0;
}

u64 fn_helper_set_hash(struct fn_exec *x)
{
	if (!fn_helper_ctx(x))
		return 0;
	x->skb.hash = x->r[2];
	x->hashed = true;
	return 0;
}

/* The card has the hash that it chooses queues by. */
u64 fn_helper_get_hash_recalc(struct fn_exec *x)
{
	if (!fn_helper_ctx(x))
		return 0;
	if (!x->skb.hash)
		x->skb.hash = x->pkt->hash;
	return x->skb.hash;
}
