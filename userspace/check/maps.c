// SPDX-License-Identifier: GPL-2.0
/*
 * Can the maps of a program be on the card? Those that the program does not use
 * matter as well: libbpf creates all maps of an object, and one for each section
 * of global data.
 */
#include <bpf/libbpf.h>
#include <linux/btf.h>

#include "check.h"
#include "userspace/object/object.h"
#include "userspace/profile/profiles.h"

/* The first instruction that names a map. */
static u32 first_use(const struct fn_program *p, u32 slot)
{
	u32 i;

	for (i = 0; i < p->bpf.len; i++) {
		const struct bpf_insn *insn = &p->insns[i];

		if (insn->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (insn->src_reg == BPF_PSEUDO_MAP_IDX &&
		    (u32)insn->imm == slot)
			return i;
		i++;
	}
	return FN_ORIGIN_NONE;
}

/* The last stays on the host; programs of the card may send to it. */
static bool is_core_type(u32 type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_HASH ||
	       type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

/* Sentence on why a map can't be, NULL if it can. */
static const char *bad_map(struct fn_target *target, const struct fn_map_def *d,
			   char *why, size_t size, u64 *bytes)
{
	const char *type = libbpf_bpf_map_type_str(d->need.type);

	if (d->bad)
		return d->bad;
	if (d->special) {
		snprintf(
			why, size,
			"its values hold a struct %s, which needs the kernel; plain data and atomic operations are accepted",
			d->special);
		return why;
	}
	if (!is_core_type(d->need.type)) {
		snprintf(
			why, size,
			"it is of type %s (%u); array (2) and hash (1) can be on a card, perf_event_array (4) on the host",
			type ?: "unknown", d->need.type);
		return why;
	}
	*bytes = fn_target_map_memory(target, &d->need, fn_map_flags(d), why,
				      size);
	return *bytes ? NULL : why;
}

static u64 check_used(const struct fn_object *o, const struct fn_program *p,
		      struct fn_target *target, struct fn_reasons *rs)
{
	u64 bytes, sum = 0;
	u32 slot;

	for (slot = 0; slot < p->bpf.nmaps; slot++) {
		const struct fn_map_def *d = &o->maps[p->map[slot]];
		const char *bad;
		char why[256];

		bad = bad_map(target, d, why, sizeof(why), &bytes);
		if (bad)
			fn_reason(rs, first_use(p, slot), "map %s: %s", d->name,
				  bad);
		else
			sum += bytes;
	}
	return sum;
}

static bool uses(const struct fn_program *p, u32 map)
{
	u32 slot;

	for (slot = 0; slot < p->bpf.nmaps; slot++)
		if (p->map[slot] == map)
			return true;
	return false;
}

static u64 check_unused(const struct fn_object *o, const struct fn_program *p,
			struct fn_target *target, struct fn_reasons *rs)
{
	u64 bytes, sum = 0;
	u32 m;

	for (m = 0; m < o->nmaps; m++) {
		const struct fn_map_def *d = &o->maps[m];
		const char *bad;
		char why[256];

		/* These stay on the host. */
		if (uses(p, m) || d->need.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
			continue;
		bad = bad_map(target, d, why, sizeof(why), &bytes);
		if (bad)
			fn_reason(
				rs, FN_ORIGIN_NONE,
				"map %s, which this program does not use but libbpf creates with all maps of an object: %s",
				d->name, bad);
		else
			sum += bytes;
	}
	return sum;
}

static bool is_data(const char *name)
{
	static const char *const names[] = { ".data", ".rodata", ".bss",
					     ".kconfig" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/*
 * libbpf wants to map the section into its memory if anybody else may know of a
 * variable in it, and maps of a card can't be.
 */
static bool is_shared(const struct fn_btf *btf, u32 id, u32 nvars)
{
	struct btf_type t;
	u32 i, var;

	for (i = 0; i < nvars; i++) {
		var = fn_btf_extra(btf, id, 3 * i);
		if (fn_btf_type(btf, var, &t) &&
		    BTF_INFO_KIND(t.info) == BTF_KIND_VAR &&
		    fn_btf_extra(btf, var, 0) != BTF_VAR_STATIC)
			return true;
	}
	return false;
}

static bool has_relocation(const struct fn_reasons *rs, const char *section)
{
	char text[128];
	u32 i;

	snprintf(text, sizeof(text), "in section %s ", section);
	for (i = 0; i < rs->n; i++)
		if (strstr(rs->r[i].text, text))
			return true;
	return false;
}

/* What the program itself refers to has been reported with its place. */
static void check_data(const struct fn_object *o, struct fn_reasons *rs)
{
	struct btf_type t;
	const char *name;
	u32 id;

	for (id = 1; fn_btf_type(&o->btf, id, &t); id++) {
		name = fn_btf_string(&o->btf, t.name_off);
		if (BTF_INFO_KIND(t.info) == BTF_KIND_DATASEC &&
		    is_data(name) && !has_relocation(rs, name) &&
		    is_shared(&o->btf, id, BTF_INFO_VLEN(t.info)))
			fn_reason(
				rs, FN_ORIGIN_NONE,
				"section %s, which this program does not use, is global data, for which libbpf creates a map all the same; accepted: an object whose variables are all static and used by other programs only",
				name);
	}
}

/**
 * fn_check_maps - look at all maps that come with a program
 * @o: object
 * @p: program
 * @target: card to ask
 * @rs: gets reasons; those of the linker are there
 *
 * Return: bytes of memory that the program's own maps take on the card.
 */
u64 fn_check_maps(const struct fn_object *o, const struct fn_program *p,
		  struct fn_target *target, struct fn_reasons *rs)
{
	u64 sum = check_used(o, p, target, rs);
	u64 unused = check_unused(o, p, target, rs);

	check_data(o, rs);
	if (sum + unused > target->caps.max_map_memory)
		fn_reason(
			rs, FN_ORIGIN_NONE,
			"the object's maps take %llu bytes; the card has %llu",
			(unsigned long long)(sum + unused),
			(unsigned long long)target->caps.max_map_memory);
	return sum;
}
