/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Object files as a compiler leaves them, read without the kernel: what the
 * programs in them would be once loaded, and what stands in the way.
 */
#ifndef FN_OBJECT_H
#define FN_OBJECT_H

#include <elf.h>

#include "offload/translator/translator.h"

struct btf_type;

#define FN_OBJECT_MAX_FUNCS 4096
#define FN_OBJECT_MAX_MAPS 1024
#define FN_REASONS_MAX 1000 /* of a program; more are only counted */

/**
 * struct fn_section - a section of an object
 * @name: ends inside the file
 * @data: its bytes, at any alignment; NULL if it has none
 * @size: of @data, or what it would have
 * @type: SHT_*
 * @flags: SHF_*
 * @link: another section
 * @info: another section
 */
struct fn_section {
	const char *name;
	const u8 *data;
	u64 size;
	u32 type;
	u64 flags;
	u32 link;
	u32 info;
};

/**
 * struct fn_elf - an ELF file
 * @file: all of it
 * @size: of @file
 * @sec: sections
 * @nsecs: number of @sec
 * @syms: symbol table, or NULL
 * @nsyms: symbols in it
 * @strs: section of the symbols' names
 */
struct fn_elf {
	const u8 *file;
	size_t size;
	struct fn_section *sec;
	u32 nsecs;
	const u8 *syms;
	u32 nsyms;
	const struct fn_section *strs;
};

/**
 * struct fn_btf - type information; all zero if there is none
 * @types: section's part with the types
 * @strs: section's part with the strings, which ends in 0
 * @nstrs: bytes of @strs
 * @at: where each type begins in @types; 0 is void
 * @ntypes: number of @at
 * @ext: the section .BTF.ext, or NULL
 */
struct fn_btf {
	const u8 *types;
	const char *strs;
	u32 nstrs;
	u32 *at;
	u32 ntypes;
	const struct fn_section *ext;
};

/**
 * struct fn_line - where in the source an instruction comes from
 * @insn: first instruction of the line
 * @file: name
 * @text: of the line, without what is around it
 * @line: number
 * @column: number
 */
struct fn_line {
	u32 insn;
	const char *file;
	const char *text;
	u32 line;
	u32 column;
};

/**
 * struct fn_core_reloc - a reference to a field of a type of the kernel's (CO-RE)
 * @insn: instruction that has the field's offset, size, ...
 * @type: struct, as the program declares it
 * @access: numbers with colons: 0, then a member in each struct on the way
 * @kind: enum bpf_core_relo_kind
 */
struct fn_core_reloc {
	u32 insn;
	u32 type;
	const char *access;
	u32 kind;
};

/* What .BTF.ext has records of. */
enum fn_btf_part { FN_BTF_FUNCS, FN_BTF_LINES, FN_BTF_CORE };

/**
 * struct fn_btf_ext_header - .BTF.ext's, as far as it matters
 * @magic: BTF_MAGIC
 * @version: BTF_VERSION
 * @flags: none
 * @hdr_len: bytes; parts are given from here
 * @part: by enum fn_btf_part, bytes
 */
struct fn_btf_ext_header {
	u16 magic;
	u8 version;
	u8 flags;
	u32 hdr_len;
	struct {
		u32 off;
		u32 len;
	} part[3];
};

/**
 * struct fn_btf_records - those of one section
 * @first: the first
 * @n: how many
 * @size: of each
 */
struct fn_btf_records {
	const u8 *first;
	u32 n;
	u32 size;
};

/**
 * struct fn_map_def - a map as an object defines it
 * @name: of its variable
 * @sec: section it is in
 * @offset: there
 * @need: what the card is told
 * @flags: BPF_F_*
 * @kind: type that flownic's card makes of a hash, 0 if it stays one
 * @legacy: it is defined as libbpf had it before 1.0
 * @special: type in its values that needs the kernel ("bpf_timer"), or NULL
 * @bad: sentence that says why the definition makes no sense, or NULL
 */
struct fn_map_def {
	const char *name;
	u32 sec;
	u64 offset;
	struct fn_image_map need;
	u32 flags;
	u32 kind;
	bool legacy;
	const char *special;
	const char *bad;
};

/**
 * struct fn_function - a function of an object
 * @name: of its symbol
 * @sec: section it is in
 * @start: first instruction, counted in the section
 * @len: instructions
 * @entry: a program, not a subprogram
 * @global: other objects see it
 * @hidden: @global, but only for those that it is linked with
 */
struct fn_function {
	const char *name;
	u32 sec;
	u32 start;
	u32 len;
	bool entry;
	bool global;
	bool hidden;
};

/**
 * struct fn_reloc - a place that the linker has to fill in
 * @sec: section it is in
 * @symbol: number of the symbol that is referred to
 * @type: R_BPF_*
 * @offset: bytes, in the section
 */
struct fn_reloc {
	u32 sec;
	u32 symbol;
	u32 type;
	u64 offset;
};

/**
 * struct fn_reason - why a program can't run on the card
 * @insn: instruction, or FN_ORIGIN_NONE
 * @text: sentence
 */
struct fn_reason {
	u32 insn;
	char *text;
};

/**
 * struct fn_reasons - why a program can't run on the card
 * @r: sorted by instruction
 * @n: number of @r
 * @more: that were not noted any more
 */
struct fn_reasons {
	struct fn_reason *r;
	u32 n;
	u32 more;
};

/**
 * struct fn_part - a function in a program
 * @base: its first instruction there
 * @func: its number in the object
 */
struct fn_part {
	u32 base;
	u32 func;
};

/**
 * struct fn_scope - a function that an instruction is in
 * @name: of the function
 * @line: where it was inlined, in the function around it; 0 if it was not
 */
struct fn_scope {
	const char *name;
	u32 line;
};

#define FN_SCOPES 16 /* around an instruction, at most */

/**
 * struct fn_folded - cycles of a program, to be written as stacks
 * @name: of the program
 * @object: it is from, or NULL
 * @program: of @object, or NULL
 * @img: its card code
 * @issued: cycles by word
 * @waited: cycles by word that were waited for memory
 * @rest: cycles that belong to no word
 */
struct fn_folded {
	const char *name;
	const struct fn_object *object;
	const struct fn_program *program;
	const struct fn_image *img;
	const u64 *issued;
	const u64 *waited;
	u64 rest;
};

struct fn_inlines;

/**
 * struct fn_program - a program of an object, linked with its subprograms
 * @name: of its function
 * @section: it is in
 * @guessed: the section does not tell the type; taken for XDP as ip(8) does, or
 *	by its argument for a classifier
 * @context: name of the struct that its argument points to, NULL if not known
 * @bpf: for the translator; its maps are those of @map
 * @insns: of @bpf
 * @needs: of @bpf
 * @map: index into the object's maps, by slot
 * @lines: sorted by instruction
 * @nlines: number of @lines
 * @parts: its functions, in the order of the program
 * @nparts: number of @parts
 * @reasons: what the linker met
 */
struct fn_program {
	const char *name;
	const char *section;
	bool guessed;
	const char *context;
	struct fn_bpf_prog bpf;
	struct bpf_insn *insns;
	struct fn_image_map *needs;
	u32 *map;
	struct fn_line *lines;
	u32 nlines;
	struct fn_part *parts;
	u32 nparts;
	struct fn_reasons reasons;
};

/**
 * struct fn_object - an object file
 * @elf: the file, which this does not own
 * @btf: its types
 * @maps: all maps
 * @nmaps: number of @maps
 * @funcs: all functions, by section and place
 * @nfuncs: number of @funcs
 * @relocs: of code, by section and offset
 * @nrelocs: number of @relocs
 * @progs: all programs
 * @nprogs: number of @progs
 */
struct fn_object {
	struct fn_elf elf;
	struct fn_btf btf;
	struct fn_map_def *maps;
	u32 nmaps;
	struct fn_function *funcs;
	u32 nfuncs;
	struct fn_reloc *relocs;
	u32 nrelocs;
	struct fn_program *progs;
	u32 nprogs;
};

/* elf.c */
const char *fn_elf_open(struct fn_elf *elf, const void *file, size_t size);
void fn_elf_close(struct fn_elf *elf);
u32 fn_elf_find(const struct fn_elf *elf, const char *name);
bool fn_elf_symbol(const struct fn_elf *elf, u32 index, Elf64_Sym *sym,
		   const char **name);

/* btf.c */
void fn_btf_open(struct fn_btf *btf, const struct fn_elf *elf);
void fn_btf_close(struct fn_btf *btf);
const char *fn_btf_string(const struct fn_btf *btf, u32 offset);
bool fn_btf_type(const struct fn_btf *btf, u32 id, struct btf_type *type);
u32 fn_btf_extra(const struct fn_btf *btf, u32 id, u32 word);
u32 fn_btf_find(const struct fn_btf *btf, const char *name, u32 kind);
u32 fn_btf_skip(const struct fn_btf *btf, u32 id);
bool fn_btf_in_section(const struct fn_btf *btf, const char *section,
		       const char *name, u32 *type);
u64 fn_btf_size(const struct fn_btf *btf, u32 id);

/* btf_ext.c */
bool fn_btf_records(const struct fn_btf *btf, enum fn_btf_part part,
		    const char *section, struct fn_btf_records *r);
u32 fn_btf_lines(const struct fn_btf *btf, const char *section, u32 from,
		 u32 to, struct fn_line **lines);

u32 fn_btf_relocs(const struct fn_btf *btf, const char *section, u32 from,
		  u32 to, struct fn_core_reloc **relocs);

/* core.c */
void fn_core_relocate(const struct fn_object *o, const struct fn_function *f,
		      u32 base, struct fn_program *p);
u8 fn_size_code(u32 size);

/* map_def.c */
bool fn_map_needs_size(const struct fn_map_def *d);
int fn_map_set_entries(struct fn_object *o, const char *list);
const char *fn_map_defs(struct fn_object *o);
u32 fn_map_flags(const struct fn_map_def *d);
u32 fn_map_inner(const struct fn_btf *btf, const char *name,
		 struct fn_map_def *d);
void fn_map_set_kind_of(struct fn_object *o, const char *name, u32 kind);

/* code.c */
const char *fn_find_code(struct fn_object *o);
const struct fn_function *fn_function_at(const struct fn_object *o, u32 sec,
					 u64 insn);
const struct fn_reloc *fn_reloc_at(const struct fn_object *o, u32 sec,
				   u64 offset);

#define FN_UNSIZED \
	"its max_entries are 0, for the loader to set: say how many (--entries MAP=N), or set it in the object"

#define FN_ELSEWHERE \
	"%s is in another object; link them first (bpftool gen object OUT.o IN.o...)"

/* link.c */
bool fn_is_elsewhere(const struct fn_object *o, const char *name);
void fn_link(const struct fn_object *o, const struct fn_function *f,
	     struct fn_program *p);

/* reason.c */
void __printf(3, 4)
	fn_reason(struct fn_reasons *rs, u32 insn, const char *fmt, ...);
bool fn_reason_at(const struct fn_reasons *rs, u32 insn);
void fn_reasons_sort(struct fn_reasons *rs);
void fn_reasons_free(struct fn_reasons *rs);

/* object.c */
const char *fn_object_open(struct fn_object *o, const void *file, size_t size);
void fn_object_close(struct fn_object *o);
const struct fn_line *fn_program_line(const struct fn_program *p, u32 insn);

/* inline.c */
struct fn_inlines *fn_inlines_open(const struct fn_object *o);
void fn_inlines_close(struct fn_inlines *in);
u32 fn_inlines_at(const struct fn_inlines *in, const struct fn_program *p,
		  u32 insn, struct fn_scope *scopes);

/* folded.c */
int fn_folded_write(const struct fn_folded *f, const char *path);

/* pprof.c */
int fn_pprof_write(const struct fn_folded *f, const char *path);

/* said.c */
void fn_said_begin(void);
const char *fn_said(int err);

/* program.c */
const struct fn_program *fn_program_find(const struct fn_object *o,
					 const char *name);
const char *fn_program_names(const struct fn_object *o, char *text,
			     size_t size);
bool fn_program_is_for_card(const struct fn_program *p);

#endif /* FN_OBJECT_H */
