// SPDX-License-Identifier: GPL-2.0
/*
 * The loader against images that are wrong in one way, and against images that
 * are wrong in any: what is refused has a reason, and what is accepted runs
 * without harm.
 */
#include "card_code.h"

#define MUTATIONS 200000

static struct fn_engine *engine;

static u64 state = 0x853c49e6748fea9bull;

static u32 rng(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 32;
}

static void refused(struct code *c, int err, const char *why)
{
	struct fn_image *img = code_image(c);
	char text[FN_WHY_LEN];
	u32 handle;
	int ret;

	ret = image_load(engine, img, c->handles, c->nmaps, &handle, text);
	is_u64(-ret, err, "refused");
	has_str(text, why, "  with the reason");
	if (handle)
		prog_unload(engine, handle);
	fn_free(img);
}

static void accepted(struct code *c)
{
	struct fn_image *img = code_image(c);
	char text[FN_WHY_LEN] = "";
	u32 handle;

	is_u64(-image_load(engine, img, c->handles, c->nmaps, &handle, text), 0,
	       "accepted");
	is_str(text, "", "  without a reason not to");
	if (handle)
		prog_unload(engine, handle);
	fn_free(img);
}

static void test_words(void)
{
	struct code c = {};

	emit(&c, FN_OP_NOP, 0, 0, 0, 0, 0);
	refused(&c, EINVAL, "past it");
	c.n = 0;
	emit(&c, FN_OP_JMP, 0, 0, 0, 0, 0);
	refused(&c, EINVAL, "jump out of the program");
	c.n = 0;
	emit(&c, FN_OP_JMP, 0, 0, 0, 0, -2);
	refused(&c, EINVAL, "jump out of the program");
	c.n = 0;
	emit(&c, FN_OP_CALL, 1, 0, 0, 0, 5);
	emit_verdict(&c, 0);
	refused(&c, EINVAL, "word 0");
	c.n = 0;
	emit(&c, FN_OP_JMP, 0, 0, 0, 0, 0x7fffffff);
	refused(&c, EINVAL, "jump out of the program");
	c.n = 0;
	emit_verdict(&c, 0);
	emit(&c, FN_OP_JCC, COND(FN_EQ) | FN_X_IMM, 0, 0, 0, FN_IMM16(0, -1));
	refused(&c, EINVAL, "past it");
	c.n = 0;
	emit_helper(&c, 9999);
	emit_verdict(&c, 0);
	refused(&c, EINVAL, "helper");
	c.n = 0;
	emit(&c, FN_NOPS, 0, 0, 0, 0, 0);
	refused(&c, EINVAL, "undefined operation");
	c.n = 0;
	emit(&c, FN_OP_MOV, FN_X_IMM, RZ, 0, 0, 1);
	emit_verdict(&c, 0);
	refused(&c, EINVAL, "rz");
}

/* The words of a group, then a verdict. */
static void group(u32 lanes, u32 n, const struct fn_insn *insn, const char *why)
{
	struct code c = { .lanes = lanes };
	u32 i;

	for (i = 0; i < n; i++) {
		struct fn_insn w = insn[i];

		w.stop = i == n - 1;
		c.w[c.n++] = fn_insn_encode(&w);
	}
	emit_verdict(&c, XDP_PASS);
	if (why) {
		refused(&c, EINVAL, why);
		return;
	}
	accepted(&c);
}

#define ADD(to, from)                                                  \
	{                                                              \
		.op = FN_OP_ADD, .x = FN_X_IMM, .d = (to), .a = (from) \
	}
#define LOAD(to)                                                \
	{                                                       \
		.op = FN_OP_LD, .x = SIZE(8), .d = (to), .a = 1 \
	}
#define STORE(off)                                             \
	{                                                      \
		.op = FN_OP_STI, .x = SIZE(8), .a = FN_REG_FP, \
		.imm = FN_IMM16(off, 0)                        \
	}
#define STACK(to, off)                                                   \
	{                                                                \
		.op = FN_OP_LD, .x = SIZE(8), .d = (to), .a = FN_REG_FP, \
		.imm = (off)                                             \
	}
#define MUL(to)                                            \
	{                                                  \
		.op = FN_OP_MUL, .d = (to), .a = 4, .b = 5 \
	}
#define BRANCH(over)                                                  \
	{                                                             \
		.op = FN_OP_JCC, .x = COND(FN_EQ) | FN_X_IMM, .a = 1, \
		.imm = FN_IMM16(0, over)                              \
	}
#define GROUP(lanes, why, ...)                            \
	group(lanes,                                      \
	      sizeof((struct fn_insn[]){ __VA_ARGS__ }) / \
		      sizeof(struct fn_insn),             \
	      (struct fn_insn[]){ __VA_ARGS__ }, why)

static void test_groups(void)
{
	struct code c = { .lanes = 4 };
	struct fn_insn jump = { .op = FN_OP_JCC,
				.x = COND(FN_EQ) | FN_X_IMM,
				.stop = true,
				.imm = FN_IMM16(0, 1) };
	struct fn_insn add = ADD(2, 2);

	GROUP(2, NULL, ADD(2, 1), ADD(3, 1));
	GROUP(1, "lanes", ADD(2, 1), ADD(3, 1));
	GROUP(4, "written", ADD(2, 1), ADD(3, 2));
	GROUP(4, "written", ADD(2, 1), ADD(2, 1));
	GROUP(4, NULL, ADD(2, 3), ADD(3, 1));
	GROUP(4, "half the lanes", LOAD(2), LOAD(3), LOAD(4));
	GROUP(4, NULL, LOAD(2), LOAD(3), ADD(4, 1));
	GROUP(4, "follows a store", STORE(-8), LOAD(2));
	GROUP(4, NULL, LOAD(2), STORE(-8));
	GROUP(4, NULL, STORE(-8), STACK(2, -16));
	GROUP(4, "follows a store", STORE(-8), STACK(2, -12));
	GROUP(4, "two multiplications", MUL(2), MUL(3));
	GROUP(4, "two branches", BRANCH(1), BRANCH(0));
	GROUP(4, NULL, ADD(2, 1), BRANCH(1), ADD(3, 1));
	GROUP(4, "goes on", { .op = FN_OP_EXIT, .x = FN_X_IMM }, ADD(2, 1));
	GROUP(4, "shares", ADD(2, 1), { .op = FN_OP_RET });
	GROUP(4, "r10", ADD(FN_REG_FP, FN_REG_FP));
	c.w[c.n++] = fn_insn_encode(&jump);
	c.w[c.n++] = fn_insn_encode(&add);
	add.d = 3;
	add.stop = true;
	c.w[c.n++] = fn_insn_encode(&add);
	emit_verdict(&c, XDP_PASS);
	refused(&c, EINVAL, "middle of an issue group");
	c.lanes = 8;
	refused(&c, EINVAL, "8 lanes: the card has 4");
}

/* Functions that call the one behind them; the last returns, or calls @last. */
static void calls(struct code *c, u32 n, s32 last)
{
	emit(c, FN_OP_CALL, 2, 0, 0, 0, 1);
	emit_verdict(c, XDP_PASS);
	while (n--) {
		if (n)
			emit(c, FN_OP_CALL, 2, 0, 0, 0, 1);
		else if (last)
			emit(c, FN_OP_CALL, 2, 0, 0, 0, last);
		emit(c, FN_OP_RET, 0, 0, 0, 0, 0);
	}
}

static void test_depth(void)
{
	struct code c = {};

	calls(&c, 7, 0);
	accepted(&c);
	c.n = 0;
	calls(&c, 8, 0);
	refused(&c, EINVAL, "deeper than 8");
	c.n = 0;
	calls(&c, 2, -3);
	refused(&c, EINVAL, "deeper than 8");
	c.n = 0;
	emit(&c, FN_OP_RET, 0, 0, 0, 0, 0);
	refused(&c, EINVAL, "without a call");
}

static void test_maps(void)
{
	struct code c = {};
	u32 map = map_create(engine, &c, BPF_MAP_TYPE_ARRAY, 4, 8, 10);
	struct fn_image *img;
	char why[FN_WHY_LEN];
	u32 handle;

	emit_verdict(&c, XDP_PASS);
	c.maps[0].value_size = 16;
	refused(&c, EINVAL, "map slot 0: needs type 2, key 4, value 16");
	c.maps[0].value_size = 8;
	c.handles[0] = 1000;
	refused(&c, ENOENT, "no map with handle 1000");
	c.handles[0] = map;
	img = code_image(&c);
	is_u64(-image_load(engine, img, c.handles, 0, &handle, why), EINVAL,
	       "too few maps");
	has_str(why, "slots for 1", "  says so");
	is_u64(image_load(engine, img, c.handles, 1, &handle, why), 0,
	       "the right map");
	is_u64(prog_unload(engine, handle), 0, "unload");
	fn_free(img);
	is_u64(map_free(engine, map), 0, "no reference is left behind");
}

static void test_header(void)
{
	struct fn_msg_prog_load m = { .name = "test" };
	struct code c = {};
	struct fn_image *img;

	emit_verdict(&c, XDP_PASS);
	img = code_image(&c);
	is_u64(-fn_prog_load(engine, &m), EINVAL, "no image");
	has_str(m.why, "0 bytes", "  says so");
	m.image = fn_ptr_to_bus(img);
	m.size = img->size - 1;
	is_u64(-fn_prog_load(engine, &m), EINVAL, "a byte short");
	m.size = img->size;
	img->check ^= 1;
	is_u64(-fn_prog_load(engine, &m), EINVAL, "check sum");
	has_str(m.why, "check sum", "  says so");
	img->check ^= 1;
	is_u64(fn_prog_load(engine, &m), 0, "the image itself");
	prog_unload(engine, m.handle);
	fn_free(img);
}

static void test_too_long(void)
{
	u32 n = (1u << 20) + 1;
	struct fn_image *img = fn_image_alloc(n, 0);
	struct fn_insn exit = { .op = FN_OP_EXIT, .x = FN_X_IMM };
	char why[FN_WHY_LEN];
	u32 handle, i;

	img->lanes = 1;
	for (i = 0; i < n; i++)
		fn_image_words(img)[i] = fn_insn_encode(&exit);
	fn_image_seal(img);
	is_u64(-image_load(engine, img, NULL, 0, &handle, why), E2BIG,
	       "a program too long for the control store");
	has_str(why, "1048576", "  says what fits");
	fn_free(img);
}

static void test_many(void)
{
	struct code c = {};
	struct fn_image *img;
	static u32 handles[2000];
	char why[FN_WHY_LEN];
	u32 n, i, bad = 0;

	emit_verdict(&c, XDP_PASS);
	img = code_image(&c);
	for (n = 0; n < ARRAY_SIZE(handles); n++) {
		if (image_load(engine, img, NULL, 0, &handles[n], why))
			break;
	}
	is_u64(n, 1024, "so many programs");
	has_str(why, "1024 programs", "then the card is full");
	for (i = 0; i < n; i++)
		bad += !!prog_unload(engine, handles[i]);
	is_u64(bad, 0, "unloaded");
	fn_free(img);
}

/* Something of everything. */
static void sample(struct code *c)
{
	map_create(engine, c, BPF_MAP_TYPE_HASH, 4, 8, 16);
	emit(c, FN_OP_MOV, 0, 6, 0, 1, 0);
	emit_ld(c, 4, 7, 1, 0);
	emit_ld(c, 4, 8, 1, 4);
	emit(c, FN_OP_ADD, FN_X_IMM, 3, 7, 0, 14);
	emit(c, FN_OP_JCC, COND(FN_GT), 0, 3, 8, FN_IMM16(0, 12));
	emit(c, FN_OP_LD, SIZE(2) | FN_X_BE, 4, 7, 0, 12);
	emit_st(c, 4, FN_REG_FP, -4, 4);
	emit_const(c, 1, FN_ADDR_MAPREF);
	emit(c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -4);
	emit_helper(c, FN_HELPER_map_lookup_elem);
	emit(c, FN_OP_JCC, COND(FN_EQ) | FN_X_IMM, 0, 0, 0, FN_IMM16(0, 3));
	emit_const(c, 4, 1);
	emit(c, FN_OP_ATOM, KIND(FN_ATOM_ADD) | FN_X_FETCH, 4, 0, 4, 0);
	emit(c, FN_OP_JMP, 0, 0, 0, 0, 3);
	emit(c, FN_OP_STI, SIZE(8), 0, FN_REG_FP, 0, FN_IMM16(-16, 1));
	emit(c, FN_OP_MUL, FN_X_W, 5, 4, 7, 0);
	emit(c, FN_OP_SMOD, 0, 5, 5, 8, 0);
	emit(c, FN_OP_MOV, 0, 1, 0, 6, 0);
	emit_const(c, 2, -4);
	emit_helper(c, FN_HELPER_xdp_adjust_head);
	emit(c, FN_OP_CALL, 4, 0, 0, 0, 1);
	emit_verdict(c, XDP_TX);
	emit(c, FN_OP_SBFX, 0, 3, 5, 0, 3 | 7 << 8);
	emit(c, FN_OP_SWAP, SIZE(8), 3, 3, 0, 0);
	emit(c, FN_OP_SEL, COND(FN_SLT) | FN_X_IMM, 3, 3, 3, FN_IMM16(5, 7));
	emit(c, FN_OP_SEL, COND(FN_SLT), 3, 3, 4, FN_IMM16(5, 9));
	emit(c, FN_OP_EXITC, COND(FN_SLT), 0, 3, 4, FN_IMM16(5, 2));
	emit(c, FN_OP_RET, 0, 0, 0, 0, 0);
}

static void mutate(u8 *p, u32 size)
{
	u32 n = 1 + rng() % 4;

	while (n--) {
		u32 at = rng() % size;

		if (rng() % 2)
			p[at] ^= 1 << rng() % 8;
		else
			p[at] = rng();
	}
}

/* The check sum is made right again, or every mutation would end there. */
static void test_mutations(void)
{
	u32 accepted = 0;
	u32 silent = 0;
	struct code c = {};
	struct fn_image *img, *copy;
	u8 frame[128];
	u32 i;

	sample(&c);
	img = code_image(&c);
	copy = fn_alloc(img->size);
	for (i = 0; i < MUTATIONS; i++) {
		struct fn_run run = {
			.frame = frame,
			.len = 64,
			.room = sizeof(frame),
			.limit = 10000,
		};
		char why[FN_WHY_LEN] = "";

		memcpy(copy, img, img->size);
		if (i % 16)
			mutate((u8 *)(copy + 1), c.n * sizeof(u64));
		else
			mutate((u8 *)copy, img->size);
		copy->check = fn_crc32(0, copy + 1, img->size - sizeof(*img));
		if (buffer_load(engine, copy, img->size, c.handles, c.nmaps,
				&run.prog, why)) {
			silent += !why[0];
			continue;
		}
		accepted++;
		memset(frame, i, sizeof(frame));
		fn_engine_run(engine, &run);
		if (run.verdict > XDP_REDIRECT || run.fault >= FN_NFAULTS)
			silent++;
		prog_unload(engine, run.prog);
	}
	diag("%u images, %u accepted and run", i, accepted);
	is_u64(silent, 0, "all either run to a verdict or are told why not");
	ok(accepted > MUTATIONS / 100, "some were accepted");
	fn_free(copy);
	fn_free(img);
	is_u64(map_free(engine, c.handles[0]), 0, "the map");
}

/* Random words: what fn_insn_valid() accepts, the interpreter must survive. */
static void test_random_words(void)
{
	u32 accepted = 0;
	u8 frame[128];
	u32 i, k;

	for (i = 0; i < MUTATIONS / 10; i++) {
		struct fn_run run = {
			.frame = frame,
			.len = 64,
			.room = sizeof(frame),
			.limit = 1000,
		};
		struct code c = { .n = 30 };
		struct fn_image *img;

		for (k = 0; k < c.n - 1; k++) {
			struct fn_insn insn;

			do {
				c.w[k] = (u64)rng() << 32 | rng();
				insn = fn_insn_decode(c.w[k]);
				insn.op %= FN_NOPS;
				insn.stop |= rng() % 4;
				insn.d %= FN_REG_FP;
				if (rng() % 2)
					insn.b = 0;
				if (rng() % 2)
					insn.imm = rng() % 8;
				if (insn.op == FN_OP_HELPER)
					insn.imm = rng() % 66;
				c.w[k] = fn_insn_encode(&insn);
			} while (!fn_insn_valid(&insn, NULL));
		}
		c.n--;
		emit_verdict(&c, XDP_PASS);
		img = code_image(&c);
		if (!image_load(engine, img, NULL, 0, &run.prog, NULL)) {
			accepted++;
			fn_engine_run(engine, &run);
			prog_unload(engine, run.prog);
		}
		fn_free(img);
	}
	ok(accepted > 100, "random programs: %u accepted and run", accepted);
}

int main(void)
{
	engine = test_engine();
	test_words();
	test_groups();
	test_depth();
	test_maps();
	test_header();
	test_too_long();
	test_many();
	test_mutations();
	test_random_words();
	fn_engine_free(engine);
	return done_testing();
}
