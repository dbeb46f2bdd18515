// SPDX-License-Identifier: GPL-2.0
/*
 * ifconv: short ways around are computed, not taken.
 *
 * If-conversion (Allen, Kennedy, Porterfield and Warren, "Conversion of Control
 * Dependence to Data Dependence", 1983) of triangles and diamonds: where a
 * branch only leads around a few operations, or to one of two such ways, all of
 * them are done and the results selected. A conditional exit on such a way
 * stays one: off its way it compares a number that lets the program go on.
 *
 *	b0: jgt v5 5 -> b2, if true b1		b0: v8 = add.w v6 3
 *	b1: v8 = add.w v6 3 -> b2		    v19 = selgt v5 5 ? v8 : v6
 *	b2: v11 = phi v6 v8			    v11 = mov v19
 *
 *	b0: jeq v1 17 -> b6, if true b7		b0: v9 = seleq v1 17 ? 6 : v1
 *	b6: exitne v1 6 : 2 -> b7		    exitne v9 6 : 2
 *
 * Against the order, so that inner ways are straight code when the outer ones
 * are looked at. What it costs is bounded by MAX_HOISTED operations and
 * MAX_SELECTS selects, what it saves is a branch and, for lanes, the end of a
 * block. Time in proportion to the program.
 */
#include "ir.h"

#define MAX_HOISTED 4 /* operations of both ways */
#define MAX_SELECTS 4

/**
 * struct ways - a branch and the two ways from it to the same block
 * @block: that ends in the branch
 * @arm: the blocks between, FN_NONE for the way that has none
 * @to: where they meet
 * @cond: word that selects: x, a and imm16 of it
 * @first: operation to be done before, if it has one
 * @prepare: it has
 */
struct ways {
	u32 block;
	u32 arm[2];
	u32 to;
	struct fn_ir cond;
	struct fn_ir first;
	bool prepare;
};

/* ---- what can be done in any case */

/* Loads must not fault: those of the frame and of the context do not. */
static bool hoistable(struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->op == FN_OP_LD)
		return fn_ir_index(ir) == FN_NONE &&
		       (ir->a == FN_REG_FP || fn_ir_ctx(tr, ir) != FN_NONE);
	return ir->op < FN_NOPS && fn_ir_pure(ir) &&
	       fn_opinfo[ir->op].class != FN_CLASS_DIV;
}

/* Numbers become part of a select, most of them. */
static bool is_number(const struct fn_ir *ir)
{
	return ir->op == FN_OP_MOV && ir->x & FN_X_IMM;
}

/* Operations of a way if it can be converted; more than allowed if not. */
static u32 weight(struct fn_tr *tr, const struct ways *w, u32 s, u32 *exits)
{
	u32 i, n = 0;

	if (w->arm[s] == FN_NONE)
		return 0;
	for (i = tr->blocks[w->arm[s]].first; i; i = tr->irs[i].next) {
		if (tr->irs[i].op == FN_OP_EXITC)
			++*exits;
		else if (!hoistable(tr, &tr->irs[i]))
			return MAX_HOISTED + 1;
		n += !is_number(&tr->irs[i]);
		if (n > MAX_HOISTED)
			break;
	}
	return n;
}

static bool is_short(const struct fn_tr *tr, u32 block)
{
	u32 i, n = 0;

	for (i = tr->blocks[block].first; i && n <= MAX_HOISTED;
	     i = tr->irs[i].next)
		n += !is_number(&tr->irs[i]);
	return n <= MAX_HOISTED;
}

/* A way of several blocks, which were converted before, becomes one. */
static u32 arm_of(struct fn_tr *tr, u32 block, u32 s)
{
	u32 arm = tr->blocks[block].succ[s];
	const struct fn_block *b = &tr->blocks[arm];

	if (arm == block || b->npred != 1)
		return FN_NONE;
	while (is_short(tr, arm) && fn_ir_follows(tr, arm) &&
	       b->succ[0] != block)
		fn_ir_absorb(tr, arm);
	return b->nsucc == 1 ? arm : FN_NONE;
}

static bool find_ways(struct fn_tr *tr, struct ways *w)
{
	const struct fn_block *b = &tr->blocks[w->block];
	u32 s, to[2];

	if (b->nsucc != 2)
		return false;
	for (s = 0; s < 2; s++) {
		w->arm[s] = arm_of(tr, w->block, s);
		to[s] = w->arm[s] == FN_NONE ? b->succ[s] :
					       tr->blocks[w->arm[s]].succ[0];
	}
	w->to = to[0];
	return to[0] == to[1] && w->to != w->block;
}

/* ---- the condition */

static struct fn_ir binary(struct fn_tr *tr, u8 op, u8 x, u32 a, u32 b)
{
	return (struct fn_ir){
		.op = op,
		.x = x,
		.d = tr->nregs,
		.a = a,
		.b = b,
	};
}

static void compare_zero(struct ways *w, u8 cond, u8 width)
{
	w->prepare = true;
	w->cond.x = cond << FN_X_COND_SHIFT | FN_X_IMM | width;
	w->cond.a = w->first.d;
	w->cond.b = 0;
	w->cond.imm = 0;
}

/* The sign of the difference says which of two 32-bit numbers is larger. */
static u8 signed_of(u8 cond)
{
	switch (cond) {
	case FN_GT:
		return FN_SGT;
	case FN_GE:
		return FN_SGE;
	case FN_LT:
		return FN_SLT;
	case FN_LE:
		return FN_SLE;
	default:
		return FN_NCONDS;
	}
}

static bool difference(struct fn_tr *tr, struct ways *w, bool narrow)
{
	u8 cond = FN_X_COND(w->cond.x), width = w->cond.x & FN_X_W;

	if (cond == FN_EQ || cond == FN_NE) {
		w->first.x |= width;
		compare_zero(w, cond, width);
		return true;
	}
	if (!narrow || signed_of(cond) == FN_NCONDS)
		return false;
	compare_zero(w, signed_of(cond), 0);
	return true;
}

/* Bring the condition into the form that a select has. */
static bool find_condition(struct fn_tr *tr, struct ways *w)
{
	const struct fn_ir *jcc = &tr->irs[tr->blocks[w->block].last];
	u8 cond = FN_X_COND(jcc->x);
	bool narrow = fn_ir_narrow(tr, jcc->a, 32);

	w->cond = *jcc;
	w->prepare = false;
	if (jcc->x & FN_X_IMM) {
		if (fn_fits16(jcc->imm))
			return true;
		if (!fn_fits32(-jcc->imm) || cond >= FN_SET)
			return false;
		w->first = binary(tr, FN_OP_ADD, FN_X_IMM, jcc->a, 0);
		w->first.imm = -jcc->imm;
		return difference(tr, w, narrow && jcc->imm >= 0);
	}
	/* The difference must not have to be one of a sum that overflows. */
	if (jcc->imm && cond != FN_EQ && cond != FN_NE &&
	    (jcc->imm < 0 || cond >= FN_SET || jcc->x & FN_X_W))
		return false;
	if (cond >= FN_SET) {
		w->first =
			binary(tr, FN_OP_AND, jcc->x & FN_X_W, jcc->a, jcc->b);
		compare_zero(w, cond == FN_SET ? FN_NE : FN_EQ, 0);
		return true;
	}
	w->first = binary(tr, FN_OP_SUB, 0, jcc->a, jcc->b);
	if (!difference(tr, w, narrow && fn_ir_narrow(tr, jcc->b, 32)))
		return false;
	w->cond.imm = jcc->imm;
	return true;
}

/* ---- exits on the way */

/* A number with which a conditional exit is not taken. */
static bool harmless(const struct fn_ir *exit, s64 *number)
{
	const s64 tries[] = { 0, -1, 32767, -32768, exit->imm, exit->imm ^ 1 };
	u8 cond = FN_X_COND(exit->x);
	u32 n;

	if (!(exit->x & FN_X_IMM)) {
		*number = cond == FN_LT ? -1 : 0;
		return cond == FN_LT || cond == FN_GT || cond == FN_SET;
	}
	for (n = 0; n < ARRAY_SIZE(tries); n++) {
		*number = tries[n];
		if (fn_fits16(*number) &&
		    !fn_eval_cond(cond, exit->x & FN_X_W, *number, exit->imm))
			return true;
	}
	return false;
}

static bool exits_ok(const struct fn_tr *tr, const struct ways *w)
{
	s64 number;
	u32 s, i;

	for (s = 0; s < 2; s++)
		for (i = w->arm[s] == FN_NONE ? 0 : tr->blocks[w->arm[s]].first;
		     i; i = tr->irs[i].next)
			if (tr->irs[i].op == FN_OP_EXITC &&
			    !harmless(&tr->irs[i], &number))
				return false;
	return true;
}

/* Let the exits of a way only be taken on it. */
static void mask_exits(struct fn_tr *tr, const struct ways *w, u32 s)
{
	u32 i;

	for (i = tr->blocks[w->arm[s]].first; i && !tr->err;
	     i = tr->irs[i].next) {
		struct fn_ir sel = { .op = FN_OP_SEL };
		s64 number;

		if (tr->irs[i].op != FN_OP_EXITC)
			continue;
		harmless(&tr->irs[i], &number);
		sel.x = s ? fn_ir_opposite(w->cond.x) : w->cond.x;
		sel.a = w->cond.a;
		sel.imm = w->cond.imm;
		sel.off = number;
		sel.c = tr->irs[i].a;
		sel.d = tr->nregs++;
		fn_ir_insert(tr, i, sel);
		tr->irs[i].a = sel.d;
	}
}

/* ---- results */

/* What a PHI has from each way. */
static u32 *choice(struct fn_tr *tr, const struct ways *w, u32 phi, u32 s)
{
	u32 edge = w->arm[s] == FN_NONE ? tr->blocks[w->block].edge[s] :
					  tr->blocks[w->arm[s]].edge[0];

	return &tr->args[tr->irs[phi].args + edge];
}

static u32 selects(struct fn_tr *tr, const struct ways *w)
{
	u32 i, n = 0;

	for (i = fn_ir_first_phi(tr, w->to); i; i = fn_ir_next_phi(tr, i))
		n += *choice(tr, w, i, 0) != *choice(tr, w, i, 1);
	return n;
}

/* Choose the word's form: a small constant can be what a condition selects. */
static struct fn_ir select_word(struct fn_tr *tr, const struct ways *w, u32 yes,
				u32 no)
{
	struct fn_ir sel = {
		.op = FN_OP_SEL,
		.x = w->cond.x & ~FN_X_IMM,
		.a = w->cond.a,
		.imm = w->cond.imm,
		.b = yes,
		.c = no,
		.d = tr->nregs++,
	};
	s64 value;

	if (fn_ir_const(tr, no, &value) && fn_fits16(value) &&
	    !(fn_ir_const(tr, yes, &value) && fn_fits16(value))) {
		sel.x = fn_ir_opposite(sel.x);
		swap(sel.b, sel.c);
	}
	if (fn_ir_const(tr, sel.b, &value) && fn_fits16(value)) {
		sel.x |= FN_X_IMM;
		sel.off = value;
		sel.b = 0;
	}
	if (fn_ir_const(tr, sel.c, &value) && !value)
		sel.c = FN_REG_ZERO;
	return sel;
}

/* One for each PHI to which the ways bring different values; returns how many. */
static u32 make_selects(struct fn_tr *tr, const struct ways *w,
			struct fn_ir *sel, u32 *phi)
{
	u32 i, n = 0;

	for (i = fn_ir_first_phi(tr, w->to); i; i = fn_ir_next_phi(tr, i)) {
		u32 yes = *choice(tr, w, i, 1), no = *choice(tr, w, i, 0);

		if (yes == no)
			continue;
		sel[n] = select_word(tr, w, yes, no);
		phi[n++] = i;
	}
	return n;
}

/* All ways in a row; one way's edge remains, the other's block goes first. */
static void straighten(struct fn_tr *tr, const struct ways *w)
{
	u32 keep = w->arm[1] != FN_NONE;

	fn_ir_remove(tr, tr->blocks[w->block].last);
	if (w->arm[!keep] != FN_NONE) {
		fn_ir_take(tr, w->block, w->arm[!keep]);
		fn_ir_unlink(tr, w->arm[!keep], 0);
	}
	fn_ir_unlink(tr, w->block, !keep);
	if (w->arm[keep] != FN_NONE)
		fn_ir_absorb(tr, w->block);
}

static void convert(struct fn_tr *tr, const struct ways *w)
{
	u32 last = tr->blocks[w->block].last, i, n, s;
	u32 phi[MAX_SELECTS];
	struct fn_ir sel[MAX_SELECTS];

	if (w->prepare) {
		tr->nregs++;
		fn_ir_insert(tr, last, w->first);
	}
	n = make_selects(tr, w, sel, phi);
	for (s = 0; s < 2; s++)
		if (w->arm[s] != FN_NONE)
			mask_exits(tr, w, s);
	tr->origin = tr->irs[last].origin;
	straighten(tr, w);
	for (i = 0; i < n && !tr->err; i++) {
		fn_ir_append(tr, w->block, sel[i]);
		tr->args[tr->irs[phi[i]].args + tr->blocks[w->block].edge[0]] =
			sel[i].d;
	}
}

static bool worth(struct fn_tr *tr, const struct ways *w)
{
	u32 exits = 0, n;

	n = weight(tr, w, 0, &exits);
	if (n > MAX_HOISTED)
		return false;
	n += weight(tr, w, 1, &exits);
	return n <= MAX_HOISTED && selects(tr, w) <= MAX_SELECTS &&
	       (!exits || exits_ok(tr, w));
}

static void visit(struct fn_tr *tr, u32 block)
{
	struct ways w = { .block = block };

	if (find_ways(tr, &w) && worth(tr, &w) && find_condition(tr, &w))
		convert(tr, &w);
}

/**
 * fn_pass_ifconv - select results rather than ways
 * @tr: program in which each register has one definition, without copies
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_ifconv(struct fn_tr *tr)
{
	u32 o;

	if (fn_ir_values(tr))
		return -ENOMEM;
	fn_ir_kinds(tr);
	for (o = tr->norder; o-- && !tr->err;)
		if (!fn_ir_gone(tr, tr->order[o]))
			visit(tr, tr->order[o]);
	return tr->err ?: fn_ir_order(tr);
}
