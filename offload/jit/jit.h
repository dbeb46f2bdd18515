/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compiler of card code: from the operations of a program to BPF, which the
 * kernel compiles to the host's own instructions.
 */
#ifndef FN_JIT_H
#define FN_JIT_H

struct fn_prog;

/* jit.c */
void fn_jit_compile(struct fn_prog *prog);

#endif /* FN_JIT_H */
