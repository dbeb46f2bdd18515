// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of a card: bpf_map_dev_ops. The entries live on the card; each access
 * is a control message.
 */
#include "bpf_offload_priv.h"
#include "host_memory.h"

static int fn_map_op(struct bpf_offloaded_map *offmap, enum fn_map_op op,
		     const void *key, const void *value, u64 flags)
{
	struct fn_offload_map *m = offmap->dev_priv;
	struct fn_msg_map_op msg = {
		.handle = m->handle,
		.op = op,
		.key = key ? fn_ptr_to_bus(key) : 0,
		.value = value ? fn_ptr_to_bus(value) : 0,
		.flags = flags,
	};

	return fn_card_ctrl(m->off->card, FN_CTRL_MAP_OP, &msg, sizeof(msg));
}

static int fn_map_next_key(struct bpf_offloaded_map *offmap, void *key,
			   void *next_key)
{
	return fn_map_op(offmap, FN_MAP_NEXT, key, next_key, 0);
}

static int fn_map_lookup(struct bpf_offloaded_map *offmap, void *key,
			 void *value)
{
	return fn_map_op(offmap, FN_MAP_LOOKUP, key, value, 0);
}

/*
 * Of a device's array that has no such entry the kernel's own test of offload
 * wants to hear ENOENT, where the host's says E2BIG.
 */
static int fn_map_update(struct bpf_offloaded_map *offmap, void *key,
			 void *value, u64 flags)
{
	int err = fn_map_op(offmap, FN_MAP_UPDATE, key, value, flags);

	if (err == -E2BIG && flags == BPF_EXIST)
		return -ENOENT;
	return err;
}

static int fn_map_delete(struct bpf_offloaded_map *offmap, void *key)
{
	return fn_map_op(offmap, FN_MAP_DELETE, key, NULL, 0);
}

static const struct bpf_map_dev_ops fn_map_dev_ops = {
	.map_get_next_key = fn_map_next_key,
	.map_lookup_elem = fn_map_lookup,
	.map_update_elem = fn_map_update,
	.map_delete_elem = fn_map_delete,
};

/*
 * Who may read and write, the core and the verifier see to. Card memory is of
 * no node of the host's, and has no seed that could be left out. Loaders ask for
 * an array that can be mapped where nothing maps it: libbpf, for a section of
 * strings that no program uses. Who does map it is refused by the core.
 */
#define FN_MAP_FLAGS                                                           \
	(BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG | \
	 BPF_F_NUMA_NODE)
#define FN_ARRAY_FLAGS BPF_F_MMAPABLE
#define FN_HASH_FLAGS (BPF_F_NO_PREALLOC | BPF_F_ZERO_SEED)

static int fn_map_describe(struct fn_msg_map *msg, const struct bpf_map *map)
{
	bool array = map->map_type == BPF_MAP_TYPE_ARRAY;
	u32 known = FN_MAP_FLAGS | (array ? FN_ARRAY_FLAGS : FN_HASH_FLAGS);

	msg->type = map->map_type;
	msg->key_size = map->key_size;
	msg->value_size = map->value_size;
	msg->max_entries = map->max_entries;
	msg->flags = map->map_flags & BPF_F_NO_PREALLOC;
	if (!(map->map_flags & ~known))
		return 0;
	snprintf(
		msg->why, sizeof(msg->why),
		"flags 0x%x are not for %s of the card; accepted: %s, BPF_F_NUMA_NODE, those on access",
		map->map_flags & ~known, array ? "an array" : "a hash map",
		array ? "BPF_F_MMAPABLE" :
			"BPF_F_NO_PREALLOC, BPF_F_ZERO_SEED");
	return -EINVAL;
}

/* Bytes of host memory, about: value, key and links of each entry. */
static u64 fn_map_memory(const struct bpf_map *map)
{
	return (u64)map->max_entries *
	       (round_up((u64)map->value_size, 8) + map->key_size + 20);
}

static int fn_map_afford(struct fn_msg_map *msg, const struct bpf_map *map)
{
	u64 bytes = fn_map_memory(map);

	/* What is beyond the card is refused by the card. */
	if (bytes > U32_MAX || fn_memory_spare(bytes))
		return 0;
	snprintf(
		msg->why, sizeof(msg->why),
		"max_entries %u take %llu MiB: the host has not so much memory to spare",
		map->max_entries, bytes >> 20);
	return -ENOMEM;
}

static int fn_map_knob(struct fn_offload *off, u32 port, struct fn_msg_map *msg)
{
	if (READ_ONCE(off->knobs.ports[port].map_accept))
		return 0;
	snprintf(msg->why, sizeof(msg->why),
		 "refused for a test: bpf_map_accept is N in debugfs");
	return -EOPNOTSUPP;
}

static void fn_map_refused(struct fn_offload *off, struct net_device *dev,
			   int err, const char *why)
{
	if (net_ratelimit())
		netdev_info(dev, "map refused: %s\n", why);
	fn_offload_refused(off, "map", dev, err, why);
}

/*
 * bpf(2) has no room for a sentence when a map is created: the log has to say
 * what the errno can't.
 */
static int fn_map_create(struct fn_offload_map *m, struct net_device *dev,
			 u32 port)
{
	struct fn_msg_map *msg;
	int err;

	msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	err = fn_map_describe(msg, &m->offmap->map);
	if (!err)
		err = fn_map_knob(m->off, port, msg);
	if (!err)
		err = fn_map_afford(msg, &m->offmap->map);
	if (!err)
		err = fn_card_ctrl(m->off->card, FN_CTRL_MAP_CREATE, msg,
				   sizeof(*msg));
	if (err)
		fn_map_refused(m->off, dev, err,
			       msg->why[0] ? msg->why : "out of memory");
	m->handle = msg->handle;
	kfree(msg);
	return err;
}

/**
 * fn_offload_map_alloc - BPF_OFFLOAD_MAP_ALLOC
 * @off: the card
 * @dev: netdev the map was asked for
 * @port: its number
 * @offmap: the core's map; type, sizes and flags are set, name and id not yet
 *
 * Return: 0, or the negative errno that the user sees.
 */
int fn_offload_map_alloc(struct fn_offload *off, struct net_device *dev,
			 u32 port, struct bpf_offloaded_map *offmap)
{
	struct fn_offload_map *m;
	int err;

	m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	if (!m)
		return -ENOMEM;
	m->off = off;
	m->offmap = offmap;
	err = fn_map_create(m, dev, port);
	if (err) {
		kfree(m);
		return err;
	}
	offmap->dev_ops = &fn_map_dev_ops;
	offmap->dev_priv = m;

	mutex_lock(&off->lock);
	list_add_tail(&m->list, &off->maps);
	mutex_unlock(&off->lock);
	return 0;
}

/**
 * fn_offload_map_free - BPF_OFFLOAD_MAP_FREE
 * @offmap: the core's map
 *
 * Programs on the card that use the map keep its memory.
 */
void fn_offload_map_free(struct bpf_offloaded_map *offmap)
{
	struct fn_offload_map *m = offmap->dev_priv;
	struct fn_msg_handle msg = { .handle = m->handle };

	mutex_lock(&m->off->lock);
	list_del(&m->list);
	mutex_unlock(&m->off->lock);

	fn_card_ctrl(m->off->card, FN_CTRL_MAP_FREE, &msg, sizeof(msg));
	offmap->dev_priv = NULL;
	kfree(m);
}

static struct fn_offload_map *fn_map_by_id(struct fn_offload *off, u32 id)
{
	struct fn_offload_map *m;

	list_for_each_entry(m, &off->maps, list)
		if (id && READ_ONCE(m->offmap->map.id) == id)
			return m;
	return NULL;
}

/* A trie has up to two nodes for an entry, an LRU map a byte more than a hash. */
static u64 fn_map_kind_memory(const struct bpf_map *map, u32 type)
{
	if (type == BPF_MAP_TYPE_LPM_TRIE)
		return (u64)map->max_entries * 2 * (map->key_size + 24);
	return (u64)map->max_entries * (map->key_size + 24);
}

static int fn_map_set_kind(struct fn_offload_map *m, u32 type, char *why)
{
	u64 bytes = fn_map_kind_memory(&m->offmap->map, type);
	struct fn_msg_map_kind msg = { .handle = m->handle, .type = type };
	int err;

	if (!fn_memory_spare(bytes)) {
		snprintf(
			why, FN_WHY_LEN,
			"max_entries %u take %llu MiB more: the host has not so much memory to spare",
			m->offmap->map.max_entries, bytes >> 20);
		return -ENOMEM;
	}
	err = fn_card_ctrl(m->off->card, FN_CTRL_MAP_KIND, &msg, sizeof(msg));
	strscpy(why, msg.why, FN_WHY_LEN);
	return err;
}

/**
 * fn_offload_map_kind - have a hash map of the card be of another kind
 * @off: the card
 * @id: BPF map id
 * @type: BPF_MAP_TYPE_LRU_HASH or BPF_MAP_TYPE_LPM_TRIE
 * @why: gets a sentence if that is refused, FN_WHY_LEN bytes
 *
 * The core, and with it the verifier, goes on with a hash. May sleep.
 *
 * Return: 0, -ENODEV if the map is not of this card, or an errno.
 */
int fn_offload_map_kind(struct fn_offload *off, u32 id, u32 type, char *why)
{
	struct fn_offload_map *m;
	int err = -ENODEV;

	why[0] = 0;
	mutex_lock(&off->lock);
	m = fn_map_by_id(off, id);
	if (m) {
		/* What the card says of the map has its name. */
		fn_offload_map_set_ids(off);
		err = fn_map_set_kind(m, type, why);
	}
	mutex_unlock(&off->lock);
	return err;
}

/* Under @off->lock. The name, too, comes after the map was accepted. */
void fn_offload_map_set_ids(struct fn_offload *off)
{
	struct fn_offload_map *m;
	struct fn_msg_map *msg;

	msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	if (!msg)
		return;
	list_for_each_entry(m, &off->maps, list) {
		memset(msg, 0, sizeof(*msg));
		msg->handle = m->handle;
		msg->id = READ_ONCE(m->offmap->map.id);
		msg->set_id = 1;
		strscpy(msg->name, m->offmap->map.name, sizeof(msg->name));
		fn_card_ctrl(off->card, FN_CTRL_MAP_GET, msg, sizeof(*msg));
	}
	kfree(msg);
}
