// SPDX-License-Identifier: GPL-2.0
/*
 * Captures: copies of frames into rings of the host's, with what became of
 * them. A ring that is full loses the copy, never the frame.
 */
#include "capture.h"
#include "../engine/exec.h"
#include "../engine/prog.h"

#define UNIT FN_CAPTURE_UNIT
#define UNITS_MIN 256
#define UNITS_MAX (1u << 20)

/**
 * struct fn_capture - what one reader wants
 * @ring: where it goes; its lock orders the workers
 * @ports: a bit for each port
 * @points: FN_CAPTURE_*
 * @snaplen: bytes of a frame at most
 * @lost: copies that found no room; under @ring->lock
 * @lost_addr: where the host reads @lost
 */
struct fn_capture {
	struct fn_dma_ring *ring;
	u32 ports;
	u32 points;
	u32 snaplen;
	u64 lost;
	u64 *lost_addr;
};

static struct fn_capture_rec *unit_of(const struct fn_dma_ring *r, u32 at)
{
	return (struct fn_capture_rec *)((u8 *)r->desc +
					 (size_t)(at & r->mask) * UNIT);
}

/* Records lie in one piece; what is left before the ring's end is skipped. */
static struct fn_capture_rec *reserve(struct fn_dma_ring *r, u32 units)
{
	u32 space = r->entries - (r->next - fn_load_acquire(&r->tail));
	u32 before_end = r->entries - (r->next & r->mask);
	struct fn_capture_rec *pad;

	if (units <= before_end)
		return units <= space ? unit_of(r, r->next) : NULL;
	if (before_end + units > space)
		return NULL;
	pad = unit_of(r, r->next);
	pad->units = before_end;
	pad->point = 0;
	WRITE_ONCE(r->next, r->next + before_end);
	return unit_of(r, r->next);
}

static void lose(struct fn_capture *c)
{
	c->lost++;
	WRITE_ONCE(*c->lost_addr, c->lost);
}

static void put(struct fn_worker *w, struct fn_capture *c,
		const struct fn_capture_rec *rec, const u8 *frame)
{
	struct fn_dma_ring *r = c->ring;
	u32 len = min(rec->full, c->snaplen);
	u32 units = 1 + DIV_ROUND_UP(len, UNIT);
	struct fn_capture_rec *to;

	fn_lock(&r->lock);
	to = reserve(r, units);
	if (to) {
		*to = *rec;
		to->units = units;
		to->len = len;
		memcpy(to + 1, frame, len);
		WRITE_ONCE(r->next, r->next + units);
		fn_store_release(r->head, r->next);
	} else {
		lose(c);
	}
	fn_unlock(&r->lock);
	fn_vector_raise(w, r->vector);
}

static void put_all(struct fn_worker *w, const struct fn_capture_rec *rec,
		    const u8 *frame)
{
	struct fn_capture *c;
	u32 i;

	for (i = 0; i < FN_MAX_CAPTURES; i++) {
		c = fn_read(w->card->captures[i]);
		if (c && c->points & rec->point && c->ports & BIT(rec->port))
			put(w, c, rec, frame);
	}
}

/**
 * fn_capture_packet - a frame is about to be decided, or was
 * @w: worker
 * @port: port that it came in on
 * @pkt: frame
 * @point: FN_CAPTURE_BEFORE or FN_CAPTURE_AFTER
 */
void fn_capture_packet(struct fn_worker *w, const struct fn_card_port *port,
		       const struct fn_packet *pkt, u32 point)
{
	const struct fn_exec *x = w->exec;
	struct fn_capture_rec rec = {
		.point = point,
		.port = port->index,
		.full = fn_packet_len(pkt),
		.verdict = FN_NO_VERDICT,
	};

	rec.tstamp = point == FN_CAPTURE_BEFORE ? pkt->tstamp :
						  fn_card_time(w->card);
	if (point == FN_CAPTURE_AFTER && pkt->verdict != FN_NO_VERDICT) {
		rec.verdict = pkt->verdict;
		rec.cause = x->fault;
		rec.prog = x->prog->handle;
		rec.cycles = x->cycles;
		rec.queue = pkt->queue;
		rec.target = pkt->verdict == XDP_REDIRECT ? pkt->target : 0;
	}
	put_all(w, &rec, pkt->cell + pkt->data);
}

/**
 * fn_capture_sent - the host sends a frame
 * @w: worker
 * @port: port
 * @frame: frame
 * @len: bytes of it
 */
void fn_capture_sent(struct fn_worker *w, const struct fn_card_port *port,
		     const u8 *frame, u32 len)
{
	struct fn_capture_rec rec = {
		.point = FN_CAPTURE_HOST,
		.port = port->index,
		.full = len,
		.verdict = FN_NO_VERDICT,
		.tstamp = fn_card_time(w->card),
	};

	put_all(w, &rec, frame);
}

static int check(const struct fn_msg_capture *m)
{
	if (!m->points || m->points & ~FN_CAPTURE_ALL || !m->ports ||
	    !m->snaplen || m->units < UNITS_MIN || m->units > UNITS_MAX ||
	    !is_power_of_2(m->units) || !m->addr || !m->head_addr ||
	    !m->lost_addr || m->vector >= FN_MAX_VECTORS)
		return -EINVAL;
	/* The longest record must fit with what may be skipped before it. */
	if (2 * (1 +
		 DIV_ROUND_UP(min_t(u32, m->snaplen, FN_TX_FRAME_MAX), UNIT)) >
	    m->units)
		return -ERANGE;
	return 0;
}

/* Control messages are few: what everyone looks at is made anew. */
static void update(struct fn_card *card)
{
	u32 points = 0;
	u32 i;

	for (i = 0; i < FN_MAX_CAPTURES; i++) {
		const struct fn_capture *c = fn_read_locked(card->captures[i]);

		if (c)
			points |= c->points;
	}
	WRITE_ONCE(card->capturing, points);
}

static u32 free_place(struct fn_card *card)
{
	u32 i;

	for (i = 0; i < FN_MAX_CAPTURES; i++) {
		if (!fn_read_locked(card->captures[i]))
			break;
	}
	return i;
}

/**
 * fn_ctrl_capture_start - FN_CTRL_CAPTURE_START
 * @card: card
 * @msg: struct fn_msg_capture
 *
 * Return: 0, -EINVAL for a capture that can't be, -ERANGE if the ring is too
 * small for its frames, -EBUSY if there are as many as can be, -ENOMEM.
 */
int fn_ctrl_capture_start(struct fn_card *card, void *msg)
{
	struct fn_msg_capture *m = msg;
	u32 place = free_place(card);
	struct fn_capture *c;
	int ret = check(m);

	if (ret)
		return ret;
	if (place == FN_MAX_CAPTURES)
		return -EBUSY;
	c = fn_alloc(sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->ports = m->ports;
	c->points = m->points;
	c->snaplen = m->snaplen;
	c->lost_addr = fn_bus_to_ptr(m->lost_addr);
	c->ring = fn_ring_add_capture(card, m);
	if (!c->ring) {
		fn_free(c);
		return -ENOMEM;
	}
	m->doorbell = c->ring->doorbell;
	fn_publish(card->captures[place], c);
	update(card);
	return 0;
}

/**
 * fn_ctrl_capture_stop - FN_CTRL_CAPTURE_STOP
 * @card: card
 * @msg: struct fn_msg_ring_id
 *
 * May sleep. The ring is not touched and no interrupt is raised after return.
 *
 * Return: 0, or -ENOENT without such a capture.
 */
int fn_ctrl_capture_stop(struct fn_card *card, void *msg)
{
	const struct fn_msg_ring_id *m = msg;
	struct fn_capture *c;
	u32 i;

	for (i = 0; i < FN_MAX_CAPTURES; i++) {
		c = fn_read_locked(card->captures[i]);
		if (c && c->ring->doorbell == m->doorbell)
			break;
	}
	if (i == FN_MAX_CAPTURES)
		return -ENOENT;
	fn_publish(card->captures[i], NULL);
	update(card);
	fn_ring_remove_capture(card, c->ring);
	fn_free(c);
	return 0;
}

/**
 * fn_capture_free_all - forget all captures, when no worker runs any more
 * @card: card that is being powered off
 */
void fn_capture_free_all(struct fn_card *card)
{
	u32 i;

	for (i = 0; i < FN_MAX_CAPTURES; i++)
		fn_free(fn_read_locked(card->captures[i]));
}
