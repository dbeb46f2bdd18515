// SPDX-License-Identifier: GPL-2.0
#include <net/devlink.h>

int probe(struct devlink *devlink, union devlink_param_value *value);

int probe(struct devlink *devlink, union devlink_param_value *value)
{
	return devl_param_driverinit_value_get(devlink, 0, value);
}
