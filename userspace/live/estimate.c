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

/**
 * fn_estimate - derive the modelled card's figures from a port's counters
 * @c: counters, or their increments
 * @profile: name of the card's profile, NULL if the card is not known
 * @m: answer; zero where nothing can be said
 */
void fn_estimate(const struct fn_counters *c, const char *profile,
		 struct fn_estimate *m)
{
	static const char *const verdicts[] = {
		"offload_xdp_aborted",	"offload_xdp_drop",
		"offload_xdp_pass",	"offload_xdp_tx",
		"offload_xdp_redirect", "offload_xdp_redirect_err",
	};
	size_t i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < ARRAY_SIZE(verdicts); i++)
		m->packets += fn_counter(c, verdicts[i]);
	if (!m->packets || !profile)
		return;
	m->cycles = (double)fn_counter(c, "offload_cycles") / m->packets;
	m->instructions =
		(double)fn_counter(c, "offload_instructions") / m->packets;
	if (m->cycles > 0 && fn_counter(c, "mac_rx_frames"))
		derive_rate(c, profile, m);
}
