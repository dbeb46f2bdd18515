// SPDX-License-Identifier: GPL-2.0
/* Bytes that are written one after the other. */
#include <string.h>

#include "bytes.h"
#include "userspace/tool.h"

/**
 * fn_bytes_add - append bytes
 * @b: where to
 * @data: bytes; NULL for zeros
 * @n: how many
 *
 * Return: offset of the first.
 */
size_t fn_bytes_add(struct fn_bytes *b, const void *data, size_t n)
{
	size_t at = b->n;

	if (b->n + n > b->cap) {
		b->cap = 2 * (b->n + n);
		b->data = fn_check_alloc(realloc(b->data, b->cap));
	}
	if (data)
		memcpy(b->data + at, data, n);
	else
		memset(b->data + at, 0, n);
	b->n += n;
	return at;
}

/**
 * fn_bytes_word - append a word
 * @b: where to
 * @word: its value
 */
void fn_bytes_word(struct fn_bytes *b, u32 word)
{
	fn_bytes_add(b, &word, sizeof(word));
}

/**
 * fn_bytes_string - append a string with its end
 * @b: where to
 * @s: string
 *
 * Return: offset of its first byte.
 */
size_t fn_bytes_string(struct fn_bytes *b, const char *s)
{
	return fn_bytes_add(b, s, strlen(s) + 1);
}

/**
 * fn_bytes_align - append zeros
 * @b: where to
 * @to: the size becomes a multiple of that
 */
void fn_bytes_align(struct fn_bytes *b, size_t to)
{
	if (b->n % to)
		fn_bytes_add(b, NULL, to - b->n % to);
}
