// SPDX-License-Identifier: GPL-2.0
/*
 * Ingress queues: from the cable into packet memory, and on to a verdict.
 *
 * A port has one queue for each worker, and frames are steered by flow hash, so
 * that a flow keeps its order. Each slot of a queue has a cell of packet memory
 * of its own; a frame is copied into it once and then stays where it is.
 */
#include "segment.h"

#define PEEK 96 /* bytes that the flow hash may look at */

static u32 cell_size(u32 mtu)
{
	u32 need = FN_PKT_HEADROOM + mtu + FN_FRAME_OVERHEAD_MAC +
		   FN_PKT_TAIL_RESERVE;

	return need <= FN_PKT_CELL_SMALL ? FN_PKT_CELL_SMALL :
					   FN_PKT_CELL_LARGE;
}

static struct fn_cells *cells_alloc(u32 size, u32 slots)
{
	struct fn_cells *cells =
		fn_alloc(sizeof(*cells) + slots * sizeof(*cells->slot));
	u32 i;

	if (!cells)
		return NULL;
	cells->memory = fn_alloc((size_t)size * slots);
	if (!cells->memory) {
		fn_free(cells);
		return NULL;
	}
	for (i = 0; i < slots; i++) {
		cells->slot[i].cell = cells->memory + (size_t)i * size;
		cells->slot[i].size = size;
	}
	return cells;
}

static void cells_free(struct fn_cells *cells)
{
	if (cells)
		fn_free(cells->memory);
	fn_free(cells);
}

/**
 * fn_ingress_up - give a port its packet memory
 * @port: port that is down
 * @nworkers: number of workers
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ingress_up(struct fn_card_port *port, u32 nworkers)
{
	struct fn_cells *cells;
	u32 i;

	for (i = 0; i < nworkers; i++) {
		cells = cells_alloc(cell_size(port->mtu), port->share[i].slots);
		if (!cells) {
			fn_ingress_down(port, nworkers);
			return -ENOMEM;
		}
		fn_publish(port->share[i].cells, cells);
	}
	return 0;
}

static struct fn_packet *slot_of(const struct fn_share *s,
				 struct fn_cells *cells, u32 count)
{
	return &cells->slot[count & (s->slots - 1)];
}

/* What is still queued is lost; the counters say to whom. */
static void flush(struct fn_share *s, struct fn_cells *cells)
{
	for (; s->head != s->tail; s->head++) {
		if (slot_of(s, cells, s->head)->decided)
			s->out.host_rx_no_buffer++;
		else
			s->out.mac_rx_down++;
	}
}

/**
 * fn_ingress_down - take a port's packet memory away
 * @port: port
 * @nworkers: number of workers
 *
 * May sleep. No worker and no sender uses the port's queues after return.
 */
void fn_ingress_down(struct fn_card_port *port, u32 nworkers)
{
	struct fn_cells *old[FN_MAX_WORKERS];
	u32 i;

	for (i = 0; i < nworkers; i++) {
		old[i] = fn_read_locked(port->share[i].cells);
		fn_publish(port->share[i].cells, NULL);
	}
	fn_wait_for_readers();
	for (i = 0; i < nworkers; i++) {
		if (old[i])
			flush(&port->share[i], old[i]);
		cells_free(old[i]);
	}
}

/**
 * struct pieces - the rest of a frame in pieces
 * @seg: piece
 * @n: pieces from there on
 * @off: next byte in it
 */
struct pieces {
	const struct fn_mac_seg *seg;
	u32 n;
	u32 off;
};

/* Return: bytes copied, less than wanted only at the end. */
static u32 gather(u8 *to, u32 room, struct pieces *p)
{
	u32 len = 0;
	u32 n;

	while (p->n && len < room) {
		n = min(p->seg->len - p->off, room - len);
		memcpy(to + len, (const u8 *)p->seg->data + p->off, n);
		len += n;
		p->off += n;
		if (p->off < p->seg->len)
			break;
		p->seg++;
		p->n--;
		p->off = 0;
	}
	return len;
}

/* Who decides a frame: the same worker for all of a flow. */
static u32 worker_of(const struct fn_card *card, const struct fn_mac_seg *segs,
		     u32 nsegs, u32 len)
{
	struct pieces p = { .seg = segs, .n = nsegs };
	u8 head[PEEK];

	if (card->nworkers == 1)
		return 0;
	if (segs[0].len >= min_t(u32, len, PEEK))
		return fn_flow_hash(segs[0].data, segs[0].len) % card->nworkers;
	return fn_flow_hash(head, gather(head, PEEK, &p)) % card->nworkers;
}

/*
 * Has the sender to be paused? If the worker has drained the queue meanwhile,
 * one of both takes the mark back: either there is no pause or a resume.
 */
static bool pause(struct fn_share *s)
{
	if (s->tail - READ_ONCE(s->head) < FN_QUEUE_HIGH(s->slots))
		return false;
	if (!fn_xchg(&s->paused, 1))
		s->in.mac_rx_pause++;
	fn_barrier();
	if (s->tail - READ_ONCE(s->head) > FN_QUEUE_LOW(s->slots))
		return true;
	return !fn_xchg(&s->paused, 0);
}

/**
 * struct arrival - frames that come out of a cable in one call
 * @pieces: what is left of them
 * @len: bytes of the next frame
 * @rest: what it lacks, or NULL
 * @large: that they are made of, or NULL
 * @at: of the payload of @large
 * @now: card's clock
 */
struct arrival {
	struct pieces pieces;
	u32 len;
	const struct fn_mac_rest *rest;
	const struct fn_segments *large;
	u32 at;
	u64 now;
};

static void write_frame(struct arrival *a, u8 *frame)
{
	const struct fn_segments *g = a->large;

	if (likely(!a->rest)) {
		gather(frame, a->len, &a->pieces);
	} else if (g) {
		gather(frame + g->size, a->len - g->size, &a->pieces);
		fn_segment_finish(g, frame, a->at, a->len - g->size);
	} else {
		gather(frame, a->len, &a->pieces);
		fn_csum_fill(frame, a->len, a->rest->csum_start,
			     a->rest->csum_offset);
	}
}

static enum fn_mac_rx enqueue(struct fn_card_port *port, struct fn_share *s,
			      struct fn_cells *cells, struct arrival *a)
{
	struct fn_packet *pkt = slot_of(s, cells, s->tail);
	u32 len = a->len;

	if (s->tail - fn_load_acquire(&s->head) >= s->slots) {
		s->in.mac_rx_overflow++;
		return FN_MAC_DROPPED;
	}
	write_frame(a, pkt->cell + FN_PKT_HEADROOM);
	pkt->meta = FN_PKT_HEADROOM;
	pkt->data = FN_PKT_HEADROOM;
	pkt->end = FN_PKT_HEADROOM + len;
	pkt->summed = a->large;
	pkt->decided = false;
	pkt->tstamp = a->now;
	s->in.mac_rx_frames++;
	s->in.mac_rx_bytes += len;
	fn_store_release(&s->tail, s->tail + 1);
	if (READ_ONCE(port->pause) && pause(s))
		return FN_MAC_PAUSE;
	return FN_MAC_QUEUED;
}

static enum fn_mac_rx receive(struct fn_card *card, struct fn_card_port *port,
			      struct fn_share *s, struct arrival *a)
{
	struct fn_cells *cells;
	unsigned long flags;
	enum fn_mac_rx ret;

	fn_read_lock();
	cells = fn_read(s->cells);
	if (cells && READ_ONCE(port->up)) {
		a->now = fn_card_time(card);
		fn_lock_irqsave(&s->lock, flags);
		ret = enqueue(port, s, cells, a);
		fn_unlock_irqrestore(&s->lock, flags);
	} else {
		fn_fetch_add64(&port->refused.mac_rx_down, 1);
		ret = FN_MAC_DROPPED;
	}
	fn_read_unlock();
	return ret;
}

/* The frames of a large one, each as if it came by itself. */
static enum fn_mac_rx receive_large(struct fn_card *card,
				    struct fn_card_port *port,
				    struct fn_share *s, struct arrival *a)
{
	enum fn_mac_rx ret = FN_MAC_QUEUED, one;
	struct fn_segments g = {
		.len = a->len,
		.mss = a->rest->mss,
		.transport = a->rest->csum_start,
		.sum = a->rest->csum_offset,
	};
	struct pieces peek = a->pieces;
	u32 n;

	gather(g.headers, sizeof(g.headers), &peek);
	if (!fn_segments_begin(&g) ||
	    g.size + g.mss > READ_ONCE(port->mtu) + FN_FRAME_OVERHEAD_MAC) {
		fn_fetch_add64(&port->refused.mac_rx_oversize, 1);
		return FN_MAC_DROPPED;
	}
	gather(g.headers, g.size, &a->pieces);
	a->large = &g;
	for (; a->at < g.len - g.size; a->at += n) {
		n = min(g.mss, g.len - g.size - a->at);
		a->len = g.size + n;
		one = receive(card, port, s, a);
		if (one == FN_MAC_DROPPED)
			return ret == FN_MAC_PAUSE ? ret : one;
		ret = one;
	}
	return ret;
}

/**
 * fn_port_receive - a frame comes out of the cable
 * @card: card
 * @port: number
 * @segs: pieces of the frame, which are copied
 * @nsegs: how many
 *
 * Any context, hard interrupts and interrupts off (netpoll) included; several
 * senders at a time. After a burst the sender calls fn_port_kick().
 *
 * Return: FN_MAC_PAUSE if the frame was taken but the far end should wait for
 * its resume, which may come before this returns.
 */
enum fn_mac_rx fn_port_receive(struct fn_card *card, u32 port,
			       const struct fn_mac_seg *segs, u32 nsegs)
{
	return fn_port_receive_rest(card, port, segs, nsegs, NULL);
}

/**
 * fn_port_receive_rest - a frame comes out of the cable that lacks something
 * @card: card
 * @port: number
 * @segs: pieces of the frame, which are copied
 * @nsegs: how many
 * @rest: what is left to do to it, or NULL
 *
 * Context and return as of fn_port_receive().
 */
enum fn_mac_rx fn_port_receive_rest(struct fn_card *card, u32 port,
				    const struct fn_mac_seg *segs, u32 nsegs,
				    const struct fn_mac_rest *rest)
{
	struct fn_card_port *p = fn_card_port(card, port);
	struct arrival a = {
		.pieces = { .seg = segs, .n = nsegs },
		.rest = rest,
	};
	bool large = rest && rest->mss;
	struct fn_share *s;
	u64 len = 0;
	u32 i;

	if (!p)
		return FN_MAC_DROPPED;
	for (i = 0; i < nsegs; i++)
		len += segs[i].len;
	if (len < FN_FRAME_MIN) {
		fn_fetch_add64(&p->refused.mac_rx_undersize, 1);
		return FN_MAC_DROPPED;
	}
	/* A frame that comes while the MTU changes finds the port down. */
	if (!large && len > READ_ONCE(p->mtu) + FN_FRAME_OVERHEAD_MAC) {
		fn_fetch_add64(&p->refused.mac_rx_oversize, 1);
		return FN_MAC_DROPPED;
	}
	a.len = len;
	s = &p->share[worker_of(card, segs, nsegs, len)];
	if (unlikely(large))
		return receive_large(card, p, s, &a);
	return receive(card, p, s, &a);
}

/**
 * fn_port_kick - wake the workers that a burst of frames is for
 * @card: card
 * @port: number
 *
 * Context as of fn_port_receive().
 */
void fn_port_kick(struct fn_card *card, u32 port)
{
	struct fn_card_port *p = fn_card_port(card, port);
	u32 i;

	if (!p)
		return;
	for (i = 0; i < card->nworkers; i++) {
		struct fn_share *s = &p->share[i];
		u32 frames = READ_ONCE(s->tail) - READ_ONCE(s->head);

		if (frames)
			fn_worker_poke(&card->workers[i], p, frames);
	}
}

/* The counterpart of pause(), after head has moved. */
static void resume(struct fn_card_port *port, struct fn_share *s)
{
	struct fn_wire *wire;

	fn_barrier();
	if (!READ_ONCE(s->paused) ||
	    READ_ONCE(s->tail) - s->head > FN_QUEUE_LOW(s->slots))
		return;
	if (!fn_xchg(&s->paused, 0))
		return;
	wire = fn_read(port->wire);
	if (wire)
		wire->ops->resume(wire->wire);
}

/* Whatever is left of a port's share when its queue is empty is lost. */
static void end_turn(struct fn_worker *w, struct fn_share *s)
{
	if (s->head == READ_ONCE(s->tail))
		s->deficit = min(s->deficit, 0);
	else if (s->deficit <= 0)
		w->backlogged = true;
}

/**
 * fn_ingress_poll - decide the frames that a port has for a worker
 * @w: worker
 * @port: port
 * @budget: frames at most
 *
 * Ports share a worker by deficit round robin (Shreedhar and Varghese, 1996) in
 * words. What a frame's program will run is not known before it has, so the
 * last one of a turn may overdraw, which the next turns pay back.
 *
 * Under fn_read_lock(). Return: frames that left the queue.
 */
u32 fn_ingress_poll(struct fn_worker *w, struct fn_card_port *port, u32 budget)
{
	struct fn_share *s = &port->share[w->index];
	struct fn_cells *cells = fn_read(s->cells);
	u32 n = 0;

	if (!cells || s->head == fn_load_acquire(&s->tail))
		return 0;
	s->deficit = min(s->deficit + FN_QUANTUM_WORDS, FN_QUANTUM_WORDS);
	while (n < budget && s->deficit > 0 &&
	       s->head != fn_load_acquire(&s->tail)) {
		u32 before = w->words;
		bool done = fn_verdict(w, port, slot_of(s, cells, s->head));

		s->deficit -= w->words - before;
		if (!done)
			break;
		fn_store_release(&s->head, s->head + 1);
		n++;
	}
	end_turn(w, s);
	if (n)
		resume(port, s);
	return n;
}

/**
 * fn_ingress_busy - has a worker something to do with a port's frames?
 * @w: worker that goes to sleep otherwise
 * @port: port
 *
 * Under fn_read_lock(). A frame that waits for host buffers does not count; the
 * worker is registered with the ring that it waits for.
 */
bool fn_ingress_busy(struct fn_worker *w, struct fn_card_port *port)
{
	struct fn_share *s = &port->share[w->index];
	struct fn_cells *cells = fn_read(s->cells);
	struct fn_packet *pkt;

	if (!cells || s->head == fn_load_acquire(&s->tail))
		return false;
	pkt = slot_of(s, cells, s->head);
	return !pkt->decided || !fn_dma_waits(w, port, pkt);
}

/**
 * fn_ingress_queued - frames that wait in a port's ingress queues
 * @port: port
 * @nworkers: workers of its card, which have a queue each
 * @slots: gets the frames that the queues have room for, 0 while it is down
 *
 * Return: their number, which may be another one by now. Any context.
 */
u32 fn_ingress_queued(const struct fn_card_port *port, u32 nworkers, u32 *slots)
{
	u32 i, n = 0;

	*slots = 0;
	if (!READ_ONCE(port->up))
		return 0;
	for (i = 0; i < nworkers; i++) {
		const struct fn_share *s = &port->share[i];
		u32 head = READ_ONCE(s->head);

		n += min_t(u32, READ_ONCE(s->tail) - head, s->slots);
		*slots += s->slots;
	}
	return n;
}
