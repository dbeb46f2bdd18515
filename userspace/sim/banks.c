// SPDX-License-Identifier: GPL-2.0
/*
 * Map memory in banks. They work side by side, so what reads and writes occupy
 * it for is what they ask of the bank that is asked most.
 */
#include "sim.h"

/**
 * fn_banked - what has been asked of the banks so far
 * @s: simulation
 *
 * Return: nothing if the card has but one bank: then nobody counts.
 */
struct fn_banked fn_banked(const struct fn_sim *s)
{
	struct fn_banked b = {};
	u32 i;

	for (i = 0; s->watch.bank && i < s->profile.map_banks; i++) {
		b.sum += s->bank[i];
		b.most = max(b.most, s->bank[i]);
	}
	return b;
}

/**
 * fn_banks_occupied - what a packet occupies map memory for
 * @s: simulation
 * @before: what had been asked before it
 * @map_busy: the sum of its accesses, thousandths of cycles
 *
 * Return: thousandths of cycles, such that their sum over all packets is what
 * the bank that is asked most has to do, and atomic operations besides.
 */
u64 fn_banks_occupied(const struct fn_sim *s, const struct fn_banked *before,
		      u64 map_busy)
{
	struct fn_banked after = fn_banked(s);

	return map_busy - (after.sum - before->sum) +
	       (after.most - before->most);
}
