// SPDX-License-Identifier: GPL-2.0
/* tcf_exts_hw_stats_update() has its figures in a struct (6.4). */
#include <net/pkt_cls.h>

void fn_feature(struct tcf_exts *exts, struct flow_stats *stats)
{
	tcf_exts_hw_stats_update(exts, stats, false);
}
