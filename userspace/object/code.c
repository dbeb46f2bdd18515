// SPDX-License-Identifier: GPL-2.0
/*
 * The functions of an object and what in them waits to be linked.
 *
 * Every function with a section of its own purpose is a program; those in .text
 * and the static ones are subprograms, unless there are no others.
 */
#include "object.h"

#define INSN sizeof(struct bpf_insn)

static bool is_code(const struct fn_section *sec)
{
	return sec->data && sec->type == SHT_PROGBITS &&
	       sec->flags & SHF_EXECINSTR && sec->size >= INSN;
}

static const struct fn_section *code_of(const struct fn_object *o,
					const Elf64_Sym *sym)
{
	if (sym->st_shndx >= o->elf.nsecs ||
	    !is_code(&o->elf.sec[sym->st_shndx]))
		return NULL;
	return &o->elf.sec[sym->st_shndx];
}

static bool is_entry(const struct fn_section *sec, const Elf64_Sym *sym)
{
	return strcmp(sec->name, ".text") &&
	       ELF64_ST_BIND(sym->st_info) != STB_LOCAL;
}

/* The kernel verifies such a function with those that call it. */
static bool is_hidden(const Elf64_Sym *sym)
{
	u8 visibility = ELF64_ST_VISIBILITY(sym->st_other);

	return visibility == STV_HIDDEN || visibility == STV_INTERNAL;
}

/* A function that is not whole instructions within its section is none. */
static const char *add_function(struct fn_object *o, const char *name,
				const struct fn_section *sec,
				const Elf64_Sym *sym)
{
	u64 size = sym->st_size;

	if (sym->st_value % INSN || size % INSN ||
	    sym->st_value > sec->size - INSN ||
	    size > sec->size - sym->st_value)
		return "corrupt: a function is outside of its section or not made of whole instructions";
	if (o->nfuncs == FN_OBJECT_MAX_FUNCS)
		return "it has more than 4096 functions";
	o->funcs[o->nfuncs++] = (struct fn_function){
		.name = name,
		.sec = sym->st_shndx,
		.start = sym->st_value / INSN,
		.len = size / INSN,
		.entry = is_entry(sec, sym),
		.global = ELF64_ST_BIND(sym->st_info) != STB_LOCAL,
		.hidden = is_hidden(sym),
	};
	return NULL;
}

static const char *add_functions(struct fn_object *o)
{
	const struct fn_section *sec;
	const char *name, *bad = NULL;
	Elf64_Sym sym;
	u32 i;

	for (i = 0; !bad && fn_elf_symbol(&o->elf, i, &sym, &name); i++) {
		sec = code_of(o, &sym);
		if (sec && ELF64_ST_TYPE(sym.st_info) == STT_FUNC)
			bad = add_function(o, name, sec, &sym);
	}
	return bad;
}

static bool has_function(const struct fn_object *o, u32 sec)
{
	u32 f;

	for (f = 0; f < o->nfuncs; f++)
		if (o->funcs[f].sec == sec)
			return true;
	return false;
}

/* Old compilers gave functions symbols without a type. */
static const char *add_untyped(struct fn_object *o)
{
	const struct fn_section *sec;
	const char *name, *bad = NULL;
	u32 i, typed = o->nfuncs;
	struct fn_object first = { .funcs = o->funcs, .nfuncs = typed };
	Elf64_Sym sym;

	for (i = 0; !bad && fn_elf_symbol(&o->elf, i, &sym, &name); i++) {
		sec = code_of(o, &sym);
		if (sec && ELF64_ST_TYPE(sym.st_info) == STT_NOTYPE &&
		    ELF64_ST_BIND(sym.st_info) == STB_GLOBAL &&
		    !has_function(&first, sym.st_shndx))
			bad = add_function(o, name, sec, &sym);
	}
	return bad;
}

static int by_offset_in_section(const void *a, const void *b)
{
	const struct fn_function *x = a, *y = b;

	if (x->sec != y->sec)
		return x->sec < y->sec ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* A function whose symbol has no size reaches to the next. */
static void fill_sizes(struct fn_object *o)
{
	u32 f;

	for (f = 0; f < o->nfuncs; f++) {
		struct fn_function *fn = &o->funcs[f];
		u32 end = o->elf.sec[fn->sec].size / INSN;

		if (fn->len)
			continue;
		if (f + 1 < o->nfuncs && fn[1].sec == fn->sec)
			end = fn[1].start;
		fn->len = end - fn->start;
	}
}

/* Of two names for one function, the first is kept. */
static void remove_duplicates(struct fn_object *o)
{
	u32 f, n = 0;

	for (f = 0; f < o->nfuncs; f++) {
		const struct fn_function *fn = &o->funcs[f];

		if (n && o->funcs[n - 1].sec == fn->sec &&
		    o->funcs[n - 1].start == fn->start)
			continue;
		o->funcs[n++] = *fn;
	}
	o->nfuncs = n;
}

static bool relocates_code(const struct fn_object *o,
			   const struct fn_section *sec)
{
	return sec->type == SHT_REL && sec->data && sec->info < o->elf.nsecs &&
	       is_code(&o->elf.sec[sec->info]);
}

static u64 count_relocs(const struct fn_object *o)
{
	u64 n = 0;
	u32 s;

	for (s = 1; s < o->elf.nsecs; s++)
		if (relocates_code(o, &o->elf.sec[s]))
			n += o->elf.sec[s].size / sizeof(Elf64_Rel);
	return n;
}

static void read_relocs(struct fn_object *o, const struct fn_section *sec)
{
	Elf64_Rel rel;
	u64 i;

	for (i = 0; i < sec->size / sizeof(rel); i++) {
		memcpy(&rel, sec->data + i * sizeof(rel), sizeof(rel));
		o->relocs[o->nrelocs++] = (struct fn_reloc){
			.sec = sec->info,
			.symbol = ELF64_R_SYM(rel.r_info),
			.type = ELF64_R_TYPE(rel.r_info),
			.offset = rel.r_offset,
		};
	}
}

static int by_offset(const void *a, const void *b)
{
	const struct fn_reloc *x = a, *y = b;

	if (x->sec != y->sec)
		return x->sec < y->sec ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return 0;
}

static const char *find_relocs(struct fn_object *o)
{
	u64 n = count_relocs(o);
	u32 s;

	if (n * sizeof(Elf64_Rel) > o->elf.size)
		return "corrupt: it has more relocations than bytes";
	o->relocs = fn_alloc((n + 1) * sizeof(*o->relocs));
	if (!o->relocs)
		return "no memory";
	for (s = 1; s < o->elf.nsecs; s++)
		if (relocates_code(o, &o->elf.sec[s]))
			read_relocs(o, &o->elf.sec[s]);
	qsort(o->relocs, o->nrelocs, sizeof(*o->relocs), by_offset);
	return NULL;
}

/**
 * fn_find_code - find functions and relocations
 * @o: object; elf is there
 *
 * Return: NULL, or what is wrong with the object.
 */
const char *fn_find_code(struct fn_object *o)
{
	const char *bad;

	o->funcs = fn_alloc(FN_OBJECT_MAX_FUNCS * sizeof(*o->funcs));
	if (!o->funcs)
		return "no memory";
	bad = add_functions(o) ?: add_untyped(o) ?: find_relocs(o);
	if (bad)
		return bad;
	qsort(o->funcs, o->nfuncs, sizeof(*o->funcs), by_offset_in_section);
	remove_duplicates(o);
	fill_sizes(o);
	return NULL;
}

/**
 * fn_function_at - the function that begins at a place
 * @o: object
 * @sec: section
 * @insn: instruction of the section
 *
 * Return: NULL if none does.
 */
const struct fn_function *fn_function_at(const struct fn_object *o, u32 sec,
					 u64 insn)
{
	u32 low = 0, high = o->nfuncs;

	while (low < high) {
		u32 mid = (low + high) / 2;
		const struct fn_function *f = &o->funcs[mid];

		if (f->sec == sec && f->start == insn)
			return f;
		if (f->sec < sec || (f->sec == sec && f->start < insn))
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/**
 * fn_reloc_at - what is to be linked at a place
 * @o: object
 * @sec: section
 * @offset: bytes, in the section
 *
 * Return: NULL if nothing is.
 */
const struct fn_reloc *fn_reloc_at(const struct fn_object *o, u32 sec,
				   u64 offset)
{
	struct fn_reloc key = { .sec = sec, .offset = offset };

	return bsearch(&key, o->relocs, o->nrelocs, sizeof(key), by_offset);
}
