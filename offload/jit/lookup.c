// SPDX-License-Identifier: GPL-2.0
/*
 * lookup: map_lookup_elem with a constant map: inline if the map is an array,
 * by a call of the lookup function for its key size if it is a hash map.
 */
#include "../engine/map.h"
#include "../helpers.h"
#include "gen.h"

/* Is a key at a constant address in the context or stack? */
static bool is_local(u64 addr, u32 size)
{
	u64 off = addr - FN_ADDR_LOCAL;

	return off < FN_LOCAL_SIZE && size <= FN_LOCAL_SIZE - off;
}

static bool is_in_packet(const struct fn_state *f, struct fn_absval at,
			 u32 size)
{
	return at.kind == FN_AV_PACKET && at.min >= 0 &&
	       at.min < FN_PKT_CELL_LARGE && fn_absval_range(f, at) >= size;
}

/**
 * fn_lookup_is_static - is a helper a lookup with a constant map and a proved key?
 * @g: program
 * @f: abstract state before it
 * @u: HELPER
 * @slot: gets the map's slot
 */
bool fn_lookup_is_static(const struct fn_gen *g, const struct fn_state *f,
			 const struct fn_uop *u, u32 *slot)
{
	struct fn_absval key = fn_state_reg(f, 2);
	u32 size;

	if (fn_gen_helper(u)->number != FN_HELPER_map_lookup_elem ||
	    !fn_state_map(g, f, slot))
		return false;
	size = g->prog->maps[*slot]->key_size;
	return is_in_packet(f, key, size) ||
	       (key.kind == FN_AV_CONST && is_local(key.min, size));
}

static bool is_array(const struct fn_gen *g, u32 slot)
{
	return g->prog->maps[slot]->kind->type == BPF_MAP_TYPE_ARRAY;
}

static bool is_inline(const struct fn_gen *g, const struct fn_uop *u, u32 *slot)
{
	struct fn_charge c;

	fn_charge_of(g, &g->state, u, &c);
	return !c.by_call && fn_lookup_is_static(g, &g->state, u, slot);
}

/**
 * fn_lookup_calls - does a helper word call a C function?
 * @g: program, at this word
 * @u: HELPER
 */
bool fn_lookup_calls(const struct fn_gen *g, const struct fn_uop *u)
{
	u32 slot;

	return !is_inline(g, u, &slot) || !is_array(g, slot);
}

/* Called by generated code with host addresses */
#define NATIVE(name, lookup)                                             \
	static u64 name(u64 map, u64 key, u64 c, u64 d, u64 e)           \
	{                                                                \
		return fn_ptr_to_bus(                                    \
			lookup(fn_bus_to_ptr(map), fn_bus_to_ptr(key))); \
	}

NATIVE(native_hash, fn_map_hash_lookup)
NATIVE(native_hash4, fn_map_hash_lookup4)
NATIVE(native_hash8, fn_map_hash_lookup8)
NATIVE(native_lru, fn_map_lru_lookup)
NATIVE(native_lpm, fn_map_lpm_lookup)
NATIVE(native_any, fn_map_lookup)

/* The same with all checks and charges of the helper */
static u64 native_lookup(u64 exec, u64 slot, u64 at, u64 index, u64 e)
{
	struct fn_exec *x = fn_bus_to_ptr(exec);
	const struct fn_map *map = x->prog->maps[slot];

	x->issue_cycles = (x->acc + at) >> FN_ACC_SHIFT;
	fn_helper_call(x, index);
	if (x->fault || !x->r[0])
		return 0;
	return fn_ptr_to_bus(map->values) + (x->r[0] - map->addr);
}

static fn_call_t lookup_function(const struct fn_map *map)
{
	if (map->kind == &fn_map_lru)
		return native_lru;
	if (map->kind == &fn_map_lpm)
		return native_lpm;
	if (map->kind != &fn_map_hash)
		return native_any;
	if (map->key_size == 4)
		return native_hash4;
	return map->key_size == 8 ? native_hash8 : native_hash;
}

/* Take a helper's effort from the budget; the interpreter reports its end. */
static void spend_budget(struct fn_gen *g, u32 words)
{
	s32 budget = offsetof(struct fn_exec, budget);

	fn_asm_load(g, 0, FN_BPF_EXEC, budget);
	fn_asm_jump(g, BPF_JMP | BPF_JLT | BPF_K, 0, 0, words,
		    fn_emit_bailout(g));
	fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_K, 0, 0, 0, words);
	fn_asm_store(g, FN_BPF_EXEC, budget, 0);
}

/* The key, as a BPF register that points to it and an offset */
static u32 key_at(struct fn_gen *g, s32 *off)
{
	struct fn_absval key = fn_state_reg(&g->state, 2);

	*off = 0;
	if (key.kind == FN_AV_PACKET)
		return fn_val_reg_host(g, 2, 0);
	*off = offsetof(struct fn_exec, local) + (key.min - FN_ADDR_LOCAL);
	return FN_BPF_EXEC;
}

/* R0 = host address of an array's value, or NULL */
static void lookup_array(struct fn_gen *g, const struct fn_map *map)
{
	u32 none = fn_asm_label(g);
	u32 done = fn_asm_label(g);
	u32 base;
	s32 off;

	base = key_at(g, &off);
	fn_asm_insn(g, BPF_LDX | BPF_MEM | BPF_W, 0, base, off, 0);
	if ((s32)map->max_entries < 0) {
		fn_asm_const(g, 1, map->max_entries);
		fn_asm_jump(g, BPF_JMP | BPF_JGE | BPF_X, 0, 1, 0, none);
	} else {
		fn_asm_jump(g, BPF_JMP | BPF_JGE | BPF_K, 0, 0,
			    map->max_entries, none);
	}
	if (is_power_of_2(map->stride))
		fn_asm_insn(g, BPF_ALU64 | BPF_LSH | BPF_K, 0, 0, 0,
			    ilog2(map->stride));
	else
		fn_asm_insn(g, BPF_ALU64 | BPF_MUL | BPF_K, 0, 0, 0,
			    map->stride);
	fn_asm_const64(g, 1, fn_ptr_to_bus(map->values));
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	fn_asm_bind(g, done);
	fn_asm_cold(g, true);
	fn_asm_bind(g, none);
	fn_asm_const(g, 0, 0);
	fn_asm_jump(g, BPF_JMP | BPF_JA, 0, 0, 0, done);
	fn_asm_cold(g, false);
}

static u32 live_across(const struct fn_gen *g)
{
	return fn_gen_live_after(g, g->pc) & ~BIT(0);
}

/* R0 = host address of a hash map's value, or NULL */
static void lookup_hash(struct fn_gen *g, const struct fn_map *map)
{
	u32 keep = live_across(g);
	u32 base;
	s32 off;

	fn_val_save(g, keep, 0);
	base = key_at(g, &off);
	fn_asm_move(g, 2, base);
	fn_asm_add(g, 2, off, 0);
	fn_asm_const64(g, 1, fn_ptr_to_bus(map));
	fn_asm_call(g, lookup_function(map));
	fn_val_restore(g, keep);
}

/* R0 = host address of any map's value, or NULL */
static void lookup_by_helper(struct fn_gen *g, const struct fn_uop *u, u32 slot)
{
	u32 keep = live_across(g);
	u32 fault = fn_asm_label(g);

	fn_emit_sync_last(g, &g->state, &g->pending);
	fn_val_spill(g, fn_gen_reads(u));
	fn_val_save(g, keep, fn_gen_reads(u));
	fn_asm_move(g, 1, FN_BPF_EXEC);
	fn_asm_const(g, 2, slot);
	fn_asm_const(g, 3, g->pending.acc);
	fn_asm_const(g, 4, u->imm);
	fn_asm_call(g, native_lookup);
	fn_asm_insn(g, BPF_LDX | BPF_MEM | BPF_W, 1, FN_BPF_EXEC,
		    offsetof(struct fn_exec, fault), 0);
	fn_asm_jump(g, BPF_JMP | BPF_JNE | BPF_K, 1, 0, 0, fault);
	fn_asm_cold(g, true);
	fn_asm_bind(g, fault);
	fn_emit_finish(g, g->pc, fn_pending_after(g));
	fn_asm_cold(g, false);
	fn_val_restore(g, keep);
}

/* Turn the host address in R0, unless it is NULL, into the device address. */
static void to_card_address(struct fn_gen *g, const struct fn_map *map)
{
	fn_asm_insn(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3, 0);
	fn_asm_const64(g, 1, map->addr - fn_ptr_to_bus(map->values));
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
}

/**
 * fn_emit_lookup - generate a lookup in a constant map
 * @g: program
 * @u: HELPER
 *
 * Return: false if it is another helper, or the map is no constant.
 */
bool fn_emit_lookup(struct fn_gen *g, const struct fn_uop *u)
{
	const struct fn_map *map;
	u32 slot;

	if (fn_gen_helper(u)->number != FN_HELPER_map_lookup_elem ||
	    !fn_state_map(g, &g->state, &slot))
		return false;
	map = g->prog->maps[slot];
	if (!is_inline(g, u, &slot)) {
		lookup_by_helper(g, u, slot);
	} else {
		spend_budget(g, FN_HELPER_COST + fn_map_search_cost(map));
		if (is_array(g, slot))
			lookup_array(g, map);
		else
			lookup_hash(g, map);
	}
	if (!fn_val_dst_live(g))
		return true;
	if (!fn_val_dst_is_host(g))
		to_card_address(g, map);
	fn_val_set_dst(g, u, 0);
	return true;
}
