// SPDX-License-Identifier: GPL-2.0
/*
 * Map memory in the device address space: segments of 1 MiB, several side by
 * side for a larger map.
 */
#include "engine.h"

/**
 * fn_segments_find - look for map memory in the device address space
 * @e: engine; the caller serializes
 * @n: segments, side by side
 *
 * Return: the first, or FN_MAX_SEGMENTS if there is no such place.
 */
u32 fn_segments_find(struct fn_engine *e, u32 n)
{
	u32 run = 0;
	u32 i;

	for (i = 0; i < FN_MAX_SEGMENTS; i++) {
		run = e->segments[i].base ? 0 : run + 1;
		if (run == n)
			return i + 1 - n;
	}
	return FN_MAX_SEGMENTS;
}

/**
 * fn_segments_set - let device addresses stand for host memory
 * @e: engine; the caller serializes
 * @segment: first
 * @n: how many
 * @base: host memory
 * @bytes: of it
 */
void fn_segments_set(struct fn_engine *e, u32 segment, u32 n, u8 *base,
		     u64 bytes)
{
	u32 i;

	for (i = 0; i < n; i++) {
		struct fn_segment *s = &e->segments[segment + i];
		u64 from = (u64)i << FN_SEGMENT_SHIFT;

		s->base = base + from;
		fn_store_release(&s->remaining, bytes - from);
	}
}

/**
 * fn_segments_clear - take them back
 * @e: engine; the caller serializes
 * @segment: first
 * @n: how many
 *
 * May sleep. No thread of the card accesses them after return.
 */
void fn_segments_clear(struct fn_engine *e, u32 segment, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		fn_store_release(&e->segments[segment + i].remaining, 0);
	fn_wait_for_readers();
	for (i = 0; i < n; i++)
		e->segments[segment + i].base = NULL;
}
