// SPDX-License-Identifier: GPL-2.0
/*
 * DMA: frames into the host's receive rings and out of its transmit rings.
 */
#include "capture.h"
#include "segment.h"
#include "wire.h"

#define NEVER 0xffffffffu /* does not fit however long one waits */

static struct fn_dma_ring *rx_ring(struct fn_card_port *port, u32 queue)
{
	return queue < FN_MAX_QUEUES ? fn_read(port->rx[queue]) : NULL;
}

/*
 * Descriptors that a frame takes, 0 if there are too few at hand. Other workers
 * may serve the ring, too; without its lock the answer is a hint.
 */
static u32 rx_fit(const struct fn_dma_ring *r, u32 len)
{
	u32 next = READ_ONCE(r->next);
	u32 have = fn_load_acquire(&r->tail) - next;
	const struct fn_rx_desc *desc = r->desc;
	u32 n = 0;

	while (n < have && n < r->entries) {
		u32 room = READ_ONCE(desc[(next + n++) & r->mask].room);

		if (room >= len)
			return n;
		len -= room;
	}
	return n >= r->entries ? NEVER : 0;
}

static void rx_marks(struct fn_rx_desc *d, const struct fn_skb_marks *m)
{
	d->mark = m->mark;
	d->priority = m->priority;
	d->tc_index = m->tc_index;
	d->queue_mapping = m->queue_mapping;
	d->csum_level = m->csum > FN_CSUM_OK ? m->csum - FN_CSUM_OK : 0;
	if (m->hashed)
		d->hash = m->hash;
}

/* Bytes of a tag that the host is not to find in the frame. */
static u32 rx_tag(const struct fn_card_port *port, const struct fn_packet *pkt)
{
	if (likely(!READ_ONCE(port->vlan_strip)) ||
	    !fn_vlan_tagged(pkt->cell + pkt->data, fn_packet_len(pkt)))
		return 0;
	return FN_VLAN_TAG;
}

/* The host gets the tag beside the frame; what is before it moves up. */
static void rx_untag(struct fn_rx_desc *d, struct fn_packet *pkt)
{
	u8 *from = pkt->cell + pkt->meta;

	d->vlan_tci = fn_get_be16(pkt->cell + pkt->data + 14);
	memmove(from + FN_VLAN_TAG, from, pkt->data - pkt->meta + 12);
	pkt->meta += FN_VLAN_TAG;
	pkt->data += FN_VLAN_TAG;
	pkt->hash_of |= FN_RX_VLAN;
}

static void rx_start(struct fn_rx_desc *d, const struct fn_packet *pkt)
{
	u32 meta = pkt->data - pkt->meta;

	d->meta_len = meta;
	d->flags = pkt->hash_of;
	d->hash = pkt->hash;
	d->verdict = pkt->verdict;
	d->tstamp = pkt->tstamp;
	if (pkt->marked)
		rx_marks(d, &pkt->marks);
	if (meta)
		memcpy((u8 *)fn_bus_to_ptr(d->addr) - meta,
		       pkt->cell + pkt->meta, meta);
}

static void rx_write(struct fn_dma_ring *r, const struct fn_packet *pkt, u32 n,
		     u32 status)
{
	struct fn_rx_desc *desc = r->desc;
	const u8 *from = pkt->cell + pkt->data;
	u32 left = fn_packet_len(pkt);
	u32 i;

	for (i = 0; i < n; i++) {
		struct fn_rx_desc *d = &desc[r->next & r->mask];
		u32 len = min(left, d->room);

		if (!i)
			rx_start(d, pkt);
		else
			d->meta_len = 0;
		memcpy(fn_bus_to_ptr(d->addr), from, len);
		d->len = len;
		from += len;
		left -= len;
		fn_store_release(&d->status,
				 status | FN_RX_DONE | (left ? 0 : FN_RX_EOP));
		WRITE_ONCE(r->next, r->next + 1);
	}
}

/* Need the host not look at the frame's checksum? */
static bool csum_ok(const struct fn_card_port *port,
		    const struct fn_packet *pkt)
{
	if (pkt->marked && pkt->marks.csum)
		return pkt->marks.csum >= FN_CSUM_OK;
	if (!READ_ONCE(port->rx_csum))
		return false;
	/* A program may have made another frame of one whose sum is known. */
	if (pkt->summed && pkt->verdict == FN_NO_VERDICT && !pkt->marked)
		return true;
	return fn_csum_ok(pkt->cell + pkt->data, fn_packet_len(pkt));
}

static u32 rx_status(const struct fn_card_port *port,
		     const struct fn_packet *pkt)
{
	u32 status = 0;

	if (pkt->marked)
		status |= FN_RX_MARKS | (pkt->marks.hashed ? FN_RX_HASHED : 0);
	if (csum_ok(port, pkt))
		status |= FN_RX_CSUM_OK;
	return status;
}

/* Frames with something beside them are what they are. */
static bool rx_joins(struct fn_dma_ring *r, const struct fn_packet *pkt, u32 n,
		     u32 status)
{
	if (n != 1 || pkt->meta != pkt->data || status != FN_RX_CSUM_OK ||
	    pkt->hash_of & FN_RX_VLAN)
		return false;
	return fn_gro_joins(&r->gro, pkt->cell + pkt->data, fn_packet_len(pkt),
			    r->next);
}

static u32 rx_try(struct fn_worker *w, const struct fn_card_port *port,
		  struct fn_dma_ring *r, struct fn_packet *pkt, u32 status)
{
	u32 tag = rx_tag(port, pkt);
	struct fn_rx_desc *desc = r->desc;
	u32 n;

	fn_lock(&r->lock);
	n = rx_fit(r, fn_packet_len(pkt) - tag);
	if (n && n != NEVER) {
		if (unlikely(tag))
			rx_untag(&desc[r->next & r->mask], pkt);
		if (unlikely(READ_ONCE(port->gro)) &&
		    rx_joins(r, pkt, n, status))
			pkt->hash_of |= FN_RX_JOINS;
		rx_write(r, pkt, n, status);
		fn_moderate(w, port, r, 1);
	}
	fn_unlock(&r->lock);
	return n;
}

/**
 * fn_dma_deliver - put a frame into the host ring of its queue
 * @w: worker
 * @port: port it came in on
 * @pkt: frame
 *
 * Under fn_read_lock().
 *
 * Return: false if it must wait for buffers: the worker is registered with the
 * ring. True if it is done with: delivered, or filtered or dropped, and counted.
 */
bool fn_dma_deliver(struct fn_worker *w, struct fn_card_port *port,
		    struct fn_packet *pkt)
{
	struct fn_port_counters *c = &port->share[w->index].out;
	const struct fn_rx_filter *filter = fn_read(port->rx_filter);
	struct fn_dma_ring *r = rx_ring(port, pkt->queue);
	u32 n = NEVER;

	if (unlikely(filter) && !fn_rx_filter_admits(filter, pkt)) {
		c->host_rx_filtered++;
		return true;
	}
	if (r && !rx_fit(r, fn_packet_len(pkt)) && fn_dma_waits(w, port, pkt))
		return false;
	if (r) {
		u32 status = rx_status(port, pkt);

		/* Another worker may have been faster. */
		while (!(n = rx_try(w, port, r, pkt, status)) &&
		       READ_ONCE(port->pause)) {
			if (fn_dma_waits(w, port, pkt))
				return false;
		}
	}
	if (!n || n == NEVER) {
		c->host_rx_no_buffer++;
		return true;
	}
	c->host_rx_frames++;
	return true;
}

/**
 * fn_dma_waits - must a frame wait for host buffers?
 * @w: worker, which is woken when there are new ones
 * @port: port it came in on
 * @pkt: decided frame
 *
 * Under fn_read_lock(). Return: false also if it would have to, but flow
 * control is off.
 */
bool fn_dma_waits(struct fn_worker *w, struct fn_card_port *port,
		  const struct fn_packet *pkt)
{
	struct fn_dma_ring *r = rx_ring(port, pkt->queue);

	if (!r || !READ_ONCE(port->pause))
		return false;
	/* First register, then look: the doorbell does it the other way. */
	fn_fetch_or32(&r->waiters, 1u << w->index);
	return !rx_fit(r, fn_packet_len(pkt));
}

/* Descriptors up to the end of the next frame, 0 if the host has not got there. */
static u32 tx_chain(const struct fn_dma_ring *r, u32 have)
{
	const struct fn_tx_desc *desc = r->desc;
	u32 n;

	for (n = 0; n < have; n++) {
		if (desc[(r->next + n) & r->mask].flags & FN_TX_EOP)
			return n + 1;
	}
	/* Nothing can come any more. */
	return have >= r->entries ? have : 0;
}

/**
 * fn_dma_ready - has a transmit ring a whole frame?
 * @ring: ring of the calling worker
 */
bool fn_dma_ready(const struct fn_dma_ring *ring)
{
	return tx_chain(ring, fn_load_acquire(&ring->tail) - ring->next);
}

/**
 * struct tx_pieces - the fragments of a frame, one byte after another
 * @r: ring
 * @at: fragment, from the ring's next
 * @off: next byte in it
 */
struct tx_pieces {
	const struct fn_dma_ring *r;
	u32 at;
	u32 off;
};

static void tx_copy(struct tx_pieces *p, u8 *to, u32 len)
{
	const struct fn_tx_desc *desc = p->r->desc;

	while (len) {
		const struct fn_tx_desc *d =
			&desc[(p->r->next + p->at) & p->r->mask];
		u32 n = min(len, d->len - p->off);

		memcpy(to, (const u8 *)fn_bus_to_ptr(d->addr) + p->off, n);
		to += n;
		len -= n;
		p->off += n;
		if (p->off == d->len) {
			p->at++;
			p->off = 0;
		}
	}
}

/* Bytes that the card adds to a frame. */
static u32 tx_tag(const struct fn_tx_desc *first)
{
	return first->flags & FN_TX_VLAN ? FN_VLAN_TAG : 0;
}

/* Copy the first bytes of a frame, with the tag if it is to have one. */
static void tx_copy_start(struct tx_pieces *p, u8 *to, u32 len)
{
	const struct fn_tx_desc *desc = p->r->desc;
	const struct fn_tx_desc *first = &desc[p->r->next & p->r->mask];

	if (likely(!tx_tag(first))) {
		tx_copy(p, to, len);
		return;
	}
	tx_copy(p, to, 12);
	fn_put_be16(to + 12, FN_ETH_8021Q);
	fn_put_be16(to + 14, first->vlan_tci);
	tx_copy(p, to + 16, len - 16);
}

/*
 * Bytes of a frame of @n descriptors with its tag, 0 if they make none of @most
 * bytes or less.
 */
static u32 tx_length(const struct fn_dma_ring *r, u32 n, u32 most)
{
	const struct fn_tx_desc *desc = r->desc;
	u32 len = tx_tag(&desc[r->next & r->mask]);
	u32 least = FN_FRAME_MIN + len;
	u32 i;

	for (i = 0; i < n; i++) {
		const struct fn_tx_desc *d = &desc[(r->next + i) & r->mask];

		if (!d->len || d->len > most - len || !d->addr)
			return 0;
		len += d->len;
	}
	if (len < least ||
	    !(desc[(r->next + n - 1) & r->mask].flags & FN_TX_EOP))
		return 0;
	return len;
}

/* The frame in one piece, or NULL if the descriptors make none. */
static const u8 *tx_gather(struct fn_worker *w, const struct fn_dma_ring *r,
			   u32 n, u32 *len)
{
	const struct fn_tx_desc *desc = r->desc;
	const struct fn_tx_desc *first = &desc[r->next & r->mask];
	struct tx_pieces p = { .r = r };

	*len = tx_length(r, n, FN_TX_FRAME_MAX);
	if (!*len)
		return NULL;
	if (n == 1 && !(first->flags & (FN_TX_CSUM | FN_TX_VLAN)))
		return fn_bus_to_ptr(first->addr);
	tx_copy_start(&p, w->scratch, *len);
	if (first->flags & FN_TX_CSUM &&
	    !fn_csum_fill(w->scratch, *len, first->csum_start + tx_tag(first),
			  first->csum_offset))
		return NULL;
	return w->scratch;
}

static void tx_send(struct fn_worker *w, struct fn_card_port *port,
		    const u8 *frame, u32 len)
{
	if (fn_captures(w->card, FN_CAPTURE_HOST))
		fn_capture_sent(w, port, frame, len);
	fn_card_port_transmit(w, port, frame, len);
}

/* What the descriptors say of a large frame; false if they make none. */
static bool tx_large(const struct fn_dma_ring *r, u32 n, struct fn_segments *s)
{
	const struct fn_tx_desc *desc = r->desc;
	const struct fn_tx_desc *first = &desc[r->next & r->mask];
	struct tx_pieces p = { .r = r };

	s->len = tx_length(r, n, FN_TX_SEGMENT_MAX);
	if (!s->len || !(first->flags & FN_TX_CSUM))
		return false;
	s->mss = first->mss;
	s->transport = first->csum_start + tx_tag(first);
	s->sum = first->csum_offset;
	memset(s->headers, 0, sizeof(s->headers));
	tx_copy_start(&p, s->headers, min_t(u32, s->len, sizeof(s->headers)));
	return fn_segments_begin(s);
}

/* Return: frames that the large one has become, 0 if the descriptors make none. */
static u32 tx_segment(struct fn_worker *w, struct fn_card_port *port,
		      const struct fn_dma_ring *r, u32 n)
{
	struct tx_pieces p = { .r = r };
	struct fn_segments s;
	u32 frames = 0;
	u32 at, len;

	if (!tx_large(r, n, &s))
		return 0;
	tx_copy_start(&p, s.headers, s.size);
	for (at = 0; at < s.len - s.size; at += len) {
		len = min(s.mss, s.len - s.size - at);
		tx_copy(&p, w->scratch + s.size, len);
		fn_segment_finish(&s, w->scratch, at, len);
		tx_send(w, port, w->scratch, s.size + len);
		frames++;
	}
	port->share[w->index].out.host_tx_segmented++;
	return frames;
}

static u32 tx_one(struct fn_worker *w, struct fn_card_port *port,
		  const struct fn_dma_ring *r, u32 n)
{
	const u8 *frame;
	u32 len;

	frame = tx_gather(w, r, n, &len);
	if (!frame)
		return 0;
	tx_send(w, port, frame, len);
	return 1;
}

/* Return: frames sent; none, and counted, if the descriptors make none. */
static u32 tx_frame(struct fn_worker *w, struct fn_card_port *port,
		    struct fn_dma_ring *r, u32 n)
{
	struct fn_port_counters *c = &port->share[w->index].out;
	const struct fn_tx_desc *desc = r->desc;
	u32 sent;

	if (unlikely(desc[r->next & r->mask].flags & FN_TX_SEGMENT))
		sent = tx_segment(w, port, r, n);
	else
		sent = tx_one(w, port, r, n);
	if (sent)
		c->host_tx_frames++;
	else
		c->host_tx_bad++;
	return sent;
}

static void tx_stamp(struct fn_worker *w, struct fn_dma_ring *r, u32 n)
{
	struct fn_tx_desc *desc = r->desc;
	struct fn_tx_desc *last = &desc[(r->next + n - 1) & r->mask];

	if (likely(!(last->flags & FN_TX_STAMP)))
		return;
	last->addr = fn_card_time(w->card);
	last->flags |= FN_TX_STAMPED;
}

/**
 * fn_dma_fetch - send the frames of a transmit ring
 * @w: worker of the ring
 * @port: port of the ring
 * @ring: ring
 * @budget: frames at most; the last one may be a large one that becomes many
 *
 * Ends early when the cable's far end wants a pause.
 *
 * Under fn_read_lock(). Return: frames taken off the ring, or sent.
 */
u32 fn_dma_fetch(struct fn_worker *w, struct fn_card_port *port,
		 struct fn_dma_ring *ring, u32 budget)
{
	u32 frames = 0;

	while (frames < budget && !READ_ONCE(port->held)) {
		u32 have = fn_load_acquire(&ring->tail) - ring->next;
		u32 n = tx_chain(ring, have);
		u32 sent;

		if (!n)
			break;
		sent = tx_frame(w, port, ring, n);
		if (sent)
			tx_stamp(w, ring, n);
		WRITE_ONCE(ring->next, ring->next + n);
		frames += max(sent, 1u);
	}
	if (frames) {
		fn_store_release(ring->head, ring->next);
		fn_moderate(w, port, ring, frames);
	}
	return frames;
}
