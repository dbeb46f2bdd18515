// SPDX-License-Identifier: GPL-2.0
/*
 * What each operation computes. Expected values are written down, not
 * calculated, except where the host's own arithmetic is the definition.
 */
#include "card_code.h"

static struct fn_engine *engine;
static u8 frame[64];

static bool run_code(const struct code *c, struct fn_run *run)
{
	*run = (struct fn_run){
		.frame = frame,
		.len = sizeof(frame),
		.room = sizeof(frame),
	};
	return code_run(engine, c, run);
}

static void result_is(const struct code *c, u64 want, const char *name)
{
	struct fn_run run;

	if (!run_code(c, &run)) {
		ok(false, "%s", name);
		return;
	}
	if (run.fault != FN_FAULT_NONE && run.fault != FN_FAULT_VERDICT &&
	    run.fault != FN_FAULT_ABORTED)
		diag("fault %s at word %u", fn_fault_name[run.fault], run.pc);
	is_u64(run.result, want, name);
}

struct alu_case {
	u8 op;
	u8 x;
	u64 a;
	u64 b;
	u64 want;
};

#define MIN64 0x8000000000000000ull
#define MAX64 0x7fffffffffffffffull
#define W FN_X_W

/* clang-format off */
static const struct alu_case alu_cases[] = {
	{ FN_OP_MOV, 0, 1, 0x123456789abcdef0, 0x123456789abcdef0 },
	{ FN_OP_MOV, W, 1, 0x123456789abcdef0, 0x9abcdef0 },
	{ FN_OP_ADD, 0, 0xffffffffffffffff, 2, 1 },
	{ FN_OP_ADD, W, 0xffffffffffffffff, 2, 1 },
	{ FN_OP_ADD, W, 0x1ffffffff, 0x100000000, 0xffffffff },
	{ FN_OP_SUB, 0, 1, 2, 0xffffffffffffffff },
	{ FN_OP_SUB, W, 1, 2, 0xffffffff },
	{ FN_OP_RSUB, 0, 1, 5, 4 },
	{ FN_OP_RSUB, W, 2, 1, 0xffffffff },
	{ FN_OP_MUL, 0, 0xffffffff, 0xffffffff, 0xfffffffe00000001 },
	{ FN_OP_MUL, W, 0xffffffff, 0xffffffff, 1 },
	{ FN_OP_DIV, 0, 0xffffffffffffffff, 10, 0x1999999999999999 },
	{ FN_OP_DIV, 0, 7, 0, 0 },
	{ FN_OP_DIV, W, 0x1000000007, 2, 3 },
	{ FN_OP_DIV, W, 7, 0x100000000, 0 },
	{ FN_OP_SDIV, 0, (u64)-7, 2, (u64)-3 },
	{ FN_OP_SDIV, 0, MIN64, (u64)-1, MIN64 },
	{ FN_OP_SDIV, 0, 5, 0, 0 },
	{ FN_OP_SDIV, 0, 7, (u64)-2, (u64)-3 },
	{ FN_OP_SDIV, W, 0xfffffff9, 2, 0xfffffffd },
	{ FN_OP_SDIV, W, 0x80000000, 0xffffffff, 0x80000000 },
	{ FN_OP_SDIV, W, 5, 0x100000000, 0 },
	{ FN_OP_MOD, 0, 17, 5, 2 },
	{ FN_OP_MOD, 0, 0x123456789abcdef0, 0, 0x123456789abcdef0 },
	{ FN_OP_MOD, W, 0x123456789abcdef0, 0, 0x9abcdef0 },
	{ FN_OP_MOD, W, 0x100000011, 5, 2 },
	{ FN_OP_SMOD, 0, (u64)-7, 2, (u64)-1 },
	{ FN_OP_SMOD, 0, 7, (u64)-4, 3 },
	{ FN_OP_SMOD, 0, MIN64, (u64)-1, 0 },
	{ FN_OP_SMOD, 0, MIN64, 0, MIN64 },
	{ FN_OP_SMOD, W, 0xfffffff9, 2, 0xffffffff },
	{ FN_OP_SMOD, W, 0x80000000, 0xffffffff, 0 },
	{ FN_OP_SMOD, W, 0x1fffffff9, 0, 0xfffffff9 },
	{ FN_OP_AND, 0, 0xff00ff00ff00ff00, 0x0ff00ff00ff00ff0, 0x0f000f000f000f00 },
	{ FN_OP_AND, W, 0xff00ff00ff00ff00, 0x0ff00ff00ff00ff0, 0x0f000f00 },
	{ FN_OP_OR, 0, 0xff00000000000000, 0xff, 0xff000000000000ff },
	{ FN_OP_OR, W, 0xff00000000000000, 0xff, 0xff },
	{ FN_OP_XOR, 0, 0xffffffffffffffff, 0xff, 0xffffffffffffff00 },
	{ FN_OP_XOR, W, 0xffffffffffffffff, 0xff, 0xffffff00 },
	{ FN_OP_LSH, 0, 1, 63, MIN64 },
	{ FN_OP_LSH, 0, 1, 64, 1 },
	{ FN_OP_LSH, 0, 1, 0xffffffffffffffff, MIN64 },
	{ FN_OP_LSH, W, 3, 31, 0x80000000 },
	{ FN_OP_LSH, W, 3, 32, 3 },
	{ FN_OP_RSH, 0, MIN64, 63, 1 },
	{ FN_OP_RSH, 0, MIN64, 65, 0x4000000000000000 },
	{ FN_OP_RSH, W, 0xf80000000, 31, 1 },
	{ FN_OP_RSH, W, 0xf80000000, 33, 0x40000000 },
	{ FN_OP_ARSH, 0, MIN64, 63, 0xffffffffffffffff },
	{ FN_OP_ARSH, 0, MAX64, 62, 1 },
	{ FN_OP_ARSH, W, 0x80000000, 31, 0xffffffff },
	{ FN_OP_ARSH, W, 0xf40000000, 30, 1 },
	{ FN_OP_ARSH, W, 0x80000000, 63, 0xffffffff },
};

static const struct alu_case imm_cases[] = {
	{ FN_OP_MOV, 0, 9, (u64)-1, 0xffffffffffffffff },
	{ FN_OP_MOV, W, 9, (u64)-1, 0xffffffff },
	{ FN_OP_ADD, 0, 1, (u64)-2, 0xffffffffffffffff },
	{ FN_OP_RSUB, 0, 5, 0, (u64)-5 },
	{ FN_OP_MUL, 0, 3, (u64)-4, (u64)-12 },
	{ FN_OP_DIV, 0, 0xffffffffffffffff, (u64)-1, 1 },
	{ FN_OP_DIV, W, 0xffffffffffffffff, (u64)-1, 1 },
	{ FN_OP_AND, 0, 0x123456789abcdef0, (u64)-16, 0x123456789abcdef0 },
	{ FN_OP_AND, W, 0x123456789abcdef0, (u64)-16, 0x9abcdef0 },
	{ FN_OP_LSH, 0, 1, 33, 0x200000000 },
	{ FN_OP_ARSH, 0, MIN64, 32, 0xffffffff80000000 },
	{ FN_OP_MOVH, 0, 0x123456789abcdef0, 0x11223344, 0x112233449abcdef0 },
	{ FN_OP_MOVH, 0, 0xffffffffffffffff, (u64)-2, 0xfffffffeffffffff },
};

static const struct {
	u8 op;
	u8 x;
	s32 imm;
	u64 a;
	u64 want;
} unary_cases[] = {
	{ FN_OP_SX, SIZE(1), 0, 0x123456789abcde80, 0xffffffffffffff80 },
	{ FN_OP_SX, SIZE(1), 0, 0x7f, 0x7f },
	{ FN_OP_SX, SIZE(2), 0, 0x12348000, 0xffffffffffff8000 },
	{ FN_OP_SX, SIZE(4), 0, 0x9abcdef0, 0xffffffff9abcdef0 },
	{ FN_OP_SX, SIZE(6), 0, 0x0000800000000000, 0xffff800000000000 },
	{ FN_OP_SX, SIZE(1) | W, 0, 0x80, 0xffffff80 },
	{ FN_OP_SX, SIZE(2) | W, 0, 0x8000, 0xffff8000 },
	{ FN_OP_ZX, SIZE(1), 0, 0x123456789abcdef0, 0xf0 },
	{ FN_OP_ZX, SIZE(2), 0, 0x123456789abcdef0, 0xdef0 },
	{ FN_OP_ZX, SIZE(4), 0, 0x123456789abcdef0, 0x9abcdef0 },
	{ FN_OP_ZX, SIZE(6), 0, 0x123456789abcdef0, 0x56789abcdef0 },
	{ FN_OP_SWAP, SIZE(2), 0, 0x123456789abcdef0, 0xf0de },
	{ FN_OP_SWAP, SIZE(4), 0, 0x123456789abcdef0, 0xf0debc9a },
	{ FN_OP_SWAP, SIZE(6), 0, 0x123456789abcdef0, 0xf0debc9a7856 },
	{ FN_OP_SWAP, SIZE(8), 0, 0x123456789abcdef0, 0xf0debc9a78563412 },
	{ FN_OP_UBFX, 0, 4 | 8 << 8, 0x123456789abcdef0, 0xef },
	{ FN_OP_UBFX, 0, 0 | 64 << 8, 0x123456789abcdef0, 0x123456789abcdef0 },
	{ FN_OP_UBFX, 0, 63 | 1 << 8, MIN64, 1 },
	{ FN_OP_SBFX, 0, 4 | 8 << 8, 0x123456789abcdef0, 0xffffffffffffffef },
	{ FN_OP_SBFX, 0, 63 | 1 << 8, MIN64, 0xffffffffffffffff },
	{ FN_OP_SBFX, 0, 8 | 4 << 8, 0x700, 7 },
};

static const struct cond_case {
	u8 cond;
	u8 w;
	u64 a;
	u64 b;
	bool want;
} cond_cases[] = {
	{ FN_EQ, 0, 5, 5, true }, { FN_EQ, 0, 0x100000005, 5, false },
	{ FN_EQ, W, 0x100000005, 5, true },
	{ FN_NE, 0, 0x100000005, 5, true }, { FN_NE, W, 0x100000005, 5, false },
	{ FN_GT, 0, (u64)-1, 1, true }, { FN_GT, 0, 1, 1, false },
	{ FN_GT, W, 0x100000000, 1, false },
	{ FN_GE, 0, 1, 1, true }, { FN_GE, 0, 0, 1, false },
	{ FN_GE, W, 0x100000000, 1, false },
	{ FN_LT, 0, 1, (u64)-1, true }, { FN_LT, 0, 1, 1, false },
	{ FN_LT, W, 0x100000000, 1, true },
	{ FN_LE, 0, 1, 1, true }, { FN_LE, 0, 2, 1, false },
	{ FN_LE, W, 0x200000001, 1, true },
	{ FN_SGT, 0, 1, (u64)-1, true }, { FN_SGT, 0, (u64)-1, 1, false },
	{ FN_SGT, W, 0x7fffffff, 0x80000000, true },
	{ FN_SGE, 0, (u64)-1, (u64)-1, true }, { FN_SGE, W, 0xffffffff, 0, false },
	{ FN_SLT, 0, (u64)-1, 0, true }, { FN_SLT, 0, 0xffffffff, 0, false },
	{ FN_SLT, W, 0xffffffff, 0, true },
	{ FN_SLE, 0, MIN64, MAX64, true }, { FN_SLE, W, 1, 0xffffffff, false },
	{ FN_SET, 0, 0x100000000, 0x100000000, true }, { FN_SET, 0, 2, 5, false },
	{ FN_SET, W, 0x100000000, 0x100000000, false },
	{ FN_CLR, 0, 2, 5, true }, { FN_CLR, 0, 2, 3, false },
	{ FN_CLR, W, 0x100000000, 0x100000000, true },
};
/* clang-format on */

static const char *describe(char *buf, size_t size, const char *op, u8 x, u64 a,
			    u64 b)
{
	snprintf(buf, size, "%s%s 0x%llx, 0x%llx", op, x & W ? ".w" : "",
		 (unsigned long long)a, (unsigned long long)b);
	return buf;
}

static void test_alu(void)
{
	char name[80];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(alu_cases); i++) {
		const struct alu_case *t = &alu_cases[i];
		u8 a = t->op == FN_OP_MOV ? 0 : 3;
		struct code c = {};

		emit_const(&c, 3, t->a);
		emit_const(&c, 4, t->b);
		emit(&c, t->op, t->x, 5, a, 4, 0);
		emit_exit(&c, 5);
		result_is(&c, t->want,
			  describe(name, sizeof(name), fn_opinfo[t->op].name,
				   t->x, t->a, t->b));
	}
}

static void test_imm(void)
{
	char name[80];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(imm_cases); i++) {
		const struct alu_case *t = &imm_cases[i];
		u8 a = t->op == FN_OP_MOV ? 0 : 3;
		struct code c = {};

		emit_const(&c, 3, t->a);
		emit(&c, t->op, t->x | FN_X_IMM, 3, a, 0, t->b);
		emit_exit(&c, 3);
		result_is(&c, t->want,
			  describe(name, sizeof(name), fn_opinfo[t->op].name,
				   t->x, t->a, t->b));
	}
}

static void test_unary(void)
{
	char name[80];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(unary_cases); i++) {
		struct code c = {};
		u8 x = unary_cases[i].x;
		u8 op = unary_cases[i].op;

		emit_const(&c, 3, unary_cases[i].a);
		emit(&c, op, x, 3, 3, 0, unary_cases[i].imm);
		emit_exit(&c, 3);
		snprintf(name, sizeof(name), "%s%s size %u imm 0x%x 0x%llx",
			 fn_opinfo[op].name, x & W ? ".w" : "", FN_X_SIZE(x),
			 unary_cases[i].imm,
			 (unsigned long long)unary_cases[i].a);
		result_is(&c, unary_cases[i].want, name);
	}
}

/* The verdict is cond ? 1 : 2 */
static void test_exitc(const struct cond_case *t, const char *name)
{
	u8 x = COND(t->cond) | t->w;
	u64 b = t->b;
	struct code c = {};

	emit_const(&c, 3, t->a);
	emit_const(&c, 4, b - 5);
	emit(&c, FN_OP_EXITC, x, 0, 3, 4, FN_IMM16(5, 1));
	emit(&c, FN_OP_EXIT, FN_X_IMM, 0, 0, 0, 2);
	result_is(&c, t->want ? 1 : 2, name);
	if ((s64)b != (s16)b)
		return;
	c.n = 0;
	emit_const(&c, 3, t->a);
	emit(&c, FN_OP_EXITC, x | FN_X_IMM, 0, 3, 0, FN_IMM16(b, 1));
	emit(&c, FN_OP_EXIT, FN_X_IMM, 0, 0, 0, 2);
	result_is(&c, t->want ? 1 : 2, name);
}

/* r5 = cond ? 1 : 2 */
static void test_cond(void)
{
	char name[80];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cond_cases); i++) {
		u8 x = COND(cond_cases[i].cond) | cond_cases[i].w;
		u64 b = cond_cases[i].b;
		struct code c = {};

		emit_const(&c, 3, cond_cases[i].a);
		emit_const(&c, 4, b);
		emit_const(&c, 5, 1);
		emit(&c, FN_OP_JCC, x, 0, 3, 4, FN_IMM16(0, 1));
		emit_const(&c, 5, 2);
		emit_exit(&c, 5);
		describe(name, sizeof(name), fn_cond_name[cond_cases[i].cond],
			 x, cond_cases[i].a, b);
		result_is(&c, cond_cases[i].want ? 1 : 2, name);
		if ((s64)b != (s16)b)
			continue;
		/* The same with an immediate, and as a choice. */
		c.n = 0;
		emit_const(&c, 3, cond_cases[i].a);
		emit_const(&c, 5, 1);
		emit(&c, FN_OP_JCC, x | FN_X_IMM, 0, 3, 0, FN_IMM16(b, 1));
		emit_const(&c, 5, 2);
		emit_exit(&c, 5);
		result_is(&c, cond_cases[i].want ? 1 : 2, name);
		c.n = 0;
		emit_const(&c, 3, cond_cases[i].a);
		emit_const(&c, 4, 0x123456789a);
		emit_const(&c, 5, 2);
		emit(&c, FN_OP_SEL, x, 5, 3, 5, FN_IMM16(b, 4));
		emit(&c, FN_OP_SEL, x | FN_X_IMM, 4, 3, 4, FN_IMM16(b, -3));
		emit(&c, FN_OP_ADD, 0, 5, 5, 4, 0);
		emit_exit(&c, 5);
		result_is(&c,
			  cond_cases[i].want ? 0x123456789a - 3 : 0x123456789c,
			  name);
		test_exitc(&cond_cases[i], name);
	}
}

static const u8 pattern[16] = { 0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8,
				0x19, 0x2a, 0x3b, 0x4c, 0x5d, 0x6e, 0x7f, 0x80 };

static const struct {
	u8 size;
	u64 le;
	u64 be;
	u64 sle;
	u64 sbe;
} loads[] = {
	{ 1, 0x81, 0x81, 0xffffffffffffff81, 0xffffffffffffff81 },
	{ 2, 0x9281, 0x8192, 0xffffffffffff9281, 0xffffffffffff8192 },
	{ 4, 0xb4a39281, 0x8192a3b4, 0xffffffffb4a39281, 0xffffffff8192a3b4 },
	{ 6, 0xd6c5b4a39281, 0x8192a3b4c5d6, 0xffffd6c5b4a39281,
	  0xffff8192a3b4c5d6 },
	{ 8, 0xf8e7d6c5b4a39281, 0x8192a3b4c5d6e7f8, 0xf8e7d6c5b4a39281,
	  0x8192a3b4c5d6e7f8 },
};

/* r3 = data */
static void emit_data(struct code *c)
{
	emit_ld(c, 4, 3, 1, 0);
}

static void test_load(void)
{
	char name[80];
	u32 i, x;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		for (x = 0; x < 4; x++) {
			u8 mod = (x & 1 ? FN_X_BE : 0) |
				 (x & 2 ? FN_X_SIGN : 0);
			u64 want[] = { loads[i].le, loads[i].be, loads[i].sle,
				       loads[i].sbe };
			struct code c = {};

			memset(frame, 0xee, sizeof(frame));
			memcpy(frame + 3, pattern, sizeof(pattern));
			emit_data(&c);
			emit(&c, FN_OP_LD, SIZE(loads[i].size) | mod, 5, 3, 0,
			     3);
			emit_exit(&c, 5);
			snprintf(name, sizeof(name), "load %u%s%s",
				 loads[i].size, x & 1 ? " be" : "",
				 x & 2 ? " signed" : "");
			result_is(&c, want[x], name);
			/* and with an index register */
			c.n = 0;
			emit_data(&c);
			emit_const(&c, 4, (u64)-7);
			emit(&c, FN_OP_LD,
			     SIZE(loads[i].size) | mod | FN_X_INDEX, 5, 3, 4,
			     10);
			emit_exit(&c, 5);
			result_is(&c, want[x], name);
		}
	}
}

static void frame_is(const u8 *want, u32 at, u32 len, const char *name)
{
	u32 i;

	for (i = 0; i < sizeof(frame); i++) {
		u8 byte = i >= at && i < at + len ? want[i - at] : 0xee;

		if (frame[i] != byte) {
			ok(false, "%s", name);
			diag("byte %u: got 0x%02x, expected 0x%02x", i,
			     frame[i], byte);
			return;
		}
	}
	ok(true, "%s", name);
}

static void test_store(void)
{
	struct fn_run run;
	char name[80];
	u32 i, x;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		for (x = 0; x < 6; x++) {
			u8 mod = x & 1 ? FN_X_BE : 0;
			u64 v = x & 1 ? loads[i].be : loads[i].le;
			u8 size = loads[i].size;
			struct code c = {};
			u8 want[8];
			u32 k;

			memset(frame, 0xee, sizeof(frame));
			memcpy(want, pattern, 8);
			emit_data(&c);
			/* Bits beyond the size must not matter. */
			emit_const(&c, 4,
				   size < 8 ? v | 0xabull << size * 8 : v);
			emit_const(&c, 6, 5);
			if (x < 2) {
				emit(&c, FN_OP_ST, SIZE(size) | mod, 0, 3, 4,
				     9);
			} else if (x < 4) {
				emit(&c, FN_OP_ST,
				     SIZE(size) | mod | FN_X_INDEX, 6, 3, 4, 4);
			} else {
				emit(&c, FN_OP_STI, SIZE(size) | mod, 0, 3, 0,
				     FN_IMM16(9, -2));
				memset(want, 0xff, 8);
				want[mod ? size - 1 : 0] = 0xfe;
			}
			emit_verdict(&c, XDP_PASS);
			snprintf(name, sizeof(name), "store %u%s%s", size,
				 mod ? " be" : "",
				 x < 2 ? "" :
				 x < 4 ? " indexed" :
					 " immediate");
			k = run_code(&c, &run);
			if (!k || run.fault)
				diag("fault %s", fn_fault_name[run.fault]);
			frame_is(want, 9, size, name);
		}
	}
}

static const struct {
	u8 kind;
	u64 old;
	u64 operand;
	u64 want;
	u64 want_w;
} atoms[] = {
	{ FN_ATOM_ADD, 0xffffffff, 2, 0x100000001, 1 },
	{ FN_ATOM_OR, 0xf0, 0x0f, 0xff, 0xff },
	{ FN_ATOM_AND, 0xff, 0x3c, 0x3c, 0x3c },
	{ FN_ATOM_XOR, 0xff, 0x0f, 0xf0, 0xf0 },
	{ FN_ATOM_XCHG, 0x1122334455667788, 9, 9, 0x1122334400000009 },
	{ FN_ATOM_CMPXCHG, 77, 9, 9, 9 }, /* r5 holds 77 */
	{ FN_ATOM_CMPXCHG, 78, 9, 78, 78 },
};

/* The new value at fp - 16; with @fetch, the old one instead. */
static void atom(u32 i, bool w, bool fetch, u64 want)
{
	char name[80];
	u8 x = KIND(atoms[i].kind) | (w ? W : 0) | FN_X_FETCH;
	bool plain = !fetch && atoms[i].kind < FN_ATOM_XCHG;
	struct code c = {};

	if (plain)
		x &= ~FN_X_FETCH;
	emit_const(&c, 3, atoms[i].old);
	emit_const(&c, 4, atoms[i].operand);
	emit_const(&c, 5, 77);
	emit_st(&c, 8, FN_REG_FP, -16, 3);
	emit(&c, FN_OP_ATOM, x, plain ? 0 : 5, FN_REG_FP, 4, -16);
	if (!fetch)
		emit_ld(&c, 8, 5, FN_REG_FP, -16);
	emit_exit(&c, 5);
	snprintf(name, sizeof(name), "%s%s of 0x%llx%s",
		 fn_atom_name[atoms[i].kind], w ? ".w" : "",
		 (unsigned long long)atoms[i].old, fetch ? ", old value" : "");
	result_is(&c, want, name);
}

static void test_atom(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(atoms); i++) {
		atom(i, false, false, atoms[i].want);
		atom(i, false, true, atoms[i].old);
		atom(i, true, false, atoms[i].want_w);
		atom(i, true, true, (u32)atoms[i].old);
	}
}

static void fault_is(const struct code *c, u32 fault, u32 pc, const char *name)
{
	struct fn_run run;

	if (!run_code(c, &run)) {
		ok(false, "%s", name);
		return;
	}
	is_str(fn_fault_name[run.fault], fn_fault_name[fault], name);
	is_u64(run.pc, pc, "  where");
	is_u64(run.verdict, XDP_ABORTED, "  aborts the packet");
}

/*
 * r6 = 100; r0 = f(n); a function for each n down to 0, which is f(n):
 * *(fp - 8) = r6 = n; r0 = n ? f(n - 1) : 0; r0 += *(fp - 8) + r6.
 */
static void emit_calls(struct code *c, s32 n)
{
	emit_const(c, 6, 100);
	emit_const(c, 1, n);
	emit(c, FN_OP_CALL, 2, 0, 0, 0, 2);
	emit(c, FN_OP_ADD, 0, 0, 0, 6, 0);
	emit_exit(c, 0);
	for (; n >= 0; n--) {
		emit(c, FN_OP_MOV, 0, 6, 0, 1, 0);
		emit_st(c, 8, FN_REG_FP, -8, 1);
		emit(c, FN_OP_ADD, FN_X_IMM, 1, 1, 0, -1);
		if (n)
			emit(c, FN_OP_CALL, 2, 0, 0, 0, 4);
		emit_ld(c, 8, 2, FN_REG_FP, -8);
		emit(c, FN_OP_ADD, 0, 0, 0, 2, 0);
		emit(c, FN_OP_ADD, 0, 0, 0, 6, 0);
		emit(c, FN_OP_RET, 0, 0, 0, 0, 0);
	}
}

static void test_calls(void)
{
	struct code c = {};

	emit_calls(&c, 6);
	result_is(&c, 100 + 2 * (6 + 5 + 4 + 3 + 2 + 1),
		  "eight frames, each with its own r6 to r10");
}

static void test_control(void)
{
	struct code c = {};
	struct fn_run run = { .limit = 1000 };

	emit(&c, FN_OP_JMP, 0, 0, 0, 0, 1);
	emit_verdict(&c, 1);
	emit_verdict(&c, 2);
	result_is(&c, 2, "jmp skips a word");
	c.n = 0;
	emit(&c, FN_OP_TRAP, 0, 0, 0, 0, FN_FAULT_TRAP);
	fault_is(&c, FN_FAULT_TRAP, 0, "trap");
	c.n = 0;
	emit_verdict(&c, 5);
	fault_is(&c, FN_FAULT_VERDICT, 0, "verdict 5");
	c.n = 0;
	emit_const(&c, 3, 0x100000002);
	emit_exit(&c, 3);
	run_code(&c, &run);
	is_u64(run.verdict, XDP_PASS, "a verdict is the low half");
	c.n = 0;
	emit_verdict(&c, XDP_ABORTED);
	fault_is(&c, FN_FAULT_ABORTED, 0, "XDP_ABORTED");
	c.n = 0;
	emit(&c, FN_OP_NOP, 0, 0, 0, 0, 0);
	emit(&c, FN_OP_JMP, 0, 0, 0, 0, -2);
	run = (struct fn_run){
		.frame = frame, .len = 64, .room = 64, .limit = 1000
	};
	code_run(engine, &c, &run);
	is_str(fn_fault_name[run.fault], "watchdog", "a loop without end");
	ok(run.words > 1000 && run.words <= 1002, "  stops at its limit (%llu)",
	   (unsigned long long)run.words);
}

static void test_entry(void)
{
	struct code c = {};

	emit_exit(&c, 1);
	result_is(&c, FN_ADDR_LOCAL, "r1 at entry");
	c.n = 0;
	emit_exit(&c, FN_REG_FP);
	result_is(&c, FN_ADDR_STACK_TOP, "r10 at entry");
	c.n = 0;
	emit_exit(&c, RZ);
	result_is(&c, 0, "rz");
	c.n = 0;
	emit_ld(&c, 4, 3, 1, 0);
	emit_ld(&c, 4, 4, 1, 4);
	emit(&c, FN_OP_SUB, 0, 3, 4, 3, 0);
	emit_exit(&c, 3);
	result_is(&c, sizeof(frame), "data_end - data");
}

/* Words and cycles: what is counted must not depend on how it is counted. */
static void test_counts(void)
{
	struct code c = {};
	struct fn_run run, again;

	emit_const(&c, 3, 10);
	emit(&c, FN_OP_ADD, FN_X_IMM, 3, 3, 0, -1);
	emit(&c, FN_OP_JCC, COND(FN_NE) | FN_X_IMM, 0, 3, 0, FN_IMM16(0, -2));
	emit_verdict(&c, XDP_DROP);
	run_code(&c, &run);
	is_u64(run.words, 1 + 10 * 2 + 1, "words of a loop");
	c.n = 0;
	emit_const(&c, 3, 11);
	emit(&c, FN_OP_ADD, FN_X_IMM, 3, 3, 0, -1);
	emit(&c, FN_OP_JCC, COND(FN_NE) | FN_X_IMM, 0, 3, 0, FN_IMM16(0, -2));
	emit_verdict(&c, XDP_DROP);
	run_code(&c, &again);
	is_u64(again.cycles - run.cycles, 2 + 2,
	       "cycles of a turn: two groups and a branch taken");
	c.n = 0;
	emit(&c, FN_OP_TRAP, 0, 0, 0, 0, FN_FAULT_TRAP);
	run_code(&c, &run);
	is_u64(run.words, 1, "the word at fault counts");
}

int main(void)
{
	engine = test_engine();
	if (!ok(engine, "a card"))
		return done_testing();
	test_entry();
	test_alu();
	test_imm();
	test_unary();
	test_cond();
	test_load();
	test_store();
	test_atom();
	test_calls();
	test_control();
	test_counts();
	fn_engine_free(engine);
	return done_testing();
}
