// SPDX-License-Identifier: GPL-2.0
/*
 * Moderation: how many frames, or how much time, one interrupt of the host and
 * one wake-up of a worker are for.
 *
 * An interrupt that comes after a quiet time comes at once; the next one waits
 * until so many frames have come since, or so much time has passed. A worker
 * that is woken again and again takes naps instead of sleeping, in which frames
 * gather; whether they do, only trying can tell.
 */
#include "card.h"

#define NAP_WORTH 8 /* frames that a nap must bring to be worth its timer */
#define BACKOFF_MAX 63u /* short sleeps between two trials, at most */

static bool sane(const struct fn_moderation *m)
{
	return m->rx_usecs <= FN_MODERATION_USECS &&
	       m->tx_usecs <= FN_MODERATION_USECS &&
	       m->wake_usecs <= FN_MODERATION_USECS;
}

/* A worker serves all ports: it naps no longer than any of them lets it. */
static void set(struct fn_card *card)
{
	u32 usecs = FN_MODERATION_USECS;
	bool moderates = false;
	u32 i;

	for (i = 0; i < card->nports; i++) {
		const struct fn_moderation *m = &card->ports[i].moderation;

		usecs = min(usecs, m->wake_usecs);
		moderates |= m->rx_usecs || m->tx_usecs;
	}
	WRITE_ONCE(card->nap_ns, usecs * 1000);
	WRITE_ONCE(card->moderates, moderates);
}

/**
 * fn_moderation_init - begin without any, when a card is powered on
 * @card: card
 */
void fn_moderation_init(struct fn_card *card)
{
	u32 i;

	for (i = 0; i < card->nports; i++) {
		card->ports[i].moderation.rx_frames = 1;
		card->ports[i].moderation.tx_frames = 1;
	}
}

/**
 * fn_ctrl_port_moderation - FN_CTRL_PORT_MODERATION
 * @card: card
 * @msg: struct fn_msg_port_moderation
 *
 * Return: 0, -ENODEV without such a port, -EINVAL for too long a time.
 */
int fn_ctrl_port_moderation(struct fn_card *card, void *msg)
{
	const struct fn_msg_port_moderation *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	const struct fn_moderation *to = &m->to;
	u32 i;

	if (!p)
		return -ENODEV;
	if (!sane(to))
		return -EINVAL;
	WRITE_ONCE(p->moderation.rx_usecs, to->rx_usecs);
	WRITE_ONCE(p->moderation.rx_frames, to->rx_frames);
	WRITE_ONCE(p->moderation.tx_usecs, to->tx_usecs);
	WRITE_ONCE(p->moderation.tx_frames, to->tx_frames);
	WRITE_ONCE(p->moderation.wake_usecs, to->wake_usecs);
	WRITE_ONCE(p->moderation.wake_frames, to->wake_frames);
	set(card);
	/* Who naps or waits as it was before must not do so for long. */
	for (i = 0; i < card->nworkers; i++)
		fn_worker_wake(&card->workers[i]);
	return 0;
}

/* The interrupt is due when the last one was so long ago. */
static void hold(struct fn_worker *w, u32 vector, u32 usecs)
{
	struct fn_vector *v = &w->card->vectors[vector];
	u64 due = READ_ONCE(v->last) + usecs * 1000ull;
	u64 old = READ_ONCE(v->due);

	if (!old || due < old)
		WRITE_ONCE(v->due, due);
	w->held[vector / 64] |= BIT_ULL(vector % 64);
	w->held_words |= 1u << vector / 64;
}

/**
 * fn_moderate - frames are done with: interrupt the host now, or later?
 * @w: worker
 * @port: port of the ring
 * @r: ring that has them, under its lock or the worker's own
 * @n: how many
 */
void fn_moderate(struct fn_worker *w, const struct fn_card_port *port,
		 struct fn_dma_ring *r, u32 n)
{
	const struct fn_moderation *m = &port->moderation;
	bool rx = r->type == FN_RING_RX;
	u32 usecs = rx ? READ_ONCE(m->rx_usecs) : READ_ONCE(m->tx_usecs);
	u32 frames = rx ? READ_ONCE(m->rx_frames) : READ_ONCE(m->tx_frames);
	u32 fires;

	if (!usecs) {
		fn_vector_raise(w, r->vector);
		return;
	}
	fires = READ_ONCE(w->card->vectors[r->vector].fires);
	if (fires != r->fires) {
		r->fires = fires;
		r->frames = 0;
	}
	r->frames += n;
	if (frames && r->frames >= frames)
		fn_vector_raise(w, r->vector);
	else
		hold(w, r->vector, usecs);
}

/* False if it need not be looked at again. */
static bool look_at(struct fn_worker *w, u32 vector, u64 now)
{
	u64 due = READ_ONCE(w->card->vectors[vector].due);

	if (!due) /* it has fired meanwhile */
		return false;
	if (now >= due) {
		fn_vector_raise(w, vector);
		return false;
	}
	if (!w->due || due < w->due)
		w->due = due;
	return true;
}

/**
 * fn_moderation_check - raise what was held back for long enough
 * @w: worker, which gets the time of the next to look at
 *
 * Under fn_read_lock().
 */
void fn_moderation_check(struct fn_worker *w)
{
	u32 words = w->held_words;
	u64 now, bits;
	u32 i, vector;

	w->due = 0;
	if (likely(!words))
		return;
	now = fn_clock_ns();
	for (; words; words &= words - 1) {
		i = ilog2(words & -words);
		for (bits = w->held[i]; bits; bits &= bits - 1) {
			vector = i * 64 + __ffs64(bits);
			if (!look_at(w, vector, now))
				w->held[i] &= ~BIT_ULL(vector % 64);
		}
		if (!w->held[i])
			w->held_words &= ~(1u << i);
	}
}

/**
 * fn_nap_wanted - is a worker that has nothing to do to nap, or to sleep?
 * @w: worker
 *
 * A nap ends by time and is not disturbed for a few frames, so that a sender
 * need not wake the worker, nor be interrupted by it, for each.
 *
 * Return: ns to nap, 0 to sleep until woken.
 */
u64 fn_nap_wanted(struct fn_worker *w)
{
	u64 ns = READ_ONCE(w->card->nap_ns);
	bool good = w->napped && w->gathered >= NAP_WORTH;

	if (w->napped && !good) {
		w->nap_backoff = min(2 * w->nap_backoff + 1, BACKOFF_MAX);
		w->nap_retry_in = w->nap_backoff;
		ns = 0;
	} else if (good) {
		w->nap_backoff = 0;
	} else if (w->slept_ns >= ns) {
		ns = 0;
	} else if (w->nap_retry_in) {
		w->nap_retry_in--;
		ns = 0;
	}
	w->napped = ns;
	w->gathered = 0;
	return ns;
}

/**
 * fn_nap_polled - the same for a worker without a thread, which others run
 * @w: worker that has nothing to do
 *
 * What it did is counted as sleep: the clock is read once.
 */
void fn_nap_polled(struct fn_worker *w)
{
	u64 nap = 0, now = 0;

	if (READ_ONCE(w->card->nap_ns)) {
		now = fn_clock_ns();
		w->slept_ns = now - w->rested;
		w->rested = now;
		if (!READ_ONCE(w->unmasked_words))
			nap = fn_nap_wanted(w);
	}
	w->nap_end = nap ? now + nap : 0;
	WRITE_ONCE(w->asleep, nap ? FN_NAPPING : 0);
}

/**
 * fn_worker_poke - a worker has so many frames to look at
 * @w: worker
 * @port: port that has them
 * @frames: how many; wakes it from a nap if they are enough
 *
 * Context as of fn_worker_wake().
 */
void fn_worker_poke(struct fn_worker *w, const struct fn_card_port *port,
		    u32 frames)
{
	u32 enough = FN_QUEUE_HIGH(w->card->config.queue);
	u32 set = READ_ONCE(port->moderation.wake_frames);

	if (set)
		enough = min(enough, set);
	fn_barrier();
	if (frames < enough && READ_ONCE(w->asleep) == FN_NAPPING)
		return;
	fn_worker_wake(w);
}
