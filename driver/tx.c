// SPDX-License-Identifier: GPL-2.0
/*
 * Frames of the stack on their way to the card.
 */

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "flownic.h"

/* Most descriptors that an skb takes. */
#define FN_TX_DESC_NEEDED (MAX_SKB_FRAGS + 1)

/* Free descriptors; the sender's view. */
u32 fn_tx_unused(const struct fn_tx_ring *ring)
{
	/* Pairs with fn_tx_done(): an owner is read before its slot is free. */
	u32 clean = smp_load_acquire(&ring->clean);

	return ring->mask + 1 - (ring->tail - clean);
}

/* The sender's lock is held. */
void fn_tx_ring_doorbell(struct fn_queue *q, struct fn_tx_ring *ring)
{
	ring->notified = ring->tail;
	fn_card_doorbell(q->port->nic->card, ring->doorbell, ring->tail);
}

/* Tell the card of frames that wait, once after a batch. */
void fn_tx_ring_flush(struct fn_queue *q, struct fn_tx_ring *ring)
{
	if (ring->notified != ring->tail)
		fn_tx_ring_doorbell(q, ring);
}

static void fn_tx_csum(struct fn_tx_desc *desc, const struct sk_buff *skb)
{
	desc->flags |= FN_TX_CSUM;
	desc->csum_start = skb_checksum_start_offset(skb);
	desc->csum_offset = skb->csum_offset;
	if (skb_is_gso(skb)) {
		desc->flags |= FN_TX_SEGMENT;
		desc->mss = skb_shinfo(skb)->gso_size;
	}
}

/* Bytes of the headers that each frame has of which a large one becomes many. */
static u32 fn_tx_headers(const struct sk_buff *skb)
{
	return skb_checksum_start_offset(skb) +
	       (skb_is_gso_tcp(skb) ? tcp_hdrlen(skb) : sizeof(struct udphdr));
}

/**
 * fn_tx_frames() - how many frames on the wire an skb is
 * @skb: the skb
 * @more: by how many bytes they are more than it has
 */
u32 fn_tx_frames(const struct sk_buff *skb, u32 *more)
{
	u32 tag = skb_vlan_tag_present(skb) ? VLAN_HLEN : 0;
	u32 headers, n;

	*more = tag;
	if (!skb_is_gso(skb))
		return 1;
	headers = fn_tx_headers(skb);
	n = DIV_ROUND_UP(skb->len - headers, skb_shinfo(skb)->gso_size);
	*more = (n - 1) * headers + n * tag;
	return n;
}

static bool fn_tx_needs_tstamp(const struct fn_queue *q,
			       const struct sk_buff *skb)
{
	return unlikely(skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP) &&
	       READ_ONCE(q->port->tstamp_tx);
}

/* The card has put the time where the fragment's address was. */
static void fn_tx_tstamp(const struct fn_tx_desc *desc, struct sk_buff *skb)
{
	struct skb_shared_hwtstamps stamps = {
		.hwtstamp = ns_to_ktime(desc->addr),
	};

	if (desc->flags & FN_TX_STAMPED)
		skb_tstamp_tx(skb, &stamps);
}

static void fn_tx_map_skb(struct fn_queue *q, struct fn_tx_ring *tx,
			  struct sk_buff *skb)
{
	struct fn_tx_desc *last;

	struct fn_tx_desc *first = &tx->desc[tx->tail & tx->mask];
	const struct skb_shared_info *info = skb_shinfo(skb);
	u32 i;

	if (skb_headlen(skb))
		fn_tx_fill_desc(tx, skb->data, skb_headlen(skb));
	for (i = 0; i < info->nr_frags; i++)
		fn_tx_fill_desc(tx, skb_frag_address(&info->frags[i]),
				skb_frag_size(&info->frags[i]));
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		fn_tx_csum(first, skb);
	if (skb_vlan_tag_present(skb)) {
		first->flags |= FN_TX_VLAN;
		first->vlan_tci = skb_vlan_tag_get(skb);
	}
	last = &tx->desc[(tx->tail - 1) & tx->mask];
	last->flags |= FN_TX_EOP;
	if (fn_tx_needs_tstamp(q, skb)) {
		skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
		last->flags |= FN_TX_STAMP;
	}
	tx->owner[(tx->tail - 1) & tx->mask] = skb;
}

/* Stop the queue, and say so, unless NAPI has freed descriptors meanwhile. */
static bool fn_tx_stop(struct fn_queue *q, struct netdev_queue *txq)
{
	netif_tx_stop_queue(txq);
	smp_mb(); /* NAPI looks at the queue after it has freed descriptors */
	if (fn_tx_unused(&q->rings->tx) < FN_TX_DESC_NEEDED)
		return true;
	netif_tx_start_queue(txq);
	return false;
}

static void fn_tx_enqueue(struct fn_queue *q, struct netdev_queue *txq,
			  struct sk_buff *skb)
{
	struct fn_tx_ring *tx = &q->rings->tx;
	u32 len = skb->len;
	bool stopped = false;
	u32 frames, more;

	frames = fn_tx_frames(skb, &more);
	fn_tx_map_skb(q, tx, skb);
	skb_tx_timestamp(skb);
	if (fn_tx_unused(tx) < FN_TX_DESC_NEEDED)
		stopped = fn_tx_stop(q, txq);
	if (__netdev_tx_sent_queue(txq, len, netdev_xmit_more()) || stopped)
		fn_tx_ring_doorbell(q, tx);
	fn_tx_stats_add(&q->tx_stats, frames, len + more, 0, stopped);
}

/*
 * A runt, or a frame for a port that is down: the stack stops its queues then,
 * but not everybody who sends looks at them.
 */
static netdev_tx_t fn_tx_drop(struct fn_queue *q, struct sk_buff *skb)
{
	fn_tx_stats_add(&q->tx_stats, 0, 0, 1, 0);
	dev_kfree_skb_any(skb);
	/* Frames before this one may still wait for the doorbell. */
	if (q->rings)
		fn_tx_ring_flush(q, &q->rings->tx);
	return NETDEV_TX_OK;
}

/**
 * fn_start_xmit() - ndo_start_xmit of the host netdev
 * @skb: the frame
 * @dev: host netdev
 *
 * Context: the queue's transmit lock is held; any context, since netpoll calls
 *	this with interrupts off and from hard interrupts. The port may be down.
 * Return: NETDEV_TX_OK, or NETDEV_TX_BUSY if the ring is full.
 */
netdev_tx_t fn_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fn_port *port = netdev_priv(dev);
	u32 index = skb_get_queue_mapping(skb);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, index);
	struct fn_queue *q = &port->queues[index];

	if (unlikely(!q->rings || skb->len < ETH_HLEN))
		return fn_tx_drop(q, skb);
	if (unlikely(fn_tx_unused(&q->rings->tx) < FN_TX_DESC_NEEDED &&
		     fn_tx_stop(q, txq)))
		return NETDEV_TX_BUSY;
	fn_tx_enqueue(q, txq, skb);
	return NETDEV_TX_OK;
}

/* Frames in a ring that the card will not look at again; no sender, no NAPI. */
u32 fn_tx_ring_pending(const struct fn_tx_ring *ring)
{
	u32 pending = 0;
	u32 at;

	for (at = ring->head; at != ring->tail; at++)
		pending += !!ring->owner[at & ring->mask];
	return pending;
}

void fn_tx_count_lost(struct fn_queue *q)
{
	u32 pending = fn_tx_ring_pending(&q->rings->tx);

	local_bh_disable();
	fn_tx_stats_add(&q->tx_stats, 0, 0, pending, 0);
	local_bh_enable();
}

static void fn_tx_wake(struct fn_queue *q, struct netdev_queue *txq)
{
	struct fn_tx_ring *tx = &q->rings->tx;
	u32 enough = min_t(u32, FN_TX_DESC_NEEDED * 2, tx->mask + 1);

	smp_mb(); /* the sender looks at the ring after it has stopped the queue */
	if (netif_tx_queue_stopped(txq) && fn_tx_unused(tx) >= enough &&
	    READ_ONCE(q->port->running))
		netif_tx_wake_queue(txq);
}

/* Free what the card is done with; NAPI. */
void fn_tx_clean(struct fn_queue *q, int budget)
{
	struct netdev_queue *txq = netdev_get_tx_queue(q->port->dev, q->index);
	struct fn_tx_ring *tx = &q->rings->tx;
	/* Pairs with the card's release: it has read all up to here. */
	u32 head = smp_load_acquire(&tx->head);
	u32 packets = 0, bytes = 0;
	u32 at;

	if (tx->clean == head)
		return;
	for (at = tx->clean; at != head; at++) {
		struct sk_buff *skb = tx->owner[at & tx->mask];

		if (!skb)
			continue;
		tx->owner[at & tx->mask] = NULL;
		packets++;
		bytes += skb->len;
		if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_IN_PROGRESS))
			fn_tx_tstamp(&tx->desc[at & tx->mask], skb);
		napi_consume_skb(skb, budget);
	}
	smp_store_release(&tx->clean, head); /* pairs with fn_tx_unused() */
	netdev_tx_completed_queue(txq, packets, bytes);
	fn_tx_wake(q, txq);
}
