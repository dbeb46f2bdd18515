// SPDX-License-Identifier: GPL-2.0
/*
 * devlink's parameters of a card. They say what it is to be after the next
 * devlink dev reload, by which it is made anew.
 */

#include "flownic.h"

enum fn_param {
	FN_PARAM_PROFILE = DEVLINK_PARAM_GENERIC_ID_MAX + 1,
	FN_PARAM_WORKERS,
	FN_PARAM_CPUS,
	FN_PARAM_QUEUE,
	FN_PARAM_INTERPRETER,
};

#define FN_PARAM(number, text, kind)                                          \
	DEVLINK_PARAM_DRIVER(number, text, DEVLINK_PARAM_TYPE_##kind,         \
			     BIT(DEVLINK_PARAM_CMODE_DRIVERINIT), NULL, NULL, \
			     NULL)

static const struct devlink_param fn_params[] = {
	FN_PARAM(FN_PARAM_PROFILE, "profile", STRING),
	FN_PARAM(FN_PARAM_WORKERS, "workers", U32),
	FN_PARAM(FN_PARAM_CPUS, "cpus", STRING),
	FN_PARAM(FN_PARAM_QUEUE, "ingress_queue", U32),
	FN_PARAM(FN_PARAM_INTERPRETER, "interpreter", BOOL),
};

#define FN_CPUS_ANY "any"

/* CPUs of the workers as a list, "any" if none has one of its own. */
static void fn_cpus_print(const struct fn_nic_config *cfg, char *to,
			  size_t size)
{
	size_t at = 0;
	u32 i, n = 0;

	for (i = 0; i < cfg->workers; i++)
		if (cfg->cpus[i] >= 0)
			n = i + 1;
	if (!n)
		strscpy(to, FN_CPUS_ANY, size);
	for (i = 0; i < n; i++)
		at += scnprintf(to + at, size - at, "%s%d", i ? "," : "",
				cfg->cpus[i]);
}

/* Whether such CPUs are there is for who makes the card to see. */
static int fn_cpus_parse(struct fn_nic_config *cfg, char *list,
			 struct netlink_ext_ack *extack)
{
	char *word;
	u32 i;

	for (i = 0; i < FN_MAX_WORKERS; i++)
		cfg->cpus[i] = -1;
	if (!strcmp(list, FN_CPUS_ANY))
		return 0;
	for (i = 0; (word = strsep(&list, ",")); i++) {
		if (i == FN_MAX_WORKERS || kstrtoint(word, 10, &cfg->cpus[i])) {
			fn_extack(
				extack,
				"cpus: a list such as 0,1,-1 is expected, for up to %u workers, or %s",
				FN_MAX_WORKERS, FN_CPUS_ANY);
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * fn_devlink_param_read() - what a card is to be after a reload
 * @nic: the card
 * @cfg: as it is; answer: as it is to be
 * @extack: says what cannot be understood
 *
 * Context: reload_up of the devlink instance.
 * Return: 0 or a negative errno.
 */
int fn_devlink_param_read(struct fn_nic *nic, struct fn_nic_config *cfg,
			  struct netlink_ext_ack *extack)
{
	union devlink_param_value v = {};
	int err;

	err = fn_devlink_param_get(nic->devlink, FN_PARAM_PROFILE, &v);
	if (err)
		return err;
	strscpy(cfg->profile, v.vstr, sizeof(cfg->profile));
	err = fn_devlink_param_get(nic->devlink, FN_PARAM_WORKERS, &v);
	if (err)
		return err;
	cfg->workers = v.vu32;
	err = fn_devlink_param_get(nic->devlink, FN_PARAM_QUEUE, &v);
	if (err)
		return err;
	cfg->queue = v.vu32;
	err = fn_devlink_param_get(nic->devlink, FN_PARAM_INTERPRETER, &v);
	if (err)
		return err;
	cfg->interpreter = v.vbool;
	err = fn_devlink_param_get(nic->devlink, FN_PARAM_CPUS, &v);
	return err ?: fn_cpus_parse(cfg, v.vstr, extack);
}

/**
 * fn_devlink_param_write() - show what a card is
 * @nic: the card
 *
 * Context: under the lock of the devlink instance.
 */
void fn_devlink_param_write(struct fn_nic *nic)
{
	const struct fn_nic_config *cfg = &nic->cfg;
	union devlink_param_value v = {};

	strscpy(v.vstr, cfg->profile, sizeof(v.vstr));
	fn_devlink_param_set(nic->devlink, FN_PARAM_PROFILE, v);
	fn_cpus_print(cfg, v.vstr, sizeof(v.vstr));
	fn_devlink_param_set(nic->devlink, FN_PARAM_CPUS, v);
	v.vu32 = cfg->workers;
	fn_devlink_param_set(nic->devlink, FN_PARAM_WORKERS, v);
	v.vu32 = cfg->queue;
	fn_devlink_param_set(nic->devlink, FN_PARAM_QUEUE, v);
	v.vbool = cfg->interpreter;
	fn_devlink_param_set(nic->devlink, FN_PARAM_INTERPRETER, v);
}

/**
 * fn_devlink_param_create() - have the parameters
 * @nic: the card; its devlink instance is not registered yet
 *
 * Return: 0 or a negative errno.
 */
int fn_devlink_param_create(struct fn_nic *nic)
{
	int err;

	fn_devlink_lock(nic->devlink);
	err = fn_devlink_params_register(nic->devlink, fn_params,
					 ARRAY_SIZE(fn_params));
	if (!err)
		fn_devlink_param_write(nic);
	fn_devlink_unlock(nic->devlink);
	return err;
}

void fn_devlink_param_destroy(struct fn_nic *nic)
{
	fn_devlink_lock(nic->devlink);
	fn_devlink_params_unregister(nic->devlink, fn_params,
				     ARRAY_SIZE(fn_params));
	fn_devlink_unlock(nic->devlink);
}
