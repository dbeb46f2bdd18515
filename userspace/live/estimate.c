// SPDX-License-Identifier: GPL-2.0
/*
 * What the counters of a port say of the modelled card.
 */
#include <string.h>

#include "live.h"
#include "offload/engine/profile.h"

/* All cores work for this port, which has but its own line. */
static void derive_rate(const struct fn_counters *c, const char *profile,
			struct fn_estimate *m)
{
	const struct fn_profile *known = fn_profile_find(profile);
	u64 frames = fn_counter(c, "mac_rx_frames");
	struct fn_profile p = *(known ?: fn_profile_find(NULL));
	struct fn_load load = {
		.packets = m->packets,
		.cycles = fn_counter(c, "offload_cycles"),
		.map = fn_counter(c, "offload_map_millicycles"),
		.in = fn_counter(c, "mac_rx_bytes") * m->packets / frames,
	};
	enum fn_limit what;

	p.ports = 1;
	m->rate = fn_timing_limit(&p, &load, &what);
	m->limit = fn_limit_name[what];
}

static u64 sum(const struct fn_counters *c, const char *const *names)
{
	u64 n = 0;

	for (; *names; names++)
		n += fn_counter(c, *names);
	return n;
}

/* Filters see what an XDP program has decided to let pass, or all there is. */
static u64 packets(const struct fn_counters *c)
{
	static const char *const xdp[] = {
		"offload_xdp_aborted",
		"offload_xdp_drop",
		"offload_xdp_pass",
		"offload_xdp_tx",
		"offload_xdp_redirect",
		"offload_xdp_redirect_err",
		NULL,
	};
	static const char *const tc[] = {
		"offload_tc_ok",
		"offload_tc_shot",
		"offload_tc_stolen",
		"offload_tc_trap",
		"offload_tc_unspec",
		"offload_tc_redirect",
		"offload_tc_redirect_err",
		"offload_tc_aborted",
		NULL,
	};

	return sum(c, xdp) ?: sum(c, tc);
}

/**
 * fn_estimate - derive the modelled card's figures from a port's counters
 * @c: counters, or their increments
 * @profile: name of the card's profile, NULL if the card is not known
 * @m: answer; zero where nothing can be said
 */
void fn_estimate(const struct fn_counters *c, const char *profile,
		 struct fn_estimate *m)
{
	memset(m, 0, sizeof(*m));
	m->packets = packets(c);
	if (!m->packets || !profile)
		return;
	m->cycles = (double)fn_counter(c, "offload_cycles") / m->packets;
	m->instructions =
		(double)fn_counter(c, "offload_instructions") / m->packets;
	if (m->cycles > 0 && fn_counter(c, "mac_rx_frames"))
		derive_rate(c, profile, m);
}
