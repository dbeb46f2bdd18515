// SPDX-License-Identifier: GPL-2.0
/*
 * Doorbells, which the host rings, and vectors, with which the card interrupts
 * the host. A vector fires once and is then masked until the driver unmasks it;
 * what happened meanwhile makes it fire again at once.
 */
#include "card.h"

/* A doorbell beyond what the ring holds is a mistake and is ignored. */
static bool sane(const struct fn_dma_ring *r, u32 value)
{
	if (r->type == FN_RING_EVENT || r->type == FN_RING_CAPTURE)
		return READ_ONCE(r->next) - value <= r->entries;
	return value - READ_ONCE(r->next) <= r->entries;
}

/* The worker takes the mark back before it looks at the count. */
static void ring_tx(struct fn_card *card, const struct fn_dma_ring *r)
{
	struct fn_share *s = &card->ports[r->port].share[r->worker];

	fn_fetch_or64(&s->doorbells[r->slot / 64], BIT_ULL(r->slot % 64));
}

static void wake(struct fn_card *card, struct fn_dma_ring *r)
{
	u32 waiters;

	if (r->type == FN_RING_TX) {
		ring_tx(card, r);
		fn_worker_poke(&card->workers[r->worker], &card->ports[r->port],
			       READ_ONCE(r->tail) - READ_ONCE(r->next));
		return;
	}
	if (r->type != FN_RING_RX)
		return;
	fn_barrier();
	if (!READ_ONCE(r->waiters))
		return;
	for (waiters = fn_xchg(&r->waiters, 0); waiters; waiters &= waiters - 1)
		fn_worker_wake(&card->workers[ilog2(waiters & -waiters)]);
}

/**
 * fn_card_doorbell - tell the card of a ring's new count
 * @card: card
 * @doorbell: of the ring
 * @value: free-running count of descriptors filled, of events read
 *
 * Any context.
 */
void fn_card_doorbell(struct fn_card *card, u32 doorbell, u32 value)
{
	struct fn_dma_ring *r;

	if (doorbell >= FN_MAX_RINGS)
		return;
	fn_read_lock();
	r = fn_read(card->rings[doorbell]);
	if (r && sane(r, value)) {
		fn_store_release(&r->tail, value);
		wake(card, r);
	}
	fn_read_unlock();
}

/**
 * fn_card_unmask - the driver is ready for the next interrupt of a vector
 * @card: card
 * @vector: number
 *
 * Any context. If the vector was raised since it fired, a worker fires it.
 */
void fn_card_unmask(struct fn_card *card, u32 vector)
{
	struct fn_worker *w;
	u32 *state, old;

	if (vector >= FN_MAX_VECTORS)
		return;
	state = &card->vectors[vector].state;
	do {
		old = READ_ONCE(*state);
		if (old & (FN_VECTOR_OFF | FN_VECTOR_PENDING))
			break;
	} while (fn_cmpxchg(state, old, 0) != old);
	if (!(old & FN_VECTOR_PENDING) || old & FN_VECTOR_OFF)
		return;
	/* It stays masked until the worker has fired it. */
	w = &card->workers[vector % card->nworkers];
	fn_fetch_or64(&w->unmasked[vector / 64], BIT_ULL(vector % 64));
	fn_fetch_or32(&w->unmasked_words, 1u << vector / 64);
	fn_worker_wake(w);
}

/**
 * fn_vector_raise - interrupt the host at the end of this round
 * @w: worker
 * @vector: number
 */
void fn_vector_raise(struct fn_worker *w, u32 vector)
{
	w->raised[vector / 64] |= BIT_ULL(vector % 64);
	w->raised_words |= 1u << vector / 64;
}

/* Whoever put something into a ring before finds that the host was told. */
static void interrupt(struct fn_card *card, u32 vector)
{
	struct fn_vector *v = &card->vectors[vector];

	if (READ_ONCE(card->moderates)) {
		WRITE_ONCE(v->due, 0);
		WRITE_ONCE(v->last, fn_clock_ns());
		WRITE_ONCE(v->fires, v->fires + 1);
	}
	card->ops.interrupt(card->host, vector);
}

static void raise(struct fn_card *card, u32 vector)
{
	u32 *state = &card->vectors[vector].state;
	u32 old, new;

	do {
		old = READ_ONCE(*state);
		if (old & FN_VECTOR_OFF)
			return;
		new = FN_VECTOR_MASKED;
		if (old & FN_VECTOR_MASKED)
			new |= FN_VECTOR_PENDING;
	} while (fn_cmpxchg(state, old, new) != old);
	if (!(old & FN_VECTOR_MASKED))
		interrupt(card, vector);
}

/* A vector that was unmasked while pending. */
static void fire(struct fn_card *card, u32 vector)
{
	u32 *state = &card->vectors[vector].state;
	u32 old;

	do {
		old = READ_ONCE(*state);
		if (old & FN_VECTOR_OFF || !(old & FN_VECTOR_PENDING))
			return;
	} while (fn_cmpxchg(state, old, FN_VECTOR_MASKED) != old);
	interrupt(card, vector);
}

static void each(struct fn_card *card, u32 first, u64 bits,
		 void (*fn)(struct fn_card *card, u32 vector))
{
	for (; bits; bits &= bits - 1)
		fn(card, first + ilog2(bits & -bits));
}

/**
 * fn_vector_fire - give the host the interrupts of a round
 * @w: worker
 *
 * Under fn_read_lock(), so that no vector fires after its rings are gone.
 */
void fn_vector_fire(struct fn_worker *w)
{
	u32 words, i;

	if (READ_ONCE(w->unmasked_words)) {
		words = fn_xchg(&w->unmasked_words, 0);
		for (; words; words &= words - 1) {
			i = ilog2(words & -words);
			each(w->card, i * 64, fn_xchg(&w->unmasked[i], 0),
			     fire);
		}
	}
	for (words = w->raised_words; words; words &= words - 1) {
		i = ilog2(words & -words);
		each(w->card, i * 64, w->raised[i], raise);
		w->raised[i] = 0;
	}
	w->raised_words = 0;
}
