// SPDX-License-Identifier: GPL-2.0
/*
 * An instruction from text, as fn_insn_print() writes it. One table from format
 * to the operands that it takes.
 */
#include <ctype.h>
#include <errno.h>

#include "code.h"
#include "offload/helpers.h"

/**
 * struct in - an instruction being read
 * @at: next character
 * @pc: number of the word
 * @i: result
 * @bad: what is wrong, or NULL
 * @label: gets the name of a target that has one
 * @size: bytes at @label
 */
struct in {
	const char *at;
	u32 pc;
	struct fn_insn *i;
	const char *bad;
	char *label;
	size_t size;
};

static void fail(struct in *in, const char *why)
{
	if (!in->bad)
		in->bad = why;
}

static void skip(struct in *in)
{
	while (isspace((u8)*in->at))
		in->at++;
}

static bool accept(struct in *in, const char *text)
{
	size_t n = strlen(text);

	skip(in);
	if (strncmp(in->at, text, n))
		return false;
	in->at += n;
	return true;
}

static void expect(struct in *in, const char *text, const char *why)
{
	if (!accept(in, text))
		fail(in, why);
}

static void comma(struct in *in)
{
	expect(in, ",", "a comma is missing between operands");
}

static s64 number(struct in *in, s64 min, s64 max)
{
	char *end;
	s64 value;

	skip(in);
	errno = 0;
	value = strtoll(in->at, &end, 0);
	if (end == in->at)
		fail(in, "a number is expected");
	else if (errno || value < min || value > max)
		fail(in, "a number is too large for its place");
	in->at = end;
	return value;
}

static bool is_number(struct in *in)
{
	skip(in);
	return isdigit((u8)*in->at) || *in->at == '-' || *in->at == '+';
}

static u8 reg(struct in *in)
{
	char *end;
	long n;

	skip(in);
	if (in->at[0] == 'r' && in->at[1] == 'z' && !isalnum((u8)in->at[2])) {
		in->at += 2;
		return FN_REG_ZERO;
	}
	if (in->at[0] != 'r' || !isdigit((u8)in->at[1])) {
		fail(in, "a register is expected: r0 to r30 or rz");
		return 0;
	}
	n = strtol(in->at + 1, &end, 10);
	if (n >= FN_REG_ZERO || isalnum((u8)*end))
		fail(in, "no such register; there are r0 to r30 and rz");
	in->at = end;
	return n & FN_REG_ZERO;
}

static bool is_name(char c)
{
	return isalnum((u8)c) || c == '_';
}

/* The next name, which stays where it is; its length. */
static size_t name(struct in *in)
{
	size_t n = 0;

	skip(in);
	while (is_name(in->at[n]))
		n++;
	return n;
}

static bool is(const struct in *in, size_t n, const char *name)
{
	return strlen(name) == n && !strncmp(in->at, name, n);
}

/* A target is @ and the number of its word, or a label. */
static s32 target(struct in *in)
{
	size_t n;

	if (accept(in, "@"))
		return (s32)(number(in, 0, FN_IMAGE_MAX_WORDS) - in->pc - 1);
	n = name(in);
	if (!n || n >= in->size)
		fail(in,
		     "a target is expected: @ and a word's number, or a label");
	else
		memcpy(in->label, in->at, n);
	in->at += n;
	return 0;
}

static void put_lo16(struct in *in, s64 value)
{
	in->i->imm = FN_IMM16(value, FN_HI16(in->i->imm));
}

static void put_hi16(struct in *in, s64 value)
{
	in->i->imm = FN_IMM16(FN_LO16(in->i->imm), value);
}

static s64 number16(struct in *in)
{
	return number(in, -32768, 32767);
}

static s32 number32(struct in *in)
{
	return number(in, -2147483648LL, 2147483647LL);
}

/* [a], [a+index], each with an offset. */
static void address(struct in *in, u8 *index, s64 *off)
{
	bool ctx;

	expect(in, "[", "an address is expected: [register+offset]");
	ctx = accept(in, "ctx");
	in->i->a = ctx ? FN_REG_ZERO : reg(in);
	*off = 0;
	skip(in);
	if (index && in->at[0] == '+' && in->at[1] == 'r') {
		in->at++;
		in->i->x |= FN_X_INDEX;
		*index = reg(in);
	}
	if (is_number(in))
		*off = number32(in);
	if (ctx)
		*off += FN_ADDR_LOCAL;
	expect(in, "]", "an address ends in ]");
}

static void parse_none(struct in *in)
{
}

static void parse_second(struct in *in)
{
	if (is_number(in)) {
		in->i->x |= FN_X_IMM;
		in->i->imm = number32(in);
	} else {
		in->i->b = reg(in);
	}
}

static void parse_alu(struct in *in)
{
	in->i->d = reg(in);
	comma(in);
	if (in->i->op != FN_OP_MOV) {
		in->i->a = reg(in);
		comma(in);
	}
	parse_second(in);
}

static void parse_alu1(struct in *in)
{
	in->i->d = reg(in);
	comma(in);
	in->i->a = reg(in);
}

static void parse_field(struct in *in)
{
	parse_alu1(in);
	comma(in);
	in->i->imm = number(in, 0, 63);
	comma(in);
	in->i->imm |= number(in, 1, 64) << 8;
}

static void parse_sel(struct in *in)
{
	parse_alu1(in);
	comma(in);
	put_lo16(in, number16(in));
	comma(in);
	if (is_number(in)) {
		in->i->x |= FN_X_IMM;
		put_hi16(in, number16(in));
	} else {
		put_hi16(in, reg(in));
	}
	comma(in);
	in->i->b = reg(in);
}

static void parse_ld(struct in *in)
{
	s64 off;

	in->i->d = reg(in);
	comma(in);
	address(in, &in->i->b, &off);
	in->i->imm = off;
}

static void parse_st(struct in *in)
{
	s64 off;

	address(in, &in->i->d, &off);
	comma(in);
	in->i->b = reg(in);
	in->i->imm = off;
}

static void parse_sti(struct in *in)
{
	s64 off;

	address(in, NULL, &off);
	comma(in);
	if (off != (s16)off)
		fail(in, "the offset of sti has 16 bits");
	in->i->imm = FN_IMM16(off, number16(in));
}

static void parse_atom(struct in *in)
{
	s64 off;

	skip(in);
	if (*in->at != '[') {
		in->i->x |= FN_X_FETCH;
		in->i->d = reg(in);
		comma(in);
	}
	address(in, NULL, &off);
	comma(in);
	in->i->b = reg(in);
	in->i->imm = off;
}

static void comparison(struct in *in)
{
	in->i->a = reg(in);
	comma(in);
	if (is_number(in)) {
		in->i->x |= FN_X_IMM;
		put_lo16(in, number16(in));
	} else {
		in->i->b = reg(in);
		if (is_number(in))
			put_lo16(in, number16(in));
	}
	comma(in);
}

static void parse_exitc(struct in *in)
{
	comparison(in);
	put_hi16(in, number16(in));
}

static void parse_jcc(struct in *in)
{
	s32 to;

	comparison(in);
	to = target(in);
	if (to != (s16)to)
		fail(in,
		     "the target is too far away: 16 bits reach 32767 words");
	put_hi16(in, to);
}

static void parse_jmp(struct in *in)
{
	in->i->imm = target(in);
}

static void parse_call(struct in *in)
{
	s64 frame;

	in->i->imm = target(in);
	comma(in);
	frame = number(in, 0, FN_MAX_FRAME_SIZE);
	if (frame % 8)
		fail(in, "the size of a frame is a multiple of 8");
	in->i->x = frame / 8;
}

static void parse_helper(struct in *in)
{
	const struct fn_helper_info *h = NULL;
	size_t n = name(in);

	if (is_number(in)) {
		in->i->imm = number32(in);
		return;
	}
	while ((h = fn_helper_next(h)))
		if (is(in, n, h->name))
			break;
	if (!h)
		fail(in, "the card has no helper of that name");
	else
		in->i->imm = h->number;
	in->at += n;
}

static void parse_exit(struct in *in)
{
	if (is_number(in)) {
		in->i->x |= FN_X_IMM;
		in->i->imm = number32(in);
	} else {
		in->i->a = reg(in);
	}
}

static void parse_code(struct in *in)
{
	size_t n = name(in);
	u32 f;

	if (is_number(in)) {
		in->i->imm = number32(in);
		return;
	}
	for (f = 0; f < FN_NFAULTS; f++)
		if (is(in, n, fn_fault_name[f]))
			break;
	if (f == FN_NFAULTS)
		fail(in, "there is no fault of that name");
	in->i->imm = f;
	in->at += n;
}

static void (*const parse[])(struct in *in) = {
	[FN_FMT_NONE] = parse_none,   [FN_FMT_ALU] = parse_alu,
	[FN_FMT_ALU1] = parse_alu1,   [FN_FMT_FIELD] = parse_field,
	[FN_FMT_SEL] = parse_sel,     [FN_FMT_LD] = parse_ld,
	[FN_FMT_ST] = parse_st,	      [FN_FMT_STI] = parse_sti,
	[FN_FMT_ATOM] = parse_atom,   [FN_FMT_JCC] = parse_jcc,
	[FN_FMT_EXITC] = parse_exitc, [FN_FMT_JMP] = parse_jmp,
	[FN_FMT_CALL] = parse_call,   [FN_FMT_HELPER] = parse_helper,
	[FN_FMT_EXIT] = parse_exit,   [FN_FMT_CODE] = parse_code,
};

/* What follows the operation's name without a dot. */
static bool match_sized(struct in *in, const char *rest, size_t n)
{
	if (n != 1 || !isdigit((u8)*rest))
		return false;
	in->i->x = (*rest - '0') << FN_X_SIZE_SHIFT;
	return true;
}

static bool match_one(struct in *in, const char *rest, size_t n,
		      const char *const *names, u32 count, u32 shift)
{
	u32 k;

	for (k = 0; k < count; k++) {
		if (strlen(names[k]) == n && !strncmp(names[k], rest, n)) {
			in->i->x = k << shift;
			return true;
		}
	}
	return false;
}

static bool match(struct in *in, u8 op, size_t n)
{
	const char *name = fn_opinfo[op].name;
	const char *rest = in->at + strlen(name);

	if (strlen(name) > n || strncmp(in->at, name, strlen(name)))
		return false;
	n -= strlen(name);
	switch (fn_opinfo[op].fmt) {
	case FN_FMT_ALU1:
	case FN_FMT_LD:
	case FN_FMT_ST:
	case FN_FMT_STI:
		return match_sized(in, rest, n);
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
	case FN_FMT_SEL:
		return match_one(in, rest, n, fn_cond_name, FN_NCONDS,
				 FN_X_COND_SHIFT);
	case FN_FMT_ATOM:
		return match_one(in, rest, n, fn_atom_name, FN_NATOMS,
				 FN_X_ATOM_SHIFT);
	default:
		return !n;
	}
}

static void suffixes(struct in *in)
{
	bool mem = fn_opinfo[in->i->op].class == FN_CLASS_MEM;

	while (*in->at == '.') {
		in->at++;
		if (mem && accept(in, "be"))
			in->i->x |= FN_X_BE;
		else if (mem && accept(in, "s"))
			in->i->x |= FN_X_SIGN;
		else if (!mem && accept(in, "w"))
			in->i->x |= FN_X_W;
		else
			fail(in,
			     "unknown suffix; memory operations have .s and .be, others .w");
		if (in->bad)
			return;
	}
}

static void parse_word(struct in *in)
{
	char *end;
	u64 word;

	skip(in);
	errno = 0;
	word = strtoull(in->at, &end, 16);
	if (end == in->at || errno)
		fail(in, "a word of up to 16 hexadecimal digits is expected");
	in->at = end;
	*in->i = fn_insn_decode(word);
}

static void parse_op(struct in *in)
{
	size_t n = name(in);
	u32 op;

	for (op = 0; op < FN_NOPS; op++)
		if (match(in, op, n))
			break;
	if (op == FN_NOPS) {
		fail(in, "unknown operation");
		return;
	}
	in->i->op = op;
	in->at += n;
	suffixes(in);
	if (!in->bad)
		parse[fn_opinfo[op].fmt](in);
	if (accept(in, ";;"))
		in->i->stop = true;
}

/**
 * fn_insn_parse - read an instruction
 * @text: of the instruction and nothing else
 * @pc: number of its word, for the targets of jumps
 * @insn: answer
 * @label: gets the name if the target is a label, else ""
 * @size: bytes at @label
 *
 * Return: NULL, or what is wrong.
 */
const char *fn_insn_parse(const char *text, u32 pc, struct fn_insn *insn,
			  char *label, size_t size)
{
	struct in in = {
		.at = text,
		.pc = pc,
		.i = insn,
		.label = label,
		.size = size,
	};
	bool raw;

	*insn = (struct fn_insn){};
	memset(label, 0, size);
	raw = accept(&in, ".word");
	if (raw)
		parse_word(&in);
	else
		parse_op(&in);
	skip(&in);
	if (*in.at)
		fail(&in, "something follows the instruction");
	if (!in.bad && !raw)
		fn_insn_valid(insn, &in.bad);
	return in.bad;
}
