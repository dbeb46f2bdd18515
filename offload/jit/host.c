// SPDX-License-Identifier: GPL-2.0
/*
 * host: which values are kept as addresses of the host's.
 *
 * A pointer to the packet is, wherever it is certainly one: it becomes the
 * card's again by arithmetic. A pointer to a value of a map is if nobody wants
 * the card's, too.
 */
#include "../engine/map.h"
#include "../helpers.h"
#include "gen.h"

static bool is_known(struct fn_fact f)
{
	return f.kind == FN_KNOWN_CONST || f.kind == FN_KNOWN_END ||
	       (f.kind == FN_KNOWN_DATA && !f.sym);
}

/* The address must tell which map the value is of. */
static bool is_inside(const struct fn_gen *g, struct fn_fact f)
{
	u32 maps = f.maps;

	for (; maps; maps &= maps - 1) {
		const struct fn_map *m = g->prog->maps[ilog2(maps & -maps)];

		if (f.v < 0 || f.v + f.span >= m->value_size)
			return false;
	}
	return true;
}

static u32 kind_of(const struct fn_gen *g, struct fn_fact f)
{
	if (f.kind == FN_KNOWN_CONST && f.v)
		return FN_KNOWN_NUMBER;
	if (f.kind >= FN_KNOWN_VALUE && !is_inside(g, f))
		return FN_KNOWN_NOT;
	return f.kind;
}

/* What is known of these registers now holds for their webs in general. */
static void look(struct fn_gen *g, u32 regs)
{
	for (; regs; regs &= regs - 1) {
		u32 r = ilog2(regs & -regs);
		struct fn_web *w = fn_val_web(g, r);
		struct fn_fact f = g->now.r[r];

		w->known &= is_known(f);
		w->constant &= f.kind == FN_KNOWN_CONST;
		w->seen |= BIT(kind_of(g, f));
	}
}

#define VALUES (BIT(FN_KNOWN_VALUE) | BIT(FN_KNOWN_VALUE_OR_NULL))

static bool is_packet(const struct fn_web *w)
{
	return w->seen == BIT(FN_KNOWN_DATA);
}

static bool is_value(const struct fn_web *w)
{
	return w->seen & VALUES && !(w->seen & ~(VALUES | BIT(FN_KNOWN_CONST)));
}

/* Go on to what is known, and where the webs are, after a word. */
static void step(struct fn_gen *g, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	u32 kind = fn_gen_op(u)->kind;

	fn_web_step(g, pc);
	if (kind < FN_GEN_JCC)
		fn_facts_next(g, &g->now, pc);
	else if (kind == FN_GEN_CALL)
		fn_facts_step(g, &g->now, pc);
	if (kind == FN_GEN_HELPER)
		look(g, fn_gen_live_after(g, pc));
	else if (kind != FN_GEN_RET)
		look(g, fn_gen_writes(u) & fn_gen_live_after(g, pc));
}

/* What a return brings back is what the card had. */
static bool is_site(const struct fn_gen *g, const struct fn_bblock *b)
{
	u32 i;

	for (i = 0; i < g->ncalls; i++) {
		if (g->calls[i] == b->first)
			return true;
	}
	return false;
}

static void look_at(struct fn_gen *g, struct fn_bblock *b)
{
	u32 r, pc;

	g->now = b->in;
	fn_web_enter(g, b);
	look(g, b->live);
	for (r = 6; r <= FN_REG_FP && is_site(g, b); r++)
		fn_val_web(g, r)->seen |= BIT(FN_KNOWN_NOT);
	for (pc = b->first; pc < b->end; pc++)
		step(g, pc);
}

static bool is_host(struct fn_gen *g, u32 reg)
{
	return reg != FN_REG_ZERO && fn_val_web(g, reg)->host;
}

static struct fn_web *web_made(struct fn_gen *g, u32 pc)
{
	return &g->webs[fn_web_find(g, fn_web_def(g, pc))];
}

/* Is it compared with NULL? */
static bool is_asked(const struct fn_gen *g, const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_fact b = fn_fact_of(&g->now, u->b);

	return (op->kind == FN_GEN_JCC || op->kind == FN_GEN_EXITC) && !op->w &&
	       b.kind == FN_KNOWN_CONST && !(b.v + u->imm16) &&
	       (op->code == FN_EQ || op->code == FN_NE || op->code == FN_GT ||
		op->code == FN_LE);
}

/* Registers of which a word does not want what the card has. */
static u32 content(struct fn_gen *g, const struct fn_uop *u, u32 pc)
{
	const struct fn_gen_op *op = fn_gen_op(u);

	if (op->kind >= FN_GEN_LOAD && op->kind <= FN_GEN_ATOM &&
	    fn_gen_way(g, &g->now, u) == FN_WAY_VALUE)
		return BIT(fn_gen_pointer(&g->now, u));
	if (op->kind == FN_GEN_PLAIN && web_made(g, pc)->host)
		return fn_gen_reads(u);
	return is_asked(g, u) ? BIT(u->a) : 0;
}

/* A value's pointer is wanted as the card has it. */
static bool demote_used(struct fn_gen *g, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	u32 regs = fn_gen_reads(u) & ~content(g, u, pc);
	bool changed = false;

	/* Data that is stored by its own address. */
	if (fn_gen_op(u)->kind == FN_GEN_STORE ||
	    fn_gen_op(u)->kind == FN_GEN_ATOM)
		regs |= u->b == FN_REG_ZERO ? 0 : BIT(u->b);
	for (; regs; regs &= regs - 1) {
		struct fn_web *w = fn_val_web(g, ilog2(regs & -regs));

		if (!w->host || is_packet(w))
			continue;
		w->host = false;
		changed = true;
	}
	return changed;
}

/* Can the word make the host's address? The operands are what they will be. */
static bool makes(struct fn_gen *g, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_fact d;
	u32 slot;

	if (op->kind == FN_GEN_HELPER)
		return fn_gen_map(g, &g->now, &slot);
	if (op->kind == FN_GEN_LOAD)
		return true; /* ctx->data */
	if (op->kind != FN_GEN_PLAIN)
		return false;
	d = fn_fact_alu(&g->now, u);
	if (d.kind == FN_KNOWN_CONST || d.kind == FN_KNOWN_DATA)
		return true;
	return is_host(g, fn_gen_operand(&g->now, u));
}

static bool demote_made(struct fn_gen *g, u32 pc)
{
	u32 writes = fn_gen_writes(&g->code[pc]);
	struct fn_web *w;

	if (!writes || fn_gen_op(&g->code[pc])->kind == FN_GEN_RET)
		return false;
	w = web_made(g, pc);
	if (!w->host || makes(g, pc))
		return false;
	w->host = false;
	return true;
}

static bool demote(struct fn_gen *g, const struct fn_bblock *b)
{
	bool changed = false;
	u32 pc;

	g->now = b->in;
	fn_web_enter(g, b);
	for (pc = b->first; pc < b->end; pc++) {
		changed |= demote_used(g, pc);
		changed |= demote_made(g, pc);
		fn_web_step(g, pc);
		if (fn_gen_op(&g->code[pc])->kind < FN_GEN_JCC)
			fn_facts_next(g, &g->now, pc);
	}
	return changed;
}

/**
 * fn_gen_host - find the values that are kept as addresses of the host's
 * @g: program; the webs have been found
 */
void fn_gen_host(struct fn_gen *g)
{
	u32 nwebs = fn_web_def(g, g->n);
	bool changed = true;
	u32 i;

	for (i = 0; i < g->nblocks; i++) {
		if (g->blocks[i].seen)
			look_at(g, &g->blocks[i]);
	}
	for (i = 0; i < nwebs; i++)
		g->webs[i].host =
			g->webs[i].up == i &&
			(is_packet(&g->webs[i]) || is_value(&g->webs[i]));
	while (changed) {
		changed = false;
		for (i = 0; i < g->nblocks; i++) {
			if (g->blocks[i].seen)
				changed |= demote(g, &g->blocks[i]);
		}
	}
}
