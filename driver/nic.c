// SPDX-License-Identifier: GPL-2.0
/*
 * The lifetime of a card: its index, the list of cards, and its references.
 * What a card consists of, probe.c knows.
 */

#include <linux/idr.h>
#include <linux/rtnetlink.h>

#include "flownic.h"

LIST_HEAD(fn_nics);
static DEFINE_IDA(fn_nic_ids);

/**
 * fn_nic_alloc() - a new card with the lowest free index, on the list
 * @ops: what becomes of it; its release takes apart what the card consists of,
 *	when the last reference goes
 * @extack: says what failed; may be NULL
 *
 * Context: RTNL.
 * Return: the card, with one reference for the list; or an ERR_PTR.
 */
struct fn_nic *fn_nic_alloc(const struct fn_nic_ops *ops,
			    struct netlink_ext_ack *extack)
{
	struct fn_nic *nic = kzalloc(sizeof(*nic), GFP_KERNEL);
	int index;

	ASSERT_RTNL();
	if (!nic)
		return ERR_PTR(-ENOMEM);
	index = ida_alloc_max(&fn_nic_ids, FN_MAX_CARDS - 1, GFP_KERNEL);
	if (index < 0) {
		fn_extack(extack,
			  "there can be no more than %u cards: error %d",
			  FN_MAX_CARDS, index);
		kfree(nic);
		return ERR_PTR(index);
	}
	kref_init(&nic->refs);
	nic->index = index;
	nic->ops = ops;
	list_add_tail(&nic->node, &fn_nics);
	return nic;
}

static void fn_nic_free(struct kref *refs)
{
	struct fn_nic *nic = container_of(refs, struct fn_nic, refs);

	nic->ops->release(nic);
	ida_free(&fn_nic_ids, nic->index);
	kfree(nic);
}

void fn_nic_get(struct fn_nic *nic)
{
	kref_get(&nic->refs);
}

/* Process context; the last reference takes the card apart. */
void fn_nic_put(struct fn_nic *nic)
{
	kref_put(&nic->refs, fn_nic_free);
}

/**
 * fn_nic_delist() - nobody finds the card any more
 * @nic: the card
 *
 * Context: RTNL.
 * Return: false if it was off the list already; else the list's reference is
 *	the caller's.
 */
bool fn_nic_delist(struct fn_nic *nic)
{
	ASSERT_RTNL();
	if (list_empty(&nic->node))
		return false;
	list_del_init(&nic->node);
	return true;
}

struct fn_nic *fn_nic_find(u32 index)
{
	struct fn_nic *nic;

	ASSERT_RTNL();
	list_for_each_entry(nic, &fn_nics, node)
		if (nic->index == index)
			return nic;
	return NULL;
}

/* All cards are gone. */
void fn_nic_ids_exit(void)
{
	ida_destroy(&fn_nic_ids);
}
