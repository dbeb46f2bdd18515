// SPDX-License-Identifier: GPL-2.0
/*
 * Liveness of values: which are live at the beginning of each block, in SSA
 * form.
 *
 * Each use is followed backwards to the definition (Brandner, Boissinot, Darte,
 * Dupont de Dinechin and Rastello, "Computing Liveness Sets for SSA-Form
 * Programs", 2011: path exploration by variable), so time and memory are those
 * of the result: O(n + the sum of the sets). Bit vectors would take the number
 * of values times the number of blocks.
 */
#include "ir.h"

/* Live values of a block, on average: more do not fit registers and stack. */
#define MAX_LIVE_IN 256
#define MIN_ROOM 65536

struct live {
	struct fn_tr *tr;
	u32 block; /* block of the use at hand */
	u32 *first; /* by register: its first use in @uses, and the end */
	u32 *uses; /* block of each use, sorted by register */
	u32 *visited; /* by block: last register that was found live there */
	u32 *worklist; /* blocks */
	u32 n; /* number of @worklist */
	u64 room; /* entries that may still be added */
};

/*
 * Only values with uses outside of their own block are live at a block's start.
 */
static bool is_nonlocal(const struct live *l, u32 reg, u32 block)
{
	u32 def = l->tr->values[reg].def;

	return reg >= FN_NREGS && def && l->tr->irs[def].block != block;
}

static void count_use(void *ctx, u32 *reg)
{
	struct live *l = ctx;

	if (is_nonlocal(l, *reg, l->block))
		l->first[*reg + 1]++;
}

static void store_use(void *ctx, u32 *reg)
{
	struct live *l = ctx;

	if (is_nonlocal(l, *reg, l->block))
		l->uses[l->first[*reg]++] = l->block;
}

/* A PHI reads its operands at the end of the predecessors. */
static __always_inline void all_uses(struct live *l,
				     void (*fn)(void *ctx, u32 *reg))
{
	struct fn_tr *tr = l->tr;
	u32 o, i, n;

	for (o = 0; o < tr->nrpo; o++) {
		const struct fn_block *b = &tr->blocks[tr->rpo[o]];

		for (i = fn_ir_first(tr, tr->rpo[o]); i;
		     i = fn_ir_next(tr, i)) {
			struct fn_ir *ir = &tr->irs[i];

			l->block = tr->rpo[o];
			fn_ir_each_use(tr, ir, fn, l);
			for (n = 0; ir->op == FN_IR_PHI && n < b->npred; n++) {
				l->block = tr->args[b->pred + n];
				fn(l, &tr->args[ir->args + n]);
			}
		}
	}
}

/* A counting sort of the uses by register. */
static int sort_uses(struct live *l)
{
	u32 n = l->tr->nregs, r;

	all_uses(l, count_use);
	for (r = 0; r < n; r++)
		l->first[r + 1] += l->first[r];
	l->uses = fn_tmp_alloc(l->tr, (l->first[n] + 1) * sizeof(*l->uses));
	if (!l->uses)
		return -ENOMEM;
	all_uses(l, store_use);
	for (r = n; r; r--)
		l->first[r] = l->first[r - 1];
	l->first[0] = 0;
	return 0;
}

static void add_live_in(struct live *l, u32 reg, u32 block)
{
	struct fn_tr *tr = l->tr;
	u32 n;

	fn_tr_step(tr);
	if (l->visited[block] == reg)
		return;
	if (!l->room--) {
		tr->err = -ENOSPC;
		return;
	}
	l->visited[block] = reg;
	n = fn_ir_args(tr, 2);
	if (tr->err)
		return;
	tr->args[n] = reg;
	tr->args[n + 1] = tr->blocks[block].live_in;
	tr->blocks[block].live_in = n;
	l->worklist[l->n++] = block;
}

static void propagate(struct live *l, u32 reg, u32 home)
{
	struct fn_tr *tr = l->tr;

	while (l->n && !tr->err) {
		u32 block = l->worklist[--l->n];
		u32 p;

		for (p = 0; p < tr->blocks[block].npred; p++) {
			u32 pred = tr->args[tr->blocks[block].pred + p];

			if (pred != home)
				add_live_in(l, reg, pred);
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
		add_live_in(l, reg, l->uses[u]);
	propagate(l, reg, home);
}

static void run(struct live *l)
{
	struct fn_tr *tr = l->tr;
	u32 b, reg;

	for (b = 0; b < tr->nblocks; b++) {
		tr->blocks[b].live_in = FN_NONE;
		l->visited[b] = FN_NONE;
	}
	if (tr->nrpo == 1 || sort_uses(l))
		return;
	l->room = (u64)MAX_LIVE_IN * tr->nrpo + MIN_ROOM;
	for (reg = FN_NREGS; reg < tr->nregs && !tr->err; reg++)
		find_live(l, reg);
}

/**
 * fn_ir_liveness - compute the live-in sets of all blocks
 * @tr: program with @tr->values, in which definitions come before all uses
 *
 * Leaves a list in each block's @live_in: a register and the index of the next
 * pair in @tr->args. The result of a PHI is not live-in in its block.
 *
 * Return: 0, -ENOSPC if more values are live than can be allocated, -ENOMEM.
 */
int fn_ir_liveness(struct fn_tr *tr)
{
	struct fn_tmp_pos mark = fn_tmp_mark(tr);
	struct live l = { .tr = tr };

	l.first = fn_tmp_zalloc(tr, (tr->nregs + 1) * sizeof(*l.first));
	l.visited = fn_tmp_alloc(tr, tr->nblocks * sizeof(*l.visited));
	l.worklist = fn_tmp_alloc(tr, tr->nblocks * sizeof(*l.worklist));
	if (!tr->err)
		run(&l);
	fn_tmp_release(tr, mark);
	return tr->err;
}
