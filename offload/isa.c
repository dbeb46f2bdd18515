// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of the instruction set.
 */
#include "helpers.h"
#include "isa.h"

const struct fn_opinfo fn_opinfo[FN_NOPS] = {
#define OP_INFO(op, mnemonic, format, cls)       \
	[FN_OP_##op] = { .name = (mnemonic),     \
			 .fmt = FN_FMT_##format, \
			 .class = FN_CLASS_##cls },
	FN_OPS(OP_INFO)
#undef OP_INFO
};

const char *const fn_cond_name[FN_NCONDS] = {
	[FN_EQ] = "eq",	  [FN_NE] = "ne",   [FN_GT] = "gt",   [FN_GE] = "ge",
	[FN_LT] = "lt",	  [FN_LE] = "le",   [FN_SGT] = "sgt", [FN_SGE] = "sge",
	[FN_SLT] = "slt", [FN_SLE] = "sle", [FN_SET] = "set", [FN_CLR] = "clr",
};

const char *const fn_atom_name[FN_NATOMS] = {
	[FN_ATOM_ADD] = "add",	 [FN_ATOM_OR] = "or",
	[FN_ATOM_AND] = "and",	 [FN_ATOM_XOR] = "xor",
	[FN_ATOM_XCHG] = "xchg", [FN_ATOM_CMPXCHG] = "cmpxchg",
};

const char *const fn_fault_name[FN_NFAULTS] = {
#define FAULT_NAME(fault, name, text) [FN_FAULT_##fault] = (name),
	FN_FAULTS(FAULT_NAME)
#undef FAULT_NAME
};

const char *const fn_fault_text[FN_NFAULTS] = {
#define FAULT_TEXT(fault, name, text) [FN_FAULT_##fault] = (text),
	FN_FAULTS(FAULT_TEXT)
#undef FAULT_TEXT
};

enum place {
#define PLACE(helper, ...) PLACE_##helper,
	FN_HELPERS(PLACE)
#undef PLACE
};

static const struct fn_helper_info helpers[] = {
#define HELPER_INFO(helper, id, args, fx) \
	{ .name = #helper, .number = (id), .nargs = (args), .effects = (fx) },
	FN_HELPERS(HELPER_INFO)
#undef HELPER_INFO
};

/**
 * fn_helper_find - look a helper up
 * @number: in the UAPI
 *
 * Return: what is known of it, or NULL if the card does not have it.
 */
const struct fn_helper_info *fn_helper_find(u32 number)
{
	switch (number) {
#define CASE(helper, number, ...) \
	case number:              \
		return &helpers[PLACE_##helper];
		FN_HELPERS(CASE)
#undef CASE
	default:
		return NULL;
	}
}

/**
 * fn_helper_is_for - may programs of a type call a helper?
 * @h: helper
 * @type: enum bpf_prog_type
 */
bool fn_helper_is_for(const struct fn_helper_info *h, u32 type)
{
	if (type == BPF_PROG_TYPE_SCHED_CLS)
		return !(h->effects & FN_HELPER_XDP);
	return !(h->effects & FN_HELPER_SKB);
}

/**
 * fn_helper_has - has the card a helper for programs of a type?
 * @number: in the UAPI
 * @type: enum bpf_prog_type
 */
bool fn_helper_has(u32 number, u32 type)
{
	const struct fn_helper_info *h = fn_helper_find(number);

	return h && fn_helper_is_for(h, type);
}

/**
 * fn_helper_name - the name of any helper, on the card or not
 * @number: in the UAPI
 *
 * Return: without bpf_; NULL if there is no such helper.
 */
const char *fn_helper_name(u32 number)
{
	static const char *const names[] = {
#define HELPER_NAME(name) #name
		__BPF_FUNC_MAPPER(HELPER_NAME)
#undef HELPER_NAME
	};

	return number && number < ARRAY_SIZE(names) ? names[number] : NULL;
}

/**
 * fn_helper_list - the helpers that programs of a type have, with commas
 * @type: enum bpf_prog_type
 * @buf: gets their names
 * @size: bytes of it
 */
void fn_helper_list(u32 type, char *buf, size_t size)
{
	const struct fn_helper_info *h = NULL;
	size_t n = 0;

	while ((h = fn_helper_next(h)) && n < size)
		if (fn_helper_is_for(h, type))
			n += snprintf(buf + n, size - n, "%s%s", n ? ", " : "",
				      h->name);
}

/**
 * fn_helper_next - go through the helpers of the card
 * @prev: the one before, or NULL
 *
 * Return: the next helper by number, NULL after the last.
 */
const struct fn_helper_info *fn_helper_next(const struct fn_helper_info *prev)
{
	if (!prev)
		return &helpers[0];
	return ++prev < helpers + ARRAY_SIZE(helpers) ? prev : NULL;
}
