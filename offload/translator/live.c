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
	u32 block; /* at hand */
	u32 *first; /* by register: its first use in @uses; one more at the end */
	u32 *uses; /* blocks */
	u32 *seen; /* by block: last register that was found live there */
	u32 *stack;
	u32 n;
};

/* Only values that are used in another block than made are live somewhere. */
static bool is_far(const struct live *l, u32 reg, u32 block)
{
	u32 def = l->tr->values[reg].def;

	return reg >= FN_NREGS && def && l->tr->irs[def].block != block;
}

static void count_use(void *ctx, u32 *reg)
{
	struct live *l = ctx;

	if (is_far(l, *reg, l->block))
		l->first[*reg + 1]++;
}

static void store_use(void *ctx, u32 *reg)
{
	struct live *l = ctx;

	if (is_far(l, *reg, l->block))
		l->uses[l->first[*reg]++] = l->block;
}

/* A PHI reads its operands at the end of the predecessors. */
static __always_inline void all_uses(struct live *l,
				     void (*fn)(void *ctx, u32 *reg))
{
	struct fn_tr *tr = l->tr;
	u32 o, i, n;

	for (o = 0; o < tr->norder; o++) {
		const struct fn_block *b = &tr->blocks[tr->order[o]];

		for (i = tr->blocks[tr->order[o]].first; i;
		     i = tr->irs[i].next) {
			struct fn_ir *ir = &tr->irs[i];

			l->block = tr->order[o];
			fn_ir_each_use(tr, ir, fn, l);
			for (n = 0; ir->op == FN_IR_PHI && n < b->npred; n++) {
				l->block = tr->args[b->pred + n];
				fn(l, &tr->args[ir->args + n]);
			}
		}
	}
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

	if (l->first[reg] == l->first[reg + 1])
		return;
	home = tr->irs[tr->values[reg].def].block;
	for (u = l->first[reg]; u < l->first[reg + 1] && !tr->err; u++)
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
	if (tr->norder == 1 || sort_uses(l))
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
