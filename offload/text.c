// SPDX-License-Identifier: GPL-2.0
/*
 * Text that is put together piece by piece.
 */
#include "text.h"

/**
 * fn_text_add - add a piece to a text
 * @t: text
 * @fmt: the piece, of which as much is taken as there is room for
 */
void fn_text_add(struct fn_text *t, const char *fmt, ...)
{
	size_t at = min_t(size_t, t->len, t->size);
	va_list ap;

	va_start(ap, fmt);
	t->len += vsnprintf(t->buf + at, t->size - at, fmt, ap);
	va_end(ap);
}
