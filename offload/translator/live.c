// SPDX-License-Identifier: GPL-2.0
/*
 * Which values are live at the beginning of each block, in SSA form.
 *
 * From each use the value is followed backwards to its definition (Brandner,
 * Boissinot, Darte, Dupont de Dinechin and Rastello, "Computing Liveness Sets
 * for SSA-Form Programs", 2011: path exploration by variable), so the work and
 * the memory are those of the answer: O(n + sum of the sets). Bit vectors would
 * take the number of values times the number of blocks.
 */
#include "ir.h"

struct live {
	struct fn_tr *tr;
	u32 *first; /* by register: its first use in @uses; one more at the end */
	u32 *uses; /* blocks */
	u32 *seen; /* by block: last register that was found live there */
	u32 *stack;
	u32 n;
};

typedef void (*use_fn)(struct live *l, u32 reg, u32 block);

/* A PHI reads its operands at the end of the predecessors. */
static void each_use(struct live *l, u32 at, use_fn fn)
{
	struct fn_tr *tr = l->tr;
	struct fn_ir *ir = &tr->irs[at];
	const struct fn_block *b = &tr->blocks[ir->block];
	u32 *use[FN_MAX_USES];
	u32 n;

	if (ir->op == FN_IR_PHI) {
		for (n = 0; n < b->npred; n++)
			fn(l, tr->args[ir->args + n], tr->args[b->pred + n]);
		return;
	}
	n = fn_ir_uses(tr, ir, use);
	while (n--)
		fn(l, *use[n], ir->block);
}

static void all_uses(struct live *l, use_fn fn)
{
	struct fn_tr *tr = l->tr;
	u32 o, i;

	for (o = 0; o < tr->norder; o++)
		fn_each_ir(tr, tr->order[o], i)
			each_use(l, i, fn);
}

static void count_use(struct live *l, u32 reg, u32 block)
{
	l->first[reg + 1]++;
}

static void store_use(struct live *l, u32 reg, u32 block)
{
	l->uses[l->first[reg]++] = block;
}

/* Counts become beginnings, storing moves them on, and back they go. */
static int sort_uses(struct live *l)
{
	u32 n = l->tr->nregs, r;

	all_uses(l, count_use);
	for (r = 0; r < n; r++)
		l->first[r + 1] += l->first[r];
	l->uses = fn_ir_dirty(l->tr, (l->first[n] + 1) * sizeof(*l->uses));
	if (!l->uses)
		return -ENOMEM;
	all_uses(l, store_use);
	for (r = n; r; r--)
		l->first[r] = l->first[r - 1];
	l->first[0] = 0;
	return 0;
}

static void live_at(struct live *l, u32 reg, u32 block)
{
	struct fn_tr *tr = l->tr;
	u32 n;

	if (l->seen[block] == reg)
		return;
	l->seen[block] = reg;
	n = fn_ir_args(tr, 2);
	if (tr->err)
		return;
	tr->args[n] = reg;
	tr->args[n + 1] = tr->blocks[block].live;
	tr->blocks[block].live = n;
	l->stack[l->n++] = block;
}

static void follow(struct live *l, u32 reg, u32 home)
{
	struct fn_tr *tr = l->tr;

	while (l->n && !tr->err) {
		u32 block = l->stack[--l->n];
		u32 p;

		for (p = 0; p < tr->blocks[block].npred; p++) {
			u32 pred = tr->args[tr->blocks[block].pred + p];

			if (pred != home)
				live_at(l, reg, pred);
		}
	}
}

static void find_live(struct live *l, u32 reg)
{
	struct fn_tr *tr = l->tr;
	u32 home, u;

	if (!tr->values[reg].def)
		return;
	home = tr->irs[tr->values[reg].def].block;
	for (u = l->first[reg]; u < l->first[reg + 1] && !tr->err; u++)
		if (l->uses[u] != home)
			live_at(l, reg, l->uses[u]);
	follow(l, reg, home);
}

static void run(struct live *l)
{
	struct fn_tr *tr = l->tr;
	u32 b, reg;

	for (b = 0; b < tr->nblocks; b++) {
		tr->blocks[b].live = FN_NONE;
		l->seen[b] = FN_NONE;
	}
	if (sort_uses(l))
		return;
	for (reg = FN_NREGS; reg < tr->nregs && !tr->err; reg++)
		find_live(l, reg);
}

/**
 * fn_ir_live - find which values are live where
 * @tr: program with @tr->values, in which definitions come before all uses
 *
 * Leaves a list in each block's @live: a register and the index of the next
 * pair in @tr->args. What a PHI makes is not live before it.
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_live(struct fn_tr *tr)
{
	struct fn_mark mark = fn_ir_mark(tr);
	struct live l = { .tr = tr };

	l.first = fn_ir_temp(tr, (tr->nregs + 1) * sizeof(*l.first));
	l.seen = fn_ir_dirty(tr, tr->nblocks * sizeof(*l.seen));
	l.stack = fn_ir_dirty(tr, tr->nblocks * sizeof(*l.stack));
	if (!tr->err)
		run(&l);
	fn_ir_release(tr, mark);
	return tr->err;
}
