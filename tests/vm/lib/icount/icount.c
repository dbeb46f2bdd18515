// SPDX-License-Identifier: GPL-2.0
/*
 * For the deterministic mode of the VM, where one instruction is one
 * nanosecond and the clock of an idle machine jumps to its next timer. That
 * is right for a sleep, and wrong for a wait for the host, whose length would
 * come into the guest's clock by chance: up to seconds for a file that takes
 * microseconds. So the idle loop turns, and the clock goes on slowly, while a
 * request to the host's file system is open.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static void (*set_poll)(bool enable);

static int request_begins(struct kretprobe_instance *instance,
			  struct pt_regs *regs)
{
	set_poll(true);
	return 0;
}

static int request_ends(struct kretprobe_instance *instance,
			struct pt_regs *regs)
{
	set_poll(false);
	return 0;
}

static struct kretprobe requests[] = {
	{
		.kp.symbol_name = "p9_client_rpc",
		.entry_handler = request_begins,
		.handler = request_ends,
		.maxactive = 64,
	},
	{
		.kp.symbol_name = "p9_client_zc_rpc.constprop.0",
		.entry_handler = request_begins,
		.handler = request_ends,
		.maxactive = 64,
	},
};

/* The kernel does not export it: a probe that is never armed finds it. */
static int __init find_set_poll(void)
{
	struct kprobe probe = { .symbol_name = "cpu_idle_poll_ctrl" };
	int err;

	err = register_kprobe(&probe);
	if (err)
		return err;
	set_poll = (void *)probe.addr;
	unregister_kprobe(&probe);
	return 0;
}

static int __init icount_init(void)
{
	int i, err;

	err = find_set_poll();
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		err = register_kretprobe(&requests[i]);
		if (err)
			pr_info("icount: no %s\n", requests[i].kp.symbol_name);
	}
	return 0;
}
module_init(icount_init);

MODULE_DESCRIPTION("Keeps waits for the host out of a deterministic clock");
MODULE_LICENSE("GPL");
