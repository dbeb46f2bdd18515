// SPDX-License-Identifier: GPL-2.0
/* The driver tells its name by itself (until 6.2). */
#include <net/devlink.h>

int fn_feature(struct devlink_info_req *req)
{
	return devlink_info_driver_name_put(req, "name");
}
