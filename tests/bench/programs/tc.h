/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before an XDP program that is to be a classifier of tc: the context's
 * members that it uses have the same names, and so get its verdicts.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#define xdp_md __sk_buff
#define XDP_DROP TC_ACT_SHOT
#define XDP_PASS TC_ACT_OK
