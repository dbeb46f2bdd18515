/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes that are written one after the other. */
#ifndef FN_BYTES_H
#define FN_BYTES_H

#include "offload/platform.h"

/**
 * struct fn_bytes - bytes, for free()
 * @data: the bytes
 * @n: how many
 * @cap: room at @data
 */
struct fn_bytes {
	u8 *data;
	size_t n;
	size_t cap;
};

/* bytes.c */
size_t fn_bytes_add(struct fn_bytes *b, const void *data, size_t n);
void fn_bytes_word(struct fn_bytes *b, u32 word);
size_t fn_bytes_string(struct fn_bytes *b, const char *s);
void fn_bytes_align(struct fn_bytes *b, size_t to);

#endif /* FN_BYTES_H */
