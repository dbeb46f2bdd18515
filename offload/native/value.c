// SPDX-License-Identifier: GPL-2.0
/*
 * value: registers of the card, wherever they are at the word at hand.
 */
#include "gen.h"

/**
 * fn_val_const - is the sum of a register and a number known?
 * @g: program
 * @reg: register
 * @imm: number
 * @v: gets the sum
 */
bool fn_val_const(const struct fn_gen *g, u32 reg, s64 imm, s64 *v)
{
	struct fn_fact f = fn_fact_of(&g->now, reg);

	*v = (u64)f.v + (u64)imm;
	return f.kind == FN_KNOWN_CONST;
}

/**
 * fn_val_place - where a register is
 * @g: program
 * @reg: register that is wanted here
 *
 * Return: register of the host's, or FN_PLACE_*.
 */
u32 fn_val_place(struct fn_gen *g, u32 reg)
{
	if (reg == FN_REG_ZERO)
		return FN_PLACE_NONE;
	return g->webs[fn_web_find(g, g->web[reg])].place;
}

/* Make the value anew of what is known. */
static void make(struct fn_gen *g, u32 to, struct fn_fact f)
{
	u32 off = offsetof(struct fn_exec, ctx.data);

	if (f.kind == FN_KNOWN_CONST) {
		fn_put_const(g, to, f.v);
		return;
	}
	if (f.kind == FN_KNOWN_END)
		off = offsetof(struct fn_exec, ctx.data_end);
	fn_put(g, BPF_LDX | BPF_MEM | BPF_W, to, FN_GEN_X, off, 0);
	if (f.v)
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, f.v);
}

/**
 * fn_val_fetch - bring a register into one of the host's
 * @g: program
 * @to: of the host
 * @reg: of the card
 */
void fn_val_fetch(struct fn_gen *g, u32 to, u32 reg)
{
	struct fn_fact f = fn_fact_of(&g->now, reg);
	u32 place = fn_val_place(g, reg);

	if (place < FN_PLACE_HOME)
		fn_put_move(g, to, place);
	else if (place == FN_PLACE_NONE || f.kind == FN_KNOWN_CONST)
		make(g, to, f);
	else
		fn_put_load(g, to, FN_GEN_X, FN_HOME(reg));
}

/**
 * fn_val_use - a register of the host's that has a register's value
 * @g: program
 * @reg: of the card
 * @scratch: of the host, used if there is no other
 */
u32 fn_val_use(struct fn_gen *g, u32 reg, u32 scratch)
{
	u32 place = fn_val_place(g, reg);

	if (place < FN_PLACE_HOME)
		return place;
	fn_val_fetch(g, scratch, reg);
	return scratch;
}

static void go_home(struct fn_gen *g, u32 reg)
{
	struct fn_fact f = fn_fact_of(&g->now, reg);
	u32 place = fn_val_place(g, reg);

	if (place == FN_PLACE_HOME)
		return;
	if (place < FN_PLACE_HOME) {
		fn_put_store(g, FN_GEN_X, FN_HOME(reg), place);
	} else if (f.kind == FN_KNOWN_CONST && f.v == (s32)f.v) {
		fn_put_set(g, BPF_DW, FN_HOME(reg), f.v);
	} else {
		make(g, 0, f);
		fn_put_store(g, FN_GEN_X, FN_HOME(reg), 0);
	}
}

/**
 * fn_val_go_home - store registers where the interpreter looks for them
 * @g: program; R0 is lost
 * @regs: a bit for each
 */
void fn_val_go_home(struct fn_gen *g, u32 regs)
{
	for (; regs; regs &= regs - 1)
		go_home(g, ilog2(regs & -regs));
}

static bool is_lost(u32 place)
{
	return place <= 5;
}

/**
 * fn_val_save - store registers that a call would lose in their homes
 * @g: program
 * @regs: a bit for each
 */
void fn_val_save(struct fn_gen *g, u32 regs)
{
	for (; regs; regs &= regs - 1) {
		u32 r = ilog2(regs & -regs);

		if (is_lost(fn_val_place(g, r)))
			go_home(g, r);
	}
}

/**
 * fn_val_restore - undo fn_val_save()
 * @g: program
 * @regs: a bit for each
 */
void fn_val_restore(struct fn_gen *g, u32 regs)
{
	for (; regs; regs &= regs - 1) {
		u32 r = ilog2(regs & -regs);
		u32 place = fn_val_place(g, r);

		if (is_lost(place))
			fn_put_load(g, place, FN_GEN_X, FN_HOME(r));
	}
}

/**
 * fn_val_arg - bring a register into one of the host's that may hold another
 * @g: program; fn_val_save() has been called for both
 * @to: of the host
 * @reg: of the card
 */
void fn_val_arg(struct fn_gen *g, u32 to, u32 reg)
{
	if (is_lost(fn_val_place(g, reg)))
		fn_put_load(g, to, FN_GEN_X, FN_HOME(reg));
	else
		fn_val_fetch(g, to, reg);
}

static u32 def_place(struct fn_gen *g)
{
	return g->webs[fn_web_find(g, fn_web_def(g, g->pc))].place;
}

/* fn_val_wanted - has the result of the word at hand a place? */
bool fn_val_wanted(struct fn_gen *g)
{
	return def_place(g) != FN_PLACE_NONE;
}

/* fn_val_target - register of the host's to make the result in */
u32 fn_val_target(struct fn_gen *g)
{
	u32 place = def_place(g);

	return place < FN_PLACE_HOME ? place : 0;
}

/**
 * fn_val_result - put the result where it belongs
 * @g: program
 * @u: word at hand
 * @from: register of the host's that has it
 */
void fn_val_result(struct fn_gen *g, const struct fn_uop *u, u32 from)
{
	u32 place = def_place(g);
	u32 reg = ilog2(fn_gen_writes(u));

	if (place < FN_PLACE_HOME)
		fn_put_move(g, place, from);
	else if (place == FN_PLACE_HOME)
		fn_put_store(g, FN_GEN_X, FN_HOME(reg), from);
}

/**
 * fn_val_from_home - a C function has left the result in its home
 * @g: program
 * @u: word at hand
 */
void fn_val_from_home(struct fn_gen *g, const struct fn_uop *u)
{
	u32 place = def_place(g);

	if (place < FN_PLACE_HOME)
		fn_put_load(g, place, FN_GEN_X,
			    FN_HOME(ilog2(fn_gen_writes(u))));
}
