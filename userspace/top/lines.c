// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of text with a look.
 */
#include <stdarg.h>

#include "top.h"

/**
 * fn_top_line - add a line
 * @l: lines
 * @look: of this one
 * @fmt: printf format, without a newline
 */
void fn_top_line(struct fn_top_lines *l, enum fn_top_look look, const char *fmt,
		 ...)
{
	va_list ap;

	l->text =
		fn_check_alloc(realloc(l->text, (l->n + 1) * sizeof(*l->text)));
	l->look =
		fn_check_alloc(realloc(l->look, (l->n + 1) * sizeof(*l->look)));
	va_start(ap, fmt);
	vsnprintf(l->text[l->n], sizeof(*l->text), fmt, ap);
	va_end(ap);
	l->look[l->n++] = look;
}

/**
 * fn_top_lines_free - forget lines
 * @l: lines
 */
void fn_top_lines_free(struct fn_top_lines *l)
{
	free(l->text);
	free(l->look);
	*l = (struct fn_top_lines){};
}
