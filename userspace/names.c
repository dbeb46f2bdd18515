// SPDX-License-Identifier: GPL-2.0
/*
 * Names of what BPF has numbers for.
 */
#include <linux/bpf.h>

#include "tool.h"

const char *const fn_verdict_name[FN_VERDICTS] = {
	[XDP_ABORTED] = "aborted",   [XDP_DROP] = "drop",
	[XDP_PASS] = "pass",	     [XDP_TX] = "tx",
	[XDP_REDIRECT] = "redirect",
};

/**
 * fn_map_type_name - what bpftool calls a map type
 * @type: enum bpf_map_type
 *
 * Return: the name.
 */
const char *fn_map_type_name(u32 type)
{
	static const char *const names[] = {
		[BPF_MAP_TYPE_HASH] = "hash",
		[BPF_MAP_TYPE_ARRAY] = "array",
		[BPF_MAP_TYPE_LRU_HASH] = "lru_hash",
		[BPF_MAP_TYPE_LPM_TRIE] = "lpm_trie",
		[BPF_MAP_TYPE_PERF_EVENT_ARRAY] = "perf_event_array",
	};

	if (type < ARRAY_SIZE(names) && names[type])
		return names[type];
	return "unknown";
}
