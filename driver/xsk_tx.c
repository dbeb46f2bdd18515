// SPDX-License-Identifier: GPL-2.0
/*
 * Frames in buffers of AF_XDP sockets on their way to the card: those that
 * sockets send, and those that programs send back (XDP_TX). All are put into
 * the ring and taken out by NAPI.
 */

#include <linux/filter.h>

#include "flownic.h"

/* Frames that sockets send between two looks at what came in. */
#define FN_XSK_TX_BATCH 256

/**
 * fn_xsk_split() - the buffers of a frame, each by itself
 * @xdp: the frame
 * @part: answer: its buffers, FN_XSK_PARTS at most, @xdp the first
 * @len: answer: bytes in all of them
 *
 * The list of buffers at the end of the first one is in memory of the sockets, who
 * can write there: what is gone by is the kernel's own.
 *
 * Context: NAPI.
 * Return: number of @part.
 */
u32 fn_xsk_split(struct xdp_buff *xdp, struct xdp_buff **part, u32 *len)
{
	struct xdp_buff *frag;
	u32 n = 1;

	part[0] = xdp;
	*len = xdp->data_end - xdp->data;
	if (likely(!xdp_buff_has_frags(xdp)))
		return 1;
	while ((frag = fn_xsk_get_frag(xdp))) {
		part[n++] = frag;
		*len += frag->data_end - frag->data;
	}
	xdp_buff_clear_frags_flag(xdp);
	return n;
}

/**
 * fn_xsk_forward() - send a frame back in the buffer that it came in
 * @q: queue that it came in on
 * @xdp: the frame
 *
 * Context: NAPI. fn_tx_ring_flush() is to follow.
 * Return: false if the ring is full: the frame's first buffer stays the caller's.
 */
bool fn_xsk_forward(struct fn_queue *q, struct xdp_buff *xdp)
{
	struct fn_tx_ring *ring = &q->rings->xsk;
	struct xdp_buff *part[FN_XSK_PARTS];
	struct fn_tx_desc *desc = NULL;
	u32 n, len, i;

	n = fn_xsk_split(xdp, part, &len);
	if (unlikely(fn_tx_unused(ring) < n)) {
		while (n-- > 1)
			xsk_buff_free(part[n]);
		fn_tx_stats_add(&q->xsk_stats, 0, 0, 1, 0);
		return false;
	}
	/* Each buffer is given back when the card has read it. */
	for (i = 0; i < n; i++) {
		desc = fn_tx_fill_desc(ring, part[i]->data,
				       part[i]->data_end - part[i]->data);
		ring->owner[desc - ring->desc] = part[i];
	}
	desc->flags |= FN_TX_EOP;
	fn_tx_stats_add(&q->xsk_stats, 1, len, 0, 0);
	return true;
}

static u64 fn_xsk_fill_timestamp(void *priv)
{
	const struct fn_tx_desc *desc = priv;

	/* The card has put the time where the buffer's address was. */
	return desc->addr;
}

static void fn_xsk_request_checksum(u16 start, u16 offset, void *priv)
{
	struct fn_tx_desc *desc = priv;

	desc->flags |= FN_TX_CSUM;
	desc->csum_start = start;
	desc->csum_offset = offset;
}

/* Nothing is said of the time to send a frame at: the card sends at once. */
const struct xsk_tx_metadata_ops fn_xsk_tx_metadata_ops = {
	.tmo_fill_timestamp = fn_xsk_fill_timestamp,
	.tmo_request_checksum = fn_xsk_request_checksum,
};

/* What a socket asks comes with the first descriptor, the time with the last. */
static void fn_xsk_request(struct xsk_buff_pool *pool, struct fn_tx_ring *ring,
			   const struct xdp_desc *from, struct fn_tx_desc *desc)
{
	bool last = fn_xsk_is_eop(from);

	if (!ring->amid)
		ring->begun = fn_xsk_tx_request(pool, from,
						&fn_xsk_tx_metadata_ops, desc);
	ring->amid = !last;
	ring->stamp[desc - ring->desc] = last ? ring->begun : NULL;
	if (last && ring->begun)
		desc->flags |= FN_TX_STAMP;
}

/* A frame that was not sent has no time. */
static void fn_xsk_stamp(struct fn_tx_ring *ring, u32 slot)
{
	struct fn_tx_desc *desc = &ring->desc[slot];

	if (ring->stamp[slot] && desc->flags & FN_TX_STAMPED)
		*ring->stamp[slot] = fn_xsk_fill_timestamp(desc);
}

/* Descriptors up to @end are done with: buffers go back to whom they are of. */
static void fn_xsk_finish(struct xsk_buff_pool *pool, struct fn_tx_ring *ring,
			  u32 end)
{
	u32 sent = 0;
	u32 at;

	for (at = ring->clean; at != end; at++) {
		u32 slot = at & ring->mask;
		struct xdp_buff *xdp = ring->owner[slot];

		if (!xdp) {
			if (unlikely(ring->stamp))
				fn_xsk_stamp(ring, slot);
			sent++;
			continue;
		}
		ring->owner[slot] = NULL;
		xsk_buff_free(xdp);
	}
	smp_store_release(&ring->clean, end); /* pairs with fn_tx_unused() */
	if (sent)
		xsk_tx_completed(pool, sent);
}

/* Return: descriptors that sockets had for the card, @max at most. */
static u32 fn_xsk_send_batch(struct fn_queue *q, struct xsk_buff_pool *pool,
			     u32 max)
{
	struct fn_tx_ring *ring = &q->rings->xsk;
	u32 n = xsk_tx_peek_release_desc_batch(pool, max);
	const struct xdp_desc *from = pool->tx_descs;
	u32 packets = 0;
	u64 bytes = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		struct fn_tx_desc *desc;

		desc = fn_tx_fill_desc(
			ring, xsk_buff_raw_get_data(pool, from[i].addr),
			from[i].len);
		bytes += from[i].len;
		if (unlikely(ring->stamp))
			fn_xsk_request(pool, ring, &from[i], desc);
		if (fn_xsk_is_eop(&from[i])) {
			desc->flags |= FN_TX_EOP;
			packets++;
		}
	}
	if (n)
		fn_tx_stats_add(&q->xsk_stats, packets, bytes, 0, 0);
	return n;
}

/*
 * While the card has frames to send, its interrupt brings NAPI back here; else
 * a wake-up must. Who sends while the wish for that is made known may not have
 * seen it: look again.
 *
 * Return: true if sockets may have more to send than is in the ring.
 */
static bool fn_xsk_send(struct fn_queue *q, struct xsk_buff_pool *pool)
{
	struct fn_tx_ring *ring = &q->rings->xsk;
	u32 room = min_t(u32, fn_tx_unused(ring), FN_XSK_TX_BATCH);
	bool more = false;

	if (room)
		more = fn_xsk_send_batch(q, pool, room) == FN_XSK_TX_BATCH;
	if (!xsk_uses_need_wakeup(pool))
		return more;
	if (ring->tail != ring->clean) {
		xsk_clear_tx_need_wakeup(pool);
		return more;
	}
	xsk_set_tx_need_wakeup(pool);
	smp_mb(); /* as the socket looks at the flag after it has sent */
	if (fn_xsk_send_batch(q, pool, room))
		xsk_clear_tx_need_wakeup(pool);
	return false;
}

/**
 * fn_xsk_tx_poll() - serve the ring of a queue whose buffers are lent
 * @q: the queue
 *
 * Context: NAPI.
 * Return: true if it is to be called again at once.
 */
bool fn_xsk_tx_poll(struct fn_queue *q)
{
	struct xsk_buff_pool *pool = q->rings->rx.xsk;
	struct fn_tx_ring *ring = &q->rings->xsk;
	/* Pairs with the card's release: it has read all up to here. */
	u32 head = smp_load_acquire(&ring->head);
	bool more;

	if (ring->clean != head)
		fn_xsk_finish(pool, ring, head);
	more = fn_xsk_send(q, pool);
	fn_tx_ring_flush(q, ring);
	return more;
}

/* Frames that the card will not send any more; no NAPI. */
void fn_xsk_count_lost(struct fn_queue *q)
{
	const struct fn_tx_ring *ring = &q->rings->xsk;
	u32 lost = 0;
	u32 at;

	for (at = ring->head; at != ring->tail; at++)
		lost += !!(ring->desc[at & ring->mask].flags & FN_TX_EOP);
	local_bh_disable();
	fn_tx_stats_add(&q->xsk_stats, 0, 0, lost, 0);
	local_bh_enable();
}

/**
 * fn_xsk_drop() - give all lent buffers in a queue's rings back
 * @rings: neither the card nor NAPI uses them
 *
 * To the sockets, what they sent is sent: they go on with other rings.
 */
void fn_xsk_drop(struct fn_rings *rings)
{
	struct fn_tx_ring *ring = &rings->xsk;

	if (!rings->rx.xsk)
		return;
	fn_rx_ring_empty(&rings->rx);
	local_bh_disable();
	fn_xsk_finish(rings->rx.xsk, ring, ring->tail);
	local_bh_enable();
	ring->head = 0;
	ring->clean = 0;
	ring->tail = 0;
	ring->notified = 0;
	ring->amid = false;
}

/**
 * fn_xsk_wakeup() - ndo_xsk_wakeup: a socket sends, or has lent buffers
 * @dev: host netdev
 * @queue: the socket's
 * @flags: XDP_WAKEUP_*; NAPI looks after both
 *
 * Context: RCU; process or softirq.
 */
int fn_xsk_wakeup(struct net_device *dev, u32 queue, u32 flags)
{
	struct fn_port *port = netdev_priv(dev);
	struct fn_queue *q;

	/* Pairs with fn_port_start(). */
	if (unlikely(!smp_load_acquire(&port->running)))
		return -ENETDOWN;
	if (unlikely(queue >= port->config.queues))
		return -EINVAL;
	q = &port->queues[queue];
	if (unlikely(!READ_ONCE(q->xsk)))
		return -ENXIO;
	if (napi_if_scheduled_mark_missed(&q->napi))
		return 0;
	local_bh_disable();
	napi_schedule(&q->napi);
	local_bh_enable();
	return 0;
}
