// SPDX-License-Identifier: GPL-2.0
/*
 * regalloc: which webs get a BPF register.
 *
 * Priority-based coloring (Chow and Hennessy, "The Priority-Based Coloring
 * Approach to Register Allocation", 1990): webs in the order of how often they
 * are used for each word that they are live in, uses in loops counting
 * eightfold for each level. Each takes the first register that is not occupied in
 * any of its live ranges, or its spill slot. Instead of an interference graph
 * each register has a bit map of half words, two for each word, so that the
 * result of a word can take the register of an operand that dies there.
 *
 *	web	uses	live	score		R7	R8
 *	a	6	0-20	highest		0-20
 *	b	2	4-9	next			4-9
 *	c	2	6-40	last		no, no: is spilled
 *
 * Sorting takes O(w log w) for w webs, and the search for a register one step for
 * each 64 half words of a web's live ranges and each of the seven registers.
 */
#include "../helpers.h"
#include "gen.h"

struct rank {
	u32 web;
	u32 score;
};

static u32 weight(const struct fn_bblock *b)
{
	return 1u << 3 * b->loop_depth;
}

static struct fn_web *web_of(struct fn_gen *g, u32 reg)
{
	return fn_val_web(g, reg);
}

/* Does a word call a C function whenever it runs? */
static bool makes_call(const struct fn_gen *g, const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);

	if (op->kind == FN_GEN_HELPER)
		return fn_lookup_calls(g, u);
	return op->emit == fn_emit_sdiv ||
	       (op->kind == FN_GEN_ATOMIC &&
		fn_mem_class_of(g, &g->state, u) == FN_MEM_DYNAMIC);
}

/* Registers that a word reads at run time, after what is proved of its operands */
static u32 used_regs(const struct fn_gen *g, const struct fn_uop *u, u32 reads)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_absval at;
	struct fn_end_cmp e;

	if (op->kind == FN_GEN_JCC || op->kind == FN_GEN_EXITC)
		return !fn_absval_end_cmp(&g->state, u, &e) ? reads :
		       e.to.id ? reads & BIT(e.reg) :
				 0;
	if (op->kind < FN_GEN_LOAD || op->kind > FN_GEN_ATOMIC ||
	    fn_mem_class_of(g, &g->state, u) == FN_MEM_DYNAMIC)
		return reads;
	at = fn_absval_address(&g->state, u);
	if (at.kind == FN_AV_CONST || (at.kind == FN_AV_PACKET && !at.id))
		return op->kind == FN_GEN_LOAD ? 0 : reads & BIT(u->b);
	return reads;
}

/* The same without constants */
static u32 used_varying(const struct fn_gen *g, const struct fn_uop *u)
{
	u32 mask = used_regs(g, u, fn_gen_reads(u));
	u32 r;

	for (r = 0; r < FN_REG_ZERO; r++) {
		if (g->state.r[r].kind == FN_AV_CONST)
			mask &= ~BIT(r);
	}
	return mask;
}

static void count_crossings(struct fn_gen *g, u32 pc, u32 w)
{
	u32 regs = fn_gen_live_after(g, pc) & ~fn_gen_writes(&g->code[pc]);

	for (; regs; regs &= regs - 1)
		web_of(g, ilog2(regs & -regs))->call_crossings += w;
}

static void set_hint(struct fn_gen *g, const struct fn_uop *u, u32 pc)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	u32 from = op->reads & FN_READS_A ? u->a : u->b;

	if (op->kind == FN_GEN_ALU && from != FN_REG_ZERO)
		g->webs[fn_web_find(g, fn_web_def(g, pc))].hint =
			fn_web_find(g, g->web[from]);
}

static void count_word(struct fn_gen *g, u32 pc, u32 w)
{
	const struct fn_uop *u = &g->code[pc];
	u32 kind = fn_gen_op(u)->kind;
	u32 mask = used_varying(g, u);

	for (; mask; mask &= mask - 1) {
		struct fn_web *web = web_of(g, ilog2(mask & -mask));

		if (kind == FN_GEN_HELPER)
			web->arg_uses += w;
		else
			web->uses += w;
	}
	if (makes_call(g, u))
		count_crossings(g, pc, w);
	set_hint(g, u, pc);
}

/* Advance the abstract state and the webs past a word. */
static void step(struct fn_gen *g, u32 pc)
{
	u32 kind = fn_gen_op(&g->code[pc])->kind;

	fn_web_step(g, pc);
	if (kind < FN_GEN_JCC)
		fn_state_next(g, &g->state, pc);
}

/* An exchange in a map value takes R9 for the address. */
static bool is_exchange(const struct fn_gen *g, const struct fn_uop *u)
{
	return fn_gen_op(u)->kind == FN_GEN_ATOMIC &&
	       FN_X_ATOM(u->x) == FN_ATOM_CMPXCHG &&
	       fn_mem_class_of(g, &g->state, u) == FN_MEM_VALUE;
}

/* A word that reads a packet pointer needs R9. */
static void note_packet_use(struct fn_gen *g, const struct fn_uop *u)
{
	u32 regs = fn_gen_reads(u);

	g->uses_packet |= is_exchange(g, u);
	for (; regs; regs &= regs - 1)
		g->uses_packet |= g->state.r[ilog2(regs & -regs)].kind ==
				  FN_AV_PACKET;
}

static void count(struct fn_gen *g, struct fn_bblock *b)
{
	u32 pc;

	g->state = b->state_in;
	fn_web_enter(g, b);
	for (pc = b->first; pc < b->end; pc++) {
		u32 writes = fn_gen_writes(&g->code[pc]);

		note_packet_use(g, &g->code[pc]);
		count_word(g, pc, weight(b));
		step(g, pc);
		if (writes && fn_gen_op(&g->code[pc])->kind != FN_GEN_RET)
			web_of(g, ilog2(writes))->uses += weight(b);
	}
}

static void add_live_range(struct fn_gen *g, u32 web, u32 from, u32 to)
{
	struct fn_live_range *r = &g->live_ranges[g->nlive_ranges++];
	struct fn_web *w = &g->webs[fn_web_find(g, web)];

	*r = (struct fn_live_range){ .start = from,
				     .end = to,
				     .next = w->first_range };
	w->first_range = g->nlive_ranges;
	w->live_len += to - from + 1;
}

/* Backwards: a range ends where the register is read last. */
static void find_live_ranges(struct fn_gen *g, const struct fn_bblock *b)
{
	u32 from[FN_NREGS];
	u32 pc, r, end, ended;

	fn_web_enter(g, b);
	for (r = 0; r < FN_NREGS; r++)
		from[r] = 2 * b->first;
	for (pc = b->first; pc < b->end; pc++) {
		u32 writes = fn_gen_writes(&g->code[pc]);
		u32 after = fn_gen_live_after(g, pc);
		bool ret = fn_gen_op(&g->code[pc])->kind == FN_GEN_RET;

		ended = g->live[pc] & (~after | (ret ? 0 : writes));
		for (; ended; ended &= ended - 1) {
			r = ilog2(ended & -ended);
			add_live_range(g, g->web[r], from[r], 2 * pc);
		}
		fn_web_step(g, pc);
		if (writes && !ret)
			from[ilog2(writes)] = 2 * pc + 1;
	}
	end = 2 * b->end - 1;
	ended = b->live_out;
	if (fn_gen_op(&g->code[b->end - 1])->kind == FN_GEN_RET)
		ended &= ~fn_gen_writes(&g->code[b->end - 1]);
	for (; ended; ended &= ended - 1) {
		r = ilog2(ended & -ended);
		add_live_range(g, g->web[r], from[r], end);
	}
}

static bool is_occupied(const u64 *occupied, u32 from, u32 to)
{
	for (; from <= to; from++) {
		if (!(from & 63) && to - from >= 63) {
			if (occupied[from / 64])
				return true;
			from += 63;
		} else if (occupied[from / 64] & BIT_ULL(from & 63)) {
			return true;
		}
	}
	return false;
}

static bool is_available(const struct fn_gen *g, const struct fn_web *w,
			 u32 reg)
{
	u32 i;

	for (i = w->first_range; i; i = g->live_ranges[i - 1].next) {
		if (is_occupied(g->occupied[reg], g->live_ranges[i - 1].start,
				g->live_ranges[i - 1].end))
			return false;
	}
	return true;
}

static void occupy(struct fn_gen *g, const struct fn_web *w, u32 reg)
{
	u32 i, at;

	for (i = w->first_range; i; i = g->live_ranges[i - 1].next) {
		for (at = g->live_ranges[i - 1].start;
		     at <= g->live_ranges[i - 1].end; at++)
			g->occupied[reg][at / 64] |= BIT_ULL(at & 63);
	}
}

static bool is_callee_saved(u32 reg)
{
	return reg > 5;
}

/* Weighted instructions saved if the web is in @reg rather than spilled */
static s64 gain(const struct fn_web *w, u32 reg)
{
	s64 without = w->remat ? 2 * (s64)w->uses : w->uses;

	return without - w->arg_uses -
	       (is_callee_saved(reg) ? 0 : 2 * (s64)w->call_crossings);
}

static bool try_reg(struct fn_gen *g, struct fn_web *w, u32 reg)
{
	if (!g->occupied[reg] || gain(w, reg) <= 0 || !is_available(g, w, reg))
		return false;
	occupy(g, w, reg);
	w->loc = reg;
	return true;
}

static void allocate(struct fn_gen *g, struct fn_web *w)
{
	static const u8 callee_saved_first[] = { 7, 8, 9, 5, 4, 3, 2 };
	static const u8 caller_saved_first[] = { 5, 4, 3, 2, 8, 7, 9 };
	const u8 *order = w->call_crossings ? callee_saved_first :
					      caller_saved_first;
	u32 hinted = g->webs[fn_web_find(g, w->hint)].loc;
	u32 i;

	if (hinted < FN_LOC_SLOT &&
	    (!w->call_crossings || is_callee_saved(hinted)) &&
	    try_reg(g, w, hinted))
		return;
	for (i = 0; i < ARRAY_SIZE(callee_saved_first); i++) {
		if (try_reg(g, w, order[i]))
			return;
	}
	w->loc = w->remat ? FN_LOC_REMAT : FN_LOC_SLOT;
}

static int by_score(const void *a, const void *b)
{
	const struct rank *x = a;
	const struct rank *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->web < y->web ? -1 : 1;
}

/* Converting a host address of the packet to the device's takes R9. */
static bool any_packet(const struct fn_gen *g, u32 nwebs)
{
	u32 i;

	for (i = 0; i < nwebs; i++) {
		if (g->webs[i].is_host && g->webs[i].kinds == BIT(FN_AV_PACKET))
			return true;
	}
	return false;
}

/* Webs that compete for registers; others are constants or not live. */
static u32 rank(struct fn_gen *g, struct rank *ranks, u32 nwebs)
{
	u32 n = 0;
	u32 i;

	for (i = 0; i < nwebs; i++) {
		struct fn_web *w = &g->webs[i];

		w->loc = FN_LOC_REMAT;
		if (w->parent != i || !w->first_range ||
		    (w->remat && w->is_const))
			continue;
		ranks[n].web = i;
		ranks[n++].score = (u64)w->uses * 256 / (w->live_len + 4);
	}
	sort(ranks, n, sizeof(*ranks), by_score, NULL);
	return n;
}

static bool alloc_occupied(struct fn_gen *g)
{
	static const u8 regs[] = { 2, 3, 4, 5, 7, 8, FN_BPF_PACKET };
	u32 n = ARRAY_SIZE(regs) - g->uses_packet;
	u32 i;

	for (i = 0; i < n; i++) {
		g->occupied[regs[i]] =
			fn_alloc((2 * g->n / 64 + 1) * sizeof(u64));
		if (!g->occupied[regs[i]])
			return false;
	}
	return true;
}

/**
 * fn_gen_regalloc - choose a location for every web
 * @g: program
 *
 * Return: false with a reason.
 */
bool fn_gen_regalloc(struct fn_gen *g)
{
	u32 nwebs = fn_web_def(g, g->n);
	struct rank *ranks = fn_alloc(nwebs * sizeof(*ranks));
	u32 i, n;

	for (i = 0; i < g->nblocks; i++) {
		if (!g->blocks[i].reachable)
			continue;
		count(g, &g->blocks[i]);
		find_live_ranges(g, &g->blocks[i]);
	}
	g->uses_packet |= any_packet(g, nwebs);
	if (!ranks || !alloc_occupied(g)) {
		fn_free(ranks);
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	}
	n = rank(g, ranks, nwebs);
	for (i = 0; i < n; i++)
		allocate(g, &g->webs[ranks[i].web]);
	fn_free(ranks);
	return true;
}
