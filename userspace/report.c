// SPDX-License-Identifier: GPL-2.0
/*
 * Errors are reported in one line on stderr.
 */
#include <stdarg.h>
#include <string.h>

#include "tool.h"

static void print_line(const char *fmt, va_list ap)
{
	fflush(stdout);
	fputs("flownic: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

/**
 * fn_fail - report why it was refused or failed
 * @fmt: printf format of the sentence, without a newline
 *
 * Return: FN_FAILED.
 */
int fn_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(fmt, ap);
	va_end(ap);
	return FN_FAILED;
}

/**
 * fn_usage - report what is wrong with the command line
 * @fmt: printf format of the sentence, without a newline
 *
 * Return: FN_USAGE.
 */
int fn_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(fmt, ap);
	va_end(ap);
	return FN_USAGE;
}

/**
 * fn_note - tell what is not an error
 * @fmt: printf format of the sentence, without a newline
 */
void fn_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(fmt, ap);
	va_end(ap);
}

/**
 * fn_check_alloc - end the tool if there is no memory
 * @p: what was allocated
 *
 * Return: @p, never NULL.
 */
void *fn_check_alloc(void *p)
{
	if (!p)
		exit(fn_fail("out of memory"));
	return p;
}
