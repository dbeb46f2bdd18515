// SPDX-License-Identifier: GPL-2.0
/*
 * facts: what was found out is not asked again.
 *
 * Behind a branch or conditional exit its condition, or the opposite, holds for
 * good, since values do not change in SSA. A later comparison of the same
 * values may be decided by that: a packet that is long enough for one header is
 * long enough for what lies before its end. It is what ABCD does for array
 * bounds (Bodik, Gupta and Sarkar, 2000), without inequalities between
 * different values but for one pointer and a distance.
 *
 *	exitlt v1 v2 +34 : 1			exitlt v1 v2 +34 : 1
 *	v6 = ld1 [ v2 +12 ]			v6 = ld1 [ v2 +12 ]
 *	exitlt v1 v2 +14 : 0
 *
 * Facts are a list with shared tails, one for each block: what holds at the end
 * of its immediate dominator, and what the one edge from there tells. In
 * reverse post order the dominator was visited before. A comparison looks at
 * the REACH latest facts, so time is in proportion to the program.
 */
#include "ir.h"

#define REACH 24 /* facts that are looked at for a comparison */

/**
 * struct fact - a comparison that holds
 * @next: fact before it that holds as well, 0 if none
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

/* That there is room for in the beginning. */
#define FACTS 16

struct facts {
	struct fn_tr *tr;
	struct fact *fact; /* the first is not used */
	u32 n;
	u32 cap;
	u32 *end; /* by block: last fact that holds at its end */
	u32 now;
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

static void note(struct facts *fs, struct fact fact)
{
	struct fact *bigger = fn_ir_grow(fs->tr, fs->fact, fs->n, fs->n + 1,
					 &fs->cap, sizeof(*bigger));

	if (!bigger) {
		fs->tr->err = -ENOMEM;
		return;
	}
	fs->fact = bigger;
	fact.next = fs->now;
	fs->fact[fs->n] = fact;
	fs->now = fs->n++;
}

/* ---- what follows from a fact */

enum answer {
	UNKNOWN,
	YES,
	NO,
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

/* The same comparison with another condition. */
static enum answer by_outcome(u8 known, u8 asked)
{
	u8 k = conds[FN_X_COND(known)].outcomes;
	u8 q = conds[FN_X_COND(asked)].outcomes;
	u8 ko = conds[FN_X_COND(known)].order,
	   qo = conds[FN_X_COND(asked)].order;

	if (is_mask(known) || is_mask(asked)) {
		if (!is_mask(known) || !is_mask(asked))
			return UNKNOWN;
		return known == asked ? YES : NO;
	}
	if (ko && qo && ko != qo)
		return UNKNOWN;
	if (!(k & ~q))
		return YES;
	return k & q ? UNKNOWN : NO;
}

static bool in_packet(struct fn_tr *tr, u32 reg, s64 imm)
{
	return fn_kind_of(tr, reg) == FN_KIND_PACKET && imm >= 0 &&
	       imm <= 0x7fff && fn_ir_narrow(tr, reg, 32);
}

/* a >= b + 34: then a >= b + 14, too. Sums of pointers do not overflow. */
static enum answer by_distance(struct fn_tr *tr, const struct fact *f,
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
	return less ? NO : YES;
}

struct span {
	u64 lo;
	u64 hi;
};

/* Unsigned numbers that satisfy a comparison with a constant. */
static bool span_of(const struct fact *f, struct span *s)
{
	u64 top = f->x & FN_X_W ? 0xffffffffu : ~0ull;
	u64 imm = (u64)f->imm & top;

	*s = (struct span){ 0, top };
	switch (FN_X_COND(f->x)) {
	case FN_EQ:
		*s = (struct span){ imm, imm };
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

/* Numbers that satisfy one never, or always, satisfy the other. */
static enum answer by_span(struct fn_tr *tr, const struct fact *f,
			   const struct fact *q)
{
	struct fact not = *q;
	struct span known, asked, other;

	if ((f->x ^ q->x) & FN_X_W && !fn_ir_narrow(tr, f->a, 32))
		return UNKNOWN;
	if (!span_of(f, &known))
		return UNKNOWN;
	if (span_of(q, &asked) && (known.hi < asked.lo || known.lo > asked.hi))
		return NO;
	not .x = fn_ir_opposite(q->x);
	if (span_of(&not, &other) &&
	    (known.hi < other.lo || known.lo > other.hi))
		return YES;
	return UNKNOWN;
}

static enum answer follows(struct fn_tr *tr, const struct fact *f,
			   const struct fact *q)
{
	if (f->a != q->a || f->b != q->b)
		return UNKNOWN;
	if (f->imm == q->imm && !((f->x ^ q->x) & FN_X_W))
		return by_outcome(f->x, q->x);
	if (f->b != FN_NONE)
		return by_distance(tr, f, q);
	return is_mask(q->x) ? UNKNOWN : by_span(tr, f, q);
}

static enum answer ask(struct facts *fs, const struct fn_ir *ir)
{
	struct fact q = fact_of(ir);
	enum answer answer;
	u32 at, steps = 0;

	for (at = fs->now; at && ++steps <= REACH; at = fs->fact[at].next) {
		answer = follows(fs->tr, &fs->fact[at], &q);
		if (answer != UNKNOWN)
			return answer;
	}
	return UNKNOWN;
}

/* ---- blocks */

/* What holds at the end of the block's dominator, and of the way from there. */
static void begin_block(struct facts *fs, u32 block)
{
	struct fn_tr *tr = fs->tr;
	const struct fn_block *b = &tr->blocks[block];
	u32 from = tr->doms[block].parent;
	const struct fn_block *f = &tr->blocks[from];
	struct fact fact;

	fs->now = 0;
	if (from == block)
		return;
	fs->now = fs->end[from];
	if (b->npred != 1 || tr->args[b->pred] != from || f->nsucc != 2)
		return;
	fact = fact_of(&tr->irs[f->last]);
	if (f->succ[0] == block)
		fact.x = fn_ir_opposite(fact.x);
	note(fs, fact);
}

/* An exit for certain: what follows is not reached. */
static void end_here(struct fn_tr *tr, u32 at)
{
	struct fn_ir *ir = &tr->irs[at];
	struct fn_block *b = &tr->blocks[ir->block];

	while (b->nsucc)
		fn_ir_unlink(tr, ir->block, b->nsucc - 1);
	while (b->last != at)
		fn_ir_remove(tr, b->last);
	fn_ir_become(tr, ir, fn_ir_op_imm(FN_OP_EXIT, 0, 0, ir->off));
}

static void visit_exit(struct facts *fs, u32 at)
{
	struct fn_tr *tr = fs->tr;
	enum answer answer = ask(fs, &tr->irs[at]);
	struct fact fact = fact_of(&tr->irs[at]);

	if (answer == NO) {
		fn_ir_remove(tr, at);
	} else if (answer == YES) {
		end_here(tr, at);
	} else {
		fact.x = fn_ir_opposite(fact.x);
		note(fs, fact);
	}
}

/* A verdict that was compared with a number is that number. */
static void visit_verdict(struct facts *fs, struct fn_ir *ir)
{
	struct fn_tr *tr = fs->tr;
	u32 at, steps = 0;

	if (ir->x & FN_X_IMM)
		return;
	for (at = fs->now; at && ++steps <= REACH; at = fs->fact[at].next) {
		const struct fact *f = &fs->fact[at];

		if (f->a != ir->a || f->b != FN_NONE ||
		    FN_X_COND(f->x) != FN_EQ || !fn_fits16(f->imm) ||
		    f->imm < 0 ||
		    (f->x & FN_X_W && !fn_ir_narrow(tr, ir->a, 32)))
			continue;
		fn_ir_edited(tr);
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
	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
		if (tr->irs[i].op == FN_OP_EXITC) {
			visit_exit(fs, i);
			if (tr->irs[i].op == FN_OP_EXIT)
				break;
		}
	}
	fs->end[block] = fs->now;
	i = tr->blocks[block].last;
	if (i && tr->irs[i].op == FN_OP_EXIT)
		visit_verdict(fs, &tr->irs[i]);
	if (!i || tr->irs[i].op != FN_OP_JCC)
		return;
	answer = ask(fs, &tr->irs[i]);
	if (answer != UNKNOWN)
		fn_ir_decide(tr, i, answer == YES);
}

/**
 * fn_pass_facts - decide comparisons by earlier ones
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_facts(struct fn_tr *tr)
{
	struct facts fs = { .tr = tr, .n = 1 };
	u32 o;

	if (fn_ir_values(tr) || fn_ir_dom(tr))
		return -ENOMEM;
	fn_ir_kinds(tr);
	fs.cap = FACTS;
	fs.fact = fn_ir_keep(tr, fs.cap * sizeof(*fs.fact));
	fs.end = fn_ir_temp(tr, tr->nblocks * sizeof(*fs.end));
	for (o = 0; o < tr->norder && !tr->err; o++)
		visit_block(&fs, tr->order[o]);
	fn_ir_drop(tr, fs.fact);
	return tr->err ?: fn_ir_order(tr);
}
