// SPDX-License-Identifier: GPL-2.0
/*
 * alu: words that only compute. They may clobber R0 and R1.
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

/* The result is not used, or is a constant. */
static bool fold_const(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_absval f;

	if (!fn_val_dst_live(g))
		return true;
	f = fn_absval_alu(&g->state, u);
	if (f.kind != FN_AV_CONST)
		return false;
	fn_asm_const(g, fn_val_dst(g), f.min);
	fn_val_set_dst(g, u, fn_val_dst(g));
	return true;
}

/**
 * fn_alu_base_reg - the operand that is the pointer which the result is derived from
 * @f: abstract state before it
 * @u: word whose result is a pointer
 *
 * Return: register; rz if there is none.
 */
u32 fn_alu_base_reg(const struct fn_state *f, const struct fn_uop *u)
{
	u32 kind = fn_state_reg(f, u->b).kind;

	if (kind == FN_AV_PACKET || kind >= FN_AV_MAP_VALUE)
		return u->b;
	return fn_gen_op(u)->reads & FN_READS_A ? u->a : FN_REG_ZERO;
}

/* t = pointer + index, where the index is not a constant */
static void add_varying(struct fn_gen *g, u32 t, u32 pointer, u32 index)
{
	u32 b = fn_val_reg(g, index, 1);

	if (t == b) {
		fn_val_load_host(g, 0, pointer);
		fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, t, 0, 0, 0);
		return;
	}
	fn_val_load_host(g, t, pointer);
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, t, b, 0, 0);
}

/* A pointer that is kept as a host address, derived from another */
static bool emit_pointer(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_absval d = fn_absval_alu(&g->state, u);
	u32 t = fn_val_dst(g);
	u32 pointer, index;

	if (!fn_val_dst_is_host(g) || d.kind == FN_AV_CONST)
		return false;
	if (d.kind == FN_AV_PACKET && !d.id) {
		fn_asm_move(g, t, FN_BPF_PACKET);
		fn_asm_add(g, t, d.min, 0);
		fn_val_set_dst(g, u, t);
		return true;
	}
	pointer = fn_alu_base_reg(&g->state, u);
	index = pointer == u->a ? u->b : u->a;
	if (!(fn_gen_op(u)->reads & FN_READS_A))
		index = FN_REG_ZERO;
	if (fn_state_reg(&g->state, index).kind == FN_AV_CONST) {
		fn_val_load_host(g, t, pointer);
		fn_asm_add(g, t, d.min - fn_state_reg(&g->state, pointer).min,
			   0);
	} else {
		add_varying(g, t, pointer, index);
		fn_asm_add(g, t, u->imm, 0);
	}
	fn_val_set_dst(g, u, t);
	return true;
}

/* The packet's end minus a packet pointer at a constant offset */
static bool emit_length(struct fn_gen *g, const struct fn_uop *u,
			struct fn_absval a, struct fn_absval b)
{
	u32 t = fn_val_dst(g);

	if (a.kind != FN_AV_PACKET_END || b.id || fn_gen_op(u)->w)
		return false;
	fn_asm_load(g, t, FN_BPF_EXEC, offsetof(struct fn_exec, frame_len));
	fn_asm_add(g, t, a.min - b.min, 0);
	fn_val_set_dst(g, u, t);
	return true;
}

/* The difference of two packet pointers, as host addresses */
static bool emit_distance(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_absval a = fn_state_reg(&g->state, u->a);
	struct fn_absval b = fn_state_reg(&g->state, u->b);
	u32 t = fn_val_dst(g);
	u32 from;

	if (fn_gen_op(u)->code != BPF_SUB || b.kind != FN_AV_PACKET || u->imm ||
	    (a.kind != FN_AV_PACKET && a.kind != FN_AV_PACKET_END))
		return false;
	if (emit_length(g, u, a, b))
		return true;
	from = fn_val_reg_host(g, u->b, 1);
	if (t == from)
		t = 0;
	if (a.kind == FN_AV_PACKET) {
		fn_val_load_host(g, t, u->a);
	} else {
		fn_asm_load(g, t, FN_BPF_EXEC,
			    offsetof(struct fn_exec, end_host));
		fn_asm_add(g, t, a.min, 0);
	}
	fn_asm_insn(g, class_of(fn_gen_op(u)) | BPF_SUB | BPF_X, t, from, 0, 0);
	fn_val_set_dst(g, u, t);
	return true;
}

void fn_emit_nop(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
}

void fn_emit_mov(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 t = fn_val_dst(g);

	if (fold_const(g, u) || emit_pointer(g, u))
		return;
	if (op->w)
		fn_asm_insn(g, BPF_ALU | BPF_MOV | BPF_X, t,
			    fn_val_reg(g, u->b, t), 0, 0);
	else
		fn_val_load(g, t, u->b);
	fn_val_set_dst(g, u, t);
}

void fn_emit_movh(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 t = fn_val_dst(g);

	if (fold_const(g, u))
		return;
	fn_asm_insn(g, BPF_ALU | BPF_MOV | BPF_X, t, fn_val_reg(g, u->a, t), 0,
		    0);
	fn_asm_const64(g, 1, (u64)(u32)u->imm << 32);
	fn_asm_insn(g, BPF_ALU64 | BPF_OR | BPF_X, t, 1, 0, 0);
	fn_val_set_dst(g, u, t);
}

/* The BPF register that has the second operand */
static u32 second(struct fn_gen *g, const struct fn_uop *u)
{
	s64 v;

	if (!u->imm)
		return fn_val_reg(g, u->b, 1);
	fn_val_const(g, u->b, u->imm, &v);
	fn_asm_const(g, 1, v);
	return 1;
}

static bool commutes(const struct fn_gen_op *op)
{
	return op->code == BPF_ADD || op->code == BPF_MUL ||
	       op->code == BPF_AND || op->code == BPF_OR || op->code == BPF_XOR;
}

/* d = a op b, where b may be in the destination register */
static void two(struct fn_gen *g, const struct fn_uop *u,
		const struct fn_gen_op *op, u32 b)
{
	u32 code = class_of(op) | op->code | BPF_X;
	u32 t = fn_val_dst(g);

	if (b == t && commutes(op)) {
		fn_asm_insn(g, code, t, fn_val_reg(g, u->a, 0), 0, 0);
	} else {
		t = b == t ? 0 : t;
		fn_val_load(g, t, u->a);
		fn_asm_insn(g, code, t, b, 0, 0);
	}
	fn_val_set_dst(g, u, t);
}

void fn_emit_alu(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	u32 t = fn_val_dst(g);
	s64 v;

	if (fold_const(g, u) || emit_pointer(g, u) || emit_distance(g, u))
		return;
	if (!fn_val_const(g, u->b, u->imm, &v) || !fits(op, v)) {
		two(g, u, op, second(g, u));
		return;
	}
	fn_val_load(g, t, u->a);
	fn_asm_insn(g, class_of(op) | op->code | BPF_K, t, 0, 0, v);
	fn_val_set_dst(g, u, t);
}

void fn_emit_rsub(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 t = fn_val_dst(g);
	u32 a;
	s64 v;

	if (fold_const(g, u))
		return;
	a = fn_val_reg(g, u->a, 1);
	if (a == t)
		t = 0;
	if (fn_val_const(g, u->b, u->imm, &v))
		fn_asm_const(g, t, v);
	else
		fn_val_load(g, t, u->b);
	fn_asm_insn(g, class_of(op) | BPF_SUB | BPF_X, t, a, 0, 0);
	fn_val_set_dst(g, u, t);
}

void fn_emit_shift(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op)
{
	u32 t = fn_val_dst(g);
	s64 v;

	if (fold_const(g, u))
		return;
	if (!fn_val_const(g, u->b, u->imm, &v)) {
		two(g, u, op, fn_val_reg(g, u->b, 1));
		return;
	}
	v &= op->w ? 31 : 63;
	fn_val_load(g, t, u->a);
	if (v)
		fn_asm_insn(g, class_of(op) | op->code | BPF_K, t, 0, 0, v);
	else if (op->w)
		fn_asm_insn(g, BPF_ALU | BPF_MOV | BPF_X, t, t, 0, 0);
	fn_val_set_dst(g, u, t);
}

/* A quotient by 0 is 0, a remainder is the dividend, which is in R0. */
static void by_zero(struct fn_gen *g, const struct fn_gen_op *op)
{
	if (op->code == BPF_DIV)
		fn_asm_const(g, 0, 0);
	else if (op->w)
		fn_asm_insn(g, BPF_ALU | BPF_MOV | BPF_X, 0, 0, 0, 0);
}

static void div_by_const(struct fn_gen *g, const struct fn_gen_op *op, s64 v)
{
	if (op->w)
		v = (s32)v;
	if (!v) {
		by_zero(g, op);
	} else if (fits(op, v)) {
		fn_asm_insn(g, class_of(op) | op->code | BPF_K, 0, 0, 0, v);
	} else {
		fn_asm_const(g, 1, v);
		fn_asm_insn(g, class_of(op) | op->code | BPF_X, 0, 1, 0, 0);
	}
}

static void div_by_reg(struct fn_gen *g, const struct fn_gen_op *op, u32 b)
{
	u32 class = op->w ? BPF_JMP32 : BPF_JMP;
	u32 zero = fn_asm_label(g);
	u32 done = fn_asm_label(g);

	fn_asm_jump(g, class | BPF_JEQ | BPF_K, b, 0, 0, zero);
	fn_asm_insn(g, class_of(op) | op->code | BPF_X, 0, b, 0, 0);
	fn_asm_bind(g, done);
	fn_asm_cold(g, true);
	fn_asm_bind(g, zero);
	by_zero(g, op);
	fn_asm_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, done);
	fn_asm_cold(g, false);
}

void fn_emit_div(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op)
{
	s64 v;

	if (fold_const(g, u))
		return;
	fn_val_load(g, 0, u->a);
	if (fn_val_const(g, u->b, u->imm, &v))
		div_by_const(g, op, v);
	else
		div_by_reg(g, op, fn_val_reg(g, u->b, 1));
	fn_val_set_dst(g, u, 0);
}

/* d = a << imm16 >> imm, of which 32-bit words keep the low half */
void fn_emit_field(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op)
{
	u32 t = fn_val_dst(g);

	if (fold_const(g, u))
		return;
	fn_val_load(g, t, u->a);
	if (u->imm16)
		fn_asm_insn(g, BPF_ALU64 | BPF_LSH | BPF_K, t, 0, 0, u->imm16);
	if (u->imm)
		fn_asm_insn(g, BPF_ALU64 | op->code | BPF_K, t, 0, 0, u->imm);
	if (op->w)
		fn_asm_insn(g, BPF_ALU | BPF_MOV | BPF_X, t, t, 0, 0);
	fn_val_set_dst(g, u, t);
}

/* d = swab64(a) >> imm */
void fn_emit_swap(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	u32 bits = 64 - u->imm;
	u32 t = fn_val_dst(g);
	bool whole = bits == 16 || bits == 32;

	if (fold_const(g, u))
		return;
	fn_val_load(g, t, u->a);
	fn_asm_insn(g, BPF_ALU | BPF_END | BPF_TO_BE, t, 0, 0,
		    whole ? bits : 64);
	if (!whole && u->imm)
		fn_asm_insn(g, BPF_ALU64 | BPF_RSH | BPF_K, t, 0, 0, u->imm);
	fn_val_set_dst(g, u, t);
}
