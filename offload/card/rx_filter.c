// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames the host gets, by their address and by their VLAN. It is asked
 * when programs have decided, so that those on the card see all that comes in.
 */
#include "card.h"
#include "wire.h"

/**
 * struct fn_rx_filter - a port's
 * @by: FN_RX_BY_*
 * @all_multicast: frames to groups need no address
 * @addresses: number of @address
 * @address: that frames may have
 * @vlan: VLANs that frames may be of, a bit each
 */
struct fn_rx_filter {
	u32 by;
	bool all_multicast;
	u32 addresses;
	u64 address[FN_RX_ADDRESSES];
	u64 vlan[FN_VLANS / 64];
};

/* The same number for the same address, and for no other. */
static u64 number(const u8 *address)
{
	u64 n = 0;

	memcpy(&n, address, 6);
	return n;
}

static bool has_address(const struct fn_rx_filter *f, const u8 *frame)
{
	static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	u64 dst = number(frame);
	u32 i;

	if (dst == number(all) || (f->all_multicast && frame[0] & 1))
		return true;
	for (i = 0; i < f->addresses; i++)
		if (f->address[i] == dst)
			return true;
	return false;
}

static bool has_vlan(const struct fn_rx_filter *f, const u8 *frame, u32 len)
{
	u32 id;

	if (!fn_vlan_tagged(frame, len))
		return true;
	id = fn_get_be16(frame + 14) % FN_VLANS;
	return !id || f->vlan[id / 64] >> id % 64 & 1;
}

/**
 * fn_rx_filter_admits - does the host get a frame?
 * @f: filter of the port that it came in on
 * @pkt: decided frame
 *
 * Under fn_read_lock().
 */
bool fn_rx_filter_admits(const struct fn_rx_filter *f,
			 const struct fn_packet *pkt)
{
	const u8 *frame = pkt->cell + pkt->data;

	return (!(f->by & FN_RX_BY_ADDRESS) || has_address(f, frame)) &&
	       (!(f->by & FN_RX_BY_VLAN) ||
		has_vlan(f, frame, fn_packet_len(pkt)));
}

static struct fn_rx_filter *make(const struct fn_msg_port_rx_filter *m)
{
	struct fn_rx_filter *f = fn_alloc(sizeof(*f));
	u32 i;

	if (!f)
		return NULL;
	f->by = m->by;
	f->all_multicast = m->all_multicast;
	f->addresses = m->addresses;
	for (i = 0; i < m->addresses; i++)
		f->address[i] = number(m->address[i]);
	memcpy(f->vlan, m->vlan, sizeof(f->vlan));
	return f;
}

/**
 * fn_ctrl_port_rx_filter - FN_CTRL_PORT_RX_FILTER: say which frames the host gets
 * @card: card
 * @msg: struct fn_msg_port_rx_filter
 *
 * Return: 0, -ENODEV without such a port, -EINVAL for unknown bits or too many
 * addresses, -ENOMEM.
 */
int fn_ctrl_port_rx_filter(struct fn_card *card, void *msg)
{
	const struct fn_msg_port_rx_filter *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	struct fn_rx_filter *f = NULL, *old;

	if (!p)
		return -ENODEV;
	if (m->by & ~(FN_RX_BY_ADDRESS | FN_RX_BY_VLAN) ||
	    m->addresses > FN_RX_ADDRESSES)
		return -EINVAL;
	if (m->by) {
		f = make(m);
		if (!f)
			return -ENOMEM;
	}
	old = fn_read_locked(p->rx_filter);
	fn_publish(p->rx_filter, f);
	if (old) {
		fn_wait_for_readers();
		fn_free(old);
	}
	return 0;
}

/**
 * fn_rx_filter_free - forget a port's filter, when no worker runs any more
 * @port: port of a card that is being powered off
 */
void fn_rx_filter_free(struct fn_card_port *port)
{
	fn_free(fn_read_locked(port->rx_filter));
}
