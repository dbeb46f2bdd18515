// SPDX-License-Identifier: GPL-2.0
/*
 * cfg: the control flow graph: basic blocks and their successors.
 *
 * Leaders are the targets of jumps and what follows a jump or call (Aho, Lam,
 * Sethi, Ullman, 8.4). The successors of a return are all return points, of
 * which the call stack chooses one at run time. A block's loop depth is the
 * number of back edges that span it, an estimate of the nesting of loops by which
 * the register allocator weights uses.
 *
 * All words are visited three times, and all edges five times. The numbers of
 * calls and of edges are bounded, since every return leads to all return points.
 *
 * The analyses visit the blocks that have changed in reverse postorder, however
 * the code is laid out (Aho, Lam, Sethi, Ullman, 9.6.6): one round more than loops
 * nest is enough for most programs. All work is counted, and a program that takes
 * more than a fixed number of visits a word is interpreted.
 */
#include "gen.h"

static u32 kind_of(const struct fn_gen *g, u32 pc)
{
	return fn_gen_op(&g->code[pc])->kind;
}

static bool jumps(u32 kind)
{
	return kind == FN_GEN_JCC || kind == FN_GEN_JMP || kind == FN_GEN_CALL;
}

/* Mark the first words of blocks; false if there are too many calls. */
static bool find_leaders(struct fn_gen *g)
{
	u32 pc, kind;

	g->block_of[0] = 1;
	for (pc = 0; pc < g->n; pc++) {
		kind = kind_of(g, pc);
		if (jumps(kind))
			g->block_of[g->code[pc].imm] = 1;
		if (kind >= FN_GEN_JCC)
			g->block_of[pc + 1] = 1;
		if (kind != FN_GEN_CALL)
			continue;
		if (g->ncalls == FN_GEN_MAX_CALLS)
			return false;
		g->calls[g->ncalls++] = pc + 1;
	}
	return true;
}

static bool cut(struct fn_gen *g)
{
	struct fn_bblock *b = NULL;
	u32 pc;

	for (pc = 0; pc < g->n; pc++)
		g->nblocks += g->block_of[pc];
	g->blocks = fn_alloc(g->nblocks * sizeof(*g->blocks));
	if (!g->blocks)
		return false;
	for (pc = 0; pc < g->n; pc++) {
		if (g->block_of[pc]) {
			b = b ? b + 1 : g->blocks;
			b->first = pc;
		}
		g->block_of[pc] = b - g->blocks;
		b->end = pc + 1;
	}
	return true;
}

/* A back edge spans the blocks from its target on; a sum over them nests. */
static void find_loops(struct fn_gen *g)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 i, k, n, depth = 0;

	for (i = 0; i < g->nblocks; i++) {
		if (kind_of(g, g->blocks[i].end - 1) == FN_GEN_RET)
			continue;
		n = fn_cfg_succs(g, &g->blocks[i], next);
		for (k = 0; k < n; k++) {
			if (next[k] > i)
				continue;
			g->blocks[next[k]].loop_depth++;
			if (i + 1 < g->nblocks)
				g->blocks[i + 1].loop_depth--;
		}
	}
	for (i = 0; i < g->nblocks; i++) {
		depth += g->blocks[i].loop_depth;
		g->blocks[i].loop_depth = min(depth, 3u);
	}
}

static bool count_edges(struct fn_gen *g)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 edges = 0;
	u32 i;

	for (i = 0; i < g->nblocks && edges <= FN_GEN_MAX_EDGES; i++)
		edges += fn_cfg_succs(g, &g->blocks[i], next);
	if (edges > FN_GEN_MAX_EDGES)
		return fn_gen_refuse(g,
				     "more than %u ways lead from word to word",
				     FN_GEN_MAX_EDGES);
	g->nedges = edges;
	if (!g->max_steps)
		g->max_steps = FN_GEN_MAX_ROUNDS *
			       (g->n + (u64)FN_GEN_EDGE_STEPS * edges);
	g->preds = fn_alloc(edges * sizeof(*g->preds));
	g->first_pred = fn_alloc((g->nblocks + 2) * sizeof(*g->first_pred));
	g->order = fn_alloc(g->nblocks * sizeof(*g->order));
	return g->preds && g->first_pred && g->order ?
		       true :
		       fn_gen_refuse(g, FN_GEN_NO_MEMORY);
}

/* A counting sort of the edges by their targets */
static void find_preds(struct fn_gen *g)
{
	u32 *first = g->first_pred + 1;
	u32 next[FN_GEN_MAX_NEXT];
	u32 i, n;

	for (i = 0; i < g->nblocks; i++) {
		for (n = fn_cfg_succs(g, &g->blocks[i], next); n--;)
			first[next[n] + 1]++;
	}
	for (i = 0; i < g->nblocks; i++)
		first[i + 1] += first[i];
	for (i = 0; i < g->nblocks; i++) {
		for (n = fn_cfg_succs(g, &g->blocks[i], next); n--;)
			g->preds[first[next[n]]++] = i;
	}
}

/**
 * struct visit - a block of the depth-first search
 * @block: number
 * @next: successors that have been followed
 */
struct visit {
	u32 block;
	u32 next;
};

/* Depth-first, so that the blocks are left in postorder. */
static void search(struct fn_gen *g, struct visit *stack)
{
	u32 next[FN_GEN_MAX_NEXT];
	u32 depth = 1;

	stack[0] = (struct visit){ 0, 0 };
	g->blocks[0].dirty = true;
	while (depth) {
		struct visit *v = &stack[depth - 1];
		u32 n = fn_cfg_succs(g, &g->blocks[v->block], next);
		u32 to;

		if (v->next == n) {
			g->order[g->norder++] = v->block;
			depth--;
			continue;
		}
		to = next[v->next++];
		if (!g->blocks[to].dirty)
			stack[depth++] = (struct visit){ to, 0 };
		g->blocks[to].dirty = true;
	}
}

static bool find_order(struct fn_gen *g)
{
	struct visit *stack = fn_alloc(g->nblocks * sizeof(*stack));
	u32 i;

	if (!stack)
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	search(g, stack);
	fn_free(stack);
	for (i = 0; i < g->norder / 2; i++)
		swap(g->order[i], g->order[g->norder - 1 - i]);
	for (i = 0; i < g->nblocks; i++)
		g->blocks[i].dirty = false;
	return true;
}

/**
 * fn_cfg_mark - an analysis has to visit a block again
 * @g: program
 * @block: number
 */
void fn_cfg_mark(struct fn_gen *g, u32 block)
{
	g->blocks[block].dirty = true;
}

#define YIELD_STEPS 8192

/**
 * fn_cfg_count - count work, and let others run now and then
 * @g: program
 * @steps: words and edges that have been visited
 *
 * May sleep.
 */
void fn_cfg_count(struct fn_gen *g, u32 steps)
{
	g->steps += steps;
	if (g->steps < g->next_yield)
		return;
	g->next_yield = g->steps + YIELD_STEPS;
	if (g->steps >= YIELD_STEPS)
		fn_thread_yield();
}

/**
 * fn_cfg_visit - has a block to be visited, and may it be?
 * @g: program, whose steps are counted
 * @b: block
 *
 * May sleep. When g->steps is more than g->max_steps, what the caller has so far
 * is not all that the code can do: it must refuse the program.
 */
bool fn_cfg_visit(struct fn_gen *g, struct fn_bblock *b)
{
	u32 edges = 2;

	g->steps++;
	if (!b->dirty)
		return false;
	b->dirty = false;
	if (kind_of(g, b->end - 1) == FN_GEN_RET)
		edges = g->ncalls;
	fn_cfg_count(g, b->end - b->first + FN_GEN_EDGE_STEPS * edges);
	return g->steps <= g->max_steps;
}

/**
 * fn_cfg_succs - successors of a block
 * @g: program
 * @b: block
 * @next: gets their numbers; of a RET, all words after a CALL
 *
 * Return: how many.
 */
u32 fn_cfg_succs(const struct fn_gen *g, const struct fn_bblock *b, u32 *next)
{
	const struct fn_uop *u = &g->code[b->end - 1];
	u32 kind = fn_gen_op(u)->kind;
	u32 n = 0;

	if (kind == FN_GEN_RET) {
		for (; n < g->ncalls; n++)
			next[n] = g->block_of[g->calls[n]];
		return n;
	}
	if (jumps(kind))
		next[n++] = g->block_of[u->imm];
	if (kind <= FN_GEN_JCC && b->end < g->n)
		next[n++] = g->block_of[b->end];
	return n;
}

/**
 * fn_cfg_is_exit - does a block only exit, with a constant verdict?
 * @g: program
 * @block: number
 *
 * Jumps to such a block are replaced by copies of it.
 */
bool fn_cfg_is_exit(const struct fn_gen *g, u32 block)
{
	const struct fn_uop *u = &g->code[g->blocks[block].first];

	return fn_gen_op(u)->kind == FN_GEN_EXIT && u->a == FN_REG_ZERO;
}

/**
 * fn_gen_cfg - divide a program into basic blocks
 * @g: program
 *
 * Return: false with a reason.
 */
bool fn_gen_cfg(struct fn_gen *g)
{
	if (!find_leaders(g))
		return fn_gen_refuse(g, "it has more than %u calls",
				     FN_GEN_MAX_CALLS);
	if (!cut(g))
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	if (!count_edges(g) || !find_order(g))
		return false;
	find_preds(g);
	find_loops(g);
	return true;
}
