// SPDX-License-Identifier: GPL-2.0
/*
 * The object that is written: the program's own function in a section, those that
 * it calls in .text, definitions of maps, data that is left, types.
 */
#include <bpf/btf.h>
#include <string.h>

#include "bytes.h"
#include "lower.h"
#include "userspace/tool.h"

#ifndef BPF_PSEUDO_FUNC
#define BPF_PSEUDO_FUNC 4
#endif

#define INSN sizeof(struct bpf_insn)
#define R_64_64 1 /* an address */
#define R_64_32 10 /* a function that is called */
#define MAX_SECTIONS 64

/**
 * struct section - of the object that is written
 * @h: header; the offset comes last
 * @body: contents
 */
struct section {
	Elf64_Shdr h;
	struct fn_bytes body;
};

/**
 * struct symbols - of the object that is written
 * @body: local ones, then global ones
 * @n: how many
 * @locals: how many are local
 */
struct symbols {
	struct fn_bytes body;
	u32 n;
	u32 locals;
};

/**
 * struct writer - an object being written
 * @l: program
 * @sec: sections
 * @nsecs: number of @sec
 * @names: of sections and symbols
 * @syms: symbols
 * @own: section of the program
 * @text: section of the functions that it calls
 * @text_sym: symbol of @text
 * @maps: section of the maps
 * @data: section of each data
 * @func_sym: symbol of each function
 * @map_sym: of each map
 * @data_sym: of each section of data
 * @extern_sym: of each symbol of the old object that is the kernel's, or 0
 */
struct writer {
	struct fn_lower *l;
	struct section sec[MAX_SECTIONS];
	u32 nsecs;
	struct fn_bytes names;
	struct symbols syms;
	u32 own;
	u32 text;
	u32 text_sym;
	u32 maps;
	u32 *data;
	u32 *func_sym;
	u32 *map_sym;
	u32 *data_sym;
	u32 *extern_sym;
};

static u32 add_section(struct writer *w, const char *name, u32 type, u64 flags)
{
	struct section *s = &w->sec[w->nsecs];

	s->h = (Elf64_Shdr){
		.sh_name = fn_bytes_string(&w->names, name),
		.sh_type = type,
		.sh_flags = flags,
		.sh_addralign = 8,
	};
	return w->nsecs++;
}

static u32 add_symbol(struct writer *w, const char *name, u8 bind, u8 type,
		      u32 sec, u64 value, u64 size)
{
	Elf64_Sym sym = {
		.st_name = *name ? fn_bytes_string(&w->names, name) : 0,
		.st_info = ELF64_ST_INFO(bind, type),
		.st_shndx = sec,
		.st_value = value,
		.st_size = size,
	};

	fn_bytes_add(&w->syms.body, &sym, sizeof(sym));
	if (bind == STB_LOCAL)
		w->syms.locals++;
	return w->syms.n++;
}

/* libbpf takes a global function that is hidden for a static one. */
static void hide_last(struct writer *w)
{
	struct fn_bytes *syms = &w->syms.body;
	Elf64_Sym sym;

	memcpy(&sym, syms->data + syms->n - sizeof(sym), sizeof(sym));
	sym.st_other = STV_HIDDEN;
	memcpy(syms->data + syms->n - sizeof(sym), &sym, sizeof(sym));
}

static bool is_local(const struct fn_lower *l, u32 func)
{
	return func && !l->func[func].global;
}

static void add_functions(struct writer *w, u8 bind)
{
	const struct fn_lower *l = w->l;
	u32 f, base = 0;

	for (f = 0; f < l->nfuncs; f++) {
		const struct fn_lower_func *fn = &l->func[f];
		u32 len = fn_lower_slot(fn, fn->n) * INSN;
		bool local = is_local(l, f);

		if (local == (bind == STB_LOCAL)) {
			w->func_sym[f] = add_symbol(w, fn->name, bind, STT_FUNC,
						    f ? w->text : w->own, base,
						    len);
			if (f && (fn->hidden || fn->f->hidden))
				hide_last(w);
		}
		base = f ? base + len : 0;
	}
}

static bool has_data(const struct fn_lower *l, u32 data)
{
	u32 f, i;

	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++)
			if (l->func[f].insn[i].ref == FN_REF_DATA &&
			    l->func[f].insn[i].id == data)
				return true;
	return false;
}

/* The names of variables, for people. */
static void name_variables(struct writer *w, u32 data)
{
	const struct fn_lower_data *d = &w->l->data[data];
	const char *name;
	Elf64_Sym sym;
	u32 i;

	for (i = 0; fn_elf_symbol(&w->l->o->elf, i, &sym, &name); i++)
		if (sym.st_shndx == d->sec && *name &&
		    ELF64_ST_TYPE(sym.st_info) == STT_OBJECT)
			add_symbol(w, name, STB_LOCAL, STT_OBJECT,
				   w->data[data], sym.st_value, sym.st_size);
}

static void add_data(struct writer *w)
{
	static const struct fn_section made = { .type = SHT_PROGBITS,
						.flags = SHF_ALLOC };
	const struct fn_lower *l = w->l;
	u32 d;

	for (d = 0; d < l->ndata && w->nsecs < MAX_SECTIONS - 8; d++) {
		const struct fn_section *old =
			l->data[d].sec == FN_LOWER_NONE ?
				&made :
				&l->o->elf.sec[l->data[d].sec];

		if (!has_data(l, d))
			continue;
		w->data[d] =
			add_section(w, l->data[d].name, old->type, old->flags);
		fn_bytes_add(&w->sec[w->data[d]].body, l->data[d].bytes,
			     l->data[d].size);
		w->data_sym[d] = add_symbol(w, "", STB_LOCAL, STT_SECTION,
					    w->data[d], 0, 0);
		name_variables(w, d);
	}
}

static void add_maps(struct writer *w)
{
	u32 m;

	if (!w->l->nmaps)
		return;
	w->maps = add_section(w, ".maps", SHT_PROGBITS, SHF_WRITE | SHF_ALLOC);
	fn_bytes_add(&w->sec[w->maps].body, NULL,
		     w->l->nmaps * FN_LOWER_MAP_SIZE);
	for (m = 0; m < w->l->nmaps; m++)
		w->map_sym[m] = add_symbol(w, w->l->map[m].name, STB_GLOBAL,
					   STT_OBJECT, w->maps,
					   m * FN_LOWER_MAP_SIZE,
					   FN_LOWER_MAP_SIZE);
}

static void add_licence(struct writer *w)
{
	const struct fn_elf *elf = &w->l->o->elf;
	u32 old = fn_elf_find(elf, "license"), sec;

	if (!old)
		return;
	sec = add_section(w, "license", SHT_PROGBITS, SHF_WRITE | SHF_ALLOC);
	fn_bytes_add(&w->sec[sec].body, elf->sec[old].data, elf->sec[old].size);
	add_symbol(w, "_license", STB_GLOBAL, STT_OBJECT, sec, 0,
		   elf->sec[old].size);
}

static void add_externs(struct writer *w)
{
	const struct fn_lower *l = w->l;
	const char *name;
	Elf64_Sym sym;
	u32 f, i;

	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++) {
			const struct fn_lower_insn *insn = &l->func[f].insn[i];

			if (insn->ref != FN_REF_EXTERN ||
			    w->extern_sym[insn->id] ||
			    !fn_elf_symbol(&l->o->elf, insn->id, &sym, &name))
				continue;
			w->extern_sym[insn->id] =
				add_symbol(w, name, STB_GLOBAL, STT_NOTYPE,
					   SHN_UNDEF, 0, 0);
		}
}

static u32 symbol_of(const struct writer *w, const struct fn_lower_insn *insn)
{
	switch (insn->ref) {
	case FN_REF_MAP:
		return w->map_sym[insn->id];
	case FN_REF_DATA:
		return w->data_sym[insn->id];
	case FN_REF_EXTERN:
		return w->extern_sym[insn->id];
	case FN_REF_FUNC:
		/* libbpf finds local ones by the symbol of the section. */
		return is_local(w->l, insn->id) ? w->text_sym :
						  w->func_sym[insn->id];
	default:
		return w->func_sym[insn->id];
	}
}

/* Bytes before a function in its section. */
static u32 place_of(const struct fn_lower *l, u32 func)
{
	u32 f, at = 0;

	for (f = 1; f < func; f++)
		at += fn_lower_slot(&l->func[f], l->func[f].n) * INSN;
	return at;
}

static void add_reloc(struct writer *w, struct fn_bytes *relocs, u64 at,
		      const struct fn_lower_insn *insn)
{
	bool calls = insn->insn.code == (BPF_JMP | BPF_CALL);
	Elf64_Rel rel = {
		.r_offset = at,
		.r_info = ELF64_R_INFO(symbol_of(w, insn),
				       calls ? R_64_32 : R_64_64),
	};

	fn_bytes_add(relocs, &rel, sizeof(rel));
}

/* A distance of 16 bits, or of 32 if the instruction has them. */
static bool set_distance(struct writer *w, const struct fn_lower_func *f,
			 struct bpf_insn *insn, s64 distance)
{
	if (insn->code == (BPF_JMP32 | BPF_JA)) {
		insn->imm = distance;
		return true;
	}
	insn->off = distance;
	return insn->off == distance ||
	       fn_lower_bad(
		       w->l,
		       "function %s becomes too long: a jump has 16 bits for its distance",
		       f->name);
}

/* In memory that is not relocated yet, a call says -1. */
static void set_number(const struct writer *w, const struct fn_lower_insn *from,
		       struct bpf_insn *insn)
{
	switch (from->ref) {
	case FN_REF_CALL:
	case FN_REF_EXTERN:
		insn->imm = -(insn->code == (BPF_JMP | BPF_CALL));
		break;
	case FN_REF_FUNC:
		insn->src_reg = BPF_PSEUDO_FUNC;
		insn->imm =
			is_local(w->l, from->id) ? place_of(w->l, from->id) : 0;
		break;
	case FN_REF_NONE:
		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW))
			insn->imm = from->imm;
		break;
	default:
		insn->imm = from->imm;
	}
}

static bool write_insn(struct writer *w, const struct fn_lower_func *f, u32 i,
		       const u32 *slot, struct section *sec,
		       struct fn_bytes *relocs)
{
	const struct fn_lower_insn *from = &f->insn[i];
	struct bpf_insn insn = from->insn, second = {};
	bool ok = true;

	if (from->jumps)
		ok = set_distance(w, f, &insn,
				  (s64)slot[from->to] - slot[i] - 1);
	set_number(w, from, &insn);
	if (from->ref)
		add_reloc(w, relocs, sec->body.n, from);
	fn_bytes_add(&sec->body, &insn, sizeof(insn));
	if (insn.code != (BPF_LD | BPF_IMM | BPF_DW))
		return ok;
	if (!from->ref)
		second.imm = from->imm >> 32;
	fn_bytes_add(&sec->body, &second, sizeof(second));
	return ok;
}

static bool write_function(struct writer *w, const struct fn_lower_func *f,
			   struct section *sec, struct fn_bytes *relocs)
{
	u32 *slot = fn_check_alloc(malloc((f->n + 1) * sizeof(*slot)));
	u32 i, at = 0;
	bool ok = true;

	for (i = 0; i < f->n; i++) {
		slot[i] = at;
		at += 1 + (f->insn[i].insn.code == (BPF_LD | BPF_IMM | BPF_DW));
	}
	for (i = 0; i < f->n && ok; i++)
		ok = write_insn(w, f, i, slot, sec, relocs);
	free(slot);
	return ok;
}

static bool write_code(struct writer *w, u32 sec, const char *name, u32 from,
		       u32 to)
{
	struct fn_bytes relocs = {};
	char text[256];
	bool ok = true;
	u32 f, rel;

	for (f = from; f < to && ok; f++)
		ok = write_function(w, &w->l->func[f], &w->sec[sec], &relocs);
	if (!relocs.n)
		return ok;
	snprintf(text, sizeof(text), ".rel%s", name);
	rel = add_section(w, text, SHT_REL, SHF_INFO_LINK);
	w->sec[rel].body = relocs;
	w->sec[rel].h.sh_info = sec;
	w->sec[rel].h.sh_entsize = sizeof(Elf64_Rel);
	return ok;
}

static void add_types(struct writer *w)
{
	const void *raw;
	u8 *ext;
	size_t n;
	u32 size, sec;

	/* Adds strings to the types, so it comes first. */
	ext = fn_lower_ext(w->l, &n);
	raw = btf__raw_data(w->l->btf, &size);
	sec = add_section(w, ".BTF", SHT_PROGBITS, 0);
	fn_bytes_add(&w->sec[sec].body, raw, size);
	sec = add_section(w, ".BTF.ext", SHT_PROGBITS, 0);
	fn_bytes_add(&w->sec[sec].body, ext, n);
	free(ext);
}

/* Local symbols have to stand before the others. */
static bool fill(struct writer *w)
{
	struct fn_lower *l = w->l;

	add_section(w, "", SHT_NULL, 0);
	add_section(w, ".strtab", SHT_STRTAB, 0);
	w->own = add_section(w, l->section, SHT_PROGBITS,
			     SHF_ALLOC | SHF_EXECINSTR);
	w->text = add_section(w, ".text", SHT_PROGBITS,
			      SHF_ALLOC | SHF_EXECINSTR);
	add_symbol(w, "", STB_LOCAL, STT_NOTYPE, 0, 0, 0);
	w->text_sym = add_symbol(w, "", STB_LOCAL, STT_SECTION, w->text, 0, 0);
	add_data(w);
	add_functions(w, STB_LOCAL);
	add_functions(w, STB_GLOBAL);
	add_maps(w);
	add_licence(w);
	add_externs(w);
	if (!write_code(w, w->own, l->section, 0, 1) ||
	    !write_code(w, w->text, ".text", 1, l->nfuncs))
		return false;
	add_types(w);
	return true;
}

static void finish_symbols(struct writer *w)
{
	u32 sec = add_section(w, ".symtab", SHT_SYMTAB, 0), i;

	w->sec[sec].body = w->syms.body;
	w->sec[sec].h.sh_link = 1;
	w->sec[sec].h.sh_info = w->syms.locals;
	w->sec[sec].h.sh_entsize = sizeof(Elf64_Sym);
	for (i = 0; i < w->nsecs; i++)
		if (w->sec[i].h.sh_type == SHT_REL)
			w->sec[i].h.sh_link = sec;
	w->sec[1].body = w->names;
}

static void put_together(struct writer *w, struct fn_bytes *out)
{
	Elf64_Ehdr h = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_REL,
		.e_machine = EM_BPF,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(h),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = w->nsecs,
		.e_shstrndx = 1,
	};
	u32 i;

	fn_bytes_add(out, NULL, sizeof(h));
	for (i = 1; i < w->nsecs; i++) {
		struct section *s = &w->sec[i];

		fn_bytes_align(out, 8);
		s->h.sh_offset = out->n;
		s->h.sh_size = s->body.n;
		if (s->h.sh_type != SHT_NOBITS && s->body.n)
			fn_bytes_add(out, s->body.data, s->body.n);
	}
	fn_bytes_align(out, 8);
	h.e_shoff = out->n;
	for (i = 0; i < w->nsecs; i++)
		fn_bytes_add(out, &w->sec[i].h, sizeof(w->sec[i].h));
	memcpy(out->data, &h, sizeof(h));
}

static u32 *numbers(u32 n)
{
	return fn_check_alloc(calloc(n + 1, sizeof(u32)));
}

static void free_writer(struct writer *w)
{
	u32 i;

	for (i = 0; i < w->nsecs; i++)
		free(w->sec[i].body.data);
	free(w->data);
	free(w->func_sym);
	free(w->map_sym);
	free(w->data_sym);
	free(w->extern_sym);
	free(w);
}

/**
 * fn_lower_write - make an object of the program
 * @l: program
 * @data: gets the file, for free()
 * @size: gets its size
 *
 * Return: false if that can't be; @l says why.
 */
bool fn_lower_write(struct fn_lower *l, u8 **data, size_t *size)
{
	struct writer *w = fn_check_alloc(calloc(1, sizeof(*w)));
	struct fn_bytes out = {};
	bool ok;

	w->l = l;
	w->data = numbers(l->ndata);
	w->func_sym = numbers(l->nfuncs);
	w->map_sym = numbers(l->nmaps);
	w->data_sym = numbers(l->ndata);
	w->extern_sym = numbers(l->o->elf.nsyms);
	ok = fill(w);
	finish_symbols(w);
	if (ok)
		put_together(w, &out);
	free_writer(w);
	*data = out.data;
	*size = out.n;
	return ok;
}
