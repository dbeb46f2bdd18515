// SPDX-License-Identifier: GPL-2.0
/*
 * value: registers of the card, wherever they are at the word at hand.
 *
 * Those that are kept as addresses of the host's become what the card has on
 * their way, unless it is the address that is asked for.
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
 * fn_val_web - the value that a register has
 * @g: program
 * @reg: register, not rz
 */
struct fn_web *fn_val_web(struct fn_gen *g, u32 reg)
{
	return &g->webs[fn_web_find(g, g->web[reg])];
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
	return fn_val_web(g, reg)->place;
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

#define CTX_DATA offsetof(struct fn_exec, ctx.data)
#define DATA_HOST offsetof(struct fn_exec, data_host)

static bool is_host(struct fn_gen *g, u32 reg)
{
	return reg != FN_REG_ZERO && fn_val_web(g, reg)->host;
}

static bool is_exact(struct fn_fact f)
{
	return f.kind == FN_KNOWN_CONST || (f.kind == FN_KNOWN_DATA && !f.sym);
}

/* Where a value is that has no register */
static s32 slot(struct fn_gen *g, u32 reg)
{
	return is_host(g, reg) ? FN_HOST(reg) : FN_HOME(reg);
}

/* Between the host's address and the card's, with no register to spare. */
static void convert(struct fn_gen *g, u32 reg, u32 from, u32 to)
{
	fn_put(g, BPF_ALU64 | from | BPF_X, reg, FN_GEN_FRAME, 0, 0);
	fn_put(g, BPF_LDX | BPF_MEM | BPF_W, FN_GEN_FRAME, FN_GEN_X, CTX_DATA,
	       0);
	fn_put(g, BPF_ALU64 | to | BPF_X, reg, FN_GEN_FRAME, 0, 0);
	fn_put_load(g, FN_GEN_FRAME, FN_GEN_X, DATA_HOST);
}

static void to_card(struct fn_gen *g, u32 to, u32 reg, u32 place)
{
	if (place < FN_PLACE_HOME && place != to) {
		fn_put(g, BPF_LDX | BPF_MEM | BPF_W, to, FN_GEN_X, CTX_DATA, 0);
		fn_put(g, BPF_ALU64 | BPF_SUB | BPF_X, to, FN_GEN_FRAME, 0, 0);
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, to, place, 0, 0);
		return;
	}
	if (place >= FN_PLACE_HOME)
		fn_put_load(g, to, FN_GEN_X, FN_HOST(reg));
	convert(g, to, BPF_SUB, BPF_ADD);
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
	bool host = is_host(g, reg);

	if (place == FN_PLACE_NONE || f.kind == FN_KNOWN_CONST ||
	    (host && is_exact(f)))
		make(g, to, f);
	else if (host)
		to_card(g, to, reg, place);
	else if (place < FN_PLACE_HOME)
		fn_put_move(g, to, place);
	else
		fn_put_load(g, to, FN_GEN_X, FN_HOME(reg));
}

/**
 * fn_val_host - bring the address of the host's that a register is
 * @g: program
 * @to: register of the host's
 * @reg: pointer to the packet, or to a value that is kept as such
 */
void fn_val_host(struct fn_gen *g, u32 to, u32 reg)
{
	struct fn_fact f = fn_fact_of(&g->now, reg);
	u32 place = fn_val_place(g, reg);

	if (f.kind == FN_KNOWN_CONST) {
		fn_put_const(g, to, f.v);
	} else if (is_host(g, reg) && place < FN_PLACE_HOME) {
		fn_put_move(g, to, place);
	} else if (is_exact(f)) {
		fn_put_move(g, to, FN_GEN_FRAME);
		fn_put_add(g, to, f.v, 0);
	} else if (is_host(g, reg)) {
		fn_put_load(g, to, FN_GEN_X, FN_HOST(reg));
	} else {
		fn_val_fetch(g, to, reg);
		convert(g, to, BPF_ADD, BPF_SUB);
	}
}

/**
 * fn_val_use_host - a register of the host's that has the host's address
 * @g: program
 * @reg: as of fn_val_host()
 * @scratch: of the host, used if there is no other
 */
u32 fn_val_use_host(struct fn_gen *g, u32 reg, u32 scratch)
{
	struct fn_fact f = fn_fact_of(&g->now, reg);
	u32 place = fn_val_place(g, reg);

	if (is_host(g, reg) && place < FN_PLACE_HOME)
		return place;
	if (f.kind == FN_KNOWN_DATA && !f.sym && !f.v)
		return FN_GEN_FRAME;
	fn_val_host(g, scratch, reg);
	return scratch;
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

	if (place < FN_PLACE_HOME && !is_host(g, reg))
		return place;
	fn_val_fetch(g, scratch, reg);
	return scratch;
}

static void go_home(struct fn_gen *g, u32 reg)
{
	struct fn_fact f = fn_fact_of(&g->now, reg);
	u32 place = fn_val_place(g, reg);
	bool host = is_host(g, reg);

	if (place == FN_PLACE_HOME && !host)
		return;
	if (place < FN_PLACE_HOME && !host) {
		fn_put_store(g, FN_GEN_X, FN_HOME(reg), place);
	} else if (f.kind == FN_KNOWN_CONST && f.v == (s32)f.v) {
		fn_put_set(g, BPF_DW, FN_HOME(reg), f.v);
	} else {
		fn_val_fetch(g, 0, reg);
		fn_put_store(g, FN_GEN_X, FN_HOME(reg), 0);
	}
}

/**
 * fn_val_go_home - store registers where C functions look for them
 * @g: program; R0 is lost
 * @regs: a bit for each
 */
void fn_val_go_home(struct fn_gen *g, u32 regs)
{
	for (; regs; regs &= regs - 1)
		go_home(g, ilog2(regs & -regs));
}

static void leave(struct fn_gen *g, u32 reg, struct fn_exit *e)
{
	struct fn_fact f = fn_fact_of(&g->now, reg);
	u32 place = fn_val_place(g, reg);

	if (place == FN_PLACE_NONE || !is_host(g, reg) || is_exact(f)) {
		go_home(g, reg);
		return;
	}
	if (place < FN_PLACE_HOME)
		fn_put_store(g, FN_GEN_X, FN_HOST(reg), place);
	if (f.kind == FN_KNOWN_DATA)
		e->packet |= BIT(reg);
	else
		e->value |= BIT(reg);
}

/**
 * fn_val_leave - store registers for the interpreter to go on with
 * @g: program; R0 is lost
 * @regs: a bit for each
 * @e: gets those that are addresses of the host's
 */
void fn_val_leave(struct fn_gen *g, u32 regs, struct fn_exit *e)
{
	for (; regs; regs &= regs - 1)
		leave(g, ilog2(regs & -regs), e);
}

static bool is_lost(u32 place)
{
	return place <= 5;
}

/**
 * fn_val_save - store registers that a call would lose
 * @g: program
 * @regs: a bit for each
 * @home: those that are in their homes
 */
void fn_val_save(struct fn_gen *g, u32 regs, u32 home)
{
	for (; regs; regs &= regs - 1) {
		u32 r = ilog2(regs & -regs);
		u32 place = fn_val_place(g, r);

		if (is_lost(place) && (is_host(g, r) || !(home & BIT(r))))
			fn_put_store(g, FN_GEN_X, slot(g, r), place);
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
			fn_put_load(g, place, FN_GEN_X, slot(g, r));
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
	if (is_lost(fn_val_place(g, reg)) && is_host(g, reg))
		to_card(g, to, reg, FN_PLACE_HOME);
	else if (is_lost(fn_val_place(g, reg)))
		fn_put_load(g, to, FN_GEN_X, FN_HOME(reg));
	else
		fn_val_fetch(g, to, reg);
}

static struct fn_web *def(struct fn_gen *g)
{
	return &g->webs[fn_web_find(g, fn_web_def(g, g->pc))];
}

static u32 def_place(struct fn_gen *g)
{
	return def(g)->place;
}

/* fn_val_makes_host - is the result of the word at hand an address of the host's? */
bool fn_val_makes_host(struct fn_gen *g)
{
	return def(g)->host;
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
		fn_put_store(g, FN_GEN_X,
			     def(g)->host ? FN_HOST(reg) : FN_HOME(reg), from);
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
