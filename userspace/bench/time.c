// SPDX-License-Identifier: GPL-2.0
/*
 * CPU time of the kernel's threads that receive for the host, and of those that
 * emulate the card: this is how both are told apart on one CPU.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static bool name_matches(const char *pid, const char *prefix)
{
	char path[300], name[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	return !strncmp(name, prefix, strlen(prefix));
}

static void add(struct fn_bench_threads *t, const char *pid)
{
	struct sched_param param = { .sched_priority = FN_BENCH_PRIORITY };

	if (t->n == FN_BENCH_THREADS)
		return;
	/*
	 * None interrupts the other, neither by waking up nor when a timer
	 * finds that its time has come: batches would break up by chance.
	 */
	t->pid[t->n] = atoi(pid);
	sched_setscheduler(t->pid[t->n], SCHED_FIFO, &param);
	if (!clock_getcpuclockid(t->pid[t->n], &t->clock[t->n]))
		t->n++;
}

/**
 * fn_bench_threads - find threads by their names
 * @t: to add them to
 * @prefix: that their names have
 *
 * Return: how many @t has now.
 */
u32 fn_bench_threads(struct fn_bench_threads *t, const char *prefix)
{
	DIR *proc = opendir("/proc");
	const struct dirent *e;

	while (proc && (e = readdir(proc)))
		if (*e->d_name >= '0' && *e->d_name <= '9' &&
		    name_matches(e->d_name, prefix))
			add(t, e->d_name);
	if (proc)
		closedir(proc);
	return t->n;
}

/**
 * fn_bench_threads_time - what they have used
 * @t: threads
 *
 * Return: nanoseconds, or instructions where the clock counts these.
 */
u64 fn_bench_threads_time(const struct fn_bench_threads *t)
{
	struct timespec ts;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < t->n; i++)
		if (!clock_gettime(t->clock[i], &ts))
			sum += ts.tv_sec * 1000000000ull + ts.tv_nsec;
	return sum;
}

/**
 * fn_bench_threads_release - let threads be scheduled like others again
 * @t: threads
 */
void fn_bench_threads_release(struct fn_bench_threads *t)
{
	struct sched_param param = {};

	while (t->n)
		sched_setscheduler(t->pid[--t->n], SCHED_OTHER, &param);
}
