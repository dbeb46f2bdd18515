// SPDX-License-Identifier: GPL-2.0
/*
 * alloc: every value gets one of the card's registers.
 *
 * Registers of a program in SSA form can be given greedily in any order in
 * which definitions come before their uses, such as reverse post order: the
 * interference graph is chordal and need not be built (Hack, Grund and Goos,
 * "Register Allocation for Programs in SSA-Form", 2006). At each definition a
 * register is taken that no value has that is live. First a look
 * backwards through each block finds where values end and which registers they
 * must avoid, because these are written while the values are live: arguments,
 * results, and what a called function changes.
 *
 *	v2 = ld4 [ rz +4 ]			r11 = ld4 [ rz +4 ]
 *	r1 = mov 805306368			r1 = mov 805306368
 *	helper 1				helper 1
 *	v18 = mov r0				exiteq r0 0 : 2
 *	exiteq v18 0 : 2			r12 = add r11 14
 *	v19 = add v2 14
 *
 * Values that a PHI joins, and values moved to or from a fixed register, are a
 * web in a disjoint-set forest and wish for the same one (biased coloring:
 * Briggs, 1992), which they mostly get; such moves go away.
 *
 * Where there is none left, the value is chosen to live in the stack that is
 * read the least. When all have been tried, those are put there (spill.c), and
 * all begins anew: what is loaded from the stack needs a register for a moment.
 *
 * Functions are done callees first, so that a call is known to change no more
 * than it does. Time and memory in proportion to the program and what is live
 * where blocks begin, for each of ROUNDS rounds at most.
 */
#include "../helpers.h"
#include "ir.h"

#define ALL (0x7fffffffu & ~BIT(FN_REG_FP) & ~BIT(FN_REG_MOVE))
#define KEPT 0x3c0u /* r6 to r9: CALL saves them */
#define NO_COLOR 0xff
#define UNWANTED 0x80 /* the result */
#define ROUNDS 16

struct alloc {
	struct fn_tr *tr;
	u8 *color; /* by register */
	u8 *ends; /* by instruction: which uses are last ones, a bit each; UNWANTED */
	u32 *avoid; /* by register */
	u32 *web; /* by register: others that want the same color */
	u32 *web_avoid; /* by web */
	u8 *wish; /* by web: color */
	u32 *pos; /* by register: place in @list and 1, 0 if not live */
	u8 *spilled; /* by register: it is to live in the stack */
	u32 *list; /* live values */
	u32 nlist;
	u32 busy; /* the card's registers that hold something live */
	u32 used;
	u32 func;
	u32 newest; /* color that was given last */
	u32 owner[FN_NREGS]; /* by color: value that had it last */
	u32 all; /* registers that may be given */
	u32 nvalues; /* registers beyond were made by spilling */
	bool again;
};

static void join(struct alloc *a, u32 x, u32 y)
{
	if (x < FN_NREGS || y < FN_NREGS)
		return;
	x = fn_ir_web(a->web, x);
	y = fn_ir_web(a->web, y);
	if (x == y)
		return;
	a->web[y] = x;
	if (a->wish[x] == NO_COLOR)
		a->wish[x] = a->wish[y];
}

static void wish(struct alloc *a, u32 reg, u32 color)
{
	u32 web;

	if (reg < FN_NREGS || !(a->all & BIT(color)))
		return;
	web = fn_ir_web(a->web, reg);
	if (a->wish[web] == NO_COLOR)
		a->wish[web] = color;
}

static void find_wishes(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	u32 i, p;

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
		const struct fn_ir *ir = &tr->irs[i];

		if (ir->op == FN_IR_PHI)
			for (p = 0; p < tr->blocks[block].npred; p++)
				join(a, ir->d, tr->args[ir->args + p]);
		if (ir->op != FN_OP_MOV || ir->x)
			continue;
		if (ir->d < FN_NREGS)
			wish(a, ir->b, ir->d);
		else if (ir->b < FN_NREGS)
			wish(a, ir->d, ir->b);
		else
			join(a, ir->d, ir->b);
	}
}

/* ---- backwards: ends, and registers to avoid */

static void set_live(struct alloc *a, u32 reg)
{
	if (reg < FN_NREGS || a->pos[reg])
		return;
	a->list[a->nlist++] = reg;
	a->pos[reg] = a->nlist;
}

static void set_dead(struct alloc *a, u32 reg)
{
	u32 at = a->pos[reg], last;

	if (!at)
		return;
	last = a->list[--a->nlist];
	a->list[at - 1] = last;
	a->pos[last] = at;
	a->pos[reg] = 0;
}

static void live_out(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	const struct fn_block *b = &tr->blocks[block];
	u32 s, n, i;

	for (s = 0; s < b->nsucc; s++) {
		const struct fn_block *to = &tr->blocks[b->succ[s]];
		u32 edge = tr->blocks[block].edge[s];

		for (n = to->live; n != FN_NONE; n = tr->args[n + 1])
			set_live(a, tr->args[n]);
		for (i = fn_ir_first_phi(tr, b->succ[s]); i;
		     i = fn_ir_next_phi(tr, i))
			set_live(a, tr->args[tr->irs[i].args + edge]);
	}
}

/* Before there are registers, only moves out of one name it as an operand. */
static u32 fixed_reads(const struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->op == FN_OP_MOV && !ir->x && ir->b < FN_NREGS)
		return BIT(ir->b);
	return fn_group_implied(tr, ir);
}

static void avoid_all(struct alloc *a, u32 mask, u32 except)
{
	u32 n;

	for (n = 0; n < a->nlist && mask; n++)
		if (a->list[n] != except)
			a->avoid[a->list[n]] |= mask;
}

static void look_back(struct alloc *a, u32 at)
{
	struct fn_tr *tr = a->tr;
	struct fn_ir *ir = &tr->irs[at];
	u32 writes = fn_group_writes(tr, ir);
	u32 *use[FN_MAX_USES];
	u32 n;

	avoid_all(a, writes, ir->op == FN_OP_MOV && !ir->x ? ir->b : FN_NONE);
	a->used |= writes;
	a->busy &= ~writes;
	if (fn_ir_writes(ir) && ir->d >= FN_NREGS) {
		a->avoid[ir->d] |= a->busy;
		if (!a->pos[ir->d])
			a->ends[at] |= UNWANTED;
		set_dead(a, ir->d);
	}
	a->busy |= fixed_reads(tr, ir);
	if (ir->op == FN_IR_PHI)
		return;
	n = fn_ir_uses(tr, ir, use);
	while (n--) {
		if (*use[n] >= FN_NREGS && !a->pos[*use[n]])
			a->ends[at] |= BIT(n);
		set_live(a, *use[n]);
	}
}

static void scan_back(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	u32 i;

	a->busy = 0;
	live_out(a, block);
	for (i = tr->blocks[block].last; i && !tr->err; i = tr->irs[i].prev)
		look_back(a, i);
	while (a->nlist)
		set_dead(a, a->list[a->nlist - 1]);
}

/* ---- forwards: colors */

/*
 * Registers that nothing else wants are taken before those that calls need. Of
 * those the next: one that was just in use would make words wait that could
 * issue together, and is more often wanted by what was there before.
 */
static u32 choose(struct alloc *a, u32 mask)
{
	static const u32 classes[] = { 0x7ffff800, KEPT, 0x3f };
	static const u32 callee[] = { KEPT, 0x7ffff800, 0x3f };
	const u32 *of = a->func ? callee : classes;
	u32 c, later;

	for (c = 0; c < ARRAY_SIZE(classes) - 1; c++)
		if (mask & of[c])
			break;
	mask &= of[c];
	later = mask & ~((2u << a->newest) - 1);
	if (later)
		mask = later;
	a->newest = ilog2(mask & -mask);
	return a->newest;
}

/* A result that keeps an old value has two definitions, which spill.c has not. */
static bool can_spill(struct alloc *a, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(a->tr, reg);

	return def && reg < a->nvalues && !a->spilled[reg] &&
	       def->op != FN_OP_ATOM;
}

/* Which value is worth a register the least: @reg or one that has one? */
static u32 least(struct alloc *a, u32 reg)
{
	u32 mask = a->all & a->busy & ~a->avoid[reg];
	u32 best = can_spill(a, reg) ? reg : FN_NONE;

	for (; mask; mask &= mask - 1) {
		u32 color = ilog2(mask & -mask), other = a->owner[color];

		if (!other || a->color[other] != color || !can_spill(a, other))
			continue;
		if (best == FN_NONE ||
		    a->tr->values[other].uses < a->tr->values[best].uses)
			best = other;
	}
	return best;
}

/* Make room for a value, or choose it to live in the stack itself. */
static void choose_spill(struct alloc *a, u32 reg)
{
	u32 victim;

	if (fn_ir_count(a->tr))
		return;
	victim = least(a, reg);
	if (victim == FN_NONE) {
		a->tr->err = -ENOSPC;
		return;
	}
	a->again = true;
	a->spilled[victim] = 1;
	if (victim == reg)
		return;
	a->color[reg] = a->color[victim];
	a->color[victim] = NO_COLOR;
}

static void give(struct alloc *a, u32 reg)
{
	u32 web = fn_ir_web(a->web, reg);
	u32 can = a->all & ~a->busy & ~a->avoid[reg];
	u32 better = can & ~a->web_avoid[web];
	u8 color = a->wish[web];

	if (!can) {
		choose_spill(a, reg);
		return;
	}
	if (color == NO_COLOR || !(can & BIT(color)))
		color = choose(a, better ? better : can);
	if (a->wish[web] == NO_COLOR)
		a->wish[web] = color;
	a->color[reg] = color;
	a->used |= BIT(color);
}

static void take(struct alloc *a, u32 reg)
{
	if (a->color[reg] == NO_COLOR)
		return;
	a->busy |= BIT(a->color[reg]);
	a->owner[a->color[reg]] = reg;
}

static void define(struct alloc *a, u32 reg)
{
	if (reg < FN_NREGS)
		return;
	if (a->color[reg] == NO_COLOR && !a->spilled[reg])
		give(a, reg);
	take(a, reg);
}

static void release(struct alloc *a, u32 reg)
{
	if (reg < FN_NREGS)
		a->busy &= ~BIT(reg);
	else if (a->color[reg] != NO_COLOR)
		a->busy &= ~BIT(a->color[reg]);
}

static void color_one(struct alloc *a, u32 at)
{
	struct fn_tr *tr = a->tr;
	struct fn_ir *ir = &tr->irs[at];
	u32 *use[FN_MAX_USES];
	u32 n = ir->op == FN_IR_PHI ? 0 : fn_ir_uses(tr, ir, use);

	while (n--)
		if (a->ends[at] & BIT(n))
			release(a, *use[n]);
	if (!fn_ir_writes(ir))
		return;
	define(a, ir->d);
	/* Nobody wants it: it is written, and that is all. PHIs do so at once. */
	if (!tr->err && a->ends[at] & UNWANTED && ir->op != FN_IR_PHI)
		release(a, ir->d);
}

static void color_block(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	u32 i, n;

	a->busy = 0;
	for (n = tr->blocks[block].live; n != FN_NONE; n = tr->args[n + 1])
		take(a, tr->args[n]);
	for (i = tr->blocks[block].first; i && !tr->err; i = tr->irs[i].next)
		color_one(a, i);
}

static u32 color_of(const struct alloc *a, u32 reg)
{
	return reg < FN_NREGS ? reg : a->color[reg];
}

static void rewrite_one(struct alloc *a, u32 at)
{
	struct fn_tr *tr = a->tr;
	struct fn_ir *ir = &tr->irs[at];
	u32 *use[FN_MAX_USES];
	u32 n;

	if (ir->op == FN_IR_PHI) {
		for (n = 0; n < tr->blocks[ir->block].npred; n++)
			tr->args[ir->args + n] =
				color_of(a, tr->args[ir->args + n]);
	} else {
		n = fn_ir_uses(tr, ir, use);
		while (n--)
			*use[n] = color_of(a, *use[n]);
	}
	if (fn_ir_writes(ir))
		ir->d = color_of(a, ir->d);
	if (ir->op == FN_OP_MOV && !ir->x && ir->d == ir->b)
		fn_ir_remove(tr, at);
}

/* ---- functions, those that are called first */

static void gather_avoid(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	u32 i;

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next) {
		u32 d = tr->irs[i].d;

		if (fn_ir_writes(&tr->irs[i]) && d >= FN_NREGS)
			a->web_avoid[fn_ir_web(a->web, d)] |= a->avoid[d];
	}
}

static void alloc_func(struct alloc *a, u32 func)
{
	struct fn_tr *tr = a->tr;
	u32 first = tr->blocks[tr->funcs[func].block].order;
	u32 end = fn_ir_func_end(tr, func);
	u32 o;

	a->func = func;
	a->used = 0;
	for (o = first; o < end; o++)
		find_wishes(a, tr->order[o]);
	for (o = first; o < end && !tr->err; o++)
		scan_back(a, tr->order[o]);
	for (o = first; o < end; o++)
		gather_avoid(a, tr->order[o]);
	for (o = first; o < end && !tr->err; o++)
		color_block(a, tr->order[o]);
	tr->funcs[func].writes = (a->used | BIT(FN_REG_MOVE)) & ~KEPT;
}

/* May a function be done, since all that it calls is? */
static bool ready(const struct fn_tr *tr, u32 func)
{
	u32 end = fn_ir_func_end(tr, func), o, i;

	if (tr->nfuncs == 1)
		return true;
	for (o = tr->blocks[tr->funcs[func].block].order; o < end; o++)
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			if (tr->irs[i].op == FN_OP_CALL &&
			    tr->funcs[tr->irs[i].imm].writes == FN_NONE)
				return false;
	return true;
}

/* Functions that call each other in a circle never are. */
static void alloc_all(struct alloc *a)
{
	struct fn_tr *tr = a->tr;
	bool more = true;
	u32 f;

	for (f = 0; f < tr->nfuncs; f++)
		tr->funcs[f].writes = FN_NONE;
	while (more && !tr->err) {
		more = false;
		for (f = 0; f < tr->nfuncs && !tr->err; f++) {
			if (tr->funcs[f].writes != FN_NONE || !ready(tr, f))
				continue;
			alloc_func(a, f);
			more = true;
		}
	}
	for (f = 0; f < tr->nfuncs; f++)
		if (tr->funcs[f].writes == FN_NONE)
			tr->err = tr->err ?: -ENOSPC;
}

static void rewrite_all(struct alloc *a)
{
	struct fn_tr *tr = a->tr;
	u32 o, i;

	for (o = 0; o < tr->norder; o++)
		for (i = tr->blocks[tr->order[o]].first; i; i = tr->irs[i].next)
			rewrite_one(a, i);
}

static void run(struct alloc *a)
{
	u32 r;

	memset(a->color, NO_COLOR, a->tr->nregs);
	memset(a->wish, NO_COLOR, a->tr->nregs);
	for (r = 0; r < a->tr->nregs; r++)
		a->web[r] = r;
	alloc_all(a);
	if (a->tr->err)
		return;
	if (a->again)
		fn_ir_spill(a->tr, a->spilled);
	else
		rewrite_all(a);
}

static bool make_room(struct alloc *a)
{
	struct fn_tr *tr = a->tr;
	u32 n = tr->nregs;

	a->color = fn_ir_dirty(tr, n);
	a->wish = fn_ir_dirty(tr, n);
	a->ends = fn_ir_temp(tr, tr->nirs);
	a->avoid = fn_ir_temp(tr, n * sizeof(*a->avoid));
	a->web = fn_ir_dirty(tr, n * sizeof(*a->web));
	a->web_avoid = fn_ir_temp(tr, n * sizeof(*a->web_avoid));
	a->pos = fn_ir_temp(tr, n * sizeof(*a->pos));
	a->list = fn_ir_dirty(tr, n * sizeof(*a->list));
	a->spilled = fn_ir_temp(tr, n);
	return !tr->err;
}

/* True if values went to the stack and all is to be done again. */
static bool one_round(struct fn_tr *tr, u32 nvalues)
{
	struct alloc *a = fn_ir_temp(tr, sizeof(*a));

	if (!a || fn_ir_values(tr) || fn_ir_live(tr))
		return false;
	a->tr = tr;
	a->nvalues = nvalues;
	a->all = ALL;
	if (tr->opt->registers)
		a->all &= BIT(tr->opt->registers) - 1;
	if (make_room(a))
		run(a);
	return a->again && !tr->err;
}

/**
 * fn_pass_alloc - give values registers
 * @tr: program with values pinned to where the card wants them
 *
 * PHIs remain, with registers of the card.
 *
 * Return: 0, -ENOSPC if the stack has no room for the values that are live
 * when there are no more registers, -ENOMEM.
 */
int fn_pass_alloc(struct fn_tr *tr)
{
	u32 rounds = 1, nvalues = tr->nregs;
	struct fn_mark mark = fn_ir_mark(tr);

	while (one_round(tr, nvalues)) {
		if (rounds++ == ROUNDS)
			return tr->err = -ENOSPC;
		fn_ir_release(tr, mark);
	}
	return tr->err;
}
