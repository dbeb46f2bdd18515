// SPDX-License-Identifier: GPL-2.0
/*
 * Perf event arrays: what a program on the card sends goes to the host's perf
 * buffers. These maps are the only ones of the host that the core lets programs
 * of a card name, whose events come when the program may be gone. So they are
 * kept here, with references of our own.
 */
#include <linux/bpf.h>
#include <linux/smp.h>

#include "bpf_offload_priv.h"

static int create(struct fn_offload_events *e)
{
	struct fn_msg_map *msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	int err;

	if (!msg)
		return -ENOMEM;
	msg->type = e->map->map_type;
	msg->key_size = e->map->key_size;
	msg->value_size = e->map->value_size;
	msg->max_entries = e->map->max_entries;
	msg->id = e->map->id;
	msg->set_id = 1;
	strscpy(msg->name, e->map->name, sizeof(msg->name));
	err = fn_card_ctrl(e->off->card, FN_CTRL_MAP_CREATE, msg, sizeof(*msg));
	e->handle = msg->handle;
	kfree(msg);
	return err;
}

static struct fn_offload_events *make(struct fn_offload *off,
				      struct bpf_map *map)
{
	struct fn_offload_events *e = kzalloc(sizeof(*e), GFP_KERNEL);
	int err;

	if (!e)
		return ERR_PTR(-ENOMEM);
	e->off = off;
	e->map = map;
	err = create(e);
	if (err) {
		kfree(e);
		return ERR_PTR(err);
	}
	bpf_map_inc(map);
	list_add(&e->list, &off->events);
	return e;
}

/**
 * fn_offload_events_get - make a map of the host's known to the card
 * @off: the card
 * @map: a perf_event_array, with a reference of the caller's
 *
 * Return: what fn_offload_events_put() takes, or an ERR_PTR.
 */
struct fn_offload_events *fn_offload_events_get(struct fn_offload *off,
						struct bpf_map *map)
{
	struct fn_offload_events *e;

	mutex_lock(&off->lock);
	list_for_each_entry(e, &off->events, list)
		if (e->map == map)
			goto found;
	e = make(off, map);
found:
	if (!IS_ERR(e))
		e->refs++;
	mutex_unlock(&off->lock);
	return e;
}

/**
 * fn_offload_events_put - a program is gone
 * @e: from fn_offload_events_get()
 */
void fn_offload_events_put(struct fn_offload_events *e)
{
	struct fn_msg_handle msg = { .handle = e->handle };
	struct fn_offload *off = e->off;

	mutex_lock(&off->lock);
	if (--e->refs)
		e = NULL;
	else
		list_del(&e->list);
	mutex_unlock(&off->lock);
	if (!e)
		return;
	fn_card_ctrl(off->card, FN_CTRL_MAP_FREE, &msg, sizeof(msg));
	bpf_map_put(e->map);
	kfree(e);
}

struct output {
	struct bpf_map *map;
	u32 index;
	void *data;
	u32 size;
};

static void output(void *arg)
{
	struct output *o = arg;

	rcu_read_lock();
	bpf_event_output(o->map, o->index, o->data, o->size, NULL, 0, NULL);
	rcu_read_unlock();
}

/* A perf buffer is written on its own CPU only. */
static void send(struct output *o)
{
	if (o->index == (u32)BPF_F_CURRENT_CPU)
		output(o);
	else
		smp_call_function_single(o->index, output, o, true);
}

/**
 * fn_offload_output - give data that a program sent to who reads the map
 * @off: the card
 * @handle: of the map on the card
 * @index: CPU whose buffer gets it, BPF_F_CURRENT_CPU for any
 * @data: what was sent
 * @size: bytes
 *
 * Nobody may be reading; then nothing happens. May sleep.
 */
void fn_offload_output(struct fn_offload *off, u32 handle, u32 index,
		       void *data, u32 size)
{
	struct output o = { .index = index, .data = data, .size = size };
	struct fn_offload_events *e;

	mutex_lock(&off->lock);
	list_for_each_entry(e, &off->events, list) {
		if (e->handle != handle)
			continue;
		o.map = e->map;
		send(&o);
		break;
	}
	mutex_unlock(&off->lock);
}
