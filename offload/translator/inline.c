// SPDX-License-Identifier: GPL-2.0
/*
 * inline: small functions, and those called once, become part of their callers.
 *
 * Bottom-up over the call graph: a function is looked at when all that it calls
 * are done, so that what is copied has no calls left that are worth it.
 * Functions that call each other in a circle, which the verifier does not let
 * pass, stay as they are.
 *
 *	b3: v37 = call f1 v36			b3: -> b12
 *	    v38 = add v35 v37			b12: v67 = mov v36 ...
 *						b17: v77 = phi v67 v71 -> b11
 *	f1: v55 = mov r1 ... ret v66		b11: v37 = phi v77
 *						     v38 = add v35 v37
 *
 * The function's blocks are copied with registers of their own; its arguments
 * are moves, its returns lead to what follows the call. Its frame is put below
 * what the caller uses of its own, if both fit one. Functions that nobody calls
 * any more are dropped.
 *
 * Comes before all passes that look at more than a block: what a caller knows
 * of arguments is what they need. The program at most triples, as copies of
 * functions with more calls than one are bounded by twice its length.
 */
#include "ir.h"

#define SMALL 16 /* instructions that are worth a copy at each call */
#define LARGE 4096 /* the most that are moved to an only caller */

/**
 * struct about - what is known of a function
 * @calls: of it
 * @size: instructions
 * @stack: bytes of its frame that it uses, multiple of 8
 * @done: its own calls were looked at
 */
struct about {
	u32 calls;
	u32 size;
	u32 stack;
	bool done;
};

struct inl {
	struct fn_tr *tr;
	struct about *about; /* by function */
	u32 *reg; /* by register of the callee: that of the copy */
	u32 *block; /* by block of the callee: that of the copy */
	u32 regs; /* entries of @reg */
	u32 blocks; /* entries of @block */
	u32 room; /* instructions that may still be added */
	s32 below; /* where the callee's frame begins in the caller's */
};

/* ---- what functions are like */

/* Is an operand used in no other way than to say where an access is? */
static bool says_where(const struct fn_ir *ir, const u32 *use)
{
	if (fn_ir_memory(ir) || ir->op == FN_OP_ATOM)
		return use == &ir->a;
	return ir->op == FN_OP_ADD && ir->x == FN_X_IMM;
}

/*
 * How far down in the frame an instruction's use of an address reaches: all the
 * way if it is not plain to see.
 */
static u32 reach(struct fn_tr *tr, const struct fn_ir *ir, const u32 *use)
{
	bool fp = *use == FN_REG_FP;
	s64 low = ir->op == FN_OP_ADD ? ir->imm : ir->off;

	if (ir->op == FN_OP_HELPER && !fp)
		return 0;
	if (!says_where(ir, use) || fn_ir_index(ir) != FN_NONE)
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
		if (fn_kind_of(tr, *use[n]) == FN_KIND_STACK)
			most = max(most, reach(tr, ir, use[n]));
	return most;
}

static void look_at(struct inl *in, u32 func)
{
	struct fn_tr *tr = in->tr;
	struct about *about = &in->about[func];
	u32 b, i;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next) {
		for (i = tr->blocks[b].first; i; i = tr->irs[i].next) {
			about->size++;
			about->stack =
				max(about->stack, stack_of(tr, &tr->irs[i]));
			if (tr->irs[i].op == FN_OP_CALL)
				in->about[tr->irs[i].imm].calls++;
		}
	}
}

static bool worth(const struct inl *in, u32 caller, u32 callee)
{
	const struct about *f = &in->about[callee];

	if (!callee || !f->done || callee == caller)
		return false;
	if (f->stack &&
	    in->about[caller].stack + f->stack > in->tr->funcs[caller].frame)
		return false;
	if (f->calls == 1)
		return f->size <= LARGE;
	return f->size <= SMALL && f->size <= in->room;
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

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next)
		for (i = tr->blocks[b].first; i; i = tr->irs[i].next)
			if (fn_ir_writes(&tr->irs[i]))
				in->reg[tr->irs[i].d] = tr->nregs++;
}

static void new_blocks(struct inl *in, u32 func, u32 after)
{
	struct fn_tr *tr = in->tr;
	u32 b;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next) {
		u32 n = fn_ir_block_after(tr, after);

		if (tr->err)
			return;
		in->block[b] = n;
		tr->blocks[n].origin = tr->blocks[b].origin;
		tr->blocks[n].tail = tr->blocks[b].tail;
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
		tr->blocks[to].edge[s] = tr->blocks[from].edge[s];
	}
}

static u32 copy_args(struct inl *in, u32 first, u32 n)
{
	u32 args = fn_ir_args(in->tr, n), i;

	for (i = 0; i < n && !in->tr->err; i++)
		in->tr->args[args + i] = copy_of(in, in->tr->args[first + i]);
	return args;
}

/* The frame's address is the caller's, and an access's offset lower. */
static void move_frame(struct inl *in, struct fn_ir *ir)
{
	bool access = fn_ir_memory(ir) || ir->op == FN_OP_ATOM;

	if (ir->op == FN_IR_PHI || ir->a != FN_REG_FP)
		return;
	if (access)
		ir->off -= in->below;
	else if (ir->op == FN_OP_ADD && ir->x == FN_X_IMM)
		ir->imm -= in->below;
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
			in->about[ir.imm].calls++;
	} else if (ir.op == FN_OP_MOV && !ir.x && ir.b >= 1 && ir.b <= 5) {
		ir.b = ir.b <= call->nargs ? tr->args[call->args + ir.b - 1] :
					     FN_REG_ZERO;
	} else {
		n = fn_ir_uses(tr, &ir, use);
		while (n--)
			*use[n] = copy_of(in, *use[n]);
		move_frame(in, &ir);
	}
	if (fn_ir_writes(&ir))
		ir.d = in->reg[ir.d];
	tr->origin = ir.origin;
	if (!tr->err)
		fn_ir_append(tr, to, ir);
}

/* ---- calls */

/* What follows the call becomes a block of its own. */
static u32 cut(struct fn_tr *tr, u32 at)
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
	for (i = r->first; i; i = tr->irs[i].next)
		tr->irs[i].block = rest;
	tr->irs[at].next = 0;
	b->last = at;
	r->nsucc = b->nsucc;
	for (s = 0; s < b->nsucc; s++) {
		r->succ[s] = b->succ[s];
		r->edge[s] = b->edge[s];
		tr->args[tr->blocks[r->succ[s]].pred + r->edge[s]] = rest;
	}
	b->nsucc = 0;
	return rest;
}

static u32 count_returns(const struct fn_tr *tr, u32 func)
{
	u32 b, n = 0;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next)
		n += tr->blocks[b].last &&
		     tr->irs[tr->blocks[b].last].op == FN_OP_RET;
	return n;
}

/* Returns lead to the rest, and bring the result. */
static void link_returns(struct inl *in, u32 func, u32 rest, u32 result)
{
	struct fn_tr *tr = in->tr;
	u32 n = count_returns(tr, func), p = 0, b, ret;
	u32 preds = fn_ir_args(tr, n), args = fn_ir_args(tr, n);
	struct fn_ir phi = { .op = FN_IR_PHI, .d = result, .args = args };

	if (tr->err)
		return;
	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next) {
		u32 copy = in->block[b];

		ret = tr->blocks[copy].last;
		if (!ret || tr->irs[ret].op != FN_OP_RET)
			continue;
		tr->args[preds + p] = copy;
		tr->args[args + p] = tr->irs[ret].a;
		fn_ir_remove(tr, ret);
		tr->blocks[copy].succ[0] = rest;
		tr->blocks[copy].edge[0] = p++;
		tr->blocks[copy].nsucc = 1;
	}
	tr->blocks[rest].pred = preds;
	tr->blocks[rest].npred = n;
	fn_ir_put(tr, rest, tr->blocks[rest].first, phi);
}

static bool make_room(struct inl *in)
{
	struct fn_tr *tr = in->tr;
	u32 *reg =
		fn_ir_grow(tr, in->reg, 0, tr->nregs, &in->regs, sizeof(*reg));
	u32 *block;

	if (reg)
		in->reg = reg;
	block = fn_ir_grow(tr, in->block, 0, tr->nblocks, &in->blocks,
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
	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next) {
		if (!tr->err)
			copy_edges(in, b);
		for (i = tr->blocks[b].first; i && !tr->err;
		     i = tr->irs[i].next)
			copy_one(in, i, call, in->block[b]);
	}
}

/* The block that ended in the call leads to the copy's first. */
static void link_entry(struct inl *in, u32 func, u32 block)
{
	struct fn_tr *tr = in->tr;
	u32 pred = fn_ir_args(tr, 1);
	u32 entry = in->block[tr->funcs[func].block];

	if (tr->err)
		return;
	tr->args[pred] = block;
	tr->blocks[entry].pred = pred;
	tr->blocks[entry].npred = 1;
	tr->blocks[block].succ[0] = entry;
	tr->blocks[block].edge[0] = 0;
	tr->blocks[block].nsucc = 1;
}

static void inline_call(struct inl *in, u32 at)
{
	struct fn_tr *tr = in->tr;
	const struct fn_ir call = tr->irs[at];
	u32 func = call.imm, caller, rest;

	if (!make_room(in))
		return;
	rest = cut(tr, at);
	if (rest == FN_NONE)
		return;
	caller = tr->blocks[call.block].func;
	fn_ir_remove(tr, at);
	in->below = in->about[func].stack ? in->about[caller].stack : 0;
	copy_func(in, func, &call);
	if (tr->err)
		return;
	link_returns(in, func, rest, call.d);
	link_entry(in, func, call.block);
	/* The only call's copy takes the place of the function. */
	if (in->about[func].calls > 1)
		in->room -= in->about[func].size;
	in->about[caller].size += in->about[func].size;
}

/* Calls from the last on, so that what is cut off need not be looked at. */
static void visit_block(struct inl *in, u32 func, u32 block, u32 *deepest)
{
	struct fn_tr *tr = in->tr;
	u32 i, prev;

	for (i = tr->blocks[block].last; i && !tr->err; i = prev) {
		u32 callee = tr->irs[i].imm;

		prev = tr->irs[i].prev;
		if (tr->irs[i].op != FN_OP_CALL || !worth(in, func, callee))
			continue;
		*deepest = max(*deepest, in->about[callee].stack);
		inline_call(in, i);
		in->about[callee].calls--;
	}
}

/* Those that are inlined share what is left of the caller's frame. */
static void visit_func(struct inl *in, u32 func)
{
	struct fn_tr *tr = in->tr;
	u32 last = tr->funcs[func].last, deepest = 0, b;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next) {
		bool end = b == last;

		visit_block(in, func, b, &deepest);
		if (end || tr->err)
			break;
	}
	in->about[func].stack += deepest;
	in->about[func].done = true;
}

static bool ready(const struct inl *in, u32 func)
{
	const struct fn_tr *tr = in->tr;
	u32 b, i;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next)
		for (i = tr->blocks[b].first; i; i = tr->irs[i].next)
			if (tr->irs[i].op == FN_OP_CALL &&
			    !in->about[tr->irs[i].imm].done)
				return false;
	return true;
}

/* Callees before callers; functions that call each other in a circle never. */
static void visit_all(struct inl *in)
{
	struct fn_tr *tr = in->tr;
	bool more = true;
	u32 f;

	while (more && !tr->err) {
		more = false;
		/* Compilers put callees behind their callers. */
		for (f = tr->nfuncs; f-- && !tr->err;) {
			if (in->about[f].done || !ready(in, f))
				continue;
			visit_func(in, f);
			more = true;
		}
	}
}

/* ---- functions that are left */

static void reach_calls(struct fn_tr *tr, u32 func, u32 *number, bool *more)
{
	u32 b, i;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next) {
		for (i = tr->blocks[b].first; i; i = tr->irs[i].next) {
			if (tr->irs[i].op != FN_OP_CALL ||
			    number[tr->irs[i].imm] != FN_NONE)
				continue;
			number[tr->irs[i].imm] = 0;
			*more = true;
		}
	}
}

static void renumber(struct fn_tr *tr, u32 func, const u32 *number)
{
	u32 b, i;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next) {
		tr->blocks[b].func = func;
		for (i = tr->blocks[b].first; i; i = tr->irs[i].next)
			if (tr->irs[i].op == FN_OP_CALL)
				tr->irs[i].imm = number[tr->irs[i].imm];
	}
}

static void drop_funcs(struct fn_tr *tr, u32 *number)
{
	bool more = true;
	u32 f, n = 0;

	for (f = 0; f < tr->nfuncs; f++)
		number[f] = f ? FN_NONE : 0;
	while (more) {
		more = false;
		for (f = 0; f < tr->nfuncs; f++)
			if (number[f] != FN_NONE)
				reach_calls(tr, f, number, &more);
	}
	for (f = 0; f < tr->nfuncs; f++) {
		if (number[f] == FN_NONE)
			continue;
		number[f] = n;
		tr->funcs[n++] = tr->funcs[f];
	}
	if (n < tr->nfuncs)
		fn_ir_reshaped(tr);
	tr->nfuncs = n;
	for (f = 0; f < n; f++)
		renumber(tr, f, number);
}

static void run(struct inl *in)
{
	struct fn_tr *tr = in->tr;
	u32 n = tr->nfuncs, f;

	for (f = 0; f < n; f++)
		look_at(in, f);
	in->room = 2 * tr->bpf->len;
	visit_all(in);
}

/**
 * fn_pass_inline - put functions where they are called
 * @tr: program in which each register has one definition, without copies
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_inline(struct fn_tr *tr)
{
	struct inl in = { .tr = tr };
	u32 *number;

	if (tr->nfuncs == 1)
		return 0;
	if (fn_ir_values(tr))
		return -ENOMEM;
	fn_ir_kinds(tr);
	in.about = fn_ir_temp(tr, tr->nfuncs * sizeof(*in.about));
	number = fn_ir_temp(tr, tr->nfuncs * sizeof(*number));
	if (in.about && number) {
		run(&in);
		drop_funcs(tr, number);
	}
	fn_ir_drop(tr, in.reg);
	fn_ir_drop(tr, in.block);
	return tr->err ?: fn_ir_order(tr);
}
