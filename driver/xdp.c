// SPDX-License-Identifier: GPL-2.0
/*
 * Native XDP, and the ring that takes its frames: those of XDP_TX and those
 * that others redirect here.
 */

#include <linux/bpf_trace.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>

#include "flownic.h"

/* Under @q->xdp_lock. False if the ring is full: the frame stays the caller's. */
static bool fn_xdp_enqueue(struct fn_queue *q, struct xdp_frame *frame)
{
	struct fn_tx_ring *ring = &q->rings->xdp;
	struct skb_shared_info *info = NULL;
	u32 i, n = 0;

	if (unlikely(xdp_frame_has_frags(frame))) {
		info = xdp_get_shared_info_from_frame(frame);
		n = info->nr_frags;
	}
	if (unlikely(fn_tx_unused(ring) < n + 1))
		return false;
	fn_tx_fill_desc(ring, frame->data, frame->len);
	for (i = 0; i < n; i++)
		fn_tx_fill_desc(ring, skb_frag_address(&info->frags[i]),
				skb_frag_size(&info->frags[i]));
	ring->desc[(ring->tail - 1) & ring->mask].flags |= FN_TX_EOP;
	ring->owner[(ring->tail - 1) & ring->mask] = frame;
	return true;
}

void fn_xdp_count_lost(struct fn_queue *q)
{
	u32 pending = fn_tx_ring_pending(&q->rings->xdp);

	local_bh_disable();
	fn_tx_stats_add(&q->xdp_stats, 0, 0, pending, 0);
	local_bh_enable();
}

static bool fn_xdp_forward(struct fn_queue *q, struct xdp_buff *xdp)
{
	struct xdp_frame *frame = xdp_convert_buff_to_frame(xdp);
	bool ok;
	u32 len;

	if (unlikely(!frame))
		return false;
	len = xdp_get_frame_len(frame);
	spin_lock(&q->xdp_lock);
	ok = fn_xdp_enqueue(q, frame);
	fn_tx_stats_add(&q->xdp_stats, ok, ok ? len : 0, !ok, 0);
	spin_unlock(&q->xdp_lock);
	return ok;
}

static enum fn_xdp_result fn_xdp_tx(struct fn_queue *q, struct xdp_buff *xdp,
				    struct fn_rx_counters *c)
{
	bool ok = q->rings->rx.xsk ? fn_xsk_forward(q, xdp) :
				     fn_xdp_forward(q, xdp);

	if (likely(ok)) {
		c->xdp_tx++;
		return FN_XDP_TX;
	}
	c->xdp_tx_err++;
	return FN_XDP_CONSUMED;
}

static enum fn_xdp_result fn_xdp_redirect(struct fn_queue *q,
					  struct bpf_prog *prog,
					  struct xdp_buff *xdp,
					  struct fn_rx_counters *c)
{
	if (likely(!xdp_do_redirect(q->port->dev, xdp, prog))) {
		c->xdp_redirect++;
		return FN_XDP_REDIR;
	}
	c->xdp_redirect_err++;
	return FN_XDP_CONSUMED;
}

/**
 * fn_xdp_run() - let a native program decide a frame
 * @q: queue it came in on
 * @prog: the program
 * @xdp: the frame
 * @c: counters
 *
 * Context: NAPI, RCU.
 * Return: what became of it; the buffer is the caller's again if FN_XDP_PASS
 *	or FN_XDP_CONSUMED.
 */
enum fn_xdp_result fn_xdp_run(struct fn_queue *q, struct bpf_prog *prog,
			      struct xdp_buff *xdp, struct fn_rx_counters *c)
{
	u32 act = bpf_prog_run_xdp(prog, xdp);

	switch (act) {
	case XDP_DROP:
		c->xdp_drop++;
		return FN_XDP_CONSUMED;
	case XDP_PASS:
		c->xdp_pass++;
		return FN_XDP_PASS;
	case XDP_TX:
		return fn_xdp_tx(q, xdp, c);
	case XDP_REDIRECT:
		return fn_xdp_redirect(q, prog, xdp, c);
	default:
		bpf_warn_invalid_xdp_action(q->port->dev, prog, act);
		fallthrough;
	case XDP_ABORTED:
		trace_xdp_exception(q->port->dev, prog, act);
		c->xdp_aborted++;
		return FN_XDP_CONSUMED;
	}
}

/* At the end of a batch: what was sent or redirected leaves. */
void fn_xdp_flush(struct fn_queue *q, u32 results)
{
	if (results & FN_XDP_REDIR)
		xdp_do_flush();
	if (results & FN_XDP_TX && q->rings->rx.xsk) {
		fn_tx_ring_flush(q, &q->rings->xsk);
	} else if (results & FN_XDP_TX) {
		spin_lock(&q->xdp_lock);
		fn_tx_ring_flush(q, &q->rings->xdp);
		spin_unlock(&q->xdp_lock);
	}
}

/* Free what the card is done with; NAPI. */
void fn_xdp_clean(struct fn_queue *q)
{
	struct fn_tx_ring *ring = &q->rings->xdp;
	/* Pairs with the card's release: it has read all up to here. */
	u32 head = smp_load_acquire(&ring->head);
	struct xdp_frame_bulk bulk;
	u32 at;

	if (ring->clean == head)
		return;
	rcu_read_lock();
	xdp_frame_bulk_init(&bulk);
	for (at = ring->clean; at != head; at++) {
		struct xdp_frame *frame = ring->owner[at & ring->mask];

		if (!frame)
			continue;
		ring->owner[at & ring->mask] = NULL;
		xdp_return_frame_bulk(frame, &bulk);
	}
	xdp_flush_frame_bulk(&bulk);
	rcu_read_unlock();
	smp_store_release(&ring->clean, head); /* pairs with fn_tx_unused() */
}

static int fn_xdp_xmit_queue(struct fn_queue *q, int n,
			     struct xdp_frame **frames, bool flush)
{
	u32 bytes = 0;
	int i;

	spin_lock(&q->xdp_lock);
	for (i = 0; i < n; i++) {
		u32 len = xdp_get_frame_len(frames[i]);

		if (!fn_xdp_enqueue(q, frames[i]))
			break;
		bytes += len;
	}
	if (flush)
		fn_tx_ring_flush(q, &q->rings->xdp);
	fn_tx_stats_add(&q->xdp_stats, i, bytes, n - i, 0);
	spin_unlock(&q->xdp_lock);
	return i;
}

/**
 * fn_xdp_xmit() - send frames that were redirected here
 * @dev: host netdev
 * @n: number of @frames
 * @frames: frames
 * @flags: XDP_XMIT_FLUSH
 *
 * Context: softirq, RCU; any CPU.
 * Return: number of frames taken, the rest stay the caller's; or an errno.
 */
int fn_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames,
		u32 flags)
{
	struct fn_port *port = netdev_priv(dev);
	u32 index = smp_processor_id() % port->config.queues;

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	/* Pairs with fn_port_start(): the rings are there. */
	if (unlikely(!smp_load_acquire(&port->running)))
		return -ENETDOWN;
	return fn_xdp_xmit_queue(&port->queues[index], n, frames,
				 flags & XDP_XMIT_FLUSH);
}

/**
 * fn_xdp_setup() - attach, replace or detach a native program
 * @port: the port
 * @prog: the program, a reference on which is handed over; NULL to detach
 * @extack: says what was refused
 *
 * The buffers have headroom for XDP at every MTU, so nothing is restarted and
 * no frame is lost: each is decided by the old program or by the new one.
 *
 * Context: RTNL.
 * Return: 0 or a negative errno, then the old program stays.
 */
int fn_xdp_setup(struct fn_port *port, struct bpf_prog *prog,
		 struct netlink_ext_ack *extack)
{
	struct bpf_prog *old = rtnl_dereference(port->xdp_prog);
	int err;

	if (prog && bpf_prog_is_offloaded(prog->aux)) {
		fn_extack(
			extack,
			"an offloaded program runs on the card, not in the driver of %s: attach it with xdpoffload",
			port->dev->name);
		return -EINVAL;
	}
	if (prog) {
		err = fn_offload_xdp_check(port->nic->offload, port->index,
					   port->dev->mtu, extack);
		if (err)
			return err;
	}
	rcu_assign_pointer(port->xdp_prog, prog);
	if (old)
		bpf_prog_put(old);
	/* For fn_netdev_fix_features(); not of a port that goes. */
	if (!old != !prog && port->dev->reg_state == NETREG_REGISTERED)
		netdev_update_features(port->dev);
	return 0;
}
