/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The far end of a port's cable: what its files share.
 */
#ifndef FN_CABLE_H
#define FN_CABLE_H

#include <linux/ptr_ring.h>

#include "flownic.h"

/* clang-format off */
/* What native programs decided: X(field, "ethtool -S name after rx0_xdp_") */
#define FN_CABLE_XDP_COUNTERS(X)					\
	X(aborted,	"aborted")					\
	X(drop,		"drop")						\
	X(pass,		"pass")						\
	X(tx,		"tx")						\
	X(tx_err,	"tx_err")	/* XDP_TX: the port pauses */	\
	X(redirect,	"redirect")					\
	X(redirect_err,	"redirect_err")					\
	X(no_memory,	"no_memory")	/* no page for a frame */
/* clang-format on */

/**
 * struct fn_cable_xdp_stats - since the cable end exists
 */
struct fn_cable_xdp_stats {
	FN_CABLE_XDP_COUNTERS(FN_COUNTER_FIELD)
};

/**
 * struct fn_cable - private data of fnKwN
 * @dev: the netdev
 * @nic: the card it is plugged into, referenced while @attached
 * @index: number of the port
 * @attached: holds a reference on @nic
 * @running: NAPI is enabled; read under RCU
 * @napi: receives what the port sends
 * @queue: those frames, as skbs
 * @resumes: counts the port's calls to go on
 * @segs: pieces of the frame at hand; under the transmit lock
 * @xdp_prog: native XDP program; RCU
 * @rxq: for XDP; its memory is pages
 * @xdp_stats: what programs decided; by NAPI
 */
struct fn_cable {
	struct net_device *dev;
	struct fn_nic *nic;
	u32 index;
	bool attached;
	bool running;
	struct napi_struct napi;
	struct ptr_ring queue;
	atomic_t resumes;
	struct fn_mac_seg segs[MAX_SKB_FRAGS + 1];
	struct bpf_prog __rcu *xdp_prog;
	struct xdp_rxq_info rxq;
	struct fn_cable_xdp_stats xdp_stats;
};

/* NULL while the cable has no port at its other end; under RTNL. */
static inline struct fn_port *fn_cable_port(const struct fn_cable *cable)
{
	return cable->nic->ports[cable->index];
}

/* cable_tx.c: frames to the port */
bool fn_cable_send(struct fn_cable *cable, struct netdev_queue *txq, u32 nsegs,
		   u32 len);
netdev_tx_t fn_cable_xmit(struct sk_buff *skb, struct net_device *dev);
int fn_cable_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames,
		      u32 flags);
void fn_cable_wake_queue(void *wire);

/* cable_xdp.c: native programs */
struct sk_buff *fn_cable_alloc_skb(struct fn_cable *cable, const void *frame,
				   u32 len);
struct sk_buff *fn_cable_run_xdp(struct fn_cable *cable, struct bpf_prog *prog,
				 struct sk_buff *skb, u32 *results);
void fn_cable_flush_xdp(struct fn_cable *cable, u32 results);
int fn_cable_bpf(struct net_device *dev, struct netdev_bpf *bpf);

/* cable_ethtool.c: ethtool of the cable end */
extern const struct ethtool_ops fn_cable_ethtool_ops;

#endif /* FN_CABLE_H */
