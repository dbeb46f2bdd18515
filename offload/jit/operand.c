// SPDX-License-Identifier: GPL-2.0
/*
 * operand: access to card registers at the current word, by their location.
 *
 * A register that is kept as a host address is converted to the device address
 * unless the caller asks for the host's.
 */
#include "gen.h"

/**
 * fn_val_const - is the sum of a register and an immediate a constant?
 * @g: program
 * @reg: register
 * @imm: number
 * @v: gets the sum
 */
bool fn_val_const(const struct fn_gen *g, u32 reg, s64 imm, s64 *v)
{
	struct fn_absval f = fn_state_reg(&g->state, reg);

	*v = (u64)f.min + (u64)imm;
	return f.kind == FN_AV_CONST;
}

/**
 * fn_val_web - web of a register
 * @g: program
 * @reg: register, not rz
 */
struct fn_web *fn_val_web(struct fn_gen *g, u32 reg)
{
	return &g->webs[fn_web_find(g, g->web[reg])];
}

/**
 * fn_val_loc - location of a register
 * @g: program
 * @reg: register that is live here
 *
 * Return: BPF register, or FN_LOC_*.
 */
u32 fn_val_loc(struct fn_gen *g, u32 reg)
{
	if (reg == FN_REG_ZERO)
		return FN_LOC_REMAT;
	return fn_val_web(g, reg)->loc;
}

/* Where the thread has the device address of the frame */
static s32 ctx_data(const struct fn_gen *g)
{
	return offsetof(struct fn_exec, local) + g->prog->ctx->data;
}

/* Recompute a value from its abstract value. */
static void rematerialize(struct fn_gen *g, u32 to, struct fn_absval f)
{
	u32 off = ctx_data(g);

	if (f.kind == FN_AV_CONST) {
		fn_asm_const(g, to, f.min);
		return;
	}
	if (f.kind == FN_AV_PACKET_END)
		off = offsetof(struct fn_exec, local) + g->prog->ctx->data_end;
	fn_asm_insn(g, BPF_LDX | BPF_MEM | BPF_W, to, FN_BPF_EXEC, off, 0);
	if (f.min)
		fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, f.min);
}

#define DATA_HOST offsetof(struct fn_exec, data_host)

static bool is_host(struct fn_gen *g, u32 reg)
{
	return reg != FN_REG_ZERO && fn_val_web(g, reg)->is_host;
}

static bool is_exact(struct fn_absval f)
{
	return f.kind == FN_AV_CONST || (f.kind == FN_AV_PACKET && !f.id);
}

/* Offset in fn_exec of a register's spill slot */
static s32 spill_slot(struct fn_gen *g, u32 reg)
{
	return is_host(g, reg) ? FN_HOST_SLOT(reg) : FN_SLOT(reg);
}

/* Convert between host and device address without a scratch register. */
static void convert(struct fn_gen *g, u32 reg, u32 from, u32 to)
{
	fn_asm_insn(g, BPF_ALU64 | from | BPF_X, reg, FN_BPF_PACKET, 0, 0);
	fn_asm_insn(g, BPF_LDX | BPF_MEM | BPF_W, FN_BPF_PACKET, FN_BPF_EXEC,
		    ctx_data(g), 0);
	fn_asm_insn(g, BPF_ALU64 | to | BPF_X, reg, FN_BPF_PACKET, 0, 0);
	fn_asm_load(g, FN_BPF_PACKET, FN_BPF_EXEC, DATA_HOST);
}

static void to_card(struct fn_gen *g, u32 to, u32 reg, u32 loc)
{
	if (loc < FN_LOC_SLOT && loc != to) {
		fn_asm_insn(g, BPF_LDX | BPF_MEM | BPF_W, to, FN_BPF_EXEC,
			    ctx_data(g), 0);
		fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_X, to, FN_BPF_PACKET,
			    0, 0);
		fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, to, loc, 0, 0);
		return;
	}
	if (loc >= FN_LOC_SLOT)
		fn_asm_load(g, to, FN_BPF_EXEC, FN_HOST_SLOT(reg));
	convert(g, to, BPF_SUB, BPF_ADD);
}

/**
 * fn_val_load - load a card register into a BPF register
 * @g: program
 * @to: BPF register
 * @reg: card register
 */
void fn_val_load(struct fn_gen *g, u32 to, u32 reg)
{
	struct fn_absval f = fn_state_reg(&g->state, reg);
	u32 loc = fn_val_loc(g, reg);
	bool host = is_host(g, reg);

	if (loc == FN_LOC_REMAT || f.kind == FN_AV_CONST ||
	    (host && is_exact(f)))
		rematerialize(g, to, f);
	else if (host)
		to_card(g, to, reg, loc);
	else if (loc < FN_LOC_SLOT)
		fn_asm_move(g, to, loc);
	else
		fn_asm_load(g, to, FN_BPF_EXEC, FN_SLOT(reg));
}

/**
 * fn_val_load_host - load the host address that a register stands for
 * @g: program
 * @to: BPF register
 * @reg: packet pointer, or pointer to a map value that is kept as host address
 */
void fn_val_load_host(struct fn_gen *g, u32 to, u32 reg)
{
	struct fn_absval f = fn_state_reg(&g->state, reg);
	u32 loc = fn_val_loc(g, reg);

	if (f.kind == FN_AV_CONST) {
		fn_asm_const(g, to, f.min);
	} else if (is_host(g, reg) && loc < FN_LOC_SLOT) {
		fn_asm_move(g, to, loc);
	} else if (is_exact(f)) {
		fn_asm_move(g, to, FN_BPF_PACKET);
		fn_asm_add(g, to, f.min, 0);
	} else if (is_host(g, reg)) {
		fn_asm_load(g, to, FN_BPF_EXEC, FN_HOST_SLOT(reg));
	} else {
		fn_val_load(g, to, reg);
		convert(g, to, BPF_ADD, BPF_SUB);
	}
}

/**
 * fn_val_reg_host - a BPF register that has the host address
 * @g: program
 * @reg: as of fn_val_load_host()
 * @scratch: BPF register to use if it is in none
 */
u32 fn_val_reg_host(struct fn_gen *g, u32 reg, u32 scratch)
{
	struct fn_absval f = fn_state_reg(&g->state, reg);
	u32 loc = fn_val_loc(g, reg);

	if (is_host(g, reg) && loc < FN_LOC_SLOT)
		return loc;
	if (f.kind == FN_AV_PACKET && !f.id && !f.min)
		return FN_BPF_PACKET;
	fn_val_load_host(g, scratch, reg);
	return scratch;
}

/**
 * fn_val_reg - a BPF register that has a card register's value
 * @g: program
 * @reg: card register
 * @scratch: BPF register to use if it is in none
 */
u32 fn_val_reg(struct fn_gen *g, u32 reg, u32 scratch)
{
	u32 loc = fn_val_loc(g, reg);

	if (loc < FN_LOC_SLOT && !is_host(g, reg))
		return loc;
	fn_val_load(g, scratch, reg);
	return scratch;
}

static void spill(struct fn_gen *g, u32 reg)
{
	struct fn_absval f = fn_state_reg(&g->state, reg);
	u32 loc = fn_val_loc(g, reg);
	bool host = is_host(g, reg);

	if (loc == FN_LOC_SLOT && !host)
		return;
	if (loc < FN_LOC_SLOT && !host) {
		fn_asm_store(g, FN_BPF_EXEC, FN_SLOT(reg), loc);
	} else if (f.kind == FN_AV_CONST && f.min == (s32)f.min) {
		fn_asm_store_imm(g, BPF_DW, FN_SLOT(reg), f.min);
	} else {
		fn_val_load(g, 0, reg);
		fn_asm_store(g, FN_BPF_EXEC, FN_SLOT(reg), 0);
	}
}

/**
 * fn_val_spill - store registers to their slots, where C functions look for them
 * @g: program; R0 is lost
 * @regs: a bit for each
 */
void fn_val_spill(struct fn_gen *g, u32 regs)
{
	for (; regs; regs &= regs - 1)
		spill(g, ilog2(regs & -regs));
}

static void spill_for_exit(struct fn_gen *g, u32 reg, struct fn_exit *e)
{
	struct fn_absval f = fn_state_reg(&g->state, reg);
	u32 loc = fn_val_loc(g, reg);

	if (loc == FN_LOC_REMAT || !is_host(g, reg) || is_exact(f)) {
		spill(g, reg);
		return;
	}
	if (loc < FN_LOC_SLOT)
		fn_asm_store(g, FN_BPF_EXEC, FN_HOST_SLOT(reg), loc);
	if (f.kind == FN_AV_PACKET)
		e->packet |= BIT(reg);
	else
		e->value |= BIT(reg);
}

/**
 * fn_val_spill_exit - store registers for the interpreter
 * @g: program; R0 is lost
 * @regs: a bit for each
 * @e: notes those that are stored as host addresses
 */
void fn_val_spill_exit(struct fn_gen *g, u32 regs, struct fn_exit *e)
{
	for (; regs; regs &= regs - 1)
		spill_for_exit(g, ilog2(regs & -regs), e);
}

static bool is_caller_saved(u32 loc)
{
	return loc <= 5;
}

/**
 * fn_val_save - save registers that a call clobbers
 * @g: program
 * @regs: a bit for each
 * @spilled: those that are in their slots already
 */
void fn_val_save(struct fn_gen *g, u32 regs, u32 spilled)
{
	for (; regs; regs &= regs - 1) {
		u32 r = ilog2(regs & -regs);
		u32 loc = fn_val_loc(g, r);

		if (is_caller_saved(loc) &&
		    (is_host(g, r) || !(spilled & BIT(r))))
			fn_asm_store(g, FN_BPF_EXEC, spill_slot(g, r), loc);
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
		u32 loc = fn_val_loc(g, r);

		if (is_caller_saved(loc))
			fn_asm_load(g, loc, FN_BPF_EXEC, spill_slot(g, r));
	}
}

/**
 * fn_val_arg - load a register as an argument of a call
 * @g: program; fn_val_save() has been called for both
 * @to: BPF register
 * @reg: card register
 */
void fn_val_arg(struct fn_gen *g, u32 to, u32 reg)
{
	if (is_caller_saved(fn_val_loc(g, reg)) && is_host(g, reg))
		to_card(g, to, reg, FN_LOC_SLOT);
	else if (is_caller_saved(fn_val_loc(g, reg)))
		fn_asm_load(g, to, FN_BPF_EXEC, FN_SLOT(reg));
	else
		fn_val_load(g, to, reg);
}

static struct fn_web *def_web(struct fn_gen *g)
{
	return &g->webs[fn_web_find(g, fn_web_def(g, g->pc))];
}

static u32 def_loc(struct fn_gen *g)
{
	return def_web(g)->loc;
}

/* fn_val_dst_is_host - is the current word's result kept as a host address? */
bool fn_val_dst_is_host(struct fn_gen *g)
{
	return def_web(g)->is_host;
}

/* fn_val_dst_live - has the current word's result a location? */
bool fn_val_dst_live(struct fn_gen *g)
{
	return def_loc(g) != FN_LOC_REMAT;
}

/* fn_val_dst - BPF register to compute the current word's result in */
u32 fn_val_dst(struct fn_gen *g)
{
	u32 loc = def_loc(g);

	return loc < FN_LOC_SLOT ? loc : 0;
}

/**
 * fn_val_set_dst - store the result to its location
 * @g: program
 * @u: current word
 * @from: BPF register that has it
 */
void fn_val_set_dst(struct fn_gen *g, const struct fn_uop *u, u32 from)
{
	u32 loc = def_loc(g);
	u32 reg = ilog2(fn_gen_writes(u));

	if (loc < FN_LOC_SLOT)
		fn_asm_move(g, loc, from);
	else if (loc == FN_LOC_SLOT)
		fn_asm_store(g, FN_BPF_EXEC,
			     def_web(g)->is_host ? FN_HOST_SLOT(reg) :
						   FN_SLOT(reg),
			     from);
}

/**
 * fn_val_reload_dst - load the result that a C function has left in its slot
 * @g: program
 * @u: current word
 */
void fn_val_reload_dst(struct fn_gen *g, const struct fn_uop *u)
{
	u32 loc = def_loc(g);

	if (loc < FN_LOC_SLOT)
		fn_asm_load(g, loc, FN_BPF_EXEC,
			    FN_SLOT(ilog2(fn_gen_writes(u))));
}
