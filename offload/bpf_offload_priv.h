/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the BPF offload glue share.
 */
#ifndef FN_BPF_OFFLOAD_PRIV_H
#define FN_BPF_OFFLOAD_PRIV_H

#include <linux/list.h>
#include <linux/mutex.h>

#include "bpf_offload.h"
#include "image.h"
#include "pcie.h"

/**
 * struct fn_port_knobs - what tests can set of a port, in debugfs
 * @dir: its directory
 * @offloaded_id: id of the program that the port runs, 0 for none
 * @tc_accept: take filters
 * @tc_non_bound_accept: take those whose program is the host's, without running
 *	them
 * @xdpdrv_accept: take native XDP programs
 * @xdpoffload_accept: take offloaded ones
 * @map_accept: make maps
 * @xdp_max_mtu: bytes, with a native program; 0 for no limit
 */
struct fn_port_knobs {
	struct dentry *dir;
	u32 offloaded_id;
	bool tc_accept;
	bool tc_non_bound_accept;
	bool xdpdrv_accept;
	bool xdpoffload_accept;
	bool map_accept;
	u32 xdp_max_mtu;
};

/**
 * struct fn_knobs - what tests can set of a card
 * @dir: its directory in debugfs
 * @ports_dir: the ports' in it
 * @progs_dir: the programs' in it
 * @progs: number of programs so far, which names their directories
 * @bind_accept: take programs
 * @verifier_accept: accept them when they are verified
 * @verifier_delay: before that, ms
 * @one_program: a port runs one program at most, XDP or a filter
 * @netdevsim_words: refuse in the words of the kernel's simulator
 * @ports: of each port
 */
struct fn_knobs {
	struct dentry *dir;
	struct dentry *ports_dir;
	struct dentry *progs_dir;
	atomic_t progs;
	bool bind_accept;
	bool verifier_accept;
	u32 verifier_delay;
	bool one_program;
	bool netdevsim_words;
	struct fn_port_knobs ports[FN_MAX_PORTS];
};

/**
 * struct fn_prog_knobs - what tests can see of a program
 * @dir: its directory in debugfs
 * @translated: it is on the card
 * @loaded: number of ports' places that it runs in; under RTNL
 */
struct fn_prog_knobs {
	struct dentry *dir;
	bool translated;
	u32 loaded;
};

/**
 * struct fn_offload - a card as the kernel's offload core knows it
 * @card: the card
 * @cfg: who is told of refusals
 * @dev: the core's handle; programs and maps can be used by all its netdevs
 * @lock: protects the lists. Taken inside the core's bpf_devs_lock and around
 *	control messages
 * @progs: struct fn_offload_prog
 * @maps: struct fn_offload_map
 * @events: struct fn_offload_events
 * @anchors: programs that are gone but for their anchor
 * @attached: program of each port, with a reference; under RTNL
 * @filters: struct fn_offload_filter of each port; under RTNL
 * @knobs: for tests
 */
struct fn_offload {
	struct fn_card *card;
	struct fn_offload_config cfg;
	struct bpf_offload_dev *dev;
	struct mutex lock; /* innermost but for the card's */
	struct list_head progs;
	struct list_head maps;
	struct list_head events;
	struct list_head anchors;
	struct bpf_prog *attached[FN_MAX_PORTS];
	struct list_head filters[FN_MAX_PORTS];
	struct fn_knobs knobs;
};

/**
 * struct fn_offload_map - a map of the card
 * @off: the card it is on
 * @list: in @off->maps
 * @offmap: the core's
 * @handle: the card's
 */
struct fn_offload_map {
	struct fn_offload *off;
	struct list_head list;
	struct bpf_offloaded_map *offmap;
	u32 handle;
};

/**
 * struct fn_offload_events - a map of the host's that programs send data to
 * @off: the card they are on
 * @list: in @off->events
 * @refs: programs that name the map; under @off->lock
 * @map: a perf_event_array, with a reference
 * @handle: what the card knows it by
 */
struct fn_offload_events {
	struct fn_offload *off;
	struct list_head list;
	u32 refs;
	struct bpf_map *map;
	u32 handle;
};

/* bpf_offload_refused.c */
void fn_offload_refused(struct fn_offload *off, const char *what,
			const struct net_device *dev, int err,
			const char *text);

/* bpf_offload_knobs.c */
void fn_knobs_create(struct fn_offload *off, const char *name);
void fn_knobs_destroy(struct fn_offload *off);
void fn_knobs_port_add(struct fn_offload *off, u32 port);
void fn_knobs_port_del(struct fn_offload *off, u32 port);
void fn_knobs_show_id(struct fn_offload *off, u32 port, u32 filter);
void fn_knobs_prog_add(struct fn_offload *off, struct fn_prog_knobs *k,
		       struct bpf_prog_aux *aux);
void fn_knobs_prog_del(struct fn_prog_knobs *k);
void fn_knobs_verifier_delay(struct fn_offload *off);
bool fn_knobs_say(struct fn_offload *off, struct netlink_ext_ack *extack,
		  const char *words);
int fn_knobs_refuse(const bool *accept, struct netlink_ext_ack *extack,
		    const char *file);

/* bpf_offload_events.c; may sleep */
struct fn_offload_events *fn_offload_events_get(struct fn_offload *off,
						struct bpf_map *map);
void fn_offload_events_put(struct fn_offload_events *e);

/* bpf_offload_prog.c */
extern const struct bpf_prog_offload_ops fn_offload_prog_ops;
u32 fn_offload_prog_handle(const struct bpf_prog *prog);
void fn_offload_prog_use(const struct bpf_prog *prog, int by);
void fn_offload_prog_set_ids(struct fn_offload *off);
void fn_offload_prog_free_anchors(struct fn_offload *off);

/* bpf_offload_tc.c; under RTNL */
u32 fn_offload_tc_id(struct fn_offload *off, u32 port);

/* bpf_offload_map.c; under RTNL and bpf_devs_lock */
int fn_offload_map_alloc(struct fn_offload *off, struct net_device *dev,
			 u32 port, struct bpf_offloaded_map *offmap);
void fn_offload_map_free(struct bpf_offloaded_map *offmap);
void fn_offload_map_set_ids(struct fn_offload *off);

#endif /* FN_BPF_OFFLOAD_PRIV_H */
