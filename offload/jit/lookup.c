// SPDX-License-Identifier: GPL-2.0
/*
 * lookup: map_lookup_elem where the map is known: an array's without a call, a
 * hash map's with one of what compares such keys.
 */
#include "../engine/map.h"
#include "../helpers.h"
#include "gen.h"

/* Key of an access of this many bytes: is it where the code can reach it? */
static bool is_local(u64 addr, u32 size)
{
	u64 off = addr - FN_ADDR_LOCAL;

	return off < FN_LOCAL_SIZE && size <= FN_LOCAL_SIZE - off;
}

static bool is_there(const struct fn_facts *f, struct fn_fact at, u32 size)
{
	return at.kind == FN_KNOWN_DATA && at.v >= 0 &&
	       at.v < FN_PKT_CELL_LARGE && fn_fact_room(f, at) >= size;
}

/**
 * fn_gen_key - is a helper a lookup whose map and key are where it is known?
 * @g: program
 * @f: facts before it
 * @u: HELPER
 * @slot: gets the map's slot
 */
bool fn_gen_key(const struct fn_gen *g, const struct fn_facts *f,
		const struct fn_uop *u, u32 *slot)
{
	struct fn_fact key = fn_fact_of(f, 2);
	u32 size;

	if (fn_gen_helper(u)->number != FN_HELPER_map_lookup_elem ||
	    !fn_gen_map(g, f, slot))
		return false;
	size = g->prog->maps[*slot]->key_size;
	return is_there(f, key, size) ||
	       (key.kind == FN_KNOWN_CONST && is_local(key.v, size));
}

static bool is_array(const struct fn_gen *g, u32 slot)
{
	return g->prog->maps[slot]->kind->type == BPF_MAP_TYPE_ARRAY;
}

static bool is_direct(const struct fn_gen *g, const struct fn_uop *u, u32 *slot)
{
	struct fn_charge c;

	fn_charge_of(g, &g->now, u, &c);
	return !c.called && fn_gen_key(g, &g->now, u, slot);
}

/**
 * fn_gen_calls - does a helper take a call of a C function?
 * @g: program, at this word
 * @u: HELPER
 */
bool fn_gen_calls(const struct fn_gen *g, const struct fn_uop *u)
{
	u32 slot;

	return !is_direct(g, u, &slot) || !is_array(g, slot);
}

/* What the code calls: 64 bits in and out, the host's addresses. */
#define NATIVE(name, lookup)                                             \
	static u64 name(u64 map, u64 key, u64 c, u64 d, u64 e)           \
	{                                                                \
		return fn_ptr_to_bus(                                    \
			lookup(fn_bus_to_ptr(map), fn_bus_to_ptr(key))); \
	}

NATIVE(native_hash, fn_map_hash_lookup)
NATIVE(native_hash4, fn_map_hash_lookup4)
NATIVE(native_hash8, fn_map_hash_lookup8)
NATIVE(native_any, fn_map_lookup)

/* The same for what is charged for only when it happens; its fault is told. */
static u64 native_lookup(u64 exec, u64 slot, u64 at, u64 index, u64 e)
{
	struct fn_exec *x = fn_bus_to_ptr(exec);
	const struct fn_map *map = x->prog->maps[slot];

	x->at = (x->acc + at) >> FN_ACC_SHIFT;
	fn_helper_call(x, index);
	if (x->fault || !x->r[0])
		return 0;
	return fn_ptr_to_bus(map->values) + (x->r[0] - map->addr);
}

static fn_call_t function(const struct fn_map *map)
{
	if (map->kind != &fn_map_hash)
		return native_any;
	if (map->key_size == 4)
		return native_hash4;
	return map->key_size == 8 ? native_hash8 : native_hash;
}

/* A helper takes its effort, or the interpreter finds that there is none left. */
static void spend(struct fn_gen *g)
{
	s32 budget = offsetof(struct fn_exec, budget);

	fn_put_load(g, 0, FN_GEN_X, budget);
	fn_put_jump(g, BPF_JMP | BPF_JLT | BPF_K, 0, 0, FN_HELPER_EFFORT,
		    fn_emit_resume(g));
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_K, 0, 0, 0, FN_HELPER_EFFORT);
	fn_put_store(g, FN_GEN_X, budget, 0);
}

/* The key, as a register of the host's and a distance from there */
static u32 key_at(struct fn_gen *g, s32 *off)
{
	struct fn_fact key = fn_fact_of(&g->now, 2);

	*off = 0;
	if (key.kind == FN_KNOWN_DATA)
		return fn_val_use_host(g, 2, 0);
	*off = offsetof(struct fn_exec, local) + (key.v - FN_ADDR_LOCAL);
	return FN_GEN_X;
}

/* R0 = value of an array, the host's address, or 0 */
static void of_array(struct fn_gen *g, const struct fn_map *map)
{
	u32 none = fn_label(g);
	u32 done = fn_label(g);
	u32 base;
	s32 off;

	base = key_at(g, &off);
	fn_put(g, BPF_LDX | BPF_MEM | BPF_W, 0, base, off, 0);
	if ((s32)map->max_entries < 0) {
		fn_put_const(g, 1, map->max_entries);
		fn_put_jump(g, BPF_JMP | BPF_JGE | BPF_X, 0, 1, 0, none);
	} else {
		fn_put_jump(g, BPF_JMP | BPF_JGE | BPF_K, 0, 0,
			    map->max_entries, none);
	}
	if (is_power_of_2(map->stride))
		fn_put(g, BPF_ALU64 | BPF_LSH | BPF_K, 0, 0, 0,
		       ilog2(map->stride));
	else
		fn_put(g, BPF_ALU64 | BPF_MUL | BPF_K, 0, 0, 0, map->stride);
	fn_put_wide(g, 1, fn_ptr_to_bus(map->values));
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	fn_label_here(g, done);
	fn_cold(g, true);
	fn_label_here(g, none);
	fn_put_const(g, 0, 0);
	fn_put_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, done);
	fn_cold(g, false);
}

static u32 survivors(const struct fn_gen *g)
{
	return fn_gen_live_after(g, g->pc) & ~BIT(0);
}

/* R0 = value of a hash map, the host's address, or 0 */
static void of_hash(struct fn_gen *g, const struct fn_map *map)
{
	u32 keep = survivors(g);
	u32 base;
	s32 off;

	fn_val_save(g, keep, 0);
	base = key_at(g, &off);
	fn_put_move(g, 2, base);
	fn_put_add(g, 2, off, 0);
	fn_put_wide(g, 1, fn_ptr_to_bus(map));
	fn_put_call(g, function(map));
	fn_val_restore(g, keep);
}

/* R0 = value of a map, the host's address, or 0 */
static void of_any(struct fn_gen *g, const struct fn_uop *u, u32 slot)
{
	u32 keep = survivors(g);
	u32 fault = fn_label(g);

	fn_emit_settle(g, &g->now, &g->count);
	fn_val_go_home(g, fn_gen_reads(u));
	fn_val_save(g, keep, fn_gen_reads(u));
	fn_put_move(g, 1, FN_GEN_X);
	fn_put_const(g, 2, slot);
	fn_put_const(g, 3, g->count.acc);
	fn_put_const(g, 4, u->imm);
	fn_put_call(g, native_lookup);
	fn_put(g, BPF_LDX | BPF_MEM | BPF_W, 1, FN_GEN_X,
	       offsetof(struct fn_exec, fault), 0);
	fn_put_jump(g, BPF_JMP | BPF_JNE | BPF_K, 1, 0, 0, fault);
	fn_cold(g, true);
	fn_label_here(g, fault);
	fn_emit_finish(g, g->pc, fn_gen_after(g));
	fn_cold(g, false);
	fn_val_restore(g, keep);
}

/* R0 = the card's address of the host's in R0, if that is any */
static void put_card(struct fn_gen *g, const struct fn_map *map)
{
	fn_put(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3, 0);
	fn_put_wide(g, 1, map->addr - fn_ptr_to_bus(map->values));
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
}

/**
 * fn_emit_lookup - look a key up, if that is what a helper does
 * @g: program
 * @u: HELPER
 *
 * Return: false if it is another helper, or the map is not known.
 */
bool fn_emit_lookup(struct fn_gen *g, const struct fn_uop *u)
{
	const struct fn_map *map;
	u32 slot;

	if (fn_gen_helper(u)->number != FN_HELPER_map_lookup_elem ||
	    !fn_gen_map(g, &g->now, &slot))
		return false;
	map = g->prog->maps[slot];
	if (!is_direct(g, u, &slot)) {
		of_any(g, u, slot);
	} else {
		spend(g);
		if (is_array(g, slot))
			of_array(g, map);
		else
			of_hash(g, map);
	}
	if (!fn_val_wanted(g))
		return true;
	if (!fn_val_makes_host(g))
		put_card(g, map);
	fn_val_result(g, u, 0);
	return true;
}
