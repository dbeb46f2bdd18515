// SPDX-License-Identifier: GPL-2.0
/* A generic netlink dump has a struct genl_info (6.6). */
#include <net/genetlink.h>

const struct genl_info *fn_feature(struct netlink_callback *cb)
{
	return genl_info_dump(cb);
}
