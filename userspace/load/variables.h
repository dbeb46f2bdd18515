/* SPDX-License-Identifier: GPL-2.0 */
/* Variables of programs that flownic load has loaded. */
#ifndef FN_VARIABLES_H
#define FN_VARIABLES_H

#include "load.h"

struct btf;
struct btf_type;

/**
 * struct fn_section_map - a map that has variables for its only value
 * @fd: of the map
 * @btf: types
 * @value: the value
 * @size: of @value
 */
struct fn_section_map {
	int fd;
	struct btf *btf;
	u8 *value;
	u32 size;
};

/**
 * struct fn_variable - a variable
 * @map: number of the map that has it
 * @name: ends with the types of @map
 * @type: its BTF id there
 * @at: offset in the value
 */
struct fn_variable {
	u32 map;
	const char *name;
	u32 type;
	u32 at;
};

/**
 * struct fn_variables - all variables of a program
 * @map: maps that have them
 * @nmaps: number of @map
 * @v: the variables
 * @n: number of @v
 */
struct fn_variables {
	struct fn_section_map *map;
	u32 nmaps;
	struct fn_variable *v;
	u32 n;
};

/* variables.c */
bool fn_variables_find(const char *dir, struct fn_variables *vs);
void fn_variables_free(struct fn_variables *vs);

#endif /* FN_VARIABLES_H */
