// SPDX-License-Identifier: GPL-2.0
/*
 * The device address space: what a device address stands for, if anything.
 */
#include "exec.h"
#include "prog.h"

/* In map memory; all bytes must be in one map. */
static u8 *map_memory(struct fn_exec *x, u64 addr, u64 size, u32 access)
{
	u64 off = addr - FN_ADDR_MAPS;
	u64 index = off >> FN_SEGMENT_SHIFT;
	const struct fn_segment *s;
	u64 left;

	if (index >= FN_MAX_SEGMENTS)
		return fn_exec_fault(x, FN_FAULT_ADDRESS, addr);
	s = &x->segments[index];
	off &= FN_SEGMENT_SIZE - 1;
	left = fn_load_acquire(&s->remaining);
	if (off >= left || size > left - off)
		return fn_exec_fault(x, FN_FAULT_ADDRESS, addr);
	fn_charge_map(x, access, addr);
	return s->base + off;
}

/* Of the context, programs may write some fields, and nothing else. */
static bool writable(const struct fn_exec *x, u64 off, u64 size)
{
	return off >= FN_CTX_SIZE || fn_ctx_may_write(x->prog->ctx, off, size);
}

/**
 * fn_mem_slow - host memory of any device address
 * @x: thread, charged with the access if it is to map memory
 * @addr: device address
 * @size: bytes from there
 * @access: enum fn_access
 *
 * Return: NULL, and a fault, unless all of them may be accessed so.
 */
u8 *fn_mem_slow(struct fn_exec *x, u64 addr, u64 size, u32 access)
{
	u64 off = addr - x->pkt_addr;

	if (off < x->pkt_len && size <= x->pkt_len - off)
		return x->pkt_host + off;
	off = addr - FN_ADDR_LOCAL;
	if (off < FN_LOCAL_SIZE && size <= FN_LOCAL_SIZE - off) {
		if (!fn_access_loads(access) && !writable(x, off, size))
			return fn_exec_fault(x, FN_FAULT_READONLY, addr);
		return (u8 *)x->local + off;
	}
	return map_memory(x, addr, size, access);
}
