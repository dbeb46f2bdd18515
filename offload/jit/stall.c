// SPDX-License-Identifier: GPL-2.0
/*
 * stall: the charges of words for accesses to memory, as in the engine's
 * charge.c.
 *
 * The longer ago a thread's last access is, the shorter it stalls. That time is
 * mostly known at compile time (the dataflow analysis propagates it as a
 * constant), and then the stall is a constant too, which becomes a pending count.
 *
 *	ld4 r13, [r11+12]	last access: here
 *	add r14, r13, 1		1 cycle ago
 *	ld4 r15, [r16]		waits latency / threads - 1: known
 *
 * Where paths with different times meet, the time of the last access is in
 * fn_exec.last_access, until the next access.
 */
#include "../engine/map.h"
#include "../engine/profile.h"
#include "../helpers.h"
#include "gen.h"

/* An access that is longer ago than this makes no difference. */
static u64 max_since(const struct fn_gen *g)
{
	return max(g->prog->share_map, g->prog->share_packet);
}

static u32 access_of(const struct fn_uop *u)
{
	switch (fn_gen_op(u)->kind) {
	case FN_GEN_LOAD:
		return FN_LOAD;
	case FN_GEN_STORE:
		return FN_STORE;
	}
	return u->x & FN_X_FETCH ? FN_FETCH : FN_ATOMIC;
}

static bool stalls(const struct fn_profile *p, u32 access)
{
	return access == FN_LOAD || access == FN_FETCH ||
	       (access == FN_STORE && p->store_waits);
}

static void charge_packet(const struct fn_gen *g, const struct fn_uop *u,
			  struct fn_charge *c)
{
	const struct fn_profile *p = g->prog->profile;
	bool found = access_of(u) == FN_LOAD &&
		     g->prog->marks[u - g->code] & FN_MARK_FOUND;

	if (!p->latency_packet || found)
		return;
	c->accesses = 1;
	c->latency = p->latency_packet;
	c->share = g->prog->share_packet;
	c->stalls = stalls(p, access_of(u));
}

static void charge_map(const struct fn_gen *g, u32 access, u32 n,
		       struct fn_charge *c)
{
	const struct fn_profile *p = g->prog->profile;

	c->accesses = n;
	c->latency = p->latency_map;
	c->share = g->prog->share_map;
	c->stalls = stalls(p, access);
	if (access == FN_LOAD)
		c->map_busy = n * p->map_read;
	else if (access == FN_STORE)
		c->map_busy = n * p->map_write;
	else
		c->map_busy = n * p->map_atomic;
}

static void charge_access(const struct fn_gen *g, const struct fn_state *f,
			  const struct fn_uop *u, struct fn_charge *c)
{
	switch (fn_mem_class_of(g, f, u)) {
	case FN_MEM_LOCAL:
		break;
	case FN_MEM_PACKET:
		charge_packet(g, u, c);
		break;
	case FN_MEM_VALUE:
		charge_map(g, access_of(u), 1, c);
		c->compute = u->imm ? g->prog->profile->map_offset : 0;
		break;
	case FN_MEM_DYNAMIC:
		c->by_call = true;
	}
}

/* Is the stall at the first access a constant? The others follow at once. */
static bool is_static(const struct fn_gen *g, const struct fn_state *f,
		      const struct fn_charge *c)
{
	return f->last != FN_LAST_IN_MEMORY || !c->accesses || !c->stalls ||
	       !c->latency ||
	       f->since + c->compute + g->prog->profile->wait_min >= c->share;
}

static void charge_lookup(const struct fn_gen *g, const struct fn_state *f,
			  const struct fn_map *map, struct fn_charge *c)
{
	const struct fn_profile *p = g->prog->profile;

	struct fn_find find;

	if (map->kind->type == BPF_MAP_TYPE_ARRAY)
		return;
	fn_find_cost(p, map->kind->type, map->key_size, &find);
	charge_map(g, FN_LOAD, find.reads, c);
	c->compute = find.cycles;
	c->by_call = !find.reads || !p->latency_map || !is_static(g, f, c);
}

static void charge_helper(const struct fn_gen *g, const struct fn_state *f,
			  const struct fn_uop *u, struct fn_charge *c)
{
	const struct fn_helper_info *info = fn_gen_helper(u);
	u32 slot;

	if (fn_lookup_is_static(g, f, u, &slot))
		charge_lookup(g, f, g->prog->maps[slot], c);
	else
		c->by_call = info->effects &
			     (FN_HELPER_READS | FN_HELPER_WRITES);
}

/**
 * fn_charge_of - charges of a word
 * @g: program
 * @f: abstract state before it
 * @u: word
 * @c: gets it
 */
void fn_charge_of(const struct fn_gen *g, const struct fn_state *f,
		  const struct fn_uop *u, struct fn_charge *c)
{
	u32 kind = fn_gen_op(u)->kind;

	memset(c, 0, sizeof(*c));
	if (kind >= FN_GEN_LOAD && kind <= FN_GEN_ATOMIC)
		charge_access(g, f, u, c);
	else if (kind == FN_GEN_HELPER)
		charge_helper(g, f, u, c);
	c->is_static = !c->by_call && is_static(g, f, c);
}

static u32 stall_cycles(const struct fn_gen *g, const struct fn_charge *c,
			u64 since)
{
	u32 cycles = c->share > since ? c->share - since : 0;

	return max(cycles, g->prog->profile->wait_min);
}

static void add_stall(struct fn_pending *to, const struct fn_charge *c,
		      u32 cycles, u32 n)
{
	to->stall += (u64)n * cycles;
	to->hidden += (u64)n * (c->latency - min(c->latency, cycles));
}

/**
 * fn_pending_word - add the counts of a word
 * @g: program
 * @f: abstract state before it
 * @pc: word
 * @to: sum; without the stall if that is no constant
 */
void fn_pending_word(const struct fn_gen *g, const struct fn_state *f, u32 pc,
		     struct fn_pending *to)
{
	const struct fn_uop *u = &g->code[pc];
	struct fn_charge c;

	fn_charge_of(g, f, u, &c);
	to->acc += fn_acc(1, (u32)(u[1].before - u->before));
	if (c.by_call)
		return;
	to->map_busy += c.map_busy;
	if (!c.is_static)
		return;
	to->stall += c.compute;
	if (!c.accesses || !c.stalls || !c.latency)
		return;
	add_stall(to, &c, stall_cycles(g, &c, f->since + c.compute), 1);
	add_stall(to, &c, stall_cycles(g, &c, 0), c.accesses - 1);
}

static void advance(const struct fn_gen *g, struct fn_state *f, u64 cycles)
{
	f->since += cycles;
	if (f->since < max_since(g))
		return;
	f->since = max_since(g);
	if (f->last == FN_LAST_IN_MEMORY)
		f->last = FN_LAST_CLEAN;
}

/**
 * fn_stall_step - advance the time of the last access past a word
 * @g: program
 * @f: abstract state before it, its @last and @since become those after it
 * @pc: word
 */
void fn_stall_step(const struct fn_gen *g, struct fn_state *f, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	struct fn_charge c;

	fn_charge_of(g, f, u, &c);
	if (c.by_call) {
		f->last = FN_LAST_IN_MEMORY;
		f->since = 0;
	} else if (c.accesses && (c.latency || !c.stalls)) {
		f->last = FN_LAST_DIRTY;
		f->since = 0;
	}
	advance(g, f, (u32)(u[1].before - u->before));
}

/**
 * fn_stall_taken - advance the time of the last access past a taken jump
 * @g: program
 * @f: abstract state after fn_stall_step()
 */
void fn_stall_taken(const struct fn_gen *g, struct fn_state *f)
{
	advance(g, f, g->prog->profile->taken);
}

/**
 * fn_stall_join - join the times of the last access
 * @to: facts there
 * @f: abstract state of one more path
 *
 * Return: @to has changed.
 */
bool fn_stall_join(struct fn_state *to, const struct fn_state *f)
{
	u32 last = to->last;
	u64 since = to->since;

	if (last != FN_LAST_IN_MEMORY && f->last != FN_LAST_IN_MEMORY &&
	    since == f->since) {
		if (f->last == FN_LAST_DIRTY)
			to->last = FN_LAST_DIRTY;
	} else {
		to->last = FN_LAST_IN_MEMORY;
		to->since = min(since, f->since);
	}
	return to->last != last || to->since != since;
}

/* fn_exec.last_access = time of the last access */
static void store_last(struct fn_gen *g, const struct fn_pending *at, u64 since)
{
	s32 last = offsetof(struct fn_exec, last_access);
	u64 acc = at->acc - (since << FN_ACC_SHIFT);

	if (!g->stores_acc &&
	    (s64)acc >> FN_ACC_SHIFT == (s32)(acc >> FN_ACC_SHIFT)) {
		fn_asm_store_imm(g, BPF_DW, last, (s64)acc >> FN_ACC_SHIFT);
		return;
	}
	fn_asm_load(g, 0, FN_BPF_EXEC, offsetof(struct fn_exec, acc));
	fn_asm_add(g, 0, acc, 1);
	fn_asm_insn(g, BPF_ALU64 | BPF_ARSH | BPF_K, 0, 0, 0, FN_ACC_SHIFT);
	fn_asm_store(g, FN_BPF_EXEC, last, 0);
}

/**
 * fn_emit_sync_last - write the time of the last access back if it is dirty
 * @g: program; R0 and R1 are clobbered
 * @f: abstract state there
 * @at: pending counts there
 */
void fn_emit_sync_last(struct fn_gen *g, const struct fn_state *f,
		       const struct fn_pending *at)
{
	if (f->last == FN_LAST_DIRTY)
		store_last(g, at, f->since);
}

/**
 * fn_emit_stall - stall the thread at the current access
 * @g: program; R0 and R1 are clobbered
 * @c: its charges; the time of the last access is in fn_exec.last_access
 */
void fn_emit_stall(struct fn_gen *g, const struct fn_charge *c)
{
	s32 cycles = offsetof(struct fn_exec, cycles);
	s32 hidden = offsetof(struct fn_exec, hidden);
	u32 least = g->prog->profile->wait_min;

	fn_asm_load(g, 0, FN_BPF_EXEC, offsetof(struct fn_exec, acc));
	fn_asm_add(g, 0, g->pending.acc, 1);
	fn_asm_insn(g, BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, FN_ACC_SHIFT);
	fn_asm_load(g, 1, FN_BPF_EXEC, offsetof(struct fn_exec, last_access));
	fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_X, 0, 1, 0, 0);
	if (c->compute)
		fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0,
			    c->compute);
	fn_asm_const(g, 1, c->share);
	fn_asm_insn(g, BPF_JMP | BPF_JLE | BPF_X, 0, 1, 1, 0);
	fn_asm_move(g, 0, 1);
	fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_X, 1, 0, 0, 0);
	fn_asm_insn(g, BPF_JMP | BPF_JGE | BPF_K, 1, 0, 1, least);
	fn_asm_const(g, 1, least);
	fn_asm_load(g, 0, FN_BPF_EXEC, cycles);
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	if (c->compute)
		fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0,
			    c->compute);
	fn_asm_store(g, FN_BPF_EXEC, cycles, 0);
	fn_asm_insn(g, BPF_JMP | BPF_JGE | BPF_K, 1, 0, 4, c->latency);
	fn_asm_load(g, 0, FN_BPF_EXEC, hidden);
	fn_asm_insn(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, c->latency);
	fn_asm_insn(g, BPF_ALU64 | BPF_SUB | BPF_X, 0, 1, 0, 0);
	fn_asm_store(g, FN_BPF_EXEC, hidden, 0);
}
