// SPDX-License-Identifier: GPL-2.0
/*
 * Global data: all sections that the program refers to become the one value of
 * an array map. A function that needs it looks it up once, when it is called,
 * and keeps its address on the stack.
 *
 * What is preserved: initial values, all kinds of access. What the user sees:
 * one map "globals" instead of .data, .bss and .rodata, and no mapped memory;
 * flownic globals gets and sets variables.
 */
#include <bpf/btf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "lower.h"
#include "passes.h"
#include "userspace/tool.h"

#define MOST_VARIABLES 4096

/**
 * struct variable - a member of the value
 * @name: of the variable
 * @type: its BTF id
 * @at: offset in the value
 * @size: bytes
 */
struct variable {
	const char *name;
	u32 type;
	u32 at;
	u32 size;
};

static bool refers(const struct fn_lower_func *f, u32 data)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (f->insn[i].ref == FN_REF_DATA &&
		    (data == FN_LOWER_NONE || f->insn[i].id == data))
			return true;
	return false;
}

static bool is_used(const struct fn_lower *l, u32 data)
{
	u32 f;

	for (f = 0; f < l->nfuncs; f++)
		if (refers(&l->func[f], data))
			return true;
	return false;
}

static void free_init(struct fn_lower *l)
{
	free(l->init);
	l->init = NULL;
}

/* Bytes of the value. */
static u32 place_sections(struct fn_lower *l)
{
	u32 d, at = 0;

	free_init(l);
	for (d = 0; d < l->ndata; d++) {
		if (!is_used(l, d))
			continue;
		l->data[d].base = at;
		at += round_up(l->data[d].size, 8);
		l->init = fn_check_alloc(realloc(l->init, at));
		memset(l->init + l->data[d].base, 0, at - l->data[d].base);
		memcpy(l->init + l->data[d].base, l->data[d].bytes,
		       l->data[d].size);
	}
	l->init_size = at;
	return at;
}

static int by_place(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void add_variable(struct fn_lower *l, const struct fn_lower_data *d,
			 const Elf64_Sym *sym, const char *name,
			 struct variable *to, u32 *n)
{
	u32 var = fn_btf_find(&l->o->btf, name, BTF_KIND_VAR);
	struct btf_type t;

	if (*n == MOST_VARIABLES || strchr(name, '.') ||
	    !fn_btf_type(&l->o->btf, var, &t) || sym->st_value > d->size ||
	    sym->st_size > d->size - sym->st_value ||
	    fn_btf_size(&l->o->btf, t.type) != sym->st_size)
		return;
	to[(*n)++] = (struct variable){ name, t.type, d->base + sym->st_value,
					sym->st_size };
}

static u32 find_variables(struct fn_lower *l, struct variable *to)
{
	const char *name;
	u32 i, d, n = 0;
	Elf64_Sym sym;

	for (i = 0; fn_elf_symbol(&l->o->elf, i, &sym, &name); i++) {
		if (ELF64_ST_TYPE(sym.st_info) != STT_OBJECT || !*name)
			continue;
		for (d = 0; d < l->ndata; d++)
			if (l->data[d].sec == sym.st_shndx && is_used(l, d))
				add_variable(l, &l->data[d], &sym, name, to,
					     &n);
	}
	return n;
}

/* A struct of all variables, by which they are found again in the kernel. */
static u32 value_type(struct fn_lower *l, u32 size)
{
	struct variable *v;
	u32 i, n, end = 0;
	int id;

	v = fn_check_alloc(malloc(MOST_VARIABLES * sizeof(*v)));
	n = find_variables(l, v);
	qsort(v, n, sizeof(*v), by_place);
	id = btf__add_struct(l->btf, FN_LOWER_GLOBALS, size);
	for (i = 0; i < n && id > 0; i++) {
		if (v[i].at < end)
			continue;
		if (btf__add_field(l->btf, v[i].name, v[i].type, 8 * v[i].at,
				   0))
			id = 0;
		end = v[i].at + v[i].size;
	}
	free(v);
	return max(id, 0);
}

/* The array has the one element, so the way out is never taken. */
static void look_up(struct fn_edit *e, u32 map, s32 slot)
{
	u32 found;

	fn_add_store_imm(e, BPF_W, 10, slot, 0);
	fn_add_mov(e, 2, 10);
	fn_add_alu(e, BPF_ADD, 2, slot);
	fn_add_map(e, 1, map);
	fn_add_call(e, BPF_FUNC_map_lookup_elem);
	found = fn_add_jump(e, BPF_JNE, 0, 0);
	fn_add_set(e, 0, 0);
	fn_add_exit(e);
	fn_edit_land(e, found);
	fn_add_store(e, BPF_DW, 10, slot, 0);
}

static bool rewrite(struct fn_lower *l, struct fn_lower_func *f, u32 map)
{
	struct fn_prologue p;
	struct fn_edit e;
	s32 slot = fn_lower_stack_take(l, f, 8);
	u32 i;

	if (!slot)
		return false;
	fn_edit_begin(&e, l, f);
	if (!fn_prologue_begin(&p, &e)) {
		fn_edit_drop(&e);
		return false;
	}
	look_up(&e, map, slot);
	fn_prologue_end(&p, &e);
	for (i = 0; i < f->n; i++) {
		const struct fn_lower_insn *insn = &f->insn[i];

		fn_edit_at(&e, i);
		if (insn->ref != FN_REF_DATA) {
			fn_edit_copy(&e, i);
			continue;
		}
		fn_add_load(&e, BPF_DW, insn->insn.dst_reg, 10, slot);
		if (l->data[insn->id].base + insn->imm)
			fn_add_alu(&e, BPF_ADD, insn->insn.dst_reg,
				   l->data[insn->id].base + insn->imm);
	}
	fn_edit_end(&e);
	return true;
}

/**
 * fn_lower_globals - put global data into an array map
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_globals(struct fn_lower *l)
{
	u32 f, map, size = place_sections(l);

	if (!size)
		return FN_LOWER_SAME;
	map = fn_lower_add_map(l, FN_LOWER_GLOBALS, BPF_MAP_TYPE_ARRAY, size,
			       1);
	/* The kernel takes the type of the value with one of the key only. */
	l->map[map].key_type =
		max(btf__add_int(l->btf, "unsigned int", 4, 0), 0);
	l->map[map].value_type = value_type(l, size);
	for (f = 0; f < l->nfuncs; f++)
		if (refers(&l->func[f], FN_LOWER_NONE) &&
		    !rewrite(l, &l->func[f], map))
			return FN_LOWER_FAILED;
	return FN_LOWER_CHANGED;
}
