// SPDX-License-Identifier: GPL-2.0
/*
 * Objects are linked as libbpf links them, which is what the kernel gets.
 */
#include <bpf/libbpf.h>
#include <glob.h>

#include "tap.h"
#include "userspace/io/io.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

static bool is_map_load(const struct bpf_insn *insn, u32 kind)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW) &&
	       insn->src_reg == kind;
}

static const char *map_by_fd(struct bpf_object *object, int fd)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
		if (bpf_map__fd(map) == fd)
			return bpf_map__name(map);
	return "no map";
}

static bool same_map(struct bpf_object *object, const struct bpf_insn *theirs,
		     const struct fn_object *o, const struct fn_program *p,
		     const struct bpf_insn *ours)
{
	const char *name = map_by_fd(object, theirs->imm);

	return theirs->dst_reg == ours->dst_reg &&
	       !strcmp(name, o->maps[p->map[ours->imm]].name);
}

/* The first instruction that differs, or their number. */
static u32 compare(struct bpf_object *object, const struct bpf_insn *theirs,
		   const struct fn_object *o, const struct fn_program *p)
{
	u32 i;

	for (i = 0; i < p->bpf.len; i++) {
		const struct bpf_insn *ours = &p->insns[i];

		if (is_map_load(ours, BPF_PSEUDO_MAP_IDX) &&
		    is_map_load(&theirs[i], BPF_PSEUDO_MAP_FD)) {
			if (!same_map(object, &theirs[i], o, p, ours))
				break;
		} else if (memcmp(ours, &theirs[i], sizeof(*ours))) {
			break;
		}
	}
	return i;
}

static void check_program(const char *path, struct bpf_object *object,
			  const struct fn_object *o, const struct fn_program *p)
{
	struct bpf_program *theirs;
	u32 len, same;

	theirs = bpf_object__find_program_by_name(object, p->name);
	len = theirs ? bpf_program__insn_cnt(theirs) : 0;
	if (!ok(len == p->bpf.len, "%s: %s: as long as libbpf makes it", path,
		p->name)) {
		diag("%u instructions, libbpf has %u", p->bpf.len, len);
		return;
	}
	same = compare(object, bpf_program__insns(theirs), o, p);
	if (!ok(same == len, "%s: %s: the same instructions", path, p->name))
		diag("instruction %u of %u differs", same, len);
}

static void check_lines(const char *path, const struct fn_program *p)
{
	u32 i, known = 0;

	for (i = 0; i < p->bpf.len; i++)
		known += fn_program_line(p, i) != NULL;
	if (!ok(known == p->bpf.len, "%s: %s: every instruction has a line",
		path, p->name))
		diag("%u of %u have", known, p->bpf.len);
}

static void check_slots(const char *path, const struct fn_program *p)
{
	u32 i, seen = 0;
	bool good = true;

	for (i = 0; i < p->bpf.len; i++) {
		if (!is_map_load(&p->insns[i], BPF_PSEUDO_MAP_IDX))
			continue;
		good &= (u32)p->insns[i].imm <= seen;
		seen += (u32)p->insns[i].imm == seen;
	}
	ok(good && seen == p->bpf.nmaps,
	   "%s: %s: slots are given in order of first use", path, p->name);
}

static bool has_reasons(const struct fn_object *o)
{
	u32 i;

	for (i = 0; i < o->nprogs; i++)
		if (o->progs[i].reasons.n ||
		    o->progs[i].bpf.type != BPF_PROG_TYPE_XDP)
			return true;
	return false;
}

static void against_libbpf(const char *path, const struct fn_object *o)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	int err = object ? bpf_object__load(object) : -1;
	u32 i;

	if (err)
		skip(path, "libbpf can't load it here");
	for (i = 0; i < o->nprogs && !err; i++)
		check_program(path, object, o, &o->progs[i]);
	bpf_object__close(object);
}

static void check_file(const char *path)
{
	struct fn_object o;
	const char *bad;
	size_t size;
	u8 *data;
	u32 i;

	if (!ok(!fn_file_read(path, &data, &size), "%s is there", path))
		return;
	bad = fn_object_open(&o, data, size);
	if (!ok(!bad && o.nprogs, "%s has programs", path))
		diag("%s", bad ?: "none");
	for (i = 0; i < o.nprogs && !bad; i++) {
		check_slots(path, &o.progs[i]);
		check_lines(path, &o.progs[i]);
	}
	if (!bad && !has_reasons(&o))
		against_libbpf(path, &o);
	fn_object_close(&o);
	free(data);
}

int main(void)
{
	glob_t files = {};
	size_t i;

	glob("build/bpf/*.o", 0, NULL, &files);
	glob("build/objects/*.o", GLOB_APPEND, NULL, &files);
	ok(files.gl_pathc, "there are objects in build");
	for (i = 0; i < files.gl_pathc; i++)
		check_file(files.gl_pathv[i]);
	globfree(&files);
	return done_testing();
}
