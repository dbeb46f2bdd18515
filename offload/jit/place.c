// SPDX-License-Identifier: GPL-2.0
/*
 * place: which values get one of the host's registers.
 *
 * Priority-based coloring (Chow and Hennessy, "The Priority-Based Coloring
 * Approach to Register Allocation", 1990): webs in the order of how often they
 * are used for each word that they are live in, uses in loops counting
 * eightfold for each level. Each takes the first register that is free in all
 * of its ranges, or stays in the memory of the thread. Instead of an
 * interference graph each register has a bit map of places, two for each word:
 * what a word reads last may make room for what it writes.
 *
 *	web	uses	live	score		R7	R8
 *	a	6	0-20	highest		0-20
 *	b	2	4-9	next			4-9
 *	c	2	6-40	last		no, no: stays in memory
 *
 * Sorting takes O(w log w) for w webs, and looking for room a step for each 64
 * places of a web's ranges and each of the seven registers.
 */
#include "../helpers.h"
#include "gen.h"

struct rank {
	u32 web;
	u32 score;
};

static u32 weight(const struct fn_bblock *b)
{
	return 1u << 3 * b->depth;
}

static struct fn_web *web_of(struct fn_gen *g, u32 reg)
{
	return fn_val_web(g, reg);
}

/* Does a word call a C function, always? */
static bool calls(const struct fn_gen *g, const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);

	if (op->kind == FN_GEN_HELPER)
		return fn_gen_calls(g, u);
	return op->emit == fn_emit_sdiv ||
	       (op->kind == FN_GEN_ATOM &&
		fn_gen_way(g, &g->now, u) == FN_WAY_ANY);
}

/* Of an access whose address is known, or a comparison of the packet's ends */
static u32 needed(const struct fn_gen *g, const struct fn_uop *u, u32 reads)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_fact at;
	struct fn_ends e;

	if (op->kind == FN_GEN_JCC || op->kind == FN_GEN_EXITC)
		return !fn_fact_ends(&g->now, u, &e) ? reads :
		       e.to.sym			     ? reads & BIT(e.reg) :
						       0;
	if (op->kind < FN_GEN_LOAD || op->kind > FN_GEN_ATOM ||
	    fn_gen_way(g, &g->now, u) == FN_WAY_ANY)
		return reads;
	at = fn_fact_address(&g->now, u);
	if (at.kind == FN_KNOWN_CONST || (at.kind == FN_KNOWN_DATA && !at.sym))
		return op->kind == FN_GEN_LOAD ? 0 : reads & BIT(u->b);
	return reads;
}

/* Registers whose contents a word needs, when what is known has been used. */
static u32 needs(const struct fn_gen *g, const struct fn_uop *u)
{
	u32 mask = needed(g, u, fn_gen_reads(u));
	u32 r;

	for (r = 0; r < FN_REG_ZERO; r++) {
		if (g->now.r[r].kind == FN_KNOWN_CONST)
			mask &= ~BIT(r);
	}
	return mask;
}

static void cross(struct fn_gen *g, u32 pc, u32 w)
{
	u32 regs = fn_gen_live_after(g, pc) & ~fn_gen_writes(&g->code[pc]);

	for (; regs; regs &= regs - 1)
		web_of(g, ilog2(regs & -regs))->crossed += w;
}

static void wish(struct fn_gen *g, const struct fn_uop *u, u32 pc)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	u32 from = op->reads & FN_READS_A ? u->a : u->b;

	if (op->kind == FN_GEN_PLAIN && from != FN_REG_ZERO)
		g->webs[fn_web_find(g, fn_web_def(g, pc))].wish =
			fn_web_find(g, g->web[from]);
}

static void count_word(struct fn_gen *g, u32 pc, u32 w)
{
	const struct fn_uop *u = &g->code[pc];
	u32 kind = fn_gen_op(u)->kind;
	u32 mask = needs(g, u);

	for (; mask; mask &= mask - 1) {
		struct fn_web *web = web_of(g, ilog2(mask & -mask));

		if (kind == FN_GEN_HELPER)
			web->args += w;
		else
			web->uses += w;
	}
	if (calls(g, u))
		cross(g, pc, w);
	wish(g, u, pc);
}

/* Go on to what is known, and where the webs are, after a word. */
static void step(struct fn_gen *g, u32 pc)
{
	u32 kind = fn_gen_op(&g->code[pc])->kind;

	fn_web_step(g, pc);
	if (kind < FN_GEN_JCC)
		fn_facts_next(g, &g->now, pc);
}

/* Has the packet's first byte to be at hand? */
static void find_direct(struct fn_gen *g, const struct fn_uop *u)
{
	u32 regs = fn_gen_reads(u);

	for (; regs; regs &= regs - 1)
		g->direct |= g->now.r[ilog2(regs & -regs)].kind ==
			     FN_KNOWN_DATA;
}

static void count(struct fn_gen *g, struct fn_bblock *b)
{
	u32 pc;

	g->now = b->in;
	fn_web_enter(g, b);
	for (pc = b->first; pc < b->end; pc++) {
		u32 writes = fn_gen_writes(&g->code[pc]);

		find_direct(g, &g->code[pc]);
		count_word(g, pc, weight(b));
		step(g, pc);
		if (writes && fn_gen_op(&g->code[pc])->kind != FN_GEN_RET)
			web_of(g, ilog2(writes))->uses += weight(b);
	}
}

static void note_range(struct fn_gen *g, u32 web, u32 from, u32 to)
{
	struct fn_range *r = &g->ranges[g->nranges++];
	struct fn_web *w = &g->webs[fn_web_find(g, web)];

	*r = (struct fn_range){ .from = from, .to = to, .next = w->ranges };
	w->ranges = g->nranges;
	w->length += to - from + 1;
}

/* Backwards: a range ends where the register is read last. */
static void find_ranges(struct fn_gen *g, const struct fn_bblock *b)
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
			note_range(g, g->web[r], from[r], 2 * pc);
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
		note_range(g, g->web[r], from[r], end);
	}
}

static bool is_busy(const u64 *busy, u32 from, u32 to)
{
	for (; from <= to; from++) {
		if (!(from & 63) && to - from >= 63) {
			if (busy[from / 64])
				return true;
			from += 63;
		} else if (busy[from / 64] & BIT_ULL(from & 63)) {
			return true;
		}
	}
	return false;
}

static bool is_free(const struct fn_gen *g, const struct fn_web *w, u32 reg)
{
	u32 i;

	for (i = w->ranges; i; i = g->ranges[i - 1].next) {
		if (is_busy(g->busy[reg], g->ranges[i - 1].from,
			    g->ranges[i - 1].to))
			return false;
	}
	return true;
}

static void occupy(struct fn_gen *g, const struct fn_web *w, u32 reg)
{
	u32 i, at;

	for (i = w->ranges; i; i = g->ranges[i - 1].next) {
		for (at = g->ranges[i - 1].from; at <= g->ranges[i - 1].to;
		     at++)
			g->busy[reg][at / 64] |= BIT_ULL(at & 63);
	}
}

static bool survives(u32 reg)
{
	return reg > 5;
}

/* Instructions more if the web is not in a register, less if it is in @reg. */
static s64 gain(const struct fn_web *w, u32 reg)
{
	s64 without = w->known ? 2 * (s64)w->uses : w->uses;

	return without - w->args - (survives(reg) ? 0 : 2 * (s64)w->crossed);
}

static bool try_reg(struct fn_gen *g, struct fn_web *w, u32 reg)
{
	if (!g->busy[reg] || gain(w, reg) <= 0 || !is_free(g, w, reg))
		return false;
	occupy(g, w, reg);
	w->place = reg;
	return true;
}

static void place(struct fn_gen *g, struct fn_web *w)
{
	static const u8 crossing[] = { 7, 8, 9, 5, 4, 3, 2 };
	static const u8 staying[] = { 5, 4, 3, 2, 8, 7, 9 };
	const u8 *order = w->crossed ? crossing : staying;
	u32 wished = g->webs[fn_web_find(g, w->wish)].place;
	u32 i;

	if (wished < FN_PLACE_HOME && (!w->crossed || survives(wished)) &&
	    try_reg(g, w, wished))
		return;
	for (i = 0; i < ARRAY_SIZE(crossing); i++) {
		if (try_reg(g, w, order[i]))
			return;
	}
	w->place = w->known ? FN_PLACE_NONE : FN_PLACE_HOME;
}

static int by_score(const void *a, const void *b)
{
	const struct rank *x = a;
	const struct rank *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->web < y->web ? -1 : 1;
}

/* An address of the packet of the host's becomes the card's with its help. */
static bool any_packet(const struct fn_gen *g, u32 nwebs)
{
	u32 i;

	for (i = 0; i < nwebs; i++) {
		if (g->webs[i].host && g->webs[i].seen == BIT(FN_KNOWN_DATA))
			return true;
	}
	return false;
}

/* The webs that need a place; others are known or not wanted. */
static u32 rank(struct fn_gen *g, struct rank *ranks, u32 nwebs)
{
	u32 n = 0;
	u32 i;

	for (i = 0; i < nwebs; i++) {
		struct fn_web *w = &g->webs[i];

		w->place = FN_PLACE_NONE;
		if (w->up != i || !w->ranges || (w->known && w->constant))
			continue;
		ranks[n].web = i;
		ranks[n++].score = (u64)w->uses * 256 / (w->length + 4);
	}
	sort(ranks, n, sizeof(*ranks), by_score, NULL);
	return n;
}

static bool make_room(struct fn_gen *g)
{
	static const u8 regs[] = { 2, 3, 4, 5, 7, 8, FN_GEN_FRAME };
	u32 n = ARRAY_SIZE(regs) - g->direct;
	u32 i;

	for (i = 0; i < n; i++) {
		g->busy[regs[i]] = fn_alloc((2 * g->n / 64 + 1) * sizeof(u64));
		if (!g->busy[regs[i]])
			return false;
	}
	return true;
}

/**
 * fn_gen_place - find places for all values
 * @g: program
 *
 * Return: false with a reason.
 */
bool fn_gen_place(struct fn_gen *g)
{
	u32 nwebs = fn_web_def(g, g->n);
	struct rank *ranks = fn_alloc(nwebs * sizeof(*ranks));
	u32 i, n;

	for (i = 0; i < g->nblocks; i++) {
		if (!g->blocks[i].seen)
			continue;
		count(g, &g->blocks[i]);
		find_ranges(g, &g->blocks[i]);
	}
	g->direct |= any_packet(g, nwebs);
	if (!ranks || !make_room(g)) {
		fn_free(ranks);
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	}
	n = rank(g, ranks, nwebs);
	for (i = 0; i < n; i++)
		place(g, &g->webs[ranks[i].web]);
	fn_free(ranks);
	return true;
}
