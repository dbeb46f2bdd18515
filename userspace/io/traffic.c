// SPDX-License-Identifier: GPL-2.0
/*
 * Frames where there is no capture: of one size, or a mix of protocols and sizes
 * that many flows share. They are the same each time.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <string.h>

#include "io.h"

#define FCS 4 /* sizes are told with it, frames are without */
#define FLOWS 64
#define FRAMES 768 /* of the mix */

/* The simple IMIX: of 12 frames, 7 are small, 4 in between and 1 is large. */
static const u16 sizes[] = { 64,   594, 64,  64, 594, 64,
			     1518, 64,	594, 64, 64,  594 };
/* As many as sizes, or flows would always have the same. */
static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_TCP,
				IPPROTO_TCP, IPPROTO_ICMP };

static u16 checksum(const void *data, u32 len)
{
	const u8 *p = data;
	u32 sum = 0, i;

	for (i = 0; i < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static void fill_transport(u8 *at, u8 protocol, u32 flow, u32 len)
{
	struct udphdr udp = { .source = htons(1024 + flow),
			      .dest = htons(flow % 4 ? 443 : 53),
			      .len = htons(len) };
	struct tcphdr tcp = { .source = htons(1024 + flow),
			      .dest = htons(flow % 4 ? 443 : 80),
			      .doff = 5,
			      .ack = 1,
			      .window = htons(512) };

	if (protocol == IPPROTO_TCP)
		memcpy(at, &tcp, sizeof(tcp));
	else if (protocol == IPPROTO_UDP)
		memcpy(at, &udp, sizeof(udp));
	else
		*at = protocol == IPPROTO_ICMP ? 8 : 128; /* echo request */
}

static void fill_ip4(u8 *frame, u32 len, u8 protocol, u32 flow)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons(len - ETH_HLEN),
		.ttl = 64,
		.protocol = protocol,
		.saddr = htonl(0x0a000000 + flow), /* 10.0.0.0/8 */
		.daddr = htonl(0xc0000200 + flow % 8), /* 192.0.2.0/24 */
	};

	ip.check = checksum(&ip, sizeof(ip));
	memcpy(frame + ETH_HLEN, &ip, sizeof(ip));
	fill_transport(frame + ETH_HLEN + sizeof(ip), protocol, flow,
		       len - ETH_HLEN - sizeof(ip));
}

static void fill_ip6(u8 *frame, u32 len, u8 protocol, u32 flow)
{
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = htons(len - ETH_HLEN - sizeof(ip)),
		.nexthdr = protocol == IPPROTO_ICMP ? IPPROTO_ICMPV6 : protocol,
		.hop_limit = 64,
		/* 2001:db8::/32 */
		.saddr.s6_addr = { 0x20, 1, 0x0d, 0xb8, [15] = flow },
		.daddr.s6_addr = { 0x20, 1, 0x0d, 0xb8, [14] = 1 },
	};

	memcpy(frame + ETH_HLEN, &ip, sizeof(ip));
	fill_transport(frame + ETH_HLEN + sizeof(ip), ip.nexthdr, flow,
		       len - ETH_HLEN - sizeof(ip));
}

static void add_frame(struct fn_pcap *p, u32 size, u8 protocol, u32 flow,
		      bool is_ip6)
{
	static const u8 macs[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	u32 len = size - FCS, payload = is_ip6 ? 74 : 54;
	u8 frame[FN_TRAFFIC_MOST] = {};
	u16 type = htons(is_ip6 ? ETH_P_IPV6 : ETH_P_IP);

	/* The shortest with these headers. */
	if (protocol == IPPROTO_TCP && len < payload)
		len = payload;
	else if (is_ip6 && len < 62)
		len = 62;
	memcpy(frame, macs, sizeof(macs));
	memcpy(frame + 12, &type, sizeof(type));
	if (is_ip6)
		fill_ip6(frame, len, protocol, flow);
	else
		fill_ip4(frame, len, protocol, flow);
	fn_pcap_add(p, frame, len);
}

/**
 * fn_traffic_open - a capture that is made up
 * @p: to fill in
 * @size: of UDP frames, bytes with the checksum of Ethernet, at most
 *	FN_TRAFFIC_MOST; 0 for a mix
 */
void fn_traffic_open(struct fn_pcap *p, u32 size)
{
	u32 i;

	fn_pcap_open_empty(p);
	if (size)
		add_frame(p, size, IPPROTO_UDP, 0, false);
	for (i = 0; !size && i < FRAMES; i++)
		add_frame(p, sizes[i % ARRAY_SIZE(sizes)],
			  protocols[i % ARRAY_SIZE(protocols)], i * 37 % FLOWS,
			  i % 7 == 6);
}
