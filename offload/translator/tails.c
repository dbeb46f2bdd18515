// SPDX-License-Identifier: GPL-2.0
/*
 * tails: a store that all ways end with is done where they meet.
 *
 * What is stored is chosen there, as any other value that the ways bring
 * (sinking of common code; cross-jumping with a PHI for what differs). They get
 * shorter by that, often short enough to be computed rather than taken: the
 * pass before ifconv.
 *
 *	b6: st4 [ r10 -16 ] v15 -> b8		b6: -> b8
 *	b7: st4 [ r10 -16 ] v14 -> b8		b7: -> b8
 *	b8:					b8: v37 = phi v15 v14
 *						    st4 [ r10 -16 ] v37
 *
 * Only the last store of a way, with nothing behind it but operations on
 * registers, so that no access changes places with another. As often as there
 * is one: each time every way gets shorter.
 */
#include "ir.h"

/* The last store of a block, if only operations on registers follow. */
static u32 last_store(const struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = tr->blocks[block].last; i; i = tr->irs[i].prev) {
		const struct fn_ir *ir = &tr->irs[i];

		if (fn_ir_is_store(ir))
			return fn_ir_index(ir) == FN_NONE ? i : 0;
		if (!fn_ir_pure(ir) || ir->op == FN_OP_LD)
			break;
	}
	return 0;
}

static bool same_place(const struct fn_ir *a, const struct fn_ir *b)
{
	return a->a == b->a && a->off == b->off && a->x == b->x;
}

/* Do all ways to a block end with a store to the same place? */
static bool all_store(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	const u32 *pred = tr->args + b->pred;
	u32 first = 0, p, st;

	if (b->npred < 2)
		return false;
	for (p = 0; p < b->npred; p++) {
		if (tr->blocks[pred[p]].nsucc != 1 || pred[p] == block)
			return false;
		st = last_store(tr, pred[p]);
		if (!st || (p && !same_place(&tr->irs[first], &tr->irs[st])))
			return false;
		if (!p)
			first = st;
	}
	return true;
}

/* Take the store out of a way; the register with what it stored. */
static u32 take_value(struct fn_tr *tr, u32 block, struct fn_ir *store)
{
	u32 at = last_store(tr, block);

	*store = tr->irs[at];
	fn_ir_remove(tr, at);
	if (store->op == FN_OP_ST)
		return store->b;
	if (!store->imm)
		return FN_REG_ZERO;
	tr->origin = store->origin;
	fn_ir_append(tr, block, fn_ir_number(tr->nregs, store->imm));
	return tr->nregs++;
}

static void sink(struct fn_tr *tr, u32 block)
{
	u32 npred = tr->blocks[block].npred, p;
	struct fn_ir store, phi = {
		.op = FN_IR_PHI,
		.d = tr->nregs++,
		.args = fn_ir_args(tr, npred),
	};

	for (p = 0; p < npred && !tr->err; p++) {
		u32 pred = tr->args[tr->blocks[block].pred + p];
		u32 value = take_value(tr, pred, &store);

		tr->args[phi.args + p] = value;
	}
	if (tr->err)
		return;
	store.op = FN_OP_ST;
	store.b = phi.d;
	store.imm = 0;
	tr->origin = FN_ORIGIN_NONE;
	fn_ir_put(tr, block, tr->blocks[block].first, phi);
	tr->origin = store.origin;
	fn_ir_put(tr, block, fn_ir_behind_phis(tr, block), store);
}

/**
 * fn_pass_tails - let ways share the stores at their ends
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_tails(struct fn_tr *tr)
{
	u32 o;

	for (o = 0; o < tr->norder && !tr->err; o++)
		while (!tr->err && all_store(tr, tr->order[o]))
			sink(tr, tr->order[o]);
	return tr->err;
}
