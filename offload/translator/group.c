// SPDX-License-Identifier: GPL-2.0
/*
 * group: which words issue together.
 *
 * A group takes words in their order as long as none needs another's result.
 * Limits: as many words as there are lanes; half as many loads, stores and
 * atomics, at least one; one multiplication or division; one branch. Words
 * behind a branch run if it is not taken. Jumps, exits and helpers are the
 * last; calls and returns go alone. A load does not follow a store, unless both
 * name other bytes from the same register. An atomic is both, a helper reads
 * memory.
 *
 *	r1 = ld4 [ ctx +0 ]
 *	r2 = ld4 [ ctx +4 ] ;;		stop: the next needs r1
 *	r3 = add r1 14
 *
 * The rules are functions here because sched asks them as well: what it puts
 * together, the pass finds again. The card checks them once more
 * (offload/image_code.c). One pass.
 */
#include "../helpers.h"
#include "ir.h"

/**
 * fn_group_implied - registers that are read without being operands
 * @tr: program whose functions are known
 * @ir: instruction
 *
 * Return: a bit for each.
 */
u32 fn_group_implied(const struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->op == FN_OP_CALL)
		return tr->funcs[ir->imm].reads;
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
 * fn_group_reads - the card's registers that an instruction reads
 * @tr: program in the card's registers
 * @ir: instruction
 *
 * Return: a bit for each.
 */
u32 fn_group_reads(struct fn_tr *tr, struct fn_ir *ir)
{
	u32 mask = fn_group_implied(tr, ir);

	fn_ir_each_use(tr, ir, add_bit, &mask);
	return mask & ~BIT(FN_REG_ZERO);
}

/**
 * fn_group_writes - the card's registers that an instruction writes
 * @tr: program in the card's registers
 * @ir: instruction
 *
 * Return: a bit for each.
 */
u32 fn_group_writes(const struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->op == FN_OP_CALL)
		return tr->funcs[ir->imm].writes;
	if (ir->op == FN_OP_HELPER)
		return BIT(0);
	return fn_ir_writes(ir) && ir->d < FN_NREGS ? BIT(ir->d) : 0;
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

/* Only a fixed place can be told from others. */
static bool is_fixed(const struct fn_ir *ir)
{
	return ir->op != FN_OP_HELPER &&
	       (ir->op == FN_OP_ATOM || !(ir->x & FN_X_INDEX));
}

/**
 * fn_group_apart - do two accesses name different bytes from one register?
 * @a: an access to memory, or a helper
 * @b: another
 *
 * Return: true if they do, as long as the register is not changed between them.
 */
bool fn_group_apart(const struct fn_ir *a, const struct fn_ir *b)
{
	return is_fixed(a) && is_fixed(b) && a->a == b->a &&
	       (a->off >= b->off + (s32)size_of(b) ||
		b->off >= a->off + (s32)size_of(a));
}

static bool meets_store(const struct fn_group *g, const struct fn_ir *ir)
{
	u32 s;

	for (s = 0; s < g->nstores; s++)
		if (!fn_group_apart(g->store[s], ir))
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

/* Nothing issues behind it. */
static bool is_last(const struct fn_ir *ir)
{
	return ir->op == FN_OP_HELPER || (is_branch(ir) && ir->op != FN_OP_JCC);
}

/**
 * fn_group_fits - may an instruction be the next of a group?
 * @g: group so far
 * @ir: instruction
 * @regs: that it reads or writes
 *
 * Return: true if it may.
 */
bool fn_group_fits(const struct fn_group *g, const struct fn_ir *ir, u32 regs)
{
	if (!g->words)
		return true;
	if (g->words == g->lanes || g->ended || fn_group_alone(ir))
		return false;
	if (fn_group_memory(ir) && g->memory == max_t(u32, 1, g->lanes / 2))
		return false;
	if ((is_multiply(ir) && g->multiply) || (is_branch(ir) && g->branch) ||
	    (is_load(ir) && meets_store(g, ir)))
		return false;
	return !(g->written & regs);
}

/**
 * fn_group_add - let an instruction be the next of a group
 * @g: group that it fits
 * @ir: instruction
 * @writes: registers that it writes
 */
void fn_group_add(struct fn_group *g, const struct fn_ir *ir, u32 writes)
{
	g->words++;
	g->memory += fn_group_memory(ir);
	g->multiply |= is_multiply(ir);
	g->branch |= is_branch(ir);
	g->written |= writes;
	if (is_store(ir))
		g->store[g->nstores++] = ir;
	g->ended |= is_last(ir) || fn_group_alone(ir);
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
 * fn_group_goes_on - is the block behind one reached in no other way?
 * @tr: program with predecessors and its order in memory
 * @block: a block
 *
 * Return: true if it is; groups may then have words of both.
 */
bool fn_group_goes_on(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];

	return !tr->opt->blocks && b->nsucc && b->next != FN_NONE &&
	       b->succ[0] == b->next && tr->blocks[b->next].npred == 1;
}

/* What the last group of one block may take of the next is in @g. */
static void group_block(struct fn_tr *tr, u32 block, struct fn_group *g,
			u32 *last)
{
	const struct fn_block *b = &tr->blocks[block];
	bool jumps = b->nsucc && b->succ[0] != b->next;
	u32 i;

	for (i = b->first; i; i = tr->irs[i].next) {
		struct fn_ir *ir = &tr->irs[i];
		u32 writes = fn_group_writes(tr, ir);

		if (g->words &&
		    !fn_group_fits(g, ir, fn_group_reads(tr, ir) | writes)) {
			tr->irs[*last].stop = true;
			fn_group_begin(g, tr->opt->lanes);
		}
		fn_group_add(g, ir, writes);
		ir->stop = false;
		*last = i;
	}
	if (!g->words || fn_group_goes_on(tr, block))
		return;
	/* A jump behind the block may be its last word. */
	if (!jumps || g->words == g->lanes || g->branch || g->ended)
		tr->irs[*last].stop = true;
	fn_group_begin(g, tr->opt->lanes);
}

/**
 * fn_pass_group - set stop bits
 * @tr: program in the card's registers and its order in memory
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_group(struct fn_tr *tr)
{
	struct fn_group g;
	u32 func, b, last = 0;

	if (fn_ir_preds(tr))
		return tr->err;
	fn_group_begin(&g, tr->opt->lanes);
	for (func = 0; func < tr->nfuncs; func++)
		for (b = tr->funcs[func].block; b != FN_NONE;
		     b = tr->blocks[b].next)
			group_block(tr, b, &g, &last);
	return 0;
}
