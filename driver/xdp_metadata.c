// SPDX-License-Identifier: GPL-2.0
/*
 * What a native program can ask about its frame beyond the frame itself: the
 * kfuncs bpf_xdp_metadata_rx_timestamp(), _rx_hash() and _rx_vlan_tag(). VLAN tags
 * are in the frame unless the card takes them out.
 */

#include <linux/if_vlan.h>

#include "flownic.h"

static const struct fn_rx_desc *fn_xdp_desc(const struct xdp_md *ctx)
{
	/* What the kernel calls a program's context is its frame. */
	const struct fn_xdp_buff *buff = (const void *)ctx;

	return buff->desc;
}

/* The card stamps all frames with its clock, whoever wants to see it. */
static int fn_xdp_timestamp(const struct xdp_md *ctx, u64 *timestamp)
{
	*timestamp = fn_xdp_desc(ctx)->tstamp;
	return 0;
}

#define FN_HASH_L4(ip, proto) XDP_RSS_TYPE_L4_##ip##_##proto

static const enum xdp_rss_hash_type fn_xdp_l4_types[FN_NFLOWS] = {
	[FN_FLOW_TCP4] = FN_HASH_L4(IPV4, TCP),
	[FN_FLOW_UDP4] = FN_HASH_L4(IPV4, UDP),
	[FN_FLOW_SCTP4] = FN_HASH_L4(IPV4, SCTP),
	[FN_FLOW_TCP6] = FN_HASH_L4(IPV6, TCP),
	[FN_FLOW_UDP6] = FN_HASH_L4(IPV6, UDP),
	[FN_FLOW_SCTP6] = FN_HASH_L4(IPV6, SCTP),
};

static int fn_xdp_hash(const struct xdp_md *ctx, u32 *hash,
		       enum xdp_rss_hash_type *type)
{
	const struct fn_rx_desc *desc = fn_xdp_desc(ctx);
	u32 kind = FN_RX_KIND(desc->flags);

	if (!kind || kind >= FN_NFLOWS)
		return -ENODATA;
	*hash = desc->hash;
	if (desc->flags & FN_RX_L4)
		*type = fn_xdp_l4_types[kind];
	else
		*type = kind >= FN_FLOW_IPV6 ? XDP_RSS_TYPE_L3_IPV6 :
					       XDP_RSS_TYPE_L3_IPV4;
	return 0;
}

static int __maybe_unused fn_xdp_vlan_tag(const struct xdp_md *ctx,
					  __be16 *proto, u16 *tci)
{
	const struct fn_rx_desc *desc = fn_xdp_desc(ctx);

	if (!(desc->flags & FN_RX_VLAN))
		return -ENODATA;
	*proto = htons(ETH_P_8021Q);
	*tci = desc->vlan_tci;
	return 0;
}

const struct xdp_metadata_ops fn_xdp_metadata_ops = {
	.xmo_rx_timestamp = fn_xdp_timestamp,
	.xmo_rx_hash = fn_xdp_hash,
	FN_XMO_RX_VLAN_TAG(fn_xdp_vlan_tag)
};
