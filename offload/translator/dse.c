// SPDX-License-Identifier: GPL-2.0
/*
 * dse: stores to the stack that nobody reads are removed.
 *
 * A function's own frame is gone when it returns, and so is the program's when
 * it exits. Liveness of the frame's bytes, a bit each, by backward data flow
 * (Aho, Lam, Sethi, Ullman, 9.2.5, with bytes for variables): a store to bytes
 * that are not live is dead. Who reads the stack by other ways than r10 and a
 * number, reads all of it.
 *
 *	st6 [ r10 -64 ] v84			v90 = ld6 [ v3 +6 ]
 *	v90 = ld6 [ v3 +6 ]			exit 3
 *	exit 3
 *
 * Behind mem, which takes away the loads. A round of all blocks more than loops
 * nest, ROUNDS at most; then one that removes.
 */
#include "../helpers.h"
#include "ir.h"

#define WORDS (FN_MAX_FRAME_SIZE / 64)
#define ROUNDS 32 /* loops in loops that are waited for */

struct frame {
	u64 bit[WORDS]; /* by byte, from the lowest address on */
};

struct dse {
	struct fn_tr *tr;
	struct frame *in; /* by block: live at its beginning */
	bool changed;
	bool sweep;
};

static void set(struct frame *f, s64 off, u32 size, bool live)
{
	s64 at;

	for (at = off; at < off + size; at++) {
		u64 n = at + FN_MAX_FRAME_SIZE;

		if (n >= FN_MAX_FRAME_SIZE)
			continue;
		if (live)
			f->bit[n / 64] |= BIT_ULL(n % 64);
		else
			f->bit[n / 64] &= ~BIT_ULL(n % 64);
	}
}

static bool any(const struct frame *f, s64 off, u32 size)
{
	s64 at;

	for (at = off; at < off + size; at++) {
		u64 n = at + FN_MAX_FRAME_SIZE;

		if (n >= FN_MAX_FRAME_SIZE || f->bit[n / 64] & BIT_ULL(n % 64))
			return true;
	}
	return false;
}

static void all_live(struct frame *f)
{
	memset(f->bit, 0xff, sizeof(f->bit));
}

static bool direct(const struct fn_ir *ir)
{
	return ir->a == FN_REG_FP && fn_ir_index(ir) == FN_NONE;
}

static void load(struct dse *d, const struct fn_ir *ir, struct frame *f)
{
	if (ir->op == FN_OP_LD && direct(ir))
		set(f, ir->off, FN_X_SIZE(ir->x), true);
	else if (fn_kinds_meet(fn_kind_at(d->tr, ir), FN_KIND_STACK))
		all_live(f);
}

static void store(struct dse *d, u32 at, struct frame *f)
{
	const struct fn_ir *ir = &d->tr->irs[at];
	u32 size = FN_X_SIZE(ir->x);

	if (!direct(ir))
		return;
	if (d->sweep && !any(f, ir->off, size))
		fn_ir_remove(d->tr, at);
	set(f, ir->off, size, false);
}

/* Bytes that a helper reads behind its argument @n, or 0 if that is not known. */
static u32 reads(struct fn_tr *tr, const struct fn_ir *ir, u32 n)
{
	s64 map;

	if (ir->imm != FN_HELPER_map_lookup_elem &&
	    ir->imm != FN_HELPER_map_update_elem &&
	    ir->imm != FN_HELPER_map_delete_elem)
		return 0;
	if (!fn_ir_const(tr, tr->args[ir->args], &map))
		return 0;
	map -= FN_ADDR_MAPREF;
	if (map < 0 || map >= tr->bpf->nmaps)
		return 0;
	return n == 1 ? tr->bpf->maps[map].key_size :
			tr->bpf->maps[map].value_size;
}

/* The offset of an address in the frame. */
static bool in_frame(struct fn_tr *tr, u32 reg, s64 *off)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);

	*off = 0;
	if (reg == FN_REG_FP)
		return true;
	if (!def || !fn_ir_in_frame(def))
		return false;
	*off = def->imm;
	return true;
}

static void helper(struct dse *d, const struct fn_ir *ir, struct frame *f)
{
	struct fn_tr *tr = d->tr;
	s64 off;
	u32 n, size;

	if (!(fn_helper_find(ir->imm)->effects & FN_HELPER_READS))
		return;
	for (n = 0; n < ir->nargs; n++) {
		u32 arg = tr->args[ir->args + n];

		if (!fn_kinds_meet(fn_kind_of(tr, arg), FN_KIND_STACK) ||
		    fn_kind_of(tr, arg) == FN_KIND_NUMBER)
			continue;
		size = reads(tr, ir, n);
		if (size && in_frame(tr, arg, &off))
			set(f, off, size, true);
		else
			all_live(f);
	}
}

static void visit(struct dse *d, u32 at, struct frame *f)
{
	const struct fn_ir *ir = &d->tr->irs[at];

	switch (ir->op) {
	case FN_OP_LD:
	case FN_OP_ATOM:
		load(d, ir, f);
		break;
	case FN_OP_ST:
	case FN_OP_STI:
		store(d, at, f);
		break;
	case FN_OP_HELPER:
		helper(d, ir, f);
		break;
	case FN_OP_CALL:
		all_live(f);
		break;
	}
}

static void visit_block(struct dse *d, u32 block)
{
	struct fn_tr *tr = d->tr;
	const struct fn_block *b = &tr->blocks[block];
	struct frame f = {};
	u32 i, prev, s, w;

	for (s = 0; s < b->nsucc; s++)
		for (w = 0; w < WORDS; w++)
			f.bit[w] |= d->in[b->succ[s]].bit[w];
	for (i = b->last; i; i = prev) {
		prev = tr->irs[i].prev;
		visit(d, i, &f);
	}
	if (!memcmp(&d->in[block], &f, sizeof(f)))
		return;
	d->in[block] = f;
	/* Blocks that were looked at before want to know. */
	for (s = 0; s < b->npred; s++)
		d->changed |= tr->blocks[tr->args[b->pred + s]].order >=
			      b->order;
}

static void run(struct dse *d)
{
	struct fn_tr *tr = d->tr;
	u32 o, round = 0;

	do {
		d->changed = false;
		for (o = tr->norder; o--;)
			visit_block(d, tr->order[o]);
	} while (d->changed && ++round < ROUNDS);
	if (d->changed)
		return;
	d->sweep = true;
	for (o = tr->norder; o--;)
		visit_block(d, tr->order[o]);
}

/**
 * fn_pass_dse - remove stores to the stack that nobody reads
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_dse(struct fn_tr *tr)
{
	struct dse d = { .tr = tr };

	if (fn_ir_values(tr))
		return -ENOMEM;
	fn_ir_kinds(tr);
	d.in = fn_ir_temp(tr, tr->nblocks * sizeof(*d.in));
	if (d.in)
		run(&d);
	return tr->err;
}
