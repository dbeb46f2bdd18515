// SPDX-License-Identifier: GPL-2.0
/*
 * kinds: which memory a pointer points to.
 *
 * Pointers come from the context, from r10 and from lookups, and stay what they
 * are when numbers are added. What comes from memory as 8 bytes or from another
 * function may be anything. A number where paths meet does not matter: who gets
 * there with a number accesses nothing.
 *
 *	v2 = ld4 [ ctx +0 ]			packet
 *	v5 = add v2 14				packet
 *	v18 = helper 1 v17 v16	(v17: map 0)	values of map 0
 *	v20 = phi v18 v5			any
 *
 * Forward data flow over a small lattice
 *
 *	not seen < number < context, stack, packet < any
 *			  < map 0, map 1 ... < a map < any
 *
 * on values rather than places, since in SSA they do not change. A round of the
 * program, and as many more as choices that come around loops take, ROUNDS at
 * most.
 *
 * The analysis serves whoever asks (fn_ir_kinds()); the pass notes the answer
 * at each access for early, and for sched, which comes when there are no values
 * any more.
 */
#include "../helpers.h"
#include "ir.h"

#define ROUNDS 8

static u8 join(u8 a, u8 b)
{
	if (a == b || b <= FN_KIND_NUMBER)
		return a ? a : b;
	if (a <= FN_KIND_NUMBER)
		return b;
	return a >= FN_KIND_MAP && b >= FN_KIND_MAP ? FN_KIND_MAP : FN_KIND_ANY;
}

/**
 * fn_kind_of - where a value points to
 * @tr: program after fn_ir_kinds()
 * @reg: register
 *
 * Return: enum fn_kind, or FN_KIND_SLOT and more for a map's values.
 */
u8 fn_kind_of(const struct fn_tr *tr, u32 reg)
{
	if (reg == FN_REG_FP)
		return FN_KIND_STACK;
	if (reg == FN_REG_ZERO)
		return FN_KIND_NUMBER;
	if (reg < FN_NREGS || reg >= tr->nvalues)
		return FN_KIND_ANY;
	return tr->values[reg].kind;
}

/**
 * fn_ir_ctx - where in the context an access is
 * @tr: program after fn_ir_kinds()
 * @ir: load or store
 *
 * Return: offset; FN_NONE if it is not to the context, or not known to be.
 */
u32 fn_ir_ctx(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 off = ir->off - (ir->a == FN_REG_ZERO ? FN_ADDR_LOCAL : 0);

	if (ir->a != FN_REG_ZERO && fn_kind_of(tr, ir->a) != FN_KIND_CTX)
		return FN_NONE;
	return fn_ir_index(ir) == FN_NONE && off < FN_CTX_SIZE ? off : FN_NONE;
}

/**
 * fn_kind_at - where an access is to
 * @tr: program after fn_ir_kinds()
 * @ir: load, store or atomic
 *
 * Return: as fn_kind_of().
 */
u8 fn_kind_at(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u8 kind = fn_kind_of(tr, ir->a), index;

	if (fn_ir_index(ir) == FN_NONE)
		return fn_ir_ctx(tr, ir) < FN_CTX_SIZE ? FN_KIND_CTX : kind;
	index = fn_kind_of(tr, fn_ir_index(ir));
	if (kind > FN_KIND_NUMBER && index > FN_KIND_NUMBER)
		return FN_KIND_ANY;
	return max(kind, index);
}

static u8 phi_kind(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 n = tr->blocks[ir->block].npred, p;
	u8 kind = FN_KIND_NONE;

	for (p = 0; p < n; p++)
		kind = join(kind, fn_kind_of(tr, tr->args[ir->args + p]));
	return kind;
}

/* The context's fields that are pointers: data, data_end, data_meta. */
static u8 load_kind(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u8 from = fn_kind_at(tr, ir);

	if (FN_X_SIZE(ir->x) == 8)
		return from == FN_KIND_PACKET || from >= FN_KIND_MAP ?
			       FN_KIND_NUMBER :
			       FN_KIND_ANY;
	if (FN_X_SIZE(ir->x) == 4 && fn_ir_ctx(tr, ir) <= 8)
		return FN_KIND_PACKET;
	return FN_KIND_NUMBER;
}

static u8 helper_kind(struct fn_tr *tr, const struct fn_ir *ir)
{
	s64 map;

	if (ir->imm != FN_HELPER_map_lookup_elem)
		return FN_KIND_NUMBER;
	if (ir->nargs != FN_PINNED && ir->nargs &&
	    fn_ir_const(tr, tr->args[ir->args], &map) &&
	    map >= FN_ADDR_MAPREF && map < FN_ADDR_MAPREF + FN_KIND_SLOTS)
		return FN_KIND_SLOT + (map - FN_ADDR_MAPREF);
	return FN_KIND_MAP;
}

/* Pointer and number, or number and number. */
static u8 sum_kind(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u8 a = fn_kind_of(tr, ir->a);
	u8 b = ir->x & FN_X_IMM ? FN_KIND_NUMBER : fn_kind_of(tr, ir->b);

	if (ir->x & FN_X_W)
		return FN_KIND_NUMBER;
	if (ir->op == FN_OP_SUB)
		return b <= FN_KIND_NUMBER ? a :
		       b == FN_KIND_ANY	   ? FN_KIND_ANY :
					     FN_KIND_NUMBER;
	if (a > FN_KIND_NUMBER && b > FN_KIND_NUMBER)
		return FN_KIND_ANY;
	return max(a, b);
}

/* The first argument of the main program is the context. */
static u8 move_kind(const struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->x)
		return ir->x == FN_X_IMM && ir->imm == FN_ADDR_LOCAL ?
			       FN_KIND_CTX :
			       FN_KIND_NUMBER;
	if (ir->b == 1 && !tr->blocks[ir->block].func)
		return FN_KIND_CTX;
	return fn_kind_of(tr, ir->b);
}

static u8 result_kind(struct fn_tr *tr, const struct fn_ir *ir)
{
	switch (ir->op) {
	case FN_IR_PHI:
		return phi_kind(tr, ir);
	case FN_OP_LD:
		return load_kind(tr, ir);
	case FN_OP_HELPER:
		return helper_kind(tr, ir);
	case FN_OP_ADD:
	case FN_OP_SUB:
		return sum_kind(tr, ir);
	case FN_OP_MOV:
		return move_kind(tr, ir);
	case FN_OP_SEL:
		return join(fn_kind_of(tr, ir->c),
			    ir->x & FN_X_IMM ? FN_KIND_NUMBER :
					       fn_kind_of(tr, ir->b));
	case FN_OP_CALL:
	case FN_OP_ATOM:
		return FN_KIND_ANY;
	default:
		return FN_KIND_NUMBER;
	}
}

/* A choice that comes around a loop is not known yet. */
static bool is_open(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 p;

	for (p = 0; p < tr->blocks[ir->block].npred; p++)
		if (!fn_kind_of(tr, tr->args[ir->args + p]))
			return true;
	return false;
}

/* Notes what kinds turn out to be; true if something may turn out otherwise. */
static bool visit(struct fn_tr *tr, u32 block, bool first)
{
	bool again = false;
	u32 i;

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
		const struct fn_ir *ir = &tr->irs[i];
		u8 kind;

		if (!fn_ir_writes(ir) || ir->d < FN_NREGS)
			continue;
		kind = join(tr->values[ir->d].kind, result_kind(tr, ir));
		again |= first ? ir->op == FN_IR_PHI && is_open(tr, ir) :
				 kind != tr->values[ir->d].kind;
		tr->values[ir->d].kind = kind;
	}
	return again;
}

/* Too many loops in loops to wait for: nothing is known of choices. */
static void give_up(struct fn_tr *tr)
{
	u32 o, i;

	for (o = 0; o < tr->norder; o++)
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			if (fn_ir_writes(&tr->irs[i]) &&
			    tr->irs[i].d >= FN_NREGS)
				tr->values[tr->irs[i].d].kind = FN_KIND_ANY;
}

/**
 * fn_ir_kinds - find what values point to
 * @tr: program with @tr->values
 */
void fn_ir_kinds(struct fn_tr *tr)
{
	u32 o, round = 0;
	bool again;

	if (tr->noted_kinds)
		return;
	do {
		again = false;
		for (o = 0; o < tr->norder; o++)
			again |= visit(tr, tr->order[o], !round);
	} while (again && ++round < ROUNDS);
	if (again)
		give_up(tr);
	tr->noted_kinds = true;
}

/* As the kernel's verifier has it, which offline nobody asks. */
static bool is_egress(const struct fn_tr *tr, const struct fn_ir *ir)
{
	return ir->op == FN_OP_LD && tr->bpf->type == BPF_PROG_TYPE_XDP &&
	       fn_ir_ctx(tr, ir) == offsetof(struct xdp_md, egress_ifindex);
}

/**
 * fn_pass_kinds - note at each access which memory it is to
 * @tr: program in which each register has one definition
 *
 * Return: 0, -ENOMEM, or -EOPNOTSUPP for what no program of a port can read.
 */
int fn_pass_kinds(struct fn_tr *tr)
{
	u32 o, i;

	if (fn_ir_values(tr))
		return -ENOMEM;
	fn_ir_kinds(tr);
	for (o = 0; o < tr->norder; o++)
		for (i = tr->blocks[tr->order[o]].first; i;
		     i = tr->irs[i].next) {
			struct fn_ir *ir = &tr->irs[i];

			if (is_egress(tr, ir))
				return fn_ir_refuse(
					tr, -EOPNOTSUPP,
					"insn %u: ctx->egress_ifindex, which only programs in a map of devices (section xdp/devmap) have, and they can't be attached to a port\n",
					ir->origin);
			if (fn_ir_memory(ir))
				ir->kind = fn_kind_at(tr, ir);
		}
	return 0;
}
