// SPDX-License-Identifier: GPL-2.0
/*
 * Types of the object that is written: those of the one that was read, of which
 * every number stays right, and definitions of the maps.
 *
 * Variables and sections go, for libbpf looks for their sections, and functions of
 * the kernel, whose types libbpf would mend by these and the kernel refuses as they
 * are: void takes their numbers.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "lower.h"
#include "userspace/tool.h"

static bool is_gone(const struct fn_btf *btf, u32 id)
{
	struct btf_type t;

	if (!fn_btf_type(btf, id, &t))
		return false;
	switch (BTF_INFO_KIND(t.info)) {
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
		return true;
	case BTF_KIND_FUNC:
		return BTF_INFO_VLEN(t.info) == BTF_FUNC_EXTERN;
	case BTF_KIND_DECL_TAG:
		return is_gone(btf, t.type);
	default:
		return false;
	}
}

static void copy_type(const struct fn_btf *btf, u32 id, u32 end,
		      struct fn_bytes *out)
{
	struct btf_type nothing = { .info = BTF_KIND_CONST << 24 };

	if (is_gone(btf, id))
		fn_bytes_add(out, &nothing, sizeof(nothing));
	else
		fn_bytes_add(out, btf->types + btf->at[id], end - btf->at[id]);
}

/* Where the type behind the last one would begin. */
static u32 types_len(const struct fn_lower *l)
{
	const struct fn_section *sec =
		&l->o->elf.sec[fn_elf_find(&l->o->elf, ".BTF")];
	struct btf_header h;

	memcpy(&h, sec->data, sizeof(h));
	return h.type_len;
}

static struct btf *copy_types(const struct fn_lower *l)
{
	const struct fn_btf *btf = &l->o->btf;
	struct btf_header h = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(h),
		.str_len = btf->nstrs,
	};
	struct fn_bytes out = {};
	struct btf *copy;
	u32 id;

	if (btf->ntypes < 2 || !btf->nstrs)
		return btf__new_empty();
	fn_bytes_add(&out, NULL, sizeof(h));
	for (id = 1; id < btf->ntypes; id++)
		copy_type(btf, id,
			  id + 1 < btf->ntypes ? btf->at[id + 1] : types_len(l),
			  &out);
	h.type_len = out.n - sizeof(h);
	h.str_off = h.type_len;
	memcpy(out.data, &h, sizeof(h));
	fn_bytes_add(&out, btf->strs, btf->nstrs);
	copy = btf__new(out.data, out.n);
	free(out.data);
	return copy;
}

/**
 * fn_lower_types - begin the types of the new object
 * @l: program
 *
 * Return: false if the object's own are wrong; @l says so.
 */
bool fn_lower_types(struct fn_lower *l)
{
	l->btf = copy_types(l);
	if (!l->btf)
		return fn_lower_bad(l, "its types (BTF) are wrong: %s",
				    strerror(errno));
	return true;
}

/**
 * fn_lower_rename_struct - call a type otherwise than the kernel knows it by
 * @l: program
 * @from: name
 * @to: new name
 *
 * Return: false if libbpf can't; @l says so.
 */
bool fn_lower_rename_struct(struct fn_lower *l, const char *from,
			    const char *to)
{
	int name = btf__add_str(l->btf, to), id;

	if (name < 0)
		return fn_lower_bad(l, "struct %s can't be renamed: %s", from,
				    strerror(-name));
	for (;;) {
		id = btf__find_by_name_kind(l->btf, from, BTF_KIND_STRUCT);
		if (id < 0)
			return true;
		/* Types can be changed once anything has been added. */
		((struct btf_type *)btf__type_by_id(l->btf, id))->name_off =
			name;
	}
}

/* A number is the length of an array that is pointed to. */
static int number(struct btf *btf, int word, u32 n)
{
	return btf__add_ptr(btf, btf__add_array(btf, word, word, n));
}

/**
 * struct member - of the definition of a map
 * @name: of the member
 * @type: of the member
 */
struct member {
	const char *name;
	int type;
};

static u32 members_of(struct btf *btf, const struct fn_lower_map *m, int word,
		      struct member *to)
{
	const struct fn_image_map *need = &m->need;
	u32 n = 0;

	to[n++] = (struct member){ "type", number(btf, word, need->type) };
	if (m->key_type)
		to[n++] = (struct member){ "key",
					   btf__add_ptr(btf, m->key_type) };
	else
		to[n++] = (struct member){ "key_size",
					   number(btf, word, need->key_size) };
	if (m->value_type)
		to[n++] = (struct member){ "value",
					   btf__add_ptr(btf, m->value_type) };
	else
		to[n++] =
			(struct member){ "value_size",
					 number(btf, word, need->value_size) };
	if (need->max_entries)
		to[n++] =
			(struct member){ "max_entries",
					 number(btf, word, need->max_entries) };
	if (m->flags)
		to[n++] = (struct member){ "map_flags",
					   number(btf, word, m->flags) };
	if (m->pinning)
		to[n++] = (struct member){ "pinning",
					   number(btf, word, m->pinning) };
	return n;
}

static int define(struct btf *btf, const struct fn_lower_map *m, int word)
{
	struct member members[8];
	u32 i, n = members_of(btf, m, word, members);
	int id = btf__add_struct(btf, NULL, FN_LOWER_MAP_SIZE);

	for (i = 0; i < n; i++)
		btf__add_field(btf, members[i].name, members[i].type, 64 * i,
			       0);
	return btf__add_var(btf, m->name, BTF_VAR_GLOBAL_ALLOCATED, id);
}

/*
 * What flownic map goes by: what the map was, in how many slots, of which types.
 * libbpf looks at nothing of it, and the kernel keeps it with the program.
 */
static int describe(struct btf *btf, const struct fn_lower_map *m, int word)
{
	u32 value = m->value_type ?: m->slot_type, n = 0, i;
	u32 size = m->stride ? m->value_size : m->need.value_size;
	struct member members[5];
	char name[128];
	int id;

	if (m->key_type)
		members[n++] =
			(struct member){ "key",
					 btf__add_ptr(btf, m->key_type) };
	if (value)
		members[n++] =
			(struct member){ "value", btf__add_ptr(btf, value) };
	members[n++] = (struct member){ "type", number(btf, word, m->was) };
	members[n++] = (struct member){ "size", number(btf, word, size) };
	members[n++] = (struct member){
		"slots", number(btf, word,
				m->stride ? m->need.value_size / m->stride : 1)
	};
	snprintf(name, sizeof(name), FN_LOWER_MAP "%s", m->name);
	id = btf__add_struct(btf, name, 8 * n);
	for (i = 0; i < n; i++)
		btf__add_field(btf, members[i].name, members[i].type, 64 * i,
			       0);
	return id;
}

/**
 * fn_lower_map_types - define the maps
 * @l: program, whose maps are final
 *
 * Return: false if libbpf can't; @l says so.
 */
bool fn_lower_map_types(struct fn_lower *l)
{
	int word = btf__add_int(l->btf, "int", 4, BTF_INT_SIGNED);
	int *var = fn_check_alloc(malloc((l->nmaps + 1) * sizeof(*var)));
	int err = word < 0 ? word : 0;
	u32 i;

	for (i = 0; i < l->nmaps && !err; i++) {
		var[i] = define(l->btf, &l->map[i], word);
		err = var[i] < 0 ? var[i] :
				   min(describe(l->btf, &l->map[i], word), 0);
	}
	if (l->nmaps && !err)
		err = min(btf__add_datasec(l->btf, ".maps",
					   l->nmaps * FN_LOWER_MAP_SIZE),
			  0);
	for (i = 0; i < l->nmaps && !err; i++)
		err = btf__add_datasec_var_info(l->btf, var[i],
						i * FN_LOWER_MAP_SIZE,
						FN_LOWER_MAP_SIZE);
	free(var);
	return !err || fn_lower_bad(l, "its maps can't be described: %s",
				    strerror(-err));
}
