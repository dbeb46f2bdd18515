// SPDX-License-Identifier: GPL-2.0
/*
 * Where the variables of a program are. On the card, they are the one value of an
 * array map, whose struct is among the types that the kernel keeps with the
 * program. On the host, for a companion or in another mode, they are in the maps
 * that libbpf makes of sections, and the kernel keeps the types with the map.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "userspace/tool.h"
#include "variables.h"

static void add(struct fn_variables *vs, u32 name, u32 type, u32 at)
{
	const struct fn_section_map *m = &vs->map[vs->nmaps - 1];

	vs->v = fn_check_alloc(realloc(vs->v, (vs->n + 1) * sizeof(*vs->v)));
	vs->v[vs->n++] = (struct fn_variable){
		.map = vs->nmaps - 1,
		.name = btf__name_by_offset(m->btf, name),
		.type = type,
		.at = at,
	};
}

static void add_members(struct fn_variables *vs, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);
	u32 i;

	for (i = 0; i < btf_vlen(t); i++)
		add(vs, m[i].name_off, m[i].type, m[i].offset / 8);
}

static void add_section(struct fn_variables *vs, const struct btf *btf,
			const struct btf_type *t)
{
	const struct btf_var_secinfo *info = btf_var_secinfos(t);
	u32 i;

	for (i = 0; i < btf_vlen(t); i++) {
		const struct btf_type *var = btf__type_by_id(btf, info[i].type);

		if (var && btf_is_var(var))
			add(vs, var->name_off, var->type, info[i].offset);
	}
}

/* Takes @fd and @btf. */
static void add_map(struct fn_variables *vs, int fd, struct btf *btf,
		    const struct btf_type *t, u32 size)
{
	struct fn_section_map *m;
	u32 key = 0;

	vs->map = fn_check_alloc(
		realloc(vs->map, (vs->nmaps + 1) * sizeof(*vs->map)));
	m = &vs->map[vs->nmaps++];
	*m = (struct fn_section_map){
		.fd = fd,
		.btf = btf,
		.value = fn_check_alloc(calloc(1, size)),
		.size = size,
	};
	if (bpf_map_lookup_elem(fd, &key, m->value))
		return;
	if (btf_is_datasec(t))
		add_section(vs, btf, t);
	else
		add_members(vs, t);
}

static struct btf *types_of(u32 id)
{
	return id ? btf__load_from_kernel_by_id(id) : NULL;
}

static bool find_struct(const struct btf *btf, const struct btf_type **t)
{
	int id = btf ? btf__find_by_name_kind(btf, FN_LOWER_GLOBALS,
					      BTF_KIND_STRUCT) :
		       -ENOENT;

	*t = id > 0 ? btf__type_by_id(btf, id) : NULL;
	return *t;
}

/* Constants are none of them, and libbpf's section of the kernel's is neither. */
static bool find_section(const struct btf *btf, u32 value,
			 const struct bpf_map_info *info,
			 const struct btf_type **t)
{
	*t = btf ? btf__type_by_id(btf, value) : NULL;
	return *t && btf_is_datasec(*t) && info->max_entries == 1 &&
	       !(info->map_flags & BPF_F_RDONLY_PROG);
}

/* The types of a card's map are with the program. */
static void look_at(struct fn_variables *vs, u32 id, u32 prog_btf)
{
	struct bpf_map_info info = {};
	u32 len = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);
	const struct btf_type *t;
	struct btf *btf;
	bool found;

	if (fd < 0)
		return;
	if (bpf_obj_get_info_by_fd(fd, &info, &len)) {
		close(fd);
		return;
	}
	if (!strncmp(info.name, FN_LOWER_GLOBALS, sizeof(info.name) - 1)) {
		btf = types_of(prog_btf);
		found = find_struct(btf, &t);
	} else {
		btf = types_of(info.btf_id);
		found = find_section(btf, info.btf_value_type_id, &info, &t);
	}
	if (found) {
		add_map(vs, fd, btf, t, info.value_size);
		return;
	}
	btf__free(btf);
	close(fd);
}

/* What two programs share is looked at once. */
static void look_at_program(struct fn_variables *vs, int fd,
			    struct fn_reach *seen)
{
	struct bpf_prog_info info = {};
	struct fn_reach reach = {};
	u32 len = sizeof(info), i;

	if (!fn_pins_is_program(fd) || bpf_obj_get_info_by_fd(fd, &info, &len))
		return;
	fn_reach(fd, &reach);
	for (i = 0; i < reach.n; i++) {
		if (fn_reaches(seen, reach.id[i]) || seen->n == FN_REACH_MOST)
			continue;
		seen->id[seen->n++] = reach.id[i];
		look_at(vs, reach.id[i], info.btf_id);
	}
}

/**
 * fn_variables_find - find the variables of what is pinned
 * @dir: directory with the pins
 * @vs: answer; fn_variables_free() is due in any case
 *
 * Return: whether there are any.
 */
bool fn_variables_find(const char *dir, struct fn_variables *vs)
{
	struct fn_reach seen = {};
	struct dirent *entry;
	DIR *d = opendir(dir);

	*vs = (struct fn_variables){};
	while (d && (entry = readdir(d))) {
		int fd = fn_pins_open(dir, entry->d_name);

		if (fd < 0)
			continue;
		look_at_program(vs, fd, &seen);
		close(fd);
	}
	if (d)
		closedir(d);
	return vs->n;
}

/**
 * fn_variables_free - undo fn_variables_find()
 * @vs: variables
 */
void fn_variables_free(struct fn_variables *vs)
{
	u32 i;

	for (i = 0; i < vs->nmaps; i++) {
		close(vs->map[i].fd);
		btf__free(vs->map[i].btf);
		free(vs->map[i].value);
	}
	free(vs->map);
	free(vs->v);
}
