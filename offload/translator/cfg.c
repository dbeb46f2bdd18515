// SPDX-License-Identifier: GPL-2.0
/*
 * cfg: functions and basic blocks.
 *
 * What can be reached from the first instruction is found with a stack of
 * places still to be looked at; leaders are the targets of jumps and what
 * follows a conditional jump (Aho, Lam, Sethi, Ullman, "Compilers", 8.4). Each
 * function begins with an empty block that nothing jumps to, for what later
 * passes want to be done once.
 *
 *	0: if r1 > 5 goto 2		b0: -> b1
 *	1: r0 = 1			b1: 0 to 0 -> b2, if true b3
 *	2: exit				b2: 1 to 1 -> b3
 *					b3: 2 to 2
 *
 * Blocks are without instructions still. Time and memory in proportion to the
 * program.
 */
#include "bpf_isa.h"
#include "ir.h"

/* The instruction that follows in memory. */
static u32 next_of(const struct fn_tr *tr, u32 i)
{
	return i + 1 < tr->bpf->len && tr->src[i + 1].flags & FN_SRC_SECOND ?
		       i + 2 :
		       i + 1;
}

/* Is an instruction come upon for the first time? */
static bool reach(struct fn_tr *tr, u32 i)
{
	if (tr->src[i].flags & FN_SRC_REACHED)
		return false;
	tr->src[i].flags |= FN_SRC_REACHED;
	return true;
}

/* From one instruction to the next that follows it and was not seen. */
static bool visit(struct fn_tr *tr, u32 *at, u32 *stack, u32 *n)
{
	u32 i = *at, next = next_of(tr, i);
	struct fn_src *src = &tr->src[i];

	if (src->flags & (FN_SRC_JUMP | FN_SRC_CALL)) {
		tr->src[src->target].flags |= FN_SRC_LEADER;
		if (src->flags & FN_SRC_CALL)
			tr->src[src->target].flags |= FN_SRC_FUNC;
		if (reach(tr, src->target))
			stack[(*n)++] = src->target;
	}
	if (!(src->flags & FN_SRC_NEXT))
		return false;
	if (next >= tr->bpf->len) {
		fn_ir_refuse(
			tr, -EINVAL,
			"insn %u: the program runs off its end here; the last instruction must be exit or a jump\n",
			i);
		return false;
	}
	if (src->flags & FN_SRC_JUMP)
		tr->src[next].flags |= FN_SRC_LEADER;
	*at = next;
	return reach(tr, next);
}

static int find_reachable(struct fn_tr *tr)
{
	u32 *stack = fn_ir_dirty(tr, tr->bpf->len * sizeof(*stack));
	u32 n = 1;

	if (!stack)
		return tr->err;
	tr->src[0].flags |= FN_SRC_FUNC | FN_SRC_LEADER;
	stack[0] = 0;
	reach(tr, 0);
	while (n && !tr->err) {
		u32 i = stack[--n];

		while (visit(tr, &i, stack, &n))
			;
	}
	return tr->err;
}

static void make_blocks(struct fn_tr *tr, u32 func)
{
	const struct fn_func f = tr->funcs[func];
	u32 i;

	fn_ir_block(tr, func, f.start);
	for (i = f.start; i < f.end && !tr->err; i++) {
		u8 want = FN_SRC_LEADER | FN_SRC_REACHED;

		if ((tr->src[i].flags & want) == want)
			tr->src[i].block = fn_ir_block(tr, func, i);
	}
}

static u32 end_of_func(const struct fn_tr *tr, u32 start)
{
	u32 end = start + 1;

	while (end < tr->bpf->len && !(tr->src[end].flags & FN_SRC_FUNC))
		end++;
	return end;
}

static int make_funcs(struct fn_tr *tr)
{
	u32 i, func;

	for (i = 0; i < tr->bpf->len && !tr->err; i = tr->funcs[func].end) {
		func = fn_ir_func(tr, i, end_of_func(tr, i));
		if (func == FN_NONE)
			break;
		make_blocks(tr, func);
	}
	return tr->err;
}

static void add_succ(struct fn_tr *tr, u32 block, u32 i, u32 to)
{
	struct fn_block *b = &tr->blocks[block];
	const struct fn_func *f = &tr->funcs[b->func];

	if (to < f->start || to >= f->end) {
		fn_ir_refuse(
			tr, -EINVAL,
			"insn %u: control goes from the function at %u to insn %u of another; only calls may\n",
			i, f->start, to);
		return;
	}
	b->succ[b->nsucc++] = tr->src[to].block;
}

/* The last instruction of the block that starts at @i. */
static u32 end_of_block(const struct fn_tr *tr, u32 i)
{
	for (;;) {
		u32 next = next_of(tr, i);

		if (!(tr->src[i].flags & FN_SRC_NEXT) ||
		    tr->src[next].flags & FN_SRC_LEADER)
			return i;
		i = next;
	}
}

static void link_block(struct fn_tr *tr, u32 block)
{
	u32 i = end_of_block(tr, tr->blocks[block].origin);
	const struct fn_src *src = &tr->src[i];

	tr->blocks[block].tail = i;
	if (src->flags & FN_SRC_NEXT)
		add_succ(tr, block, i, next_of(tr, i));
	if (src->flags & FN_SRC_JUMP)
		add_succ(tr, block, i, src->target);
}

static void link_func(struct fn_tr *tr, u32 func)
{
	u32 entry = tr->funcs[func].block;
	u32 b = tr->blocks[entry].next;

	tr->blocks[entry].succ[0] = b;
	tr->blocks[entry].nsucc = 1;
	for (; b != FN_NONE; b = tr->blocks[b].next)
		link_block(tr, b);
}

/**
 * fn_pass_cfg - build functions and blocks without instructions
 * @tr: decoded program
 *
 * Return: 0, -EINVAL if control leaves the program or a function, -ENOMEM.
 */
int fn_pass_cfg(struct fn_tr *tr)
{
	u32 func;

	if (find_reachable(tr) || make_funcs(tr))
		return tr->err ?: -ENOMEM;
	for (func = 0; func < tr->nfuncs; func++)
		link_func(tr, func);
	return tr->err ?: fn_ir_preds(tr);
}
