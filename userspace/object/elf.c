// SPDX-License-Identifier: GPL-2.0
/*
 * ELF files, of which nothing is believed: whatever is read lies in the file.
 */
#include "object.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif

static bool inside(const struct fn_elf *elf, u64 offset, u64 size)
{
	return offset <= elf->size && size <= elf->size - offset;
}

/* A string of a string table, or NULL if it is not within the table. */
static const char *string_at(const struct fn_section *strs, u32 offset)
{
	if (!strs->data || offset >= strs->size)
		return NULL;
	if (!memchr(strs->data + offset, 0, strs->size - offset))
		return NULL;
	return (const char *)strs->data + offset;
}

static const char *bad_header(const struct fn_elf *elf, Elf64_Ehdr *h)
{
	if (elf->size < sizeof(*h))
		return "shorter than the header of an object file";
	memcpy(h, elf->file, sizeof(*h));
	if (memcmp(h->e_ident, ELFMAG, SELFMAG))
		return "not an object file (ELF); clang -target bpf -c makes one";
	if (h->e_ident[EI_CLASS] != ELFCLASS64 ||
	    h->e_ident[EI_DATA] != ELFDATA2LSB)
		return "not a 64-bit little-endian object; clang -target bpfel makes one";
	if (h->e_machine != EM_BPF)
		return "not an object for BPF; clang -target bpf makes one";
	if (h->e_type != ET_REL)
		return "not relocatable; clang -c makes such an object";
	if (h->e_shentsize != sizeof(Elf64_Shdr) || !h->e_shnum)
		return "it has no sections";
	if (!inside(elf, h->e_shoff, (u64)h->e_shnum * sizeof(Elf64_Shdr)))
		return "cut short: its table of sections is missing";
	if (h->e_shstrndx >= h->e_shnum)
		return "corrupt: its sections have no names";
	return NULL;
}

static Elf64_Shdr header_of(const struct fn_elf *elf, const Elf64_Ehdr *h,
			    u32 i)
{
	Elf64_Shdr s;

	memcpy(&s, elf->file + h->e_shoff + i * sizeof(s), sizeof(s));
	return s;
}

static const char *read_section(struct fn_elf *elf, const Elf64_Ehdr *h, u32 i)
{
	Elf64_Shdr s = header_of(elf, h, i);
	struct fn_section *sec = &elf->sec[i];

	sec->type = s.sh_type;
	sec->flags = s.sh_flags;
	sec->link = s.sh_link;
	sec->info = s.sh_info;
	sec->size = s.sh_size;
	if (s.sh_type == SHT_NULL || s.sh_type == SHT_NOBITS)
		return NULL;
	if (!inside(elf, s.sh_offset, s.sh_size))
		return "cut short: a section lies outside of the file";
	sec->data = elf->file + s.sh_offset;
	return NULL;
}

static const char *read_names(struct fn_elf *elf, const Elf64_Ehdr *h)
{
	u32 i;

	for (i = 0; i < elf->nsecs; i++) {
		elf->sec[i].name = string_at(&elf->sec[h->e_shstrndx],
					     header_of(elf, h, i).sh_name);
		if (!elf->sec[i].name)
			return "corrupt: a section has no name";
	}
	return NULL;
}

static const char *find_symbols(struct fn_elf *elf)
{
	u32 i;

	for (i = 0; i < elf->nsecs; i++) {
		const struct fn_section *sec = &elf->sec[i];

		if (sec->type != SHT_SYMTAB)
			continue;
		if (sec->link >= elf->nsecs)
			return "corrupt: its symbols have no names";
		elf->syms = sec->data;
		elf->nsyms = sec->size / sizeof(Elf64_Sym);
		elf->strs = &elf->sec[sec->link];
		return NULL;
	}
	return "it has no symbols, so no programs";
}

/**
 * fn_elf_open - take an object file apart
 * @elf: to fill in; fn_elf_close() is due in either case
 * @file: all of it, which has to stay
 * @size: of @file
 *
 * Return: NULL, or why it is no object file of BPF programs.
 */
const char *fn_elf_open(struct fn_elf *elf, const void *file, size_t size)
{
	const char *bad;
	Elf64_Ehdr h;
	u32 i;

	*elf = (struct fn_elf){ .file = file, .size = size };
	bad = bad_header(elf, &h);
	if (bad)
		return bad;
	elf->nsecs = h.e_shnum;
	elf->sec = fn_alloc(elf->nsecs * sizeof(*elf->sec));
	if (!elf->sec)
		return "no memory";
	for (i = 0; i < elf->nsecs && !bad; i++)
		bad = read_section(elf, &h, i);
	return bad ?: read_names(elf, &h) ?: find_symbols(elf);
}

/**
 * fn_elf_close - undo fn_elf_open()
 * @elf: file
 */
void fn_elf_close(struct fn_elf *elf)
{
	fn_free(elf->sec);
	elf->sec = NULL;
}

/**
 * fn_elf_find - look a section up
 * @elf: file
 * @name: of the section
 *
 * Return: its number, or 0, which is no section.
 */
u32 fn_elf_find(const struct fn_elf *elf, const char *name)
{
	u32 i;

	for (i = 1; i < elf->nsecs; i++)
		if (elf->sec[i].data && !strcmp(elf->sec[i].name, name))
			return i;
	return 0;
}

/**
 * fn_elf_symbol - read a symbol
 * @elf: file
 * @index: number of the symbol
 * @sym: answer
 * @name: answer, "" if it has none
 *
 * Return: whether there is such a symbol.
 */
bool fn_elf_symbol(const struct fn_elf *elf, u32 index, Elf64_Sym *sym,
		   const char **name)
{
	if (index >= elf->nsyms)
		return false;
	memcpy(sym, elf->syms + (size_t)index * sizeof(*sym), sizeof(*sym));
	*name = string_at(elf->strs, sym->st_name) ?: "";
	return true;
}
