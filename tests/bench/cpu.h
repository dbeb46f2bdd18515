/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread's own time, in which a busy machine does not count.
 */
#ifndef CPU_H
#define CPU_H

#include <time.h>

/* Nanoseconds that this thread has run. */
static inline double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

#endif /* CPU_H */
