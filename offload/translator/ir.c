// SPDX-License-Identifier: GPL-2.0
/*
 * Making and changing the program that the passes work on.
 */
#include "ir.h"

/**
 * fn_ir_func - add a function
 * @tr: program
 * @start: first BPF instruction
 * @end: first BPF instruction behind it
 *
 * Return: its number, FN_NONE (and @tr->err set) without memory.
 */
u32 fn_ir_func(struct fn_tr *tr, u32 start, u32 end)
{
	struct fn_func *funcs;

	funcs = fn_ir_grow(tr, tr->funcs, tr->nfuncs, tr->nfuncs + 1,
			   &tr->cap_funcs, sizeof(*funcs));
	if (!funcs) {
		tr->err = -ENOMEM;
		return FN_NONE;
	}
	tr->funcs = funcs;
	funcs[tr->nfuncs] = (struct fn_func){
		.start = start,
		.end = end,
		.block = FN_NONE,
		.last = FN_NONE,
	};
	return tr->nfuncs++;
}

static u32 new_block(struct fn_tr *tr, const struct fn_block *b)
{
	struct fn_block *blocks;

	blocks = fn_ir_grow(tr, tr->blocks, tr->nblocks, tr->nblocks + 1,
			    &tr->cap_blocks, sizeof(*blocks));
	if (!blocks) {
		tr->err = -ENOMEM;
		return FN_NONE;
	}
	fn_ir_reshaped(tr);
	tr->blocks = blocks;
	blocks[tr->nblocks] = *b;
	return tr->nblocks++;
}

/**
 * fn_ir_block - add an empty block at the end of a function
 * @tr: program
 * @func: number of the function
 * @origin: first BPF instruction
 *
 * Return: its number, FN_NONE (and @tr->err set) without memory.
 */
u32 fn_ir_block(struct fn_tr *tr, u32 func, u32 origin)
{
	struct fn_func *f = &tr->funcs[func];
	struct fn_block b = {
		.func = func,
		.origin = origin,
		.tail = FN_ORIGIN_NONE,
		.next = FN_NONE,
	};
	u32 block = new_block(tr, &b);

	if (block == FN_NONE)
		return FN_NONE;
	if (f->last == FN_NONE)
		f->block = block;
	else
		tr->blocks[f->last].next = block;
	f->last = block;
	return block;
}

/**
 * fn_ir_block_after - add an empty block in the middle of a function
 * @tr: program
 * @block: that it follows in memory
 *
 * Return: its number, FN_NONE (and @tr->err set) without memory.
 */
u32 fn_ir_block_after(struct fn_tr *tr, u32 block)
{
	struct fn_block b = {
		.func = tr->blocks[block].func,
		.origin = tr->blocks[block].tail,
		.tail = tr->blocks[block].tail,
		.next = tr->blocks[block].next,
	};
	u32 n = new_block(tr, &b);

	if (n == FN_NONE)
		return FN_NONE;
	tr->blocks[block].next = n;
	if (b.next == FN_NONE)
		tr->funcs[b.func].last = n;
	return n;
}

/**
 * fn_ir_args - make room for operands
 * @tr: program
 * @n: how many
 *
 * Return: index of the first in @tr->args; 0 (and @tr->err set) without memory.
 */
u32 fn_ir_args(struct fn_tr *tr, u32 n)
{
	u32 first = tr->nargs;
	u32 *args;

	args = fn_ir_grow(tr, tr->args, first, first + n, &tr->cap_args,
			  sizeof(*args));
	if (!args) {
		tr->err = -ENOMEM;
		return 0;
	}
	tr->args = args;
	tr->nargs += n;
	return first;
}

static u32 new_ir(struct fn_tr *tr, const struct fn_ir *ir)
{
	struct fn_ir *irs;

	if (tr->nirs == tr->cap_irs) {
		irs = fn_ir_grow(tr, tr->irs, tr->nirs, tr->nirs + 1,
				 &tr->cap_irs, sizeof(*irs));
		if (!irs) {
			tr->err = -ENOMEM;
			return 0;
		}
		tr->irs = irs;
	}
	fn_ir_edited(tr);
	tr->memory |= fn_ir_memory(ir);
	tr->irs[tr->nirs] = *ir;
	return tr->nirs++;
}

/**
 * fn_ir_append - add an instruction at the end of a block
 * @tr: program
 * @block: number of the block
 * @ir: instruction; its place and origin are filled in
 *
 * Return: its number, 0 (and @tr->err set) without memory.
 */
u32 fn_ir_append(struct fn_tr *tr, u32 block, struct fn_ir ir)
{
	struct fn_block *b = &tr->blocks[block];
	u32 n;

	ir.block = block;
	ir.prev = b->last;
	ir.next = 0;
	ir.origin = tr->origin;
	n = new_ir(tr, &ir);
	if (!n)
		return 0;
	if (b->last)
		tr->irs[b->last].next = n;
	else
		b->first = n;
	b->last = n;
	return n;
}

/**
 * fn_ir_insert - add an instruction before another
 * @tr: program
 * @before: number of the other, whose origin it takes
 * @ir: instruction; its place is filled in
 *
 * Return: its number, 0 (and @tr->err set) without memory.
 */
u32 fn_ir_insert(struct fn_tr *tr, u32 before, struct fn_ir ir)
{
	struct fn_block *b = &tr->blocks[tr->irs[before].block];
	u32 n;

	ir.block = tr->irs[before].block;
	ir.prev = tr->irs[before].prev;
	ir.next = before;
	ir.origin = tr->irs[before].origin;
	n = new_ir(tr, &ir);
	if (!n)
		return 0;
	if (ir.prev)
		tr->irs[ir.prev].next = n;
	else
		b->first = n;
	tr->irs[before].prev = n;
	return n;
}

/**
 * fn_ir_put - add an instruction before another or at the end of a block
 * @tr: program
 * @block: number of the block
 * @before: number of the other, whose origin it takes; 0 for the end
 * @ir: instruction; its place is filled in
 *
 * Return: its number, 0 (and @tr->err set) without memory.
 */
u32 fn_ir_put(struct fn_tr *tr, u32 block, u32 before, struct fn_ir ir)
{
	return before ? fn_ir_insert(tr, before, ir) :
			fn_ir_append(tr, block, ir);
}

/**
 * fn_ir_behind_phis - where a block's own instructions begin
 * @tr: program
 * @block: number of the block
 *
 * Return: its first instruction that is no PHI, 0 if there is none.
 */
u32 fn_ir_behind_phis(const struct fn_tr *tr, u32 block)
{
	u32 i = tr->blocks[block].first;

	while (fn_ir_phi(tr, i))
		i = tr->irs[i].next;
	return i;
}

/**
 * fn_ir_remove - take an instruction out of its block
 * @tr: program
 * @ir: number of the instruction; its own links stay as they are
 */
void fn_ir_remove(struct fn_tr *tr, u32 ir)
{
	struct fn_ir *i = &tr->irs[ir];
	struct fn_block *b = &tr->blocks[i->block];

	fn_ir_edited(tr);
	if (i->prev)
		tr->irs[i->prev].next = i->next;
	else
		b->first = i->next;
	if (i->next)
		tr->irs[i->next].prev = i->prev;
	else
		b->last = i->prev;
}

static void count_preds(struct fn_tr *tr)
{
	u32 func, b, s;

	for (func = 0; func < tr->nfuncs; func++)
		for (b = tr->funcs[func].block; b != FN_NONE;
		     b = tr->blocks[b].next)
			tr->blocks[b].npred = 0;
	for (func = 0; func < tr->nfuncs; func++)
		for (b = tr->funcs[func].block; b != FN_NONE;
		     b = tr->blocks[b].next)
			for (s = 0; s < tr->blocks[b].nsucc; s++)
				tr->blocks[tr->blocks[b].succ[s]].npred++;
}

static void place_preds(struct fn_tr *tr)
{
	u32 func, b;

	for (func = 0; func < tr->nfuncs; func++) {
		for (b = tr->funcs[func].block; b != FN_NONE;
		     b = tr->blocks[b].next) {
			tr->blocks[b].pred =
				fn_ir_args(tr, tr->blocks[b].npred);
			tr->blocks[b].npred = 0;
		}
	}
}

static void list_preds(struct fn_tr *tr, u32 block)
{
	u32 s;

	for (s = 0; s < tr->blocks[block].nsucc; s++) {
		struct fn_block *to = &tr->blocks[tr->blocks[block].succ[s]];

		tr->blocks[block].edge[s] = to->npred;
		tr->args[to->pred + to->npred++] = block;
	}
}

/**
 * fn_ir_preds - find the predecessors of all blocks
 * @tr: program with its successors complete and no PHI
 *
 * Return: 0 or -ENOMEM.
 */
int fn_ir_preds(struct fn_tr *tr)
{
	u32 func, b;

	count_preds(tr);
	place_preds(tr);
	if (tr->err)
		return tr->err;
	for (func = 0; func < tr->nfuncs; func++)
		for (b = tr->funcs[func].block; b != FN_NONE;
		     b = tr->blocks[b].next)
			list_preds(tr, b);
	return 0;
}

/* The last predecessor takes the place of the one that goes. */
static void remove_pred(struct fn_tr *tr, u32 block, u32 p)
{
	struct fn_block *b = &tr->blocks[block];
	u32 last = --b->npred, s;
	struct fn_block *moved = &tr->blocks[tr->args[b->pred + last]];
	u32 i;

	fn_ir_reshaped(tr);
	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i))
		tr->args[tr->irs[i].args + p] =
			tr->args[tr->irs[i].args + last];
	tr->args[b->pred + p] = tr->args[b->pred + last];
	for (s = 0; s < moved->nsucc; s++)
		if (moved->succ[s] == block && moved->edge[s] == last)
			moved->edge[s] = p;
}

/**
 * fn_ir_unlink - remove an edge, and what PHIs had from it
 * @tr: program with predecessors
 * @block: where the edge begins; its branch is for the caller to remove
 * @s: which of its successors
 */
void fn_ir_unlink(struct fn_tr *tr, u32 block, u32 s)
{
	struct fn_block *b = &tr->blocks[block];

	remove_pred(tr, b->succ[s], b->edge[s]);
	if (!s) {
		b->succ[0] = b->succ[1];
		b->edge[0] = b->edge[1];
	}
	b->nsucc--;
}

/**
 * fn_ir_decide - remove a branch that always goes the same way
 * @tr: program with predecessors
 * @jcc: number of the branch
 * @taken: it always jumps; else it never does
 */
void fn_ir_decide(struct fn_tr *tr, u32 jcc, bool taken)
{
	u32 block = tr->irs[jcc].block;

	fn_ir_remove(tr, jcc);
	fn_ir_unlink(tr, block, !taken);
}

/**
 * fn_ir_split - put an empty block on an edge
 * @tr: program with predecessors
 * @block: where the edge begins
 * @s: which of its successors
 *
 * Return: number of the new block, which follows @block in memory; FN_NONE (and
 * @tr->err set) without memory.
 */
u32 fn_ir_split(struct fn_tr *tr, u32 block, u32 s)
{
	u32 p = tr->blocks[block].edge[s];
	u32 to = tr->blocks[block].succ[s];
	u32 pred = fn_ir_args(tr, 1);
	u32 n = fn_ir_block_after(tr, block);

	if (tr->err)
		return FN_NONE;
	tr->args[pred] = block;
	tr->blocks[n].pred = pred;
	tr->blocks[n].npred = 1;
	tr->blocks[n].succ[0] = to;
	tr->blocks[n].edge[0] = p;
	tr->blocks[n].nsucc = 1;
	tr->blocks[block].succ[s] = n;
	tr->blocks[block].edge[s] = 0;
	tr->args[tr->blocks[to].pred + p] = n;
	return n;
}

/**
 * fn_ir_gone - is a block no longer part of the program?
 * @tr: program with predecessors
 * @block: number of the block
 *
 * Return: true if nothing leads to it any more and it begins no function.
 */
bool fn_ir_gone(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];

	return !b->npred && tr->funcs[b->func].block != block;
}

/**
 * fn_ir_take - move a block's instructions to the end of another's
 * @tr: program
 * @block: the other
 * @from: the block, which is empty afterwards
 */
void fn_ir_take(struct fn_tr *tr, u32 block, u32 from)
{
	struct fn_block *b = &tr->blocks[block], *f = &tr->blocks[from];
	u32 i;

	fn_ir_edited(tr);
	for (i = f->first; i; i = tr->irs[i].next)
		tr->irs[i].block = block;
	if (!f->first)
		return;
	tr->irs[f->first].prev = b->last;
	if (b->last)
		tr->irs[b->last].next = f->first;
	else
		b->first = f->first;
	b->last = f->last;
	f->first = 0;
	f->last = 0;
}

/**
 * fn_ir_follows - is there only one way out of a block and into the next?
 * @tr: program with predecessors
 * @block: number of the block
 *
 * Return: true if nothing else leads to where it leads.
 */
bool fn_ir_follows(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];

	return b->nsucc == 1 && b->succ[0] != block &&
	       tr->blocks[b->succ[0]].npred == 1;
}

/* With one way to it, a PHI has one choice. */
static void drop_phis(struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i)) {
		tr->irs[i].op = FN_OP_MOV;
		tr->irs[i].x = 0;
		tr->irs[i].b = tr->args[tr->irs[i].args];
	}
}

/**
 * fn_ir_absorb - let a block take in the one that follows it
 * @tr: program with predecessors
 * @block: a block with one successor, whose only predecessor it is
 *
 * The other block is empty and gone afterwards. Its PHIs become copies.
 */
void fn_ir_absorb(struct fn_tr *tr, u32 block)
{
	struct fn_block *b = &tr->blocks[block];
	struct fn_block *from = &tr->blocks[b->succ[0]];
	u32 s;

	fn_ir_reshaped(tr);
	drop_phis(tr, b->succ[0]);
	fn_ir_take(tr, block, b->succ[0]);
	b->nsucc = from->nsucc;
	b->tail = from->tail;
	for (s = 0; s < b->nsucc; s++) {
		b->succ[s] = from->succ[s];
		b->edge[s] = from->edge[s];
		tr->args[tr->blocks[b->succ[s]].pred + b->edge[s]] = block;
	}
	from->nsucc = 0;
	from->npred = 0;
}

/**
 * fn_ir_compares - does control depend on a comparison here?
 * @ir: instruction
 *
 * Return: true for branches and conditional exits.
 */
bool fn_ir_compares(const struct fn_ir *ir)
{
	return ir->op == FN_OP_JCC || ir->op == FN_OP_EXITC;
}

/**
 * fn_ir_verdict - does a block only end the program with a constant?
 * @tr: program
 * @block: number of the block
 *
 * Return: its one instruction, an EXIT with an immediate; NULL if there is more
 * to it.
 */
const struct fn_ir *fn_ir_verdict(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	const struct fn_ir *ir = &tr->irs[b->last];

	return b->last && b->first == b->last && ir->op == FN_OP_EXIT &&
			       ir->x & FN_X_IMM ?
		       ir :
		       NULL;
}

/**
 * fn_ir_opposite - turn a condition around
 * @x: modifiers of a JCC
 *
 * Return: modifiers with which it jumps when it would not have.
 */
u8 fn_ir_opposite(u8 x)
{
	static const u8 of[FN_NCONDS] = {
		[FN_EQ] = FN_NE,   [FN_NE] = FN_EQ,   [FN_GT] = FN_LE,
		[FN_GE] = FN_LT,   [FN_LT] = FN_GE,   [FN_LE] = FN_GT,
		[FN_SGT] = FN_SLE, [FN_SGE] = FN_SLT, [FN_SLT] = FN_SGE,
		[FN_SLE] = FN_SGT, [FN_SET] = FN_CLR, [FN_CLR] = FN_SET,
	};

	return (x & 0xf) | of[FN_X_COND(x)] << FN_X_COND_SHIFT;
}

/**
 * fn_ir_mirrored - let the operands of a condition trade places
 * @x: modifiers of a JCC
 *
 * Return: modifiers with which it says of b and a what it said of a and b.
 */
u8 fn_ir_mirrored(u8 x)
{
	static const u8 of[FN_NCONDS] = {
		[FN_EQ] = FN_EQ,   [FN_NE] = FN_NE,   [FN_GT] = FN_LT,
		[FN_GE] = FN_LE,   [FN_LT] = FN_GT,   [FN_LE] = FN_GE,
		[FN_SGT] = FN_SLT, [FN_SGE] = FN_SLE, [FN_SLT] = FN_SGT,
		[FN_SLE] = FN_SGE, [FN_SET] = FN_SET, [FN_CLR] = FN_CLR,
	};

	return (x & 0xf) | of[FN_X_COND(x)] << FN_X_COND_SHIFT;
}

/**
 * fn_ir_refuse - say why a program can't be translated
 * @tr: program
 * @err: error
 * @fmt: what is refused, why, and what would be accepted; ends in a newline
 *
 * Return: @err, which is also noted if it is the first.
 */
int fn_ir_refuse(struct fn_tr *tr, int err, const char *fmt, ...)
{
	va_list ap;

	if (!tr->err)
		tr->err = err;
	if (!tr->log || !tr->log->write)
		return err;
	va_start(ap, fmt);
	tr->log->write(tr->log->ctx, fmt, ap);
	va_end(ap);
	return err;
}
