// SPDX-License-Identifier: GPL-2.0
/*
 * Quantiles of any number of values in a fixed size.
 */
#include "sim.h"

static u32 place(u64 value)
{
	u32 power;

	if (value < FN_HISTOGRAM_EXACT)
		return value;
	power = ilog2(value);
	return FN_HISTOGRAM_EXACT + (power - 12) * FN_HISTOGRAM_SUB +
	       (value >> (power - 11) & (FN_HISTOGRAM_SUB - 1));
}

/* The least value of a place. */
static u64 value_at(u32 place)
{
	u32 power, sub;

	if (place < FN_HISTOGRAM_EXACT)
		return place;
	place -= FN_HISTOGRAM_EXACT;
	power = place / FN_HISTOGRAM_SUB + 12;
	sub = place % FN_HISTOGRAM_SUB;
	return (1ull << power) + ((u64)sub << (power - 11));
}

/**
 * fn_histogram_add - count a value
 * @h: histogram
 * @value: the value
 */
void fn_histogram_add(struct fn_histogram *h, u64 value)
{
	if (!h->n || value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
	h->n++;
	h->sum += value;
	h->count[place(value)]++;
}

/**
 * fn_histogram_at - the value that a share of all values does not exceed
 * @h: histogram
 * @share: 0 to 1
 *
 * Return: the value, too small by less than 0.1 %; 0 if there are none.
 */
u64 fn_histogram_at(const struct fn_histogram *h, double share)
{
	u64 rank = share * h->n;
	u64 seen = 0;
	u32 i;

	if (!h->n)
		return 0;
	if (rank >= h->n)
		return h->max;
	for (i = 0; i < FN_HISTOGRAM_SIZE; i++) {
		seen += h->count[i];
		if (seen > rank)
			return max(value_at(i), h->min);
	}
	return h->max;
}
