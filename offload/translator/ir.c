// SPDX-License-Identifier: GPL-2.0
/*
 * Building and editing the intermediate representation.
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

	funcs = fn_vec_grow(tr, tr->funcs, tr->nfuncs, tr->nfuncs + 1,
			    &tr->cap_funcs, sizeof(*funcs));
	if (!funcs) {
		tr->err = -ENOMEM;
		return FN_NONE;
	}
	tr->funcs = funcs;
	funcs[tr->nfuncs] = (struct fn_func){
		.start = start,
		.end = end,
		.entry = FN_NONE,
		.last = FN_NONE,
	};
	return tr->nfuncs++;
}

static u32 new_block(struct fn_tr *tr, const struct fn_block *b)
{
	struct fn_block *blocks;

	blocks = fn_vec_grow(tr, tr->blocks, tr->nblocks, tr->nblocks + 1,
			     &tr->cap_blocks, sizeof(*blocks));
	if (!blocks) {
		tr->err = -ENOMEM;
		return FN_NONE;
	}
	fn_cfg_changed(tr);
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
		.bpf_first = origin,
		.bpf_last = FN_ORIGIN_NONE,
		.next = FN_NONE,
	};
	u32 block = new_block(tr, &b);

	if (block == FN_NONE)
		return FN_NONE;
	if (f->last == FN_NONE)
		f->entry = block;
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
		.bpf_first = tr->blocks[block].bpf_last,
		.bpf_last = tr->blocks[block].bpf_last,
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
 * fn_ir_args - allocate a list of operands
 * @tr: program
 * @n: number of operands
 *
 * Return: index of the first in @tr->args; 0 (and @tr->err set) without memory.
 */
u32 fn_ir_args(struct fn_tr *tr, u32 n)
{
	u32 first = tr->nargs;
	u32 *args;

	args = fn_vec_grow(tr, tr->args, first, first + n, &tr->cap_args,
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
		irs = fn_vec_grow(tr, tr->irs, tr->nirs, tr->nirs + 1,
				  &tr->cap_irs, sizeof(*irs));
		if (!irs) {
			tr->err = -ENOMEM;
			return 0;
		}
		tr->irs = irs;
	}
	fn_ir_changed(tr);
	tr->has_accesses |= fn_ir_is_access(ir);
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
 * fn_ir_insert_at - add an instruction before another or at the end of a block
 * @tr: program
 * @block: number of the block
 * @before: number of the other, whose origin it takes; 0 for the end
 * @ir: instruction; its place is filled in
 *
 * Return: its number, 0 (and @tr->err set) without memory.
 */
u32 fn_ir_insert_at(struct fn_tr *tr, u32 block, u32 before, struct fn_ir ir)
{
	return before ? fn_ir_insert(tr, before, ir) :
			fn_ir_append(tr, block, ir);
}

/**
 * fn_ir_first_non_phi - find the first instruction behind the PHIs of a block
 * @tr: program
 * @block: number of the block
 *
 * Return: the instruction, 0 if there is none.
 */
u32 fn_ir_first_non_phi(const struct fn_tr *tr, u32 block)
{
	u32 i = tr->blocks[block].first;

	while (fn_ir_phi(tr, i))
		i = fn_ir_next(tr, i);
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

	fn_ir_changed(tr);
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
		for (b = tr->funcs[func].entry; b != FN_NONE;
		     b = tr->blocks[b].next)
			tr->blocks[b].npred = 0;
	for (func = 0; func < tr->nfuncs; func++)
		for (b = tr->funcs[func].entry; b != FN_NONE;
		     b = tr->blocks[b].next)
			for (s = 0; s < tr->blocks[b].nsucc; s++)
				tr->blocks[tr->blocks[b].succ[s]].npred++;
}

static void place_preds(struct fn_tr *tr)
{
	u32 func, b;

	for (func = 0; func < tr->nfuncs; func++) {
		for (b = tr->funcs[func].entry; b != FN_NONE;
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

		tr->blocks[block].pred_index[s] = to->npred;
		tr->args[to->pred + to->npred++] = block;
	}
}

/**
 * fn_cfg_preds - find the predecessors of all blocks
 * @tr: program with its successors complete and no PHI
 *
 * Return: 0 or -ENOMEM.
 */
int fn_cfg_preds(struct fn_tr *tr)
{
	u32 func, b;

	count_preds(tr);
	place_preds(tr);
	if (tr->err)
		return tr->err;
	for (func = 0; func < tr->nfuncs; func++)
		for (b = tr->funcs[func].entry; b != FN_NONE;
		     b = tr->blocks[b].next)
			list_preds(tr, b);
	return 0;
}

/* The last predecessor takes the place of the removed one. */
static void remove_pred(struct fn_tr *tr, u32 block, u32 p)
{
	struct fn_block *b = &tr->blocks[block];
	u32 last = --b->npred, s;
	struct fn_block *moved = &tr->blocks[tr->args[b->pred + last]];
	u32 i;

	fn_cfg_changed(tr);
	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i))
		tr->args[tr->irs[i].args + p] =
			tr->args[tr->irs[i].args + last];
	tr->args[b->pred + p] = tr->args[b->pred + last];
	for (s = 0; s < moved->nsucc; s++)
		if (moved->succ[s] == block && moved->pred_index[s] == last)
			moved->pred_index[s] = p;
}

/**
 * fn_cfg_remove_edge - remove an edge and its PHI operands
 * @tr: program with predecessors
 * @block: where the edge begins; its branch is for the caller to remove
 * @s: which of its successors
 */
void fn_cfg_remove_edge(struct fn_tr *tr, u32 block, u32 s)
{
	struct fn_block *b = &tr->blocks[block];

	remove_pred(tr, b->succ[s], b->pred_index[s]);
	if (!s) {
		b->succ[0] = b->succ[1];
		b->pred_index[0] = b->pred_index[1];
	}
	b->nsucc--;
}

/**
 * fn_cfg_fold_branch - remove a branch whose outcome is known
 * @tr: program with predecessors
 * @jcc: number of the branch
 * @taken: it is always taken; else it never is
 */
void fn_cfg_fold_branch(struct fn_tr *tr, u32 jcc, bool taken)
{
	u32 block = tr->irs[jcc].block;

	fn_ir_remove(tr, jcc);
	fn_cfg_remove_edge(tr, block, !taken);
}

/**
 * fn_cfg_split_edge - insert an empty block into an edge
 * @tr: program with predecessors
 * @block: where the edge begins
 * @s: which of its successors
 *
 * Return: number of the new block, which follows @block in memory; FN_NONE (and
 * @tr->err set) without memory.
 */
u32 fn_cfg_split_edge(struct fn_tr *tr, u32 block, u32 s)
{
	u32 p = tr->blocks[block].pred_index[s];
	u32 to = tr->blocks[block].succ[s];
	u32 pred = fn_ir_args(tr, 1);
	u32 n = fn_ir_block_after(tr, block);

	if (tr->err)
		return FN_NONE;
	tr->args[pred] = block;
	tr->blocks[n].pred = pred;
	tr->blocks[n].npred = 1;
	tr->blocks[n].succ[0] = to;
	tr->blocks[n].pred_index[0] = p;
	tr->blocks[n].nsucc = 1;
	tr->blocks[block].succ[s] = n;
	tr->blocks[block].pred_index[s] = 0;
	tr->args[tr->blocks[to].pred + p] = n;
	return n;
}

/**
 * fn_block_is_unreachable - has a block lost all its predecessors?
 * @tr: program with predecessors
 * @block: number of the block
 *
 * Return: true if it has none and is no entry block.
 */
bool fn_block_is_unreachable(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];

	return !b->npred && tr->funcs[b->func].entry != block;
}

/**
 * fn_block_splice - move a block's instructions to the end of another's
 * @tr: program
 * @block: the other
 * @from: the block, which is empty afterwards
 */
void fn_block_splice(struct fn_tr *tr, u32 block, u32 from)
{
	struct fn_block *b = &tr->blocks[block], *f = &tr->blocks[from];
	u32 i;

	fn_ir_changed(tr);
	for (i = f->first; i; i = fn_ir_next(tr, i))
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
 * fn_block_can_merge - can a block be merged with its successor?
 * @tr: program with predecessors
 * @block: number of the block
 *
 * Return: true if it has one successor, which has no other predecessor.
 */
bool fn_block_can_merge(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];

	return b->nsucc == 1 && b->succ[0] != block &&
	       tr->blocks[b->succ[0]].npred == 1;
}

/* PHIs with one operand become copies. */
static void phis_to_copies(struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i)) {
		tr->irs[i].op = FN_OP_MOV;
		tr->irs[i].x = 0;
		tr->irs[i].b = tr->args[tr->irs[i].args];
	}
}

/**
 * fn_block_merge - merge a block with its successor
 * @tr: program with predecessors
 * @block: a block with one successor, whose only predecessor it is
 *
 * The other block is empty and gone afterwards. Its PHIs become copies.
 */
void fn_block_merge(struct fn_tr *tr, u32 block)
{
	struct fn_block *b = &tr->blocks[block];
	struct fn_block *from = &tr->blocks[b->succ[0]];
	u32 s;

	fn_cfg_changed(tr);
	phis_to_copies(tr, b->succ[0]);
	fn_block_splice(tr, block, b->succ[0]);
	b->nsucc = from->nsucc;
	b->bpf_last = from->bpf_last;
	for (s = 0; s < b->nsucc; s++) {
		b->succ[s] = from->succ[s];
		b->pred_index[s] = from->pred_index[s];
		tr->args[tr->blocks[b->succ[s]].pred + b->pred_index[s]] =
			block;
	}
	from->nsucc = 0;
	from->npred = 0;
}

/**
 * fn_ir_is_conditional - does an instruction branch or exit on a condition?
 * @ir: instruction
 *
 * Return: true for branches and conditional exits.
 */
bool fn_ir_is_conditional(const struct fn_ir *ir)
{
	return ir->op == FN_OP_JCC || ir->op == FN_OP_EXITC;
}

/**
 * fn_block_const_exit - does a block only exit with a constant?
 * @tr: program
 * @block: number of the block
 *
 * Return: its only instruction, an EXIT with an immediate; NULL if it is
 * another block.
 */
const struct fn_ir *fn_block_const_exit(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];
	const struct fn_ir *ir = &tr->irs[b->last];

	return b->last && b->first == b->last && ir->op == FN_OP_EXIT &&
			       ir->x & FN_X_IMM ?
		       ir :
		       NULL;
}

/**
 * fn_cond_inverse - invert a condition
 * @x: modifiers of a JCC
 *
 * Return: modifiers of the branch that is taken when this one is not.
 */
u8 fn_cond_inverse(u8 x)
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
 * fn_cond_swapped - swap the operands of a condition
 * @x: modifiers of a JCC
 *
 * Return: modifiers for operands b and a that are equivalent to @x for a and b.
 */
u8 fn_cond_swapped(u8 x)
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
 * Return: @err, which is also values_version if it is the first.
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
