// SPDX-License-Identifier: GPL-2.0
/*
 * Native XDP at a cable end.
 *
 * While there is a program, frames from the port are copied into pages with the
 * headroom and tailroom that XDP asks for, in one piece at every MTU. The port
 * copies what it receives, so that XDP_TX gives no memory away; a redirect does.
 */

#include <linux/bpf_trace.h>
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>

#include "cable.h"

static bool fn_cable_fits_xdp(const struct sk_buff *skb)
{
	return skb->head_frag && !skb_is_nonlinear(skb) &&
	       skb_headroom(skb) >= XDP_PACKET_HEADROOM;
}

/* Any context. */
static struct sk_buff *fn_cable_alloc_page_skb(struct fn_cable *cable, u32 len)
{
	u32 need = XDP_PACKET_HEADROOM + len +
		   SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	unsigned int order = get_order(need);
	struct page *page = dev_alloc_pages(order);
	struct sk_buff *skb;

	if (!page)
		return NULL;
	skb = build_skb(page_address(page), PAGE_SIZE << order);
	if (!skb) {
		__free_pages(page, order);
		return NULL;
	}
	skb->dev = cable->dev;
	skb_reserve(skb, XDP_PACKET_HEADROOM);
	return skb;
}

/**
 * fn_cable_alloc_skb() - an skb for a frame from the port
 * @cable: the cable end
 * @frame: the frame, which is copied
 * @len: bytes of it
 *
 * Context: worker of the card, in a round.
 * Return: NULL if there is no memory.
 */
struct sk_buff *fn_cable_alloc_skb(struct fn_cable *cable, const void *frame,
				   u32 len)
{
	struct sk_buff *skb;

	if (rcu_access_pointer(cable->xdp_prog))
		skb = fn_cable_alloc_page_skb(cable, len);
	else
		skb = netdev_alloc_skb_ip_align(cable->dev, len);
	if (skb)
		skb_put_data(skb, frame, len);
	return skb;
}

/* A frame that was queued before there was a program. Takes @skb. */
static struct sk_buff *fn_cable_move_to_page(struct fn_cable *cable,
					     struct sk_buff *skb)
{
	struct sk_buff *copy = fn_cable_alloc_page_skb(cable, skb->len);

	if (copy)
		skb_copy_bits(skb, 0, skb_put(copy, skb->len), skb->len);
	else
		cable->xdp_stats.no_memory++;
	consume_skb(skb);
	return copy;
}

static bool fn_cable_xdp_tx(struct fn_cable *cable, const struct xdp_buff *xdp)
{
	struct netdev_queue *txq = netdev_get_tx_queue(cable->dev, 0);
	u32 len = xdp->data_end - xdp->data;
	bool ok;

	__netif_tx_lock(txq, smp_processor_id());
	ok = !netif_xmit_frozen_or_drv_stopped(txq);
	if (ok) {
		cable->segs[0] = (struct fn_mac_seg){ xdp->data, len };
		fn_cable_send(cable, txq, 1, len);
	}
	__netif_tx_unlock(txq);
	return ok;
}

/* The frame's page is shared between @skb and the receiver. */
static bool fn_cable_xdp_redirect(struct fn_cable *cable, struct sk_buff *skb,
				  struct bpf_prog *prog, struct xdp_buff *xdp)
{
	struct page *page = virt_to_head_page(skb->head);

	get_page(page);
	if (!xdp_do_redirect(cable->dev, xdp, prog))
		return true;
	put_page(page);
	return false;
}

static u32 fn_cable_xdp_act(struct fn_cable *cable, struct sk_buff *skb,
			    struct bpf_prog *prog, struct xdp_buff *xdp)
{
	struct fn_cable_xdp_stats *c = &cable->xdp_stats;
	u32 act = bpf_prog_run_xdp(prog, xdp);

	switch (act) {
	case XDP_PASS:
		c->pass++;
		return FN_XDP_PASS;
	case XDP_DROP:
		c->drop++;
		return FN_XDP_CONSUMED;
	case XDP_TX:
		if (fn_cable_xdp_tx(cable, xdp)) {
			c->tx++;
			return FN_XDP_TX;
		}
		c->tx_err++;
		return FN_XDP_CONSUMED;
	case XDP_REDIRECT:
		if (fn_cable_xdp_redirect(cable, skb, prog, xdp)) {
			c->redirect++;
			return FN_XDP_REDIR;
		}
		c->redirect_err++;
		return FN_XDP_CONSUMED;
	default:
		bpf_warn_invalid_xdp_action(cable->dev, prog, act);
		fallthrough;
	case XDP_ABORTED:
		trace_xdp_exception(cable->dev, prog, act);
		c->aborted++;
		return FN_XDP_CONSUMED;
	}
}

/* What the program made of the frame's ends. */
static void fn_cable_adjust_skb(struct sk_buff *skb, const struct xdp_buff *xdp)
{
	u32 meta_len = xdp->data - xdp->data_meta;

	skb->data = xdp->data;
	skb->len = xdp->data_end - xdp->data;
	skb_set_tail_pointer(skb, skb->len);
	if (meta_len)
		skb_metadata_set(skb, meta_len);
}

/**
 * fn_cable_run_xdp() - let a native program decide a frame from the port
 * @cable: the cable end
 * @prog: the program
 * @skb: the frame
 * @results: FN_XDP_* seen, for fn_cable_flush_xdp()
 *
 * Context: NAPI, RCU.
 * Return: the frame if it goes on to the stack, else NULL.
 */
struct sk_buff *fn_cable_run_xdp(struct fn_cable *cable, struct bpf_prog *prog,
				 struct sk_buff *skb, u32 *results)
{
	struct xdp_buff xdp;
	u32 result;

	if (!fn_cable_fits_xdp(skb))
		skb = fn_cable_move_to_page(cable, skb);
	if (!skb)
		return NULL;
	xdp_init_buff(&xdp,
		      skb_end_offset(skb) +
			      SKB_DATA_ALIGN(sizeof(struct skb_shared_info)),
		      &cable->rxq);
	xdp_prepare_buff(&xdp, skb->head, skb_headroom(skb), skb->len, true);
	result = fn_cable_xdp_act(cable, skb, prog, &xdp);
	*results |= result;
	if (result == FN_XDP_PASS) {
		fn_cable_adjust_skb(skb, &xdp);
		return skb;
	}
	consume_skb(skb);
	return NULL;
}

/* At the end of a poll: what was sent or redirected leaves. */
void fn_cable_flush_xdp(struct fn_cable *cable, u32 results)
{
	if (results & FN_XDP_REDIR)
		xdp_do_flush();
	if (results & FN_XDP_TX)
		fn_port_kick(cable->nic->card, cable->index);
}

static int fn_cable_setup_xdp(struct fn_cable *cable, struct bpf_prog *prog,
			      struct netlink_ext_ack *extack)
{
	struct bpf_prog *old = rtnl_dereference(cable->xdp_prog);

	if (prog && bpf_prog_is_offloaded(prog->aux)) {
		fn_extack(
			extack,
			"%s is the far end of a cable and offloads nothing: attach the program to the port, or native",
			cable->dev->name);
		return -EINVAL;
	}
	rcu_assign_pointer(cable->xdp_prog, prog);
	if (old)
		bpf_prog_put(old);
	return 0;
}

/* ndo_bpf of a cable end; under RTNL. */
int fn_cable_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	if (bpf->command != XDP_SETUP_PROG)
		return -EOPNOTSUPP;
	return fn_cable_setup_xdp(netdev_priv(dev), bpf->prog, bpf->extack);
}
