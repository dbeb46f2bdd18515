// SPDX-License-Identifier: GPL-2.0
/* Why a program can't be lowered, in a sentence. */
#include <stdarg.h>

#include "lower.h"

/**
 * fn_lower_bad - say why a program can't be lowered
 * @l: program
 * @fmt: sentence
 *
 * The first reason is kept.
 *
 * Return: false.
 */
bool fn_lower_bad(struct fn_lower *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!*l->why)
		vsnprintf(l->why, sizeof(l->why), fmt, ap);
	va_end(ap);
	return false;
}
