// SPDX-License-Identifier: GPL-2.0
/*
 * LRU maps: to the kernel's offload core they are hashes, and the card is told
 * to make room in them. Per-CPU ones become those of percpu.c, too.
 *
 * What is preserved: an insertion never fails for want of room, and what was not
 * used for long goes first, about. What the user sees: one list for all cores,
 * also where a list for each CPU was asked for (BPF_F_NO_COMMON_LRU).
 */
#include "lower.h"
#include "passes.h"

static bool change(struct fn_lower_map *m)
{
	switch (m->need.type) {
	case BPF_MAP_TYPE_LRU_HASH:
		m->need.type = BPF_MAP_TYPE_HASH;
		break;
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		m->need.type = BPF_MAP_TYPE_PERCPU_HASH;
		break;
	default:
		return false;
	}
	m->kind = BPF_MAP_TYPE_LRU_HASH;
	m->flags &= ~BPF_F_NO_COMMON_LRU;
	return true;
}

/**
 * fn_lower_lru - make hashes of LRU maps
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_lru(struct fn_lower *l)
{
	bool any = false;
	u32 m;

	for (m = 0; m < l->nmaps; m++)
		any |= change(&l->map[m]);
	return any ? FN_LOWER_CHANGED : FN_LOWER_SAME;
}
