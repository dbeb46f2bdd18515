// SPDX-License-Identifier: GPL-2.0
/* Programs get all 64 bits of what map operations answer (6.4). */
#include <linux/bpf.h>

static long erase(struct bpf_map *map, void *key)
{
	return 0;
}

const struct bpf_map_ops fn_feature = {
	.map_delete_elem = erase,
};
