// SPDX-License-Identifier: GPL-2.0
/*
 * Maps as an object defines them: by the type of a variable in .maps, or by the
 * contents of a struct in the section "maps", as was usual before.
 */
#include <bpf/libbpf.h>
#include <linux/btf.h>

#include "object.h"
#include "userspace/tool.h"

#define CGRP_STORAGE 32 /* BPF_MAP_TYPE_, since 6.2 */

static bool is_legacy(const char *section)
{
	return !strcmp(section, "maps") || !strncmp(section, "maps/", 5);
}

static struct fn_map_def *add(struct fn_object *o, const char *name,
			      const Elf64_Sym *sym)
{
	struct fn_map_def *d = &o->maps[o->nmaps++];

	*d = (struct fn_map_def){
		.name = name,
		.sec = sym->st_shndx,
		.offset = sym->st_value,
	};
	return d;
}

/* A number is written as the length of an array that is pointed to. */
static bool read_number(const struct fn_btf *btf, u32 type, u32 *value)
{
	struct btf_type t;

	if (!fn_btf_type(btf, fn_btf_skip(btf, type), &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_PTR)
		return false;
	type = fn_btf_skip(btf, t.type);
	if (!fn_btf_type(btf, type, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_ARRAY)
		return false;
	*value = fn_btf_extra(btf, type, 2);
	return true;
}

/* A size may be given by a type that is pointed to. */
static bool read_size(const struct fn_btf *btf, u32 type, u32 *size,
		      u32 *pointed)
{
	struct btf_type t;

	if (!fn_btf_type(btf, fn_btf_skip(btf, type), &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_PTR)
		return false;
	*pointed = t.type;
	*size = fn_btf_size(btf, t.type);
	return *size;
}

/* Types that need the kernel where they are part of a map's value. */
static const char *special_in(const struct fn_btf *btf, u32 type, u32 depth)
{
	static const char *const special[] = {
		"bpf_spin_lock", "bpf_timer",	 "bpf_list_head",
		"bpf_rb_root",	 "bpf_refcount", "bpf_wq",
	};
	const char *found = NULL;
	struct btf_type t;
	u32 i;

	type = fn_btf_skip(btf, type);
	if (depth > 8 || !fn_btf_type(btf, type, &t))
		return NULL;
	if (BTF_INFO_KIND(t.info) == BTF_KIND_ARRAY)
		return special_in(btf, fn_btf_extra(btf, type, 0), depth + 1);
	if (BTF_INFO_KIND(t.info) != BTF_KIND_STRUCT)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(special); i++)
		if (!strcmp(fn_btf_string(btf, t.name_off), special[i]))
			return special[i];
	/* Enough members for any sane value, and an end for others. */
	for (i = 0; i < min_t(u32, BTF_INFO_VLEN(t.info), 64) && !found; i++)
		found = special_in(btf, fn_btf_extra(btf, type, 3 * i + 1),
				   depth + 4);
	return found;
}

static void read_member(const struct fn_btf *btf, struct fn_map_def *d,
			const char *name, u32 type)
{
	const struct {
		const char *name;
		u32 *value;
		bool sized;
	} members[] = {
		{ "type", &d->need.type, false },
		{ "key_size", &d->need.key_size, false },
		{ "value_size", &d->need.value_size, false },
		{ "max_entries", &d->need.max_entries, false },
		{ "map_flags", &d->flags, false },
		{ "key", &d->need.key_size, true },
		{ "value", &d->need.value_size, true },
	};
	u32 i, pointed = 0;

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		if (strcmp(members[i].name, name))
			continue;
		if (members[i].sized ?
			    !read_size(btf, type, members[i].value, &pointed) :
			    !read_number(btf, type, members[i].value))
			d->bad = "its definition has a member of a wrong type";
		if (!strcmp(name, "value"))
			d->special = special_in(btf, pointed, 0);
	}
}

static u32 struct_of(const struct fn_btf *btf, const char *name)
{
	u32 var = fn_btf_find(btf, name, BTF_KIND_VAR);
	struct btf_type t;
	u32 type;

	if (!fn_btf_type(btf, var, &t))
		return 0;
	type = fn_btf_skip(btf, t.type);
	if (!fn_btf_type(btf, type, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_STRUCT)
		return 0;
	return type;
}

static void read_members(const struct fn_btf *btf, u32 type,
			 struct fn_map_def *d)
{
	struct btf_type t;
	u32 i;

	fn_btf_type(btf, type, &t);
	for (i = 0; i < BTF_INFO_VLEN(t.info); i++)
		read_member(btf, d,
			    fn_btf_string(btf, fn_btf_extra(btf, type, 3 * i)),
			    fn_btf_extra(btf, type, 3 * i + 1));
	if (!d->need.type && !d->bad)
		d->bad = "its definition has no type";
}

/* What is pointed to by the elements of the array that a member is. */
static u32 element_of(const struct fn_btf *btf, u32 array)
{
	struct btf_type t;
	u32 id = fn_btf_skip(btf, array);

	if (!fn_btf_type(btf, id, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_ARRAY)
		return 0;
	id = fn_btf_skip(btf, fn_btf_extra(btf, id, 0));
	if (!fn_btf_type(btf, id, &t) || BTF_INFO_KIND(t.info) != BTF_KIND_PTR)
		return 0;
	id = fn_btf_skip(btf, t.type);
	return fn_btf_type(btf, id, &t) &&
			       BTF_INFO_KIND(t.info) == BTF_KIND_STRUCT ?
		       id :
		       0;
}

/**
 * fn_map_inner - what the maps are like that a map of maps takes
 * @btf: types
 * @name: of the map
 * @d: answer, without a name
 *
 * Return: BTF id of their definition, 0 if there is none.
 */
u32 fn_map_inner(const struct fn_btf *btf, const char *name,
		 struct fn_map_def *d)
{
	u32 outer = struct_of(btf, name), i, id = 0;
	struct btf_type t;

	*d = (struct fn_map_def){};
	if (!outer || !fn_btf_type(btf, outer, &t))
		return 0;
	for (i = 0; i < BTF_INFO_VLEN(t.info) && !id; i++)
		if (!strcmp(fn_btf_string(btf, fn_btf_extra(btf, outer, 3 * i)),
			    "values"))
			id = element_of(btf,
					fn_btf_extra(btf, outer, 3 * i + 1));
	if (id)
		read_members(btf, id, d);
	return id;
}

static void read_btf(const struct fn_btf *btf, struct fn_map_def *d)
{
	u32 type = struct_of(btf, d->name);
	struct btf_type t;

	if (!fn_btf_type(btf, type, &t)) {
		d->bad =
			"its definition is not in the object's types (BTF); compile with -g";
		return;
	}
	read_members(btf, type, d);
}

/* struct bpf_map_def, or that of ip(8): both begin with the same five words. */
static void read_legacy(const struct fn_section *sec, struct fn_map_def *d)
{
	u32 word[5];

	d->legacy = true;
	if (d->offset > sec->size || sec->size - d->offset < sizeof(word)) {
		d->bad = "its definition is cut short";
		return;
	}
	memcpy(word, sec->data + d->offset, sizeof(word));
	d->need = (struct fn_image_map){ word[0], word[1], word[2], word[3] };
	d->flags = word[4];
}

/* libbpf makes one that has no size as large as the machine. */
static void size_events(struct fn_map_def *d)
{
	if (d->need.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY &&
	    !d->need.max_entries)
		d->need.max_entries = max(libbpf_num_possible_cpus(), 1);
}

/*
 * Those that are a matter of the host's, as offload/bpf_offload_map.c has them:
 * who may read and write, and how the host would make the memory.
 */
#define HOST_FLAGS                                                             \
	(BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG | \
	 BPF_F_NUMA_NODE)

static u32 host_flags(u32 type)
{
	switch (type) {
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return ~0u;
	case BPF_MAP_TYPE_ARRAY:
		return HOST_FLAGS | BPF_F_MMAPABLE;
	default:
		return HOST_FLAGS | BPF_F_ZERO_SEED;
	}
}

/**
 * fn_map_flags - flags that the card is asked for
 * @d: map
 *
 * Return: BPF_F_* without those that are a matter of the host's.
 */
u32 fn_map_flags(const struct fn_map_def *d)
{
	return d->flags & ~host_flags(d->need.type);
}

enum where { ELSEWHERE, BTF, LEGACY };

static enum where place_of(const struct fn_object *o, const Elf64_Sym *sym)
{
	u8 type = ELF64_ST_TYPE(sym->st_info);
	const struct fn_section *sec;

	if ((type != STT_OBJECT && type != STT_NOTYPE) ||
	    sym->st_shndx >= o->elf.nsecs)
		return ELSEWHERE;
	sec = &o->elf.sec[sym->st_shndx];
	if (!sec->data)
		return ELSEWHERE;
	if (!strcmp(sec->name, ".maps"))
		return BTF;
	return is_legacy(sec->name) ? LEGACY : ELSEWHERE;
}

/**
 * fn_map_defs - find the maps of an object
 * @o: object; elf and btf are there
 *
 * Return: NULL, or why that is not possible.
 */
const char *fn_map_defs(struct fn_object *o)
{
	const char *name;
	Elf64_Sym sym;
	u32 i;

	o->maps = fn_alloc(FN_OBJECT_MAX_MAPS * sizeof(*o->maps));
	if (!o->maps)
		return "no memory";
	for (i = 0; fn_elf_symbol(&o->elf, i, &sym, &name); i++) {
		enum where where = place_of(o, &sym);

		if (where == ELSEWHERE || !*name)
			continue;
		if (o->nmaps == FN_OBJECT_MAX_MAPS)
			return "it has more than 1024 maps";
		if (where == BTF)
			read_btf(&o->btf, add(o, name, &sym));
		else
			read_legacy(&o->elf.sec[sym.st_shndx],
				    add(o, name, &sym));
		size_events(&o->maps[o->nmaps - 1]);
	}
	return NULL;
}

static struct fn_map_def *find_map(struct fn_object *o, const char *name,
				   size_t len)
{
	u32 m;

	for (m = 0; m < o->nmaps; m++)
		if (strlen(o->maps[m].name) == len &&
		    !memcmp(o->maps[m].name, name, len))
			return &o->maps[m];
	return NULL;
}

/* The programs have copies of what the card is told. */
static void set_entries(struct fn_object *o, u32 map, u32 entries)
{
	u32 p, slot;

	o->maps[map].need.max_entries = entries;
	for (p = 0; p < o->nprogs; p++)
		for (slot = 0; slot < o->progs[p].bpf.nmaps; slot++)
			if (o->progs[p].map[slot] == map)
				o->progs[p].needs[slot].max_entries = entries;
}

/**
 * fn_map_set_kind_of - have a hash map of an object be of another kind on a card
 * @o: object
 * @name: of the map; of one that is not there, nothing is said
 * @kind: BPF_MAP_TYPE_*
 */
void fn_map_set_kind_of(struct fn_object *o, const char *name, u32 kind)
{
	struct fn_map_def *d = find_map(o, name, strlen(name));
	u32 p, slot;

	if (!d)
		return;
	d->kind = kind;
	for (p = 0; p < o->nprogs; p++)
		for (slot = 0; slot < o->progs[p].bpf.nmaps; slot++)
			if (&o->maps[o->progs[p].map[slot]] == d)
				o->progs[p].needs[slot].type = kind;
}

/**
 * fn_map_set_entries - give maps sizes, as a loader would before it loads
 * @o: object
 * @list: NAME=ENTRIES, with commas, or NULL
 *
 * Return: exit status; an error has been reported.
 */
int fn_map_set_entries(struct fn_object *o, const char *list)
{
	struct fn_map_def *d;
	const char *value;
	char number[16];
	size_t len;
	u32 n;

	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		value = memchr(list, '=', len);
		if (!value || (size_t)(list + len - value) > sizeof(number))
			return fn_usage("--entries %s: MAP=ENTRIES is expected",
					list);
		snprintf(number, sizeof(number), "%.*s",
			 (int)(list + len - value - 1), value + 1);
		d = find_map(o, list, value - list);
		if (!d)
			return fn_fail(
				"--entries %.*s: the object has no such map",
				(int)(value - list), list);
		if (fn_number("--entries", number, &n))
			return FN_USAGE;
		set_entries(o, d - o->maps, n);
	}
	return FN_DONE;
}

/**
 * fn_map_needs_size - whether the kernel makes a map only with max_entries
 * @d: the map
 *
 * Storage has as many as there are owners.
 *
 * Return: whether it does.
 */
bool fn_map_needs_size(const struct fn_map_def *d)
{
	switch (d->need.type) {
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case CGRP_STORAGE:
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		return false;
	default:
		return true;
	}
}
