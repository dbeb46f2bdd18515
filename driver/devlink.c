// SPDX-License-Identifier: GPL-2.0
/*
 * Each card as devlink shows it: platform/flownic.K, in the initial network
 * namespace, where it stays though its ports may move. The instance has no
 * ports: they would be made under its lock, and ip link add holds RTNL already,
 * which the kernel takes inside that lock.
 */

#include <linux/delay.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>

#include "../offload/image.h"
#include "flownic.h"

static struct fn_nic *fn_devlink_nic(struct devlink *devlink)
{
	return *(struct fn_nic **)devlink_priv(devlink);
}

static int fn_devlink_info(struct devlink *devlink,
			   struct devlink_info_req *req,
			   struct netlink_ext_ack *extack)
{
	struct fn_nic *nic = fn_devlink_nic(devlink);
	char text[24];
	int err;

	err = fn_devlink_driver_name(req, FN_DRIVER_NAME);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%s-%u", FN_DRIVER_NAME, nic->index);
	err = devlink_info_serial_number_put(req, text);
	if (err)
		return err;
	err = devlink_info_version_fixed_put(req, "board.id", FN_DRIVER_NAME);
	if (err)
		return err;
	err = devlink_info_version_fixed_put(req, "asic.id", nic->caps.profile);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%u", FN_IMAGE_VERSION);
	return devlink_info_version_running_put(req, "fw.image", text);
}

/*
 * RTNL is inside of the instance's lock here, and who removes the card waits for
 * that lock with RTNL held: then this gives way.
 */
static int fn_devlink_rtnl_lock(struct fn_nic *nic,
				struct netlink_ext_ack *extack)
{
	while (!rtnl_trylock()) {
		if (list_empty_careful(&nic->node)) {
			fn_extack(extack, "card %u is being removed",
				  nic->index);
			return -ENODEV;
		}
		if (signal_pending(current))
			return -EINTR;
		usleep_range(100, 1000);
	}
	if (!list_empty(&nic->node))
		return 0;
	rtnl_unlock();
	fn_extack(extack, "card %u is being removed", nic->index);
	return -ENODEV;
}

static bool fn_devlink_captured(const struct fn_nic *nic)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(nic->readers); i++)
		if (nic->readers[i])
			return true;
	return false;
}

/* Under RTNL. */
static int fn_devlink_reload_check(const struct fn_nic *nic,
				   struct netlink_ext_ack *extack)
{
	if (nic->origin == FN_ORIGIN_LINK) {
		fn_extack(
			extack,
			"card %u was made by ip link add, and goes by ip link del: it cannot be reloaded",
			nic->index);
		return -EOPNOTSUPP;
	}
	if (fn_devlink_captured(nic)) {
		fn_extack(
			extack,
			"frames are being captured on card %u: end that before it is reloaded",
			nic->index);
		return -EBUSY;
	}
	return 0;
}

/* What can be refused is refused here: the kernel goes up after each down. */
static int fn_devlink_reload_down(struct devlink *devlink, bool netns_change,
				  enum devlink_reload_action action,
				  enum devlink_reload_limit limit,
				  struct netlink_ext_ack *extack)
{
	struct fn_nic *nic = fn_devlink_nic(devlink);
	int err;

	if (netns_change) {
		fn_extack(
			extack,
			"a card belongs to the machine and stays in the initial namespace: move its ports (ip link set fn%up0 netns ...)",
			nic->index);
		return -EOPNOTSUPP;
	}
	err = fn_devlink_rtnl_lock(nic, extack);
	if (err)
		return err;
	err = fn_devlink_reload_check(nic, extack);
	rtnl_unlock();
	return err;
}

static int fn_devlink_make_anew(struct fn_nic *nic,
				struct netlink_ext_ack *extack)
{
	struct fn_nic_config cfg;
	int err;

	err = fn_devlink_rtnl_lock(nic, extack);
	if (err)
		return err;
	cfg = nic->cfg;
	err = fn_devlink_reload_check(nic, extack)	       ?:
		      fn_devlink_param_read(nic, &cfg, extack) ?:
		      nic->ops->check(&cfg, extack)	       ?:
		      nic->ops->reload(nic, &cfg, extack);
	rtnl_unlock();
	return err;
}

static int fn_devlink_reload_up(struct devlink *devlink,
				enum devlink_reload_action action,
				enum devlink_reload_limit limit,
				u32 *actions_performed,
				struct netlink_ext_ack *extack)
{
	struct fn_nic *nic = fn_devlink_nic(devlink);
	int err = fn_devlink_make_anew(nic, extack);

	/* What was refused is forgotten, what it is now is shown. */
	if (FN_DEVLINK_FORGETS)
		fn_devlink_param_write(nic);
	if (!err)
		*actions_performed = BIT(action);
	return err;
}

static const struct devlink_ops fn_devlink_ops = {
	.info_get = fn_devlink_info,
	.reload_actions = BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT),
	.reload_down = fn_devlink_reload_down,
	.reload_up = fn_devlink_reload_up,
};

/* What there is of a card's instance goes, in the other order. */
static void fn_devlink_free(struct fn_nic *nic)
{
	if (nic->health)
		fn_health_destroy(nic);
	fn_devlink_resource_destroy(nic);
	devlink_free(nic->devlink);
	nic->devlink = NULL;
}

/**
 * fn_devlink_create() - show a card to devlink
 * @nic: the card, powered on
 *
 * Context: may hold RTNL: the instance has no ports, whose messages would take
 *	it on some kernels.
 * Return: 0 or a negative errno.
 */
int fn_devlink_create(struct fn_nic *nic)
{
	struct devlink *devlink;
	int err;

	devlink = devlink_alloc_ns(&fn_devlink_ops, sizeof(nic), &init_net,
				   &nic->pdev->dev);
	if (!devlink)
		return -ENOMEM;
	*(struct fn_nic **)devlink_priv(devlink) = nic;
	nic->devlink = devlink;
	err = fn_health_create(nic, devlink);
	if (!err)
		err = fn_devlink_resource_create(nic);
	if (!err)
		err = fn_devlink_param_create(nic);
	if (err) {
		fn_devlink_free(nic);
		return err;
	}
	fn_devlink_reloads(devlink);
	devlink_register(devlink);
	return 0;
}

/**
 * fn_devlink_destroy() - undo fn_devlink_create()
 * @nic: the card; its event ring is gone
 */
void fn_devlink_destroy(struct fn_nic *nic)
{
	fn_health_stop(nic);
	devlink_unregister(nic->devlink);
	fn_devlink_param_destroy(nic);
	fn_devlink_free(nic);
}
