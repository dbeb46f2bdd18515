// SPDX-License-Identifier: GPL-2.0
/*
 * What takes bytes from outside, and what it does with them if it accepts them:
 * an object is linked, judged, translated, reckoned and listed; BPF is
 * translated and run; an image is loaded, run and listed. All of it must end,
 * and stay within its memory.
 */
#include "bytes.h"
#include "offload/engine/profile.h"
#include "tests/unit/bpf_vm.h"
#include "userspace/check/check.h"
#include "userspace/code/code.h"
#include "userspace/tool.h"

#define RUN_LIMIT 20000 /* instructions */
#define FRAME 256

const struct fn_profile *fn_profile_find(const char *name);

static FILE *nowhere;

static void quiet(void *ctx, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
}

static const struct fn_log to_nobody = { .write = quiet };

/* What is printed is of no interest, only that it can be. */
static void list(const struct fn_listing *l)
{
	FILE *out = stdout;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	stdout = nowhere;
	fn_listing_print(l);
	fn_graph_print(l);
	stdout = out;
	json_object_put(fn_listing_json(l));
}

static void show(const struct fn_image *img, const struct fn_object *o,
		 const struct fn_program *p)
{
	struct fn_listing l = { .title = "bytes", .img = img, .o = o, .p = p };
	struct fn_cost cost;

	fn_cost(img, fn_profile_find(NULL), &cost);
	list(&l);
}

static void run(struct fn_target *target, u32 prog, bool plain)
{
	u8 frame[4 * FRAME] = { 1, 2, 3 };
	struct fn_run r = {
		.prog = prog,
		.frame = frame,
		.len = FRAME,
		.room = sizeof(frame),
		.limit = RUN_LIMIT,
		.interpret = plain,
	};

	fn_engine_run(target->engine, &r);
	if (vm.bad)
		abort();
}

/* Interpreted and as compiled code, which must stay where the card is. */
static void run_both(struct fn_target *target, u32 prog)
{
	fn_code_ops = &vm_ops;
	run(target, prog, true);
	run(target, prog, false);
}

/* Maps of any size may be asked for: small ones do. */
static void shrink_maps(struct fn_image *img)
{
	static const u32 types[] = { BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY,
				     BPF_MAP_TYPE_LRU_HASH,
				     BPF_MAP_TYPE_LPM_TRIE };
	u32 i;

	for (i = 0; i < img->nmaps; i++) {
		struct fn_image_map *m = &fn_image_maps(img)[i];

		m->type = types[(m->type + m->max_entries) % ARRAY_SIZE(types)];
		m->key_size = m->type == BPF_MAP_TYPE_ARRAY ?
				      4 :
				      m->key_size % 16 + 1;
		if (m->type == BPF_MAP_TYPE_LPM_TRIE)
			m->key_size += 4;
		m->value_size = m->value_size % 64 + 1;
		m->max_entries = m->max_entries % 8 + 1;
	}
	fn_image_seal(img);
}

static void load_and_run(const struct fn_image *img)
{
	struct fn_image *copy = malloc(img->size);
	struct fn_target target;
	char why[256];
	u32 prog;

	memcpy(copy, img, img->size);
	shrink_maps(copy);
	if (!fn_target_open(&target, NULL)) {
		prog = fn_target_load(&target, copy, why, sizeof(why));
		if (prog)
			run_both(&target, prog);
		fn_target_close(&target);
	}
	free(copy);
}

static void check_program(const struct fn_object *o, const struct fn_program *p)
{
	struct fn_check_result j;
	u32 i;

	for (i = 0; i <= p->bpf.len; i += 7)
		fn_program_line(p, i);
	if (fn_check_program(o, p, &j))
		return;
	if (j.image) {
		show(j.image, o, p);
		load_and_run(j.image);
	}
	fn_check_result_free(&j);
}

static void fuzz_object(const u8 *data, size_t size)
{
	struct fn_object o;
	u32 i;

	fn_options.level = size % (FN_TR_MAX_LEVEL + 1);
	if (!fn_object_open(&o, data, size))
		for (i = 0; i < o.nprogs && i < 16; i++)
			check_program(&o, &o.progs[i]);
	fn_object_close(&o);
}

static void fuzz_code(const u8 *data, size_t size)
{
	static const struct fn_image_map maps[] = {
		{ BPF_MAP_TYPE_ARRAY, 4, 8, 4 },
		{ BPF_MAP_TYPE_HASH, 4, 16, 4 },
	};
	struct fn_tr_options o = { .lanes = 1 << size % 4 };
	struct fn_image *img = NULL;
	struct fn_bpf_prog bpf = {
		.len = size / sizeof(struct bpf_insn),
		.maps = maps,
		.nmaps = ARRAY_SIZE(maps),
	};
	struct bpf_insn *insns = malloc(size + 1);

	memcpy(insns, data, size);
	bpf.insns = insns;
	bpf.type = size & 4 ? FN_PROG_RAW : BPF_PROG_TYPE_XDP;
	for (o.level = 0; o.level <= FN_TR_MAX_LEVEL; o.level++) {
		if (fn_translate(&bpf, &o, &to_nobody, &img))
			continue;
		show(img, NULL, NULL);
		load_and_run(img);
		fn_free(img);
	}
	free(insns);
}

static void fuzz_image(const u8 *data, size_t size)
{
	struct fn_image *img = malloc(size + sizeof(*img));
	struct fn_listing l = { .title = "bytes", .img = img };
	char why[256];

	memcpy(img, data, size);
	/* Few would get past the check sum otherwise. */
	if (size > sizeof(*img) && size % 2)
		img->check = fn_crc32(0, img + 1, size - sizeof(*img));
	if (!fn_image_check(img, size, why, sizeof(why))) {
		list(&l);
		load_and_run(img);
	}
	free(img);
}

static void fuzz_words(const u8 *data, size_t size)
{
	u32 nwords = size / sizeof(u64);
	struct fn_image *img;
	u32 i;

	if (!nwords)
		return;
	img = fn_image_alloc(nwords, 2);
	memcpy(fn_image_words(img), data, nwords * sizeof(u64));
	/* Most operations are undefined otherwise. */
	for (i = 0; i < nwords; i++)
		if ((u8)fn_image_words(img)[i] >= FN_NOPS)
			fn_image_words(img)[i] ^= 0x80;
	img->type = BPF_PROG_TYPE_XDP;
	img->lanes = 1;
	show(img, NULL, NULL);
	load_and_run(img);
	fn_free(img);
}

static void fuzz_text(const u8 *data, size_t size)
{
	struct fn_listing l = { .title = "bytes" };
	struct fn_image *img;
	char why[256];

	img = fn_assemble((const char *)data, size, why, sizeof(why));
	if (!img)
		return;
	l.img = img;
	list(&l);
	load_and_run(img);
	fn_free(img);
}

/**
 * fn_fuzz_bytes - give bytes to one of those who take bytes
 * @target: enum fn_fuzz_target
 * @data: bytes
 * @size: how many
 */
void fn_fuzz_bytes(u32 target, const u8 *data, size_t size)
{
	static void (*const targets[FN_FUZZ_TARGETS])(const u8 *, size_t) = {
		[FN_FUZZ_OBJECT] = fuzz_object, [FN_FUZZ_CODE] = fuzz_code,
		[FN_FUZZ_IMAGE] = fuzz_image,	[FN_FUZZ_WORDS] = fuzz_words,
		[FN_FUZZ_TEXT] = fuzz_text,
	};

	targets[target % FN_FUZZ_TARGETS](data, size);
}
