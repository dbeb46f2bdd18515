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
 * struct fn_offload - a card as the kernel's offload core knows it
 * @card: the card
 * @dev: the core's handle; programs and maps can be used by all its netdevs
 * @lock: protects the lists. Taken inside the core's bpf_devs_lock and around
 *	control messages
 * @progs: struct fn_offload_prog
 * @maps: struct fn_offload_map
 * @events: struct fn_offload_events
 * @anchors: programs that are gone but for their anchor
 * @attached: program of each port, with a reference; under RTNL
 * @filters: struct fn_offload_filter of each port; under RTNL
 */
struct fn_offload {
	struct fn_card *card;
	struct bpf_offload_dev *dev;
	struct mutex lock; /* innermost but for the card's */
	struct list_head progs;
	struct list_head maps;
	struct list_head events;
	struct list_head anchors;
	struct bpf_prog *attached[FN_MAX_PORTS];
	struct list_head filters[FN_MAX_PORTS];
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

/* bpf_offload_events.c; may sleep */
struct fn_offload_events *fn_offload_events_get(struct fn_offload *off,
						struct bpf_map *map);
void fn_offload_events_put(struct fn_offload_events *e);

/* bpf_offload_prog.c */
extern const struct bpf_prog_offload_ops fn_offload_prog_ops;
u32 fn_offload_prog_handle(const struct bpf_prog *prog);
void fn_offload_prog_set_ids(struct fn_offload *off);
void fn_offload_prog_free_anchors(struct fn_offload *off);

/* bpf_offload_map.c; under RTNL and bpf_devs_lock */
int fn_offload_map_alloc(struct fn_offload *off, struct net_device *dev,
			 struct bpf_offloaded_map *offmap);
void fn_offload_map_free(struct bpf_offloaded_map *offmap);
void fn_offload_map_set_ids(struct fn_offload *off);

#endif /* FN_BPF_OFFLOAD_PRIV_H */
