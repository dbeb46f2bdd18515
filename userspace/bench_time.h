/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPU time of threads of the kernel.
 */
#ifndef FN_BENCH_TIME_H
#define FN_BENCH_TIME_H

#include <time.h>

#include "offload/platform.h"

#define FN_BENCH_THREADS 32

/* Of all that receives and emulates; the sender has one more. */
#define FN_BENCH_PRIORITY 1

/**
 * struct fn_bench_threads - threads whose time is of interest
 * @n: how many
 * @pid: of each
 * @clock: of each
 */
struct fn_bench_threads {
	u32 n;
	int pid[FN_BENCH_THREADS];
	clockid_t clock[FN_BENCH_THREADS];
};

/* bench_time.c */
u32 fn_bench_threads(struct fn_bench_threads *t, const char *prefix);
void fn_bench_threads_release(struct fn_bench_threads *t);
u64 fn_bench_threads_time(const struct fn_bench_threads *t);

#endif /* FN_BENCH_TIME_H */
