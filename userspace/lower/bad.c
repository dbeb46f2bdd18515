// SPDX-License-Identifier: GPL-2.0
/* Why a program can't be lowered, in a sentence, and what else there is to say. */
#include <stdarg.h>
#include <string.h>

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

/**
 * fn_lower_note - tell the user something about a program that is lowered
 * @l: program
 * @fmt: sentence
 */
void fn_lower_note(struct fn_lower *l, const char *fmt, ...)
{
	size_t len = strlen(l->note);
	va_list ap;

	if (len)
		len += snprintf(l->note + len, sizeof(l->note) - len, "; ");
	if (len >= sizeof(l->note))
		return;
	va_start(ap, fmt);
	vsnprintf(l->note + len, sizeof(l->note) - len, fmt, ap);
	va_end(ap);
}
