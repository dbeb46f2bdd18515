// SPDX-License-Identifier: GPL-2.0
/*
 * hostptr: which webs are kept as host addresses.
 *
 * A web is if its abstract values are packet pointers wherever it is live; the
 * device address is computed from it where it is used. A web of pointers to map
 * values is if no use takes the device address.
 */
#include "../engine/map.h"
#include "../helpers.h"
#include "gen.h"

#define MAX_ROUNDS 16 /* then no web of map values is kept as host address */

static bool is_rematerializable(struct fn_absval f)
{
	return f.kind == FN_AV_CONST || f.kind == FN_AV_PACKET_END ||
	       (f.kind == FN_AV_PACKET && !f.id);
}

/* The device address can be found from the host's if it is in the value. */
static bool is_inside(const struct fn_gen *g, struct fn_absval f)
{
	u32 maps = f.maps;

	for (; maps; maps &= maps - 1) {
		const struct fn_map *m = g->prog->maps[ilog2(maps & -maps)];

		if (f.min < 0 || f.min + f.span >= m->value_size)
			return false;
	}
	return true;
}

static u32 kind_of(const struct fn_gen *g, struct fn_absval f)
{
	if (f.kind == FN_AV_CONST && f.min)
		return FN_AV_RANGE;
	if (f.kind >= FN_AV_MAP_VALUE && !is_inside(g, f))
		return FN_AV_UNKNOWN;
	return f.kind;
}

/* Merge the abstract values of registers here into what their webs may hold. */
static void note_kinds(struct fn_gen *g, u32 regs)
{
	for (; regs; regs &= regs - 1) {
		u32 r = ilog2(regs & -regs);
		struct fn_web *w = fn_val_web(g, r);
		struct fn_absval f = g->state.r[r];

		w->remat &= is_rematerializable(f);
		w->is_const &= f.kind == FN_AV_CONST;
		w->kinds |= BIT(kind_of(g, f));
	}
}

#define VALUES (BIT(FN_AV_MAP_VALUE) | BIT(FN_AV_MAP_VALUE_OR_NULL))

static bool is_packet(const struct fn_web *w)
{
	return w->kinds == BIT(FN_AV_PACKET);
}

static bool is_value(const struct fn_web *w)
{
	return w->kinds & VALUES && !(w->kinds & ~(VALUES | BIT(FN_AV_CONST)));
}

/* Advance the abstract state and the webs past a word. */
static void step(struct fn_gen *g, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	u32 kind = fn_gen_op(u)->kind;

	fn_web_step(g, pc);
	if (kind < FN_GEN_JCC)
		fn_state_next(g, &g->state, pc);
	else if (kind == FN_GEN_CALL)
		fn_state_step(g, &g->state, pc);
	if (kind == FN_GEN_HELPER)
		note_kinds(g, fn_gen_live_after(g, pc));
	else if (kind != FN_GEN_RET)
		note_kinds(g, fn_gen_writes(u) & fn_gen_live_after(g, pc));
}

/* A return restores what the card had in the callee-saved registers. */
static bool is_site(const struct fn_gen *g, const struct fn_bblock *b)
{
	u32 i;

	for (i = 0; i < g->ncalls; i++) {
		if (g->calls[i] == b->first)
			return true;
	}
	return false;
}

static void note_block(struct fn_gen *g, struct fn_bblock *b)
{
	u32 r, pc;

	g->state = b->state_in;
	fn_web_enter(g, b);
	note_kinds(g, b->live_in);
	for (r = 6; r <= FN_REG_FP && is_site(g, b); r++)
		fn_val_web(g, r)->kinds |= BIT(FN_AV_UNKNOWN);
	for (pc = b->first; pc < b->end; pc++)
		step(g, pc);
}

static bool is_host(struct fn_gen *g, u32 reg)
{
	return reg != FN_REG_ZERO && fn_val_web(g, reg)->is_host;
}

static struct fn_web *def_web(struct fn_gen *g, u32 pc)
{
	return &g->webs[fn_web_find(g, fn_web_def(g, pc))];
}

/* Does the word compare a register with NULL? */
static bool compares_null(const struct fn_gen *g, const struct fn_uop *u)
{
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_absval b = fn_state_reg(&g->state, u->b);

	return (op->kind == FN_GEN_JCC || op->kind == FN_GEN_EXITC) && !op->w &&
	       b.kind == FN_AV_CONST && !((u64)b.min + u->imm16) &&
	       (op->code == FN_EQ || op->code == FN_NE || op->code == FN_GT ||
		op->code == FN_LE);
}

/* Registers whose host address serves the word as well as the device's */
static u32 takes_host(struct fn_gen *g, const struct fn_uop *u, u32 pc)
{
	const struct fn_gen_op *op = fn_gen_op(u);

	if (op->kind >= FN_GEN_LOAD && op->kind <= FN_GEN_ATOMIC &&
	    fn_mem_class_of(g, &g->state, u) == FN_MEM_VALUE)
		return BIT(fn_mem_base_reg(&g->state, u));
	if (op->kind == FN_GEN_ALU && def_web(g, pc)->is_host)
		return fn_gen_reads(u);
	return compares_null(g, u) ? BIT(u->a) : 0;
}

/* Webs of map values whose device address the word uses become plain. */
static bool demote_used(struct fn_gen *g, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	u32 regs = fn_gen_reads(u) & ~takes_host(g, u, pc);
	bool changed = false;

	/* Data that is stored by its own address. */
	if (fn_gen_op(u)->kind == FN_GEN_STORE ||
	    fn_gen_op(u)->kind == FN_GEN_ATOMIC)
		regs |= u->b == FN_REG_ZERO ? 0 : BIT(u->b);
	/* And what an exchange compares with it. */
	if (fn_gen_op(u)->kind == FN_GEN_ATOMIC && u->x & FN_X_FETCH)
		regs |= BIT(u->d) & fn_gen_reads(u);
	for (; regs; regs &= regs - 1) {
		struct fn_web *w = fn_val_web(g, ilog2(regs & -regs));

		if (!w->is_host || is_packet(w))
			continue;
		w->is_host = false;
		changed = true;
	}
	return changed;
}

/* Can the word compute the host address of its result from its operands? */
static bool makes(struct fn_gen *g, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	const struct fn_gen_op *op = fn_gen_op(u);
	struct fn_absval d;
	u32 slot;

	if (op->kind == FN_GEN_HELPER)
		return fn_state_map(g, &g->state, &slot);
	if (op->kind == FN_GEN_LOAD)
		return true; /* ctx->data */
	if (op->kind != FN_GEN_ALU)
		return false;
	d = fn_absval_alu(&g->state, u);
	if (d.kind == FN_AV_CONST || d.kind == FN_AV_PACKET)
		return true;
	return is_host(g, fn_alu_base_reg(&g->state, u));
}

static bool demote_made(struct fn_gen *g, u32 pc)
{
	u32 writes = fn_gen_writes(&g->code[pc]);
	struct fn_web *w;

	if (!writes || fn_gen_op(&g->code[pc])->kind == FN_GEN_RET)
		return false;
	w = def_web(g, pc);
	if (!w->is_host || makes(g, pc))
		return false;
	w->is_host = false;
	return true;
}

static bool demote(struct fn_gen *g, const struct fn_bblock *b)
{
	bool changed = false;
	u32 pc;

	g->state = b->state_in;
	fn_web_enter(g, b);
	for (pc = b->first; pc < b->end; pc++) {
		changed |= demote_used(g, pc);
		changed |= demote_made(g, pc);
		fn_web_step(g, pc);
		if (fn_gen_op(&g->code[pc])->kind < FN_GEN_JCC)
			fn_state_next(g, &g->state, pc);
	}
	return changed;
}

static bool demote_all(struct fn_gen *g)
{
	bool changed = false;
	u32 i;

	for (i = 0; i < g->nblocks; i++) {
		if (!g->blocks[i].reachable)
			continue;
		fn_cfg_count(g, g->blocks[i].end - g->blocks[i].first);
		changed |= demote(g, &g->blocks[i]);
	}
	return changed;
}

/**
 * fn_gen_hostptr - choose the webs that are kept as host addresses
 * @g: program; the webs have been found
 */
void fn_gen_hostptr(struct fn_gen *g)
{
	u32 nwebs = fn_web_def(g, g->n);
	bool changed = true;
	u32 round, i;

	for (i = 0; i < g->nblocks; i++) {
		if (g->blocks[i].reachable)
			note_block(g, &g->blocks[i]);
	}
	for (i = 0; i < nwebs; i++)
		g->webs[i].is_host =
			g->webs[i].parent == i &&
			(is_packet(&g->webs[i]) || is_value(&g->webs[i]));
	for (round = 0; changed && round < MAX_ROUNDS; round++)
		changed = demote_all(g);
	for (i = 0; changed && i < nwebs; i++)
		g->webs[i].is_host &= is_packet(&g->webs[i]);
}
