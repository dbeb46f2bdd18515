// SPDX-License-Identifier: GPL-2.0
/* Programs on a port, in each mode of XDP. */
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <string.h>

#include "load.h"

const char *const fn_load_mode_name[] = {
	[FN_LOAD_OFFLOAD] = "offload",
	[FN_LOAD_NATIVE] = "native",
	[FN_LOAD_GENERIC] = "generic",
	[FN_LOAD_AUTO] = "auto",
};

static const u32 flags[] = {
	[FN_LOAD_OFFLOAD] = XDP_FLAGS_HW_MODE,
	[FN_LOAD_NATIVE] = XDP_FLAGS_DRV_MODE,
	[FN_LOAD_GENERIC] = XDP_FLAGS_SKB_MODE,
};

static u32 attached(u32 ifindex, enum fn_load_mode mode)
{
	u32 id = 0;

	if (bpf_xdp_query_id(ifindex, flags[mode], &id))
		return 0;
	return id;
}

/**
 * fn_attached - whether a port has a program
 * @ifindex: port
 * @prog: id of the program
 *
 * Return: whether it has, in any mode.
 */
bool fn_attached(u32 ifindex, u32 prog)
{
	enum fn_load_mode mode;

	for (mode = FN_LOAD_OFFLOAD; mode < FN_LOAD_AUTO; mode++)
		if (prog && attached(ifindex, mode) == prog)
			return true;
	return fn_ingress_has(ifindex, prog);
}

/**
 * fn_attach_free - see that nothing is attached yet
 * @l: where
 * @mode: how
 *
 * Return: false if there is something; @l says so.
 */
bool fn_attach_free(struct fn_loading *l, enum fn_load_mode mode)
{
	u32 id;

	if (l->ingress)
		return fn_ingress_free(l);
	id = attached(l->ifindex, mode);

	/* Programs in both modes of the host exclude each other. */
	if (!id && mode != FN_LOAD_OFFLOAD)
		id = attached(l->ifindex, mode == FN_LOAD_NATIVE ?
						  FN_LOAD_GENERIC :
						  FN_LOAD_NATIVE);

	if (!id)
		return true;
	snprintf(
		l->why, sizeof(l->why),
		"%s has program %u in this mode already: flownic unload dev %s takes it away",
		l->dev, id, l->dev);
	return false;
}

/**
 * fn_attach - attach the program
 * @l: what is loaded, and where
 * @mode: how
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_attach(struct fn_loading *l, enum fn_load_mode mode)
{
	int err = 0;

	if (l->ingress)
		return fn_ingress_attach(l, mode);
	fn_said_begin();
	/* First, so that no packet of the card's finds it missing. */
	if (l->companion >= 0)
		err = bpf_xdp_attach(
			l->ifindex, l->companion,
			XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
	if (!err)
		err = bpf_xdp_attach(l->ifindex, bpf_program__fd(l->program),
				     flags[mode] | XDP_FLAGS_UPDATE_IF_NOEXIST,
				     NULL);
	if (!err)
		return true;
	if (l->companion >= 0)
		fn_detach(l->ifindex, fn_load_id(l->companion));
	snprintf(l->why, sizeof(l->why), "%s: %s", l->dev, fn_said(-err));
	return false;
}

/**
 * fn_detach - take a program off a port
 * @ifindex: port
 * @prog: id of the program; others stay
 *
 * Return: whether it was there.
 */
bool fn_detach(u32 ifindex, u32 prog)
{
	enum fn_load_mode mode;
	bool any = fn_ingress_detach(ifindex, prog);

	for (mode = FN_LOAD_OFFLOAD; mode < FN_LOAD_AUTO; mode++)
		if (prog && attached(ifindex, mode) == prog)
			any |= !bpf_xdp_detach(ifindex, flags[mode], NULL);
	return any;
}
