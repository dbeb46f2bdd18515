// SPDX-License-Identifier: GPL-2.0
/*
 * forward: copy propagation in physical registers.
 *
 * Arguments and results of calls are moved to and from the registers that the
 * card prescribes. As long as the source of such a move is unchanged, a use of
 * the copy can read the source and need not wait for the move; a move that
 * becomes dead is removed. The scope is the extended basic block (Muchnick,
 * 12.5).
 *
 *	r22 = mov r0				r22 = mov r0
 *	jne r22 0 -> b9, if true b10		jne r0 0 -> b9, if true b10
 *
 * With lanes such a use issues a cycle earlier. The pass runs after layout, as
 * traces follow the memory order. It visits each block twice.
 */
#include "ir.h"

struct forward {
	struct fn_tr *tr;
	u8 copy_of[FN_NREGS]; /* by register: its source, or itself */
	u32 copies; /* mask of registers that are copies or sources */
	u32 live; /* mask of live registers in the backward scan */
};

static void reset(struct forward *f)
{
	u32 r;

	for (r = 0; r < FN_NREGS; r++)
		f->copy_of[r] = r;
	f->copies = 0;
}

static void invalidate(struct forward *f, u32 written)
{
	u32 r;

	if (!(written & f->copies))
		return;
	for (r = 0; r < FN_NREGS; r++)
		if (written & (BIT(r) | BIT(f->copy_of[r])))
			f->copy_of[r] = r;
}

/* The expected value of CMPXCHG must be in the destination. */
static bool is_tied(const struct fn_ir *ir, const u32 *use)
{
	return ir->op == FN_OP_ATOM && use == &ir->c;
}

static void propagate(struct forward *f, u32 at)
{
	struct fn_tr *tr = f->tr;
	struct fn_ir *ir = &tr->irs[at];
	u32 *use[FN_MAX_USES];
	u32 n = fn_ir_uses(tr, ir, use);

	while (n-- && f->copies)
		if (!is_tied(ir, use[n]))
			*use[n] = f->copy_of[*use[n]];
	invalidate(f, fn_ir_phys_defs(tr, ir));
	if (ir->op != FN_OP_MOV || ir->x || ir->b == ir->d)
		return;
	f->copy_of[ir->d] = ir->b;
	f->copies |= BIT(ir->d) | BIT(ir->b);
}

static bool is_move(const struct fn_ir *ir)
{
	return ir->op == FN_OP_MOV && !ir->x;
}

static void remove_dead_moves(struct forward *f, u32 block)
{
	struct fn_tr *tr = f->tr;
	u32 i, prev;

	for (i = tr->blocks[block].last; i; i = prev) {
		struct fn_ir *ir = &tr->irs[i];

		prev = fn_ir_prev(tr, i);
		if (is_move(ir) &&
		    (!(f->live & BIT(ir->d)) || ir->d == ir->b)) {
			fn_ir_remove(tr, i);
			continue;
		}
		f->live &= ~fn_ir_phys_defs(tr, ir);
		f->live |= fn_ir_phys_uses(tr, ir);
	}
}

/* Registers that are live at the beginning of the successors except for one. */
static u32 live_out(const struct fn_tr *tr, u32 block, u32 except)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 s, live = 0;

	for (s = 0; s < b->nsucc; s++)
		if (b->succ[s] != except)
			live |= tr->blocks[b->succ[s]].live_in;
	return live;
}

static void visit(struct forward *f, u32 first, u32 last)
{
	struct fn_tr *tr = f->tr;
	u32 b, i, pred;

	reset(f);
	for (b = first;; b = tr->blocks[b].next) {
		for (i = fn_ir_first(tr, b); i; i = fn_ir_next(tr, i))
			propagate(f, i);
		if (b == last)
			break;
	}
	f->live = live_out(tr, last, FN_NONE);
	remove_dead_moves(f, last);
	for (b = last; b != first; b = pred) {
		pred = tr->args[tr->blocks[b].pred];
		f->live |= live_out(tr, pred, b);
		remove_dead_moves(f, pred);
	}
}

static void visit_func(struct forward *f, u32 func)
{
	u32 b, first = f->tr->funcs[func].entry;

	for (b = f->tr->funcs[func].entry; b != FN_NONE;
	     b = f->tr->blocks[b].next) {
		if (fn_trace_continues(f->tr, b))
			continue;
		visit(f, first, b);
		first = f->tr->blocks[b].next;
	}
}

static bool has_moves(const struct fn_tr *tr)
{
	u32 o, i;

	for (o = 0; o < tr->nrpo; o++)
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			if (is_move(&tr->irs[i]))
				return true;
	return false;
}

/**
 * fn_pass_forward - propagate copies in physical registers
 * @tr: program in physical registers and its order in memory
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_forward(struct fn_tr *tr)
{
	struct forward f = { .tr = tr };
	u32 func;

	if (!has_moves(tr))
		return 0;
	if (fn_cfg_preds(tr) || fn_ir_phys_liveness(tr))
		return tr->err;
	for (func = 0; func < tr->nfuncs; func++)
		visit_func(&f, func);
	return 0;
}
