// SPDX-License-Identifier: GPL-2.0
/*
 * BPF instructions as the tool prints them.
 */
#include "bpf_insn.h"
#include "tap.h"

#include "userspace/code/bpf_print.c"

/* clang-format off */
static const struct {
	struct bpf_insn insn[2];
	const char *text;
} cases[] = {
	{ { MOV64_K(1, -3) }, "r1 = -3" },
	{ { MOV64_X(1, 2) }, "r1 = r2" },
	{ { MOV32_X(1, 2) }, "w1 = w2" },
	{ { INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 2, 8, 0) }, "r1 = (s8)r2" },
	{ { INSN(BPF_ALU | BPF_MOV | BPF_X, 1, 2, 16, 0) }, "w1 = (s16)w2" },
	{ { ALU64_K(BPF_ADD, 3, 4) }, "r3 += 4" },
	{ { ALU32_X(BPF_ARSH, 3, 4) }, "w3 s>>= w4" },
	{ { INSN(BPF_ALU64 | BPF_DIV | BPF_X, 1, 2, 1, 0) }, "r1 s/= r2" },
	{ { INSN(BPF_ALU64 | BPF_MOD | BPF_K, 1, 0, 1, 7) }, "r1 s%= 7" },
	{ { ALU64_K(BPF_NEG, 5, 0) }, "r5 = -r5" },
	{ { INSN(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 16) }, "r1 = be16 r1" },
	{ { INSN(BPF_ALU | BPF_END | BPF_TO_LE, 1, 0, 0, 32) }, "r1 = le32 r1" },
	{ { INSN(BPF_ALU64 | BPF_END, 1, 0, 0, 64) }, "r1 = bswap64 r1" },
	{ { LDX(BPF_W, 1, 2, -8) }, "r1 = *(u32 *)(r2 -8)" },
	{ { LDSX(BPF_B, 1, 2, 8) }, "r1 = *(s8 *)(r2 +8)" },
	{ { STX(BPF_DW, 10, -8, 1) }, "*(u64 *)(r10 -8) = r1" },
	{ { ST(BPF_H, 10, -2, 7) }, "*(u16 *)(r10 -2) = 7" },
	{ { ATOMIC(BPF_DW, 1, 8, 2, BPF_ADD) }, "lock *(u64 *)(r1 +8) += r2" },
	{ { ATOMIC(BPF_W, 1, 0, 2, BPF_XOR | BPF_FETCH) },
	  "w2 = atomic_xor((u32 *)(r1 +0), w2)" },
	{ { ATOMIC(BPF_DW, 1, 0, 2, BPF_XCHG) },
	  "r2 = atomic_xchg((u64 *)(r1 +0), r2)" },
	{ { ATOMIC(BPF_DW, 1, 0, 2, BPF_CMPXCHG) },
	  "r0 = atomic_cmpxchg((u64 *)(r1 +0), r0, r2)" },
	{ { JMP_K(BPF_JEQ, 1, 5, 2) }, "if r1 == 5 goto 13" },
	{ { JMP32_X(BPF_JSLT, 1, 2, -1) }, "if w1 s< w2 goto 10" },
	{ { JMP_X(BPF_JSET, 1, 2, 0) }, "if r1 & r2 goto 11" },
	{ { JA(-11) }, "goto 0" },
	{ { GOTOL(100000) }, "goto 100011" },
	{ { MAY_GOTO(1) }, "may_goto 12" },
	{ { HELPER(1) }, "call map_lookup_elem#1" },
	{ { HELPER(9999) }, "call helper#9999" },
	{ { CALL(4) }, "call 15" },
	{ { INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, 77) },
	  "call kernel function 77" },
	{ { EXIT() }, "exit" },
	{ { LD64(1, 0x123456789abcdefULL) }, "r1 = 0x123456789abcdef ll" },
	{ { LDMAP(1, 2) }, "r1 = map[2]" },
	{ { INSN(BPF_LD | BPF_ABS | BPF_H, 0, 0, 0, 12) },
	  "r0 = *(u16 *)skb[12]" },
	{ { INSN(BPF_LD | BPF_IND | BPF_B, 0, 3, 0, -4) },
	  "r0 = *(u8 *)skb[r3 -4]" },
	{ { INSN(0xff, 1, 2, 3, 4) },
	  "undefined: code 0xff dst 1 src 2 off 3 imm 4" },
	{ { INSN(BPF_STX | BPF_ATOMIC | BPF_W, 1, 2, 3, 0x33) },
	  "undefined: code 0xc3 dst 1 src 2 off 3 imm 51" },
};
/* clang-format on */

static void test_room(void)
{
	static const struct bpf_insn insn = LDX(BPF_W, 1, 2, -8);
	char buf[8] = "1234567";
	int len;

	len = fn_bpf_print(buf, 5, &insn, 0);
	is_u64(len, strlen("r1 = *(u32 *)(r2 -8)"),
	       "the length does not depend on the room");
	is_str(buf, "r1 =", "what does not fit is cut");
	ok(buf[5] == '6', "nothing is written past the room");
}

static void test_any(void)
{
	struct bpf_insn insn[2] = {};
	char buf[128];
	bool good = true;
	u32 i;

	for (i = 0; i < 1 << 22; i++) {
		insn->code = i;
		insn->dst_reg = i >> 8;
		insn->src_reg = i >> 12;
		insn->off = i >> 16;
		insn->imm = i >> 14;
		good &= fn_bpf_print(buf, sizeof(buf), insn, i) > 0;
	}
	ok(good, "every instruction prints as something");
}

int main(void)
{
	char buf[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fn_bpf_print(buf, sizeof(buf), cases[i].insn, 10);
		is_str(buf, cases[i].text, cases[i].text);
	}
	test_room();
	test_any();
	return done_testing();
}
