// SPDX-License-Identifier: GPL-2.0
/* A program may be bound to a device without being offloaded (6.3). */
#include <linux/bpf.h>

bool fn_feature(const struct bpf_prog_aux *aux)
{
	return bpf_prog_is_offloaded(aux);
}
