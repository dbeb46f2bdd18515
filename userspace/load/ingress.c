// SPDX-License-Identifier: GPL-2.0
/*
 * Classifiers as filters of a port's ingress: one a port, and its companion on the
 * host if it has one, of a priority of our own, so that they are found again.
 * libbpf makes the qdisc and removes filters; it can't make one that is only on the
 * card.
 */
#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "userspace/tool.h"

#define PRIORITY 0xf10
#define HANDLE 1
#define HANDLE_COMPANION 2
#define ROOM 1024

static struct bpf_tc_hook hook_of(u32 ifindex)
{
	return (struct bpf_tc_hook){
		.sz = sizeof(struct bpf_tc_hook),
		.ifindex = ifindex,
		.attach_point = BPF_TC_INGRESS,
	};
}

static u32 id_of(u32 ifindex, u32 handle)
{
	struct bpf_tc_hook hook = hook_of(ifindex);
	struct bpf_tc_opts opts = {
		.sz = sizeof(opts),
		.handle = handle,
		.priority = PRIORITY,
	};

	fn_said_begin();
	return bpf_tc_query(&hook, &opts) ? 0 : opts.prog_id;
}

/**
 * fn_ingress_id - the filter that flownic load has made
 * @ifindex: port
 *
 * Return: id of its program, 0 if there is none.
 */
u32 fn_ingress_id(u32 ifindex)
{
	return id_of(ifindex, HANDLE);
}

static u32 handle_of(u32 ifindex, u32 prog)
{
	u32 handle;

	for (handle = HANDLE; prog && handle <= HANDLE_COMPANION; handle++)
		if (id_of(ifindex, handle) == prog)
			return handle;
	return 0;
}

/**
 * fn_ingress_has - whether a program is a filter that flownic load has made
 * @ifindex: port
 * @prog: id of the program
 *
 * Return: whether it is, or the companion of one.
 */
bool fn_ingress_has(u32 ifindex, u32 prog)
{
	return handle_of(ifindex, prog);
}

/**
 * fn_ingress_detach - take a filter off a port
 * @ifindex: port
 * @prog: id of its program; others stay
 *
 * Return: whether it was there.
 */
bool fn_ingress_detach(u32 ifindex, u32 prog)
{
	struct bpf_tc_hook hook = hook_of(ifindex);
	struct bpf_tc_opts opts = {
		.sz = sizeof(opts),
		.handle = handle_of(ifindex, prog),
		.priority = PRIORITY,
	};

	return opts.handle && !bpf_tc_detach(&hook, &opts);
}

/**
 * struct filter - to be made
 * @fd: program
 * @name: of it
 * @handle: of the filter
 * @flags: TCA_CLS_FLAGS_*
 */
struct filter {
	int fd;
	const char *name;
	u32 handle;
	u32 flags;
};

static void write_filter(struct nlmsghdr *nlh, u32 ifindex,
			 const struct filter *f)
{
	struct nlattr *nest;
	struct tcmsg *tc;

	nlh->nlmsg_type = RTM_NEWTFILTER;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE |
			   NLM_F_EXCL;
	tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = ifindex;
	tc->tcm_handle = f->handle;
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	tc->tcm_info = TC_H_MAKE(PRIORITY << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(nlh, TCA_KIND, "bpf");
	nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put_u32(nlh, TCA_BPF_FD, f->fd);
	mnl_attr_put_strz(nlh, TCA_BPF_NAME, f->name);
	mnl_attr_put_u32(nlh, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_put_u32(nlh, TCA_BPF_FLAGS_GEN, f->flags);
	mnl_attr_nest_end(nlh, nest);
}

/* The kernel's sentence behind an error, if there is one. */
static int take_reason(const struct nlattr *attr, void *arg)
{
	const char **why = arg;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
	    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		*why = mnl_attr_get_str(attr);
	return MNL_CB_OK;
}

/* Negative errno, or 0. */
static int read_answer(const char *answer, const char **why)
{
	const struct nlmsghdr *nlh = (const void *)answer;
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	if (err->error && nlh->nlmsg_flags & NLM_F_ACK_TLVS) {
		u32 skip = sizeof(*err);

		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			skip += err->msg.nlmsg_len - sizeof(err->msg);
		mnl_attr_parse(nlh, skip, take_reason, why);
	}
	return err->error;
}

static int send_filter(u32 ifindex, const struct filter *f, char *buf,
		       const char **why)
{
	struct mnl_socket *s = mnl_socket_open(NETLINK_ROUTE);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	int one = 1, err = 0;

	if (!s)
		return -errno;
	write_filter(nlh, ifindex, f);
	mnl_socket_setsockopt(s, NETLINK_EXT_ACK, &one, sizeof(one));
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_sendto(s, nlh, nlh->nlmsg_len) < 0 ||
	    mnl_socket_recvfrom(s, buf, ROOM) < (ssize_t)sizeof(*nlh))
		err = -errno;
	mnl_socket_close(s);
	return err ?: read_answer(buf, why);
}

/**
 * fn_ingress_free - see that the port has no filter of ours yet
 * @l: where
 *
 * Return: false if it has; @l says so.
 */
bool fn_ingress_free(struct fn_loading *l)
{
	u32 id = fn_ingress_id(l->ifindex) ?:
					     id_of(l->ifindex, HANDLE_COMPANION);

	if (!id)
		return true;
	snprintf(
		l->why, sizeof(l->why),
		"%s has program %u at its ingress already: flownic unload dev %s takes it away",
		l->dev, id, l->dev);
	return false;
}

static int add(u32 ifindex, const struct filter *f, char *why, size_t size)
{
	struct bpf_tc_hook hook = hook_of(ifindex);
	const char *what = "qdisc clsact", *said = NULL;
	char buf[ROOM];
	int err;

	fn_said_begin();
	err = bpf_tc_hook_create(&hook);
	if (!err || err == -EEXIST) {
		what = "filter";
		err = send_filter(ifindex, f, buf, &said);
	}
	if (err == -EOPNOTSUPP)
		said = "it takes no filters: ethtool -K DEV hw-tc-offload on";
	if (err)
		snprintf(why, size, "%s: %.300s", what, said ?: strerror(-err));
	return err;
}

/**
 * fn_ingress_add - make a program a filter of a netdev's ingress
 * @ifindex: of the netdev
 * @p: classifier that is loaded
 * @card: on the card alone; else on the host alone
 * @why: gets a reason if that is not possible
 * @size: bytes of @why
 *
 * Return: 0 or a negative errno.
 */
int fn_ingress_add(u32 ifindex, const struct bpf_program *p, bool card,
		   char *why, size_t size)
{
	const struct filter f = {
		.fd = bpf_program__fd(p),
		.name = bpf_program__name(p),
		.handle = HANDLE,
		.flags = card ? TCA_CLS_FLAGS_SKIP_SW : TCA_CLS_FLAGS_SKIP_HW,
	};

	return add(ifindex, &f, why, size);
}

static int add_companion(const struct fn_loading *l, char *why, size_t size)
{
	const struct filter f = {
		.fd = l->companion,
		.name = "companion",
		.handle = HANDLE_COMPANION,
		.flags = TCA_CLS_FLAGS_SKIP_HW,
	};

	return l->companion < 0 ? 0 : add(l->ifindex, &f, why, size);
}

/**
 * fn_ingress_attach - make the program a filter of the port's ingress
 * @l: what is loaded, and where
 * @mode: on the card alone, or on the host alone
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_ingress_attach(struct fn_loading *l, enum fn_load_mode mode)
{
	char why[400];
	int err;

	/* First, so that no packet of the card's finds it missing. */
	err = add_companion(l, why, sizeof(why));
	if (!err) {
		err = fn_ingress_add(l->ifindex, l->program,
				     mode == FN_LOAD_OFFLOAD, why, sizeof(why));
		if (!err)
			return true;
		if (l->companion >= 0)
			fn_ingress_detach(l->ifindex, fn_load_id(l->companion));
	}
	snprintf(l->why, sizeof(l->why), "%s: %s", l->dev, why);
	return false;
}
