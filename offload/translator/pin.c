// SPDX-License-Identifier: GPL-2.0
/*
 * pin: values are precolored where the card prescribes a register.
 *
 * Arguments are moved to, or computed in, r1 to r5; results are moved from r0;
 * an operation that keeps its old destination gets it moved there. Register
 * allocation coalesces most of these moves by its hints.
 *
 *	v16 = add r10 -4			r1 = mov 805306368
 *	v17 = mov 805306368			r2 = add r10 -4
 *	v18 = helper 1 v17 v16			helper 1
 *						v18 = mov r0
 *
 * From here on the arguments of helpers and calls are implicit, and physical
 * registers occur, with several definitions each. The pass visits each
 * instruction once.
 */
#include "ir.h"

static void move_before(struct fn_tr *tr, u32 at, u32 d, u32 from)
{
	fn_ir_insert(tr, at, fn_ir_move(d, from));
}

/* Constants and addresses in the frame are rematerialized. */
static bool is_cheap(const struct fn_ir *def)
{
	if (!def)
		return false;
	if (def->op == FN_OP_MOV)
		return def->x == FN_X_IMM && fn_fits32(def->imm);
	return fn_ir_is_frame_addr(def);
}

static void set_arg(struct fn_tr *tr, u32 at, u32 d, u32 from)
{
	const struct fn_ir *def = fn_ir_def(tr, from);
	struct fn_ir ir;

	if (!is_cheap(def)) {
		move_before(tr, at, d, from);
		return;
	}
	ir = *def;
	ir.d = d;
	fn_ir_insert(tr, at, ir);
	if (!--tr->values[from].use_count)
		fn_ir_remove(tr, tr->values[from].def);
}

static void move_after(struct fn_tr *tr, u32 at, u32 d, u32 from)
{
	tr->origin = tr->irs[at].origin;
	fn_ir_insert_at(tr, tr->irs[at].block, tr->irs[at].next,
			fn_ir_move(d, from));
}

static void pin_call(struct fn_tr *tr, u32 at)
{
	u32 n = tr->irs[at].nargs, args = tr->irs[at].args, i;
	u32 d = tr->irs[at].d;
	u32 arg_regs = tr->irs[at].op == FN_OP_CALL ?
			       tr->funcs[tr->irs[at].imm].arg_regs :
			       FN_NONE;

	for (i = 0; i < n; i++)
		if (arg_regs & 2u << i)
			set_arg(tr, at, i + 1, tr->args[args + i]);
	if (tr->values[d].use_count)
		move_after(tr, at, d, 0);
	tr->irs[at].nargs = FN_PRECOLORED;
	tr->irs[at].args = n;
	tr->irs[at].d = 0;
}

static void pin_ret(struct fn_tr *tr, u32 at)
{
	move_before(tr, at, 0, tr->irs[at].a);
	tr->irs[at].nargs = FN_PRECOLORED;
	tr->irs[at].a = 0;
}

static void pin_tied(struct fn_tr *tr, u32 at)
{
	move_before(tr, at, tr->irs[at].d, tr->irs[at].c);
	tr->irs[at].c = tr->irs[at].d;
}

static bool is_tied(const struct fn_ir *ir)
{
	return ir->op == FN_OP_ATOM && FN_X_ATOM(ir->x) == FN_ATOM_CMPXCHG;
}

static void pin_one(struct fn_tr *tr, u32 at)
{
	const struct fn_ir *ir = &tr->irs[at];

	if (ir->op == FN_OP_CALL || ir->op == FN_OP_HELPER)
		pin_call(tr, at);
	else if (ir->op == FN_OP_RET)
		pin_ret(tr, at);
	else if (is_tied(ir))
		pin_tied(tr, at);
}

/**
 * fn_pass_pin - precolor operands and results
 * @tr: program in which each register has one definition; from here on results
 *	of CMPXCHG have two
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_pin(struct fn_tr *tr)
{
	u32 o, i, next;

	if (fn_ir_count_uses(tr))
		return -ENOMEM;
	for (o = 0; o < tr->nrpo; o++) {
		for (i = tr->blocks[tr->rpo[o]].first; i; i = next) {
			next = fn_ir_next(tr, i);
			pin_one(tr, i);
		}
	}
	return tr->err;
}
