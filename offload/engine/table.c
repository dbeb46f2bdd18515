// SPDX-License-Identifier: GPL-2.0
/*
 * Handles: small numbers for the programs and maps. A handle that
 * became free is given out again as late as possible.
 */
#include "table.h"

/**
 * fn_table_add - give an object a handle
 * @t: table; the caller serializes
 * @object: not NULL
 *
 * Return: the handle, or 0 if the table is full.
 */
u32 fn_table_add(struct fn_table *t, void *object)
{
	u32 n, i;

	for (n = 0; n < FN_TABLE_SIZE; n++) {
		i = (t->next + n) % FN_TABLE_SIZE;
		if (fn_read_locked(t->slot[i]))
			continue;
		fn_publish(t->slot[i], object);
		t->next = i + 1;
		return i + 1;
	}
	return 0;
}

/**
 * fn_table_find - the object of a handle
 * @t: table
 * @handle: any number
 *
 * Any context. Return: the object or NULL.
 */
void *fn_table_find(struct fn_table *t, u32 handle)
{
	void *object;

	if (!handle || handle > FN_TABLE_SIZE)
		return NULL;
	fn_read_lock();
	object = fn_read(t->slot[handle - 1]);
	fn_read_unlock();
	return object;
}

/**
 * fn_table_next - the first handle in use from a handle on
 * @t: table; the caller serializes
 * @handle: to begin with
 *
 * Return: its object or NULL.
 */
void *fn_table_next(struct fn_table *t, u32 handle)
{
	void *object;

	for (; handle <= FN_TABLE_SIZE; handle++) {
		object = fn_table_find(t, handle);
		if (object)
			return object;
	}
	return NULL;
}

/**
 * fn_table_replace - let a handle stand for another object
 * @t: table; the caller serializes
 * @handle: in use
 * @object: not NULL
 *
 * The old one may be freed after fn_wait_for_readers().
 */
void fn_table_replace(struct fn_table *t, u32 handle, void *object)
{
	fn_publish(t->slot[handle - 1], object);
}

/**
 * fn_table_remove - take a handle back
 * @t: table; the caller serializes
 * @handle: in use
 *
 * The object may be freed after fn_wait_for_readers().
 */
void fn_table_remove(struct fn_table *t, u32 handle)
{
	fn_publish(t->slot[handle - 1], NULL);
}
