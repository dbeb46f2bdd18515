// SPDX-License-Identifier: GPL-2.0
/* Programs as different people write them, all of the same traffic. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define DATA(ctx) ((void *)(long)(ctx)->data)
#define END(ctx) ((void *)(long)(ctx)->data_end)
#define MAX_TAGS 6
#define NAME_LEN 64

struct vlan_tag {
	__be16 tci;
	__be16 proto;
};

/* A header cursor that is passed on by address, and tags collected. */

struct cursor {
	void *at;
};

struct tags {
	__u16 id[MAX_TAGS];
};

static __always_inline int take_eth(struct cursor *c, void *end,
				    struct tags *tags)
{
	struct ethhdr *eth = c->at;
	struct vlan_tag *tag = (void *)(eth + 1);
	__be16 proto;
	int i;

	if ((void *)(eth + 1) > end)
		return -1;
	proto = eth->h_proto;
#pragma unroll
	for (i = 0; i < MAX_TAGS; i++) {
		if (proto != bpf_htons(ETH_P_8021Q) &&
		    proto != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > end)
			break;
		proto = tag->proto;
		tags->id[i] = tag->tci & bpf_htons(0xfff);
		tag++;
	}
	c->at = tag;
	return proto;
}

SEC("xdp")
int cursor(struct xdp_md *ctx)
{
	struct cursor c = { DATA(ctx) };
	struct tags tags = {};
	struct ipv6hdr *ip6;
	int proto = take_eth(&c, END(ctx), &tags);

	if (proto == bpf_htons(ETH_P_IPV6)) {
		ip6 = c.at;
		if ((void *)(ip6 + 1) > END(ctx))
			return XDP_ABORTED;
		ip6->hop_limit--;
		return XDP_TX;
	}
	if (tags.id[1])
		return XDP_DROP;
	return tags.id[0] ? XDP_TX : XDP_PASS;
}

/* Loops with a bound, in functions that are called. */

static __noinline __u32 sum_words(void *data, void *end, __u32 n)
{
	__u16 *word = data;
	__u32 i, sum = 0;

	for (i = 0; i < 750; i++) {
		if (i >= n || (void *)(word + 1) > end)
			break;
		sum += *word++;
	}
	return sum;
}

static __noinline __u16 fold(__u32 sum)
{
	int i;

	for (i = 0; i < 4; i++)
		if (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

SEC("xdp")
int sums(struct xdp_md *ctx)
{
	void *end = END(ctx);
	struct ethhdr *eth = DATA(ctx);
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	ip->ttl = 64;
	ip->check = 0;
	ip->check = fold(sum_words(ip, end, 2 * ip->ihl));
	ip->id = fold(sum_words(ip, end, bpf_ntohs(ip->tot_len) / 2));
	return XDP_TX;
}

/* A long key, made of characters. */

struct question {
	char name[NAME_LEN];
	__u16 type;
	__u16 pad[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct question);
	__type(value, __u64);
} questions SEC(".maps");

static __noinline int read_name(void *data, void *end, struct question *q)
{
	char *at = data, c;
	int i;

	if (!q)
		return -1;
	for (i = 0; i < NAME_LEN - 1; i++) {
		if ((void *)(at + 1) > end)
			return -1;
		c = *at++;
		if (!c)
			break;
		q->name[i] = c >= 'A' && c <= 'Z' ? c + 32 : c;
	}
	return i;
}

SEC("xdp")
int names(struct xdp_md *ctx)
{
	struct question q = {};
	void *data = DATA(ctx), *end = END(ctx);
	__u64 one = 1, *seen;
	int len;

	if (data + 42 > end)
		return XDP_PASS;
	len = read_name(data + 42, end, &q);
	if (len < 0)
		return XDP_ABORTED;
	q.type = *(__u16 *)(data + 12);
	seen = bpf_map_lookup_elem(&questions, &q);
	if (seen) {
		__sync_fetch_and_add(seen, 1);
		return *seen & 1 ? XDP_DROP : XDP_TX;
	}
	/* Also with the map full. */
	if (bpf_map_update_elem(&questions, &q, &one, BPF_NOEXIST))
		return XDP_TX;
	return len & 1 ? XDP_DROP : XDP_PASS;
}

/* A chain of headers that a switch in a loop walks along. */

SEC("xdp")
int chain(struct xdp_md *ctx)
{
	void *data = DATA(ctx), *end = END(ctx);
	struct ipv6hdr *ip6 = data + ETH_HLEN;
	__u64 off = ETH_HLEN + sizeof(*ip6);
	struct ethhdr *eth = data;
	__be16 *ports, source;
	__u8 next, *ext;
	int i;

	if ((void *)(ip6 + 1) > end || eth->h_proto != bpf_htons(ETH_P_IPV6))
		return XDP_PASS;
	next = ip6->nexthdr;
	for (i = 0; i < 6; i++) {
		switch (next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			ext = data + off;
			if ((void *)(ext + 2) > end)
				return XDP_DROP;
			next = ext[0];
			off += 8 * (ext[1] + 1);
			break;
		case IPPROTO_FRAGMENT:
			ext = data + off;
			if ((void *)(ext + 8) > end)
				return XDP_DROP;
			next = ext[0];
			off += 8;
			break;
		case IPPROTO_TCP:
		case IPPROTO_UDP:
			ports = data + off;
			if ((void *)(ports + 2) > end)
				return XDP_ABORTED;
			source = ports[0];
			ports[0] = ports[1];
			ports[1] = source;
			return XDP_TX;
		case IPPROTO_ICMPV6:
			return XDP_PASS;
		default:
			return XDP_DROP;
		}
		if (off > 1000)
			return XDP_DROP;
	}
	return XDP_ABORTED;
}

/* Headers that go and come, and structs that are copied as a whole. */

SEC("xdp")
int tunnel(struct xdp_md *ctx)
{
	struct ethhdr *eth = DATA(ctx), outer_eth;
	struct iphdr *ip = (void *)(eth + 1), outer_ip;
	struct udphdr *udp;

	if ((void *)(ip + 1) > END(ctx) || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	outer_eth = *eth;
	outer_ip = *ip;
	if (ip->protocol == IPPROTO_ICMP) {
		if (bpf_xdp_adjust_head(ctx, sizeof(*ip)))
			return XDP_DROP;
		eth = DATA(ctx);
		if ((void *)(eth + 1) > END(ctx))
			return XDP_DROP;
		*eth = outer_eth;
		return XDP_TX;
	}
	if (bpf_xdp_adjust_head(ctx, -(int)(sizeof(*ip) + sizeof(*udp))))
		return XDP_ABORTED;
	eth = DATA(ctx);
	ip = (void *)(eth + 1);
	udp = (void *)(ip + 1);
	if ((void *)(udp + 1) > END(ctx))
		return XDP_ABORTED;
	*eth = outer_eth;
	*ip = outer_ip;
	ip->protocol = IPPROTO_UDP;
	udp->source = bpf_htons((outer_ip.saddr ^ outer_ip.daddr) | 0xc000);
	udp->dest = bpf_htons(4789);
	udp->len = bpf_htons(bpf_ntohs(outer_ip.tot_len) - 12);
	udp->check = 0;
	return XDP_TX;
}

/* Arithmetic with what comes, state that goes on, verdicts that are none. */

struct state {
	__s64 mean;
	__u64 parts;
	__u64 random;
	__u32 bits;
	__u32 last;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct state);
} states SEC(".maps");

static __noinline __u64 root(__u64 n)
{
	__u64 x = n, y = (x + 1) / 2;
	int i;

	for (i = 0; i < 40 && y < x; i++) {
		x = y;
		y = (x + n / x) / 2;
	}
	return x;
}

SEC("xdp")
int arithmetic(struct xdp_md *ctx)
{
	void *data = DATA(ctx), *end = END(ctx);
	__u64 len = end - data, a, b;
	struct state *s;
	__u32 key;

	if (data + 34 > end)
		return 77;
	a = *(__u64 *)(data + 14);
	b = *(__u64 *)(data + 22);
	key = (a ^ b) & 7;
	s = bpf_map_lookup_elem(&states, &key);
	if (!s)
		return XDP_ABORTED;
	s->mean += ((__s64)(a % (b | 1)) - s->mean) >> 3;
	s->parts += a / (len * len + 1) + (__u32)a / ((__u32)(b >> 7) | 1);
	s->random = s->random * 6364136223846793005ULL + root(a >> 20);
	__sync_fetch_and_add(&s->bits, (__u32)b);
	s->last = (s->random >> 33) ^ s->mean ^ s->bits;
	*(__u64 *)(data + 14) = s->last * 0x100000001ULL + s->parts;
	return s->last % 7;
}

char _license[] SEC("license") = "GPL";
