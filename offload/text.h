/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that is put together piece by piece.
 */
#ifndef FN_TEXT_H
#define FN_TEXT_H

#include "platform.h"

/**
 * struct fn_text - a text in the making
 * @buf: where it is made; always ends in 0 if there is room for that
 * @size: of @buf, in bytes
 * @len: of the text, also of what had no room
 */
struct fn_text {
	char *buf;
	size_t size;
	int len;
};

/* text.c */
__printf(2, 3) void fn_text_add(struct fn_text *t, const char *fmt, ...);

#endif /* FN_TEXT_H */
