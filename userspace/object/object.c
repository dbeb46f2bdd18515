// SPDX-License-Identifier: GPL-2.0
/*
 * Object files: opening one finds and links all of its programs.
 */
#include <bpf/libbpf.h>

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

static void add_program(struct fn_object *o, const struct fn_function *f)
{
	struct fn_program *p = &o->progs[o->nprogs++];

	p->name = f->name;
	p->section = o->elf.sec[f->sec].name;
	p->bpf.type = type_of(p->section, &p->guessed);
	fn_link(o, f, p);
}

static const char *link_programs(struct fn_object *o)
{
	u32 f, n = 0;

	for (f = 0; f < o->nfuncs; f++)
		n += o->funcs[f].entry;
	if (!n)
		return "it has no programs; a program is a global function in a section of its own";
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
