// SPDX-License-Identifier: GPL-2.0
/*
 * The maps that a program uses, and those that a lowering adds.
 */
#include <linux/btf.h>
#include <string.h>

#include "lower.h"
#include "userspace/tool.h"

static struct fn_lower_map *add(struct fn_lower *l)
{
	l->map = fn_check_alloc(
		realloc(l->map, (l->nmaps + 1) * sizeof(*l->map)));
	l->map[l->nmaps] = (struct fn_lower_map){ .origin = FN_LOWER_NONE };
	return &l->map[l->nmaps++];
}

/* The struct that defines a map, 0 if it is defined otherwise. */
static u32 definition(const struct fn_btf *btf, const struct fn_map_def *d)
{
	u32 var = d->legacy ? 0 : fn_btf_find(btf, d->name, BTF_KIND_VAR);
	struct btf_type t;

	return fn_btf_type(btf, var, &t) ? fn_btf_skip(btf, t.type) : 0;
}

/* Number of elements of the array that a member points to. */
static u32 number_of(const struct fn_btf *btf, u32 pointed)
{
	u32 id = fn_btf_skip(btf, pointed);
	struct btf_type t;

	if (!fn_btf_type(btf, id, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_ARRAY)
		return 0;
	return fn_btf_extra(btf, id, 2);
}

static void read_types(const struct fn_btf *btf, struct fn_lower_map *m, u32 id)
{
	struct btf_type t, p;
	u32 i;

	if (!fn_btf_type(btf, id, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_STRUCT)
		return;
	for (i = 0; i < BTF_INFO_VLEN(t.info); i++) {
		const char *name =
			fn_btf_string(btf, fn_btf_extra(btf, id, 3 * i));
		u32 member = fn_btf_skip(btf, fn_btf_extra(btf, id, 3 * i + 1));

		if (!fn_btf_type(btf, member, &p) ||
		    BTF_INFO_KIND(p.info) != BTF_KIND_PTR)
			continue;
		if (!strcmp(name, "key"))
			m->key_type = p.type;
		else if (!strcmp(name, "value"))
			m->value_type = p.type;
		else if (!strcmp(name, "pinning"))
			m->pinning = number_of(btf, p.type);
	}
}

/**
 * fn_lower_map_of - a map of the object
 * @l: program, which uses it
 * @origin: its number in the object
 *
 * Return: its number in the program.
 */
u32 fn_lower_map_of(struct fn_lower *l, u32 origin)
{
	const struct fn_map_def *d = &l->o->maps[origin];
	struct fn_lower_map *m;
	u32 i;

	for (i = 0; i < l->nmaps; i++)
		if (l->map[i].origin == origin)
			return i;
	m = add(l);
	m->name = d->name;
	m->need = d->need;
	m->flags = d->flags;
	m->origin = origin;
	m->was = d->need.type;
	read_types(&l->o->btf, m, definition(&l->o->btf, d));
	return l->nmaps - 1;
}

/* A name that stays, however short the program is at hand. */
static const char *keep_name(const char *name, size_t len)
{
	static char *kept[FN_LOWER_NAMES];
	u32 i;

	for (i = 0; i < FN_LOWER_NAMES && kept[i]; i++)
		if (strlen(kept[i]) == len && !memcmp(kept[i], name, len))
			return kept[i];
	if (i == FN_LOWER_NAMES)
		return NULL;
	kept[i] = fn_check_alloc(strndup(name, len));
	return kept[i];
}

/**
 * fn_lower_map_like - a map like those that a map of maps takes
 * @l: program
 * @outer: number of the map of maps among the object's
 * @name: of the map
 * @len: of @name
 *
 * Return: its number, FN_LOWER_NONE if the object does not say what it is like.
 */
u32 fn_lower_map_like(struct fn_lower *l, u32 outer, const char *name,
		      size_t len)
{
	struct fn_map_def d = {};
	struct fn_lower_map *m;
	const char *kept;
	u32 i, id;

	id = fn_map_inner(&l->o->btf, l->o->maps[outer].name, &d);
	kept = id && len ? keep_name(name, len) : NULL;
	if (!kept || d.bad)
		return FN_LOWER_NONE;
	for (i = 0; i < l->nmaps; i++)
		if (l->map[i].name == kept)
			return i;
	m = add(l);
	m->name = kept;
	m->need = d.need;
	m->flags = d.flags;
	m->was = d.need.type;
	read_types(&l->o->btf, m, id);
	return l->nmaps - 1;
}

/**
 * fn_lower_add_map - a map that the object does not have, with keys of 4 bytes
 * @l: program
 * @name: of the map
 * @type: BPF_MAP_TYPE_*
 * @value_size: bytes
 * @entries: most that it has
 *
 * Return: its number.
 */
u32 fn_lower_add_map(struct fn_lower *l, const char *name, u32 type,
		     u32 value_size, u32 entries)
{
	struct fn_lower_map *m = add(l);

	m->name = name;
	m->was = type;
	m->need = (struct fn_image_map){
		.type = type,
		.key_size = sizeof(u32),
		.value_size = value_size,
		.max_entries = entries,
	};
	return l->nmaps - 1;
}

/**
 * fn_lower_takes_map - whether a helper's first argument is a map of keys and values
 * @helper: its number
 *
 * Return: whether it is.
 */
bool fn_lower_takes_map(u32 helper)
{
	switch (helper) {
	case BPF_FUNC_map_lookup_elem:
	case BPF_FUNC_map_update_elem:
	case BPF_FUNC_map_delete_elem:
	case BPF_FUNC_map_push_elem:
	case BPF_FUNC_map_pop_elem:
	case BPF_FUNC_map_peek_elem:
	case BPF_FUNC_for_each_map_elem:
	case BPF_FUNC_map_lookup_percpu_elem:
		return true;
	default:
		return false;
	}
}

/**
 * fn_redirect_map - whether a program redirects by a map
 * @type: of the map
 *
 * Return: whether it does.
 */
bool fn_redirect_map(u32 type)
{
	switch (type) {
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
	case BPF_MAP_TYPE_CPUMAP:
	case BPF_MAP_TYPE_XSKMAP:
		return true;
	default:
		return false;
	}
}

/**
 * fn_outer_map - whether the values of a map are maps
 * @type: of the map
 *
 * Return: whether they are.
 */
bool fn_outer_map(u32 type)
{
	return type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
	       type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

/**
 * fn_map_has_number - whether a program may take a map for another
 * @l: program
 * @map: of it
 *
 * Return: whether it has keys and values.
 */
bool fn_map_has_number(const struct fn_lower *l, u32 map)
{
	switch (l->map[map].need.type) {
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return false;
	default:
		return !fn_redirect_map(l->map[map].need.type);
	}
}

/**
 * fn_lower_has_outer - whether a program has a map of maps
 * @l: program
 *
 * Return: whether it has.
 */
bool fn_lower_has_outer(const struct fn_lower *l)
{
	u32 m;

	for (m = 0; m < l->nmaps; m++)
		if (fn_outer_map(l->map[m].need.type))
			return true;
	return false;
}

static bool has_size(struct fn_lower *l, const struct fn_map_def *d)
{
	return d->need.max_entries || !fn_map_needs_size(d) ||
	       fn_lower_bad(l, "map %s: " FN_UNSIZED, d->name);
}

/**
 * fn_lower_sized - see that the host can make its maps
 * @l: program, lowered
 *
 * What the card is to make, the check of the lowered program looks at.
 *
 * Return: false if a size is left to a loader; @l says so.
 */
bool fn_lower_sized(struct fn_lower *l)
{
	bool ok = true;
	u32 i;

	for (i = 0; ok && i < l->nhost; i++)
		ok = l->host[i].origin == FN_LOWER_NONE ||
		     has_size(l, &l->o->maps[l->host[i].origin]);
	for (i = 0; ok && l->whole && i < l->p->bpf.nmaps; i++)
		ok = has_size(l, &l->o->maps[l->p->map[i]]);
	return ok;
}
