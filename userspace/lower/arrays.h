/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays of programs. */
#ifndef FN_ARRAYS_H
#define FN_ARRAYS_H

#include "lower.h"

/**
 * struct fn_array_entry - a program in an array
 * @index: its place
 * @f: its function
 */
struct fn_array_entry {
	u32 index;
	const struct fn_function *f;
};

/**
 * struct fn_array - an array of programs
 * @entry: its programs
 * @n: how many
 */
struct fn_array {
	struct fn_array_entry *entry;
	u32 n;
};

/* arrays.c */
void fn_array_values(const struct fn_object *o, const struct fn_map_def *d,
		     void (*each)(void *to, u32 index, const Elf64_Sym *sym),
		     void *to);
bool fn_array_read(struct fn_lower *l, u32 map, struct fn_array *a);

#endif /* FN_ARRAYS_H */
