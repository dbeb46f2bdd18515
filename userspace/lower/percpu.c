// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU arrays and hashes: a value has a slot for each core of the card, each
 * rounded up to 8 bytes, as the kernel's have one for each CPU when bpf(2) is
 * asked for them.
 *
 *	key -> | core 0 | core 1 | ... | core N-1 |
 *
 * What is preserved: a core runs one packet at a time and changes its own slot
 * only, so nothing is lost without atomic operations; an element that one core
 * makes is zero for the others. What the user sees: an array or hash whose
 * values have N slots; N is the number of cores and not of CPUs.
 *
 * A function asks once for the number of its core and keeps it on the stack.
 */
#include <errno.h>

#include "lower.h"
#include "passes.h"

#define ZERO_MAP "flownic_zero" /* what a new element begins as */
#define MOST_COPIED 4096 /* bytes */

/**
 * struct work - on a function
 * @e: function
 * @s: state at the instruction at hand
 * @core: where on the stack the number of the core is
 * @key: where the key's address is kept
 * @value: where the value's address is kept
 * @zero: map of zeros, FN_LOWER_NONE if there is none yet
 */
struct work {
	struct fn_edit e;
	struct fn_state s;
	s32 core;
	s32 key;
	s32 value;
	u32 *zero;
};

static bool is_percpu(u32 type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_PERCPU_HASH;
}

static bool is_helper_call(const struct fn_lower_insn *i)
{
	return i->insn.code == (BPF_JMP | BPF_CALL) && !i->insn.src_reg &&
	       !i->ref;
}

/* r0 is the address of the first slot, or NULL. */
static void go_to_slot(struct work *w, const struct fn_lower_map *m)
{
	fn_add_load(&w->e, BPF_DW, 1, 10, w->core);
	fn_add_alu(&w->e, BPF_MUL, 1, m->stride);
	fn_add_alu_reg(&w->e, BPF_ADD, 0, 1);
}

static void lookup(struct work *w, u32 i, const struct fn_lower_map *m)
{
	u32 none;

	fn_edit_copy(&w->e, i);
	none = fn_add_jump(&w->e, BPF_JEQ, 0, 0);
	go_to_slot(w, m);
	fn_edit_land(&w->e, none);
}

/* bpf_map_lookup_percpu_elem(): the CPU is in r3. */
static void lookup_of_core(struct work *w, u32 i, const struct fn_lower_map *m)
{
	u32 cores = m->need.value_size / m->stride, none, good, end;

	fn_add_alu(&w->e, BPF_LSH, 3, 32);
	fn_add_alu(&w->e, BPF_RSH, 3, 32);
	fn_add_store(&w->e, BPF_DW, 10, w->key, 3);
	fn_add_call(&w->e, BPF_FUNC_map_lookup_elem);
	none = fn_add_jump(&w->e, BPF_JEQ, 0, 0);
	fn_add_load(&w->e, BPF_DW, 1, 10, w->key);
	good = fn_add_jump(&w->e, BPF_JLT, 1, cores);
	fn_add_set(&w->e, 0, 0);
	end = fn_add_jump_always(&w->e);
	fn_edit_land(&w->e, good);
	fn_add_alu(&w->e, BPF_MUL, 1, m->stride);
	fn_add_alu_reg(&w->e, BPF_ADD, 0, 1);
	fn_edit_land(&w->e, end);
	fn_edit_land(&w->e, none);
}

/* The stack is read in pieces that are aligned. */
static u32 piece_of(const struct fn_value *from)
{
	u32 piece = 8;

	if (from->kind == FN_V_ANY || from->kind == FN_V_ARGUMENT)
		return 1;
	while (from->kind == FN_V_STACK && from->n & (piece - 1))
		piece /= 2;
	return piece;
}

/* From the address that was kept to r0. */
static void copy_value(struct work *w, const struct fn_lower_map *m, u32 size,
		       const struct fn_value *from)
{
	u32 at = 0, piece = piece_of(from);

	go_to_slot(w, m);
	fn_add_load(&w->e, BPF_DW, 3, 10, w->value);
	while (at < size) {
		while (piece > size - at)
			piece /= 2;
		fn_add_load(&w->e, fn_size_code(piece), 4, 3, at);
		fn_add_store(&w->e, fn_size_code(piece), 0, at, 4);
		at += piece;
	}
	fn_add_set(&w->e, 0, 0);
}

static u32 fail(struct work *w, s32 err)
{
	fn_add_set(&w->e, 0, (s64)err);
	return fn_add_jump_always(&w->e);
}

static void keep_arguments(struct work *w)
{
	fn_add_store(&w->e, BPF_DW, 10, w->key, 2);
	fn_add_store(&w->e, BPF_DW, 10, w->value, 3);
}

static void update_array(struct work *w, const struct fn_lower_map *m,
			 u64 flags)
{
	struct fn_value from = w->s.r[3];
	u32 found, end;

	keep_arguments(w);
	fn_add_call(&w->e, BPF_FUNC_map_lookup_elem);
	found = fn_add_jump(&w->e, BPF_JNE, 0, 0);
	end = fail(w, -E2BIG);
	fn_edit_land(&w->e, found);
	if (flags == BPF_NOEXIST)
		fn_add_set(&w->e, 0, (s64)-EEXIST);
	else
		copy_value(w, m, m->value_size, &from);
	fn_edit_land(&w->e, end);
}

/* r0 becomes 0 or an error; another core may have been faster. */
static void insert_zeros(struct work *w, u32 map)
{
	u32 found;

	fn_add_store_imm(&w->e, BPF_W, 10, w->value + 8, 0);
	fn_add_mov(&w->e, 2, 10);
	fn_add_alu(&w->e, BPF_ADD, 2, w->value + 8);
	fn_add_map(&w->e, 1, *w->zero);
	fn_add_call(&w->e, BPF_FUNC_map_lookup_elem);
	found = fn_add_jump(&w->e, BPF_JNE, 0, 0);
	fn_add_set(&w->e, 0, 0);
	fn_add_exit(&w->e);
	fn_edit_land(&w->e, found);
	fn_add_mov(&w->e, 3, 0);
	fn_add_load(&w->e, BPF_DW, 2, 10, w->key);
	fn_add_map(&w->e, 1, map);
	fn_add_set(&w->e, 4, BPF_NOEXIST);
	fn_add_call(&w->e, BPF_FUNC_map_update_elem);
}

static void look_up_again(struct work *w, u32 map)
{
	fn_add_load(&w->e, BPF_DW, 2, 10, w->key);
	fn_add_map(&w->e, 1, map);
	fn_add_call(&w->e, BPF_FUNC_map_lookup_elem);
}

static void update_hash(struct work *w, u32 map, u64 flags)
{
	struct fn_value from = w->s.r[3];
	const struct fn_lower_map *m;
	u32 found, end[4], n = 0, made, exists, i;

	keep_arguments(w);
	fn_add_call(&w->e, BPF_FUNC_map_lookup_elem);
	found = fn_add_jump(&w->e, BPF_JNE, 0, 0);
	if (flags == BPF_EXIST) {
		end[n++] = fail(w, -ENOENT);
	} else {
		insert_zeros(w, map);
		made = fn_add_jump(&w->e, BPF_JEQ, 0, 0);
		exists = fn_add_jump(&w->e, BPF_JEQ, 0, -EEXIST);
		end[n++] = fn_add_jump_always(&w->e);
		fn_edit_land(&w->e, made);
		fn_edit_land(&w->e, exists);
		look_up_again(w, map);
		/* Deleted again by another core: as if this had been first. */
		end[n++] = fn_add_jump(&w->e, BPF_JEQ, 0, 0);
	}
	m = &w->e.l->map[map];
	if (flags == BPF_NOEXIST) {
		copy_value(w, m, m->value_size, &from);
		end[n++] = fn_add_jump_always(&w->e);
		fn_edit_land(&w->e, found);
		fn_add_set(&w->e, 0, (s64)-EEXIST);
	} else {
		fn_edit_land(&w->e, found);
		copy_value(w, m, m->value_size, &from);
	}
	for (i = 0; i < n; i++)
		fn_edit_land(&w->e, end[i]);
}

static u32 zero_map(struct work *w, u32 map)
{
	struct fn_lower *l = w->e.l;
	u32 size = l->map[map].need.value_size;

	if (*w->zero == FN_LOWER_NONE)
		*w->zero = fn_lower_add_map(l, ZERO_MAP, BPF_MAP_TYPE_ARRAY,
					    size, 1);
	l->map[*w->zero].need.value_size =
		max(size, l->map[*w->zero].need.value_size);
	return *w->zero;
}

static void update_with(struct work *w, u32 map, u64 flags)
{
	const struct fn_lower_map *m = &w->e.l->map[map];

	if (m->need.type == BPF_MAP_TYPE_ARRAY) {
		update_array(w, m, flags);
		return;
	}
	if (flags != BPF_EXIST)
		zero_map(w, map);
	update_hash(w, map, flags);
}

/* Calls that a compiler has joined may have one or another in r4. */
static void update_by_flags(struct work *w, u32 map)
{
	u32 end[BPF_EXIST + 1], other, flags;

	for (flags = BPF_ANY; flags <= BPF_EXIST; flags++) {
		other = fn_add_jump(&w->e, BPF_JNE, 4, flags);
		update_with(w, map, flags);
		end[flags] = fn_add_jump_always(&w->e);
		fn_edit_land(&w->e, other);
	}
	fn_add_set(&w->e, 0, (s64)-EINVAL);
	for (flags = BPF_ANY; flags <= BPF_EXIST; flags++)
		fn_edit_land(&w->e, end[flags]);
}

static bool update(struct work *w, u32 map)
{
	const struct fn_lower_map *m = &w->e.l->map[map];
	const struct fn_value *flags = &w->s.r[4];

	if (flags->kind == FN_V_CONST && (u64)flags->n > BPF_EXIST)
		return fn_lower_bad(
			w->e.l,
			"map %s: per-CPU values are updated with flags %llu; BPF_ANY, BPF_NOEXIST and BPF_EXIST are accepted",
			m->name, (unsigned long long)flags->n);
	if (m->value_size > MOST_COPIED)
		return fn_lower_bad(
			w->e.l,
			"map %s: updates of per-CPU values of up to %u bytes are accepted, not of %u",
			m->name, MOST_COPIED, m->value_size);
	if (flags->kind == FN_V_CONST)
		update_with(w, map, flags->n);
	else
		update_by_flags(w, map);
	return true;
}

/* Another helper that gets such a map would take it for what it isn't. */
static bool keep_call(struct work *w, u32 i)
{
	struct fn_lower *l = w->e.l;
	u32 r;

	for (r = 1; r <= 5; r++)
		if (w->s.r[r].kind == FN_V_MAP && l->map[w->s.r[r].id].stride)
			return fn_lower_bad(
				l,
				"map %s: a per-CPU map is given to helper %d; accepted are lookup, update and delete",
				l->map[w->s.r[r].id].name,
				w->e.f->insn[i].insn.imm);
	fn_edit_copy(&w->e, i);
	return true;
}

static bool rewrite_call(struct work *w, u32 i)
{
	const struct fn_value *v = &w->s.r[1];
	const struct fn_lower_map *m;

	if (!fn_lower_takes_map(w->e.f->insn[i].insn.imm))
		return keep_call(w, i);
	if (v->kind != FN_V_MAP)
		return fn_lower_bad(
			w->e.l,
			"function %s: which map is meant is only known when it runs; per-CPU maps have to be known before",
			w->e.f->name);
	m = &w->e.l->map[v->id];
	if (!m->stride)
		return keep_call(w, i);
	switch (w->e.f->insn[i].insn.imm) {
	case BPF_FUNC_map_lookup_elem:
		lookup(w, i, m);
		return true;
	case BPF_FUNC_map_lookup_percpu_elem:
		lookup_of_core(w, i, m);
		return true;
	case BPF_FUNC_map_update_elem:
		return update(w, v->id);
	case BPF_FUNC_map_delete_elem:
		fn_edit_copy(&w->e, i);
		return true;
	default:
		return keep_call(w, i);
	}
}

/* The card's number of cores is as large as that of slots, at most. */
static void ask_for_core(struct work *w, u32 cores)
{
	u32 good;

	/* The number of the only one is known. */
	if (w->e.l->options->one_worker) {
		fn_add_store_imm(&w->e, BPF_DW, 10, w->core, 0);
		return;
	}
	fn_add_call(&w->e, BPF_FUNC_get_smp_processor_id);
	good = fn_add_jump(&w->e, BPF_JLT, 0, cores);
	fn_add_set(&w->e, 0, 0);
	fn_edit_land(&w->e, good);
	fn_add_store(&w->e, BPF_DW, 10, w->core, 0);
}

static bool begin(struct work *w, struct fn_lower *l, struct fn_lower_func *f)
{
	struct fn_prologue p;
	s32 room = fn_lower_stack_take(l, f, 32);

	if (!room)
		return false;
	w->core = room;
	w->key = room + 8;
	w->value = room + 16;
	fn_edit_begin(&w->e, l, f);
	if (!fn_prologue_begin(&p, &w->e)) {
		fn_edit_drop(&w->e);
		return false;
	}
	ask_for_core(w, l->options->cores);
	fn_prologue_end(&p, &w->e);
	return true;
}

static bool rewrite(struct fn_lower *l, struct fn_lower_func *f, u32 *zero)
{
	struct work w = { .zero = zero };
	struct fn_flow flow;
	bool ok = true;
	u32 i;

	if (!begin(&w, l, f))
		return false;
	fn_flow_begin(&flow, l, f);
	for (i = 0; i < f->n && ok; i++) {
		fn_edit_at(&w.e, i);
		if (fn_flow_state(&flow, i, &w.s) &&
		    is_helper_call(&f->insn[i]))
			ok = rewrite_call(&w, i);
		else
			fn_edit_copy(&w.e, i);
	}
	fn_flow_end(&flow);
	if (ok)
		fn_edit_end(&w.e);
	else
		fn_edit_drop(&w.e);
	return ok;
}

static bool calls_with_map(const struct fn_lower_func *f)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (is_helper_call(&f->insn[i]) &&
		    fn_lower_takes_map(f->insn[i].insn.imm))
			return true;
	return false;
}

/* Whether there is any. */
static bool change_maps(struct fn_lower *l)
{
	bool any = false;
	u32 m;

	for (m = 0; m < l->nmaps; m++) {
		struct fn_lower_map *map = &l->map[m];

		if (!is_percpu(map->need.type))
			continue;
		map->value_size = map->need.value_size;
		map->stride = round_up(map->need.value_size, 8);
		map->need.value_size = map->stride * l->options->cores;
		map->need.type = map->need.type == BPF_MAP_TYPE_PERCPU_ARRAY ?
					 BPF_MAP_TYPE_ARRAY :
					 BPF_MAP_TYPE_HASH;
		map->slot_type = map->value_type;
		map->value_type = 0;
		any = true;
	}
	return any;
}

/* The number of the only worker is known. */
static bool number_cores(struct fn_lower *l, struct fn_lower_func *f)
{
	bool any = false;
	struct fn_edit e;
	u32 i;

	fn_edit_begin(&e, l, f);
	for (i = 0; i < f->n; i++) {
		fn_edit_at(&e, i);
		if (is_helper_call(&f->insn[i]) &&
		    f->insn[i].insn.imm == BPF_FUNC_get_smp_processor_id) {
			fn_add_set(&e, 0, 0);
			any = true;
		} else {
			fn_edit_copy(&e, i);
		}
	}
	fn_edit_end(&e);
	return any;
}

/**
 * fn_lower_percpu - give per-CPU maps a slot for each core
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_percpu(struct fn_lower *l)
{
	u32 f, zero = FN_LOWER_NONE;
	bool any = false;

	for (f = 0; f < l->nfuncs && l->options->one_worker; f++)
		any |= number_cores(l, &l->func[f]);
	if (!change_maps(l))
		return any ? FN_LOWER_CHANGED : FN_LOWER_SAME;
	for (f = 0; f < l->nfuncs; f++)
		if (calls_with_map(&l->func[f]) &&
		    !rewrite(l, &l->func[f], &zero))
			return FN_LOWER_FAILED;
	return FN_LOWER_CHANGED;
}
