/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is modelled: a card's clock, cores, costs. Modelled time only; how long
 * the emulation takes has nothing to do with it.
 */
#ifndef FN_ENGINE_PROFILE_H
#define FN_ENGINE_PROFILE_H

#include "../helpers.h"
#include "../isa.h"

/**
 * struct fn_profile_helper - cost of a helper
 * @number: enum fn_helper
 * @cycles: that the calling thread waits
 */
struct fn_profile_helper {
	u16 number;
	u16 cycles;
};

/**
 * struct fn_profile - a modelled card
 * @name: of the profile
 * @cores: that run programs
 * @threads: of a core
 * @lanes: words that a core issues in one cycle
 * @clock_khz: of the cores
 * @port_mbps: line rate of a port
 * @max_words: control store of one program
 * @packet: cycles of a core for each packet, besides the program
 * @taken: cycles lost by a branch that is taken
 * @external: cycles of an access to map memory, besides those of its class
 * @class: cycles of an operation by enum fn_class, besides that of its group
 * @helper: cycles of helpers; 0 ends the list
 */
struct fn_profile {
	const char *name;
	u32 cores;
	u32 threads;
	u32 lanes;
	u32 clock_khz;
	u32 port_mbps;
	u32 max_words;
	u32 packet;
	u32 taken;
	u32 external;
	u8 class[FN_NCLASSES];
	const struct fn_profile_helper *helper;
};

/* profile.c: see card.h */

/* timing.c */
u32 fn_timing_word(const struct fn_profile *p, const struct fn_insn *insn);
u64 fn_timing_rate(const struct fn_profile *p, u64 cycles, u64 packets,
		   u32 frame_len);

#endif /* FN_ENGINE_PROFILE_H */
