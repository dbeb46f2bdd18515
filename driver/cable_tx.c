// SPDX-License-Identifier: GPL-2.0
/*
 * Frames from a cable end to the card's port, and the port's flow control.
 */

#include <linux/etherdevice.h>

#include "cable.h"

/* The port's word to go on may come before the sender has stopped. */
static void fn_cable_stop_queue(struct fn_cable *cable,
				struct netdev_queue *txq, int resumes)
{
	netif_tx_stop_queue(txq);
	smp_mb(); /* pairs with fn_cable_wake_queue() */
	if (atomic_read(&cable->resumes) != resumes)
		netif_tx_start_queue(txq);
}

/* Under RCU, as all that the port calls: see fn_cable_stop(). */
void fn_cable_wake_queue(void *wire)
{
	struct fn_cable *cable = wire;

	if (!READ_ONCE(cable->running))
		return;
	atomic_inc(&cable->resumes);
	smp_mb__after_atomic(); /* pairs with fn_cable_stop_queue() */
	local_bh_disable();
	netif_tx_wake_queue(netdev_get_tx_queue(cable->dev, 0));
	local_bh_enable();
}

static u32 fn_cable_map_skb(struct fn_cable *cable, const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	struct fn_mac_seg *seg = cable->segs;
	u32 i;

	if (skb_headlen(skb))
		*seg++ = (struct fn_mac_seg){ skb->data, skb_headlen(skb) };
	for (i = 0; i < info->nr_frags; i++)
		*seg++ = (struct fn_mac_seg){
			skb_frag_address(&info->frags[i]),
			skb_frag_size(&info->frags[i]),
		};
	return seg - cable->segs;
}

/*
 * Under the transmit lock. @rest: what a frame of the stack lacks, or NULL.
 * Return: false if the port wants a pause.
 */
static bool fn_cable_send_rest(struct fn_cable *cable, struct netdev_queue *txq,
			       u32 nsegs, const struct fn_mac_rest *rest)
{
	int resumes = atomic_read(&cable->resumes);
	bool paused;

	paused = fn_port_receive_rest(cable->nic->card, cable->index,
				      cable->segs, nsegs, rest) == FN_MAC_PAUSE;
	if (paused)
		fn_cable_stop_queue(cable, txq, resumes);
	return !paused;
}

bool fn_cable_send(struct fn_cable *cable, struct netdev_queue *txq, u32 nsegs,
		   u32 len)
{
	dev_sw_netstats_tx_add(cable->dev, 1, len);
	return fn_cable_send_rest(cable, txq, nsegs, NULL);
}

/*
 * What the stack leaves to the hardware, the port does while it copies: there is
 * no other place for it, as a cable end has no memory of its own.
 */
static bool fn_cable_send_skb(struct fn_cable *cable, struct netdev_queue *txq,
			      const struct sk_buff *skb)
{
	u32 nsegs = fn_cable_map_skb(cable, skb);
	struct fn_mac_rest rest;
	u32 frames, more;

	if (likely(skb->ip_summed != CHECKSUM_PARTIAL))
		return fn_cable_send(cable, txq, nsegs, skb->len);
	rest = (struct fn_mac_rest){
		.csum_start = skb_checksum_start_offset(skb),
		.csum_offset = skb->csum_offset,
		.mss = skb_shinfo(skb)->gso_size,
	};
	frames = fn_tx_frames(skb, &more);
	dev_sw_netstats_tx_add(cable->dev, frames, skb->len + more);
	return fn_cable_send_rest(cable, txq, nsegs, &rest);
}

/*
 * The frame is copied here, in the sender's context, and the skb only read: the
 * same skb may be sent again and again. What the port makes of the frame is the
 * port's to count. Any context: netpoll sends with interrupts off.
 */
netdev_tx_t fn_cable_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fn_cable *cable = netdev_priv(dev);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	bool go_on;

	if (unlikely(!READ_ONCE(cable->running))) {
		dev_core_stats_tx_dropped_inc(dev);
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
	skb_tx_timestamp(skb);
	go_on = fn_cable_send_skb(cable, txq, skb);
	if (!go_on || !netdev_xmit_more())
		fn_port_kick(cable->nic->card, cable->index);
	if (!go_on)
		fn_inline_help(cable->nic);
	dev_consume_skb_any(skb);
	return NETDEV_TX_OK;
}

static u32 fn_cable_map_frame(struct fn_cable *cable, struct xdp_frame *frame)
{
	struct fn_mac_seg *seg = cable->segs;
	struct skb_shared_info *info;
	u32 i;

	seg[0] = (struct fn_mac_seg){ frame->data, frame->len };
	if (likely(!xdp_frame_has_frags(frame)))
		return 1;
	info = xdp_get_shared_info_from_frame(frame);
	for (i = 0; i < info->nr_frags; i++)
		seg[i + 1] = (struct fn_mac_seg){
			skb_frag_address(&info->frags[i]),
			skb_frag_size(&info->frags[i]),
		};
	return i + 1;
}

/*
 * Frames that others redirect into the cable. They share the queue with the
 * stack's, and its state: a paused port takes none, and what was not taken
 * stays the caller's.
 */
int fn_cable_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames,
		      u32 flags)
{
	struct fn_cable *cable = netdev_priv(dev);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	int i;

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	if (unlikely(!READ_ONCE(cable->running)))
		return -ENETDOWN;
	__netif_tx_lock(txq, smp_processor_id());
	for (i = 0; i < n && !netif_xmit_frozen_or_drv_stopped(txq); i++) {
		fn_cable_send(cable, txq, fn_cable_map_frame(cable, frames[i]),
			      xdp_get_frame_len(frames[i]));
		xdp_return_frame_rx_napi(frames[i]);
	}
	__netif_tx_unlock(txq);
	if (flags & XDP_XMIT_FLUSH || i < n)
		fn_port_kick(cable->nic->card, cable->index);
	if (netif_xmit_frozen_or_drv_stopped(txq))
		fn_inline_help(cable->nic);
	return i;
}
