/* SPDX-License-Identifier: GPL-2.0 */
/* What is in maps of maps when the program is loaded. */
#ifndef FN_INNER_H
#define FN_INNER_H

#include "lower.h"

#define FN_INNER_KEY 64 /* bytes of a key, at most */

/**
 * struct fn_inner_entry - a map in a map
 * @key: its place
 * @map: its number among the program's maps
 */
struct fn_inner_entry {
	u8 key[FN_INNER_KEY];
	u32 map;
};

/**
 * struct fn_inner - the maps in a map
 * @entry: each has a key of its own
 * @n: how many
 */
struct fn_inner {
	struct fn_inner_entry *entry;
	u32 n;
};

/* inner.c */
bool fn_inner_key(const char *text, const char *end, u32 size, u8 *key);
bool fn_inner_read(struct fn_lower *l, u32 outer, struct fn_inner *in);

/* passed.c */
bool fn_passed_any(struct fn_lower *l);
void fn_passed_find(struct fn_lower *l);
void fn_passed_forget(struct fn_lower *l);

#endif /* FN_INNER_H */
