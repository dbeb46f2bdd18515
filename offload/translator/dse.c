// SPDX-License-Identifier: GPL-2.0
/*
 * dse: dead store elimination in the stack.
 *
 * A frame dies when its function returns or the program exits. The liveness of
 * its bytes is a backward data-flow problem (Aho, Lam, Sethi, Ullman, 9.2.5,
 * with bytes for variables); a store to bytes that are not live is dead. An
 * access to the stack through anything but r10 plus a constant uses all bytes.
 *
 *	st6 [ r10 -64 ] v84			v90 = ld6 [ v3 +6 ]
 *	v90 = ld6 [ v3 +6 ]			exit 3
 *	exit 3
 *
 * The pass runs after mem, which removes loads.
 */
#include "../helpers.h"
#include "ir.h"

#define WORDS (FN_MAX_FRAME_SIZE / 64)
#define ROUNDS 32 /* loops in loops that are waited for */

struct frame {
	u64 live[WORDS]; /* mask of bytes, from the lowest address on */
};

struct dse {
	struct fn_tr *tr;
	struct frame *live_in; /* by block */
	bool changed;
	bool remove_dead;
};

static void set_bytes(struct frame *f, s64 off, u32 size, bool live)
{
	s64 end = min_t(s64, off + size, 0), at;

	for (at = max_t(s64, off, -FN_MAX_FRAME_SIZE); at < end; at++) {
		u64 n = at + FN_MAX_FRAME_SIZE;

		if (live)
			f->live[n / 64] |= BIT_ULL(n % 64);
		else
			f->live[n / 64] &= ~BIT_ULL(n % 64);
	}
}

static bool is_any_live(const struct frame *f, s64 off, u32 size)
{
	s64 at;

	for (at = off; at < off + size; at++) {
		u64 n = at + FN_MAX_FRAME_SIZE;

		if (n >= FN_MAX_FRAME_SIZE || f->live[n / 64] & BIT_ULL(n % 64))
			return true;
	}
	return false;
}

static void all_live(struct frame *f)
{
	memset(f->live, 0xff, sizeof(f->live));
}

static bool is_frame_access(const struct fn_ir *ir)
{
	return ir->a == FN_REG_FP && fn_ir_index(ir) == FN_NONE;
}

static void use_load(struct dse *d, const struct fn_ir *ir, struct frame *f)
{
	if (ir->op == FN_OP_LD && is_frame_access(ir))
		set_bytes(f, ir->off, FN_X_SIZE(ir->x), true);
	else if (fn_regions_may_alias(fn_region_at(d->tr, ir), FN_REGION_STACK))
		all_live(f);
}

static void kill_store(struct dse *d, u32 at, struct frame *f)
{
	const struct fn_ir *ir = &d->tr->irs[at];
	u32 size = FN_X_SIZE(ir->x);

	if (!is_frame_access(ir))
		return;
	if (d->remove_dead && !is_any_live(f, ir->off, size))
		fn_ir_remove(d->tr, at);
	set_bytes(f, ir->off, size, false);
}

/*
 * Bytes that a helper reads from its argument @n on, or 0 if that is not known.
 */
static u32 helper_read_size(struct fn_tr *tr, const struct fn_ir *ir, u32 n)
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

/* Is a value r10 plus a constant? */
static bool is_frame_pointer(struct fn_tr *tr, u32 reg, s64 *off)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);

	*off = 0;
	if (reg == FN_REG_FP)
		return true;
	if (!def || !fn_ir_is_frame_addr(def))
		return false;
	*off = def->imm;
	return true;
}

static void use_helper(struct dse *d, const struct fn_ir *ir, struct frame *f)
{
	struct fn_tr *tr = d->tr;
	s64 off;
	u32 n, size;

	if (!(fn_helper_find(ir->imm)->effects & FN_HELPER_READS))
		return;
	for (n = 0; n < ir->nargs; n++) {
		u32 arg = tr->args[ir->args + n];

		if (!fn_regions_may_alias(fn_region_of(tr, arg),
					  FN_REGION_STACK) ||
		    fn_region_of(tr, arg) == FN_REGION_SCALAR)
			continue;
		size = helper_read_size(tr, ir, n);
		if (size && is_frame_pointer(tr, arg, &off))
			set_bytes(f, off, size, true);
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
		use_load(d, ir, f);
		break;
	case FN_OP_ST:
	case FN_OP_STI:
		kill_store(d, at, f);
		break;
	case FN_OP_HELPER:
		use_helper(d, ir, f);
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
			f.live[w] |= d->live_in[b->succ[s]].live[w];
	for (i = b->last; i; i = prev) {
		prev = fn_ir_prev(tr, i);
		visit(d, i, &f);
	}
	if (!memcmp(&d->live_in[block], &f, sizeof(f)))
		return;
	d->live_in[block] = f;
	/* Blocks that were looked at before want to know. */
	for (s = 0; s < b->npred; s++)
		d->changed |= tr->blocks[tr->args[b->pred + s]].rpo >= b->rpo;
}

static void run(struct dse *d)
{
	struct fn_tr *tr = d->tr;
	u32 o, round = 0;

	do {
		d->changed = false;
		for (o = tr->nrpo; o--;)
			visit_block(d, tr->rpo[o]);
	} while (d->changed && ++round < ROUNDS);
	if (d->changed)
		return;
	d->remove_dead = true;
	for (o = tr->nrpo; o--;)
		visit_block(d, tr->rpo[o]);
}

/**
 * fn_pass_dse - eliminate dead stores to the stack
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_dse(struct fn_tr *tr)
{
	struct dse d = { .tr = tr };

	if (fn_ir_values(tr))
		return -ENOMEM;
	fn_ir_regions(tr);
	d.live_in = fn_tmp_zalloc(tr, tr->nblocks * sizeof(*d.live_in));
	if (d.live_in)
		run(&d);
	return tr->err;
}
