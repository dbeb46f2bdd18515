// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages: from the number of a message to the function that handles
 * it.
 */
#include "capture.h"
#include "card.h"
#include "filter.h"

struct ctrl {
	int (*handle)(struct fn_card *card, void *msg);
	size_t size;
	bool unlocked; /* does not need card->lock and so never waits for it */
};

#define LOCKED(fn, type)                       \
	{                                      \
		fn, sizeof(struct type), false \
	}
#define UNLOCKED(fn, type)                    \
	{                                     \
		fn, sizeof(struct type), true \
	}

/* clang-format off */
static const struct ctrl ctrls[FN_NCTRLS] = {
	[FN_CTRL_CAPS]		= UNLOCKED(fn_ctrl_caps, fn_msg_caps),
	[FN_CTRL_PORT_SET]	= LOCKED(fn_ctrl_port_set, fn_msg_port),
	[FN_CTRL_PORT_UP]	= LOCKED(fn_ctrl_port_up, fn_msg_port_id),
	[FN_CTRL_PORT_DOWN]	= LOCKED(fn_ctrl_port_down, fn_msg_port_id),
	[FN_CTRL_PORT_STATS]	= UNLOCKED(fn_ctrl_port_stats, fn_msg_port_stats),
	[FN_CTRL_PORT_PROG]	= LOCKED(fn_ctrl_port_prog, fn_msg_port_prog),
	[FN_CTRL_PORT_MODERATION] = LOCKED(fn_ctrl_port_moderation,
					   fn_msg_port_moderation),
	[FN_CTRL_PORT_RSS]	= LOCKED(fn_ctrl_port_rss, fn_msg_port_rss),
	[FN_CTRL_PORT_RULE]	= LOCKED(fn_ctrl_port_rule, fn_msg_port_rule),
	[FN_CTRL_PORT_RINGS]	= LOCKED(fn_ctrl_port_rings, fn_msg_port_id),
	[FN_CTRL_PORT_RX_FILTER] = LOCKED(fn_ctrl_port_rx_filter,
					  fn_msg_port_rx_filter),
	[FN_CTRL_PORT_FILTER]	= LOCKED(fn_ctrl_port_filter, fn_msg_port_filter),
	[FN_CTRL_FILTER_STATS]	= LOCKED(fn_ctrl_filter_stats, fn_msg_filter_stats),
	[FN_CTRL_RING_CREATE]	= LOCKED(fn_ctrl_ring_create, fn_msg_ring),
	[FN_CTRL_RING_DESTROY]	= LOCKED(fn_ctrl_ring_destroy, fn_msg_ring_id),
	[FN_CTRL_PROG_LOAD]	= LOCKED(fn_ctrl_prog_load, fn_msg_prog_load),
	[FN_CTRL_PROG_UNLOAD]	= LOCKED(fn_ctrl_prog_unload, fn_msg_handle),
	[FN_CTRL_PROG_GET]	= LOCKED(fn_ctrl_prog_get, fn_msg_prog),
	[FN_CTRL_PROG_IMAGE]	= LOCKED(fn_ctrl_prog_image, fn_msg_prog_image),
	[FN_CTRL_MAP_CREATE]	= LOCKED(fn_ctrl_map_create, fn_msg_map),
	[FN_CTRL_MAP_FREE]	= LOCKED(fn_ctrl_map_free, fn_msg_handle),
	[FN_CTRL_MAP_GET]	= LOCKED(fn_ctrl_map_get, fn_msg_map),
	[FN_CTRL_MAP_KIND]	= LOCKED(fn_ctrl_map_kind, fn_msg_map_kind),
	[FN_CTRL_MAP_OP]	= UNLOCKED(fn_ctrl_map_op, fn_msg_map_op),
	[FN_CTRL_WORKER_GET]	= LOCKED(fn_ctrl_worker_get, fn_msg_worker),
	[FN_CTRL_FAULT_GET]	= LOCKED(fn_ctrl_fault_get, fn_msg_fault),
	[FN_CTRL_INJECT]	= LOCKED(fn_ctrl_inject, fn_msg_inject),
	[FN_CTRL_STORE_CHECK]	= LOCKED(fn_ctrl_store_check, fn_msg_store),
	[FN_CTRL_STORE_RELOAD]	= LOCKED(fn_ctrl_store_reload, fn_msg_store),
	[FN_CTRL_CAPTURE_START]	= LOCKED(fn_ctrl_capture_start, fn_msg_capture),
	[FN_CTRL_CAPTURE_STOP]	= LOCKED(fn_ctrl_capture_stop, fn_msg_ring_id),
	[FN_CTRL_COUNTS_SET]	= LOCKED(fn_ctrl_counts_set, fn_msg_counts),
	[FN_CTRL_COUNTS_GET]	= LOCKED(fn_ctrl_counts_get, fn_msg_counts),
	[FN_CTRL_CLOCK_GET]	= LOCKED(fn_ctrl_clock_get, fn_msg_clock),
	[FN_CTRL_CLOCK_SET]	= LOCKED(fn_ctrl_clock_set, fn_msg_clock),
};
/* clang-format on */

/**
 * fn_card_ctrl - send a control message
 * @card: to it
 * @op: which message
 * @msg: the message, answered in place
 * @size: bytes of it, which must be those of the message's struct
 *
 * May sleep, except FN_CTRL_CAPS and FN_CTRL_PORT_STATS, which can be sent from
 * any context up to softirq.
 *
 * Return: 0 or a negative errno: -EOPNOTSUPP for an unknown message, -EINVAL
 * for one of another size, else what the message says.
 */
int fn_card_ctrl(struct fn_card *card, enum fn_ctrl_op op, void *msg,
		 size_t size)
{
	const struct ctrl *c;
	int ret;

	if ((u32)op >= FN_NCTRLS)
		return -EOPNOTSUPP;
	c = &ctrls[op];
	if (size != c->size)
		return -EINVAL;
	if (c->unlocked)
		return c->handle(card, msg);
	fn_mutex_lock(&card->lock);
	ret = c->handle(card, msg);
	fn_mutex_unlock(&card->lock);
	return ret;
}
