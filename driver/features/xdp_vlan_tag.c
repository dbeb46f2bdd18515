// SPDX-License-Identifier: GPL-2.0
/* A native program can ask for the VLAN tag that its frame had (6.8). */
#include <linux/netdevice.h>
#include <net/xdp.h>

static int tag(const struct xdp_md *ctx, __be16 *proto, u16 *tci)
{
	return 0;
}

const struct xdp_metadata_ops fn_feature = {
	.xmo_rx_vlan_tag = tag,
};
