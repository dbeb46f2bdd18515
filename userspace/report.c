// SPDX-License-Identifier: GPL-2.0
/*
 * What goes wrong is said in one line on stderr.
 */
#include <stdarg.h>
#include <string.h>

#include "tool.h"

static void say(const char *fmt, va_list ap)
{
	fflush(stdout);
	fputs("flownic: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

/**
 * fn_fail - say why it was refused or failed
 * @fmt: printf format of the sentence, without a newline
 *
 * Return: FN_FAILED.
 */
int fn_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return FN_FAILED;
}

/**
 * fn_usage - say what is wrong with the command line
 * @fmt: printf format of the sentence, without a newline
 *
 * Return: FN_USAGE.
 */
int fn_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return FN_USAGE;
}

/**
 * fn_must - end the tool if there is no memory
 * @p: what was allocated
 *
 * Return: @p, never NULL.
 */
void *fn_must(void *p)
{
	if (!p)
		exit(fn_fail("out of memory"));
	return p;
}
