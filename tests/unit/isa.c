// SPDX-License-Identifier: GPL-2.0
/*
 * Instruction words: taken apart and put together, printed, checked; images.
 */
#include "offload/helpers.h"
#include "offload/image.h"
#include "offload/isa.h"
#include "tap.h"

#define SZ(n) ((n) << FN_X_SIZE_SHIFT)
#define CC(c) ((c) << FN_X_COND_SHIFT)
#define AT(k) ((k) << FN_X_ATOM_SHIFT)

static const struct {
	const char *text;
	struct fn_insn insn;
} valid[] = {
	{ "nop", { .op = FN_OP_NOP } },
	{ "nop ;;", { .op = FN_OP_NOP, .stop = true } },
	{ "mov r1, r2", { .op = FN_OP_MOV, .d = 1, .b = 2 } },
	{ "mov.w r1, -5",
	  { .op = FN_OP_MOV, .x = FN_X_W | FN_X_IMM, .d = 1, .imm = -5 } },
	{ "movh r1, r1, 256",
	  { .op = FN_OP_MOVH, .x = FN_X_IMM, .d = 1, .a = 1, .imm = 256 } },
	{ "add r30, r2, rz", { .op = FN_OP_ADD, .d = 30, .a = 2, .b = 31 } },
	{ "rsub.w r3, r3, 0",
	  { .op = FN_OP_RSUB, .x = FN_X_W | FN_X_IMM, .d = 3, .a = 3 } },
	{ "sx1.w r1, r2",
	  { .op = FN_OP_SX, .x = SZ(1) | FN_X_W, .d = 1, .a = 2 } },
	{ "zx6 r1, r2", { .op = FN_OP_ZX, .x = SZ(6), .d = 1, .a = 2 } },
	{ "swap8 r1, r1", { .op = FN_OP_SWAP, .x = SZ(8), .d = 1, .a = 1 } },
	{ "ubfx r1, r2, 4, 12",
	  { .op = FN_OP_UBFX, .d = 1, .a = 2, .imm = 4 | 12 << 8 } },
	{ "seleq r1, r2, 7, r3, r4",
	  { .op = FN_OP_SEL,
	    .x = CC(FN_EQ),
	    .d = 1,
	    .a = 2,
	    .b = 4,
	    .imm = FN_IMM16(7, 3) } },
	{ "selslt.w r1, r2, -1, -2, rz",
	  { .op = FN_OP_SEL,
	    .x = CC(FN_SLT) | FN_X_W | FN_X_IMM,
	    .d = 1,
	    .a = 2,
	    .b = 31,
	    .imm = FN_IMM16(-1, -2) } },
	{ "ld4.be r3, [r1+12]",
	  { .op = FN_OP_LD, .x = SZ(4) | FN_X_BE, .d = 3, .a = 1, .imm = 12 } },
	{ "ld1.s r3, [r1]",
	  { .op = FN_OP_LD, .x = SZ(1) | FN_X_SIGN, .d = 3, .a = 1 } },
	{ "ld8 r3, [r1+r2-8]",
	  { .op = FN_OP_LD,
	    .x = SZ(8) | FN_X_INDEX,
	    .d = 3,
	    .a = 1,
	    .b = 2,
	    .imm = -8 } },
	{ "st6.be [r10-16], r4",
	  { .op = FN_OP_ST, .x = SZ(6) | FN_X_BE, .a = 10, .b = 4, .imm = -16 } },
	{ "st2 [r1+r5], r4",
	  { .op = FN_OP_ST, .x = SZ(2) | FN_X_INDEX, .d = 5, .a = 1, .b = 4 } },
	{ "sti8 [r10-8], -1",
	  { .op = FN_OP_STI, .x = SZ(8), .a = 10, .imm = FN_IMM16(-8, -1) } },
	{ "atomadd [r1], r2",
	  { .op = FN_OP_ATOM, .x = AT(FN_ATOM_ADD), .a = 1, .b = 2 } },
	{ "atomcmpxchg.w r0, [r1+4], r2",
	  { .op = FN_OP_ATOM,
	    .x = AT(FN_ATOM_CMPXCHG) | FN_X_W | FN_X_FETCH,
	    .a = 1,
	    .b = 2,
	    .imm = 4 } },
	{ "jge.w r2, 5, @104",
	  { .op = FN_OP_JCC,
	    .x = CC(FN_GE) | FN_X_W | FN_X_IMM,
	    .a = 2,
	    .imm = FN_IMM16(5, 3) } },
	{ "jset r2, r3, @91",
	  { .op = FN_OP_JCC,
	    .x = CC(FN_SET),
	    .a = 2,
	    .b = 3,
	    .imm = FN_IMM16(0, -10) } },
	{ "jlt r2, r3+14, @91",
	  { .op = FN_OP_JCC,
	    .x = CC(FN_LT),
	    .a = 2,
	    .b = 3,
	    .imm = FN_IMM16(14, -10) } },
	{ "exitlt r2, r3+14, 1",
	  { .op = FN_OP_EXITC,
	    .x = CC(FN_LT),
	    .a = 2,
	    .b = 3,
	    .imm = FN_IMM16(14, 1) } },
	{ "exitne.w r2, 8, 2",
	  { .op = FN_OP_EXITC,
	    .x = CC(FN_NE) | FN_X_W | FN_X_IMM,
	    .a = 2,
	    .imm = FN_IMM16(8, 2) } },
	{ "jmp @1101", { .op = FN_OP_JMP, .imm = 1000 } },
	{ "call @100, 512", { .op = FN_OP_CALL, .x = 64, .imm = -1 } },
	{ "ret", { .op = FN_OP_RET } },
	{ "helper map_lookup_elem", { .op = FN_OP_HELPER, .imm = 1 } },
	{ "exit r0", { .op = FN_OP_EXIT } },
	{ "exit 2", { .op = FN_OP_EXIT, .x = FN_X_IMM, .imm = 2 } },
	{ "trap address", { .op = FN_OP_TRAP, .imm = FN_FAULT_ADDRESS } },
};

static const struct {
	const char *why;
	struct fn_insn insn;
} invalid[] = {
	{ "undefined operation", { .op = FN_NOPS } },
	{ "undefined operation", { .op = 255 } },
	{ "undefined modifier bits", { .op = FN_OP_NOP, .x = 1 } },
	{ "destination register", { .op = FN_OP_RET, .d = 1 } },
	{ "first source register", { .op = FN_OP_MOV, .a = 1 } },
	{ "second source register",
	  { .op = FN_OP_ADD, .x = FN_X_IMM, .b = 1 } },
	{ "unused immediate", { .op = FN_OP_ADD, .imm = 1 } },
	{ "undefined modifier bits", { .op = FN_OP_ADD, .x = 4 } },
	{ "rz is not writable", { .op = FN_OP_ADD, .d = 31 } },
	{ "movh takes", { .op = FN_OP_MOVH } },
	{ "movh takes", { .op = FN_OP_MOVH, .x = FN_X_IMM | FN_X_W } },
	{ "not defined for this size", { .op = FN_OP_SX, .x = SZ(8) } },
	{ "not defined for this size", { .op = FN_OP_ZX, .x = SZ(3) } },
	{ "not defined for this size", { .op = FN_OP_SWAP, .x = SZ(1) } },
	{ "wider than its result", { .op = FN_OP_SX, .x = SZ(6) | FN_X_W } },
	{ "undefined modifier bits", { .op = FN_OP_ZX, .x = SZ(4) | FN_X_W } },
	{ "bit field", { .op = FN_OP_UBFX } },
	{ "bit field", { .op = FN_OP_SBFX, .imm = 60 | 5 << 8 } },
	{ "bit field", { .op = FN_OP_SBFX, .imm = 1 << 8 | 1 << 16 } },
	{ "undefined condition",
	  { .op = FN_OP_SEL, .x = CC(FN_NCONDS), .imm = 1 } },
	{ "no such register",
	  { .op = FN_OP_SEL, .x = CC(FN_EQ), .imm = FN_IMM16(0, 32) } },
	{ "second source register",
	  { .op = FN_OP_EXITC, .x = CC(FN_EQ) | FN_X_IMM, .b = 1 } },
	{ "access size", { .op = FN_OP_LD, .x = SZ(3) } },
	{ "access size", { .op = FN_OP_ST } },
	{ "rz is not writable", { .op = FN_OP_LD, .x = SZ(1), .d = 31 } },
	{ "second source register", { .op = FN_OP_LD, .x = SZ(1), .b = 1 } },
	{ "destination register", { .op = FN_OP_ST, .x = SZ(1), .d = 1 } },
	{ "undefined modifier", { .op = FN_OP_STI, .x = SZ(1) | FN_X_INDEX } },
	{ "undefined atomic", { .op = FN_OP_ATOM, .x = AT(FN_NATOMS) } },
	{ "exchange without", { .op = FN_OP_ATOM, .x = AT(FN_ATOM_XCHG) } },
	{ "rz is not writable",
	  { .op = FN_OP_ATOM, .x = FN_X_FETCH, .d = 31 } },
	{ "undefined condition", { .op = FN_OP_JCC, .x = CC(15) } },
	{ "frame is larger", { .op = FN_OP_CALL, .x = 129 } },
	{ "undefined helper", { .op = FN_OP_HELPER, .imm = 4 } },
	{ "undefined helper", { .op = FN_OP_HELPER, .imm = -1 } },
	{ "unused immediate", { .op = FN_OP_EXIT, .imm = 1 } },
	{ "undefined fault", { .op = FN_OP_TRAP } },
	{ "undefined fault", { .op = FN_OP_TRAP, .imm = FN_NFAULTS } },
};

static void test_valid(void)
{
	char text[64];
	const char *why;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(valid); i++) {
		u64 w = fn_insn_encode(&valid[i].insn);
		struct fn_insn back = fn_insn_decode(w);

		fn_insn_print(text, sizeof(text), &back, 100);
		is_str(text, valid[i].text, "printed as the assembler has it");
		is_u64(fn_insn_encode(&back), w, "decoded and encoded again");
		if (!ok(fn_insn_valid(&back, &why), "accepted"))
			diag("refused because: %s", why);
	}
}

static void test_invalid(void)
{
	char text[64];
	const char *why;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(invalid); i++) {
		bool good = fn_insn_valid(&invalid[i].insn, &why);

		has_str(good ? "accepted" : why, invalid[i].why, "refused");
		ok(fn_insn_print(text, sizeof(text), &invalid[i].insn, 0) > 0,
		   "still printed: %s", text);
	}
}

/* Whatever is valid comes back from its word, whatever is not does no harm. */
static void test_all_words(void)
{
	u64 state = 1;
	u32 n, accepted = 0, bad = 0;
	char text[16];

	for (n = 0; n < 1000000; n++) {
		struct fn_insn i, again;

		state = state * 6364136223846793005ull + 1442695040888963407ull;
		i = fn_insn_decode(state >> 5 ^ state << 23);
		i.op %= FN_NOPS + 1;
		again = fn_insn_decode(fn_insn_encode(&i));
		accepted += fn_insn_valid(&i, NULL);
		bad += fn_insn_encode(&again) != fn_insn_encode(&i);
		fn_insn_print(text, sizeof(text), &i, n);
	}
	is_u64(bad, 0, "a million words: all encoded as they were");
	ok(accepted > 0 && accepted < n, "some of them valid (%u)", accepted);
}

static void test_helpers(void)
{
	const struct fn_helper_info *h = NULL;
	char list[FN_HELPER_LIST];
	u32 last = 0, type;
	bool ordered = true;

	while ((h = fn_helper_next(h))) {
		ordered &= h->number > last && fn_helper_find(h->number) == h;
		last = h->number;
	}
	ok(ordered, "helpers are found and in order");
	for (type = BPF_PROG_TYPE_SCHED_CLS; type <= BPF_PROG_TYPE_XDP;
	     type++) {
		fn_helper_list(type, list, sizeof(list));
		ok(strlen(list) < sizeof(list) - 1, "FN_HELPER_LIST has room");
	}
	ok(!fn_helper_find(0) && !fn_helper_find(9999), "no others");
}

static void refused(const struct fn_image *img, size_t size, const char *part)
{
	char why[80] = "accepted";

	fn_image_check(img, size, why, sizeof(why));
	has_str(why, part, "image is refused");
}

static void test_image(void)
{
	struct fn_image *img = fn_image_alloc(3, 1);
	struct fn_image good;
	char why[80] = "";

	is_u64(fn_crc32(0, "123456789", 9), 0xcbf43926, "CRC-32");
	is_u64(fn_crc32(fn_crc32(0, "1234", 4), "56789", 5), 0xcbf43926,
	       "CRC-32 in two pieces");
	img->lanes = 1;
	img->frame = 512;
	fn_image_words(img)[2] = 42;
	fn_image_seal(img);
	good = *img;
	is_u64(fn_image_check(img, img->size, why, sizeof(why)), 0,
	       "image is accepted");
	refused(img, sizeof(*img) - 1, "shorter");
	refused(img, img->size - 1, "cut short");
	fn_image_words(img)[2] = 43;
	refused(img, good.size, "check sum");
	fn_image_words(img)[2] = 42;
#define BAD(field, value, part)                \
	do {                                   \
		img->field = (value);          \
		refused(img, good.size, part); \
		*img = good;                   \
	} while (0)
	BAD(magic, 0, "not a program");
	BAD(version, 9, "another version");
	BAD(nwords, 0, "number of words");
	BAD(nwords, 0xffffffff, "number of words");
	BAD(nwords, 4, "does not match");
	BAD(nmaps, 129, "maps");
	BAD(frame, 580, "frame");
	BAD(frame, 4, "frame");
	BAD(lanes, 3, "lanes");
	is_u64(fn_image_check(img, img->size, why, sizeof(why)), 0,
	       "image is accepted again");
	fn_free(img);
}

int main(void)
{
	test_valid();
	test_invalid();
	test_all_words();
	test_helpers();
	test_image();
	return done_testing();
}
