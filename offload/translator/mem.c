// SPDX-License-Identifier: GPL-2.0
/*
 * mem: what is known to be in memory is not loaded again.
 *
 * Available loads, and stores forwarded to loads. Each block begins with what
 * all blocks before it leave in memory: values that they loaded or stored. A
 * load of such a value is the value, or bits of it; a store of what is there
 * already is none. Values of maps are other programs' as well: what is known of
 * them ends at the next helper, call or atomic.
 *
 *	st6 [ r10 -8 ] v23			st6 [ r10 -8 ] v23
 *	v30 = ld4 [ r10 -8 ]			v30 = zx4 v23
 *	v36 = ld2 [ r10 -4 ]			v36 = ubfx v23 32 16
 *
 * Forward, in reverse post order and once: where a predecessor was not visited,
 * at the head of a loop, nothing is known. A table has ENTRIES entries, the
 * oldest goes: time in proportion to the program.
 */
#include "../helpers.h"
#include "ir.h"

#define ENTRIES 16

/**
 * struct entry - something in memory
 * @base: register
 * @index: register that is added, FN_NONE if none
 * @off: from there
 * @value: register whose low bytes are there, FN_NONE if @imm is
 * @imm: constant
 * @size: bytes
 * @be: they are big-endian
 * @kind: of memory
 */
struct entry {
	u32 base;
	u32 index;
	s32 off;
	u32 value;
	s32 imm;
	u8 size;
	u8 be;
	u8 kind;
};

struct table {
	u32 n;
	u32 oldest; /* of a full table: entry to be replaced */
	struct entry e[ENTRIES];
};

struct mem {
	struct fn_tr *tr;
	struct table now;
	struct entry *kept; /* of all blocks */
	u32 nkept;
	u32 cap;
	u32 *first; /* by block: its entries in @kept, FN_NONE if not visited */
	u32 *count; /* by block */
};

static struct entry place_of(struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 size = FN_X_SIZE(ir->x);

	return (struct entry){
		.base = ir->a,
		.index = fn_ir_index(ir),
		.off = ir->off,
		.size = size,
		.be = size > 1 && ir->x & FN_X_BE,
		.kind = fn_kind_at(tr, ir),
	};
}

/* What a store writes. */
static struct entry stored(struct fn_tr *tr, const struct fn_ir *ir)
{
	struct entry e = place_of(tr, ir);

	e.value = ir->op == FN_OP_STI ? FN_NONE : ir->b;
	e.imm = ir->op == FN_OP_STI ? ir->imm : 0;
	return e;
}

static bool same_base(const struct entry *a, const struct entry *b)
{
	return a->base == b->base && a->index == b->index;
}

static bool same_place(const struct entry *a, const struct entry *b)
{
	return same_base(a, b) && a->off == b->off && a->size == b->size &&
	       a->be == b->be;
}

static bool same(const struct entry *a, const struct entry *b)
{
	return same_place(a, b) && a->value == b->value && a->imm == b->imm;
}

static bool overlap(const struct entry *a, const struct entry *b)
{
	if (same_base(a, b))
		return a->off < b->off + b->size && b->off < a->off + a->size;
	return fn_kinds_meet(a->kind, b->kind);
}

static void forget(struct table *t, u32 n)
{
	t->e[n] = t->e[--t->n];
	t->oldest = 0;
}

static void add(struct table *t, const struct entry *e)
{
	if (t->n < ENTRIES) {
		t->e[t->n++] = *e;
		return;
	}
	t->e[t->oldest] = *e;
	t->oldest = (t->oldest + 1) % ENTRIES;
}

/* ---- from block to block */

static bool has(const struct mem *m, u32 block, const struct entry *e)
{
	u32 n;

	for (n = 0; n < m->count[block]; n++)
		if (same(&m->kept[m->first[block] + n], e))
			return true;
	return false;
}

static void begin_block(struct mem *m, u32 block)
{
	struct fn_tr *tr = m->tr;
	const struct fn_block *b = &tr->blocks[block];
	const u32 *pred = tr->args + b->pred;
	u32 p, n;

	m->now.n = 0;
	m->now.oldest = 0;
	for (p = 0; p < b->npred; p++)
		if (m->first[pred[p]] == FN_NONE)
			return;
	if (!b->npred)
		return;
	m->now.n = m->count[pred[0]];
	memcpy(m->now.e, m->kept + m->first[pred[0]],
	       m->now.n * sizeof(*m->now.e));
	for (p = 1; p < b->npred; p++)
		for (n = m->now.n; n--;)
			if (!has(m, pred[p], &m->now.e[n]))
				forget(&m->now, n);
}

static void end_block(struct mem *m, u32 block)
{
	struct entry *kept = fn_ir_grow(m->tr, m->kept, m->nkept,
					m->nkept + ENTRIES, &m->cap,
					sizeof(*kept));

	if (!kept) {
		m->tr->err = -ENOMEM;
		return;
	}
	m->kept = kept;
	memcpy(m->kept + m->nkept, m->now.e, m->now.n * sizeof(*m->now.e));
	m->first[block] = m->nkept;
	m->count[block] = m->now.n;
	m->nkept += m->now.n;
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
	fn_ir_become(tr, ir, fn_ir_number(ir->d, v));
}

/* The bits from @pos on of a register. */
static void become_bits(struct fn_tr *tr, struct fn_ir *ir, u32 reg, u32 pos)
{
	u32 size = FN_X_SIZE(ir->x), bits = 8 * size;
	bool sign = ir->x & FN_X_SIGN;
	struct fn_ir to;

	if (!pos && (bits == 64 || (!sign && fn_ir_narrow(tr, reg, bits)))) {
		to = fn_ir_move(ir->d, reg);
	} else if (!pos) {
		to = fn_ir_op(sign ? FN_OP_SX : FN_OP_ZX, ir->d, reg, 0);
		to.x = size << FN_X_SIZE_SHIFT;
	} else {
		to = fn_ir_op(sign ? FN_OP_SBFX : FN_OP_UBFX, ir->d, reg, 0);
		to.imm = pos | bits << 8;
	}
	fn_ir_become(tr, ir, to);
}

static void become_swapped(struct fn_tr *tr, struct fn_ir *ir, u32 reg)
{
	struct fn_ir to = fn_ir_op(FN_OP_SWAP, ir->d, reg, 0);

	to.x = FN_X_SIZE(ir->x) << FN_X_SIZE_SHIFT;
	fn_ir_become(tr, ir, to);
}

/* Does an entry hold all that a load wants, and can it be had in one word? */
static bool take(struct fn_tr *tr, struct fn_ir *ir, const struct entry *want,
		 const struct entry *e)
{
	u32 at = want->off - e->off;
	u32 pos;

	if (!same_base(want, e) || want->off < e->off ||
	    at + want->size > e->size)
		return false;
	if (e->value == FN_NONE) {
		become_const(tr, ir, e, 8 * at);
		return true;
	}
	pos = 8 * (e->be ? e->size - at - want->size : at);
	if (want->size == 1 || want->be == e->be) {
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
	struct entry want = place_of(m->tr, ir);
	u32 n;

	for (n = m->now.n; n--;) {
		if (take(m->tr, ir, &want, &m->now.e[n])) {
			fn_ir_bits(m->tr, ir);
			return;
		}
	}
	want.value = ir->d;
	add(&m->now, &want);
}

/* ---- stores, and what may be one */

static void forget_overlaps(struct table *t, const struct entry *e)
{
	u32 n;

	for (n = t->n; n--;)
		if (overlap(&t->e[n], e))
			forget(t, n);
}

static bool is_private(u8 kind)
{
	return kind == FN_KIND_STACK || kind == FN_KIND_PACKET;
}

static void store(struct mem *m, u32 at)
{
	struct fn_ir *ir = &m->tr->irs[at];
	struct entry e = stored(m->tr, ir);
	u32 n;

	for (n = 0; n < m->now.n && is_private(e.kind); n++) {
		if (same(&m->now.e[n], &e)) {
			fn_ir_remove(m->tr, at);
			return;
		}
	}
	forget_overlaps(&m->now, &e);
	if (ir->op == FN_OP_ST || fn_fits32(ir->imm))
		add(&m->now, &e);
}

static bool lasts(const struct fn_ir *ir, u8 kind)
{
	u32 effects;

	if (ir->op == FN_OP_CALL || kind == FN_KIND_ANY || kind >= FN_KIND_MAP)
		return false;
	if (ir->op == FN_OP_ATOM)
		return true;
	effects = fn_helper_find(ir->imm)->effects;
	if (effects & ~(FN_HELPER_READS | FN_HELPER_MAPS | FN_HELPER_PACKET))
		return false;
	return kind == FN_KIND_STACK || !(effects & FN_HELPER_PACKET);
}

static void others(struct mem *m, const struct fn_ir *ir)
{
	struct entry e;
	u32 n;

	for (n = m->now.n; n--;)
		if (!lasts(ir, m->now.e[n].kind))
			forget(&m->now, n);
	if (ir->op != FN_OP_ATOM)
		return;
	e = place_of(m->tr, ir);
	e.size = ir->x & FN_X_W ? 4 : 8;
	forget_overlaps(&m->now, &e);
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
		others(m, ir);
		break;
	}
}

static void run(struct mem *m)
{
	struct fn_tr *tr = m->tr;
	u32 o, i;

	for (o = 0; o < tr->nblocks; o++)
		m->first[o] = FN_NONE;
	for (o = 0; o < tr->norder && !tr->err; o++) {
		begin_block(m, tr->order[o]);
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			visit(m, i);
		end_block(m, tr->order[o]);
	}
}

/**
 * fn_pass_mem - do without loads whose result is known
 * @tr: program in which each register has one definition, without copies
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_mem(struct fn_tr *tr)
{
	struct mem *m = fn_ir_temp(tr, sizeof(*m));

	if (!m || fn_ir_values(tr))
		return tr->err;
	fn_ir_kinds(tr);
	m->tr = tr;
	m->first = fn_ir_temp(tr, tr->nblocks * sizeof(*m->first));
	m->count = fn_ir_temp(tr, tr->nblocks * sizeof(*m->count));
	if (!tr->err)
		run(m);
	fn_ir_drop(tr, m->kept);
	return tr->err;
}
