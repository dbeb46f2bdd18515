// SPDX-License-Identifier: GPL-2.0
/*
 * What a program costs on the modelled card: the shortest and the longest way
 * through its code. What a function costs is counted at each of its calls.
 */
#include "check.h"
#include "offload/engine/profile.h"
#include "offload/isa.h"
#include "userspace/tool.h"

#define FOREVER (1ULL << 62)

/**
 * struct node - a word
 * @insn: the word
 * @cycles: of the word itself
 * @extra: more cycles that it may cost
 * @next: word after it, -1 if control does not get there
 * @target: of a jump or call, -1 if it has none
 * @best: cycles from here to the end
 * @worst: cycles from here to the end
 * @state: of the search for loops
 */
struct node {
	struct fn_insn insn;
	u32 cycles;
	u32 extra;
	s64 next;
	s64 target;
	u64 best;
	u64 worst;
	enum { UNSEEN, OPEN, DONE } state;
};

/**
 * struct graph - a program
 * @node: by word
 * @n: number of words
 * @taken: cycles that a jump costs
 * @find: cycles to find a key in a map, at most
 */
struct graph {
	struct node *node;
	u32 n;
	u32 taken;
	u32 find;
};

static s64 slot(const struct graph *g, s64 pc)
{
	return pc >= 0 && pc < g->n ? pc : -1;
}

static u32 longest(const struct fn_profile *p, u32 latency)
{
	return latency ? max(fn_profile_share(p, latency), p->wait_min) : 0;
}

/* Of the maps that the program has, in the one that takes longest. */
static u32 find_longest(const struct fn_profile *p, const struct fn_image *img)
{
	u32 i, most = p->hash + p->hash_reads * longest(p, p->latency_map);

	for (i = 0; i < img->nmaps; i++) {
		const struct fn_image_map *m = &fn_image_maps(img)[i];
		struct fn_find find;

		fn_find_cost(p, m->type, m->key_size, &find);
		most = max(most,
			   find.cycles +
				   find.reads * longest(p, p->latency_map));
	}
	return most;
}

static u32 find_cost(const struct graph *g, u32 helper)
{
	switch (helper) {
	case FN_HELPER_map_lookup_elem:
	case FN_HELPER_map_update_elem:
	case FN_HELPER_map_delete_elem:
		return g->find;
	}
	return 0;
}

/* What a word may wait for, at most. */
static u32 wait_cost(const struct graph *g, const struct fn_profile *p,
		     const struct fn_insn *insn, bool map)
{
	switch (insn->op) {
	case FN_OP_HELPER:
		return find_cost(g, insn->imm);
	case FN_OP_ATOM:
		if (!(insn->x & FN_X_FETCH))
			return 0;
		break;
	case FN_OP_ST:
	case FN_OP_STI:
		if (!p->store_waits)
			return 0;
		break;
	case FN_OP_LD:
		break;
	default:
		return 0;
	}
	return longest(p, map ? p->latency_map : p->latency_packet);
}

/* Cycles to add the offset of an access to map memory. */
static u32 offset_cost(const struct fn_profile *p, const struct fn_insn *insn)
{
	switch (insn->op) {
	case FN_OP_STI:
		return FN_LO16(insn->imm) ? p->map_offset : 0;
	case FN_OP_LD:
	case FN_OP_ST:
	case FN_OP_ATOM:
		return insn->imm ? p->map_offset : 0;
	}
	return 0;
}

static void fill(struct graph *g, u32 pc, const struct fn_profile *p, bool map,
		 u32 marks, bool first)
{
	struct node *n = &g->node[pc];

	n->next = -1;
	n->target = -1;
	n->best = FOREVER;
	if (n->insn.op >= FN_NOPS)
		return;
	n->cycles = fn_timing_word(p, &n->insn, marks, first);
	n->extra = wait_cost(g, p, &n->insn, map);
	if (map)
		n->extra += offset_cost(p, &n->insn);
	switch (n->insn.op) {
	case FN_OP_EXIT:
	case FN_OP_TRAP:
		return;
	case FN_OP_RET:
		n->cycles += p->taken;
		return;
	case FN_OP_CALL:
	case FN_OP_JMP:
		n->target = slot(g, (s64)pc + 1 + n->insn.imm);
		break;
	case FN_OP_JCC:
		n->target = slot(g, (s64)pc + 1 + FN_HI16(n->insn.imm));
		break;
	}
	if (n->insn.op != FN_OP_JMP)
		n->next = slot(g, (s64)pc + 1);
}

static u64 add(u64 a, u64 b)
{
	return a + b < FOREVER ? a + b : FOREVER;
}

static u64 best_at(const struct graph *g, s64 pc)
{
	return pc < 0 ? FOREVER : g->node[pc].best;
}

static u64 best_of(const struct graph *g, const struct node *n)
{
	u64 straight = best_at(g, n->next);
	u64 jump = add(best_at(g, n->target), g->taken);

	switch (n->insn.op) {
	case FN_OP_EXIT:
	case FN_OP_EXITC:
	case FN_OP_TRAP:
	case FN_OP_RET:
		return n->cycles;
	case FN_OP_CALL:
		return add(n->cycles, add(straight, jump));
	default:
		return add(n->cycles, min(straight, jump));
	}
}

/* Code is in the order in which it runs, more or less: few rounds do. */
static void find_best(struct graph *g)
{
	bool changed;
	u32 pc;

	do {
		changed = false;
		for (pc = g->n; pc--;) {
			u64 best = best_of(g, &g->node[pc]);

			changed |= best < g->node[pc].best;
			g->node[pc].best = min(best, g->node[pc].best);
		}
	} while (changed);
}

static u64 worst_at(const struct graph *g, s64 pc)
{
	return pc < 0 ? 0 : g->node[pc].worst;
}

static u64 worst_of(const struct graph *g, const struct node *n)
{
	u64 cycles = (u64)n->cycles + n->extra;
	u64 straight = worst_at(g, n->next);
	u64 jump = worst_at(g, n->target) + g->taken;

	if (n->insn.op == FN_OP_CALL)
		return add(cycles, add(straight, jump));
	return add(cycles, n->target < 0 ? straight : max(straight, jump));
}

/* The next word that has to be known before @n, or -1. */
static s64 not_visited(const struct graph *g, const struct node *n)
{
	if (n->next >= 0 && g->node[n->next].state == UNSEEN)
		return n->next;
	if (n->target >= 0 && g->node[n->target].state == UNSEEN)
		return n->target;
	return -1;
}

static bool is_back_edge(const struct graph *g, const struct node *n, s64 *to)
{
	if (n->next >= 0 && g->node[n->next].state == OPEN)
		*to = n->next;
	else if (n->target >= 0 && g->node[n->target].state == OPEN)
		*to = n->target;
	else
		return false;
	return true;
}

static void find_worst(struct graph *g, struct fn_cost *cost)
{
	u32 *stack = fn_check_alloc(malloc(g->n * sizeof(*stack)));
	u32 depth = 1;
	s64 to;

	stack[0] = 0;
	while (depth) {
		struct node *n = &g->node[stack[depth - 1]];

		if (n->state == UNSEEN) {
			n->state = OPEN;
			if (is_back_edge(g, n, &to)) {
				cost->loops = true;
				cost->loop = to;
			}
		}
		to = not_visited(g, n);
		if (to >= 0) {
			stack[depth++] = to;
			continue;
		}
		n->worst = worst_of(g, n);
		n->state = DONE;
		depth--;
	}
	free(stack);
}

/**
 * fn_cost - reckon what a program costs
 * @img: program
 * @p: modelled card
 * @cost: answer
 *
 * Cycles are those of a core for a packet, the fixed ones included.
 */
void fn_cost(const struct fn_image *img, const struct fn_profile *p,
	     struct fn_cost *cost)
{
	struct graph g = {
		.n = img->nwords,
		.taken = p->taken,
		.find = find_longest(p, img),
	};
	u8 *map = fn_map_accesses(img);
	u8 *marks = fn_profile_marks(p, img);
	u32 pc;

	*cost = (struct fn_cost){};
	g.node = fn_check_alloc(calloc(g.n, sizeof(*g.node)));
	for (pc = 0; pc < g.n; pc++) {
		g.node[pc].insn = fn_insn_decode(fn_image_words(img)[pc]);
		cost->groups += g.node[pc].insn.stop;
		fill(&g, pc, p, map[pc], marks[pc], fn_image_begins(img, pc));
		if (marks[pc] & FN_MARK_FOUND && !map[pc])
			g.node[pc].extra = 0;
	}
	find_best(&g);
	find_worst(&g, cost);
	cost->best = p->packet + g.node[0].best;
	cost->worst = p->packet + g.node[0].worst;
	free(g.node);
	free(map);
	free(marks);
}
