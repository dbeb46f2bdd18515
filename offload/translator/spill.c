// SPDX-License-Identifier: GPL-2.0
/*
 * Spilling: values without a register get a slot in the stack.
 *
 * Spill everywhere (Chaitin et al., "Register Allocation via Coloring", 1981):
 * a spilled value is stored behind its definition and reloaded before each use,
 * in slots below the 512 bytes of the program's own stack. Constants and
 * addresses in the frame are rematerialized instead (Briggs, Cooper and
 * Torczon, 1992). The operands of a spilled PHI are stored by the predecessors
 * to a slot of its own first, since the PHIs of a block are parallel and may
 * use each other.
 *
 *	v7 = ld4 [ v3 +0 ]			v90 = ld4 [ v3 +0 ]
 *						st8 [ r10 -520 ] v90
 *	v9 = add v7 1				v91 = ld8 [ r10 -520 ]
 *						v9 = add v91 1
 *
 * One visit of the program for each round of alloc.
 */
#include "ir.h"

struct spill {
	struct fn_tr *tr;
	const u8 *spilled; /* by register: it gets a slot */
	u32 n; /* number of entries of @spilled */
	u32 *slot; /* by register: bytes below r10, 0 if it has none yet */
};

static bool is_spilled(const struct spill *s, u32 reg)
{
	return reg < s->n && s->spilled[reg];
}

static u32 new_slot(struct spill *s, u32 block)
{
	struct fn_func *f = &s->tr->funcs[s->tr->blocks[block].func];

	f->frame += 8;
	if (f->frame > FN_MAX_FRAME_SIZE)
		s->tr->err = -ENOSPC;
	return f->frame;
}

static s32 slot_of(struct spill *s, u32 reg, u32 block)
{
	if (!s->slot[reg])
		s->slot[reg] = new_slot(s, block);
	return -(s32)s->slot[reg];
}

static struct fn_ir load(u32 d, s32 off)
{
	struct fn_ir ir = fn_ir_load(d, FN_REG_FP, off, 8);

	ir.region = FN_REGION_STACK;
	return ir;
}

static struct fn_ir store(u32 b, s32 off)
{
	struct fn_ir ir = fn_ir_store(FN_REG_FP, off, b, 8);

	ir.region = FN_REGION_STACK;
	return ir;
}

/* Can the value be rematerialized? */
static bool is_cheap(const struct fn_ir *def)
{
	return (def->op == FN_OP_MOV && def->x & FN_X_IMM) ||
	       fn_ir_is_frame_addr(def);
}

/* An instruction that reloads or rematerializes a value in a new register. */
static struct fn_ir reload(struct spill *s, u32 reg, u32 block)
{
	const struct fn_ir *def = fn_ir_def(s->tr, reg);
	struct fn_ir ir;

	if (def && is_cheap(def))
		ir = *def;
	else
		ir = load(0, slot_of(s, reg, block));
	ir.d = s->tr->nregs++;
	return ir;
}

static u32 append(struct spill *s, u32 block, struct fn_ir ir)
{
	s->tr->origin = s->tr->blocks[block].bpf_last;
	fn_ir_append(s->tr, block, ir);
	return ir.d;
}

/* ---- PHIs */

static void insert_at(struct spill *s, u32 block, u32 at, struct fn_ir ir)
{
	if (at)
		fn_ir_insert(s->tr, at, ir);
	else
		append(s, block, ir);
}

static void spill_phi(struct spill *s, u32 block, u32 phi)
{
	struct fn_tr *tr = s->tr;
	u32 d = tr->irs[phi].d, args = tr->irs[phi].args;
	u32 at = fn_ir_first_non_phi(tr, block), p, reg = tr->nregs++;
	s32 in = -(s32)new_slot(s, block);

	for (p = 0; p < tr->blocks[block].npred && !tr->err; p++)
		append(s, tr->args[tr->blocks[block].pred + p],
		       store(tr->args[args + p], in));
	insert_at(s, block, at, load(reg, in));
	insert_at(s, block, at, store(reg, slot_of(s, d, block)));
	fn_ir_remove(tr, phi);
}

static void spill_operands(struct spill *s, u32 block, u32 phi)
{
	struct fn_tr *tr = s->tr;
	u32 args = tr->irs[phi].args, p;

	for (p = 0; p < tr->blocks[block].npred && !tr->err; p++) {
		u32 from = tr->args[tr->blocks[block].pred + p];
		u32 reg = tr->args[args + p];

		if (is_spilled(s, reg)) {
			reg = append(s, from, reload(s, reg, from));
			tr->args[args + p] = reg;
		}
	}
}

static void spill_phis(struct spill *s, u32 block)
{
	struct fn_tr *tr = s->tr;
	u32 i;

	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i)) {
		if (is_spilled(s, tr->irs[i].d))
			spill_phi(s, block, i);
		else
			spill_operands(s, block, i);
	}
}

/* ---- other instructions */

/* A spilled value that an instruction uses, FN_NONE if there is none. */
static u32 spilled_use(struct spill *s, u32 at)
{
	u32 *use[FN_MAX_USES];
	u32 n = fn_ir_uses(s->tr, &s->tr->irs[at], use);

	while (n--)
		if (is_spilled(s, *use[n]))
			return *use[n];
	return FN_NONE;
}

static void replace(struct spill *s, u32 at, u32 reg, u32 with)
{
	u32 *use[FN_MAX_USES];
	u32 n = fn_ir_uses(s->tr, &s->tr->irs[at], use);

	while (n--)
		if (*use[n] == reg)
			*use[n] = with;
}

static void spill_result(struct spill *s, u32 at)
{
	struct fn_tr *tr = s->tr;
	u32 block = tr->irs[at].block, next = tr->irs[at].next;
	u32 d = tr->irs[at].d;
	struct fn_ir st;

	if (is_cheap(&tr->irs[at])) {
		fn_ir_remove(tr, at);
		return;
	}
	tr->irs[at].d = tr->nregs++;
	st = store(tr->irs[at].d, slot_of(s, d, block));
	insert_at(s, block, next, st);
}

static void spill_one(struct spill *s, u32 at)
{
	struct fn_tr *tr = s->tr;
	u32 reg;

	while ((reg = spilled_use(s, at)) != FN_NONE && !tr->err) {
		struct fn_ir ir = reload(s, reg, tr->irs[at].block);

		fn_ir_insert(tr, at, ir);
		replace(s, at, reg, ir.d);
	}
	if (fn_ir_defines(&tr->irs[at]) && is_spilled(s, tr->irs[at].d))
		spill_result(s, at);
}

static void run(struct spill *s)
{
	struct fn_tr *tr = s->tr;
	u32 o, i, next;

	for (o = 0; o < tr->nrpo && !tr->err; o++)
		spill_phis(s, tr->rpo[o]);
	for (o = 0; o < tr->nrpo && !tr->err; o++) {
		i = fn_ir_first_non_phi(tr, tr->rpo[o]);
		for (; i && !tr->err; i = next) {
			next = fn_ir_next(tr, i);
			spill_one(s, i);
		}
	}
}

/**
 * fn_ir_spill - spill values to the stack
 * @tr: program with @tr->values and without critical edges to PHIs
 * @spilled: by register, 1 if it is spilled; results of CMPXCHG are not
 *
 * @tr->values is out of date afterwards.
 *
 * Return: 0, -ENOSPC if there is no room in the stack, -ENOMEM.
 */
int fn_ir_spill(struct fn_tr *tr, const u8 *spilled)
{
	struct spill s = { .tr = tr, .spilled = spilled, .n = tr->nregs };

	s.slot = fn_tmp_zalloc(tr, s.n * sizeof(*s.slot));
	if (s.slot)
		run(&s);
	return tr->err;
}
