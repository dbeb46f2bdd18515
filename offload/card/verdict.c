// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts: the program decides a frame, the port does as it says.
 */
#include "../engine/exec.h"
#include "../engine/prog.h"
#include "capture.h"
#include "filter.h"

static void report_fault(struct fn_exec *x)
{
	struct fn_event ev = {
		.type = FN_EVENT_FAULT,
		.cause = x->fault,
		.pc = x->pc,
		.insn = FN_ORIGIN_NONE,
		.addr = x->addr,
	};

	if (x->pc < x->prog->nwords)
		ev.insn = fn_image_origin(x->prog->image)[x->pc];
	x->lost += !fn_exec_event(x, &ev);
}

/**
 * fn_verdict_target - find the port that a program named, by its number in the
 *	namespace that the frame came in on
 * @w: worker that ran it
 * @from: port that the frame came in on
 * @pkt: frame, which gets it
 *
 * Return: false if it named no port of the card.
 */
bool fn_verdict_target(struct fn_worker *w, const struct fn_card_port *from,
		       struct fn_packet *pkt)
{
	const struct fn_exec *x = w->exec;
	struct fn_card *card = w->card;
	u32 i;

	for (i = 0; x->redirected && x->redirect && i < card->nports; i++) {
		const struct fn_card_port *to = &card->ports[i];

		if (fn_load_acquire(&to->ifindex) == x->redirect &&
		    to->netns == from->netns) {
			pkt->target = i;
			return true;
		}
	}
	return false;
}

static u64 *counter(struct fn_port_counters *c, u32 verdict)
{
	switch (verdict) {
	case XDP_DROP:
		return &c->xdp_drop;
	case XDP_PASS:
		return &c->xdp_pass;
	case XDP_TX:
		return &c->xdp_tx;
	case XDP_REDIRECT:
		return &c->xdp_redirect;
	}
	return &c->xdp_aborted;
}

/**
 * fn_verdict_charge - count what a run took
 * @w: worker that ran it
 * @port: port that the frame came in on
 */
void fn_verdict_charge(struct fn_worker *w, struct fn_card_port *port)
{
	struct fn_port_counters *c = &port->share[w->index].out;
	const struct fn_exec *x = w->exec;

	w->words += x->words + x->limit - x->budget;
	c->xdp_cycles += x->cycles;
	c->xdp_map_busy += x->map_busy;
	c->xdp_words += x->words;
}

/**
 * fn_verdict_faults - after the last run for a frame: count and tell what failed
 * @w: worker that ran it
 * @port: port that the frame came in on
 */
void fn_verdict_faults(struct fn_worker *w, struct fn_card_port *port)
{
	struct fn_share *s = &port->share[w->index];
	struct fn_exec *x = w->exec;

	if (x->fault) {
		s->faults[x->fault]++;
		fn_fault_keep(w);
		report_fault(x);
	}
	if (unlikely(x->lost)) {
		s->out.event_lost += x->lost;
		x->lost = 0;
	}
}

static void run(struct fn_worker *w, struct fn_card_port *port,
		struct fn_prog *prog, struct fn_packet *pkt, u32 nrx)
{
	struct fn_share *s = &port->share[w->index];
	struct fn_exec *x = w->exec;

	x->port = port->index;
	x->ifindex = READ_ONCE(port->ifindex);
	pkt->verdict = fn_exec_run(x, prog, pkt);
	fn_verdict_charge(w, port);
	if (x->ctx.rx_queue_index < nrx)
		pkt->queue = x->ctx.rx_queue_index;
	if (pkt->verdict == XDP_REDIRECT && !fn_verdict_target(w, port, pkt)) {
		pkt->verdict = XDP_DROP;
		s->out.xdp_redirect_err++;
		fn_exec_fault(x, FN_FAULT_REDIRECT,
			      x->redirected ? x->redirect : 0);
	} else {
		++*counter(&s->out, pkt->verdict);
	}
	fn_verdict_faults(w, port);
}

static void decide(struct fn_worker *w, struct fn_card_port *port,
		   struct fn_packet *pkt)
{
	const struct fn_filters *filters = fn_read(port->filters);
	struct fn_prog *prog = fn_read(port->prog);
	u32 nrx = READ_ONCE(port->nrx);
	bool wanted = fn_steer(port, pkt);

	pkt->decided = true;
	pkt->marked = false;
	if (fn_captures(w->card, FN_CAPTURE_BEFORE)) {
		pkt->verdict = FN_NO_VERDICT;
		fn_capture_packet(w, port, pkt, FN_CAPTURE_BEFORE);
	}
	if (unlikely(!wanted)) {
		port->share[w->index].out.rule_drop++;
		pkt->verdict = XDP_DROP;
		return;
	}
	if (prog)
		run(w, port, prog, pkt, nrx);
	else
		pkt->verdict = FN_NO_VERDICT;
	if (filters && (!prog || pkt->verdict == XDP_PASS))
		fn_filters_run(w, port, filters, pkt);
	if (fn_captures(w->card, FN_CAPTURE_AFTER))
		fn_capture_packet(w, port, pkt, FN_CAPTURE_AFTER);
}

static void send(struct fn_worker *w, struct fn_card_port *port,
		 const struct fn_packet *pkt)
{
	fn_card_port_transmit(w, port, pkt->cell + pkt->data,
			      fn_packet_len(pkt));
}

/**
 * fn_verdict - decide a frame, unless that has been done, and do as decided
 * @w: worker
 * @port: port that it came in on
 * @pkt: frame
 *
 * Under fn_read_lock(). Return: false if it must wait for host buffers.
 */
bool fn_verdict(struct fn_worker *w, struct fn_card_port *port,
		struct fn_packet *pkt)
{
	if (!pkt->decided)
		decide(w, port, pkt);
	switch (pkt->verdict) {
	case XDP_ABORTED:
	case XDP_DROP:
		return true;
	case XDP_TX:
		send(w, port, pkt);
		return true;
	case XDP_REDIRECT:
		send(w, &w->card->ports[pkt->target], pkt);
		return true;
	}
	return fn_dma_deliver(w, port, pkt);
}
