// SPDX-License-Identifier: GPL-2.0
/*
 * What must become of each frame: the kernel's own BPF is asked, by
 * BPF_PROG_TEST_RUN, or a file tells, as flownic sim --verdicts writes it.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "bench.h"
#include "userspace/tool.h"

static int run_all_frames(struct fn_bench *b)
{
	int status = FN_DONE;
	bool some = false;
	u32 i, ns;

	for (i = 0; i < b->nframes && !status; i++) {
		struct fn_bench_frame *f = &b->frames[i];

		if (fn_bench_stopped())
			return FN_FAILED;
		if (fn_bench_too_long(f))
			some = true;
		else
			status = fn_bench_test_run(b, f, &f->verdict, &ns);
	}
	return status ?: some ? fn_bench_native_verdicts(b) : FN_DONE;
}

static int verdicts_from_kernel(struct fn_bench *b)
{
	int status = fn_bench_load(b, 0);

	if (status < 0)
		status = fn_fail("%s: the kernel does not take it: %s",
				 b->o.path, b->why);
	if (!status)
		status = run_all_frames(b);
	fn_bench_unload(b);
	return status;
}

static int find_verdict(const char *name)
{
	int i;

	for (i = 0; i < FN_VERDICTS; i++)
		if (!strcmp(fn_verdict_name[i], name))
			return i;
	return -1;
}

static int verdicts_from_file(struct fn_bench *b)
{
	FILE *f = fopen(b->o.verdicts, "r");
	char name[32];
	u32 n = 0;
	int v = 0;

	if (!f)
		return fn_fail("%s: %s", b->o.verdicts, strerror(errno));
	while (n < b->nframes && v >= 0 &&
	       fscanf(f, "%*u %31s %*u", name) == 1) {
		v = find_verdict(name);
		b->frames[n++].verdict = v;
	}
	fclose(f);
	if (v < 0)
		return fn_fail("%s: line %u: \"%s\" is no verdict",
			       b->o.verdicts, n, name);
	if (n < b->nframes)
		return fn_fail("%s: %u lines for %u frames", b->o.verdicts, n,
			       b->nframes);
	return FN_DONE;
}

/**
 * fn_bench_expect - find out what must become of each frame
 * @b: run, with its frames and paths
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_expect(struct fn_bench *b)
{
	return b->o.verdicts ? verdicts_from_file(b) : verdicts_from_kernel(b);
}
