// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware GRO (ethtool -K NAME rx-gro-hw on): the card says which frames carry on
 * where the last one ended, and their payload becomes fragments of that one's skb.
 */

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "flownic.h"

/* What IP can say of a length. */
#define FN_GRO_MAX (0xffff + ETH_HLEN)

/**
 * fn_rx_gro_hold() - keep a frame: others may carry it on
 * @b: call of NAPI, which holds none
 * @skb: the frame, its payload in a buffer of the ring
 * @desc: its descriptor, which is not refilled before fn_rx_gro_flush()
 * @status: of it
 */
void fn_rx_gro_hold(struct fn_rx_batch *b, struct sk_buff *skb,
		    const struct fn_rx_desc *desc, u32 status)
{
	b->gro = (struct fn_rx_gro){
		.skb = skb,
		.desc = desc,
		.status = status,
	};
}

/* Where the payload of the card's word is: it has looked at the headers. */
static void fn_rx_gro_measure(struct fn_rx_gro *g)
{
	const u8 *frame = g->skb->data;
	const struct tcphdr *th;

	g->transport = ETH_HLEN + (frame[ETH_HLEN] >> 4 == 4 ?
					   sizeof(struct iphdr) :
					   sizeof(struct ipv6hdr));
	th = (const void *)(frame + g->transport);
	g->headers = g->transport + th->doff * 4;
	g->mss = g->skb->len - g->headers;
	g->frames = 1;
}

/**
 * fn_rx_gro_join() - add a frame to the one that it carries on
 * @b: call of NAPI, which holds that
 * @desc: of a frame in one buffer that has FN_RX_JOINS
 *
 * Return: true if its buffer has been taken; false if there is no room for it.
 */
bool fn_rx_gro_join(struct fn_rx_batch *b, const struct fn_rx_desc *desc)
{
	struct page *page = fn_rx_page(desc);
	struct fn_rx_gro *g = &b->gro;
	u32 n = skb_shinfo(g->skb)->nr_frags;
	const struct tcphdr *th;

	if (!g->frames)
		fn_rx_gro_measure(g);
	if (n == MAX_SKB_FRAGS ||
	    g->skb->len + desc->len - g->headers > FN_GRO_MAX)
		return false;
	th = page_address(page) + XDP_PACKET_HEADROOM + g->transport;
	g->push |= th->psh;
	skb_add_rx_frag(g->skb, n, page, XDP_PACKET_HEADROOM + g->headers,
			desc->len - g->headers, b->rx->truesize);
	g->frames++;
	b->c.gro_joined++;
	return true;
}

/* One packet, with what is needed to cut it up again. */
static void fn_rx_gro_finish(struct fn_rx_gro *g)
{
	struct sk_buff *skb = g->skb;
	struct skb_shared_info *info = skb_shinfo(skb);
	struct tcphdr *th = (void *)(skb->data + g->transport);
	u32 len = skb->len - g->transport;
	void *ip = skb->data + ETH_HLEN;

	if (g->transport == ETH_HLEN + sizeof(struct iphdr)) {
		struct iphdr *ip4 = ip;

		ip4->tot_len = htons(skb->len - ETH_HLEN);
		ip_send_check(ip4);
		th->check = ~tcp_v4_check(len, ip4->saddr, ip4->daddr, 0);
		info->gso_type = SKB_GSO_TCPV4;
	} else {
		struct ipv6hdr *ip6 = ip;

		ip6->payload_len = htons(len);
		th->check = ~tcp_v6_check(len, &ip6->saddr, &ip6->daddr, 0);
		info->gso_type = SKB_GSO_TCPV6;
	}
	th->psh |= g->push;
	info->gso_size = g->mss;
	info->gso_segs = g->frames;
	/* Who forwards it looks for its headers there. */
	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, g->transport);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u8 *)th - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	/* The card's word was of the first frame alone. */
	g->status &= ~FN_RX_CSUM_OK;
}

/**
 * fn_rx_gro_flush() - hand what is held to the stack
 * @b: call of NAPI, which holds something
 */
void fn_rx_gro_flush(struct fn_rx_batch *b)
{
	struct fn_rx_gro *g = &b->gro;

	if (g->frames > 1)
		fn_rx_gro_finish(g);
	fn_rx_deliver(b, g->skb, g->desc, g->status);
	g->skb = NULL;
}
