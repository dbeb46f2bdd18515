// SPDX-License-Identifier: GPL-2.0
/*
 * Which functions an instruction is in, by DWARF: compilers put nearly all of a
 * program's functions into one, and .BTF.ext tells lines alone.
 *
 * Nothing is relocated. What a relocation would add to is in place already:
 * offsets of strings as they are in an object of one source file, and addresses
 * that count from the beginning of their section. Which section that is, the
 * name of the function tells.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>

#include "object.h"
#include "userspace/tool.h"

/**
 * struct fn_inlines - debugging information of an object
 * @o: object
 * @elf: its file
 * @dwarf: information, NULL if there is none
 */
struct fn_inlines {
	const struct fn_object *o;
	Elf *elf;
	Dwarf *dwarf;
};

/**
 * fn_inlines_open - look for debugging information
 * @o: object, which has to stay open
 *
 * Return: for fn_inlines_close(); there may be none in it.
 */
struct fn_inlines *fn_inlines_open(const struct fn_object *o)
{
	struct fn_inlines *in = fn_check_alloc(calloc(1, sizeof(*in)));

	in->o = o;
	elf_version(EV_CURRENT);
	in->elf = elf_memory((char *)o->elf.file, o->elf.size);
	if (in->elf)
		in->dwarf = dwarf_begin_elf(in->elf, DWARF_C_READ, NULL);
	return in;
}

/**
 * fn_inlines_close - undo fn_inlines_open()
 * @in: debugging information, or NULL
 */
void fn_inlines_close(struct fn_inlines *in)
{
	if (!in)
		return;
	dwarf_end(in->dwarf);
	elf_end(in->elf);
	free(in);
}

/* The entry of a function that is not inlined, by name. */
static bool find_function(const struct fn_inlines *in, const char *name,
			  Dwarf_Die *found)
{
	Dwarf_Off at = 0, next;
	Dwarf_Die unit;
	size_t head;

	for (; !dwarf_nextcu(in->dwarf, at, &next, &head, NULL, NULL, NULL);
	     at = next) {
		if (!dwarf_offdie(in->dwarf, at + head, &unit) ||
		    dwarf_child(&unit, found))
			continue;
		do {
			const char *own = dwarf_diename(found);

			if (dwarf_tag(found) == DW_TAG_subprogram && own &&
			    !strcmp(own, name) &&
			    dwarf_hasattr(found, DW_AT_low_pc))
				return true;
		} while (!dwarf_siblingof(found, found));
	}
	return false;
}

static bool child_with(Dwarf_Die *die, Dwarf_Addr pc)
{
	Dwarf_Die child;

	if (dwarf_child(die, &child))
		return false;
	do {
		int tag = dwarf_tag(&child);

		if ((tag == DW_TAG_inlined_subroutine ||
		     tag == DW_TAG_lexical_block) &&
		    dwarf_haspc(&child, pc) == 1) {
			*die = child;
			return true;
		}
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

/* Also where the function was called. */
static void add_scope(Dwarf_Die *die, struct fn_scope *scope)
{
	Dwarf_Attribute attr;
	Dwarf_Word line = 0;

	if (dwarf_attr(die, DW_AT_call_line, &attr))
		dwarf_formudata(&attr, &line);
	*scope = (struct fn_scope){ dwarf_diename(die) ?: "?", line };
}

static const struct fn_part *part_at(const struct fn_program *p, u32 insn)
{
	const struct fn_part *found = NULL;
	u32 i;

	for (i = 0; i < p->nparts && p->parts[i].base <= insn; i++)
		found = &p->parts[i];
	return found;
}

/**
 * fn_inlines_at - the functions that an instruction is in
 * @in: debugging information
 * @p: program
 * @insn: instruction of it
 * @scopes: gets them, the outermost first: the function that calls no other
 *	function in it, then those inlined
 *
 * Return: number of @scopes, at most FN_SCOPES and at least 1.
 */
u32 fn_inlines_at(const struct fn_inlines *in, const struct fn_program *p,
		  u32 insn, struct fn_scope *scopes)
{
	const struct fn_part *part = part_at(p, insn);
	const struct fn_function *f;
	Dwarf_Die die;
	Dwarf_Addr pc;
	u32 n = 1;

	scopes[0] = (struct fn_scope){ p->name, 0 };
	if (!part)
		return n;
	f = &in->o->funcs[part->func];
	scopes[0].name = f->name;
	if (!in->dwarf || !find_function(in, f->name, &die))
		return n;
	pc = (u64)(f->start + (insn - part->base)) * sizeof(struct bpf_insn);
	while (n < FN_SCOPES && child_with(&die, pc))
		if (dwarf_tag(&die) == DW_TAG_inlined_subroutine)
			add_scope(&die, &scopes[n++]);
	return n;
}
