// SPDX-License-Identifier: GPL-2.0
/*
 * The call graph: functions bottom-up, callees before callers.
 *
 * A topological order by counting the calls that are still open (Kahn,
 * "Topological Sorting of Large Networks", 1962). Functions are sorted into
 * rounds: a round takes the functions whose callees come in earlier rounds, or
 * before them in the same one. So the order is that of going through all
 * functions by number, again and again, which keeps neighbours together. Time is
 * proportional to the program.
 */
#include "ir.h"

struct callgraph {
	struct fn_tr *tr;
	bool descending;
	u32 *first; /* by function: its first caller in @callers, and the end */
	u32 *callers; /* caller of each call, sorted by callee */
	u32 *open; /* by function: calls of functions that are not placed yet */
	u32 *round; /* by function */
	u32 *placed; /* functions, callees first */
	u32 n; /* number of @placed */
};

static void each_call(struct callgraph *g,
		      void (*fn)(struct callgraph *g, u32 caller, u32 callee))
{
	struct fn_tr *tr = g->tr;
	u32 f, b, i;

	for (f = 0; f < tr->nfuncs; f++)
		for (b = tr->funcs[f].entry; b != FN_NONE;
		     b = tr->blocks[b].next)
			for (i = fn_ir_first(tr, b); i; i = fn_ir_next(tr, i))
				if (tr->irs[i].op == FN_OP_CALL)
					fn(g, f, tr->irs[i].imm);
}

static void count_call(struct callgraph *g, u32 caller, u32 callee)
{
	g->first[callee + 1]++;
	g->open[caller]++;
}

static void store_call(struct callgraph *g, u32 caller, u32 callee)
{
	g->callers[g->first[callee]++] = caller;
}

/* A counting sort of the calls by callee. */
static void sort_calls(struct callgraph *g)
{
	struct fn_tr *tr = g->tr;
	u32 f, n = tr->nfuncs;

	each_call(g, count_call);
	for (f = 0; f < n; f++)
		g->first[f + 1] += g->first[f];
	g->callers = fn_tmp_alloc(tr, (g->first[n] + 1) * sizeof(*g->callers));
	if (!g->callers)
		return;
	each_call(g, store_call);
	for (f = n; f; f--)
		g->first[f] = g->first[f - 1];
	g->first[0] = 0;
}

static bool comes_before(const struct callgraph *g, u32 a, u32 b)
{
	return g->descending ? a > b : a < b;
}

static void place(struct callgraph *g, u32 callee)
{
	u32 c, round;

	for (c = g->first[callee]; c < g->first[callee + 1]; c++) {
		u32 caller = g->callers[c];

		round = g->round[callee] + !comes_before(g, callee, caller);
		g->round[caller] = max(g->round[caller], round);
		if (!--g->open[caller])
			g->placed[g->n++] = caller;
	}
}

/* A counting sort by round, in each by number. */
static void sort_rounds(struct callgraph *g, u32 *order)
{
	u32 n = g->tr->nfuncs, i, f, *end = g->first;

	memset(end, 0, (n + 1) * sizeof(*end));
	for (i = 0; i < g->n; i++)
		end[g->round[g->placed[i]] + 1]++;
	for (i = 0; i < n; i++)
		end[i + 1] += end[i];
	for (i = 0; i < n; i++) {
		f = g->descending ? n - 1 - i : i;
		if (!g->open[f])
			order[end[g->round[f]]++] = f;
	}
}

static u32 run(struct callgraph *g, u32 *order)
{
	u32 f, i;

	sort_calls(g);
	if (g->tr->err)
		return 0;
	for (f = 0; f < g->tr->nfuncs; f++)
		if (!g->open[f])
			g->placed[g->n++] = f;
	for (i = 0; i < g->n; i++)
		place(g, g->placed[i]);
	sort_rounds(g, order);
	return g->n;
}

/**
 * fn_callgraph_order - list functions bottom-up over the call graph
 * @tr: program
 * @descending: in a round, functions with higher numbers come first
 * @order: gets the numbers of the functions, with room for @tr->nfuncs
 *
 * Return: how many; functions in a cycle of the call graph, and those that call
 * them, are not among them. 0 (and @tr->err set) without memory.
 */
u32 fn_callgraph_order(struct fn_tr *tr, bool descending, u32 *order)
{
	struct callgraph g = { .tr = tr, .descending = descending };
	struct fn_tmp_pos mark = fn_tmp_mark(tr);
	u32 n = tr->nfuncs;

	if (n == 1) {
		order[0] = 0;
		return 1;
	}
	g.first = fn_tmp_zalloc(tr, (n + 1) * sizeof(*g.first));
	g.open = fn_tmp_zalloc(tr, n * sizeof(*g.open));
	g.round = fn_tmp_zalloc(tr, n * sizeof(*g.round));
	g.placed = fn_tmp_alloc(tr, n * sizeof(*g.placed));
	n = tr->err ? 0 : run(&g, order);
	fn_tmp_release(tr, mark);
	return n;
}
