// SPDX-License-Identifier: GPL-2.0
/*
 * The driver of the platform devices that cards are. It has nothing to do:
 * whoever makes a card makes its device. But devlink wants a device that a
 * driver is bound to.
 */

#include "flownic.h"

static struct platform_driver fn_device_driver = {
	.driver = {
		.name = FN_DRIVER_NAME,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
		.suppress_bind_attrs = true,
	},
};

/* To be there before the first card, and until the last one is gone. */
int fn_device_init(void)
{
	return platform_driver_register(&fn_device_driver);
}

void fn_device_exit(void)
{
	platform_driver_unregister(&fn_device_driver);
}
