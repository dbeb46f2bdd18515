/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of the host whose size a user chooses. Only for the driver and the BPF
 * offload glue, where users' wishes arrive.
 */
#ifndef FN_HOST_MEMORY_H
#define FN_HOST_MEMORY_H

#include <linux/minmax.h>
#include <linux/mm.h>

/* Who asks for it pays, and is refused before others are killed for it. */
#define FN_GFP_USER (GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/* Below this nobody need be asked, bytes. */
#define FN_MEMORY_SMALL (4ull << 20)

/**
 * fn_memory_spare - can the host give so much and be well?
 * @size: bytes
 *
 * An allocation that took all there is before it failed would have others
 * killed meanwhile. So a sixteenth of the memory, 32 to 512 MiB, stays free of
 * what users choose.
 *
 * Return: whether it can.
 */
static inline bool fn_memory_spare(u64 size)
{
	u64 keep = clamp_t(u64, (u64)totalram_pages() << (PAGE_SHIFT - 4),
			   32ull << 20, 512ull << 20);

	return size < FN_MEMORY_SMALL || size + keep < (u64)si_mem_available()
							       << PAGE_SHIFT;
}

#endif /* FN_HOST_MEMORY_H */
