// SPDX-License-Identifier: GPL-2.0
/* A socket's buffer is told which frame it is to be a part of (6.14). */
#include <net/xdp_sock_drv.h>

bool fn_feature(struct xdp_buff *head, struct xdp_buff *xdp)
{
	return xsk_buff_add_frag(head, xdp);
}
