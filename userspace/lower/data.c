// SPDX-License-Identifier: GPL-2.0
/*
 * Sections of data that a program refers to.
 */
#include <string.h>

#include "lower.h"
#include "userspace/tool.h"

/**
 * fn_lower_data_of - a section of data
 * @l: program
 * @sec: number of the section in the object
 *
 * Return: its number among the program's, FN_LOWER_NONE if it is empty or
 *         too large.
 */
u32 fn_lower_data_of(struct fn_lower *l, u32 sec)
{
	const struct fn_section *s = &l->o->elf.sec[sec];
	struct fn_lower_data *d;
	u32 i;

	for (i = 0; i < l->ndata; i++)
		if (l->data[i].sec == sec)
			return i;
	if (!s->size || s->size > FN_LOWER_MOST_DATA)
		return FN_LOWER_NONE;
	l->data = fn_check_alloc(
		realloc(l->data, (l->ndata + 1) * sizeof(*l->data)));
	d = &l->data[l->ndata];
	*d = (struct fn_lower_data){
		.sec = sec,
		.name = s->name,
		.bytes = fn_check_alloc(calloc(1, s->size)),
		.size = s->size,
		.read_only = !(s->flags & SHF_WRITE),
	};
	if (s->data)
		memcpy(d->bytes, s->data, s->size);
	return l->ndata++;
}

/**
 * fn_lower_data_load - what a load from data that never changes gives
 * @d: section
 * @at: offset in it
 * @size: bytes, 1, 2, 4 or 8
 * @value: answer
 *
 * Return: whether it is known.
 */
bool fn_lower_data_load(const struct fn_lower_data *d, s64 at, u32 size,
			u64 *value)
{
	if (!d->read_only || at < 0 || at > d->size || size > d->size - at)
		return false;
	*value = 0;
	memcpy(value, d->bytes + at, size);
	return true;
}
