// SPDX-License-Identifier: GPL-2.0
/*
 * A program out of its object, with all functions that it may call. What the
 * object's types say of functions, lines and the kernel's fields comes along.
 */
#include <linux/btf.h>
#include <string.h>

#include "lower.h"
#include "userspace/tool.h"

#ifndef BPF_PSEUDO_FUNC
#define BPF_PSEUDO_FUNC 4
#endif

#define INSN sizeof(struct bpf_insn)

static bool is_wide(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static bool is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL);
}

static bool is_jump(const struct bpf_insn *insn)
{
	u8 class = BPF_CLASS(insn->code), op = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL &&
	       op != BPF_EXIT;
}

/* Version 4 has jumps with 32 bits of distance. */
static s64 distance(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP32 | BPF_JA) ? insn->imm : insn->off;
}

/* Which of the instructions begins at each slot; the second of two is none. */
static u32 *number_slots(const struct bpf_insn *raw, u32 len, u32 *n)
{
	u32 *at = fn_check_alloc(malloc((len + 1) * sizeof(*at)));
	u32 i;

	*n = 0;
	for (i = 0; i < len; i++) {
		at[i] = (*n)++;
		if (is_wide(&raw[i]) && i + 1 < len)
			at[++i] = FN_LOWER_NONE;
	}
	at[len] = FN_LOWER_NONE;
	return at;
}

static bool set_target(struct fn_lower *l, const struct fn_lower_func *f,
		       struct fn_lower_insn *insn, const u32 *at, u32 slot)
{
	s64 to = (s64)slot + 1 + distance(&insn->insn);

	if (to < 0 || to >= f->f->len || at[to] == FN_LOWER_NONE)
		return fn_lower_bad(
			l, "function %s: insn %u jumps out of the function",
			f->name, slot);
	insn->jumps = true;
	insn->to = at[to];
	return true;
}

static bool refer_to_function(struct fn_lower *l, struct fn_lower_insn *insn,
			      u32 sec, s64 start, enum fn_lower_ref ref)
{
	const struct fn_function *f = NULL;

	if (start >= 0)
		f = fn_function_at(l->o, sec, start);
	if (!f)
		return fn_lower_bad(
			l,
			"a reference to something that is not the beginning of a function; of functions, their symbols are needed (strip -g leaves them)");
	insn->ref = ref;
	return fn_lower_add_function(l, f, &insn->id);
}

static u32 map_at(const struct fn_object *o, u32 sec, u64 offset)
{
	u32 m;

	for (m = 0; m < o->nmaps; m++)
		if (o->maps[m].sec == sec && o->maps[m].offset == offset)
			return m;
	return FN_LOWER_NONE;
}

static bool refer_to_address(struct fn_lower *l, struct fn_lower_insn *insn,
			     const Elf64_Sym *sym, u32 symbol)
{
	const struct fn_elf *elf = &l->o->elf;
	u64 offset = sym->st_value + (u32)insn->imm;
	u32 map = map_at(l->o, sym->st_shndx, offset);

	insn->insn.src_reg = 0;
	if (sym->st_shndx == SHN_UNDEF)
		return fn_extern_refer(l, insn, symbol);
	if (map != FN_LOWER_NONE) {
		insn->ref = FN_REF_MAP;
		insn->id = fn_lower_map_of(l, map);
		insn->imm = 0;
		return true;
	}
	if (sym->st_shndx >= elf->nsecs)
		return fn_lower_bad(
			l, "address of something that is not in the object");
	insn->imm = offset;
	if (elf->sec[sym->st_shndx].flags & SHF_EXECINSTR) {
		insn->imm = 0;
		return refer_to_function(l, insn, sym->st_shndx, offset / INSN,
					 FN_REF_FUNC);
	}
	insn->ref = FN_REF_DATA;
	insn->id = fn_lower_data_of(l, sym->st_shndx);
	return insn->id != FN_LOWER_NONE ||
	       fn_lower_bad(l,
			    "section %s has %llu bytes; 1 to %u are accepted",
			    elf->sec[sym->st_shndx].name,
			    (unsigned long long)elf->sec[sym->st_shndx].size,
			    FN_LOWER_MOST_DATA);
}

static bool refer(struct fn_lower *l, struct fn_lower_insn *insn,
		  const struct fn_reloc *r)
{
	const char *name;
	Elf64_Sym sym;

	if (!fn_elf_symbol(&l->o->elf, r->symbol, &sym, &name))
		return fn_lower_bad(
			l, "reference to a symbol that is not in the object");
	if (is_wide(&insn->insn))
		return refer_to_address(l, insn, &sym, r->symbol);
	if (!is_call(&insn->insn))
		return fn_lower_bad(
			l,
			"reference to %s in an instruction that can't have one",
			name);
	if (sym.st_shndx != SHN_UNDEF)
		return refer_to_function(l, insn, sym.st_shndx,
					 (s64)(sym.st_value / INSN) +
						 insn->insn.imm + 1,
					 FN_REF_CALL);
	if (fn_is_elsewhere(l->o, name))
		return fn_lower_bad(l, FN_ELSEWHERE, name);
	insn->ref = FN_REF_EXTERN;
	insn->id = r->symbol;
	return true;
}

static bool read_insn(struct fn_lower *l, u32 func, const struct bpf_insn *raw,
		      const u32 *at, u32 slot)
{
	struct fn_lower_insn insn = { .insn = raw[slot] };
	const struct fn_function *f = l->func[func].f;
	const struct fn_reloc *r;
	bool ok = true;

	if (raw[slot].dst_reg > 10 || raw[slot].src_reg > 10)
		return fn_lower_bad(
			l, "function %s: insn %u names a register beyond r10",
			f->name, slot);
	if (is_wide(&raw[slot])) {
		if (slot + 1 == f->len)
			return fn_lower_bad(l, "function %s is cut", f->name);
		insn.imm = (u64)(u32)raw[slot + 1].imm << 32 |
			   (u32)raw[slot].imm;
	}
	r = fn_reloc_at(l->o, f->sec, (u64)(f->start + slot) * INSN);
	if (is_jump(&raw[slot]))
		ok = set_target(l, &l->func[func], &insn, at, slot);
	else if (r)
		ok = refer(l, &insn, r);
	else if (is_call(&raw[slot]) && raw[slot].src_reg == BPF_PSEUDO_CALL)
		ok = refer_to_function(l, &insn, f->sec,
				       (s64)f->start + slot + 1 + raw[slot].imm,
				       FN_REF_CALL);
	l->func[func].insn[at[slot]] = insn;
	return ok;
}

/* Notes what a record of .BTF.ext says of the instruction that it is about. */
static void note(struct fn_lower_func *f, enum fn_btf_part part, u32 i,
		 const u32 *words)
{
	struct fn_lower_insn *insn = &f->insn[i];

	switch (part) {
	case FN_BTF_FUNCS:
		if (!i)
			f->type = words[1];
		break;
	case FN_BTF_LINES:
		memcpy(insn->line, words + 1, sizeof(insn->line));
		insn->has_line = true;
		break;
	case FN_BTF_CORE:
		memcpy(insn->core, words + 1, sizeof(insn->core));
		insn->has_core = true;
		break;
	}
}

static void read_part(struct fn_lower *l, struct fn_lower_func *f,
		      const u32 *at, enum fn_btf_part part)
{
	const char *section = l->o->elf.sec[f->f->sec].name;
	struct fn_btf_records r;
	u32 i, slot, words[4] = {};

	if (!fn_btf_records(&l->o->btf, part, section, &r))
		return;
	for (i = 0; i < r.n; i++) {
		memcpy(words, r.first + (u64)i * r.size,
		       min_t(u32, r.size, sizeof(words)));
		slot = words[0] / INSN;
		if (slot < f->f->start || slot - f->f->start >= f->f->len)
			continue;
		slot -= f->f->start;
		if (at[slot] != FN_LOWER_NONE)
			note(f, part, at[slot], words);
	}
}

static bool read_function(struct fn_lower *l, u32 func)
{
	const struct fn_function *f = l->func[func].f;
	struct bpf_insn *raw = fn_check_alloc(malloc(f->len * INSN));
	bool ok = true;
	u32 *at, slot;

	memcpy(raw, l->o->elf.sec[f->sec].data + f->start * INSN,
	       f->len * INSN);
	at = number_slots(raw, f->len, &l->func[func].n);
	l->func[func].insn = fn_check_alloc(
		calloc(l->func[func].n + 1, sizeof(*l->func[func].insn)));
	for (slot = 0; slot < f->len && ok; slot++)
		if (at[slot] != FN_LOWER_NONE)
			ok = read_insn(l, func, raw, at, slot);
	if (ok) {
		read_part(l, &l->func[func], at, FN_BTF_FUNCS);
		read_part(l, &l->func[func], at, FN_BTF_LINES);
		read_part(l, &l->func[func], at, FN_BTF_CORE);
	}
	free(at);
	free(raw);
	return ok;
}

/**
 * fn_lower_add_function - have a function of the object in the program
 * @l: program
 * @f: function
 * @id: gets its number among the program's
 *
 * Its instructions are read by fn_lower_read_more().
 *
 * Return: false if it is too long; @l says so.
 */
bool fn_lower_add_function(struct fn_lower *l, const struct fn_function *f,
			   u32 *id)
{
	for (*id = 0; *id < l->nfuncs; (*id)++)
		if (l->func[*id].f == f)
			return true;
	if (!f->len || f->len > FN_TR_MAX_INSNS)
		return fn_lower_bad(
			l, "function %s has %u instructions; 1 to %u can be",
			f->name, f->len, FN_TR_MAX_INSNS);
	l->func = fn_check_alloc(
		realloc(l->func, (l->nfuncs + 1) * sizeof(*l->func)));
	l->func[l->nfuncs++] = (struct fn_lower_func){
		.name = f->name,
		.f = f,
		.global = f->global,
	};
	return true;
}

/**
 * fn_lower_read_more - read the functions that have been added, and what they call
 * @l: program
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_lower_read_more(struct fn_lower *l)
{
	u32 f;

	for (f = 0; f < l->nfuncs; f++)
		if (!l->func[f].insn && !read_function(l, f))
			return false;
	return true;
}

static const struct fn_function *own_function(const struct fn_lower *l)
{
	u32 f;

	for (f = 0; f < l->o->nfuncs; f++)
		if (l->o->funcs[f].entry &&
		    !strcmp(l->o->funcs[f].name, l->p->name))
			return &l->o->funcs[f];
	return NULL;
}

/**
 * fn_lower_read - read the program and what it calls
 * @l: program; object and program of it are there
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_lower_read(struct fn_lower *l)
{
	const struct fn_function *f = own_function(l);
	u32 id;

	if (!f)
		return fn_lower_bad(l, "the object has no program %s",
				    l->p->name);
	return fn_lower_add_function(l, f, &id) && fn_lower_read_more(l);
}
