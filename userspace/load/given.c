// SPDX-License-Identifier: GPL-2.0
/*
 * What the user says of variables, of arrays of programs and of maps of maps (--set,
 * --tail, --inner), in an object that the host gets as it is. Lowering does it for the card.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "load.h"
#include "userspace/lower/inner.h"
#include "userspace/tool.h"

static bool bad(struct fn_loading *l, const char *what, const char *why)
{
	snprintf(l->why, sizeof(l->why), "%.100s%s%.300s", what ?: "",
		 what ? ": " : "", why);
	return false;
}

/* What the kernel says of a key that is too large means something else. */
static bool not_put(struct fn_loading *l, const char *option,
		    const struct bpf_map *map)
{
	if (errno == E2BIG)
		snprintf(l->why, sizeof(l->why),
			 "%s: %.64s has indices 0 to %u", option,
			 bpf_map__name(map), bpf_map__max_entries(map) - 1);
	else
		snprintf(l->why, sizeof(l->why), "%s: %.64s: %s", option,
			 bpf_map__name(map), strerror(errno));
	return false;
}

static bool set_one(struct fn_loading *l, const struct bpf_object *o,
		    const char *word, size_t len)
{
	struct fn_lower lower = { .o = &l->o };
	struct fn_setting v;
	struct bpf_map *map;
	size_t size;
	u8 *value;

	if (!fn_set_read(&lower, word, len, &v))
		return bad(l, NULL, lower.why);
	map = bpf_object__find_map_by_name(o, l->o.elf.sec[v.sec].name);
	value = map ? (u8 *)bpf_map__initial_value(map, &size) : NULL;
	if (!value || v.at > size || v.size > size - v.at)
		return bad(l, "--set", "libbpf does not find the variable");
	memcpy(value + v.at, &v.value, v.size);
	return true;
}

/**
 * fn_load_set - set variables as the user wants (--set)
 * @l: what is loaded
 * @o: object for the host, not loaded yet
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_load_set(struct fn_loading *l, const struct bpf_object *o)
{
	const char *list = fn_options.set;
	size_t len;

	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (!set_one(l, o, list, len))
			return false;
	}
	return true;
}

/**
 * fn_load_tails - put programs into arrays as the user wants (--tail)
 * @l: what is loaded
 * @o: object for the host, loaded
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_load_tails(struct fn_loading *l, const struct bpf_object *o)
{
	const char *list = fn_options.tails;
	char array[64], name[64];
	struct bpf_program *prog;
	struct bpf_map *map;
	int index, fd;
	size_t len;

	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (sscanf(list, "%63[^:]:%i=%63[^,]", array, &index, name) !=
		    3)
			return bad(l, "--tail", "ARRAY:INDEX=PROG is expected");
		map = bpf_object__find_map_by_name(o, array);
		prog = bpf_object__find_program_by_name(o, name);
		fd = prog ? bpf_program__fd(prog) : -1;
		if (!map || fd < 0)
			return bad(l, map ? name : array,
				   "the object has no such array or program");
		if (bpf_map_update_elem(bpf_map__fd(map), &index, &fd, BPF_ANY))
			return not_put(l, "--tail", map);
	}
	return true;
}

static bool put_inner(struct fn_loading *l, const struct bpf_object *o,
		      const char *outer, const char *key, const char *inner)
{
	struct bpf_map *to = bpf_object__find_map_by_name(o, outer);
	struct bpf_map *map = bpf_object__find_map_by_name(o, inner);
	u8 bytes[FN_INNER_KEY] = {};
	int fd = map ? bpf_map__fd(map) : -1;

	if (!to || !map)
		return bad(
			l, to ? inner : outer,
			"--inner: the object has no such map, and the host takes no other");
	if (!fn_inner_key(key, key + strlen(key), bpf_map__key_size(to), bytes))
		return bad(l, outer, "--inner: its keys are not like that");
	return !bpf_map_update_elem(bpf_map__fd(to), bytes, &fd, BPF_ANY) ||
	       not_put(l, "--inner", to);
}

/**
 * fn_load_inner - put maps into maps of maps as the user wants (--inner)
 * @l: what is loaded
 * @o: object for the host, loaded
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_load_inner(struct fn_loading *l, const struct bpf_object *o)
{
	const char *list = fn_options.inner;
	char outer[64], key[3 * FN_INNER_KEY], inner[64];
	size_t len;

	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (sscanf(list, "%63[^:]:%191[^=]=%63[^,]", outer, key,
			   inner) != 3)
			return bad(l, "--inner", "OUTER:KEY=MAP is expected");
		if (!put_inner(l, o, outer, key, inner))
			return false;
	}
	return true;
}
