// SPDX-License-Identifier: GPL-2.0
/*
 * access: loads, stores and atomic operations, with their checks.
 *
 * Where an access goes to is mostly known. If not, the packet's window is
 * looked at, and then fn_mem_slow() asked, which charges for map memory as well.
 * What it refuses, the interpreter does again, to refuse it with the cause.
 */
#include "../engine/map.h"
#include "../engine/profile.h"
#include "gen.h"

/**
 * struct where - the host's address of an access
 * @base: register of the host's
 * @off: from there
 */
struct where {
	u32 base;
	s32 off;
};

static bool writes(const struct fn_uop *u)
{
	return fn_gen_op(u)->kind != FN_GEN_LOAD;
}

static u32 size_of(const struct fn_uop *u)
{
	if (fn_gen_op(u)->kind == FN_GEN_ATOM)
		return u->x & FN_X_W ? 4 : 8;
	return FN_SIZE(fn_gen_size(u));
}

static enum fn_way way_local(const struct fn_uop *u, u64 addr)
{
	u64 off = addr - FN_ADDR_LOCAL;

	if (off > FN_LOCAL_SIZE - size_of(u) ||
	    (writes(u) && off < FN_CTX_SIZE))
		return FN_WAY_ANY;
	return FN_WAY_LOCAL;
}

static enum fn_way way_packet(struct fn_fact at)
{
	return at.v >= 0 && at.v < FN_PKT_CELL_LARGE ? FN_WAY_PACKET :
						       FN_WAY_ANY;
}

static enum fn_way way_value(const struct fn_gen *g, const struct fn_uop *u,
			     struct fn_fact at)
{
	bool atom = fn_gen_op(u)->kind == FN_GEN_ATOM;
	u32 maps = at.maps;

	if (at.v < 0 || (atom && (at.span || at.v % size_of(u))))
		return FN_WAY_ANY;
	for (; maps; maps &= maps - 1) {
		const struct fn_map *m = g->prog->maps[ilog2(maps & -maps)];

		if (at.v + at.span + size_of(u) > m->value_size)
			return FN_WAY_ANY;
	}
	return FN_WAY_VALUE;
}

/**
 * fn_gen_way - how an access is made
 * @g: program
 * @f: facts before it
 * @u: load, store or atomic operation
 */
enum fn_way fn_gen_way(const struct fn_gen *g, const struct fn_facts *f,
		       const struct fn_uop *u)
{
	struct fn_fact at = fn_fact_address(f, u);

	if (at.kind == FN_KNOWN_VALUE &&
	    !(fn_gen_op(u)->kind == FN_GEN_ATOM && u->x & FN_X_FETCH))
		return way_value(g, u, at);
	if (fn_gen_op(u)->kind == FN_GEN_ATOM)
		return FN_WAY_ANY;
	if (at.kind == FN_KNOWN_CONST)
		return way_local(u, at.v);
	if (at.kind == FN_KNOWN_DATA)
		return way_packet(at);
	return FN_WAY_ANY;
}

static u32 access_of(const struct fn_gen_op *op)
{
	if (op->kind == FN_GEN_ATOM)
		return FN_ATOMIC;
	return op->kind == FN_GEN_LOAD ? FN_LOAD : FN_STORE;
}

static u32 index_of(const struct fn_uop *u)
{
	switch (fn_gen_op(u)->kind) {
	case FN_GEN_LOAD:
		return u->b;
	case FN_GEN_STORE:
		return u->d;
	}
	return FN_REG_ZERO;
}

static bool is_pointer(struct fn_fact f)
{
	return f.kind == FN_KNOWN_DATA || f.kind == FN_KNOWN_VALUE;
}

/**
 * fn_gen_pointer - the register that points to what is accessed
 * @f: facts before it
 * @u: access to the packet or a value, which is known to be one
 */
u32 fn_gen_pointer(const struct fn_facts *f, const struct fn_uop *u)
{
	return is_pointer(fn_fact_of(f, u->a)) ? u->a : index_of(u);
}

/* What is added to the pointer: a constant, or else to R0. */
static struct where add_index(struct fn_gen *g, const struct fn_uop *u,
			      struct where w, u32 pointer)
{
	u32 index = pointer == u->a ? index_of(u) : u->a;
	s64 off = w.off;
	s64 v;

	if (fn_val_const(g, index, u->imm, &v)) {
		off += v;
	} else {
		fn_put_move(g, 0, w.base);
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0,
		       fn_val_use(g, index, 1), 0, 0);
		w.base = 0;
		off += u->imm;
	}
	if (off != (s16)off || (s16)(off + 8) < off) {
		fn_put_move(g, 0, w.base);
		fn_put_add(g, 0, off, 1);
		return (struct where){ 0, 0 };
	}
	return (struct where){ w.base, off };
}

/* R0 = the host's address of a value, of which there is the card's. */
static void translate(struct fn_gen *g, u32 reg, u32 maps)
{
	const struct fn_map *map = g->prog->maps[ilog2(maps)];

	if (maps & (maps - 1)) {
		fn_val_fetch(g, 0, reg);
		fn_call_value(g);
		return;
	}
	fn_put_wide(g, 0, fn_ptr_to_bus(map->values) - map->addr);
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, fn_val_use(g, reg, 1), 0, 0);
}

static struct where at_value(struct fn_gen *g, const struct fn_uop *u)
{
	u32 reg = fn_gen_pointer(&g->now, u);
	struct where w = { 0, 0 };

	if (fn_val_web(g, reg)->host)
		w.base = fn_val_use_host(g, reg, 0);
	else
		translate(g, reg, fn_fact_of(&g->now, reg).maps);
	return add_index(g, u, w, reg);
}

static bool is_exact(struct fn_fact f)
{
	return !f.sym && !f.span;
}

/* Is it an access to the packet, and no fault? Before it is charged for. */
static void check_room(struct fn_gen *g, const struct fn_uop *u,
		       struct fn_fact at)
{
	u32 reg = fn_gen_pointer(&g->now, u);
	struct where w = { 0, 0 };

	if (fn_fact_room(&g->now, at) >= size_of(u))
		return;
	if (is_exact(at)) {
		fn_put_load(g, 0, FN_GEN_X,
			    offsetof(struct fn_exec, frame_len));
		fn_put_jump(g, BPF_JMP | BPF_JSLT | BPF_K, 0, 0,
			    at.v + size_of(u), fn_emit_resume(g));
		return;
	}
	w.base = fn_val_use_host(g, reg, 0);
	w = add_index(g, u, w, reg);
	fn_put_load(g, 1, FN_GEN_X, offsetof(struct fn_exec, end_host));
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_X, 1, w.base, 0, 0);
	fn_put_jump(g, BPF_JMP | BPF_JSLT | BPF_K, 1, 0,
		    w.off + (s32)size_of(u), fn_emit_resume(g));
}

static struct where at_packet(struct fn_gen *g, const struct fn_uop *u,
			      struct fn_fact at)
{
	u32 reg = fn_gen_pointer(&g->now, u);
	struct where w = { FN_GEN_FRAME, at.v };

	if (is_exact(at))
		return w;
	w.base = fn_val_use_host(g, reg, 0);
	w.off = 0;
	return add_index(g, u, w, reg);
}

/* R0 = address */
static void put_address(struct fn_gen *g, const struct fn_uop *u)
{
	u32 index = index_of(u);
	s64 v;

	fn_val_fetch(g, 0, u->a);
	if (fn_val_const(g, index, u->imm, &v) && v == (s32)v) {
		if (v)
			fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, v);
		return;
	}
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, fn_val_use(g, index, 1), 0,
	       0);
	if (u->imm)
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, u->imm);
}

/* R0 = distance from the packet's window: outside of it */
static void put_slow(struct fn_gen *g, const struct fn_uop *u, u32 label,
		     u32 back)
{
	u32 resume = fn_emit_resume(g);

	fn_cold(g, true);
	fn_label_here(g, label);
	fn_put_load(g, 1, FN_GEN_X, offsetof(struct fn_exec, pkt_addr));
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	fn_call_memory(g, size_of(u), access_of(fn_gen_op(u)));
	fn_put_jump(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0, resume);
	fn_put_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, back);
	fn_cold(g, false);
}

/* On a card whose packet memory has a latency, all that is charged for in C. */
static struct where at_charged(struct fn_gen *g, const struct fn_uop *u)
{
	fn_call_memory(g, size_of(u), access_of(fn_gen_op(u)));
	fn_put_jump(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0, fn_emit_resume(g));
	return (struct where){ 0, 0 };
}

static struct where at_any(struct fn_gen *g, const struct fn_uop *u)
{
	u32 slow = fn_label(g);
	u32 back = fn_label(g);

	fn_emit_settle(g, &g->now, &g->count);
	put_address(g, u);
	if (g->prog->profile->latency_packet)
		return at_charged(g, u);
	fn_put_load(g, 1, FN_GEN_X, offsetof(struct fn_exec, pkt_addr));
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_X, 0, 1, 0, 0);
	fn_put_load(g, 1, FN_GEN_X, offsetof(struct fn_exec, pkt_len));
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_K, 1, 0, 0, size_of(u));
	fn_put_jump(g, BPF_JMP | BPF_JGT | BPF_X, 0, 1, 0, slow);
	fn_put_load(g, 1, FN_GEN_X, offsetof(struct fn_exec, pkt_host));
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	fn_label_here(g, back);
	put_slow(g, u, slow, back);
	return (struct where){ 0, 0 };
}

/* R0 and R1 are lost. */
static void charge(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_charge c;

	fn_charge_of(g, &g->now, u, &c);
	if (!c.called && !c.known)
		fn_emit_wait(g, &c);
}

/* Registers R0 and R1 are lost, but for what the result says. */
static struct where find(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_fact at = fn_fact_address(&g->now, u);

	switch (fn_gen_way(g, &g->now, u)) {
	case FN_WAY_LOCAL:
		return (struct where){ FN_GEN_X,
				       offsetof(struct fn_exec, local) +
					       (at.v - FN_ADDR_LOCAL) };
	case FN_WAY_PACKET:
		check_room(g, u, at);
		charge(g, u);
		return at_packet(g, u, at);
	case FN_WAY_VALUE:
		charge(g, u);
		return at_value(g, u);
	case FN_WAY_ANY:
		break;
	}
	return at_any(g, u);
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

static void load_plain(struct fn_gen *g, struct where w, u32 size, u32 to)
{
	fn_put(g, BPF_LDX | BPF_MEM | code_of(size), to, w.base, w.off, 0);
}

/* Six bytes to a register that is not the base's */
static void load_6(struct fn_gen *g, struct where w, u32 to)
{
	struct where rest = { w.base, w.off + 4 };

	load_plain(g, rest, 2, to);
	fn_put(g, BPF_ALU64 | BPF_LSH | BPF_K, to, 0, 0, 32);
	load_plain(g, w, 4, 1); /* may be the base */
	fn_put(g, BPF_ALU64 | BPF_OR | BPF_X, to, 1, 0, 0);
}

static void swap_bytes(struct fn_gen *g, u32 reg, u32 size)
{
	if (size == 6)
		fn_put(g, BPF_ALU64 | BPF_LSH | BPF_K, reg, 0, 0, 16);
	if (size > 1)
		fn_put(g, BPF_ALU | BPF_END | BPF_TO_BE, reg, 0, 0,
		       size == 6 ? 64 : size * 8);
}

static void sign_extend(struct fn_gen *g, u32 reg, u32 size)
{
	if (size == 8)
		return;
	fn_put(g, BPF_ALU64 | BPF_LSH | BPF_K, reg, 0, 0, 64 - size * 8);
	fn_put(g, BPF_ALU64 | BPF_ARSH | BPF_K, reg, 0, 0, 64 - size * 8);
}

void fn_emit_load(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	struct where w = find(g, u);
	u32 flags = fn_gen_size(u);
	u32 size = FN_SIZE(flags);
	u32 t = fn_val_target(g);

	if (!fn_val_wanted(g))
		return;
	if (fn_val_makes_host(g)) {
		fn_val_result(g, u, FN_GEN_FRAME);
		return;
	}
	if (size == 6 && t == w.base) {
		fn_put_move(g, 1, t);
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
	fn_val_result(g, u, t);
}

static u64 swapped(u64 v, u32 size)
{
	return size > 1 ? swab64(v << (64 - size * 8)) : v;
}

static void store_plain(struct fn_gen *g, struct where w, u32 size, u32 from)
{
	fn_put(g, BPF_STX | BPF_MEM | code_of(size), w.base, from, w.off, 0);
}

static void store_part(struct fn_gen *g, struct where w, u32 size, s32 v)
{
	fn_put(g, BPF_ST | BPF_MEM | code_of(size), w.base, 0, w.off, v);
}

static void store_const(struct fn_gen *g, struct where w, u32 size, u64 v)
{
	struct where rest = { w.base, w.off + 4 };

	if (size < 4 || size == 4 || (size == 8 && v == (u64)(s64)(s32)v)) {
		store_part(g, w, size, v);
		return;
	}
	store_part(g, w, 4, v);
	store_part(g, rest, size - 4, v >> 32);
}

/* The value is in R1, which is lost. */
static void store_6(struct fn_gen *g, struct where w)
{
	struct where rest = { w.base, w.off + 4 };

	store_plain(g, w, 4, 1);
	fn_put(g, BPF_ALU64 | BPF_RSH | BPF_K, 1, 0, 0, 32);
	store_plain(g, rest, 2, 1);
}

static void store_reg(struct fn_gen *g, const struct fn_uop *u, struct where w)
{
	u32 flags = fn_gen_size(u);
	u32 size = FN_SIZE(flags);
	bool swap = flags & FN_SIZE_BE && size > 1;

	if (!u->imm16 && !swap && size != 6) {
		store_plain(g, w, size, fn_val_use(g, u->b, 1));
		return;
	}
	fn_val_fetch(g, 1, u->b);
	if (u->imm16)
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, u->imm16);
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
	struct where w = find(g, u);
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

void fn_emit_atom(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op)
{
	static const u8 codes[FN_NATOMS] = {
		[FN_ATOM_ADD] = BPF_ADD,
		[FN_ATOM_OR] = BPF_OR,
		[FN_ATOM_AND] = BPF_AND,
		[FN_ATOM_XOR] = BPF_XOR,
	};
	struct where w;

	if (fn_gen_way(g, &g->now, u) == FN_WAY_ANY) {
		fn_call_atom(g, u);
		return;
	}
	w = find(g, u);
	fn_put(g, BPF_STX | BPF_ATOMIC | (u->x & FN_X_W ? BPF_W : BPF_DW),
	       w.base, fn_val_use(g, u->b, 1), w.off, codes[FN_X_ATOM(u->x)]);
}
