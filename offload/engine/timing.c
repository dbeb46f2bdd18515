// SPDX-License-Identifier: GPL-2.0
/*
 * Modelled time: what a program costs on the card of a profile.
 */
#include "profile.h"

#define WIRE_OVERHEAD 24 /* checksum, preamble and gap of an Ethernet frame */

static u32 helper_cost(const struct fn_profile *p, u32 number)
{
	const struct fn_profile_helper *h;

	for (h = p->helper; h->number; h++) {
		if (h->number == number)
			return h->cycles;
	}
	return 0;
}

/**
 * fn_timing_word - cycles of an instruction word
 * @p: profile
 * @insn: word
 *
 * The cycle of its issue group is counted at the group's last word. Branches
 * taken and map memory cost more, which is known only when it happens.
 */
u32 fn_timing_word(const struct fn_profile *p, const struct fn_insn *insn)
{
	u32 cycles = insn->stop + p->class[fn_opinfo[insn->op].class];

	if (insn->op == FN_OP_HELPER)
		cycles += helper_cost(p, insn->imm);
	return cycles;
}

/**
 * fn_timing_rate - packets a second that the modelled card decides
 * @p: profile
 * @cycles: of a core, for all @packets
 * @packets: decided in them
 * @frame_len: bytes of a frame, without its checksum, for the line rate
 *
 * The least of what the cores and one port can do. Waiting is not yet hidden
 * behind other threads, nor do memories get in each other's way.
 */
u64 fn_timing_rate(const struct fn_profile *p, u64 cycles, u64 packets,
		   u32 frame_len)
{
	u64 line = (u64)p->port_mbps * 1000000 /
		   ((max_t(u32, frame_len, 60) + WIRE_OVERHEAD) * 8);
	u64 each, cores;

	if (!packets)
		return line;
	/* In 1/1024 of a cycle, so that short programs are not rounded off. */
	each = (cycles << 10) / packets;
	if (!each)
		return line;
	cores = ((u64)p->cores * p->clock_khz * 1000 << 10) / each;
	return min(line, cores);
}
