// SPDX-License-Identifier: GPL-2.0
/*
 * runtime: the C functions that generated code calls, and the calls.
 *
 * They take card registers from their spill slots and leave results there.
 */
#include "../engine/map.h"
#include "../helpers.h"
#include "gen.h"

/* Charges for memory depend on the time of the access. */
static void set_time(struct fn_exec *x, u64 at)
{
	x->issue_cycles = (x->acc + at) >> FN_ACC_SHIFT;
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

/* NULL if the access faults; the interpreter repeats it to find the cause. */
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

static u64 native_sdiv(u64 op, u64 a, u64 b, u64 d, u64 e)
{
	return fn_interp_sdiv(op, a, b);
}

static u32 live_across(const struct fn_gen *g, const struct fn_uop *u)
{
	return fn_gen_live_after(g, g->pc) & ~fn_gen_writes(u);
}

/* The run ends if the function has returned a fault. */
static void emit_fault_exit(struct fn_gen *g)
{
	u32 fault = fn_asm_label(g);

	fn_asm_jump(g, BPF_JMP | BPF_JNE | BPF_K, 0, 0, 0, fault);
	fn_asm_cold(g, true);
	fn_asm_bind(g, fault);
	fn_emit_finish(g, g->pc, fn_pending_after(g));
	fn_asm_cold(g, false);
}

/* Call a function that reads its operands from spill slots. */
static void call(struct fn_gen *g, const struct fn_uop *u, fn_call_t fn,
		 u32 what)
{
	u32 keep = live_across(g, u);
	struct fn_charge c;

	fn_charge_of(g, &g->state, u, &c);
	if (c.by_call)
		fn_emit_sync_last(g, &g->state, &g->pending);
	fn_val_spill(g, fn_gen_reads(u));
	fn_val_save(g, keep, fn_gen_reads(u));
	fn_asm_move(g, 1, FN_BPF_EXEC);
	fn_asm_const(g, 2, what);
	fn_asm_const(g, 3, g->pending.acc);
	fn_asm_call(g, fn);
	emit_fault_exit(g);
	fn_val_restore(g, keep);
}

void fn_emit_helper(struct fn_gen *g, const struct fn_uop *u,
		    const struct fn_gen_op *op)
{
	if (fn_emit_lookup(g, u))
		return;
	call(g, u, native_helper, u->imm);
	if (g->uses_packet && fn_gen_helper(u)->effects & FN_HELPER_PACKET)
		fn_asm_load(g, FN_BPF_PACKET, FN_BPF_EXEC,
			    offsetof(struct fn_exec, data_host));
	fn_val_reload_dst(g, u);
}

/**
 * fn_call_atomic - generate a call that does an atomic operation
 * @g: program
 * @u: ATOM
 */
void fn_call_atomic(struct fn_gen *g, const struct fn_uop *u)
{
	call(g, u, native_atom, g->pc);
	if (fn_gen_writes(u))
		fn_val_reload_dst(g, u);
}

/**
 * fn_call_memory - generate a call that translates a device address
 * @g: program; R0 is the device address and becomes the host address or NULL
 * @size: bytes
 * @access: enum fn_access
 */
void fn_call_memory(struct fn_gen *g, u32 size, u32 access)
{
	u32 keep = g->live[g->pc];

	fn_val_save(g, keep, 0);
	fn_asm_move(g, 2, 0);
	fn_asm_move(g, 1, FN_BPF_EXEC);
	fn_asm_const(g, 3, size | access << 8);
	fn_asm_const(g, 4, g->pending.acc);
	fn_asm_const(g, 5, g->pc);
	fn_asm_call(g, native_memory);
	fn_val_restore(g, keep);
}

void fn_emit_sdiv(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 keep = live_across(g, u);
	s64 v;

	if (!fn_val_dst_live(g))
		return;
	fn_val_save(g, keep | fn_gen_reads(u), 0);
	fn_asm_const(g, 1, u->op);
	fn_val_arg(g, 2, u->a);
	if (fn_val_const(g, u->b, u->imm, &v))
		fn_asm_const(g, 3, v);
	else
		fn_val_arg(g, 3, u->b);
	fn_asm_call(g, native_sdiv);
	fn_val_restore(g, keep);
	fn_val_set_dst(g, u, 0);
}
