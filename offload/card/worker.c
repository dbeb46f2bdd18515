// SPDX-License-Identifier: GPL-2.0
/*
 * Workers: the threads of the host that emulate the card.
 */
#include "card.h"
#include "../engine/exec.h"

static bool tx_busy(struct fn_worker *w, struct fn_card_port *port)
{
	const struct fn_share *s = &port->share[w->index];
	u64 rung = 0;
	u32 i;

	if (!READ_ONCE(port->up) || READ_ONCE(port->held))
		return false;
	for (i = 0; i < FN_TX_WORDS; i++)
		rung |= READ_ONCE(s->doorbells[i]);
	return rung;
}

static bool busy(void *arg)
{
	struct fn_worker *w = arg;
	bool yes = READ_ONCE(w->unmasked_words) || READ_ONCE(w->anew);
	u32 i;

	fn_read_lock();
	for (i = 0; i < w->card->nports && !yes; i++)
		yes = fn_ingress_busy(w, &w->card->ports[i]) ||
		      tx_busy(w, &w->card->ports[i]);
	fn_read_unlock();
	return yes;
}

/**
 * fn_worker_wake - there may be work for a worker
 * @w: worker
 *
 * Any context. The caller has published the work before.
 */
void fn_worker_wake(struct fn_worker *w)
{
	const struct fn_card *card = w->card;

	fn_barrier();
	if (!card->config.workers) {
		if (card->ops.work)
			card->ops.work(card->host);
	} else if (READ_ONCE(w->asleep)) {
		fn_thread_wake(&w->thread);
	}
}

/*
 * A ring whose doorbell was rung. The mark goes before the ring is looked at, so
 * that a doorbell that comes meanwhile leaves a new one.
 */
static u32 poll_tx_ring(struct fn_worker *w, struct fn_card_port *port,
			u32 place, u32 budget)
{
	struct fn_share *s = &port->share[w->index];
	u64 bit = BIT_ULL(place % 64);
	struct fn_dma_ring *r;
	u32 n = 0;

	fn_fetch_and64(&s->doorbells[place / 64], ~bit);
	r = fn_read(port->tx[place]);
	if (r && r->worker == w->index) {
		n = fn_dma_fetch(w, port, r, budget);
		/* Beyond the budget, or until the far end goes on. */
		if (fn_dma_ready(r))
			fn_fetch_or64(&s->doorbells[place / 64], bit);
	}
	return n;
}

/* Those of the rings @from to @to, in one word, whose doorbell was rung. */
static u32 poll_tx_word(struct fn_worker *w, struct fn_card_port *port,
			u32 from, u32 to, u32 budget)
{
	struct fn_share *s = &port->share[w->index];
	u64 rung = READ_ONCE(s->doorbells[from / 64]) >> from % 64 << from % 64;
	u32 n = 0;

	if (to % 64)
		rung &= BIT_ULL(to % 64) - 1;
	for (; rung && n < budget; rung &= rung - 1) {
		u32 place = from / 64 * 64 + __ffs64(rung);

		n += poll_tx_ring(w, port, place, budget - n);
		if (n >= budget)
			s->next_tx = (place + 1) % FN_PORT_TX_RINGS;
	}
	return n;
}

/*
 * The rings of a port share its budget; who had none left is first next time.
 * Those that are all served need no other order.
 */
static u32 poll_tx(struct fn_worker *w, struct fn_card_port *port, u32 budget)
{
	u32 first = port->share[w->index].next_tx;
	u32 at = first;
	u32 n = 0;

	if (!tx_busy(w, port))
		return 0;
	do {
		u32 end = (at / 64 + 1) * 64;

		if (at < first && end > first)
			end = first;
		n += poll_tx_word(w, port, at, end, budget - n);
		at = end % FN_PORT_TX_RINGS;
	} while (n < budget && at != first);
	return n;
}

static void flush(struct fn_worker *w)
{
	struct fn_wire *wire;

	for (; w->tx_ports; w->tx_ports &= w->tx_ports - 1) {
		u32 port = ilog2(w->tx_ports & -w->tx_ports);

		wire = fn_read(w->card->ports[port].wire);
		if (wire)
			wire->ops->flush(wire->wire);
	}
}

/* Far ends and the host hear of what was done since they last did. */
static void tell(struct fn_worker *w)
{
	flush(w);
	fn_moderation_check(w);
	fn_vector_fire(w);
	w->words_flushed = w->words;
}

/*
 * Every port its turn, unless programs ran for so long that others of this CPU
 * must have theirs. After a long run nobody waits for the next to end, too.
 */
static u32 serve(struct fn_worker *w, u32 budget)
{
	u32 nports = w->card->nports;
	u32 n = 0;
	u32 i, in, out;

	w->backlogged = false;
	w->work_left = false;
	for (i = 0; i < nports && w->words < FN_BATCH_WORDS; i++) {
		struct fn_card_port *port = &w->card->ports[w->next_port];

		if (++w->next_port == nports)
			w->next_port = 0;
		in = fn_ingress_poll(w, port, budget);
		out = poll_tx(w, port, budget);
		n += in + out;
		w->work_left |= max(in, out) >= budget;
		if (w->words - w->words_flushed >= FN_QUANTUM_WORDS)
			tell(w);
	}
	w->work_left |= w->backlogged || i < nports;
	return n;
}

/**
 * fn_worker_round - give every queue and ring of a worker its turn
 * @w: worker
 * @budget: frames of each at most
 *
 * The next round begins with the port after the last one of this.
 *
 * Return: frames handled.
 */
u32 fn_worker_round(struct fn_worker *w, u32 budget)
{
	u32 n;

	w->words = 0;
	w->words_flushed = 0;
	fn_read_lock();
	/* Where all who have work are in debt, time passes at once. */
	do {
		n = serve(w, budget);
	} while (!n && w->backlogged);
	tell(w);
	fn_read_unlock();
	return n;
}

/* What is there before a nap is part of what it gathers. */
static bool never(void *arg)
{
	return false;
}

/* The thread and who helps it take turns. */
static bool enter(struct fn_worker *w)
{
	return !fn_xchg(&w->entered, 1);
}

static void leave(struct fn_worker *w)
{
	fn_store_release(&w->entered, 0);
}

static u32 handle(struct fn_worker *w, u64 start, u32 budget)
{
	u32 n = fn_worker_round(w, budget);

	if (!n)
		return 0;
	w->frames += n;
	w->gathered += n;
	w->busy_ns += fn_clock_ns() - start;
	return n;
}

/* Who helps from now on, and leaves something, finds the worker asleep. */
static u64 fall_asleep(struct fn_worker *w)
{
	u64 nap = READ_ONCE(w->unmasked_words) ? 0 : fn_nap_wanted(w);

	WRITE_ONCE(w->asleep, nap ? FN_NAPPING : FN_ASLEEP);
	return nap;
}

static void rest(struct fn_worker *w, u64 now, u64 nap, u64 due)
{
	u64 ns = nap;

	/* An interrupt that is overdue comes as soon as can be. */
	if (due && (!nap || due < now + nap))
		ns = due > now ? due - now : 1;
	fn_thread_idle(&w->thread, nap ? never : busy, w, ns);
	WRITE_ONCE(w->asleep, 0);
	w->slept_ns = fn_clock_ns() - now;
	w->wakeups++;
}

static int worker_main(void *arg)
{
	struct fn_worker *w = arg;
	u64 start, due, nap = 0;
	u32 n;

	while (!fn_thread_should_stop(&w->thread)) {
		start = fn_clock_ns();
		while (!enter(w))
			fn_thread_yield();
		WRITE_ONCE(w->anew, false);
		n = handle(w, start, FN_BATCH);
		due = w->due;
		if (!n)
			nap = fall_asleep(w);
		leave(w);
		if (n)
			fn_thread_yield();
		else
			rest(w, start, nap, due);
	}
	return 0;
}

static bool waits_here(const struct fn_worker *w)
{
	return w->cpu < 0 && fn_thread_waits_here(&w->thread);
}

static u32 help(struct fn_worker *w, u32 budget, bool *more)
{
	u64 due;
	u32 n;

	if (!enter(w))
		return 0;
	n = handle(w, fn_clock_ns(), budget);
	w->helped += n;
	*more |= n && w->work_left;
	due = w->due;
	if (due)
		WRITE_ONCE(w->anew, true);
	leave(w);
	if (due)
		fn_worker_wake(w);
	return n;
}

/**
 * fn_card_waits_here - does a thread of a card wait for the caller's CPU?
 * @card: card
 *
 * Threads that are bound to a CPU do not count: they are to do their work there
 * and nobody else.
 *
 * Return: also if it did so until now. Preemption is disabled.
 */
bool fn_card_waits_here(const struct fn_card *card)
{
	u32 i;

	for (i = 0; card->config.workers && i < card->nworkers; i++)
		if (waits_here(&card->workers[i]))
			return true;
	return false;
}

/**
 * fn_card_help - do the work of threads that wait for the caller's CPU
 * @card: card with threads; one caller at a time on a CPU
 * @budget: frames of each queue and ring at most
 * @more: set if they have work left
 *
 * Who sends faster than the card's thread takes frames must wait for it; if the
 * thread waits for his CPU, that is until the scheduler thinks that it had it for
 * long enough.
 *
 * Softirqs. Return: frames handled.
 */
u32 fn_card_help(struct fn_card *card, u32 budget, bool *more)
{
	u32 i, n = 0;

	*more = false;
	for (i = 0; i < card->nworkers; i++)
		if (waits_here(&card->workers[i]))
			n += help(&card->workers[i], budget, more);
	return n;
}

/**
 * fn_worker_init - make a worker of a card that is being powered on
 * @card: card
 * @worker: number
 *
 * Return: 0 or -ENOMEM.
 */
int fn_worker_init(struct fn_card *card, u32 worker)
{
	struct fn_worker *w = &card->workers[worker];

	w->card = card;
	w->index = worker;
	w->cpu = card->config.workers ? card->config.cpus[worker] : -1;
	w->exec = fn_exec_alloc(&card->engine, worker);
	w->scratch = fn_alloc(FN_TX_FRAME_MAX);
	return w->exec && w->scratch ? 0 : -ENOMEM;
}

/**
 * fn_worker_start - set a worker going
 * @w: worker
 *
 * Return: 0 or an errno of the host's: no memory, no such CPU.
 */
int fn_worker_start(struct fn_worker *w)
{
	char name[24];

	snprintf(name, sizeof(name), "%s/%u", w->card->config.name, w->index);
	return fn_thread_start(&w->thread, worker_main, w, w->cpu, name);
}

/**
 * fn_worker_free - stop a worker, if it was started, and forget it
 * @w: worker; all fields zero if it was never made
 */
void fn_worker_free(struct fn_worker *w)
{
	fn_thread_stop(&w->thread);
	fn_exec_free(w->exec);
	fn_free(w->scratch);
}

/**
 * fn_ctrl_worker_get - FN_CTRL_WORKER_GET
 * @card: card
 * @msg: struct fn_msg_worker
 *
 * Return: 0, or -ENOENT without such a worker.
 */
int fn_ctrl_worker_get(struct fn_card *card, void *msg)
{
	struct fn_msg_worker *m = msg;
	struct fn_worker *w;

	if (m->worker >= card->nworkers)
		return -ENOENT;
	w = &card->workers[m->worker];
	m->cpu = w->cpu;
	m->frames = READ_ONCE(w->frames);
	m->busy_ns = READ_ONCE(w->busy_ns);
	m->wakeups = READ_ONCE(w->wakeups);
	m->helped = READ_ONCE(w->helped);
	return 0;
}
