// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of rings. Making it may fail and touches nothing that runs, so a
 * port that changes shape makes the new rings before it gives up the old.
 */

#include "../offload/isa.h"
#include "../offload/host_memory.h"
#include "flownic.h"

/*
 * A buffer is one page while a frame fits there between the headroom of XDP
 * and the tailroom of an skb, else four: linear at every MTU, so that a native
 * program can come and go without a word to the rings. The card's packet cells
 * have the same two sizes, so both modes of XDP let a frame grow by as much.
 */
static unsigned int fn_rx_buffer_order(u32 mtu)
{
	size_t tail = SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	size_t size = XDP_PACKET_HEADROOM + mtu + FN_FRAME_OVERHEAD + tail;

	return get_order(size > FN_PKT_CELL_SMALL ? FN_PKT_CELL_LARGE :
						    FN_PKT_CELL_SMALL);
}

/*
 * Frames up to this are copied out, so that a socket is not charged a whole
 * buffer for a few bytes, and the buffer goes straight back.
 */
static unsigned int fn_rx_copybreak(unsigned int size)
{
	return size > PAGE_SIZE ? size / 8 : 256;
}

static int fn_rx_ring_pool(struct fn_queue *q, struct fn_rx_ring *rx,
			   const struct fn_port_config *cfg)
{
	struct page_pool_params params = {
		.order = fn_rx_buffer_order(cfg->mtu),
		.pool_size = cfg->rx_entries,
		.nid = NUMA_NO_NODE,
		.dev = q->port->dev->dev.parent,
	};
	struct page_pool *pool;

	pool = page_pool_create(&params);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	rx->pool = pool;
	rx->truesize = PAGE_SIZE << params.order;
	rx->copybreak = fn_rx_copybreak(rx->truesize);
	rx->data_size = SKB_WITH_OVERHEAD(rx->truesize) - XDP_PACKET_HEADROOM;
	return 0;
}

static int fn_rx_ring_info(struct fn_queue *q, struct fn_rx_ring *rx)
{
	int err = __xdp_rxq_info_reg(&rx->rxq, q->port->dev, q->index,
				     q->napi.napi_id, rx->truesize);

	if (err)
		return err;
	return xdp_rxq_info_reg_mem_model(&rx->rxq, MEM_TYPE_PAGE_POOL,
					  rx->pool);
}

/**
 * fn_rx_fill() - give all free descriptors a buffer; no doorbell
 * @rx: the ring
 * @gfp: how hard to try for memory
 *
 * Return: true if memory sufficed.
 */
bool fn_rx_fill(struct fn_rx_ring *rx, gfp_t gfp)
{
	while (rx->tail - rx->head <= rx->mask) {
		struct page *page = page_pool_alloc_pages(rx->pool, gfp);

		if (unlikely(!page))
			return false;
		fn_rx_post(rx, page);
	}
	return true;
}

/* Return: true if the sockets have lent enough. */
bool fn_rx_fill_xsk(struct fn_rx_ring *rx)
{
	struct xdp_buff *buffs[FN_RX_BATCH];
	u32 want, got, i;

	for (;;) {
		want = rx->mask + 1 - (rx->tail - rx->head);
		if (!want)
			return true;
		want = min_t(u32, want, ARRAY_SIZE(buffs));
		got = xsk_buff_alloc_batch(rx->xsk, buffs, want);
		if (!got)
			return false;
		for (i = 0; i < got; i++)
			fn_rx_post_xsk(rx, buffs[i]);
	}
}

/**
 * fn_xsk_room() - bytes of a frame that a lent buffer has room for
 * @pool: the buffers
 *
 * Where frames may take several, the first keeps a list of the others at its end.
 */
u32 fn_xsk_room(struct xsk_buff_pool *pool)
{
	u32 room = xsk_pool_get_chunk_size(pool) - xsk_pool_get_headroom(pool);

	if (fn_xsk_has_frags(pool))
		room -= SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	return min(room, xsk_pool_get_rx_frame_size(pool));
}

static void fn_rx_parts_free(struct fn_rx_ring *rx)
{
	if (rx->parts.xdp)
		xsk_buff_free(rx->parts.xdp);
	else
		while (rx->parts.n)
			page_pool_put_full_page(
				rx->pool, rx->parts.page[--rx->parts.n], false);
	rx->parts.xdp = NULL;
	rx->parts.n = 0;
	rx->parts.bad = false;
}

/**
 * fn_rx_ring_empty() - give all buffers of a ring back
 * @rx: neither the card nor NAPI uses it
 */
void fn_rx_ring_empty(struct fn_rx_ring *rx)
{
	u32 i;

	for (; rx->head != rx->tail; rx->head++) {
		struct fn_rx_desc *desc = fn_rx_desc(rx, rx->head);

		if (rx->xsk)
			xsk_buff_free(fn_rx_xdp(desc));
		else
			page_pool_put_full_page(rx->pool, fn_rx_page(desc),
						false);
	}
	fn_rx_parts_free(rx);
	for (i = 0; rx->desc && i <= rx->mask; i++)
		rx->desc[i].status = 0;
	rx->head = 0;
	rx->tail = 0;
}

/**
 * fn_rx_ring_lend() - from now on take buffers from sockets, or pages again
 * @q: queue of the ring
 * @rx: the ring, which neither the card nor NAPI uses; it is empty on return
 * @pool: buffers that sockets lend, or NULL for pages
 *
 * The pool of pages stays, so that going back to it can't fail.
 *
 * Return: 0 or a negative errno; with NULL always 0.
 */
int fn_rx_ring_lend(struct fn_queue *q, struct fn_rx_ring *rx,
		    struct xsk_buff_pool *pool)
{
	u32 room = pool ? fn_xsk_room(pool) : rx->data_size;
	u32 i;

	fn_rx_ring_empty(rx);
	if (xdp_rxq_info_is_reg(&rx->xsk_rxq))
		xdp_rxq_info_unreg(&rx->xsk_rxq);
	rx->xsk = pool;
	for (i = 0; i <= rx->mask; i++)
		rx->desc[i].room = room;
	if (!pool)
		return 0;
	return __xdp_rxq_info_reg(&rx->xsk_rxq, q->port->dev, q->index, q->napi.napi_id, fn_xsk_frag_step(pool)) ?:
		       xdp_rxq_info_reg_mem_model(&rx->xsk_rxq,
						  MEM_TYPE_XSK_BUFF_POOL, NULL);
}

/**
 * fn_rx_ring_start() - have a ring ready for the card
 * @rx: the ring; of all rings that have lent buffers of the same pool, those that
 *	were used before are empty
 */
void fn_rx_ring_start(struct fn_rx_ring *rx)
{
	if (!rx->xsk)
		return;
	xsk_pool_set_rxq_info(rx->xsk, &rx->xsk_rxq);
	fn_rx_fill_xsk(rx);
}

static int fn_rx_ring_alloc(struct fn_queue *q, struct fn_rx_ring *rx,
			    const struct fn_port_config *cfg)
{
	int err;
	u32 i;

	rx->mask = cfg->rx_entries - 1;
	rx->desc = fn_alloc(array_size(cfg->rx_entries, sizeof(*rx->desc)));
	if (!rx->desc)
		return -ENOMEM;
	err = fn_rx_ring_pool(q, rx, cfg);
	if (err)
		return err;
	err = fn_rx_ring_info(q, rx);
	if (err)
		return err;
	if (q->xsk)
		return fn_rx_ring_lend(q, rx, q->xsk);
	for (i = 0; i <= rx->mask; i++)
		rx->desc[i].room = rx->data_size;
	if (!fn_memory_spare((u64)cfg->rx_entries * rx->truesize))
		return -ENOMEM;
	return fn_rx_fill(rx, FN_GFP_USER) ? 0 : -ENOMEM;
}

/* The buffers move to the ring's start, for the card begins there. */
static void fn_rx_ring_reset(struct fn_rx_ring *rx)
{
	u32 at, n = 0;

	if (rx->xsk) {
		fn_rx_ring_empty(rx);
		return;
	}
	for (at = rx->tail; at != rx->head + rx->mask + 1; at++)
		fn_rx_desc(rx, at)->cookie = 0;
	for (at = 0; at <= rx->mask; at++) {
		struct fn_rx_desc desc = rx->desc[at];

		rx->desc[at].cookie = 0;
		rx->desc[at].status = 0;
		if (!desc.cookie)
			continue;
		rx->desc[n].addr = desc.addr;
		rx->desc[n++].cookie = desc.cookie;
	}
	rx->head = 0;
	rx->tail = n;
	fn_rx_parts_free(rx);
}

static void fn_rx_ring_free(struct fn_rx_ring *rx)
{
	fn_rx_ring_empty(rx);
	if (xdp_rxq_info_is_reg(&rx->rxq))
		xdp_rxq_info_unreg(&rx->rxq);
	if (xdp_rxq_info_is_reg(&rx->xsk_rxq))
		xdp_rxq_info_unreg(&rx->xsk_rxq);
	if (rx->pool)
		page_pool_destroy(rx->pool);
	fn_free(rx->desc);
}

static int fn_tx_ring_alloc(struct fn_tx_ring *tx, u32 entries)
{
	tx->mask = entries - 1;
	tx->desc = fn_alloc(array_size(entries, sizeof(*tx->desc)));
	tx->owner = fn_alloc(array_size(entries, sizeof(*tx->owner)));
	return tx->desc && tx->owner ? 0 : -ENOMEM;
}

/**
 * fn_xsk_ring_alloc() - make a ring for frames in lent buffers
 * @tx: the ring, zeroed
 * @entries: descriptors
 * @pool: the buffers
 *
 * Return: 0 or -ENOMEM; then what there is of it is still to be freed.
 */
int fn_xsk_ring_alloc(struct fn_tx_ring *tx, u32 entries,
		      struct xsk_buff_pool *pool)
{
	if (fn_xsk_has_metadata(pool)) {
		tx->stamp = fn_alloc(array_size(entries, sizeof(*tx->stamp)));
		if (!tx->stamp)
			return -ENOMEM;
	}
	return fn_tx_ring_alloc(tx, entries);
}

static void fn_tx_ring_reset(struct fn_tx_ring *tx, void (*put)(void *owner))
{
	u32 i;

	for (i = 0; tx->owner && i <= tx->mask; i++) {
		if (tx->owner[i])
			put(tx->owner[i]);
		tx->owner[i] = NULL;
	}
	tx->head = 0;
	tx->clean = 0;
	tx->tail = 0;
	tx->notified = 0;
}

void fn_tx_ring_free(struct fn_tx_ring *tx, void (*put)(void *owner))
{
	fn_tx_ring_reset(tx, put);
	fn_free(tx->owner);
	fn_free(tx->stamp);
	fn_free(tx->desc);
}

static void fn_free_skb(void *owner)
{
	kfree_skb(owner);
}

static void fn_free_frame(void *owner)
{
	xdp_return_frame(owner);
}

static void fn_free_lent(void *owner)
{
	xsk_buff_free(owner);
}

static int fn_rings_alloc_queue(struct fn_queue *q, struct fn_rings *rings,
				const struct fn_port_config *cfg)
{
	int err;

	err = fn_rx_ring_alloc(q, &rings->rx, cfg);
	if (!err)
		err = fn_tx_ring_alloc(&rings->tx, cfg->tx_entries);
	if (!err)
		err = fn_tx_ring_alloc(&rings->xdp, cfg->tx_entries);
	if (!err && q->xsk)
		err = fn_xsk_ring_alloc(&rings->xsk, cfg->tx_entries, q->xsk);
	return err;
}

/**
 * fn_rings_alloc() - make the rings of all queues of a port
 * @port: whose they will be
 * @cfg: their shape
 *
 * Return: an array of rings by queue, the receive rings full of buffers, or
 *	an ERR_PTR.
 */
struct fn_rings *fn_rings_alloc(struct fn_port *port,
				const struct fn_port_config *cfg)
{
	struct fn_rings *rings;
	int err;
	u32 i;

	rings = fn_alloc(array_size(cfg->queues, sizeof(*rings)));
	if (!rings)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < cfg->queues; i++) {
		err = fn_rings_alloc_queue(&port->queues[i], &rings[i], cfg);
		if (err) {
			fn_rings_free(rings, cfg->queues);
			return ERR_PTR(err);
		}
	}
	return rings;
}

/**
 * fn_rings_reset() - make rings that were in use as good as new
 * @rings: neither the card nor NAPI uses them
 * @n: of how many queues
 *
 * Frames in them are lost.
 */
void fn_rings_reset(struct fn_rings *rings, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		fn_rx_ring_reset(&rings[i].rx);
		fn_tx_ring_reset(&rings[i].tx, fn_free_skb);
		fn_tx_ring_reset(&rings[i].xdp, fn_free_frame);
		fn_tx_ring_reset(&rings[i].xsk, fn_free_lent);
	}
}

/**
 * fn_rings_free() - free rings and what is left in them
 * @rings: neither the card nor NAPI uses them
 * @n: of how many queues
 *
 * Context: process; NAPI of the port is disabled or has never used @rings.
 */
void fn_rings_free(struct fn_rings *rings, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		fn_rx_ring_free(&rings[i].rx);
		fn_tx_ring_free(&rings[i].tx, fn_free_skb);
		fn_tx_ring_free(&rings[i].xdp, fn_free_frame);
		fn_tx_ring_free(&rings[i].xsk, fn_free_lent);
	}
	fn_free(rings);
}
