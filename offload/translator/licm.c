// SPDX-License-Identifier: GPL-2.0
/*
 * licm: what is the same in each round of a loop is done before it.
 *
 * Loop-invariant code motion over natural loops (Aho, Lam, Sethi, Ullman, 9.1.7
 * and 9.6.6). Operations on values from outside move to the one block that
 * leads into the loop. So do loads that can't fault, or that every entry does
 * anyway, if nothing in the loop may change what they load.
 *
 *	b0: -> b3				b0: v19 = mul.w v7 77 -> b3
 *	b3: v16 = phi v1 v20			b3: v16 = phi v1 v20
 *	    v19 = mul.w v7 77			    v20 = add v16 v19
 *	    v20 = add v16 v19			    jlt v20 99 -> b4, if true b3
 *	    jlt v20 99 -> b4, if true b3
 *
 * Inner loops come first; what leaves them may leave the next one, too. A loop
 * keeps MOVED_MAX values more at most, as they take registers all the way. A
 * loop's blocks are visited once for each loop that they are in.
 */
#include "../helpers.h"
#include "ir.h"

#define MOVED_MAX 8 /* values that a loop may keep from before */

/**
 * struct loop - the loop at hand
 * @tr: program
 * @head: its first block
 * @before: block that leads into it
 * @in: by block: @head if the block belongs to it
 * @list: its blocks
 * @n: number of them
 * @stores: kinds of memory that it stores to, a bit each up to FN_KIND_MAP
 * @helpers: it has helpers, calls or atomics
 * @moves: ends of the packet, and so the context
 */
struct loop {
	struct fn_tr *tr;
	u32 head;
	u32 before;
	u32 *in;
	u32 *list;
	u32 n;
	u32 stores;
	bool helpers;
	bool moves;
};

static void enter(struct loop *l, u32 block)
{
	if (l->in[block] == l->head)
		return;
	l->in[block] = l->head;
	l->list[l->n++] = block;
}

/* The edges back, and all blocks from which they can be reached. */
static bool find_loop(struct loop *l, u32 head)
{
	struct fn_tr *tr = l->tr;
	u32 p, at, order = tr->blocks[head].order, forward = 0;

	l->head = head;
	l->n = 0;
	enter(l, head);
	for (p = 0; p < tr->blocks[head].npred; p++) {
		u32 pred = tr->args[tr->blocks[head].pred + p];

		if (tr->blocks[pred].order < order) {
			l->before = pred;
			forward++;
		} else if (fn_ir_dominates(tr, head, pred)) {
			enter(l, pred);
		} else {
			return false;
		}
	}
	for (at = 1; at < l->n; at++)
		for (p = 0; p < tr->blocks[l->list[at]].npred; p++)
			enter(l, tr->args[tr->blocks[l->list[at]].pred + p]);
	return l->n && forward == 1 && tr->blocks[l->before].nsucc == 1;
}

/* ---- what the loop changes */

static void note_effects(struct loop *l)
{
	struct fn_tr *tr = l->tr;
	u32 n, i;

	l->stores = 0;
	l->helpers = false;
	l->moves = false;
	for (n = 0; n < l->n; n++) {
		for (i = tr->blocks[l->list[n]].first; i; i = tr->irs[i].next) {
			const struct fn_ir *ir = &tr->irs[i];

			if (fn_ir_is_store(ir) || ir->op == FN_OP_ATOM)
				l->stores |= BIT(min_t(u32, FN_KIND_MAP,
						       fn_kind_at(tr, ir)));
			l->helpers |= ir->op == FN_OP_ATOM ||
				      ir->op == FN_OP_HELPER ||
				      ir->op == FN_OP_CALL;
			l->moves |=
				ir->op == FN_OP_CALL ||
				(ir->op == FN_OP_HELPER &&
				 fn_helper_find(ir->imm)->effects &
					 ~(FN_HELPER_READS | FN_HELPER_MAPS));
		}
	}
}

static bool changes(const struct loop *l, u8 kind)
{
	u8 k;

	if (l->moves || (l->helpers && kind != FN_KIND_STACK &&
			 kind != FN_KIND_PACKET && kind != FN_KIND_CTX))
		return true;
	for (k = 0; k <= FN_KIND_MAP; k++)
		if (l->stores & BIT(k) && fn_kinds_meet(k, kind))
			return true;
	return false;
}

/* ---- what may move */

static bool from_outside(struct loop *l, struct fn_ir *ir)
{
	struct fn_tr *tr = l->tr;
	u32 *use[FN_MAX_USES];
	u32 n = fn_ir_uses(tr, ir, use);

	while (n--) {
		const struct fn_ir *def = fn_ir_def(tr, *use[n]);

		if (*use[n] >= FN_NREGS && !def)
			return false;
		if (def && l->in[def->block] == l->head)
			return false;
	}
	return true;
}

/* Made where it is wanted, a small constant costs less than a register. */
static bool cheap(const struct fn_ir *ir)
{
	if (ir->op == FN_OP_MOV)
		return !(ir->x & FN_X_IMM) || fn_fits32(ir->imm);
	return ir->op == FN_OP_ADD && ir->x & FN_X_IMM && ir->a == FN_REG_FP;
}

static bool may_move(struct loop *l, struct fn_ir *ir, bool certain)
{
	struct fn_tr *tr = l->tr;
	u8 kind;

	if (ir->op >= FN_NOPS || !fn_ir_pure(ir) || !fn_ir_writes(ir) ||
	    cheap(ir) || !from_outside(l, ir))
		return false;
	if (fn_opinfo[ir->op].class == FN_CLASS_DIV)
		return certain;
	if (ir->op != FN_OP_LD)
		return true;
	kind = fn_kind_at(tr, ir);
	if (!certain && (fn_ir_index(ir) != FN_NONE ||
			 (ir->a != FN_REG_FP && kind != FN_KIND_CTX)))
		return false;
	/* Maps are others' as well, who may be waited for. */
	return kind < FN_KIND_MAP && kind != FN_KIND_ANY && !changes(l, kind);
}

static void move(struct loop *l, u32 at)
{
	struct fn_tr *tr = l->tr;
	struct fn_ir ir = tr->irs[at];
	u32 n;

	fn_ir_remove(tr, at);
	tr->origin = ir.origin;
	n = fn_ir_append(tr, l->before, ir);
	if (n)
		tr->values[ir.d].def = n;
}

/* Until the first way out, the head's instructions are done on every entry. */
static void move_all(struct loop *l)
{
	struct fn_tr *tr = l->tr;
	u32 n, i, next, moved = 0;

	for (n = 0; n < l->n; n++) {
		bool certain = !n;

		for (i = tr->blocks[l->list[n]].first;
		     i && moved < MOVED_MAX && !tr->err; i = next) {
			next = tr->irs[i].next;
			certain &= tr->irs[i].op != FN_OP_EXITC &&
				   tr->irs[i].op != FN_OP_CALL;
			if (!may_move(l, &tr->irs[i], certain))
				continue;
			move(l, i);
			moved++;
		}
	}
}

static bool is_head(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 p;

	for (p = 0; p < b->npred; p++)
		if (tr->blocks[tr->args[b->pred + p]].order >= b->order)
			return true;
	return false;
}

static void run(struct loop *l)
{
	struct fn_tr *tr = l->tr;
	u32 o;

	for (o = 0; o < tr->nblocks; o++)
		l->in[o] = FN_NONE;
	for (o = tr->norder; o-- && !tr->err;) {
		if (!is_head(tr, tr->order[o]) || !find_loop(l, tr->order[o]))
			continue;
		note_effects(l);
		move_all(l);
	}
}

/**
 * fn_pass_licm - do before a loop what does not change in it
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_licm(struct fn_tr *tr)
{
	struct loop l = { .tr = tr };

	if (fn_ir_values(tr) || fn_ir_dom(tr))
		return -ENOMEM;
	fn_ir_kinds(tr);
	l.in = fn_ir_temp(tr, tr->nblocks * sizeof(*l.in));
	l.list = fn_ir_dirty(tr, tr->nblocks * sizeof(*l.list));
	if (!tr->err)
		run(&l);
	return tr->err;
}
