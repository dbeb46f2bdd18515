// SPDX-License-Identifier: GPL-2.0
/*
 * The device address space: what a device address stands for, if anything.
 */
#include "exec.h"

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
	left = fn_load_acquire(&s->left);
	if (off >= left || size > left - off)
		return fn_exec_fault(x, FN_FAULT_ADDRESS, addr);
	fn_charge_map(x, access);
	return s->base + off;
}

/* Of the context, programs may write the receive queue, and nothing else. */
static bool writable(u64 off, u64 size)
{
	return off >= FN_CTX_SIZE ||
	       (off == offsetof(struct xdp_md, rx_queue_index) && size == 4);
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
		if (access != FN_LOAD && !writable(off, size))
			return fn_exec_fault(x, FN_FAULT_READONLY, addr);
		return (u8 *)x->local + off;
	}
	return map_memory(x, addr, size, access);
}

/**
 * fn_segments_find - look for map memory in the device address space
 * @card: card; the caller holds card->lock
 * @n: segments, side by side
 *
 * Return: the first, or FN_MAX_SEGMENTS if there is no such place.
 */
u32 fn_segments_find(struct fn_card *card, u32 n)
{
	u32 run = 0;
	u32 i;

	for (i = 0; i < FN_MAX_SEGMENTS; i++) {
		run = card->segments[i].base ? 0 : run + 1;
		if (run == n)
			return i + 1 - n;
	}
	return FN_MAX_SEGMENTS;
}

/**
 * fn_segments_set - let device addresses stand for host memory
 * @card: card; the caller holds card->lock
 * @segment: first
 * @n: how many
 * @base: host memory
 * @bytes: of it
 */
void fn_segments_set(struct fn_card *card, u32 segment, u32 n, u8 *base,
		     u64 bytes)
{
	u32 i;

	for (i = 0; i < n; i++) {
		struct fn_segment *s = &card->segments[segment + i];
		u64 from = (u64)i << FN_SEGMENT_SHIFT;

		s->base = base + from;
		fn_store_release(&s->left, bytes - from);
	}
}

/**
 * fn_segments_clear - take them back
 * @card: card; the caller holds card->lock
 * @segment: first
 * @n: how many
 *
 * May sleep. No thread of the card accesses them after return.
 */
void fn_segments_clear(struct fn_card *card, u32 segment, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		fn_store_release(&card->segments[segment + i].left, 0);
	fn_wait_for_readers();
	for (i = 0; i < n; i++)
		card->segments[segment + i].base = NULL;
}
