// SPDX-License-Identifier: GPL-2.0
/*
 * A cable between two ports, with no netdev in between: what one port's MAC
 * sends, the other's receives.
 */

#include <linux/rtnetlink.h>

#include "flownic.h"

/**
 * struct fn_joint_end - what a port is plugged into
 * @port: the port
 * @far: the end at the other port
 * @resumes: counts the other port's calls to go on
 */
struct fn_joint_end {
	struct fn_port *port;
	struct fn_joint_end *far;
	atomic_t resumes;
};

/**
 * struct fn_joint - a cable between two ports
 * @end: one for each of them
 */
struct fn_joint {
	struct fn_joint_end end[2];
};

static void fn_joint_hold(const struct fn_joint_end *end, bool on)
{
	fn_port_hold(end->port->nic->card, end->port->index, on);
}

/*
 * The far port may ask for a pause, and take that back before the sender is
 * held. As on a wire, what the far port does not take is gone and is that port's
 * to count.
 */
static bool fn_joint_transmit(void *wire, const void *frame, u32 len)
{
	const struct fn_mac_seg seg = { frame, len };
	struct fn_joint_end *end = wire;
	const struct fn_port *to = end->far->port;
	int resumes = atomic_read(&end->resumes);

	if (fn_port_receive(to->nic->card, to->index, &seg, 1) != FN_MAC_PAUSE)
		return true;
	fn_joint_hold(end, true);
	smp_mb(); /* pairs with fn_joint_resume() */
	if (atomic_read(&end->resumes) != resumes)
		fn_joint_hold(end, false);
	return true;
}

/* @wire's port has room again: its far end may send. */
static void fn_joint_resume(void *wire)
{
	struct fn_joint_end *sender = ((struct fn_joint_end *)wire)->far;

	atomic_inc(&sender->resumes);
	smp_mb__after_atomic(); /* pairs with fn_joint_transmit() */
	fn_joint_hold(sender, false);
}

static void fn_joint_flush(void *wire)
{
	const struct fn_port *to = ((struct fn_joint_end *)wire)->far->port;

	fn_port_kick(to->nic->card, to->index);
}

static const struct fn_mac_ops fn_joint_mac_ops = {
	.transmit = fn_joint_transmit,
	.resume = fn_joint_resume,
	.flush = fn_joint_flush,
};

static int fn_joint_plug(struct fn_joint_end *end)
{
	return fn_port_plug(end->port->nic->card, end->port->index,
			    &fn_joint_mac_ops, end);
}

static void fn_joint_unplug(const struct fn_joint_end *end)
{
	fn_port_unplug(end->port->nic->card, end->port->index);
}

/* Each end is called for both ports: both are unplugged before either goes. */
static int fn_joint_plug_both(struct fn_joint *joint)
{
	int err = fn_joint_plug(&joint->end[0]);

	if (err)
		return err;
	err = fn_joint_plug(&joint->end[1]);
	if (err)
		fn_joint_unplug(&joint->end[0]);
	return err;
}

static struct fn_joint *fn_joint_alloc(struct fn_port *a, struct fn_port *b)
{
	struct fn_joint *joint = kzalloc(sizeof(*joint), GFP_KERNEL);

	if (!joint)
		return NULL;
	joint->end[0].port = a;
	joint->end[0].far = &joint->end[1];
	joint->end[1].port = b;
	joint->end[1].far = &joint->end[0];
	return joint;
}

static void fn_joint_remove_cables(struct fn_port *a, struct fn_port *b)
{
	LIST_HEAD(kill);

	if (a->peer)
		unregister_netdevice_queue(a->peer, &kill);
	if (b->peer)
		unregister_netdevice_queue(b->peer, &kill);
	unregister_netdevice_many(&kill);
}

/**
 * fn_joint_restore_cable() - give a port a cable with a netdev at the end again
 * @port: a port without a cable
 * @extack: says what failed; may be NULL
 *
 * A port that goes, or whose namespace does, gets no netdev there.
 *
 * Context: RTNL.
 * Return: 0 or a negative errno.
 */
int fn_joint_restore_cable(struct fn_port *port, struct netlink_ext_ack *extack)
{
	struct net *net = dev_net(port->dev);
	int err;

	if (port->dev->reg_state != NETREG_REGISTERED)
		return 0;
	err = fn_cable_create(port->nic, check_net(net) ? net : &init_net,
			      port->index, extack);
	if (err && net_ratelimit())
		netdev_err(
			port->dev,
			"no cable end: error %d; 'flownic cable %s off' tries again\n",
			err, port->dev->name);
	return err;
}

static int fn_joint_check(struct fn_port *a, struct fn_port *b,
			  struct netlink_ext_ack *extack)
{
	struct fn_port *taken = a->joint ? a : b;

	if (a == b) {
		fn_extack(
			extack,
			"%s has one cable: it goes to another port, not to itself",
			a->dev->name);
		return -EINVAL;
	}
	if (!taken->joint)
		return 0;
	fn_extack(extack,
		  "there is a cable between %s and %s: take it off first",
		  taken->dev->name, taken->far->dev->name);
	return -EBUSY;
}

/**
 * fn_joint_make() - put a cable between two ports
 * @a: a port
 * @b: another, of any card, in any namespace
 * @extack: says what was refused and why
 *
 * The netdevs at the ends of their cables go.
 *
 * Context: RTNL.
 * Return: 0 or a negative errno, then the ports have the cables they had, though
 *	with new netdevs if memory was short half-way.
 */
int fn_joint_make(struct fn_port *a, struct fn_port *b,
		  struct netlink_ext_ack *extack)
{
	int err = fn_joint_check(a, b, extack);
	struct fn_joint *joint;

	if (err)
		return err;
	joint = fn_joint_alloc(a, b);
	if (!joint)
		return -ENOMEM;
	fn_joint_remove_cables(a, b);
	err = fn_joint_plug_both(joint);
	if (err) {
		kfree(joint);
		fn_joint_restore_cable(a, NULL);
		fn_joint_restore_cable(b, NULL);
		return err;
	}
	a->joint = joint;
	b->joint = joint;
	a->far = b;
	b->far = a;
	fn_port_update_carrier(a);
	return 0;
}

/**
 * fn_joint_end() - take off the cable between a port and another
 * @port: a port, which may be on its way out
 * @extack: says what failed; may be NULL
 *
 * Both have cables with a netdev at the end again, each in the namespace of its
 * port.
 *
 * Context: RTNL.
 * Return: 0, also if there is no such cable, or a negative errno: then it is off
 *	and one of the ports has none, for fn_joint_restore_cable().
 */
int fn_joint_end(struct fn_port *port, struct netlink_ext_ack *extack)
{
	struct fn_port *far = port->far;
	struct fn_joint *joint = port->joint;
	int err;

	if (!joint)
		return 0;
	fn_joint_unplug(&joint->end[0]);
	fn_joint_unplug(&joint->end[1]);
	kfree(joint);
	port->joint = NULL;
	far->joint = NULL;
	port->far = NULL;
	far->far = NULL;
	fn_port_update_carrier(port);
	fn_port_update_carrier(far);
	err = fn_joint_restore_cable(port, extack);
	return fn_joint_restore_cable(far, extack) ?: err;
}
