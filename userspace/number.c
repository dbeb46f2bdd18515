// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers on the command line.
 */
#include <errno.h>

#include "tool.h"

/**
 * fn_number - read a number
 * @what: what the number is, for the complaint
 * @text: the word, NULL if it is missing
 * @value: answer
 *
 * Return: exit status; an error has been reported.
 */
int fn_number(const char *what, const char *text, u32 *value)
{
	unsigned long n;
	char *end;

	if (!text)
		return fn_usage("%s: a number is missing", what);
	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n > 0xffffffff)
		return fn_usage("%s %s: a number is expected", what, text);
	*value = n;
	return FN_DONE;
}
