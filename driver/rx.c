// SPDX-License-Identifier: GPL-2.0
/*
 * NAPI, and frames from the card to the stack.
 */

#include <linux/etherdevice.h>
#include <linux/prefetch.h>

#include "flownic.h"

/*
 * Return: false if the ring runs dry for want of memory. Nothing but another
 * call would fill it then, since a dry ring raises no interrupt.
 */
static bool fn_rx_refill(struct fn_rx_batch *b)
{
	struct fn_rx_ring *rx = b->rx;
	bool ok = true;

	if (rx->xsk)
		return fn_xsk_refill(b);
	if (rx->mask + 1 - (rx->tail - rx->head) >= FN_RX_BATCH)
		ok = fn_rx_fill(rx, GFP_ATOMIC | __GFP_NOWARN);
	if (unlikely(!ok))
		b->c.alloc_fail++;
	if (rx->tail - rx->notified >= FN_RX_BATCH)
		fn_rx_doorbell(b->q, rx);
	return ok || rx->tail - rx->head >= FN_RX_BATCH;
}

static struct sk_buff *fn_rx_copy_skb(struct fn_rx_batch *b, const void *meta,
				      u32 meta_len, u32 len)
{
	struct sk_buff *skb = napi_alloc_skb(&b->q->napi, meta_len + len);

	if (unlikely(!skb))
		return NULL;
	memcpy(__skb_put(skb, meta_len + len), meta, meta_len + len);
	__skb_pull(skb, meta_len);
	return skb;
}

static struct sk_buff *fn_rx_build_skb(struct fn_rx_batch *b, struct page *page,
				       u32 offset, u32 len)
{
	struct sk_buff *skb;

	skb = napi_build_skb(page_address(page), b->rx->truesize);
	if (unlikely(!skb))
		return NULL;
	skb_reserve(skb, offset);
	__skb_put(skb, len);
	skb_mark_for_recycle(skb);
	return skb;
}

/*
 * An skb of what is at @offset in a buffer, with @meta_len bytes of metadata
 * right before. Takes the buffer. NULL and counted if there is no memory.
 */
static struct sk_buff *fn_rx_make_skb(struct fn_rx_batch *b, struct page *page,
				      u32 offset, u32 len, u32 meta_len)
{
	bool copy = len <= b->rx->copybreak;
	struct sk_buff *skb;

	if (copy)
		skb = fn_rx_copy_skb(b, page_address(page) + offset - meta_len,
				     meta_len, len);
	else
		skb = fn_rx_build_skb(b, page, offset, len);
	if (unlikely(!skb))
		b->c.dropped++;
	else if (meta_len)
		skb_metadata_set(skb, meta_len);
	if (copy || !skb)
		fn_rx_post(b->rx, page);
	return skb;
}

static void fn_rx_frame(struct fn_rx_batch *b, const struct fn_rx_desc *desc,
			u32 status)
{
	struct page *page = fn_rx_page(desc);
	u32 offset = XDP_PACKET_HEADROOM;
	u32 meta_len = desc->meta_len;
	struct xdp_buff *xdp = &b->buff.xdp;
	u32 len = desc->len;
	struct sk_buff *skb;

	if (unlikely(len < ETH_HLEN)) {
		b->c.dropped++;
		fn_rx_post(b->rx, page);
		return;
	}
	if (b->prog) {
		enum fn_xdp_result result;

		xdp_prepare_buff(xdp, page_address(page), offset, len, true);
		xdp->data_meta -= meta_len;
		b->buff.desc = desc;
		result = fn_xdp_run(b->q, b->prog, xdp, &b->c);
		b->xdp_results |= result;
		if (result == FN_XDP_CONSUMED)
			fn_rx_post(b->rx, page);
		if (result != FN_XDP_PASS)
			return;
		offset = xdp->data - xdp->data_hard_start;
		len = xdp->data_end - xdp->data;
		meta_len = xdp->data - xdp->data_meta;
	}
	skb = fn_rx_make_skb(b, page, offset, len, meta_len);
	if (!skb)
		return;
	if (unlikely(b->gro_hw) && len > b->rx->copybreak)
		fn_rx_gro_hold(b, skb, desc, status);
	else
		fn_rx_deliver(b, skb, desc, status);
}

/* The frame that is put together is lost: its buffers go back. */
static void fn_rx_parts_drop(struct fn_rx_batch *b)
{
	struct fn_rx_parts *parts = &b->rx->parts;

	while (parts->n)
		page_pool_recycle_direct(b->rx->pool, parts->page[--parts->n]);
	parts->bad = true;
}

static void fn_rx_parts_add(struct fn_rx_batch *b,
			    const struct fn_rx_desc *desc)
{
	struct fn_rx_parts *parts = &b->rx->parts;

	if (!parts->n && !parts->bad) {
		parts->first = *desc;
	} else if (parts->n == ARRAY_SIZE(parts->page)) {
		b->c.dropped++;
		fn_rx_parts_drop(b);
	}
	if (unlikely(parts->bad)) {
		fn_rx_post(b->rx, fn_rx_page(desc));
		return;
	}
	parts->len[parts->n] = desc->len;
	parts->page[parts->n++] = fn_rx_page(desc);
}

/* All parts but the first, as an skb and an XDP frame have them. */
static u32 fn_rx_parts_frags(const struct fn_rx_parts *parts,
			     struct skb_shared_info *info)
{
	u32 size = 0;
	u32 i;

	for (i = 1; i < parts->n; i++) {
		fn_fill_frag(&info->frags[i - 1], parts->page[i],
			     XDP_PACKET_HEADROOM, parts->len[i]);
		size += parts->len[i];
	}
	info->nr_frags = parts->n - 1;
	return size;
}

static void fn_rx_parts_buff(struct fn_rx_batch *b)
{
	struct fn_rx_parts *parts = &b->rx->parts;
	struct xdp_buff *xdp = &b->buff.xdp;
	struct skb_shared_info *info;

	xdp_prepare_buff(xdp, page_address(parts->page[0]), XDP_PACKET_HEADROOM,
			 parts->len[0], true);
	xdp->data_meta -= parts->first.meta_len;
	b->buff.desc = &parts->first;
	info = xdp_get_shared_info_from_buff(xdp);
	info->xdp_frags_size = fn_rx_parts_frags(parts, info);
	xdp_buff_set_frags_flag(xdp);
}

/*
 * An skb of a frame in several buffers as @xdp has it, or NULL and counted. The
 * buffers are no longer the caller's.
 */
static struct sk_buff *fn_rx_parts_skb(struct fn_rx_batch *b,
				       struct xdp_buff *xdp)
{
	struct skb_shared_info *info = xdp_get_shared_info_from_buff(xdp);
	u32 n = xdp_buff_has_frags(xdp) ? info->nr_frags : 0;
	u32 meta_len = xdp->data - xdp->data_meta;
	struct sk_buff *skb;
	u32 i;

	skb = fn_rx_build_skb(b, virt_to_page(xdp->data_hard_start),
			      xdp->data - xdp->data_hard_start,
			      xdp->data_end - xdp->data);
	if (unlikely(!skb)) {
		b->c.dropped++;
		xdp_return_buff(xdp);
		return NULL;
	}
	/* What an skb begins with leaves the fragments as they are. */
	info = skb_shinfo(skb);
	for (i = 0; i < n; i++)
		skb_add_rx_frag(skb, i, skb_frag_page(&info->frags[i]),
				skb_frag_off(&info->frags[i]),
				skb_frag_size(&info->frags[i]),
				b->rx->truesize);
	if (meta_len)
		skb_metadata_set(skb, meta_len);
	return skb;
}

static void fn_rx_parts_finish(struct fn_rx_batch *b, u32 status)
{
	struct fn_rx_parts *parts = &b->rx->parts;
	struct xdp_buff *xdp = &b->buff.xdp;
	struct sk_buff *skb;

	if (b->prog && !b->prog->aux->xdp_has_frags) {
		b->c.xdp_too_long++;
		fn_rx_parts_drop(b);
		return;
	}
	fn_rx_parts_buff(b);
	parts->n = 0;
	if (b->prog) {
		enum fn_xdp_result result =
			fn_xdp_run(b->q, b->prog, xdp, &b->c);

		b->xdp_results |= result;
		if (result == FN_XDP_CONSUMED)
			xdp_return_buff(xdp);
		if (result != FN_XDP_PASS)
			return;
	}
	skb = fn_rx_parts_skb(b, xdp);
	if (!skb)
		return;
	fn_rx_deliver(b, skb, &parts->first, status);
}

/*
 * A frame in several buffers: an offloaded program made it longer than one. Of
 * native programs, those that are made for it (xdp.frags) see it.
 */
static void fn_rx_part(struct fn_rx_batch *b, const struct fn_rx_desc *desc,
		       u32 status)
{
	struct fn_rx_parts *parts = &b->rx->parts;

	fn_rx_parts_add(b, desc);
	if (!(status & FN_RX_EOP))
		return;
	if (!parts->bad)
		fn_rx_parts_finish(b, status);
	parts->bad = false;
	/* The next frame finds what this one left in the buffer's struct. */
	xdp_buff_clear_frags_flag(&b->buff.xdp);
}

/*
 * Buffers of AF_XDP, or frames that may carry on what is held. Out of line, as
 * what comes after it is in line: 20 instructions a frame. Return: false if the
 * frame is none of these.
 */
static noinline bool fn_rx_special(struct fn_rx_batch *b,
				   const struct fn_rx_desc *desc, u32 status)
{
	if (b->rx->xsk) {
		fn_xsk_receive(b, desc, status);
		return true;
	}
	if (!b->gro.skb)
		return false;
	if (desc->flags & FN_RX_JOINS && fn_rx_gro_join(b, desc))
		return true;
	fn_rx_gro_flush(b);
	return false;
}

static void fn_rx_complete(struct fn_rx_batch *b, struct fn_rx_desc *desc,
			   u32 status)
{
	struct fn_rx_ring *rx = b->rx;

	/* Taken: the slot must not look done when the ring comes round. */
	desc->status = 0;
	rx->head++;
	b->c.bytes += desc->len;
	if (status & FN_RX_EOP)
		b->c.packets++;
	if (unlikely(b->special) && fn_rx_special(b, desc, status))
		return;
	if (unlikely(!(status & FN_RX_EOP) || rx->parts.n || rx->parts.bad))
		fn_rx_part(b, desc, status);
	else
		fn_rx_frame(b, desc, status);
}

/* Return: frames handled, or @budget if it must be called again at once. */
static int fn_rx_poll(struct fn_queue *q, int budget)
{
	struct fn_rx_ring *rx = &q->rings->rx;
	struct fn_rx_batch b = { .q = q, .rx = rx };
	int done;
	bool ok;

	rcu_read_lock();
	b.prog = rcu_dereference(q->port->xdp_prog);
	b.gro_hw = q->port->dev->features & NETIF_F_GRO_HW && !b.prog;
	b.special = b.gro_hw || rx->xsk;
	xdp_init_buff(&b.buff.xdp, rx->truesize, &rx->rxq);
	for (done = 0; done < budget; done++) {
		struct fn_rx_desc *desc = fn_rx_desc(rx, rx->head);
		/* Pairs with the card's release: status is written last. */
		u32 status = smp_load_acquire(&desc->status);

		if (!(status & FN_RX_DONE))
			break;
		prefetch(fn_rx_desc(rx, rx->head + 1));
		fn_rx_complete(&b, desc, status);
	}
	if (b.gro.skb)
		fn_rx_gro_flush(&b);
	if (b.xdp_results & (FN_XDP_TX | FN_XDP_REDIR))
		fn_xdp_flush(q, b.xdp_results);
	rcu_read_unlock();
	ok = fn_rx_refill(&b);
	if (done || !ok)
		fn_rx_stats_add(&q->rx_stats, &b.c);
	return ok ? done : budget;
}

/* Count what the card has delivered and nobody will look at; not in NAPI. */
void fn_rx_count_lost(struct fn_queue *q)
{
	struct fn_rx_ring *rx = &q->rings->rx;
	struct fn_rx_counters c = {};
	u32 at;

	for (at = rx->head; at != rx->tail; at++)
		if (fn_rx_desc(rx, at)->status & FN_RX_EOP)
			c.dropped++;
	local_bh_disable();
	fn_rx_stats_add(&q->rx_stats, &c);
	local_bh_enable();
}

/**
 * fn_poll() - serve a queue pair
 * @napi: of the queue
 * @budget: frames to the host at most; 0 if netpoll calls
 *
 * With a budget of 0 this may run in a hard interrupt: then only the stack's
 * own frames are cleaned, since page pools and XDP's bulk queues are for NAPI
 * alone. Whatever else is done stays for the next real poll.
 *
 * Context: NAPI, or any if @budget is 0.
 * Return: frames handled; less than @budget once the vector is unmasked.
 */
int fn_poll(struct napi_struct *napi, int budget)
{
	struct fn_queue *q = container_of(napi, struct fn_queue, napi);
	struct fn_port *port = q->port;
	bool more = false;
	int done;

	fn_tx_clean(q, budget);
	if (unlikely(!budget))
		return 0;
	fn_xdp_clean(q);
	if (q->rings->xsk.desc)
		more = fn_xsk_tx_poll(q);
	done = fn_rx_poll(q, budget);
	if (more)
		return budget;
	if (done < budget && napi_complete_done(napi, done))
		fn_card_unmask(port->nic->card,
			       FN_VECTOR(port->index, q->index));
	return done;
}
