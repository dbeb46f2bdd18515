// SPDX-License-Identifier: GPL-2.0
/*
 * Why a program cannot run somewhere, in a sentence: by the kernel's own word;
 * and for a card that refuses, by the checker's.
 */
#include <string.h>

#include "bench.h"
#include "userspace/check/check.h"
#include "userspace/io/io.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

/**
 * fn_bench_error_begin - listen to what libbpf says from now on
 * @b: run
 */
void fn_bench_error_begin(struct fn_bench *b)
{
	*b->why = '\0';
	fn_said_begin();
}

/**
 * fn_bench_error_kernel - note what the kernel has said
 * @b: run; its @why is set
 * @err: errno, if nothing was said
 */
void fn_bench_error_kernel(struct fn_bench *b, int err)
{
	snprintf(b->why, sizeof(b->why), "%s", fn_said(err));
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
