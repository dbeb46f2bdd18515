// SPDX-License-Identifier: GPL-2.0
/*
 * Unoptimised translation: what each kind of BPF instruction becomes, and what
 * is refused with which words.
 */
#include "offload/helpers.h"
#include "translated.h"

#define MAX 24

/* Level 0, printed after a pass unless @after is NULL. */
static int translate_plain(const struct bpf_insn *insns, u32 len,
			   const char *after, struct fn_image **img)
{
	struct fn_tr_options o = {
		.lanes = 1,
		.after = after,
		.dump = &to_text,
	};

	return translate(insns, len, &o, img);
}

static const struct {
	const char *text;
	struct bpf_insn insns[MAX];
} good[] = {
	{ "mov r0, 2; exit r0", { MOV64_K(0, 2), EXIT() } },
	{ "mov.w r0, -1; mov.w r1, r2; mov r3, r4; exit r0",
	  { MOV32_K(0, -1), MOV32_X(1, 2), MOV64_X(3, 4), EXIT() } },
	{ "sx1 r1, r2; sx2 r1, r2; sx4 r1, r2; sx1.w r1, r2; sx2.w r1, r2; exit r0",
	  { INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 2, 8, 0),
	    INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 2, 16, 0),
	    INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 2, 32, 0),
	    INSN(BPF_ALU | BPF_MOV | BPF_X, 1, 2, 8, 0),
	    INSN(BPF_ALU | BPF_MOV | BPF_X, 1, 2, 16, 0), EXIT() } },
	{ "add r1, r1, r2; sub.w r1, r1, r2; mul r1, r1, -3; or.w r1, r1, -3; exit r0",
	  { ALU64_X(BPF_ADD, 1, 2), ALU32_X(BPF_SUB, 1, 2),
	    ALU64_K(BPF_MUL, 1, -3), ALU32_K(BPF_OR, 1, -3), EXIT() } },
	{ "and r1, r1, r2; xor r1, r1, 5; lsh r1, r1, 63; rsh.w r1, r1, r9; arsh r1, r1, r2; exit r0",
	  { ALU64_X(BPF_AND, 1, 2), ALU64_K(BPF_XOR, 1, 5),
	    ALU64_K(BPF_LSH, 1, 63), ALU32_X(BPF_RSH, 1, 9),
	    ALU64_X(BPF_ARSH, 1, 2), EXIT() } },
	{ "div r1, r1, r2; sdiv.w r1, r1, -7; mod.w r1, r1, 9; smod r1, r1, r2; exit r0",
	  { ALU64_X(BPF_DIV, 1, 2),
	    INSN(BPF_ALU | BPF_DIV | BPF_K, 1, 0, 1, -7),
	    ALU32_K(BPF_MOD, 1, 9),
	    INSN(BPF_ALU64 | BPF_MOD | BPF_X, 1, 2, 1, 0), EXIT() } },
	{ "rsub r1, r1, 0; rsub.w r2, r2, 0; exit r0",
	  { INSN(BPF_ALU64 | BPF_NEG, 1, 0, 0, 0),
	    INSN(BPF_ALU | BPF_NEG, 2, 0, 0, 0), EXIT() } },
	{ "swap2 r1, r1; swap4 r1, r1; swap8 r1, r1; zx2 r1, r1; zx4 r1, r1; exit r0",
	  { INSN(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 16),
	    INSN(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 32),
	    INSN(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 64),
	    INSN(BPF_ALU | BPF_END | BPF_TO_LE, 1, 0, 0, 16),
	    INSN(BPF_ALU | BPF_END | BPF_TO_LE, 1, 0, 0, 32),
	    INSN(BPF_ALU | BPF_END | BPF_TO_LE, 1, 0, 0, 64), EXIT() } },
	{ "swap2 r1, r1; swap4 r1, r1; swap8 r1, r1; exit r0",
	  { INSN(BPF_ALU64 | BPF_END | BPF_TO_LE, 1, 0, 0, 16),
	    INSN(BPF_ALU64 | BPF_END | BPF_TO_LE, 1, 0, 0, 32),
	    INSN(BPF_ALU64 | BPF_END | BPF_TO_LE, 1, 0, 0, 64), EXIT() } },
	{ "ld1 r1, [r2]; ld2 r1, [r2-2]; ld4 r1, [r2+4]; ld8 r1, [r2+32767]; exit r0",
	  { LDX(BPF_B, 1, 2, 0), LDX(BPF_H, 1, 2, -2), LDX(BPF_W, 1, 2, 4),
	    LDX(BPF_DW, 1, 2, 32767), EXIT() } },
	{ "ld1.s r1, [r2]; ld2.s r1, [r2]; ld4.s r1, [r2]; exit r0",
	  { LDSX(BPF_B, 1, 2, 0), LDSX(BPF_H, 1, 2, 0), LDSX(BPF_W, 1, 2, 0),
	    EXIT() } },
	{ "st1 [r1], r2; st2 [r1], r2; st4 [r1], r2; st8 [r10-8], r2; exit r0",
	  { STX(BPF_B, 1, 0, 2), STX(BPF_H, 1, 0, 2), STX(BPF_W, 1, 0, 2),
	    STX(BPF_DW, 10, -8, 2), EXIT() } },
	{ "sti1 [r1], -1; sti2 [r1], 4660; sti4 [r1+4], -32768; sti8 [r10-8], 32767; exit r0",
	  { ST(BPF_B, 1, 0, 0x12ff), ST(BPF_H, 1, 0, 0x561234),
	    ST(BPF_W, 1, 4, -32768), ST(BPF_DW, 10, -8, 32767), EXIT() } },
	{ "mov.w r13, 32768; st4 [r1], r13; mov r13, -32769; st8 [r1], r13; exit r0",
	  { ST(BPF_W, 1, 0, 32768), ST(BPF_DW, 1, 0, -32769), EXIT() } },
	{ "atomadd [r1], r2; atomor.w [r1+4], r2; atomand r2, [r1], r2; atomxor.w r2, [r1], r2; exit r0",
	  { ATOMIC(BPF_DW, 1, 0, 2, BPF_ADD), ATOMIC(BPF_W, 1, 4, 2, BPF_OR),
	    ATOMIC(BPF_DW, 1, 0, 2, BPF_AND | BPF_FETCH),
	    ATOMIC(BPF_W, 1, 0, 2, BPF_XOR | BPF_FETCH), EXIT() } },
	{ "atomxchg r2, [r1], r2; atomcmpxchg.w r0, [r1], r2; exit r0",
	  { ATOMIC(BPF_DW, 1, 0, 2, BPF_XCHG),
	    ATOMIC(BPF_W, 1, 0, 2, BPF_CMPXCHG), EXIT() } },
	{ "jeq r1, 5, @3; jset.w r1, r2, @3; jsle r1, -1, @3; exit r0",
	  { JMP_K(BPF_JEQ, 1, 5, 2), JMP32_X(BPF_JSET, 1, 2, 1),
	    JMP_K(BPF_JSLE, 1, -1, 0), EXIT() } },
	{ "mov.w r13, 32768; jgt r1, r13, @3; mov r0, 1; exit r0",
	  { JMP_K(BPF_JGT, 1, 32768, 1), MOV64_K(0, 1), EXIT() } },
	{ "mov r13, -32769; jgt.w r1, r13, @3; mov r0, 1; exit r0",
	  { JMP32_K(BPF_JGT, 1, -32769, 1), MOV64_K(0, 1), EXIT() } },
	{ "jmp @2; exit r0; jmp @1", { JA(1), EXIT(), JA(-2) } },
	{ "jmp @2; exit r0; jmp @1", { GOTOL(1), EXIT(), GOTOL(-2) } },
	{ "mov r1, -1; mov.w r1, -1; mov r1, -2; movh r1, r1, 1; exit r0",
	  { LD64(1, -1ll), LD64(1, 0xffffffffll), LD64(1, 0x1fffffffell),
	    EXIT() } },
	{ "mov r1, 805306369; exit r0", { LDMAP(1, 1), EXIT() } },
	{ "helper ktime_get_ns; exit r0", { HELPER(5), EXIT() } },
	{ "call @3, 512; call @3, 512; exit r0; mov r0, 1; ret",
	  { CALL(2), CALL(1), EXIT(), MOV64_K(0, 1), EXIT() } },
	{ "mov r11, 8388608; st8 [r10-520], r11; ld8 r11, [r10-520]; sub r12, r11, 1; seleq r12, r11, 0, 0, r12; st8 [r10-520], r12; jeq r11, 0, @8; jmp @2; exit r0",
	  { MAY_GOTO(1), JA(-2), EXIT() } },
	/* What is never reached may be anything. */
	{ "exit r0",
	  { EXIT(), INSN(0xff, 15, 15, 1, 1), HELPER(9999), EXIT() } },
};

static const struct {
	const char *why;
	struct bpf_insn insns[MAX];
} bad[] = {
	{ "insn 0: opcode 0xff; the card takes",
	  { INSN(0xff, 0, 0, 0, 0), EXIT() } },
	{ "legacy packet access",
	  { INSN(BPF_LD | BPF_ABS | BPF_W, 0, 0, 0, 0), EXIT() } },
	{ "opcode 0x04 with src_reg 1; only src_reg 0 is known",
	  { INSN(BPF_ALU | BPF_ADD | BPF_K, 0, 1, 0, 0), EXIT() } },
	{ "with offset 1; only offset 0",
	  { INSN(BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 1, 0), EXIT() } },
	{ "with immediate 1; only immediate 0",
	  { INSN(BPF_ALU64 | BPF_ADD | BPF_X, 0, 0, 0, 1), EXIT() } },
	{ "immediate 7",
	  { INSN(BPF_LDX | BPF_MEM | BPF_W, 0, 1, 0, 7), EXIT() } },
	{ "src_reg 2", { INSN(BPF_ST | BPF_MEM | BPF_W, 1, 2, 0, 0), EXIT() } },
	{ "register r11; there are r0 to r10", { MOV64_X(0, 11), EXIT() } },
	{ "write to r10", { MOV64_X(10, 1), EXIT() } },
	{ "write to r10", { LDX(BPF_W, 10, 1, 0), EXIT() } },
	{ "the old value needs another register",
	  { ATOMIC(BPF_DW, 1, 0, 10, BPF_XCHG), EXIT() } },
	{ "offset 2 of a division; 0 (unsigned) and 1 (signed)",
	  { INSN(BPF_ALU64 | BPF_DIV | BPF_X, 0, 1, 2, 0), EXIT() } },
	{ "offset 32 of a move",
	  { INSN(BPF_ALU | BPF_MOV | BPF_X, 0, 1, 32, 0), EXIT() } },
	{ "offset 1 of a move",
	  { INSN(BPF_ALU64 | BPF_MOV | BPF_X, 0, 1, 1, 0), EXIT() } },
	{ "byte order conversion of 24 bits; 16, 32 and 64",
	  { INSN(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 24), EXIT() } },
	{ "atomic operation 0x10; add, or",
	  { ATOMIC(BPF_DW, 1, 0, 2, 0x10), EXIT() } },
	{ "opcode 0xcb", { ATOMIC(BPF_H, 1, 0, 2, BPF_ADD), EXIT() } },
	{ "opcode 0x95 with immediate 1",
	  { INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 1) } },
	{ "immediate 3 of a jump",
	  { INSN(BPF_JMP | BPF_JA, 0, 0, 0, 3), EXIT() } },
	{ "offset 3 of a jump",
	  { INSN(BPF_JMP32 | BPF_JA, 0, 0, 3, 0), EXIT() } },
	{ "opcode 0xe5 with src_reg 1",
	  { INSN(BPF_JMP | BPF_JCOND, 0, 1, 0, 0), EXIT() } },
	{ "helper fib_lookup (69) is not on the card, which has map_lookup_elem, map_update_elem, ",
	  { HELPER(69), EXIT() } },
	{ "helper 9999 is not on the card", { HELPER(9999), EXIT() } },
	{ "kernel function 77",
	  { INSN(BPF_JMP | BPF_CALL, 0, 2, 5, 77), EXIT() } },
	{ "call of kind 3", { INSN(BPF_JMP | BPF_CALL, 0, 3, 0, 1), EXIT() } },
	{ "map 2, offset 0; the program has maps 0 to 1",
	  { LDMAP(1, 2), EXIT() } },
	{ "value (global data)",
	  { LD64_LO(1, BPF_PSEUDO_MAP_IDX_VALUE, 0), LD64_HI(0), EXIT() } },
	{ "(callback)",
	  { LD64_LO(1, BPF_PSEUDO_FUNC, 2), LD64_HI(0), EXIT(), EXIT() } },
	{ "kernel variable",
	  { LD64_LO(1, BPF_PSEUDO_BTF_ID, 1), LD64_HI(0), EXIT() } },
	{ "second half of ld_imm64 has fields",
	  { LD64_LO(1, 0, 0), INSN(0, 1, 0, 0, 0), EXIT() } },
	{ "insn 1: the second half of ld_imm64 is missing",
	  { EXIT(), LD64_LO(1, 0, 0) } },
	{ "insn 0: target 5 is outside the program of 2", { JA(4), EXIT() } },
	{ "insn 0: target -3 is outside", { CALL(-4), EXIT() } },
	{ "insn 0: target 2 is the second half",
	  { JA(1), LD64(1, 5ll), EXIT() } },
	{ "insn 1: the program runs off its end",
	  { MOV64_K(0, 0), MOV64_K(1, 0) } },
	{ "insn 2: control goes from the function at 0 to insn 3 of another",
	  { CALL(2), JMP_K(BPF_JEQ, 0, 0, 0), MOV64_K(0, 0), EXIT() } },
};

static void test_good(void)
{
	struct fn_image *img;
	char text[2048];
	u32 t;

	for (t = 0; t < ARRAY_SIZE(good); t++) {
		int err = translate_plain(good[t].insns,
					  bpf_length(good[t].insns, MAX), NULL,
					  &img);

		listing(img, STOPS_EVERYWHERE, text, sizeof(text));
		is_str(err ? logged : text, good[t].text, "translated");
		fn_free(img);
	}
}

static void test_bad(void)
{
	struct fn_image *img;
	u32 t;

	for (t = 0; t < ARRAY_SIZE(bad); t++) {
		int err = translate_plain(bad[t].insns,
					  bpf_length(bad[t].insns, MAX), NULL,
					  &img);

		has_str(err ? logged : "accepted", bad[t].why, "refused");
		if (img || (err != -EINVAL && err != -EOPNOTSUPP))
			ok(false, "no image and a proper error (%d)", err);
	}
}

static void test_all_reasons(void)
{
	const struct bpf_insn insns[] = { HELPER(51), HELPER(12), EXIT() };
	struct fn_image *img;

	is_u64(translate_plain(insns, 3, NULL, &img), (u64)-EOPNOTSUPP,
	       "a program with two faults is refused");
	has_str(logged, "insn 0: helper redirect_map (51)", "for the first");
	has_str(logged, "insn 1: helper tail_call (12)", "and the second");
}

static void test_image(void)
{
	const struct bpf_insn insns[] = { ST(BPF_W, 10, -4, 70000), LDMAP(1, 1),
					  EXIT() };
	static const u32 origin[] = { 0, 0, 1, 3 };
	struct fn_image *img, *again;
	char why[80] = "";

	translate_plain(insns, 4, NULL, &img);
	is_u64(fn_image_check(img, img->size, why, sizeof(why)), 0,
	       "image is sealed");
	is_u64(img->nwords, 4, "words");
	is_u64(img->ninsns, 4, "BPF instructions");
	is_u64(img->type, BPF_PROG_TYPE_XDP, "type");
	is_u64(img->frame, 512, "frame");
	is_u64(img->nmaps, 2, "maps");
	ok(!memcmp(fn_image_maps(img), maps, sizeof(maps)), "all of the maps");
	ok(!memcmp(fn_image_origin(img), origin, sizeof(origin)),
	   "where the words came from");
	translate_plain(insns, 4, NULL, &again);
	ok(!memcmp(img, again, img->size), "the same image the second time");
	fn_free(img);
	fn_free(again);
}

static void test_dump(void)
{
	const struct bpf_insn insns[] = { JMP_K(BPF_JEQ, 1, 70000, 0), EXIT() };
	struct fn_image *img;

	translate_plain(insns, 2, "lower", &img);
	fn_free(img);
	has_str(logged, "jeq r1 70000", "dump after lower");
	translate_plain(insns, 2, "legal", &img);
	fn_free(img);
	has_str(logged, "r13 = mov.w 70000", "dump after legal");
	translate_plain(insns, 2, "polish", &img);
	has_str(logged, "there is no pass 'polish'; there are decode cfg lower",
		"unknown pass");
}

/* A branch over more than 32767 words, both ways. */
static void test_far(void)
{
	u32 n = 70000, i;
	struct bpf_insn *insns = calloc(n, sizeof(*insns));
	struct fn_image *img;
	char text[64];
	struct fn_insn word;

	insns[0] = JMP_K(BPF_JEQ, 1, 7, 1);
	insns[1] = GOTOL(n - 3);
	for (i = 2; i < n - 1; i++)
		insns[i] = MOV64_K(0, i);
	insns[n / 2] = EXIT();
	insns[n / 2 + 1] = JMP_K(BPF_JNE, 1, 9, -32768);
	insns[n - 1] = GOTOL(-(s32)n / 2 + 1);
	is_u64(translate_plain(insns, n, NULL, &img), 0, "70,000 instructions");
	word = fn_insn_decode(fn_image_words(img)[1]);
	fn_insn_print(text, sizeof(text), &word, 1);
	is_str(text, "jmp @69999 ;;", "reaches the end");
	fn_free(img);

	for (i = 1; i < n - 1; i++)
		insns[i] = ST(BPF_DW, 10, -8, 70000 + i);
	insns[0] = JMP_K(BPF_JEQ, 1, 7, 30000);
	insns[n - 1] = EXIT();
	is_u64(translate_plain(insns, n, NULL, &img), 0,
	       "a branch out of reach");
	word = fn_insn_decode(fn_image_words(img)[0]);
	fn_insn_print(text, sizeof(text), &word, 0);
	is_str(text, "jne r1, 7, @2 ;;", "becomes its opposite");
	word = fn_insn_decode(fn_image_words(img)[1]);
	fn_insn_print(text, sizeof(text), &word, 1);
	is_str(text, "jmp @60002 ;;", "around a jump");
	fn_free(img);
	free(insns);
}

static void test_limits(void)
{
	const struct bpf_insn insns[] = { EXIT() };
	struct fn_bpf_prog prog = { .insns = insns,
				    .len = 1,
				    .type = BPF_PROG_TYPE_SCHED_ACT };
	struct fn_tr_options o = { .lanes = 1 };
	struct fn_image *img = NULL;

	logged[0] = 0;
	is_u64(fn_translate(&prog, &o, &to_text, &img), (u64)-EOPNOTSUPP,
	       "tc action");
	has_str(logged, "program type 4; the card runs XDP", "is refused");
	prog.type = BPF_PROG_TYPE_XDP;
	prog.len = 0;
	is_u64(fn_translate(&prog, &o, &to_text, &img), (u64)-E2BIG,
	       "empty program");
	prog.len = 1;
	o.lanes = 3;
	is_u64(fn_translate(&prog, &o, &to_text, &img), (u64)-EINVAL,
	       "3 lanes");
	o.lanes = 4;
	is_u64(fn_translate(&prog, &o, NULL, &img), 0, "no log is fine, too");
	fn_free(img);
}

int main(void)
{
	test_good();
	test_bad();
	test_all_reasons();
	test_image();
	test_dump();
	test_far();
	test_limits();
	return done_testing();
}
