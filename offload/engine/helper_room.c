// SPDX-License-Identifier: GPL-2.0
/*
 * BPF helpers of classifiers that make room for headers, or take it away. As in
 * the kernel they move what is before the room and leave the rest to the
 * program. Metadata moves along.
 */
#include "exec.h"
#include "helper.h"

#define IPV4_LEN 20
#define IPV6_LEN 40
#define LEN_DIFF_MAX 0xfff

/* Newer headers have them. */
#define DECAP_IPV4 (1ull << 7)
#define DECAP_IPV6 (1ull << 8)
#define DECAP (DECAP_IPV4 | DECAP_IPV6)
#define DECAP_TUNNEL (0xfull << 9) /* GRE, UDP, IPv4 and IPv6 around IP */

#define ENCAP (BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L3_IPV6)
#define INNER_MAC \
	((u64)BPF_ADJ_ROOM_ENCAP_L2_MASK << BPF_ADJ_ROOM_ENCAP_L2_SHIFT)
#define ALL_FLAGS                                                         \
	(BPF_F_ADJ_ROOM_FIXED_GSO | ENCAP | BPF_F_ADJ_ROOM_ENCAP_L4_GRE | \
	 BPF_F_ADJ_ROOM_ENCAP_L4_UDP | BPF_F_ADJ_ROOM_ENCAP_L2_ETH |      \
	 INNER_MAC | DECAP | DECAP_TUNNEL | BPF_F_ADJ_ROOM_NO_CSUM_RESET)
#define SHRINK_FLAGS                                       \
	(BPF_F_ADJ_ROOM_FIXED_GSO | DECAP | DECAP_TUNNEL | \
	 BPF_F_ADJ_ROOM_NO_CSUM_RESET)

static bool is_ipv4(const struct fn_exec *x)
{
	return x->skb.protocol == swab16(ETH_P_IP);
}

static bool is_ipv6(const struct fn_exec *x)
{
	return x->skb.protocol == swab16(ETH_P_IPV6);
}

static u32 mac_len(const struct fn_exec *x)
{
	return x->net - x->pkt->data;
}

/* @len bytes more, zeros, behind the first @off of the frame */
static s64 push(struct fn_exec *x, u32 off, u32 len)
{
	struct fn_packet *pkt = x->pkt;
	u8 *from = pkt->cell + pkt->meta;

	if (off > fn_packet_len(pkt) || len > pkt->meta - FN_PKT_HEAD_RESERVE)
		return -ENOMEM;
	if (!fn_helper_spend(x, (off + len) / 16))
		return 0;
	memmove(from - len, from, pkt->data - pkt->meta + off);
	pkt->meta -= len;
	pkt->data -= len;
	x->net -= len;
	memset(pkt->cell + pkt->data + off, 0, len);
	fn_exec_window(x);
	return 0;
}

/* The @len bytes behind the first @off of the frame go. */
static s64 pop(struct fn_exec *x, u32 off, u32 len)
{
	struct fn_packet *pkt = x->pkt;
	u8 *from = pkt->cell + pkt->meta;

	if (off + len > fn_packet_len(pkt))
		return -ENOMEM;
	if (!fn_helper_spend(x, off / 16))
		return 0;
	memmove(from + len, from, pkt->data - pkt->meta + off);
	pkt->meta += len;
	pkt->data += len;
	x->net += len;
	fn_exec_window(x);
	return 0;
}

u64 fn_helper_skb_change_proto(struct fn_exec *x)
{
	u16 to = x->r[2];
	s64 ret;

	if (!fn_helper_ctx(x))
		return 0;
	if (x->r[3])
		return (s64)-EINVAL;
	if (is_ipv4(x) && to == swab16(ETH_P_IPV6))
		ret = push(x, mac_len(x), IPV6_LEN - IPV4_LEN);
	else if (is_ipv6(x) && to == swab16(ETH_P_IP))
		ret = pop(x, mac_len(x), IPV6_LEN - IPV4_LEN);
	else
		ret = -FN_ENOTSUPP;
	if (ret)
		return ret;
	x->skb.protocol = to;
	return fn_helper_set_hash_invalid(x);
}

/* ---- skb_adjust_room */

/* The outer header is to be of @flags' kind. */
static void become(struct fn_exec *x, u64 flags, u64 ipv4, u64 ipv6)
{
	if (is_ipv4(x) && flags & ipv6)
		x->skb.protocol = swab16(ETH_P_IPV6);
	else if (is_ipv6(x) && flags & ipv4)
		x->skb.protocol = swab16(ETH_P_IP);
}

/* What the kernel says to headers that are told to be inner ones. */
static s64 refuse_encap(const struct fn_exec *x, u32 len, u64 flags)
{
	u8 inner_mac = flags >> BPF_ADJ_ROOM_ENCAP_L2_SHIFT;
	u64 tunnels = BPF_F_ADJ_ROOM_ENCAP_L4_GRE | BPF_F_ADJ_ROOM_ENCAP_L4_UDP;

	if ((flags & ENCAP) == ENCAP || (flags & tunnels) == tunnels)
		return -EINVAL;
	if (flags & BPF_F_ADJ_ROOM_ENCAP_L2_ETH && inner_mac < ETH_HLEN)
		return -EINVAL;
	if (x->encap)
		return -EALREADY;
	return inner_mac > len ? -EINVAL : 0;
}

static s64 grow(struct fn_exec *x, u32 off, u32 len, u64 flags)
{
	s64 ret = flags & ENCAP ? refuse_encap(x, len, flags) : 0;

	if (!ret)
		ret = push(x, off, len);
	if (ret || !(flags & ENCAP))
		return ret;
	x->encap = true;
	become(x, flags, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4,
	       BPF_F_ADJ_ROOM_ENCAP_L3_IPV6);
	return 0;
}

static s64 shrink(struct fn_exec *x, u32 off, u32 len, u64 flags)
{
	s64 ret;

	if (flags & ~(u64)SHRINK_FLAGS)
		return -EINVAL;
	ret = pop(x, off, len);
	if (ret)
		return ret;
	become(x, flags, DECAP_IPV4, DECAP_IPV6);
	if (flags & DECAP_TUNNEL)
		x->encap = false;
	return 0;
}

/* The shortest that what is behind the MAC header may become */
static s64 least_len(const struct fn_exec *x, s32 diff, u64 flags)
{
	if (flags & DECAP && (diff >= 0 || (flags & DECAP) == DECAP))
		return -EINVAL;
	if (flags & DECAP)
		return flags & DECAP_IPV4 ? IPV4_LEN : IPV6_LEN;
	return is_ipv4(x) ? IPV4_LEN : IPV6_LEN;
}

static s64 adjust_room(struct fn_exec *x, s32 diff, u32 mode, u64 flags)
{
	u32 net_len = is_ipv4(x) ? IPV4_LEN : IPV6_LEN;
	u32 len = diff < 0 ? -(u32)diff : (u32)diff;
	u32 off = mac_len(x);
	u32 now = fn_packet_len(x->pkt) - off;
	s64 least;

	if (len > LEN_DIFF_MAX)
		return -EFAULT;
	if (!is_ipv4(x) && !is_ipv6(x))
		return -FN_ENOTSUPP;
	if (mode != BPF_ADJ_ROOM_NET && mode != BPF_ADJ_ROOM_MAC)
		return -FN_ENOTSUPP;
	if (mode == BPF_ADJ_ROOM_NET)
		off += net_len;
	least = least_len(x, diff, flags);
	if (least < 0)
		return least;
	if (diff >= 0)
		return grow(x, off, len, flags);
	if (len >= now || now - len < least)
		return -FN_ENOTSUPP;
	return shrink(x, off, len, flags);
}

static u64 known_flags(u32 kernel)
{
	u64 known = ALL_FLAGS;

	if (kernel < FN_KERNEL(6, 3))
		known &= ~DECAP;
	if (kernel < FN_KERNEL(7, 3))
		known &= ~DECAP_TUNNEL;
	return known;
}

u64 fn_helper_skb_adjust_room(struct fn_exec *x)
{
	u64 flags = x->r[4];
	s64 ret;

	if (!fn_helper_ctx(x))
		return 0;
	if (flags & ~known_flags(x->engine->env.kernel))
		return (s64)-EINVAL;
	ret = adjust_room(x, x->r[2], x->r[3], flags);
	if (!ret && !(flags & BPF_F_ADJ_ROOM_NO_CSUM_RESET))
		fn_cls_csum_reset(x);
	return ret;
}
