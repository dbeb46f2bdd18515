// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says of a program or map that it does not take: libbpf prints
 * it among other things.
 */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <string.h>

#include "object.h"

/* libbpf has no other way to tell. */
static char message[512];

#define LOG_BEGIN "-- BEGIN PROG LOAD LOG --\n"
#define KERNEL_MESSAGE "Kernel error message: "

static void set_message(const char *text, size_t len)
{
	if (len >= sizeof(message))
		len = sizeof(message) - 1;
	memcpy(message, text, len);
	message[len] = '\0';
}

/* Of a verifier's log: the line before its statistics. */
static void set_from_log(const char *log)
{
	const char *end = strstr(log, "\nprocessed ") ?:
							strstr(log, "\n-- END");
	const char *start = end;

	if (!end)
		return;
	while (start > log && start[-1] != '\n')
		start--;
	if (end > start)
		set_message(start, end - start);
}

static void set_from_libbpf(const char *text)
{
	const char *log = strstr(text, LOG_BEGIN);
	const char *kernel = strstr(text, KERNEL_MESSAGE);

	text += strncmp(text, "libbpf: ", 8) ? 0 : 8;
	if (log)
		set_from_log(log + strlen(LOG_BEGIN));
	else if (kernel)
		set_message(kernel + strlen(KERNEL_MESSAGE),
			    strcspn(kernel + strlen(KERNEL_MESSAGE), "\n"));
	else if (strstr(text, "Retrying without"))
		return;
	else if (!*message) /* the first is the cause */
		set_message(text, strcspn(text, "\n"));
}

static int print_hook(enum libbpf_print_level level, const char *fmt,
		      va_list ap)
{
	char *text;

	if (level > LIBBPF_WARN || vasprintf(&text, fmt, ap) < 0)
		return 0;
	set_from_libbpf(text);
	free(text);
	return 0;
}

/**
 * fn_said_begin - listen to what libbpf says from now on
 */
void fn_said_begin(void)
{
	*message = '\0';
	libbpf_set_print(print_hook);
}

/**
 * fn_said - the cause of what went wrong since then
 * @err: errno, if nothing was said
 *
 * Return: sentence, until the next time.
 */
const char *fn_said(int err)
{
	return *message ? message : strerror(err);
}
