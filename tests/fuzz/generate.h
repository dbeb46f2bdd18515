/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random programs that the kernel's verifier accepts, nearly always: XDP
 * programs, and now and then a tc classifier with legacy packet access.
 *
 * What a program computes depends on the packet and the maps alone: no address,
 * time or random number gets into data. Before it ends it writes its registers
 * to the packet, so that any difference shows.
 *
 *	r6	context
 *	r7	packet, GEN_PKT bytes of it can be accessed
 *	r8	value of entry 0 of the array map
 *	r9	counter of the innermost loop, or a number
 *	r0-r5	numbers
 *	r10	GEN_STACK bytes of stack are initialised
 */
#ifndef FN_GENERATE_H
#define FN_GENERATE_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/bpf_insn.h"

#define GEN_MAX 4096
#define GEN_PKT 64
#define GEN_STACK 64
#define GEN_ARRAY 0 /* maps by index */
#define GEN_HASH 1
#define GEN_VALUE 64 /* bytes of an array entry */
#define GEN_HASH_KEYS 12

/**
 * struct gen - a program in the making
 * @state: of the random numbers
 * @tape: what is taken instead of random numbers, as long as there is any
 * @left: bytes of @tape
 * @insns: so far
 * @len: number of @insns
 * @depth: of loops and branches around this place
 * @budget: instructions that may still be made
 * @branches: that may still be made; each may double the verifier's work
 * @v4: use what kernels before 6.6 lack
 * @in_func: r6 to r8 are not set up here
 * @in_loop: r9 is taken
 * @legacy: a tc classifier; see gen_plain() for the card's form of it
 * @calls: places of calls and the function each wants
 * @ncalls: number of @calls
 */
struct gen {
	uint64_t state;
	const uint8_t *tape;
	size_t left;
	struct bpf_insn insns[GEN_MAX];
	uint32_t len;
	int depth;
	int budget;
	int branches;
	bool v4;
	bool in_func;
	bool in_loop;
	bool legacy;
	struct {
		uint32_t at;
		uint32_t func;
	} calls[64];
	uint32_t ncalls;
};

/* As many bytes as @n may need, so that each byte of the tape tells. */
static uint32_t gen_taped(struct gen *g, uint32_t n)
{
	uint32_t value = 0;

	for (n--; n && g->left; n >>= 8, g->left--)
		value = value << 8 | *g->tape++;
	return value;
}

static uint32_t gen_random(struct gen *g, uint32_t n)
{
	if (g->left)
		return gen_taped(g, n) % n;
	g->state += 0x9e3779b97f4a7c15ull;
	uint64_t z = g->state;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (uint32_t)(z >> 33) % n;
}

static void gen_put(struct gen *g, struct bpf_insn insn)
{
	if (g->len < GEN_MAX)
		g->insns[g->len++] = insn;
	g->budget--;
}

static void gen_put2(struct gen *g, struct bpf_insn lo, struct bpf_insn hi)
{
	gen_put(g, lo);
	gen_put(g, hi);
}

/* Numbers at the edges are more telling than others. */
static int32_t gen_imm(struct gen *g)
{
	static const int32_t edge[] = {
		0,     1,	   -1,		2,	    7,	   8,
		31,    32,	   63,		64,	    127,   -128,
		255,   256,	   32767,	-32768,	    32768, 65535,
		65536, 0x7fffffff, -0x80000000, -2147483647
	};

	switch (gen_random(g, 3)) {
	case 0:
		return edge[gen_random(g, sizeof(edge) / sizeof(*edge))];
	case 1:
		return (int32_t)gen_random(g, 200) - 100;
	default:
		return (int32_t)(gen_random(g, 1u << 31) * 2 +
				 gen_random(g, 2));
	}
}

static int gen_scalar(struct gen *g)
{
	int r = gen_random(g, 7);

	return r < 6 ? r : g->in_loop || g->in_func ? 0 : 9;
}

static void gen_alu(struct gen *g)
{
	static const uint8_t ops[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_OR,
				       BPF_AND, BPF_XOR, BPF_MOV, BPF_ADD };
	uint8_t class = gen_random(g, 2) ? BPF_ALU64 : BPF_ALU;
	uint8_t op = ops[gen_random(g, 8)];
	int d = gen_scalar(g);

	if (gen_random(g, 2))
		gen_put(g, INSN(class | op | BPF_X, d, gen_scalar(g), 0, 0));
	else
		gen_put(g, INSN(class | op | BPF_K, d, 0, 0, gen_imm(g)));
}

static void gen_shift(struct gen *g)
{
	static const uint8_t ops[] = { BPF_LSH, BPF_RSH, BPF_ARSH };
	bool wide = gen_random(g, 2);
	uint8_t code = (wide ? BPF_ALU64 : BPF_ALU) | ops[gen_random(g, 3)];
	int d = gen_scalar(g);

	if (gen_random(g, 3))
		gen_put(g, INSN(code | BPF_K, d, 0, 0,
				gen_random(g, wide ? 64 : 32)));
	else
		gen_put(g, INSN(code | BPF_X, d, gen_scalar(g), 0, 0));
}

static void gen_div(struct gen *g)
{
	uint8_t code = (gen_random(g, 2) ? BPF_ALU64 : BPF_ALU) |
		       (gen_random(g, 2) ? BPF_DIV : BPF_MOD);
	int16_t off = g->v4 ? gen_random(g, 2) : 0;
	int32_t imm = gen_imm(g);
	int d = gen_scalar(g);

	if (gen_random(g, 2))
		gen_put(g, INSN(code | BPF_X, d, gen_scalar(g), off, 0));
	else
		gen_put(g, INSN(code | BPF_K, d, 0, off, imm ? imm : 3));
}

static void gen_unary(struct gen *g)
{
	static const int widths[] = { 16, 32, 64 };
	int d = gen_scalar(g), s = gen_scalar(g);
	int width = widths[gen_random(g, 3)];

	switch (gen_random(g, g->v4 ? 6 : 4)) {
	case 0:
		gen_put(g, INSN(BPF_ALU64 | BPF_NEG, d, 0, 0, 0));
		break;
	case 1:
		gen_put(g, INSN(BPF_ALU | BPF_NEG, d, 0, 0, 0));
		break;
	case 2:
		gen_put(g, INSN(BPF_ALU | BPF_END | BPF_TO_LE, d, 0, 0, width));
		break;
	case 3:
		gen_put(g, INSN(BPF_ALU | BPF_END | BPF_TO_BE, d, 0, 0, width));
		break;
	case 4:
		gen_put(g,
			INSN(BPF_ALU64 | BPF_END | BPF_TO_LE, d, 0, 0, width));
		break;
	default:
		if (gen_random(g, 2))
			gen_put(g, INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s,
					8 << gen_random(g, 3), 0));
		else
			gen_put(g, INSN(BPF_ALU | BPF_MOV | BPF_X, d, s,
					8 << gen_random(g, 2), 0));
	}
}

static void gen_const(struct gen *g)
{
	int d = gen_scalar(g);
	int32_t lo = gen_imm(g), hi = gen_imm(g);

	gen_put2(g, LD64_LO(d, 0, lo), LD64_HI(hi));
}

static const uint8_t gen_sizes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };

/* A base register and an offset at which 1 << @log bytes can be accessed. */
static int gen_place(struct gen *g, int log, int16_t *off)
{
	int kind = g->in_func ? 0 : gen_random(g, 3);
	int units;

	if (kind == 0) { /* stack: the verifier wants natural alignment */
		units = GEN_STACK >> log;
		*off = -GEN_STACK + (gen_random(g, units) << log);
		return 10;
	}
	if (kind == 1) {
		*off = gen_random(g, GEN_PKT - (1 << log) + 1);
		return 7;
	}
	units = GEN_VALUE >> log;
	*off = gen_random(g, units) << log;
	return 8;
}

static void gen_load(struct gen *g)
{
	int log = gen_random(g, 4);
	int d = gen_scalar(g);
	int16_t off;
	int base = gen_place(g, log, &off);

	if (g->v4 && log < 3 && !gen_random(g, 4))
		gen_put(g, LDSX(gen_sizes[log], d, base, off));
	else
		gen_put(g, LDX(gen_sizes[log], d, base, off));
	/* Often the next thing that a real program does. */
	if (log && !gen_random(g, 3))
		gen_put(g,
			INSN(BPF_ALU | BPF_END | BPF_TO_BE, d, 0, 0, 8 << log));
}

static void gen_store(struct gen *g)
{
	int log = gen_random(g, 4);
	int16_t off;
	int base = gen_place(g, log, &off);

	if (gen_random(g, 2))
		gen_put(g, STX(gen_sizes[log], base, off, gen_scalar(g)));
	else
		gen_put(g, ST(gen_sizes[log], base, off, gen_imm(g)));
}

/* A base and an offset with @n bytes behind it. */
static int gen_run(struct gen *g, int n, int *off)
{
	int kind = g->in_func ? 0 : gen_random(g, 3);

	*off = gen_random(g, 64 - n + 1);
	if (kind == 0)
		*off -= GEN_STACK;
	return kind == 0 ? 10 : 6 + kind;
}

/* Copies in pieces, forwards and backwards, overlapping or not. */
static void gen_copy(struct gen *g)
{
	int d = gen_scalar(g), i, n = 1 + gen_random(g, 8);
	bool down = gen_random(g, 2);
	int from, to, at, into;

	from = gen_run(g, n, &at);
	to = gen_run(g, n, &into);
	if (gen_random(g, 2)) {
		/* Close together, often overlapping. */
		to = from;
		into = at + (int)gen_random(g, 9) - 4;
		if (into < (to == 10 ? -GEN_STACK : 0) ||
		    into + n > (to == 10 ? 0 : 64))
			into = at;
	}
	for (i = 0; i < n; i++) {
		int k = down ? n - 1 - i : i;

		gen_put(g, LDX(BPF_B, d, from, at + k));
		gen_put(g, STX(BPF_B, to, into + k, d));
		if (!gen_random(g, 6))
			gen_alu(g);
	}
}

/* Accesses through two pointers into one map value, a few bytes apart. */
static void gen_alias(struct gen *g)
{
	int p = 1 + gen_random(g, 2), n = 3 + gen_random(g, 8), log;
	int d = 3 + gen_random(g, 3);

	if (g->in_func)
		return;
	gen_put(g, ALU64_K(BPF_AND, p, 7));
	gen_put(g, ALU64_X(BPF_ADD, p, 8));
	log = gen_random(g, 2);
	while (n--) {
		int base = gen_random(g, 2) ? p : 8;
		int off = (8 + gen_random(g, 10)) << log;

		if (gen_random(g, 2))
			gen_put(g, LDX(gen_sizes[log], d, base, off));
		else if (gen_random(g, 3))
			gen_put(g, STX(gen_sizes[log], base, off, d));
		else
			gen_put(g, ST(gen_sizes[log], base, off, 0));
	}
	gen_put(g, MOV64_K(p, gen_imm(g)));
}

/* 16 bits from one of two places, compared with numbers they may well be. */
static void gen_type(struct gen *g)
{
	static const int types[] = { 0xdd86, 0xa888, 8, 0xffff };
	int d = gen_scalar(g), n = 1 + gen_random(g, 3);
	int off = -2 - 2 * (int)gen_random(g, 30);

	gen_put(g, ST(BPF_H, 10, off, types[gen_random(g, 4)]));
	gen_put(g, LDX(BPF_H, d, 10, off));
	if (!gen_random(g, 3))
		gen_put(g, STX(BPF_DW, 10, -8 - 8 * (int)gen_random(g, 8), d));
	if (gen_random(g, 2)) {
		gen_put(g, gen_random(g, 2) ? JMP_K(BPF_JNE, d, 0xdd86, 2) :
					      JMP32_K(BPF_JEQ, d, 0xa888, 2));
		gen_put(g, ST(BPF_H, 10, off, types[gen_random(g, 4)]));
		gen_put(g, LDX(BPF_H, d, 10, off));
	}
	while (n--) {
		int32_t type = types[gen_random(g, 4)] |
			       (gen_random(g, 4) ? 0 : -65536);
		uint8_t cond = gen_random(g, 2) ? BPF_JEQ : BPF_JNE;

		gen_put(g, gen_random(g, 2) ? JMP_K(cond, d, type, 1) :
					      JMP32_K(cond, d, type, 1));
		gen_put(g, ST(BPF_B, 10, -1 - (int)gen_random(g, 64), n + 77));
	}
	if (gen_random(g, 3))
		gen_put(g, MOV64_K(d, gen_imm(g)));
}

/* A number read byte by byte, in either order. */
static void gen_bytes(struct gen *g)
{
	uint8_t class = gen_random(g, 2) ? BPF_ALU64 : BPF_ALU;
	int d = gen_scalar(g), t = gen_scalar(g), off, i;
	int n = 1 << gen_random(g, class == BPF_ALU ? 3 : 4);
	bool be = gen_random(g, 2);
	int base = gen_run(g, n, &off);

	if (d == t)
		return;
	gen_put(g, LDX(BPF_B, d, base, off + (be ? n - 1 : 0)));
	for (i = 1; i < n; i++) {
		gen_put(g, LDX(BPF_B, t, base, off + (be ? n - 1 - i : i)));
		gen_put(g, INSN(class | BPF_LSH | BPF_K, t, 0, 0, 8 * i));
		gen_put(g, INSN(class | BPF_OR | BPF_X, d, t, 0, 0));
		if (!gen_random(g, 8))
			gen_put(g, ST(BPF_B, 10, -(int)gen_random(g, 64) - 1,
				      gen_imm(g)));
	}
}

/* A number written in pieces. */
static void gen_pieces(struct gen *g)
{
	uint8_t class = gen_random(g, 2) ? BPF_ALU64 : BPF_ALU;
	int d = gen_scalar(g), t = gen_scalar(g), off, i;
	int log = gen_random(g, 2), n = class == BPF_ALU ? 4 : 8;
	int base = gen_run(g, n, &off);

	if (d == t || base == 8 || base == 10)
		return;
	for (i = 0; i < n >> log; i++) {
		int shift = 8 * i << log;

		if (!gen_random(g, 8))
			shift = gen_random(g, 8 * n);
		gen_put(g, INSN(BPF_ALU64 | BPF_MOV | BPF_X, t, d, 0, 0));
		gen_put(g, INSN(class | BPF_RSH | BPF_K, t, 0, 0, shift));
		gen_put(g, STX(gen_sizes[log], base, off + (i << log), t));
	}
}

/* A small number that a packet's byte may well be. */
static void gen_byte(struct gen *g, int d)
{
	gen_put(g, LDX(BPF_B, d, g->in_func ? 10 : 7,
		       g->in_func ? -1 - (int)gen_random(g, GEN_STACK) :
				    (int)gen_random(g, GEN_PKT)));
	if (gen_random(g, 2))
		gen_put(g, ALU64_K(BPF_AND, d, 3));
}

/* The same twice, with or without something between. */
static void gen_twice(struct gen *g)
{
	uint8_t class = gen_random(g, 2) ? BPF_ALU64 : BPF_ALU;
	int d = 1 + gen_random(g, 2), t = 3 + gen_random(g, 3);
	uint8_t shift = gen_random(g, 2) ? BPF_LSH : BPF_RSH;
	int n = gen_random(g, 32), k;
	uint32_t skip = 0;

	for (k = 0; k < 2; k++) {
		gen_put(g, INSN(BPF_ALU64 | BPF_MOV | BPF_X, d + k, t, 0, 0));
		gen_put(g, INSN(class | shift | BPF_K, d + k, 0, 0, n));
		if (!k && gen_random(g, 2)) {
			skip = g->len;
			gen_put(g, JMP_K(BPF_JGT, d, gen_random(g, 100), 0));
			gen_alu(g);
		}
		if (!k && !gen_random(g, 3))
			gen_put(g, ALU64_K(BPF_ADD, t, 1));
		if (!k && skip)
			g->insns[skip].off = g->len - skip - 1;
	}
	gen_put(g, ALU64_X(BPF_XOR, d, d + 1));
}

/* One of two or three results, as compilers write a choice. */
static void gen_choice(struct gen *g)
{
	static const uint8_t conds[] = { BPF_JEQ, BPF_JNE,  BPF_JLT,
					 BPF_JGT, BPF_JSLE, BPF_JSET };
	uint8_t class = gen_random(g, 2) ? BPF_JMP : BPF_JMP32;
	int c = 1 + gen_random(g, 2), d = 3 + gen_random(g, 3), n;
	uint32_t at[3];

	if (gen_random(g, 3))
		gen_byte(g, c);
	gen_put(g, MOV64_K(d, gen_random(g, 4)));
	for (n = 0; n < 3; n++) {
		int cond = conds[gen_random(g, 6)];

		at[n] = g->len;
		if (gen_random(g, 4))
			gen_put(g, INSN(class | cond | BPF_K, c, 0, 0,
					gen_random(g, 4)));
		else
			gen_put(g, INSN(class | cond | BPF_X, c, 0, 0, 0));
		if (gen_random(g, 2))
			gen_put(g, MOV64_K(d, gen_imm(g)));
		else
			gen_put(g, ALU64_X(BPF_ADD, d, gen_random(g, 3)));
		if (!gen_random(g, 4))
			gen_put(g, STX(BPF_W, 10, -16, d));
	}
	/* All lead to the end, or each to the next. */
	for (n = 0; n < 3; n++)
		g->insns[at[n]].off =
			(n < 2 && at[0] & 1 ? at[n + 1] : g->len) - at[n] - 1;
	gen_put(g, STX(BPF_W, 10, -8, d));
}

/* A value goes to the stack and comes back, whole or in part. */
static void gen_spill(struct gen *g)
{
	int d = gen_scalar(g), t = gen_scalar(g);
	int slot = -8 - 8 * (int)gen_random(g, 8), log = gen_random(g, 4);
	int n = gen_random(g, 3);

	gen_put(g, STX(BPF_DW, 10, slot, d));
	while (n--)
		gen_alu(g);
	if (!gen_random(g, 4))
		gen_put(g, ST(BPF_B, 10, slot + gen_random(g, 8), gen_imm(g)));
	gen_put(g, LDX(gen_sizes[log], t, 10,
		       slot + (gen_random(g, 8 >> log) << log)));
	if (g->in_func || gen_random(g, 3))
		return;
	/* A pointer, too; nothing of it may stay behind. */
	t = 1 + gen_random(g, 5);
	gen_put(g, STX(BPF_DW, 10, slot, 7));
	gen_put(g, LDX(BPF_DW, t, 10, slot));
	gen_put(g, LDX(gen_sizes[log], t, t, gen_random(g, GEN_PKT - 7)));
	gen_put(g, ST(BPF_DW, 10, slot, gen_imm(g)));
}

/* if (…) return …, now and then with something to be seen before. */
static void gen_exit(struct gen *g)
{
	int c = gen_scalar(g);
	uint32_t skip;

	if (g->in_func) {
		gen_alu(g);
		return;
	}
	if (gen_random(g, 4))
		gen_byte(g, c);
	skip = g->len;
	gen_put(g, gen_random(g, 2) ? JMP_K(BPF_JNE, c, gen_random(g, 8), 0) :
				      JMP_K(BPF_JGT, c, gen_random(g, 4), 0));
	if (!gen_random(g, 3))
		gen_put(g, STX(BPF_W, 7, gen_random(g, 60), gen_scalar(g)));
	gen_put(g, MOV64_K(0, gen_random(g, 5)));
	gen_put(g, EXIT());
	g->insns[skip].off = g->len - skip - 1;
}

/* Is the packet long enough? Asked again and again. */
static void gen_bounds(struct gen *g)
{
	int n = 1 + gen_random(g, 3), a = 1 + gen_random(g, 2);
	int b = a + 1, len;
	uint32_t skip;

	if (g->in_func || g->legacy) {
		gen_alu(g);
		return;
	}
	while (n--) {
		len = 14 + gen_random(g, 100);
		gen_put(g, LDX(BPF_W, b, 6, 4));
		gen_put(g, MOV64_X(a, 7));
		gen_put(g, ALU64_K(BPF_ADD, a, len));
		skip = g->len;
		if (gen_random(g, 2))
			gen_put(g, JMP_X(BPF_JGT, a, b, 0));
		else
			gen_put(g, JMP_X(BPF_JLT, b, a, 0));
		gen_put(g, LDX(BPF_B, 0, 7, len - 1));
		if (gen_random(g, 2))
			gen_put(g, STX(BPF_B, 7, len - 2, 0));
		if (gen_random(g, 2)) {
			g->insns[skip].off = g->len - skip - 1;
			continue;
		}
		gen_put(g, JA(2));
		g->insns[skip].off = g->len - skip - 1;
		gen_put(g, MOV64_K(0, gen_random(g, 5)));
		gen_put(g, EXIT());
	}
	gen_put(g, MOV64_K(a, gen_imm(g)));
	gen_put(g, MOV64_K(b, gen_imm(g)));
}

static void gen_zeros(struct gen *g)
{
	int n = 2 + gen_random(g, 9), off, i;
	int base = gen_run(g, n, &off);
	int32_t v = gen_random(g, 2) ? 0 : gen_imm(g);

	for (i = 0; i < n; i++)
		gen_put(g, ST(BPF_B, base, off + i, v));
}

/*
 * On the stack only what gives no old value back: the verifier of some kernels
 * loses track of numbers that such an operation loads from a spill, and then
 * decides branches wrongly.
 */
static void gen_atomic(struct gen *g)
{
	static const int32_t kinds[] = { BPF_ADD, BPF_OR,   BPF_AND,
					 BPF_XOR, BPF_XCHG, BPF_CMPXCHG };
	int log = 2 + gen_random(g, 2);
	int32_t kind = kinds[gen_random(g, 6)];
	bool stack = g->in_func || gen_random(g, 2);
	int units = (stack ? GEN_STACK : GEN_VALUE) >> log;
	int16_t off = gen_random(g, units) << log;

	if (stack)
		kind = kinds[gen_random(g, 4)];
	else if (!(kind & BPF_FETCH) && gen_random(g, 2))
		kind |= BPF_FETCH;
	gen_put(g, ATOMIC(gen_sizes[log], stack ? 10 : 8,
			  stack ? off - GEN_STACK : off, gen_scalar(g), kind));
}

/* Registers that a call has clobbered become numbers again. */
static void gen_refresh(struct gen *g, int first)
{
	int r;

	for (r = first; r <= 5; r++) {
		if (!g->in_func && gen_random(g, 2))
			gen_put(g,
				LDX(BPF_DW, r, 7, gen_random(g, GEN_PKT - 7)));
		else
			gen_put(g, MOV64_K(r, gen_imm(g)));
	}
}

static void gen_key(struct gen *g)
{
	gen_put(g, ST(BPF_DW, 10, -GEN_STACK, gen_random(g, GEN_HASH_KEYS)));
	gen_put2(g, LDMAP(1, GEN_HASH));
	gen_put(g, MOV64_X(2, 10));
	gen_put(g, ALU64_K(BPF_ADD, 2, -GEN_STACK));
}

static void gen_helper(struct gen *g)
{
	uint32_t skip;

	switch (gen_random(g, 5)) {
	case 0:
		gen_key(g);
		gen_put(g, MOV64_X(3, 10));
		gen_put(g, ALU64_K(BPF_ADD, 3, -32));
		gen_put(g, MOV64_K(4, gen_random(g, 3)));
		gen_put(g, HELPER(2));
		break;
	case 1:
		gen_key(g);
		gen_put(g, HELPER(3));
		break;
	case 2: /* csum_diff(r10 - 64, 16, r10 - 48, 8, number) */
		gen_put(g, MOV64_X(1, 10));
		gen_put(g, ALU64_K(BPF_ADD, 1, -64));
		gen_put(g, MOV64_K(2, 4 * gen_random(g, 5)));
		gen_put(g, MOV64_X(3, 10));
		gen_put(g, ALU64_K(BPF_ADD, 3, -48));
		gen_put(g, MOV64_K(4, 4 + 4 * gen_random(g, 4)));
		gen_put(g, MOV64_K(5, gen_random(g, 65536)));
		gen_put(g, HELPER(28));
		/* Kernels differ in how far the sum is folded. */
		gen_put(g, ALU32_K(BPF_MOD, 0, 65535));
		break;
	default: /* look up; write to the value if it is there */
		gen_key(g);
		gen_put(g, HELPER(1));
		skip = g->len;
		gen_put(g, JMP_K(BPF_JEQ, 0, 0, 0));
		gen_put(g, LDX(BPF_DW, 1, 0, 8));
		gen_put(g, ALU64_K(BPF_ADD, 1, 1));
		gen_put(g, STX(BPF_DW, 0, 8, 1));
		g->insns[skip].off = g->len - skip - 1;
		gen_refresh(g, 0);
		return;
	}
	gen_refresh(g, 1);
}

static void gen_call(struct gen *g)
{
	uint32_t n = g->ncalls;

	if (g->in_func || n == 64) {
		gen_alu(g);
		return;
	}
	g->calls[n].at = g->len;
	g->calls[n].func = gen_random(g, 3);
	g->ncalls++;
	gen_put(g, CALL(0));
	gen_refresh(g, 1);
}

/* A place for legacy access: in the packet as a rule, or anywhere at all. */
static int32_t gen_legacy_place(struct gen *g)
{
	switch (gen_random(g, 20)) {
	case 0:
		return gen_imm(g);
	case 1:
		return (int32_t)gen_random(g, 400) - 40;
	case 2:
		return SKF_NET_OFF + (int32_t)gen_random(g, 70) - 4;
	case 3:
		return SKF_LL_OFF + (int32_t)gen_random(g, 70) - 4;
	default:
		return gen_random(g, 32);
	}
}

/* Where the packet does not reach the program ends here. */
static void gen_legacy(struct gen *g)
{
	uint8_t size = gen_sizes[gen_random(g, 3)];
	int r = gen_scalar(g);

	if (g->in_func) {
		gen_alu(g);
	} else if (gen_random(g, 2)) {
		gen_put(g, INSN(BPF_LD | BPF_ABS | size, 0, 0, 0,
				gen_legacy_place(g)));
		gen_refresh(g, 1);
	} else {
		if (gen_random(g, 6))
			gen_put(g, ALU64_K(BPF_AND, r, 15));
		else
			gen_put(g, MOV64_K(r, gen_legacy_place(g)));
		gen_put(g, INSN(BPF_LD | BPF_IND | size, 0, r, 0,
				gen_legacy_place(g)));
		gen_refresh(g, 1);
	}
}

static void gen_body(struct gen *g, int n);

static uint8_t gen_cond(struct gen *g)
{
	static const uint8_t conds[] = {
		BPF_JEQ,  BPF_JNE,  BPF_JGT,  BPF_JGE,	BPF_JLT,  BPF_JLE,
		BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JSET,
	};

	return conds[gen_random(g, sizeof(conds))];
}

static struct bpf_insn gen_branch_insn(struct gen *g)
{
	uint8_t class = gen_random(g, 2) ? BPF_JMP : BPF_JMP32;
	int a = gen_scalar(g);

	if (gen_random(g, 2))
		return INSN(class | gen_cond(g) | BPF_K, a, 0, 0, gen_imm(g));
	return INSN(class | gen_cond(g) | BPF_X, a, gen_scalar(g), 0, 0);
}

/* if (…) body, or if (…) body else body */
static void gen_branch(struct gen *g)
{
	uint32_t branch = g->len, over;

	g->branches--;
	g->depth++;
	gen_put(g, gen_branch_insn(g));
	gen_body(g, gen_random(g, 6));
	if (gen_random(g, 2)) {
		over = g->len;
		gen_put(g, g->v4 && gen_random(g, 2) ? GOTOL(0) : JA(0));
		g->insns[branch].off = g->len - branch - 1;
		gen_body(g, 1 + gen_random(g, 4));
		if (g->insns[over].code == (BPF_JMP | BPF_JA))
			g->insns[over].off = g->len - over - 1;
		else
			g->insns[over].imm = g->len - over - 1;
	} else {
		g->insns[branch].off = g->len - branch - 1;
	}
	g->depth--;
}

static void gen_loop(struct gen *g)
{
	uint32_t start;

	if (g->in_loop || g->in_func)
		return;
	gen_put(g, MOV64_K(9, 1 + gen_random(g, 5)));
	start = g->len;
	g->in_loop = true;
	g->depth++;
	gen_body(g, 1 + gen_random(g, 6));
	gen_put(g, ALU64_K(BPF_SUB, 9, 1));
	gen_put(g, JMP_K(BPF_JNE, 9, 0, (int)start - (int)g->len - 1));
	g->in_loop = false;
	g->depth--;
}

/* Short branches, of which the verifier sees both sides only once. */
static void gen_choose(struct gen *g)
{
	static void (*const shapes[])(struct gen *) = { gen_choice, gen_exit,
							gen_bounds };

	g->branches--;
	shapes[gen_random(g, 3)](g);
}

static void gen_one(struct gen *g)
{
	static void (*const straight[])(struct gen *) = {
		gen_type,  gen_alias, gen_copy,	  gen_bytes, gen_pieces,
		gen_zeros, gen_alu,   gen_alu,	  gen_alu,   gen_alu,
		gen_shift, gen_shift, gen_div,	  gen_unary, gen_unary,
		gen_const, gen_load,  gen_load,	  gen_load,  gen_store,
		gen_store, gen_copy,  gen_atomic, gen_twice, gen_spill,
		gen_spill,
	};
	uint32_t kind = gen_random(g, 32);

	if (kind < 4 && g->depth < 3 && g->branches > 0)
		gen_branch(g);
	else if (kind == 4 && g->depth < 2 && g->branches > 2)
		gen_loop(g);
	else if (kind == 5 && !g->in_func && !g->in_loop)
		gen_helper(g);
	else if (kind >= 7 && kind < 9 && g->branches > 0)
		gen_choose(g);
	else if (kind == 6 && !g->in_loop)
		gen_call(g);
	else if (kind == 9 && g->legacy)
		gen_legacy(g);
	else
		straight[gen_random(g, sizeof(straight) / sizeof(*straight))](
			g);
}

static void gen_body(struct gen *g, int n)
{
	while (n-- > 0 && g->budget > 0)
		gen_one(g);
}

static void gen_stack(struct gen *g)
{
	int off;

	for (off = 8; off <= GEN_STACK; off += 8)
		gen_put(g, ST(BPF_DW, 10, -off, gen_imm(g)));
}

/* Sets r6 to r8 up, or ends the program. */
static void gen_prologue(struct gen *g)
{
	int data = g->legacy ? offsetof(struct __sk_buff, data) : 0;

	gen_put(g, MOV64_X(6, 1));
	gen_put(g, LDX(BPF_W, 7, 6, data));
	gen_put(g, LDX(BPF_W, 8, 6, data + 4));
	gen_put(g, MOV64_X(0, 7));
	gen_put(g, ALU64_K(BPF_ADD, 0, GEN_PKT));
	gen_put(g, JMP_X(BPF_JLE, 0, 8, 2));
	gen_put(g, MOV64_K(0, 1));
	gen_put(g, EXIT());
	gen_put(g, ST(BPF_W, 10, -4, 0));
	gen_put2(g, LDMAP(1, GEN_ARRAY));
	gen_put(g, MOV64_X(2, 10));
	gen_put(g, ALU64_K(BPF_ADD, 2, -4));
	gen_put(g, HELPER(1));
	gen_put(g, JMP_K(BPF_JNE, 0, 0, 1));
	gen_put(g, EXIT());
	gen_put(g, MOV64_X(8, 0));
	gen_put(g, MOV64_K(9, gen_imm(g)));
	gen_stack(g);
	gen_refresh(g, 0);
}

/* Moves an end of the packet and looks at it afresh. */
static void gen_adjust(struct gen *g)
{
	int delta = (int)gen_random(g, 80) - 40, off;

	gen_put(g, MOV64_X(1, 6));
	gen_put(g, MOV64_K(2, delta));
	gen_put(g, HELPER(gen_random(g, 2) ? 44 : 65));
	gen_put(g, MOV64_X(9, 0));
	gen_put(g, LDX(BPF_W, 7, 6, 0));
	gen_put(g, LDX(BPF_W, 1, 6, 4));
	gen_put(g, MOV64_X(0, 7));
	gen_put(g, ALU64_K(BPF_ADD, 0, GEN_PKT));
	gen_put(g, JMP_X(BPF_JGT, 1, 0, 2));
	gen_put(g, MOV64_K(0, 1));
	gen_put(g, EXIT());
	/* Nobody says what was in front of the packet. */
	for (off = 0; delta < 0 && off < 40; off += 8)
		gen_put(g, ST(BPF_DW, 7, off, 0));
	gen_refresh(g, 0);
}

static void gen_epilogue(struct gen *g)
{
	int r;

	for (r = 0; r < 6; r++)
		gen_put(g, STX(BPF_DW, 7, 8 * r, r));
	gen_put(g, STX(BPF_DW, 7, 48, 9));
	gen_put(g, LDX(BPF_DW, 1, 10, -GEN_STACK));
	gen_put(g, LDX(BPF_DW, 2, 10, -8));
	gen_put(g, ALU64_X(BPF_XOR, 1, 2));
	gen_put(g, STX(BPF_DW, 7, 56, 1));
	gen_put(g, ALU64_K(BPF_AND, 0, 3));
	gen_put(g, EXIT());
}

static void gen_func(struct gen *g, uint32_t func)
{
	uint32_t start = g->len, c;

	g->in_func = true;
	gen_stack(g);
	gen_put(g, MOV64_X(0, 1));
	gen_body(g, 4 + 6 * func);
	gen_put(g, EXIT());
	g->in_func = false;
	for (c = 0; c < g->ncalls; c++)
		if (g->calls[c].func == func)
			g->insns[g->calls[c].at].imm =
				start - g->calls[c].at - 1;
}

static bool gen_wants(const struct gen *g, uint32_t func)
{
	uint32_t c;

	for (c = 0; c < g->ncalls; c++)
		if (g->calls[c].func == func)
			return true;
	return false;
}

static void gen_make(struct gen *g, bool v4)
{
	uint32_t func;

	g->v4 = v4;
	g->legacy = !gen_random(g, 12);
	g->budget = 3000;
	g->branches = 8;
	gen_prologue(g);
	gen_body(g, 10 + gen_random(g, 60));
	if (!gen_random(g, 4) && !g->legacy) {
		gen_adjust(g);
		gen_body(g, gen_random(g, 20));
	}
	gen_epilogue(g);
	for (func = 0; func < 3; func++) {
		g->budget = 100;
		g->branches = 2;
		if (gen_wants(g, func))
			gen_func(g, func);
	}
}

/**
 * gen_plain - what a tc classifier is without a context
 * @g: program of which @legacy is set; r1 becomes the packet's address, r2 its
 *	length
 */
static inline void gen_plain(struct gen *g)
{
	g->insns[0] = MOV64_X(7, 1);
	g->insns[1] = MOV64_X(8, 1);
	g->insns[2] = ALU64_X(BPF_ADD, 8, 2);
}

/**
 * gen_program - make a program
 * @g: gets it
 * @seed: the same seed makes the same program
 * @v4: use all of ISA version 4
 */
static inline void gen_program(struct gen *g, uint64_t seed, bool v4)
{
	memset(g, 0, sizeof(*g));
	g->state = seed * 0x2545f4914f6cdd1dull + 1;
	gen_make(g, v4);
}

/**
 * gen_program_taped - make a program of bytes, for a fuzzer that learns
 * @g: gets it
 * @tape: the bytes
 * @size: of @tape
 * @v4: use all of ISA version 4
 */
static inline void gen_program_taped(struct gen *g, const uint8_t *tape,
				     size_t size, bool v4)
{
	memset(g, 0, sizeof(*g));
	g->tape = tape;
	g->left = size;
	gen_make(g, v4);
}

#endif /* FN_GENERATE_H */
