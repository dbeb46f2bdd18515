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

static enum fn_way way_packet(const struct fn_uop *u, s64 off)
{
	return off >= 0 && off < FN_PKT_CELL_LARGE ? FN_WAY_PACKET : FN_WAY_ANY;
}

/* What waiting costs is computed without asking whether it is any. */
static bool simple_wait(const struct fn_profile *p)
{
	return !p->latency_map || p->wait_min <= p->latency_map;
}

static enum fn_way way_value(const struct fn_gen *g, const struct fn_uop *u,
			     struct fn_fact at)
{
	const struct fn_map *map = g->prog->maps[at.slot];
	bool atom = fn_gen_op(u)->kind == FN_GEN_ATOM;

	if (at.v < 0 || at.v + size_of(u) > map->value_size ||
	    !simple_wait(g->prog->profile) || (atom && at.v % size_of(u)))
		return FN_WAY_ANY;
	return FN_WAY_VALUE;
}

/**
 * fn_gen_way - how an access is made
 * @g: program, at this word
 * @u: load, store or atomic operation
 */
enum fn_way fn_gen_way(const struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_fact at = fn_fact_address(&g->now, u);

	if (at.kind == FN_KNOWN_VALUE &&
	    !(fn_gen_op(u)->kind == FN_GEN_ATOM && u->x & FN_X_FETCH))
		return way_value(g, u, at);
	if (fn_gen_op(u)->kind == FN_GEN_ATOM)
		return FN_WAY_ANY;
	if (at.kind == FN_KNOWN_CONST)
		return way_local(u, at.v);
	if (at.kind == FN_KNOWN_DATA)
		return way_packet(u, at.v);
	return FN_WAY_ANY;
}

static u32 access_of(const struct fn_gen_op *op)
{
	if (op->kind == FN_GEN_ATOM)
		return FN_ATOMIC;
	return op->kind == FN_GEN_LOAD ? FN_LOAD : FN_STORE;
}

static void add_to(struct fn_gen *g, s32 off, u32 v)
{
	if (!v)
		return;
	fn_put_load(g, 0, FN_GEN_X, off);
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, v);
	fn_put_store(g, FN_GEN_X, off, 0);
}

/* R0 = issue cycles of the run up to here */
static void put_at(struct fn_gen *g)
{
	u64 before = fn_gen_before(g, g->block, g->pc) & FN_ACC_CYCLES;

	if (!g->counted) {
		fn_put_const(g, 0, before);
		return;
	}
	fn_put_load(g, 0, FN_GEN_X, offsetof(struct fn_exec, acc));
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, before);
	fn_put(g, BPF_ALU64 | BPF_LSH | BPF_K, 0, 0, 0, 64 - FN_ACC_SHIFT);
	fn_put(g, BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, 64 - FN_ACC_SHIFT);
}

/* As charge_wait() in the engine. R0 = cycles up to here */
static void put_wait(struct fn_gen *g, const struct fn_profile *p)
{
	s32 last = offsetof(struct fn_exec, at_last);
	s32 cycles = offsetof(struct fn_exec, cycles);
	s32 hidden = offsetof(struct fn_exec, hidden);

	fn_put_load(g, 1, FN_GEN_X, last);
	fn_put_store(g, FN_GEN_X, last, 0);
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_X, 0, 1, 0, 0);
	fn_put_const(g, 1, g->prog->share_map);
	fn_put(g, BPF_JMP | BPF_JLE | BPF_X, 0, 1, 1, 0);
	fn_put_move(g, 0, 1);
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_X, 1, 0, 0, 0);
	fn_put(g, BPF_JMP | BPF_JGE | BPF_K, 1, 0, 1, p->wait_min);
	fn_put_const(g, 1, p->wait_min);
	fn_put_load(g, 0, FN_GEN_X, cycles);
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	fn_put_store(g, FN_GEN_X, cycles, 0);
	fn_put_load(g, 0, FN_GEN_X, hidden);
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, p->latency_map);
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_X, 0, 1, 0, 0);
	fn_put_store(g, FN_GEN_X, hidden, 0);
}

/* As fn_charge_map() */
static void put_charge(struct fn_gen *g, u32 access)
{
	const struct fn_profile *p = g->prog->profile;
	bool waits = access == FN_LOAD ||
		     (access == FN_STORE && p->store_waits);
	u32 busy = access == FN_LOAD  ? p->map_read :
		   access == FN_STORE ? p->map_write :
					p->map_atomic;

	add_to(g, offsetof(struct fn_exec, map_busy), busy);
	if (waits && !p->latency_map)
		return;
	put_at(g);
	if (waits)
		put_wait(g, p);
	else
		fn_put_store(g, FN_GEN_X, offsetof(struct fn_exec, at_last), 0);
}

/* The register that points to the map's value, the others are known. */
static u32 pointer(const struct fn_gen *g, const struct fn_uop *u)
{
	if (fn_fact_of(&g->now, u->a).kind == FN_KNOWN_VALUE)
		return u->a;
	return writes(u) ? u->d : u->b;
}

static struct where at_value(struct fn_gen *g, const struct fn_uop *u,
			     struct fn_fact at)
{
	const struct fn_map *map = g->prog->maps[at.slot];
	u32 reg = pointer(g, u);

	put_charge(g, access_of(fn_gen_op(u)));
	fn_put_wide(g, 0, fn_ptr_to_bus(map->values) - map->addr);
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, fn_val_use(g, reg, 1), 0, 0);
	at.v -= fn_fact_of(&g->now, reg).v;
	if (at.v == (s16)at.v && (s16)(at.v + 8) > at.v)
		return (struct where){ 0, at.v };
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, at.v);
	return (struct where){ 0, 0 };
}

static struct where at_packet(struct fn_gen *g, const struct fn_uop *u, s32 off)
{
	s32 end = off + size_of(u);

	if (end > (s32)g->now.len) {
		fn_put_load(g, 0, FN_GEN_X,
			    offsetof(struct fn_exec, frame_len));
		fn_put_jump(g, BPF_JMP | BPF_JLT | BPF_K, 0, 0, end,
			    fn_emit_resume(g));
	}
	return (struct where){ FN_GEN_FRAME, off };
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

static struct where at_any(struct fn_gen *g, const struct fn_uop *u)
{
	u32 slow = fn_label(g);
	u32 back = fn_label(g);

	put_address(g, u);
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

/* Registers R0 and R1 are lost, but for what the result says. */
static struct where find(struct fn_gen *g, const struct fn_uop *u)
{
	struct fn_fact at = fn_fact_address(&g->now, u);

	switch (fn_gen_way(g, u)) {
	case FN_WAY_LOCAL:
		return (struct where){ FN_GEN_X,
				       offsetof(struct fn_exec, local) +
					       (at.v - FN_ADDR_LOCAL) };
	case FN_WAY_PACKET:
		return at_packet(g, u, at.v);
	case FN_WAY_VALUE:
		return at_value(g, u, at);
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

/* Six bytes to R0 */
static void load_6(struct fn_gen *g, struct where w)
{
	struct where rest = { w.base, w.off + 4 };

	load_plain(g, rest, 2, 1);
	load_plain(g, w, 4, 0);
	fn_put(g, BPF_ALU64 | BPF_LSH | BPF_K, 1, 0, 0, 32);
	fn_put(g, BPF_ALU64 | BPF_OR | BPF_X, 0, 1, 0, 0);
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
	u32 t = size == 6 ? 0 : fn_val_target(g);

	if (!fn_val_wanted(g))
		return;
	if (size == 6)
		load_6(g, w);
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

	if (fn_gen_way(g, u) == FN_WAY_ANY) {
		fn_call_atom(g, u);
		return;
	}
	w = find(g, u);
	fn_put(g, BPF_STX | BPF_ATOMIC | (u->x & FN_X_W ? BPF_W : BPF_DW),
	       w.base, fn_val_use(g, u->b, 1), w.off, codes[FN_X_ATOM(u->x)]);
}
