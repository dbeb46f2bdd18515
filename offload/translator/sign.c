// SPDX-License-Identifier: GPL-2.0
/*
 * sign: numbers of 16 bits that are only compared are loaded with their sign.
 *
 * A branch compares with 16 bits and a sign. Ethernet types and ports do not
 * fit when their highest bit is set; with the sign on both sides they do.
 *
 *	v8 = ld2 [ v3 +12 ]			v8 = ld2.s [ v3 +12 ]
 *	exiteq v8 56710 : 2			exiteq v8 -8826 : 2
 *
 * Values that PHIs join are one web, in a disjoint-set forest, and change
 * together or not at all: each is a load or such a PHI, and is used by nothing
 * but such comparisons. Behind merge, which makes the loads; two passes over
 * the program.
 */
#include "ir.h"

struct sign {
	struct fn_tr *tr;
	u32 *web; /* by register: others that a PHI joins it with */
	u8 *bad; /* by web */
	u8 *gains; /* by web */
};

static void join(struct sign *s, u32 a, u32 b)
{
	a = fn_ir_web(s->web, a);
	b = fn_ir_web(s->web, b);
	s->web[b] = a;
	s->bad[a] |= s->bad[b];
	s->gains[a] |= s->gains[b];
}

static bool is_load(const struct fn_ir *ir)
{
	return ir->op == FN_OP_LD && FN_X_SIZE(ir->x) == 2 &&
	       !(ir->x & FN_X_SIGN);
}

/* An equality with a number of 16 bits. */
static bool compares(struct fn_tr *tr, const struct fn_ir *ir, s64 *value)
{
	u8 cond = FN_X_COND(ir->x);

	if (!fn_ir_compares(ir) || (cond != FN_EQ && cond != FN_NE))
		return false;
	if (ir->x & FN_X_IMM)
		*value = ir->imm;
	else if (ir->imm || !fn_ir_const(tr, ir->b, value))
		return false;
	return *value >= 0 && *value <= 0xffff;
}

static void note_phi(struct sign *s, const struct fn_ir *ir)
{
	struct fn_tr *tr = s->tr;
	u32 p;

	for (p = 0; p < tr->blocks[ir->block].npred; p++)
		join(s, ir->d, tr->args[ir->args + p]);
}

static void note(struct sign *s, struct fn_ir *ir)
{
	struct fn_tr *tr = s->tr;
	u32 *use[FN_MAX_USES];
	s64 value;
	u32 n;

	if (ir->op == FN_IR_PHI) {
		note_phi(s, ir);
		return;
	}
	if (fn_ir_writes(ir) && !is_load(ir))
		s->bad[fn_ir_web(s->web, ir->d)] = 1;
	if (compares(tr, ir, &value)) {
		s->gains[fn_ir_web(s->web, ir->a)] |= value > 0x7fff;
		return;
	}
	n = fn_ir_uses(tr, ir, use);
	while (n--)
		s->bad[fn_ir_web(s->web, *use[n])] = 1;
}

static bool wanted(struct sign *s, u32 reg)
{
	u32 web = fn_ir_web(s->web, reg);

	return reg >= FN_NREGS && s->gains[web] && !s->bad[web];
}

static void change(struct sign *s, struct fn_ir *ir)
{
	s64 value;

	if (is_load(ir) && wanted(s, ir->d)) {
		fn_ir_edited(s->tr);
		ir->x |= FN_X_SIGN;
	} else if (fn_ir_compares(ir) && wanted(s, ir->a) &&
		   compares(s->tr, ir, &value)) {
		fn_ir_edited(s->tr);
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

	for (o = 0; o < tr->norder; o++)
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			if (compares(tr, &tr->irs[i], &value) && value > 0x7fff)
				return true;
	return false;
}

static void each(struct sign *s, void (*fn)(struct sign *s, struct fn_ir *ir))
{
	struct fn_tr *tr = s->tr;
	u32 o, i;

	for (o = 0; o < tr->norder; o++)
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			fn(s, &tr->irs[i]);
}

/**
 * fn_pass_sign - make 16-bit comparisons fit the branch
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
	s.web = fn_ir_dirty(tr, tr->nregs * sizeof(*s.web));
	s.bad = fn_ir_temp(tr, tr->nregs);
	s.gains = fn_ir_temp(tr, tr->nregs);
	if (tr->err)
		return tr->err;
	for (reg = 0; reg < tr->nregs; reg++) {
		s.web[reg] = reg;
		s.bad[reg] = reg < FN_NREGS;
	}
	each(&s, note);
	each(&s, change);
	return tr->err;
}
