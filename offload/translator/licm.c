// SPDX-License-Identifier: GPL-2.0
/*
 * licm: loop-invariant code motion.
 *
 * (Aho, Lam, Sethi, Ullman, 9.1.7 and 9.6.6, over natural loops.) Operations
 * whose operands are defined outside a loop move to its preheader. So do loads
 * that cannot fault or are executed on every entry, if nothing in the loop may
 * change what they load.
 *
 *	b0: -> b3				b0: v19 = mul.w v7 77 -> b3
 *	b3: v16 = phi v1 v20			b3: v16 = phi v1 v20
 *	    v19 = mul.w v7 77			    v20 = add v16 v19
 *	    v20 = add v16 v19			    jlt v20 99 -> b4, if true b3
 *	    jlt v20 99 -> b4, if true b3
 *
 * Inner loops are visited first, so that an operation can leave several loops.
 * A loop keeps at most MAX_HOISTED more values live, as they occupy registers
 * throughout.
 *
 * A block is visited once for each loop around it. Where that comes to more than
 * MAX_VISITS on average, the loops further out are left as they are.
 */
#include "../helpers.h"
#include "ir.h"

#define MAX_HOISTED 8 /* more values that a loop may keep live */
#define MAX_VISITS 32 /* of a block or instruction, on average */

/**
 * struct loop - a natural loop
 * @tr: program
 * @header: its header
 * @preheader: block that leads into it
 * @member: by block: @header if the block belongs to the loop
 * @list: its blocks
 * @n: number of @list
 * @stores: mask of regions that it stores to, up to FN_REGION_MAPS
 * @helpers: it has helpers, calls or atomics
 * @moves: it may move the ends of the packet, and so change the context
 * @visits: visits of blocks and instructions, of all loops
 */
struct loop {
	struct fn_tr *tr;
	u32 header;
	u32 preheader;
	u32 *member;
	u32 *list;
	u32 n;
	u32 stores;
	bool helpers;
	bool moves;
	u64 visits;
};

static void add_block(struct loop *l, u32 block)
{
	l->visits++;
	fn_tr_step(l->tr);
	if (l->member[block] == l->header)
		return;
	l->member[block] = l->header;
	l->list[l->n++] = block;
}

/* Collects the blocks that reach a back edge without passing the header. */
static bool find_loop(struct loop *l, u32 header)
{
	struct fn_tr *tr = l->tr;
	u32 p, at, order = tr->blocks[header].rpo, forward = 0;

	l->header = header;
	l->n = 0;
	add_block(l, header);
	for (p = 0; p < tr->blocks[header].npred; p++) {
		u32 pred = tr->args[tr->blocks[header].pred + p];

		if (tr->blocks[pred].rpo < order) {
			l->preheader = pred;
			forward++;
		} else if (fn_cfg_dominates(tr, header, pred)) {
			add_block(l, pred);
		} else {
			return false;
		}
	}
	for (at = 1; at < l->n; at++)
		for (p = 0; p < tr->blocks[l->list[at]].npred; p++)
			add_block(l,
				  tr->args[tr->blocks[l->list[at]].pred + p]);
	return l->n && forward == 1 && tr->blocks[l->preheader].nsucc == 1;
}

/* ---- effects of the loop */

static void collect_effects(struct loop *l)
{
	struct fn_tr *tr = l->tr;
	u32 n, i;

	l->stores = 0;
	l->helpers = false;
	l->moves = false;
	for (n = 0; n < l->n; n++) {
		for (i = fn_ir_first(tr, l->list[n]); i;
		     i = fn_ir_next(tr, i)) {
			const struct fn_ir *ir = &tr->irs[i];

			l->visits++;
			if (fn_ir_is_store(ir) || ir->op == FN_OP_ATOM)
				l->stores |= BIT(min_t(u32, FN_REGION_MAPS,
						       fn_region_at(tr, ir)));
			l->helpers |= ir->op == FN_OP_ATOM ||
				      ir->op == FN_OP_HELPER ||
				      ir->op == FN_OP_CALL;
			l->moves |=
				ir->op == FN_OP_CALL ||
				(ir->op == FN_OP_HELPER &&
				 fn_helper_find(ir->imm)->effects &
					 (FN_HELPER_PACKET | FN_HELPER_WRITES));
		}
	}
}

static bool may_change(const struct loop *l, u8 kind)
{
	u8 k;

	if (l->moves || (l->helpers && kind != FN_REGION_STACK &&
			 kind != FN_REGION_PACKET && kind != FN_REGION_CTX))
		return true;
	for (k = 0; k <= FN_REGION_MAPS; k++)
		if (l->stores & BIT(k) && fn_regions_may_alias(k, kind))
			return true;
	return false;
}

/* ---- invariants */

static bool is_invariant(struct loop *l, struct fn_ir *ir)
{
	struct fn_tr *tr = l->tr;
	u32 *use[FN_MAX_USES];
	u32 n = fn_ir_uses(tr, ir, use);

	while (n--) {
		const struct fn_ir *def = fn_ir_def(tr, *use[n]);

		if (*use[n] >= FN_NREGS && !def)
			return false;
		if (def && l->member[def->block] == l->header)
			return false;
	}
	return true;
}

/* A small constant is cheaper to rematerialize than to keep in a register. */
static bool is_cheap(const struct fn_ir *ir)
{
	if (ir->op == FN_OP_MOV)
		return !(ir->x & FN_X_IMM) || fn_fits32(ir->imm);
	return ir->op == FN_OP_ADD && ir->x & FN_X_IMM && ir->a == FN_REG_FP;
}

static bool can_hoist(struct loop *l, struct fn_ir *ir, bool always_executed)
{
	struct fn_tr *tr = l->tr;
	u8 kind;

	if (ir->op >= FN_NOPS || !fn_ir_is_pure(ir) || !fn_ir_defines(ir) ||
	    is_cheap(ir) || !is_invariant(l, ir))
		return false;
	if (fn_opinfo[ir->op].class == FN_CLASS_DIV)
		return always_executed;
	if (ir->op != FN_OP_LD)
		return true;
	kind = fn_region_at(tr, ir);
	if (!always_executed && (fn_ir_index(ir) != FN_NONE ||
				 (ir->a != FN_REG_FP && kind != FN_REGION_CTX)))
		return false;
	/* Maps are shared with other programs, which the loop may wait for. */
	return kind < FN_REGION_MAPS && kind != FN_REGION_ANY &&
	       !may_change(l, kind);
}

static void hoist(struct loop *l, u32 at)
{
	struct fn_tr *tr = l->tr;
	struct fn_ir ir = tr->irs[at];
	u32 n;

	fn_ir_remove(tr, at);
	tr->origin = ir.origin;
	n = fn_ir_append(tr, l->preheader, ir);
	if (n)
		tr->values[ir.d].def = n;
}

/*
 * The header's instructions are executed on every entry, up to the first exit.
 */
static void hoist_all(struct loop *l)
{
	struct fn_tr *tr = l->tr;
	u32 n, i, next, hoisted = 0;

	for (n = 0; n < l->n; n++) {
		bool always_executed = !n;

		for (i = tr->blocks[l->list[n]].first;
		     i && hoisted < MAX_HOISTED && !tr->err; i = next) {
			next = fn_ir_next(tr, i);
			always_executed &= tr->irs[i].op != FN_OP_EXITC &&
					   tr->irs[i].op != FN_OP_CALL;
			if (!can_hoist(l, &tr->irs[i], always_executed))
				continue;
			hoist(l, i);
			hoisted++;
		}
	}
}

static bool is_header(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 p;

	for (p = 0; p < b->npred; p++)
		if (tr->blocks[tr->args[b->pred + p]].rpo >= b->rpo)
			return true;
	return false;
}

static void run(struct loop *l)
{
	struct fn_tr *tr = l->tr;
	u64 most = (u64)MAX_VISITS * (tr->nirs + tr->nrpo);
	u32 o;

	for (o = 0; o < tr->nblocks; o++)
		l->member[o] = FN_NONE;
	for (o = tr->nrpo; o-- && !tr->err && l->visits < most;) {
		if (!is_header(tr, tr->rpo[o]) || !find_loop(l, tr->rpo[o]))
			continue;
		collect_effects(l);
		hoist_all(l);
	}
}

/**
 * fn_pass_licm - hoist loop invariants
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_licm(struct fn_tr *tr)
{
	struct loop l = { .tr = tr };

	if (fn_ir_values(tr) || fn_cfg_dom(tr))
		return -ENOMEM;
	fn_ir_regions(tr);
	l.member = fn_tmp_zalloc(tr, tr->nblocks * sizeof(*l.member));
	l.list = fn_tmp_alloc(tr, tr->nblocks * sizeof(*l.list));
	if (!tr->err)
		run(&l);
	return tr->err;
}
