// SPDX-License-Identifier: GPL-2.0
/*
 * Classifiers: what surrounds their runs. They see a frame as the kernel's do at
 * ingress: without its outermost VLAN tag, which is in the context instead. What
 * they write for the stack stays in the context from one to the next.
 */
#include "exec.h"
#include "prog.h"

#define MAC_LEN 12
#define TAG_LEN 4

static u16 be16_at(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static bool is_vlan(u16 type)
{
	return type == 0x8100 || type == 0x88a8;
}

static u8 *type_of(const struct fn_packet *pkt)
{
	return pkt->cell + pkt->data + MAC_LEN;
}

/*
 * As the kernel's eth_type_trans(): what is no type is a length, and what
 * follows then tells two kinds of frames apart. Big-endian.
 */
static u16 protocol_of(const struct fn_packet *pkt, u32 tags)
{
	const u8 *type = type_of(pkt) + tags * TAG_LEN;
	const u8 *end = pkt->cell + pkt->end;

	if (be16_at(type) >= ETH_P_802_3_MIN)
		return swab16(be16_at(type));
	if (end - type >= 4 && be16_at(type + 2) == 0xffff)
		return swab16(ETH_P_802_3);
	return swab16(ETH_P_802_2);
}

/* The frame begins @by bytes later: addresses and metadata move along. */
static void move(struct fn_packet *pkt, s32 by)
{
	u8 *from = pkt->cell + pkt->meta;

	memmove(from + by, from, pkt->data + MAC_LEN - pkt->meta);
	pkt->data += by;
	pkt->meta += by;
}

/* A tag out of the frame into the context */
static void untag(struct fn_exec *x, struct fn_packet *pkt)
{
	const u8 *type = type_of(pkt);

	x->skb.vlan_present = 1;
	x->skb.vlan_proto = swab16(be16_at(type));
	x->skb.vlan_tci = be16_at(type + 2);
	x->skb.protocol = protocol_of(pkt, 1);
	move(pkt, TAG_LEN);
}

/* The tag in the context into the frame */
static void tag(struct fn_exec *x, struct fn_packet *pkt)
{
	u8 *type;

	move(pkt, -TAG_LEN);
	type = type_of(pkt);
	put_unaligned((u16)x->skb.vlan_proto, (u16 *)type);
	put_unaligned(swab16(x->skb.vlan_tci), (u16 *)(type + 2));
	x->skb.protocol = x->skb.vlan_proto;
}

/* There must be a header behind the tag. */
static bool can_untag(const struct fn_packet *pkt)
{
	return fn_packet_len(pkt) >= ETH_HLEN + TAG_LEN + 2;
}

/**
 * fn_cls_begin - show a frame to classifiers
 * @x: thread; ifindex is set
 * @pkt: frame, whose tag is taken off
 *
 * Return: false if the frame is too short for its tag: the stack will drop it.
 */
bool fn_cls_begin(struct fn_exec *x, struct fn_packet *pkt)
{
	u16 type = be16_at(type_of(pkt));

	memset(&x->skb, 0, sizeof(x->skb));
	x->hashed = false;
	x->encap = false;
	x->csum = FN_CSUM_CARD;
	x->clones = 0;
	x->redirected = false;
	x->skb.queue_mapping = pkt->queue + 1;
	x->skb.ifindex = x->ifindex;
	x->skb.ingress_ifindex = x->ifindex;
	x->skb.hash = pkt->hash;
	x->skb.hwtstamp = pkt->tstamp;
	if (is_vlan(type)) {
		if (!can_untag(pkt))
			return false;
		untag(x, pkt);
	} else {
		x->skb.protocol = protocol_of(pkt, 0);
	}
	x->skb.wire_len = fn_packet_len(pkt) - ETH_HLEN;
	x->net = pkt->data + ETH_HLEN;
	return true;
}

/**
 * fn_cls_show - show a classifier the packet as it is now
 * @x: thread; x->pkt has changed
 */
void fn_cls_show(struct fn_exec *x)
{
	const struct fn_packet *pkt = x->pkt;

	x->skb.data = FN_ADDR_PACKET + pkt->data;
	x->skb.data_end = FN_ADDR_PACKET + pkt->end;
	x->skb.data_meta = FN_ADDR_PACKET + pkt->meta;
	x->skb.len = pkt->end - pkt->data;
}

static u32 action_of(s32 code)
{
	switch (code) {
	case TC_ACT_OK:
		return FN_CLS_OK;
	case TC_ACT_SHOT:
		return FN_CLS_SHOT;
	case TC_ACT_STOLEN:
		return FN_CLS_STOLEN;
	case TC_ACT_TRAP:
		return FN_CLS_TRAP;
	case TC_ACT_REDIRECT:
		return FN_CLS_REDIRECT;
	}
	/* RECLASSIFY, PIPE, QUEUED and REPEAT, too, as in the kernel's cls_bpf */
	return FN_CLS_UNSPEC;
}

/*
 * Of a filter without direct action: 0 is no match. The class goes to the stack
 * as its lower half in tc_index; that of -1 is the filter's, which the kernel
 * does not tell a device.
 */
static u32 action_of_class(struct fn_exec *x)
{
	s32 class = x->result;

	if (!class)
		return FN_CLS_UNSPEC;
	x->skb.tc_classid = class == -1 ? 0 : class;
	return FN_CLS_OK;
}

/**
 * fn_cls_verdict - what has a classifier decided?
 * @x: thread whose program has ended
 *
 * Return: the enum xdp_action that it comes down to; x->action has the verdict.
 */
u32 fn_cls_verdict(struct fn_exec *x)
{
	static const u8 verdicts[] = {
		[FN_CLS_UNSPEC] = XDP_PASS,
		[FN_CLS_OK] = XDP_PASS,
		[FN_CLS_SHOT] = XDP_DROP,
		[FN_CLS_STOLEN] = XDP_DROP,
		[FN_CLS_TRAP] = XDP_PASS,
		[FN_CLS_REDIRECT] = XDP_REDIRECT,
		[FN_CLS_ABORTED] = XDP_ABORTED,
	};

	if (x->fault)
		x->action = FN_CLS_ABORTED;
	else
		x->action = x->match ? action_of_class(x) :
				       action_of(x->result);
	if (x->action == FN_CLS_OK)
		x->skb.tc_index = x->skb.tc_classid & 0xffff;
	return verdicts[x->action];
}

/**
 * fn_cls_end - after the last classifier: the frame gets its tag back
 * @x: thread
 * @pkt: frame, which gets the marks for the stack
 */
void fn_cls_end(struct fn_exec *x, struct fn_packet *pkt)
{
	struct fn_skb_marks *m = &pkt->marks;
	u16 mapping = pkt->queue + 1;

	if (x->skb.vlan_present)
		tag(x, pkt);
	m->mark = x->skb.mark;
	m->priority = x->skb.priority;
	m->tc_index = x->skb.tc_index;
	/* The kernel takes no larger ones. */
	m->queue_mapping =
		x->skb.queue_mapping < 0xffff ? x->skb.queue_mapping : mapping;
	m->hash = x->skb.hash;
	m->hashed = x->hashed;
	m->csum = x->csum;
	pkt->marked = m->mark || m->priority || m->tc_index || m->hashed ||
		      m->csum || m->queue_mapping != mapping;
}

/* ---- helpers that are about tags */

/**
 * fn_cls_vlan_push - skb_vlan_push
 * @x: thread
 * @proto: type of the tag, big-endian
 * @tci: tag
 *
 * Return: 0 or a negative errno.
 */
s64 fn_cls_vlan_push(struct fn_exec *x, u16 proto, u16 tci)
{
	struct fn_packet *pkt = x->pkt;

	if (x->skb.vlan_present) {
		if (pkt->meta < FN_PKT_HEAD_RESERVE + TAG_LEN)
			return -ENOMEM;
		tag(x, pkt);
		x->net = pkt->data + ETH_HLEN;
	}
	x->skb.vlan_present = 1;
	x->skb.vlan_proto = is_vlan(swab16(proto)) ? proto : swab16(0x8100);
	x->skb.vlan_tci = tci;
	fn_exec_window(x);
	return 0;
}

static void forget_tag(struct fn_exec *x)
{
	x->skb.vlan_present = 0;
	x->skb.vlan_tci = 0;
	x->skb.vlan_proto = 0;
}

/**
 * fn_cls_vlan_pop - skb_vlan_pop
 * @x: thread
 *
 * The next tag, if there is one, takes the place of the one that goes.
 *
 * Return: 0 or a negative errno.
 */
s64 fn_cls_vlan_pop(struct fn_exec *x)
{
	struct fn_packet *pkt = x->pkt;
	u32 tags = x->skb.vlan_present ? 1 : 2;
	s64 ret = 0;

	/* Without a tag in the context, the first of the frame is to go. */
	for (forget_tag(x); tags && is_vlan(swab16(x->skb.protocol)); tags--) {
		if (!can_untag(pkt)) {
			ret = -ENOMEM;
			break;
		}
		untag(x, pkt);
		x->net = pkt->data + ETH_HLEN;
		if (tags == 2)
			forget_tag(x);
	}
	fn_exec_window(x);
	return ret;
}

/**
 * fn_cls_clone - send a copy of the frame, with its tag
 * @x: thread
 * @ifindex: where to
 *
 * Return: 0 or a negative errno.
 */
s64 fn_cls_clone(struct fn_exec *x, u32 ifindex)
{
	const struct fn_env *env = &x->engine->env;
	u32 protocol = x->skb.protocol;
	bool tagged = x->skb.vlan_present;
	s64 ret = 0;

	if (tagged)
		tag(x, x->pkt);
	if (env->clone)
		ret = env->clone(env->ctx, x, ifindex);
	if (tagged)
		untag(x, x->pkt);
	x->skb.protocol = protocol;
	x->clones += !ret;
	return ret;
}

/* ---- checksums */

/**
 * fn_cls_csum_ask - learn what the host would be told of a frame's checksum
 * @x: thread, whose frame no classifier has changed that asks this
 */
void fn_cls_csum_ask(struct fn_exec *x)
{
	const struct fn_env *env = &x->engine->env;

	if (x->csum == FN_CSUM_CARD)
		x->csum = env->csum_ok && env->csum_ok(env->ctx, x) ?
				  FN_CSUM_OK :
				  FN_CSUM_NONE;
}

/**
 * fn_cls_csum_reset - the host is to look at the frame's checksums itself
 * @x: thread
 *
 * Unless nobody asked: then the card looks at the frame that comes of it.
 */
void fn_cls_csum_reset(struct fn_exec *x)
{
	if (x->csum != FN_CSUM_CARD)
		x->csum = FN_CSUM_NONE;
}
