/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random card code that no translator makes, to look for a check that compiled
 * code leaves out: displacements at and beyond every bound that the JIT reasons
 * with, pointers that become others by or, and, shifts and sums near the end of
 * 32 and 64 bits, and accesses on either side of what has just been compared.
 *
 * The code is valid for the card, and may fault anywhere.
 *
 *	r1	context
 *	r10	stack
 *	r11	packet, r12 its end
 *	r13	somewhere in the stack
 *	r14	value of the array or NULL
 *	r15	value of the hash map or NULL
 *	r2-r9, r16-r23	whatever comes of these
 */
#ifndef FN_TEST_HOSTILE_H
#define FN_TEST_HOSTILE_H

#include "two_ways.h"

#define HOSTILE_LAST 23 /* register */

/**
 * struct hostile - a program in the making
 * @c: its code
 * @state: of the random numbers
 */
struct hostile {
	struct code c;
	u64 state;
};

static inline u32 pick(struct hostile *h, u32 n)
{
	return next_random(&h->state, n);
}

/* Numbers at the bounds of windows, of widths, and of the JIT's domain. */
static inline u64 edge(struct hostile *h)
{
	static const u64 at[] = {
		0,	    1,		2,	    4,		8,
		14,	    16,		34,	    40,		60,
		64,	    100,	128,	    256,	300,
		4096,	    8448,	16384,	    32768,	65536,
		1u << 20,   1u << 21,	1u << 22,   1u << 31,	1ull << 32,
		1ull << 33, 1ull << 63, 0x10000000, 0x20000000, 0x20000100,
		0x30000000, 0x60000000, 0x5fffbf00, 0x70000000, 0x80000000,
	};
	u64 v = at[pick(h, ARRAY_SIZE(at))];

	if (pick(h, 2))
		v += (s64)pick(h, 17) - 8;
	return pick(h, 4) ? v : -v;
}

/* A displacement in bytes, small more often than not */
static inline s32 disp(struct hostile *h)
{
	u32 way = pick(h, 24);

	if (!way)
		return (s32)edge(h);
	return way < 8 ? 0 : (s32)pick(h, way < 10 ? 72 : 40);
}

static inline s16 disp16(struct hostile *h)
{
	return pick(h, 8) ? (s16)pick(h, 56) : (s16)edge(h);
}

static inline u8 any(struct hostile *h)
{
	u8 r = 1 + pick(h, HOSTILE_LAST);

	return pick(h, 16) ? r : FN_REG_ZERO;
}

/* Mostly one that has begun as a pointer */
static inline u8 pointer(struct hostile *h)
{
	static const u8 regs[] = { 11, 11, 11, 11, 13, 13, 14, 15 };

	return pick(h, 24) ? regs[pick(h, ARRAY_SIZE(regs))] : any(h);
}

/* To be written: the pointers are mostly kept. */
static inline u8 dest(struct hostile *h)
{
	u8 r = pick(h, 32) ? 2 + pick(h, 16) : 1 + pick(h, HOSTILE_LAST);

	if (r >= 10 && pick(h, 24))
		r += 6;
	return r == FN_REG_FP ? 9 : r;
}

static inline u32 size(struct hostile *h)
{
	static const u8 sizes[] = { 1, 2, 4, 6, 8 };

	return SIZE(sizes[pick(h, ARRAY_SIZE(sizes))]) |
	       (pick(h, 8) ? 0 : FN_X_BE);
}

static inline void put_number(struct hostile *h)
{
	emit_const(&h->c, dest(h), edge(h));
}

/* What makes symbols: a sum, mask, shift or product of anything. */
static inline void put_alu(struct hostile *h)
{
	static const u8 ops[] = { FN_OP_MOV, FN_OP_ADD, FN_OP_ADD,  FN_OP_SUB,
				  FN_OP_AND, FN_OP_OR,	FN_OP_XOR,  FN_OP_LSH,
				  FN_OP_RSH, FN_OP_MUL, FN_OP_RSUB, FN_OP_ARSH,
				  FN_OP_DIV, FN_OP_MOD };
	u8 op = ops[pick(h, ARRAY_SIZE(ops))];
	u8 x = pick(h, 4) ? 0 : FN_X_W;
	u8 a = op == FN_OP_MOV ? 0 : any(h);

	if (pick(h, 2))
		emit(&h->c, op, x | FN_X_IMM, dest(h), a, 0,
		     op >= FN_OP_LSH ? (s32)pick(h, 70) : (s32)edge(h));
	else
		emit(&h->c, op, x, dest(h), a, any(h), 0);
}

/* A register to add to a pointer, mostly a small number */
static inline u8 small(struct hostile *h)
{
	u8 r = any(h);

	if (pick(h, 8))
		emit(&h->c, FN_OP_AND, FN_X_IMM | (pick(h, 2) ? FN_X_W : 0),
		     r = 2 + pick(h, 7), any(h), 0, pick(h, 24));
	return r;
}

static inline void put_pointer(struct hostile *h)
{
	if (pick(h, 2))
		emit(&h->c, FN_OP_ADD, FN_X_IMM, dest(h), pointer(h), 0,
		     disp(h));
	else
		emit(&h->c, FN_OP_ADD, 0, dest(h), pointer(h), small(h), 0);
}

static inline void put_copy(struct hostile *h)
{
	emit(&h->c, FN_OP_MOV, 0, dest(h), 0, pointer(h), 0);
}

static inline void put_load(struct hostile *h)
{
	u8 x = size(h) | (pick(h, 8) ? 0 : FN_X_SIGN);

	if (pick(h, 3))
		emit(&h->c, FN_OP_LD, x, dest(h), pointer(h), 0, disp(h));
	else
		emit(&h->c, FN_OP_LD, x | FN_X_INDEX, dest(h), pointer(h),
		     small(h), disp(h));
}

static inline void put_store(struct hostile *h)
{
	switch (pick(h, 3)) {
	case 0:
		emit(&h->c, FN_OP_STI, size(h), 0, pointer(h), 0,
		     FN_IMM16(disp16(h), pick(h, 65536)));
		break;
	case 1:
		emit(&h->c, FN_OP_ST, size(h) | FN_X_INDEX, small(h),
		     pointer(h), any(h), disp(h));
		break;
	default:
		emit(&h->c, FN_OP_ST, size(h), 0, pointer(h), any(h), disp(h));
	}
}

static inline void put_atomic(struct hostile *h)
{
	u32 kind = pick(h, FN_NATOMS);
	u8 x = KIND(kind) | (pick(h, 2) ? FN_X_W : 0);
	bool fetch = kind >= FN_ATOM_XCHG || pick(h, 2);

	emit(&h->c, FN_OP_ATOM, x | (fetch ? FN_X_FETCH : 0),
	     fetch ? dest(h) : 0, pointer(h), any(h),
	     pick(h, 4) ? (s32)pick(h, 9) * 8 : disp(h));
}

/* A comparison with the packet's end, and an access on either side of it */
static inline void put_end(struct hostile *h)
{
	u8 x = COND(pick(h, 2) ? FN_LT + pick(h, 2) : pick(h, FN_NCONDS)) |
	       (pick(h, 16) ? 0 : FN_X_W);
	bool swapped = pick(h, 2);
	u8 p = pointer(h);
	s16 k = disp16(h);
	u32 i;

	emit(&h->c, pick(h, 2) ? FN_OP_EXITC : FN_OP_JCC, x, 0,
	     swapped ? p : 12, swapped ? 12 : p,
	     FN_IMM16(swapped ? -k : k, pick(h, 4)));
	for (i = pick(h, 3); i; i--)
		emit(&h->c, FN_OP_LD, size(h), dest(h), p, 0,
		     k - (s32)pick(h, 10));
}

static inline void put_branch(struct hostile *h)
{
	u8 x = COND(pick(h, FN_NCONDS)) | (pick(h, 4) ? 0 : FN_X_W);

	if (pick(h, 2))
		emit(&h->c, pick(h, 4) ? FN_OP_JCC : FN_OP_EXITC, x, 0, any(h),
		     any(h), FN_IMM16(disp16(h), pick(h, 6)));
	else
		emit(&h->c, FN_OP_JCC, x | FN_X_IMM, 0, pointer(h), 0,
		     FN_IMM16(pick(h, 2) ? 0 : disp16(h), pick(h, 6)));
}

/* Back to where something of the sort was done before */
static inline void put_loop(struct hostile *h)
{
	emit(&h->c, FN_OP_JCC, COND(pick(h, FN_NCONDS)), 0, any(h), any(h),
	     FN_IMM16(disp16(h), -1 - (s32)pick(h, min(h->c.n, 12u))));
}

static inline void put_null(struct hostile *h)
{
	u8 p = pick(h, 2) ? 14 : 15;

	p = pick(h, 4) ? p : any(h);
	if (pick(h, 2))
		emit(&h->c, FN_OP_EXITC,
		     COND(pick(h, 8) ? FN_EQ : pick(h, FN_NCONDS)) | FN_X_IMM,
		     0, p, 0, FN_IMM16(0, 2));
	else
		emit(&h->c, FN_OP_JCC, COND(pick(h, FN_NCONDS)) | FN_X_IMM, 0,
		     p, 0, FN_IMM16(0, pick(h, 5)));
}

/* What is in a map under a key that mostly is there */
static inline void put_value(struct hostile *h, u32 slot)
{
	emit(&h->c, FN_OP_STI, SIZE(4), 0, FN_REG_FP, 0,
	     FN_IMM16(-8, pick(h, 8) ? 2 : 9));
	emit(&h->c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -8);
	emit_const(&h->c, 1, FN_ADDR_MAPREF + slot);
	emit_helper(&h->c, FN_HELPER_map_lookup_elem);
	emit(&h->c, FN_OP_MOV, 0, 14 + slot, 0, 0, 0);
	if (pick(h, 8))
		emit(&h->c, FN_OP_EXITC, COND(FN_EQ) | FN_X_IMM, 0,
		     pick(h, 4) ? 14 + slot : 0, 0, FN_IMM16(0, 1));
}

static inline void put_lookup(struct hostile *h)
{
	u32 slot = pick(h, 2);

	if (pick(h, 2))
		emit(&h->c, FN_OP_STI, SIZE(4), 0, FN_REG_FP, 0,
		     FN_IMM16(-8, pick(h, 8)));
	if (pick(h, 4))
		emit(&h->c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -8);
	else
		emit(&h->c, FN_OP_ADD, FN_X_IMM, 2, pointer(h), 0, disp(h));
	emit_const(&h->c, 1, FN_ADDR_MAPREF + slot);
	emit_helper(&h->c, FN_HELPER_map_lookup_elem);
	emit(&h->c, FN_OP_MOV, 0, pick(h, 3) ? 14 + slot : dest(h), 0, 0, 0);
}

static inline void put_move(struct hostile *h)
{
	static const u32 helpers[] = { FN_HELPER_xdp_adjust_head,
				       FN_HELPER_xdp_adjust_tail,
				       FN_HELPER_xdp_adjust_meta };

	emit_const(&h->c, 1, FN_ADDR_LOCAL);
	emit_const(&h->c, 2, ((s64)pick(h, 17) - 8) * 4);
	emit_helper(&h->c, helpers[pick(h, ARRAY_SIZE(helpers))]);
	if (pick(h, 4))
		return;
	emit_ld(&h->c, 4, 11, 1, offsetof(struct xdp_md, data));
	emit_ld(&h->c, 4, 12, 1, offsetof(struct xdp_md, data_end));
}

/*
 * A symbol by which the packet's pointer gets near the maps, so that an access at
 * a displacement succeeds, and then a near one: is the far one a proof?
 */
static inline void put_far(struct hostile *h)
{
	static const s32 far[] = { 16376,   16384,   16385,
				   32768,   1 << 20, (1 << 20) + 1,
				   1 << 21, 1 << 29, 0 };
	s32 d = far[pick(h, ARRAY_SIZE(far))];
	u8 p = pick(h, 4) ? 11 : pointer(h);
	s32 to = pick(h, 8) ? (s32)(FN_ADDR_MAPS - FN_ADDR_PACKET -
				    FN_PKT_HEADROOM - d) :
			      (s32)edge(h);

	emit_ld(&h->c, 1, 2, p, pick(h, 16));
	emit(&h->c, FN_OP_AND, FN_X_IMM, 2, 2, 0, pick(h, 2) ? 3 : 0);
	emit(&h->c, pick(h, 2) ? FN_OP_OR : FN_OP_ADD, FN_X_IMM, 2, 2, 0, to);
	emit(&h->c, FN_OP_ADD, 0, 16, p, 2, 0);
	emit(&h->c, FN_OP_LD, size(h), 3, 16, 0, d);
	emit(&h->c, FN_OP_LD, size(h), 4, 16, 0, disp(h));
	emit(&h->c, FN_OP_ST, size(h), 0, pick(h, 2) ? 16 : p, 4, disp(h));
}

/* Spill a pointer, or something else, to the stack and take it back. */
static inline void put_spill(struct hostile *h)
{
	s32 at = -8 * (s32)(1 + pick(h, 4));

	emit(&h->c, FN_OP_ST, SIZE(8), 0, FN_REG_FP, pointer(h), at);
	if (!pick(h, 3))
		emit(&h->c, FN_OP_ST, size(h), 0, pick(h, 2) ? 13 : FN_REG_FP,
		     any(h), at + (s32)pick(h, 9) - 4);
	emit(&h->c, FN_OP_LD, pick(h, 8) ? SIZE(8) : size(h), dest(h),
	     FN_REG_FP, 0, pick(h, 8) ? at : at + 4);
}

/* All registers, so that what differs shows. */
static inline void put_end_of_run(struct hostile *h)
{
	u8 r;

	for (r = 0; r < 8; r++)
		emit(&h->c, FN_OP_NOP, 0, 0, 0, 0, 0);
	for (r = 1; r <= HOSTILE_LAST; r++)
		emit(&h->c, r & 1 ? FN_OP_XOR : FN_OP_ADD, 0, 0, 0, r, 0);
	emit_exit(&h->c, 0);
}

static void (*const hostile_parts[])(struct hostile *h) = {
	put_number,  put_number, put_alu,    put_alu,  put_alu,	 put_pointer,
	put_pointer, put_copy,	 put_load,   put_load, put_load, put_store,
	put_store,   put_atomic, put_end,    put_end,  put_end,	 put_branch,
	put_loop,    put_null,	 put_lookup, put_move, put_far,	 put_spill,
};

/* The image of a seed, always the same */
static inline struct fn_image *hostile_image(u64 seed)
{
	static struct hostile h;
	u32 n;

	h.state = seed;
	h.c.n = 0;
	h.c.nmaps = ARRAY_SIZE(maps);
	memcpy(h.c.maps, maps, sizeof(maps));
	emit_ld(&h.c, 4, 11, 1, offsetof(struct xdp_md, data));
	emit_ld(&h.c, 4, 12, 1, offsetof(struct xdp_md, data_end));
	emit(&h.c, FN_OP_ADD, FN_X_IMM, 13, FN_REG_FP, 0,
	     -8 * (s32)(1 + pick(&h, 8)));
	emit(&h.c, FN_OP_MOV, 0, 9, 0, 1, 0);
	put_value(&h, 0);
	put_value(&h, 1);
	for (n = 4 + pick(&h, 24); n; n--)
		hostile_parts[pick(&h, ARRAY_SIZE(hostile_parts))](&h);
	put_end_of_run(&h);
	return code_image(&h.c);
}

#endif /* FN_TEST_HOSTILE_H */
