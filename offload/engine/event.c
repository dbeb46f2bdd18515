// SPDX-License-Identifier: GPL-2.0
/*
 * The event ring: what programs print and why packets were aborted.
 */
#include "card.h"

/**
 * fn_event_put - send an event to the host
 * @w: worker
 * @ev: event; its tstamp is set here
 *
 * Under fn_read_lock(). Return: false if the ring is full or there is none.
 */
bool fn_event_put(struct fn_worker *w, const struct fn_event *ev)
{
	struct fn_dma_ring *r = fn_read(w->card->events);
	struct fn_event *to;
	bool room;

	if (!r)
		return false;
	fn_lock(&r->lock);
	room = r->next - fn_load_acquire(&r->tail) < r->entries;
	if (room) {
		to = (struct fn_event *)r->desc + (r->next & r->mask);
		*to = *ev;
		to->tstamp = fn_card_time(w->card);
		WRITE_ONCE(r->next, r->next + 1);
		fn_store_release(r->head, r->next);
	}
	fn_unlock(&r->lock);
	if (room)
		fn_vector_raise(w, r->vector);
	return room;
}
