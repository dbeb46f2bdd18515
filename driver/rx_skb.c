// SPDX-License-Identifier: GPL-2.0
/*
 * Frames from the card on their last step to the stack: what an skb is told of
 * the frame.
 */

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "flownic.h"

static void fn_rx_tstamp(struct fn_rx_batch *b, struct sk_buff *skb,
			 const struct fn_rx_desc *desc)
{
	if (unlikely(READ_ONCE(b->q->port->tstamp_rx)))
		skb_hwtstamps(skb)->hwtstamp = ns_to_ktime(desc->tstamp);
}

/* What a classifier on the card left for the stack, as if it had run here. */
static void fn_rx_marks(struct sk_buff *skb, const struct fn_rx_desc *desc,
			u32 status)
{
	skb->mark = desc->mark;
	skb->priority = desc->priority;
	skb_set_queue_mapping(skb, desc->queue_mapping);
#ifdef CONFIG_NET_SCHED
	skb->tc_index = desc->tc_index;
#endif
	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		skb->csum_level = desc->csum_level;
	if (status & FN_RX_HASHED)
		__skb_set_sw_hash(skb, desc->hash, true);
}

/**
 * fn_rx_deliver() - hand a frame to the stack
 * @b: call of NAPI
 * @skb: the frame
 * @desc: its first descriptor
 * @status: of the last one
 *
 * A native program may have changed the frame: then the card's word is void.
 */
void fn_rx_deliver(struct fn_rx_batch *b, struct sk_buff *skb,
		   const struct fn_rx_desc *desc, u32 status)
{
	struct fn_queue *q = b->q;
	struct net_device *dev = q->port->dev;

	fn_rx_tstamp(b, skb, desc);
	if (dev->features & NETIF_F_RXHASH &&
	    desc->flags & (FN_RX_L3 | FN_RX_L4))
		skb_set_hash(skb, desc->hash,
			     desc->flags & FN_RX_L4 ? PKT_HASH_TYPE_L4 :
						      PKT_HASH_TYPE_L3);
	if ((status & FN_RX_CSUM_OK) && !b->prog)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb_record_rx_queue(skb, q->index);
	skb->protocol = eth_type_trans(skb, dev);
	if (unlikely(desc->flags & FN_RX_VLAN))
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), desc->vlan_tci);
	if (unlikely(status & FN_RX_MARKS)) {
		/* Frames may differ in their marks, which GRO does not look at. */
		fn_rx_marks(skb, desc, status);
		netif_receive_skb(skb);
		return;
	}
	napi_gro_receive(&q->napi, skb);
}
