// SPDX-License-Identifier: GPL-2.0
/* rtnl_link_ops.newlink has its arguments in a struct (6.15). */
#include <net/rtnetlink.h>

struct nlattr **fn_feature(struct rtnl_newlink_params *params)
{
	return params->tb;
}
