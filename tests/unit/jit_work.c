// SPDX-License-Identifier: GPL-2.0
/*
 * Compiling takes work in proportion to a program's size, however its words are
 * laid out: the passes' steps are counted, no time is taken.
 */
#include "bpf_vm.h"
#include "card_code.h"
#include "offload/context.h"
#include "offload/engine/profile.h"
#include "offload/jit/gen.h"

#define LARGEST 1600 /* blocks */
#define CALLS 8
#define PER_WORD 16 /* visits of a word or edge, at most */

/* Blocks of three words, each of which goes on to the one written before it. */
static void backwards(struct code *c, u32 blocks)
{
	u32 i;

	emit(c, FN_OP_JMP, 0, 0, 0, 0, 3 * (blocks - 1));
	for (i = 0; i < blocks; i++) {
		emit(c, FN_OP_ADD, FN_X_IMM, 2 + i % 6, 2 + i % 6, 0, 1);
		emit(c, FN_OP_JCC, COND(FN_EQ) | FN_X_IMM, 0, 9, 0,
		     FN_IMM16(77, 3 * (blocks - i) - 2));
		emit(c, FN_OP_JMP, 0, 0, 0, 0, i ? -6 : (s32)(3 * blocks - 3));
	}
	emit_verdict(c, XDP_PASS);
}

/* The same in the order in which they run */
static void forwards(struct code *c, u32 blocks)
{
	u32 i;

	for (i = 0; i < blocks; i++) {
		emit(c, FN_OP_ADD, FN_X_IMM, 2 + i % 6, 2 + i % 6, 0, 1);
		emit(c, FN_OP_JCC, COND(FN_EQ) | FN_X_IMM, 0, 9, 0,
		     FN_IMM16(77, 2 * (blocks - i) - 2));
	}
	emit_verdict(c, XDP_PASS);
}

/* One loop after the other, each of which changes what the next begins with */
static void loops(struct code *c, u32 blocks)
{
	u32 i;

	for (i = 0; i < blocks; i++) {
		emit(c, FN_OP_ADD, FN_X_IMM, 2 + i % 6, 2 + (i + 1) % 6, 0, 3);
		emit(c, FN_OP_JCC, COND(FN_LT) | FN_X_IMM, 0, 2 + i % 6, 0,
		     FN_IMM16(1000, -2));
	}
	emit_verdict(c, XDP_PASS);
}

/* Loops in loops */
static void nested(struct code *c, u32 blocks)
{
	u32 i;

	for (i = 0; i < blocks; i++)
		emit(c, FN_OP_ADD, FN_X_IMM, 2 + i % 6, 2 + i % 6, 0, 1);
	for (i = 0; i < blocks; i++)
		emit(c, FN_OP_JCC, COND(FN_LT) | FN_X_IMM, 0, 2 + i % 6, 0,
		     FN_IMM16(9, -1 - 2 * (s32)i - 1));
	emit_verdict(c, XDP_PASS);
}

/* Copies of a value's pointer, made against the order of the words */
static void copies(struct code *c, u32 blocks)
{
	u32 i;

	emit(c, FN_OP_STI, SIZE(4), 0, FN_REG_FP, 0, FN_IMM16(-4, 2));
	emit(c, FN_OP_ADD, FN_X_IMM, 2, FN_REG_FP, 0, -4);
	emit_const(c, 1, FN_ADDR_MAPREF);
	emit_helper(c, FN_HELPER_map_lookup_elem);
	emit(c, FN_OP_MOV, 0, 3, 0, 0, 0);
	emit(c, FN_OP_JMP, 0, 0, 0, 0, 2 * (blocks - 1));
	for (i = 0; i < blocks; i++) {
		emit(c, FN_OP_MOV, 0, 3 + (i + 1) % 2, 0, 3 + i % 2, 0);
		emit(c, FN_OP_JMP, 0, 0, 0, 0, i ? -4 : (s32)(2 * blocks - 2));
	}
	emit_st(c, 8, FN_REG_FP, -8, 3);
	emit_verdict(c, XDP_PASS);
}

/* Each of the calls may come back from each of the returns. */
static void write_returns(struct code *c, u32 calls, u32 rets)
{
	u32 i;

	for (i = 0; i < calls; i++)
		emit(c, FN_OP_CALL, 8, 0, 0, 0, calls - i);
	emit_verdict(c, XDP_PASS);
	for (i = 0; i < rets; i++) {
		emit(c, FN_OP_JCC, COND(FN_EQ) | FN_X_IMM, 0, 2, 0,
		     FN_IMM16(i, 1));
		emit(c, FN_OP_RET, 0, 0, 0, 0, 0);
	}
	emit_verdict(c, XDP_PASS);
}

static void returns(struct code *c, u32 blocks)
{
	write_returns(c, CALLS, blocks / 16);
}

static const struct {
	const char *name;
	void (*write)(struct code *c, u32 blocks);
} layouts[] = {
	{ "backwards", backwards }, { "forwards", forwards },
	{ "loops", loops },	    { "nested loops", nested },
	{ "copies", copies },	    { "returns", returns },
};

static struct fn_map map = { .kind = &fn_map_array,
			     .key_size = 4,
			     .value_size = 64,
			     .max_entries = 4,
			     .stride = 64,
			     .nvalues = 4,
			     .addr = FN_ADDR_MAPS };
static struct fn_map *map_table[] = { &map };

/* As the loader makes it, as far as compiling looks at it */
static bool make_prog(struct fn_prog *prog, struct fn_image *img)
{
	char why[128] = "";

	prog->image = img;
	prog->nwords = img->nwords;
	prog->profile = fn_profile_next(NULL);
	prog->ctx = fn_ctx_layout(img->type);
	prog->maps = map_table;
	prog->nmaps = 1;
	prog->code = fn_alloc((img->nwords + 1) * sizeof(*prog->code));
	prog->marks = fn_alloc(img->nwords);
	return ok(!fn_image_check_code(img, why, sizeof(why)) &&
			  !fn_prog_decode(prog, why, sizeof(why)),
		  "the card takes it %s", why);
}

static void measure(u32 layout, u32 blocks)
{
	static struct code c;
	struct fn_prog prog = { 0 };
	char why[FN_COMPILED_WHY] = "";
	struct fn_image *img;
	struct fn_gen *g;
	bool done = false;
	u64 size;

	c.n = 0;
	layouts[layout].write(&c, blocks);
	img = code_image(&c);
	if (make_prog(&prog, img)) {
		g = fn_gen_alloc(&prog, why);
		done = fn_gen_run(g);
		size = g->n + (u64)FN_GEN_EDGE_STEPS * g->nedges;
		ok(g->steps <= PER_WORD * size,
		   "%s, %u blocks: %llu steps for %llu words and edges",
		   layouts[layout].name, blocks, (unsigned long long)g->steps,
		   (unsigned long long)size);
		fn_gen_free(g);
	}
	ok(done, "and it is compiled%s%s", done ? "" : ": ", why);
	fn_free(prog.code);
	fn_free(prog.marks);
	fn_free(img);
}

/* Too many ways from word to word: the interpreter runs it, and is told why. */
static void test_refused(void)
{
	static struct code c;
	struct fn_prog prog = { 0 };
	char why[FN_COMPILED_WHY] = "";
	struct fn_image *img;
	struct fn_gen *g;

	c.n = 0;
	write_returns(&c, 60, 1000);
	img = code_image(&c);
	if (make_prog(&prog, img)) {
		g = fn_gen_alloc(&prog, why);
		ok(!fn_gen_run(g), "60 calls and 1000 returns are refused");
		ok(strstr(why, "32768 ways"), "with the reason: %s", why);
		ok(!g->steps, "before they are analysed");
		fn_gen_free(g);
	}
	fn_free(prog.code);
	fn_free(prog.marks);
	fn_free(img);
}

/* Return: the length of the code, 0 if there is none. */
static u32 compile(const struct fn_prog *prog, u64 max_steps, char *why,
		   u64 *steps)
{
	struct fn_gen *g = fn_gen_alloc(prog, why);
	u32 n;

	g->max_steps = max_steps;
	n = fn_gen_run(g) ? g->hot.n : 0;
	*steps = g->steps;
	fn_gen_free(g);
	return n;
}

/* An analysis that was given up part of the way proves nothing. */
static void test_given_up(void)
{
	static struct code c;
	struct fn_prog prog = { 0 };
	char why[FN_COMPILED_WHY] = "";
	struct fn_image *img;
	u32 n, length, refused = 0, wrong = 0;
	u64 all, max, steps;

	c.n = 0;
	loops(&c, 20);
	img = code_image(&c);
	if (make_prog(&prog, img)) {
		length = compile(&prog, 0, why, &all);
		ok(length > 0, "20 loops are compiled");
		for (max = 1; max < all; max++) {
			n = compile(&prog, max, why, &steps);
			refused += !n;
			wrong += n ? n != length :
				     !strstr(why, "takes too long");
		}
		ok(refused > 0, "with fewer steps %u times not", refused);
		is_u64(wrong, 0, "and else to the same code");
	}
	fn_free(prog.code);
	fn_free(prog.marks);
	fn_free(img);
}

int main(void)
{
	u32 layout, blocks;

	fn_code_ops = &vm_ops;
	for (layout = 0; layout < ARRAY_SIZE(layouts); layout++) {
		for (blocks = 100; blocks <= LARGEST; blocks *= 2)
			measure(layout, blocks);
	}
	test_refused();
	test_given_up();
	return done_testing();
}
