// SPDX-License-Identifier: GPL-2.0
/*
 * Linking: a program and the subprograms that it calls become one piece, in the
 * order in which libbpf puts them together, so that what is translated offline
 * is what the kernel would get. References that the card can't follow become
 * reasons.
 *
 * Of what libbpf would look up in the kernel's types (CO-RE), core.c knows the
 * context's.
 */
#include <linux/btf.h>

#include "object.h"
#include "userspace/tool.h"

#ifndef BPF_PSEUDO_FUNC
#define BPF_PSEUDO_FUNC 4
#endif

#define INSN sizeof(struct bpf_insn)
#define NOT_YET 0xffffffffu

/**
 * struct visit - a function that is being gone through
 * @func: number of the function
 * @next: instruction to look at next, counted in the program
 */
struct visit {
	u32 func;
	u32 next;
};

/**
 * struct linker - work on one program
 * @o: object
 * @p: program
 * @base: where in the program each function is, or NOT_YET
 * @is_map: by instruction: imm is the number of a map of the object
 * @cap: instructions that there is room for
 * @stack: functions begun
 * @depth: of @stack
 */
struct linker {
	const struct fn_object *o;
	struct fn_program *p;
	u32 *base;
	u8 *is_map;
	u32 cap;
	struct visit *stack;
	u32 depth;
};

/**
 * struct site - an instruction to link
 * @l: linker
 * @f: function it is in
 * @i: its number in the program
 * @at: its number in the section
 * @insn: the instruction
 * @sym: symbol that is referred to
 * @name: of @sym
 */
struct site {
	struct linker *l;
	const struct fn_function *f;
	u32 i;
	u32 at;
	struct bpf_insn *insn;
	Elf64_Sym sym;
	const char *name;
};

#define refuse(s, fmt, ...) \
	fn_reason(&(s)->l->p->reasons, (s)->i, fmt, ##__VA_ARGS__)

static bool is_ld_imm64(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static bool is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL);
}

static void add_lines(struct linker *l, const struct fn_function *f, u32 base)
{
	struct fn_program *p = l->p;
	struct fn_line *lines;
	u32 i, n;

	n = fn_btf_lines(&l->o->btf, l->o->elf.sec[f->sec].name, f->start,
			 f->start + f->len, &lines);
	if (n) {
		p->lines = fn_check_alloc(
			realloc(p->lines, (p->nlines + n) * sizeof(*lines)));
		for (i = 0; i < n; i++) {
			p->lines[p->nlines] = lines[i];
			p->lines[p->nlines++].insn += base;
		}
	}
	fn_free(lines);
}

static void add_part(struct fn_program *p, u32 base, u32 func)
{
	p->parts = fn_check_alloc(
		realloc(p->parts, (p->nparts + 1) * sizeof(*p->parts)));
	p->parts[p->nparts++] = (struct fn_part){ base, func };
}

static void grow(struct linker *l, u32 need)
{
	if (need <= l->cap)
		return;
	l->cap = max_t(u32, need, 2 * l->cap);
	l->p->insns = fn_check_alloc(realloc(l->p->insns, l->cap * INSN));
	l->is_map = fn_check_alloc(realloc(l->is_map, l->cap));
}

/* Where a function is in the program; it is put at the end if it isn't there. */
static u32 place(struct linker *l, const struct fn_function *f)
{
	const struct fn_section *sec = &l->o->elf.sec[f->sec];
	u32 func = f - l->o->funcs;
	u32 base = l->p->bpf.len;

	if (l->base[func] != NOT_YET)
		return l->base[func];
	if (f->len > FN_TR_MAX_INSNS || base + f->len > FN_TR_MAX_INSNS)
		return NOT_YET;
	grow(l, base + f->len);
	memcpy(l->p->insns + base, sec->data + f->start * INSN, f->len * INSN);
	memset(l->is_map + base, 0, f->len);
	l->p->bpf.len += f->len;
	l->base[func] = base;
	l->stack[l->depth++] = (struct visit){ func, base };
	add_lines(l, f, base);
	add_part(l->p, base, func);
	fn_core_relocate(l->o, f, base, l->p);
	return base;
}

/* Keeps the translator from following what can't be followed. */
static void clear_insn(struct bpf_insn *insn)
{
	insn->src_reg = is_call(insn) ? BPF_PSEUDO_KFUNC_CALL :
					BPF_PSEUDO_MAP_VALUE;
	insn->imm = 0;
}

static void link_call(struct site *s, u32 sec, s64 target)
{
	const struct fn_function *f = NULL;
	u32 base;

	if (target >= 0)
		f = fn_function_at(s->l->o, sec, target);
	if (!f) {
		refuse(s,
		       "call of something that is not the beginning of a function of the object; of functions, their symbols are needed, too (strip -g leaves them)");
		clear_insn(s->insn);
		return;
	}
	base = place(s->l, f);
	/* The program may have moved. */
	s->insn = &s->l->p->insns[s->i];
	if (base == NOT_YET) {
		refuse(s,
		       "with function %s, the program has more than %u instructions, the kernel's limit",
		       f->name, FN_TR_MAX_INSNS);
		clear_insn(s->insn);
		return;
	}
	s->insn->imm = (s32)(base - s->i - 1);
}

/**
 * fn_is_elsewhere - whether a symbol that an object lacks is not the kernel's
 * @o: object
 * @name: of the symbol
 *
 * Return: whether it is for another object to have. Without types nobody knows.
 */
bool fn_is_elsewhere(const struct fn_object *o, const char *name)
{
	u32 type;

	/* What has been lowered has lost its sections, and refers to the kernel only. */
	return fn_btf_find(&o->btf, "license", BTF_KIND_DATASEC) &&
	       !fn_btf_in_section(&o->btf, ".ksyms", name, &type) &&
	       !fn_btf_in_section(&o->btf, ".kconfig", name, &type);
}

static void refuse_elsewhere(struct site *s)
{
	refuse(s, FN_ELSEWHERE, s->name);
}

static void link_extern_call(struct site *s)
{
	if (fn_is_elsewhere(s->l->o, s->name))
		refuse_elsewhere(s);
	else
		refuse(s,
		       "call of kernel function %s; the card has helpers, no kernel functions",
		       s->name);
	clear_insn(s->insn);
}

static const struct fn_map_def *map_at(const struct fn_object *o, u32 sec,
				       u64 offset)
{
	u32 m;

	for (m = 0; m < o->nmaps; m++)
		if (o->maps[m].sec == sec && o->maps[m].offset == offset)
			return &o->maps[m];
	return NULL;
}

static void link_map(struct site *s, const struct fn_map_def *d)
{
	s->insn->src_reg = BPF_PSEUDO_MAP_IDX;
	s->insn->imm = d - s->l->o->maps;
	s->l->is_map[s->i] = 1;
}

/* The variable at a place, for people. */
static const char *variable_at(const struct fn_object *o, u32 sec, u64 offset)
{
	const char *name;
	Elf64_Sym sym;
	u32 i;

	for (i = 0; fn_elf_symbol(&o->elf, i, &sym, &name); i++)
		if (sym.st_shndx == sec && *name &&
		    ELF64_ST_TYPE(sym.st_info) == STT_OBJECT &&
		    offset >= sym.st_value &&
		    offset - sym.st_value < sym.st_size)
			return name;
	return NULL;
}

static void refuse_data(struct site *s, u64 offset)
{
	const struct fn_object *o = s->l->o;
	const char *section = o->elf.sec[s->sym.st_shndx].name;
	const char *name = variable_at(o, s->sym.st_shndx, offset);
	bool is_read_only = !strncmp(section, ".rodata", 7);

	refuse(s,
	       "%s%s%s in section %s is global data, which maps of a card can't hold; accepted: %s",
	       name ? "variable " : "", name ?: "a constant",
	       name ? "" : " (string or table)", section,
	       is_read_only ?
		       "constants built on the stack (bpf_printk: define BPF_NO_GLOBAL_DATA) or kept in an array map" :
		       "an array map");
	clear_insn(s->insn);
}

static void link_address(struct site *s)
{
	const struct fn_object *o = s->l->o;
	u64 offset = s->sym.st_value + (u32)s->insn->imm;
	const struct fn_function *f;
	const struct fn_map_def *d;

	if (s->sym.st_shndx == SHN_UNDEF) {
		if (fn_is_elsewhere(s->l->o, s->name))
			refuse_elsewhere(s);
		else
			refuse(s,
			       "variable %s is the kernel's, in section .kconfig or .ksyms; the card takes numbers and maps",
			       s->name);
		clear_insn(s->insn);
		return;
	}
	d = map_at(o, s->sym.st_shndx, offset);
	if (d) {
		link_map(s, d);
	} else if (s->sym.st_shndx >= o->elf.nsecs) {
		refuse(s, "address of something that is not in the object");
		clear_insn(s->insn);
	} else if (o->elf.sec[s->sym.st_shndx].flags & SHF_EXECINSTR) {
		f = fn_function_at(o, s->sym.st_shndx, offset / INSN);
		refuse(s,
		       "address of function %s (a callback); the kernel allows none in offloaded programs, a bounded loop can do",
		       f ? f->name : s->name);
		clear_insn(s->insn);
	} else {
		refuse_data(s, offset);
	}
}

static void link_symbol(struct site *s, const struct fn_reloc *r)
{
	s64 target;

	if (!fn_elf_symbol(&s->l->o->elf, r->symbol, &s->sym, &s->name)) {
		refuse(s, "reference to a symbol that is not in the object");
		clear_insn(s->insn);
		return;
	}
	if (is_ld_imm64(s->insn)) {
		link_address(s);
	} else if (!is_call(s->insn)) {
		refuse(s,
		       "reference to %s in an instruction that can't have one",
		       s->name);
	} else if (s->sym.st_shndx == SHN_UNDEF) {
		link_extern_call(s);
	} else {
		target = (s64)(s->sym.st_value / INSN) + s->insn->imm + 1;
		link_call(s, s->sym.st_shndx, target);
	}
}

static void link_insn(struct linker *l, const struct fn_function *f, u32 i)
{
	struct site s = {
		.l = l,
		.f = f,
		.i = i,
		.at = f->start + (i - l->base[f - l->o->funcs]),
		.insn = &l->p->insns[i],
	};
	const struct fn_reloc *r;

	r = fn_reloc_at(l->o, f->sec, (u64)s.at * INSN);
	if (r)
		link_symbol(&s, r);
	else if (is_call(s.insn) && s.insn->src_reg == BPF_PSEUDO_CALL)
		link_call(&s, f->sec, (s64)s.at + 1 + s.insn->imm);
}

/* Goes on with the function begun last, until it begins or ends one. */
static void link_next(struct linker *l)
{
	struct visit *v = &l->stack[l->depth - 1];
	const struct fn_function *f = &l->o->funcs[v->func];
	u32 end = l->base[v->func] + f->len;
	u32 depth = l->depth;
	u32 i;

	while (v->next < end && l->depth == depth) {
		i = v->next++;
		link_insn(l, f, i);
		if (is_ld_imm64(&l->p->insns[i]))
			v->next++;
	}
	if (v->next >= end && l->depth == depth)
		l->depth--;
}

/* Slots go to maps in the order in which the program names them. */
static void give_slots(struct linker *l)
{
	struct fn_program *p = l->p;
	u32 *slot = fn_check_alloc(malloc((l->o->nmaps + 1) * sizeof(*slot)));
	u32 i, m;

	for (m = 0; m < l->o->nmaps; m++)
		slot[m] = NOT_YET;
	for (i = 0; i < p->bpf.len; i++) {
		if (!l->is_map[i])
			continue;
		m = p->insns[i].imm;
		if (slot[m] == NOT_YET) {
			slot[m] = p->bpf.nmaps++;
			p->map[slot[m]] = m;
			p->needs[slot[m]] = l->o->maps[m].need;
		}
		p->insns[i].imm = slot[m];
		if (i + 1 < p->bpf.len)
			p->insns[i + 1].imm = 0;
	}
	free(slot);
}

static int by_insn(const void *a, const void *b)
{
	const struct fn_line *x = a, *y = b;

	return x->insn < y->insn ? -1 : x->insn > y->insn;
}

static void finish(struct linker *l)
{
	struct fn_program *p = l->p;

	p->map = fn_check_alloc(malloc((l->o->nmaps + 1) * sizeof(*p->map)));
	p->needs =
		fn_check_alloc(malloc((l->o->nmaps + 1) * sizeof(*p->needs)));
	give_slots(l);
	if (p->nlines)
		qsort(p->lines, p->nlines, sizeof(*p->lines), by_insn);
	p->bpf.insns = p->insns;
	p->bpf.maps = p->needs;
}

/**
 * fn_link - put a program together
 * @o: object with functions, relocations and maps
 * @f: the program's own function
 * @p: program, zero but for its type and names
 *
 * What can't be linked is among the program's reasons.
 */
void fn_link(const struct fn_object *o, const struct fn_function *f,
	     struct fn_program *p)
{
	struct linker l = { .o = o, .p = p };
	u32 i;

	l.base = fn_check_alloc(malloc(o->nfuncs * sizeof(*l.base)));
	l.stack = fn_check_alloc(malloc(o->nfuncs * sizeof(*l.stack)));
	for (i = 0; i < o->nfuncs; i++)
		l.base[i] = NOT_YET;
	if (place(&l, f) == NOT_YET)
		fn_reason(
			&p->reasons, FN_ORIGIN_NONE,
			"%u instructions; the kernel takes up to %u in a program",
			f->len, FN_TR_MAX_INSNS);
	while (l.depth)
		link_next(&l);
	finish(&l);
	free(l.base);
	free(l.stack);
	free(l.is_map);
}
