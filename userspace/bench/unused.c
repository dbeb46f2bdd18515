// SPDX-License-Identifier: GPL-2.0
/*
 * Is a netdev free to be measured on? A program that is there would take part in
 * every mode, and addresses would have the stack answer.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <netinet/in.h>
#include <string.h>

#include "bench.h"
#include "userspace/tool.h"

static int has_program(const char *name)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int err = bpf_xdp_query(if_nametoindex(name), 0, &query);

	if (err)
		return fn_fail("%s: which XDP program it has: %s", name,
			       strerror(-err));
	if (query.attach_mode == XDP_ATTACHED_NONE)
		return FN_DONE;
	return fn_fail(
		"%s: an XDP program is attached already, and would be measured with every mode; take it off: ip link set dev %s xdp%s off",
		name, name,
		query.hw_prog_id  ? "offload" :
		query.skb_prog_id ? "generic" :
				    "drv");
}

/* What the kernel gives each netdev by itself is not counted. */
static bool is_assigned(const struct sockaddr *a)
{
	struct sockaddr_in6 six;

	memcpy(&six, a, sizeof(six));
	return IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr);
}

static bool is_address(const struct ifaddrs *a, const char *name)
{
	if (!a->ifa_addr || strcmp(a->ifa_name, name))
		return false;
	if (a->ifa_addr->sa_family == AF_INET6)
		return !is_assigned(a->ifa_addr);
	return a->ifa_addr->sa_family == AF_INET;
}

static int has_address(const char *name)
{
	struct ifaddrs *all = NULL, *a;

	if (getifaddrs(&all))
		return fn_fail("%s: addresses: %s", name, strerror(errno));
	for (a = all; a && !is_address(a, name);)
		a = a->ifa_next;
	freeifaddrs(all);
	if (!a)
		return FN_DONE;
	return fn_fail(
		"%s: it has an IP address, and packets would be answered; a port and cable without addresses are expected (ip address flush dev %s)",
		name, name);
}

/**
 * fn_dev_check_unused - see that nobody else uses a netdev
 * @name: of the netdev
 *
 * Return: exit status; an error has been reported.
 */
int fn_dev_check_unused(const char *name)
{
	return has_program(name) ?: has_address(name);
}
