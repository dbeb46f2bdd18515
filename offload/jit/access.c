// SPDX-License-Identifier: GPL-2.0
/*
 * access: loads, stores and atomic operations, with their checks.
 *
 * The memory that an access is to is mostly known at compile time. Where it is
 * not, the code tries the packet first, and then calls fn_mem_slow(), which also
 * charges for map memory. An access that it refuses is left to the interpreter,
 * which repeats it and reports the cause.
 */
#include "../engine/map.h"
#include "../engine/profile.h"
#include "gen.h"

/**
 * struct mem_operand - host address of an access
 * @base: BPF register
 * @off: from there
 */
struct mem_operand {
	u32 base;
	s32 off;
};

static bool is_write(const struct fn_uop *u)
{
	return fn_gen_op(u)->kind != FN_GEN_LOAD;
}

static u32 size_of(const struct fn_uop *u)
{
	if (fn_gen_op(u)->kind == FN_GEN_ATOMIC)
		return u->x & FN_X_W ? 4 : 8;
	return FN_SIZE(fn_gen_size(u));
}

static enum fn_mem_class class_local(const struct fn_uop *u, u64 addr)
{
	u64 off = addr - FN_ADDR_LOCAL;

	if (off > FN_LOCAL_SIZE - size_of(u) ||
	    (is_write(u) && off < FN_CTX_SIZE))
		return FN_MEM_DYNAMIC;
	return FN_MEM_LOCAL;
}

static enum fn_mem_class class_packet(struct fn_absval at)
{
	return at.min >= 0 && at.min < FN_PKT_CELL_LARGE ? FN_MEM_PACKET :
							   FN_MEM_DYNAMIC;
}

static enum fn_mem_class
class_value(const struct fn_gen *g, const struct fn_uop *u, struct fn_absval at)
{
	bool atom = fn_gen_op(u)->kind == FN_GEN_ATOMIC;
	u32 maps = at.maps;

	if (at.min < 0 || (atom && (at.span || at.min % size_of(u))))
		return FN_MEM_DYNAMIC;
	for (; maps; maps &= maps - 1) {
		const struct fn_map *m = g->prog->maps[ilog2(maps & -maps)];

		if (at.min + at.span + size_of(u) > m->value_size)
			return FN_MEM_DYNAMIC;
	}
	return FN_MEM_VALUE;
}

/**
 * fn_mem_class_of - the memory that an access is proved to be to
 * @g: program
 * @f: abstract state before it
 * @u: load, store or atomic operation
 */
enum fn_mem_class fn_mem_class_of(const struct fn_gen *g,
				  const struct fn_state *f,
				  const struct fn_uop *u)
{
	struct fn_absval at = fn_absval_address(f, u);

	if (at.kind == FN_AV_MAP_VALUE)
		return class_value(g, u, at);
	if (fn_gen_op(u)->kind == FN_GEN_ATOMIC)
		return FN_MEM_DYNAMIC;
	if (at.kind == FN_AV_CONST)
		return class_local(u, at.min);
	if (at.kind == FN_AV_PACKET)
		return class_packet(at);
	return FN_MEM_DYNAMIC;
}

static u32 access_of(const struct fn_gen_op *op)
{
	if (op->kind == FN_GEN_ATOMIC)
		return FN_ATOMIC;
	return op->kind == FN_GEN_LOAD ? FN_LOAD : FN_STORE;
}

static u32 index_reg(const struct fn_uop *u)
{
	switch (fn_gen_op(u)->kind) {
	case FN_GEN_LOAD:
		return u->b;
	case FN_GEN_STORE:
		return u->d;
	}
	return FN_REG_ZERO;
}

static bool is_pointer(struct fn_absval f)
{
	return f.kind == FN_AV_PACKET || f.kind == FN_AV_MAP_VALUE;
}

/**
 * fn_mem_base_reg - the register of an access that has the pointer
 * @f: abstract state before it
 * @u: access to the packet or a value, which is known to be one
 */
u32 fn_mem_base_reg(const struct fn_state *f, const struct fn_uop *u)
{
	return is_pointer(fn_state_reg(f, u->a)) ? u->a : index_reg(u);
}

/* Add the other operand to the pointer: as an offset if it is a constant. */
static struct mem_operand add_index(struct fn_gen *g, const struct fn_uop *u,
				    struct mem_operand w, u32 pointer)
{
	u32 index = pointer == u->a ? index_reg(u) : u->a;
	s64 off = w.off;
	s64 v;

	if (fn_val_const(g, index, u->imm, &v)) {
		off += v;
	} else {
		fn_asm_move(g, 0, w.base);
		fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 0,
			    fn_val_reg(g, index, 1), 0, 0);
		w.base = 0;
		off += u->imm;
	}
	if (off != (s16)off || (s16)(off + 8) < off) {
		fn_asm_move(g, 0, w.base);
		fn_asm_add(g, 0, off, 1);
		return (struct mem_operand){ 0, 0 };
	}
	return (struct mem_operand){ w.base, off };
}

/*
 * R0 = host address of a map value of one of several maps, from the table of
 * segments. The device address is proved to be of a value.
 */
static void translate_by_table(struct fn_gen *g, u32 reg)
{
	_Static_assert(sizeof(struct fn_segment) == 16, "an index is shifted");

	fn_val_load(g, 0, reg);
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, -FN_ADDR_MAPS);
	fn_asm_store(g, FN_BPF_EXEC, FN_SCRATCH_SLOT, 0);
	fn_asm_insn(g, BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, FN_SEGMENT_SHIFT);
	fn_asm_insn(g, BPF_ALU64 | BPF_LSH | BPF_K, 0, 0, 0, 4);
	fn_asm_load(g, 1, FN_BPF_EXEC, offsetof(struct fn_exec, segments));
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 1, 0, 0, 0);
	fn_asm_load(g, 1, 1, offsetof(struct fn_segment, base));
	fn_asm_load(g, 0, FN_BPF_EXEC, FN_SCRATCH_SLOT);
	fn_asm_insn(g, BPF_ALU64 | BPF_AND | BPF_K, 0, 0, 0,
		    FN_SEGMENT_SIZE - 1);
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
}

/* R0 = host address of a map value, from its device address */
static void translate(struct fn_gen *g, u32 reg, u32 maps)
{
	const struct fn_map *map = g->prog->maps[ilog2(maps)];

	if (maps & (maps - 1)) {
		translate_by_table(g, reg);
		return;
	}
	fn_asm_const64(g, 0, fn_ptr_to_bus(map->values) - map->addr);
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, fn_val_reg(g, reg, 1), 0,
		    0);
}

static struct mem_operand value_operand(struct fn_gen *g,
					const struct fn_uop *u)
{
	u32 reg = fn_mem_base_reg(&g->state, u);
	struct mem_operand w = { 0, 0 };

	if (fn_val_web(g, reg)->is_host)
		w.base = fn_val_reg_host(g, reg, 0);
	else
		translate(g, reg, fn_state_reg(&g->state, reg).maps);
	return add_index(g, u, w, reg);
}

static bool is_exact(struct fn_absval f)
{
	return !f.id && !f.span;
}

/* Leave a fault to the interpreter, before the access is charged for. */
static void check_end(struct fn_gen *g, const struct fn_uop *u,
		      struct fn_absval at)
{
	u32 reg = fn_mem_base_reg(&g->state, u);
	struct mem_operand w = { 0, 0 };

	if (fn_absval_range(&g->state, at) >= size_of(u))
		return;
	if (is_exact(at)) {
		fn_asm_load(g, 0, FN_BPF_EXEC,
			    offsetof(struct fn_exec, frame_len));
		fn_asm_jump(g, BPF_JMP | BPF_JSLT | BPF_K, 0, 0,
			    at.min + size_of(u), fn_emit_bailout(g));
		return;
	}
	w.base = fn_val_reg_host(g, reg, 0);
	w = add_index(g, u, w, reg);
	fn_asm_load(g, 1, FN_BPF_EXEC, offsetof(struct fn_exec, end_host));
	fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_X, 1, w.base, 0, 0);
	fn_asm_jump(g, BPF_JMP | BPF_JSLT | BPF_K, 1, 0,
		    w.off + (s32)size_of(u), fn_emit_bailout(g));
}

static struct mem_operand
packet_operand(struct fn_gen *g, const struct fn_uop *u, struct fn_absval at)
{
	u32 reg = fn_mem_base_reg(&g->state, u);
	struct mem_operand w = { FN_BPF_PACKET, at.min };

	if (is_exact(at))
		return w;
	w.base = fn_val_reg_host(g, reg, 0);
	w.off = 0;
	return add_index(g, u, w, reg);
}

/* R0 = device address of the access */
static void emit_address(struct fn_gen *g, const struct fn_uop *u)
{
	u32 index = index_reg(u);
	s64 v;

	fn_val_load(g, 0, u->a);
	if (fn_val_const(g, index, u->imm, &v) && v == (s32)v) {
		if (v)
			fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, v);
		return;
	}
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, fn_val_reg(g, index, 1),
		    0, 0);
	if (u->imm)
		fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, u->imm);
}

/* R0 is the distance from the packet's window, and outside of it. */
static void emit_slow_path(struct fn_gen *g, const struct fn_uop *u, u32 label,
			   u32 back)
{
	u32 resume = fn_emit_bailout(g);

	fn_asm_cold(g, true);
	fn_asm_bind(g, label);
	fn_asm_load(g, 1, FN_BPF_EXEC, offsetof(struct fn_exec, pkt_addr));
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	fn_call_memory(g, size_of(u), access_of(fn_gen_op(u)));
	fn_asm_jump(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0, resume);
	fn_asm_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, back);
	fn_asm_cold(g, false);
}

/* If packet memory has a latency, the C function charges for all accesses. */
static struct mem_operand charged_operand(struct fn_gen *g,
					  const struct fn_uop *u)
{
	fn_call_memory(g, size_of(u), access_of(fn_gen_op(u)));
	fn_asm_jump(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0, fn_emit_bailout(g));
	return (struct mem_operand){ 0, 0 };
}

static struct mem_operand dynamic_operand(struct fn_gen *g,
					  const struct fn_uop *u)
{
	u32 slow = fn_asm_label(g);
	u32 back = fn_asm_label(g);

	fn_emit_sync_last(g, &g->state, &g->pending);
	emit_address(g, u);
	if (g->prog->profile->latency_packet)
		return charged_operand(g, u);
	fn_asm_load(g, 1, FN_BPF_EXEC, offsetof(struct fn_exec, pkt_addr));
	fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_X, 0, 1, 0, 0);
	fn_asm_load(g, 1, FN_BPF_EXEC, offsetof(struct fn_exec, pkt_len));
	fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_K, 1, 0, 0, size_of(u));
	fn_asm_jump(g, BPF_JMP | BPF_JGT | BPF_X, 0, 1, 0, slow);
	fn_asm_load(g, 1, FN_BPF_EXEC, offsetof(struct fn_exec, pkt_host));
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	fn_asm_bind(g, back);
	emit_slow_path(g, u, slow, back);
	return (struct mem_operand){ 0, 0 };
}

/* Clobbers R0 and R1. */
static void charge(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_charge c;

	fn_charge_of(g, &g->state, u, &c);
	if (!c.by_call && !c.is_static)
		fn_emit_stall(g, &c);
}

/* Clobbers R0 and R1, of which the result may be made. */
static struct mem_operand resolve(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_absval at = fn_absval_address(&g->state, u);

	switch (fn_mem_class_of(g, &g->state, u)) {
	case FN_MEM_LOCAL:
		return (struct mem_operand){ FN_BPF_EXEC,
					     offsetof(struct fn_exec, local) +
						     (at.min - FN_ADDR_LOCAL) };
	case FN_MEM_PACKET:
		check_end(g, u, at);
		charge(g, u);
		return packet_operand(g, u, at);
	case FN_MEM_VALUE:
		charge(g, u);
		return value_operand(g, u);
	case FN_MEM_DYNAMIC:
		break;
	}
	return dynamic_operand(g, u);
}

static u32 code_of(u32 size)
{
	switch (size) {
	case 1:
		return BPF_B;
	case 2:
		return BPF_H;
	case 4:
		return BPF_W;
	}
	return BPF_DW;
}

static void load_plain(struct fn_gen *g, struct mem_operand w, u32 size, u32 to)
{
	fn_asm_insn(g, BPF_LDX | BPF_MEM | code_of(size), to, w.base, w.off, 0);
}

/* Load six bytes to a register that is not the base's. */
static void load_6(struct fn_gen *g, struct mem_operand w, u32 to)
{
	struct mem_operand rest = { w.base, w.off + 4 };

	load_plain(g, rest, 2, to);
	fn_asm_insn(g, BPF_ALU64 | BPF_LSH | BPF_K, to, 0, 0, 32);
	load_plain(g, w, 4, 1); /* may be the base */
	fn_asm_insn(g, BPF_ALU64 | BPF_OR | BPF_X, to, 1, 0, 0);
}

static void swap_bytes(struct fn_gen *g, u32 reg, u32 size)
{
	if (size == 6)
		fn_asm_insn(g, BPF_ALU64 | BPF_LSH | BPF_K, reg, 0, 0, 16);
	if (size > 1)
		fn_asm_insn(g, BPF_ALU | BPF_END | BPF_TO_BE, reg, 0, 0,
			    size == 6 ? 64 : size * 8);
}

static void sign_extend(struct fn_gen *g, u32 reg, u32 size)
{
	if (size == 8)
		return;
	fn_asm_insn(g, BPF_ALU64 | BPF_LSH | BPF_K, reg, 0, 0, 64 - size * 8);
	fn_asm_insn(g, BPF_ALU64 | BPF_ARSH | BPF_K, reg, 0, 0, 64 - size * 8);
}

void fn_emit_load(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	struct mem_operand w = resolve(g, u);
	u32 flags = fn_gen_size(u);
	u32 size = FN_SIZE(flags);
	u32 t = fn_val_dst(g);

	if (!fn_val_dst_live(g))
		return;
	if (fn_val_dst_is_host(g)) {
		fn_val_set_dst(g, u, FN_BPF_PACKET);
		return;
	}
	if (size == 6 && t == w.base) {
		fn_asm_move(g, 1, t);
		w.base = 1;
	}
	if (size == 6)
		load_6(g, w, t);
	else
		load_plain(g, w, size, t);
	if (flags & FN_SIZE_BE)
		swap_bytes(g, t, size);
	if (flags & FN_SIZE_SIGN)
		sign_extend(g, t, size);
	fn_val_set_dst(g, u, t);
}

static u64 swapped(u64 v, u32 size)
{
	return size > 1 ? swab64(v << (64 - size * 8)) : v;
}

static void store_plain(struct fn_gen *g, struct mem_operand w, u32 size,
			u32 from)
{
	fn_asm_insn(g, BPF_STX | BPF_MEM | code_of(size), w.base, from, w.off,
		    0);
}

static void store_part(struct fn_gen *g, struct mem_operand w, u32 size, s32 v)
{
	fn_asm_insn(g, BPF_ST | BPF_MEM | code_of(size), w.base, 0, w.off, v);
}

static void store_const(struct fn_gen *g, struct mem_operand w, u32 size, u64 v)
{
	struct mem_operand rest = { w.base, w.off + 4 };

	if (size < 4 || size == 4 || (size == 8 && v == (u64)(s64)(s32)v)) {
		store_part(g, w, size, v);
		return;
	}
	store_part(g, w, 4, v);
	store_part(g, rest, size - 4, v >> 32);
}

/* Store the value in R1, and clobber R1. */
static void store_6(struct fn_gen *g, struct mem_operand w)
{
	struct mem_operand rest = { w.base, w.off + 4 };

	store_plain(g, w, 4, 1);
	fn_asm_insn(g, BPF_ALU64 | BPF_RSH | BPF_K, 1, 0, 0, 32);
	store_plain(g, rest, 2, 1);
}

static void store_reg(struct fn_gen *g, const struct fn_uop *u,
		      struct mem_operand w)
{
	u32 flags = fn_gen_size(u);
	u32 size = FN_SIZE(flags);
	bool swap = flags & FN_SIZE_BE && size > 1;

	if (!u->imm16 && !swap && size != 6) {
		store_plain(g, w, size, fn_val_reg(g, u->b, 1));
		return;
	}
	fn_val_load(g, 1, u->b);
	if (u->imm16)
		fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, u->imm16);
	if (swap)
		swap_bytes(g, 1, size);
	if (size == 6)
		store_6(g, w);
	else
		store_plain(g, w, size, 1);
}

void fn_emit_store(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op)
{
	struct mem_operand w = resolve(g, u);
	u32 flags = fn_gen_size(u);
	s64 v;

	if (!fn_val_const(g, u->b, u->imm16, &v)) {
		store_reg(g, u, w);
		return;
	}
	if (flags & FN_SIZE_BE)
		v = swapped(v, FN_SIZE(flags));
	store_const(g, w, FN_SIZE(flags), v);
}

static u32 atomic_size(const struct fn_uop *u)
{
	return BPF_STX | BPF_ATOMIC | (u->x & FN_X_W ? BPF_W : BPF_DW);
}

/* The old value is in a BPF register, whose upper half may be anything. */
static void set_old_value(struct fn_gen *g, const struct fn_uop *u, u32 from)
{
	if (u->x & FN_X_W)
		fn_asm_insn(g, BPF_ALU | BPF_MOV | BPF_X, from, from, 0, 0);
	fn_val_set_dst(g, u, from);
}

/* BPF compares with R0, so that the address may have to go to R9 meanwhile. */
static void emit_cmpxchg(struct fn_gen *g, const struct fn_uop *u)
{
	struct mem_operand m = resolve(g, u);
	bool moved = m.base == 0;

	if (moved)
		fn_asm_store(g, FN_BPF_EXEC, FN_SCRATCH_SLOT, 0);
	fn_val_load(g, 1, u->b);
	fn_val_load(g, 0, u->d);
	if (moved) {
		fn_asm_load(g, FN_BPF_PACKET, FN_BPF_EXEC, FN_SCRATCH_SLOT);
		m.base = FN_BPF_PACKET;
	}
	fn_asm_insn(g, atomic_size(u), m.base, 1, m.off, BPF_CMPXCHG);
	if (moved)
		fn_asm_load(g, FN_BPF_PACKET, FN_BPF_EXEC,
			    offsetof(struct fn_exec, data_host));
	set_old_value(g, u, 0);
}

void fn_emit_atomic(struct fn_gen *g, const struct fn_uop *u,
		    const struct fn_gen_op *op)
{
	static const u8 codes[FN_NATOMS] = {
		[FN_ATOM_ADD] = BPF_ADD,   [FN_ATOM_OR] = BPF_OR,
		[FN_ATOM_AND] = BPF_AND,   [FN_ATOM_XOR] = BPF_XOR,
		[FN_ATOM_XCHG] = BPF_XCHG,
	};
	u32 kind = FN_X_ATOM(u->x);
	struct mem_operand m;

	if (fn_mem_class_of(g, &g->state, u) == FN_MEM_DYNAMIC) {
		fn_call_atomic(g, u);
		return;
	}
	if (kind == FN_ATOM_CMPXCHG) {
		emit_cmpxchg(g, u);
		return;
	}
	m = resolve(g, u);
	if (!(u->x & FN_X_FETCH)) {
		fn_asm_insn(g, atomic_size(u), m.base, fn_val_reg(g, u->b, 1),
			    m.off, codes[kind]);
		return;
	}
	fn_val_load(g, 1, u->b);
	fn_asm_insn(g, atomic_size(u), m.base, 1, m.off,
		    codes[kind] | BPF_FETCH);
	set_old_value(g, u, 1);
}
