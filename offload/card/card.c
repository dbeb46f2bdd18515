// SPDX-License-Identifier: GPL-2.0
/*
 * The card as a whole: power on, power off.
 */
#include "../engine/map.h"
#include "../engine/profile.h"
#include "../jit/jit.h"
#include "capture.h"
#include "card.h"

#define TIMED 64 /* of so many rounds in softirqs the time of one is taken */

static int populate(struct fn_card *card)
{
	u32 i;
	int ret;

	card->workers = fn_alloc(card->nworkers * sizeof(*card->workers));
	card->ports = fn_alloc(card->nports * sizeof(*card->ports));
	if (!card->workers || !card->ports)
		return -ENOMEM;
	for (i = 0; i < card->nports; i++) {
		ret = fn_card_port_init(card, i);
		if (ret)
			return ret;
	}
	fn_moderation_init(card);
	for (i = 0; i < card->nworkers; i++) {
		ret = fn_worker_init(card, i);
		if (ret)
			return ret;
	}
	for (i = 0; i < card->config.workers; i++) {
		ret = fn_worker_start(&card->workers[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static void init_engine(struct fn_card *card, const struct fn_profile *profile)
{
	struct fn_env env = {
		.profile = profile,
		.threads = card->nworkers,
		.event = fn_event_put,
		.mtu = fn_verdict_mtu,
		.clone = fn_verdict_clone,
		.csum_ok = fn_verdict_csum_ok,
		.compile = card->config.interpreter ? NULL : fn_jit_compile,
		.ctx = card,
	};

	fn_env_host(&env);
	fn_engine_init(&card->engine, &env);
}

/**
 * fn_card_power_on - make a card
 * @config: how it is populated
 * @ops: wires to the host
 * @host: for @ops
 *
 * May sleep. All ports are down and have no cable.
 *
 * Return: the card, or NULL if @config is out of range, names an unknown
 * profile or a CPU that is not there, or memory is short.
 */
struct fn_card *fn_card_power_on(const struct fn_card_config *config,
				 const struct fn_host_ops *ops, void *host)
{
	const struct fn_profile *profile = config->model;
	struct fn_card *card;
	u32 i;

	if (!profile)
		profile = fn_profile_find(config->profile);
	if (!config->ports || config->ports > FN_MAX_PORTS ||
	    config->workers > FN_MAX_WORKERS || !profile ||
	    config->queue > FN_QUEUE_MAX)
		return NULL;
	card = fn_alloc(sizeof(*card));
	if (!card)
		return NULL;
	card->config = *config;
	card->config.profile = profile->name;
	card->config.queue = config->queue ?: FN_QUEUE_DEFAULT;
	card->ops = *ops;
	card->host = host;
	card->nports = config->ports;
	card->nworkers = config->workers ? config->workers : 1;
	init_engine(card, profile);
	fn_mutex_init(&card->lock);
	fn_lock_init(&card->fault_lock);
	for (i = 0; i < FN_MAX_VECTORS; i++)
		card->vectors[i].state = FN_VECTOR_OFF;
	if (fn_clock_init(card) || populate(card)) {
		fn_card_power_off(card);
		return NULL;
	}
	return card;
}

/**
 * fn_card_power_off - throw a card away
 * @card: card; no cable is plugged in and nobody else uses it
 *
 * May sleep. Programs, maps and rings that are still there go, too.
 */
void fn_card_power_off(struct fn_card *card)
{
	u32 i;

	for (i = 0; card->workers && i < card->nworkers; i++)
		fn_worker_free(&card->workers[i]);
	for (i = 0; card->ports && i < card->nports; i++)
		fn_card_port_free(card, i);
	fn_capture_free_all(card);
	fn_ring_free_all(card);
	fn_progs_release(card);
	fn_engine_exit(&card->engine);
	fn_clock_free(card);
	fn_free(card->workers);
	fn_free(card->ports);
	fn_free(card);
}

/**
 * fn_card_poll - run a card that has no threads for one round
 * @card: powered on with no workers; one caller at a time
 * @budget: frames of each queue and ring at most
 * @more: set if there is work left; else fn_host_ops.work is called when there
 *	is, also if that was meanwhile
 *
 * Process context or softirqs. Return: frames handled.
 */
u32 fn_card_poll(struct fn_card *card, u32 budget, bool *more)
{
	struct fn_worker *w = &card->workers[0];
	/* Reading the clock costs as much as deciding a packet. */
	bool timed = !(w->wakeups++ % TIMED);
	u64 start = timed ? fn_clock_ns() : 0;
	u32 n;

	WRITE_ONCE(w->asleep, 0);
	n = fn_worker_round(w, budget);
	w->frames += n;
	w->gathered += n;
	if (timed)
		w->busy_ns += (fn_clock_ns() - start) * TIMED;
	*more = w->work_left;
	if (!*more)
		fn_nap_polled(w);
	return n;
}

/**
 * fn_card_due - when does a card that has no threads want to run again?
 * @card: that was polled, and has no more to do
 *
 * Return: ns from now on, when a nap ends or an interrupt is due that it holds
 * back; 0 if neither is so.
 */
u64 fn_card_due(struct fn_card *card)
{
	const struct fn_worker *w = &card->workers[0];
	u64 due = w->due;
	u64 now;

	if (w->nap_end && (!due || w->nap_end < due))
		due = w->nap_end;
	if (!due)
		return 0;
	now = fn_clock_ns();
	return due > now ? due - now : 1;
}

/**
 * fn_card_profile - names of the profiles that a card can have
 * @n: number, from 0 on; the first is the default
 *
 * Return: the name, NULL behind the last.
 */
const char *fn_card_profile(u32 n)
{
	const struct fn_profile *p = fn_profile_next(NULL);

	while (p && n--)
		p = fn_profile_next(p);
	return p ? p->name : NULL;
}

/**
 * fn_ctrl_caps - FN_CTRL_CAPS
 * @card: card
 * @msg: struct fn_msg_caps
 *
 * Return: 0.
 */
int fn_ctrl_caps(struct fn_card *card, void *msg)
{
	const struct fn_profile *p = card->engine.env.profile;
	struct fn_msg_caps *m = msg;

	memset(m, 0, sizeof(*m));
	m->ports = card->nports;
	m->workers = card->config.workers;
	m->max_words = p->max_words;
	m->max_maps = FN_TABLE_SIZE;
	m->max_progs = FN_TABLE_SIZE;
	m->max_key_size = FN_MAX_KEY;
	m->max_value_size = FN_MAX_VALUE;
	m->max_map_memory = FN_MAP_MEMORY;
	m->cores = p->cores;
	m->threads = p->threads;
	m->lanes = p->lanes;
	m->clock_khz = p->clock_khz;
	m->port_mbps = p->port_mbps;
	snprintf(m->profile, sizeof(m->profile), "%s", p->name);
	return 0;
}
