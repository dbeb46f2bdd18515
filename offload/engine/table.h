/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handles: small numbers for programs and maps.
 */
#ifndef FN_ENGINE_TABLE_H
#define FN_ENGINE_TABLE_H

#include "../platform.h"

#define FN_TABLE_SIZE 1024

/**
 * struct fn_table - objects by handle
 * @slot: the object of handle N is in slot N - 1
 * @next: where the search for a free slot begins
 */
struct fn_table {
	void __fn_rcu *slot[FN_TABLE_SIZE];
	u32 next;
};

/* table.c */
u32 fn_table_add(struct fn_table *t, void *object);
void *fn_table_find(struct fn_table *t, u32 handle);
void *fn_table_next(struct fn_table *t, u32 handle);
void fn_table_replace(struct fn_table *t, u32 handle, void *object);
void fn_table_remove(struct fn_table *t, u32 handle);

#endif /* FN_ENGINE_TABLE_H */
