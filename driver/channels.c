// SPDX-License-Identifier: GPL-2.0
/*
 * How many queue pairs a port has, and what goes with the number: NAPI
 * instances, the stack's idea of it, which CPU sends on which queue, which queue
 * gets which frame.
 */

#include <linux/cpumask.h>

#include "flownic.h"

/* A machine with few CPUs may still want to try out many queues. */
#define FN_CHANNELS_LEAST_MAX 16

/**
 * fn_channels_max() - queue pairs that a new port can have
 */
u32 fn_channels_max(void)
{
	return clamp_t(u32, num_possible_cpus(), FN_CHANNELS_LEAST_MAX,
		       FN_MAX_QUEUES);
}

/**
 * fn_channels_add() - have NAPI instances for queues that will be in use
 * @port: the port
 * @n: of so many queues at least
 */
void fn_channels_add(struct fn_port *port, u32 n)
{
	for (; port->napis < n; port->napis++)
		netif_napi_add(port->dev, &port->queues[port->napis].napi,
			       fn_poll);
}

/**
 * fn_channels_trim() - remove NAPI instances of queues that are not in use
 * @port: the port
 * @n: queues that are in use
 *
 * Context: may sleep.
 */
void fn_channels_trim(struct fn_port *port, u32 n)
{
	if (port->napis <= n)
		return;
	while (port->napis > n)
		__netif_napi_del(&port->queues[--port->napis].napi);
	synchronize_net();
}

/**
 * fn_channels_set_xps() - have each CPU send on one queue
 * @port: the port, registered
 *
 * That is advice: without memory there is none.
 */
void fn_channels_set_xps(struct fn_port *port)
{
	u32 n = port->config.queues;
	cpumask_var_t mask;
	unsigned int cpu;
	u32 i;

	if (n == 1 || !zalloc_cpumask_var(&mask, GFP_KERNEL))
		return;
	for (i = 0; i < n; i++) {
		cpumask_clear(mask);
		for_each_possible_cpu(cpu)
			if (cpu % n == i)
				cpumask_set_cpu(cpu, mask);
		netif_set_xps_queue(port->dev, mask, i);
	}
	free_cpumask_var(mask);
}

/**
 * fn_channels_apply() - tell the stack and the card of a port's queues
 * @port: the port, not running
 *
 * Return: 0 or a negative errno.
 */
int fn_channels_apply(struct fn_port *port)
{
	struct net_device *dev = port->dev;
	u32 n = port->config.queues;
	int err;

	port->ever_queues = max(port->ever_queues, n);
	if (dev->real_num_rx_queues == n && dev->real_num_tx_queues == n)
		return 0;
	err = netif_set_real_num_queues(dev, n, n);
	if (!err)
		err = fn_rss_spread(port);
	if (!err && dev->reg_state == NETREG_REGISTERED)
		fn_channels_set_xps(port);
	return err;
}
