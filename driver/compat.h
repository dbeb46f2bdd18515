/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the kernels that the module is built for. All of them
 * live here, and go by what a kernel's headers have rather than by its version:
 * distributions take single features back to old versions. FN_HAS_NAME is 1
 * where features/NAME.c could be compiled, else 0; Kbuild finds that out.
 */
#ifndef FN_COMPAT_H
#define FN_COMPAT_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/net_tstamp.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/uaccess.h>
#include <net/devlink.h>
#include <net/xdp_sock_drv.h>

#include "features.h"

#if FN_HAS_LINUX_UNALIGNED
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#if FN_HAS_PAGE_POOL_HELPERS
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif

/* Before 6.3 a program bound to a device was always an offloaded one. */
#if !FN_HAS_PROG_IS_OFFLOADED
#define bpf_prog_is_offloaded(aux) bpf_prog_is_dev_bound(aux)
#endif

/* The kernel whose helpers the card's are like: those of offload/engine */
#if FN_HAS_ADJ_ROOM_DECAP
#define FN_HELPERS_LIKE FN_KERNEL(7, 3)
#elif FN_HAS_CSUM_FROM32TO16
#define FN_HELPERS_LIKE FN_KERNEL(6, 13)
#elif FN_HAS_FUNC_PROTO_FASTCALL
#define FN_HELPERS_LIKE FN_KERNEL(6, 12)
#elif FN_HAS_MAP_OPS_LONG
#define FN_HELPERS_LIKE FN_KERNEL(6, 4)
#else
#define FN_HELPERS_LIKE FN_KERNEL(6, 1)
#endif

/* The fixed offset of a register with a pointer that does not vary. */
#if FN_HAS_REG_STATE_OFF
#define fn_reg_offset(reg) ((reg)->off)
#else
#define fn_reg_offset(reg) ((s32)(reg)->var_off.value)
#endif

/* Attributes of a generic netlink dump request: a field that moved in 6.6. */
#if FN_HAS_GENL_INFO_DUMP
#define fn_genl_dump_attrs(cb) (genl_info_dump(cb)->attrs)
#else
#define fn_genl_dump_attrs(cb) ((struct nlattr **)genl_dumpit_info(cb)->attrs)
#endif

/*
 * A formatted sentence for the user's netlink answer. 6.1 has no such macro and
 * that of 6.12 cuts at 80 characters. The text must outlive the request's
 * handler: each place has a few buffers that it uses in turn.
 */
#define FN_EXTACK_LEN 192
#define fn_extack(extack, fmt, args...)                                        \
	do {                                                                   \
		static char __fn_text[4][FN_EXTACK_LEN];                       \
		static atomic_t __fn_turn;                                     \
		struct netlink_ext_ack *__fn_ack = (extack);                   \
		char *__fn_buf = __fn_text[atomic_inc_return(&__fn_turn) & 3]; \
		snprintf(__fn_buf, FN_EXTACK_LEN, "flownic: " fmt, ##args);    \
		if (__fn_ack)                                                  \
			__fn_ack->_msg = __fn_buf;                             \
	} while (0)

/* What native XDP can do here; before 6.3 the kernel didn't ask. */
static inline void fn_xdp_set_features(struct net_device *dev, bool port)
{
#if FN_HAS_XDP_FEATURES
	dev->xdp_features = NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT |
			    NETDEV_XDP_ACT_NDO_XMIT |
			    NETDEV_XDP_ACT_NDO_XMIT_SG | NETDEV_XDP_ACT_RX_SG;
	if (port)
		dev->xdp_features |= NETDEV_XDP_ACT_HW_OFFLOAD |
				     NETDEV_XDP_ACT_XSK_ZEROCOPY;
#endif
#if FN_HAS_XSK_FRAGS
	if (port)
		dev->xdp_zc_max_segs = MAX_SKB_FRAGS + 1;
#endif
}

/* A fragment of an skb; skb_frag_fill_page_desc() came in 6.5. */
static inline void fn_fill_frag(skb_frag_t *frag, struct page *page, u32 offset,
				u32 size)
{
#if FN_HAS_SKB_FRAG_FILL
	skb_frag_fill_page_desc(frag, page, offset, size);
#else
	__skb_frag_set_page(frag, page);
	skb_frag_off_set(frag, offset);
	skb_frag_size_set(frag, size);
#endif
}

/*
 * Frames in several buffers that AF_XDP sockets have lent came in 6.6. Since 6.14
 * xsk_buff_add_frag() does more than to put the buffer on the list of the frame's:
 * it takes the buffer's address, which vmap() made, for one that has a struct page.
 */
#if FN_HAS_XSK_FRAGS
#define fn_xsk_get_frag xsk_buff_get_frag
#define fn_xsk_is_eop xsk_is_eop_desc

static inline bool fn_xsk_has_frags(const struct xsk_buff_pool *pool)
{
	return pool->umem->flags & XDP_UMEM_SG_FLAG;
}

static inline void fn_xsk_list_frag(struct xdp_buff *xdp)
{
#if FN_HAS_XSK_ADD_FRAG_HEAD
	struct xdp_buff_xsk *frag = container_of(xdp, struct xdp_buff_xsk, xdp);

	list_add_tail(&frag->list_node, &frag->pool->xskb_list);
#else
	xsk_buff_add_frag(xdp);
#endif
}
#else
#define fn_xsk_get_frag(first) ((struct xdp_buff *)NULL)
#define fn_xsk_is_eop(desc) true
#define fn_xsk_has_frags(pool) false
#define fn_xsk_list_frag(xdp) ((void)(xdp))
#endif

/* Without it no such frame can grow at its end. */
#if FN_HAS_XSK_FRAG_STEP
#define fn_xsk_frag_step xsk_pool_get_rx_frag_step
#else
#define fn_xsk_frag_step(pool) 0
#endif

/*
 * What AF_XDP sockets ask of single frames; 6.8 began to. fn_xsk_tx_request()
 * has @ops do what @from asks, and says where the time of sending is to go. A
 * descriptor's options came into it in 7.0, and in 6.12 at some time.
 */
#if FN_HAS_XSK_TX_METADATA
#define fn_set_xsk_tx_metadata_ops(dev, ops) \
	((dev)->xsk_tx_metadata_ops = (ops))
#define fn_xsk_has_metadata(pool) ((pool)->tx_metadata_len != 0)
#if FN_HAS_XSK_METADATA_OPTIONS
#define fn_xsk_metadata(pool, from) \
	xsk_buff_get_metadata(pool, (from)->addr, (from)->options)
#else
#define fn_xsk_metadata(pool, from) xsk_buff_get_metadata(pool, (from)->addr)
#endif

static inline __u64 *fn_xsk_tx_request(struct xsk_buff_pool *pool,
				       const struct xdp_desc *from,
				       const struct xsk_tx_metadata_ops *ops,
				       void *priv)
{
	struct xsk_tx_metadata *meta = fn_xsk_metadata(pool, from);
	struct xsk_tx_metadata_compl done = {};

#if FN_HAS_XSK_METADATA_POOL
	xsk_tx_metadata_request(pool, &meta, ops, priv);
#else
	xsk_tx_metadata_request(meta, ops, priv);
#endif
	xsk_tx_metadata_to_compl(meta, &done);
	return done.tx_timestamp;
}
#else
struct xsk_tx_metadata_ops {
	u64 (*tmo_fill_timestamp)(void *priv);
	void (*tmo_request_checksum)(u16 csum_start, u16 csum_offset,
				     void *priv);
};

#define fn_set_xsk_tx_metadata_ops(dev, ops) ((void)(dev), (void)(ops))
#define fn_xsk_has_metadata(pool) false
#define fn_xsk_tx_request(pool, from, ops, priv) ((__u64 *)NULL)
#endif

/* What native programs can ask about their frames; 6.3 began to. */
#if FN_HAS_XDP_METADATA
#define fn_set_xdp_metadata_ops(dev, ops) ((dev)->xdp_metadata_ops = (ops))
#else
enum xdp_rss_hash_type {
	XDP_RSS_TYPE_L3_IPV4,
	XDP_RSS_TYPE_L3_IPV6,
	XDP_RSS_TYPE_L4_IPV4_TCP,
	XDP_RSS_TYPE_L4_IPV4_UDP,
	XDP_RSS_TYPE_L4_IPV4_SCTP,
	XDP_RSS_TYPE_L4_IPV6_TCP,
	XDP_RSS_TYPE_L4_IPV6_UDP,
	XDP_RSS_TYPE_L4_IPV6_SCTP,
};

struct xdp_metadata_ops {
	int (*xmo_rx_timestamp)(const struct xdp_md *ctx, u64 *timestamp);
	int (*xmo_rx_hash)(const struct xdp_md *ctx, u32 *hash,
			   enum xdp_rss_hash_type *rss_type);
};

#define fn_set_xdp_metadata_ops(dev, ops) ((void)(dev), (void)(ops))
#endif

/* The tag that the card took out of a frame; 6.8 began to tell. */
#if FN_HAS_XDP_VLAN_TAG
#define FN_XMO_RX_VLAN_TAG(fn) .xmo_rx_vlan_tag = (fn),
#else
#define FN_XMO_RX_VLAN_TAG(fn)
#endif

/* Show which NAPI serves a queue; 6.8 began to. */
#if !FN_HAS_QUEUE_SET_NAPI
static inline void netif_queue_set_napi(struct net_device *dev,
					unsigned int queue, int type,
					struct napi_struct *napi)
{
}

#define NETDEV_QUEUE_TYPE_RX 0
#define NETDEV_QUEUE_TYPE_TX 1
#endif

/* What a NAPI instance needs that is no netdev's; 6.10 allocates it. */
#if FN_HAS_ALLOC_NETDEV_DUMMY
#define fn_alloc_dummy_netdev() alloc_netdev_dummy(0)
#define fn_free_dummy_netdev(dev) free_netdev(dev)
#else
static inline struct net_device *fn_alloc_dummy_netdev(void)
{
	struct net_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);

	if (dev)
		init_dummy_netdev(dev);
	return dev;
}

#define fn_free_dummy_netdev(dev) kfree(dev)
#endif

/* A timer that runs in softirqs; 6.13 began to take the function with it. */
static inline void
fn_hrtimer_setup(struct hrtimer *timer,
		 enum hrtimer_restart (*fn)(struct hrtimer *timer))
{
#if FN_HAS_HRTIMER_SETUP
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	timer->function = fn;
#endif
}

/* Statistics of each queue by netlink; 6.9 began to ask for them. */
#if FN_HAS_NETDEV_STAT_OPS
#include <net/netdev_queues.h>
#define fn_set_stat_ops(dev, ops) ((dev)->stat_ops = (ops))
#else
struct netdev_queue_stats_rx {
	u64 bytes;
	u64 packets;
	u64 alloc_fail;
};

struct netdev_queue_stats_tx {
	u64 bytes;
	u64 packets;
};

struct netdev_stat_ops {
	void (*get_queue_stats_rx)(struct net_device *dev, int queue,
				   struct netdev_queue_stats_rx *stats);
	void (*get_queue_stats_tx)(struct net_device *dev, int queue,
				   struct netdev_queue_stats_tx *stats);
	void (*get_base_stats)(struct net_device *dev,
			       struct netdev_queue_stats_rx *rx,
			       struct netdev_queue_stats_tx *tx);
};

#define fn_set_stat_ops(dev, ops) ((void)(dev), (void)(ops))
#endif

/*
 * A pool that knows its NAPI takes the pages of skbs back without a lock. To be
 * set before NAPI runs; the pool is destroyed when it no longer does.
 */
static inline void fn_page_pool_set_napi(struct page_pool *pool,
					 struct napi_struct *napi)
{
#if FN_HAS_PAGE_POOL_NAPI
	WRITE_ONCE(pool->p.napi, napi);
#endif
}

/*
 * Copy a string into a trace record. Since 6.10 __assign_str() takes one
 * argument, which no probe outside of a trace header can tell.
 */
#define fn_assign_str(dst, src) \
	memcpy(__get_dynamic_array(dst), src, __get_dynamic_array_len(dst))

/* What ethtool -T is answered with; its kernel side parted from it in 6.11. */
#if FN_HAS_ETHTOOL_KERNEL_TS_INFO
#define fn_ts_info kernel_ethtool_ts_info
#else
#define fn_ts_info ethtool_ts_info
#endif

/* The core began to tell the driver's name by itself in 6.2. */
static inline int fn_devlink_driver_name(struct devlink_info_req *req,
					 const char *name)
{
#if FN_HAS_DEVLINK_DRIVER_NAME_PUT
	return devlink_info_driver_name_put(req, name);
#else
	return 0;
#endif
}

/* A call that adds to a devlink message; since 6.7 that keeps its error. */
#define fn_fmsg(call)                                                \
	__builtin_choose_expr(                                       \
		__builtin_types_compatible_p(typeof(call), void), ({ \
			call;                                        \
			0;                                           \
		}),                                                  \
		call)

/*
 * Parameters of a devlink instance. Before 6.4 their values were read and set
 * without its lock, which is taken by the kernel around a reload; since then
 * what follows is to be called with it. Values came by pointer in 7.0.
 */
#if FN_HAS_DEVL_PARAMS
#define fn_devlink_lock(devlink) devl_lock(devlink)
#define fn_devlink_unlock(devlink) devl_unlock(devlink)
#define fn_devlink_params_register devl_params_register
#define fn_devlink_params_unregister devl_params_unregister
#define fn_devlink_param_get devl_param_driverinit_value_get
#if FN_HAS_DEVL_PARAM_POINTER
#define fn_devlink_param_set(devlink, id, value) \
	devl_param_driverinit_value_set(devlink, id, &(value))
#else
#define fn_devlink_param_set(devlink, id, value) \
	devl_param_driverinit_value_set(devlink, id, value)
#endif
#else
#define fn_devlink_lock(devlink) ((void)(devlink))
#define fn_devlink_unlock(devlink) ((void)(devlink))
#define fn_devlink_params_register devlink_params_register
#define fn_devlink_params_unregister devlink_params_unregister
#define fn_devlink_param_get devlink_param_driverinit_value_get
#define fn_devlink_param_set devlink_param_driverinit_value_set
#endif

/* Before 6.4 the driver sets no value of an instance that is registered. */
#define FN_DEVLINK_FORGETS FN_HAS_DEVL_PARAMS

/* Say that an instance can be reloaded; since 6.3 its operations say it. */
static inline void fn_devlink_reloads(struct devlink *devlink)
{
#if FN_HAS_DEVLINK_SET_FEATURES
	devlink_set_features(devlink, DEVLINK_F_RELOAD);
#endif
}

/*
 * A reporter's name, and how long after an error devlink recovers a card only
 * by hand, in ms: an argument of devlink_health_reporter_create() before 6.18.
 */
#if FN_HAS_DEVLINK_HEALTH_PERIOD
#define FN_HEALTH_NAME(text, ms) .name = (text), .default_graceful_period = (ms)
#define fn_health_reporter_create(devlink, ops, ms, priv) \
	devlink_health_reporter_create(devlink, ops, priv)
#else
#define FN_HEALTH_NAME(text, ms) .name = (text)
#define fn_health_reporter_create(devlink, ops, ms, priv) \
	devlink_health_reporter_create(devlink, ops, ms, priv)
#endif

/*
 * Defines name(), which rtnl_link_ops can have as newlink, for
 * make(dev, attributes, extack). Its other arguments changed in 6.15.
 */
#if FN_HAS_NEWLINK_PARAMS
#define FN_DEFINE_NEWLINK(name, make)                       \
	static int name(struct net_device *dev,             \
			struct rtnl_newlink_params *params, \
			struct netlink_ext_ack *extack)     \
	{                                                   \
		return make(dev, params->tb, extack);       \
	}
#else
#define FN_DEFINE_NEWLINK(name, make)                               \
	static int name(struct net *net, struct net_device *dev,    \
			struct nlattr *tb[], struct nlattr *data[], \
			struct netlink_ext_ack *extack)             \
	{                                                           \
		return make(dev, tb, extack);                       \
	}
#endif

/*
 * FN_NDO_HWTSTAMP is the member of struct net_device_ops for a netdev's time
 * stamping, after FN_DEFINE_HWTSTAMP(get, set). Before 6.6 the driver copied
 * from and to user space by itself; since 6.13 nobody asks those that do.
 */
#if FN_HAS_NDO_HWTSTAMP
#define fn_hwtstamp_config kernel_hwtstamp_config
#define FN_DEFINE_HWTSTAMP(get, set)
#define FN_NDO_HWTSTAMP(get, set) \
	.ndo_hwtstamp_get = (get), .ndo_hwtstamp_set = (set)
#else
#define fn_hwtstamp_config hwtstamp_config
#define FN_DEFINE_HWTSTAMP(get, set)                                    \
	static int fn_hwtstamp_ioctl(struct net_device *dev,            \
				     struct ifreq *ifr, int cmd)        \
	{                                                               \
		struct hwtstamp_config cfg;                             \
		int err;                                                \
		if (cmd != SIOCSHWTSTAMP && cmd != SIOCGHWTSTAMP)       \
			return -EOPNOTSUPP;                             \
		if (copy_from_user(&cfg, ifr->ifr_data, sizeof(cfg)))   \
			return -EFAULT;                                 \
		err = cmd == SIOCSHWTSTAMP ? set(dev, &cfg, NULL) :     \
					     get(dev, &cfg);            \
		if (err)                                                \
			return err;                                     \
		return copy_to_user(ifr->ifr_data, &cfg, sizeof(cfg)) ? \
			       -EFAULT :                                \
			       0;                                       \
	}
#define FN_NDO_HWTSTAMP(get, set) .ndo_eth_ioctl = fn_hwtstamp_ioctl
#endif

/*
 * FN_ETHTOOL_RXFH is the members of struct ethtool_ops for receive side scaling,
 * after FN_DEFINE_RXFH(get, set). Their arguments came into a struct in 6.8.
 */
#if FN_HAS_RXFH_PARAM
#define FN_DEFINE_RXFH(get, set)                                     \
	static int fn_rxfh_get(struct net_device *dev,               \
			       struct ethtool_rxfh_param *p)         \
	{                                                            \
		return get(dev, p->indir, p->key, &p->hfunc);        \
	}                                                            \
	static int fn_rxfh_set(struct net_device *dev,               \
			       struct ethtool_rxfh_param *p,         \
			       struct netlink_ext_ack *extack)       \
	{                                                            \
		return set(dev, p->indir, p->key, p->hfunc, extack); \
	}
#else
#define FN_DEFINE_RXFH(get, set)                                            \
	static int fn_rxfh_get(struct net_device *dev, u32 *indir, u8 *key, \
			       u8 *hfunc)                                   \
	{                                                                   \
		return get(dev, indir, key, hfunc);                         \
	}                                                                   \
	static int fn_rxfh_set(struct net_device *dev, const u32 *indir,    \
			       const u8 *key, const u8 hfunc)               \
	{                                                                   \
		return set(dev, indir, key, hfunc, NULL);                   \
	}
#endif
#define FN_ETHTOOL_RXFH          \
	.get_rxfh = fn_rxfh_get, \
	.set_rxfh = fn_rxfh_set FN_ETHTOOL_RXFH_FIELDS FN_ETHTOOL_RX_RINGS

/*
 * FN_ETHTOOL_RXFH_CONTEXT is the members for RSS contexts, of which there are
 * fewer than max, after FN_DEFINE_RXFH_CONTEXT(fill, set, del). The core numbers
 * and keeps them since 6.11; there are none before.
 */
#if FN_HAS_RXFH_CONTEXT
#define FN_DEFINE_RXFH_CONTEXT(fill, set, del)                                \
	static int fn_rxfh_context_modify(struct net_device *dev,             \
					  struct ethtool_rxfh_context *ctx,   \
					  const struct ethtool_rxfh_param *p, \
					  struct netlink_ext_ack *extack)     \
	{                                                                     \
		return set(dev, p->rss_context,                               \
			   p->indir ?: ethtool_rxfh_context_indir(ctx),       \
			   p->key ?: ethtool_rxfh_context_key(ctx), p->hfunc, \
			   extack);                                           \
	}                                                                     \
	static int fn_rxfh_context_create(struct net_device *dev,             \
					  struct ethtool_rxfh_context *ctx,   \
					  const struct ethtool_rxfh_param *p, \
					  struct netlink_ext_ack *extack)     \
	{                                                                     \
		fill(dev, ethtool_rxfh_context_indir(ctx),                    \
		     ethtool_rxfh_context_key(ctx));                          \
		ctx->hfunc = ETH_RSS_HASH_TOP;                                \
		return fn_rxfh_context_modify(dev, ctx, p, extack);           \
	}                                                                     \
	static int fn_rxfh_context_remove(struct net_device *dev,             \
					  struct ethtool_rxfh_context *ctx,   \
					  u32 context,                        \
					  struct netlink_ext_ack *extack)     \
	{                                                                     \
		return del(dev, context, extack);                             \
	}
#define FN_ETHTOOL_RXFH_CONTEXT(max)                     \
	, .create_rxfh_context = fn_rxfh_context_create, \
	  .modify_rxfh_context = fn_rxfh_context_modify, \
	  .remove_rxfh_context = fn_rxfh_context_remove, \
	  .rxfh_per_ctx_key = 1, .rxfh_max_num_contexts = (max)
#else
#define FN_DEFINE_RXFH_CONTEXT(fill, set, del)
#define FN_ETHTOOL_RXFH_CONTEXT(max)
#endif

/*
 * The same for which fields are hashed. Kernels before 6.17 ask get_rxnfc and
 * set_rxnfc.
 */
#if FN_HAS_RXFH_FIELDS
#define FN_DEFINE_RXFH_FIELDS(get, set)                                    \
	static int fn_rxfh_get_fields(struct net_device *dev,              \
				      struct ethtool_rxfh_fields *f)       \
	{                                                                  \
		u64 data = 0;                                              \
		int err = get(dev, f->flow_type, &data);                   \
		f->data = data;                                            \
		return err;                                                \
	}                                                                  \
	static int fn_rxfh_set_fields(struct net_device *dev,              \
				      const struct ethtool_rxfh_fields *f, \
				      struct netlink_ext_ack *extack)      \
	{                                                                  \
		return set(dev, f->flow_type, f->data, extack);            \
	}
#define FN_ETHTOOL_RXFH_FIELDS                   \
	, .get_rxfh_fields = fn_rxfh_get_fields, \
	  .set_rxfh_fields = fn_rxfh_set_fields
#else
#define FN_DEFINE_RXFH_FIELDS(get, set)
#define FN_ETHTOOL_RXFH_FIELDS
#endif

/* Since 6.19 the number of receive rings is asked for by itself, fn(dev). */
#if FN_HAS_RX_RING_COUNT
#define FN_DEFINE_RX_RINGS(fn)                             \
	static u32 fn_rx_rings_get(struct net_device *dev) \
	{                                                  \
		return fn(dev);                            \
	}
#define FN_ETHTOOL_RX_RINGS , .get_rx_ring_count = fn_rx_rings_get
#else
#define FN_DEFINE_RX_RINGS(fn)
#define FN_ETHTOOL_RX_RINGS
#endif

/*
 * Add to the counters of a filter's actions what a device did; @used is in
 * jiffies. The figures came into one struct in 6.4.
 */
#if FN_HAS_EXTS_FLOW_STATS
#define fn_exts_hw_stats(exts, bytes, packets, drops, used)                 \
	do {                                                                \
		struct flow_stats __fn_stats = {};                          \
		flow_stats_update(&__fn_stats, bytes, packets, drops, used, \
				  FLOW_ACTION_HW_STATS_IMMEDIATE);          \
		tcf_exts_hw_stats_update(exts, &__fn_stats, false);         \
	} while (0)
#else
#define fn_exts_hw_stats(exts, bytes, packets, drops, used)         \
	tcf_exts_hw_stats_update(exts, bytes, packets, drops, used, \
				 FLOW_ACTION_HW_STATS_IMMEDIATE, true)
#endif

/* Show a tracepoint in trace_pipe, on kernels that have that. */
#ifdef CONFIG_EVENT_TRACING
int trace_set_clr_event(const char *system, const char *event, int set);
#define fn_trace_enable(system, event) trace_set_clr_event(system, event, 1)
#else
#define fn_trace_enable(system, event) \
	do {                           \
	} while (0)
#endif

#endif /* FN_COMPAT_H */
