// SPDX-License-Identifier: GPL-2.0
/*
 * Classifiers of tc (cls_bpf) that run on the card: filters of a port's ingress.
 *
 * The kernel tells of a filter by its priority and its program, and keeps a
 * reference on the program for as long as it is offloaded.
 */
#include <linux/rtnetlink.h>
#include <net/pkt_cls.h>

#include "bpf_offload_priv.h"
#include "../driver/compat.h"

/**
 * struct fn_offload_filter - a filter on the card
 * @list: in fn_offload.filters of its port
 * @prio: of the filter
 * @prog: its program
 * @id: what the card knows it by; 0 if the host's program was taken for a test
 * @packets: that the kernel has been told of
 * @bytes: the same
 * @drops: the same
 * @used: jiffies when there last were any more
 */
struct fn_offload_filter {
	struct list_head list;
	u32 prio;
	const struct bpf_prog *prog;
	u32 id;
	u64 packets;
	u64 bytes;
	u64 drops;
	u64 used;
};

static struct fn_offload_filter *fn_filter_find(struct fn_offload *off,
						u32 port, u32 prio,
						const struct bpf_prog *prog)
{
	struct fn_offload_filter *f;

	list_for_each_entry(f, &off->filters[port], list)
		if (f->prog == prog && f->prio == prio)
			return f;
	return NULL;
}

/* Of a program that was loaded for the host, tell what it is. */
static int fn_filter_check_prog(struct fn_offload *off, struct net_device *dev,
				const struct tc_cls_bpf_offload *cls)
{
	struct netlink_ext_ack *extack = cls->common.extack;
	struct bpf_prog *prog = cls->prog;

	if (!bpf_prog_is_offloaded(prog->aux) &&
	    fn_knobs_say(off, extack,
			 "netdevsim configured to reject unbound programs"))
		return -EOPNOTSUPP;
	if (bpf_prog_was_classic(prog)) {
		fn_extack(
			extack,
			"classic BPF (bytecode) runs on the host only: the card takes eBPF that was loaded for it (object, skip_sw)");
		return -EOPNOTSUPP;
	}
	if (!bpf_prog_is_offloaded(prog->aux)) {
		fn_extack(
			extack,
			"program \"%s\" was loaded for the host; for the card it has to be loaded with the ifindex of %s, as skip_sw does",
			prog->aux->name, dev->name);
		return -EOPNOTSUPP;
	}
	if (!bpf_offload_dev_match(prog, dev)) {
		fn_extack(
			extack,
			"program \"%s\" was loaded for another device, not for a port of the card of %s",
			prog->aux->name, dev->name);
		return -EINVAL;
	}
	return 0;
}

/* Where direct action is wanting, what a match does must need no other action. */
static int fn_filter_check_actions(const struct tc_cls_bpf_offload *cls)
{
	if (cls->exts_integrated || !tcf_exts_has_actions(cls->exts))
		return 0;
	fn_extack(
		cls->common.extack,
		"the card runs no actions but those of direct-action (da): give the filter da, or no action");
	return -EOPNOTSUPP;
}

/* What tests can forbid. */
static int fn_filter_check_knobs(struct fn_offload *off, u32 port,
				 const struct tc_cls_bpf_offload *cls,
				 const struct fn_offload_filter *old)
{
	struct netlink_ext_ack *extack = cls->common.extack;
	int err = fn_knobs_refuse(&off->knobs.ports[port].tc_accept, extack,
				  "bpf_tc_accept");

	if (err)
		return err;
	if (!READ_ONCE(off->knobs.one_program))
		return 0;
	if (!off->attached[port] &&
	    fn_offload_tc_filters(off, port) == (old ? 1 : 0))
		return 0;
	if (!fn_knobs_say(off, extack,
			  "driver and netdev offload states mismatch"))
		fn_extack(
			extack,
			"the port has a program, and bpf_one_program in debugfs allows no other");
	return -EBUSY;
}

/* For tests of who asks: a filter of the host's is called the card's. */
static bool fn_filter_pretend(struct fn_offload *off, u32 port,
			      const struct bpf_prog *prog)
{
	return !bpf_prog_is_offloaded(prog->aux) &&
	       READ_ONCE(off->knobs.ports[port].tc_non_bound_accept);
}

static int fn_filter_check(struct fn_offload *off, struct net_device *dev,
			   u32 port, const struct tc_cls_bpf_offload *cls)
{
	struct netlink_ext_ack *extack = cls->common.extack;

	if (cls->common.protocol != htons(ETH_P_ALL)) {
		fn_extack(
			extack,
			"a filter on the card is for all protocols (protocol all), not for 0x%04x",
			ntohs(cls->common.protocol));
		return -EOPNOTSUPP;
	}
	if (fn_filter_pretend(off, port, cls->prog))
		return 0;
	return fn_filter_check_prog(off, dev, cls) ?:
						     fn_filter_check_actions(cls);
}

static int fn_filter_change(struct fn_offload *off,
			    struct fn_msg_port_filter *msg,
			    struct netlink_ext_ack *extack)
{
	int err =
		fn_card_ctrl(off->card, FN_CTRL_PORT_FILTER, msg, sizeof(*msg));

	if (err == -ENOSPC)
		fn_extack(extack, "a port has no more than %u filters",
			  FN_MAX_FILTERS);
	else if (err)
		fn_extack(extack, "the card refused the filter: error %d", err);
	return err;
}

static void fn_filter_remove(struct fn_offload *off, u32 port,
			     struct fn_offload_filter *f)
{
	struct fn_msg_port_filter msg = { .port = port, .old = f->id };

	if (f->id)
		fn_filter_change(off, &msg, NULL);
	fn_offload_prog_use(f->prog, -1);
	list_del(&f->list);
	kfree(f);
}

/* The card's part of it: nothing if the new one and the old are pretended. */
static int fn_filter_put(struct fn_offload *off, struct fn_msg_port_filter *msg,
			 const struct tc_cls_bpf_offload *cls)
{
	if (!fn_filter_pretend(off, msg->port, cls->prog))
		msg->prog = fn_offload_prog_handle(cls->prog);
	if (!msg->prog && !msg->old)
		return 0;
	return fn_filter_change(off, msg, cls->common.extack);
}

static int fn_filter_add(struct fn_offload *off, u32 port,
			 const struct tc_cls_bpf_offload *cls,
			 struct fn_offload_filter *old)
{
	struct netlink_ext_ack *extack = cls->common.extack;
	struct fn_msg_port_filter msg = {
		.port = port,
		.match = !cls->exts_integrated,
		.prio = cls->common.prio,
		.old = old ? old->id : 0,
	};
	struct fn_offload_filter *f;
	int err;

	if (!old && fn_filter_find(off, port, msg.prio, cls->prog)) {
		fn_extack(
			extack,
			"program \"%s\" is a filter of priority %u already: give the second another priority",
			cls->prog->aux->name, msg.prio);
		return -EEXIST;
	}
	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	err = fn_filter_put(off, &msg, cls);
	if (err) {
		kfree(f);
		return err;
	}
	f->prio = msg.prio;
	f->prog = cls->prog;
	f->id = msg.filter;
	f->used = jiffies;
	list_add_tail(&f->list, &off->filters[port]);
	fn_offload_prog_use(f->prog, 1);
	if (old) {
		fn_offload_prog_use(old->prog, -1);
		list_del(&old->list);
		kfree(old);
	}
	return 0;
}

/* A filter that is replaced may have been refused before, and is not there. */
static int fn_filter_offload(struct fn_offload *off, struct net_device *dev,
			     u32 port, const struct tc_cls_bpf_offload *cls)
{
	struct fn_offload_filter *old = NULL;
	int err;

	if (cls->oldprog)
		old = fn_filter_find(off, port, cls->common.prio, cls->oldprog);
	if (!cls->prog) {
		if (old)
			fn_filter_remove(off, port, old);
		return 0;
	}
	err = fn_filter_check(off, dev, port, cls) ?:
		      fn_filter_check_knobs(off, port, cls, old);
	if (err)
		return err;
	return fn_filter_add(off, port, cls, old);
}

/* tc counts by actions: a filter without any has no place for the figures. */
static int fn_filter_stats(struct fn_offload *off, u32 port,
			   const struct tc_cls_bpf_offload *cls)
{
	struct fn_msg_filter_stats msg = { .port = port };
	struct fn_offload_filter *f;
	int err;

	f = fn_filter_find(off, port, cls->common.prio, cls->prog);
	if (!f)
		return -ENOENT;
	if (!f->id)
		return 0;
	msg.filter = f->id;
	err = fn_card_ctrl(off->card, FN_CTRL_FILTER_STATS, &msg, sizeof(msg));
	if (err)
		return err;
	if (msg.packets != f->packets)
		f->used = jiffies;
	fn_exts_hw_stats(cls->exts, msg.bytes - f->bytes,
			 msg.packets - f->packets, msg.drops - f->drops,
			 f->used);
	f->packets = msg.packets;
	f->bytes = msg.bytes;
	f->drops = msg.drops;
	return 0;
}

/* The BPF id of the program of a port's first filter, or 0. */
u32 fn_offload_tc_id(struct fn_offload *off, u32 port)
{
	const struct fn_offload_filter *f = list_first_entry_or_null(
		&off->filters[port], struct fn_offload_filter, list);

	return f ? f->prog->aux->id : 0;
}

static int fn_tc_setup_cls(struct fn_offload *off, struct net_device *dev,
			   u32 port, enum tc_setup_type type, void *data)
{
	struct flow_cls_common_offload *common = data;
	struct tc_cls_bpf_offload *cls = data;

	if (type != TC_SETUP_CLSBPF) {
		fn_extack(
			common->extack,
			"the card has BPF classifiers (bpf) only, which can do the same");
		return -EOPNOTSUPP;
	}
	/* What is there goes, whatever the switch says. */
	if (cls->prog && !tc_cls_can_offload_and_chain0(dev, &cls->common))
		return -EOPNOTSUPP;
	return fn_filter_offload(off, dev, port, cls);
}

/*
 * Without skip_sw the kernel wants no sentence from a device: the filter goes on
 * in software. Who thinks that it is on the card finds in flownic show errors why
 * it is not. Of u32, kernels since 5.15 lose that word on the way to a device.
 */
static bool fn_tc_tells(const struct net_device *dev, enum tc_setup_type type,
			const struct flow_cls_common_offload *common)
{
	const struct tc_cls_u32_offload *filter = (const void *)common;

	if (common->extack)
		return true;
	if (!(dev->features & NETIF_F_HW_TC))
		return false;
	return type == TC_SETUP_CLSBPF ||
	       (type == TC_SETUP_CLSU32 &&
		filter->command == TC_CLSU32_REPLACE_KNODE);
}

static int fn_tc_setup_said(struct fn_offload *off, struct net_device *dev,
			    u32 port, enum tc_setup_type type, void *data)
{
	struct flow_cls_common_offload *common = data;
	bool tells = fn_tc_tells(dev, type, common);
	struct netlink_ext_ack *extack = common->extack;
	struct netlink_ext_ack own = {};
	int err;

	if (!extack)
		common->extack = &own;
	err = fn_tc_setup_cls(off, dev, port, type, data);
	if (err && tells)
		fn_offload_refused(off, "filter", dev, err,
				   common->extack->_msg);
	common->extack = extack;
	return err;
}

/**
 * fn_offload_tc - what a block tells a port of its filters
 * @off: the card
 * @dev: host netdev of the port
 * @port: its number
 * @type: kind of classifier
 * @data: its arguments
 *
 * Return: 0 or a negative errno: -EOPNOTSUPP for what only the host can do, which
 * goes on there unless the user forbade it. Under RTNL, may sleep.
 */
int fn_offload_tc(struct fn_offload *off, struct net_device *dev, u32 port,
		  enum tc_setup_type type, void *data)
{
	struct tc_cls_bpf_offload *cls = data;
	int err;

	switch (type) {
	case TC_SETUP_CLSBPF:
		break;
	case TC_SETUP_CLSFLOWER:
	case TC_SETUP_CLSU32:
	case TC_SETUP_CLSMATCHALL:
		return fn_tc_setup_said(off, dev, port, type, data);
	default:
		return -EOPNOTSUPP;
	}
	if (cls->command == TC_CLSBPF_STATS)
		return fn_filter_stats(off, port, cls);
	if (cls->command != TC_CLSBPF_OFFLOAD)
		return -EOPNOTSUPP;
	err = fn_tc_setup_said(off, dev, port, type, data);
	fn_knobs_show_id(off, port, fn_offload_tc_id(off, port));
	return err;
}

/**
 * fn_offload_tc_filters - how many filters are on the card?
 * @off: the card
 * @port: number of the port
 *
 * Under RTNL.
 */
u32 fn_offload_tc_filters(struct fn_offload *off, u32 port)
{
	struct fn_offload_filter *f;
	u32 n = 0;

	list_for_each_entry(f, &off->filters[port], list)
		n++;
	return n;
}
