/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BPF encodings that the headers of older kernels lack (RFC 9669 has them).
 */
#ifndef FN_BPF_ISA_H
#define FN_BPF_ISA_H

#define FN_BPF_MEMSX 0x80 /* mode of LDX: sign-extending load */
#define FN_BPF_JCOND 0xe0 /* operation of JMP: may_goto */
#define FN_BPF_NREGS 11
#define FN_BPF_FP 10
#define FN_BPF_STACK 512 /* bytes a function may use */
/* How often may_goto falls through before it jumps. */
#define FN_BPF_MAX_LOOPS (8 * 1024 * 1024)

#endif /* FN_BPF_ISA_H */
