// SPDX-License-Identifier: GPL-2.0
/*
 * The program alone, as BPF_PROG_TEST_RUN times it: on each frame several times,
 * of which the median counts. The time to read the clock is in it; compare with
 * that of a program that does nothing.
 */
#include <string.h>

#include "bench.h"
#include "userspace/tool.h"

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static int time_frame(struct fn_bench *b, const struct fn_bench_frame *f,
		      u32 *times, double *median)
{
	u32 n = b->o.rounds, i, verdict;
	int status = FN_DONE;

	for (i = 0; i < n && !status && !fn_bench_stopped(); i++)
		status = fn_bench_test_run(b, f, &verdict, &times[i]);
	if (fn_bench_stopped())
		return FN_FAILED;
	if (!status && verdict != f->verdict)
		return fn_fail(
			"run: a frame of %u bytes came to another verdict than before",
			f->len);
	qsort(times, n, sizeof(*times), compare);
	*median = times[n / 2];
	return status;
}

static bool fits(struct fn_bench *b)
{
	u32 i;

	for (i = 0; i < b->nframes; i++)
		if (fn_bench_too_long(&b->frames[i]))
			break;
	snprintf(b->why, sizeof(b->why),
		 "BPF_PROG_TEST_RUN takes frames of up to %u bytes",
		 FN_BENCH_TEST_MAX);
	return i == b->nframes;
}

/**
 * fn_bench_run - time the program alone
 * @b: run; the program is loaded
 * @r: answer
 *
 * Return: exit status; an error has been reported. -1 if frames are too long for it.
 */
int fn_bench_run(struct fn_bench *b, struct fn_bench_result *r)
{
	double sum = 0, median = 0;
	int status = FN_DONE;
	u32 *times, i;

	if (!fits(b))
		return -1;
	times = fn_check_alloc(calloc(b->o.rounds, sizeof(*times)));

	for (i = 0; i < b->nframes && !status; i++) {
		status = time_frame(b, &b->frames[i], times, &median);
		sum += median;
	}
	free(times);
	r->host = sum / b->nframes;
	r->packets = (u64)b->nframes * b->o.rounds;
	r->bytes = (double)b->bytes / b->nframes;
	fn_bench_tally(b, r->packets, r->mode, &r->tally);
	return status;
}
