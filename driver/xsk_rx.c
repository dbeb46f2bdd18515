// SPDX-License-Identifier: GPL-2.0
/*
 * Frames from the card in buffers that AF_XDP sockets have lent: a program hands
 * them to a socket as they are, and what goes elsewhere is copied.
 */

#include <linux/etherdevice.h>

#include "flownic.h"

/* A copy for the stack, or NULL and counted. The buffers go back. */
static struct sk_buff *fn_xsk_copy_skb(struct fn_rx_batch *b,
				       struct xdp_buff *xdp)
{
	u32 meta_len = xdp->data - xdp->data_meta;
	struct xdp_buff *part[FN_XSK_PARTS];
	struct sk_buff *skb;
	u32 n, len, i;

	n = fn_xsk_split(xdp, part, &len);
	skb = napi_alloc_skb(&b->q->napi, meta_len + len);
	if (likely(skb))
		memcpy(__skb_put(skb, meta_len), xdp->data_meta, meta_len);
	else
		b->c.dropped++;
	for (i = 0; i < n; i++) {
		if (likely(skb))
			skb_put_data(skb, part[i]->data,
				     part[i]->data_end - part[i]->data);
		xsk_buff_free(part[i]);
	}
	if (unlikely(!skb))
		return NULL;
	__skb_pull(skb, meta_len);
	if (meta_len)
		skb_metadata_set(skb, meta_len);
	return skb;
}

static void fn_xsk_pass(struct fn_rx_batch *b, struct xdp_buff *xdp,
			const struct fn_rx_desc *desc, u32 status)
{
	struct sk_buff *skb = fn_xsk_copy_skb(b, xdp);

	if (skb)
		fn_rx_deliver(b, skb, desc, status);
}

/* A whole frame, of which @desc is the first descriptor. */
static void fn_xsk_frame(struct fn_rx_batch *b, struct xdp_buff *xdp,
			 const struct fn_rx_desc *desc, u32 status)
{
	enum fn_xdp_result result = FN_XDP_PASS;

	if (unlikely(xdp->data_end - xdp->data < ETH_HLEN)) {
		b->c.dropped++;
		xsk_buff_free(xdp);
		return;
	}
	if (likely(b->prog)) {
		fn_xdp_buff_set_desc(xdp, desc);
		result = fn_xdp_run(b->q, b->prog, xdp, &b->c);
		b->xdp_results |= result;
	}
	if (result == FN_XDP_PASS)
		fn_xsk_pass(b, xdp, desc, status);
	else if (result == FN_XDP_CONSUMED)
		xsk_buff_free(xdp);
}

/* The frame that is put together is lost up to its end. */
static void fn_xsk_parts_drop(struct fn_rx_batch *b)
{
	struct fn_rx_parts *parts = &b->rx->parts;

	xsk_buff_free(parts->xdp);
	parts->xdp = NULL;
	parts->n = 0;
	parts->bad = true;
	b->c.xdp_too_long++;
}

/*
 * The list of buffers is for programs. A buffer does not cross pages that are not
 * side by side.
 */
static void fn_xsk_add_frag(const struct xsk_buff_pool *pool,
			    struct xdp_buff *first, struct xdp_buff *xdp, u32 n)
{
	struct skb_shared_info *info = xdp_get_shared_info_from_buff(first);
	u32 len = xdp->data_end - xdp->data;
	u64 page = (xdp->data - pool->addrs) >> PAGE_SHIFT;

	if (n == 1) {
		info->xdp_frags_size = 0;
		xdp_buff_set_frags_flag(first);
	}
	fn_fill_frag(&info->frags[n - 1], pool->umem->pgs[page],
		     offset_in_page(xdp->data), len);
	info->nr_frags = n;
	info->xdp_frags_size += len;
	fn_xsk_list_frag(xdp);
}

static void fn_xsk_parts_add(struct fn_rx_batch *b, struct xdp_buff *xdp,
			     const struct fn_rx_desc *desc)
{
	struct fn_rx_parts *parts = &b->rx->parts;

	if (parts->bad) {
		xsk_buff_free(xdp);
	} else if (!parts->xdp) {
		parts->xdp = xdp;
		parts->n = 1;
		parts->first = *desc;
	} else if (parts->n < FN_XSK_PARTS && fn_xsk_has_frags(b->rx->xsk)) {
		fn_xsk_add_frag(b->rx->xsk, parts->xdp, xdp, parts->n++);
	} else {
		xsk_buff_free(xdp);
		fn_xsk_parts_drop(b);
	}
}

/*
 * A frame in several buffers. Programs that are made for it (xdp.frags) see it,
 * and so does the stack, if sockets have lent buffers that can be joined.
 */
static void fn_xsk_part(struct fn_rx_batch *b, struct xdp_buff *xdp,
			const struct fn_rx_desc *desc, u32 status)
{
	struct fn_rx_parts *parts = &b->rx->parts;

	fn_xsk_parts_add(b, xdp, desc);
	if (!(status & FN_RX_EOP))
		return;
	if (!parts->bad && b->prog && !b->prog->aux->xdp_has_frags)
		fn_xsk_parts_drop(b);
	xdp = parts->xdp;
	parts->xdp = NULL;
	parts->n = 0;
	parts->bad = false;
	if (xdp)
		fn_xsk_frame(b, xdp, &parts->first, status);
}

/**
 * fn_xsk_receive() - take a frame, or a part of one, from a descriptor
 * @b: call of NAPI
 * @desc: the descriptor
 * @status: of it
 */
void fn_xsk_receive(struct fn_rx_batch *b, const struct fn_rx_desc *desc,
		    u32 status)
{
	const struct fn_rx_parts *parts = &b->rx->parts;
	struct xdp_buff *xdp = fn_rx_xdp(desc);

	xsk_buff_set_size(xdp, desc->len);
	xdp->data_meta -= desc->meta_len;
	if (unlikely(!(status & FN_RX_EOP) || parts->xdp || parts->bad))
		fn_xsk_part(b, xdp, desc, status);
	else
		fn_xsk_frame(b, xdp, desc, status);
}

static bool fn_xsk_dry(const struct fn_rx_ring *rx)
{
	return rx->tail - rx->head < FN_RX_BATCH;
}

/*
 * With few buffers left nothing but a wake-up may bring new ones. Who lends some
 * while the wish for that wake-up is made known may not have seen it: look again.
 */
static void fn_xsk_ask_wakeup(struct fn_rx_ring *rx)
{
	if (!fn_xsk_dry(rx)) {
		xsk_clear_rx_need_wakeup(rx->xsk);
		return;
	}
	xsk_set_rx_need_wakeup(rx->xsk);
	smp_mb(); /* as the socket looks at the flag after it has lent buffers */
	fn_rx_fill_xsk(rx);
	if (!fn_xsk_dry(rx))
		xsk_clear_rx_need_wakeup(rx->xsk);
}

/**
 * fn_xsk_refill() - give the card new buffers
 * @b: call of NAPI
 *
 * Return: false if the ring runs dry and the sockets won't say when they lend
 *	buffers: NAPI must look by itself.
 */
bool fn_xsk_refill(struct fn_rx_batch *b)
{
	struct fn_rx_ring *rx = b->rx;
	bool asks = xsk_uses_need_wakeup(rx->xsk);
	bool full = true;

	if (rx->mask + 1 - (rx->tail - rx->head) >= FN_RX_BATCH)
		full = fn_rx_fill_xsk(rx);
	if (asks)
		fn_xsk_ask_wakeup(rx);
	/* What the sockets lend by and by must not wait for more to come. */
	if (rx->tail - rx->notified >= FN_RX_BATCH ||
	    (!full && rx->tail != rx->notified))
		fn_rx_doorbell(b->q, rx);
	return asks || !fn_xsk_dry(rx);
}
