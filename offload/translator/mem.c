// SPDX-License-Identifier: GPL-2.0
/*
 * mem: redundant load elimination.
 *
 * Available loads, and store-to-load forwarding. A block starts with the memory
 * contents that all its predecessors agree on: values that they loaded or
 * stored. A load of such a value becomes the value, or bits of it; a store of
 * what is already there is removed. Map values are shared with other programs:
 * what is known of them ends at the next helper, call or atomic.
 *
 *	st6 [ r10 -8 ] v23			st6 [ r10 -8 ] v23
 *	v30 = ld4 [ r10 -8 ]			v30 = zx4 v23
 *	v36 = ld2 [ r10 -4 ]			v36 = ubfx v23 32 16
 *
 * Blocks are visited once, in reverse postorder; at the head of a loop, where a
 * predecessor was not visited, nothing is known. A table has ENTRIES entries
 * and evicts the oldest, so time is proportional to the program.
 */
#include "../helpers.h"
#include "ir.h"

#define ENTRIES 16

/**
 * struct entry - known memory contents
 * @base: base register of the address
 * @index: register that is added, FN_NONE if none
 * @off: displacement, in bytes
 * @value: register whose low bytes are there, FN_NONE if the contents are @imm
 * @imm: constant
 * @size: number of bytes
 * @be: the bytes are big-endian
 * @region: memory region
 */
struct entry {
	u32 base;
	u32 index;
	s32 off;
	u32 value;
	s32 imm;
	u8 size;
	u8 be;
	u8 region;
};

struct table {
	u32 n;
	u32 oldest; /* entry that a full table evicts next */
	struct entry e[ENTRIES];
};

struct mem {
	struct fn_tr *tr;
	struct table table;
	struct entry *out; /* entries at the ends of all blocks */
	u32 nout;
	u32 cap;
	u32 *first; /* by block: its entries in @out, FN_NONE if not visited */
	u32 *count; /* by block */
};

static struct entry location_of(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 size = FN_X_SIZE(ir->x);

	return (struct entry){
		.base = ir->a,
		.index = fn_ir_index(ir),
		.off = ir->off,
		.size = size,
		.be = size > 1 && ir->x & FN_X_BE,
		.region = fn_region_at(tr, ir),
	};
}

/* The contents that a store writes. */
static struct entry stored(struct fn_tr *tr, const struct fn_ir *ir)
{
	struct entry e = location_of(tr, ir);

	e.value = ir->op == FN_OP_STI ? FN_NONE : ir->b;
	e.imm = ir->op == FN_OP_STI ? ir->imm : 0;
	return e;
}

static bool has_same_base(const struct entry *a, const struct entry *b)
{
	return a->base == b->base && a->index == b->index;
}

static bool is_same_location(const struct entry *a, const struct entry *b)
{
	return has_same_base(a, b) && a->off == b->off && a->size == b->size &&
	       a->be == b->be;
}

static bool is_equal(const struct entry *a, const struct entry *b)
{
	return is_same_location(a, b) && a->value == b->value &&
	       a->imm == b->imm;
}

static bool overlap(const struct entry *a, const struct entry *b)
{
	if (has_same_base(a, b))
		return a->off < b->off + b->size && b->off < a->off + a->size;
	return fn_regions_may_alias(a->region, b->region);
}

static void evict(struct table *t, u32 n)
{
	t->e[n] = t->e[--t->n];
	t->oldest = 0;
}

static void add_entry(struct table *t, const struct entry *e)
{
	if (t->n < ENTRIES) {
		t->e[t->n++] = *e;
		return;
	}
	t->e[t->oldest] = *e;
	t->oldest = (t->oldest + 1) % ENTRIES;
}

/* ---- blocks */

static bool contains(const struct mem *m, u32 block, const struct entry *e)
{
	u32 n;

	for (n = 0; n < m->count[block]; n++)
		if (is_equal(&m->out[m->first[block] + n], e))
			return true;
	return false;
}

static void enter_block(struct mem *m, u32 block)
{
	struct fn_tr *tr = m->tr;
	const struct fn_block *b = &tr->blocks[block];
	const u32 *pred = tr->args + b->pred;
	u32 p, n;

	m->table.n = 0;
	m->table.oldest = 0;
	for (p = 0; p < b->npred; p++)
		if (m->first[pred[p]] == FN_NONE)
			return;
	if (!b->npred)
		return;
	m->table.n = m->count[pred[0]];
	memcpy(m->table.e, m->out + m->first[pred[0]],
	       m->table.n * sizeof(*m->table.e));
	for (p = 1; p < b->npred; p++)
		for (n = m->table.n; n--;)
			if (!contains(m, pred[p], &m->table.e[n]))
				evict(&m->table, n);
}

static void leave_block(struct mem *m, u32 block)
{
	struct entry *out = fn_vec_grow(m->tr, m->out, m->nout,
					m->nout + ENTRIES, &m->cap,
					sizeof(*out));

	if (!out) {
		m->tr->err = -ENOMEM;
		return;
	}
	m->out = out;
	memcpy(m->out + m->nout, m->table.e, m->table.n * sizeof(*m->table.e));
	m->first[block] = m->nout;
	m->count[block] = m->table.n;
	m->nout += m->table.n;
}

/* ---- loads */

static void become_const(struct fn_tr *tr, struct fn_ir *ir,
			 const struct entry *e, u32 pos)
{
	u32 bits = 8 * FN_X_SIZE(ir->x);
	u64 v = e->be ? swab64(e->imm) >> (64 - 8 * e->size) : (u64)e->imm;

	if (ir->x & FN_X_BE && bits > 8)
		v = swab64(v >> pos) >> (64 - bits);
	else
		v >>= pos;
	v <<= 64 - bits;
	v = ir->x & FN_X_SIGN ? (u64)((s64)v >> (64 - bits)) : v >> (64 - bits);
	fn_ir_replace(tr, ir, fn_ir_number(ir->d, v));
}

/* Replaces a load by the bits of a register from @pos on. */
static void become_bits(struct fn_tr *tr, struct fn_ir *ir, u32 reg, u32 pos)
{
	u32 size = FN_X_SIZE(ir->x), bits = 8 * size;
	bool sign = ir->x & FN_X_SIGN;
	struct fn_ir to;

	if (!pos &&
	    (bits == 64 || (!sign && fn_ir_fits_width(tr, reg, bits)))) {
		to = fn_ir_move(ir->d, reg);
	} else if (!pos) {
		to = fn_ir_op(sign ? FN_OP_SX : FN_OP_ZX, ir->d, reg, 0);
		to.x = size << FN_X_SIZE_SHIFT;
	} else {
		to = fn_ir_op(sign ? FN_OP_SBFX : FN_OP_UBFX, ir->d, reg, 0);
		to.imm = pos | bits << 8;
	}
	fn_ir_replace(tr, ir, to);
}

static void become_swapped(struct fn_tr *tr, struct fn_ir *ir, u32 reg)
{
	struct fn_ir to = fn_ir_op(FN_OP_SWAP, ir->d, reg, 0);

	to.x = FN_X_SIZE(ir->x) << FN_X_SIZE_SHIFT;
	fn_ir_replace(tr, ir, to);
}

/* Forwards an entry to a load if it covers it and one word can extract it. */
static bool forward(struct fn_tr *tr, struct fn_ir *ir,
		    const struct entry *wanted, const struct entry *e)
{
	u32 at = wanted->off - e->off;
	u32 pos;

	if (!has_same_base(wanted, e) || wanted->off < e->off ||
	    at + wanted->size > e->size)
		return false;
	if (e->value == FN_NONE) {
		become_const(tr, ir, e, 8 * at);
		return true;
	}
	pos = 8 * (e->be ? e->size - at - wanted->size : at);
	if (wanted->size == 1 || wanted->be == e->be) {
		become_bits(tr, ir, e->value, pos);
		return true;
	}
	if (pos || ir->x & FN_X_SIGN)
		return false;
	become_swapped(tr, ir, e->value);
	return true;
}

static void load(struct mem *m, struct fn_ir *ir)
{
	struct entry wanted = location_of(m->tr, ir);
	u32 n;

	for (n = m->table.n; n--;) {
		if (forward(m->tr, ir, &wanted, &m->table.e[n])) {
			fn_ir_update_width(m->tr, ir);
			return;
		}
	}
	wanted.value = ir->d;
	add_entry(&m->table, &wanted);
}

/* ---- stores, and what may store */

static void evict_overlapping(struct table *t, const struct entry *e)
{
	u32 n;

	for (n = t->n; n--;)
		if (overlap(&t->e[n], e))
			evict(t, n);
}

static bool is_unshared(u8 region)
{
	return region == FN_REGION_STACK || region == FN_REGION_PACKET;
}

static void store(struct mem *m, u32 at)
{
	struct fn_ir *ir = &m->tr->irs[at];
	struct entry e = stored(m->tr, ir);
	u32 n;

	for (n = 0; n < m->table.n && is_unshared(e.region); n++) {
		if (is_equal(&m->table.e[n], &e)) {
			fn_ir_remove(m->tr, at);
			return;
		}
	}
	evict_overlapping(&m->table, &e);
	if (ir->op == FN_OP_ST || fn_fits32(ir->imm))
		add_entry(&m->table, &e);
}

static bool survives(const struct fn_ir *ir, u8 region)
{
	u32 effects;

	if (ir->op == FN_OP_CALL || region == FN_REGION_ANY ||
	    region >= FN_REGION_MAPS)
		return false;
	if (ir->op == FN_OP_ATOM)
		return true;
	effects = fn_helper_find(ir->imm)->effects;
	if (effects & FN_HELPER_WRITES)
		return false;
	return region == FN_REGION_STACK || !(effects & FN_HELPER_PACKET);
}

static void visit_effects(struct mem *m, const struct fn_ir *ir)
{
	struct entry e;
	u32 n;

	for (n = m->table.n; n--;)
		if (!survives(ir, m->table.e[n].region))
			evict(&m->table, n);
	if (ir->op != FN_OP_ATOM)
		return;
	e = location_of(m->tr, ir);
	e.size = ir->x & FN_X_W ? 4 : 8;
	evict_overlapping(&m->table, &e);
}

static void visit(struct mem *m, u32 at)
{
	struct fn_ir *ir = &m->tr->irs[at];

	switch (ir->op) {
	case FN_OP_LD:
		load(m, ir);
		break;
	case FN_OP_ST:
	case FN_OP_STI:
		store(m, at);
		break;
	case FN_OP_ATOM:
	case FN_OP_HELPER:
	case FN_OP_CALL:
		visit_effects(m, ir);
		break;
	}
}

static void run(struct mem *m)
{
	struct fn_tr *tr = m->tr;
	u32 o, i;

	for (o = 0; o < tr->nblocks; o++)
		m->first[o] = FN_NONE;
	for (o = 0; o < tr->nrpo && !tr->err; o++) {
		enter_block(m, tr->rpo[o]);
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			visit(m, i);
		leave_block(m, tr->rpo[o]);
	}
}

/**
 * fn_pass_mem - eliminate redundant loads
 * @tr: program in which each register has one definition, without copies
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_mem(struct fn_tr *tr)
{
	struct mem *m = fn_tmp_zalloc(tr, sizeof(*m));

	if (!m || fn_ir_values(tr))
		return tr->err;
	fn_ir_regions(tr);
	m->tr = tr;
	m->first = fn_tmp_zalloc(tr, tr->nblocks * sizeof(*m->first));
	m->count = fn_tmp_zalloc(tr, tr->nblocks * sizeof(*m->count));
	if (!tr->err)
		run(m);
	fn_vec_free(tr, m->out);
	return tr->err;
}
