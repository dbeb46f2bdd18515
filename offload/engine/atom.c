// SPDX-License-Identifier: GPL-2.0
/*
 * Atomic operations on memory, atomic towards all other workers and the host.
 */
#include "exec.h"

/* clang-format off */
#define FETCH(bits)							\
static u64 fetch##bits(u32 kind, u##bits *p, u##bits v, u##bits expected) \
{									\
	switch (kind) {							\
	case FN_ATOM_ADD:						\
		return fn_fetch_add##bits(p, v);			\
	case FN_ATOM_OR:						\
		return fn_fetch_or##bits(p, v);				\
	case FN_ATOM_AND:						\
		return fn_fetch_and##bits(p, v);			\
	case FN_ATOM_XOR:						\
		return fn_fetch_xor##bits(p, v);			\
	case FN_ATOM_XCHG:						\
		return fn_xchg(p, v);					\
	default:							\
		return fn_cmpxchg(p, expected, v);			\
	}								\
}
/* clang-format on */

FETCH(32)
FETCH(64)

/**
 * fn_exec_atom - ATOM
 * @x: thread
 * @u: the operation; x is that of the instruction word
 *
 * Return: false after a fault. An address that is not a multiple of the size is
 * one: the card's memories do not split an atomic access.
 */
bool fn_exec_atom(struct fn_exec *x, const struct fn_uop *u)
{
	u64 addr = x->r[u->a] + (s64)u->imm;
	u32 size = u->x & FN_X_W ? 4 : 8;
	u64 v = x->r[u->b];
	u64 old;
	u8 *p;

	if (addr & (size - 1)) {
		fn_exec_fault(x, FN_FAULT_ADDRESS, addr);
		return false;
	}
	p = fn_mem_slow(x, addr, size,
			u->x & FN_X_FETCH ? FN_FETCH : FN_ATOMIC);
	if (!p)
		return false;
	if (size == 4)
		old = fetch32(FN_X_ATOM(u->x), (u32 *)p, v, x->r[u->d]);
	else
		old = fetch64(FN_X_ATOM(u->x), (u64 *)p, v, x->r[u->d]);
	if (u->x & FN_X_FETCH)
		x->r[u->d] = old;
	return true;
}
