/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing BPF programs down in tests.
 */
#ifndef FN_TEST_BPF_INSN_H
#define FN_TEST_BPF_INSN_H

#include <linux/bpf.h>

#ifndef BPF_MEMSX
#define BPF_MEMSX 0x80
#endif
#ifndef BPF_JCOND
#define BPF_JCOND 0xe0
#endif

#define INSN(c, d, s, o, i)                 \
	((struct bpf_insn){ .code = (c),    \
			    .dst_reg = (d), \
			    .src_reg = (s), \
			    .off = (o),     \
			    .imm = (i) })

#define ALU64_K(op, d, i) INSN(BPF_ALU64 | (op) | BPF_K, d, 0, 0, i)
#define ALU64_X(op, d, s) INSN(BPF_ALU64 | (op) | BPF_X, d, s, 0, 0)
#define ALU32_K(op, d, i) INSN(BPF_ALU | (op) | BPF_K, d, 0, 0, i)
#define ALU32_X(op, d, s) INSN(BPF_ALU | (op) | BPF_X, d, s, 0, 0)
#define MOV64_K(d, i) ALU64_K(BPF_MOV, d, i)
#define MOV64_X(d, s) ALU64_X(BPF_MOV, d, s)
#define MOV32_K(d, i) ALU32_K(BPF_MOV, d, i)
#define MOV32_X(d, s) ALU32_X(BPF_MOV, d, s)
#define LDX(size, d, s, o) INSN(BPF_LDX | BPF_MEM | (size), d, s, o, 0)
#define LDSX(size, d, s, o) INSN(BPF_LDX | BPF_MEMSX | (size), d, s, o, 0)
#define STX(size, d, o, s) INSN(BPF_STX | BPF_MEM | (size), d, s, o, 0)
#define ST(size, d, o, i) INSN(BPF_ST | BPF_MEM | (size), d, 0, o, i)
#define ATOMIC(size, d, o, s, kind) \
	INSN(BPF_STX | BPF_ATOMIC | (size), d, s, o, kind)
#define JMP_K(op, d, i, o) INSN(BPF_JMP | (op) | BPF_K, d, 0, o, i)
#define JMP_X(op, d, s, o) INSN(BPF_JMP | (op) | BPF_X, d, s, o, 0)
#define JMP32_K(op, d, i, o) INSN(BPF_JMP32 | (op) | BPF_K, d, 0, o, i)
#define JMP32_X(op, d, s, o) INSN(BPF_JMP32 | (op) | BPF_X, d, s, o, 0)
#define JA(o) INSN(BPF_JMP | BPF_JA, 0, 0, o, 0)
#define GOTOL(i) INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, i)
#define MAY_GOTO(o) INSN(BPF_JMP | BPF_JCOND, 0, 0, o, 0)
#define HELPER(n) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, n)
#define CALL(i) INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, i)
#define EXIT() INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define LD64_LO(d, s, lo) INSN(BPF_LD | BPF_IMM | BPF_DW, d, s, 0, lo)
#define LD64_HI(hi) INSN(0, 0, 0, 0, hi)
#define LD64(d, v) LD64_LO(d, 0, (__s32)(v)), LD64_HI((__s32)((v) >> 32))
#define LDMAP(d, i) LD64_LO(d, BPF_PSEUDO_MAP_IDX, i), LD64_HI(0)

#endif /* FN_TEST_BPF_INSN_H */
