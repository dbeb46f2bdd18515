// SPDX-License-Identifier: GPL-2.0
/*
 * AF_XDP zero copy: sockets lend a queue their buffers, and take them back.
 */

#include <linux/dma-mapping.h>
#include <linux/rtnetlink.h>

#include "flownic.h"

/*
 * What crosses this bus are kernel addresses, which a pool's buffers have: they
 * are mapped because a driver has to, and there is nothing to synchronize.
 */
#define FN_XSK_DMA_ATTRS DMA_ATTR_SKIP_CPU_SYNC

static bool fn_xsk_fits(struct xsk_buff_pool *pool, u32 mtu)
{
	return fn_xsk_has_frags(pool) ||
	       fn_xsk_room(pool) >= mtu + FN_FRAME_OVERHEAD;
}

/* bind(2) has no room for a sentence. */
static int fn_xsk_refuse(struct fn_port *port, int err, const char *why)
{
	fn_refused(port->nic, "AF_XDP buffers", port->dev, err, why);
	return err;
}

static int fn_xsk_check(struct fn_port *port, struct xsk_buff_pool *pool)
{
	u32 needs = port->config.mtu + FN_FRAME_OVERHEAD;
	char why[FN_WHY_LEN];

	if (fn_xsk_fits(pool, port->config.mtu))
		return 0;
	snprintf(
		why, sizeof(why),
		"chunks of %u bytes have room for frames of %u, and those of MTU %u have %u: use larger chunks, or XDP_USE_SG",
		xsk_pool_get_chunk_size(pool), fn_xsk_room(pool),
		port->config.mtu, needs);
	return fn_xsk_refuse(port, -EINVAL, why);
}

static int fn_xsk_enable(struct fn_port *port, struct xsk_buff_pool *pool,
			 u32 queue)
{
	struct fn_queue *q = &port->queues[queue];
	struct device *dev = port->dev->dev.parent;
	int err;

	/* Only who sets the mask is asked whether buffers need be synchronized. */
	err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
	if (!err)
		err = xsk_pool_dma_map(pool, dev, FN_XSK_DMA_ATTRS);
	if (err)
		return fn_xsk_refuse(
			port, err,
			"the memory of the sockets cannot be mapped for the card");
	err = fn_xsk_check(port, pool);
	if (!err)
		err = fn_port_lend(q, pool);
	if (err)
		xsk_pool_dma_unmap(pool, FN_XSK_DMA_ATTRS);
	return err;
}

static int fn_xsk_disable(struct fn_port *port, u32 queue)
{
	struct fn_queue *q = &port->queues[queue];
	struct xsk_buff_pool *pool = q->xsk;

	if (!pool)
		return -EINVAL;
	fn_port_lend(q, NULL);
	xsk_pool_dma_unmap(pool, FN_XSK_DMA_ATTRS);
	return 0;
}

/**
 * fn_xsk_setup() - XDP_SETUP_XSK_POOL: sockets lend buffers, or take them back
 * @port: the port, up or down
 * @pool: the buffers, or NULL
 * @queue: the sockets' queue
 *
 * Context: RTNL.
 * Return: 0 or a negative errno, then the queue works as it did before.
 */
int fn_xsk_setup(struct fn_port *port, struct xsk_buff_pool *pool, u32 queue)
{
	if (queue >= port->config.queues)
		return -EINVAL;
	return pool ? fn_xsk_enable(port, pool, queue) :
		      fn_xsk_disable(port, queue);
}

/**
 * fn_xsk_mtu_fits() - have lent buffers room for frames of an MTU?
 * @port: the port
 * @mtu: bytes
 */
bool fn_xsk_mtu_fits(const struct fn_port *port, u32 mtu)
{
	u32 i;

	for (i = 0; i < port->config.queues; i++) {
		struct xsk_buff_pool *pool = port->queues[i].xsk;

		/* The kernel takes buffers back some time after close(2). */
		if (pool && refcount_read(&pool->users) &&
		    !fn_xsk_fits(pool, mtu))
			return false;
	}
	return true;
}
