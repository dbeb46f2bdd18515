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

/**
 * struct values - of a map that the object fills
 * @o: object
 * @from: where the first is in their section
 * @end: where the definition ends
 * @most: how many there can be
 * @each: is called for each
 * @to: for @each
 */
struct values {
	const struct fn_object *o;
	u64 from;
	u64 end;
	u32 most;
	void (*each)(void *to, u32 index, const Elf64_Sym *sym);
	void *to;
};

static void read_relocs(const struct values *v, const struct fn_section *sec)
{
	const char *name;
	Elf64_Rel rel;
	Elf64_Sym sym;
	u64 i;

	for (i = 0; i < sec->size / sizeof(rel); i++) {
		memcpy(&rel, sec->data + i * sizeof(rel), sizeof(rel));
		if (rel.r_offset >= v->from && rel.r_offset < v->end &&
		    (rel.r_offset - v->from) / 8 < v->most &&
		    fn_elf_symbol(&v->o->elf, ELF64_R_SYM(rel.r_info), &sym,
				  &name))
			v->each(v->to, (rel.r_offset - v->from) / 8, &sym);
	}
}

/**
 * fn_array_values - go through what an object puts into a map (.values)
 * @o: object
 * @d: map of it
 * @each: is called with @to, the index and what is there
 * @to: for @each
 */
void fn_array_values(const struct fn_object *o, const struct fn_map_def *d,
		     void (*each)(void *to, u32 index, const Elf64_Sym *sym),
		     void *to)
{
	u32 at = d->legacy ? 0 : values_at(&o->btf, d->name), s;
	struct values v = {
		.o = o,
		.from = d->offset + at,
		.end = end_of(o, d),
		.most = d->need.max_entries,
		.each = each,
		.to = to,
	};

	for (s = 1; at && s < o->elf.nsecs; s++)
		if (o->elf.sec[s].type == SHT_REL && o->elf.sec[s].data &&
		    o->elf.sec[s].info == d->sec)
			read_relocs(&v, &o->elf.sec[s]);
}

/**
 * struct filling - of an array of programs
 * @o: object
 * @a: array
 */
struct filling {
	const struct fn_object *o;
	struct fn_array *a;
};

static void put_value(void *to, u32 index, const Elf64_Sym *sym)
{
	const struct filling *of = to;
	const struct fn_function *f;

	f = fn_function_at(of->o, sym->st_shndx,
			   sym->st_value / sizeof(struct bpf_insn));
	if (f)
		put(of->a, index, f);
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
	struct filling of = { .o = l->o, .a = a };
	const char *list = l->options->tails;
	bool ok = true;
	size_t len;

	*a = (struct fn_array){};
	fn_array_values(l->o, d, put_value, &of);
	for (; ok && list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		ok = read_word(l, list, len, d, a);
	}
	return ok;
}
