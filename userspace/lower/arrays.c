// SPDX-License-Identifier: GPL-2.0
/*
 * What is in arrays of programs: by the object (.values) or by the user (--tail
 * ARRAY:INDEX=PROG), who has the last word.
 */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "arrays.h"
#include "userspace/tool.h"

static void put(struct fn_array *a, u32 index, const struct fn_function *f)
{
	u32 i;

	for (i = 0; i < a->n; i++)
		if (a->entry[i].index == index)
			break;
	if (i == a->n) {
		a->entry = fn_check_alloc(
			realloc(a->entry, (a->n + 1) * sizeof(*a->entry)));
		a->n++;
	}
	a->entry[i] = (struct fn_array_entry){ index, f };
}

static const struct fn_function *program(const struct fn_object *o,
					 const char *name, size_t len)
{
	u32 f;

	for (f = 0; f < o->nfuncs; f++)
		if (o->funcs[f].entry && strlen(o->funcs[f].name) == len &&
		    !memcmp(o->funcs[f].name, name, len))
			return &o->funcs[f];
	return NULL;
}

/* Where the values begin in the definition of a map; 0 if it has none. */
static u32 values_at(const struct fn_btf *btf, const char *name)
{
	struct btf_type t;
	u32 id, i;

	if (!fn_btf_type(btf, fn_btf_find(btf, name, BTF_KIND_VAR), &t))
		return 0;
	id = fn_btf_skip(btf, t.type);
	if (!fn_btf_type(btf, id, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_STRUCT)
		return 0;
	for (i = 0; i < BTF_INFO_VLEN(t.info); i++)
		if (!strcmp(fn_btf_string(btf, fn_btf_extra(btf, id, 3 * i)),
			    "values"))
			return fn_btf_extra(btf, id, 3 * i + 2) / 8;
	return 0;
}

static const struct fn_function *at_symbol(const struct fn_object *o,
					   u32 symbol, s64 addend)
{
	const char *name;
	Elf64_Sym sym;

	if (!fn_elf_symbol(&o->elf, symbol, &sym, &name))
		return NULL;
	return fn_function_at(o, sym.st_shndx,
			      (sym.st_value + addend) /
				      sizeof(struct bpf_insn));
}

/* The definition ends where that of the next map begins. */
static u64 end_of(const struct fn_object *o, const struct fn_map_def *d)
{
	u64 end = ~0ull;
	u32 m;

	for (m = 0; m < o->nmaps; m++)
		if (o->maps[m].sec == d->sec && o->maps[m].offset > d->offset)
			end = min(end, o->maps[m].offset);
	return end;
}

static void read_relocs(const struct fn_object *o, const struct fn_map_def *d,
			const struct fn_section *sec, struct fn_array *a)
{
	u64 from = d->offset + values_at(&o->btf, d->name), i;
	u64 end = end_of(o, d);
	Elf64_Rel rel;

	for (i = 0; i < sec->size / sizeof(rel); i++) {
		const struct fn_function *f;

		memcpy(&rel, sec->data + i * sizeof(rel), sizeof(rel));
		f = at_symbol(o, ELF64_R_SYM(rel.r_info), 0);
		if (f && rel.r_offset >= from &&
		    (rel.r_offset - from) / 8 < d->need.max_entries &&
		    rel.r_offset < end)
			put(a, (rel.r_offset - from) / 8, f);
	}
}

static void read_values(const struct fn_object *o, const struct fn_map_def *d,
			struct fn_array *a)
{
	u32 s;

	if (d->legacy || !values_at(&o->btf, d->name))
		return;
	for (s = 1; s < o->elf.nsecs; s++)
		if (o->elf.sec[s].type == SHT_REL && o->elf.sec[s].data &&
		    o->elf.sec[s].info == d->sec)
			read_relocs(o, d, &o->elf.sec[s], a);
}

/* NAME:INDEX=PROG, of @len bytes. */
static bool read_word(struct fn_lower *l, const char *word, size_t len,
		      const struct fn_map_def *d, struct fn_array *a)
{
	const char *colon = memchr(word, ':', len);
	const char *is = memchr(word, '=', len);
	const struct fn_function *f;
	char *end;
	unsigned long index;

	if (!colon || !is || is < colon)
		return fn_lower_bad(l,
				    "--tail %.*s: ARRAY:INDEX=PROG is expected",
				    (int)len, word);
	if (strlen(d->name) != (size_t)(colon - word) ||
	    memcmp(d->name, word, colon - word))
		return true;
	index = strtoul(colon + 1, &end, 0);
	if (end != is || end == colon + 1 || index >= d->need.max_entries)
		return fn_lower_bad(l, "--tail %.*s: %s has indices 0 to %u",
				    (int)len, word, d->name,
				    d->need.max_entries - 1);
	f = program(l->o, is + 1, word + len - is - 1);
	if (!f)
		return fn_lower_bad(
			l, "--tail %.*s: the object has no such program",
			(int)len, word);
	put(a, index, f);
	return true;
}

/**
 * fn_array_read - what is in an array of programs
 * @l: program
 * @map: number of the array among the object's maps
 * @a: answer, of which the caller frees the entries
 *
 * Return: false if what the user says makes no sense; @l says so.
 */
bool fn_array_read(struct fn_lower *l, u32 map, struct fn_array *a)
{
	const struct fn_map_def *d = &l->o->maps[map];
	const char *list = l->options->tails;
	bool ok = true;
	size_t len;

	*a = (struct fn_array){};
	read_values(l->o, d, a);
	for (; ok && list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		ok = read_word(l, list, len, d, a);
	}
	return ok;
}
