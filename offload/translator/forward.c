// SPDX-License-Identifier: GPL-2.0
/*
 * forward: who reads a copy reads what it is a copy of.
 *
 * Arguments and results of calls are moved to and from where the card has them.
 * As long as the original is still there a reader need not wait for the move,
 * and a move that nobody reads any more goes: copy propagation in the card's
 * registers over extended basic blocks (Muchnick, 12.5), then a look back for
 * dead moves.
 *
 *	r22 = mov r0				r22 = mov r0
 *	jne r22 0 -> b9, if true b10		jne r0 0 -> b9, if true b10
 *
 * With lanes such a reader issues a cycle earlier. Behind layout, as the
 * stretches of code that are looked at are those that follow each other in
 * memory. Two visits of each block.
 */
#include "ir.h"

struct forward {
	struct fn_tr *tr;
	u8 of[FN_NREGS]; /* by register: what it is a copy of, or itself */
	u32 copies; /* registers that are copies, and what they are copies of */
	u32 live; /* looking back: registers that are live */
};

static void forget_all(struct forward *f)
{
	u32 r;

	for (r = 0; r < FN_NREGS; r++)
		f->of[r] = r;
	f->copies = 0;
}

static void forget(struct forward *f, u32 written)
{
	u32 r;

	if (!(written & f->copies))
		return;
	for (r = 0; r < FN_NREGS; r++)
		if (written & (BIT(r) | BIT(f->of[r])))
			f->of[r] = r;
}

/* The old value of an atomic operation is in its destination. */
static bool is_bound(const struct fn_ir *ir, const u32 *use)
{
	return ir->op == FN_OP_ATOM && use == &ir->c;
}

static void read_original(struct forward *f, u32 at)
{
	struct fn_tr *tr = f->tr;
	struct fn_ir *ir = &tr->irs[at];
	u32 *use[FN_MAX_USES];
	u32 n = fn_ir_uses(tr, ir, use);

	while (n-- && f->copies)
		if (!is_bound(ir, use[n]))
			*use[n] = f->of[*use[n]];
	forget(f, fn_group_writes(tr, ir));
	if (ir->op != FN_OP_MOV || ir->x || ir->b == ir->d)
		return;
	f->of[ir->d] = ir->b;
	f->copies |= BIT(ir->d) | BIT(ir->b);
}

static bool is_move(const struct fn_ir *ir)
{
	return ir->op == FN_OP_MOV && !ir->x;
}

static void look_back(struct forward *f, u32 block)
{
	struct fn_tr *tr = f->tr;
	u32 i, prev;

	for (i = tr->blocks[block].last; i; i = prev) {
		struct fn_ir *ir = &tr->irs[i];

		prev = ir->prev;
		if (is_move(ir) &&
		    (!(f->live & BIT(ir->d)) || ir->d == ir->b)) {
			fn_ir_remove(tr, i);
			continue;
		}
		f->live &= ~fn_group_writes(tr, ir);
		f->live |= fn_group_reads(tr, ir);
	}
}

/* What is live in the blocks that control may go to from here, but for one. */
static u32 live_behind(const struct fn_tr *tr, u32 block, u32 except)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 s, live = 0;

	for (s = 0; s < b->nsucc; s++)
		if (b->succ[s] != except)
			live |= tr->blocks[b->succ[s]].live;
	return live;
}

static void visit(struct forward *f, u32 first, u32 last)
{
	struct fn_tr *tr = f->tr;
	u32 b, i, pred;

	forget_all(f);
	for (b = first;; b = tr->blocks[b].next) {
		for (i = tr->blocks[b].first; i; i = tr->irs[i].next)
			read_original(f, i);
		if (b == last)
			break;
	}
	f->live = live_behind(tr, last, FN_NONE);
	look_back(f, last);
	for (b = last; b != first; b = pred) {
		pred = tr->args[tr->blocks[b].pred];
		f->live |= live_behind(tr, pred, b);
		look_back(f, pred);
	}
}

static void visit_func(struct forward *f, u32 func)
{
	u32 b, first = f->tr->funcs[func].block;

	for (b = f->tr->funcs[func].block; b != FN_NONE;
	     b = f->tr->blocks[b].next) {
		if (fn_group_goes_on(f->tr, b))
			continue;
		visit(f, first, b);
		first = f->tr->blocks[b].next;
	}
}

static bool has_moves(const struct fn_tr *tr)
{
	u32 o, i;

	for (o = 0; o < tr->norder; o++)
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			if (is_move(&tr->irs[i]))
				return true;
	return false;
}

/**
 * fn_pass_forward - read originals instead of copies
 * @tr: program in the card's registers and its order in memory
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_forward(struct fn_tr *tr)
{
	struct forward f = { .tr = tr };
	u32 func;

	if (!has_moves(tr))
		return 0;
	if (fn_ir_preds(tr) || fn_ir_live_regs(tr))
		return tr->err;
	for (func = 0; func < tr->nfuncs; func++)
		visit_func(&f, func);
	return 0;
}
