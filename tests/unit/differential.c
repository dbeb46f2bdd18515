// SPDX-License-Identifier: GPL-2.0
/*
 * The card against the kernel: random programs, translated and run on the card,
 * must give what the host's own BPF gives: verdict, packet and maps.
 *
 *	differential [FIRST [COUNT]]	seeds of the programs
 *
 * Without arguments the first half of the slice that every run of the tests makes;
 * tests/fuzz/differential.t is the second.
 *
 * Where bpf(2) is not permitted the unoptimised card program is the measure for
 * the others.
 */
#include "tests/fuzz/differential.h"

#define SEEDS 5000
#define WRITTEN_MAX 80

/* The packet in r7, 32 bytes of it for certain, its end in r8. */
#define PACKET                                                   \
	MOV64_X(6, 1), LDX(BPF_W, 7, 6, 0), LDX(BPF_W, 8, 6, 4), \
		MOV64_X(2, 7), ALU64_K(BPF_ADD, 2, 32),          \
		JMP_X(BPF_JLE, 2, 8, 2), MOV64_K(0, 1), EXIT()

/*
 * 16 characters of those in two words, by the packet's first bytes, as numbers:
 * with strtol in the base that byte 17 tells (one in four is none), and with
 * strtoul in base 10. Both answers and both numbers go into the packet.
 */
#define NUMBERS(some, others)                                                  \
	PACKET, LD64(2, some), STX(BPF_DW, 10, -16, 2), LD64(2, others),       \
		STX(BPF_DW, 10, -8, 2), LDX(BPF_B, 8, 7, 17), MOV64_K(9, 0),   \
		MOV64_X(3, 7), ALU64_X(BPF_ADD, 3, 9), LDX(BPF_B, 3, 3, 0),    \
		ALU64_K(BPF_AND, 3, 15), MOV64_X(4, 10),                       \
		ALU64_K(BPF_ADD, 4, -16), ALU64_X(BPF_ADD, 4, 3),              \
		LDX(BPF_B, 4, 4, 0), MOV64_X(5, 10), ALU64_K(BPF_ADD, 5, -32), \
		ALU64_X(BPF_ADD, 5, 9), STX(BPF_B, 5, 0, 4),                   \
		ALU64_K(BPF_ADD, 9, 1), JMP_K(BPF_JNE, 9, 16, -14),            \
		ST(BPF_DW, 10, -40, 77), MOV64_X(1, 10),                       \
		ALU64_K(BPF_ADD, 1, -32), MOV64_K(2, 16), MOV64_X(3, 8),       \
		ALU64_K(BPF_AND, 3, 3), ALU64_K(BPF_LSH, 3, 3),                \
		MOV64_X(4, 10), ALU64_K(BPF_ADD, 4, -40), HELPER(105),         \
		STX(BPF_DW, 7, 0, 0), LDX(BPF_DW, 2, 10, -40),                 \
		STX(BPF_DW, 7, 8, 2), MOV64_X(1, 10),                          \
		ALU64_K(BPF_ADD, 1, -32), MOV64_K(2, 16), MOV64_K(3, 10),      \
		MOV64_X(4, 10), ALU64_K(BPF_ADD, 4, -40), HELPER(106),         \
		STX(BPF_DW, 7, 16, 0), LDX(BPF_DW, 2, 10, -40),                \
		STX(BPF_DW, 7, 24, 2), MOV64_K(0, 3), EXIT()

/* Programs with what the generator has no idea of. */
static const struct {
	const char *what;
	struct bpf_insn insns[WRITTEN_MAX];
} written[] = {
	{ "a loop over all of the packet",
	  { PACKET, MOV64_K(0, 0), MOV64_K(3, 0), MOV64_X(4, 7),
	    JMP_K(BPF_JGE, 3, 256, 8), MOV64_X(2, 4), ALU64_K(BPF_ADD, 2, 1),
	    JMP_X(BPF_JGT, 2, 8, 5), LDX(BPF_B, 5, 4, 0),
	    ALU64_X(BPF_ADD, 0, 5), MOV64_X(4, 2), ALU64_K(BPF_ADD, 3, 1),
	    JA(-9), STX(BPF_DW, 7, 0, 0), MOV64_K(0, 3), EXIT() } },
	{ "may_goto within its limit",
	  { PACKET, MOV64_K(9, 40), MOV64_K(0, 0), MAY_GOTO(4),
	    ALU64_X(BPF_ADD, 0, 9), ALU64_K(BPF_SUB, 9, 1),
	    JMP_K(BPF_JEQ, 9, 0, 1), JA(-5), STX(BPF_W, 7, 0, 0), MOV64_K(0, 2),
	    EXIT() } },
	{ "a function that writes to its caller's stack",
	  { PACKET, ST(BPF_DW, 10, -8, 7), ST(BPF_DW, 10, -16, 9),
	    MOV64_X(1, 10), ALU64_K(BPF_ADD, 1, -16), MOV64_K(2, 5), CALL(5),
	    LDX(BPF_DW, 1, 10, -16), ALU64_X(BPF_ADD, 1, 0),
	    STX(BPF_DW, 7, 0, 1), MOV64_K(0, 3), EXIT(),
	    /* */
	    LDX(BPF_DW, 0, 1, 8), ST(BPF_DW, 10, -8, 1000),
	    LDX(BPF_DW, 3, 10, -8), ALU64_X(BPF_ADD, 3, 2),
	    STX(BPF_DW, 1, 0, 3), EXIT() } },
	{ "functions that call functions, r6 to r9 kept",
	  { PACKET, MOV64_K(9, 11), MOV64_K(1, 3), CALL(4),
	    ALU64_X(BPF_ADD, 0, 9), STX(BPF_DW, 7, 0, 0), MOV64_K(0, 2), EXIT(),
	    /* */
	    MOV64_X(6, 1), MOV64_K(9, 5), CALL(3), ALU64_X(BPF_MUL, 0, 6),
	    ALU64_X(BPF_ADD, 0, 9), EXIT(),
	    /* */
	    MOV64_X(6, 1), ALU64_K(BPF_ADD, 1, 1), CALL(2),
	    ALU64_X(BPF_SUB, 0, 6), EXIT(),
	    /* */
	    MOV64_X(9, 1), MOV64_X(0, 9), ALU64_K(BPF_MUL, 0, 100), EXIT() } },
	{ "metadata",
	  { MOV64_X(6, 1), MOV64_K(2, -8), HELPER(54), JMP_K(BPF_JNE, 0, 0, 10),
	    LDX(BPF_W, 1, 6, 8), LDX(BPF_W, 2, 6, 0), MOV64_X(3, 1),
	    ALU64_K(BPF_ADD, 3, 8), JMP_X(BPF_JGT, 3, 2, 5), ST(BPF_W, 1, 0, 5),
	    ST(BPF_W, 1, 4, 6), LDX(BPF_DW, 0, 1, 0), ALU64_K(BPF_AND, 0, 3),
	    EXIT(), MOV64_K(0, 1), EXIT() } },
	{ "the whole frame is cut off",
	  { MOV64_K(2, -10000), HELPER(65), ALU64_K(BPF_AND, 0, 3), EXIT() } },
	{ "the length of the packet",
	  { PACKET, MOV64_X(0, 8), ALU64_X(BPF_SUB, 0, 7), STX(BPF_DW, 7, 8, 0),
	    LDX(BPF_W, 1, 6, 8), MOV64_X(0, 7), ALU64_X(BPF_SUB, 0, 1),
	    STX(BPF_DW, 7, 16, 0), MOV64_K(0, 3), EXIT() } },
	{ "spills of pointers and numbers",
	  { PACKET, STX(BPF_DW, 10, -8, 7), STX(BPF_DW, 10, -16, 6),
	    MOV64_K(7, 0), MOV64_K(6, 0), LDX(BPF_DW, 3, 10, -8),
	    LDX(BPF_W, 4, 3, 8), STX(BPF_W, 10, -20, 4), LDX(BPF_W, 5, 10, -20),
	    STX(BPF_W, 3, 0, 5), MOV64_K(0, 2), EXIT() } },
	{ "variable offsets into stack and map",
	  { PACKET, ST(BPF_DW, 10, -8, 1), ST(BPF_DW, 10, -16, 2),
	    LDX(BPF_B, 3, 7, 0), ALU64_K(BPF_AND, 3, 15), MOV64_X(4, 10),
	    ALU64_K(BPF_ADD, 4, -16), ALU64_X(BPF_ADD, 4, 3),
	    STX(BPF_B, 4, 0, 3), LDX(BPF_DW, 5, 10, -8),
	    LDX(BPF_DW, 4, 10, -16), STX(BPF_DW, 7, 8, 5),
	    STX(BPF_DW, 7, 16, 4), MOV64_K(0, 3), EXIT() } },
	{ "a key of eight entries too many",
	  { PACKET, MOV64_K(9, 0), STX(BPF_W, 10, -4, 9),
	    ST(BPF_DW, 10, -16, 3), ST(BPF_DW, 10, -24, 4), LDMAP(1, GEN_HASH),
	    MOV64_X(2, 10), ALU64_K(BPF_ADD, 2, -4), MOV64_X(3, 10),
	    ALU64_K(BPF_ADD, 3, -24), MOV64_K(4, 0), HELPER(2),
	    STX(BPF_W, 7, 0, 0), ALU64_K(BPF_ADD, 9, 1),
	    JMP_K(BPF_JNE, 9, GEN_HASH_KEYS, -14), MOV64_K(0, 2), EXIT() } },
	{ "old values from the stack",
	  { PACKET, LDX(BPF_DW, 3, 7, 0), LDX(BPF_DW, 4, 7, 8),
	    STX(BPF_DW, 10, -8, 3), ATOMIC(BPF_DW, 10, -8, 4, BPF_XCHG),
	    STX(BPF_DW, 7, 0, 4), MOV64_X(0, 4),
	    ATOMIC(BPF_W, 10, -8, 3, BPF_CMPXCHG), STX(BPF_DW, 7, 8, 0),
	    LD64(4, 0x1234567800000003ull),
	    ATOMIC(BPF_W, 10, -4, 4, BPF_ADD | BPF_FETCH),
	    STX(BPF_DW, 7, 16, 4), LDX(BPF_DW, 0, 10, -8),
	    ATOMIC(BPF_DW, 10, -8, 3, BPF_CMPXCHG), LDX(BPF_DW, 5, 10, -8),
	    ALU64_X(BPF_XOR, 0, 5), STX(BPF_DW, 7, 24, 0), MOV64_K(0, 3),
	    EXIT() } },
	{ "a loop with two entries",
	  { PACKET, MOV64_K(9, 5), MOV64_K(0, 0), LDX(BPF_B, 2, 7, 0),
	    LDX(BPF_B, 3, 7, 1), JMP_K(BPF_JSET, 2, 1, 3),
	    ALU64_X(BPF_ADD, 0, 3), ALU64_K(BPF_LSH, 0, 1), STX(BPF_B, 7, 1, 0),
	    LDX(BPF_B, 4, 7, 1), ALU64_X(BPF_XOR, 0, 4), ALU64_K(BPF_SUB, 9, 1),
	    JMP_K(BPF_JNE, 9, 0, -7), STX(BPF_DW, 7, 8, 0), MOV64_K(0, 3),
	    EXIT() } },
	{ "loops in a loop, and what does not change in them",
	  { PACKET,
	    LDX(BPF_W, 2, 7, 0),
	    LDX(BPF_W, 3, 7, 4),
	    MOV64_K(0, 0),
	    MOV64_K(9, 4),
	    MOV64_X(4, 2),
	    ALU64_K(BPF_MUL, 4, 77),
	    MOV64_K(8, 3),
	    MOV64_X(5, 3),
	    ALU64_X(BPF_XOR, 5, 4),
	    LDX(BPF_H, 1, 7, 10),
	    ALU64_X(BPF_ADD, 0, 5),
	    ALU64_X(BPF_ADD, 0, 1),
	    ALU64_K(BPF_SUB, 8, 1),
	    JMP_K(BPF_JNE, 8, 0, -7),
	    STX(BPF_H, 7, 10, 0),
	    ALU64_K(BPF_SUB, 9, 1),
	    JMP_K(BPF_JNE, 9, 0, -13),
	    STX(BPF_DW, 7, 16, 0),
	    MOV64_K(0, 2),
	    EXIT() } },
	{ "functions in functions, with frames of their own",
	  { PACKET, MOV64_K(1, 9), ST(BPF_DW, 10, -8, 100), CALL(5),
	    LDX(BPF_DW, 1, 10, -8), ALU64_X(BPF_ADD, 0, 1),
	    STX(BPF_DW, 7, 0, 0), MOV64_K(0, 3), EXIT(),
	    /* */
	    STX(BPF_DW, 10, -8, 1), ST(BPF_DW, 10, -16, 1000),
	    ALU64_K(BPF_ADD, 1, 1), CALL(5), LDX(BPF_DW, 1, 10, -8),
	    ALU64_X(BPF_ADD, 0, 1), LDX(BPF_DW, 1, 10, -16),
	    ALU64_X(BPF_ADD, 0, 1), EXIT(),
	    /* */
	    STX(BPF_DW, 10, -8, 1), ST(BPF_DW, 10, -24, 10000),
	    LDX(BPF_DW, 0, 10, -24), LDX(BPF_DW, 1, 10, -8),
	    ALU64_X(BPF_MUL, 0, 1), EXIT() } },
	{ "two bytes swapped and compared with numbers",
	  { PACKET, LDX(BPF_H, 2, 7, 12), ALU64_K(BPF_AND, 2, 3),
	    INSN(BPF_ALU | BPF_END | BPF_TO_BE, 2, 0, 0, 16), MOV64_K(3, 0),
	    JMP_K(BPF_JNE, 2, 0x0100, 1), MOV64_K(3, 7),
	    JMP_K(BPF_JEQ, 2, 0x0200, 1), ALU64_K(BPF_OR, 3, 8),
	    STX(BPF_DW, 7, 0, 3), MOV64_K(0, 3), EXIT() } },
	{ "the packet or NULL, and which of them it is",
	  { PACKET, LDX(BPF_B, 4, 7, 0), MOV64_K(5, 1), MOV64_X(3, 7),
	    JMP_K(BPF_JSET, 4, 1, 1), MOV64_K(3, 0), JMP_K(BPF_JEQ, 3, 0, 2),
	    LDX(BPF_B, 5, 3, 1), ALU64_K(BPF_ADD, 5, 5), STX(BPF_DW, 7, 8, 5),
	    MOV64_K(0, 2), EXIT() } },
	{ "conditions of all kinds in 32 bits",
	  { PACKET, LDX(BPF_DW, 2, 7, 0), LDX(BPF_DW, 3, 7, 8), MOV64_K(0, 0),
	    JMP32_X(BPF_JSLT, 2, 3, 1), ALU64_K(BPF_OR, 0, 1),
	    JMP32_X(BPF_JGT, 2, 3, 1), ALU64_K(BPF_OR, 0, 2),
	    JMP32_K(BPF_JSGE, 2, -1, 1), ALU64_K(BPF_OR, 0, 4),
	    JMP32_K(BPF_JSET, 3, -65536, 1), ALU64_K(BPF_OR, 0, 8),
	    JMP32_K(BPF_JEQ, 2, 0, 1), ALU64_K(BPF_OR, 0, 16),
	    JMP_K(BPF_JSET, 3, -65536, 1), ALU64_K(BPF_OR, 0, 32),
	    STX(BPF_DW, 7, 0, 0), MOV64_K(0, 3), EXIT() } },
	/* "0123456789" and signs, blanks, letters, ends */
	{ "numbers of few digits, with signs",
	  { NUMBERS(0x2d2d202020203130, 0x0030313961392d20) } },
	{ "numbers of digits",
	  { NUMBERS(0x3736353433323130, 0x3837393939393938) } },
	{ "numbers with prefixes",
	  { NUMBERS(0x7878303030302030, 0x4630586739383146) } },
	{ "long numbers that begin with a sign or a space",
	  { NUMBERS(0xa0202d3939393939, 0x3938393231383939) } },
};

static void run_written(const struct bench *b)
{
	struct tally t = { 0 };
	static struct gen g;
	u32 w, n;

	for (w = 0; w < ARRAY_SIZE(written); w++) {
		for (n = WRITTEN_MAX; !written[w].insns[n - 1].code; n--)
			;
		g.len = n;
		memcpy(g.insns, written[w].insns, n * sizeof(*g.insns));
		t.wrong = 0;
		if (!compare(b, &g, w, &t)) {
			diag("%.2000s", b->measure->why);
			skip(written[w].what, "this kernel does not take it");
			continue;
		}
		is_u64(t.wrong, 0, written[w].what);
	}
}

static void run_seeds(const struct bench *b, u64 first, u64 count)
{
	static struct gen g;
	struct tally t = { 0 };
	u64 seed;

	for (seed = first; seed < first + count && t.wrong < 5; seed++) {
		gen_program(&g, seed, true);
		compare(b, &g, seed, &t);
	}
	diag("measure: %s; %u programs, %u refused by it, %u runs",
	     b->measure->name, t.programs, t.refused, t.runs);
	is_u64(t.wrong, 0, "all programs give the same result");
	ok(t.refused * 10 <= t.programs, "nearly all programs verify");
}

/* The same programs, with another kind of map in place of the hash. */
static void run_kind(u32 type, u64 first, u64 count)
{
	struct bench b;

	set_kind(type);
	if (ok(bench_open(&b), "maps of type %u", type))
		run_seeds(&b, first, count);
	fn_engine_free(engine);
}

int main(int argc, char **argv)
{
	u64 first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	u64 count = argc > 2 ? strtoull(argv[2], NULL, 0) : SEEDS;
	struct bench b;

	if (!ok(bench_open(&b), "a card and its maps"))
		return done_testing();
	if (b.measure != &host)
		skip("comparison with the host kernel",
		     "bpf(2) is not permitted here");
	run_written(&b);
	run_seeds(&b, first, count);
	fn_engine_free(engine);
	run_kind(BPF_MAP_TYPE_LRU_HASH, first, count / 10);
	run_kind(BPF_MAP_TYPE_LPM_TRIE, first, count / 10);
	return done_testing();
}
