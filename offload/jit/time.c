// SPDX-License-Identifier: GPL-2.0
/*
 * time: what words charge for accesses to memory, as the engine's charge.c
 * does.
 *
 * A thread waits the less, the longer its last access is ago. How long that is
 * follows mostly from the code, and then so does what it waits: such charges
 * are only added up here, and the code adds them where it ends (constant
 * propagation of the clock, as part of facts).
 *
 *	ld4 r13, [r11+12]	last access: here
 *	add r14, r13, 1		1 cycle ago
 *	ld4 r15, [r16]		waits latency / threads - 1: known
 *
 * Where ways meet that bring different times the thread's memory has the time
 * of the last access, until the next access that is certain.
 */
#include "../engine/map.h"
#include "../engine/profile.h"
#include "../helpers.h"
#include "gen.h"

/* What is longer ago than this makes no difference. */
static u64 long_ago(const struct fn_gen *g)
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

static bool waits(const struct fn_profile *p, u32 access)
{
	return access == FN_LOAD || access == FN_FETCH ||
	       (access == FN_STORE && p->store_waits);
}

static void of_packet(const struct fn_gen *g, const struct fn_uop *u,
		      struct fn_charge *c)
{
	const struct fn_profile *p = g->prog->profile;
	bool found = access_of(u) == FN_LOAD &&
		     g->prog->marks[u - g->code] & FN_MARK_FOUND;

	if (!p->latency_packet || found)
		return;
	c->times = 1;
	c->latency = p->latency_packet;
	c->share = g->prog->share_packet;
	c->waits = waits(p, access_of(u));
}

static void of_map(const struct fn_gen *g, u32 access, u32 times,
		   struct fn_charge *c)
{
	const struct fn_profile *p = g->prog->profile;

	c->times = times;
	c->latency = p->latency_map;
	c->share = g->prog->share_map;
	c->waits = waits(p, access);
	if (access == FN_LOAD)
		c->busy = times * p->map_read;
	else if (access == FN_STORE)
		c->busy = times * p->map_write;
	else
		c->busy = times * p->map_atomic;
}

static void of_access(const struct fn_gen *g, const struct fn_facts *f,
		      const struct fn_uop *u, struct fn_charge *c)
{
	switch (fn_gen_way(g, f, u)) {
	case FN_WAY_LOCAL:
		break;
	case FN_WAY_PACKET:
		of_packet(g, u, c);
		break;
	case FN_WAY_VALUE:
		of_map(g, access_of(u), 1, c);
		c->before = u->imm ? g->prog->profile->map_offset : 0;
		break;
	case FN_WAY_ANY:
		c->called = true;
	}
}

/* Is what is waited at the first access known? The others follow at once. */
static bool is_known(const struct fn_gen *g, const struct fn_facts *f,
		     const struct fn_charge *c)
{
	return f->when != FN_WHEN_MEMORY || !c->times || !c->waits ||
	       !c->latency ||
	       f->since + c->before + g->prog->profile->wait_min >= c->share;
}

static void of_lookup(const struct fn_gen *g, const struct fn_facts *f,
		      const struct fn_map *map, struct fn_charge *c)
{
	const struct fn_profile *p = g->prog->profile;

	if (map->kind->type == BPF_MAP_TYPE_ARRAY)
		return;
	of_map(g, FN_LOAD, p->hash_reads, c);
	c->before = p->hash;
	c->called = !p->hash_reads || !p->latency_map || !is_known(g, f, c);
}

static void of_helper(const struct fn_gen *g, const struct fn_facts *f,
		      const struct fn_uop *u, struct fn_charge *c)
{
	const struct fn_helper_info *info = fn_gen_helper(u);
	u32 slot;

	if (fn_gen_key(g, f, u, &slot))
		of_lookup(g, f, g->prog->maps[slot], c);
	else
		c->called = info->effects & FN_HELPER_READS;
}

/**
 * fn_charge_of - what a word charges
 * @g: program
 * @f: facts before it
 * @u: word
 * @c: gets it
 */
void fn_charge_of(const struct fn_gen *g, const struct fn_facts *f,
		  const struct fn_uop *u, struct fn_charge *c)
{
	u32 kind = fn_gen_op(u)->kind;

	memset(c, 0, sizeof(*c));
	if (kind >= FN_GEN_LOAD && kind <= FN_GEN_ATOM)
		of_access(g, f, u, c);
	else if (kind == FN_GEN_HELPER)
		of_helper(g, f, u, c);
	c->known = !c->called && is_known(g, f, c);
}

static u32 cycles_of(const struct fn_gen *g, const struct fn_charge *c,
		     u64 since)
{
	u32 cycles = c->share > since ? c->share - since : 0;

	return max(cycles, g->prog->profile->wait_min);
}

static void count_wait(struct fn_count *to, const struct fn_charge *c,
		       u32 cycles, u32 times)
{
	to->wait += (u64)times * cycles;
	to->hidden += (u64)times * (c->latency - min(c->latency, cycles));
}

/**
 * fn_count_word - add what a word counts
 * @g: program
 * @f: facts before it
 * @pc: word
 * @to: sum; what it waits is left out if that is not known
 */
void fn_count_word(const struct fn_gen *g, const struct fn_facts *f, u32 pc,
		   struct fn_count *to)
{
	const struct fn_uop *u = &g->code[pc];
	struct fn_charge c;

	fn_charge_of(g, f, u, &c);
	to->acc += fn_acc(1, (u32)(u[1].before - u->before));
	if (c.called)
		return;
	to->busy += c.busy;
	if (!c.known)
		return;
	to->wait += c.before;
	if (!c.times || !c.waits || !c.latency)
		return;
	count_wait(to, &c, cycles_of(g, &c, f->since + c.before), 1);
	count_wait(to, &c, cycles_of(g, &c, 0), c.times - 1);
}

static void pass(const struct fn_gen *g, struct fn_facts *f, u64 cycles)
{
	f->since += cycles;
	if (f->since < long_ago(g))
		return;
	f->since = long_ago(g);
	if (f->when == FN_WHEN_MEMORY)
		f->when = FN_WHEN_BOTH;
}

/**
 * fn_time_step - how long the last access is ago after a word
 * @g: program
 * @f: facts before it, @when and @since become those after it
 * @pc: word
 */
void fn_time_step(const struct fn_gen *g, struct fn_facts *f, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	struct fn_charge c;

	fn_charge_of(g, f, u, &c);
	if (c.called) {
		f->when = FN_WHEN_MEMORY;
		f->since = 0;
	} else if (c.times && (c.latency || !c.waits)) {
		f->when = FN_WHEN_SINCE;
		f->since = 0;
	}
	pass(g, f, (u32)(u[1].before - u->before));
}

/**
 * fn_time_jump - a jump has been taken
 * @g: program
 * @f: facts after fn_time_step()
 */
void fn_time_jump(const struct fn_gen *g, struct fn_facts *f)
{
	pass(g, f, g->prog->profile->taken);
}

/**
 * fn_time_meet - what is known of time where ways meet
 * @to: facts there
 * @f: of one more way
 *
 * Return: @to has changed.
 */
bool fn_time_meet(struct fn_facts *to, const struct fn_facts *f)
{
	u32 when = to->when;
	u64 since = to->since;

	if (when != FN_WHEN_MEMORY && f->when != FN_WHEN_MEMORY &&
	    since == f->since) {
		if (f->when == FN_WHEN_SINCE)
			to->when = FN_WHEN_SINCE;
	} else {
		to->when = FN_WHEN_MEMORY;
		to->since = min(since, f->since);
	}
	return to->when != when || to->since != since;
}

/* fn_exec.at_last = when the last access was */
static void put_last(struct fn_gen *g, const struct fn_count *at, u64 since)
{
	s32 last = offsetof(struct fn_exec, at_last);
	u64 acc = at->acc - (since << FN_ACC_SHIFT);

	if (!g->counted &&
	    (s64)acc >> FN_ACC_SHIFT == (s32)(acc >> FN_ACC_SHIFT)) {
		fn_put_set(g, BPF_DW, last, (s64)acc >> FN_ACC_SHIFT);
		return;
	}
	fn_put_load(g, 0, FN_GEN_X, offsetof(struct fn_exec, acc));
	fn_put_add(g, 0, acc, 1);
	fn_put(g, BPF_ALU64 | BPF_ARSH | BPF_K, 0, 0, 0, FN_ACC_SHIFT);
	fn_put_store(g, FN_GEN_X, last, 0);
}

/**
 * fn_emit_settle - C functions or other code look at fn_exec.at_last
 * @g: program; R0 and R1 are lost
 * @f: facts there
 * @at: what counters lack there
 */
void fn_emit_settle(struct fn_gen *g, const struct fn_facts *f,
		    const struct fn_count *at)
{
	if (f->when == FN_WHEN_SINCE)
		put_last(g, at, f->since);
}

/**
 * fn_emit_wait - make the thread wait at the access at hand
 * @g: program; R0 and R1 are lost
 * @c: what it charges: not known, so memory has when the last access was
 */
void fn_emit_wait(struct fn_gen *g, const struct fn_charge *c)
{
	s32 cycles = offsetof(struct fn_exec, cycles);
	s32 hidden = offsetof(struct fn_exec, hidden);
	u32 least = g->prog->profile->wait_min;

	fn_put_load(g, 0, FN_GEN_X, offsetof(struct fn_exec, acc));
	fn_put_add(g, 0, g->count.acc, 1);
	fn_put(g, BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, FN_ACC_SHIFT);
	fn_put_load(g, 1, FN_GEN_X, offsetof(struct fn_exec, at_last));
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_X, 0, 1, 0, 0);
	if (c->before)
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, c->before);
	fn_put_const(g, 1, c->share);
	fn_put(g, BPF_JMP | BPF_JLE | BPF_X, 0, 1, 1, 0);
	fn_put_move(g, 0, 1);
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_X, 1, 0, 0, 0);
	fn_put(g, BPF_JMP | BPF_JGE | BPF_K, 1, 0, 1, least);
	fn_put_const(g, 1, least);
	fn_put_load(g, 0, FN_GEN_X, cycles);
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
	if (c->before)
		fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, c->before);
	fn_put_store(g, FN_GEN_X, cycles, 0);
	fn_put(g, BPF_JMP | BPF_JGE | BPF_K, 1, 0, 4, c->latency);
	fn_put_load(g, 0, FN_GEN_X, hidden);
	fn_put(g, BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, c->latency);
	fn_put(g, BPF_ALU64 | BPF_SUB | BPF_X, 0, 1, 0, 0);
	fn_put_store(g, FN_GEN_X, hidden, 0);
}
