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
 * A store to the frame in an arm that a branch may skip is sunk as well, if what
 * the frame has there otherwise is known: the join stores the PHI of both, ifconv
 * selects, and dse removes the store before the branch.
 *
 * Only the last store of a predecessor is sunk, and only if nothing but
 * arithmetic follows it, so that accesses are not reordered. It is repeated as
 * long as it applies; each time every predecessor gets shorter.
 */
#include "ir.h"

/* Operations between a store and the end of its block. */
#define MAX_DISTANCE 64
#define MAX_ARM 8 /* instructions of an arm whose stores are sunk */
#define MAX_SELECTS 4 /* that ifconv makes of them */

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

/* ---- stores of one arm */

/**
 * struct triangle - a branch around an arm
 * @head: block that ends in the branch
 * @arm: block that it may skip
 */
struct triangle {
	u32 head;
	u32 arm;
};

static bool find_triangle(const struct fn_tr *tr, u32 block, struct triangle *t)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 p;

	for (p = 0; b->npred == 2 && p < 2; p++) {
		const struct fn_block *arm;

		t->arm = tr->args[b->pred + p];
		t->head = tr->args[b->pred + !p];
		arm = &tr->blocks[t->arm];
		if (t->arm != block && t->head != block && t->arm != t->head &&
		    arm->npred == 1 && arm->nsucc == 1 &&
		    tr->args[arm->pred] == t->head)
			return true;
	}
	return false;
}

static bool is_frame_store(const struct fn_ir *ir)
{
	return fn_ir_is_store(ir) && ir->a == FN_REG_FP &&
	       fn_ir_index(ir) == FN_NONE;
}

/* May an instruction touch the bytes that a store to the frame writes? */
static bool may_touch(const struct fn_tr *tr, const struct fn_ir *ir,
		      const struct fn_ir *store)
{
	if (ir->op == FN_OP_HELPER || ir->op == FN_OP_CALL ||
	    ir->op == FN_OP_ATOM)
		return true;
	if (!fn_ir_is_access(ir))
		return false;
	if (ir->a == FN_REG_FP && fn_ir_index(ir) == FN_NONE)
		return !fn_ir_are_disjoint(ir, store);
	return fn_regions_may_alias(fn_region_at(tr, ir), FN_REGION_STACK);
}

/* Looks back for the store to the same place; true if it need not go on. */
static bool search_block(const struct fn_tr *tr, u32 block,
			 const struct fn_ir *store, u32 *steps, u32 *found)
{
	u32 i;

	for (i = tr->blocks[block].last; i; i = fn_ir_prev(tr, i)) {
		const struct fn_ir *ir = &tr->irs[i];

		if (++*steps > MAX_DISTANCE)
			return true;
		if (fn_ir_is_store(ir) && is_same_location(ir, store)) {
			*found = i;
			return true;
		}
		if (may_touch(tr, ir, store))
			return true;
	}
	return false;
}

/*
 * The store that wrote what is in the place of @store at the end of a block; 0 if
 * that is not known. A triangle above is passed if its arm does not matter.
 */
static u32 find_previous(const struct fn_tr *tr, u32 block,
			 const struct fn_ir *store)
{
	u32 steps = 0, found = 0, in_arm = 0;
	struct triangle t;

	while (!search_block(tr, block, store, &steps, &found)) {
		if (tr->blocks[block].npred == 1)
			block = tr->args[tr->blocks[block].pred];
		else if (find_triangle(tr, block, &t) &&
			 !search_block(tr, t.arm, store, &steps, &in_arm))
			block = t.head;
		else
			return 0;
	}
	return found;
}

/* Can ifconv select by the condition of a branch? */
static bool can_select(struct fn_tr *tr, const struct fn_ir *jcc)
{
	u8 cond = FN_X_COND(jcc->x);

	if (jcc->x & FN_X_IMM)
		return fn_fits16(jcc->imm);
	if (cond == FN_EQ || cond == FN_NE)
		return true;
	return cond <= FN_LE && !jcc->imm && fn_ir_fits_width(tr, jcc->a, 32) &&
	       fn_ir_fits_width(tr, jcc->b, 32);
}

/* Does an arm do nothing that could not be selected behind it? */
static bool can_sink_arm(struct fn_tr *tr, u32 block, const struct triangle *t)
{
	u32 i, n = 0, stores = 0, selects = 0;

	for (i = fn_ir_first_phi(tr, block); i && selects <= MAX_SELECTS;
	     i = fn_ir_next_phi(tr, i))
		selects++;
	for (i = fn_ir_first(tr, t->arm); i; i = fn_ir_next(tr, i)) {
		const struct fn_ir *ir = &tr->irs[i];

		if (++n > MAX_ARM)
			return false;
		if (is_frame_store(ir) && find_previous(tr, t->head, ir))
			stores++;
		else if (!fn_ir_is_pure(ir) || ir->op == FN_OP_LD)
			return false;
	}
	return stores && stores + selects <= MAX_SELECTS &&
	       can_select(tr, &tr->irs[tr->blocks[t->head].last]);
}

/* The register that a store stores, at the end of a block with a branch. */
static u32 stored_value(struct fn_tr *tr, u32 block, const struct fn_ir *store)
{
	if (store->op == FN_OP_ST)
		return store->b;
	if (!store->imm)
		return FN_REG_ZERO;
	fn_ir_insert(tr, tr->blocks[block].last,
		     fn_ir_number(tr->nregs, store->imm));
	return tr->nregs++;
}

/* Sinks the last store of the arm; where it was skipped, the old value stays. */
static u32 sink_from_arm(struct fn_tr *tr, u32 block, const struct triangle *t,
			 u32 at)
{
	struct fn_ir store = tr->irs[last_store(tr, t->arm)], old,
		     phi = {
			     .op = FN_IR_PHI,
			     .d = tr->nregs++,
			     .args = fn_ir_args(tr, 2),
		     };
	bool arm_first = tr->args[tr->blocks[block].pred] == t->arm;
	u32 kept, value;

	if (tr->err)
		return 0;
	old = tr->irs[find_previous(tr, t->head, &store)];
	kept = stored_value(tr, t->head, &old);
	value = remove_store(tr, t->arm, &store);
	if (tr->err)
		return 0;
	tr->args[phi.args + !arm_first] = value;
	tr->args[phi.args + arm_first] = kept;
	return insert_store(tr, block, at, phi, store);
}

static void visit_triangle(struct fn_tr *tr, u32 block)
{
	u32 at = fn_ir_first_non_phi(tr, block);
	struct triangle t;

	if (!find_triangle(tr, block, &t) || !can_sink_arm(tr, block, &t))
		return;
	while (!tr->err && last_store(tr, t.arm))
		at = sink_from_arm(tr, block, &t, at);
}

static void visit(struct fn_tr *tr, u32 block)
{
	u32 at = fn_ir_first_non_phi(tr, block);

	while (!tr->err && have_common_store(tr, block))
		at = sink(tr, block, at);
	if (!tr->err)
		visit_triangle(tr, block);
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

	if (!tr->has_accesses)
		return 0;
	if (fn_ir_values(tr))
		return tr->err;
	fn_ir_regions(tr);
	for (o = 0; o < tr->nrpo && !tr->err; o++)
		visit(tr, tr->rpo[o]);
	return tr->err;
}
