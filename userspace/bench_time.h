/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPU time of threads of the kernel.
 */
#ifndef FN_BENCH_TIME_H
#define FN_BENCH_TIME_H

#include <time.h>

#include "offload/platform.h"

#define FN_BENCH_THREADS 32

/**
 * struct fn_bench_threads - threads whose time is of interest
 * @n: how many
 * @clock: of each
 */
struct fn_bench_threads {
	u32 n;
	clockid_t clock[FN_BENCH_THREADS];
};

/* bench_time.c */
u32 fn_bench_threads(struct fn_bench_threads *t, const char *prefix);
u64 fn_bench_threads_time(const struct fn_bench_threads *t);

#endif /* FN_BENCH_TIME_H */
