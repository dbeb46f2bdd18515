// SPDX-License-Identifier: GPL-2.0
/*
 * Variables that the object does not have, for libbpf to fill in: the kernel's
 * configuration becomes a section of data that never changes; a symbol of the
 * kernel's that may be missing is 0 if it is. All others are the host's.
 */
#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>

#include "lower.h"
#include "userspace/tool.h"

#define SECTION ".rodata.kconfig"
#define MOST_SIZE 256 /* bytes of a variable */

/* Without that list, a symbol may be there. */
static bool kernel_has(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], symbol[256];
	bool found = !f;

	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*s %*s %255s", symbol) == 1 &&
			!strcmp(symbol, name);
	if (f)
		fclose(f);
	return found;
}

static struct fn_lower_data *section(struct fn_lower *l, u32 *id)
{
	struct fn_lower_data *d;

	for (*id = 0; *id < l->ndata; ++*id)
		if (l->data[*id].sec == FN_LOWER_NONE)
			return &l->data[*id];
	l->data = fn_check_alloc(
		realloc(l->data, (l->ndata + 1) * sizeof(*l->data)));
	d = &l->data[l->ndata++];
	*d = (struct fn_lower_data){
		.sec = FN_LOWER_NONE,
		.name = SECTION,
		.read_only = true,
	};
	return d;
}

/**
 * struct entry - what stands before each variable of the section
 * @symbol: its number in the object
 * @size: bytes of the variable, a multiple of 8
 */
struct entry {
	u32 symbol;
	u32 size;
};

/* Where a variable is in the section, which is its size if it has no place. */
static u32 place_of(const struct fn_lower_data *d, u32 symbol)
{
	struct entry e;
	u32 at;

	for (at = 0; at < d->size; at += sizeof(e) + e.size) {
		memcpy(&e, d->bytes + at, sizeof(e));
		if (e.symbol == symbol)
			break;
	}
	return at;
}

static void add_variable(struct fn_lower_data *d, struct entry e,
			 const u8 *value)
{
	u32 at = d->size;

	d->size += sizeof(e) + e.size;
	d->bytes = fn_check_alloc(realloc(d->bytes, d->size));
	memcpy(d->bytes + at, &e, sizeof(e));
	memcpy(d->bytes + at + sizeof(e), value, e.size);
}

static bool refer_to_option(struct fn_lower *l, struct fn_lower_insn *insn,
			    u32 symbol, const char *name, u32 type, bool weak)
{
	struct entry e = { .symbol = symbol };
	u8 value[MOST_SIZE] = {};
	struct fn_lower_data *d;
	u32 size, at;

	if (!fn_kconfig_value(l, name, type, weak, value, sizeof(value), &size))
		return false;
	e.size = round_up(size, 8);
	insn->ref = FN_REF_DATA;
	d = section(l, &insn->id);
	at = place_of(d, symbol);
	if (at == d->size)
		add_variable(d, e, value);
	insn->imm += at + sizeof(e);
	return true;
}

/**
 * fn_extern_refer - refer to a variable that the object does not have
 * @l: program
 * @insn: the address of it, and an offset
 * @symbol: its number in the object
 *
 * Return: false if it can't be had; @l says why.
 */
bool fn_extern_refer(struct fn_lower *l, struct fn_lower_insn *insn, u32 symbol)
{
	const char *name;
	Elf64_Sym sym;
	u32 type;
	bool weak;

	if (!fn_elf_symbol(&l->o->elf, symbol, &sym, &name))
		return fn_lower_bad(
			l, "reference to a symbol that is not in the object");
	weak = ELF64_ST_BIND(sym.st_info) == STB_WEAK;
	if (fn_btf_in_section(&l->o->btf, ".kconfig", name, &type))
		return refer_to_option(l, insn, symbol, name, type, weak);
	if (weak && !kernel_has(name)) {
		insn->imm = 0;
		l->folds = true;
		return true;
	}
	if (fn_is_elsewhere(l->o, name))
		return fn_lower_bad(l, FN_ELSEWHERE, name);
	insn->ref = FN_REF_EXTERN;
	insn->id = symbol;
	return true;
}
