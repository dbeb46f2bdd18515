// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of contexts.
 */
#include "context.h"

#define HOSTS "only the host's stack knows it"
#define DEVMAP                                                            \
	"only programs in a map of devices (section xdp/devmap) have it," \
	" and they can't be attached to a port"

#define FIELD(type, field, reason, write)                                \
	{                                                                \
#field, offsetof(struct type, field),                    \
			sizeof(((struct type *)0)->field), reason, write \
	}
#define READABLE(type, field) FIELD(type, field, NULL, false)
#define WRITABLE(type, field) FIELD(type, field, NULL, true)
#define LACK(type, field, reason) FIELD(type, field, reason, false)
/* Pointers are members of an unnamed union: their names are macros to us. */
#define LACK_AT(name, off, size, reason)       \
	{                                      \
		name, off, size, reason, false \
	}

static const struct fn_ctx_field xdp_fields[] = {
	READABLE(xdp_md, data),		  READABLE(xdp_md, data_end),
	READABLE(xdp_md, data_meta),	  READABLE(xdp_md, ingress_ifindex),
	WRITABLE(xdp_md, rx_queue_index), LACK(xdp_md, egress_ifindex, DEVMAP),
};

static const struct fn_ctx_field skb_fields[] = {
	READABLE(__sk_buff, len),
	LACK(__sk_buff, pkt_type,
	     "the card takes frames to all addresses and does not know which is the host's"),
	WRITABLE(__sk_buff, mark),
	WRITABLE(__sk_buff, queue_mapping),
	READABLE(__sk_buff, protocol),
	READABLE(__sk_buff, vlan_present),
	READABLE(__sk_buff, vlan_tci),
	READABLE(__sk_buff, vlan_proto),
	WRITABLE(__sk_buff, priority),
	READABLE(__sk_buff, ingress_ifindex),
	READABLE(__sk_buff, ifindex),
	WRITABLE(__sk_buff, tc_index),
	WRITABLE(__sk_buff, cb),
	READABLE(__sk_buff, hash),
	WRITABLE(__sk_buff, tc_classid),
	READABLE(__sk_buff, data),
	READABLE(__sk_buff, data_end),
	LACK(__sk_buff, napi_id, HOSTS),
	LACK(__sk_buff, family, HOSTS),
	LACK(__sk_buff, remote_ip4, HOSTS),
	LACK(__sk_buff, local_ip4, HOSTS),
	LACK(__sk_buff, remote_ip6, HOSTS),
	LACK(__sk_buff, local_ip6, HOSTS),
	LACK(__sk_buff, remote_port, HOSTS),
	LACK(__sk_buff, local_port, HOSTS),
	READABLE(__sk_buff, data_meta),
	LACK_AT("flow_keys", offsetof(struct __sk_buff, data_meta) + 4, 8,
		"only flow dissectors have it"),
	LACK(__sk_buff, tstamp,
	     "it is the host's; hwtstamp is the time of arrival"),
	READABLE(__sk_buff, wire_len),
	READABLE(__sk_buff, gso_segs),
	LACK_AT("sk", offsetof(struct __sk_buff, gso_segs) + 4, 8,
		"sockets are the host's"),
	READABLE(__sk_buff, gso_size),
	LACK(__sk_buff, tstamp_type,
	     "it is the host's; hwtstamp is the time of arrival"),
	READABLE(__sk_buff, hwtstamp),
};

static const struct fn_ctx_layout xdp_layout = {
	.type = BPF_PROG_TYPE_XDP,
	.name = "xdp_md",
	.size = sizeof(struct xdp_md),
	.data = offsetof(struct xdp_md, data),
	.data_end = offsetof(struct xdp_md, data_end),
	.data_meta = offsetof(struct xdp_md, data_meta),
	.fields = xdp_fields,
	.nfields = ARRAY_SIZE(xdp_fields),
};

static const struct fn_ctx_layout skb_layout = {
	.type = BPF_PROG_TYPE_SCHED_CLS,
	.name = "__sk_buff",
	.size = sizeof(struct __sk_buff),
	.data = offsetof(struct __sk_buff, data),
	.data_end = offsetof(struct __sk_buff, data_end),
	.data_meta = offsetof(struct __sk_buff, data_meta),
	.fields = skb_fields,
	.nfields = ARRAY_SIZE(skb_fields),
};

/**
 * fn_ctx_layout - the context of a type of programs
 * @type: enum bpf_prog_type; programs for no hook have that of XDP
 */
const struct fn_ctx_layout *fn_ctx_layout(u32 type)
{
	return type == BPF_PROG_TYPE_SCHED_CLS ? &skb_layout : &xdp_layout;
}

/**
 * fn_ctx_field - the field that has a byte
 * @l: layout
 * @off: of the byte
 *
 * Return: NULL if none has it.
 */
const struct fn_ctx_field *fn_ctx_field(const struct fn_ctx_layout *l, u32 off)
{
	u32 i;

	for (i = 0; i < l->nfields; i++)
		if (off - l->fields[i].off < l->fields[i].size)
			return &l->fields[i];
	return NULL;
}

/**
 * fn_ctx_may_write - may programs write these bytes?
 * @l: layout
 * @off: of the first
 * @size: how many
 */
bool fn_ctx_may_write(const struct fn_ctx_layout *l, u32 off, u32 size)
{
	const struct fn_ctx_field *f = fn_ctx_field(l, off);

	if (!f || !f->written)
		return false;
	/* An array is written in any pieces, all else as a whole. */
	if (f->size > sizeof(u64))
		return off + size <= f->off + f->size;
	return off == f->off && size == f->size;
}
