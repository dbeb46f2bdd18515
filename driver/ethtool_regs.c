// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool -d: where the rings of a port stand, five words each: entries, head,
 * tail, the tail that the card was told, descriptors that are cleaned. Zero
 * while the port is down.
 */

#include "flownic.h"

#define FN_REGS_VERSION 1
#define FN_REGS_RING 5 /* words */
#define FN_REGS_QUEUE (4 * FN_REGS_RING)

int fn_ethtool_regs_len(struct net_device *dev)
{
	const struct fn_port *port = netdev_priv(dev);

	return port->config.queues * FN_REGS_QUEUE * sizeof(u32);
}

static u32 *fn_rx_ring_regs(const struct fn_rx_ring *rx, u32 *to)
{
	*to++ = rx->mask + 1;
	*to++ = READ_ONCE(rx->head);
	*to++ = READ_ONCE(rx->tail);
	*to++ = READ_ONCE(rx->notified);
	*to++ = READ_ONCE(rx->head);
	return to;
}

static u32 *fn_tx_ring_regs(const struct fn_tx_ring *tx, u32 *to)
{
	*to++ = tx->mask + 1;
	*to++ = READ_ONCE(tx->head);
	*to++ = READ_ONCE(tx->tail);
	*to++ = READ_ONCE(tx->notified);
	*to++ = READ_ONCE(tx->clean);
	return to;
}

/* Under RTNL, so that the rings stay. */
void fn_ethtool_regs(struct net_device *dev, struct ethtool_regs *regs,
		     void *to)
{
	const struct fn_port *port = netdev_priv(dev);
	u32 *word = to;
	u32 i;

	regs->version = FN_REGS_VERSION;
	memset(to, 0, fn_ethtool_regs_len(dev));
	for (i = 0; port->running && i < port->config.queues; i++) {
		const struct fn_rings *rings = port->queues[i].rings;

		word = fn_rx_ring_regs(&rings->rx, word);
		word = fn_tx_ring_regs(&rings->tx, word);
		word = fn_tx_ring_regs(&rings->xdp, word);
		if (rings->xsk.desc)
			word = fn_tx_ring_regs(&rings->xsk, word);
		else
			word += FN_REGS_RING;
	}
}
