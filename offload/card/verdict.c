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

static struct fn_card_port *target(struct fn_card *card,
				   const struct fn_card_port *from, u32 ifindex)
{
	u32 i;

	for (i = 0; ifindex && i < card->nports; i++) {
		struct fn_card_port *to = &card->ports[i];

		if (fn_load_acquire(&to->ifindex) == ifindex &&
		    to->netns == from->netns)
			return to;
	}
	return NULL;
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
	const struct fn_card_port *to;

	to = x->redirected ? target(w->card, from, x->redirect) : NULL;
	if (to)
		pkt->target = to->index;
	return to;
}

/**
 * fn_verdict_mtu - what fits through a port
 * @ctx: card
 * @x: thread, whose packet came in on one
 * @ifindex: of the port in that one's namespace
 *
 * Has the form of fn_env.mtu. Return: 0 if it is of no port.
 */
u32 fn_verdict_mtu(void *ctx, const struct fn_exec *x, u32 ifindex)
{
	struct fn_card *card = ctx;
	const struct fn_card_port *to;

	to = target(card, &card->ports[x->port], ifindex);
	return to ? READ_ONCE(to->mtu) : 0;
}

/**
 * fn_verdict_clone - send a copy of a frame that is being decided
 * @ctx: card
 * @x: thread of a worker
 * @ifindex: of the port in the namespace of the one that it came in on
 *
 * Has the form of fn_env.clone. Return: 0, -EINVAL if it is of no port.
 */
s64 fn_verdict_clone(void *ctx, const struct fn_exec *x, u32 ifindex)
{
	struct fn_card *card = ctx;
	struct fn_card_port *from = &card->ports[x->port];
	struct fn_card_port *to = target(card, from, ifindex);

	if (!to || x->thread >= card->nworkers)
		return -EINVAL;
	from->share[x->thread].out.tc_clone++;
	fn_card_port_transmit(&card->workers[x->thread], to,
			      x->pkt->cell + x->pkt->data,
			      fn_packet_len(x->pkt));
	return 0;
}

/**
 * fn_verdict_csum_ok - has the host no need to look at a frame's checksum?
 * @ctx: card
 * @x: thread, whose packet it is
 *
 * Has the form of fn_env.csum_ok.
 */
bool fn_verdict_csum_ok(void *ctx, const struct fn_exec *x)
{
	struct fn_card *card = ctx;

	return READ_ONCE(card->ports[x->port].rx_csum) &&
	       fn_csum_ok(x->pkt->cell + x->pkt->data, fn_packet_len(x->pkt));
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
