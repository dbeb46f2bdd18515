/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs of any length in shapes that are bad for compilers: each makes the work
 * of some pass grow faster than the program, unless the pass takes care. None need
 * get past the kernel's verifier.
 */
#ifndef FN_TEST_SHAPES_H
#define FN_TEST_SHAPES_H

#include <stdlib.h>

#include "bpf_insn.h"
#include "offload/platform.h"

/**
 * struct shape - a program in the making
 * @insns: so far
 * @n: number of @insns
 * @want: that the program shall have, about
 */
struct shape {
	struct bpf_insn *insns;
	u32 n;
	u32 want;
};

static void put(struct shape *s, struct bpf_insn insn)
{
	s->insns[s->n++] = insn;
}

#define PUT(s, ...)                                                       \
	do {                                                              \
		const struct bpf_insn put_[] = { __VA_ARGS__ };           \
		for (u32 i_ = 0; i_ < sizeof(put_) / sizeof(*put_); i_++) \
			put(s, put_[i_]);                                 \
	} while (0)

/* A jump of any distance, which is filled in by land_at(). */
static u32 jump(struct shape *s)
{
	put(s, GOTOL(0));
	return s->n - 1;
}

static u32 jump_if(struct shape *s, u8 op, u8 reg, s32 imm)
{
	PUT(s, JMP_K(op, reg, imm, 1), JA(1));
	return jump(s);
}

static void land_at(struct shape *s, u32 from, u32 to)
{
	s->insns[from].imm = (s32)to - (s32)from - 1;
}

static void begin(struct shape *s)
{
	PUT(s, MOV64_X(6, 1), LDX(BPF_W, 7, 6, 0), LDX(BPF_W, 8, 6, 4),
	    MOV64_X(2, 7), ALU64_K(BPF_ADD, 2, 64), JMP_X(BPF_JLE, 2, 8, 2),
	    MOV64_K(0, 1), EXIT(), LDX(BPF_H, 0, 7, 0), LDX(BPF_H, 1, 7, 2),
	    LDX(BPF_H, 2, 7, 4), LDX(BPF_H, 3, 7, 6), LDX(BPF_H, 4, 7, 8),
	    LDX(BPF_H, 5, 7, 10), LDX(BPF_H, 9, 7, 12));
}

static void end(struct shape *s)
{
	PUT(s, STX(BPF_DW, 7, 0, 0), MOV64_K(0, 2), EXIT());
}

static bool more(const struct shape *s)
{
	return s->n < s->want;
}

/* One block. */
static void straight(struct shape *s)
{
	u32 i;

	for (i = 0; more(s); i++)
		PUT(s, LDX(BPF_B, 1, 7, i % 64), ALU64_X(BPF_ADD, 0, 1),
		    ALU32_K(BPF_MUL, 0, i | 1), STX(BPF_H, 7, i % 62, 0));
}

/* Bytes one by one, which become larger accesses. */
static void bytewise(struct shape *s)
{
	u32 i;

	for (i = 0; more(s); i++)
		PUT(s, LDX(BPF_B, 1, 7, i % 63), LDX(BPF_B, 2, 7, i % 63 + 1),
		    ALU64_K(BPF_LSH, 1, 8), ALU64_X(BPF_OR, 1, 2),
		    STX(BPF_B, 10, -64 + i % 63, 1),
		    STX(BPF_B, 10, -63 + i % 63, 2), ST(BPF_B, 7, i % 64, 0));
}

/* Blocks against the flow, as found in the wild. */
static void backwards(struct shape *s)
{
	u32 first = jump(s), last = s->n, i;

	for (i = 0; more(s); i++) {
		u32 at = s->n;

		PUT(s, ALU64_K(BPF_ADD, 0, i), JMP_K(BPF_JEQ, 0, i, 2),
		    ALU64_K(BPF_XOR, 1, 1));
		land_at(s, jump(s), i ? last : 0);
		last = at;
	}
	/* The first of them in the text leads to what follows. */
	land_at(s, first, last);
	land_at(s, first + 4, s->n);
}

/* Loops in loops, all with the same body. */
static void nest(struct shape *s)
{
	u32 depth = s->want / 5, top = s->n, i;

	for (i = 0; i < depth; i++)
		PUT(s, ALU64_K(BPF_ADD, 1 + i % 5, 1));
	PUT(s, LDX(BPF_W, 2, 10, -8), ALU64_X(BPF_ADD, 0, 2),
	    STX(BPF_W, 10, -8, 0));
	for (i = depth; i--;) {
		PUT(s, HELPER(7));
		land_at(s, jump_if(s, BPF_JNE, 0, i), top + i);
	}
}

/* Loops one behind the other. */
static void loops(struct shape *s)
{
	while (more(s))
		PUT(s, MOV64_K(9, 0), LDX(BPF_B, 1, 7, 5),
		    ALU64_X(BPF_ADD, 0, 1), ALU64_K(BPF_ADD, 9, 1),
		    JMP_K(BPF_JLT, 9, 10, -4));
}

/* Jumps into the middle of loops. */
static void irreducible(struct shape *s)
{
	while (more(s))
		PUT(s, JMP_K(BPF_JEQ, 1, 0, 1), ALU64_K(BPF_ADD, 0, 1),
		    ALU64_K(BPF_ADD, 1, 1), JMP_K(BPF_JNE, 1, 7, -3));
}

/* Each function calls the next. */
static void chain(struct shape *s)
{
	PUT(s, MOV64_K(1, 1), MOV64_K(2, 2), CALL(1), EXIT());
	while (more(s))
		PUT(s, ALU64_X(BPF_ADD, 1, 2), ALU64_K(BPF_ADD, 2, 3), CALL(1),
		    EXIT());
	PUT(s, MOV64_X(0, 1));
}

/* The same, with the functions in the opposite order. */
static void chain_back(struct shape *s)
{
	u32 call = s->n, last = call + 2;

	PUT(s, CALL(0), EXIT(), MOV64_X(0, 1), EXIT());
	while (more(s)) {
		u32 at = s->n;

		PUT(s, ALU64_K(BPF_ADD, 1, 3), CALL(0), ALU64_K(BPF_ADD, 0, 1),
		    EXIT());
		land_at(s, at + 1, last);
		last = at;
	}
	land_at(s, call, last);
	PUT(s, MOV64_K(0, 1));
}

/* One function that calls many. */
static void callees(struct shape *s)
{
	u32 n = s->want / 4, first = s->n, i;

	for (i = 0; i < n; i++)
		PUT(s, MOV64_K(1, i), CALL(0));
	PUT(s, EXIT());
	for (i = 0; i < n; i++) {
		land_at(s, first + 2 * i + 1, s->n);
		PUT(s, MOV64_X(0, 1), EXIT());
	}
	PUT(s, MOV64_K(0, 1));
}

/* Functions that call each other in a circle. */
static void circle(struct shape *s)
{
	PUT(s, CALL(1), EXIT());
	while (more(s))
		PUT(s, ALU64_K(BPF_ADD, 1, 1), CALL(1), EXIT());
	PUT(s, MOV64_K(0, 1), CALL(-5));
}

/* All variables meet in each block. */
static void web(struct shape *s)
{
	u32 i, r;

	for (i = 0; more(s); i++) {
		PUT(s, JMP_K(BPF_JEQ, i % 6, i, 6));
		for (r = 0; r < 6; r++)
			PUT(s, ALU64_K(BPF_ADD, r, i + r));
	}
}

/* Many edges into one block, each with values of its own. */
static void join(struct shape *s)
{
	u32 n = s->want / 7, first = s->n, i;

	for (i = 0; i < n; i++)
		PUT(s, JMP_K(BPF_JNE, 1, i, 4), MOV64_K(0, i),
		    MOV64_K(2, 2 * i), ALU64_X(BPF_XOR, 3, 2), GOTOL(0),
		    ALU64_K(BPF_ADD, 1, 3), MOV64_K(0, 0));
	for (i = 0; i < n; i++)
		land_at(s, first + 7 * i + 4, s->n);
	PUT(s, ALU64_X(BPF_ADD, 0, 2), ALU64_X(BPF_ADD, 0, 3));
}

/* Many edges into a few blocks, with the same constant. */
static void ladder(struct shape *s)
{
	u32 n = s->want / 4, first = s->n, i;

	for (i = 0; i < n; i++)
		PUT(s, MOV64_K(0, i % 3), JMP_K(BPF_JNE, 1, i, 1), GOTOL(0),
		    LDX(BPF_H, 1, 7, i % 60));
	for (i = 0; i < n; i++)
		land_at(s, first + 4 * i + 2, s->n);
}

/* Verdicts everywhere. */
static void exits(struct shape *s)
{
	u32 i;

	for (i = 0; more(s); i++)
		PUT(s, LDX(BPF_H, 1, 7, i % 60), JMP_K(BPF_JNE, 1, i, 2),
		    MOV64_K(0, i % 4), EXIT());
}

/* Blocks of nothing, and of constants. */
static void empty(struct shape *s)
{
	u32 i;

	for (i = 0; more(s); i++)
		PUT(s, JA(0), JMP_K(BPF_JEQ, 1, i, 1), MOV64_K(2, i),
		    JMP_K(BPF_JEQ, 2, i, 0), MOV64_K(3, 7), JA(0));
}

/* Branches in branches, whose arms are short. */
static void hammocks(struct shape *s)
{
	u32 depth = s->want / 8, first = s->n, i;

	for (i = 0; i < depth; i++)
		jump_if(s, BPF_JEQ, 1 + i % 5, i);
	for (i = 0; i < depth; i++) {
		PUT(s, ALU64_K(BPF_ADD, 0, i), MOV64_K(2, i));
		land_at(s, first + 3 * (depth - 1 - i) + 2, s->n);
	}
}

/* Both sides end with the same stores and much arithmetic. */
static void tails(struct shape *s)
{
	u32 n = s->want / 4, over, side, i;

	over = jump_if(s, BPF_JEQ, 1, 0);
	for (side = 0; side < 2; side++) {
		for (i = 0; i < n; i++)
			PUT(s, STX(BPF_B, 7, i % 64, 1 + side));
		for (i = 0; i < n - 4; i++)
			PUT(s, ALU64_K(BPF_MUL, 3 + side, i | 1));
		if (!side) {
			u32 out = jump(s);

			land_at(s, over, s->n);
			over = out;
		}
	}
	land_at(s, over, s->n);
	PUT(s, ALU64_X(BPF_ADD, 0, 3), ALU64_X(BPF_ADD, 0, 4));
}

/* The same with nothing but stores. */
static void sunk(struct shape *s)
{
	u32 n = s->want / 2, over, side, i;

	over = jump_if(s, BPF_JEQ, 1, 0);
	for (side = 0; side < 2; side++) {
		for (i = 0; i < n; i++)
			PUT(s, STX(BPF_B, 7, i % 64, 1 + side));
		if (!side) {
			u32 out = jump(s);

			land_at(s, over, s->n);
			over = out;
		}
	}
	land_at(s, over, s->n);
}

/* Lookups, and stores of what they look for. */
static void lookups(struct shape *s)
{
	u32 i;

	for (i = 0; more(s); i++)
		PUT(s, ST(BPF_W, 10, -4, i), LDMAP(1, 0), MOV64_X(2, 10),
		    ALU64_K(BPF_ADD, 2, -4), HELPER(1), JMP_K(BPF_JEQ, 0, 0, 2),
		    LDX(BPF_DW, 1, 0, 0), ATOMIC(BPF_DW, 0, 0, 1, BPF_ADD));
}

/* Updates of a map with large values. */
static void updates(struct shape *s)
{
	while (more(s))
		PUT(s, LDMAP(1, 1), MOV64_X(2, 10), ALU64_K(BPF_ADD, 2, -8),
		    MOV64_X(3, 10), ALU64_K(BPF_ADD, 3, -512), MOV64_K(4, 0),
		    HELPER(2));
}

static void compute(struct shape *s, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		PUT(s, MOV64_X(1, 9), ALU64_K(BPF_MUL, 1, 2 * i + 3),
		    ALU64_X(BPF_XOR, 0, 1));
}

/* What is computed is computed again far below, with helpers between. */
static void many_live(struct shape *s)
{
	u32 n = s->want / 9, i;

	PUT(s, LDX(BPF_W, 9, 7, 0));
	compute(s, n);
	for (i = 0; i < n; i++)
		PUT(s, MOV64_X(9, 0), HELPER(7), ALU64_X(BPF_ADD, 0, 9));
	PUT(s, LDX(BPF_W, 9, 7, 0));
	compute(s, n);
}

/* The same with blocks between. */
static void live_across(struct shape *s)
{
	u32 n = s->want / 9, i;

	PUT(s, LDX(BPF_W, 9, 7, 0));
	compute(s, n);
	for (i = 0; i < n; i++)
		PUT(s, LDX(BPF_B, 2, 7, i % 64), JMP_K(BPF_JEQ, 2, i, 1),
		    STX(BPF_B, 7, i % 64, 9));
	compute(s, n);
}

/* Values around loops, more than there are registers. */
static void spilled(struct shape *s)
{
	u32 n = 60, i;

	while (more(s)) {
		for (i = 0; i < n; i++)
			PUT(s, LDX(BPF_B, 1, 7, i),
			    STX(BPF_DW, 10, -8 * i - 8, 1));
		for (i = 0; i < n; i++)
			PUT(s, LDX(BPF_DW, 1, 10, -8 * i - 8),
			    ALU64_X(BPF_ADD, 0, 1));
		PUT(s, JMP_K(BPF_JEQ, 0, 7, -2 * (s32)n - 1));
	}
}

/* A pointer that grows step by step. */
static void sums(struct shape *s)
{
	PUT(s, MOV64_X(2, 7));
	while (more(s))
		PUT(s, ALU64_K(BPF_ADD, 2, 0x7fffffff), LDX(BPF_B, 1, 2, 0),
		    ALU64_X(BPF_XOR, 0, 1));
}

/* The same comparisons again and again. */
static void checks(struct shape *s)
{
	u32 i;

	for (i = 0; more(s); i++)
		PUT(s, MOV64_X(2, 7), ALU64_K(BPF_ADD, 2, i % 200),
		    JMP_X(BPF_JGT, 2, 8, 1), LDX(BPF_B, 1, 7, i % 60),
		    ALU64_X(BPF_ADD, 0, 1));
}

static const struct {
	const char *name;
	void (*fill)(struct shape *s);
} shapes[] = {
	{ "one long block", straight },
	{ "accesses byte by byte", bytewise },
	{ "blocks against the flow", backwards },
	{ "loops in loops", nest },
	{ "many loops", loops },
	{ "irreducible loops", irreducible },
	{ "a chain of functions", chain },
	{ "a chain of functions, callees first", chain_back },
	{ "a caller of many functions", callees },
	{ "functions in a circle", circle },
	{ "PHIs in each block", web },
	{ "a PHI of many values", join },
	{ "a ladder of branches", ladder },
	{ "exits everywhere", exits },
	{ "empty blocks", empty },
	{ "hammocks in hammocks", hammocks },
	{ "common stores above arithmetic", tails },
	{ "common stores", sunk },
	{ "lookups", lookups },
	{ "updates with large values", updates },
	{ "values that are live over helpers", many_live },
	{ "values that are live over blocks", live_across },
	{ "more values than registers around loops", spilled },
	{ "sums of sums", sums },
	{ "comparisons of one pointer", checks },
};

/* Makes a program of about @want instructions; its array is to be freed. */
static struct shape shape_make(u32 which, u32 want)
{
	struct shape s = { .want = want };

	s.insns = calloc(want + 1024, sizeof(*s.insns));
	begin(&s);
	shapes[which].fill(&s);
	end(&s);
	return s;
}

#endif /* FN_TEST_SHAPES_H */
