// SPDX-License-Identifier: GPL-2.0
/*
 * sched: words that can issue together come to stand together.
 *
 * Blocks are taken in runs of up to 64 instructions. For each the ones before it
 * that it must wait for are a mask; from those that need not wait any more the
 * one is taken that most others wait for.
 */
#include "ir.h"

#define RUN 64

struct run {
	struct fn_tr *tr;
	u32 n;
	u32 ir[RUN];
	u64 after[RUN]; /* must be in an earlier group */
	u64 behind[RUN]; /* must be earlier, perhaps in the same group */
	u32 height[RUN];
	u32 reads[RUN];
	u32 writes[RUN];
	u32 order[RUN];
};

static const struct fn_ir *at(const struct run *r, u32 i)
{
	return &r->tr->irs[r->ir[i]];
}

static bool is_memory(const struct fn_ir *ir)
{
	return fn_opinfo[ir->op].class == FN_CLASS_MEM;
}

/*
 * May two instructions trade places as far as conditional exits go? Accesses
 * stay behind those that allow them, stores before those that end the program.
 */
static bool may_pass(const struct fn_ir *a, const struct fn_ir *b)
{
	bool guard = fn_opinfo[a->op].class == FN_CLASS_GUARD;

	if (fn_opinfo[b->op].class == FN_CLASS_GUARD)
		return !guard && a->op != FN_OP_ST && a->op != FN_OP_STI;
	return !guard || !is_memory(b);
}

/* In different memories, or side by side from a base that both have. */
static bool apart(const struct fn_ir *a, const struct fn_ir *b, u32 changed)
{
	if (!fn_kinds_meet(a->kind, b->kind))
		return true;
	if (a->a != b->a || (a->x | b->x) & FN_X_INDEX || changed & BIT(a->a))
		return false;
	return a->off >= b->off + (s32)FN_X_SIZE(b->x) ||
	       b->off >= a->off + (s32)FN_X_SIZE(a->x);
}

/*
 * Must @i, which comes later, wait for @j, and how? From @j to before @i the
 * registers @changed are written.
 */
static void relate(struct run *r, u32 j, u32 i, u32 changed)
{
	const struct fn_ir *a = at(r, j), *b = at(r, i);
	bool waits = r->writes[j] & (r->reads[i] | r->writes[i]);
	bool follows = r->reads[j] & r->writes[i] || fn_ir_ends(b) ||
		       !may_pass(a, b);
	bool store = a->op != FN_OP_LD || b->op != FN_OP_LD;

	if (fn_group_alone(a) || fn_group_alone(b))
		waits = true;
	if (is_memory(a) && is_memory(b) && store && !apart(a, b, changed)) {
		follows = true;
		waits |= a->op != FN_OP_LD && b->op == FN_OP_LD;
	}
	if (waits)
		r->after[i] |= BIT_ULL(j);
	else if (follows)
		r->behind[i] |= BIT_ULL(j);
}

static void relate_all(struct run *r)
{
	u32 i, j, changed;

	for (i = 0; i < r->n; i++) {
		r->reads[i] = fn_group_reads(r->tr, &r->tr->irs[r->ir[i]]);
		r->writes[i] = fn_group_writes(at(r, i));
		r->after[i] = 0;
		r->behind[i] = 0;
		r->height[i] = 0;
		for (j = i, changed = 0; j--;) {
			changed |= r->writes[j];
			relate(r, j, i, changed);
		}
	}
	for (i = r->n; i--;)
		for (j = 0; j < i; j++)
			if (r->after[i] & BIT_ULL(j))
				r->height[j] =
					max(r->height[j], r->height[i] + 1);
}

/* The best that may issue now; r->n if there is none. */
static u32 pick(const struct run *r, const struct fn_group *g, u64 earlier,
		u64 now)
{
	u32 i, best = r->n;

	for (i = 0; i < r->n; i++) {
		if ((earlier | now) & BIT_ULL(i) || r->after[i] & ~earlier ||
		    r->behind[i] & ~(earlier | now))
			continue;
		if ((best == r->n || r->height[i] > r->height[best]) &&
		    fn_group_fits(r->tr, g, &r->tr->irs[r->ir[i]]))
			best = i;
	}
	return best;
}

static void arrange(struct run *r)
{
	struct fn_group g;
	u64 earlier = 0, now = 0;
	u32 n = 0, i;

	fn_group_begin(&g, r->tr->opt->lanes);
	while (n < r->n) {
		i = pick(r, &g, earlier, now);
		if (i == r->n) {
			earlier |= now;
			now = 0;
			fn_group_begin(&g, r->tr->opt->lanes);
			continue;
		}
		fn_group_add(&g, at(r, i));
		now |= BIT_ULL(i);
		r->order[n++] = r->ir[i];
	}
}

/* Put the run back into the list between @before and @behind. */
static void relink(struct run *r, u32 block, u32 before, u32 behind)
{
	struct fn_tr *tr = r->tr;
	struct fn_block *b = &tr->blocks[block];
	u32 i, prev = before;

	for (i = 0; i < r->n; i++) {
		u32 ir = r->order[i];

		tr->irs[ir].prev = prev;
		if (prev)
			tr->irs[prev].next = ir;
		else
			b->first = ir;
		prev = ir;
	}
	tr->irs[prev].next = behind;
	if (behind)
		tr->irs[behind].prev = prev;
	else
		b->last = prev;
}

static void sched_block(struct run *r, u32 block)
{
	struct fn_tr *tr = r->tr;
	u32 i = tr->blocks[block].first, before;

	while (i) {
		before = tr->irs[i].prev;
		for (r->n = 0; i && r->n < RUN; i = tr->irs[i].next)
			r->ir[r->n++] = i;
		relate_all(r);
		arrange(r);
		relink(r, block, before, i);
	}
}

/**
 * fn_pass_sched - order instructions for the card's lanes
 * @tr: program in the card's registers
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_sched(struct fn_tr *tr)
{
	struct run *r;
	u32 func, b;

	if (tr->opt->lanes == 1)
		return 0;
	r = fn_alloc(sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->tr = tr;
	for (func = 0; func < tr->nfuncs; func++)
		fn_each_block(tr, func, b)
			sched_block(r, b);
	fn_free(r);
	return 0;
}
