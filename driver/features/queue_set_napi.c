// SPDX-License-Identifier: GPL-2.0
/* A queue says which NAPI serves it (6.8). */
#include <linux/netdevice.h>

void fn_feature(struct net_device *dev, struct napi_struct *napi)
{
	netif_queue_set_napi(dev, 0, NETDEV_QUEUE_TYPE_RX, napi);
}
