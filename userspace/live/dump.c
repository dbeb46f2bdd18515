// SPDX-License-Identifier: GPL-2.0
/*
 * flownic dump: a program's card code beside the BPF that it was made from.
 */
#include <errno.h>
#include <string.h>

#include "live.h"
#include "offload/image.h"
#include "offload/isa.h"
#include "userspace/code/code.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

/**
 * struct listing - all that is to be printed
 * @image: card code; checked
 * @insns: BPF instructions it was made from, or NULL
 * @ninsns: number of @insns
 * @prog: what the module says of the program, or NULL
 * @maps: what it says of all maps
 * @opcodes: print words as numbers, too
 */
struct listing {
	struct fn_buffer image;
	struct fn_buffer insns;
	const struct fn_info *prog;
	struct fn_info *maps;
	bool opcodes;
};

static const struct fn_image *image_of(const struct listing *l)
{
	return (const struct fn_image *)l->image.data;
}

static const struct bpf_insn *insn_of(const struct listing *l, u32 index)
{
	const struct bpf_insn *insns = (const struct bpf_insn *)l->insns.data;
	size_t n = l->insns.size / sizeof(*insns);

	if (index >= n)
		return NULL;
	/* The second half of a 64-bit load has to be there to be printed. */
	if (insns[index].code == (BPF_LD | BPF_IMM | BPF_DW) && index + 1 >= n)
		return NULL;
	return &insns[index];
}

static int read_file(const char *path, struct fn_buffer *b)
{
	FILE *f = fopen(path, "rb");
	size_t n = 0;

	if (!f)
		return fn_fail("%s: %s", path, strerror(errno));
	do {
		b->size += n;
		b->data = fn_check_alloc(realloc(b->data, b->size + 65536));
		n = fread(b->data + b->size, 1, 65536, f);
	} while (n);
	if (ferror(f)) {
		fclose(f);
		return fn_fail("%s: %s", path, strerror(errno));
	}
	fclose(f);
	return FN_DONE;
}

static int write_file(const char *path, const struct fn_buffer *b)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		return fn_fail("%s: %s", path, strerror(errno));
	if (fwrite(b->data, 1, b->size, f) != b->size) {
		fclose(f);
		return fn_fail("%s: %s", path, strerror(errno));
	}
	if (fclose(f))
		return fn_fail("%s: %s", path, strerror(errno));
	return FN_DONE;
}

static const struct fn_info *map_of(const struct listing *l, u32 slot)
{
	const struct fn_info *m;

	if (!l->prog || slot >= l->prog->num[FLOWNIC_A_MAP_HANDLES])
		return NULL;
	for (m = l->maps; m; m = m->next)
		if (m->num[FLOWNIC_A_CARD] == l->prog->num[FLOWNIC_A_CARD] &&
		    m->num[FLOWNIC_A_HANDLE] == l->prog->maps[slot])
			return m;
	return NULL;
}

static void print_head(const struct listing *l)
{
	const struct fn_image *img = image_of(l);
	const struct fn_info *p = l->prog;

	if (p) {
		printf("program %s", p->str[FLOWNIC_A_NAME] ?: "-");
		if (fn_info_has(p, FLOWNIC_A_BPF_ID))
			printf(" id %llu", (ull)p->num[FLOWNIC_A_BPF_ID]);
		printf(" handle %llu of card %llu, tag %s\n",
		       (ull)p->num[FLOWNIC_A_HANDLE],
		       (ull)p->num[FLOWNIC_A_CARD],
		       p->str[FLOWNIC_A_TAG] ?: "-");
	}
	printf("%u BPF instructions in %u words for %u lane%s, %u B of stack\n",
	       img->ninsns, img->nwords, img->lanes, img->lanes == 1 ? "" : "s",
	       img->frame);
}

static void print_maps(const struct listing *l)
{
	const struct fn_image *img = image_of(l);
	const struct fn_info *m;
	u32 i;

	for (i = 0; i < img->nmaps; i++) {
		const struct fn_image_map *slot = &fn_image_maps(img)[i];

		printf("map[%u]: %s, key %u B, value %u B, %u entries", i,
		       fn_map_type_name(slot->type), slot->key_size,
		       slot->value_size, slot->max_entries);
		m = map_of(l, i);
		if (m && m->str[FLOWNIC_A_NAME])
			printf(", name %s", m->str[FLOWNIC_A_NAME]);
		if (m && fn_info_has(m, FLOWNIC_A_BPF_ID))
			printf(", id %llu", (ull)m->num[FLOWNIC_A_BPF_ID]);
		putchar('\n');
	}
}

static void bpf_text(const struct listing *l, u32 index, char *buf, size_t size)
{
	const struct bpf_insn *insn = insn_of(l, index);

	if (insn)
		fn_bpf_print(buf, size, insn, index);
	else
		buf[0] = '\0';
}

static void print_origin(const struct listing *l, u32 origin)
{
	char text[128];

	if (origin == FN_ORIGIN_NONE) {
		printf("\n   (translator)\n");
		return;
	}
	bpf_text(l, origin, text, sizeof(text));
	printf("\n%4u: %s\n", origin, text);
}

/* A vertical bar joins the words that issue together. */
static void print_word(const struct listing *l, u32 pc, bool first)
{
	u64 word = fn_image_words(image_of(l))[pc];
	struct fn_insn insn = fn_insn_decode(word);
	char text[128];

	fn_insn_print(text, sizeof(text), &insn, pc);
	printf("    %8u %c ", pc, first ? ' ' : '|');
	if (l->opcodes)
		printf("%016llx  ", (ull)word);
	puts(text);
}

static void print_listing(const struct listing *l)
{
	const struct fn_image *img = image_of(l);
	const u32 *origin = fn_image_origin(img);
	bool first = true;
	u32 pc;

	print_head(l);
	print_maps(l);
	for (pc = 0; pc < img->nwords; pc++) {
		if (!pc || origin[pc] != origin[pc - 1])
			print_origin(l, origin[pc]);
		print_word(l, pc, first);
		first = fn_insn_decode(fn_image_words(img)[pc]).stop;
	}
}

static json_object *json_words(const struct listing *l)
{
	const struct fn_image *img = image_of(l);
	json_object *a = json_object_new_array(), *o;
	char text[128], hex[24];
	u32 pc;

	for (pc = 0; pc < img->nwords; pc++) {
		u64 word = fn_image_words(img)[pc];
		struct fn_insn insn = fn_insn_decode(word);
		u32 origin = fn_image_origin(img)[pc];

		fn_insn_print(text, sizeof(text), &insn, pc);
		snprintf(hex, sizeof(hex), "0x%016llx", (ull)word);
		o = json_object_new_object();
		json_object_object_add(o, "pc", json_object_new_int64(pc));
		json_object_object_add(o, "word", json_object_new_string(hex));
		json_object_object_add(o, "text", json_object_new_string(text));
		json_object_object_add(o, "stop",
				       json_object_new_boolean(insn.stop));
		if (origin != FN_ORIGIN_NONE)
			json_object_object_add(o, "insn",
					       json_object_new_int64(origin));
		json_object_array_add(a, o);
	}
	return a;
}

static json_object *json_insns(const struct listing *l)
{
	json_object *a = json_object_new_array(), *o;
	const struct bpf_insn *insn;
	char text[128];
	u32 i;

	for (i = 0; (insn = insn_of(l, i)); i++) {
		fn_bpf_print(text, sizeof(text), insn, i);
		o = json_object_new_object();
		json_object_object_add(o, "insn", json_object_new_int64(i));
		json_object_object_add(o, "text", json_object_new_string(text));
		json_object_array_add(a, o);
		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW))
			i++;
	}
	return a;
}

static json_object *json_slots(const struct listing *l)
{
	const struct fn_image *img = image_of(l);
	json_object *a = json_object_new_array(), *o;
	const struct fn_info *m;
	u32 i;

	for (i = 0; i < img->nmaps; i++) {
		const struct fn_image_map *slot = &fn_image_maps(img)[i];

		m = map_of(l, i);
		o = m ? fn_info_json(m) : json_object_new_object();
		json_object_object_add(
			o, "type",
			json_object_new_string(fn_map_type_name(slot->type)));
		json_object_object_add(o, "key_size",
				       json_object_new_int64(slot->key_size));
		json_object_object_add(o, "value_size",
				       json_object_new_int64(slot->value_size));
		json_object_object_add(
			o, "max_entries",
			json_object_new_int64(slot->max_entries));
		json_object_array_add(a, o);
	}
	return a;
}

static int print_json(const struct listing *l)
{
	const struct fn_image *img = image_of(l);
	json_object *o = json_object_new_object();

	if (l->prog)
		json_object_object_add(o, "program", fn_info_json(l->prog));
	json_object_object_add(o, "ninsns", json_object_new_int64(img->ninsns));
	json_object_object_add(o, "lanes", json_object_new_int(img->lanes));
	json_object_object_add(o, "stack", json_object_new_int(img->frame));
	json_object_object_add(o, "maps", json_slots(l));
	if (l->insns.data)
		json_object_object_add(o, "bpf", json_insns(l));
	json_object_object_add(o, "code", json_words(l));
	return fn_out_json(o);
}

static int print(const struct listing *l)
{
	char why[256] = "";

	if (fn_image_check(l->image.data, l->image.size, why, sizeof(why)))
		return fn_fail("this is no program image: %s", why);
	if (fn_options.json)
		return print_json(l);
	print_listing(l);
	return FN_DONE;
}

static void free_listing(struct listing *l)
{
	free(l->image.data);
	free(l->insns.data);
	fn_info_free(l->maps);
}

/* The last words, if they are there: "opcodes" and "file FILE". */
static void parse_tail(struct fn_args *args, bool *opcodes, const char **file)
{
	for (;;) {
		if (args->n >= 1 && !strcmp(args->v[args->n - 1], "opcodes")) {
			*opcodes = true;
			args->n--;
		} else if (args->n >= 2 &&
			   !strcmp(args->v[args->n - 2], "file")) {
			*file = args->v[args->n - 1];
			args->n -= 2;
		} else {
			return;
		}
	}
}

static int dump_one(const struct fn_info *prog, const char *file, bool opcodes)
{
	struct listing l = { .prog = prog, .opcodes = opcodes };
	int status;

	status = fn_buffer_read(FLOWNIC_CMD_IMAGE_GET, prog, &l.image);
	if (!status && file) {
		status = write_file(file, &l.image);
		free_listing(&l);
		return status;
	}
	if (!status)
		status = fn_buffer_read(FLOWNIC_CMD_INSNS_GET, prog, &l.insns);
	if (!status)
		status = fn_info_get(FLOWNIC_CMD_MAP_GET, &l.maps);
	if (!status)
		status = print(&l);
	free_listing(&l);
	return status;
}

static int dump_prog(struct fn_args *args)
{
	struct fn_select s;
	struct fn_info *progs;
	const char *file = NULL;
	bool opcodes = false;
	int status;

	parse_tail(args, &opcodes, &file);
	status = fn_select_parse(args, FN_BY_PROG, &s);
	if (status)
		return status;
	status = fn_select_prog(&s, &progs);
	if (!status)
		status = dump_one(progs, file, opcodes);
	fn_info_free(progs);
	return status;
}

static int dump_image(struct fn_args *args)
{
	struct listing l = {};
	const char *file = NULL, *path = fn_args_next(args);
	int status;

	parse_tail(args, &l.opcodes, &file);
	if (!path)
		return fn_usage("dump image: the name of the file is missing");
	if (args->n || file)
		return fn_usage("\"%s\" is not expected here; known: opcodes",
				args->n ? *args->v : "file");
	status = read_file(path, &l.image);
	if (!status)
		status = print(&l);
	free_listing(&l);
	return status;
}

static const struct fn_verb verbs[] = {
	{ "prog", dump_prog },
	{ "image", dump_image },
	{},
};

/**
 * fn_dump - flownic dump ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_dump(struct fn_args *args)
{
	if (args->n && fn_is_file(*args->v))
		return fn_dump_file(args);
	if (args->n && !fn_arg_matches(*args->v, "prog") &&
	    !fn_arg_matches(*args->v, "image"))
		return fn_fail(
			"%s: no such file; known besides files: prog, image",
			*args->v);
	return fn_run_verb(verbs, args, "what to dump");
}
