// SPDX-License-Identifier: GPL-2.0
/*
 * sign: 16-bit loads that are only compared become signed.
 *
 * The immediate of a branch has 16 bits and a sign. Ethernet types and ports
 * with the highest bit set do not fit; they do if the loaded value is
 * sign-extended as well.
 *
 *	v8 = ld2 [ v3 +12 ]			v8 = ld2.s [ v3 +12 ]
 *	exiteq v8 56710 : 2			exiteq v8 -8826 : 2
 *
 * Values that PHIs connect form a web, in a disjoint-set forest, and change
 * together or not at all: each member is such a load or PHI, and has no other
 * uses than such comparisons. The pass runs after merge, which creates the
 * loads, and visits the program twice.
 */
#include "ir.h"

struct sign {
	struct fn_tr *tr;
	u32 *web; /* by register: parent in the disjoint-set forest */
	u8 *unsuitable; /* by web: a member has another definition or use */
	u8 *profitable; /* by web: a comparison does not fit as it is */
};

static void join(struct sign *s, u32 a, u32 b)
{
	a = fn_web_leader(s->web, a);
	b = fn_web_leader(s->web, b);
	s->web[b] = a;
	s->unsuitable[a] |= s->unsuitable[b];
	s->profitable[a] |= s->profitable[b];
}

static bool is_load(const struct fn_ir *ir)
{
	return ir->op == FN_OP_LD && FN_X_SIZE(ir->x) == 2 &&
	       !(ir->x & FN_X_SIGN);
}

/* Is it an equality comparison with a constant of 16 bits? */
static bool compares(struct fn_tr *tr, const struct fn_ir *ir, s64 *value)
{
	u8 cond = FN_X_COND(ir->x);

	if (!fn_ir_is_conditional(ir) || (cond != FN_EQ && cond != FN_NE))
		return false;
	if (ir->x & FN_X_IMM)
		*value = ir->imm;
	else if (ir->imm || !fn_ir_const(tr, ir->b, value))
		return false;
	return *value >= 0 && *value <= 0xffff;
}

static void join_operands(struct sign *s, const struct fn_ir *ir)
{
	struct fn_tr *tr = s->tr;
	u32 p;

	for (p = 0; p < tr->blocks[ir->block].npred; p++)
		join(s, ir->d, tr->args[ir->args + p]);
}

static void examine(struct sign *s, struct fn_ir *ir)
{
	struct fn_tr *tr = s->tr;
	u32 *use[FN_MAX_USES];
	s64 value;
	u32 n;

	if (ir->op == FN_IR_PHI) {
		join_operands(s, ir);
		return;
	}
	if (fn_ir_defines(ir) && !is_load(ir))
		s->unsuitable[fn_web_leader(s->web, ir->d)] = 1;
	if (compares(tr, ir, &value)) {
		s->profitable[fn_web_leader(s->web, ir->a)] |= value > 0x7fff;
		return;
	}
	n = fn_ir_uses(tr, ir, use);
	while (n--)
		s->unsuitable[fn_web_leader(s->web, *use[n])] = 1;
}

static bool is_chosen(struct sign *s, u32 reg)
{
	u32 web = fn_web_leader(s->web, reg);

	return reg >= FN_NREGS && s->profitable[web] && !s->unsuitable[web];
}

static void convert(struct sign *s, struct fn_ir *ir)
{
	s64 value;

	if (is_load(ir) && is_chosen(s, ir->d)) {
		fn_ir_changed(s->tr);
		ir->x |= FN_X_SIGN;
	} else if (fn_ir_is_conditional(ir) && is_chosen(s, ir->a) &&
		   compares(s->tr, ir, &value)) {
		fn_ir_changed(s->tr);
		ir->x |= FN_X_IMM;
		ir->b = 0;
		ir->imm = (s16)value;
	}
}

/* Is there a comparison that does not fit as it is? */
static bool has_large(struct fn_tr *tr)
{
	s64 value;
	u32 o, i;

	for (o = 0; o < tr->nrpo; o++)
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			if (compares(tr, &tr->irs[i], &value) && value > 0x7fff)
				return true;
	return false;
}

static void for_each(struct sign *s,
		     void (*fn)(struct sign *s, struct fn_ir *ir))
{
	struct fn_tr *tr = s->tr;
	u32 o, i;

	for (o = 0; o < tr->nrpo; o++)
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			fn(s, &tr->irs[i]);
}

/**
 * fn_pass_sign - sign-extend 16-bit loads that are only compared
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_sign(struct fn_tr *tr)
{
	struct sign s = { .tr = tr };
	u32 reg;

	if (fn_ir_values(tr))
		return -ENOMEM;
	if (!has_large(tr))
		return 0;
	s.web = fn_tmp_alloc(tr, tr->nregs * sizeof(*s.web));
	s.unsuitable = fn_tmp_zalloc(tr, tr->nregs);
	s.profitable = fn_tmp_zalloc(tr, tr->nregs);
	if (tr->err)
		return tr->err;
	for (reg = 0; reg < tr->nregs; reg++) {
		s.web[reg] = reg;
		s.unsuitable[reg] = reg < FN_NREGS;
	}
	for_each(&s, examine);
	for_each(&s, convert);
	return tr->err;
}
