// SPDX-License-Identifier: GPL-2.0
/*
 * flownic unload: what flownic load has left, whole or not.
 */
#include <string.h>

#include "load.h"
#include "userspace/tool.h"

static int read_words(struct fn_args *args, const char **dev, const char **pin)
{
	int status = fn_args_take_value(args, "dev", dev);

	if (!status)
		status = fn_args_take_value(args, "pin", pin);
	if (!status && args->n)
		status = fn_usage(
			"unload: \"%s\" is not expected here; known: dev, pin",
			args->v[0]);
	return status;
}

/**
 * fn_unload - flownic unload dev PORT [pin DIR]
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_unload(struct fn_args *args)
{
	const char *dev = NULL, *pin = NULL;
	int status = read_words(args, &dev, &pin);
	u32 ifindex;

	if (!status)
		status = fn_load_dev(dev, &ifindex);
	if (status)
		return status;
	pin = pin ?: fn_load_default_pin(dev);
	if (!fn_pins_remove_port(pin, dev, ifindex))
		return fn_fail(
			"%s has no program of flownic load; where it was loaded with pin DIR, give that; others: ip link set dev %s xdpoffload off",
			pin, dev);
	return FN_DONE;
}
