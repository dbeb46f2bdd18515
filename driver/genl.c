// SPDX-License-Identifier: GPL-2.0
/*
 * The control interface: cards are added, removed and looked at through the
 * generic netlink family "flownic". What is told of a card's contents comes
 * from the card by control messages.
 */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "../offload/image.h"
#include "../offload/isa.h"
#include "flownic.h"
#include "genl.h"
#include "uapi.h"

static struct genl_family fn_genl_family;

static const struct nla_policy fn_genl_policy[FLOWNIC_A_MAX + 1] = {
	[FLOWNIC_A_CARD] = { .type = NLA_U32 },
	[FLOWNIC_A_PORTS] = { .type = NLA_U32 },
	[FLOWNIC_A_WORKERS] = { .type = NLA_U32 },
	[FLOWNIC_A_HANDLE] = { .type = NLA_U32 },
	[FLOWNIC_A_CAUSE] = { .type = NLA_U32 },
	[FLOWNIC_A_WORD] = { .type = NLA_U32 },
	[FLOWNIC_A_COUNT] = { .type = NLA_U32 },
	[FLOWNIC_A_PORT] = { .type = NLA_U32 },
	[FLOWNIC_A_BPF_ID] = { .type = NLA_U32 },
	[FLOWNIC_A_MAP_TYPE] = { .type = NLA_U32 },
	[FLOWNIC_A_FAR_CARD] = { .type = NLA_U32 },
	[FLOWNIC_A_FAR_PORT] = { .type = NLA_U32 },
};

/* Room for a message of any kind; a port with its counters takes 3 KiB. */
#define FN_GENL_MESSAGE 8192

static int fn_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, FLOWNIC_A_PAD);
}

static int fn_put_counter(struct sk_buff *skb, int attr, const char *name,
			  const char *text, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || nla_put_string(skb, FLOWNIC_A_NAME, name) ||
	    (text && nla_put_string(skb, FLOWNIC_A_TEXT, text)) ||
	    fn_put_u64(skb, FLOWNIC_A_VALUE, value))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Causes that there were; most packets are never aborted. */
static int fn_put_faults(struct sk_buff *skb, const u64 *faults)
{
	u32 i;

	for (i = 0; i < FN_NFAULTS; i++)
		if (faults[i] &&
		    fn_put_counter(skb, FLOWNIC_A_FAULT, fn_fault_name[i],
				   fn_fault_text[i], faults[i]))
			return -EMSGSIZE;
	return 0;
}

/**
 * struct fn_dump - how far a dump has come, and who asks; in cb->ctx
 * @card: number of the card to go on with
 * @item: number or handle on it
 * @net: network namespace of who asks
 * @all: who asks has CAP_NET_ADMIN over the machine and is told of all
 *	namespaces, else of @net only
 */
struct fn_dump {
	u32 card;
	u32 item;
	struct net *net;
	bool all;
};

/*
 * One message each for the things of one kind on a card. @item is where to go
 * on: a number or a handle. -ENOENT says that there are no more; -EMSGSIZE,
 * that the message is full and the same item comes first in the next;
 * -ENODATA, that who asks is not told of this one.
 */
typedef int (*fn_put_t)(struct sk_buff *skb, struct fn_nic *nic,
			const struct fn_dump *d, u32 *item);

static int fn_put_card(struct sk_buff *skb, struct fn_nic *nic,
		       const struct fn_dump *d, u32 *item)
{
	const struct fn_msg_caps *c = &nic->caps;

	if (*item)
		return -ENOENT;
	if (nla_put_u32(skb, FLOWNIC_A_PORTS, nic->nports) ||
	    nla_put_u32(skb, FLOWNIC_A_WORKERS, c->workers) ||
	    nla_put_string(skb, FLOWNIC_A_PROFILE, c->profile) ||
	    nla_put_u32(skb, FLOWNIC_A_CORES, c->cores) ||
	    nla_put_u32(skb, FLOWNIC_A_THREADS, c->threads) ||
	    nla_put_u32(skb, FLOWNIC_A_LANES, c->lanes) ||
	    nla_put_u32(skb, FLOWNIC_A_CLOCK_KHZ, c->clock_khz) ||
	    nla_put_u32(skb, FLOWNIC_A_PORT_MBPS, c->port_mbps) ||
	    nla_put_u32(skb, FLOWNIC_A_MAX_WORDS, c->max_words) ||
	    nla_put_u32(skb, FLOWNIC_A_MAX_MAPS, c->max_maps) ||
	    nla_put_u32(skb, FLOWNIC_A_MAX_KEY_SIZE, c->max_key_size) ||
	    nla_put_u32(skb, FLOWNIC_A_MAX_VALUE_SIZE, c->max_value_size) ||
	    fn_put_u64(skb, FLOWNIC_A_MAX_MAP_MEMORY, c->max_map_memory))
		return -EMSGSIZE;
	return 0;
}

static int fn_put_netns(struct sk_buff *skb, int attr, struct net *net)
{
	if (net_eq(net, &init_net))
		return 0;
	return nla_put_u32(skb, attr, net->ns.inum);
}

/* Whether who asks is told of a netdev, which may not be there. */
static bool fn_dump_shows(const struct fn_dump *d, const struct net_device *dev)
{
	return dev && (d->all || net_eq(dev_net(dev), d->net));
}

static int fn_put_dev(struct sk_buff *skb, const struct net_device *dev)
{
	if (nla_put_u32(skb, FLOWNIC_A_IFINDEX, dev->ifindex) ||
	    nla_put_string(skb, FLOWNIC_A_IFNAME, dev->name) ||
	    fn_put_netns(skb, FLOWNIC_A_NETNS, dev_net(dev)))
		return -EMSGSIZE;
	return 0;
}

static int fn_put_wire(struct sk_buff *skb, const struct net_device *wire)
{
	if (nla_put_u32(skb, FLOWNIC_A_CABLE_IFINDEX, wire->ifindex) ||
	    nla_put_string(skb, FLOWNIC_A_CABLE_IFNAME, wire->name) ||
	    fn_put_netns(skb, FLOWNIC_A_CABLE_NETNS, dev_net(wire)))
		return -EMSGSIZE;
	return 0;
}

static int fn_put_far(struct sk_buff *skb, const struct fn_port *far)
{
	if (nla_put_u32(skb, FLOWNIC_A_FAR_CARD, far->nic->index) ||
	    nla_put_u32(skb, FLOWNIC_A_FAR_PORT, far->index))
		return -EMSGSIZE;
	return 0;
}

static int fn_put_port_counters(struct sk_buff *skb,
				const struct fn_port_counters *c)
{
	static const char *const names[] = {
#define FN_NAME(field, name) name,
		FN_PORT_COUNTERS(FN_NAME)
#undef FN_NAME
	};
	const u64 *value = (const u64 *)c;
	u32 i;

	BUILD_BUG_ON(sizeof(*c) != ARRAY_SIZE(names) * sizeof(*value));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (fn_put_counter(skb, FLOWNIC_A_COUNTER, names[i], NULL,
				   value[i]))
			return -EMSGSIZE;
	return 0;
}

/* What the port's own netdev tells everyone in its namespace. */
static int fn_put_port_state(struct sk_buff *skb,
			     const struct fn_msg_port_stats *s)
{
	if (nla_put_u8(skb, FLOWNIC_A_UP, !!s->up) ||
	    nla_put_u32(skb, FLOWNIC_A_HANDLE, s->prog) ||
	    nla_put_u32(skb, FLOWNIC_A_QUEUED, s->queued) ||
	    nla_put_u32(skb, FLOWNIC_A_QUEUE_SLOTS, s->slots) ||
	    fn_put_port_counters(skb, &s->c) || fn_put_faults(skb, s->faults))
		return -EMSGSIZE;
	return 0;
}

static int fn_put_port(struct sk_buff *skb, struct fn_nic *nic,
		       const struct fn_dump *d, u32 *item)
{
	struct fn_msg_port_stats s = { .port = *item };
	const struct fn_port *port;
	bool dev, wire;
	int err;

	if (*item >= nic->nports)
		return -ENOENT;
	port = nic->ports[*item];
	dev = port && fn_dump_shows(d, port->dev);
	wire = port && fn_dump_shows(d, port->peer);
	if (!dev && !wire && !d->all)
		return -ENODATA;
	err = fn_card_ctrl(nic->card, FN_CTRL_PORT_STATS, &s, sizeof(s));
	if (!err)
		err = nla_put_u32(skb, FLOWNIC_A_PORT, *item);
	if (!err && (dev || d->all))
		err = fn_put_port_state(skb, &s);
	if (!err && dev)
		err = fn_put_dev(skb, port->dev);
	if (!err && wire)
		err = fn_put_wire(skb, port->peer);
	if (!err && port && port->far)
		err = fn_put_far(skb, port->far);
	return err;
}

static int fn_put_verdicts(struct sk_buff *skb, const u64 *verdicts)
{
	static const char *const names[] = {
		[XDP_ABORTED] = "aborted",   [XDP_DROP] = "drop",
		[XDP_PASS] = "pass",	     [XDP_TX] = "tx",
		[XDP_REDIRECT] = "redirect",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (fn_put_counter(skb, FLOWNIC_A_COUNTER, names[i], NULL,
				   verdicts[i]))
			return -EMSGSIZE;
	return 0;
}

static int fn_put_prog_code(struct sk_buff *skb, const struct fn_msg_prog *p)
{
	if (nla_put_u32(skb, FLOWNIC_A_HANDLE, p->handle) ||
	    (p->id && nla_put_u32(skb, FLOWNIC_A_BPF_ID, p->id)) ||
	    nla_put_string(skb, FLOWNIC_A_NAME, p->name) ||
	    nla_put(skb, FLOWNIC_A_TAG, sizeof(p->tag), p->tag) ||
	    nla_put_u32(skb, FLOWNIC_A_WORDS, p->nwords) ||
	    nla_put_u32(skb, FLOWNIC_A_INSNS, p->ninsns) ||
	    nla_put_u32(skb, FLOWNIC_A_GROUPS, p->ngroups) ||
	    nla_put_u32(skb, FLOWNIC_A_PORT_MASK, p->ports) ||
	    nla_put(skb, FLOWNIC_A_MAP_HANDLES, p->nmaps * sizeof(p->maps[0]),
		    p->maps))
		return -EMSGSIZE;
	return 0;
}

/* How the program is executed. */
static int fn_put_prog_way(struct sk_buff *skb, const struct fn_msg_prog *p)
{
	if (p->compiled)
		return nla_put_u32(skb, FLOWNIC_A_COMPILED, p->compiled);
	return nla_put_string(skb, FLOWNIC_A_INTERPRETED, p->compiled_why);
}

static int fn_put_prog_counters(struct sk_buff *skb,
				const struct fn_msg_prog *p)
{
	if (fn_put_counter(skb, FLOWNIC_A_COUNTER, "packets", NULL, p->runs) ||
	    fn_put_counter(skb, FLOWNIC_A_COUNTER, "cycles", NULL, p->cycles) ||
	    fn_put_counter(skb, FLOWNIC_A_COUNTER, "instructions", NULL,
			   p->words) ||
	    fn_put_verdicts(skb, p->verdicts) || fn_put_faults(skb, p->faults))
		return -EMSGSIZE;
	return 0;
}

static int fn_put_prog(struct sk_buff *skb, struct fn_nic *nic,
		       const struct fn_dump *d, u32 *item)
{
	struct fn_msg_prog *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return -ENOMEM;
	p->handle = *item;
	err = fn_card_ctrl(nic->card, FN_CTRL_PROG_GET, p, sizeof(*p));
	if (!err)
		err = fn_put_prog_code(skb, p);
	if (!err)
		err = fn_put_prog_way(skb, p);
	if (!err)
		err = fn_put_prog_counters(skb, p);
	*item = p->handle;
	kfree(p);
	return err;
}

static int fn_put_map_info(struct sk_buff *skb, const struct fn_msg_map *m)
{
	if (nla_put_u32(skb, FLOWNIC_A_HANDLE, m->handle) ||
	    (m->id && nla_put_u32(skb, FLOWNIC_A_BPF_ID, m->id)) ||
	    nla_put_string(skb, FLOWNIC_A_NAME, m->name) ||
	    nla_put_u32(skb, FLOWNIC_A_MAP_TYPE, m->type) ||
	    nla_put_u32(skb, FLOWNIC_A_KEY_SIZE, m->key_size) ||
	    nla_put_u32(skb, FLOWNIC_A_VALUE_SIZE, m->value_size) ||
	    nla_put_u32(skb, FLOWNIC_A_MAX_ENTRIES, m->max_entries) ||
	    nla_put_u32(skb, FLOWNIC_A_ENTRIES, m->entries) ||
	    fn_put_u64(skb, FLOWNIC_A_MEMORY, m->memory) ||
	    nla_put_u32(skb, FLOWNIC_A_ADDRESS, m->addr))
		return -EMSGSIZE;
	return 0;
}

static int fn_put_map(struct sk_buff *skb, struct fn_nic *nic,
		      const struct fn_dump *d, u32 *item)
{
	struct fn_msg_map m = { .handle = *item };
	int err;

	err = fn_card_ctrl(nic->card, FN_CTRL_MAP_GET, &m, sizeof(m));
	if (err)
		return err;
	*item = m.handle;
	return fn_put_map_info(skb, &m);
}

static int fn_put_worker(struct sk_buff *skb, struct fn_nic *nic,
			 const struct fn_dump *d, u32 *item)
{
	struct fn_msg_worker w = { .worker = *item };
	int err;

	err = fn_card_ctrl(nic->card, FN_CTRL_WORKER_GET, &w, sizeof(w));
	if (err)
		return err;
	if (nla_put_u32(skb, FLOWNIC_A_WORKER, w.worker) ||
	    (w.cpu >= 0 && nla_put_s32(skb, FLOWNIC_A_CPU, w.cpu)) ||
	    fn_put_u64(skb, FLOWNIC_A_FRAMES, w.frames) ||
	    fn_put_u64(skb, FLOWNIC_A_BUSY_NS, w.busy_ns) ||
	    fn_put_u64(skb, FLOWNIC_A_WAKEUPS, w.wakeups) ||
	    fn_put_u64(skb, FLOWNIC_A_HELPED, w.helped))
		return -EMSGSIZE;
	return 0;
}

static int fn_put_refusal(struct sk_buff *skb, struct fn_nic *nic,
			  const struct fn_dump *d, u32 *item)
{
	return fn_refusal_put(skb, nic, item);
}

static const fn_put_t fn_puts[] = {
	[FLOWNIC_CMD_CARD_GET] = fn_put_card,
	[FLOWNIC_CMD_PORT_GET] = fn_put_port,
	[FLOWNIC_CMD_PROG_GET] = fn_put_prog,
	[FLOWNIC_CMD_MAP_GET] = fn_put_map,
	[FLOWNIC_CMD_WORKER_GET] = fn_put_worker,
	[FLOWNIC_CMD_REFUSAL_GET] = fn_put_refusal,
};

static u8 fn_dump_cmd(const struct netlink_callback *cb)
{
	return ((struct genlmsghdr *)nlmsg_data(cb->nlh))->cmd;
}

static void *fn_dump_message(struct sk_buff *skb, struct netlink_callback *cb)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &fn_genl_family, NLM_F_MULTI, fn_dump_cmd(cb));
}

static int fn_dump_item(struct sk_buff *skb, struct netlink_callback *cb,
			struct fn_nic *nic, struct fn_dump *d)
{
	void *hdr = fn_dump_message(skb, cb);
	int err = -EMSGSIZE;

	if (!hdr)
		return err;
	if (!nla_put_u32(skb, FLOWNIC_A_CARD, nic->index))
		err = fn_puts[fn_dump_cmd(cb)](skb, nic, d, &d->item);
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

static int fn_dump_card(struct sk_buff *skb, struct netlink_callback *cb,
			struct fn_nic *nic)
{
	struct fn_dump *d = (struct fn_dump *)cb->ctx;
	int err;

	if (!d->item)
		fn_offload_set_ids(nic->offload);
	for (;; d->item++) {
		err = fn_dump_item(skb, cb, nic, d);
		if (err && err != -ENODATA)
			return err == -ENOENT ? 0 : err;
	}
}

/* The card with the lowest number of at least @index. */
static struct fn_nic *fn_nic_from(u32 index)
{
	struct fn_nic *nic, *best = NULL;

	list_for_each_entry(nic, &fn_nics, node)
		if (nic->index >= index && (!best || nic->index < best->index))
			best = nic;
	return best;
}

static int fn_genl_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct fn_dump *d = (struct fn_dump *)cb->ctx;
	struct fn_nic *nic;
	int err = 0;

	rtnl_lock();
	while ((nic = fn_nic_from(d->card))) {
		if (nic->index != d->card) {
			d->card = nic->index;
			d->item = 0;
		}
		err = fn_dump_card(skb, cb, nic);
		if (err)
			break;
		d->card++;
		d->item = 0;
	}
	rtnl_unlock();
	if (err == -EMSGSIZE && skb->len)
		err = 0;
	return err ?: skb->len;
}

/*
 * What cards carry is shown to whom bpf(2) would list it, and how busy they are
 * to whom the machine is theirs to configure. What cards are and how they are
 * connected is shown to everyone, as ip link and devlink show it.
 */
static const int fn_dump_caps[] = {
	[FLOWNIC_CMD_CARD_GET] = -1,
	[FLOWNIC_CMD_PORT_GET] = -1,
	[FLOWNIC_CMD_PROG_GET] = CAP_SYS_ADMIN,
	[FLOWNIC_CMD_MAP_GET] = CAP_SYS_ADMIN,
	[FLOWNIC_CMD_WORKER_GET] = CAP_NET_ADMIN,
	[FLOWNIC_CMD_IMAGE_GET] = CAP_SYS_ADMIN,
	[FLOWNIC_CMD_INSNS_GET] = CAP_SYS_ADMIN,
	[FLOWNIC_CMD_COUNTS_GET] = CAP_SYS_ADMIN,
	[FLOWNIC_CMD_REFUSAL_GET] = CAP_NET_ADMIN,
};

static int fn_dump_permit(struct netlink_callback *cb)
{
	int cap = fn_dump_caps[fn_dump_cmd(cb)];

	if (cap < 0 || netlink_capable(cb->skb, cap))
		return 0;
	if (cap == CAP_SYS_ADMIN)
		fn_extack(
			cb->extack,
			"to look at the programs and maps of a card takes CAP_SYS_ADMIN, as bpftool prog show does");
	else
		fn_extack(
			cb->extack,
			"to look at the load of a card, or at what it refused, takes CAP_NET_ADMIN in the initial user namespace");
	return -EPERM;
}

static int fn_genl_dump_start(struct netlink_callback *cb)
{
	struct fn_dump *d = (struct fn_dump *)cb->ctx;

	BUILD_BUG_ON(sizeof(struct fn_dump) > sizeof(cb->ctx));
	cb->min_dump_alloc = FN_GENL_MESSAGE;
	d->net = sock_net(cb->skb->sk);
	d->all = netlink_capable(cb->skb, CAP_NET_ADMIN);
	return fn_dump_permit(cb);
}

/**
 * struct fn_blob - something too large for one message; in cb->ctx
 * @data: it
 * @size: bytes
 * @offset: bytes that were sent
 * @got: it has been looked for and found
 */
struct fn_blob {
	const void *data;
	u32 size;
	u32 offset;
	bool got;
};

static struct fn_nic *fn_attr_nic_at(struct nlattr *attr,
				     struct netlink_ext_ack *extack)
{
	struct fn_nic *nic;

	if (!attr) {
		fn_extack(extack, "the number of the card is missing");
		return ERR_PTR(-EINVAL);
	}
	nic = fn_nic_find(nla_get_u32(attr));
	if (!nic) {
		fn_extack(extack, "there is no card %u", nla_get_u32(attr));
		return ERR_PTR(-ENODEV);
	}
	return nic;
}

static struct fn_nic *fn_attr_nic(struct nlattr **attrs,
				  struct netlink_ext_ack *extack)
{
	return fn_attr_nic_at(attrs[FLOWNIC_A_CARD], extack);
}

static int fn_blob_image(struct fn_blob *b, struct fn_nic *nic, u32 handle)
{
	struct fn_msg_prog_image msg = { .handle = handle };
	void *data;
	int err;

	err = fn_card_ctrl(nic->card, FN_CTRL_PROG_IMAGE, &msg, sizeof(msg));
	if (err && err != -ENOSPC)
		return err;
	data = fn_alloc(msg.size);
	if (!data)
		return -ENOMEM;
	msg.addr = fn_ptr_to_bus(data);
	err = fn_card_ctrl(nic->card, FN_CTRL_PROG_IMAGE, &msg, sizeof(msg));
	if (err) {
		fn_free(data);
		return err;
	}
	b->data = data;
	b->size = msg.size;
	return 0;
}

static int fn_blob_insns(struct fn_blob *b, struct fn_nic *nic, u32 handle)
{
	struct bpf_insn *insns;
	u32 len;

	insns = fn_offload_prog_insns(nic->offload, handle, &len);
	if (IS_ERR(insns))
		return PTR_ERR(insns);
	b->data = insns;
	b->size = len * sizeof(*insns);
	return 0;
}

static int fn_blob_counts(struct fn_blob *b, struct fn_nic *nic, u32 handle)
{
	struct fn_msg_counts msg = { .prog = handle };
	struct fn_word_counts *counts;
	int err;

	err = fn_card_ctrl(nic->card, FN_CTRL_COUNTS_GET, &msg, sizeof(msg));
	if (err != -ENOSPC)
		return err;
	counts = fn_alloc(msg.nwords * sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	msg.addr = fn_ptr_to_bus(counts);
	err = fn_card_ctrl(nic->card, FN_CTRL_COUNTS_GET, &msg, sizeof(msg));
	if (err) {
		fn_free(counts);
		return err;
	}
	b->data = counts;
	b->size = msg.nwords * sizeof(*counts);
	return 0;
}

typedef int (*fn_blob_t)(struct fn_blob *b, struct fn_nic *nic, u32 handle);

static const fn_blob_t fn_blobs[] = {
	[FLOWNIC_CMD_IMAGE_GET] = fn_blob_image,
	[FLOWNIC_CMD_INSNS_GET] = fn_blob_insns,
	[FLOWNIC_CMD_COUNTS_GET] = fn_blob_counts,
};

static int fn_blob_get(struct netlink_callback *cb, struct fn_blob *b)
{
	struct nlattr **attrs = fn_genl_dump_attrs(cb);
	struct nlattr *attr = attrs[FLOWNIC_A_HANDLE];
	struct fn_nic *nic = fn_attr_nic(attrs, cb->extack);
	u32 handle;
	int err;

	if (IS_ERR(nic))
		return PTR_ERR(nic);
	handle = attr ? nla_get_u32(attr) : 0;
	err = -ENOENT;
	if (handle)
		err = fn_blobs[fn_dump_cmd(cb)](b, nic, handle);
	if (err == -ENODATA)
		fn_extack(
			cb->extack,
			"the program with handle %u is not being profiled: start it first",
			handle);
	if (err == -ENOENT)
		fn_extack(cb->extack, "card %u has no program with handle %u",
			  nic->index, handle);
	return err;
}

static int fn_put_piece(struct sk_buff *skb, struct fn_blob *b)
{
	int room = skb_tailroom(skb) - 4 * nla_total_size(sizeof(u32));
	u32 n = b->size - b->offset;

	if (room <= 0)
		return -EMSGSIZE;
	n = min_t(u32, n, room);
	if (nla_put_u32(skb, FLOWNIC_A_OFFSET, b->offset) ||
	    nla_put_u32(skb, FLOWNIC_A_SIZE, b->size) ||
	    nla_put(skb, FLOWNIC_A_DATA, n, b->data + b->offset))
		return -EMSGSIZE;
	b->offset += n;
	return 0;
}

static int fn_genl_blob_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct fn_blob *b = (struct fn_blob *)cb->ctx;
	void *hdr;
	int err;

	BUILD_BUG_ON(sizeof(struct fn_blob) > sizeof(cb->ctx));
	/* Not in .start, which can't say why it fails on 6.1. */
	if (!b->got) {
		rtnl_lock();
		err = fn_blob_get(cb, b);
		rtnl_unlock();
		if (err)
			return err;
		b->got = true;
	}
	if (b->offset == b->size)
		return 0;
	hdr = fn_dump_message(skb, cb);
	if (!hdr || fn_put_piece(skb, b))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return skb->len;
}

static int fn_genl_blob_done(struct netlink_callback *cb)
{
	struct fn_blob *b = (struct fn_blob *)cb->ctx;

	fn_free(b->data);
	return 0;
}

/* The answer is made before the card: a card is not added in silence. */
static struct sk_buff *fn_reply_card(struct genl_info *info, u32 **index,
				     void **hdr)
{
	struct sk_buff *skb = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct nlattr *attr;

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &fn_genl_family, 0,
				 FLOWNIC_CMD_CARD_NEW);
	attr = *hdr ? nla_reserve(skb, FLOWNIC_A_CARD, sizeof(u32)) : NULL;
	if (!attr) {
		nlmsg_free(skb);
		return NULL;
	}
	*index = nla_data(attr);
	return skb;
}

static int fn_attr_range(struct genl_info *info, int attr, u32 min, u32 max,
			 const char *what, u32 *value)
{
	u32 n;

	if (!info->attrs[attr])
		return 0;
	n = nla_get_u32(info->attrs[attr]);
	if (n < min || n > max) {
		fn_extack(info->extack, "a card has %u to %u %s, not %u", min,
			  max, what, n);
		return -ERANGE;
	}
	*value = n;
	return 0;
}

static int fn_card_config(struct genl_info *info, struct fn_nic_config *cfg)
{
	int err;

	fn_nic_config_default(cfg);
	cfg->origin = FN_ORIGIN_CONTROL;
	err = fn_attr_range(info, FLOWNIC_A_PORTS, 1, FN_MAX_PORTS, "ports",
			    &cfg->ports);
	if (err)
		return err;
	return fn_attr_range(info, FLOWNIC_A_WORKERS, 0, FN_MAX_WORKERS,
			     "workers", &cfg->workers);
}

static int fn_genl_card_new(struct sk_buff *skb, struct genl_info *info)
{
	struct fn_nic_config cfg;
	struct sk_buff *reply;
	struct fn_nic *nic;
	u32 *index;
	void *hdr;
	int err;

	err = fn_card_config(info, &cfg);
	if (err)
		return err;
	reply = fn_reply_card(info, &index, &hdr);
	if (!reply)
		return -ENOMEM;

	rtnl_lock();
	err = fn_nic_create(&init_net, &cfg, &nic, info->extack);
	if (!err)
		*index = nic->index;
	rtnl_unlock();
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

static int fn_genl_card_del(struct sk_buff *skb, struct genl_info *info)
{
	struct fn_nic *nic;
	int err = 0;

	rtnl_lock();
	nic = fn_attr_nic(info->attrs, info->extack);
	if (IS_ERR(nic))
		err = PTR_ERR(nic);
	else
		fn_nic_destroy(nic);
	rtnl_unlock();
	return err;
}

static u32 fn_attr_u32(struct genl_info *info, int attr, u32 none)
{
	return info->attrs[attr] ? nla_get_u32(info->attrs[attr]) : none;
}

static struct sk_buff *fn_reply_port(struct genl_info *info, u32 card, u32 port)
{
	struct sk_buff *skb = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return NULL;
	hdr = genlmsg_put_reply(skb, info, &fn_genl_family, 0,
				FLOWNIC_CMD_PORT_NEW);
	if (!hdr || nla_put_u32(skb, FLOWNIC_A_CARD, card) ||
	    nla_put_u32(skb, FLOWNIC_A_PORT, port)) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, hdr);
	return skb;
}

/* The port is there, whether there is memory to say so or not. */
static int fn_genl_port_new(struct sk_buff *skb, struct genl_info *info)
{
	u32 port = fn_attr_u32(info, FLOWNIC_A_PORT, FN_PORT_ANY);
	struct sk_buff *reply = NULL;
	struct fn_nic *nic;
	int err;

	rtnl_lock();
	nic = fn_attr_nic(info->attrs, info->extack);
	if (IS_ERR(nic)) {
		err = PTR_ERR(nic);
	} else {
		err = fn_nic_port_add(nic, &port, info->extack);
		if (!err)
			reply = fn_reply_port(info, nic->index, port);
	}
	rtnl_unlock();
	return reply ? genlmsg_reply(reply, info) : err;
}

static int fn_genl_port_del(struct sk_buff *skb, struct genl_info *info)
{
	struct fn_nic *nic;
	int err;

	rtnl_lock();
	nic = fn_attr_nic(info->attrs, info->extack);
	if (IS_ERR(nic))
		err = PTR_ERR(nic);
	else
		err = fn_nic_port_del(
			nic, fn_attr_u32(info, FLOWNIC_A_PORT, FN_PORT_ANY),
			info->extack);
	rtnl_unlock();
	return err;
}

static struct fn_port *fn_attr_port(struct genl_info *info, int card, int port)
{
	struct fn_nic *nic = fn_attr_nic_at(info->attrs[card], info->extack);
	u32 index = fn_attr_u32(info, port, FN_PORT_ANY);

	if (IS_ERR(nic))
		return ERR_CAST(nic);
	if (index < nic->nports && nic->ports[index])
		return nic->ports[index];
	if (index == FN_PORT_ANY)
		fn_extack(info->extack, "the number of the port is missing");
	else
		fn_extack(info->extack, "card %u has no port %u", nic->index,
			  index);
	return ERR_PTR(-ENODEV);
}

/* A port may have no cable at all, if there was no netdev to be had for its end. */
static int fn_cable_off(struct fn_port *port, struct netlink_ext_ack *extack)
{
	if (port->far)
		return fn_joint_end(port, extack);
	if (!port->peer)
		return fn_joint_restore_cable(port, extack);
	fn_extack(extack, "%s has no cable to another port", port->dev->name);
	return -ENOENT;
}

static int fn_cable_set(struct genl_info *info)
{
	struct fn_port *port, *far;

	port = fn_attr_port(info, FLOWNIC_A_CARD, FLOWNIC_A_PORT);
	if (IS_ERR(port))
		return PTR_ERR(port);
	if (!info->attrs[FLOWNIC_A_FAR_CARD])
		return fn_cable_off(port, info->extack);
	far = fn_attr_port(info, FLOWNIC_A_FAR_CARD, FLOWNIC_A_FAR_PORT);
	if (IS_ERR(far))
		return PTR_ERR(far);
	return fn_joint_make(port, far, info->extack);
}

static int fn_genl_cable_set(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	rtnl_lock();
	err = fn_cable_set(info);
	rtnl_unlock();
	return err;
}

static int fn_say_prog(struct fn_nic *nic, struct genl_info *info, u32 handle)
{
	fn_extack(info->extack, "card %u has no program with handle %u",
		  nic->index, handle);
	return -ENOENT;
}

static int fn_inject(struct fn_nic *nic, struct genl_info *info)
{
	struct fn_msg_inject msg = {
		.prog = fn_attr_u32(info, FLOWNIC_A_HANDLE, 0),
		.cause = fn_attr_u32(info, FLOWNIC_A_CAUSE, FN_FAULT_NONE),
		.word = fn_attr_u32(info, FLOWNIC_A_WORD, 0),
		.count = fn_attr_u32(info, FLOWNIC_A_COUNT, 1),
	};
	int err = fn_card_ctrl(nic->card, FN_CTRL_INJECT, &msg, sizeof(msg));

	if (err == -ENOENT)
		return fn_say_prog(nic, info, msg.prog);
	if (err && msg.why[0])
		fn_extack(info->extack, "%s", msg.why);
	return err;
}

static int fn_set_counts(struct fn_nic *nic, struct genl_info *info)
{
	struct fn_msg_counts msg = {
		.prog = fn_attr_u32(info, FLOWNIC_A_HANDLE, 0),
		.on = fn_attr_u32(info, FLOWNIC_A_COUNT, 1),
	};
	int err;

	if (msg.on > 1) {
		fn_extack(info->extack,
			  "a program is counted (1) or not (0), not %u",
			  msg.on);
		return -ERANGE;
	}
	err = fn_card_ctrl(nic->card, FN_CTRL_COUNTS_SET, &msg, sizeof(msg));
	return err == -ENOENT ? fn_say_prog(nic, info, msg.prog) : err;
}

static int fn_genl_prog(struct sk_buff *skb, struct genl_info *info)
{
	struct fn_nic *nic;
	int err;

	rtnl_lock();
	nic = fn_attr_nic(info->attrs, info->extack);
	if (IS_ERR(nic))
		err = PTR_ERR(nic);
	else if (info->genlhdr->cmd == FLOWNIC_CMD_INJECT)
		err = fn_inject(nic, info);
	else
		err = fn_set_counts(nic, info);
	rtnl_unlock();
	return err;
}

/* On whichever card the map is. */
static int fn_set_map_kind(u32 id, u32 type, struct netlink_ext_ack *extack)
{
	char why[FN_WHY_LEN] = "";
	struct fn_nic *nic;
	int err = -ENODEV;

	list_for_each_entry(nic, &fn_nics, node) {
		err = fn_offload_map_kind(nic->offload, id, type, why);
		if (err != -ENODEV)
			break;
	}
	if (err == -ENODEV)
		fn_extack(extack, "no card has a map with BPF id %u", id);
	else if (err && why[0])
		fn_extack(extack, "%s", why);
	return err;
}

static int fn_genl_map_kind(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	if (!info->attrs[FLOWNIC_A_BPF_ID] ||
	    !info->attrs[FLOWNIC_A_MAP_TYPE]) {
		fn_extack(info->extack,
			  "the BPF id of the map, or its type, is missing");
		return -EINVAL;
	}
	rtnl_lock();
	err = fn_set_map_kind(fn_attr_u32(info, FLOWNIC_A_BPF_ID, 0),
			      fn_attr_u32(info, FLOWNIC_A_MAP_TYPE, 0),
			      info->extack);
	rtnl_unlock();
	return err;
}

#define FN_GENL_DUMP(number)                                  \
	{                                                     \
		.cmd = (number), .start = fn_genl_dump_start, \
		.dumpit = fn_genl_dump,                       \
	}

#define FN_GENL_BLOB(number)                                            \
	{                                                               \
		.cmd = (number), .start = fn_dump_permit,               \
		.dumpit = fn_genl_blob_dump, .done = fn_genl_blob_done, \
	}

static const struct genl_ops fn_genl_ops[] = {
	FN_GENL_DUMP(FLOWNIC_CMD_CARD_GET),
	FN_GENL_DUMP(FLOWNIC_CMD_PORT_GET),
	FN_GENL_DUMP(FLOWNIC_CMD_PROG_GET),
	FN_GENL_DUMP(FLOWNIC_CMD_MAP_GET),
	FN_GENL_DUMP(FLOWNIC_CMD_WORKER_GET),
	FN_GENL_BLOB(FLOWNIC_CMD_IMAGE_GET),
	FN_GENL_BLOB(FLOWNIC_CMD_INSNS_GET),
	{
		.cmd = FLOWNIC_CMD_CARD_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = fn_genl_card_new,
	},
	{
		.cmd = FLOWNIC_CMD_CARD_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = fn_genl_card_del,
	},
	{
		.cmd = FLOWNIC_CMD_INJECT,
		.flags = GENL_ADMIN_PERM,
		.doit = fn_genl_prog,
	},
	{
		.cmd = FLOWNIC_CMD_COUNTS_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = fn_genl_prog,
	},
	FN_GENL_BLOB(FLOWNIC_CMD_COUNTS_GET),
	{
		.cmd = FLOWNIC_CMD_PORT_NEW,
		.flags = GENL_ADMIN_PERM,
		.doit = fn_genl_port_new,
	},
	{
		.cmd = FLOWNIC_CMD_PORT_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = fn_genl_port_del,
	},
	{
		.cmd = FLOWNIC_CMD_MAP_KIND,
		.flags = GENL_ADMIN_PERM,
		.doit = fn_genl_map_kind,
	},
	FN_GENL_DUMP(FLOWNIC_CMD_REFUSAL_GET),
	{
		.cmd = FLOWNIC_CMD_CABLE_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = fn_genl_cable_set,
	},
};

static struct genl_family fn_genl_family __ro_after_init = {
	.name = FLOWNIC_GENL_NAME,
	.version = FLOWNIC_GENL_VERSION,
	.maxattr = FLOWNIC_A_MAX,
	.policy = fn_genl_policy,
	.module = THIS_MODULE,
	.ops = fn_genl_ops,
	.n_ops = ARRAY_SIZE(fn_genl_ops),
	.resv_start_op = FLOWNIC_CMD_COUNTS_GET + 1,
};

/**
 * fn_genl_init - offer the control interface
 *
 * Return: 0 or a negative errno. Not under RTNL.
 */
int __init fn_genl_init(void)
{
	return genl_register_family(&fn_genl_family);
}

/**
 * fn_genl_exit - withdraw it; no request is being handled after return
 */
void fn_genl_exit(void)
{
	genl_unregister_family(&fn_genl_family);
}
