// SPDX-License-Identifier: GPL-2.0
/* ethtool's time stamping has a struct of the kernel's own (6.11). */
#include <linux/ethtool.h>

void fn_feature(struct kernel_ethtool_ts_info *info)
{
	info->phc_index = -1;
}
