// SPDX-License-Identifier: GPL-2.0
/*
 * A program as a listing. All of it that is not code for the assembler is
 * comment.
 */
#include "code.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

static const char *map_name(const struct fn_listing *l, u32 slot)
{
	if (!l->p || slot >= l->p->bpf.nmaps)
		return "";
	return l->o->maps[l->p->map[slot]].name;
}

static const struct bpf_insn *insn_at(const struct fn_listing *l, u32 i)
{
	const struct bpf_insn *insn;

	if (!l->p || i >= l->p->bpf.len)
		return NULL;
	insn = &l->p->insns[i];
	/* The second half of a 64-bit load has to be there to be printed. */
	if (insn->code == (BPF_LD | BPF_IMM | BPF_DW) && i + 1 >= l->p->bpf.len)
		return NULL;
	return insn;
}

static void print_head(const struct fn_listing *l)
{
	const struct fn_image *img = l->img;
	u32 i;

	printf("# %s\n", l->title);
	printf("# %u BPF instructions in %u words for %u lane%s\n", img->ninsns,
	       img->nwords, img->lanes, img->lanes == 1 ? "" : "s");
	if (l->bound.traces)
		printf("# %u issue groups in %u traces, which need at least %u (%.2f times as many)\n",
		       l->bound.groups, l->bound.traces, l->bound.least,
		       (double)l->bound.groups / l->bound.least);
	printf(".type %u\n.insns %u\n.frame %u\n.lanes %u\n", img->type,
	       img->ninsns, img->frame, img->lanes);
	for (i = 0; i < img->nmaps; i++) {
		const struct fn_image_map *m = &fn_image_maps(img)[i];

		printf(".map %u %u %u %u\t\t# map[%u]: %s%s%s\n", m->type,
		       m->key_size, m->value_size, m->max_entries, i,
		       fn_map_type_name(m->type), *map_name(l, i) ? " " : "",
		       map_name(l, i));
	}
}

static void print_source(const struct fn_line *line)
{
	printf("\n# %s:%u\t%s\n", line->file, line->line,
	       line->text + strspn(line->text, " \t"));
}

static void print_origin(const struct fn_listing *l, u32 origin)
{
	const struct bpf_insn *insn = insn_at(l, origin);
	char text[128];

	if (origin == FN_ORIGIN_NONE) {
		puts(".insn none");
		return;
	}
	printf(".insn %u", origin);
	if (insn) {
		fn_bpf_print(text, sizeof(text), insn, origin);
		printf("\t\t# %s", text);
	}
	putchar('\n');
}

/* A vertical bar joins the words that issue together. */
static void print_word(const struct fn_listing *l, u32 pc, bool first)
{
	u64 word = fn_image_words(l->img)[pc];
	struct fn_insn insn = fn_insn_decode(word);
	char text[128];

	fn_insn_print(text, sizeof(text), &insn, pc);
	printf("%8u: %c ", pc, first ? ' ' : '|');
	if (l->opcodes)
		printf("%-40s # %016llx\n", text, (ull)word);
	else
		puts(text);
}

/**
 * fn_listing_print - write a listing
 * @l: what
 */
void fn_listing_print(const struct fn_listing *l)
{
	const u32 *origin = fn_image_origin(l->img);
	const struct fn_line *line, *last = NULL;
	bool first = true;
	u32 pc;

	print_head(l);
	for (pc = 0; pc < l->img->nwords; pc++) {
		line = NULL;
		if (l->p && origin[pc] != FN_ORIGIN_NONE)
			line = fn_program_line(l->p, origin[pc]);
		if (line && line->line && line != last)
			print_source(line);
		if (line)
			last = line;
		if (!pc || origin[pc] != origin[pc - 1])
			print_origin(l, origin[pc]);
		print_word(l, pc, first);
		first = fn_insn_decode(fn_image_words(l->img)[pc]).stop;
	}
}

static void add_string(json_object *o, const char *name, const char *value)
{
	json_object_object_add(o, name, json_object_new_string(value));
}

static void add_number(json_object *o, const char *name, u64 value)
{
	json_object_object_add(o, name, json_object_new_int64(value));
}

static json_object *json_maps(const struct fn_listing *l)
{
	json_object *a = json_object_new_array(), *o;
	u32 i;

	for (i = 0; i < l->img->nmaps; i++) {
		const struct fn_image_map *m = &fn_image_maps(l->img)[i];

		o = json_object_new_object();
		if (*map_name(l, i))
			add_string(o, "name", map_name(l, i));
		add_string(o, "type", fn_map_type_name(m->type));
		add_number(o, "key_size", m->key_size);
		add_number(o, "value_size", m->value_size);
		add_number(o, "max_entries", m->max_entries);
		json_object_array_add(a, o);
	}
	return a;
}

static json_object *json_insn(const struct fn_listing *l, u32 i)
{
	const struct fn_line *line = fn_program_line(l->p, i);
	json_object *o = json_object_new_object();
	char text[128];

	fn_bpf_print(text, sizeof(text), insn_at(l, i), i);
	add_number(o, "insn", i);
	add_string(o, "text", text);
	if (line) {
		add_string(o, "file", line->file);
		add_number(o, "line", line->line);
		add_string(o, "source", line->text + strspn(line->text, " \t"));
	}
	return o;
}

static json_object *json_insns(const struct fn_listing *l)
{
	json_object *a = json_object_new_array();
	u32 i;

	for (i = 0; insn_at(l, i); i++) {
		json_object_array_add(a, json_insn(l, i));
		if (insn_at(l, i)->code == (BPF_LD | BPF_IMM | BPF_DW))
			i++;
	}
	return a;
}

static json_object *json_word(const struct fn_listing *l, u32 pc)
{
	u64 word = fn_image_words(l->img)[pc];
	u32 origin = fn_image_origin(l->img)[pc];
	struct fn_insn insn = fn_insn_decode(word);
	json_object *o = json_object_new_object();
	char text[128], hex[24];

	fn_insn_print(text, sizeof(text), &insn, pc);
	snprintf(hex, sizeof(hex), "0x%016llx", (ull)word);
	add_number(o, "pc", pc);
	add_string(o, "word", hex);
	add_string(o, "text", text);
	json_object_object_add(o, "stop", json_object_new_boolean(insn.stop));
	if (origin != FN_ORIGIN_NONE)
		add_number(o, "insn", origin);
	return o;
}

/**
 * fn_listing_json - a listing as JSON
 * @l: what
 *
 * Return: an object.
 */
json_object *fn_listing_json(const struct fn_listing *l)
{
	json_object *o = json_object_new_object();
	json_object *code = json_object_new_array();
	u32 pc;

	add_string(o, "title", l->title);
	if (l->p)
		add_string(o, "program", l->p->name);
	add_number(o, "ninsns", l->img->ninsns);
	add_number(o, "lanes", l->img->lanes);
	if (l->bound.traces) {
		add_number(o, "groups", l->bound.groups);
		add_number(o, "groups_least", l->bound.least);
		add_number(o, "traces", l->bound.traces);
	}
	add_number(o, "stack", l->img->frame);
	json_object_object_add(o, "maps", json_maps(l));
	if (l->p)
		json_object_object_add(o, "bpf", json_insns(l));
	for (pc = 0; pc < l->img->nwords; pc++)
		json_object_array_add(code, json_word(l, pc));
	json_object_object_add(o, "code", code);
	return o;
}
