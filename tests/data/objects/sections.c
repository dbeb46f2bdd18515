// SPDX-License-Identifier: GPL-2.0
/* Programs of several types in one object. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PROGRAM(section, name)       \
	SEC(section)                 \
	int name(struct xdp_md *ctx) \
	{                            \
		return XDP_PASS;     \
	}

PROGRAM("xdp", plain)
PROGRAM("xdp_old", old)
PROGRAM("prog", anything)
PROGRAM("xdp.frags", frags)
PROGRAM("xdp/devmap", behind_devmap)
PROGRAM("tc", classifier)
PROGRAM("kprobe/do_exit", probe)

char _license[] SEC("license") = "GPL";
