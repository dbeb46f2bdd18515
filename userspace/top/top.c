// SPDX-License-Identifier: GPL-2.0
/*
 * flownic top: the cards of this machine on a screen, again each second.
 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "top.h"

static void sleep_seconds(double seconds)
{
	struct timespec ts = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - (long)seconds) * 1e9,
	};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static void print_screen(const struct fn_top *t, const struct fn_top_view *v)
{
	struct fn_top_lines l = {};
	u32 i;

	fn_top_screen(t, v, &l);
	for (i = 0; i < l.n; i++) {
		size_t len = strlen(l.text[i]);

		while (len && l.text[i][len - 1] == ' ')
			len--;
		printf("%.*s\n", (int)len, l.text[i]);
	}
	fn_top_lines_free(&l);
}

/* Rates need two looks. */
static int print_times(struct fn_top *t, const struct fn_top_view *v, u32 times)
{
	int status = fn_top_update(t);

	while (!status && times--) {
		sleep_seconds(v->interval);
		status = fn_top_update(t);
		if (!status && fn_options.json)
			fn_out_json(fn_top_json(t));
		else if (!status)
			print_screen(t, v);
		if (fflush(stdout))
			break;
	}
	return status;
}

static int parse_interval(const char *text, double *seconds)
{
	char *end;

	if (!text)
		return FN_DONE;
	*seconds = strtod(text, &end);
	if (*end || !(*seconds >= .1 && *seconds <= 3600))
		return fn_usage("interval %s: 0.1 to 3600 seconds are expected",
				text);
	return FN_DONE;
}

static int parse(struct fn_args *args, struct fn_top_view *v, u32 *times)
{
	const char *interval = NULL, *count = NULL;

	if (fn_args_take_value(args, "interval", &interval) ||
	    fn_args_take_value(args, "count", &count) ||
	    fn_args_take_value(args, "object", &v->object) ||
	    parse_interval(interval, &v->interval) ||
	    (count && fn_number("count", count, times)))
		return FN_USAGE;
	if (args->n)
		return fn_usage(
			"top: \"%s\" is not expected here; known: interval, count, object",
			args->v[0]);
	return FN_DONE;
}

static bool has_utf8(void)
{
	setlocale(LC_CTYPE, "");
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/**
 * fn_top - flownic top [--once] [interval SECONDS] [count N] [object FILE.o]
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_top(struct fn_args *args)
{
	struct fn_top_view v = { .interval = 1, .by_rate = true };
	struct fn_top t = {};
	u32 times = 0;
	int status = parse(args, &v, &times);

	if (status)
		return status;
	v.utf8 = has_utf8();
	if (fn_options.once)
		times = 1;
	else if (fn_options.json && !times)
		times = ~0u;
	if (times) {
		v.chosen = ~0u;
		status = print_times(&t, &v, times);
	} else if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		status = fn_usage(
			"top: the standard output is no terminal; --once or --json prints figures");
	} else {
		status = fn_top_tty(&t, &v);
	}
	fn_top_free(&t);
	return status;
}
