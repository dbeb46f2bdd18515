// SPDX-License-Identifier: GPL-2.0
/*
 * tails: common stores at the ends of predecessors are sunk into the join.
 *
 * If all predecessors of a block end with a store to the same place, the block
 * stores a PHI of their values instead (tail merging, with a PHI for what
 * differs). The predecessors get shorter, often short enough for ifconv, which
 * runs next.
 *
 *	b6: st4 [ r10 -16 ] v15 -> b8		b6: -> b8
 *	b7: st4 [ r10 -16 ] v14 -> b8		b7: -> b8
 *	b8:					b8: v37 = phi v15 v14
 *						    st4 [ r10 -16 ] v37
 *
 * Only the last store of a predecessor is sunk, and only if nothing but
 * arithmetic follows it, so that accesses are not reordered. It is repeated as
 * long as it applies; each time every predecessor gets shorter.
 */
#include "ir.h"

#define MAX_DISTANCE \
	64 /* operations between a store and the end of its block */

/* The last store of a block, if only operations on registers follow. */
static u32 last_store(const struct fn_tr *tr, u32 block)
{
	u32 i, distance = 0;

	for (i = tr->blocks[block].last; i && distance++ <= MAX_DISTANCE;
	     i = fn_ir_prev(tr, i)) {
		const struct fn_ir *ir = &tr->irs[i];

		if (fn_ir_is_store(ir))
			return fn_ir_index(ir) == FN_NONE ? i : 0;
		if (!fn_ir_is_pure(ir) || ir->op == FN_OP_LD)
			break;
	}
	return 0;
}

static bool is_same_location(const struct fn_ir *a, const struct fn_ir *b)
{
	return a->a == b->a && a->off == b->off && a->x == b->x;
}

/* Do all predecessors of a block end with a store to the same place? */
static bool have_common_store(const struct fn_tr *tr, u32 block)
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
		if (!st ||
		    (p && !is_same_location(&tr->irs[first], &tr->irs[st])))
			return false;
		if (!p)
			first = st;
	}
	return true;
}

/* Removes the store from a predecessor; returns the register that it stored. */
static u32 remove_store(struct fn_tr *tr, u32 block, struct fn_ir *store)
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

/* Inserts the PHI and the store, before @at; returns the store. */
static u32 insert_store(struct fn_tr *tr, u32 block, u32 at, struct fn_ir phi,
			struct fn_ir store)
{
	store.op = FN_OP_ST;
	store.b = phi.d;
	store.imm = 0;
	tr->origin = FN_ORIGIN_NONE;
	fn_ir_insert_at(tr, block, tr->blocks[block].first, phi);
	tr->origin = store.origin;
	return fn_ir_insert_at(tr, block, at, store);
}

/* @at is the first instruction that is no PHI; returns the next such. */
static u32 sink(struct fn_tr *tr, u32 block, u32 at)
{
	u32 npred = tr->blocks[block].npred, p;
	struct fn_ir store, phi = {
		.op = FN_IR_PHI,
		.d = tr->nregs++,
		.args = fn_ir_args(tr, npred),
	};

	for (p = 0; p < npred && !tr->err; p++) {
		u32 pred = tr->args[tr->blocks[block].pred + p];
		u32 value = remove_store(tr, pred, &store);

		tr->args[phi.args + p] = value;
	}
	return tr->err ? 0 : insert_store(tr, block, at, phi, store);
}

static void visit(struct fn_tr *tr, u32 block)
{
	u32 at = fn_ir_first_non_phi(tr, block);

	while (!tr->err && have_common_store(tr, block))
		at = sink(tr, block, at);
}

/**
 * fn_pass_tails - sink common stores into joins
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_tails(struct fn_tr *tr)
{
	u32 o;

	for (o = 0; o < tr->nrpo && !tr->err; o++)
		visit(tr, tr->rpo[o]);
	return tr->err;
}
