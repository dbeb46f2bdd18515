// SPDX-License-Identifier: GPL-2.0
/*
 * Ports: their configuration, their cables, their counters.
 */
#include "../engine/prog.h"
#include "filter.h"
#include "flow.h"

/**
 * fn_card_port - a port by number
 * @card: card
 * @port: any number
 *
 * Return: NULL if the card has no such port.
 */
struct fn_card_port *fn_card_port(struct fn_card *card, u32 port)
{
	return port < card->nports ? &card->ports[port] : NULL;
}

/**
 * fn_card_port_init - make a port of a card that is being powered on
 * @card: card
 * @port: number
 *
 * Return: 0 or -ENOMEM.
 */
int fn_card_port_init(struct fn_card *card, u32 port)
{
	struct fn_card_port *p = &card->ports[port];
	u32 i;

	p->index = port;
	p->mtu = 1500;
	p->pause = true;
	p->rx_csum = true;
	p->share = fn_alloc(card->nworkers * sizeof(*p->share));
	if (!p->share)
		return -ENOMEM;
	for (i = 0; i < card->nworkers; i++) {
		fn_lock_init(&p->share[i].lock);
		p->share[i].slots = card->config.queue;
	}
	return 0;
}

/**
 * fn_card_port_free - undo fn_card_port_init(), when no worker runs any more
 * @card: card
 * @port: number
 */
void fn_card_port_free(struct fn_card *card, u32 port)
{
	struct fn_card_port *p = &card->ports[port];

	if (!p->share)
		return;
	fn_ingress_down(p, card->nworkers);
	fn_filters_free(p);
	fn_steer_free(p);
	fn_rules_free(p);
	fn_rx_filter_free(p);
	fn_free(fn_read_locked(p->wire));
	fn_free(p->share);
}

/**
 * fn_port_plug - plug a cable into a port
 * @card: card
 * @port: number
 * @ops: what the far end does
 * @wire: for @ops
 *
 * May sleep. Return: 0, -ENODEV without such a port, -EBUSY if it has a cable,
 * -ENOMEM.
 */
int fn_port_plug(struct fn_card *card, u32 port, const struct fn_mac_ops *ops,
		 void *wire)
{
	struct fn_card_port *p = fn_card_port(card, port);
	struct fn_wire *new;
	int ret = 0;

	if (!p)
		return -ENODEV;
	new = fn_alloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->ops = ops;
	new->wire = wire;
	fn_mutex_lock(&card->lock);
	if (fn_read_locked(p->wire))
		ret = -EBUSY;
	else
		fn_publish(p->wire, new);
	fn_mutex_unlock(&card->lock);
	if (ret)
		fn_free(new);
	return ret;
}

/**
 * fn_port_unplug - pull the cable out
 * @card: card
 * @port: number
 *
 * May sleep. The far end is not called any more after return.
 */
void fn_port_unplug(struct fn_card *card, u32 port)
{
	struct fn_card_port *p = fn_card_port(card, port);
	struct fn_wire *old;

	if (!p)
		return;
	fn_mutex_lock(&card->lock);
	old = fn_read_locked(p->wire);
	fn_publish(p->wire, NULL);
	fn_mutex_unlock(&card->lock);
	fn_wait_for_readers();
	fn_free(old);
	fn_port_hold(card, port, false);
}

/**
 * fn_port_hold - the far end of a port's cable wants a pause, or no more
 * @card: card
 * @port: number
 * @on: whether it wants one
 *
 * Frames of the host wait in its rings meanwhile. Those that a program sends back
 * or forwards do not wait: two ports that wait for each other would for ever.
 *
 * Any context.
 */
void fn_port_hold(struct fn_card *card, u32 port, bool on)
{
	struct fn_card_port *p = fn_card_port(card, port);
	u32 i;

	if (!p || READ_ONCE(p->held) == on)
		return;
	WRITE_ONCE(p->held, on);
	for (i = 0; !on && i < card->nworkers; i++)
		fn_worker_wake(&card->workers[i]);
}

/**
 * fn_card_port_transmit - send a frame out of a port
 * @w: worker
 * @port: port
 * @frame: frame
 * @len: bytes of it
 *
 * Under fn_read_lock(). What the cable does not take is counted and gone.
 */
void fn_card_port_transmit(struct fn_worker *w, struct fn_card_port *port,
			   const void *frame, u32 len)
{
	struct fn_port_counters *c = &port->share[w->index].out;
	struct fn_wire *wire = fn_read(port->wire);

	if (!wire || !READ_ONCE(port->up) ||
	    !wire->ops->transmit(wire->wire, frame, len)) {
		c->mac_tx_drop++;
		return;
	}
	c->mac_tx_frames++;
	c->mac_tx_bytes += len;
	w->tx_ports |= 1u << port->index;
}

static int set_mtu(struct fn_card_port *p, u32 mtu)
{
	u32 room = FN_PKT_CELL_LARGE - FN_PKT_HEADROOM - FN_PKT_TAIL_RESERVE;

	if (mtu < FN_MTU_MIN || mtu > room - FN_FRAME_OVERHEAD_MAC)
		return -EINVAL;
	if (p->up && mtu != p->mtu)
		return -EBUSY;
	p->mtu = mtu;
	return 0;
}

/* Nobody must find the number of one namespace with the name of another. */
static void set_ifindex(struct fn_card_port *p, u32 ifindex, u64 netns)
{
	if (p->ifindex && p->netns != netns) {
		WRITE_ONCE(p->ifindex, 0);
		fn_wait_for_readers();
	}
	p->netns = netns;
	fn_store_release(&p->ifindex, ifindex);
}

/**
 * fn_ctrl_port_set - FN_CTRL_PORT_SET
 * @card: card
 * @msg: struct fn_msg_port
 *
 * Return: 0, -ENODEV without such a port, -EINVAL for an MTU out of range or
 * unknown bits, -EBUSY for another MTU while the port is up.
 */
int fn_ctrl_port_set(struct fn_card *card, void *msg)
{
	const struct fn_msg_port *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	u32 known = FN_PORT_SET_MTU | FN_PORT_SET_IFINDEX | FN_PORT_SET_PAUSE |
		    FN_PORT_SET_RX_CSUM | FN_PORT_SET_VLAN_STRIP |
		    FN_PORT_SET_GRO;
	u32 i;
	int ret;

	if (!p)
		return -ENODEV;
	if (m->set & ~known)
		return -EINVAL;
	if (m->set & FN_PORT_SET_MTU) {
		ret = set_mtu(p, m->mtu);
		if (ret)
			return ret;
	}
	if (m->set & FN_PORT_SET_IFINDEX)
		set_ifindex(p, m->ifindex, m->netns);
	if (m->set & FN_PORT_SET_PAUSE)
		WRITE_ONCE(p->pause, m->pause);
	if (m->set & FN_PORT_SET_RX_CSUM)
		WRITE_ONCE(p->rx_csum, m->rx_csum);
	if (m->set & FN_PORT_SET_VLAN_STRIP)
		WRITE_ONCE(p->vlan_strip, m->vlan_strip);
	if (m->set & FN_PORT_SET_GRO)
		WRITE_ONCE(p->gro, m->gro);
	/* Without pause, what waits for host buffers is dropped now. */
	for (i = 0; i < card->nworkers; i++)
		fn_worker_wake(&card->workers[i]);
	return 0;
}

/**
 * fn_ctrl_port_up - FN_CTRL_PORT_UP: let frames flow
 * @card: card
 * @msg: struct fn_msg_port_id
 *
 * Return: 0, also if the port is up, -ENODEV without such a port, -ENOMEM.
 */
int fn_ctrl_port_up(struct fn_card *card, void *msg)
{
	const struct fn_msg_port_id *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	u32 i;
	int ret;

	if (!p)
		return -ENODEV;
	if (p->up)
		return 0;
	ret = fn_ingress_up(p, card->nworkers);
	if (ret)
		return ret;
	fn_store_release(&p->up, true);
	for (i = 0; i < card->nworkers; i++)
		fn_worker_wake(&card->workers[i]);
	return 0;
}

/* A sender that was told to pause must hear of it that it may go on. */
static void resume(struct fn_card_port *p, u32 nworkers)
{
	struct fn_wire *wire;
	bool paused = false;
	u32 i;

	for (i = 0; i < nworkers; i++)
		paused |= fn_xchg(&p->share[i].paused, 0);
	if (!paused)
		return;
	fn_read_lock();
	wire = fn_read(p->wire);
	if (wire)
		wire->ops->resume(wire->wire);
	fn_read_unlock();
}

/**
 * fn_ctrl_port_down - FN_CTRL_PORT_DOWN: stop the frames
 * @card: card
 * @msg: struct fn_msg_port_id
 *
 * What is queued is dropped and counted.
 *
 * Return: 0, also if the port is down, -ENODEV without such a port.
 */
int fn_ctrl_port_down(struct fn_card *card, void *msg)
{
	const struct fn_msg_port_id *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);

	if (!p)
		return -ENODEV;
	if (!p->up)
		return 0;
	WRITE_ONCE(p->up, false);
	fn_ingress_down(p, card->nworkers);
	resume(p, card->nworkers);
	return 0;
}

/* All counters of a port are u64 and are added up as such. */
static void add(void *sum, const void *part, u32 bytes)
{
	const u64 *from = part;
	u64 *to = sum;
	u32 i;

	for (i = 0; i < bytes / sizeof(u64); i++)
		to[i] += READ_ONCE(from[i]);
}

/**
 * fn_ctrl_port_stats - FN_CTRL_PORT_STATS; any context up to softirq
 * @card: card
 * @msg: struct fn_msg_port_stats
 *
 * Return: 0, or -ENODEV without such a port.
 */
int fn_ctrl_port_stats(struct fn_card *card, void *msg)
{
	struct fn_msg_port_stats *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	struct fn_prog *prog;
	u32 i;

	if (!p)
		return -ENODEV;
	memset(&m->c, 0, sizeof(m->c));
	memset(m->faults, 0, sizeof(m->faults));
	m->up = READ_ONCE(p->up);
	m->queued = fn_ingress_queued(p, card->nworkers, &m->slots);
	fn_read_lock();
	prog = fn_read(p->prog);
	m->prog = prog ? prog->handle : 0;
	fn_read_unlock();
	add(&m->c, &p->refused, sizeof(m->c));
	for (i = 0; i < card->nworkers; i++) {
		add(&m->c, &p->share[i].in, sizeof(m->c));
		add(&m->c, &p->share[i].out, sizeof(m->c));
		add(m->faults, p->share[i].faults, sizeof(m->faults));
	}
	return 0;
}

/**
 * fn_ctrl_port_prog - FN_CTRL_PORT_PROG: attach, replace or detach a program
 * @card: card
 * @msg: struct fn_msg_port_prog
 *
 * Return: 0, -ENODEV without such a port, -ENOENT without such a program, -EINVAL
 * if the program is not for frames.
 */
int fn_ctrl_port_prog(struct fn_card *card, void *msg)
{
	const struct fn_msg_port_prog *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	struct fn_prog *prog = NULL, *old;

	if (!p)
		return -ENODEV;
	if (m->prog) {
		prog = fn_table_find(&card->engine.progs, m->prog);
		if (!prog)
			return -ENOENT;
		if (prog->image->type != BPF_PROG_TYPE_XDP)
			return -EINVAL;
		fn_compiled_make(prog, &card->engine);
		prog->users++;
	}
	old = fn_read_locked(p->prog);
	fn_publish(p->prog, prog);
	fn_wait_for_readers();
	if (old)
		old->users--;
	return 0;
}
