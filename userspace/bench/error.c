// SPDX-License-Identifier: GPL-2.0
/*
 * Why a program cannot run somewhere, in a sentence: by the kernel's own word,
 * which libbpf prints among others; and for a card that refuses, by the checker's.
 */
#define _GNU_SOURCE
#include <string.h>

#include "bench.h"
#include "userspace/check/check.h"
#include "userspace/io/io.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

/* libbpf has no other way to tell. */
static char message[FN_BENCH_ERROR_SIZE];

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
 * fn_bench_error_begin - listen to what libbpf says from now on
 * @b: run
 */
void fn_bench_error_begin(struct fn_bench *b)
{
	*message = '\0';
	*b->why = '\0';
	libbpf_set_print(print_hook);
}

/**
 * fn_bench_error_kernel - note what the kernel has said
 * @b: run; its @why is set
 * @err: errno, if nothing was said
 */
void fn_bench_error_kernel(struct fn_bench *b, int err)
{
	snprintf(b->why, sizeof(b->why), "%s",
		 *message ? message : strerror(err));
}

static void format_reason(struct fn_bench *b, const struct fn_check_result *j)
{
	u32 more = j->reasons.n + j->reasons.more - 1;
	const struct fn_reason *r = &j->reasons.r[0];
	int n = 0;

	if (r->insn != FN_ORIGIN_NONE)
		n = snprintf(b->why, sizeof(b->why), "insn %u: ", r->insn);
	snprintf(b->why + n, sizeof(b->why) - n,
		 more ? "%s (and %u more; see flownic check)" : "%s", r->text,
		 more);
}

/**
 * fn_bench_error_card - note why the card refuses, as flownic check tells it
 * @b: run, with its program; @why stays as it is if nothing is found
 *
 * The kernel refuses some maps without a word.
 */
void fn_bench_error_card(struct fn_bench *b)
{
	struct fn_check_result j;
	const struct fn_program *p;
	struct fn_object o;
	size_t size;
	u8 *data;

	if (fn_file_read(b->o.path, &data, &size))
		return;
	fn_options.profile = b->profile;
	if (!fn_object_open(&o, data, size)) {
		p = fn_program_find(&o, bpf_program__name(b->program));
		if (p && !fn_check_program(&o, p, &j)) {
			if (j.reasons.n)
				format_reason(b, &j);
			fn_check_result_free(&j);
		}
	}
	fn_object_close(&o);
	free(data);
}
