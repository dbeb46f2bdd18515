// SPDX-License-Identifier: GPL-2.0
/*
 * dce: instructions whose results nobody wants are removed.
 *
 * Mark and sweep (Cytron et al., "Efficiently Computing Static Single
 * Assignment Form", 1991): what has effects is wanted, and so are the operands
 * of what is wanted; all else goes, circles of PHIs that only want each other
 * with it. Control is not looked at: blocks that do nothing are for layout.
 *
 *	v8 = ld2 [ v3 +12 ]			exit 2
 *	v9 = add v8 1; exit 2
 *
 * An atomic operation whose old value nobody wants becomes the cheaper form.
 * Each instruction is visited twice.
 */
#include "ir.h"

struct dce {
	struct fn_tr *tr;
	u8 *wanted; /* by register */
	u32 *stack; /* registers whose definition was not looked at */
	u32 n;
};

static void want(struct dce *d, u32 reg)
{
	if (d->wanted[reg])
		return;
	d->wanted[reg] = 1;
	d->stack[d->n++] = reg;
}

static void want_use(void *ctx, u32 *reg)
{
	want(ctx, *reg);
}

static void want_operands(struct dce *d, struct fn_ir *ir)
{
	struct fn_tr *tr = d->tr;
	u32 n;

	if (ir->op == FN_IR_PHI) {
		for (n = 0; n < tr->blocks[ir->block].npred; n++)
			want(d, tr->args[ir->args + n]);
		return;
	}
	fn_ir_each_use(tr, ir, want_use, d);
}

static void want_effects(struct dce *d, u32 block)
{
	struct fn_tr *tr = d->tr;
	u32 i;

	fn_each_ir(tr, block, i)
		if (!fn_ir_pure(&tr->irs[i]))
			want_operands(d, &tr->irs[i]);
}

/* Nobody wants the old value: the cheaper form does. */
static void drop_result(struct dce *d, struct fn_ir *ir)
{
	if (ir->op == FN_OP_ATOM && ir->x & FN_X_FETCH &&
	    FN_X_ATOM(ir->x) < FN_ATOM_XCHG && !d->wanted[ir->d]) {
		fn_ir_edited(d->tr);
		ir->x &= ~FN_X_FETCH;
		ir->d = 0;
	}
}

static void sweep(struct dce *d, u32 block)
{
	struct fn_tr *tr = d->tr;
	u32 i;

	fn_each_ir(tr, block, i) {
		struct fn_ir *ir = &tr->irs[i];

		drop_result(d, ir);
		if (fn_ir_pure(ir) && (!fn_ir_writes(ir) || !d->wanted[ir->d]))
			fn_ir_remove(tr, i);
	}
}

static void run(struct dce *d)
{
	struct fn_tr *tr = d->tr;
	u32 o;

	for (o = 0; o < tr->norder; o++)
		want_effects(d, tr->order[o]);
	while (d->n) {
		struct fn_ir *def = fn_ir_def(tr, d->stack[--d->n]);

		if (def)
			want_operands(d, def);
	}
	for (o = 0; o < tr->norder; o++)
		sweep(d, tr->order[o]);
}

/**
 * fn_pass_dce - remove what nobody wants
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_dce(struct fn_tr *tr)
{
	struct dce d = { .tr = tr };

	if (fn_ir_values(tr))
		return -ENOMEM;
	d.wanted = fn_ir_temp(tr, tr->nregs);
	d.stack = fn_ir_dirty(tr, tr->nregs * sizeof(*d.stack));
	if (d.wanted && d.stack)
		run(&d);
	return tr->err;
}
