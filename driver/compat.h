/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the kernels the module is built for, 6.1 and 6.12 being
 * the ones that matter. All of them live here.
 */
#ifndef FN_COMPAT_H
#define FN_COMPAT_H

#include <linux/atomic.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/version.h>
#include <net/devlink.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* Before 6.3 a program bound to a device was always an offloaded one. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define bpf_prog_is_offloaded(aux) bpf_prog_is_dev_bound(aux)
#endif

/* Attributes of a generic netlink dump request: a field that moved in 6.6. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define fn_genl_dump_attrs(cb) ((struct nlattr **)genl_dumpit_info(cb)->attrs)
#else
#define fn_genl_dump_attrs(cb) (genl_info_dump(cb)->attrs)
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
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
static inline void fn_xdp_set_features(struct net_device *dev, bool offload)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	dev->xdp_features = NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT |
			    NETDEV_XDP_ACT_NDO_XMIT |
			    NETDEV_XDP_ACT_NDO_XMIT_SG;
	if (offload)
		dev->xdp_features |= NETDEV_XDP_ACT_HW_OFFLOAD;
#endif
}

/* Show which NAPI serves a queue; 6.8 began to. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
static inline void netif_queue_set_napi(struct net_device *dev,
					unsigned int queue, int type,
					struct napi_struct *napi)
{
}

#define NETDEV_QUEUE_TYPE_RX 0
#define NETDEV_QUEUE_TYPE_TX 1
#endif

/* Statistics of each queue by netlink; 6.9 began to ask for them. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
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
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	WRITE_ONCE(pool->p.napi, napi);
#endif
}

/* Since 6.10 a tracepoint remembers the source of its strings. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define fn_assign_str(dst, src) __assign_str(dst)
#else
#define fn_assign_str(dst, src) __assign_str(dst, src)
#endif

/* What ethtool -T is answered with; its kernel side parted from it in 6.11. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define fn_ts_info kernel_ethtool_ts_info
#else
#define fn_ts_info ethtool_ts_info
#endif

/* The core began to tell the driver's name by itself in 6.2. */
static inline int fn_devlink_driver_name(struct devlink_info_req *req,
					 const char *name)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return devlink_info_driver_name_put(req, name);
#else
	return 0;
#endif
}

/* A call that adds to a devlink message; since 6.7 that keeps its error. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define fn_fmsg(call) (call)
#else
#define fn_fmsg(call)   \
	({              \
		(call); \
		0;      \
	})
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
