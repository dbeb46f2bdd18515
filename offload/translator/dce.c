// SPDX-License-Identifier: GPL-2.0
/*
 * dce: dead code elimination.
 *
 * Mark and sweep (Cytron et al., "Efficiently Computing Static Single
 * Assignment Form", 1991): instructions with side effects are live, and so are
 * the definitions of what live instructions use. All others are removed, cycles
 * of PHIs that only use each other included. Blocks and branches stay; layout
 * removes empty blocks.
 *
 *	v8 = ld2 [ v3 +12 ]			exit 2
 *	v9 = add v8 1; exit 2
 *
 * An atomic operation whose old value is unused becomes the form without a
 * result. Each live value is once on the worklist, so time is proportional to
 * the program.
 */
#include "ir.h"

struct dce {
	struct fn_tr *tr;
	u8 *live; /* by register */
	u32 *worklist; /* live registers still to be visited */
	u32 n; /* number of @worklist */
};

static void mark_use(void *ctx, u32 *reg)
{
	struct dce *d = ctx;

	if (d->live[*reg])
		return;
	d->live[*reg] = 1;
	d->worklist[d->n++] = *reg;
}

static void mark_operands(struct dce *d, struct fn_ir *ir)
{
	struct fn_tr *tr = d->tr;
	u32 n;

	if (ir->op != FN_IR_PHI) {
		fn_ir_each_use(tr, ir, mark_use, d);
		return;
	}
	for (n = 0; n < tr->blocks[ir->block].npred; n++)
		mark_use(d, &tr->args[ir->args + n]);
}

/* Physical registers have no definition in @tr->values; their writers stay. */
static void propagate(struct dce *d)
{
	while (d->n) {
		struct fn_ir *def = fn_ir_def(d->tr, d->worklist[--d->n]);

		if (def && fn_ir_is_pure(def))
			mark_operands(d, def);
	}
}

static bool is_dead(const struct dce *d, const struct fn_ir *ir)
{
	return fn_ir_is_pure(ir) && (!fn_ir_defines(ir) || !d->live[ir->d]);
}

/* Instructions with side effects are the roots. */
static void mark(struct dce *d, u32 block)
{
	struct fn_tr *tr = d->tr;
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		if (fn_ir_is_pure(&tr->irs[i]))
			continue;
		mark_operands(d, &tr->irs[i]);
		propagate(d);
	}
}

/* The form without a result is cheaper. */
static void drop_result(struct dce *d, struct fn_ir *ir)
{
	if (ir->op == FN_OP_ATOM && ir->x & FN_X_FETCH &&
	    FN_X_ATOM(ir->x) < FN_ATOM_XCHG && !d->live[ir->d]) {
		fn_ir_changed(d->tr);
		ir->x &= ~FN_X_FETCH;
		ir->d = 0;
	}
}

static void sweep(struct dce *d, u32 block)
{
	struct fn_tr *tr = d->tr;
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		drop_result(d, &tr->irs[i]);
		if (is_dead(d, &tr->irs[i]))
			fn_ir_remove(tr, i);
	}
}

static void run(struct dce *d)
{
	struct fn_tr *tr = d->tr;
	u32 o;

	for (o = 0; o < tr->nrpo; o++)
		mark(d, tr->rpo[o]);
	for (o = 0; o < tr->nrpo; o++)
		sweep(d, tr->rpo[o]);
}

/**
 * fn_pass_dce - eliminate dead code
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_dce(struct fn_tr *tr)
{
	struct dce d = { .tr = tr };

	if (fn_ir_values(tr))
		return -ENOMEM;
	d.live = fn_tmp_zalloc(tr, tr->nregs);
	d.worklist = fn_tmp_alloc(tr, tr->nregs * sizeof(*d.worklist));
	if (!tr->err)
		run(&d);
	return tr->err;
}
