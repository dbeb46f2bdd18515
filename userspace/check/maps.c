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
#include "userspace/tool.h"

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

/* The card tells flags by their number. */
static void name_flags(const struct fn_map_def *d, char *why, size_t size)
{
	static const char *const names[] = {
		"NO_PREALLOC", "NO_COMMON_LRU",	 "NUMA_NODE", "RDONLY",
		"WRONLY",      "STACK_BUILD_ID", "ZERO_SEED", "RDONLY_PROG",
		"WRONLY_PROG", "CLONE",		 "MMAPABLE",  "PRESERVE_ELEMS",
		"INNER_MAP",   "LINK",
	};
	char text[256], list[128] = "";
	u32 flags, i;
	int end = 0;
	size_t len = 0;

	if (sscanf(why, "map flags %u:%n", &flags, &end) != 1 || !end)
		return;
	for (i = 0; i < ARRAY_SIZE(names) && len < sizeof(list); i++)
		if (flags & 1u << i)
			len += snprintf(list + len, sizeof(list) - len,
					"%sBPF_F_%s", len ? " | " : "",
					names[i]);
	snprintf(text, sizeof(text), "map flags %u (%s):%s", flags, list,
		 why + end);
	snprintf(why, size, "%s", text);
}

/* Sentence on why a map can't be, NULL if it can. */
static const char *bad_map(struct fn_target *target, const struct fn_map_def *d,
			   char *why, size_t size, u64 *bytes)
{
	const char *type = libbpf_bpf_map_type_str(d->need.type);
	struct fn_image_map need = d->need;

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
	if (!d->need.max_entries)
		return FN_UNSIZED;
	if (d->kind)
		need.type = d->kind;
	*bytes =
		fn_target_map_memory(target, &need, fn_map_flags(d), why, size);
	if (!*bytes)
		name_flags(d, why, size);
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

/**
 * struct unused - maps of an object that can't be, and that a program does not use
 * @n: how many
 * @names: of them, with commas
 * @len: of @names
 * @why: sentence on the first
 */
struct unused {
	u32 n;
	char names[512];
	size_t len;
	char why[256];
};

static void add_unused(struct unused *u, const char *name, const char *why)
{
	if (!u->n++)
		snprintf(u->why, sizeof(u->why), "%s", why);
	if (u->len < sizeof(u->names))
		u->len += snprintf(u->names + u->len, sizeof(u->names) - u->len,
				   "%s%s", u->len ? ", " : "", name);
}

static u64 check_unused(const struct fn_object *o, const struct fn_program *p,
			struct fn_target *target, struct fn_reasons *rs)
{
	struct unused u = {};
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
			add_unused(&u, d->name, bad);
		else
			sum += bytes;
	}
	if (u.n == 1)
		fn_reason(
			rs, FN_ORIGIN_NONE,
			"map %s, which this program does not use but libbpf creates with all maps of an object: %s",
			u.names, u.why);
	else if (u.n)
		fn_reason(
			rs, FN_ORIGIN_NONE,
			"%u maps, which this program does not use but libbpf creates with all maps of an object, can't be on a card: %s",
			u.n, u.names);
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
 * Since 1.6 libbpf maps the section into its memory when it loads an object, if
 * anybody else may know of a variable in it, and maps of a card can't be.
 */
#define LIBBPF_MAPS_DATA FN_KERNEL(1, 6)

static u32 libbpf_version(void)
{
	return fn_options.libbpf ?:
				   FN_KERNEL(libbpf_major_version(),
					     libbpf_minor_version());
}

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

	if (libbpf_version() < LIBBPF_MAPS_DATA)
		return;
	for (id = 1; fn_btf_type(&o->btf, id, &t); id++) {
		name = fn_btf_string(&o->btf, t.name_off);
		if (BTF_INFO_KIND(t.info) == BTF_KIND_DATASEC &&
		    is_data(name) && !has_relocation(rs, name) &&
		    is_shared(&o->btf, id, BTF_INFO_VLEN(t.info)))
			fn_reason(
				rs, FN_ORIGIN_NONE,
				"section %s, which this program does not use, is global data, for which libbpf, from 1.6 on, creates a map all the same, and maps it into memory; accepted: an object whose variables are all static and used by other programs only, or an older libbpf",
				name);
	}
}

static u64 sum_used(const struct fn_object *o, const struct fn_program *p,
		    struct fn_target *target)
{
	struct fn_reasons known = {};
	u64 sum = check_used(o, p, target, &known);

	fn_reasons_free(&known);
	return sum;
}

static void check_sum(u64 sum, const char *whose, struct fn_reasons *rs)
{
	if (sum > FN_MAP_MEMORY)
		fn_reason(rs, FN_ORIGIN_NONE,
			  "the %s maps take %llu bytes; the card has %llu",
			  whose, (unsigned long long)sum,
			  (unsigned long long)FN_MAP_MEMORY);
}

/**
 * fn_check_maps - look at the maps that a program uses
 * @o: object
 * @p: program
 * @target: card to ask
 * @rs: gets reasons
 *
 * Return: bytes of memory that they take on the card.
 */
u64 fn_check_maps(const struct fn_object *o, const struct fn_program *p,
		  struct fn_target *target, struct fn_reasons *rs)
{
	u64 sum = check_used(o, p, target, rs);

	check_sum(sum, "program's", rs);
	return sum;
}

/**
 * fn_check_other_maps - look at what else a loader creates for the object
 * @o: object
 * @p: program, which does not use it
 * @target: card to ask
 * @rs: gets reasons; those of the linker are there
 */
void fn_check_other_maps(const struct fn_object *o, const struct fn_program *p,
			 struct fn_target *target, struct fn_reasons *rs)
{
	u64 used = sum_used(o, p, target);
	u64 unused = check_unused(o, p, target, rs);

	check_data(o, rs);
	if (used <= FN_MAP_MEMORY)
		check_sum(used + unused, "object's", rs);
}
