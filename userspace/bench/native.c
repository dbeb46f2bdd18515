// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that are too long for BPF_PROG_TEST_RUN: what must become of them is what
 * the port's driver counts when they come one by one in native mode, where the
 * kernel runs the program on the whole frame.
 */
#include <linux/bpf.h>

#include "bench.h"
#include "userspace/live/live.h"
#include "userspace/tool.h"

#define TRIES 500

static const char *const counter[FN_VERDICTS] = {
	[XDP_ABORTED] = "_xdp_aborted",	  [XDP_DROP] = "_xdp_drop",
	[XDP_PASS] = "_xdp_pass",	  [XDP_TX] = "_xdp_tx",
	[XDP_REDIRECT] = "_xdp_redirect",
};

static int read_tally(const struct fn_bench *b, struct fn_bench_tally *t)
{
	struct fn_counters c;
	int status = fn_dev_counters(b->port.near->name, &c);
	u32 i;

	*t = (struct fn_bench_tally){};
	for (i = 0; i < FN_VERDICTS; i++) {
		t->v[i] = fn_bench_queues(&c, "rx", counter[i]);
		t->n += t->v[i];
	}
	fn_counters_free(&c);
	return status;
}

static u32 verdict(const struct fn_bench_tally *before,
		   const struct fn_bench_tally *now)
{
	u32 i;

	for (i = 0; i < FN_VERDICTS - 1; i++)
		if (now->v[i] != before->v[i])
			break;
	return i;
}

static int find_verdict(struct fn_bench *b, u32 frame)
{
	struct fn_bench_tally before, now;
	int status = read_tally(b, &before), tries;

	if (!status)
		status = fn_bench_send_one(b, &b->port, frame);
	for (tries = 0; tries < TRIES && !status; tries++) {
		fn_bench_pause();
		if (fn_bench_stopped())
			return FN_FAILED;
		status = read_tally(b, &now);
		if (status || now.n == before.n)
			continue;
		b->frames[frame].verdict = verdict(&before, &now);
		return FN_DONE;
	}
	return status ?:
			fn_fail("native: frame %u of %u bytes was lost", frame,
				b->frames[frame].len);
}

static int find_verdicts(struct fn_bench *b)
{
	int status = FN_DONE;
	u32 i;

	for (i = 0; i < b->nframes && !status; i++)
		if (fn_bench_too_long(&b->frames[i]))
			status = find_verdict(b, i);
	return status;
}

/**
 * fn_bench_native_verdicts - find out what must become of long frames
 * @b: run; the program is loaded for the kernel
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_native_verdicts(struct fn_bench *b)
{
	int status;

	if (!b->port.near)
		return fn_fail(
			"frames of more than %u bytes, which BPF_PROG_TEST_RUN does not take: say by --verdicts what becomes of them (flownic sim --verdicts writes such a file), or measure native mode, too",
			FN_BENCH_TEST_MAX);
	status = fn_bench_attach(b, FN_BENCH_NATIVE, &b->port);
	if (status)
		return fn_fail(
			"%s: native mode, which has to tell what becomes of frames of more than %u bytes: %s",
			b->o.path, FN_BENCH_TEST_MAX, b->why);
	status = find_verdicts(b);
	fn_bench_detach(b, FN_BENCH_NATIVE, &b->port);
	return status;
}
