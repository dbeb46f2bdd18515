// SPDX-License-Identifier: GPL-2.0
/* Classifiers: what only a host can do, behind a part that a card can. */
#include "host.h"
#include <linux/pkt_cls.h>

MAP(line, QUEUE, 0, 8, 128);
MAP(pile, STACK, 0, 4, 128);

static __always_inline __u32 sum_of(struct __sk_buff *skb)
{
	__u8 *p = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 sum = skb->len, i;

	if (p + 34 > end)
		return sum;
	for (i = 12; i < 34; i++)
		sum = sum * 33 + p[i];
	return sum;
}

static __always_inline struct iphdr *header_of(struct __sk_buff *skb)
{
	struct ethhdr *eth = (void *)(long)skb->data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > (void *)(long)skb->data_end ||
	    skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
	return ip;
}

static __always_inline int route(struct __sk_buff *skb, struct iphdr *ip)
{
	struct bpf_fib_lookup p = {};

	p.family = 2;
	p.l4_protocol = ip->protocol;
	p.tot_len = bpf_ntohs(ip->tot_len);
	p.ipv4_src = ip->saddr;
	p.ipv4_dst = ip->daddr;
	p.ifindex = skb->ingress_ifindex;
	return bpf_fib_lookup(skb, &p, sizeof(p), 0);
}

/* A filter in front, a route behind it; the packet comes as it has come. */
SEC("tc") int routed(struct __sk_buff *skb)
{
	struct iphdr *ip;

	bpf_skb_pull_data(skb, 0);
	ip = header_of(skb);
	if (!ip) {
		count(&others, 0);
		return TC_ACT_OK;
	}
	if (ip->ttl <= 1 || ip->ihl != 5) {
		count(&others, 1);
		return TC_ACT_SHOT;
	}
	count(&asked, route(skb, ip) & 3);
	if (skb->mark || skb->priority || skb->tc_index)
		count(&asked, 3);
	ip = header_of(skb);
	if (ip)
		ip->tos ^= 4;
	return sum_of(skb) & 1 ? TC_ACT_SHOT : TC_ACT_OK;
}

/* What has been changed before would be changed twice. */
SEC("tc") int changed(struct __sk_buff *skb)
{
	struct iphdr *ip = header_of(skb);
	__u32 d = sum_of(skb);
	__u8 ttl = 7;

	if (!ip)
		return TC_ACT_SHOT;
	if (d & 1) {
		bpf_skb_store_bytes(skb, 22, &ttl, 1, 0);
		skb->mark = 5;
		if (d & 2)
			return TC_ACT_OK;
	} else if (d & 4) {
		skb->priority = 6;
		return TC_ACT_UNSPEC;
	}
	ip = header_of(skb);
	if (!ip)
		return TC_ACT_SHOT;
	count(&asked, (skb->mark == 5) + 2 * (skb->priority != 0));
	return route(skb, ip) & 2 ? TC_ACT_SHOT : TC_ACT_OK;
}

/* A map that both parts use is the host's. */
SEC("tc") int shared(struct __sk_buff *skb)
{
	struct iphdr *ip = header_of(skb);
	__u32 d = sum_of(skb);

	if (!ip)
		return TC_ACT_SHOT;
	if (d & 1) {
		count(&both, 0);
		return TC_ACT_OK;
	}
	if (d & 2) {
		count(&others, 2);
		return TC_ACT_SHOT;
	}
	count(&both, route(skb, ip) & 3);
	return TC_ACT_OK;
}

/* A field that the card does not have, written and read. */
SEC("tc") int timed(struct __sk_buff *skb)
{
	__u32 d = sum_of(skb);

	if (d & 1)
		return TC_ACT_SHOT;
	if (d & 2) {
		count(&others, 3);
		return TC_ACT_OK;
	}
	skb->tstamp = 1000 + (d & 0xff);
	count(&asked, skb->tstamp == 1000 + (d & 0xff));
	return TC_ACT_OK;
}

static noinline int pile_up(struct __sk_buff *skb, __u32 d)
{
	if (bpf_map_push_elem(&pile, &d, BPF_ANY))
		return 7;
	return skb->len > 90 ? 8 : 9;
}

/* What is called can go to the host only where it is called. */
SEC("tc") int in_function(struct __sk_buff *skb)
{
	__u64 d = sum_of(skb);

	if (d & 1)
		return TC_ACT_SHOT;
	if (d & 2)
		return bpf_map_push_elem(&line, &d, BPF_EXIST) ? TC_ACT_SHOT :
								 TC_ACT_OK;
	if (d & 4) {
		count(&others, 1);
		return TC_ACT_OK;
	}
	return pile_up(skb, d) == 8 ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc") int variables(struct __sk_buff *skb)
{
	if (skb->len < least)
		return TC_ACT_SHOT;
	if (sum_of(skb) & 1) {
		seen_on_card++;
		return TC_ACT_OK;
	}
	if ((int)bpf_get_numa_node_id() > 1000)
		return TC_ACT_SHOT;
	seen_on_host++;
	return TC_ACT_OK;
}

/* What goes back into the port does so behind the card. */
SEC("tc") int back(struct __sk_buff *skb)
{
	__u32 d = sum_of(skb);
	__u8 tos = 4;

	if (skb->mark == 9) {
		count(&both, skb->tc_index != 0);
		return d & 8 ? TC_ACT_SHOT : TC_ACT_OK;
	}
	if (d & 1)
		return d & 2 ? TC_ACT_OK : TC_ACT_UNSPEC;
	if (d & 2) {
		count(&both, 2);
		return TC_ACT_OK;
	}
	if (bpf_skb_store_bytes(skb, 15, &tos, 1, 0))
		return TC_ACT_SHOT;
	skb->mark = 9;
	return bpf_redirect(skb->ifindex, BPF_F_INGRESS);
}

LICENSE;
