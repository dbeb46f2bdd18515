// SPDX-License-Identifier: GPL-2.0
/*
 * Knobs for tests, in debugfs: flownic/flownicK/ for a card, ports/N/ in it for
 * each port. They make the offload of BPF refuse or wait, and show what is
 * bound. Names and meanings are those of the kernel's simulator, where that has
 * the like: its tests find them here.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>

#include "bpf_offload_priv.h"
#include "../driver/compat.h"

static struct dentry *fn_knobs_root;

/* To be there before the first card, and until the last one is gone. */
int fn_offload_knobs_init(void)
{
	fn_knobs_root = debugfs_create_dir("flownic", NULL);
	return 0;
}

void fn_offload_knobs_exit(void)
{
	debugfs_remove_recursive(fn_knobs_root);
}

void fn_knobs_create(struct fn_offload *off, const char *name)
{
	struct fn_knobs *k = &off->knobs;

	k->bind_accept = true;
	k->verifier_accept = true;
	k->dir = debugfs_create_dir(name, fn_knobs_root);
	k->ports_dir = debugfs_create_dir("ports", k->dir);
	k->progs_dir = debugfs_create_dir("bpf_bound_progs", k->dir);
	debugfs_create_bool("bpf_bind_accept", 0600, k->dir, &k->bind_accept);
	debugfs_create_bool("bpf_bind_verifier_accept", 0600, k->dir,
			    &k->verifier_accept);
	debugfs_create_u32("bpf_bind_verifier_delay", 0600, k->dir,
			   &k->verifier_delay);
	debugfs_create_bool("bpf_one_program", 0600, k->dir, &k->one_program);
	debugfs_create_bool("netdevsim_words", 0600, k->dir,
			    &k->netdevsim_words);
}

void fn_knobs_destroy(struct fn_offload *off)
{
	debugfs_remove_recursive(off->knobs.dir);
}

void fn_knobs_port_add(struct fn_offload *off, u32 port)
{
	struct fn_port_knobs *k = &off->knobs.ports[port];
	char name[12];

	memset(k, 0, sizeof(*k));
	k->tc_accept = true;
	k->xdpdrv_accept = true;
	k->xdpoffload_accept = true;
	k->map_accept = true;
	snprintf(name, sizeof(name), "%u", port);
	k->dir = debugfs_create_dir(name, off->knobs.ports_dir);
	debugfs_create_symlink("dev", k->dir, "../..");
	debugfs_create_u32("bpf_offloaded_id", 0400, k->dir, &k->offloaded_id);
	debugfs_create_bool("bpf_tc_accept", 0600, k->dir, &k->tc_accept);
	debugfs_create_bool("bpf_tc_non_bound_accept", 0600, k->dir,
			    &k->tc_non_bound_accept);
	debugfs_create_bool("bpf_xdpdrv_accept", 0600, k->dir,
			    &k->xdpdrv_accept);
	debugfs_create_bool("bpf_xdpoffload_accept", 0600, k->dir,
			    &k->xdpoffload_accept);
	debugfs_create_bool("bpf_map_accept", 0600, k->dir, &k->map_accept);
	debugfs_create_u32("xdp_max_mtu", 0600, k->dir, &k->xdp_max_mtu);
}

void fn_knobs_port_del(struct fn_offload *off, u32 port)
{
	debugfs_remove_recursive(off->knobs.ports[port].dir);
	off->knobs.ports[port].dir = NULL;
}

/* Which program a port runs: XDP, or else the first filter. Under RTNL. */
void fn_knobs_show_id(struct fn_offload *off, u32 port, u32 filter)
{
	const struct bpf_prog *prog = off->attached[port];

	WRITE_ONCE(off->knobs.ports[port].offloaded_id,
		   prog ? prog->aux->id : filter);
}

static int fn_knob_state_show(struct seq_file *file, void *data)
{
	const struct fn_prog_knobs *k = file->private;

	seq_printf(file, "%s\n",
		   READ_ONCE(k->translated) ? "xlated" : "verify");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(fn_knob_state);

static int fn_knob_loaded_show(struct seq_file *file, void *data)
{
	const struct fn_prog_knobs *k = file->private;

	seq_printf(file, "%c\n", READ_ONCE(k->loaded) ? 'Y' : 'N');
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(fn_knob_loaded);

/* The core gives the program its id later: the file shows what it then is. */
void fn_knobs_prog_add(struct fn_offload *off, struct fn_prog_knobs *k,
		       struct bpf_prog_aux *aux)
{
	char name[12];

	snprintf(name, sizeof(name), "%u",
		 atomic_inc_return(&off->knobs.progs) - 1);
	k->dir = debugfs_create_dir(name, off->knobs.progs_dir);
	debugfs_create_u32("id", 0400, k->dir, &aux->id);
	debugfs_create_file("state", 0400, k->dir, k, &fn_knob_state_fops);
	debugfs_create_file("loaded", 0400, k->dir, k, &fn_knob_loaded_fops);
}

void fn_knobs_prog_del(struct fn_prog_knobs *k)
{
	debugfs_remove_recursive(k->dir);
	k->dir = NULL;
}

/* Each load waits once, at its first instruction, for a minute at most. */
#define FN_KNOB_DELAY_MAX 60000

void fn_knobs_verifier_delay(struct fn_offload *off)
{
	u32 ms = READ_ONCE(off->knobs.verifier_delay);

	if (ms)
		msleep(min_t(u32, ms, FN_KNOB_DELAY_MAX));
}

/**
 * fn_knobs_say - a refusal in the simulator's words, if a test wants that
 * @off: the card
 * @extack: where to; may be NULL
 * @words: a sentence that netdevsim has for it
 *
 * Return: false if the card's own sentence is to be used.
 */
bool fn_knobs_say(struct fn_offload *off, struct netlink_ext_ack *extack,
		  const char *words)
{
	if (!READ_ONCE(off->knobs.netdevsim_words))
		return false;
	fn_extack(extack, "%s", words);
	return true;
}

/**
 * fn_knobs_refuse - refuse what a file in debugfs switches off
 * @accept: the knob
 * @extack: says which; may be NULL
 * @file: its name
 *
 * Return: 0, or -EOPNOTSUPP.
 */
int fn_knobs_refuse(const bool *accept, struct netlink_ext_ack *extack,
		    const char *file)
{
	if (READ_ONCE(*accept))
		return 0;
	fn_extack(extack, "refused for a test: %s is N in debugfs", file);
	return -EOPNOTSUPP;
}

/**
 * fn_offload_xdp_check - may a native program be attached?
 * @off: the card
 * @port: number of the port
 * @mtu: of the port, bytes
 * @extack: says why not
 *
 * It may, unless a knob for tests says otherwise. Under RTNL.
 *
 * Return: 0 or a negative errno.
 */
int fn_offload_xdp_check(struct fn_offload *off, u32 port, u32 mtu,
			 struct netlink_ext_ack *extack)
{
	int err = fn_knobs_refuse(&off->knobs.ports[port].xdpdrv_accept, extack,
				  "bpf_xdpdrv_accept");
	u32 max = fn_offload_xdp_max_mtu(off, port);

	if (err || mtu <= max)
		return err;
	if (!fn_knobs_say(off, extack, "MTU too large w/ XDP enabled"))
		fn_extack(
			extack,
			"the MTU is %u, and xdp_max_mtu in debugfs allows %u with XDP",
			mtu, max);
	return -EINVAL;
}

/**
 * fn_offload_xdp_max_mtu - the largest MTU with a native program
 * @off: the card
 * @port: number of the port
 *
 * Return: bytes; all that can be set, unless a knob for tests says otherwise.
 */
u32 fn_offload_xdp_max_mtu(struct fn_offload *off, u32 port)
{
	return READ_ONCE(off->knobs.ports[port].xdp_max_mtu) ?: U32_MAX;
}
