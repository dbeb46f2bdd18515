// SPDX-License-Identifier: GPL-2.0
/*
 * group: issue groups are formed.
 *
 * A group takes words in their order as long as none depends on another. Its
 * resources are one word for each lane; memory ports for half as many loads,
 * stores and atomics, at least one; one multiplier and divider; one branch
 * unit. The words behind a branch run if it is not taken. Jumps, exits and
 * helpers are last in their group; calls and returns issue alone. A load does
 * not follow a store, unless both access different bytes from the same base
 * register. An atomic is a load and a store, and a helper reads memory.
 *
 *	r1 = ld4 [ ctx +0 ]
 *	r2 = ld4 [ ctx +4 ] ;;		stop: the next needs r1
 *	r3 = add r1 14
 *
 * The rules are functions here because sched uses them as well: the pass finds
 * the groups that sched formed. The card checks them again
 * (offload/image_code.c). The pass visits each instruction once.
 */
#include "../helpers.h"
#include "ir.h"

/**
 * fn_ir_implicit_uses - physical registers read that are no operands
 * @tr: program whose functions are known
 * @ir: instruction
 *
 * Return: mask of registers.
 */
u32 fn_ir_implicit_uses(const struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->op == FN_OP_CALL)
		return tr->funcs[ir->imm].arg_regs;
	if (ir->op == FN_OP_HELPER)
		return (2u << ir->args) - 2;
	return ir->op == FN_OP_RET ? BIT(0) : 0;
}

static void add_bit(void *ctx, u32 *reg)
{
	u32 *mask = ctx;

	*mask |= BIT(*reg);
}

/**
 * fn_ir_phys_uses - physical registers that an instruction reads
 * @tr: program in physical registers
 * @ir: instruction
 *
 * Return: mask of registers.
 */
u32 fn_ir_phys_uses(struct fn_tr *tr, struct fn_ir *ir)
{
	u32 mask = fn_ir_implicit_uses(tr, ir);

	fn_ir_each_use(tr, ir, add_bit, &mask);
	return mask & ~BIT(FN_REG_ZERO);
}

/**
 * fn_ir_phys_defs - physical registers that an instruction writes
 * @tr: program in physical registers
 * @ir: instruction
 *
 * Return: mask of registers.
 */
u32 fn_ir_phys_defs(const struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->op == FN_OP_CALL)
		return tr->funcs[ir->imm].clobbers;
	if (ir->op == FN_OP_HELPER)
		return BIT(0);
	return fn_ir_defines(ir) && ir->d < FN_NREGS ? BIT(ir->d) : 0;
}

static bool is_store(const struct fn_ir *ir)
{
	return fn_ir_is_store(ir) || ir->op == FN_OP_ATOM;
}

static bool is_load(const struct fn_ir *ir)
{
	return ir->op == FN_OP_LD || ir->op == FN_OP_ATOM ||
	       ir->op == FN_OP_HELPER;
}

static u32 size_of(const struct fn_ir *ir)
{
	if (ir->op == FN_OP_ATOM)
		return ir->x & FN_X_W ? 4 : 8;
	return FN_X_SIZE(ir->x);
}

/* Is the address a base register plus a constant? */
static bool has_fixed_address(const struct fn_ir *ir)
{
	return ir->op != FN_OP_HELPER &&
	       (ir->op == FN_OP_ATOM || !(ir->x & FN_X_INDEX));
}

/**
 * fn_ir_are_disjoint - do two accesses have one base and different bytes?
 * @a: an access to memory, or a helper
 * @b: another
 *
 * Return: true if they do, provided that the base is not written in between.
 */
bool fn_ir_are_disjoint(const struct fn_ir *a, const struct fn_ir *b)
{
	return has_fixed_address(a) && has_fixed_address(b) && a->a == b->a &&
	       (a->off >= b->off + (s32)size_of(b) ||
		b->off >= a->off + (s32)size_of(a));
}

static bool conflicts_with_store(const struct fn_group *g,
				 const struct fn_ir *ir)
{
	u32 s;

	for (s = 0; s < g->nstores; s++)
		if (!fn_ir_are_disjoint(g->store[s], ir))
			return true;
	return false;
}

static bool is_multiply(const struct fn_ir *ir)
{
	u8 class = fn_opinfo[ir->op].class;

	return class == FN_CLASS_MUL || class == FN_CLASS_DIV;
}

static bool is_branch(const struct fn_ir *ir)
{
	return fn_opinfo[ir->op].class == FN_CLASS_BRANCH;
}

/* Does a word end its group? */
static bool closes_group(const struct fn_ir *ir)
{
	return ir->op == FN_OP_HELPER || (is_branch(ir) && ir->op != FN_OP_JCC);
}

/**
 * fn_group_fits - may an instruction be the next of a group?
 * @g: group so far
 * @ir: instruction
 * @regs: mask of registers that it reads or writes
 *
 * Return: true if it may.
 */
bool fn_group_fits(const struct fn_group *g, const struct fn_ir *ir, u32 regs)
{
	if (!g->words)
		return true;
	if (g->words == g->lanes || g->closed || fn_group_is_solo(ir))
		return false;
	if (fn_group_takes_port(ir) && g->ports == max_t(u32, 1, g->lanes / 2))
		return false;
	if ((is_multiply(ir) && g->multiply) || (is_branch(ir) && g->branch) ||
	    (is_load(ir) && conflicts_with_store(g, ir)))
		return false;
	return !(g->defs & regs);
}

/**
 * fn_group_add - let an instruction be the next of a group
 * @g: group that it fits
 * @ir: instruction
 * @defs: mask of registers that it writes
 */
void fn_group_add(struct fn_group *g, const struct fn_ir *ir, u32 defs)
{
	g->words++;
	g->ports += fn_group_takes_port(ir);
	g->multiply |= is_multiply(ir);
	g->branch |= is_branch(ir);
	g->defs |= defs;
	if (is_store(ir))
		g->store[g->nstores++] = ir;
	g->closed |= closes_group(ir) || fn_group_is_solo(ir);
}

/**
 * fn_group_begin - begin a group
 * @g: group
 * @lanes: words that it has room for
 */
void fn_group_begin(struct fn_group *g, u32 lanes)
{
	*g = (struct fn_group){ .lanes = lanes };
}

/**
 * fn_trace_continues - does a trace go on behind a block?
 * @tr: program with predecessors and its memory order
 * @block: a block
 *
 * Return: true if the next block has no other predecessor, so that a group may
 * have words of both.
 */
bool fn_trace_continues(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];

	return !tr->opt->blocks && b->nsucc && b->next != FN_NONE &&
	       b->succ[0] == b->next && tr->blocks[b->next].npred == 1;
}

/* @g is the open group, which may go on into the next block. */
static void group_block(struct fn_tr *tr, u32 block, struct fn_group *g,
			u32 *last)
{
	const struct fn_block *b = &tr->blocks[block];
	bool jumps = b->nsucc && b->succ[0] != b->next;
	u32 i;

	for (i = b->first; i; i = fn_ir_next(tr, i)) {
		struct fn_ir *ir = &tr->irs[i];
		u32 writes = fn_ir_phys_defs(tr, ir);

		if (g->words &&
		    !fn_group_fits(g, ir, fn_ir_phys_uses(tr, ir) | writes)) {
			tr->irs[*last].stop = true;
			fn_group_begin(g, tr->opt->lanes);
		}
		fn_group_add(g, ir, writes);
		ir->stop = false;
		*last = i;
	}
	if (!g->words || fn_trace_continues(tr, block))
		return;
	/* A jump at the end of the block may be the last word of the group. */
	if (!jumps || g->words == g->lanes || g->branch || g->closed)
		tr->irs[*last].stop = true;
	fn_group_begin(g, tr->opt->lanes);
}

/**
 * fn_pass_group - set stop bits
 * @tr: program in physical registers and its memory order
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_group(struct fn_tr *tr)
{
	struct fn_group g;
	u32 func, b, last = 0;

	if (fn_cfg_preds(tr))
		return tr->err;
	fn_group_begin(&g, tr->opt->lanes);
	for (func = 0; func < tr->nfuncs; func++)
		for (b = tr->funcs[func].entry; b != FN_NONE;
		     b = tr->blocks[b].next)
			group_block(tr, b, &g, &last);
	return 0;
}
