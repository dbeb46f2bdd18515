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
 * struct fn_native - a program as code of the host's
 * @done: it has been tried, or is not to be
 * @code: what the platform made
 * @ninsns: BPF instructions that it was made from
 * @why: if there is no code, the reason: a sentence
 */
struct fn_native {
	bool done;
	struct fn_code *code;
	u32 ninsns;
	char why[FN_NATIVE_WHY];
};

/* native.c */
void fn_native_init(struct fn_prog *prog, bool interpreter);
void fn_native_make(struct fn_prog *prog);
void fn_native_free(struct fn_prog *prog);
void fn_native_run(struct fn_exec *x);

#endif /* FN_NATIVE_H */
