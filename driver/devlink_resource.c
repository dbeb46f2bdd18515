// SPDX-License-Identifier: GPL-2.0
/*
 * devlink's resources of a card: what there is of memory for maps, of maps and
 * of programs, and what of it is in use.
 */

#include "flownic.h"

enum fn_resource {
	FN_RESOURCE_MEMORY = 1,
	FN_RESOURCE_MAPS,
	FN_RESOURCE_PROGS,
};

/* Handles go up: each question is for the one from there on. */
static u64 fn_maps_use(struct fn_nic *nic, bool memory)
{
	struct fn_msg_map *m = kzalloc(sizeof(*m), GFP_KERNEL);
	u64 sum = 0;

	while (m && !fn_card_ctrl(nic->card, FN_CTRL_MAP_GET, m, sizeof(*m))) {
		u32 next = m->handle + 1;

		sum += memory ? (u64)round_up(m->value_size, 8) *
					m->max_entries :
				1;
		memset(m, 0, sizeof(*m));
		m->handle = next;
	}
	kfree(m);
	return sum;
}

static u64 fn_occ_memory(void *nic)
{
	return fn_maps_use(nic, true);
}

static u64 fn_occ_maps(void *nic)
{
	return fn_maps_use(nic, false);
}

static u64 fn_occ_progs(void *priv)
{
	struct fn_nic *nic = priv;
	struct fn_msg_store s;

	return fn_card_ctrl(nic->card, FN_CTRL_STORE_CHECK, &s, sizeof(s)) ?
		       0 :
		       s.progs;
}

static const struct {
	const char *name;
	u32 id;
	devlink_resource_occ_get_t *occ;
} fn_resources[] = {
	{ "map_memory", FN_RESOURCE_MEMORY, fn_occ_memory },
	{ "maps", FN_RESOURCE_MAPS, fn_occ_maps },
	{ "programs", FN_RESOURCE_PROGS, fn_occ_progs },
};

static u64 fn_resource_size(const struct fn_nic *nic, u32 id)
{
	switch (id) {
	case FN_RESOURCE_MEMORY:
		return nic->caps.max_map_memory;
	case FN_RESOURCE_MAPS:
		return nic->caps.max_maps;
	}
	return nic->caps.max_progs;
}

/**
 * fn_devlink_resource_create() - show the resources
 * @nic: the card; its devlink instance is not registered yet
 *
 * They are those of every card, whatever it models, and stay over a reload.
 *
 * Return: 0 or a negative errno.
 */
int fn_devlink_resource_create(struct fn_nic *nic)
{
	struct devlink_resource_size_params params;
	struct devlink *devlink = nic->devlink;
	int err = 0;
	u32 i;

	devl_lock(devlink);
	for (i = 0; i < ARRAY_SIZE(fn_resources) && !err; i++) {
		u32 id = fn_resources[i].id;
		u64 size = fn_resource_size(nic, id);

		devlink_resource_size_params_init(&params, size, size, 1,
						  DEVLINK_RESOURCE_UNIT_ENTRY);
		err = devl_resource_register(devlink, fn_resources[i].name,
					     size, id,
					     DEVLINK_RESOURCE_ID_PARENT_TOP,
					     &params);
		if (!err)
			devl_resource_occ_get_register(
				devlink, id, fn_resources[i].occ, nic);
	}
	devl_unlock(devlink);
	return err;
}

void fn_devlink_resource_destroy(struct fn_nic *nic)
{
	devlink_resources_unregister(nic->devlink);
}
