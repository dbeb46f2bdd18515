// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptor rings: made and destroyed by control messages.
 */
#include "card.h"

#define RING_MIN 16
#define RING_MAX 32768

/* The place where a ring of this kind is looked for, NULL if there is none. */
static struct fn_dma_ring __fn_rcu **place(struct fn_card *card,
					   struct fn_dma_ring *r)
{
	struct fn_card_port *p = fn_card_port(card, r->port);
	u32 i;

	if (r->type == FN_RING_EVENT)
		return &card->events;
	if (r->type == FN_RING_RX)
		return &p->rx[r->queue];
	for (i = 0; i < FN_PORT_TX_RINGS; i++) {
		if (!fn_read_locked(p->tx[i])) {
			r->slot = i;
			return &p->tx[i];
		}
	}
	return NULL;
}

static int check(struct fn_card *card, const struct fn_msg_ring *m)
{
	if (m->entries < RING_MIN || m->entries > RING_MAX ||
	    !is_power_of_2(m->entries) || !m->addr ||
	    m->vector >= FN_MAX_VECTORS)
		return -EINVAL;
	if (m->type != FN_RING_RX && !m->head_addr)
		return -EINVAL;
	if (m->type == FN_RING_EVENT)
		return 0;
	if (m->type != FN_RING_RX && m->type != FN_RING_TX)
		return -EINVAL;
	if (!fn_card_port(card, m->port))
		return -ENODEV;
	if (m->type == FN_RING_RX && m->queue >= FN_MAX_QUEUES)
		return -EINVAL;
	return 0;
}

static struct fn_dma_ring *ring_new(struct fn_card *card,
				    const struct fn_msg_ring *m)
{
	struct fn_dma_ring *r = fn_alloc(sizeof(*r));

	if (!r)
		return NULL;
	r->type = m->type;
	r->port = m->port;
	r->queue = m->queue;
	r->entries = m->entries;
	r->mask = m->entries - 1;
	r->vector = m->vector;
	r->worker = (m->port + m->queue) % card->nworkers;
	r->desc = fn_bus_to_ptr(m->addr);
	if (m->type != FN_RING_RX)
		r->head = fn_bus_to_ptr(m->head_addr);
	fn_lock_init(&r->lock);
	return r;
}

static u32 free_doorbell(struct fn_card *card)
{
	u32 i;

	for (i = 1; i < FN_MAX_RINGS; i++) {
		if (!fn_read_locked(card->rings[i]))
			return i;
	}
	return 0;
}

/* Receive rings are looked for below this bound. */
static void set_bound(struct fn_card_port *p)
{
	u32 nrx = FN_MAX_QUEUES;

	while (nrx && !fn_read_locked(p->rx[nrx - 1]))
		nrx--;
	WRITE_ONCE(p->nrx, nrx);
}

static void vector_get(struct fn_card *card, u32 vector)
{
	struct fn_vector *v = &card->vectors[vector];

	if (v->users++)
		return;
	v->last = 0;
	v->due = 0;
	fn_xchg(&v->state, 0);
}

static void vector_put(struct fn_card *card, u32 vector)
{
	struct fn_vector *v = &card->vectors[vector];

	if (!--v->users)
		fn_xchg(&v->state, FN_VECTOR_OFF);
}

/**
 * fn_ctrl_ring_create - FN_CTRL_RING_CREATE
 * @card: card
 * @msg: struct fn_msg_ring
 *
 * A vector is unmasked when the first ring that uses it is created.
 *
 * Return: 0, -EINVAL for a ring that can't be, -ENODEV without such a port,
 * -EEXIST if the queue has its ring, -ENOSPC if the card has no more, -ENOMEM.
 */
int fn_ctrl_ring_create(struct fn_card *card, void *msg)
{
	struct fn_msg_ring *m = msg;
	struct fn_dma_ring __fn_rcu **at;
	struct fn_dma_ring *r;
	int ret = check(card, m);

	if (ret)
		return ret;
	r = ring_new(card, m);
	if (!r)
		return -ENOMEM;
	r->doorbell = free_doorbell(card);
	at = place(card, r);
	if (!at || !r->doorbell)
		ret = -ENOSPC;
	else if (fn_read_locked(*at))
		ret = -EEXIST;
	if (ret) {
		fn_free(r);
		return ret;
	}
	vector_get(card, r->vector);
	fn_publish(card->rings[r->doorbell], r);
	fn_publish(*at, r);
	if (r->type != FN_RING_EVENT)
		set_bound(&card->ports[r->port]);
	m->doorbell = r->doorbell;
	return 0;
}

static void unlink(struct fn_card *card, struct fn_dma_ring *r)
{
	struct fn_card_port *p = fn_card_port(card, r->port);

	vector_put(card, r->vector);
	fn_publish(card->rings[r->doorbell], NULL);
	if (r->type == FN_RING_EVENT) {
		fn_publish(card->events, NULL);
		return;
	}
	if (r->type == FN_RING_RX)
		fn_publish(p->rx[r->queue], NULL);
	else
		fn_publish(p->tx[r->slot], NULL);
	set_bound(p);
}

/* Nobody finds the rings any more. */
static void free_unlinked(struct fn_card *card, struct fn_dma_ring *gone)
{
	struct fn_dma_ring *next;
	u32 i;

	fn_wait_for_readers();
	/* Frames that waited for one of them have none now. */
	for (i = 0; i < card->nworkers; i++)
		fn_worker_wake(&card->workers[i]);
	for (; gone; gone = next) {
		next = gone->next_dying;
		fn_free(gone);
	}
}

/**
 * fn_ctrl_ring_destroy - FN_CTRL_RING_DESTROY
 * @card: card
 * @msg: struct fn_msg_ring_id
 *
 * May sleep. No access and, if no other ring uses its vector, no interrupt
 * after return.
 *
 * Return: 0, or -ENOENT without such a ring.
 */
int fn_ctrl_ring_destroy(struct fn_card *card, void *msg)
{
	const struct fn_msg_ring_id *m = msg;
	struct fn_dma_ring *r;

	if (m->doorbell >= FN_MAX_RINGS)
		return -ENOENT;
	r = fn_read_locked(card->rings[m->doorbell]);
	if (!r || r->type == FN_RING_CAPTURE)
		return -ENOENT;
	unlink(card, r);
	free_unlinked(card, r);
	return 0;
}

/**
 * fn_ctrl_port_rings - FN_CTRL_PORT_RINGS: destroy all rings of a port
 * @card: card
 * @msg: struct fn_msg_port_id
 *
 * As fn_ctrl_ring_destroy() of each, but waits once.
 *
 * Return: 0, or -ENODEV without such a port.
 */
int fn_ctrl_port_rings(struct fn_card *card, void *msg)
{
	const struct fn_msg_port_id *m = msg;
	struct fn_dma_ring *gone = NULL;
	u32 i;

	if (!fn_card_port(card, m->port))
		return -ENODEV;
	for (i = 0; i < FN_MAX_RINGS; i++) {
		struct fn_dma_ring *r = fn_read_locked(card->rings[i]);

		if (!r || r->port != m->port ||
		    (r->type != FN_RING_RX && r->type != FN_RING_TX))
			continue;
		unlink(card, r);
		r->next_dying = gone;
		gone = r;
	}
	free_unlinked(card, gone);
	return 0;
}

/**
 * fn_ring_add_capture - make the ring of a capture
 * @card: card
 * @m: what is wanted; checked
 *
 * Return: the ring, or NULL if the card has no more or memory is short.
 */
struct fn_dma_ring *fn_ring_add_capture(struct fn_card *card,
					const struct fn_msg_capture *m)
{
	const struct fn_msg_ring msg = {
		.type = FN_RING_CAPTURE,
		.entries = m->units,
		.addr = m->addr,
		.head_addr = m->head_addr,
		.vector = m->vector,
	};
	struct fn_dma_ring *r = ring_new(card, &msg);

	if (!r)
		return NULL;
	r->doorbell = free_doorbell(card);
	if (!r->doorbell) {
		fn_free(r);
		return NULL;
	}
	vector_get(card, r->vector);
	fn_publish(card->rings[r->doorbell], r);
	return r;
}

/**
 * fn_ring_remove_capture - undo fn_ring_add_capture()
 * @card: card
 * @r: ring that no capture uses any more
 *
 * May sleep. No access and no interrupt after return.
 */
void fn_ring_remove_capture(struct fn_card *card, struct fn_dma_ring *r)
{
	fn_publish(card->rings[r->doorbell], NULL);
	vector_put(card, r->vector);
	fn_wait_for_readers();
	fn_free(r);
}

/**
 * fn_ring_free_all - forget all rings, when no worker runs any more
 * @card: card that is being powered off
 */
void fn_ring_free_all(struct fn_card *card)
{
	u32 i;

	for (i = 0; i < FN_MAX_RINGS; i++)
		fn_free(fn_read_locked(card->rings[i]));
}
