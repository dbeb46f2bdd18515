/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TAP for unit tests: each check prints a line, and what it compared if that
 * was not as expected.
 */
#ifndef FN_TAP_H
#define FN_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_n;
static int tap_failed;

static inline __attribute__((format(printf, 2, 3))) bool
ok(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tap_n);
	tap_failed += !good;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	return good;
}

static inline __attribute__((format(printf, 1, 2))) void diag(const char *fmt,
							      ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static inline bool is_u64(unsigned long long got, unsigned long long want,
			  const char *what)
{
	if (ok(got == want, "%s", what))
		return true;
	diag("got      0x%llx (%lld)", got, (long long)got);
	diag("expected 0x%llx (%lld)", want, (long long)want);
	return false;
}

static inline bool is_str(const char *got, const char *want, const char *what)
{
	if (ok(!strcmp(got, want), "%s", what))
		return true;
	diag("got      '%s'", got);
	diag("expected '%s'", want);
	return false;
}

static inline bool has_str(const char *got, const char *part, const char *what)
{
	if (ok(strstr(got, part), "%s", what))
		return true;
	diag("got      '%s'", got);
	diag("expected '… %s …'", part);
	return false;
}

static inline void skip(const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_n, what, why);
}

/* Ends main(). */
static inline int done_testing(void)
{
	printf("1..%d\n", tap_n);
	return tap_failed ? 1 : 0;
}

#endif /* FN_TAP_H */
