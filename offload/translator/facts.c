// SPDX-License-Identifier: GPL-2.0
/*
 * facts: branches are folded by dominating conditions.
 *
 * Behind a branch or conditional exit its condition, or the inverse, holds for
 * good, since values do not change in SSA form. It may imply the outcome of a
 * later comparison of the same values: a packet that is long enough for one
 * header is long enough for what lies before its end. This is what ABCD does
 * for array bounds (Bodik, Gupta and Sarkar, 2000), without inequalities
 * between different values but for one pointer plus a constant.
 *
 *	exitlt v1 v2 +34 : 1			exitlt v1 v2 +34 : 1
 *	v6 = ld1 [ v2 +12 ]			v6 = ld1 [ v2 +12 ]
 *	exitlt v1 v2 +14 : 0
 *
 * Facts form lists with shared tails, one list for each block: the facts at the
 * end of its immediate dominator, and the condition of the edge from there if
 * that is the only one. In reverse postorder the dominator is visited first. A
 * comparison is checked against the MAX_FACTS latest facts, so time is
 * proportional to the program.
 */
#include "ir.h"

#define MAX_FACTS 24 /* facts that a comparison is checked against */

/**
 * struct fact - a comparison that holds
 * @next: earlier fact that holds as well, 0 if none
 * @a: first operand
 * @b: second operand, FN_NONE if it is only @imm
 * @x: modifiers, as of the branch
 * @imm: added to the second operand
 */
struct fact {
	u32 next;
	u32 a;
	u32 b;
	u8 x;
	s64 imm;
};

#define FACTS 16 /* initial capacity */

struct facts {
	struct fn_tr *tr;
	struct fact *fact; /* the first is not used */
	u32 n;
	u32 cap;
	u32 *at_end; /* by block: latest fact that holds at its end */
	u32 latest; /* latest fact that holds here */
};

static struct fact fact_of(const struct fn_ir *ir)
{
	return (struct fact){
		.a = ir->a,
		.b = ir->x & FN_X_IMM ? FN_NONE : ir->b,
		.x = ir->x,
		.imm = ir->imm,
	};
}

static void add_fact(struct facts *fs, struct fact fact)
{
	struct fact *bigger = fn_vec_grow(fs->tr, fs->fact, fs->n, fs->n + 1,
					  &fs->cap, sizeof(*bigger));

	if (!bigger) {
		fs->tr->err = -ENOMEM;
		return;
	}
	fs->fact = bigger;
	fact.next = fs->latest;
	fs->fact[fs->n] = fact;
	fs->latest = fs->n++;
}

/* ---- implication */

enum answer {
	UNKNOWN,
	ALWAYS,
	NEVER,
};

/* Outcomes of a comparison that satisfy a condition. */
#define LESS 1
#define SAME 2
#define MORE 4

static const struct {
	u8 outcomes;
	u8 order; /* 0: equality only, 1: unsigned, 2: signed */
} conds[FN_NCONDS] = {
	[FN_EQ] = { SAME, 0 },	[FN_NE] = { LESS | MORE, 0 },
	[FN_GT] = { MORE, 1 },	[FN_GE] = { MORE | SAME, 1 },
	[FN_LT] = { LESS, 1 },	[FN_LE] = { LESS | SAME, 1 },
	[FN_SGT] = { MORE, 2 }, [FN_SGE] = { MORE | SAME, 2 },
	[FN_SLT] = { LESS, 2 }, [FN_SLE] = { LESS | SAME, 2 },
};

static bool is_mask(u8 x)
{
	return FN_X_COND(x) == FN_SET || FN_X_COND(x) == FN_CLR;
}

/* Same operands, another condition. */
static enum answer by_outcome(u8 known, u8 asked)
{
	u8 k = conds[FN_X_COND(known)].outcomes;
	u8 q = conds[FN_X_COND(asked)].outcomes;
	u8 ko = conds[FN_X_COND(known)].order,
	   qo = conds[FN_X_COND(asked)].order;

	if (is_mask(known) || is_mask(asked)) {
		if (!is_mask(known) || !is_mask(asked))
			return UNKNOWN;
		return known == asked ? ALWAYS : NEVER;
	}
	if (ko && qo && ko != qo)
		return UNKNOWN;
	if (!(k & ~q))
		return ALWAYS;
	return k & q ? UNKNOWN : NEVER;
}

static bool in_packet(struct fn_tr *tr, u32 reg, s64 imm)
{
	return fn_region_of(tr, reg) == FN_REGION_PACKET && imm >= 0 &&
	       imm <= 0x7fff && fn_ir_fits_width(tr, reg, 32);
}

/*
 * a >= b + 34 implies a >= b + 14, as sums of packet pointers do not overflow.
 */
static enum answer by_offset(struct fn_tr *tr, const struct fact *f,
			     const struct fact *q)
{
	u8 known = FN_X_COND(f->x), asked = FN_X_COND(q->x);
	bool less = asked == FN_LT || asked == FN_LE;

	if (!in_packet(tr, f->b, f->imm) || !in_packet(tr, q->b, q->imm) ||
	    (f->x | q->x) & FN_X_W)
		return UNKNOWN;
	if (known != FN_GE && known != FN_GT)
		return UNKNOWN;
	if (!less && asked != FN_GE && asked != FN_GT)
		return UNKNOWN;
	/* a > b + n is a >= b + n + 1 */
	if (q->imm + (asked == FN_GT || asked == FN_LE) >
	    f->imm + (known == FN_GT))
		return UNKNOWN;
	return less ? NEVER : ALWAYS;
}

struct interval {
	u64 lo;
	u64 hi;
};

/* The range of unsigned numbers that satisfy a comparison with a constant. */
static bool interval_of(const struct fact *f, struct interval *s)
{
	u64 top = f->x & FN_X_W ? 0xffffffffu : ~0ull;
	u64 imm = (u64)f->imm & top;

	*s = (struct interval){ 0, top };
	switch (FN_X_COND(f->x)) {
	case FN_EQ:
		*s = (struct interval){ imm, imm };
		return true;
	case FN_GT:
		s->lo = imm + 1;
		return imm < top;
	case FN_GE:
		s->lo = imm;
		return true;
	case FN_LT:
		s->hi = imm - 1;
		return imm;
	case FN_LE:
		s->hi = imm;
		return true;
	default:
		return false;
	}
}

/* Disjoint ranges exclude each other. */
static enum answer by_interval(struct fn_tr *tr, const struct fact *f,
			       const struct fact *q)
{
	struct fact not = *q;
	struct interval known, asked, other;

	if ((f->x ^ q->x) & FN_X_W && !fn_ir_fits_width(tr, f->a, 32))
		return UNKNOWN;
	if (!interval_of(f, &known))
		return UNKNOWN;
	if (interval_of(q, &asked) &&
	    (known.hi < asked.lo || known.lo > asked.hi))
		return NEVER;
	not .x = fn_cond_inverse(q->x);
	if (interval_of(&not, &other) &&
	    (known.hi < other.lo || known.lo > other.hi))
		return ALWAYS;
	return UNKNOWN;
}

static enum answer is_implied(struct fn_tr *tr, const struct fact *f,
			      const struct fact *q)
{
	if (f->a != q->a || f->b != q->b)
		return UNKNOWN;
	if (f->imm == q->imm && !((f->x ^ q->x) & FN_X_W))
		return by_outcome(f->x, q->x);
	if (f->b != FN_NONE)
		return by_offset(tr, f, q);
	return is_mask(q->x) ? UNKNOWN : by_interval(tr, f, q);
}

static enum answer query(struct facts *fs, const struct fn_ir *ir)
{
	struct fact q = fact_of(ir);
	enum answer answer;
	u32 at, steps = 0;

	for (at = fs->latest; at && ++steps <= MAX_FACTS;
	     at = fs->fact[at].next) {
		answer = is_implied(fs->tr, &fs->fact[at], &q);
		if (answer != UNKNOWN)
			return answer;
	}
	return UNKNOWN;
}

/* ---- blocks */

/* Inherits the facts of the immediate dominator, and adds that of the edge. */
static void begin_block(struct facts *fs, u32 block)
{
	struct fn_tr *tr = fs->tr;
	const struct fn_block *b = &tr->blocks[block];
	u32 from = tr->doms[block].idom;
	const struct fn_block *f = &tr->blocks[from];
	struct fact fact;

	fs->latest = 0;
	if (from == block)
		return;
	fs->latest = fs->at_end[from];
	if (b->npred != 1 || tr->args[b->pred] != from || f->nsucc != 2)
		return;
	fact = fact_of(&tr->irs[f->last]);
	if (f->succ[0] == block)
		fact.x = fn_cond_inverse(fact.x);
	add_fact(fs, fact);
}

/* A conditional exit that is always taken; what follows is unreachable. */
static void exit_always(struct fn_tr *tr, u32 at)
{
	struct fn_ir *ir = &tr->irs[at];
	struct fn_block *b = &tr->blocks[ir->block];

	while (b->nsucc)
		fn_cfg_remove_edge(tr, ir->block, b->nsucc - 1);
	while (b->last != at)
		fn_ir_remove(tr, b->last);
	fn_ir_replace(tr, ir, fn_ir_op_imm(FN_OP_EXIT, 0, 0, ir->off));
}

static void visit_exit(struct facts *fs, u32 at)
{
	struct fn_tr *tr = fs->tr;
	enum answer answer = query(fs, &tr->irs[at]);
	struct fact fact = fact_of(&tr->irs[at]);

	if (answer == NEVER) {
		fn_ir_remove(tr, at);
	} else if (answer == ALWAYS) {
		exit_always(tr, at);
	} else {
		fact.x = fn_cond_inverse(fact.x);
		add_fact(fs, fact);
	}
}

/* A verdict that is known to equal a constant becomes that constant. */
static void visit_verdict(struct facts *fs, struct fn_ir *ir)
{
	struct fn_tr *tr = fs->tr;
	u32 at, steps = 0;

	if (ir->x & FN_X_IMM)
		return;
	for (at = fs->latest; at && ++steps <= MAX_FACTS;
	     at = fs->fact[at].next) {
		const struct fact *f = &fs->fact[at];

		if (f->a != ir->a || f->b != FN_NONE ||
		    FN_X_COND(f->x) != FN_EQ || !fn_fits16(f->imm) ||
		    f->imm < 0 ||
		    (f->x & FN_X_W && !fn_ir_fits_width(tr, ir->a, 32)))
			continue;
		fn_ir_changed(tr);
		ir->x |= FN_X_IMM;
		ir->imm = f->imm;
		ir->a = 0;
		return;
	}
}

static void visit_block(struct facts *fs, u32 block)
{
	struct fn_tr *tr = fs->tr;
	enum answer answer;
	u32 i;

	begin_block(fs, block);
	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		if (tr->irs[i].op == FN_OP_EXITC) {
			visit_exit(fs, i);
			if (tr->irs[i].op == FN_OP_EXIT)
				break;
		}
	}
	fs->at_end[block] = fs->latest;
	i = tr->blocks[block].last;
	if (i && tr->irs[i].op == FN_OP_EXIT)
		visit_verdict(fs, &tr->irs[i]);
	if (!i || tr->irs[i].op != FN_OP_JCC)
		return;
	answer = query(fs, &tr->irs[i]);
	if (answer != UNKNOWN)
		fn_cfg_fold_branch(tr, i, answer == ALWAYS);
}

/**
 * fn_pass_facts - fold branches that dominating conditions imply
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_facts(struct fn_tr *tr)
{
	struct facts fs = { .tr = tr, .n = 1 };
	u32 o;

	if (fn_ir_values(tr) || fn_cfg_dom(tr))
		return -ENOMEM;
	fn_ir_regions(tr);
	fs.cap = FACTS;
	fs.fact = fn_vec_alloc(tr, fs.cap * sizeof(*fs.fact));
	fs.at_end = fn_tmp_zalloc(tr, tr->nblocks * sizeof(*fs.at_end));
	for (o = 0; o < tr->nrpo && !tr->err; o++)
		visit_block(&fs, tr->rpo[o]);
	fn_vec_free(tr, fs.fact);
	return tr->err ?: fn_cfg_order(tr);
}
