// SPDX-License-Identifier: GPL-2.0
/*
 * flownic cable: a cable between two ports, or off again.
 */
#include <string.h>

#include "live.h"
#include "userspace/tool.h"

/* A netdev of the caller's own namespace comes before one of another. */
static const struct fn_info *find(const struct fn_info *ports, const char *name)
{
	const struct fn_info *found = NULL;

	for (; ports; ports = ports->next) {
		if (!fn_info_has(ports, FLOWNIC_A_IFNAME) ||
		    strcmp(ports->str[FLOWNIC_A_IFNAME], name))
			continue;
		if (!fn_info_has(ports, FLOWNIC_A_NETNS))
			return ports;
		if (found) {
			fn_fail("two ports in other namespaces have the name %s: rename one",
				name);
			return NULL;
		}
		found = ports;
	}
	if (!found)
		fn_fail("there is no port %s: flownic show port lists them",
			name);
	return found;
}

/* @b: where the cable of @a goes, or NULL to take it off */
static int put(const struct fn_info *a, const struct fn_info *b)
{
	const u32 attrs[] = { FLOWNIC_A_CARD, FLOWNIC_A_PORT,
			      FLOWNIC_A_FAR_CARD, FLOWNIC_A_FAR_PORT };
	const u32 values[] = { a->num[FLOWNIC_A_CARD], a->num[FLOWNIC_A_PORT],
			       b ? b->num[FLOWNIC_A_CARD] : 0,
			       b ? b->num[FLOWNIC_A_PORT] : 0 };

	return fn_nl_request(FLOWNIC_CMD_CABLE_SET, attrs, values, b ? 4 : 2,
			     NULL, NULL);
}

static int set(const struct fn_info *ports, const char *from, const char *to)
{
	const struct fn_info *a = find(ports, from), *b;

	if (!a)
		return FN_FAILED;
	if (!strcmp(to, "off"))
		return put(a, NULL);
	b = find(ports, to);
	return b ? put(a, b) : FN_FAILED;
}

/**
 * fn_cable - flownic cable PORT PORT|off
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_cable(struct fn_args *args)
{
	const char *from = fn_args_next(args);
	const char *to = fn_args_next(args);
	const char *word;
	struct fn_info *ports;
	int status;

	if (!from || !to)
		return fn_usage(
			"two ports are needed: flownic cable fn0p0 fn1p0, or flownic cable fn0p0 off");
	word = fn_args_next(args);
	if (word)
		return fn_usage("\"%s\" is not expected here", word);
	status = fn_info_get(FLOWNIC_CMD_PORT_GET, &ports);
	if (!status)
		status = set(ports, from, to);
	fn_info_free(ports);
	return status;
}
