// SPDX-License-Identifier: GPL-2.0
/*
 * Kinds of maps that the kernel's offload core does not know: it makes hashes,
 * and the card is told what they are to be before a program uses them.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "userspace/live/live.h"

static bool bad(struct fn_loading *l, const struct fn_lower_map *m,
		const char *why)
{
	snprintf(l->why, sizeof(l->why), "map %s, of type %s: %s", m->name,
		 fn_map_type_name(m->kind), why);
	return false;
}

static int create(const struct fn_lower_map *m, u32 ifindex)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = m->flags,
		    .map_ifindex = ifindex);

	return bpf_map_create(m->need.type, m->name, m->need.key_size,
			      m->need.value_size, m->need.max_entries, &opts);
}

static u32 id_of(int fd)
{
	struct bpf_map_info info = {};
	u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

static bool tell(struct fn_loading *l, const struct fn_lower_map *m, int fd)
{
	static const u32 attrs[] = { FLOWNIC_A_BPF_ID, FLOWNIC_A_MAP_TYPE };
	const u32 values[] = { id_of(fd), m->kind };
	char why[256];

	l->kind_refused = !fn_nl_try(FLOWNIC_CMD_MAP_KIND, attrs, values,
				     ARRAY_SIZE(attrs), why, sizeof(why));
	return !l->kind_refused || bad(l, m, why);
}

static bool make_on_card(struct fn_loading *l, const struct fn_lower_map *m,
			 struct bpf_map *map, u32 ifindex)
{
	int fd = create(m, ifindex);

	/* Why, the check of the object will tell. */
	if (fd < 0)
		return bad(l, m, strerror(errno));
	l->kind_map[l->nkinds++] = fd;
	if (!tell(l, m, fd))
		return false;
	return !bpf_map__reuse_fd(map, fd) || bad(l, m, strerror(errno));
}

/* The host has them by their own type. */
static bool make_on_host(const struct fn_lower_map *m, struct bpf_map *map)
{
	bpf_map__set_type(map, m->kind);
	if (m->kind == BPF_MAP_TYPE_LPM_TRIE)
		bpf_map__set_map_flags(map, bpf_map__map_flags(map) |
						    BPF_F_NO_PREALLOC);
	return true;
}

/**
 * fn_kinds_make - make the maps of such kinds
 * @l: what is loaded; the object is open
 * @ifindex: port of the card, or 0 for the host
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_kinds_make(struct fn_loading *l, u32 ifindex)
{
	bool ok = true;
	u32 i;

	l->kind_refused = false;
	for (i = 0; i < l->low.nmaps && ok; i++) {
		const struct fn_lower_map *m = &l->low.map[i];
		struct bpf_map *map;

		if (!m->kind)
			continue;
		map = bpf_object__find_map_by_name(l->object, m->name);
		if (!map || l->nkinds == ARRAY_SIZE(l->kind_map))
			ok = bad(
				l, m,
				"the program has more such maps than a program may have");
		else
			ok = ifindex ? make_on_card(l, m, map, ifindex) :
				       make_on_host(m, map);
	}
	return ok;
}

/**
 * fn_kinds_free - undo fn_kinds_make(), but for what is used
 * @l: what was loaded
 */
void fn_kinds_free(struct fn_loading *l)
{
	while (l->nkinds)
		close(l->kind_map[--l->nkinds]);
}
