/* SPDX-License-Identifier: GPL-2.0 */
/* What several of these programs need. */
#ifndef FRAME_H
#define FRAME_H

#define BPF_NO_GLOBAL_DATA

#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAP(which, name, most, k, v)       \
	struct {                           \
		__uint(type, which);       \
		__uint(max_entries, most); \
		__type(key, k);            \
		__type(value, v);          \
	} name SEC(".maps")

struct tag {
	__be16 tci;
	__be16 proto;
};

/* Addresses as half-words, which is how they are copied. */
struct mac {
	__u16 half[3];
};

struct eth {
	struct mac dest;
	struct mac source;
	__be16 proto;
};

static __always_inline void swap_addresses(struct ethhdr *eth)
{
	__u16 *half = (__u16 *)eth;
	__u16 keep[3];

	keep[0] = half[0];
	keep[1] = half[1];
	keep[2] = half[2];
	half[0] = half[3];
	half[1] = half[4];
	half[2] = half[5];
	half[3] = keep[0];
	half[4] = keep[1];
	half[5] = keep[2];
}

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

#endif /* FRAME_H */
