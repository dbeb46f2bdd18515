/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing card code down in tests, loading it and running it.
 */
#ifndef FN_TEST_CARD_CODE_H
#define FN_TEST_CARD_CODE_H

#include "offload/engine/engine.h"
#include "offload/engine/map.h"
#include "offload/engine/profile.h"
#include "offload/engine/prog.h"
#include "offload/helpers.h"
#include "offload/image.h"
#include "offload/isa.h"
#include "tap.h"

#define CODE_MAX 8192
#define RZ FN_REG_ZERO
#define SIZE(n) ((n) << FN_X_SIZE_SHIFT)
#define COND(c) ((c) << FN_X_COND_SHIFT)
#define KIND(k) ((k) << FN_X_ATOM_SHIFT)

/**
 * struct code - a program being written
 * @n: words so far
 * @w: words
 * @nmaps: number of @maps and @handles
 * @maps: what its slots need
 * @handles: what is bound to them
 * @lanes: that it is for; 0 for 1
 */
struct code {
	u32 n;
	u64 w[CODE_MAX];
	u32 nmaps;
	struct fn_image_map maps[FN_IMAGE_MAX_MAPS];
	u32 handles[FN_IMAGE_MAX_MAPS];
	u32 lanes;
};

static inline u32 emit(struct code *c, u8 op, u8 x, u8 d, u8 a, u8 b, s32 imm)
{
	struct fn_insn i = { .op = op,
			     .x = x,
			     .d = d,
			     .a = a,
			     .b = b,
			     .stop = true,
			     .imm = imm };

	c->w[c->n] = fn_insn_encode(&i);
	return c->n++;
}

static inline void emit_const(struct code *c, u8 d, u64 v)
{
	emit(c, FN_OP_MOV, FN_X_IMM, d, 0, 0, (s32)v);
	if ((u64)(s64)(s32)v != v)
		emit(c, FN_OP_MOVH, FN_X_IMM, d, d, 0, (s32)(v >> 32));
}

static inline void emit_ld(struct code *c, u32 size, u8 d, u8 a, s32 off)
{
	emit(c, FN_OP_LD, SIZE(size), d, a, 0, off);
}

static inline void emit_st(struct code *c, u32 size, u8 a, s32 off, u8 b)
{
	emit(c, FN_OP_ST, SIZE(size), 0, a, b, off);
}

static inline void emit_helper(struct code *c, u32 number)
{
	emit(c, FN_OP_HELPER, 0, 0, 0, 0, number);
}

static inline void emit_exit(struct code *c, u8 a)
{
	emit(c, FN_OP_EXIT, 0, 0, a, 0, 0);
}

static inline void emit_verdict(struct code *c, s32 verdict)
{
	emit(c, FN_OP_EXIT, FN_X_IMM, 0, 0, 0, verdict);
}

static inline struct fn_image *code_image(const struct code *c)
{
	struct fn_image *img = fn_image_alloc(c->n, c->nmaps);

	if (!img)
		abort();
	img->type = BPF_PROG_TYPE_XDP;
	img->lanes = c->lanes ?: 1;
	img->ninsns = c->n;
	memcpy(fn_image_words(img), c->w, c->n * sizeof(u64));
	memcpy(fn_image_maps(img), c->maps, c->nmaps * sizeof(c->maps[0]));
	for (u32 i = 0; i < c->n; i++)
		fn_image_origin(img)[i] = i;
	fn_image_seal(img);
	return img;
}

static inline int buffer_load(struct fn_engine *e, const void *buf, u32 size,
			      const u32 *handles, u32 nmaps, u32 *handle,
			      char *why)
{
	struct fn_msg_prog_load m = {
		.image = fn_ptr_to_bus(buf),
		.size = size,
		.nmaps = nmaps,
		.maps = fn_ptr_to_bus(handles),
		.name = "test",
	};
	int ret = fn_prog_load(e, &m);

	*handle = ret ? 0 : m.handle;
	if (why)
		strcpy(why, m.why);
	return ret;
}

static inline int image_load(struct fn_engine *e, const struct fn_image *img,
			     const u32 *handles, u32 nmaps, u32 *handle,
			     char *why)
{
	return buffer_load(e, img, img->size, handles, nmaps, handle, why);
}

/* The handle, or 0 and a line that says why. */
static inline u32 code_load(struct fn_engine *e, const struct code *c)
{
	struct fn_image *img = code_image(c);
	char why[FN_WHY_LEN];
	u32 handle;

	if (image_load(e, img, c->handles, c->nmaps, &handle, why))
		diag("refused: %s", why);
	fn_free(img);
	return handle;
}

static inline int prog_unload(struct fn_engine *e, u32 handle)
{
	return fn_prog_unload(e, handle);
}

/* Runs it once on a frame and forgets it. */
static inline bool code_run(struct fn_engine *e, const struct code *c,
			    struct fn_run *run)
{
	u32 handle = code_load(e, c);
	int ret;

	if (!handle)
		return false;
	run->prog = handle;
	ret = fn_engine_run(e, run);
	if (ret)
		diag("fn_engine_run: %d", ret);
	prog_unload(e, handle);
	return !ret;
}

static inline u32 map_create(struct fn_engine *e, struct code *c, u32 type,
			     u32 key, u32 value, u32 max)
{
	struct fn_msg_map m = {
		.type = type,
		.key_size = key,
		.value_size = value,
		.max_entries = max,
		.name = "map",
	};

	if (fn_map_create(e, &m)) {
		diag("map refused: %s", m.why);
		return 0;
	}
	if (c) {
		c->maps[c->nmaps] =
			(struct fn_image_map){ type, key, value, max };
		c->handles[c->nmaps++] = m.handle;
	}
	return m.handle;
}

static inline int map_op(struct fn_engine *e, u32 handle, u32 op,
			 const void *key, const void *value, u64 flags)
{
	struct fn_msg_map_op m = {
		.handle = handle,
		.op = op,
		.key = fn_ptr_to_bus(key),
		.value = fn_ptr_to_bus(value),
		.flags = flags,
	};

	return fn_map_op(e, &m);
}

static inline int map_free(struct fn_engine *e, u32 handle)
{
	struct fn_msg_handle m = { .handle = handle };

	return fn_map_free(e, &m);
}

/* An engine of the default profile that interprets, or compiles by @compile. */
static inline struct fn_engine *
test_engine_with(void (*compile)(struct fn_prog *prog))
{
	struct fn_env env = {
		.profile = fn_profile_find(NULL),
		.threads = 1,
		.compile = compile,
	};

	fn_env_host(&env);
	env.kernel = FN_KERNEL(6, 12);
	return fn_engine_alloc(&env);
}

static inline struct fn_engine *test_engine(void)
{
	return test_engine_with(NULL);
}

#endif /* FN_TEST_CARD_CODE_H */
