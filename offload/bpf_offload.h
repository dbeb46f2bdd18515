/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Glue between the kernel's BPF offload core and a card. The only kernel-side
 * part of offload/; it reaches the card through control messages alone.
 */
#ifndef FN_BPF_OFFLOAD_H
#define FN_BPF_OFFLOAD_H

#include <linux/bpf.h>
#include <linux/netdevice.h>

struct fn_card;
struct fn_offload;

#define FN_REFUSAL_TEXT 192

/**
 * struct fn_offload_config - a card at the offload core
 * @name: of the card, in debugfs
 * @refused: told of each refusal: what kind of thing was refused, the netdev it
 *	was for (or NULL), a negative errno and a sentence. May not sleep
 * @host: for @refused
 */
struct fn_offload_config {
	char name[16];
	void (*refused)(void *host, const char *what,
			const struct net_device *dev, int err,
			const char *text);
	void *host;
};

/* bpf_offload.c */
struct fn_offload *fn_offload_create(struct fn_card *card,
				     const struct fn_offload_config *cfg);
void fn_offload_destroy(struct fn_offload *off);
/* Under RTNL, around the netdev's registration. */
int fn_offload_port_add(struct fn_offload *off, struct net_device *dev,
			u32 port);
void fn_offload_port_del(struct fn_offload *off, struct net_device *dev,
			 u32 port);
/* XDP_SETUP_PROG_HW, BPF_OFFLOAD_MAP_ALLOC, BPF_OFFLOAD_MAP_FREE */
int fn_offload_bpf(struct fn_offload *off, struct net_device *dev, u32 port,
		   struct netdev_bpf *bpf);
/* May sleep; for FN_CTRL_PROG_GET and FN_CTRL_MAP_GET to report BPF ids. */
void fn_offload_set_ids(struct fn_offload *off);

/* bpf_offload_knobs.c: for tests */
int fn_offload_knobs_init(void);
void fn_offload_knobs_exit(void);
int fn_offload_xdp_check(struct fn_offload *off, u32 port, u32 mtu,
			 struct netlink_ext_ack *extack);
u32 fn_offload_xdp_max_mtu(struct fn_offload *off, u32 port);

/* bpf_offload_tc.c; under RTNL */
int fn_offload_tc(struct fn_offload *off, struct net_device *dev, u32 port,
		  enum tc_setup_type type, void *data);
u32 fn_offload_tc_filters(struct fn_offload *off, u32 port);

/* bpf_offload_map.c; may sleep */
int fn_offload_map_kind(struct fn_offload *off, u32 id, u32 type, char *why);

/* bpf_offload_prog.c; may sleep */
struct bpf_insn *fn_offload_prog_insns(struct fn_offload *off, u32 handle,
				       u32 *len);

/* bpf_offload_events.c; may sleep. For FN_EVENT_DATA */
void fn_offload_output(struct fn_offload *off, u32 handle, u32 index,
		       void *data, u32 size);

#endif /* FN_BPF_OFFLOAD_H */
