// SPDX-License-Identifier: GPL-2.0
/*
 * bpf_csum_diff(), as the kernel's net/core/filter.c computes it.
 *
 * Until Linux 6.12 the old bytes, inverted, and the new ones are summed up in a
 * scratchpad of 512 bytes, in words of 32 bits; since 6.13 sizes are free and
 * the sum is folded to 16 bits. Sums are of one's complement: 0 and 0xffffffff
 * are both zero, and which one comes out is part of the answer.
 */
#include "engine.h"

#define SCRATCHPAD 512

/* Sum of words, inverted if they are taken away; a part of one has zeros. */
static u64 sum_words(const u8 *p, u32 size, u32 invert)
{
	u64 sum = 0;
	u32 last = 0;
	u32 i;

	for (i = 0; size - i >= 4; i += 4)
		sum += get_unaligned((const u32 *)(p + i)) ^ invert;
	if (i == size)
		return sum;
	memcpy(&last, p + i, size - i);
	return sum + (last ^ invert);
}

static u32 sum_new(const struct fn_csum_diff *d)
{
	u32 from, to;

	if (!d->from_size)
		return fn_csum_fold32(d->seed +
				      sum_words(d->to, d->to_size, 0));
	if (!d->to_size)
		return ~fn_csum_fold32(~d->seed +
				       sum_words(d->from, d->from_size, 0));
	from = fn_csum_fold32(sum_words(d->from, d->from_size, 0));
	to = fn_csum_fold32(d->seed + sum_words(d->to, d->to_size, 0));
	return fn_csum_fold32((u64)to + ~from);
}

/**
 * fn_csum_diff_ok - whether there is an answer
 * @d: what is asked; only the sizes count
 * @kernel: whose answer, FN_KERNEL()
 */
bool fn_csum_diff_ok(const struct fn_csum_diff *d, u32 kernel)
{
	if (kernel >= FN_KERNEL(6, 13))
		return true;
	return !((d->from_size | d->to_size) & 3) &&
	       (u64)d->from_size + d->to_size <= SCRATCHPAD;
}

/**
 * fn_csum_diff - the difference that new bytes make to a checksum
 * @d: what is asked, with fn_csum_diff_ok()
 * @kernel: whose answer, FN_KERNEL()
 *
 * Return: 32 or 16 bits of a sum.
 */
u32 fn_csum_diff(const struct fn_csum_diff *d, u32 kernel)
{
	if (kernel >= FN_KERNEL(6, 13))
		return fn_csum_fold(sum_new(d));
	return fn_csum_fold32(d->seed +
			      sum_words(d->from, d->from_size, 0xffffffff) +
			      sum_words(d->to, d->to_size, 0));
}
