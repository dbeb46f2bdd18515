// SPDX-License-Identifier: GPL-2.0
/*
 * kinds: the memory region of each pointer and access.
 *
 * Pointers come from the context, from r10 and from lookups, and keep their
 * region when scalars are added. A value that was loaded as 8 bytes, or that
 * comes from another function, may be a pointer to any region. A scalar operand
 * of a PHI does not change the region of the others, because nothing is
 * accessed through it.
 *
 *	v2 = ld4 [ ctx +0 ]			packet
 *	v5 = add v2 14				packet
 *	v18 = helper 1 v17 v16	(v17: map 0)	values of map 0
 *	v20 = phi v18 v5			any
 *
 * This is forward data flow over a small lattice
 *
 *	unseen < scalar < context, stack, packet < any
 *			< map 0, map 1 ... < some map < any
 *
 * on values rather than program points, since values do not change in SSA form.
 *
 * Any pass may ask for the analysis (fn_ir_regions()). The pass notes the
 * result at each access for early, and for sched, which runs when values are
 * gone.
 */
#include "../helpers.h"
#include "ir.h"

#define ROUNDS 8

static u8 join(u8 a, u8 b)
{
	if (a == b || b <= FN_REGION_SCALAR)
		return a ? a : b;
	if (a <= FN_REGION_SCALAR)
		return b;
	return a >= FN_REGION_MAPS && b >= FN_REGION_MAPS ? FN_REGION_MAPS :
							    FN_REGION_ANY;
}

/**
 * fn_region_of - find the region that a value points to
 * @tr: program after fn_ir_regions()
 * @reg: register
 *
 * Return: enum fn_region; FN_REGION_SLOT + n for values of the map in slot n.
 */
u8 fn_region_of(const struct fn_tr *tr, u32 reg)
{
	if (reg == FN_REG_FP)
		return FN_REGION_STACK;
	if (reg == FN_REG_ZERO)
		return FN_REGION_SCALAR;
	if (reg < FN_NREGS || reg >= tr->nvalues)
		return FN_REGION_ANY;
	return tr->values[reg].region;
}

/**
 * fn_ir_ctx_offset - find the offset of an access in the context
 * @tr: program after fn_ir_regions()
 * @ir: load or store
 *
 * Return: offset in bytes; FN_NONE if it may not be an access to the context.
 */
u32 fn_ir_ctx_offset(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 off = ir->off - (ir->a == FN_REG_ZERO ? FN_ADDR_LOCAL : 0);

	if (ir->a != FN_REG_ZERO && fn_region_of(tr, ir->a) != FN_REGION_CTX)
		return FN_NONE;
	return fn_ir_index(ir) == FN_NONE && off < FN_CTX_SIZE ? off : FN_NONE;
}

/**
 * fn_region_at - find the region of an access
 * @tr: program after fn_ir_regions()
 * @ir: load, store or atomic
 *
 * Return: as fn_region_of().
 */
u8 fn_region_at(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u8 region = fn_region_of(tr, ir->a), index;

	if (fn_ir_index(ir) == FN_NONE)
		return fn_ir_ctx_offset(tr, ir) < FN_CTX_SIZE ? FN_REGION_CTX :
								region;
	index = fn_region_of(tr, fn_ir_index(ir));
	if (region > FN_REGION_SCALAR && index > FN_REGION_SCALAR)
		return FN_REGION_ANY;
	return max(region, index);
}

static u8 phi_region(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 n = tr->blocks[ir->block].npred, p;
	u8 region = FN_REGION_UNSEEN;

	for (p = 0; p < n; p++)
		region = join(region, fn_region_of(tr, tr->args[ir->args + p]));
	return region;
}

/* Fields of the context that are pointers: data, data_end, data_meta. */
static u8 load_region(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u8 from = fn_region_at(tr, ir);

	if (FN_X_SIZE(ir->x) == 8)
		return from == FN_REGION_PACKET || from >= FN_REGION_MAPS ?
			       FN_REGION_SCALAR :
			       FN_REGION_ANY;
	if (FN_X_SIZE(ir->x) == 4 &&
	    fn_ctx_is_pointer(tr->ctx, fn_ir_ctx_offset(tr, ir)))
		return FN_REGION_PACKET;
	return FN_REGION_SCALAR;
}

static u8 helper_region(struct fn_tr *tr, const struct fn_ir *ir)
{
	s64 map;

	if (ir->imm != FN_HELPER_map_lookup_elem)
		return FN_REGION_SCALAR;
	if (ir->nargs != FN_PRECOLORED && ir->nargs &&
	    fn_ir_const(tr, tr->args[ir->args], &map) &&
	    map >= FN_ADDR_MAPREF && map < FN_ADDR_MAPREF + FN_REGION_MAX_SLOTS)
		return FN_REGION_SLOT + (map - FN_ADDR_MAPREF);
	return FN_REGION_MAPS;
}

/* A pointer plus a scalar, or two scalars. */
static u8 sum_region(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u8 a = fn_region_of(tr, ir->a);
	u8 b = ir->x & FN_X_IMM ? FN_REGION_SCALAR : fn_region_of(tr, ir->b);

	if (ir->x & FN_X_W)
		return FN_REGION_SCALAR;
	if (ir->op == FN_OP_SUB)
		return b <= FN_REGION_SCALAR ? a :
		       b == FN_REGION_ANY    ? FN_REGION_ANY :
					       FN_REGION_SCALAR;
	if (a > FN_REGION_SCALAR && b > FN_REGION_SCALAR)
		return FN_REGION_ANY;
	return max(a, b);
}

/* The first argument of the main program is the context. */
static u8 move_region(const struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->x)
		return ir->x == FN_X_IMM && ir->imm == FN_ADDR_LOCAL ?
			       FN_REGION_CTX :
			       FN_REGION_SCALAR;
	if (ir->b == 1 && !tr->blocks[ir->block].func)
		return FN_REGION_CTX;
	return fn_region_of(tr, ir->b);
}

static u8 result_region(struct fn_tr *tr, const struct fn_ir *ir)
{
	switch (ir->op) {
	case FN_IR_PHI:
		return phi_region(tr, ir);
	case FN_OP_LD:
		return load_region(tr, ir);
	case FN_OP_HELPER:
		return helper_region(tr, ir);
	case FN_OP_ADD:
	case FN_OP_SUB:
		return sum_region(tr, ir);
	case FN_OP_MOV:
		return move_region(tr, ir);
	case FN_OP_SEL:
		return join(fn_region_of(tr, ir->c),
			    ir->x & FN_X_IMM ? FN_REGION_SCALAR :
					       fn_region_of(tr, ir->b));
	case FN_OP_CALL:
	case FN_OP_ATOM:
		return FN_REGION_ANY;
	default:
		return FN_REGION_SCALAR;
	}
}

/* Is an operand of a PHI that comes around a loop not known yet? */
static bool is_open(const struct fn_tr *tr, const struct fn_ir *ir)
{
	u32 p;

	for (p = 0; p < tr->blocks[ir->block].npred; p++)
		if (!fn_region_of(tr, tr->args[ir->args + p]))
			return true;
	return false;
}

/* Updates the regions of a block; returns true if another round is needed. */
static bool visit(struct fn_tr *tr, u32 block, bool first)
{
	bool again = false;
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		const struct fn_ir *ir = &tr->irs[i];
		u8 region;

		if (!fn_ir_defines(ir) || ir->d < FN_NREGS)
			continue;
		region = join(tr->values[ir->d].region, result_region(tr, ir));
		again |= first ? ir->op == FN_IR_PHI && is_open(tr, ir) :
				 region != tr->values[ir->d].region;
		tr->values[ir->d].region = region;
	}
	return again;
}

/* Without a fixed point nothing is known. */
static void give_up(struct fn_tr *tr)
{
	u32 o, i;

	for (o = 0; o < tr->nrpo; o++)
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			if (fn_ir_defines(&tr->irs[i]) &&
			    tr->irs[i].d >= FN_NREGS)
				tr->values[tr->irs[i].d].region = FN_REGION_ANY;
}

/**
 * fn_ir_regions - find the memory region of each value
 * @tr: program with @tr->values
 */
void fn_ir_regions(struct fn_tr *tr)
{
	u32 o, round = 0;
	bool again;

	if (tr->regions_valid)
		return;
	do {
		again = false;
		for (o = 0; o < tr->nrpo; o++)
			again |= visit(tr, tr->rpo[o], !round);
	} while (again && ++round < ROUNDS);
	if (again)
		give_up(tr);
	tr->regions_valid = true;
}

/*
 * The field of the context that an access is to, if the card lacks it. Who has
 * the kernel's verifier knows before, but that does not run offline.
 */
static const struct fn_ctx_field *lacking(const struct fn_tr *tr,
					  const struct fn_ir *ir)
{
	const struct fn_ctx_field *f;

	if (!fn_ir_is_access(ir) || tr->bpf->type == FN_PROG_RAW)
		return NULL;
	f = fn_ctx_field(tr->ctx, fn_ir_ctx_offset(tr, ir));
	return f && f->why ? f : NULL;
}

/**
 * fn_pass_kinds - note the region of each access
 * @tr: program in which each register has one definition
 *
 * Return: 0, -ENOMEM, or -EOPNOTSUPP for what no program of a port can read.
 */
int fn_pass_kinds(struct fn_tr *tr)
{
	u32 o, i;

	if (fn_ir_values(tr))
		return -ENOMEM;
	fn_ir_regions(tr);
	for (o = 0; o < tr->nrpo; o++)
		for (i = fn_ir_first(tr, tr->rpo[o]); i;
		     i = fn_ir_next(tr, i)) {
			struct fn_ir *ir = &tr->irs[i];
			const struct fn_ctx_field *f = lacking(tr, ir);

			if (f)
				return fn_ir_refuse(
					tr, -EOPNOTSUPP,
					"insn %u: ctx->%s is not on the card: %s\n",
					ir->origin, f->name, f->why);
			if (fn_ir_is_access(ir))
				ir->region = fn_region_at(tr, ir);
		}
	return 0;
}
