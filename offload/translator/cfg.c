// SPDX-License-Identifier: GPL-2.0
/*
 * cfg: functions and basic blocks are built.
 *
 * A worklist finds what is reachable from the first instruction; leaders are
 * the targets of jumps and what follows a conditional jump (Aho, Lam, Sethi,
 * Ullman, "Compilers", 8.4). Each function begins with an empty entry block
 * without predecessors, where later passes put what is to be done once.
 *
 *	0: if r1 > 5 goto 2		b0: -> b1
 *	1: r0 = 1			b1: 0 to 0 -> b2, if true b3
 *	2: exit				b2: 1 to 1 -> b3
 *					b3: 2 to 2
 *
 * The blocks have no instructions yet. Time and memory are proportional to the
 * program.
 */
#include "bpf_isa.h"
#include "ir.h"

/* The instruction that follows in memory. */
static u32 next_of(const struct fn_tr *tr, u32 i)
{
	return i + 1 < tr->bpf->len &&
			       tr->src[i + 1].flags & FN_SRC_SECOND_HALF ?
		       i + 2 :
		       i + 1;
}

/* Marks an instruction as reachable; returns true the first time. */
static bool mark_reachable(struct fn_tr *tr, u32 i)
{
	if (tr->src[i].flags & FN_SRC_REACHABLE)
		return false;
	tr->src[i].flags |= FN_SRC_REACHABLE;
	return true;
}

/* Steps to the next instruction; returns false if it was visited. */
static bool visit(struct fn_tr *tr, u32 *at, u32 *worklist, u32 *n)
{
	u32 i = *at, next = next_of(tr, i);
	struct fn_src *src = &tr->src[i];

	if (src->flags & (FN_SRC_JUMP | FN_SRC_CALL)) {
		tr->src[src->target].flags |= FN_SRC_LEADER;
		if (src->flags & FN_SRC_CALL)
			tr->src[src->target].flags |= FN_SRC_FUNC;
		if (mark_reachable(tr, src->target))
			worklist[(*n)++] = src->target;
	}
	if (!(src->flags & FN_SRC_FALLTHROUGH))
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
	return mark_reachable(tr, next);
}

static int find_reachable(struct fn_tr *tr)
{
	u32 *worklist = fn_tmp_alloc(tr, tr->bpf->len * sizeof(*worklist));
	u32 n = 1;

	if (!worklist)
		return tr->err;
	tr->src[0].flags |= FN_SRC_FUNC | FN_SRC_LEADER;
	worklist[0] = 0;
	mark_reachable(tr, 0);
	while (n && !tr->err) {
		u32 i = worklist[--n];

		while (visit(tr, &i, worklist, &n))
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
		u8 want = FN_SRC_LEADER | FN_SRC_REACHABLE;

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

		if (!(tr->src[i].flags & FN_SRC_FALLTHROUGH) ||
		    tr->src[next].flags & FN_SRC_LEADER)
			return i;
		i = next;
	}
}

static void link_block(struct fn_tr *tr, u32 block)
{
	u32 i = end_of_block(tr, tr->blocks[block].bpf_first);
	const struct fn_src *src = &tr->src[i];

	tr->blocks[block].bpf_last = i;
	if (src->flags & FN_SRC_FALLTHROUGH)
		add_succ(tr, block, i, next_of(tr, i));
	if (src->flags & FN_SRC_JUMP)
		add_succ(tr, block, i, src->target);
}

static void link_func(struct fn_tr *tr, u32 func)
{
	u32 entry = tr->funcs[func].entry;
	u32 b = tr->blocks[entry].next;

	tr->blocks[entry].succ[0] = b;
	tr->blocks[entry].nsucc = 1;
	for (; b != FN_NONE; b = tr->blocks[b].next)
		link_block(tr, b);
}

/**
 * fn_pass_cfg - build functions and empty blocks
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
	return tr->err ?: fn_cfg_preds(tr);
}
