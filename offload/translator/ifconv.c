// SPDX-License-Identifier: GPL-2.0
/*
 * ifconv: if-conversion.
 *
 * Triangles and diamonds (hammocks) become straight code (Allen, Kennedy,
 * Porterfield and Warren, "Conversion of Control Dependence to Data
 * Dependence", 1983): if the arms of a branch hold only a few operations, all
 * of them are executed and their results selected. A conditional exit in an arm
 * is predicated: if the arm would not have run, it compares a constant with
 * which it is not taken.
 *
 *	b0: jgt v5 5 -> b2, if true b1		b0: v8 = add.w v6 3
 *	b1: v8 = add.w v6 3 -> b2		    v19 = selgt v5 5 ? v8 : v6
 *	b2: v11 = phi v6 v8			    v11 = mov v19
 *
 * Blocks are visited in postorder, so that inner hammocks are straight code
 * when outer ones are visited. The cost is bounded by MAX_HOISTED operations
 * and MAX_SELECTS selects; the gain is a branch and, with lanes, the end of a
 * block. Time is proportional to the program.
 */
#include "ir.h"

#define MAX_HOISTED 4 /* operations of both arms */
#define MAX_SELECTS 4
#define MAX_LENGTH 64 /* instructions of an arm that others are merged into */

/**
 * struct hammock - a branch whose successors join again
 * @head: block that ends in the branch
 * @arm: block of each arm, FN_NONE if it is empty
 * @join: block where the arms join
 * @cond: condition in the form of a select: x, a and imm16 of it
 * @setup: operation that computes its operand
 * @has_setup: @setup is needed
 */
struct hammock {
	u32 head;
	u32 arm[2];
	u32 join;
	struct fn_ir cond;
	struct fn_ir setup;
	bool has_setup;
};

/* ---- speculation */

/* Loads from the frame and from the context cannot fault. */
static bool can_speculate(struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->op == FN_OP_LD)
		return fn_ir_index(ir) == FN_NONE &&
		       (ir->a == FN_REG_FP ||
			fn_ir_ctx_offset(tr, ir) != FN_NONE);
	return ir->op < FN_NOPS && fn_ir_is_pure(ir) &&
	       fn_opinfo[ir->op].class != FN_CLASS_DIV;
}

/* Most constants become immediates of selects. */
static bool is_constant(const struct fn_ir *ir)
{
	return ir->op == FN_OP_MOV && ir->x & FN_X_IMM;
}

/*
 * Number of operations of an arm; more than allowed if it cannot be converted.
 */
static u32 arm_cost(struct fn_tr *tr, const struct hammock *h, u32 s,
		    u32 *exits)
{
	u32 i, n = 0;

	if (h->arm[s] == FN_NONE)
		return 0;
	for (i = fn_ir_first(tr, h->arm[s]); i; i = fn_ir_next(tr, i)) {
		if (tr->irs[i].op == FN_OP_EXITC)
			++*exits;
		else if (!can_speculate(tr, &tr->irs[i]))
			return MAX_HOISTED + 1;
		n += !is_constant(&tr->irs[i]);
		if (n > MAX_HOISTED)
			break;
	}
	return n;
}

static bool is_short(const struct fn_tr *tr, u32 block)
{
	u32 i, n = 0, all = 0;

	for (i = fn_ir_first(tr, block);
	     i && n <= MAX_HOISTED && all <= MAX_LENGTH;
	     i = fn_ir_next(tr, i)) {
		n += !is_constant(&tr->irs[i]);
		all++;
	}
	return n <= MAX_HOISTED && all <= MAX_LENGTH;
}

/* Finds an arm, whose blocks are merged if they were converted before. */
static u32 arm_of(struct fn_tr *tr, u32 block, u32 s)
{
	u32 arm = tr->blocks[block].succ[s];
	const struct fn_block *b = &tr->blocks[arm];

	if (arm == block || b->npred != 1)
		return FN_NONE;
	while (is_short(tr, arm) && fn_block_can_merge(tr, arm) &&
	       b->succ[0] != block)
		fn_block_merge(tr, arm);
	return b->nsucc == 1 ? arm : FN_NONE;
}

static bool find_hammock(struct fn_tr *tr, struct hammock *h)
{
	const struct fn_block *b = &tr->blocks[h->head];
	u32 s, to[2];

	if (b->nsucc != 2)
		return false;
	for (s = 0; s < 2; s++) {
		h->arm[s] = arm_of(tr, h->head, s);
		to[s] = h->arm[s] == FN_NONE ? b->succ[s] :
					       tr->blocks[h->arm[s]].succ[0];
	}
	h->join = to[0];
	return to[0] == to[1] && h->join != h->head;
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

static void compare_zero(struct hammock *h, u8 cond, u8 width)
{
	h->has_setup = true;
	h->cond.x = cond << FN_X_COND_SHIFT | FN_X_IMM | width;
	h->cond.a = h->setup.d;
	h->cond.b = 0;
	h->cond.imm = 0;
}

/* The sign of the difference compares two 32-bit numbers. */
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

static bool compare_difference(struct fn_tr *tr, struct hammock *h, bool narrow)
{
	u8 cond = FN_X_COND(h->cond.x), width = h->cond.x & FN_X_W;

	if (cond == FN_EQ || cond == FN_NE) {
		h->setup.x |= width;
		compare_zero(h, cond, width);
		return true;
	}
	if (!narrow || signed_of(cond) == FN_NCONDS)
		return false;
	compare_zero(h, signed_of(cond), 0);
	return true;
}

/* Brings the condition into the form that a select has. */
static bool find_condition(struct fn_tr *tr, struct hammock *h)
{
	const struct fn_ir *jcc = &tr->irs[tr->blocks[h->head].last];
	u8 cond = FN_X_COND(jcc->x);
	bool narrow = fn_ir_fits_width(tr, jcc->a, 32);

	h->cond = *jcc;
	h->has_setup = false;
	if (jcc->x & FN_X_IMM) {
		if (fn_fits16(jcc->imm))
			return true;
		if (!fn_fits32(-jcc->imm) || cond >= FN_SET)
			return false;
		h->setup = binary(tr, FN_OP_ADD, FN_X_IMM, jcc->a, 0);
		h->setup.imm = -jcc->imm;
		return compare_difference(tr, h, narrow && jcc->imm >= 0);
	}
	/* The sum must not overflow, as it would change the difference. */
	if (jcc->imm && cond != FN_EQ && cond != FN_NE &&
	    (jcc->imm < 0 || cond >= FN_SET || jcc->x & FN_X_W))
		return false;
	if (cond >= FN_SET) {
		h->setup =
			binary(tr, FN_OP_AND, jcc->x & FN_X_W, jcc->a, jcc->b);
		compare_zero(h, cond == FN_SET ? FN_NE : FN_EQ, 0);
		return true;
	}
	h->setup = binary(tr, FN_OP_SUB, 0, jcc->a, jcc->b);
	if (!compare_difference(tr, h,
				narrow && fn_ir_fits_width(tr, jcc->b, 32)))
		return false;
	h->cond.imm = jcc->imm;
	return true;
}

/* ---- predicated exits */

/* Finds a constant with which a conditional exit is not taken. */
static bool not_taken_value(const struct fn_ir *exit, s64 *number)
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

static bool can_predicate_exits(const struct fn_tr *tr, const struct hammock *h)
{
	s64 number;
	u32 s, i;

	for (s = 0; s < 2; s++)
		for (i = h->arm[s] == FN_NONE ? 0 : tr->blocks[h->arm[s]].first;
		     i; i = fn_ir_next(tr, i))
			if (tr->irs[i].op == FN_OP_EXITC &&
			    !not_taken_value(&tr->irs[i], &number))
				return false;
	return true;
}

/* Predicates the exits of an arm. */
static void predicate_exits(struct fn_tr *tr, const struct hammock *h, u32 s)
{
	u32 i;

	for (i = tr->blocks[h->arm[s]].first; i && !tr->err;
	     i = fn_ir_next(tr, i)) {
		struct fn_ir sel = { .op = FN_OP_SEL };
		s64 number;

		if (tr->irs[i].op != FN_OP_EXITC)
			continue;
		not_taken_value(&tr->irs[i], &number);
		sel.x = s ? fn_cond_inverse(h->cond.x) : h->cond.x;
		sel.a = h->cond.a;
		sel.imm = h->cond.imm;
		sel.off = number;
		sel.c = tr->irs[i].a;
		sel.d = tr->nregs++;
		fn_ir_insert(tr, i, sel);
		tr->irs[i].a = sel.d;
	}
}

/* ---- results */

/* The operand of a PHI that comes from an arm. */
static u32 *phi_operand(struct fn_tr *tr, const struct hammock *h, u32 phi,
			u32 s)
{
	u32 edge = h->arm[s] == FN_NONE ? tr->blocks[h->head].pred_index[s] :
					  tr->blocks[h->arm[s]].pred_index[0];

	return &tr->args[tr->irs[phi].args + edge];
}

static u32 count_selects(struct fn_tr *tr, const struct hammock *h)
{
	u32 i, n = 0;

	for (i = fn_ir_first_phi(tr, h->join); i; i = fn_ir_next_phi(tr, i))
		n += *phi_operand(tr, h, i, 0) != *phi_operand(tr, h, i, 1);
	return n;
}

/* Builds a select, with an immediate if one value is a small constant. */
static struct fn_ir build_select(struct fn_tr *tr, const struct hammock *h,
				 u32 yes, u32 no)
{
	struct fn_ir sel = {
		.op = FN_OP_SEL,
		.x = h->cond.x & ~FN_X_IMM,
		.a = h->cond.a,
		.imm = h->cond.imm,
		.b = yes,
		.c = no,
		.d = tr->nregs++,
	};
	s64 value;

	if (fn_ir_const(tr, no, &value) && fn_fits16(value) &&
	    !(fn_ir_const(tr, yes, &value) && fn_fits16(value))) {
		sel.x = fn_cond_inverse(sel.x);
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

/* Builds a select for each PHI whose operands differ; returns their number. */
static u32 build_selects(struct fn_tr *tr, const struct hammock *h,
			 struct fn_ir *sel, u32 *phi)
{
	u32 i, n = 0;

	for (i = fn_ir_first_phi(tr, h->join); i; i = fn_ir_next_phi(tr, i)) {
		u32 yes = *phi_operand(tr, h, i, 1),
		    no = *phi_operand(tr, h, i, 0);

		if (yes == no)
			continue;
		sel[n] = build_select(tr, h, yes, no);
		phi[n++] = i;
	}
	return n;
}

/* Concatenates head and arms; the edge of one arm remains. */
static void flatten(struct fn_tr *tr, const struct hammock *h)
{
	u32 keep = h->arm[1] != FN_NONE;

	fn_ir_remove(tr, tr->blocks[h->head].last);
	if (h->arm[!keep] != FN_NONE) {
		fn_block_splice(tr, h->head, h->arm[!keep]);
		fn_cfg_remove_edge(tr, h->arm[!keep], 0);
	}
	fn_cfg_remove_edge(tr, h->head, !keep);
	if (h->arm[keep] != FN_NONE)
		fn_block_merge(tr, h->head);
}

static void convert(struct fn_tr *tr, const struct hammock *h)
{
	u32 last = tr->blocks[h->head].last, i, n, s;
	u32 phi[MAX_SELECTS];
	struct fn_ir sel[MAX_SELECTS];

	if (h->has_setup) {
		tr->nregs++;
		fn_ir_insert(tr, last, h->setup);
	}
	n = build_selects(tr, h, sel, phi);
	for (s = 0; s < 2; s++)
		if (h->arm[s] != FN_NONE)
			predicate_exits(tr, h, s);
	tr->origin = tr->irs[last].origin;
	flatten(tr, h);
	for (i = 0; i < n && !tr->err; i++) {
		fn_ir_append(tr, h->head, sel[i]);
		tr->args[tr->irs[phi[i]].args +
			 tr->blocks[h->head].pred_index[0]] = sel[i].d;
	}
}

static bool is_profitable(struct fn_tr *tr, const struct hammock *h)
{
	u32 exits = 0, n;

	n = arm_cost(tr, h, 0, &exits);
	if (n > MAX_HOISTED)
		return false;
	n += arm_cost(tr, h, 1, &exits);
	return n <= MAX_HOISTED && count_selects(tr, h) <= MAX_SELECTS &&
	       (!exits || can_predicate_exits(tr, h));
}

static void visit(struct fn_tr *tr, u32 block)
{
	struct hammock h = { .head = block };

	if (find_hammock(tr, &h) && is_profitable(tr, &h) &&
	    find_condition(tr, &h))
		convert(tr, &h);
}

/**
 * fn_pass_ifconv - convert branches to selects
 * @tr: program in which each register has one definition, without copies
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_ifconv(struct fn_tr *tr)
{
	u32 o;

	if (fn_ir_values(tr))
		return -ENOMEM;
	fn_ir_regions(tr);
	for (o = tr->nrpo; o-- && !tr->err;)
		if (!fn_block_is_unreachable(tr, tr->rpo[o]))
			visit(tr, tr->rpo[o]);
	return tr->err ?: fn_cfg_order(tr);
}
