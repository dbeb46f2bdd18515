// SPDX-License-Identifier: GPL-2.0
/*
 * What a card has refused lately, and why: bpf(2) has no room for a sentence
 * when a map is made, and tc none where a filter goes on in software. The
 * sentences are kept here for flownic show errors, and each is a tracepoint.
 */

#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <net/netlink.h>

#include "flownic.h"
#include "trace.h"
#include "uapi.h"

#define FN_REFUSALS 64

/**
 * struct fn_refused - one of them
 * @time: when, ns of the wall clock
 * @err: errno, positive
 * @pid: of the process that was refused
 * @netns: inode of the netdev's namespace, 0 for the initial one
 * @command: its name
 * @what: kind of thing
 * @dev: name of the netdev it was for, "" if unknown
 * @text: why
 */
struct fn_refused {
	u64 time;
	u32 err;
	u32 pid;
	u32 netns;
	char command[TASK_COMM_LEN];
	char what[16];
	char dev[IFNAMSIZ];
	char text[FN_REFUSAL_TEXT];
};

/**
 * struct fn_refusals - the last ones of a card
 * @lock: protects the rest
 * @next: number of all so far
 * @r: number n is in place n % FN_REFUSALS
 */
struct fn_refusals {
	spinlock_t lock; /* innermost */
	u32 next;
	struct fn_refused r[FN_REFUSALS];
};

/**
 * fn_refusals_create() - remember what a card refuses from now on
 * @nic: the card
 *
 * Return: 0 or -ENOMEM.
 */
int fn_refusals_create(struct fn_nic *nic)
{
	nic->refusals = kvzalloc(sizeof(*nic->refusals), GFP_KERNEL_ACCOUNT);
	if (!nic->refusals)
		return -ENOMEM;
	spin_lock_init(&nic->refusals->lock);
	return 0;
}

void fn_refusals_destroy(struct fn_nic *nic)
{
	kvfree(nic->refusals);
}

/**
 * fn_refused() - remember a refusal
 * @nic: the card, which struct fn_offload_config has as void *
 * @what: kind of thing that was refused
 * @dev: netdev it was for, or NULL
 * @err: negative errno
 * @text: why, with or without the prefix of extack
 *
 * Context: the process that was refused.
 */
void fn_refused(void *nic, const char *what, const struct net_device *dev,
		int err, const char *text)
{
	struct fn_refusals *all = ((struct fn_nic *)nic)->refusals;
	struct fn_refused r = {
		.time = ktime_get_real_ns(),
		.err = -err,
		.pid = current->tgid,
	};

	if (!strncmp(text, FN_DRIVER_NAME ": ", strlen(FN_DRIVER_NAME) + 2))
		text += strlen(FN_DRIVER_NAME) + 2;
	strscpy(r.text, text, sizeof(r.text));
	strscpy(r.what, what, sizeof(r.what));
	get_task_comm(r.command, current);
	if (dev)
		strscpy(r.dev, dev->name, sizeof(r.dev));
	if (dev && !net_eq(dev_net(dev), &init_net))
		r.netns = dev_net(dev)->ns.inum;
	spin_lock(&all->lock);
	all->r[all->next++ % FN_REFUSALS] = r;
	spin_unlock(&all->lock);
	trace_flownic_refused(((struct fn_nic *)nic)->index, r.what, r.dev,
			      r.err, r.text);
}

static int fn_put_refused(struct sk_buff *skb, const struct fn_refused *r)
{
	if (nla_put_string(skb, FLOWNIC_A_NAME, r->what) ||
	    nla_put_string(skb, FLOWNIC_A_TEXT, r->text) ||
	    nla_put_string(skb, FLOWNIC_A_COMMAND, r->command) ||
	    nla_put_u32(skb, FLOWNIC_A_PID, r->pid) ||
	    nla_put_u32(skb, FLOWNIC_A_ERRNO, r->err) ||
	    nla_put_u64_64bit(skb, FLOWNIC_A_TIME, r->time, FLOWNIC_A_PAD) ||
	    (r->dev[0] && nla_put_string(skb, FLOWNIC_A_IFNAME, r->dev)) ||
	    (r->netns && nla_put_u32(skb, FLOWNIC_A_NETNS, r->netns)))
		return -EMSGSIZE;
	return 0;
}

/**
 * fn_refusal_put() - put a refusal into a message
 * @skb: the message
 * @nic: the card
 * @number: of the refusal; answer: of the oldest one from there on
 *
 * Return: 0, -ENOENT if there are no more, -EMSGSIZE, -ENOMEM.
 */
int fn_refusal_put(struct sk_buff *skb, struct fn_nic *nic, u32 *number)
{
	struct fn_refusals *all = nic->refusals;
	struct fn_refused *r;
	int err = -ENOENT;

	r = kmalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	spin_lock(&all->lock);
	if (all->next - *number > FN_REFUSALS && *number < all->next)
		*number = all->next - FN_REFUSALS;
	if (*number < all->next) {
		*r = all->r[*number % FN_REFUSALS];
		err = 0;
	}
	spin_unlock(&all->lock);
	if (!err)
		err = fn_put_refused(skb, r);
	kfree(r);
	return err;
}
