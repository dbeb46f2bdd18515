// SPDX-License-Identifier: GPL-2.0
/*
 * The licence of an object, and helpers that the kernel keeps for the GPL.
 */
#include <linux/bpf.h>

#include "check.h"
#include "offload/helpers.h"
#include "userspace/object/object.h"

/* As license_is_gpl_compatible() of the kernel has them. */
static const char *const compatible[] = {
	"GPL",		"GPL v2",	"GPL and additional rights",
	"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
};

/* Of those that the card has. */
static const u32 gpl_only[] = { FN_HELPER_trace_printk,
				FN_HELPER_perf_event_output,
				FN_HELPER_check_mtu };

static bool is_compatible(const char *licence)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(compatible); i++)
		if (!strcmp(licence, compatible[i]))
			return true;
	return false;
}

static bool is_gpl_only(u32 helper)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(gpl_only); i++)
		if (gpl_only[i] == helper)
			return true;
	return false;
}

/* What libbpf takes from section license; without one it is empty. */
static void read_licence(const struct fn_elf *elf, char *text, size_t size)
{
	u32 sec = fn_elf_find(elf, "license");
	const struct fn_section *s = &elf->sec[sec];

	*text = '\0';
	if (sec && s->data)
		snprintf(text, size, "%.*s", (int)min_t(u64, s->size, size - 1),
			 (const char *)s->data);
}

/**
 * fn_check_licence - find calls of helpers that the licence does not allow
 * @o: object
 * @p: program of it
 * @rs: gets reasons
 */
void fn_check_licence(const struct fn_object *o, const struct fn_program *p,
		      struct fn_reasons *rs)
{
	const struct fn_helper_info *helper;
	char licence[64];
	u32 i;

	read_licence(&o->elf, licence, sizeof(licence));
	if (is_compatible(licence))
		return;
	for (i = 0; i < p->bpf.len; i++) {
		const struct bpf_insn *insn = &p->insns[i];

		if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg ||
		    !is_gpl_only(insn->imm))
			continue;
		helper = fn_helper_find(insn->imm);
		fn_reason(
			rs, i,
			"helper %s (%d) is for programs whose licence is compatible with the GPL; the object's %s%s%s (section license: \"GPL\", \"Dual BSD/GPL\", ...)",
			helper ? helper->name : "", insn->imm,
			*licence ? "is \"" : "has none", licence,
			*licence ? "\"" : "");
	}
}
