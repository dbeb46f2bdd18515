// SPDX-License-Identifier: GPL-2.0
/* What only a host can do, behind a part that a card can. */
#include "host.h"

MAP(line, QUEUE, 0, 8, 64);
MAP(pile, STACK, 0, 4, 64);
MAP(sockets, XSKMAP, 4, 4, 4);
MAP(ports, DEVMAP, 4, 4, 8);
MAP(lengths, PERCPU_ARRAY, 4, 8, 4);

static __always_inline int route(struct xdp_md *ctx, struct iphdr *ip)
{
	struct bpf_fib_lookup p = {};

	p.family = 2;
	p.l4_protocol = ip->protocol;
	p.tot_len = bpf_ntohs(ip->tot_len);
	p.ipv4_src = ip->saddr;
	p.ipv4_dst = ip->daddr;
	p.ifindex = ctx->ingress_ifindex;
	return bpf_fib_lookup(ctx, &p, sizeof(p), 0);
}

/* A filter in front, a route behind it, counters on either side. */
SEC("xdp") int routed(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_of(ctx);
	__u32 rc;

	if (!ip) {
		count(&others, 0);
		return XDP_PASS;
	}
	if (ip->ttl <= 1 || ip->ihl != 5) {
		count(&others, 1);
		return XDP_DROP;
	}
	rc = route(ctx, ip);
	count(&asked, rc & 3);
	ip->tos ^= 4;
	return rc & 1 ? XDP_DROP : XDP_PASS;
}

/* What has been changed before would be changed twice. */
SEC("xdp") int changed(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_of(ctx);

	if (!ip)
		return XDP_DROP;
	if (digest(ctx) & 1) {
		ip->ttl--;
		if (ip->daddr & bpf_htonl(0x100))
			return XDP_PASS;
	} else if (digest(ctx) & 2) {
		return XDP_PASS;
	}
	return route(ctx, ip) & 2 ? XDP_DROP : XDP_PASS;
}

/* A map that both parts use is the host's. */
SEC("xdp") int shared(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_of(ctx);

	if (!ip)
		return XDP_DROP;
	if (digest(ctx) & 1) {
		count(&both, 0);
		return XDP_PASS;
	}
	if (digest(ctx) & 2) {
		count(&others, 2);
		return XDP_DROP;
	}
	count(&both, route(ctx, ip) & 3);
	return XDP_PASS;
}

SEC("xdp") int queued(struct xdp_md *ctx)
{
	__u64 d = digest(ctx);

	if (d & 1)
		return XDP_DROP;
	return bpf_map_push_elem(&line, &d, BPF_EXIST) ? XDP_ABORTED : XDP_PASS;
}

static noinline int pile_up(__u32 d)
{
	return bpf_map_push_elem(&pile, &d, BPF_ANY) ? 7 : 9;
}

static noinline __u32 halve(__u32 d)
{
	return d / 2;
}

/* What is called can go to the host only where it is called. */
SEC("xdp") int in_function(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	if (d & 4)
		return XDP_PASS;
	d = halve(d);
	if (d & 1) {
		count(&others, 3);
		return XDP_DROP;
	}
	return pile_up(d) == 9 ? XDP_DROP : XDP_PASS;
}

/* Whether there is a socket, only the host knows. */
SEC("xdp") int to_socket(struct xdp_md *ctx)
{
	__u32 index = ctx->rx_queue_index;

	if (!(digest(ctx) & 1))
		return XDP_DROP;
	if (bpf_map_lookup_elem(&sockets, &index))
		return bpf_redirect_map(&sockets, index, 0);
	return XDP_PASS;
}

/* The result is looked at here, and not there. */
SEC("xdp") int both_ways(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);
	int rc;

	if (d & 1)
		return bpf_redirect_map(&ports, 1, XDP_PASS);
	if (d & 2)
		return XDP_DROP;
	rc = bpf_redirect_map(&ports, d >> 2 & 3, XDP_DROP);
	count(&asked, rc);
	return rc;
}

/* More than a value on the card may have. */
__u64 large[150000] SEC(".bss.large");

SEC("xdp") int large_data(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	if (d & 1)
		return XDP_DROP;
	d &= 0x1ffff;
	large[d]++;
	large[140000] += d;
	return d & 2 ? XDP_PASS : XDP_TX;
}

SEC("xdp") int variables(struct xdp_md *ctx)
{
	__u32 size = ctx->data_end - ctx->data;

	if (size < least)
		return XDP_DROP;
	if (digest(ctx) & 1) {
		seen_on_card++;
		return XDP_PASS;
	}
	if ((int)bpf_get_numa_node_id() > 1000)
		return XDP_DROP;
	seen_on_host++;
	count(&lengths, size < least + 40);
	return XDP_PASS;
}

LICENSE;
