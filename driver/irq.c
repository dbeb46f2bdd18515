// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts of a card: from the number of a vector to who handles it.
 */

#include "flownic.h"

/**
 * fn_nic_interrupt() - the card raises a vector
 * @host: the card's struct fn_nic
 * @vector: FN_VECTOR(), FN_VECTOR_EVENTS, or FN_VECTOR_CAPTURE and on
 *
 * Context: worker of the card, process or softirq; may not sleep. A ring's interrupts end
 *	before the ring is destroyed, so that the handler's data is there.
 */
void fn_nic_interrupt(void *host, u32 vector)
{
	struct fn_nic *nic = host;
	struct fn_port *port;
	struct fn_queue *q;

	if (vector == FN_VECTOR_EVENTS) {
		fn_events_interrupt(nic->events);
		return;
	}
	if (vector >= FN_VECTOR_CAPTURE) {
		fn_capture_interrupt(nic, vector - FN_VECTOR_CAPTURE);
		return;
	}
	port = READ_ONCE(nic->ports[vector / FN_MAX_QUEUES]);
	q = &port->queues[vector % FN_MAX_QUEUES];
	/* The vector is masked, so that NAPI and its counters are at rest. */
	q->rx_stats.c.interrupts++;
	/* On a thread of the card, the port's softirqs run here as well. */
	local_bh_disable();
	napi_schedule(&q->napi);
	local_bh_enable();
}
