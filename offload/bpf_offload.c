// SPDX-License-Identifier: GPL-2.0
/*
 * A card at the kernel's BPF offload core: its netdevs, and which program each
 * of its ports runs.
 */
#include <linux/filter.h>
#include <linux/rtnetlink.h>

#include "bpf_offload_priv.h"
#include "../driver/compat.h"

/**
 * fn_offload_create - make a card known to the offload core
 * @card: powered on
 * @cfg: its name, and who is told of refusals
 *
 * Return: the card's offload state or an ERR_PTR. Process context.
 */
struct fn_offload *fn_offload_create(struct fn_card *card,
				     const struct fn_offload_config *cfg)
{
	struct fn_offload *off;
	u32 i;
	int err;

	off = kzalloc(sizeof(*off), GFP_KERNEL);
	if (!off)
		return ERR_PTR(-ENOMEM);
	off->card = card;
	off->cfg = *cfg;
	mutex_init(&off->lock);
	INIT_LIST_HEAD(&off->progs);
	INIT_LIST_HEAD(&off->maps);
	INIT_LIST_HEAD(&off->events);
	INIT_LIST_HEAD(&off->anchors);
	for (i = 0; i < FN_MAX_PORTS; i++)
		INIT_LIST_HEAD(&off->filters[i]);

	off->dev = bpf_offload_dev_create(&fn_offload_prog_ops, off);
	if (IS_ERR(off->dev)) {
		err = PTR_ERR(off->dev);
		kfree(off);
		return ERR_PTR(err);
	}
	fn_knobs_create(off, cfg->name);
	return off;
}

/**
 * fn_offload_destroy - forget a card
 * @off: without ports; the core has let go of its programs and maps then
 */
void fn_offload_destroy(struct fn_offload *off)
{
	WARN_ON(!list_empty(&off->progs));
	WARN_ON(!list_empty(&off->maps));
	WARN_ON(!list_empty(&off->events));
	fn_knobs_destroy(off);
	bpf_offload_dev_destroy(off->dev);
	fn_offload_prog_free_anchors(off);
	mutex_destroy(&off->lock);
	kfree(off);
}

/**
 * fn_offload_port_add - let a netdev load and attach programs of its card
 * @off: the card
 * @dev: host netdev of the port
 * @port: its number
 *
 * Return: 0 or a negative errno. Under RTNL.
 */
int fn_offload_port_add(struct fn_offload *off, struct net_device *dev,
			u32 port)
{
	int err;

	ASSERT_RTNL();
	err = bpf_offload_dev_netdev_register(off->dev, dev);
	if (!err)
		fn_knobs_port_add(off, port);
	return err;
}

/**
 * fn_offload_port_del - take a netdev out of its card
 * @off: the card
 * @dev: host netdev, nothing attached to it any more
 * @port: its number
 *
 * Programs and maps move to another port of the card. With the last port they
 * are taken off the card, and who holds them holds orphans. Under RTNL.
 */
void fn_offload_port_del(struct fn_offload *off, struct net_device *dev,
			 u32 port)
{
	fn_knobs_port_del(off, port);
	bpf_offload_dev_netdev_unregister(off->dev, dev);
}

static int fn_port_prog(struct fn_offload *off, u32 port, u32 handle)
{
	struct fn_msg_port_prog msg = { .port = port, .prog = handle };

	return fn_card_ctrl(off->card, FN_CTRL_PORT_PROG, &msg, sizeof(msg));
}

/* 6.1 leaves it to the driver to see whose program it is given. */
static int fn_prog_check(struct fn_offload *off, struct net_device *dev,
			 struct netdev_bpf *bpf)
{
	struct netlink_ext_ack *extack = bpf->extack;
	const struct bpf_prog_aux *aux = bpf->prog->aux;

	if (!bpf_prog_is_offloaded(aux)) {
		if (!fn_knobs_say(off, extack,
				  "xdpoffload of non-bound program"))
			fn_extack(
				extack,
				"program \"%s\" was loaded for the host; for the card it has to be loaded with the ifindex of %s",
				aux->name, dev->name);
		return -EINVAL;
	}
	if (!aux->offload) {
		if (!fn_knobs_say(off, extack,
				  "xdpoffload of non-bound program"))
			fn_extack(
				extack,
				"program \"%s\" was loaded for a card that is gone: load it again, for %s",
				aux->name, dev->name);
		return -EINVAL;
	}
	if (!bpf_offload_dev_match(bpf->prog, dev)) {
		if (!fn_knobs_say(off, extack,
				  "program bound to different dev"))
			fn_extack(
				extack,
				"program \"%s\" was loaded for another device, not for a port of the card of %s",
				aux->name, dev->name);
		return -EINVAL;
	}
	return 0;
}

/* What tests can forbid. */
static int fn_xdp_check_knobs(struct fn_offload *off, u32 port,
			      struct netlink_ext_ack *extack)
{
	int err = fn_knobs_refuse(&off->knobs.ports[port].xdpoffload_accept,
				  extack, "bpf_xdpoffload_accept");

	if (err)
		return err;
	if (!READ_ONCE(off->knobs.one_program) || off->attached[port] ||
	    !fn_offload_tc_filters(off, port))
		return 0;
	if (!fn_knobs_say(off, extack, "TC program is already loaded"))
		fn_extack(
			extack,
			"a filter is on the port, and bpf_one_program in debugfs allows no other program");
	return -EBUSY;
}

static int fn_xdp_setup(struct fn_offload *off, struct net_device *dev,
			u32 port, struct netdev_bpf *bpf)
{
	struct bpf_prog *old = off->attached[port];
	u32 handle = 0;
	int err;

	if (bpf->prog) {
		err = fn_prog_check(off, dev, bpf) ?:
			      fn_xdp_check_knobs(off, port, bpf->extack);
		if (err)
			return err;
		handle = fn_offload_prog_handle(bpf->prog);
	}

	/* The port changes over between two frames. */
	err = fn_port_prog(off, port, handle);
	if (err) {
		NL_SET_ERR_MSG_MOD(
			bpf->extack,
			"the card refused to attach the program to the port");
		return err;
	}
	off->attached[port] = bpf->prog;
	if (bpf->prog)
		fn_offload_prog_use(bpf->prog, 1);
	if (old) {
		fn_offload_prog_use(old, -1);
		bpf_prog_put(old);
	}
	fn_knobs_show_id(off, port, fn_offload_tc_id(off, port));
	return 0;
}

/* bpf(2), which makes links, has no room for a sentence. */
static int fn_xdp_attach(struct fn_offload *off, struct net_device *dev,
			 u32 port, struct netdev_bpf *bpf)
{
	struct netlink_ext_ack own = {};
	int err;

	if (!bpf->extack)
		bpf->extack = &own;
	err = fn_xdp_setup(off, dev, port, bpf);
	if (err)
		fn_offload_refused(off, "XDP program", dev, err,
				   bpf->extack->_msg);
	if (bpf->extack == &own)
		bpf->extack = NULL;
	return err;
}

/**
 * fn_offload_bpf - the offload part of a netdev's ndo_bpf
 * @off: the card
 * @dev: host netdev of the port
 * @port: its number
 * @bpf: XDP_SETUP_PROG_HW, BPF_OFFLOAD_MAP_ALLOC or BPF_OFFLOAD_MAP_FREE
 *
 * Return: 0 or a negative errno; -EINVAL for other commands. Under RTNL, may
 * sleep. On success the reference to @bpf->prog is taken over.
 */
int fn_offload_bpf(struct fn_offload *off, struct net_device *dev, u32 port,
		   struct netdev_bpf *bpf)
{
	switch (bpf->command) {
	case XDP_SETUP_PROG_HW:
		return fn_xdp_attach(off, dev, port, bpf);
	case BPF_OFFLOAD_MAP_ALLOC:
		return fn_offload_map_alloc(off, dev, port, bpf->offmap);
	case BPF_OFFLOAD_MAP_FREE:
		fn_offload_map_free(bpf->offmap);
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * fn_offload_set_ids - tell the card the BPF ids of its programs and maps
 * @off: the card; NULL if it has failed
 *
 * The core gives ids only after the card has accepted an object. May sleep.
 */
void fn_offload_set_ids(struct fn_offload *off)
{
	if (!off)
		return;
	mutex_lock(&off->lock);
	fn_offload_prog_set_ids(off);
	fn_offload_map_set_ids(off);
	mutex_unlock(&off->lock);
}
