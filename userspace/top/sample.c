// SPDX-License-Identifier: GPL-2.0
/*
 * All that the module tells, and how busy the host is, at one time.
 */
#include <string.h>
#include <time.h>

#include "top.h"

static const u8 command[FN_TOP_KINDS] = {
	[FN_TOP_CARD] = FLOWNIC_CMD_CARD_GET,
	[FN_TOP_PORT] = FLOWNIC_CMD_PORT_GET,
	[FN_TOP_PROG] = FLOWNIC_CMD_PROG_GET,
	[FN_TOP_MAP] = FLOWNIC_CMD_MAP_GET,
	[FN_TOP_WORKER] = FLOWNIC_CMD_WORKER_GET,
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* user nice system idle iowait irq softirq steal */
static void read_cpus(struct fn_top_sample *s)
{
	FILE *from = fopen("/proc/stat", "r");
	unsigned long long v[8] = {};
	int i, n = 0;

	if (from)
		n = fscanf(from, "cpu %llu %llu %llu %llu %llu %llu %llu %llu",
			   &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6],
			   &v[7]);
	for (i = 0; i < n; i++) {
		s->cpu_all += v[i];
		s->cpu_busy += i == 3 || i == 4 ? 0 : v[i];
	}
	if (from)
		fclose(from);
}

/**
 * fn_top_sample - ask the module
 * @s: to fill in; fn_top_sample_free() is due whatever the result
 *
 * Return: exit status; an error has been reported.
 */
int fn_top_sample(struct fn_top_sample *s)
{
	int status = FN_DONE;
	char hidden[160];
	u32 k;

	memset(s, 0, sizeof(*s));
	for (k = 0; k < FN_TOP_KINDS && !status; k++)
		status = fn_info_get_shown(command[k], &s->things[k], hidden,
					   sizeof(hidden));
	s->time = now();
	read_cpus(s);
	return status;
}

/**
 * fn_top_sample_free - undo fn_top_sample()
 * @s: sample
 */
void fn_top_sample_free(struct fn_top_sample *s)
{
	u32 k;

	for (k = 0; k < FN_TOP_KINDS; k++)
		fn_info_free(s->things[k]);
	memset(s, 0, sizeof(*s));
}
