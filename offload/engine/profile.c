// SPDX-License-Identifier: GPL-2.0
/*
 * Profiles: the cards that can be modelled. Data, and where each figure is from.
 */
#include "card.h"
#include "profile.h"

/*
 * flownic: what one would build today for XDP at 100 Gb/s, from parts that are
 * on the market, with no claim to be any of them.
 *
 * cores, clock: 48 at 1.2 GHz. 64-byte frames at 100 Gb/s are 148.8 M a second,
 * so this leaves 387 cycles a packet: enough for a median program (115 BPF
 * instructions) at line rate. NFP-4000 has 60 of 0.8 GHz in 22 nm, Pensando's
 * and Intel's packet processors run at 1 to 1.6 GHz.
 * threads: 4 a core, as NFP's firmware uses for packets.
 * lanes: 4, the width at which hXDP found that wider gains little.
 * packet: 40, for taking a descriptor, the early fetch of the first bytes and
 * handing the verdict back, in hardware. hXDP spends 7 (22 M a second at
 * 156 MHz), NFP's firmware 224, which it does in software.
 * taken: 2, a four-stage pipeline as hXDP's without prediction.
 * MUL 2, DIV 15: an iterative divider of 4 bits a cycle.
 * MEM 1: packet and stack are in the core's cluster, two cycles to use.
 * external: 20 for map memory, on-chip and shared: NFP's EMEM cache answers in
 * 25 with an access's own cycle.
 * ATOM 6: done at the memory, the thread waits if it wants the old value.
 * Helpers: lookup as 2 dependent accesses to map memory and a hash; update and
 * delete add the write and the free list; clock and random number are a read of
 * a core register; moving a packet's ends is arithmetic and a check; a printed
 * line is a message of up to 320 bytes.
 */
static const struct fn_profile_helper flownic_helpers[] = {
	{ FN_HELPER_map_lookup_elem, 45 },
	{ FN_HELPER_map_update_elem, 80 },
	{ FN_HELPER_map_delete_elem, 70 },
	{ FN_HELPER_ktime_get_ns, 3 },
	{ FN_HELPER_ktime_get_boot_ns, 3 },
	{ FN_HELPER_ktime_get_coarse_ns, 3 },
	{ FN_HELPER_get_prandom_u32, 3 },
	{ FN_HELPER_get_smp_processor_id, 1 },
	{ FN_HELPER_redirect, 2 },
	{ FN_HELPER_csum_diff, 10 },
	{ FN_HELPER_xdp_adjust_head, 4 },
	{ FN_HELPER_xdp_adjust_meta, 4 },
	{ FN_HELPER_xdp_adjust_tail, 4 },
	{ FN_HELPER_trace_printk, 200 },
	{}
};

static const struct fn_profile profiles[] = {
	{
		.name = "flownic",
		.cores = 48,
		.threads = 4,
		.lanes = 4,
		.clock_khz = 1200000,
		.port_mbps = 100000,
		.max_words = 1u << 20,
		.packet = 40,
		.taken = 2,
		.external = 20,
		.class = {
			[FN_CLASS_MUL] = 2,
			[FN_CLASS_DIV] = 15,
			[FN_CLASS_MEM] = 1,
			[FN_CLASS_ATOM] = 6,
		},
		.helper = flownic_helpers,
	},
};

/**
 * fn_profile_find - a profile by name
 * @name: NULL for the default
 *
 * Return: NULL if there is none.
 */
const struct fn_profile *fn_profile_find(const char *name)
{
	u32 i;

	if (!name)
		return &profiles[0];
	for (i = 0; i < ARRAY_SIZE(profiles); i++) {
		if (!strcmp(profiles[i].name, name))
			return &profiles[i];
	}
	return NULL;
}
