// SPDX-License-Identifier: GPL-2.0
/*
 * Modelled time of accesses to memory: what a thread waits, and how long it
 * occupies map memory. profile.h has the model.
 */
#include "exec.h"
#include "map.h"
#include "profile.h"
#include "prog.h"

/* The thread waits at an access. */
static void charge_wait(struct fn_exec *x, u32 latency, u32 share)
{
	const struct fn_profile *p = x->prog->profile;
	u64 since = x->issue_cycles - x->last_access;
	u32 cycles = share > since ? share - since : 0;

	if (!latency)
		return;
	cycles = max(cycles, p->wait_min);
	x->cycles += cycles;
	x->last_access = x->issue_cycles;
	x->hidden += latency - min(latency, cycles);
	if (x->watch && x->watch->stall)
		x->watch->stall[x->pc] += cycles;
}

static bool waits(const struct fn_profile *p, u32 access)
{
	return fn_access_loads(access) || access == FN_FETCH ||
	       (access == FN_STORE && p->store_waits);
}

/**
 * fn_charge_packet - an access to packet memory
 * @x: thread; x->issue_cycles and x->pc are set
 * @access: enum fn_access
 */
void fn_charge_packet(struct fn_exec *x, u32 access)
{
	const struct fn_profile *p = x->prog->profile;

	if (!p->latency_packet)
		return;
	if (access == FN_LOAD && x->prog->marks[x->pc] & FN_MARK_FOUND)
		return;
	if (waits(p, access))
		charge_wait(x, p->latency_packet, x->prog->share_packet);
	else
		x->last_access = x->issue_cycles;
}

/* The thread computes before the access that follows. */
static void charge_before(struct fn_exec *x, u32 cycles)
{
	x->cycles += cycles;
	x->last_access -= cycles;
}

/* The word at hand adds its offset to the address, if it has one. */
static void charge_offset(struct fn_exec *x, u32 cycles)
{
	if (x->prog->code[x->pc].imm)
		charge_before(x, cycles);
}

/*
 * A line is in one bank, and neighbours are in different ones. An address that
 * only a hash decides, which is given as 0, is in any.
 */
static void charge_banks(u64 *bank, u32 banks, u64 addr, u32 busy)
{
	u32 i;

	if (addr) {
		bank[addr / FN_MAP_LINE % banks] += busy;
		return;
	}
	for (i = 0; i < banks; i++)
		bank[i] += busy / banks;
}

static u32 occupy_map(const struct fn_exec *x, u32 access, u64 addr)
{
	const struct fn_profile *p = x->prog->profile;
	u32 busy = fn_access_loads(access) ? p->map_read : p->map_write;

	if (access == FN_ATOMIC || access == FN_FETCH)
		return p->map_atomic;
	if (x->watch && x->watch->bank)
		charge_banks(x->watch->bank, p->map_banks, addr, busy);
	return busy;
}

/**
 * fn_charge_map - an access to map memory
 * @x: thread; x->issue_cycles and x->pc are set
 * @access: enum fn_access
 * @addr: device address, or 0 if a hash decides
 */
void fn_charge_map(struct fn_exec *x, u32 access, u64 addr)
{
	const struct fn_profile *p = x->prog->profile;

	x->map_busy += occupy_map(x, access, addr);
	if (p->map_offset && access != FN_ARG)
		charge_offset(x, p->map_offset);
	if (waits(p, access))
		charge_wait(x, p->latency_map, x->prog->share_map);
	else
		x->last_access = x->issue_cycles;
}

/* A level of the trie decides so many bits; the last read is the entry's. */
static void cost_trie(const struct fn_profile *p, u32 key_size,
		      struct fn_find *find)
{
	u32 bits = 8 * (key_size - sizeof(u32));
	u32 levels = DIV_ROUND_UP(bits, p->lpm_bits ?: bits);

	find->cycles = levels;
	find->reads = levels + 1;
}

/**
 * fn_find_cost - what it takes to find a key
 * @p: profile
 * @type: BPF_MAP_TYPE_* of the map
 * @key_size: bytes
 * @find: answer
 *
 * An array's entry is found by arithmetic, which the helper's own cycles are.
 */
void fn_find_cost(const struct fn_profile *p, u32 type, u32 key_size,
		  struct fn_find *find)
{
	*find = (struct fn_find){ .cycles = p->hash, .reads = p->hash_reads };
	switch (type) {
	case BPF_MAP_TYPE_ARRAY:
		*find = (struct fn_find){};
		break;
	case BPF_MAP_TYPE_LRU_HASH:
		find->reads += p->lru_reads;
		break;
	case BPF_MAP_TYPE_LPM_TRIE:
		cost_trie(p, key_size, find);
		break;
	}
}

/**
 * fn_charge_find - a helper looks for a key
 * @x: thread; x->issue_cycles and x->pc are set
 * @map: where
 */
void fn_charge_find(struct fn_exec *x, const struct fn_map *map)
{
	struct fn_find find;
	u32 i;

	fn_find_cost(x->prog->profile, map->kind->type, map->key_size, &find);
	if (find.cycles)
		charge_before(x, find.cycles);
	for (i = 0; i < find.reads; i++)
		fn_charge_map(x, FN_ARG, 0);
}
