// SPDX-License-Identifier: GPL-2.0
/*
 * alu: words that only compute. R0 and R1 are free to use.
 */
#include "gen.h"

static u32 class_of(const struct fn_gen_op *op)
{
	return op->w ? BPF_ALU : BPF_ALU64;
}

static bool fits(const struct fn_gen_op *op, s64 v)
{
	return op->w || v == (s32)v;
}

/* Is there nothing to compute? */
static bool is_done(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_fact f;

	if (!fn_val_wanted(g))
		return true;
	f = fn_fact_alu(&g->now, u);
	if (f.kind != FN_KNOWN_CONST)
		return false;
	fn_put_const(g, fn_val_target(g), f.v);
	fn_val_result(g, u, fn_val_target(g));
	return true;
}

/**
 * fn_gen_operand - the operand that a pointer is made from
 * @f: facts before it
 * @u: word whose result is a pointer
 *
 * Return: register; rz if there is none.
 */
u32 fn_gen_operand(const struct fn_facts *f, const struct fn_uop *u)
{
	u32 kind = fn_fact_of(f, u->b).kind;

	if (kind == FN_KNOWN_DATA || kind >= FN_KNOWN_VALUE)
		return u->b;
	return fn_gen_op(u)->reads & FN_READS_A ? u->a : FN_REG_ZERO;
}

/* What is added to the pointer is no constant: registers of the host's. */
static void add_varying(struct fn_gen *g, u32 t, u32 pointer, u32 index)
{
	u32 b = fn_val_use(g, index, 1);

	if (t == b) {
		fn_val_host(g, 0, pointer);
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, t, 0, 0, 0);
		return;
	}
	fn_val_host(g, t, pointer);
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, t, b, 0, 0);
}

/* A pointer that is kept as the host's address is made from another. */
static bool is_pointer(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_fact d = fn_fact_alu(&g->now, u);
	u32 t = fn_val_target(g);
	u32 pointer, index;

	if (!fn_val_makes_host(g) || d.kind == FN_KNOWN_CONST)
		return false;
	if (d.kind == FN_KNOWN_DATA && !d.sym) {
		fn_put_move(g, t, FN_GEN_FRAME);
		fn_put_add(g, t, d.v, 0);
		fn_val_result(g, u, t);
		return true;
	}
	pointer = fn_gen_operand(&g->now, u);
	index = pointer == u->a ? u->b : u->a;
	if (!(fn_gen_op(u)->reads & FN_READS_A))
		index = FN_REG_ZERO;
	if (fn_fact_of(&g->now, index).kind == FN_KNOWN_CONST) {
		fn_val_host(g, t, pointer);
		fn_put_add(g, t, d.v - fn_fact_of(&g->now, pointer).v, 0);
	} else {
		add_varying(g, t, pointer, index);
		fn_put_add(g, t, u->imm, 0);
	}
	fn_val_result(g, u, t);
	return true;
}

/* The end less a pointer at a known distance from the beginning */
static bool is_length(struct fn_gen *g, const struct fn_uop *u,
		      struct fn_fact a, struct fn_fact b)
{
	u32 t = fn_val_target(g);

	if (a.kind != FN_KNOWN_END || b.sym || fn_gen_op(u)->w)
		return false;
	fn_put_load(g, t, FN_GEN_X, offsetof(struct fn_exec, frame_len));
	fn_put_add(g, t, a.v - b.v, 0);
	fn_val_result(g, u, t);
	return true;
}

/* The distance of two pointers to the packet, both of the host's */
static bool is_distance(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_fact a = fn_fact_of(&g->now, u->a);
	struct fn_fact b = fn_fact_of(&g->now, u->b);
	u32 t = fn_val_target(g);
	u32 from;

	if (fn_gen_op(u)->code != BPF_SUB || b.kind != FN_KNOWN_DATA ||
	    u->imm || (a.kind != FN_KNOWN_DATA && a.kind != FN_KNOWN_END))
		return false;
	if (is_length(g, u, a, b))
		return true;
	from = fn_val_use_host(g, u->b, 1);
	if (t == from)
		t = 0;
	if (a.kind == FN_KNOWN_DATA) {
		fn_val_host(g, t, u->a);
	} else {
		fn_put_load(g, t, FN_GEN_X, offsetof(struct fn_exec, end_host));
		fn_put_add(g, t, a.v, 0);
	}
	fn_put(g, class_of(fn_gen_op(u)) | BPF_SUB | BPF_X, t, from, 0, 0);
	fn_val_result(g, u, t);
	return true;
}

void fn_emit_nop(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
}

void fn_emit_mov(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 t = fn_val_target(g);

	if (is_done(g, u) || is_pointer(g, u))
		return;
	if (op->w)
		fn_put(g, BPF_ALU | BPF_MOV | BPF_X, t, fn_val_use(g, u->b, t),
		       0, 0);
	else
		fn_val_fetch(g, t, u->b);
	fn_val_result(g, u, t);
}

void fn_emit_movh(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 t = fn_val_target(g);

	if (is_done(g, u))
		return;
	fn_put(g, BPF_ALU | BPF_MOV | BPF_X, t, fn_val_use(g, u->a, t), 0, 0);
	fn_put_wide(g, 1, (u64)(u32)u->imm << 32);
	fn_put(g, BPF_ALU64 | BPF_OR | BPF_X, t, 1, 0, 0);
	fn_val_result(g, u, t);
}

/* The second operand, in a register. */
static u32 second(struct fn_gen *g, const struct fn_uop *u)
{
	s64 v;

	if (!u->imm)
		return fn_val_use(g, u->b, 1);
	fn_val_const(g, u->b, u->imm, &v);
	fn_put_const(g, 1, v);
	return 1;
}

static bool commutes(const struct fn_gen_op *op)
{
	return op->code == BPF_ADD || op->code == BPF_MUL ||
	       op->code == BPF_AND || op->code == BPF_OR || op->code == BPF_XOR;
}

/* d = a op b, b in a register that may be the target's. */
static void two(struct fn_gen *g, const struct fn_uop *u,
		const struct fn_gen_op *op, u32 b)
{
	u32 code = class_of(op) | op->code | BPF_X;
	u32 t = fn_val_target(g);

	if (b == t && commutes(op)) {
		fn_put(g, code, t, fn_val_use(g, u->a, 0), 0, 0);
	} else {
		t = b == t ? 0 : t;
		fn_val_fetch(g, t, u->a);
		fn_put(g, code, t, b, 0, 0);
	}
	fn_val_result(g, u, t);
}

void fn_emit_alu(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 t = fn_val_target(g);
	s64 v;

	if (is_done(g, u) || is_pointer(g, u) || is_distance(g, u))
		return;
	if (!fn_val_const(g, u->b, u->imm, &v) || !fits(op, v)) {
		two(g, u, op, second(g, u));
		return;
	}
	fn_val_fetch(g, t, u->a);
	fn_put(g, class_of(op) | op->code | BPF_K, t, 0, 0, v);
	fn_val_result(g, u, t);
}

void fn_emit_rsub(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 t = fn_val_target(g);
	u32 a;
	s64 v;

	if (is_done(g, u))
		return;
	a = fn_val_use(g, u->a, 1);
	if (a == t)
		t = 0;
	if (fn_val_const(g, u->b, u->imm, &v))
		fn_put_const(g, t, v);
	else
		fn_val_fetch(g, t, u->b);
	fn_put(g, class_of(op) | BPF_SUB | BPF_X, t, a, 0, 0);
	fn_val_result(g, u, t);
}

void fn_emit_shift(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op)
{
	u32 t = fn_val_target(g);
	s64 v;

	if (is_done(g, u))
		return;
	if (!fn_val_const(g, u->b, u->imm, &v)) {
		two(g, u, op, fn_val_use(g, u->b, 1));
		return;
	}
	v &= op->w ? 31 : 63;
	fn_val_fetch(g, t, u->a);
	if (v)
		fn_put(g, class_of(op) | op->code | BPF_K, t, 0, 0, v);
	else if (op->w)
		fn_put(g, BPF_ALU | BPF_MOV | BPF_X, t, t, 0, 0);
	fn_val_result(g, u, t);
}

/* By 0: a quotient is 0, a remainder what was divided, which is in R0. */
static void by_zero(struct fn_gen *g, const struct fn_gen_op *op)
{
	if (op->code == BPF_DIV)
		fn_put_const(g, 0, 0);
	else if (op->w)
		fn_put(g, BPF_ALU | BPF_MOV | BPF_X, 0, 0, 0, 0);
}

static void div_by_const(struct fn_gen *g, const struct fn_gen_op *op, s64 v)
{
	if (op->w)
		v = (s32)v;
	if (!v) {
		by_zero(g, op);
	} else if (fits(op, v)) {
		fn_put(g, class_of(op) | op->code | BPF_K, 0, 0, 0, v);
	} else {
		fn_put_const(g, 1, v);
		fn_put(g, class_of(op) | op->code | BPF_X, 0, 1, 0, 0);
	}
}

static void div_by_reg(struct fn_gen *g, const struct fn_gen_op *op, u32 b)
{
	u32 class = op->w ? BPF_JMP32 : BPF_JMP;
	u32 zero = fn_label(g);
	u32 done = fn_label(g);

	fn_put_jump(g, class | BPF_JEQ | BPF_K, b, 0, 0, zero);
	fn_put(g, class_of(op) | op->code | BPF_X, 0, b, 0, 0);
	fn_label_here(g, done);
	fn_cold(g, true);
	fn_label_here(g, zero);
	by_zero(g, op);
	fn_put_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, done);
	fn_cold(g, false);
}

void fn_emit_div(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	s64 v;

	if (is_done(g, u))
		return;
	fn_val_fetch(g, 0, u->a);
	if (fn_val_const(g, u->b, u->imm, &v))
		div_by_const(g, op, v);
	else
		div_by_reg(g, op, fn_val_use(g, u->b, 1));
	fn_val_result(g, u, 0);
}

/* d = a << imm16 >> imm; the low half of that if of 32 bits */
void fn_emit_field(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op)
{
	u32 t = fn_val_target(g);

	if (is_done(g, u))
		return;
	fn_val_fetch(g, t, u->a);
	if (u->imm16)
		fn_put(g, BPF_ALU64 | BPF_LSH | BPF_K, t, 0, 0, u->imm16);
	if (u->imm)
		fn_put(g, BPF_ALU64 | op->code | BPF_K, t, 0, 0, u->imm);
	if (op->w)
		fn_put(g, BPF_ALU | BPF_MOV | BPF_X, t, t, 0, 0);
	fn_val_result(g, u, t);
}

/* d = swab64(a) >> imm */
void fn_emit_swap(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 bits = 64 - u->imm;
	u32 t = fn_val_target(g);
	bool whole = bits == 16 || bits == 32;

	if (is_done(g, u))
		return;
	fn_val_fetch(g, t, u->a);
	fn_put(g, BPF_ALU | BPF_END | BPF_TO_BE, t, 0, 0, whole ? bits : 64);
	if (!whole && u->imm)
		fn_put(g, BPF_ALU64 | BPF_RSH | BPF_K, t, 0, 0, u->imm);
	fn_val_result(g, u, t);
}
