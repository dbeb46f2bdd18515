// SPDX-License-Identifier: GPL-2.0
/*
 * Object files: opening one finds and links all of its programs.
 */
#include <bpf/libbpf.h>
#include <linux/btf.h>

#include "object.h"
#include "userspace/tool.h"

static bool has_prefix(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

static int ignore_message(enum libbpf_print_level level, const char *fmt,
			  va_list ap)
{
	return 0;
}

/*
 * The section's name tells the type. ip(8) asks nobody and takes any section
 * for XDP, so one that libbpf does not know is taken for that, too.
 */
static u32 type_of(const char *section, bool *guessed)
{
	enum bpf_attach_type attach;
	enum bpf_prog_type type;

	*guessed = false;
	/* Not to be loaded unless asked for. */
	if (*section == '?')
		section++;
	if (!libbpf_prog_type_by_name(section, &type, &attach))
		return type;
	if (has_prefix(section, "xdp"))
		return BPF_PROG_TYPE_XDP;
	if (has_prefix(section, "classifier") || has_prefix(section, "tc") ||
	    has_prefix(section, "action"))
		return BPF_PROG_TYPE_SCHED_CLS;
	*guessed = true;
	return BPF_PROG_TYPE_XDP;
}

static u32 count_programs(const struct fn_object *o)
{
	u32 f, n = 0;

	for (f = 0; f < o->nfuncs; f++)
		n += o->funcs[f].entry;
	return n;
}

/*
 * Where no function has a section of its own, the global ones of .text are
 * programs: not for libbpf, but for other loaders.
 */
static u32 take_text(struct fn_object *o)
{
	u32 f;

	for (f = 0; f < o->nfuncs; f++)
		o->funcs[f].entry = o->funcs[f].global;
	return count_programs(o);
}

/* What a program's argument points to, by the types; NULL if they don't tell. */
static const char *context_of(const struct fn_btf *btf, const char *name)
{
	u32 id = fn_btf_find(btf, name, BTF_KIND_FUNC);
	struct btf_type t;

	if (!fn_btf_type(btf, id, &t) || !fn_btf_type(btf, t.type, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_FUNC_PROTO ||
	    !BTF_INFO_VLEN(t.info))
		return NULL;
	fn_btf_type(btf, id, &t);
	id = fn_btf_skip(btf, fn_btf_extra(btf, t.type, 1));
	if (!fn_btf_type(btf, id, &t) || BTF_INFO_KIND(t.info) != BTF_KIND_PTR)
		return NULL;
	id = fn_btf_skip(btf, t.type);
	if (!fn_btf_type(btf, id, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_STRUCT)
		return NULL;
	return fn_btf_string(btf, t.name_off);
}

static void add_program(struct fn_object *o, const struct fn_function *f)
{
	struct fn_program *p = &o->progs[o->nprogs++];

	p->name = f->name;
	p->section = o->elf.sec[f->sec].name;
	p->bpf.type = type_of(p->section, &p->guessed);
	p->context = context_of(&o->btf, p->name);
	/* tc(8) takes any section for a classifier: its argument tells. */
	if (p->guessed && p->context && !strcmp(p->context, "__sk_buff"))
		p->bpf.type = BPF_PROG_TYPE_SCHED_CLS;
	fn_link(o, f, p);
}

static const char *link_programs(struct fn_object *o)
{
	u32 f, n = 0;

	n = count_programs(o);
	if (!n)
		n = take_text(o);
	if (!n)
		return "it has no programs; a program is a global function";
	o->progs = fn_check_alloc(calloc(n, sizeof(*o->progs)));
	for (f = 0; f < o->nfuncs; f++)
		if (o->funcs[f].entry)
			add_program(o, &o->funcs[f]);
	return NULL;
}

/**
 * fn_object_open - read an object
 * @o: to fill in; fn_object_close() is due in either case
 * @file: all of it, which has to stay
 * @size: of @file
 *
 * Return: NULL, or why it is no object with programs.
 */
const char *fn_object_open(struct fn_object *o, const void *file, size_t size)
{
	const char *bad;

	*o = (struct fn_object){};
	libbpf_set_print(ignore_message);
	bad = fn_elf_open(&o->elf, file, size);
	if (bad)
		return bad;
	fn_btf_open(&o->btf, &o->elf);
	return fn_map_defs(o) ?: fn_find_code(o) ?: link_programs(o);
}

static void free_program(struct fn_program *p)
{
	free(p->insns);
	free(p->needs);
	free(p->map);
	free(p->lines);
	free(p->parts);
	fn_reasons_free(&p->reasons);
}

/**
 * fn_object_close - undo fn_object_open()
 * @o: object
 */
void fn_object_close(struct fn_object *o)
{
	u32 i;

	for (i = 0; i < o->nprogs; i++)
		free_program(&o->progs[i]);
	free(o->progs);
	fn_free(o->maps);
	fn_free(o->funcs);
	fn_free(o->relocs);
	fn_btf_close(&o->btf);
	fn_elf_close(&o->elf);
}

/**
 * fn_program_line - where in the source an instruction comes from
 * @p: program
 * @insn: instruction
 *
 * Return: NULL if that is not known.
 */
const struct fn_line *fn_program_line(const struct fn_program *p, u32 insn)
{
	u32 low = 0, high = p->nlines;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (p->lines[mid].insn <= insn)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &p->lines[low - 1] : NULL;
}
