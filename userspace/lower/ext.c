// SPDX-License-Identifier: GPL-2.0
/*
 * .BTF.ext of the object that is written: its functions' types, source lines and
 * references to the kernel's fields, each where its instruction is now.
 */
#include <bpf/btf.h>
#include <string.h>

#include "bytes.h"
#include "lower.h"

#define INSN sizeof(struct bpf_insn)

/**
 * fn_lower_slot - where an instruction is in its function
 * @f: function
 * @insn: number of the instruction
 *
 * Return: slots before it.
 */
u32 fn_lower_slot(const struct fn_lower_func *f, u32 insn)
{
	u32 i, slot = 0;

	for (i = 0; i < insn; i++)
		slot += 1 +
			(f->insn[i].insn.code == (BPF_LD | BPF_IMM | BPF_DW));
	return slot;
}

/* The record of an instruction, without its place; 0 if it has none. */
static u32 record(const struct fn_lower_func *f, u32 i, enum fn_btf_part part,
		  u32 *words)
{
	const struct fn_lower_insn *insn = &f->insn[i];

	switch (part) {
	case FN_BTF_FUNCS:
		words[0] = f->type;
		return !i && f->type ? 1 : 0;
	case FN_BTF_LINES:
		memcpy(words, insn->line, sizeof(insn->line));
		return insn->has_line ? 3 : 0;
	case FN_BTF_CORE:
		memcpy(words, insn->core, sizeof(insn->core));
		return insn->has_core ? 3 : 0;
	}
	return 0;
}

static u32 add_function(const struct fn_lower_func *f, enum fn_btf_part part,
			u32 base, struct fn_bytes *out)
{
	u32 i, n = 0, len, slot = base, words[3];

	for (i = 0; i < f->n; i++) {
		len = record(f, i, part, words);
		if (len) {
			fn_bytes_word(out, slot * INSN);
			fn_bytes_add(out, words, 4 * len);
			n++;
		}
		slot += 1 +
			(f->insn[i].insn.code == (BPF_LD | BPF_IMM | BPF_DW));
	}
	return n;
}

/* Records of functions @from to @to, which are one section. */
static void add_section(const struct fn_lower *l, enum fn_btf_part part,
			const char *name, u32 from, u32 to,
			struct fn_bytes *out)
{
	size_t head = out->n;
	u32 f, n = 0, base = 0;

	fn_bytes_word(out, btf__add_str(l->btf, name));
	fn_bytes_word(out, 0);
	for (f = from; f < to; f++) {
		n += add_function(&l->func[f], part, base, out);
		base += fn_lower_slot(&l->func[f], l->func[f].n);
	}
	if (n)
		memcpy(out->data + head + 4, &n, sizeof(n));
	else
		out->n = head;
}

/* The kernel wants the types of all functions, or of none. */
static bool has_part(const struct fn_lower *l, enum fn_btf_part part)
{
	u32 f;

	if (part == FN_BTF_CORE)
		return true;
	for (f = 0; f < l->nfuncs; f++)
		if (!l->func[f].type || !l->func[f].insn[0].has_line)
			return false;
	return true;
}

/**
 * fn_lower_ext - make .BTF.ext
 * @l: program; strings are added to its types
 * @size: gets its size
 *
 * Return: the section, for free().
 */
u8 *fn_lower_ext(const struct fn_lower *l, size_t *size)
{
	struct fn_btf_ext_header h = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(h),
	};
	struct fn_bytes out = {};
	u32 part;

	fn_bytes_add(&out, NULL, sizeof(h));
	for (part = FN_BTF_FUNCS; part <= FN_BTF_CORE; part++) {
		h.part[part].off = out.n - sizeof(h);
		fn_bytes_word(&out, part == FN_BTF_FUNCS ? 8 : 16);
		if (has_part(l, part)) {
			add_section(l, part, l->section, 0, 1, &out);
			add_section(l, part, ".text", 1, l->nfuncs, &out);
		}
		h.part[part].len = out.n - sizeof(h) - h.part[part].off;
		/* libbpf takes no part that is empty but for its head. */
		if (h.part[part].len == 4)
			out.n -= h.part[part].len, h.part[part].len = 0;
	}
	memcpy(out.data, &h, sizeof(h));
	*size = out.n;
	return out.data;
}
