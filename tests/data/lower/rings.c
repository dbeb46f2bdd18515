// SPDX-License-Identifier: GPL-2.0
/* Ring buffers: records that are put, reserved, submitted and discarded. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} ring SEC(".maps");

struct event {
	__u32 number;
	__u32 len;
	__u8 head[20];
};

__u32 number;

SEC("xdp") int puts(struct xdp_md *ctx)
{
	struct event e = { number++, ctx->data_end - ctx->data };

	return bpf_ringbuf_output(&ring, &e, sizeof(e), 0) ? XDP_DROP :
							     XDP_PASS;
}

static noinline void fill(struct xdp_md *ctx, struct event *e)
{
	__u8 *p = (void *)(long)ctx->data;
	__u32 i;

	e->number = number++;
	e->len = ctx->data_end - ctx->data;
	if (p + 20 > (__u8 *)(long)ctx->data_end)
		return;
	for (i = 0; i < 20; i++)
		e->head[i] = p[i];
}

SEC("xdp") int reserves(struct xdp_md *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);

	if (!e)
		return XDP_ABORTED;
	__builtin_memset(e, 0, sizeof(*e));
	fill(ctx, e);
	if (e->head[12] & 1) {
		bpf_ringbuf_discard(e, 0);
		return XDP_DROP;
	}
	bpf_ringbuf_submit(e, BPF_RB_FORCE_WAKEUP);
	return XDP_PASS;
}

static noinline void report(__u32 what)
{
	__u64 *r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);

	if (!r)
		return;
	*r = what;
	bpf_ringbuf_submit(r, 0);
}

/* A function without the context sends, and what is begun is done with. */
SEC("xdp") int several(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), *b;

	report(d);
	b = bpf_ringbuf_reserve(&ring, 8, 0);
	if (!b)
		return XDP_ABORTED;
	b[0] = 2;
	b[1] = number++;
	if (d & 1)
		bpf_ringbuf_submit(b, 0);
	else
		bpf_ringbuf_discard(b, 0);
	report(d >> 3);
	return XDP_PASS;
}

/* The next is begun where there was no room for this one, too. */
static __always_inline int tell(__u32 what)
{
	struct event *e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);

	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->number = number++;
	e->len = what;
	if (what & 1)
		bpf_ringbuf_discard(e, 0);
	else
		bpf_ringbuf_submit(e, 0);
	return 1;
}

SEC("xdp") int in_turn(struct xdp_md *ctx)
{
	__u32 d = digest(ctx), told = 0, i;

	for (i = 0; i < 3; i++)
		told += tell(d >> i);
	report(told);
	return tell(d) ? XDP_PASS : XDP_DROP;
}

static __always_inline int because(struct xdp_md *ctx, __u32 why, int verdict)
{
	struct event *e;

	if (!why)
		return verdict;
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e)
		return verdict;
	__builtin_memset(e, 0, sizeof(*e));
	e->number = why;
	e->len = ctx->data_end - ctx->data;
	bpf_xdp_load_bytes(ctx, 0, e->head, sizeof(e->head));
	bpf_ringbuf_submit(e, 0);
	return verdict;
}

/* The compiler joins what follows each reservation. */
SEC("xdp") int joined(struct xdp_md *ctx)
{
	__u32 d = digest(ctx);

	if (d & 1)
		return because(ctx, 1, XDP_DROP);
	if (d & 2)
		return because(ctx, 2, XDP_DROP);
	if (d & 4)
		return because(ctx, 0, XDP_TX);
	if (d & 8)
		return because(ctx, 9, XDP_DROP);
	return because(ctx, 0, XDP_PASS);
}

LICENSE;
