// SPDX-License-Identifier: GPL-2.0
/*
 * merge: adjacent accesses are merged.
 *
 * Compilers read and write bytes one by one where an address may be unaligned.
 * The pass merges loads that are shifted and or-ed together, stores of adjacent
 * constants, stores of the parts of one value, and copies in parts (GCC's
 * passes bswap and store-merging).
 *
 *	v5 = ld1 [ v3 +12 ]			v8 = ld2 [ v3 +12 ]
 *	v6 = ld1 [ v3 +13 ]
 *	v7 = lsh.w v6 8; v8 = or.w v7 v5
 *	sti1 [ v3 +0 ] 0; sti1 [ v3 +1 ] 0	sti2 [ v3 +0 ] 0
 *
 * Two accesses become one at the place of the later, which is then matched
 * again: four bytes take three steps. Two accesses may be reordered if they
 * have the same base and do not overlap, or if their bases point to different
 * regions.
 *
 * Some compilers know the two most frequent cases only: clearing memory, and
 * copies of up to 6 bytes, the length of an Ethernet address. Without
 * FN_MERGE_GENERAL this pass is one of them.
 *
 * The pass runs right after inline, since what is merged no other pass has to
 * visit, and again after guard, which makes blocks long. Each store is matched
 * with stores at most MAX_DISTANCE instructions before it, again as long as it
 * grows.
 */
#include "ir.h"

/* Instructions between the parts of one access, at most. */
#define MAX_DISTANCE 48

#define MAX_COPY 6 /* bytes, unless FN_MERGE_GENERAL */

/* ---- aliasing */

static bool is_memory_op(const struct fn_ir *ir)
{
	u8 class = fn_opinfo[ir->op].class;

	return class == FN_CLASS_MEM || class == FN_CLASS_ATOM ||
	       class == FN_CLASS_HELPER || ir->op == FN_OP_CALL;
}

static bool has_fixed_address(const struct fn_ir *ir)
{
	return fn_opinfo[ir->op].class == FN_CLASS_MEM && !(ir->x & FN_X_INDEX);
}

/* Most adjacent accesses have the same base, so regions are rarely needed. */
static u8 region_at(struct fn_tr *tr, const struct fn_ir *ir)
{
	fn_ir_regions(tr);
	return fn_region_at(tr, ir);
}

static bool may_overlap(struct fn_tr *tr, const struct fn_ir *a,
			const struct fn_ir *b)
{
	if (!has_fixed_address(a) || !has_fixed_address(b))
		return true;
	if (a->a == b->a)
		return a->off < b->off + (s32)FN_X_SIZE(b->x) &&
		       b->off < a->off + (s32)FN_X_SIZE(a->x);
	return fn_regions_may_alias(region_at(tr, a), region_at(tr, b));
}

/* May an access be sunk to the place of a later one? */
static bool can_sink(struct fn_tr *tr, u32 at, u32 to)
{
	bool store = fn_ir_is_store(&tr->irs[at]);
	u32 i, steps = 0;

	for (i = tr->irs[at].next; i && i != to; i = fn_ir_next(tr, i)) {
		const struct fn_ir *ir = &tr->irs[i];

		if (++steps > MAX_DISTANCE)
			return false;
		/*
		 * An exit makes the packet and maps visible, but not the stack.
		 */
		if (ir->op == FN_OP_EXITC && store &&
		    region_at(tr, &tr->irs[at]) != FN_REGION_STACK)
			return false;
		if (!is_memory_op(ir) || (!store && ir->op == FN_OP_LD))
			continue;
		if (may_overlap(tr, &tr->irs[at], ir))
			return false;
	}
	return i == to;
}

static bool is_access_size(u32 size)
{
	return size == 2 || size == 4 || size == 6 || size == 8;
}

static void set_size(struct fn_ir *ir, u32 size)
{
	ir->x = (ir->x & 0xf) | size << FN_X_SIZE_SHIFT;
}

/* ---- loads */

/* The unsigned load that defines a register, if that has one use. */
static struct fn_ir *single_use_load(struct fn_tr *tr, u32 reg, u32 *at)
{
	struct fn_ir *ir = fn_ir_def(tr, reg);

	if (!ir || ir->op != FN_OP_LD || tr->values[reg].use_count != 1 ||
	    ir->x & (FN_X_SIGN | FN_X_INDEX))
		return NULL;
	*at = tr->values[reg].def;
	return ir;
}

/* Does @a come before @b in their block, within MAX_DISTANCE? */
static bool comes_before(const struct fn_tr *tr, u32 a, u32 b)
{
	u32 steps;

	for (steps = 0; a && steps < MAX_DISTANCE; steps++) {
		a = fn_ir_next(tr, a);
		if (a == b)
			return true;
	}
	return false;
}

static bool has_byte_order(const struct fn_ir *ir, bool be)
{
	return FN_X_SIZE(ir->x) == 1 || !!(ir->x & FN_X_BE) == be;
}

/* high << 8 * (size of low) | low becomes a load at the place of the later. */
static bool merge_loads(struct fn_tr *tr, u32 or, u32 high, u32 low, u32 shift)
{
	u32 at_high, at_low, later, earlier, size;
	struct fn_ir *h = single_use_load(tr, high, &at_high);
	struct fn_ir *l = single_use_load(tr, low, &at_low);
	bool be;

	if (!h || !l || h->a != l->a || h->block != l->block ||
	    shift != 8 * FN_X_SIZE(l->x))
		return false;
	size = FN_X_SIZE(h->x) + FN_X_SIZE(l->x);
	be = l->off == h->off + (s32)FN_X_SIZE(h->x);
	if (!is_access_size(size) || !has_byte_order(h, be) ||
	    !has_byte_order(l, be) ||
	    (!be && h->off != l->off + (s32)FN_X_SIZE(l->x)))
		return false;
	later = comes_before(tr, at_low, at_high) ? at_high : at_low;
	earlier = later == at_low ? at_high : at_low;
	if (!can_sink(tr, earlier, later))
		return false;
	tr->irs[later].off = min(h->off, l->off);
	tr->irs[later].x = size << FN_X_SIZE_SHIFT | (be ? FN_X_BE : 0);
	tr->irs[later].d = tr->irs[or].d;
	tr->values[tr->irs[or].d].def = later;
	fn_ir_remove(tr, or);
	fn_ir_update_width(tr, &tr->irs[later]);
	return true;
}

static void merge_or(struct fn_tr *tr, u32 at)
{
	const struct fn_ir * or = &tr->irs[at];
	u32 width = or->x & FN_X_W ? 32 : 64;
	u32 side;

	if (or->x & FN_X_IMM)
		return;
	for (side = 0; side < 2; side++) {
		u32 high = side ? or->b : or->a, low = side ? or->a : or->b;
		const struct fn_ir *def = fn_ir_def(tr, high);
		const struct fn_ir *h;

		if (!def || def->op != FN_OP_LSH || !(def->x & FN_X_IMM) ||
		    tr->values[high].use_count != 1)
			continue;
		/* No byte may be shifted out of either operation. */
		h = fn_ir_def(tr, def->a);
		width = min_t(u32, width, def->x & FN_X_W ? 32 : 64);
		if (!h || h->op != FN_OP_LD ||
		    def->imm + 8 * FN_X_SIZE(h->x) > width)
			continue;
		if (merge_loads(tr, at, def->a, low, def->imm)) {
			fn_ir_remove(tr, tr->values[high].def);
			return;
		}
	}
}

/* ---- stores */

struct pair {
	u32 first; /* in the program */
	u32 second;
	const struct fn_ir *low; /* in memory */
	const struct fn_ir *high;
	u32 size;
};

static bool adjacent(const struct fn_ir *a, const struct fn_ir *b)
{
	return b->off == a->off + (s32)FN_X_SIZE(a->x);
}

static s64 constant_of(const struct pair *p)
{
	u32 bits = 8 * FN_X_SIZE(p->low->x);
	u64 mask = (1ull << bits) - 1;
	u32 rest = 64 - 8 * p->size;
	u64 v = ((u64)p->low->imm & mask) | (u64)p->high->imm << bits;

	return (s64)(v << rest) >> rest;
}

/* Merges constants if the result still fits its word. */
static bool merge_constants(struct fn_tr *tr, const struct pair *p)
{
	struct fn_ir *st = &tr->irs[p->second];
	s32 off = p->low->off;
	s64 v;

	if (p->low->op != FN_OP_STI || p->high->op != FN_OP_STI)
		return false;
	v = constant_of(p);
	if (v != (s16)v || !can_sink(tr, p->first, p->second))
		return false;
	st->imm = v;
	st->off = off;
	set_size(st, p->size);
	return true;
}

/* A value as a bit field of another: @bits bits from @shift on. */
struct piece {
	u32 of;
	u32 shift;
	u32 bits;
};

static struct piece piece_of(struct fn_tr *tr, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);
	u32 shift;

	if (def && def->op == FN_OP_UBFX)
		return (struct piece){ def->a, def->imm & 0xff,
				       (u32)def->imm >> 8 };
	if (def && def->op == FN_OP_ZX)
		return (struct piece){ def->a, 0, 8 * FN_X_SIZE(def->x) };
	if (!def || def->op != FN_OP_RSH || !(def->x & FN_X_IMM))
		return (struct piece){ reg, 0, 64 };
	shift = def->imm & (def->x & FN_X_W ? 31 : 63);
	return (struct piece){ def->a, shift,
			       (def->x & FN_X_W ? 32 : 64) - shift };
}

static bool merge_pieces(struct fn_tr *tr, const struct pair *p)
{
	struct fn_ir *st = &tr->irs[p->second];
	u32 value = p->low->b;
	u32 bits = 8 * FN_X_SIZE(p->low->x);
	s32 off = p->low->off;
	struct piece low, high;

	if (p->low->op != FN_OP_ST || p->high->op != FN_OP_ST)
		return false;
	low = piece_of(tr, value);
	high = piece_of(tr, p->high->b);
	if (low.of != high.of || high.shift != low.shift + bits ||
	    high.bits < 8 * p->size - bits || low.bits < 8 * p->size ||
	    !can_sink(tr, p->first, p->second))
		return false;
	st->b = value;
	st->off = off;
	tr->values[value].use_count++;
	set_size(st, p->size);
	return true;
}

/* Merges stores of values that were loaded from adjacent places. */
static bool merge_copy(struct fn_tr *tr, const struct pair *p)
{
	u32 at_low, at_high, early, late, lowest;
	struct fn_ir *st = &tr->irs[p->second];
	const struct fn_ir *l, *h;
	s32 off = p->low->off;

	if (p->low->op != FN_OP_ST || p->high->op != FN_OP_ST)
		return false;
	l = single_use_load(tr, p->low->b, &at_low);
	h = single_use_load(tr, p->high->b, &at_high);
	if (!l || !h || l->a != h->a || !adjacent(l, h) ||
	    FN_X_SIZE(l->x) != FN_X_SIZE(p->low->x) ||
	    FN_X_SIZE(h->x) != FN_X_SIZE(p->high->x) ||
	    (l->x | h->x) & FN_X_BE || l->block != st->block ||
	    h->block != st->block)
		return false;
	late = comes_before(tr, at_low, at_high) ? at_high : at_low;
	early = late == at_low ? at_high : at_low;
	/*
	 * The first store is sunk, and with it out of the way the first load.
	 */
	if (!can_sink(tr, p->first, p->second))
		return false;
	lowest = l->off;
	tr->irs[p->first].op = FN_OP_NOP;
	if (!can_sink(tr, early, late)) {
		tr->irs[p->first].op = FN_OP_ST;
		return false;
	}
	tr->irs[late].off = (s32)lowest;
	set_size(&tr->irs[late], p->size);
	fn_ir_update_width(tr, &tr->irs[late]);
	st->b = tr->irs[late].d;
	st->off = off;
	set_size(st, p->size);
	return true;
}

static bool merge_stores(struct fn_tr *tr, const struct pair *p, bool general)
{
	if (!general)
		return (!constant_of(p) && merge_constants(tr, p)) ||
		       (p->size <= MAX_COPY && merge_copy(tr, p));
	return merge_constants(tr, p) || merge_pieces(tr, p) ||
	       merge_copy(tr, p);
}

static bool mergeable(const struct fn_ir *ir)
{
	return fn_ir_is_store(ir) && !(ir->x & (FN_X_INDEX | FN_X_BE));
}

static bool merge_pair(struct fn_tr *tr, u32 first, u32 second, bool general)
{
	const struct fn_ir *a = &tr->irs[first], *b = &tr->irs[second];
	struct pair p;

	if (a->a != b->a || (!adjacent(a, b) && !adjacent(b, a)))
		return false;
	p = (struct pair){
		.first = first,
		.second = second,
		.low = adjacent(a, b) ? a : b,
		.high = adjacent(a, b) ? b : a,
		.size = FN_X_SIZE(a->x) + FN_X_SIZE(b->x),
	};
	if (!is_access_size(p.size) || !merge_stores(tr, &p, general))
		return false;
	fn_ir_remove(tr, first);
	return true;
}

/* Stores of a block that a later one may be merged with. */
struct stores {
	u32 n;
	u32 at[MAX_DISTANCE]; /* instructions, the latest last */
	u32 place[MAX_DISTANCE]; /* their positions in the block */
};

static void drop_store(struct stores *s, u32 n)
{
	s->n--;
	memmove(s->at + n, s->at + n + 1, (s->n - n) * sizeof(*s->at));
	memmove(s->place + n, s->place + n + 1, (s->n - n) * sizeof(*s->place));
}

static void add_store(struct stores *s, u32 at, u32 place)
{
	if (s->n == MAX_DISTANCE)
		drop_store(s, 0);
	s->at[s->n] = at;
	s->place[s->n++] = place;
}

/* Matches a store with earlier ones, again as long as it grows. */
static void merge_store(struct fn_tr *tr, struct stores *s, u32 at, u32 place,
			bool general)
{
	u32 n;

	for (n = s->n; n-- && place - s->place[n] < MAX_DISTANCE;) {
		if (merge_pair(tr, s->at[n], at, general)) {
			drop_store(s, n);
			n = s->n;
		}
	}
	add_store(s, at, place);
}

static void merge_block(struct fn_tr *tr, u32 block, bool general)
{
	struct stores s;
	u32 i, place = 0;

	s.n = 0;
	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		place++;
		if (tr->irs[i].op == FN_OP_OR && general)
			merge_or(tr, i);
		else if (mergeable(&tr->irs[i]))
			merge_store(tr, &s, i, place, general);
	}
}

/**
 * fn_pass_merge - merge adjacent accesses
 * @tr: program in which each register has one definition, without copies
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_merge(struct fn_tr *tr)
{
	bool general = !fn_translate_without(tr->opt, FN_MERGE_GENERAL);
	u32 o;

	if (fn_ir_count_uses(tr))
		return -ENOMEM;
	for (o = 0; o < tr->nrpo; o++)
		merge_block(tr, tr->rpo[o], general);
	return 0;
}
