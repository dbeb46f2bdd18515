// SPDX-License-Identifier: GPL-2.0
/*
 * What lowering does, all of it in one program: with_X does X to every frame and, as
 * the frame says, one thing in front of it and one behind it.
 *
 * For tests/fuzz/lower-pairs.t there is one program with -DFIRST=X -DSECOND=Y, of
 * these two alone; -DOUTLINED makes functions of them, and -DTAILS a chain.
 */
#include "features.h"

#ifdef FIRST

#ifdef TAILS
int behind(struct xdp_md *ctx);

PROGRAMS(chain, 4) = {
	.values = { [2] = (void *)&behind },
};

#define GO_ON(d) bpf_tail_call(ctx, &chain, (d)&3)
#else
#define GO_ON(d)
#endif

SEC("xdp") int program(struct xdp_md *ctx)
{
	__u32 d = FIRST(ctx, digest(ctx));

	GO_ON(d);
	d = SECOND(ctx, d);
	if (d & 8)
		d = FIRST(ctx, d);
	GO_ON(d >> 4);
	return verdict(d);
}

#ifdef TAILS
SEC("xdp") int behind(struct xdp_md *ctx)
{
	__u32 d = SECOND(ctx, digest(ctx) >> 3);

	return verdict(FIRST(ctx, d));
}
#endif

#else

#define WITH(name)                                       \
	SEC("xdp") int with_##name(struct xdp_md *ctx)   \
	{                                                \
		__u32 d = digest(ctx);                   \
		__u32 e = one_of(ctx, d, d >> 4);        \
		__u32 f = name(ctx, e);                  \
		return verdict(one_of(ctx, f, f >> 12)); \
	}

WITH(data)
WITH(inner)
WITH(ring)

#endif

LICENSE;
