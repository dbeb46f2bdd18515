// SPDX-License-Identifier: GPL-2.0
/*
 * Types of a map's keys and values. The kernel takes none for a map on a card: a
 * program that uses the map has them.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <string.h>
#include <unistd.h>

#include "top.h"

#define MAPS_MAX 64 /* of a program */
#define PROGS_MAX 4096 /* that are asked */

/* Types of a program if it uses the map, else NULL. */
static struct btf *types_if_user(u32 prog, u32 map)
{
	u32 ids[MAPS_MAX], len = sizeof(struct bpf_prog_info), i;
	struct bpf_prog_info info = {
		.map_ids = (uintptr_t)ids,
		.nr_map_ids = MAPS_MAX,
	};
	int fd = bpf_prog_get_fd_by_id(prog);

	if (fd < 0)
		return NULL;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		info.nr_map_ids = 0;
	close(fd);
	for (i = 0; i < min_t(u32, info.nr_map_ids, MAPS_MAX); i++)
		if (ids[i] == map && info.btf_id)
			return btf__load_from_kernel_by_id(info.btf_id);
	return NULL;
}

static struct btf *find_types(u32 map)
{
	struct btf *btf = NULL;
	u32 id = 0, n;

	for (n = 0; n < PROGS_MAX && !btf && !bpf_prog_get_next_id(id, &id);
	     n++)
		btf = types_if_user(id, map);
	return btf;
}

/* What a member of a map's definition points to. */
static u32 pointed(const struct btf *btf, const struct btf_member *m)
{
	const struct btf_type *t = btf__type_by_id(btf, m->type);

	return t && btf_is_ptr(t) ? t->type : 0;
}

static void read_definition(struct fn_map_types *types,
			    const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);
	u32 i;

	for (i = 0; i < btf_vlen(t); i++) {
		const char *name =
			btf__name_by_offset(types->btf, m[i].name_off);

		if (!strcmp(name, "key"))
			types->key = pointed(types->btf, &m[i]);
		else if (!strcmp(name, "value"))
			types->value = pointed(types->btf, &m[i]);
	}
}

/* The kernel cuts names of maps. */
static bool is_name(const char *full, const char *cut)
{
	return !strncmp(full, cut, BPF_OBJ_NAME_LEN - 1);
}

static void find_definition(struct fn_map_types *types, const char *map)
{
	int maps =
		btf__find_by_name_kind(types->btf, ".maps", BTF_KIND_DATASEC);
	const struct btf_type *sec = btf__type_by_id(types->btf, max(maps, 0));
	u32 i;

	for (i = 0; maps > 0 && i < btf_vlen(sec); i++) {
		const struct btf_type *var = btf__type_by_id(
			types->btf, btf_var_secinfos(sec)[i].type);
		const struct btf_type *t;

		if (!var || !btf_is_var(var) ||
		    !is_name(btf__name_by_offset(types->btf, var->name_off),
			     map))
			continue;
		t = btf__type_by_id(types->btf, var->type);
		if (t && btf_is_struct(t))
			read_definition(types, t);
	}
}

/**
 * fn_map_types_open - find the types of a map
 * @types: answer; fn_map_types_close() is due
 * @id: BPF id of the map
 * @name: of the map, as the kernel has it
 */
void fn_map_types_open(struct fn_map_types *types, u32 id, const char *name)
{
	*types = (struct fn_map_types){ .btf = find_types(id) };
	if (types->btf)
		find_definition(types, name);
}

/**
 * fn_map_types_close - undo fn_map_types_open()
 * @types: types
 */
void fn_map_types_close(struct fn_map_types *types)
{
	btf__free(types->btf);
	*types = (struct fn_map_types){};
}
