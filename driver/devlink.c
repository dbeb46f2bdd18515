// SPDX-License-Identifier: GPL-2.0
/*
 * Each card as devlink shows it: platform/flownic.K, in the initial network
 * namespace, where it stays though its ports may move.
 */

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
	char isa[16];
	int err;

	snprintf(isa, sizeof(isa), "%u", FN_IMAGE_VERSION);
	err = fn_devlink_driver_name(req, FN_DRIVER_NAME);
	if (!err)
		err = devlink_info_version_fixed_put(req, "board.id",
						     FN_DRIVER_NAME);
	if (!err)
		err = devlink_info_version_fixed_put(req, "asic.id",
						     nic->caps.profile);
	if (!err)
		err = devlink_info_version_running_put(req, "fw.image", isa);
	return err;
}

static const struct devlink_ops fn_devlink_ops = {
	.info_get = fn_devlink_info,
};

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
	err = fn_health_create(nic, devlink);
	if (err) {
		devlink_free(devlink);
		return err;
	}
	nic->devlink = devlink;
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
	fn_health_destroy(nic);
	devlink_free(nic->devlink);
}
