/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The second way to execute: a program of the card as code of the host's, by way
 * of BPF, which the kernel compiles.
 *
 * The result is that of the interpreter in all that can be seen: verdict,
 * packet, maps, causes of faults, words and cycles. What is rare or goes wrong
 * is left to the interpreter, which takes over in the middle of a program.
 */
#ifndef FN_NATIVE_H
#define FN_NATIVE_H

#include "../platform.h"

struct fn_exec;
struct fn_prog;

#define FN_NATIVE_WHY 96

/**
 * struct fn_exit - a way out of compiled code
 * @pc: word that the run ends at, or that the interpreter goes on with
 * @resumes: the interpreter goes on
 * @late: fn_exec.at_last is @since cycles ago
 * @packet: registers that are in fn_exec.host as addresses of the packet
 * @value: the same of maps' values, or 0
 * @acc: what is added to fn_exec.acc
 * @wait: to fn_exec.cycles
 * @hidden: to fn_exec.hidden
 * @busy: to fn_exec.map_busy
 * @since: cycles
 */
struct fn_exit {
	u32 pc;
	bool resumes;
	bool late;
	u32 packet;
	u32 value;
	u64 acc;
	u64 wait;
	u64 hidden;
	u64 busy;
	u64 since;
};

/**
 * struct fn_native - a program as code of the host's
 * @done: it has been tried, or is not to be
 * @code: what the platform made
 * @exits: what it returns is the distance of one from the first, in bytes
 * @most: words between two looks at a limit, at most
 * @counts: it looks at fn_exec.acc
 * @ninsns: BPF instructions that it was made from
 * @why: if there is no code, the reason: a sentence
 */
struct fn_native {
	bool done;
	struct fn_code *code;
	struct fn_exit *exits;
	u32 most;
	bool counts;
	u32 ninsns;
	char why[FN_NATIVE_WHY];
};

/* jit.c */
void fn_native_init(struct fn_prog *prog, bool interpreter);
void fn_native_make(struct fn_prog *prog);
void fn_native_free(struct fn_prog *prog);
bool fn_native_within(const struct fn_prog *prog, u64 limit);
void fn_native_run(struct fn_exec *x);

#endif /* FN_NATIVE_H */
