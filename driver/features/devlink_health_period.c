// SPDX-License-Identifier: GPL-2.0
/* The period of grace is an operation, not an argument (6.18). */
#include <net/devlink.h>

const struct devlink_health_reporter_ops fn_feature = {
	.default_graceful_period = 1,
};
