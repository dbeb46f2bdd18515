// SPDX-License-Identifier: GPL-2.0
/*
 * flownic bench: what packets cost the host in each mode, and the modelled card.
 *
 * The sender runs above all else, so that a burst is on the cable before anyone
 * takes a packet of it; then it sleeps until all is done. On a machine with one
 * CPU whose clock counts instructions every round is thus like the other.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "userspace/tool.h"

static void take_precedence(void)
{
	struct sched_param param = { .sched_priority = FN_BENCH_PRIORITY + 1 };

	sched_setscheduler(0, SCHED_FIFO, &param);
}

static int run(struct fn_bench *b)
{
	struct fn_bench_result r[FN_BENCH_MODES] = {};
	int status;
	u32 mode;

	take_precedence();
	status = fn_bench_expect(b);
	for (mode = 0; mode < FN_BENCH_MODES && !status; mode++)
		if (fn_bench_stopped())
			status = FN_FAILED;
		else if (b->o.modes & 1u << mode)
			status = fn_bench_measure(b, mode, &r[mode]);
	return status ?: fn_bench_out(b, r);
}

/**
 * fn_bench - flownic bench
 * @argc: words, the first of which is the verb
 * @argv: the words
 *
 * Return: exit status.
 */
int fn_bench(int argc, char **argv)
{
	struct fn_bench b = {};
	int status = fn_bench_options(&b.o, argc, argv);
	u32 i;

	if (status)
		return status;
	if (geteuid())
		status = fn_fail(
			"not permitted: bench loads programs and changes netdevs, try as root");
	fn_bench_stop_catch();
	/* What libbpf has to say beside is not for the user. */
	fn_bench_error_begin(&b);
	if (!status)
		status = fn_bench_frames(&b);
	if (!status)
		status = fn_bench_paths(&b);
	if (!status)
		status = run(&b);
	fn_bench_paths_close(&b);
	fn_bench_frames_free(&b);
	for (i = 0; i < b.o.nmaps; i++)
		free(b.o.maps[i].name);
	return status;
}
