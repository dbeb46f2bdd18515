// SPDX-License-Identifier: GPL-2.0
/*
 * alloc: register allocation.
 *
 * In SSA form registers can be assigned greedily in any order in which
 * definitions come before their uses, such as reverse postorder: the
 * interference graph is chordal and need not be built (Hack, Grund and Goos,
 * "Register Allocation for Programs in SSA-Form", 2006). At each definition a
 * register is taken that no live value occupies. A backward scan of each block
 * first finds the last uses of values and the physical registers that they
 * interfere with, because these are written while the values are live:
 * arguments, results, and what a callee clobbers.
 *
 *	v2 = ld4 [ rz +4 ]			r11 = ld4 [ rz +4 ]
 *	r1 = mov 805306368			r1 = mov 805306368
 *	helper 1				helper 1
 *	v18 = mov r0				exiteq r0 0 : 2
 *	exiteq v18 0 : 2			r12 = add r11 14
 *	v19 = add v2 14
 *
 * Values that a PHI connects, and values moved to or from a physical register,
 * form a web in a disjoint-set forest and share a hint (biased coloring:
 * Briggs, 1992), which they mostly get; such moves are coalesced.
 *
 * If no register is free, the value with the fewest uses is spilled (spill.c),
 * and allocation starts again: reloaded values need a register for a moment.
 *
 * Functions are visited bottom-up over the call graph, so that the clobbers of
 * a call are known. Time and memory are proportional to the program and the
 * sizes of the live sets, for each of at most MAX_ROUNDS rounds.
 */
#include "../helpers.h"
#include "ir.h"

#define ALLOCATABLE (0x7fffffffu & ~BIT(FN_REG_FP) & ~BIT(FN_REG_MOVE))
#define CALLEE_SAVED 0x3c0u /* r6 to r9: CALL saves them */
/* Values that are live at a time; more than registers and stack have room for. */
#define MAX_LIVE 1024
#define NO_COLOR 0xff
#define DEAD_DEF 0x80 /* the result has no uses */
#define MAX_ROUNDS 16

/**
 * struct alloc - one round of register allocation
 * @tr: program
 * @color: physical register of each value, or NO_COLOR
 * @kills: for each instruction, a mask of the operands that are last uses, and
 *	DEAD_DEF
 * @interferes: for each value, mask of physical registers it must not get
 * @web: parent of each value in the disjoint-set forest of webs
 * @web_interferes: union of @interferes over each web
 * @hint: preferred physical register of each web, or NO_COLOR
 * @live_pos: for each value, its index in @live plus 1, or 0 if it is not live
 * @spilled: for each value, it gets a spill slot
 * @live: live values
 * @nlive: number of @live
 * @occupied: mask of physical registers that hold a live value
 * @used: mask of physical registers that the function writes
 * @func: function at hand
 * @last_color: register that was assigned last
 * @owner: for each physical register, the value that it was assigned to last
 * @allocatable: mask of physical registers that may be assigned
 * @nvalues: number of registers before any value was spilled
 * @again: values were spilled, so that another round is needed
 */
struct alloc {
	struct fn_tr *tr;
	u8 *color;
	u8 *kills;
	u32 *interferes;
	u32 *web;
	u32 *web_interferes;
	u8 *hint;
	u32 *live_pos;
	u8 *spilled;
	u32 *live;
	u32 nlive;
	u32 occupied;
	u32 used;
	u32 func;
	u32 last_color;
	u32 owner[FN_NREGS];
	u32 allocatable;
	u32 nvalues;
	bool again;
};

static void join(struct alloc *a, u32 x, u32 y)
{
	if (x < FN_NREGS || y < FN_NREGS)
		return;
	x = fn_web_leader(a->web, x);
	y = fn_web_leader(a->web, y);
	if (x == y)
		return;
	a->web[y] = x;
	if (a->hint[x] == NO_COLOR)
		a->hint[x] = a->hint[y];
}

static void add_hint(struct alloc *a, u32 reg, u32 color)
{
	u32 web;

	if (reg < FN_NREGS || !(a->allocatable & BIT(color)))
		return;
	web = fn_web_leader(a->web, reg);
	if (a->hint[web] == NO_COLOR)
		a->hint[web] = color;
}

static void collect_hints(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	u32 i, p;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		const struct fn_ir *ir = &tr->irs[i];

		if (ir->op == FN_IR_PHI)
			for (p = 0; p < tr->blocks[block].npred; p++)
				join(a, ir->d, tr->args[ir->args + p]);
		if (ir->op != FN_OP_MOV || ir->x)
			continue;
		if (ir->d < FN_NREGS)
			add_hint(a, ir->b, ir->d);
		else if (ir->b < FN_NREGS)
			add_hint(a, ir->d, ir->b);
		else
			join(a, ir->d, ir->b);
	}
}

/* ---- backwards: last uses, and interference with physical registers */

static void add_live(struct alloc *a, u32 reg)
{
	if (reg < FN_NREGS || a->live_pos[reg])
		return;
	if (a->nlive == MAX_LIVE) {
		a->tr->err = -ENOSPC;
		return;
	}
	a->live[a->nlive++] = reg;
	a->live_pos[reg] = a->nlive;
}

static void remove_live(struct alloc *a, u32 reg)
{
	u32 at = a->live_pos[reg], last;

	if (!at)
		return;
	last = a->live[--a->nlive];
	a->live[at - 1] = last;
	a->live_pos[last] = at;
	a->live_pos[reg] = 0;
}

static void live_out(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	const struct fn_block *b = &tr->blocks[block];
	u32 s, n, i;

	for (s = 0; s < b->nsucc; s++) {
		const struct fn_block *to = &tr->blocks[b->succ[s]];
		u32 edge = tr->blocks[block].pred_index[s];

		for (n = to->live_in; n != FN_NONE && !tr->err;
		     n = tr->args[n + 1])
			add_live(a, tr->args[n]);
		for (i = fn_ir_first_phi(tr, b->succ[s]); i;
		     i = fn_ir_next_phi(tr, i))
			add_live(a, tr->args[tr->irs[i].args + edge]);
	}
}

/*
 * Physical registers that an instruction reads. Before allocation only moves
 * name one as an operand.
 */
static u32 phys_uses(const struct fn_tr *tr, const struct fn_ir *ir)
{
	if (ir->op == FN_OP_MOV && !ir->x && ir->b < FN_NREGS)
		return BIT(ir->b);
	return fn_ir_implicit_uses(tr, ir);
}

static void interfere_all(struct alloc *a, u32 mask, u32 except)
{
	u32 n;

	for (n = 0; n < a->nlive && mask; n++) {
		fn_tr_step(a->tr);
		if (a->live[n] != except)
			a->interferes[a->live[n]] |= mask;
	}
}

static void scan_insn(struct alloc *a, u32 at)
{
	struct fn_tr *tr = a->tr;
	struct fn_ir *ir = &tr->irs[at];
	u32 writes = fn_ir_phys_defs(tr, ir);
	u32 *use[FN_MAX_USES];
	u32 n;

	interfere_all(a, writes,
		      ir->op == FN_OP_MOV && !ir->x ? ir->b : FN_NONE);
	a->used |= writes;
	a->occupied &= ~writes;
	if (fn_ir_defines(ir) && ir->d >= FN_NREGS) {
		a->interferes[ir->d] |= a->occupied;
		if (!a->live_pos[ir->d])
			a->kills[at] |= DEAD_DEF;
		remove_live(a, ir->d);
	}
	a->occupied |= phys_uses(tr, ir);
	if (ir->op == FN_IR_PHI)
		return;
	n = fn_ir_uses(tr, ir, use);
	while (n--) {
		if (*use[n] >= FN_NREGS && !a->live_pos[*use[n]])
			a->kills[at] |= BIT(n);
		add_live(a, *use[n]);
	}
}

static void scan_block(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	u32 i;

	a->occupied = 0;
	live_out(a, block);
	for (i = tr->blocks[block].last; i && !tr->err; i = fn_ir_prev(tr, i))
		scan_insn(a, i);
	while (a->nlive)
		remove_live(a, a->live[a->nlive - 1]);
}

/* ---- forwards: assignment */

/*
 * Registers without a special role are preferred to those that calls need.
 * Among them the next one after the last assigned is taken: a register that was
 * just in use would cause false dependences.
 */
static u32 pick_color(struct alloc *a, u32 mask)
{
	static const u32 classes[] = { 0x7ffff800, CALLEE_SAVED, 0x3f };
	static const u32 callee[] = { CALLEE_SAVED, 0x7ffff800, 0x3f };
	const u32 *of = a->func ? callee : classes;
	u32 c, later;

	for (c = 0; c < ARRAY_SIZE(classes) - 1; c++)
		if (mask & of[c])
			break;
	mask &= of[c];
	later = mask & ~((2u << a->last_color) - 1);
	if (later)
		mask = later;
	a->last_color = ilog2(mask & -mask);
	return a->last_color;
}

/* CMPXCHG's result has two definitions, which cannot be spilled. */
static bool can_spill(struct alloc *a, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(a->tr, reg);

	return def && reg < a->nvalues && !a->spilled[reg] &&
	       def->op != FN_OP_ATOM;
}

/*
 * The value with the lowest spill cost: @reg, or one that occupies a register.
 */
static u32 cheapest(struct alloc *a, u32 reg)
{
	u32 mask = a->allocatable & a->occupied & ~a->interferes[reg];
	u32 best = can_spill(a, reg) ? reg : FN_NONE;

	for (; mask; mask &= mask - 1) {
		u32 color = ilog2(mask & -mask), other = a->owner[color];

		if (!other || a->color[other] != color || !can_spill(a, other))
			continue;
		if (best == FN_NONE || a->tr->values[other].use_count <
					       a->tr->values[best].use_count)
			best = other;
	}
	return best;
}

/*
 * Spills the cheapest value, so that @reg gets its register or a slot itself.
 */
static void spill_cheapest(struct alloc *a, u32 reg)
{
	u32 victim;

	if (fn_ir_count_uses(a->tr))
		return;
	victim = cheapest(a, reg);
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

static void assign(struct alloc *a, u32 reg)
{
	u32 web = fn_web_leader(a->web, reg);
	u32 can = a->allocatable & ~a->occupied & ~a->interferes[reg];
	u32 better = can & ~a->web_interferes[web];
	u8 color = a->hint[web];

	if (!can) {
		spill_cheapest(a, reg);
		return;
	}
	if (color == NO_COLOR || !(can & BIT(color)))
		color = pick_color(a, better ? better : can);
	if (a->hint[web] == NO_COLOR)
		a->hint[web] = color;
	a->color[reg] = color;
	a->used |= BIT(color);
}

static void occupy(struct alloc *a, u32 reg)
{
	if (a->color[reg] == NO_COLOR)
		return;
	a->occupied |= BIT(a->color[reg]);
	a->owner[a->color[reg]] = reg;
}

static void define(struct alloc *a, u32 reg)
{
	if (reg < FN_NREGS)
		return;
	if (a->color[reg] == NO_COLOR && !a->spilled[reg])
		assign(a, reg);
	occupy(a, reg);
}

static void release(struct alloc *a, u32 reg)
{
	if (reg < FN_NREGS)
		a->occupied &= ~BIT(reg);
	else if (a->color[reg] != NO_COLOR)
		a->occupied &= ~BIT(a->color[reg]);
}

static void color_insn(struct alloc *a, u32 at)
{
	struct fn_tr *tr = a->tr;
	struct fn_ir *ir = &tr->irs[at];
	u32 *use[FN_MAX_USES];
	u32 n = ir->op == FN_IR_PHI ? 0 : fn_ir_uses(tr, ir, use);

	while (n--)
		if (a->kills[at] & BIT(n))
			release(a, *use[n]);
	if (!fn_ir_defines(ir))
		return;
	define(a, ir->d);
	/* A dead result frees its register at once; PHIs are parallel. */
	if (!tr->err && a->kills[at] & DEAD_DEF && ir->op != FN_IR_PHI)
		release(a, ir->d);
}

static void color_block(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	u32 i, n;

	a->occupied = 0;
	for (n = tr->blocks[block].live_in; n != FN_NONE; n = tr->args[n + 1])
		occupy(a, tr->args[n]);
	for (i = tr->blocks[block].first; i && !tr->err; i = fn_ir_next(tr, i))
		color_insn(a, i);
}

static u32 color_of(const struct alloc *a, u32 reg)
{
	return reg < FN_NREGS ? reg : a->color[reg];
}

static void rewrite_insn(struct alloc *a, u32 at)
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
	if (fn_ir_defines(ir))
		ir->d = color_of(a, ir->d);
	if (ir->op == FN_OP_MOV && !ir->x && ir->d == ir->b)
		fn_ir_remove(tr, at);
}

/* ---- functions, callees first */

static void collect_web_interference(struct alloc *a, u32 block)
{
	struct fn_tr *tr = a->tr;
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		u32 d = tr->irs[i].d;

		if (fn_ir_defines(&tr->irs[i]) && d >= FN_NREGS)
			a->web_interferes[fn_web_leader(a->web, d)] |=
				a->interferes[d];
	}
}

static void alloc_func(struct alloc *a, u32 func)
{
	struct fn_tr *tr = a->tr;
	u32 first = tr->blocks[tr->funcs[func].entry].rpo;
	u32 end = fn_cfg_func_end(tr, func);
	u32 o;

	a->func = func;
	a->used = 0;
	for (o = first; o < end; o++)
		collect_hints(a, tr->rpo[o]);
	for (o = first; o < end && !tr->err; o++)
		scan_block(a, tr->rpo[o]);
	for (o = first; o < end; o++)
		collect_web_interference(a, tr->rpo[o]);
	for (o = first; o < end && !tr->err; o++)
		color_block(a, tr->rpo[o]);
	tr->funcs[func].clobbers = (a->used | BIT(FN_REG_MOVE)) & ~CALLEE_SAVED;
}

/* Functions in a cycle of the call graph have no place in the order. */
static void alloc_all(struct alloc *a)
{
	struct fn_tr *tr = a->tr;
	u32 *order = fn_tmp_alloc(tr, tr->nfuncs * sizeof(*order));
	u32 n, i;

	if (!order)
		return;
	n = fn_callgraph_order(tr, false, order);
	for (i = 0; i < n && !tr->err; i++)
		alloc_func(a, order[i]);
	if (n < tr->nfuncs)
		tr->err = tr->err ?: -ENOSPC;
}

static void rewrite_all(struct alloc *a)
{
	struct fn_tr *tr = a->tr;
	u32 o, i;

	for (o = 0; o < tr->nrpo; o++)
		for (i = fn_ir_first(tr, tr->rpo[o]); i; i = fn_ir_next(tr, i))
			rewrite_insn(a, i);
}

static void run(struct alloc *a)
{
	u32 r;

	memset(a->color, NO_COLOR, a->tr->nregs);
	memset(a->hint, NO_COLOR, a->tr->nregs);
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

static bool alloc_state(struct alloc *a)
{
	struct fn_tr *tr = a->tr;
	u32 n = tr->nregs;

	a->color = fn_tmp_alloc(tr, n);
	a->hint = fn_tmp_alloc(tr, n);
	a->kills = fn_tmp_zalloc(tr, tr->nirs);
	a->interferes = fn_tmp_zalloc(tr, n * sizeof(*a->interferes));
	a->web = fn_tmp_alloc(tr, n * sizeof(*a->web));
	a->web_interferes = fn_tmp_zalloc(tr, n * sizeof(*a->web_interferes));
	a->live_pos = fn_tmp_zalloc(tr, n * sizeof(*a->live_pos));
	a->live = fn_tmp_alloc(tr, n * sizeof(*a->live));
	a->spilled = fn_tmp_zalloc(tr, n);
	return !tr->err;
}

/* True if values were spilled, so that another round is needed. */
static bool one_round(struct fn_tr *tr, u32 nvalues)
{
	struct alloc *a = fn_tmp_zalloc(tr, sizeof(*a));

	if (!a || fn_ir_values(tr) || fn_ir_liveness(tr))
		return false;
	a->tr = tr;
	a->nvalues = nvalues;
	a->allocatable = ALLOCATABLE;
	if (tr->opt->registers)
		a->allocatable &= BIT(tr->opt->registers) - 1;
	if (alloc_state(a))
		run(a);
	return a->again && !tr->err;
}

/**
 * fn_pass_alloc - assign physical registers to values
 * @tr: program with precolored calls
 *
 * PHIs remain, with physical registers.
 *
 * Return: 0, -ENOSPC if the stack has no room for the spill slots, -ENOMEM.
 */
int fn_pass_alloc(struct fn_tr *tr)
{
	u32 rounds = 1, nvalues = tr->nregs;
	struct fn_tmp_pos mark = fn_tmp_mark(tr);

	while (one_round(tr, nvalues)) {
		if (rounds++ == MAX_ROUNDS)
			return tr->err = -ENOSPC;
		fn_tmp_release(tr, mark);
	}
	return tr->err;
}
