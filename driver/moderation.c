// SPDX-License-Identifier: GPL-2.0
/*
 * Moderation as ethtool -c and -C show and set it: of a port's interrupts, at the
 * port; of how often the card is woken, at the cable end. The card does it.
 */

#include "flownic.h"

/* What a stream of frames profits from, and a ping does not feel. */
#define FN_WAKE_USECS 50
#define FN_WAKE_FRAMES 64

static int fn_moderation_tell(struct fn_port *port,
			      const struct fn_moderation *to)
{
	struct fn_msg_port_moderation msg = { .port = port->index, .to = *to };
	int err;

	err = fn_card_ctrl(port->nic->card, FN_CTRL_PORT_MODERATION, &msg,
			   sizeof(msg));
	if (!err)
		port->moderation = *to;
	return err;
}

/**
 * fn_moderation_create() - a new port's: threads nap, interrupts come at once
 * @port: the port
 *
 * Return: 0 or a negative errno.
 */
int fn_moderation_create(struct fn_port *port)
{
	const struct fn_moderation defaults = {
		.rx_frames = 1,
		.tx_frames = 1,
		.wake_usecs = FN_WAKE_USECS,
		.wake_frames = FN_WAKE_FRAMES,
	};

	return fn_moderation_tell(port, &defaults);
}

void fn_moderation_get(const struct fn_port *port,
		       struct ethtool_coalesce *coalesce)
{
	const struct fn_moderation *m = &port->moderation;

	coalesce->rx_coalesce_usecs = m->rx_usecs;
	coalesce->rx_max_coalesced_frames = m->rx_frames;
	coalesce->tx_coalesce_usecs = m->tx_usecs;
	coalesce->tx_max_coalesced_frames = m->tx_frames;
}

static int fn_moderation_check(const char *what, u32 usecs, u32 frames,
			       struct netlink_ext_ack *extack)
{
	if (usecs > FN_MODERATION_USECS) {
		fn_extack(extack, "%s-usecs can be 0 to %u, not %u", what,
			  FN_MODERATION_USECS, usecs);
		return -ERANGE;
	}
	if (usecs || frames == 1)
		return 0;
	fn_extack(
		extack,
		"%s-frames %u needs a time after which fewer are enough: set %s-usecs to 1 to %u, or %s-frames to 1",
		what, frames, what, FN_MODERATION_USECS, what);
	return -EINVAL;
}

int fn_moderation_set(struct fn_port *port,
		      const struct ethtool_coalesce *coalesce,
		      struct netlink_ext_ack *extack)
{
	struct fn_moderation to = port->moderation;
	int err;

	to.rx_usecs = coalesce->rx_coalesce_usecs;
	to.rx_frames = coalesce->rx_max_coalesced_frames;
	to.tx_usecs = coalesce->tx_coalesce_usecs;
	to.tx_frames = coalesce->tx_max_coalesced_frames;
	err = fn_moderation_check("rx", to.rx_usecs, to.rx_frames, extack);
	if (!err)
		err = fn_moderation_check("tx", to.tx_usecs, to.tx_frames,
					  extack);
	return err ?: fn_moderation_tell(port, &to);
}

void fn_moderation_get_wake(const struct fn_port *port,
			    struct ethtool_coalesce *coalesce)
{
	coalesce->tx_coalesce_usecs = port->moderation.wake_usecs;
	coalesce->tx_max_coalesced_frames = port->moderation.wake_frames;
}

int fn_moderation_set_wake(struct fn_port *port,
			   const struct ethtool_coalesce *coalesce,
			   struct netlink_ext_ack *extack)
{
	struct fn_moderation to = port->moderation;
	int err;

	to.wake_usecs = coalesce->tx_coalesce_usecs;
	to.wake_frames = coalesce->tx_max_coalesced_frames;
	err = fn_moderation_check("tx", to.wake_usecs, to.wake_frames, extack);
	return err ?: fn_moderation_tell(port, &to);
}
