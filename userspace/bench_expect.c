// SPDX-License-Identifier: GPL-2.0
/*
 * What must become of each frame: the kernel's own BPF is asked, by
 * BPF_PROG_TEST_RUN, or a file tells, as flownic sim --verdicts writes it.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "bench.h"
#include "sim.h"

/**
 * fn_bench_test_run - have the kernel run the program on a frame, once
 * @b: run; the program is loaded
 * @f: the frame
 * @verdict: answer
 * @ns: time that it took, with that of reading the clock
 *
 * Not several times at once: the kernel would run the program again on what it
 * has made of the frame.
 *
 * Return: exit status; an error has been said.
 */
int fn_bench_test_run(struct fn_bench *b, const struct fn_bench_frame *f,
		      u32 *verdict, u32 *ns)
{
	static u8 out[65536];
	struct xdp_md ctx = {
		.data_end = f->len,
		.ingress_ifindex = b->port.near ? b->port.near->ifindex : 1,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = f->data,
		    .data_size_in = f->len, .data_out = out,
		    .data_size_out = sizeof(out), .ctx_in = &ctx,
		    .ctx_size_in = sizeof(ctx));
	int err = bpf_prog_test_run_opts(bpf_program__fd(b->program), &opts);

	if (err)
		return fn_fail("%s: BPF_PROG_TEST_RUN: %s", b->o.path,
			       strerror(-err));
	/* The kernel drops what comes back with a verdict it does not know. */
	*verdict = opts.retval < FN_BENCH_VERDICTS ? opts.retval : XDP_ABORTED;
	*ns = opts.duration;
	return FN_DONE;
}

/**
 * fn_bench_too_long - is a frame too long for BPF_PROG_TEST_RUN?
 * @f: the frame
 */
bool fn_bench_too_long(const struct fn_bench_frame *f)
{
	return f->len > FN_BENCH_TEST_MAX;
}

static int ask_all(struct fn_bench *b)
{
	int status = FN_DONE;
	bool some = false;
	u32 i, ns;

	for (i = 0; i < b->nframes && !status; i++) {
		struct fn_bench_frame *f = &b->frames[i];

		if (fn_bench_stopped())
			return FN_FAILED;
		if (fn_bench_too_long(f))
			some = true;
		else
			status = fn_bench_test_run(b, f, &f->verdict, &ns);
	}
	return status ?: some ? fn_bench_native_verdicts(b) : FN_DONE;
}

static int ask(struct fn_bench *b)
{
	int status = fn_bench_load(b, 0);

	if (status < 0)
		status = fn_fail("%s: the kernel does not take it: %s",
				 b->o.path, b->why);
	if (!status)
		status = ask_all(b);
	fn_bench_unload(b);
	return status;
}

static int find_verdict(const char *name)
{
	int i;

	for (i = 0; i < FN_BENCH_VERDICTS; i++)
		if (!strcmp(fn_sim_verdict_name[i], name))
			return i;
	return -1;
}

static int read_verdicts(struct fn_bench *b)
{
	FILE *f = fopen(b->o.verdicts, "r");
	char name[32];
	u32 n = 0;
	int v = 0;

	if (!f)
		return fn_fail("%s: %s", b->o.verdicts, strerror(errno));
	while (n < b->nframes && v >= 0 &&
	       fscanf(f, "%*u %31s %*u", name) == 1) {
		v = find_verdict(name);
		b->frames[n++].verdict = v;
	}
	fclose(f);
	if (v < 0)
		return fn_fail("%s: line %u: \"%s\" is no verdict",
			       b->o.verdicts, n, name);
	if (n < b->nframes)
		return fn_fail("%s: %u lines for %u frames", b->o.verdicts, n,
			       b->nframes);
	return FN_DONE;
}

/**
 * fn_bench_expect - find out what must become of each frame
 * @b: run, with its frames and paths
 *
 * Return: exit status; an error has been said.
 */
int fn_bench_expect(struct fn_bench *b)
{
	return b->o.verdicts ? read_verdicts(b) : ask(b);
}
