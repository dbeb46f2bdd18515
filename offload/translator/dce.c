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
 * Blocks are gone through backwards, so that all who may want a value come before
 * the one who makes it, but for what PHIs have from around a loop: each
 * instruction is marked once, and once more for each loop that is around it.
 */
#include "ir.h"

struct dce {
	struct fn_tr *tr;
	u8 *wanted; /* by register */
	bool again; /* something is wanted by what was looked at too early */
};

static void want_use(void *ctx, u32 *reg)
{
	struct dce *d = ctx;

	d->wanted[*reg] = 1;
}

static void want_choice(struct dce *d, u32 block, u32 reg)
{
	struct fn_tr *tr = d->tr;
	const struct fn_ir *def = fn_ir_def(tr, reg);

	if (d->wanted[reg])
		return;
	d->wanted[reg] = 1;
	d->again |= def &&
		    tr->blocks[def->block].order >= tr->blocks[block].order;
}

static void mark(struct dce *d, u32 block)
{
	struct fn_tr *tr = d->tr;
	u32 i, n;

	for (i = tr->blocks[block].last; i; i = tr->irs[i].prev) {
		struct fn_ir *ir = &tr->irs[i];

		if (fn_ir_pure(ir) && (!fn_ir_writes(ir) || !d->wanted[ir->d]))
			continue;
		if (ir->op != FN_IR_PHI)
			fn_ir_each_use(tr, ir, want_use, d);
		else
			for (n = 0; n < tr->blocks[block].npred; n++)
				want_choice(d, block, tr->args[ir->args + n]);
	}
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

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
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

	do {
		d->again = false;
		for (o = tr->norder; o--;)
			mark(d, tr->order[o]);
	} while (d->again);
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
	if (d.wanted)
		run(&d);
	return tr->err;
}
