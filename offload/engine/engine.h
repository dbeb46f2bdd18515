/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The engine for tools and tests: one packet through one program, without
 * ports, rings or threads. Programs and maps are made with control messages.
 */
#ifndef FN_ENGINE_ENGINE_H
#define FN_ENGINE_ENGINE_H

#include "../pcie.h"

struct fn_watch;

#define FN_RUN_META 256 /* bytes of metadata at most */

/**
 * struct fn_run - a packet through a program
 * @prog: handle of the program
 * @frame: in: the frame; out: as the program left it
 * @len: in: bytes of it, at least 14 unless the program is for no
 *	hook (FN_PROG_RAW); out: bytes of it
 * @room: bytes that @frame has room for
 * @ifindex: it came in on
 * @queue: in: receive queue; out: as the program left it
 * @limit: instructions that it may take, 0 for the usual number
 * @clock: what helpers take for the time, ns; NULL for the host's
 * @watch: notes what happens, or NULL
 * @plain: interpret the program even if it has been compiled
 * @event: called for what the program prints, may be NULL
 * @event_ctx: for @event
 * @result: out: what EXIT gave, 64 bits
 * @verdict: out: enum xdp_action
 * @redirect: out: ifindex given to the redirect helper, 0 if none
 * @meta_len: out: bytes of metadata
 * @meta: out: metadata
 * @fault: out: enum fn_fault; also says why the verdict is XDP_ABORTED
 * @pc: out: word that it ended at
 * @insn: out: BPF instruction that word came from, or FN_ORIGIN_NONE
 * @addr: out: device address at fault
 * @cycles: out: modelled cycles
 * @hidden: out: modelled cycles that it took besides, if it ran alone
 * @map_busy: out: modelled cycles of map memory, in thousandths
 * @words: out: instructions
 */
struct fn_run {
	u32 prog;
	u8 *frame;
	u32 len;
	u32 room;
	u32 ifindex;
	u32 queue;
	u64 limit;
	const u64 *clock;
	const struct fn_watch *watch;
	bool plain;
	void (*event)(void *ctx, const struct fn_event *ev);
	void *event_ctx;
	u64 result;
	u32 verdict;
	u32 redirect;
	u32 meta_len;
	u8 meta[FN_RUN_META];
	u32 fault;
	u32 pc;
	u32 insn;
	u64 addr;
	u64 cycles;
	u64 hidden;
	u64 map_busy;
	u64 words;
};

/* run.c */
int fn_engine_run(struct fn_card *card, struct fn_run *run);

#endif /* FN_ENGINE_ENGINE_H */
