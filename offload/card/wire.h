/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers as frames have them, and VLAN tags: those that the card looks past, and
 * that which it puts in and takes out.
 */
#ifndef FN_CARD_WIRE_H
#define FN_CARD_WIRE_H

#include "../platform.h"

#define FN_ETH_8021Q 0x8100
#define FN_ETH_8021AD 0x88a8
#define FN_VLAN_TAG 4 /* bytes */

static inline u32 fn_get_be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 fn_get_be32(const u8 *p)
{
	return fn_get_be16(p) << 16 | fn_get_be16(p + 2);
}

static inline void fn_put_be16(u8 *p, u32 v)
{
	p[0] = v >> 8 & 0xff;
	p[1] = v & 0xff;
}

/* The Ethernet type behind two VLAN tags at most, and where it is. */
static inline u32 fn_ether_type(const u8 *frame, u32 len, u32 *at)
{
	u32 type = fn_get_be16(frame + 12);

	*at = 12;
	while ((type == FN_ETH_8021Q || type == FN_ETH_8021AD) &&
	       *at < 12 + 2 * FN_VLAN_TAG && len >= *at + FN_VLAN_TAG + 2) {
		*at += FN_VLAN_TAG;
		type = fn_get_be16(frame + *at);
	}
	return type;
}

/* Is there a tag of 802.1Q behind the addresses, and a frame without it? */
static inline bool fn_vlan_tagged(const u8 *frame, u32 len)
{
	return len >= 14 + FN_VLAN_TAG &&
	       fn_get_be16(frame + 12) == FN_ETH_8021Q;
}

#endif /* FN_CARD_WIRE_H */
