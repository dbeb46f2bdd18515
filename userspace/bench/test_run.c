// SPDX-License-Identifier: GPL-2.0
/*
 * A frame through the program by BPF_PROG_TEST_RUN.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "bench.h"
#include "userspace/tool.h"

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
 * Return: exit status; an error has been reported.
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
		    .data_size_out = sizeof(out));
	int err;

	if (!b->classifier) {
		opts.ctx_in = &ctx;
		opts.ctx_size_in = sizeof(ctx);
	}
	err = bpf_prog_test_run_opts(bpf_program__fd(b->program), &opts);
	if (err)
		return fn_fail("%s: BPF_PROG_TEST_RUN: %s", b->o.path,
			       strerror(-err));
	/* The kernel drops what comes back with a verdict it does not know. */
	if (b->classifier)
		*verdict = fn_bench_cls_verdict(opts.retval);
	else
		*verdict = opts.retval < FN_VERDICTS ? opts.retval :
						       XDP_ABORTED;
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
