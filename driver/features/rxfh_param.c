// SPDX-License-Identifier: GPL-2.0
/* Receive side scaling has its arguments in a struct (6.8). */
#include <linux/ethtool.h>

u8 fn_feature(const struct ethtool_rxfh_param *p)
{
	return p->hfunc;
}
