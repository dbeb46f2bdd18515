/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver's own structures, and what each of its files offers the others.
 */
#ifndef FN_FLOWNIC_H
#define FN_FLOWNIC_H

#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/platform_device.h>
#include <linux/rwsem.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <net/devlink.h>
#include <net/xdp.h>
#include <net/xdp_sock_drv.h>

#include "../offload/bpf_offload.h"
#include "../offload/mac.h"
#include "../offload/pcie.h"
#include "compat.h"

#define FN_DRIVER_NAME "flownic"

#define FN_MAX_CARDS 256

#define FN_MIN_MTU 68
#define FN_MAX_MTU 9500
/* Ethernet header and two VLAN tags: what a frame has beyond the MTU. */
#define FN_FRAME_OVERHEAD 22

/* Large packets, which become frames on the wire. */
#define FN_SEGMENTS \
	(NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN | NETIF_F_GSO_UDP_L4)

#define FN_RING_MIN 64
#define FN_RING_MAX 32768
#define FN_RING_DEFAULT 512

/* One vector for each queue pair, and one for the event ring. */
#define FN_VECTOR(port, queue) ((port)*FN_MAX_QUEUES + (queue))
#define FN_VECTOR_EVENTS (FN_MAX_PORTS * FN_MAX_QUEUES)
#define FN_VECTOR_CAPTURE (FN_VECTOR_EVENTS + 1) /* and on, for each reader */

struct fn_nic;
struct fn_port;
struct fn_events;
struct fn_health;
struct fn_inline;
struct fn_joint;
struct fn_ptp;
struct fn_reader;
struct fn_refusals;

/**
 * enum fn_xdp_result - what the driver did with a frame after a native program
 * @FN_XDP_PASS: nothing; the frame goes on to the stack
 * @FN_XDP_CONSUMED: dropped; the buffer can be reused
 * @FN_XDP_TX: queued on the XDP ring of this port
 * @FN_XDP_REDIR: handed to xdp_do_redirect()
 *
 * The values are bits, so that a poll can remember which ones it has seen.
 */
enum fn_xdp_result {
	FN_XDP_PASS = 0x00,
	FN_XDP_CONSUMED = 0x01,
	FN_XDP_TX = 0x02,
	FN_XDP_REDIR = 0x04,
};

/**
 * enum fn_origin - who made a card, and so who may remove it
 * @FN_ORIGIN_MODULE: insmod
 * @FN_ORIGIN_CONTROL: the control interface
 * @FN_ORIGIN_LINK: ip link add; ip link del of either end, or the end of the
 *	namespace of either, removes it
 */
enum fn_origin {
	FN_ORIGIN_MODULE,
	FN_ORIGIN_CONTROL,
	FN_ORIGIN_LINK,
};

/**
 * struct fn_nic_config - what a new card is to be
 * @ports: 1 to FN_MAX_PORTS
 * @workers: emulation threads, up to FN_MAX_WORKERS; 0 to emulate in softirqs
 * @ring_size: descriptors a ring, a power of two, FN_RING_MIN to FN_RING_MAX
 * @interpreter: programs are interpreted even if they could be compiled
 * @queue: frames of an ingress queue, a power of two, FN_QUEUE_MIN to
 *	FN_QUEUE_MAX
 * @profile: name of the profile that is modelled
 * @cpus: CPU of each worker, -1 for any
 * @origin: who makes it
 * @dev: FN_ORIGIN_LINK: netdev for port 0 as rtnetlink has allocated it; its
 *	name is chosen here if it is empty
 * @link_ops: FN_ORIGIN_LINK: rtnetlink operations of both ends of the cable
 */
struct fn_nic_config {
	u32 ports;
	u32 workers;
	u32 ring_size;
	bool interpreter;
	u32 queue;
	char profile[FN_NAME_LEN];
	int cpus[FN_MAX_WORKERS];
	enum fn_origin origin;
	struct net_device *dev;
	const struct rtnl_link_ops *link_ops;
};

/**
 * struct fn_nic_ops - what becomes of a card
 * @release: undoes what probe.c has set up, before the card is freed
 * @check: can there be such a card?
 * @reload: make it anew; under RTNL
 */
struct fn_nic_ops {
	void (*release)(struct fn_nic *nic);
	int (*check)(const struct fn_nic_config *cfg,
		     struct netlink_ext_ack *extack);
	int (*reload)(struct fn_nic *nic, const struct fn_nic_config *cfg,
		      struct netlink_ext_ack *extack);
};

/**
 * struct fn_nic - a card in its slot
 * @node: in fn_nics, while it has netdevs; RTNL
 * @refs: one for each netdev and one for the list
 * @ops: what probe.c does with a card for others
 * @index: K of flownic.K and fnKp0; the lowest free one, below FN_MAX_CARDS
 * @origin: who made it
 * @link_ops: rtnetlink operations of its netdevs, or NULL
 * @pdev: device flownic.K, the parent of the host netdevs
 * @cfg: how it was made, or made anew
 * @swap: readers use @card and what is made for it without RTNL, and a writer
 *	replaces them
 * @card: the card
 * @emulation: where it runs in softirqs
 * @caps: what the card said of itself
 * @offload: BPF offload to the card
 * @events: event ring
 * @devlink: its devlink instance
 * @health: reporter of its faults
 * @readers: who captures on it
 * @ptp: its clock
 * @refusals: what it refused lately
 * @ring_size: descriptors of new ports' rings
 * @nports: number of ports
 * @ports: the ports, private data of the host netdevs
 */
struct fn_nic {
	struct list_head node;
	struct kref refs;
	const struct fn_nic_ops *ops;
	u32 index;
	enum fn_origin origin;
	const struct rtnl_link_ops *link_ops;
	struct platform_device *pdev;
	struct fn_nic_config cfg;
	struct rw_semaphore swap; /* inside RTNL, around the card's locks */
	struct fn_card *card;
	struct fn_inline *emulation;
	struct fn_msg_caps caps;
	struct fn_offload *offload;
	struct fn_events *events;
	struct devlink *devlink;
	struct fn_health *health;
	struct fn_reader *readers[FN_MAX_CAPTURES];
	struct fn_ptp *ptp;
	struct fn_refusals *refusals;
	u32 ring_size;
	u32 nports;
	struct fn_port *ports[FN_MAX_PORTS];
};

/* clang-format off */
/* Counters of a queue: X(field, "ethtool -S name after rxN_ or txN_") */
#define FN_RX_COUNTERS(X)						\
	X(packets,	"packets")	/* frames from the card */	\
	X(bytes,	"bytes")					\
	X(dropped,	"dropped")	/* no memory, runt, purged */	\
	X(gro_joined,	"gro_joined")	/* carried another one on */	\
	X(alloc_fail,	"alloc_fail")	/* refills that found no page */ \
	X(interrupts,	"interrupts")	/* of the queue pair */		\
	X(xdp_aborted,	"xdp_aborted")					\
	X(xdp_drop,	"xdp_drop")					\
	X(xdp_pass,	"xdp_pass")					\
	X(xdp_tx,	"xdp_tx")					\
	X(xdp_tx_err,	"xdp_tx_err")	/* XDP_TX: ring full */	\
	X(xdp_redirect,	"xdp_redirect")					\
	X(xdp_redirect_err, "xdp_redirect_err")				\
	X(xdp_too_long,	"xdp_too_long")	/* more than one buffer */

#define FN_TX_COUNTERS(X)						\
	X(packets,	"packets")					\
	X(bytes,	"bytes")					\
	X(dropped,	"dropped")	/* too short, full, purged */ \
	X(stopped,	"stopped")	/* times the queue was full */
/* clang-format on */

#define FN_COUNTER_FIELD(field, name) u64 field;

/**
 * struct fn_rx_stats - what a receive queue counts, since the port exists
 * @sync: for readers on 32 bits
 * @c: the counters
 */
struct fn_rx_stats {
	struct u64_stats_sync sync;
	struct fn_rx_counters {
		FN_RX_COUNTERS(FN_COUNTER_FIELD)
	} c;
};

/**
 * struct fn_tx_stats - what a transmit ring counts, since the port exists
 * @sync: for readers on 32 bits
 * @c: the counters
 */
struct fn_tx_stats {
	struct u64_stats_sync sync;
	struct fn_tx_counters {
		FN_TX_COUNTERS(FN_COUNTER_FIELD)
	} c;
};

static inline void fn_tx_stats_add(struct fn_tx_stats *s, u32 packets,
				   u64 bytes, u32 dropped, u32 stopped)
{
	u64_stats_update_begin(&s->sync);
	s->c.packets += packets;
	s->c.bytes += bytes;
	s->c.dropped += dropped;
	s->c.stopped += stopped;
	u64_stats_update_end(&s->sync);
}

/**
 * struct fn_rx_parts - a frame in several buffers whose last is still to come
 * @n: number of @page
 * @bad: it is lost: drop what comes up to its end
 * @first: its first descriptor
 * @len: bytes in each buffer
 * @page: its buffers
 * @xdp: the first of them, if sockets have lent them: the others are on its list
 */
struct fn_rx_parts {
	u32 n;
	bool bad;
	struct fn_rx_desc first;
	u32 len[MAX_SKB_FRAGS + 1];
	struct page *page[MAX_SKB_FRAGS + 1];
	struct xdp_buff *xdp;
};

/**
 * struct fn_rx_ring - memory of a receive ring
 * @desc: descriptors; @cookie of each is its buffer's page, or its xdp_buff
 * @pool: where pages come from
 * @xsk: where buffers come from instead while AF_XDP sockets lend theirs
 * @head: next descriptor to look at, free-running
 * @tail: next descriptor to fill, free-running
 * @notified: @tail as of the last doorbell
 * @mask: entries - 1
 * @doorbell: number of the ring's doorbell
 * @data_size: bytes of a buffer that the card may fill
 * @truesize: bytes of a buffer, headroom and tailroom included
 * @copybreak: frames of at most so many bytes are copied to a new skb
 * @parts: frame in several buffers
 * @rxq: for XDP
 * @xsk_rxq: the same of frames in buffers of @xsk
 */
struct fn_rx_ring {
	struct fn_rx_desc *desc;
	struct page_pool *pool;
	struct xsk_buff_pool *xsk;
	u32 head;
	u32 tail;
	u32 notified;
	u32 mask;
	u32 doorbell;
	u32 data_size;
	u32 truesize;
	u32 copybreak;
	struct fn_rx_parts parts;
	struct xdp_rxq_info rxq;
	struct xdp_rxq_info xsk_rxq;
};

/* Of a ring whose buffers are pages. */
static inline struct page *fn_rx_page(const struct fn_rx_desc *desc)
{
	return (struct page *)(uintptr_t)desc->cookie;
}

/* Of a ring whose buffers are lent. */
static inline struct xdp_buff *fn_rx_xdp(const struct fn_rx_desc *desc)
{
	return (struct xdp_buff *)(uintptr_t)desc->cookie;
}

static inline struct fn_rx_desc *fn_rx_desc(struct fn_rx_ring *rx, u32 at)
{
	return &rx->desc[at & rx->mask];
}

/*
 * Give a buffer back to the card. The descriptor at the tail is free whenever a
 * frame is being handled, because the frame's own was taken off the head: a
 * buffer that is reused needs no pool.
 */
static inline void fn_rx_post(struct fn_rx_ring *rx, struct page *page)
{
	struct fn_rx_desc *desc = fn_rx_desc(rx, rx->tail++);

	desc->addr = fn_ptr_to_bus(page_address(page)) + XDP_PACKET_HEADROOM;
	desc->cookie = (u64)(uintptr_t)page;
}

/* The same with a buffer that was lent. */
static inline void fn_rx_post_xsk(struct fn_rx_ring *rx, struct xdp_buff *xdp)
{
	struct fn_rx_desc *desc = fn_rx_desc(rx, rx->tail++);

	desc->addr = fn_ptr_to_bus(xdp->data_hard_start) + XDP_PACKET_HEADROOM;
	desc->cookie = (u64)(uintptr_t)xdp;
}

/**
 * struct fn_tx_ring - memory of a transmit ring
 * @desc: descriptors
 * @owner: by descriptor: the skb or xdp_frame that ends there, the xdp_buff that
 *	is there, or NULL
 * @mask: entries - 1
 * @doorbell: number of the ring's doorbell
 * @tail: next descriptor to fill, free-running; sender
 * @stamp: by descriptor: where an AF_XDP socket wants the time of sending, or
 *	NULL; only if sockets can ask for that
 * @begun: the same for the frame whose last descriptor is still to come
 * @amid: there is such a frame
 * @clean: next descriptor to clean, free-running; NAPI
 * @notified: @tail as of the last doorbell; sender
 * @head: count of descriptors the card is done with; written by the card
 */
struct fn_tx_ring {
	struct fn_tx_desc *desc;
	void **owner;
	u32 mask;
	u32 doorbell;
	u32 tail;
	u32 notified;
	u64 **stamp;
	u64 *begun;
	bool amid;
	u32 clean ____cacheline_aligned_in_smp;
	u32 head ____cacheline_aligned_in_smp;
};

/* The next descriptor, of a fragment that nobody is told of when it is sent. */
static inline struct fn_tx_desc *fn_tx_fill_desc(struct fn_tx_ring *ring,
						 const void *data, u32 len)
{
	struct fn_tx_desc *desc = &ring->desc[ring->tail & ring->mask];

	desc->addr = fn_ptr_to_bus(data);
	desc->len = len;
	desc->flags = 0;
	desc->csum_start = 0;
	desc->csum_offset = 0;
	ring->owner[ring->tail & ring->mask] = NULL;
	ring->tail++;
	return desc;
}

/**
 * struct fn_rings - the memory of a queue pair, made and thrown away as one
 * @rx: frames for the host
 * @tx: frames of the stack
 * @xdp: frames of XDP_TX and of redirects to this port
 * @xsk: frames in buffers of AF_XDP sockets: theirs, and those of XDP_TX; only
 *	while there are such. NAPI is the only sender
 */
struct fn_rings {
	struct fn_rx_ring rx;
	struct fn_tx_ring tx;
	struct fn_tx_ring xdp;
	struct fn_tx_ring xsk;
};

/**
 * struct fn_queue - a queue pair of a port
 * @napi: of all rings
 * @port: it belongs to
 * @rings: NULL while the port is down
 * @xsk: buffers that AF_XDP sockets lend it, or NULL; RTNL
 * @xdp_lock: serializes the senders on the XDP ring
 * @index: number
 * @rx_stats: by NAPI
 * @tx_stats: by the holder of the netdev's transmit lock
 * @xdp_stats: by the holder of @xdp_lock
 * @xsk_stats: by NAPI
 */
struct fn_queue {
	struct napi_struct napi;
	struct fn_port *port;
	struct fn_rings *rings;
	struct xsk_buff_pool *xsk;
	spinlock_t xdp_lock; /* senders on the XDP ring */
	u32 index;
	struct fn_rx_stats rx_stats;
	struct fn_tx_stats tx_stats;
	struct fn_tx_stats xdp_stats;
	struct fn_tx_stats xsk_stats;
} ____cacheline_aligned_in_smp;

/**
 * struct fn_port_config - what decides the shape of a port's rings
 * @mtu: bytes
 * @queues: queue pairs, 1 to the port's @max_queues
 * @rx_entries: descriptors of a receive ring
 * @tx_entries: descriptors of a transmit ring
 */
struct fn_port_config {
	u32 mtu;
	u32 queues;
	u32 rx_entries;
	u32 tx_entries;
};

/**
 * struct fn_port - a port of a card as the host sees it; private data of the
 *	host netdev
 * @nic: card, referenced while @attached
 * @dev: host netdev fnKpN
 * @peer: netdev of the cable's far end, fnKwN; NULL if it is gone
 * @far: port at the cable's far end, if it has no netdev there; RTNL
 * @joint: that cable
 * @index: number of the port
 * @attached: holds a reference on @nic
 * @running: rings exist and may be used; read under RCU
 * @pause: ask the far end to pause instead of dropping
 * @tstamp_rx: give skbs the card's time of their arrival
 * @tstamp_tx: let frames be stamped whose sender wants it
 * @max_queues: number of @queues
 * @ever_queues: queue pairs that have been in use, and so may have counted
 * @napis: queue pairs whose NAPI instance is there
 * @queues: queue pairs, of which @config.queues are in use
 * @moderation: of interrupts and wake-ups; RTNL
 * @rss: how frames are spread over them; RTNL
 * @rules: what goes elsewhere, by location; RTNL
 * @rule_context: of each rule, 0: it names a queue or drops; RTNL
 * @contexts: RSS contexts that there are; RTNL
 * @rx_filter_lock: the next three, and the order of messages on them
 * @vlan_filter: the host gets only frames of @vlans
 * @address_filter: it gets only frames for the addresses that it has
 * @vlans: that it is in
 * @rx_filter_work: tells the card of other addresses
 * @xdp_prog: native XDP program; RCU
 * @config: shape of the rings
 */
struct fn_port {
	struct fn_nic *nic;
	struct net_device *dev;
	struct net_device *peer;
	struct fn_port *far;
	struct fn_joint *joint;
	u32 index;
	bool attached;
	bool running;
	bool pause;
	bool tstamp_rx;
	bool tstamp_tx;
	u32 max_queues;
	u32 ever_queues;
	u32 napis;
	struct fn_queue *queues;
	struct fn_moderation moderation;
	struct fn_msg_port_rss rss;
	struct ethtool_rx_flow_spec *rules[FN_MAX_RULES];
	u8 rule_context[FN_MAX_RULES];
	DECLARE_BITMAP(contexts, FN_RSS_CONTEXTS);
	struct mutex rx_filter_lock;
	bool vlan_filter;
	bool address_filter;
	DECLARE_BITMAP(vlans, FN_VLANS);
	struct work_struct rx_filter_work;
	struct bpf_prog __rcu *xdp_prog;
	struct fn_port_config config;
};

/*
 * The functions, by the file that has them, from the bottom up: a file calls
 * only what is listed above it.
 */

/*
 * nic.c: the lifetime of a card. RTNL protects the list of cards. A card that
 * was destroyed is freed when its last netdev is, which is before the
 * rtnl_unlock() of whoever destroyed it returns.
 */
extern struct list_head fn_nics;
struct fn_nic *fn_nic_alloc(const struct fn_nic_ops *ops,
			    struct netlink_ext_ack *extack);
void fn_nic_get(struct fn_nic *nic);
void fn_nic_put(struct fn_nic *nic);
struct fn_nic *fn_nic_find(u32 index);
bool fn_nic_delist(struct fn_nic *nic);
void fn_nic_ids_exit(void);

/* refusals.c: what a card refused lately, and why */
int fn_refusals_create(struct fn_nic *nic);
void fn_refusals_destroy(struct fn_nic *nic);
void fn_refused(void *nic, const char *what, const struct net_device *dev,
		int err, const char *text);
int fn_refusal_put(struct sk_buff *skb, struct fn_nic *nic, u32 *number);

/* ring.c: memory of rings */
bool fn_rx_fill(struct fn_rx_ring *rx, gfp_t gfp);
bool fn_rx_fill_xsk(struct fn_rx_ring *rx);
u32 fn_xsk_room(struct xsk_buff_pool *pool);
int fn_rx_ring_lend(struct fn_queue *q, struct fn_rx_ring *rx,
		    struct xsk_buff_pool *pool);
void fn_rx_ring_start(struct fn_rx_ring *rx);
void fn_rx_ring_empty(struct fn_rx_ring *rx);
int fn_xsk_ring_alloc(struct fn_tx_ring *tx, u32 entries,
		      struct xsk_buff_pool *pool);
void fn_tx_ring_free(struct fn_tx_ring *tx, void (*put)(void *owner));
struct fn_rings *fn_rings_alloc(struct fn_port *port,
				const struct fn_port_config *cfg);
void fn_rings_reset(struct fn_rings *rings, u32 n);
void fn_rings_free(struct fn_rings *rings, u32 n);

/* stats.c: counters of the host netdev */
void fn_rx_stats_add(struct fn_rx_stats *stats, const struct fn_rx_counters *c);
void fn_rx_stats_read(const struct fn_rx_stats *stats,
		      struct fn_rx_counters *c);
void fn_tx_stats_read(const struct fn_tx_stats *stats,
		      struct fn_tx_counters *c);
int fn_port_stats(const struct fn_port *port, struct fn_msg_port_stats *msg);
void fn_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats);

/* queue_stats.c: counters of each queue by netlink */
extern const struct netdev_stat_ops fn_stat_ops;

/* tx.c: frames of the stack */
netdev_tx_t fn_start_xmit(struct sk_buff *skb, struct net_device *dev);
u32 fn_tx_frames(const struct sk_buff *skb, u32 *more);
void fn_tx_clean(struct fn_queue *q, int budget);
void fn_tx_count_lost(struct fn_queue *q);
u32 fn_tx_ring_pending(const struct fn_tx_ring *ring);
u32 fn_tx_unused(const struct fn_tx_ring *ring);
void fn_tx_ring_doorbell(struct fn_queue *q, struct fn_tx_ring *ring);
void fn_tx_ring_flush(struct fn_queue *q, struct fn_tx_ring *ring);

/* xsk_tx.c: frames in buffers of AF_XDP sockets, on their way to the card */
#define FN_XSK_PARTS (MAX_SKB_FRAGS + 1)
extern const struct xsk_tx_metadata_ops fn_xsk_tx_metadata_ops;
u32 fn_xsk_split(struct xdp_buff *xdp, struct xdp_buff **part, u32 *len);
bool fn_xsk_forward(struct fn_queue *q, struct xdp_buff *xdp);
bool fn_xsk_tx_poll(struct fn_queue *q);
void fn_xsk_count_lost(struct fn_queue *q);
void fn_xsk_drop(struct fn_rings *rings);
int fn_xsk_wakeup(struct net_device *dev, u32 queue, u32 flags);

/**
 * struct fn_xdp_buff - a frame for a native program, and what the card said of it
 * @xdp: the frame; first
 * @desc: its descriptor
 */
struct fn_xdp_buff {
	struct xdp_buff xdp;
	const struct fn_rx_desc *desc;
};

/* Of a frame in a lent buffer, which has room for that. */
static inline void fn_xdp_buff_set_desc(struct xdp_buff *xdp,
					const struct fn_rx_desc *desc)
{
#if FN_HAS_XDP_METADATA
	XSK_CHECK_PRIV_TYPE(struct fn_xdp_buff);
	container_of(xdp, struct fn_xdp_buff, xdp)->desc = desc;
#endif
}

/* xdp_metadata.c: what a native program can ask about its frame */
extern const struct xdp_metadata_ops fn_xdp_metadata_ops;

/* xdp.c: native XDP, and frames of XDP_TX and of redirects */
enum fn_xdp_result fn_xdp_run(struct fn_queue *q, struct bpf_prog *prog,
			      struct xdp_buff *xdp, struct fn_rx_counters *c);
void fn_xdp_flush(struct fn_queue *q, u32 results);
void fn_xdp_count_lost(struct fn_queue *q);
void fn_xdp_clean(struct fn_queue *q);
int fn_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames,
		u32 flags);
int fn_xdp_setup(struct fn_port *port, struct bpf_prog *prog,
		 struct netlink_ext_ack *extack);

/**
 * struct fn_rx_gro - a frame that others may carry on
 * @skb: the frame and what was added to it, or NULL
 * @desc: its descriptor
 * @status: of it
 * @transport: where TCP is
 * @headers: bytes of all headers
 * @mss: its payload, bytes
 * @frames: how many it has become; 0 if it is alone
 * @push: one of those that were added has PSH
 */
struct fn_rx_gro {
	struct sk_buff *skb;
	const struct fn_rx_desc *desc;
	u32 status;
	u32 transport;
	u32 headers;
	u32 mss;
	u32 frames;
	bool push;
};

/**
 * struct fn_rx_batch - one call of NAPI
 * @q: queue
 * @rx: its ring
 * @prog: native program, or NULL
 * @buff: frame for the program
 * @gro_hw: hold frames in @gro
 * @special: that, or the ring has buffers of AF_XDP
 * @gro: hardware GRO
 * @xdp_results: FN_XDP_* seen
 * @c: counters, added to the queue's at the end
 */
struct fn_rx_batch {
	struct fn_queue *q;
	struct fn_rx_ring *rx;
	struct bpf_prog *prog;
	struct fn_xdp_buff buff;
	bool gro_hw;
	bool special;
	struct fn_rx_gro gro;
	u32 xdp_results;
	struct fn_rx_counters c;
};

/* So many free descriptors are filled at once, so many buffers a doorbell. */
#define FN_RX_BATCH 16

/**
 * fn_rx_doorbell() - tell the card of new buffers
 * @q: queue
 * @rx: its ring
 */
static inline void fn_rx_doorbell(struct fn_queue *q, struct fn_rx_ring *rx)
{
	rx->notified = rx->tail;
	fn_card_doorbell(q->port->nic->card, rx->doorbell, rx->tail);
}

/* rx_skb.c: frames for the stack */
void fn_rx_deliver(struct fn_rx_batch *b, struct sk_buff *skb,
		   const struct fn_rx_desc *desc, u32 status);

/* rx_gro.c: frames that carry others on */
void fn_rx_gro_hold(struct fn_rx_batch *b, struct sk_buff *skb,
		    const struct fn_rx_desc *desc, u32 status);
bool fn_rx_gro_join(struct fn_rx_batch *b, const struct fn_rx_desc *desc);
void fn_rx_gro_flush(struct fn_rx_batch *b);

/* xsk_rx.c: frames from the card in buffers of AF_XDP sockets */
void fn_xsk_receive(struct fn_rx_batch *b, const struct fn_rx_desc *desc,
		    u32 status);
bool fn_xsk_refill(struct fn_rx_batch *b);

/* tc.c: classifiers for the card; under RTNL */
int fn_tc_setup(struct net_device *dev, enum tc_setup_type type, void *data);
int fn_tc_disable(struct fn_port *port);

/* rx.c: NAPI and frames for the host */
int fn_poll(struct napi_struct *napi, int budget);
void fn_rx_count_lost(struct fn_queue *q);

/* rss.c: which queue gets a frame; under RTNL */
int fn_rss_create(struct fn_port *port);
int fn_rss_spread(struct fn_port *port);
u32 fn_rss_key_size(struct net_device *dev);
u32 fn_rss_table_size(struct net_device *dev);
int fn_rss_get(struct net_device *dev, u32 *table, u8 *key, u8 *function);
int fn_rss_function(u8 function, struct netlink_ext_ack *extack);
int fn_rss_set(struct net_device *dev, const u32 *table, const u8 *key,
	       u8 function, struct netlink_ext_ack *extack);
int fn_rss_get_fields(struct net_device *dev, u32 flow, u64 *fields);
int fn_rss_set_fields(struct net_device *dev, u32 flow, u64 fields,
		      struct netlink_ext_ack *extack);

/* moderation.c: ethtool -c, -C, of a port and of its cable's far end */
int fn_moderation_create(struct fn_port *port);
void fn_moderation_get(const struct fn_port *port,
		       struct ethtool_coalesce *coalesce);
int fn_moderation_set(struct fn_port *port,
		      const struct ethtool_coalesce *coalesce,
		      struct netlink_ext_ack *extack);
void fn_moderation_get_wake(const struct fn_port *port,
			    struct ethtool_coalesce *coalesce);
int fn_moderation_set_wake(struct fn_port *port,
			   const struct ethtool_coalesce *coalesce,
			   struct netlink_ext_ack *extack);

/* ntuple.c: rules for certain flows; under RTNL */
int fn_ntuple_get(struct net_device *dev, struct ethtool_rxnfc *nfc,
		  u32 *locations);
int fn_ntuple_set(struct net_device *dev, const struct ethtool_rxnfc *nfc);
u32 fn_ntuple_queues(const struct fn_port *port);
bool fn_ntuple_has_context(const struct fn_port *port, u32 context);
void fn_ntuple_clear(struct fn_port *port);

/* rss_context.c: tables for frames that rules send there; under RTNL */
void fn_rss_context_default(struct net_device *dev, u32 *table, u8 *key);
int fn_rss_context_set(struct net_device *dev, u32 context, const u32 *table,
		       const u8 *key, u8 function,
		       struct netlink_ext_ack *extack);
int fn_rss_context_del(struct net_device *dev, u32 context,
		       struct netlink_ext_ack *extack);

/* channels.c: how many queue pairs a port has; under RTNL */
u32 fn_channels_max(void);
void fn_channels_add(struct fn_port *port, u32 n);
void fn_channels_trim(struct fn_port *port, u32 n);
void fn_channels_set_xps(struct fn_port *port);
int fn_channels_apply(struct fn_port *port);

/* port.c: a port and its rings: open, reconfigure, close; under RTNL */
int fn_port_open(struct fn_port *port);
void fn_port_close(struct fn_port *port);
int fn_port_reconfigure(struct fn_port *port, const struct fn_port_config *to,
			struct netlink_ext_ack *extack);
int fn_port_control(struct fn_port *port, u32 set);
int fn_port_lend(struct fn_queue *q, struct xsk_buff_pool *pool);
void fn_port_update_carrier(struct fn_port *port);

/* xsk.c: buffers that AF_XDP sockets lend a queue; under RTNL */
int fn_xsk_setup(struct fn_port *port, struct xsk_buff_pool *pool, u32 queue);
bool fn_xsk_mtu_fits(const struct fn_port *port, u32 mtu);

/* ptp.c: the card's clock, and who wants time stamps */
int fn_ptp_create(struct fn_nic *nic);
void fn_ptp_destroy(struct fn_nic *nic);
int fn_ptp_ts_info(struct net_device *dev, struct fn_ts_info *info);
int fn_ptp_hwtstamp_get(struct net_device *dev, struct fn_hwtstamp_config *cfg);
int fn_ptp_hwtstamp_set(struct net_device *dev, struct fn_hwtstamp_config *cfg,
			struct netlink_ext_ack *extack);

/* link_settings.c: what ethtool is told of a cable, at both ends */
void fn_nic_link_settings(const struct fn_nic *nic,
			  struct ethtool_link_ksettings *set);
void fn_nic_drvinfo(const struct fn_nic *nic, struct ethtool_drvinfo *info);

/* rx_filter.c: which frames the host gets */
void fn_rx_filter_init(struct fn_port *port);
int fn_rx_filter_create(struct fn_port *port);
void fn_rx_filter_stop(struct fn_port *port);
int fn_rx_filter_vlans(struct fn_port *port, bool on);
int fn_rx_filter_add_vid(struct net_device *dev, __be16 proto, u16 vid);
int fn_rx_filter_kill_vid(struct net_device *dev, __be16 proto, u16 vid);
void fn_rx_filter_set_mode(struct net_device *dev);
int fn_rx_filter_set_mac(struct net_device *dev, void *addr);
int fn_rx_filter_nflags(void);
void fn_rx_filter_flag_names(u8 *to);
u32 fn_rx_filter_get_flags(struct net_device *dev);
int fn_rx_filter_set_flags(struct net_device *dev, u32 flags);

/* ethtool_stats.c: the counters of ethtool -S */
int fn_ethtool_nstats(const struct fn_port *port);
void fn_ethtool_stat_names(const struct fn_port *port, u8 *to);
void fn_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats,
		      u64 *to);

/* ethtool_groups.c: the standard groups of statistics */
void fn_ethtool_pause_stats(struct net_device *dev,
			    struct ethtool_pause_stats *stats);
void fn_ethtool_mac_stats(struct net_device *dev,
			  struct ethtool_eth_mac_stats *stats);
void fn_ethtool_ctrl_stats(struct net_device *dev,
			   struct ethtool_eth_ctrl_stats *stats);
void fn_ethtool_rmon_stats(struct net_device *dev,
			   struct ethtool_rmon_stats *stats,
			   const struct ethtool_rmon_hist_range **ranges);

/* ethtool_regs.c: ethtool -d; selftest.c: ethtool -t */
int fn_ethtool_regs_len(struct net_device *dev);
void fn_ethtool_regs(struct net_device *dev, struct ethtool_regs *regs,
		     void *to);
int fn_selftest_count(void);
void fn_selftest_names(u8 *to);
void fn_selftest(struct net_device *dev, struct ethtool_test *test, u64 *to);

/* ethtool.c: the host netdev's */
extern const struct ethtool_ops fn_ethtool_ops;

/* cable.c: the far end of a port's cable, a netdev of its own; under RTNL */
int fn_cable_create(struct fn_nic *nic, struct net *net, u32 index,
		    struct netlink_ext_ack *extack);
bool fn_is_cable(const struct net_device *dev);
struct fn_nic *fn_cable_nic(const struct net_device *dev);

/* joint.c: a cable between two ports; under RTNL */
int fn_joint_make(struct fn_port *a, struct fn_port *b,
		  struct netlink_ext_ack *extack);
int fn_joint_end(struct fn_port *port, struct netlink_ext_ack *extack);
int fn_joint_restore_cable(struct fn_port *port,
			   struct netlink_ext_ack *extack);

/* netdev.c: the host netdev */
void fn_netdev_setup(struct net_device *dev);
int fn_netdev_create(struct fn_nic *nic, struct net *net, u32 index,
		     struct net_device *dev, struct netlink_ext_ack *extack);
bool fn_is_port(const struct net_device *dev);

/* device.c: the driver of the platform devices that cards are */
int fn_device_init(void);
void fn_device_exit(void);

/* health.c: devlink's reporter of threads that faulted */
int fn_health_create(struct fn_nic *nic, struct devlink *devlink);
void fn_health_stop(struct fn_nic *nic);
void fn_health_destroy(struct fn_nic *nic);
void fn_health_notify(struct fn_nic *nic);

/* events.c: the card's messages become tracepoints */
int fn_events_init(void);
struct fn_events *fn_events_create(struct fn_nic *nic);
void fn_events_destroy(struct fn_events *events);
void fn_events_interrupt(struct fn_events *events);

/* devlink_param.c: what a card is to be; devlink_resource.c: what it has */
int fn_devlink_param_create(struct fn_nic *nic);
void fn_devlink_param_destroy(struct fn_nic *nic);
int fn_devlink_param_read(struct fn_nic *nic, struct fn_nic_config *cfg,
			  struct netlink_ext_ack *extack);
void fn_devlink_param_write(struct fn_nic *nic);
int fn_devlink_resource_create(struct fn_nic *nic);
void fn_devlink_resource_destroy(struct fn_nic *nic);

/* devlink.c: a card's devlink instance */
int fn_devlink_create(struct fn_nic *nic);
void fn_devlink_destroy(struct fn_nic *nic);

/* capture.c: /dev/flownic, for readers of frames */
int fn_capture_init(void);
void fn_capture_exit(void);
void fn_capture_interrupt(struct fn_nic *nic, u32 slot);
void fn_capture_end(struct fn_nic *nic);

/* irq.c: the card's interrupts */
void fn_nic_interrupt(void *host, u32 vector);

/* inline.c: emulation in softirqs */
int fn_inline_create(struct fn_nic *nic, u32 threads);
void fn_inline_start(struct fn_nic *nic);
void fn_inline_destroy(struct fn_inline *in);
void fn_inline_work(void *host);
void fn_inline_help(struct fn_nic *nic);

/* probe.c: what a card consists of, brought up and taken down; under RTNL */
int fn_nic_create(struct net *net, const struct fn_nic_config *cfg,
		  struct fn_nic **nic, struct netlink_ext_ack *extack);
#define FN_PORT_ANY 0xffffffffu
int fn_nic_port_add(struct fn_nic *nic, u32 *index,
		    struct netlink_ext_ack *extack);
int fn_nic_port_del(struct fn_nic *nic, u32 index,
		    struct netlink_ext_ack *extack);
void fn_nic_unregister(struct fn_nic *nic, struct list_head *head);
void fn_nic_destroy(struct fn_nic *nic);
void fn_nics_exit(void);

/* param.c: the module's parameters */
void fn_nic_config_default(struct fn_nic_config *cfg);

/* notify.c: tells the card of a netdev's ifindex */
int fn_notify_init(void);
void fn_notify_exit(void);

/* link.c: ip link add type flownic */
int fn_link_init(void);
void fn_link_exit(void);

#endif /* FN_FLOWNIC_H */
