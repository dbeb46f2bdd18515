// SPDX-License-Identifier: GPL-2.0
/*
 * The event ring: what programs print and send and why packets were aborted.
 */
#include "../engine/exec.h"
#include "card.h"

/* The data of an event goes on at the ring's beginning where the ring ends. */
static void put_bytes(struct fn_dma_ring *r, u32 place, u32 off, const u8 *from,
		      u32 size)
{
	u32 bytes = r->entries * sizeof(struct fn_event);
	u32 at = (place & r->mask) * sizeof(struct fn_event) + off;
	u32 n;

	at -= at < bytes ? 0 : bytes;
	n = min(size, bytes - at);
	memcpy((u8 *)r->desc + at, from, n);
	memcpy(r->desc, from + n, size - n);
}

static bool put(struct fn_worker *w, const struct fn_event *ev, const u8 *data,
		u32 size, const u8 *rest)
{
	struct fn_dma_ring *r = fn_read(w->card->events);
	u32 more = fn_event_more(ev);
	struct fn_event *to;
	bool room;

	if (!r)
		return false;
	fn_lock(&r->lock);
	room = r->next - fn_load_acquire(&r->tail) + more < r->entries;
	if (room) {
		to = (struct fn_event *)r->desc + (r->next & r->mask);
		*to = *ev;
		to->tstamp = fn_card_time(w->card);
		if (size)
			put_bytes(r, r->next + 1, 0, data, size);
		if (more && size < ev->size)
			put_bytes(r, r->next + 1, size, rest, ev->size - size);
		WRITE_ONCE(r->next, r->next + 1 + more);
		fn_store_release(r->head, r->next);
	}
	fn_unlock(&r->lock);
	if (room)
		fn_vector_raise(w, r->vector);
	return room;
}

/**
 * fn_event_put - send an event to the host
 * @ctx: card
 * @x: thread of a worker, whose packet goes on where the data ends
 * @ev: event; its tstamp is set here
 * @data: the first bytes of an FN_EVENT_DATA
 * @size: how many, at most @ev->size
 *
 * Has the form of fn_env.event. Under fn_read_lock().
 *
 * Return: false if the ring is full or there is none.
 */
bool fn_event_put(void *ctx, const struct fn_exec *x, const struct fn_event *ev,
		  const u8 *data, u32 size)
{
	struct fn_card *card = ctx;

	if (x->thread >= card->nworkers)
		return false;
	return put(&card->workers[x->thread], ev, data, size,
		   x->pkt->cell + x->pkt->data);
}
