// SPDX-License-Identifier: GPL-2.0
/*
 * Where a frame's addresses and ports are. VLAN tags and the options of IPv4 are
 * looked past, the extension headers of IPv6 are not.
 */
#include "flow.h"
#include "wire.h"

/* The kind of a protocol with ports, counted from that of IP. */
static u32 transport(u32 proto)
{
	switch (proto) {
	case 6:
		return FN_FLOW_TCP4 - FN_FLOW_IPV4;
	case 17:
		return FN_FLOW_UDP4 - FN_FLOW_IPV4;
	case 132:
		return FN_FLOW_SCTP4 - FN_FLOW_IPV4;
	}
	return 0;
}

static void find_ports(struct fn_flow *f, u32 proto, const u8 *p, u32 len)
{
	u32 above = transport(proto);

	if (!above || len < 4)
		return;
	f->kind += above;
	f->ports = p;
}

static void find_ipv4(struct fn_flow *f, const u8 *p, u32 len)
{
	u32 ihl;

	if (len < 20)
		return;
	ihl = (p[0] & 0xf) * 4;
	f->kind = FN_FLOW_IPV4;
	f->addr = p + 12;
	f->naddr = 8;
	/* A fragment has an offset or more to follow. */
	if (!(fn_get_be16(p + 6) & 0x3fff) && ihl >= 20 && len > ihl)
		find_ports(f, p[9], p + ihl, len - ihl);
}

static void find_ipv6(struct fn_flow *f, const u8 *p, u32 len)
{
	if (len < 40)
		return;
	f->kind = FN_FLOW_IPV6;
	f->addr = p + 8;
	f->naddr = 32;
	find_ports(f, p[6], p + 40, len - 40);
}

/**
 * fn_flow_find - find out what flow a frame is of
 * @f: answer
 * @frame: the frame
 * @len: bytes of it, at least FN_FRAME_MIN
 */
void fn_flow_find(struct fn_flow *f, const u8 *frame, u32 len)
{
	u32 at;
	u32 type = fn_ether_type(frame, len, &at);

	f->kind = FN_FLOW_OTHER;
	f->naddr = 0;
	f->ports = NULL;
	f->type = frame + at;
	at += 2;
	if (type == 0x0800)
		find_ipv4(f, frame + at, len - at);
	else if (type == 0x86dd)
		find_ipv6(f, frame + at, len - at);
}
