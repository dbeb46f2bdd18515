// SPDX-License-Identifier: GPL-2.0
/*
 * BPF helpers that name a port by its ifindex: where to send a frame, or a copy
 * of it, and how long it may be there.
 */
#include "exec.h"
#include "helper.h"
#include "prog.h"

#define MTU 1500 /* of netdevs, where there are no ports */

static bool is_cls(const struct fn_exec *x)
{
	return x->prog->image->type == BPF_PROG_TYPE_SCHED_CLS;
}

/* A card has no way into the host's stack but a port's own. */
static u64 redirect_cls(struct fn_exec *x)
{
	if (x->r[2] & ~(u64)BPF_F_INGRESS)
		return TC_ACT_SHOT;
	x->redirect = x->r[1];
	x->redirected = !x->r[2];
	return TC_ACT_REDIRECT;
}

u64 fn_helper_redirect(struct fn_exec *x)
{
	if (is_cls(x))
		return redirect_cls(x);
	if (x->r[2])
		return XDP_ABORTED;
	x->redirect = x->r[1];
	x->redirected = true;
	return XDP_REDIRECT;
}

u64 fn_helper_clone_redirect(struct fn_exec *x)
{
	if (!fn_helper_ctx(x))
		return 0;
	/* To an ingress, too: a card has no way there. */
	if (x->r[3])
		return (s64)-EINVAL;
	if (!fn_helper_spend(x, fn_packet_len(x->pkt) / 16))
		return 0;
	return fn_cls_clone(x, x->r[2]);
}

/* 0 if the card has no such port */
static u32 mtu_of(const struct fn_exec *x, u32 ifindex)
{
	const struct fn_env *env = &x->engine->env;

	if (!ifindex)
		ifindex = x->ifindex;
	if (env->mtu)
		return env->mtu(env->ctx, x, ifindex);
	return ifindex == x->ifindex ? MTU : 0;
}

/* Kernels before 6.12 leave no length behind when they refuse. */
static u64 mtu_refused(const struct fn_exec *x, u32 *at, s64 err)
{
	if (x->engine->env.kernel < FN_KERNEL(6, 12))
		put_unaligned(0, at);
	return err;
}

u64 fn_helper_check_mtu(struct fn_exec *x)
{
	u32 len = fn_packet_len(x->pkt), diff = x->r[4];
	u64 flags = x->r[5];
	u32 mtu, asked, *at;

	if (!fn_helper_ctx(x))
		return 0;
	at = (u32 *)fn_mem_slow(x, x->r[3], sizeof(*at), FN_STORE);
	if (!at)
		return 0;
	asked = get_unaligned(at);
	if (flags & ~(u64)(is_cls(x) ? BPF_MTU_CHK_SEGS : 0) ||
	    (flags && (diff || asked)))
		return mtu_refused(x, at, -EINVAL);
	mtu = mtu_of(x, x->r[2]);
	if (!mtu)
		return mtu_refused(x, at, -ENODEV);
	if (asked)
		len = asked + ETH_HLEN;
	put_unaligned(mtu, at);
	return (s32)(len + diff) > (s32)(mtu + ETH_HLEN) ?
		       BPF_MTU_CHK_RET_FRAG_NEEDED :
		       BPF_MTU_CHK_RET_SUCCESS;
}
