// SPDX-License-Identifier: GPL-2.0
/*
 * How many slots a per-CPU map needs: as many as the card has workers, and not
 * fewer than the host has CPUs, so that bpf(2) gives values of the form that it
 * gives of the host's per-CPU maps.
 */
#include <bpf/libbpf.h>
#include <unistd.h>

#include "load.h"
#include "userspace/live/live.h"

static bool has_port(const struct fn_info *port, u32 ifindex)
{
	return fn_info_has(port, FLOWNIC_A_IFINDEX) &&
	       port->num[FLOWNIC_A_IFINDEX] == ifindex;
}

/* 0 if it is no port of a card. */
static u32 workers_of(u32 ifindex)
{
	struct fn_info *ports, *cards, *p, *c;
	u32 workers = 0;

	/* Other cards have as many as any of ours, for all that is known. */
	if (access("/sys/module/flownic", F_OK) ||
	    fn_info_get(FLOWNIC_CMD_PORT_GET, &ports))
		return 0;
	if (fn_info_get(FLOWNIC_CMD_CARD_GET, &cards))
		cards = NULL;
	for (p = ports; p && !has_port(p, ifindex); p = p->next)
		;
	for (c = cards; c && p; c = c->next)
		if (c->num[FLOWNIC_A_CARD] == p->num[FLOWNIC_A_CARD])
			workers = c->num[FLOWNIC_A_WORKERS];
	fn_info_free(ports);
	fn_info_free(cards);
	return workers;
}

/**
 * fn_load_has_one_worker - whether a card has one packet at a time
 * @ifindex: port of the card
 *
 * Return: whether it has.
 */
bool fn_load_has_one_worker(u32 ifindex)
{
	return workers_of(ifindex) == 1;
}

/**
 * fn_load_cores - slots that per-CPU maps need
 * @ifindex: port of a card, or 0 for the host
 *
 * Return: how many.
 */
u32 fn_load_cores(u32 ifindex)
{
	u32 workers = ifindex ? workers_of(ifindex) ?: FN_LOWER_CORES : 0;
	int cpus = libbpf_num_possible_cpus();

	return max_t(u32, workers, max(cpus, 1));
}
