// SPDX-License-Identifier: GPL-2.0
/*
 * LPM tries: to the kernel's offload core they are hashes with the same keys,
 * and the card is told to find the longest prefix in them.
 *
 * What is preserved: everything. What the user sees: room for all entries is
 * taken when the map is made, and not as they come.
 */
#include "lower.h"
#include "passes.h"

/**
 * fn_lower_lpm - make hashes of LPM tries
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_lpm(struct fn_lower *l)
{
	enum fn_lower_result result = FN_LOWER_SAME;
	u32 i;

	for (i = 0; i < l->nmaps; i++) {
		struct fn_lower_map *m = &l->map[i];

		if (m->need.type != BPF_MAP_TYPE_LPM_TRIE)
			continue;
		m->need.type = BPF_MAP_TYPE_HASH;
		m->kind = BPF_MAP_TYPE_LPM_TRIE;
		m->flags &= ~BPF_F_NO_PREALLOC;
		result = FN_LOWER_CHANGED;
	}
	return result;
}
