// SPDX-License-Identifier: GPL-2.0
/*
 * early: guards of loads.
 *
 * A load may be speculated, that is executed earlier than in the program and
 * perhaps in vain, where it cannot fault (Bernstein, Rodeh and Sagiv, "Proving
 * Safety of Speculative Load Instructions at Compile-Time", 1992). Behind the
 * comparison of packet + n with the packet's end the n bytes can be read, and
 * behind a NULL guard the value of a map. The stack and the context can be read
 * anywhere.
 *
 *	exitlt v1 v2 +42 : 1
 *	exiteq v3 7 : 2
 *	v5 = ld1 [ v2 +12 ]	not above the first exit, but above the second
 *
 * The kernel has verified the program: a constant displacement from a map value
 * that the program reads is inside every value of that map.
 *
 * The pass notes the guard at each load, for sched. It is the last pass that
 * knows where pointers come from. A load is compared with at most MAX_GUARDS
 * guards of its pointer.
 */
#include "../helpers.h"
#include "ir.h"

#define MAX_GUARDS 64 /* that a load is compared with */
#define MAX_SUMS 16 /* that a pointer is followed through */

/**
 * struct guard - a comparison behind which bytes can be read
 * @ir: branch or conditional exit
 * @block: block that its outcome dominates
 * @next: earlier guard of the same pointer, plus 1; 0 if none
 * @end: bytes from the pointer on that can be read
 */
struct guard {
	u32 ir;
	u32 block;
	u32 next;
	s64 end;
};

struct early {
	struct fn_tr *tr;
	struct guard *guards;
	u32 nguards;
	u32 *latest; /* by value: its latest guard, plus 1; 0 if none */
};

/* A pointer: a base and a constant offset. */
struct pointer {
	u32 base;
	s64 off;
};

static struct pointer pointer_of(struct fn_tr *tr, u32 reg)
{
	struct pointer p = { .base = reg };
	const struct fn_ir *def;
	u32 n = 0;

	while ((def = fn_ir_def(tr, p.base)) && def->op == FN_OP_ADD &&
	       def->x == FN_X_IMM && n++ < MAX_SUMS) {
		fn_tr_step(tr);
		p.base = def->a;
		p.off += def->imm;
	}
	return p;
}

static bool is_end(struct fn_tr *tr, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);

	return def && def->op == FN_OP_LD && def->region == FN_REGION_CTX &&
	       !(def->x & FN_X_INDEX) &&
	       def->off - (def->a == FN_REG_ZERO ? (s32)FN_ADDR_LOCAL : 0) ==
		       tr->ctx->data_end;
}

static bool is_lookup(struct fn_tr *tr, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);

	return def && def->op == FN_OP_HELPER &&
	       def->imm == FN_HELPER_map_lookup_elem;
}

/*
 * Bytes from @base on that can be read if @cond holds; 0 if it implies nothing.
 */
static s64 readable(struct fn_tr *tr, const struct fn_ir *ir, u32 cond,
		    u32 *base)
{
	struct pointer p;

	if (ir->x & FN_X_W)
		return 0;
	if (ir->x & FN_X_IMM) {
		*base = ir->a;
		return cond == FN_NE && !ir->imm && is_lookup(tr, ir->a) ?
			       0x7fffffff :
			       0;
	}
	if ((cond == FN_GE || cond == FN_GT) && is_end(tr, ir->a)) {
		p = pointer_of(tr, ir->b);
		*base = p.base;
		return p.off + ir->imm;
	}
	if ((cond == FN_LE || cond == FN_LT) && is_end(tr, ir->b) && !ir->imm) {
		p = pointer_of(tr, ir->a);
		*base = p.base;
		return p.off;
	}
	return 0;
}

static void add_guard(struct early *e, u32 at, u32 cond, u32 block)
{
	u32 base, guard;
	s64 end = readable(e->tr, &e->tr->irs[at], cond, &base);

	if (end <= 0 || base < FN_NREGS)
		return;
	guard = e->nguards++;
	e->guards[guard] = (struct guard){
		.ir = at,
		.block = block,
		.end = end,
		.next = e->latest[base],
	};
	e->latest[base] = guard + 1;
}

/*
 * The outcome of a branch is known in a successor without other predecessors.
 */
static void add_branch_guards(struct early *e, u32 block)
{
	struct fn_tr *tr = e->tr;
	const struct fn_block *b = &tr->blocks[block];
	const struct fn_ir *jcc = &tr->irs[b->last];
	u32 s;

	if (b->nsucc != 2 || b->succ[0] == b->succ[1])
		return;
	for (s = 0; s < 2; s++)
		if (tr->blocks[b->succ[s]].npred == 1)
			add_guard(e, b->last,
				  FN_X_COND(s ? jcc->x :
						fn_cond_inverse(jcc->x)),
				  b->succ[s]);
}

/* In reverse postorder a guard is found before the loads that it dominates. */
static u32 find_guard(struct early *e, const struct fn_ir *ld)
{
	struct pointer p = pointer_of(e->tr, ld->a);
	s64 first = p.off + ld->off;
	u32 c, steps = 0;

	if (ld->x & FN_X_INDEX || first < 0)
		return FN_SPECULATE_NEVER;
	for (c = e->latest[p.base]; c && steps++ < MAX_GUARDS;
	     c = e->guards[c - 1].next) {
		const struct guard *guard = &e->guards[c - 1];

		if (first + FN_X_SIZE(ld->x) <= guard->end &&
		    fn_cfg_dominates(e->tr, guard->block, ld->block))
			return guard->ir;
	}
	return FN_SPECULATE_NEVER;
}

/* The stack and the context can be read anywhere. */
static bool can_always_read(const struct fn_ir *ld)
{
	return (ld->a == FN_REG_FP || ld->region == FN_REGION_CTX) &&
	       !(ld->x & FN_X_INDEX);
}

static void visit(struct early *e, u32 block)
{
	struct fn_tr *tr = e->tr;
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		struct fn_ir *ir = &tr->irs[i];

		if (ir->op == FN_OP_EXITC)
			add_guard(e, i, FN_X_COND(fn_cond_inverse(ir->x)),
				  block);
		if (ir->op != FN_OP_LD)
			continue;
		if (can_always_read(ir))
			ir->args = FN_SPECULATE_ALWAYS;
		else
			ir->args = find_guard(e, ir);
	}
	add_branch_guards(e, block);
}

static u32 max_guards(const struct fn_tr *tr)
{
	u32 o, i, n = 1;

	for (o = 0; o < tr->nrpo; o++)
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			n += 2 * fn_ir_is_conditional(&tr->irs[i]);
	return n;
}

static void run(struct early *e)
{
	u32 o;

	for (o = 0; o < e->tr->nrpo; o++)
		visit(e, e->tr->rpo[o]);
}

/**
 * fn_pass_early - find the guards of loads
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_early(struct fn_tr *tr)
{
	struct early e = { .tr = tr };

	e.guards = fn_tmp_zalloc(tr, max_guards(tr) * sizeof(*e.guards));
	e.latest = fn_tmp_zalloc(tr, tr->nregs * sizeof(*e.latest));
	if (!tr->err && !fn_ir_values(tr) && !fn_cfg_dom(tr))
		run(&e);
	return tr->err;
}
