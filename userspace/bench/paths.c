// SPDX-License-Identifier: GPL-2.0
/*
 * The ways that packets take: over a cable to a port of the card, and through a
 * pair of veth, which is what one has without a card.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>

#include "bench.h"
#include "userspace/live/live.h"
#include "userspace/tool.h"

#define GROWTH 64 /* bytes that a program may add to a frame */
#define VETH_FAR "fnbench0"
#define VETH_NEAR "fnbench1"

static struct fn_bench_dev *claim(struct fn_bench *b, const char *name,
				  int *status)
{
	struct fn_bench_dev *d = &b->dev[b->ndevs];
	u32 i, longest = 0;

	if (b->ndevs == FN_BENCH_DEVS) {
		*status = fn_fail("%s: a card with fewer ports is expected",
				  name);
		return d;
	}
	for (i = 0; i < b->nframes; i++)
		longest = max(longest, b->frames[i].len);
	*status = fn_dev_configure(d, name, longest - 14 + GROWTH);
	b->ndevs++;
	return d;
}

static int netlink(struct nlmsghdr *nlh)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char buf[8192];
	int n, err = 0;

	if (!s || mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(s, nlh, nlh->nlmsg_len) < 0) {
		err = -errno;
	} else {
		n = mnl_socket_recvfrom(s, buf, sizeof(buf));
		if (n < 0 || mnl_cb_run(buf, n, 0, 0, NULL, NULL) < 0)
			err = -errno;
	}
	if (s)
		mnl_socket_close(s);
	return err;
}

static struct nlmsghdr *link_request(void *buf, u16 type, u16 flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	return nlh;
}

static int make_veth(void)
{
	char buf[1024];
	struct nlmsghdr *nlh =
		link_request(buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *link, *data, *peer;
	int err;

	mnl_attr_put_strz(nlh, IFLA_IFNAME, VETH_FAR);
	link = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, VETH_NEAR);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, link);
	err = netlink(nlh);
	return err ? fn_fail("a pair of veth: %s", strerror(-err)) : FN_DONE;
}

static int open_veth(struct fn_bench *b)
{
	struct fn_bench_path *p = &b->veth;
	int status = FN_DONE;

	if (!if_nametoindex(VETH_NEAR)) {
		status = make_veth();
		b->veth_made = !status;
	}
	if (!status)
		p->far = claim(b, VETH_FAR, &status);
	if (!status)
		p->near = claim(b, VETH_NEAR, &status);
	if (status)
		return status;
	status = fn_dev_always_napi(VETH_FAR) ?: fn_dev_always_napi(VETH_NEAR);
	/* Both must be up before either has a carrier and threads. */
	return status			  ?:
		       fn_dev_up(p->far)  ?:
		       fn_dev_up(p->near) ?:
					    fn_dev_up(p->far);
}

static int take_port(struct fn_bench *b, const struct fn_info *port, bool ours)
{
	const char *name = port->str[FLOWNIC_A_IFNAME];
	const char *cable = port->str[FLOWNIC_A_CABLE_IFNAME];
	struct fn_bench_dev *near, *far;
	int status;

	if (!name || !cable || fn_info_has(port, FLOWNIC_A_NETNS) ||
	    fn_info_has(port, FLOWNIC_A_CABLE_NETNS)) {
		if (!ours)
			return FN_DONE;
		return fn_fail(
			"%s: port and far end of its cable are expected in the initial network namespace",
			name ?: "the port");
	}
	near = claim(b, name, &status);
	near->host = true;
	if (!status)
		far = claim(b, cable, &status);
	if (!status)
		status = fn_dev_up(near) ?: fn_dev_up(far);
	if (!ours || status)
		return status;
	b->port.near = near;
	b->port.far = far;
	return FN_DONE;
}

static int find_profile(struct fn_bench *b, u64 card)
{
	struct fn_info *cards, *c;
	int status = fn_info_get(FLOWNIC_CMD_CARD_GET, &cards);

	for (c = cards; c && !status; c = c->next)
		if (c->num[FLOWNIC_A_CARD] == card && c->str[FLOWNIC_A_PROFILE])
			b->profile = fn_check_alloc(
				strdup(c->str[FLOWNIC_A_PROFILE]));
	fn_info_free(cards);
	return status;
}

static const struct fn_info *find_port(const struct fn_bench *b,
				       const struct fn_info *p)
{
	for (; p; p = p->next)
		if (!b->o.dev || (p->str[FLOWNIC_A_IFNAME] &&
				  !strcmp(p->str[FLOWNIC_A_IFNAME], b->o.dev)))
			return p;
	return NULL;
}

/* All ports of the card, since programs may send by others. */
static int open_port(struct fn_bench *b)
{
	struct fn_info *ports, *p;
	const struct fn_info *ours;
	int status = fn_info_get(FLOWNIC_CMD_PORT_GET, &ports);

	ours = status ? NULL : find_port(b, ports);
	if (!status && !ours)
		status = fn_fail("there is no port %s", b->o.dev ?: "at all");
	for (p = ports; p && !status; p = p->next)
		if (p->num[FLOWNIC_A_CARD] == ours->num[FLOWNIC_A_CARD])
			status = take_port(b, p, p == ours);
	if (!status) {
		status = find_profile(b, ours->num[FLOWNIC_A_CARD]);
		snprintf(b->threads, sizeof(b->threads), "flownic%u/",
			 (u32)ours->num[FLOWNIC_A_CARD]);
		b->port.card = b->threads;
	}
	fn_info_free(ports);
	return status;
}

/**
 * fn_bench_paths - open the ways that the modes need
 * @b: run, with its frames
 *
 * fn_bench_paths_close() is due in any case.
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_paths(struct fn_bench *b)
{
	u32 modes = b->o.modes & ~(1u << FN_BENCH_RUN);
	int status = modes ? open_port(b) : FN_DONE;

	if (!status && modes >> FN_BENCH_VETH_NONE)
		status = open_veth(b);
	return status;
}

/**
 * fn_bench_paths_close - leave all netdevs as they were
 * @b: run
 */
void fn_bench_paths_close(struct fn_bench *b)
{
	char buf[256];
	struct nlmsghdr *nlh;

	while (b->ndevs)
		fn_dev_restore(&b->dev[--b->ndevs]);
	free(b->profile);
	if (!b->veth_made)
		return;
	nlh = link_request(buf, RTM_DELLINK, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, VETH_FAR);
	netlink(nlh);
}
