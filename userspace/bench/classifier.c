// SPDX-License-Identifier: GPL-2.0
/*
 * Classifiers: what tc has instead of XDP's modes. Generic is a filter of a clsact
 * qdisc in the kernel, on skbs; offloaded, the same filter on the card alone.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>

#include "bench.h"
#include "userspace/load/load.h"

static bool has_mode(enum fn_bench_mode mode)
{
	return mode != FN_BENCH_NATIVE && mode != FN_BENCH_VETH_NATIVE;
}

/* With all that is on it, if nobody else has put it there. */
static void remove_qdisc(struct fn_bench *b, u32 ifindex)
{
	struct bpf_tc_hook hook = {
		.sz = sizeof(hook),
		.ifindex = ifindex,
		.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS,
	};

	if (b->qdisc)
		bpf_tc_hook_destroy(&hook);
	b->qdisc = false;
}

static void make_qdisc(struct fn_bench *b, u32 ifindex)
{
	struct bpf_tc_hook hook = {
		.sz = sizeof(hook),
		.ifindex = ifindex,
		.attach_point = BPF_TC_INGRESS,
	};

	b->qdisc = !bpf_tc_hook_create(&hook);
}

/**
 * fn_bench_filter - attach the classifier that is loaded
 * @b: run; on failure @why says why
 * @mode: FN_BENCH_GENERIC or FN_BENCH_OFFLOAD, or the like of veth
 * @ifindex: where
 *
 * Return: FN_DONE or -1
 */
int fn_bench_filter(struct fn_bench *b, enum fn_bench_mode mode, u32 ifindex)
{
	if (!has_mode(mode)) {
		snprintf(b->why, sizeof(b->why),
			 "a classifier runs on skbs or on the card");
		return -1;
	}
	fn_bench_error_begin(b);
	make_qdisc(b, ifindex);
	if (!fn_ingress_add(ifindex, b->program, mode == FN_BENCH_OFFLOAD,
			    b->why, sizeof(b->why)))
		return FN_DONE;
	remove_qdisc(b, ifindex);
	return -1;
}

/**
 * fn_bench_unfilter - undo fn_bench_filter()
 * @b: run
 * @ifindex: where
 */
void fn_bench_unfilter(struct fn_bench *b, u32 ifindex)
{
	fn_ingress_detach(ifindex, fn_ingress_id(ifindex));
	remove_qdisc(b, ifindex);
}

/**
 * fn_bench_cls_verdict - what a classifier's verdict comes down to
 * @code: TC_ACT_*
 *
 * Return: enum xdp_action
 */
u32 fn_bench_cls_verdict(u32 code)
{
	switch (code) {
	case TC_ACT_SHOT:
	case TC_ACT_STOLEN:
		return XDP_DROP;
	case TC_ACT_REDIRECT:
		return XDP_REDIRECT;
	}
	return XDP_PASS;
}
