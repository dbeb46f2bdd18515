// SPDX-License-Identifier: GPL-2.0
/*
 * The optimising passes: what short programs become, and that each pass can be
 * left out.
 */
#include "translated.h"

#define MAX 40

static struct fn_image *optimised(const struct bpf_insn *insns, u32 len,
				  const struct fn_tr_options *o)
{
	struct fn_image *img;

	translate(insns, len, o, &img);
	return img;
}

/* The packet in r7 and 64 bytes of it for certain, or XDP_DROP. */
#define PACKET                                                    \
	LDX(BPF_W, 7, 1, 0), LDX(BPF_W, 8, 1, 4), MOV64_X(2, 7),  \
		ALU64_K(BPF_ADD, 2, 64), JMP_X(BPF_JLE, 2, 8, 2), \
		MOV64_K(0, 1), EXIT()
#define CHECK "ld4 r11, [ctx]; ld4 r12, [ctx+4]; exitlt r12, r11+64, 1; "

static const struct {
	const char *what;
	const char *text;
	struct bpf_insn insns[MAX];
} cases[] = {
	{ "a constant verdict is in the exit",
	  "exit 2",
	  { MOV64_K(0, 2), EXIT() } },
	{ "constants are computed",
	  "exit 2",
	  { MOV64_K(1, 6), ALU64_K(BPF_MUL, 1, 7), ALU64_K(BPF_SUB, 1, 40),
	    MOV64_X(0, 1), EXIT() } },
	{ "a decided branch goes, and what it led to",
	  "exit 2",
	  { MOV64_K(1, 1), JMP_K(BPF_JEQ, 1, 1, 2), MOV64_K(0, 1), EXIT(),
	    MOV64_K(0, 2), EXIT() } },
	{ "load and byte swap",
	  CHECK "ld2.be r13, [r11+12]; exit r13",
	  { PACKET, LDX(BPF_H, 0, 7, 12),
	    INSN(BPF_ALU | BPF_END | BPF_TO_BE, 0, 0, 0, 16), EXIT() } },
	{ "byte swap and store",
	  CHECK "ld4 r13, [r11+12]; st4.be [r11], r13; exit r13",
	  { PACKET, LDX(BPF_W, 0, 7, 12), MOV64_X(2, 0),
	    INSN(BPF_ALU | BPF_END | BPF_TO_BE, 2, 0, 0, 32),
	    STX(BPF_W, 7, 0, 2), EXIT() } },
	{ "shift pairs are bit fields",
	  CHECK
	  "ld8 r13, [r11]; ubfx r14, r13, 20, 24; ld8 r15, [r11+8]; sbfx r16, r15, 0, 32; add r17, r14, r16; exit r17",
	  { PACKET, LDX(BPF_DW, 0, 7, 0), ALU64_K(BPF_LSH, 0, 20),
	    ALU64_K(BPF_RSH, 0, 40), LDX(BPF_DW, 2, 7, 8),
	    ALU64_K(BPF_LSH, 2, 32), ALU64_K(BPF_ARSH, 2, 32),
	    ALU64_X(BPF_ADD, 0, 2), EXIT() } },
	{ "shift and mask are a bit field",
	  CHECK "ld1 r13, [r11+14]; ubfx r14, r13, 4, 3; exit r14",
	  { PACKET, LDX(BPF_B, 0, 7, 14), ALU64_K(BPF_RSH, 0, 4),
	    ALU64_K(BPF_AND, 0, 7), EXIT() } },
	{ "a masked load is a smaller one",
	  CHECK "ld1 r13, [r11]; exit r13",
	  { PACKET, LDX(BPF_W, 0, 7, 0), ALU64_K(BPF_AND, 0, 0xff), EXIT() } },
	{ "a mask that masks nothing goes",
	  CHECK "ld1 r13, [r11]; exit r13",
	  { PACKET, LDX(BPF_B, 0, 7, 0), ALU64_K(BPF_AND, 0, 0xff),
	    MOV32_X(0, 0), EXIT() } },
	{ "a test of a mask is in the branch",
	  CHECK "ld1 r13, [r11]; exitset.w r13, 1, 1; exit 2",
	  { PACKET, LDX(BPF_B, 2, 7, 0), ALU64_K(BPF_AND, 2, 1), MOV64_K(0, 1),
	    JMP_K(BPF_JNE, 2, 0, 1), MOV64_K(0, 2), EXIT() } },
	{ "address arithmetic is in the access",
	  CHECK "ld4 r13, [r11+16]; exit r13",
	  { PACKET, MOV64_X(2, 7), ALU64_K(BPF_ADD, 2, 14), LDX(BPF_W, 0, 2, 2),
	    EXIT() } },
	{ "a sum of registers, too",
	  CHECK
	  "ld1 r13, [r11]; and.w r14, r13, 15; ld1 r15, [r11+r14+2]; exit r15",
	  { PACKET, LDX(BPF_B, 3, 7, 0), ALU64_K(BPF_AND, 3, 15), MOV64_X(2, 7),
	    ALU64_X(BPF_ADD, 2, 3), LDX(BPF_B, 0, 2, 2), EXIT() } },
	{ "multiplication and division by powers of two",
	  CHECK
	  "ld4 r13, [r11]; lsh.w r14, r13, 3; ubfx r15, r14, 2, 6; exit r15",
	  { PACKET, LDX(BPF_W, 0, 7, 0), ALU32_K(BPF_MUL, 0, 8),
	    ALU64_K(BPF_DIV, 0, 4), ALU64_K(BPF_MOD, 0, 64), EXIT() } },
	{ "bytes of a number are one load",
	  CHECK "ld2 r13, [r11]; exit r13",
	  { PACKET, LDX(BPF_B, 0, 7, 1), ALU64_K(BPF_LSH, 0, 8),
	    LDX(BPF_B, 2, 7, 0), ALU64_X(BPF_OR, 0, 2), EXIT() } },
	{ "in network order, too",
	  CHECK "ld2.be r13, [r11]; exit r13",
	  { PACKET, LDX(BPF_B, 0, 7, 0), ALU64_K(BPF_LSH, 0, 8),
	    LDX(BPF_B, 2, 7, 1), ALU64_X(BPF_OR, 0, 2), EXIT() } },
	{ "but not across a store to them",
	  CHECK
	  "ld1 r13, [r11+1]; lsh r14, r13, 8; sti1 [r11+1], 5; ld1 r15, [r11]; or r16, r14, r15; exit r16",
	  { PACKET, LDX(BPF_B, 0, 7, 1), ALU64_K(BPF_LSH, 0, 8),
	    ST(BPF_B, 7, 1, 5), LDX(BPF_B, 2, 7, 0), ALU64_X(BPF_OR, 0, 2),
	    EXIT() } },
	{ "zeros side by side are one store",
	  CHECK "sti8 [r11], 0; exit 3",
	  { PACKET, ST(BPF_W, 7, 4, 0), ST(BPF_H, 7, 2, 0), ST(BPF_B, 7, 1, 0),
	    ST(BPF_B, 7, 0, 0), MOV64_K(0, 3), EXIT() } },
	{ "what was stored is not loaded",
	  CHECK "ld4 r13, [r11]; exit r13",
	  { PACKET, LDX(BPF_W, 3, 7, 0), STX(BPF_DW, 10, -8, 3), MOV64_K(3, 0),
	    LDX(BPF_DW, 0, 10, -8), EXIT() } },
	{ "nor are bits of it",
	  CHECK "ld8 r13, [r11]; ubfx r14, r13, 32, 16; exit r14",
	  { PACKET, LDX(BPF_DW, 3, 7, 0), STX(BPF_DW, 10, -8, 3),
	    LDX(BPF_H, 0, 10, -4), EXIT() } },
	{ "nor what all ways brought",
	  CHECK
	  "ld4 r13, [r11]; seleq r14, r13, 1, 1, rz; st1 [r11+8], r14; exit r13",
	  { PACKET, LDX(BPF_W, 3, 7, 0), LDX(BPF_B, 2, 7, 9),
	    JMP_K(BPF_JEQ, 3, 1, 2), ST(BPF_B, 7, 8, 0), JA(1),
	    ST(BPF_B, 7, 8, 1), LDX(BPF_W, 0, 7, 0), EXIT() } },
	{ "but what one way changed",
	  CHECK
	  "ld4 r13, [r11]; jeq r13, 1, @8; sti1 [r11+8], 0; ld4 r14, [r11]; exit r14; sti1 [r11+1], 1; jmp @6",
	  { PACKET, LDX(BPF_W, 3, 7, 0), LDX(BPF_B, 2, 7, 9),
	    JMP_K(BPF_JEQ, 3, 1, 2), ST(BPF_B, 7, 8, 0), JA(1),
	    ST(BPF_B, 7, 1, 1), LDX(BPF_W, 0, 7, 0), EXIT() } },
	{ "and what may have been changed",
	  CHECK
	  "ld1 r13, [r11]; and.w r14, r13, 15; ld1 r15, [r11+1]; st1 [r11+r14], r14; ld1 r16, [r11+1]; add r17, r16, r15; exit r17",
	  { PACKET, LDX(BPF_B, 3, 7, 0), ALU64_K(BPF_AND, 3, 15), MOV64_X(4, 7),
	    ALU64_X(BPF_ADD, 4, 3), LDX(BPF_B, 5, 7, 1), STX(BPF_B, 4, 0, 3),
	    LDX(BPF_B, 0, 7, 1), ALU64_X(BPF_ADD, 0, 5), EXIT() } },
	{ "and values of maps after a helper",
	  "sti4 [r10-4], 0; mov r1, 805306368; add r2, r10, -4; helper map_lookup_elem; mov r11, r0; exiteq r0, 0, 0; ld4 r12, [r0]; add r13, r12, r12; helper get_prandom_u32; ld4 r14, [r11]; add r15, r14, r13; exit r15",
	  { ST(BPF_W, 10, -4, 0), LDMAP(1, 0), MOV64_X(2, 10),
	    ALU64_K(BPF_ADD, 2, -4), HELPER(1), JMP_K(BPF_JEQ, 0, 0, 7),
	    MOV64_X(6, 0), LDX(BPF_W, 7, 6, 0), LDX(BPF_W, 8, 6, 0),
	    ALU64_X(BPF_ADD, 7, 8), HELPER(7), LDX(BPF_W, 0, 6, 0),
	    ALU64_X(BPF_ADD, 0, 7), EXIT() } },
	{ "a key that is written in vain",
	  CHECK
	  "sti4 [r10-4], 0; mov r1, 805306368; add r2, r10, -4; helper map_lookup_elem; exit 2",
	  { PACKET, ST(BPF_W, 10, -4, 7), ST(BPF_W, 10, -4, 0), LDMAP(1, 0),
	    MOV64_X(2, 10), ALU64_K(BPF_ADD, 2, -4), HELPER(1),
	    ST(BPF_W, 10, -4, 5), MOV64_K(0, 2), EXIT() } },
	{ "what is long enough is not measured again",
	  CHECK "ld1 r13, [r11]; exit r13",
	  { PACKET, MOV64_X(2, 7), ALU64_K(BPF_ADD, 2, 34), MOV64_K(0, 2),
	    JMP_X(BPF_JGT, 2, 8, 2), LDX(BPF_B, 0, 7, 0), JA(0), EXIT() } },
	{ "but what may be too short is",
	  CHECK "exitlt r12, r11+65, 2; ld1 r13, [r11+64]; exit r13",
	  { PACKET, MOV64_X(2, 7), ALU64_K(BPF_ADD, 2, 65), MOV64_K(0, 2),
	    JMP_X(BPF_JGT, 2, 8, 2), LDX(BPF_B, 0, 7, 64), JA(0), EXIT() } },
	{ "what a number is decides what it is not",
	  CHECK "ld2 r13, [r11+12]; exitne r13, 8, 2; ld1 r14, [r11]; exit r14",
	  { PACKET, LDX(BPF_H, 2, 7, 12), MOV64_K(0, 2),
	    JMP_K(BPF_JNE, 2, 8, 5), LDX(BPF_B, 3, 7, 0),
	    JMP_K(BPF_JEQ, 2, 6, 2), MOV64_X(0, 3), JMP_K(BPF_JGT, 2, 7, 1),
	    ALU64_K(BPF_ADD, 0, 1), EXIT() } },
	{ "in the same half of it only",
	  CHECK "ld8 r13, [r11]; exitne.w r13, 8, 2; exiteq r13, 8, 1; exit 3",
	  { PACKET, LDX(BPF_DW, 2, 7, 0), MOV64_K(0, 2),
	    JMP32_K(BPF_JNE, 2, 8, 3), MOV64_K(0, 1), JMP_K(BPF_JEQ, 2, 8, 1),
	    MOV64_K(0, 3), EXIT() } },
	{ "what was computed is not computed again",
	  CHECK
	  "ld4 r13, [r11]; ld4 r14, [r11+8]; mul r15, r13, r14; add r16, r15, r15; exit r16",
	  { PACKET, LDX(BPF_W, 2, 7, 0), LDX(BPF_W, 3, 7, 8), MOV64_X(0, 2),
	    ALU64_X(BPF_MUL, 0, 3), ALU64_X(BPF_MUL, 2, 3),
	    ALU64_X(BPF_ADD, 0, 2), EXIT() } },
	{ "a second call with the same arguments",
	  "sti4 [r10-4], 0; mov r1, 805306368; add r2, r10, -4; helper map_delete_elem; helper map_lookup_elem; exit 2",
	  { ST(BPF_W, 10, -4, 0), LDMAP(1, 0), MOV64_X(2, 10),
	    ALU64_K(BPF_ADD, 2, -4), HELPER(3), LDMAP(1, 0), MOV64_X(2, 10),
	    ALU64_K(BPF_ADD, 2, -4), HELPER(1), MOV64_K(0, 2), EXIT() } },
	{ "a store to the frame that may be skipped is selected",
	  CHECK
	  "ld4 r13, [r11]; ld4 r14, [r11+4]; sub r15, r13, r14; selsle r16, r15, 0, r14, r13; selsle r17, r15, 0, r13, r14; st4 [r10-4], r16; st4 [r10-8], r17; mov r1, 805306369; add r2, r10, -8; helper map_lookup_elem; exit 3",
	  { PACKET, LDX(BPF_W, 1, 7, 0), LDX(BPF_W, 3, 7, 4),
	    STX(BPF_W, 10, -8, 1), STX(BPF_W, 10, -4, 3),
	    JMP_X(BPF_JLE, 1, 3, 2), STX(BPF_W, 10, -4, 1),
	    STX(BPF_W, 10, -8, 3), LDMAP(1, 1), MOV64_X(2, 10),
	    ALU64_K(BPF_ADD, 2, -8), HELPER(1), MOV64_K(0, 3), EXIT() } },
	{ "but not where a helper may have changed what it skips",
	  CHECK
	  "ld4 r13, [r11]; st4 [r10-8], r13; sti4 [r10-4], 7; mov r1, 805306369; add r2, r10, -8; helper map_delete_elem; jeq r13, 3, @11; sti4 [r10-4], 9; mov r1, 805306369; add r2, r10, -8; helper map_lookup_elem; exit 3",
	  { PACKET, LDX(BPF_W, 6, 7, 0), STX(BPF_W, 10, -8, 6),
	    ST(BPF_W, 10, -4, 7), LDMAP(1, 1), MOV64_X(2, 10),
	    ALU64_K(BPF_ADD, 2, -8), HELPER(3), JMP_K(BPF_JEQ, 6, 3, 1),
	    ST(BPF_W, 10, -4, 9), LDMAP(1, 1), MOV64_X(2, 10),
	    ALU64_K(BPF_ADD, 2, -8), HELPER(1), MOV64_K(0, 3), EXIT() } },
	{ "the smaller of two is selected",
	  CHECK
	  "ld4 r13, [r11]; selge r14, r13, 64, 64, r13; st4 [r11], r14; exit 3",
	  { PACKET, LDX(BPF_W, 2, 7, 0), JMP_K(BPF_JLT, 2, 64, 1),
	    MOV64_K(2, 64), STX(BPF_W, 7, 0, 2), MOV64_K(0, 3), EXIT() } },
	{ "of two that are no constants, too",
	  CHECK
	  "ld4 r13, [r11]; ld4 r14, [r11+8]; sub r15, r13, r14; selslt r16, r15, 0, r13, r14; st4 [r11], r16; exit 3",
	  { PACKET, LDX(BPF_W, 2, 7, 0), LDX(BPF_W, 3, 7, 8),
	    JMP_X(BPF_JLT, 2, 3, 1), MOV64_X(2, 3), STX(BPF_W, 7, 0, 2),
	    MOV64_K(0, 3), EXIT() } },
	{ "but not of 64 bits",
	  CHECK
	  "ld8 r13, [r11]; ld8 r14, [r11+8]; jlt r13, r14, @7; mov r13, r14; st4 [r11], r13; exit 3",
	  { PACKET, LDX(BPF_DW, 2, 7, 0), LDX(BPF_DW, 3, 7, 8),
	    JMP_X(BPF_JLT, 2, 3, 1), MOV64_X(2, 3), STX(BPF_W, 7, 0, 2),
	    MOV64_K(0, 3), EXIT() } },
	{ "a choice from several",
	  CHECK
	  "ld1 r13, [r11+23]; add r14, r13, 3; seleq r15, r13, 17, 2, r14; seleq r16, r13, 6, 1, r15; st4 [r11], r16; exit 3",
	  { PACKET, LDX(BPF_B, 2, 7, 23), MOV64_K(0, 1),
	    JMP_K(BPF_JEQ, 2, 6, 4), MOV64_K(0, 2), JMP_K(BPF_JEQ, 2, 17, 2),
	    MOV64_K(0, 3), ALU64_X(BPF_ADD, 0, 2), STX(BPF_W, 7, 0, 0),
	    MOV64_K(0, 3), EXIT() } },
	{ "a choice with a default that several ways share",
	  CHECK
	  "ld1 r13, [r11+23]; seleq r14, r13, 6, 1, rz; seleq r15, r13, 17, 2, rz; selgt r16, r13, 16, r15, r14; st4 [r11], r16; exit 3",
	  { PACKET, LDX(BPF_B, 2, 7, 23), MOV64_K(3, 1),
	    JMP_K(BPF_JGT, 2, 16, 3), JMP_K(BPF_JEQ, 2, 6, 5), MOV64_K(3, 0),
	    JA(3), MOV64_K(3, 2), JMP_K(BPF_JEQ, 2, 17, 1), MOV64_K(3, 0),
	    STX(BPF_W, 7, 0, 3), MOV64_K(0, 3), EXIT() } },
	{ "a pointer or NULL, and whether it is NULL",
	  CHECK "exitlt r12, r11+99, 2; ld1 r13, [r11+98]; exit r13",
	  { PACKET, MOV64_X(3, 7), MOV64_X(4, 7), ALU64_K(BPF_ADD, 4, 99),
	    JMP_X(BPF_JLE, 4, 8, 1), MOV64_K(3, 0), MOV64_K(0, 2),
	    JMP_K(BPF_JEQ, 3, 0, 1), LDX(BPF_B, 0, 3, 98), EXIT() } },
	{ "and what is done if it is not",
	  CHECK
	  "sub r13, r12, r11; selslt r14, r13, 99, 0, r11; jslt r13, 99, @9; ld1 r15, [r14+98]; st4 [r11], r15; exit 3; mov r15, 2; jmp @7",
	  { PACKET, MOV64_X(3, 7), MOV64_X(4, 7), ALU64_K(BPF_ADD, 4, 99),
	    JMP_X(BPF_JLE, 4, 8, 1), MOV64_K(3, 0), MOV64_K(0, 2),
	    JMP_K(BPF_JEQ, 3, 0, 1), LDX(BPF_B, 0, 3, 98), STX(BPF_W, 7, 0, 0),
	    MOV64_K(0, 3), EXIT() } },
	{ "nothing is known of a sum that may overflow",
	  CHECK
	  "ld4 r13, [r11]; ld4 r14, [r11+4]; jlt r13, r14-8, @9; mov r15, 7; st4 [r11], r15; exit 3; mov r15, 1; jmp @7",
	  { PACKET, LDX(BPF_W, 2, 7, 0), LDX(BPF_W, 3, 7, 4), MOV64_X(4, 3),
	    ALU64_K(BPF_ADD, 4, -8), MOV64_K(5, 1), JMP_X(BPF_JLT, 2, 4, 1),
	    MOV64_K(5, 7), STX(BPF_W, 7, 0, 5), MOV64_K(0, 3), EXIT() } },
	{ "who did not find it exits",
	  CHECK
	  "ld2 r13, [r11+12]; exitne r13, 8, 2; ld4 r14, [r11+26]; st1 [r11], r14; st4 [r11+30], r14; exit 3",
	  { PACKET, MOV64_K(3, 0), MOV64_K(4, 0), LDX(BPF_H, 2, 7, 12),
	    JMP_K(BPF_JNE, 2, 8, 3), LDX(BPF_W, 4, 7, 26), STX(BPF_B, 7, 0, 4),
	    MOV64_K(3, 1), MOV64_K(0, 2), JMP_K(BPF_JEQ, 3, 0, 2),
	    STX(BPF_W, 7, 30, 4), MOV64_K(0, 3), EXIT() } },
	{ "who may have found it is asked",
	  CHECK
	  "ld1 r13, [r11]; ld2 r14, [r11+12]; jne r14, 8, @12; ld4 r15, [r11+26]; st1 [r11], r15; mov r13, 1; exiteq r13, 0, 2; st4 [r11+30], r15; exit 3; mov r15, 0; jmp @9",
	  { PACKET, LDX(BPF_B, 3, 7, 0), MOV64_K(4, 0), LDX(BPF_H, 2, 7, 12),
	    JMP_K(BPF_JNE, 2, 8, 3), LDX(BPF_W, 4, 7, 26), STX(BPF_B, 7, 0, 4),
	    MOV64_K(3, 1), MOV64_K(0, 2), JMP_K(BPF_JEQ, 3, 0, 2),
	    STX(BPF_W, 7, 30, 4), MOV64_K(0, 3), EXIT() } },
	{ "one of two numbers, or an exit",
	  CHECK
	  "ld1 r13, [r11+23]; seleq r14, r13, 6, 17, r13; exitne r14, 17, 2; ld1 r15, [r11]; exit r15",
	  { PACKET, LDX(BPF_B, 2, 7, 23), MOV64_K(0, 2),
	    JMP_K(BPF_JEQ, 2, 6, 1), JMP_K(BPF_JNE, 2, 17, 1),
	    LDX(BPF_B, 0, 7, 0), EXIT() } },
	{ "a way with an access is taken or not",
	  CHECK
	  "ld1 r13, [r11+23]; jeq r13, 6, @8; ld1 r14, [r11]; st4 [r11+8], r14; exit 3; mov r14, 2; jmp @6",
	  { PACKET, LDX(BPF_B, 2, 7, 23), MOV64_K(0, 2),
	    JMP_K(BPF_JEQ, 2, 6, 1), LDX(BPF_B, 0, 7, 0), STX(BPF_W, 7, 8, 0),
	    MOV64_K(0, 3), EXIT() } },
	{ "half of a number in network order is compared as a byte",
	  CHECK "ld1 r13, [r11+12]; exitlt r13, 6, 1; exit 2",
	  { PACKET, LDX(BPF_H, 2, 7, 12), MOV64_K(0, 1), ALU64_K(BPF_LSH, 2, 8),
	    ALU64_K(BPF_AND, 2, 0xff00), JMP_K(BPF_JLT, 2, 1536, 1),
	    MOV64_K(0, 2), EXIT() } },
	{ "a test of high bits of 16",
	  CHECK "ld2 r13, [r11+20]; exitset.w r13, -193, 1; exit 2",
	  { PACKET, LDX(BPF_H, 2, 7, 20), MOV64_K(0, 1),
	    ALU64_K(BPF_AND, 2, 0xff3f), JMP_K(BPF_JNE, 2, 0, 1), MOV64_K(0, 2),
	    EXIT() } },
	{ "what does not change in a loop",
	  CHECK
	  "ld4 r13, [r11]; mul r14, r13, 31; ld1 r15, [r11+8]; mov r16, 0; mov r17, 4; add r18, r16, r14; xor r16, r18, r15; add r17, r17, -1; jne r17, 0, @8; st4 [r11], r16; exit 3",
	  { PACKET, LDX(BPF_W, 2, 7, 0), MOV64_K(3, 4), MOV64_K(0, 0),
	    MOV64_X(4, 2), ALU64_K(BPF_MUL, 4, 31), LDX(BPF_B, 5, 7, 8),
	    ALU64_X(BPF_ADD, 0, 4), ALU64_X(BPF_XOR, 0, 5),
	    ALU64_K(BPF_SUB, 3, 1), JMP_K(BPF_JNE, 3, 0, -7),
	    STX(BPF_W, 7, 0, 0), MOV64_K(0, 3), EXIT() } },
	{ "but what does",
	  CHECK
	  "mov r13, 0; mov r14, 4; ld1 r15, [r11+8]; xor r13, r13, r15; st1 [r11+8], r13; add r14, r14, -1; jne r14, 0, @5; exit 3",
	  { PACKET, LDX(BPF_W, 2, 7, 0), MOV64_K(3, 4), MOV64_K(0, 0),
	    LDX(BPF_B, 5, 7, 8), ALU64_X(BPF_XOR, 0, 5), STX(BPF_B, 7, 8, 0),
	    ALU64_K(BPF_SUB, 3, 1), JMP_K(BPF_JNE, 3, 0, -5), MOV64_K(0, 3),
	    EXIT() } },
	{ "a remainder that is written as a difference",
	  CHECK
	  "ld4 r13, [r11]; ld4 r14, [r11+4]; mod.w r15, r13, r14; exit r15",
	  { PACKET, LDX(BPF_W, 2, 7, 0), LDX(BPF_W, 3, 7, 4), MOV32_X(4, 2),
	    ALU32_X(BPF_DIV, 4, 3), ALU32_X(BPF_MUL, 4, 3),
	    ALU32_X(BPF_SUB, 2, 4), MOV64_X(0, 2), EXIT() } },
	{ "what is swapped twice",
	  CHECK "ld2.be r13, [r11]; st2 [r11+8], r13; swap2 r14, r13; exit r14",
	  { PACKET, LDX(BPF_H, 2, 7, 0),
	    INSN(BPF_ALU | BPF_END | BPF_TO_BE, 2, 0, 0, 16),
	    STX(BPF_H, 7, 8, 2),
	    INSN(BPF_ALU | BPF_END | BPF_TO_BE, 2, 0, 0, 16), MOV64_X(0, 2),
	    EXIT() } },
	{ "the low half of a number that is compared by halves",
	  CHECK "ld8 r13, [r11]; exitgt.w r13, 5, 1; exit 2",
	  { PACKET, LDX(BPF_DW, 2, 7, 0), MOV32_X(3, 2), MOV64_K(0, 1),
	    JMP32_K(BPF_JGT, 3, 5, 1), MOV64_K(0, 2), EXIT() } },
	{ "pieces of a number are one store",
	  CHECK "ld4 r13, [r11+40]; st2 [r11], r13; exit 3",
	  { PACKET, LDX(BPF_W, 2, 7, 40), MOV64_X(3, 2), STX(BPF_B, 7, 0, 2),
	    ALU64_K(BPF_RSH, 3, 8), STX(BPF_B, 7, 1, 3), MOV64_K(0, 3),
	    EXIT() } },
	{ "a copy in pieces is in larger ones",
	  CHECK "ld6 r13, [r11]; st6 [r11+6], r13; exit 3",
	  { PACKET, LDX(BPF_H, 2, 7, 0), STX(BPF_H, 7, 6, 2),
	    LDX(BPF_H, 2, 7, 2), STX(BPF_H, 7, 8, 2), LDX(BPF_H, 2, 7, 4),
	    STX(BPF_H, 7, 10, 2), MOV64_K(0, 3), EXIT() } },
	{ "but not onto itself",
	  CHECK "ld1 r13, [r11]; st1 [r11+1], r13; st1 [r11+2], r13; exit 3",
	  { PACKET, LDX(BPF_B, 2, 7, 0), STX(BPF_B, 7, 1, 2),
	    LDX(BPF_B, 2, 7, 1), STX(BPF_B, 7, 2, 2), MOV64_K(0, 3), EXIT() } },
	{ "packet pointers are not NULL",
	  CHECK "ld1 r13, [r11+14]; exit r13",
	  { PACKET, ALU64_K(BPF_ADD, 7, 14), MOV64_K(0, 1),
	    JMP_K(BPF_JEQ, 7, 0, 1), LDX(BPF_B, 0, 7, 0), EXIT() } },
	{ "values of maps may be",
	  "sti4 [r10-4], 0; mov r1, 805306368; add r2, r10, -4; helper map_lookup_elem; exiteq r0, 0, 2; mov r11, 1; atomadd [r0], r11; exit 2",
	  { ST(BPF_W, 10, -4, 0), LDMAP(1, 0), MOV64_X(2, 10),
	    ALU64_K(BPF_ADD, 2, -4), HELPER(1), JMP_K(BPF_JEQ, 0, 0, 2),
	    MOV64_K(1, 1), ATOMIC(BPF_DW, 0, 0, 1, BPF_ADD), MOV64_K(0, 2),
	    EXIT() } },
	{ "one move for all that go on with it",
	  CHECK
	  "ld4 r13, [r11]; jeq r13, 1, @12; ld4 r14, [r11+4]; jeq r14, 1, @12; ld4 r15, [r11+8]; jeq r15, 1, @12; ld4 r16, [r11+12]; st4 [r11], r16; exit 3; mov r16, 5; jmp @10",
	  { PACKET, LDX(BPF_W, 2, 7, 0), MOV64_K(3, 5), JMP_K(BPF_JEQ, 2, 1, 5),
	    LDX(BPF_W, 4, 7, 4), JMP_K(BPF_JEQ, 4, 1, 3), LDX(BPF_W, 4, 7, 8),
	    JMP_K(BPF_JEQ, 4, 1, 1), LDX(BPF_W, 3, 7, 12), STX(BPF_W, 7, 0, 3),
	    MOV64_K(0, 3), EXIT() } },
	{ "exits with the same verdict are shared",
	  CHECK "ld4 r13, [r11]; exiteq r13, 1, 2; exiteq r13, 2, 2; exit 3",
	  { PACKET, LDX(BPF_W, 2, 7, 0), MOV64_K(0, 2), JMP_K(BPF_JEQ, 2, 1, 3),
	    JMP_K(BPF_JEQ, 2, 2, 2), STX(BPF_W, 7, 0, 2), MOV64_K(0, 3),
	    EXIT() } },
	{ "a value across a call is where the call keeps it",
	  "ld4 r11, [ctx+12]; mov r1, r11; call @5, 512; add r12, r0, r11; exit r12; add r0, r1, 1; ret",
	  { LDX(BPF_W, 6, 1, 12), MOV64_X(1, 6), CALL(2),
	    ALU64_X(BPF_ADD, 0, 6), EXIT(), MOV64_X(0, 1),
	    /* It is not plain to see how much of its frame it uses. */
	    STX(BPF_DW, 10, -8, 10), ALU64_K(BPF_ADD, 0, 1), EXIT() } },
	{ "a function that is called once",
	  "ld4 r11, [ctx+12]; add r12, r11, 1; add r13, r12, r11; exit r13",
	  { LDX(BPF_W, 6, 1, 12), MOV64_X(1, 6), CALL(2),
	    ALU64_X(BPF_ADD, 0, 6), EXIT(), MOV64_X(0, 1),
	    ALU64_K(BPF_ADD, 0, 1), EXIT() } },
	{ "a small one that is called twice, with two ends",
	  CHECK
	  "ld4 r13, [r11]; selle r14, r13, 7, 5, r13; st4 [r11], r14; ld4 r15, [r11+4]; selle r16, r15, 7, 5, r15; st4 [r11+4], r16; exit 3",
	  { PACKET, LDX(BPF_W, 1, 7, 0), CALL(6), STX(BPF_W, 7, 0, 0),
	    LDX(BPF_W, 1, 7, 4), CALL(3), STX(BPF_W, 7, 4, 0), MOV64_K(0, 3),
	    EXIT(), MOV64_K(0, 5), JMP_K(BPF_JGT, 1, 7, 1), EXIT(),
	    MOV64_X(0, 1), EXIT() } },
	{ "one with a frame of its own, below its caller's",
	  "sti4 [r10-4], 1; mov r1, 805306368; add r2, r10, -12; helper map_lookup_elem; add r2, r10, -4; helper map_delete_elem; exit 2",
	  { ST(BPF_W, 10, -4, 1), LDMAP(1, 0), CALL(8), LDMAP(1, 0),
	    MOV64_X(2, 10), ALU64_K(BPF_ADD, 2, -4), HELPER(3), MOV64_K(0, 2),
	    EXIT(), ST(BPF_W, 10, -4, 2), MOV64_X(2, 10),
	    ALU64_K(BPF_ADD, 2, -4), HELPER(1), EXIT() } },
	{ "the old value of an atomic that nobody wants",
	  "sti8 [r10-8], 0; mov r11, 1; atomadd [r10-8], r11; ld8 r12, [r10-8]; exit r12",
	  { ST(BPF_DW, 10, -8, 0), MOV64_K(1, 1),
	    ATOMIC(BPF_DW, 10, -8, 1, BPF_ADD | BPF_FETCH),
	    LDX(BPF_DW, 0, 10, -8), EXIT() } },
	{ "16 bits that are only compared are in the branch",
	  CHECK
	  "ld2.s r13, [r11+12]; exiteq r13, -8826, 1; exiteq.w r13, 8, 1; exit 2",
	  { PACKET, LDX(BPF_H, 2, 7, 12), MOV64_K(0, 1),
	    JMP_K(BPF_JEQ, 2, 0xdd86, 2), JMP32_K(BPF_JEQ, 2, 8, 1),
	    MOV64_K(0, 2), EXIT() } },
	{ "but not if they are used as well",
	  CHECK
	  "ld2 r13, [r11+12]; mov.w r14, 56710; exitne r13, r14, 2; exit r13",
	  { PACKET, LDX(BPF_H, 2, 7, 12), MOV64_X(0, 2),
	    JMP_K(BPF_JEQ, 2, 0xdd86, 1), MOV64_K(0, 2), EXIT() } },
	{ "a copy from a map value to the packet",
	  CHECK
	  "sti4 [r10-4], 0; mov r1, 805306368; add r2, r10, -4; helper map_lookup_elem; exiteq r0, 0, 3; ld6 r13, [r0]; st6 [r11], r13; exit 3",
	  { PACKET, ST(BPF_W, 10, -4, 0), LDMAP(1, 0), MOV64_X(2, 10),
	    ALU64_K(BPF_ADD, 2, -4), HELPER(1), JMP_K(BPF_JEQ, 0, 0, 4),
	    LDX(BPF_H, 1, 0, 0), STX(BPF_H, 7, 0, 1), LDX(BPF_W, 1, 0, 2),
	    STX(BPF_W, 7, 2, 1), MOV64_K(0, 3), EXIT() } },
	{ "a check that is certain to exit ends the program",
	  CHECK "ld1 r13, [r11]; exitle r13, 100, 1; exit 3",
	  { PACKET, LDX(BPF_B, 2, 7, 0), MOV64_K(0, 1),
	    JMP_K(BPF_JLE, 2, 100, 3), MOV64_K(0, 3), JMP_K(BPF_JGT, 2, 50, 1),
	    MOV64_K(0, 2), EXIT() } },
	{ "bytes swapped twice are as they were",
	  CHECK "ld2 r13, [r11]; exit r13",
	  { PACKET, LDX(BPF_W, 0, 7, 0),
	    INSN(BPF_ALU | BPF_END | BPF_TO_BE, 0, 0, 0, 16),
	    INSN(BPF_ALU | BPF_END | BPF_TO_BE, 0, 0, 0, 16), EXIT() } },
	{ "a quotient on the right is part of a remainder, too",
	  CHECK "ld4 r13, [r11]; ld4 r14, [r11+4]; mod r15, r13, r14; exit r15",
	  { PACKET, LDX(BPF_W, 0, 7, 0), LDX(BPF_W, 3, 7, 4), MOV64_X(2, 0),
	    ALU64_X(BPF_DIV, 2, 3), MOV64_X(4, 3), ALU64_X(BPF_MUL, 4, 2),
	    ALU64_X(BPF_SUB, 0, 4), EXIT() } },
	{ "a pointer to one of two memories may change either",
	  CHECK
	  "sti8 [r10-8], 5; ld1 r13, [r11]; add r14, r10, -8; selne r15, r13, 0, r14, r11; sti8 [r15], 9; ld8 r16, [r10-8]; exit r16",
	  { PACKET, ST(BPF_DW, 10, -8, 5), LDX(BPF_B, 2, 7, 0), MOV64_X(3, 10),
	    ALU64_K(BPF_ADD, 3, -8), JMP_K(BPF_JNE, 2, 0, 1), MOV64_X(3, 7),
	    ST(BPF_DW, 3, 0, 9), LDX(BPF_DW, 0, 10, -8), EXIT() } },
	{ "a packet pointer or NULL, asked whether it is NULL",
	  CHECK "ld1 r13, [r11]; exitne r13, 4, 2; ld1 r14, [r11+20]; exit r14",
	  { PACKET, LDX(BPF_B, 2, 7, 0), MOV64_X(3, 7), JMP_K(BPF_JEQ, 2, 4, 1),
	    MOV64_K(3, 0), MOV64_K(0, 2), JMP_K(BPF_JEQ, 3, 0, 1),
	    LDX(BPF_B, 0, 3, 20), EXIT() } },
	{ "what is shifted is compared as it was",
	  CHECK "ld1 r13, [r11]; exiteq r13, 4, 2; exit 3",
	  { PACKET, LDX(BPF_B, 2, 7, 0), ALU64_K(BPF_LSH, 2, 4), MOV64_K(0, 2),
	    JMP_K(BPF_JEQ, 2, 0x40, 1), MOV64_K(0, 3), EXIT() } },
	{ "an exit with the low half of a choice",
	  CHECK "ld8 r13, [r11]; exitle r13, 5, 3; mov.w r14, r13; exit r14",
	  { PACKET, LDX(BPF_DW, 0, 7, 0), JMP_K(BPF_JGT, 0, 5, 1),
	    MOV64_K(0, 3), MOV32_X(0, 0), EXIT() } },
};

static void test_cases(void)
{
	static const struct fn_tr_options o = { .level = 2, .lanes = 1 };
	char text[4096];
	u32 t;

	for (t = 0; t < ARRAY_SIZE(cases); t++) {
		struct fn_image *img = optimised(
			cases[t].insns, bpf_length(cases[t].insns, MAX), &o);

		listing(img, STOPS_HIDDEN, text, sizeof(text));
		is_str(img ? text : logged, cases[t].text, cases[t].what);
		fn_free(img);
	}
}

/* A program with something for every pass. */
static const struct bpf_insn mixture[] = {
	PACKET,
	LDX(BPF_B, 2, 7, 12),
	LDX(BPF_B, 3, 7, 13),
	ALU64_K(BPF_LSH, 3, 8),
	ALU64_X(BPF_OR, 3, 2),
	JMP_K(BPF_JNE, 3, 8, 9),
	MOV64_X(6, 7),
	ALU64_K(BPF_ADD, 6, 14),
	JMP_K(BPF_JEQ, 6, 0, 6),
	LDX(BPF_B, 2, 6, 9),
	MOV64_K(4, 17),
	JMP_X(BPF_JNE, 2, 4, 3),
	STX(BPF_W, 7, 0, 2),
	MOV64_K(0, 3),
	EXIT(),
	MOV64_K(0, 2),
	EXIT(),
};

static u32 words(const struct fn_tr_options *o)
{
	struct fn_image *img = optimised(mixture, ARRAY_SIZE(mixture), o);
	u32 n = img ? img->nwords : 0;

	fn_free(img);
	return n;
}

static void test_without(void)
{
	static const char *const shorten[] = { "fold", "fuse", "merge",
					       "range" };
	struct fn_tr_options o = { .level = 2, .lanes = 1 };
	u32 best = words(&o), i;

	for (i = 0; i < ARRAY_SIZE(shorten); i++) {
		o.without = shorten[i];
		if (!ok(words(&o) > best, "longer without %s", shorten[i]))
			diag("%u words, %u with it", words(&o), best);
	}
	o.without = "alloc,encode";
	is_u64(words(&o), best, "what is needed can't be left out");
	o.without =
		"copy,fold,fuse,dce,merge,range,exits,decide,guard,inline,sign,bounds,facts,cse,mem,dse,licm,tails,thread,ifconv,join,kinds,args,layout";
	ok(words(&o) > best, "without any of them it still works");
}

/* Words and the ends of their groups. */
static void grouped(const struct bpf_insn *insns, u32 len,
		    const struct fn_tr_options *o, const char *want,
		    const char *what)
{
	struct fn_image *img = optimised(insns, len, o);
	char text[1024];

	listing(img, STOPS_SHOWN, text, sizeof(text));
	is_str(img ? text : logged, want, what);
	fn_free(img);
}

static void test_groups(void)
{
	static const struct bpf_insn insns[] = {
		LDX(BPF_W, 2, 1, 12),	LDX(BPF_W, 3, 1, 16),
		LDX(BPF_W, 4, 1, 8),	ALU64_X(BPF_MUL, 2, 3),
		ALU64_X(BPF_MUL, 3, 4), MOV64_X(0, 2),
		ALU64_X(BPF_ADD, 0, 3), EXIT(),
	};
	/* Checks, and what they allow. */
	static const struct bpf_insn checks[] = {
		PACKET,
		LDX(BPF_H, 2, 7, 12),
		MOV64_K(0, 2),
		JMP_K(BPF_JNE, 2, 8, 4),
		LDX(BPF_B, 3, 7, 23),
		ST(BPF_W, 7, 0, 0),
		JMP_K(BPF_JEQ, 3, 6, 1),
		MOV64_K(0, 3),
		EXIT(),
	};
	/* Two chains one after the other. */
	static const struct bpf_insn chains[] = {
		PACKET,
		LDX(BPF_W, 2, 7, 24),
		ALU64_K(BPF_XOR, 2, 5),
		STX(BPF_DW, 7, 8, 2),
		LDX(BPF_W, 3, 7, 32),
		ALU64_K(BPF_XOR, 3, 6),
		STX(BPF_DW, 7, 16, 3),
		MOV64_K(0, 2),
		EXIT(),
	};
	static const struct fn_tr_options one = { .level = 2, .lanes = 1 };
	static const struct fn_tr_options four = { .level = 2, .lanes = 4 };
	static const struct fn_tr_options apart = { .level = 2,
						    .lanes = 4,
						    .blocks = true };

	grouped(chains, ARRAY_SIZE(chains), &four,
		"ld4 r11, [ctx] ld4 r12, [ctx+4] ;; exitlt r12, r11+64, 1 ld4 r13, [r11+24] ld4 r15, [r11+32] ;; xor r14, r13, 5 xor r16, r15, 6 ;; st8 [r11+8], r14 st8 [r11+16], r16 exit 2 ;;",
		"two chains side by side");
	grouped(checks, ARRAY_SIZE(checks), &four,
		"ld4 r11, [ctx] ld4 r12, [ctx+4] ;; exitlt r12, r11+64, 1 ld2 r13, [r11+12] ld1 r14, [r11+23] ;; exitne r13, 8, 2 sti4 [r11], 0 exiteq r14, 6, 2 exit 3 ;;",
		"a check and what it allows");
	grouped(checks, ARRAY_SIZE(checks), &apart,
		"ld4 r11, [ctx] ld4 r12, [ctx+4] ;; jge r12, r11+64, @4 ;; exit 1 ;; ld2 r13, [r11+12] ;; jne r13, 8, @10 ;; ld1 r14, [r11+23] sti4 [r11], 0 ;; jeq r14, 6, @10 ;; exit 3 ;; exit 2 ;;",
		"the same, a block at a time");
	grouped(insns, ARRAY_SIZE(insns), &one,
		"ld4 r11, [ctx+12] ;; ld4 r12, [ctx+16] ;; ld4 r13, [ctx+8] ;; mul r14, r11, r12 ;; mul r15, r12, r13 ;; add r16, r14, r15 ;; exit r16 ;;",
		"groups");
	grouped(insns, ARRAY_SIZE(insns), &four,
		"ld4 r11, [ctx+12] ld4 r12, [ctx+16] ;; ld4 r13, [ctx+8] mul r14, r11, r12 ;; mul r15, r12, r13 ;; add r16, r14, r15 ;; exit r16 ;;",
		"groups");
}

/* What is left of merging where only its frequent cases are known. */
static void test_merge_general(void)
{
	static const struct bpf_insn insns[] = {
		PACKET,
		ST(BPF_W, 7, 0, 0),
		ST(BPF_W, 7, 4, 0),
		ST(BPF_H, 7, 8, 1),
		ST(BPF_H, 7, 10, 0),
		LDX(BPF_W, 2, 7, 24),
		LDX(BPF_H, 3, 7, 28),
		LDX(BPF_H, 4, 7, 30),
		STX(BPF_W, 7, 32, 2),
		STX(BPF_H, 7, 36, 3),
		STX(BPF_H, 7, 38, 4),
		MOV64_K(0, 2),
		EXIT(),
	};
	static const struct fn_tr_options all = { .level = 2, .lanes = 8 };
	static const struct fn_tr_options few = { .level = 2,
						  .lanes = 8,
						  .without = FN_MERGE_GENERAL };

	grouped(insns, ARRAY_SIZE(insns), &all,
		"ld4 r11, [ctx] ld4 r12, [ctx+4] ;; exitlt r12, r11+64, 1 ld8 r13, [r11+24] sti8 [r11], 0 sti4 [r11+8], 1 ;; st8 [r11+32], r13 exit 2 ;;",
		"all that can be merged");
	grouped(insns, ARRAY_SIZE(insns), &few,
		"ld4 r11, [ctx] ld4 r12, [ctx+4] ;; exitlt r12, r11+64, 1 ld6 r13, [r11+24] ld2 r14, [r11+30] sti8 [r11], 0 sti2 [r11+8], 1 ;; sti2 [r11+10], 0 st6 [r11+32], r13 st2 [r11+38], r14 exit 2 ;;",
		"what clears and copies");
}

static void test_optional(void)
{
	ok(fn_translate_optional("merge,", 5), "merge can be left out");
	ok(fn_translate_optional(FN_MERGE_GENERAL, strlen(FN_MERGE_GENERAL)),
	   "so can a part of it");
	ok(!fn_translate_optional("encode", 6), "encode can't");
	ok(!fn_translate_optional("mer", 3), "there is no pass mer");
	ok(!fn_translate_optional("", 0), "nor one without a name");
}

int main(void)
{
	test_cases();
	test_merge_general();
	test_optional();
	test_without();
	test_groups();
	return done_testing();
}
