// SPDX-License-Identifier: GPL-2.0
/*
 * A map by its pin, and what is known of it: the kernel has sizes and id; what
 * the map was before it was lowered, the types tell that the kernel keeps with
 * the program.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "map.h"

static struct btf *types_of(const char *dir, const char *pin)
{
	struct bpf_prog_info info = {};
	u32 len = sizeof(info);
	int fd = fn_pins_open(dir, pin);

	if (fd < 0)
		return NULL;
	if (fn_pins_map(fd) || bpf_obj_get_info_by_fd(fd, &info, &len))
		info.btf_id = 0;
	close(fd);
	return info.btf_id ? btf__load_from_kernel_by_id(info.btf_id) : NULL;
}

/* Of the programs in the directory, the one that describes the map. */
static int find_types(struct fn_map_open *m, const char *dir, const char *name)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int id = -ENOENT;

	while (d && id < 0 && (entry = readdir(d))) {
		btf__free(m->btf);
		m->btf = types_of(dir, entry->d_name);
		if (m->btf)
			id = btf__find_by_name_kind(m->btf, name,
						    BTF_KIND_STRUCT);
	}
	if (d)
		closedir(d);
	return id;
}

static const struct btf_type *pointed(const struct btf *btf, u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	return t && btf_is_ptr(t) ? btf__type_by_id(btf, t->type) : NULL;
}

/* A number is the length of an array that is pointed to. */
static u32 number(const struct btf *btf, u32 id)
{
	const struct btf_type *t = pointed(btf, id);

	return t && btf_is_array(t) ? btf_array(t)->nelems : 0;
}

/* What lower/types.c has written. */
static void read_description(struct fn_map_open *m, const struct btf_type *t)
{
	const struct btf_member *b = btf_members(t);
	u32 i;

	for (i = 0; i < btf_vlen(t); i++) {
		const char *what = btf__name_by_offset(m->btf, b[i].name_off);

		if (!strcmp(what, "key"))
			m->key_type = btf__type_by_id(m->btf, b[i].type)->type;
		else if (!strcmp(what, "value"))
			m->value_type =
				btf__type_by_id(m->btf, b[i].type)->type;
		else if (!strcmp(what, "type"))
			m->type = number(m->btf, b[i].type);
		else if (!strcmp(what, "slots"))
			m->slots = number(m->btf, b[i].type);
		else if (!strcmp(what, "size"))
			m->value_size = number(m->btf, b[i].type);
	}
}

static bool describe(struct fn_map_open *m, const char *dir)
{
	char name[128];
	int id;

	snprintf(name, sizeof(name), FN_LOWER_MAP "%s", m->name);
	id = find_types(m, dir, name);
	if (id < 0)
		return false;
	read_description(m, btf__type_by_id(m->btf, id));
	return true;
}

/* The host's own maps have types of their own. */
static void use_own_types(struct fn_map_open *m,
			  const struct bpf_map_info *info)
{
	btf__free(m->btf);
	m->btf = info->btf_id ? btf__load_from_kernel_by_id(info->btf_id) :
				NULL;
	m->key_type = m->btf ? info->btf_key_type_id : 0;
	m->value_type = m->btf ? info->btf_value_type_id : 0;
}

static bool is_percpu(u32 type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* Types and sizes that don't belong together may be of other tools. */
static int check(const struct fn_map_open *m, const struct bpf_map_info *info)
{
	if (is_percpu(info->type) ?
		    m->value_size == info->value_size :
		    m->slots && (u64)m->slots * m->stride == info->value_size)
		return FN_DONE;
	return fn_fail(
		"map %s: its values have %u bytes, and its types say %u of %u",
		m->name, info->value_size, m->slots, m->stride);
}

/**
 * fn_map_open - a map that is pinned
 * @dir: directory
 * @name: of the pin
 * @m: answer; fn_map_close() is due in any case
 *
 * Return: exit status; an error has been reported.
 */
int fn_map_open(const char *dir, const char *name, struct fn_map_open *m)
{
	struct bpf_map_info info = {};
	u32 len = sizeof(info);

	*m = (struct fn_map_open){ .name = name, .slots = 1 };
	m->fd = fn_pins_open(dir, name);
	if (m->fd < 0)
		return fn_fail("%s/%s: %s", dir, name, strerror(-m->fd));
	m->id = fn_pins_map(m->fd);
	if (!m->id || bpf_obj_get_info_by_fd(m->fd, &info, &len))
		return fn_fail("%s/%s is no map", dir, name);
	m->is = info.type;
	m->type = info.type;
	m->key_size = info.key_size;
	m->value_size = info.value_size;
	m->max_entries = info.max_entries;
	if (!info.ifindex && info.btf_id)
		use_own_types(m, &info);
	else if (!describe(m, dir))
		use_own_types(m, &info);
	m->stride = is_percpu(m->type) ? round_up(m->value_size, 8) :
					 m->value_size;
	if (is_percpu(info.type))
		m->slots = max(libbpf_num_possible_cpus(), 1);
	return check(m, &info);
}

/**
 * fn_map_close - undo fn_map_open()
 * @m: map
 */
void fn_map_close(struct fn_map_open *m)
{
	if (m->fd >= 0)
		close(m->fd);
	btf__free(m->btf);
}

/**
 * fn_map_bytes - bytes that bpf(2) has for a key
 * @m: map
 *
 * Return: bytes.
 */
u32 fn_map_bytes(const struct fn_map_open *m)
{
	return m->slots * m->stride;
}
