// SPDX-License-Identifier: GPL-2.0
/*
 * Emulation in softirqs, by a NAPI instance that is nobody's but the card's. A
 * card without threads runs there alone: who sends to it, or rings a doorbell, has
 * it run at the end of what he does, and there is no thread to be woken and
 * switched to. The threads of others are helped there, see fn_inline_help().
 */

#include "flownic.h"

/**
 * struct fn_inline - where a card is emulated in softirqs
 * @card: the card, once it is on
 * @dev: what a NAPI instance must have, and no netdev
 * @napi: runs the card
 * @timer: runs it when an interrupt is due that it holds back
 * @on: it may run
 */
struct fn_inline {
	struct fn_card *card;
	struct net_device *dev;
	struct napi_struct napi;
	struct hrtimer timer;
	bool on;
};

static enum hrtimer_restart fn_inline_due(struct hrtimer *timer)
{
	struct fn_inline *in = container_of(timer, struct fn_inline, timer);

	napi_schedule(&in->napi);
	return HRTIMER_NORESTART;
}

/* A budget that is used up would mean that there is more. */
static int fn_inline_end(struct napi_struct *napi, u32 done, int budget)
{
	done = min_t(u32, done, budget - 1);
	napi_complete_done(napi, done);
	return done;
}

/* A card that waits for the host's buffers is not busy: a doorbell ends that. */
static int fn_inline_poll(struct napi_struct *napi, int budget)
{
	struct fn_inline *in = container_of(napi, struct fn_inline, napi);
	struct fn_card *card = in->card;
	bool more;
	u32 done;
	u64 due;

	if (!budget)
		return 0;
	done = fn_card_poll(card, budget, &more);
	if (more)
		return budget;
	due = fn_card_due(card);
	if (due)
		hrtimer_start(&in->timer, ns_to_ktime(due),
			      HRTIMER_MODE_REL_SOFT);
	return fn_inline_end(napi, done, budget);
}

static int fn_inline_help_poll(struct napi_struct *napi, int budget)
{
	struct fn_inline *in = container_of(napi, struct fn_inline, napi);
	bool more;
	u32 done;

	if (!budget)
		return 0;
	done = fn_card_help(in->card, budget, &more);
	return more ? budget : fn_inline_end(napi, done, budget);
}

/**
 * fn_inline_create() - have a place where a card can run in softirqs
 * @nic: the card; off yet
 * @threads: how many it has
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fn_inline_create(struct fn_nic *nic, u32 threads)
{
	struct fn_inline *in = kzalloc(sizeof(*in), GFP_KERNEL_ACCOUNT);

	if (!in)
		return -ENOMEM;
	in->dev = fn_alloc_dummy_netdev();
	if (!in->dev) {
		kfree(in);
		return -ENOMEM;
	}
	netif_napi_add(in->dev, &in->napi,
		       threads ? fn_inline_help_poll : fn_inline_poll);
	fn_hrtimer_setup(&in->timer, fn_inline_due);
	nic->emulation = in;
	return 0;
}

/**
 * fn_inline_start() - let the card run
 * @nic: the card; on
 */
void fn_inline_start(struct fn_nic *nic)
{
	nic->emulation->card = nic->card;
	napi_enable(&nic->emulation->napi);
	nic->emulation->on = true;
	fn_inline_work(nic);
}

/**
 * fn_inline_destroy() - undo fn_inline_create()
 * @in: of a card that nobody sends to any more; on or off
 *
 * Context: process.
 */
void fn_inline_destroy(struct fn_inline *in)
{
	if (in->on)
		napi_disable(&in->napi);
	hrtimer_cancel(&in->timer); /* which NAPI starts */
	netif_napi_del(&in->napi);
	fn_free_dummy_netdev(in->dev);
	kfree(in);
}

/**
 * fn_inline_work() - the card has something to do
 * @host: struct fn_nic of a card without threads
 *
 * Context: any. Where softirqs can run, the card has run on return.
 */
void fn_inline_work(void *host)
{
	struct fn_nic *nic = host;
	struct fn_inline *in = READ_ONCE(nic->emulation);

	if (!in || !in->on)
		return;
	if (in_hardirq() || irqs_disabled()) {
		napi_schedule(&in->napi);
		return;
	}
	local_bh_disable();
	napi_schedule(&in->napi);
	local_bh_enable();
}

/**
 * fn_inline_help() - who sends has to wait for the card
 * @nic: the card
 *
 * A thread of the card that waits for the sender's CPU is helped there, at the
 * end of what the sender does. Else the sender's time slice would have to pass:
 * some senders spin until then.
 *
 * Context: any, preemption disabled.
 */
void fn_inline_help(struct fn_nic *nic)
{
	if (fn_card_waits_here(nic->card))
		napi_schedule(&nic->emulation->napi);
}
