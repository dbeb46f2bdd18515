/* SPDX-License-Identifier: GPL-2.0 */
/* What programs share that are a card's in front and a host's behind. */
#ifndef HOST_H
#define HOST_H

#include "common.h"

#define MAP(name, kind, k, v, n)                   \
	struct {                                   \
		__uint(type, BPF_MAP_TYPE_##kind); \
		__uint(key_size, k);               \
		__uint(value_size, v);             \
		__uint(max_entries, n);            \
	} name SEC(".maps")

MAP(others, ARRAY, 4, 8, 4);
MAP(asked, ARRAY, 4, 8, 4);
MAP(both, ARRAY, 4, 8, 4);

volatile const __u32 least = 60;
__u64 seen_on_card, seen_on_host;

static __always_inline void count(void *map, __u32 key)
{
	__u64 *n = bpf_map_lookup_elem(map, &key);

	if (n)
		__sync_fetch_and_add(n, 1);
}

#endif /* HOST_H */
