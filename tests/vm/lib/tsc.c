// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the rate of the time stamp counter in kHz. An emulated CPU shows the
 * host's counter, and a guest that measures it on a busy host goes wrong.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void)
{
	unsigned long long ticks;
	long long start, span;

	start = now();
	ticks = __rdtsc();
	do {
		span = now() - start;
	} while (span < 20000000);
	ticks = __rdtsc() - ticks;
	printf("%llu\n", ticks * 1000000 / span);
	return 0;
}
