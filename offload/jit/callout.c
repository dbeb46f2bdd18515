// SPDX-License-Identifier: GPL-2.0
/*
 * callout: what C functions do for compiled code, and how they are called.
 *
 * They take registers of the card from their homes and leave results there.
 */
#include "../engine/map.h"
#include "../helpers.h"
#include "gen.h"

/* Accesses to map memory are charged by the time at which they are made. */
static void set_time(struct fn_exec *x, u64 at)
{
	x->at = (x->acc + at) >> FN_ACC_SHIFT;
}

static u64 native_helper(u64 exec, u64 index, u64 at, u64 d, u64 e)
{
	struct fn_exec *x = fn_bus_to_ptr(exec);

	set_time(x, at);
	fn_helper_call(x, index);
	return x->fault;
}

static u64 native_atom(u64 exec, u64 pc, u64 at, u64 d, u64 e)
{
	struct fn_exec *x = fn_bus_to_ptr(exec);

	set_time(x, at);
	x->pc = pc;
	return !fn_exec_atom(x, &x->prog->code[pc]);
}

/* NULL if the access is none; the cause is found by doing it again. */
static u64 native_memory(u64 exec, u64 addr, u64 what, u64 at, u64 pc)
{
	struct fn_exec *x = fn_bus_to_ptr(exec);
	u8 *p;

	set_time(x, at);
	x->pc = pc;
	p = fn_mem_slow(x, addr, what & 0xff, what >> 8);
	if (!p)
		x->fault = FN_FAULT_NONE;
	else if ((u64)(p - x->pkt_host) < x->pkt_len)
		fn_charge_packet(x, what >> 8);
	return fn_ptr_to_bus(p);
}

/* What a value's address stands for, of which it is known that it is one. */
static u64 native_value(u64 exec, u64 addr, u64 c, u64 d, u64 e)
{
	struct fn_exec *x = fn_bus_to_ptr(exec);
	u64 off = addr - FN_ADDR_MAPS;

	return fn_ptr_to_bus(x->segments[off >> FN_SEGMENT_SHIFT].base +
			     (off & (FN_SEGMENT_SIZE - 1)));
}

static u64 native_sdiv(u64 op, u64 a, u64 b, u64 d, u64 e)
{
	return fn_interp_sdiv(op, a, b);
}

static u32 survivors(const struct fn_gen *g, const struct fn_uop *u)
{
	return fn_gen_live_after(g, g->pc) & ~fn_gen_writes(u);
}

/* What the function returns is not 0 if there was a fault. */
static void put_fault(struct fn_gen *g)
{
	u32 fault = fn_label(g);

	fn_put_jump(g, BPF_JMP | BPF_JNE | BPF_K, 0, 0, 0, fault);
	fn_cold(g, true);
	fn_label_here(g, fault);
	fn_emit_finish(g, g->pc, fn_gen_after(g));
	fn_cold(g, false);
}

/* A function that takes registers of the card from their homes. */
static void call(struct fn_gen *g, const struct fn_uop *u, fn_call_t fn,
		 u32 what)
{
	u32 keep = survivors(g, u);
	struct fn_charge c;

	fn_charge_of(g, &g->now, u, &c);
	if (c.called)
		fn_emit_settle(g, &g->now, &g->count);
	fn_val_go_home(g, fn_gen_reads(u));
	fn_val_save(g, keep, fn_gen_reads(u));
	fn_put_move(g, 1, FN_GEN_X);
	fn_put_const(g, 2, what);
	fn_put_const(g, 3, g->count.acc);
	fn_put_call(g, fn);
	put_fault(g);
	fn_val_restore(g, keep);
}

void fn_emit_helper(struct fn_gen *g, const struct fn_uop *u,
		    const struct fn_gen_op *op)
{
	if (fn_emit_lookup(g, u))
		return;
	call(g, u, native_helper, u->imm);
	if (g->direct && fn_gen_helper(u)->effects & FN_HELPER_PACKET)
		fn_put_load(g, FN_GEN_FRAME, FN_GEN_X,
			    offsetof(struct fn_exec, data_host));
	fn_val_from_home(g, u);
}

/**
 * fn_call_atom - let a C function do an atomic operation
 * @g: program
 * @u: ATOM
 */
void fn_call_atom(struct fn_gen *g, const struct fn_uop *u)
{
	call(g, u, native_atom, g->pc);
	if (fn_gen_writes(u))
		fn_val_from_home(g, u);
}

/**
 * fn_call_memory - let a C function find out what is at an address
 * @g: program; R0 is the address and becomes that of the host's, or NULL
 * @size: bytes
 * @access: enum fn_access
 */
void fn_call_memory(struct fn_gen *g, u32 size, u32 access)
{
	u32 keep = g->live[g->pc];

	fn_val_save(g, keep, 0);
	fn_put_move(g, 2, 0);
	fn_put_move(g, 1, FN_GEN_X);
	fn_put_const(g, 3, size | access << 8);
	fn_put_const(g, 4, g->count.acc);
	fn_put_const(g, 5, g->pc);
	fn_put_call(g, native_memory);
	fn_val_restore(g, keep);
}

/**
 * fn_call_value - let a C function find a value
 * @g: program; R0 is the card's address of one and becomes the host's
 */
void fn_call_value(struct fn_gen *g)
{
	u32 keep = g->live[g->pc];

	fn_val_save(g, keep, 0);
	fn_put_move(g, 2, 0);
	fn_put_move(g, 1, FN_GEN_X);
	fn_put_call(g, native_value);
	fn_val_restore(g, keep);
}

void fn_emit_sdiv(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 keep = survivors(g, u);
	s64 v;

	if (!fn_val_wanted(g))
		return;
	fn_val_save(g, keep | fn_gen_reads(u), 0);
	fn_put_const(g, 1, u->op);
	fn_val_arg(g, 2, u->a);
	if (fn_val_const(g, u->b, u->imm, &v))
		fn_put_const(g, 3, v);
	else
		fn_val_arg(g, 3, u->b);
	fn_put_call(g, native_sdiv);
	fn_val_restore(g, keep);
	fn_val_result(g, u, 0);
}
