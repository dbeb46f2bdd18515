// SPDX-License-Identifier: GPL-2.0
/*
 * Ctrl-C and the like: what is going on ends, and all netdevs are given back.
 */
#include <signal.h>

#include "bench.h"
#include "userspace/tool.h"

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = signal;
}

/**
 * fn_bench_stop_catch - from now on signals only ask for an end
 */
void fn_bench_stop_catch(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = stop };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
}

/**
 * fn_bench_stopped - has someone asked for an end?
 *
 * Return: true if so, which has been reported.
 */
bool fn_bench_stopped(void)
{
	static bool said;

	if (stopped && !said)
		fn_fail("stopped by signal %d; programs and netdevs are put back as they were",
			(int)stopped);
	said = stopped;
	return said;
}
