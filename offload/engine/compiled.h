/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The second way to execute: a program as code of the host's, which a compiler
 * (fn_env.compile) has made of it.
 *
 * The result is that of the interpreter in all that can be seen: verdict,
 * packet, maps, causes of faults, words and cycles. What is rare or goes wrong
 * is left to the interpreter, which takes over in the middle of a program.
 */
#ifndef FN_ENGINE_COMPILED_H
#define FN_ENGINE_COMPILED_H

#include "../platform.h"

struct fn_engine;
struct fn_exec;
struct fn_prog;

/*
 * Words and modelled cycles are counted together. fn_exec.acc plus what is known
 * at a place of the code is the number of both before that place. Words come
 * last, so that small differences fit into an instruction.
 */
#define FN_ACC_SHIFT 24
#define FN_ACC_WORDS ((1u << FN_ACC_SHIFT) - 1) /* the interpreter counts on */

static inline u64 fn_acc(s64 words, s64 cycles)
{
	return (u64)words + ((u64)cycles << FN_ACC_SHIFT);
}

#define FN_COMPILED_WHY 96

/**
 * struct fn_exit - a way out of compiled code
 * @pc: word that the run ends at, or that the interpreter goes on with
 * @resumes: the interpreter goes on
 * @late: fn_exec.last_access is @since cycles ago
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
 * struct fn_compiled - a program as code of the host's
 * @done: it has been tried, or is not to be
 * @code: what the platform made
 * @exits: what it returns is the distance of one from the first, in bytes
 * @max_unchecked: words between two looks at a limit, at most
 * @counts: it looks at fn_exec.acc
 * @ninsns: BPF instructions that it was made from
 * @why: if there is no code, the reason: a sentence
 */
struct fn_compiled {
	bool done;
	struct fn_code *code;
	struct fn_exit *exits;
	u32 max_unchecked;
	bool counts;
	u32 ninsns;
	char why[FN_COMPILED_WHY];
};

/* compiled.c */
void fn_compiled_init(struct fn_prog *prog, const struct fn_engine *e);
void fn_compiled_make(struct fn_prog *prog, const struct fn_engine *e);
void fn_compiled_free(struct fn_prog *prog);
bool fn_compiled_within(const struct fn_prog *prog, u64 limit);
void fn_compiled_run(struct fn_exec *x);

#endif /* FN_ENGINE_COMPILED_H */
