// SPDX-License-Identifier: GPL-2.0
/*
 * What a card consists of: device, power, clock, event ring, BPF offload,
 * devlink instance, ports and cables; brought up in this order and taken down
 * in the other.
 */

#include <linux/dma-mapping.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "flownic.h"

static const struct fn_host_ops fn_nic_host_ops = {
	.interrupt = fn_nic_interrupt,
	.work = fn_inline_work,
};

/*
 * Of netdevs that rtnetlink neither makes nor deletes: it shows their kind, and
 * they go home when their namespace goes.
 */
static struct rtnl_link_ops fn_nic_link_ops = {
	.kind = FN_DRIVER_NAME,
	.netns_refund = true,
};

static void fn_nic_power_off(struct fn_nic *nic)
{
	if (nic->emulation)
		fn_inline_destroy(nic->emulation);
	nic->emulation = NULL;
	if (nic->card)
		fn_card_power_off(nic->card);
	nic->card = NULL;
}

static void fn_nic_remove_ptp(struct fn_nic *nic)
{
	if (nic->ptp)
		fn_ptp_destroy(nic);
	nic->ptp = NULL;
}

static void fn_nic_remove_events(struct fn_nic *nic)
{
	if (nic->events)
		fn_events_destroy(nic->events);
	nic->events = NULL;
}

static void fn_nic_remove_offload(struct fn_nic *nic)
{
	if (nic->offload)
		fn_offload_destroy(nic->offload);
	nic->offload = NULL;
}

static void fn_nic_release(struct fn_nic *nic)
{
	fn_nic_remove_events(nic);
	if (nic->devlink)
		fn_devlink_destroy(nic);
	fn_nic_remove_ptp(nic);
	fn_nic_remove_offload(nic);
	fn_refusals_destroy(nic);
	fn_nic_power_off(nic);
	if (nic->pdev)
		platform_device_unregister(nic->pdev);
}

static int fn_nic_add_device(struct fn_nic *nic)
{
	struct platform_device_info info = {
		.name = FN_DRIVER_NAME,
		.id = nic->index,
		.dma_mask = DMA_BIT_MASK(64),
	};
	struct platform_device *pdev = platform_device_register_full(&info);

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	nic->pdev = pdev;
	return 0;
}

static int fn_nic_power_on(struct fn_nic *nic, const struct fn_nic_config *cfg)
{
	struct fn_card_config card = {
		.ports = cfg->ports,
		.workers = cfg->workers,
		.interpreter = cfg->interpreter,
		.queue = cfg->queue,
		.profile = cfg->profile,
	};
	struct fn_card *on;
	int err;
	u32 i;

	for (i = 0; i < FN_MAX_WORKERS; i++)
		card.cpus[i] = i < cfg->workers ? cfg->cpus[i] : -1;
	snprintf(card.name, sizeof(card.name), "%s%u", FN_DRIVER_NAME,
		 nic->index);
	err = fn_inline_create(nic, cfg->workers);
	if (err)
		return err;
	on = fn_card_power_on(&card, &fn_nic_host_ops, nic);
	if (IS_ERR_OR_NULL(on))
		return on ? PTR_ERR(on) : -ENOMEM;
	nic->card = on;
	fn_inline_start(nic);
	return fn_card_ctrl(on, FN_CTRL_CAPS, &nic->caps, sizeof(nic->caps));
}

static int fn_nic_add_offload(struct fn_nic *nic)
{
	struct fn_offload_config cfg = { .refused = fn_refused, .host = nic };
	struct fn_offload *off;

	snprintf(cfg.name, sizeof(cfg.name), "%s%u", FN_DRIVER_NAME,
		 nic->index);
	off = fn_offload_create(nic->card, &cfg);
	if (IS_ERR_OR_NULL(off))
		return off ? PTR_ERR(off) : -ENOMEM;
	nic->offload = off;
	return 0;
}

static int fn_nic_add_events(struct fn_nic *nic)
{
	struct fn_events *events = fn_events_create(nic);

	if (IS_ERR(events))
		return PTR_ERR(events);
	nic->events = events;
	return 0;
}

/* What is made for a card that is on; @what is the first that is not. */
static int fn_nic_equip(struct fn_nic *nic, const char **what)
{
	int err;

	*what = "clock";
	err = fn_ptp_create(nic);
	if (!err) {
		*what = "event ring";
		err = fn_nic_add_events(nic);
	}
	if (!err) {
		*what = "BPF offload";
		err = fn_nic_add_offload(nic);
	}
	return err;
}

static int fn_nic_start(struct fn_nic *nic, const struct fn_nic_config *cfg,
			struct netlink_ext_ack *extack)
{
	const char *what = "device";
	int err;

	err = fn_nic_add_device(nic) ?: fn_refusals_create(nic);
	if (!err) {
		what = "power";
		err = fn_nic_power_on(nic, cfg);
	}
	if (!err)
		err = fn_nic_equip(nic, &what);
	if (!err) {
		what = "devlink instance";
		err = fn_devlink_create(nic);
	}
	if (err)
		fn_extack(extack, "card %u gets no %s: error %d", nic->index,
			  what, err);
	return err;
}

static int fn_nic_check_cpus(const struct fn_nic_config *cfg,
			     struct netlink_ext_ack *extack)
{
	u32 i;

	/* The card is told in 16 bits. */
	BUILD_BUG_ON(CONFIG_NR_CPUS > S16_MAX);
	for (i = 0; i < cfg->workers; i++) {
		int cpu = cfg->cpus[i];

		if (cpu == -1 ||
		    (cpu >= 0 && cpu < nr_cpu_ids && cpu_online(cpu)))
			continue;
		fn_extack(
			extack,
			"worker %u can't run on CPU %d: it must be online, or -1 for any",
			i, cpu);
		return -EINVAL;
	}
	return 0;
}

static int fn_nic_check_profile(const struct fn_nic_config *cfg,
				struct netlink_ext_ack *extack)
{
	char known[96] = "";
	const char *name;
	size_t at = 0;
	u32 i;

	for (i = 0; (name = fn_card_profile(i)); i++) {
		if (!strcmp(name, cfg->profile))
			return 0;
		at += scnprintf(known + at, sizeof(known) - at, "%s%s",
				i ? ", " : "", name);
	}
	fn_extack(extack, "a card models one of %s, not \"%s\"", known,
		  cfg->profile);
	return -EINVAL;
}

static int fn_nic_check(const struct fn_nic_config *cfg,
			struct netlink_ext_ack *extack)
{
	if (!cfg->ports || cfg->ports > FN_MAX_PORTS) {
		fn_extack(extack, "a card has 1 to %u ports, not %u",
			  FN_MAX_PORTS, cfg->ports);
		return -EINVAL;
	}
	if (cfg->workers > FN_MAX_WORKERS) {
		fn_extack(extack, "a card has 0 to %u workers, not %u",
			  FN_MAX_WORKERS, cfg->workers);
		return -EINVAL;
	}
	if (cfg->ring_size < FN_RING_MIN || cfg->ring_size > FN_RING_MAX ||
	    !is_power_of_2(cfg->ring_size)) {
		fn_extack(extack,
			  "ring size is a power of two from %u to %u, not %u",
			  FN_RING_MIN, FN_RING_MAX, cfg->ring_size);
		return -EINVAL;
	}
	if (cfg->queue < FN_QUEUE_MIN || cfg->queue > FN_QUEUE_MAX ||
	    !is_power_of_2(cfg->queue)) {
		fn_extack(
			extack,
			"an ingress queue has a power of two from %u to %u frames, not %u",
			FN_QUEUE_MIN, FN_QUEUE_MAX, cfg->queue);
		return -EINVAL;
	}
	return fn_nic_check_cpus(cfg, extack) ?:
						fn_nic_check_profile(cfg, extack);
}

/* On error the netdev may be there: it goes with the card or the port. */
static int fn_nic_add_port(struct fn_nic *nic, struct net *net, u32 index,
			   struct net_device *dev,
			   struct netlink_ext_ack *extack)
{
	return fn_netdev_create(nic, net, index, dev, extack) ?:
		       fn_cable_create(nic, net, index, extack);
}

static int fn_nic_add_ports(struct fn_nic *nic, struct net *net,
			    struct net_device *dev,
			    struct netlink_ext_ack *extack)
{
	int err = 0;
	u32 i;

	for (i = 0; i < nic->nports && !err; i++)
		err = fn_nic_add_port(nic, net, i, i ? NULL : dev, extack);
	return err;
}

static void fn_port_unregister(struct fn_port *port, struct list_head *head)
{
	if (port->peer)
		unregister_netdevice_queue(port->peer, head);
	unregister_netdevice_queue(port->dev, head);
}

static void fn_nic_remove_ports(struct fn_nic *nic)
{
	LIST_HEAD(kill);
	u32 i;

	for (i = 0; i < nic->nports; i++)
		if (nic->ports[i])
			fn_port_unregister(nic->ports[i], &kill);
	unregister_netdevice_many(&kill);
}

/* Another card into the slot, or if there is none the old one again. */
static int fn_nic_swap(struct fn_nic *nic, const struct fn_nic_config *cfg)
{
	struct fn_inline *emulation = nic->emulation;
	struct fn_card *card = nic->card;
	int err;

	nic->emulation = NULL;
	nic->card = NULL;
	err = fn_nic_power_on(nic, cfg);
	if (err) {
		fn_nic_power_off(nic);
		nic->emulation = emulation;
		nic->card = card;
		return err;
	}
	nic->cfg = *cfg;
	fn_inline_destroy(emulation);
	fn_card_power_off(card);
	return 0;
}

/*
 * All ports go, and come again in the initial namespace. Programs and maps that
 * are held become orphans. If the new card cannot be had, the old one is there.
 */
static int fn_nic_reload(struct fn_nic *nic, const struct fn_nic_config *cfg,
			 struct netlink_ext_ack *extack)
{
	const char *what = "power";
	int err, failed;

	ASSERT_RTNL();
	fn_nic_remove_ports(nic);
	down_write(&nic->swap);
	fn_nic_remove_events(nic);
	fn_nic_remove_ptp(nic);
	fn_nic_remove_offload(nic);
	failed = fn_nic_swap(nic, cfg);
	err = fn_nic_equip(nic, &what);
	up_write(&nic->swap);
	if (!err)
		err = fn_nic_add_ports(nic, &init_net, NULL, extack);
	if (failed)
		what = "power";
	if (err || failed)
		fn_extack(extack, "card %u gets no %s: error %d", nic->index,
			  what, failed ?: err);
	return failed ?: err;
}

static const struct fn_nic_ops fn_nic_ops = {
	.release = fn_nic_release,
	.check = fn_nic_check,
	.reload = fn_nic_reload,
};

/**
 * fn_nic_create() - put a card into a slot
 * @net: namespace of its netdevs
 * @cfg: what it is to be
 * @nic: answer
 * @extack: says what was refused and why; may be NULL
 *
 * Context: RTNL.
 * Return: 0 or a negative errno, then nothing is left of the card once RTNL is
 *	released. A @cfg->dev stays the caller's on error.
 */
int fn_nic_create(struct net *net, const struct fn_nic_config *cfg,
		  struct fn_nic **nic, struct netlink_ext_ack *extack)
{
	struct fn_nic *new;
	int err;

	ASSERT_RTNL();
	err = fn_nic_check(cfg, extack);
	if (err)
		return err;
	new = fn_nic_alloc(&fn_nic_ops, extack);
	if (IS_ERR(new))
		return PTR_ERR(new);
	new->origin = cfg->origin;
	new->link_ops = cfg->link_ops ?: &fn_nic_link_ops;
	new->nports = cfg->ports;
	new->ring_size = cfg->ring_size;
	new->cfg = *cfg;
	new->cfg.dev = NULL;
	init_rwsem(&new->swap);
	err = fn_nic_start(new, cfg, extack);
	if (!err)
		err = fn_nic_add_ports(new, net, cfg->dev, extack);
	if (err) {
		fn_nic_destroy(new);
		return err;
	}
	*nic = new;
	return 0;
}

static int fn_nic_free_port(const struct fn_nic *nic, u32 *index,
			    struct netlink_ext_ack *extack)
{
	u32 i = *index;

	for (i = i == FN_PORT_ANY ? 0 : i; i < nic->nports; i++) {
		if (!nic->ports[i]) {
			*index = i;
			return 0;
		}
		if (*index != FN_PORT_ANY) {
			fn_extack(extack, "port %u of card %u is there", i,
				  nic->index);
			return -EEXIST;
		}
	}
	if (*index == FN_PORT_ANY)
		fn_extack(extack, "all %u ports of card %u are there",
			  nic->nports, nic->index);
	else
		fn_extack(extack, "card %u has ports 0 to %u, not %u",
			  nic->index, nic->nports - 1, *index);
	return -ERANGE;
}

/**
 * fn_nic_port_add() - put a port that was taken out back into its place
 * @nic: the card
 * @index: number of the port, or FN_PORT_ANY; answer: which it became
 * @extack: says what was refused and why
 *
 * Its netdevs begin in the initial network namespace, as those of a new card.
 *
 * Context: RTNL.
 * Return: 0 or a negative errno.
 */
int fn_nic_port_add(struct fn_nic *nic, u32 *index,
		    struct netlink_ext_ack *extack)
{
	LIST_HEAD(kill);
	int err;

	ASSERT_RTNL();
	if (!nic->offload) {
		fn_extack(extack, "card %u has failed: reload it by devlink",
			  nic->index);
		return -EIO;
	}
	err = fn_nic_free_port(nic, index, extack);
	if (err)
		return err;
	err = fn_nic_add_port(nic, &init_net, *index, NULL, extack);
	if (err && nic->ports[*index]) {
		fn_port_unregister(nic->ports[*index], &kill);
		unregister_netdevice_many(&kill);
	}
	return err;
}

/**
 * fn_nic_port_del() - take a port out of its card
 * @nic: the card
 * @index: number of the port
 * @extack: says what was refused and why
 *
 * What is attached to it is detached. Programs and maps that were loaded for it
 * move to another port; with the last one they become orphans.
 *
 * Context: RTNL; the port is gone when it has been released.
 * Return: 0, or -ENODEV without such a port, -EPERM if the card is a link's.
 */
int fn_nic_port_del(struct fn_nic *nic, u32 index,
		    struct netlink_ext_ack *extack)
{
	LIST_HEAD(kill);

	ASSERT_RTNL();
	if (index >= nic->nports || !nic->ports[index]) {
		fn_extack(extack, "card %u has no port %u", nic->index, index);
		return -ENODEV;
	}
	if (nic->origin == FN_ORIGIN_LINK) {
		fn_extack(
			extack,
			"card %u has one port, made by ip link add: ip link del removes both",
			nic->index);
		return -EPERM;
	}
	fn_port_unregister(nic->ports[index], &kill);
	unregister_netdevice_many(&kill);
	return 0;
}

/**
 * fn_nic_unregister() - remove a card, its netdevs together with others
 * @nic: the card
 * @head: devices that unregister_netdevice_many() will see
 *
 * May be called for both ends of a cable: the second call does nothing.
 *
 * Context: RTNL.
 */
void fn_nic_unregister(struct fn_nic *nic, struct list_head *head)
{
	u32 i;

	ASSERT_RTNL();
	if (!fn_nic_delist(nic))
		return;
	fn_capture_end(nic);
	for (i = 0; i < nic->nports; i++) {
		if (nic->ports[i])
			fn_port_unregister(nic->ports[i], head);
	}
	fn_nic_put(nic);
}

/**
 * fn_nic_destroy() - pull a card out of its slot
 * @nic: the card
 *
 * Programs and maps that are still held become orphans.
 *
 * Context: RTNL; the card is gone when it has been released.
 */
void fn_nic_destroy(struct fn_nic *nic)
{
	LIST_HEAD(kill);

	fn_nic_unregister(nic, &kill);
	unregister_netdevice_many(&kill);
}

/* Whatever cards are left, when nobody can make new ones any more. */
void fn_nics_exit(void)
{
	struct fn_nic *nic, *next;

	rtnl_lock();
	list_for_each_entry_safe(nic, next, &fn_nics, node)
		fn_nic_destroy(nic);
	rtnl_unlock();
	fn_nic_ids_exit();
}
