// SPDX-License-Identifier: GPL-2.0
/*
 * inline: small functions, and those with one call, are inlined.
 *
 * Functions are visited bottom-up over the call graph: a function comes after
 * its callees, so that what is copied has no calls left that are worth
 * inlining. Cycles of the call graph, which the verifier refuses, are left
 * alone.
 *
 *	b3: v37 = call f1 v36			b3: -> b12
 *	    v38 = add v35 v37			b12: v67 = mov v36 ...
 *						b17: v77 = phi v67 v71 -> b11
 *	f1: v55 = mov r1 ... ret v66		b11: v37 = phi v77
 *						     v38 = add v35 v37
 *
 * The callee's blocks are copied with fresh registers; its arguments become
 * copies, and its returns lead to what follows the call. Its frame is placed
 * below the part of the caller's frame that is in use, if both fit one frame.
 * Functions without calls are dropped at the end.
 *
 * The pass runs before all passes that look at more than a block, because these
 * need what the caller knows of the arguments. The program at most triples:
 * copies of functions with several calls are limited to twice its length.
 */
#include "ir.h"

#define SMALL 16 /* instructions that are worth a copy at each call */
#define LARGE 4096 /* the most that are moved to an only caller */
#define DEEPEST FN_MAX_FRAMES /* how often code moves to a caller, on average */

/**
 * struct summary - what is known of a function
 * @calls: number of calls of it
 * @size: number of its instructions
 * @stack: bytes of its frame that it uses, multiple of 8
 * @done: its own calls were visited
 */
struct summary {
	u32 calls;
	u32 size;
	u32 stack;
	bool done;
};

struct inl {
	struct fn_tr *tr;
	struct summary *summary; /* by function */
	u32 *reg; /* by register of the callee: that of the copy */
	u32 *block; /* by block of the callee: that of the copy */
	u32 regs; /* entries of @reg */
	u32 blocks; /* entries of @block */
	u32 budget; /* instructions that may still be added */
	u32 moves; /* instructions that may still be moved to an only caller */
	s32 frame_base; /* bytes of the caller's frame above the callee's */
};

/* ---- summaries of functions */

/* Is an operand only used as the base of an address? */
static bool is_address_use(const struct fn_ir *ir, const u32 *use)
{
	if (fn_ir_is_access(ir) || ir->op == FN_OP_ATOM)
		return use == &ir->a;
	return ir->op == FN_OP_ADD && ir->x == FN_X_IMM;
}

/*
 * How many bytes of the frame a use of a stack pointer may touch, counted from
 * r10 down: the whole frame if that is not known.
 */
static u32 stack_reach(struct fn_tr *tr, const struct fn_ir *ir, const u32 *use)
{
	bool fp = *use == FN_REG_FP;
	s64 low = ir->op == FN_OP_ADD ? ir->imm : ir->off;

	if (ir->op == FN_OP_HELPER && !fp)
		return 0;
	if (!is_address_use(ir, use) || fn_ir_index(ir) != FN_NONE)
		return FN_MAX_FRAME_SIZE;
	if (!fp)
		return low >= 0 ? 0 : FN_MAX_FRAME_SIZE;
	return low < 0 && low >= -FN_MAX_FRAME_SIZE ? round_up(-low, 8) :
						      FN_MAX_FRAME_SIZE;
}

static u32 stack_of(struct fn_tr *tr, struct fn_ir *ir)
{
	u32 *use[FN_MAX_USES];
	u32 n, most = 0;

	if (ir->op == FN_IR_PHI)
		return 0;
	n = fn_ir_uses(tr, ir, use);
	while (n--)
		if (fn_region_of(tr, *use[n]) == FN_REGION_STACK)
			most = max(most, stack_reach(tr, ir, use[n]));
	return most;
}

static void summarize(struct inl *in, u32 func)
{
	struct fn_tr *tr = in->tr;
	struct summary *summary = &in->summary[func];
	u32 b, i;

	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next) {
		for (i = fn_ir_first(tr, b); i; i = fn_ir_next(tr, i)) {
			summary->size++;
			summary->stack =
				max(summary->stack, stack_of(tr, &tr->irs[i]));
			if (tr->irs[i].op == FN_OP_CALL)
				in->summary[tr->irs[i].imm].calls++;
		}
	}
}

static bool is_profitable(const struct inl *in, u32 caller, u32 callee)
{
	const struct summary *f = &in->summary[callee];

	if (!callee || !f->done || callee == caller)
		return false;
	if (f->stack &&
	    in->summary[caller].stack + f->stack > in->tr->funcs[caller].frame)
		return false;
	if (f->calls == 1)
		return f->size <= LARGE && f->size <= in->moves;
	return f->size <= SMALL && f->size <= in->budget;
}

/* ---- copies */

static u32 copy_of(const struct inl *in, u32 reg)
{
	return reg < FN_NREGS ? reg : in->reg[reg];
}

static void new_regs(struct inl *in, u32 func)
{
	struct fn_tr *tr = in->tr;
	u32 b, i;

	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next)
		for (i = fn_ir_first(tr, b); i; i = fn_ir_next(tr, i))
			if (fn_ir_defines(&tr->irs[i]))
				in->reg[tr->irs[i].d] = tr->nregs++;
}

static void new_blocks(struct inl *in, u32 func, u32 after)
{
	struct fn_tr *tr = in->tr;
	u32 b;

	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next) {
		u32 n = fn_ir_block_after(tr, after);

		if (tr->err)
			return;
		in->block[b] = n;
		tr->blocks[n].bpf_first = tr->blocks[b].bpf_first;
		tr->blocks[n].bpf_last = tr->blocks[b].bpf_last;
		after = n;
	}
}

static void copy_edges(struct inl *in, u32 from)
{
	struct fn_tr *tr = in->tr;
	u32 to = in->block[from], n = tr->blocks[from].npred, p, s;
	u32 preds = fn_ir_args(tr, n);

	if (tr->err)
		return;
	for (p = 0; p < n; p++)
		tr->args[preds + p] =
			in->block[tr->args[tr->blocks[from].pred + p]];
	tr->blocks[to].pred = preds;
	tr->blocks[to].npred = n;
	tr->blocks[to].nsucc = tr->blocks[from].nsucc;
	for (s = 0; s < tr->blocks[from].nsucc; s++) {
		tr->blocks[to].succ[s] = in->block[tr->blocks[from].succ[s]];
		tr->blocks[to].pred_index[s] = tr->blocks[from].pred_index[s];
	}
}

static u32 copy_args(struct inl *in, u32 first, u32 n)
{
	u32 args = fn_ir_args(in->tr, n), i;

	for (i = 0; i < n && !in->tr->err; i++)
		in->tr->args[args + i] = copy_of(in, in->tr->args[first + i]);
	return args;
}

/* Moves stack accesses below the caller's own. */
static void rebase_frame(struct inl *in, struct fn_ir *ir)
{
	bool access = fn_ir_is_access(ir) || ir->op == FN_OP_ATOM;

	if (ir->op == FN_IR_PHI || ir->a != FN_REG_FP)
		return;
	if (access)
		ir->off -= in->frame_base;
	else if (ir->op == FN_OP_ADD && ir->x == FN_X_IMM)
		ir->imm -= in->frame_base;
}

static void copy_one(struct inl *in, u32 at, const struct fn_ir *call, u32 to)
{
	struct fn_tr *tr = in->tr;
	struct fn_ir ir = tr->irs[at];
	u32 *use[FN_MAX_USES];
	u32 n;

	if (ir.op == FN_IR_PHI) {
		ir.args = copy_args(in, ir.args,
				    tr->blocks[tr->irs[at].block].npred);
	} else if (ir.op == FN_OP_HELPER || ir.op == FN_OP_CALL) {
		ir.args = copy_args(in, ir.args, ir.nargs);
		if (ir.op == FN_OP_CALL)
			in->summary[ir.imm].calls++;
	} else if (ir.op == FN_OP_MOV && !ir.x && ir.b >= 1 && ir.b <= 5) {
		ir.b = ir.b <= call->nargs ? tr->args[call->args + ir.b - 1] :
					     FN_REG_ZERO;
	} else {
		n = fn_ir_uses(tr, &ir, use);
		while (n--)
			*use[n] = copy_of(in, *use[n]);
		rebase_frame(in, &ir);
	}
	if (fn_ir_defines(&ir))
		ir.d = in->reg[ir.d];
	tr->origin = ir.origin;
	if (!tr->err)
		fn_ir_append(tr, to, ir);
}

/* ---- calls */

/* Splits a block behind a call. */
static u32 split_block(struct fn_tr *tr, u32 at)
{
	u32 block = tr->irs[at].block, i, s;
	u32 rest = fn_ir_block_after(tr, block);
	struct fn_block *b = &tr->blocks[block], *r = &tr->blocks[rest];

	if (tr->err)
		return FN_NONE;
	r->first = tr->irs[at].next;
	r->last = r->first ? b->last : 0;
	if (r->first)
		tr->irs[r->first].prev = 0;
	for (i = r->first; i; i = fn_ir_next(tr, i))
		tr->irs[i].block = rest;
	tr->irs[at].next = 0;
	b->last = at;
	r->nsucc = b->nsucc;
	for (s = 0; s < b->nsucc; s++) {
		r->succ[s] = b->succ[s];
		r->pred_index[s] = b->pred_index[s];
		tr->args[tr->blocks[r->succ[s]].pred + r->pred_index[s]] = rest;
	}
	b->nsucc = 0;
	return rest;
}

static u32 count_returns(const struct fn_tr *tr, u32 func)
{
	u32 b, n = 0;

	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next)
		n += tr->blocks[b].last &&
		     tr->irs[tr->blocks[b].last].op == FN_OP_RET;
	return n;
}

/* Connects the returns to the rest of the caller, with a PHI of the results. */
static void link_returns(struct inl *in, u32 func, u32 rest, u32 result)
{
	struct fn_tr *tr = in->tr;
	u32 n = count_returns(tr, func), p = 0, b, ret;
	u32 preds = fn_ir_args(tr, n), args = fn_ir_args(tr, n);
	struct fn_ir phi = { .op = FN_IR_PHI, .d = result, .args = args };

	if (tr->err)
		return;
	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next) {
		u32 copy = in->block[b];

		ret = tr->blocks[copy].last;
		if (!ret || tr->irs[ret].op != FN_OP_RET)
			continue;
		tr->args[preds + p] = copy;
		tr->args[args + p] = tr->irs[ret].a;
		fn_ir_remove(tr, ret);
		tr->blocks[copy].succ[0] = rest;
		tr->blocks[copy].pred_index[0] = p++;
		tr->blocks[copy].nsucc = 1;
	}
	tr->blocks[rest].pred = preds;
	tr->blocks[rest].npred = n;
	fn_ir_insert_at(tr, rest, tr->blocks[rest].first, phi);
}

static bool grow_maps(struct inl *in)
{
	struct fn_tr *tr = in->tr;
	u32 *reg =
		fn_vec_grow(tr, in->reg, 0, tr->nregs, &in->regs, sizeof(*reg));
	u32 *block;

	if (reg)
		in->reg = reg;
	block = fn_vec_grow(tr, in->block, 0, tr->nblocks, &in->blocks,
			    sizeof(*block));
	if (block)
		in->block = block;
	if (!reg || !block)
		tr->err = -ENOMEM;
	return reg && block;
}

static void copy_func(struct inl *in, u32 func, const struct fn_ir *call)
{
	struct fn_tr *tr = in->tr;
	u32 b, i;

	new_regs(in, func);
	new_blocks(in, func, call->block);
	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next) {
		if (!tr->err)
			copy_edges(in, b);
		for (i = tr->blocks[b].first; i && !tr->err;
		     i = fn_ir_next(tr, i))
			copy_one(in, i, call, in->block[b]);
	}
}

/* Connects the block of the call to the entry of the copy. */
static void link_entry(struct inl *in, u32 func, u32 block)
{
	struct fn_tr *tr = in->tr;
	u32 pred = fn_ir_args(tr, 1);
	u32 entry = in->block[tr->funcs[func].entry];

	if (tr->err)
		return;
	tr->args[pred] = block;
	tr->blocks[entry].pred = pred;
	tr->blocks[entry].npred = 1;
	tr->blocks[block].succ[0] = entry;
	tr->blocks[block].pred_index[0] = 0;
	tr->blocks[block].nsucc = 1;
}

static void inline_call(struct inl *in, u32 at)
{
	struct fn_tr *tr = in->tr;
	const struct fn_ir call = tr->irs[at];
	u32 func = call.imm, caller, rest;

	if (!grow_maps(in))
		return;
	rest = split_block(tr, at);
	if (rest == FN_NONE)
		return;
	caller = tr->blocks[call.block].func;
	fn_ir_remove(tr, at);
	in->frame_base = in->summary[func].stack ? in->summary[caller].stack :
						   0;
	copy_func(in, func, &call);
	if (tr->err)
		return;
	link_returns(in, func, rest, call.d);
	link_entry(in, func, call.block);
	/* The copy of a function with one call replaces it. */
	if (in->summary[func].calls > 1)
		in->budget -= in->summary[func].size;
	else
		in->moves -= in->summary[func].size;
	in->summary[caller].size += in->summary[func].size;
}

/* Calls are visited backwards, so that what is split off was visited. */
static void visit_block(struct inl *in, u32 func, u32 block, u32 *max_stack)
{
	struct fn_tr *tr = in->tr;
	u32 i, prev;

	for (i = tr->blocks[block].last; i && !tr->err; i = prev) {
		u32 callee = tr->irs[i].imm;

		prev = fn_ir_prev(tr, i);
		if (tr->irs[i].op != FN_OP_CALL ||
		    !is_profitable(in, func, callee))
			continue;
		*max_stack = max(*max_stack, in->summary[callee].stack);
		inline_call(in, i);
		in->summary[callee].calls--;
	}
}

/* Inlined callees share the rest of the caller's frame. */
static void visit_func(struct inl *in, u32 func)
{
	struct fn_tr *tr = in->tr;
	u32 last = tr->funcs[func].last, max_stack = 0, b;

	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next) {
		bool end = b == last;

		visit_block(in, func, b, &max_stack);
		if (end || tr->err)
			break;
	}
	in->summary[func].stack += max_stack;
	in->summary[func].done = true;
}

/* Bottom-up; compilers put callees behind their callers. */
static void visit_all(struct inl *in)
{
	struct fn_tr *tr = in->tr;
	u32 *order = fn_tmp_alloc(tr, tr->nfuncs * sizeof(*order));
	u32 n, i;

	if (!order)
		return;
	n = fn_callgraph_order(tr, true, order);
	for (i = 0; i < n && !tr->err; i++)
		visit_func(in, order[i]);
}

/* ---- functions without calls */

/**
 * struct callees - the functions that are still called
 * @number: by function: its new number, FN_NONE if it is not called
 * @worklist: functions whose calls are not visited yet
 * @n: number of @worklist
 */
struct callees {
	u32 *number;
	u32 *worklist;
	u32 n;
};

static void mark_callee(struct callees *c, u32 func)
{
	if (c->number[func] != FN_NONE)
		return;
	c->number[func] = 0;
	c->worklist[c->n++] = func;
}

static void mark_callees(struct fn_tr *tr, struct callees *c, u32 func)
{
	u32 b, i;

	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next)
		for (i = fn_ir_first(tr, b); i; i = fn_ir_next(tr, i))
			if (tr->irs[i].op == FN_OP_CALL)
				mark_callee(c, tr->irs[i].imm);
}

static void renumber(struct fn_tr *tr, u32 func, const u32 *number)
{
	u32 b, i;

	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next) {
		tr->blocks[b].func = func;
		for (i = fn_ir_first(tr, b); i; i = fn_ir_next(tr, i))
			if (tr->irs[i].op == FN_OP_CALL)
				tr->irs[i].imm = number[tr->irs[i].imm];
	}
}

static void drop_funcs(struct fn_tr *tr, struct callees *c)
{
	u32 f, n = 0;

	memset(c->number, 0xff, tr->nfuncs * sizeof(*c->number));
	mark_callee(c, 0);
	while (c->n)
		mark_callees(tr, c, c->worklist[--c->n]);
	for (f = 0; f < tr->nfuncs; f++) {
		if (c->number[f] == FN_NONE)
			continue;
		c->number[f] = n;
		tr->funcs[n++] = tr->funcs[f];
	}
	if (n < tr->nfuncs)
		fn_cfg_changed(tr);
	tr->nfuncs = n;
	for (f = 0; f < n; f++)
		renumber(tr, f, c->number);
}

static void run(struct inl *in)
{
	struct fn_tr *tr = in->tr;
	u32 n = tr->nfuncs, f;

	for (f = 0; f < n; f++)
		summarize(in, f);
	in->budget = 2 * tr->bpf->len;
	in->moves = DEEPEST * tr->bpf->len;
	visit_all(in);
}

/**
 * fn_pass_inline - inline functions
 * @tr: program in which each register has one definition, without copies
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_inline(struct fn_tr *tr)
{
	struct inl in = { .tr = tr };
	struct callees c = {};

	if (tr->nfuncs == 1)
		return 0;
	if (fn_ir_values(tr))
		return -ENOMEM;
	fn_ir_regions(tr);
	in.summary = fn_tmp_zalloc(tr, tr->nfuncs * sizeof(*in.summary));
	c.number = fn_tmp_alloc(tr, tr->nfuncs * sizeof(*c.number));
	c.worklist = fn_tmp_alloc(tr, tr->nfuncs * sizeof(*c.worklist));
	if (!tr->err) {
		run(&in);
		drop_funcs(tr, &c);
	}
	fn_vec_free(tr, in.reg);
	fn_vec_free(tr, in.block);
	return tr->err ?: fn_cfg_order(tr);
}
