// SPDX-License-Identifier: GPL-2.0
/*
 * The event ring: what the card's programs print and why it aborted packets
 * become tracepoints, and the latter reports. What they send goes to the host's
 * perf buffers.
 */

#include <linux/trace_events.h>
#include <linux/workqueue.h>

#include "flownic.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

#define FN_EVENTS 512

/**
 * struct fn_events - event ring of a card
 * @nic: the card
 * @ring: events, FN_EVENTS of them
 * @data: of the event at hand, in one piece
 * @work: reads them
 * @tail: next event to read, free-running
 * @doorbell: of the card; 0 while the card has no ring
 * @head: count of events, written by the card
 */
struct fn_events {
	struct fn_nic *nic;
	struct fn_event *ring;
	void *data;
	struct work_struct work;
	u32 tail;
	u32 doorbell;
	u32 head ____cacheline_aligned_in_smp;
};

static void fn_event_trace(struct fn_nic *nic, const struct fn_event *ev)
{
	if (ev->type == FN_EVENT_PRINT && ev->len < FN_EVENT_TEXT)
		trace_flownic_printk(nic->index, ev);
	else if (ev->type == FN_EVENT_FAULT && ev->cause < FN_NFAULTS)
		trace_flownic_fault(nic->index, ev);
}

/* The data goes on at the ring's beginning where the ring ends. */
static void fn_event_output(struct fn_events *e, const struct fn_event *ev)
{
	u32 first = (e->tail + 1) % FN_EVENTS;
	u32 n = min_t(u32, ev->size, (FN_EVENTS - first) * sizeof(*ev));

	memcpy(e->data, &e->ring[first], n);
	memcpy(e->data + n, e->ring, ev->size - n);
	fn_offload_output(e->nic->offload, ev->map, ev->index, e->data,
			  ev->size);
}

/* Return: places of the ring that the event takes. */
static u32 fn_event_take(struct fn_events *e, const struct fn_event *ev)
{
	if (ev->type != FN_EVENT_DATA)
		fn_event_trace(e->nic, ev);
	else if (ev->size <= FN_EVENT_DATA_MAX && e->nic->offload)
		fn_event_output(e, ev);
	return 1 + fn_event_more(ev);
}

static void fn_events_work(struct work_struct *work)
{
	struct fn_events *e = container_of(work, struct fn_events, work);
	struct fn_card *card = e->nic->card;
	/* Pairs with the card's release: events first, then their count. */
	u32 head = smp_load_acquire(&e->head);
	bool faults = false;

	while (e->tail != head) {
		const struct fn_event *ev = &e->ring[e->tail % FN_EVENTS];

		faults |= ev->type == FN_EVENT_FAULT;
		e->tail += fn_event_take(e, ev);
	}
	if (faults)
		fn_health_notify(e->nic);
	fn_card_doorbell(card, e->doorbell, e->tail);
	fn_card_unmask(card, FN_VECTOR_EVENTS);
}

/* From a worker of the card, which does not wait for anyone who reads. */
void fn_events_interrupt(struct fn_events *events)
{
	schedule_work(&events->work);
}

static int fn_events_plug(struct fn_events *e)
{
	struct fn_msg_ring msg = {
		.type = FN_RING_EVENT,
		.entries = FN_EVENTS,
		.addr = fn_ptr_to_bus(e->ring),
		.head_addr = fn_ptr_to_bus(&e->head),
		.vector = FN_VECTOR_EVENTS,
	};
	int err = fn_card_ctrl(e->nic->card, FN_CTRL_RING_CREATE, &msg,
			       sizeof(msg));

	e->doorbell = msg.doorbell;
	return err;
}

/**
 * fn_events_create() - give a card its event ring
 * @nic: the card
 *
 * Return: what fn_events_destroy() takes, or an ERR_PTR.
 */
struct fn_events *fn_events_create(struct fn_nic *nic)
{
	struct fn_events *e = kzalloc(sizeof(*e), GFP_KERNEL);
	int err = -ENOMEM;

	if (!e)
		return ERR_PTR(err);
	e->nic = nic;
	/* The first interrupt may come before this returns. */
	nic->events = e;
	INIT_WORK(&e->work, fn_events_work);
	e->ring = kvcalloc(FN_EVENTS, sizeof(*e->ring), GFP_KERNEL);
	e->data = kvmalloc(FN_EVENT_DATA_MAX, GFP_KERNEL);
	if (e->ring && e->data)
		err = fn_events_plug(e);
	if (!err)
		return e;
	nic->events = NULL;
	kvfree(e->data);
	kvfree(e->ring);
	kfree(e);
	return ERR_PTR(err);
}

void fn_events_destroy(struct fn_events *e)
{
	struct fn_msg_ring_id msg = { .doorbell = e->doorbell };

	fn_card_ctrl(e->nic->card, FN_CTRL_RING_DESTROY, &msg, sizeof(msg));
	cancel_work_sync(&e->work);
	kvfree(e->data);
	kvfree(e->ring);
	kfree(e);
}

/* What programs print shall be seen in trace_pipe without more ado. */
int fn_events_init(void)
{
	fn_trace_enable("flownic", "flownic_printk");
	return 0;
}
