// SPDX-License-Identifier: GPL-2.0
/*
 * The card's clock, which stamps frames and events: nanoseconds since an epoch
 * of the host's choosing, at a rate that the host trims. It is read in every
 * context and set by publishing another one.
 */
#include "card.h"

#define PPM_BITS 16 /* fraction of the ppm that the host gives */
#define RATE_MAX 500 /* ppm */

/**
 * struct fn_clock - the clock between two times that it was set
 * @raw: oscillator at the beginning, ns
 * @time: what the clock showed then, ns
 * @rate: ns to add in each 2^32 of the oscillator's
 */
struct fn_clock {
	u64 raw;
	u64 time;
	s64 rate;
};

static u64 time_at(const struct fn_clock *c, u64 raw)
{
	u64 d = raw - c->raw;
	s64 more = (s64)(d >> 32) * c->rate;

	more += (s64)(d & 0xffffffff) * c->rate >> 32;
	return c->time + d + more;
}

/**
 * fn_clock_init - start the clock of a card that is being powered on
 * @card: card
 *
 * Return: 0 or -ENOMEM.
 */
int fn_clock_init(struct fn_card *card)
{
	struct fn_clock *c = fn_alloc(sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->raw = fn_clock_ns();
	c->time = c->raw;
	fn_publish(card->clock, c);
	return 0;
}

/**
 * fn_clock_free - undo fn_clock_init()
 * @card: card that nobody uses any more
 */
void fn_clock_free(struct fn_card *card)
{
	fn_free(fn_read_locked(card->clock));
}

/**
 * fn_card_time - read the card's clock
 * @card: card; under fn_read_lock()
 *
 * Any context.
 *
 * Return: ns.
 */
u64 fn_card_time(struct fn_card *card)
{
	return time_at(fn_read(card->clock), fn_clock_ns());
}

/**
 * fn_ctrl_clock_get - FN_CTRL_CLOCK_GET
 * @card: card
 * @msg: struct fn_msg_clock
 *
 * Return: 0.
 */
int fn_ctrl_clock_get(struct fn_card *card, void *msg)
{
	const struct fn_clock *c = fn_read_locked(card->clock);
	struct fn_msg_clock *m = msg;

	m->time = time_at(c, fn_clock_ns());
	return 0;
}

/* ppm with a fraction of 16 bits to 2^-32. */
static s64 rate_of(s64 scaled_ppm)
{
	return scaled_ppm * (1ll << (32 - PPM_BITS)) / 1000000;
}

/**
 * fn_ctrl_clock_set - FN_CTRL_CLOCK_SET
 * @card: card
 * @msg: struct fn_msg_clock
 *
 * May sleep. Return: 0, -EINVAL for unknown bits, -ERANGE for a rate that is
 * off by more than 500 ppm, -ENOMEM.
 */
int fn_ctrl_clock_set(struct fn_card *card, void *msg)
{
	struct fn_clock *old = fn_read_locked(card->clock), *new;
	const struct fn_msg_clock *m = msg;
	s64 most = (s64)RATE_MAX << PPM_BITS;

	if (m->set & ~(FN_CLOCK_TIME | FN_CLOCK_SHIFT | FN_CLOCK_RATE))
		return -EINVAL;
	if (m->set & FN_CLOCK_RATE && (m->rate > most || m->rate < -most))
		return -ERANGE;
	new = fn_alloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->raw = fn_clock_ns();
	new->time = time_at(old, new->raw);
	new->rate = old->rate;
	if (m->set & FN_CLOCK_TIME)
		new->time = m->time;
	if (m->set & FN_CLOCK_SHIFT)
		new->time += m->shift;
	if (m->set & FN_CLOCK_RATE)
		new->rate = rate_of(m->rate);
	fn_publish(card->clock, new);
	fn_wait_for_readers();
	fn_free(old);
	return 0;
}
