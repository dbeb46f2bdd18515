// SPDX-License-Identifier: GPL-2.0
/*
 * The module: what comes and goes with it.
 */

#include <linux/module.h>
#include <net/rtnetlink.h>

#include "flownic.h"
#include "genl.h"

static unsigned int cards = 1;
module_param(cards, uint, 0444);
MODULE_PARM_DESC(cards, "cards to begin with, 0 to 256 (1)");

/* The first cards; insmod has nobody but the log to tell the reason. */
static int fn_cards_init(void)
{
	struct netlink_ext_ack extack = {};
	struct fn_nic_config cfg;
	struct fn_nic *nic;
	int err = 0;
	u32 i;

	if (cards > FN_MAX_CARDS) {
		pr_err("flownic: there are 0 to %u cards, not %u\n",
		       FN_MAX_CARDS, cards);
		return -EINVAL;
	}
	fn_nic_config_default(&cfg);
	rtnl_lock();
	for (i = 0; i < cards && !err; i++)
		err = fn_nic_create(&init_net, &cfg, &nic, &extack);
	rtnl_unlock();
	if (err)
		pr_err("%s\n", extack._msg ?: "flownic: out of memory");
	return err;
}

/**
 * struct fn_step - something that is there while the module is
 * @init: brings it; may be NULL
 * @exit: takes it away; may be NULL
 */
struct fn_step {
	int (*init)(void);
	void (*exit)(void);
};

static const struct fn_step fn_steps[] = {
	{ fn_device_init, fn_device_exit },
	{ fn_offload_knobs_init, fn_offload_knobs_exit },
	{ fn_events_init, NULL },
	{ fn_notify_init, fn_notify_exit },
	{ NULL, fn_nics_exit },
	{ fn_link_init, fn_link_exit },
	{ fn_capture_init, fn_capture_exit },
	{ fn_genl_init, fn_genl_exit },
	{ fn_cards_init, NULL },
};

static void fn_undo(size_t done)
{
	while (done--)
		if (fn_steps[done].exit)
			fn_steps[done].exit();
}

static int __init fn_init(void)
{
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(fn_steps); i++) {
		err = fn_steps[i].init ? fn_steps[i].init() : 0;
		if (err) {
			fn_undo(i);
			return err;
		}
	}
	return 0;
}

static void __exit fn_exit(void)
{
	fn_undo(ARRAY_SIZE(fn_steps));
}

module_init(fn_init);
module_exit(fn_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A SmartNIC in software");
/*
 * No alias for ip link add: it would let anyone who makes a user namespace have
 * the module loaded, and a card made with it.
 */
