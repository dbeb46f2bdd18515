// SPDX-License-Identifier: GPL-2.0
/*
 * What goes to stdout.
 */
#include <errno.h>
#include <string.h>

#include "tool.h"

/**
 * fn_out_json - print a JSON value on a line of its own
 * @o: the value; freed
 *
 * Return: FN_DONE.
 */
int fn_out_json(json_object *o)
{
	int flags = fn_options.pretty ? JSON_C_TO_STRING_PRETTY :
					JSON_C_TO_STRING_PLAIN;

	puts(fn_check_alloc((void *)json_object_to_json_string_ext(
		o, flags | JSON_C_TO_STRING_NOSLASHESCAPE)));
	json_object_put(o);
	return FN_DONE;
}

/**
 * fn_out_finish - see that all output was written
 * @status: exit status so far
 *
 * A reader that has seen enough (EPIPE) is no error to complain of.
 *
 * Return: exit status.
 */
int fn_out_finish(int status)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return status ?: FN_FAILED;
	return fn_fail("standard output: %s", strerror(errno ?: EIO));
}

/**
 * fn_out_count - a large number for people: three digits and a prefix
 * @buf: where to put it
 * @size: of @buf
 * @value: the number
 *
 * Return: @buf.
 */
const char *fn_out_count(char *buf, size_t size, double value)
{
	static const char *const prefix[] = { "", " k", " M", " G", " T" };
	size_t i = 0;

	while (value >= 999.5 && i + 1 < ARRAY_SIZE(prefix)) {
		value /= 1000;
		i++;
	}
	snprintf(buf, size, "%.*f%s", value < 9.995 ? 2 : value < 99.95, value,
		 prefix[i]);
	return buf;
}

/**
 * fn_out_time - a time for people
 * @buf: where to put it
 * @size: of @buf
 * @ns: nanoseconds
 *
 * Return: @buf.
 */
const char *fn_out_time(char *buf, size_t size, u64 ns)
{
	if (ns < 10000)
		snprintf(buf, size, "%llu ns", (unsigned long long)ns);
	else if (ns < 10000000)
		snprintf(buf, size, "%.1f us", ns / 1e3);
	else if (ns < 10000000000ULL)
		snprintf(buf, size, "%.1f ms", ns / 1e6);
	else
		snprintf(buf, size, "%.1f s", ns / 1e9);
	return buf;
}
