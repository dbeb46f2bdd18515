/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finding one's way in a packet, shared by the sample programs.
 *
 * A cursor walks from header to header. Each take_…() returns the header it
 * passed, or NULL when the frame ends before the header does or the header
 * contradicts the frame: a packet like that is left to the stack, which knows
 * better how to complain. The comparison with the end of the packet in take()
 * is what convinces the verifier that an access is safe.
 */
#ifndef PACKET_H
#define PACKET_H

/* A device map can hold no global data: strings go on the stack. */
#define BPF_NO_GLOBAL_DATA

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IP4_RESERVED_OR_MORE 0x2000 /* "more fragments" */
#define IP4_OFFSET 0x1fff
#define IP6_OFFSET 0xfff8
#define IP6_MORE 0x0001

#define MAX_TAGS 2 /* VLAN tags */
#define MAX_EXTENSIONS 6 /* IPv6 extension headers */

struct cursor {
	void *pos;
	void *end;
};

struct vlan_tag {
	__be16 tci;
	__be16 proto; /* of what follows the tag */
};

struct ports {
	__be16 source;
	__be16 dest;
};

/*
 * What an IP header says of its payload. Only the first fragment of a
 * datagram has the header of the transport protocol.
 */
struct payload {
	__u8 proto;
	bool fragment;
	bool first;
	__u16 len; /* bytes, extension headers of IPv6 included */
};

static __always_inline struct cursor cursor(struct xdp_md *ctx)
{
	return (struct cursor){
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
}

/*
 * The verifier learns of the register that is compared with the end, and of
 * what is computed from it afterwards. If the length varies, a compiler may
 * compute the same sum twice, and compare one and use the other: it is made to
 * take the sum for a value that it cannot know.
 */
static __always_inline void *take(struct cursor *c, __u32 len)
{
	void *header = c->pos;
	void *next = header + len;

	if (!__builtin_constant_p(len))
		barrier_var(next);
	if (next > c->end)
		return NULL;
	c->pos = next;
	return header;
}

/* The Ethernet header and its VLAN tags; *proto is that of what follows. */
static __always_inline struct ethhdr *take_eth(struct cursor *c, __be16 *proto)
{
	struct ethhdr *eth = take(c, sizeof(*eth));
	struct vlan_tag *tag;

	if (!eth)
		return NULL;
	*proto = eth->h_proto;
	for (int i = 0; i < MAX_TAGS; i++) {
		if (*proto != bpf_htons(ETH_P_8021Q) &&
		    *proto != bpf_htons(ETH_P_8021AD))
			break;
		tag = take(c, sizeof(*tag));
		if (!tag)
			return NULL;
		*proto = tag->proto;
	}
	return eth;
}

/* The IPv4 header with its options. */
static __always_inline struct iphdr *take_ip4(struct cursor *c,
					      struct payload *p)
{
	struct iphdr *ip = take(c, sizeof(*ip));
	__u32 header, total;

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return NULL;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (total < header || total > c->end - (void *)ip)
		return NULL;
	c->pos = ip; /* all of it again: header is 0 to 60 for every compiler */
	if (!take(c, header))
		return NULL;
	p->proto = ip->protocol;
	p->first = !(ip->frag_off & bpf_htons(IP4_OFFSET));
	p->fragment = ip->frag_off &
		      bpf_htons(IP4_OFFSET | IP4_RESERVED_OR_MORE);
	p->len = total - header;
	return ip;
}

/* One extension header, if that is what the cursor is at. */
static __always_inline int take_extension(struct cursor *c, __u8 *proto,
					  __be16 *offset)
{
	struct ip6_extension {
		__u8 next;
		__u8 len;
		__be16 offset; /* of a fragment, with IP6_MORE */
		__be32 id;
	} * ext;
	__u32 more;

	ext = take(c, sizeof(*ext));
	if (!ext)
		return -1;
	more = ext->len * 8;
	if (*proto == IPPROTO_AH)
		more = ext->len * 4;
	if (*proto == IPPROTO_FRAGMENT) {
		more = 0;
		*offset = ext->offset;
	}
	*proto = ext->next;
	return take(c, more) ? 0 : -1;
}

static __always_inline bool is_extension(__u8 proto)
{
	const __u64 mask = 1ull << IPPROTO_HOPOPTS | 1ull << IPPROTO_ROUTING |
			   1ull << IPPROTO_FRAGMENT | 1ull << IPPROTO_DSTOPTS |
			   1ull << IPPROTO_AH;

	return proto < 64 && mask >> proto & 1;
}

/*
 * The IPv6 header with its extension headers. Those of a fragment that is not
 * the first are part of the data and stay where they are.
 */
static __always_inline struct ipv6hdr *take_ip6(struct cursor *c,
						struct payload *p)
{
	struct ipv6hdr *ip = take(c, sizeof(*ip));
	__be16 offset = 0;

	if (!ip || ip->version != 6)
		return NULL;
	p->len = bpf_ntohs(ip->payload_len);
	if (p->len > c->end - c->pos)
		return NULL;
	p->proto = ip->nexthdr;
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		if (offset & bpf_htons(IP6_OFFSET) || !is_extension(p->proto))
			break;
		if (take_extension(c, &p->proto, &offset))
			return NULL;
	}
	p->first = !(offset & bpf_htons(IP6_OFFSET));
	p->fragment = offset & bpf_htons(IP6_OFFSET | IP6_MORE);
	return ip;
}

/* The ports, of what has ports. Does not move the cursor. */
static __always_inline struct ports *peek_ports(struct cursor *c,
						const struct payload *p)
{
	struct ports *ports = c->pos;

	if (!p->first || (p->proto != IPPROTO_TCP && p->proto != IPPROTO_UDP))
		return NULL;
	if ((void *)(ports + 1) > c->end)
		return NULL;
	return ports;
}

static __always_inline void swap_macs(struct ethhdr *eth)
{
	__u8 dest[ETH_ALEN];

	__builtin_memcpy(dest, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, dest, ETH_ALEN);
}

static __always_inline bool is_multicast_mac(const __u8 *mac)
{
	return mac[0] & 1;
}

/* A checksum after one of its 16-bit words has changed (RFC 1624). */
static __always_inline __sum16 csum_fix(__sum16 sum, __be16 old, __be16 new)
{
	__u32 s = (__u16)~sum + (__u16)~old + new;

	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return ~s;
}

/* The same for a byte and its neighbour, such as TTL and protocol. */
static __always_inline void set_ttl(struct iphdr *ip, __u8 ttl)
{
	__be16 old = bpf_htons(ip->ttl << 8 | ip->protocol);

	ip->ttl = ttl;
	ip->check =
		csum_fix(ip->check, old, bpf_htons(ttl << 8 | ip->protocol));
}

#endif /* PACKET_H */
