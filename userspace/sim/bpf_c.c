// SPDX-License-Identifier: GPL-2.0
/*
 * BPF as C: a function of one statement for each instruction.
 *
 * Addresses of this process change from run to run, so the text has none of
 * them: wide constants are k[] and the functions that are called are call[],
 * which whoever calls the function passes to it. What is the same program is so
 * the same text, and need be compiled only once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "compile.h"
#include "userspace/tool.h"

static const char head[] =
	"typedef unsigned char u8;\n"
	"typedef unsigned short u16;\n"
	"typedef unsigned int u32;\n"
	"typedef unsigned long long u64;\n"
	"typedef int s32;\n"
	"typedef long long s64;\n"
	"struct u8_at { u8 v; } __attribute__((packed, may_alias));\n"
	"struct u16_at { u16 v; } __attribute__((packed, may_alias));\n"
	"struct u32_at { u32 v; } __attribute__((packed, may_alias));\n"
	"struct u64_at { u64 v; } __attribute__((packed, may_alias));\n"
	"#define AT(type, reg, off) (((struct type##_at *)(reg + (s64)(off)))->v)\n"
	"#define ATOM(type, reg, off) ((type *)(reg + (s64)(off)))\n"
	"#define SEQ __ATOMIC_SEQ_CST\n"
	"u64 " FN_BPF_C_NAME
	"(u64 r1, const u64 *k, u64 (*const *call)(u64, u64, u64, u64, u64))\n"
	"{\n"
	"u64 r0 = 0, r2 = 0, r3 = 0, r4 = 0, r5 = 0, r6 = 0, r7 = 0, r8 = 0, r9 = 0;\n"
	"u64 stack[64];\n"
	"u64 r10 = (u64)(stack + 64);\n";

static const char *size_type(u32 code)
{
	static const char *const types[] = { "u32", "u16", "u8", "u64" };

	return types[BPF_SIZE(code) >> 3];
}

/* The second operand: a register, or a constant that is sign-extended. */
static const char *operand(const struct bpf_insn *i, char *buf, size_t size)
{
	if (BPF_SRC(i->code) == BPF_X)
		snprintf(buf, size, "r%u", i->src_reg);
	else
		snprintf(buf, size, "(u64)%dll", i->imm);
	return buf;
}

static bool print_swap(FILE *f, const struct bpf_insn *i)
{
	u32 d = i->dst_reg;

	if (i->imm == 64)
		fprintf(f, "r%u = __builtin_bswap64(r%u);\n", d, d);
	else if (i->imm == 32)
		fprintf(f, "r%u = __builtin_bswap32((u32)r%u);\n", d, d);
	else
		fprintf(f, "r%u = __builtin_bswap16((u16)r%u);\n", d, d);
	return BPF_CLASS(i->code) == BPF_ALU && BPF_SRC(i->code) == BPF_TO_BE;
}

static bool print_shift(FILE *f, const struct bpf_insn *i, const char *b)
{
	bool wide = BPF_CLASS(i->code) == BPF_ALU64;
	u32 op = BPF_OP(i->code), d = i->dst_reg;
	const char *type = op != BPF_ARSH ? wide ? "u64" : "u32" :
			   wide		  ? "s64" :
					    "s32";

	fprintf(f, "r%u = (%s)((%s)r%u %s (%s & %u));\n", d,
		wide ? "u64" : "u32", type, d, op == BPF_LSH ? "<<" : ">>", b,
		wide ? 63 : 31);
	return true;
}

static bool print_alu(FILE *f, const struct bpf_insn *i)
{
	static const char *const signs[] = {
		[BPF_ADD >> 4] = "+", [BPF_SUB >> 4] = "-",
		[BPF_MUL >> 4] = "*", [BPF_DIV >> 4] = "/",
		[BPF_OR >> 4] = "|",  [BPF_AND >> 4] = "&",
		[BPF_MOD >> 4] = "%", [BPF_XOR >> 4] = "^",
	};
	const char *type = BPF_CLASS(i->code) == BPF_ALU64 ? "u64" : "u32";
	u32 op = BPF_OP(i->code), d = i->dst_reg;
	char b[32];

	operand(i, b, sizeof(b));
	if (op == BPF_END)
		return print_swap(f, i);
	if (op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH)
		return print_shift(f, i, b);
	if (i->off)
		return false;
	if (op == BPF_MOV)
		fprintf(f, "r%u = (%s)%s;\n", d, type, b);
	else if (op == BPF_NEG)
		fprintf(f, "r%u = (%s)-r%u;\n", d, type, d);
	else if (op >> 4 < ARRAY_SIZE(signs) && signs[op >> 4])
		fprintf(f, "r%u = (%s)((%s)r%u %s (%s)%s);\n", d, type, type, d,
			signs[op >> 4], type, b);
	else
		return false;
	return true;
}

static bool print_condition(FILE *f, const struct bpf_insn *i, u32 to)
{
	static const char *const signs[] = {
		[BPF_JEQ >> 4] = "==", [BPF_JNE >> 4] = "!=",
		[BPF_JGT >> 4] = ">",  [BPF_JGE >> 4] = ">=",
		[BPF_JLT >> 4] = "<",  [BPF_JLE >> 4] = "<=",
		[BPF_JSGT >> 4] = ">", [BPF_JSGE >> 4] = ">=",
		[BPF_JSLT >> 4] = "<", [BPF_JSLE >> 4] = "<=",
		[BPF_JSET >> 4] = "&",
	};
	u32 op = BPF_OP(i->code);
	bool wide = BPF_CLASS(i->code) == BPF_JMP;
	bool is_signed = op == BPF_JSGT || op == BPF_JSGE || op == BPF_JSLT ||
			 op == BPF_JSLE;
	const char *type = is_signed ? wide ? "s64" : "s32" :
			   wide	     ? "u64" :
				       "u32";
	char b[32];

	if (op >> 4 >= ARRAY_SIZE(signs) || !signs[op >> 4])
		return false;
	fprintf(f, "if ((%s)r%u %s (%s)%s) goto l%u;\n", type, i->dst_reg,
		signs[op >> 4], type, operand(i, b, sizeof(b)), to);
	return true;
}

static bool print_jump(FILE *f, const struct bpf_insn *i, u32 at)
{
	if (i->code == (BPF_JMP | BPF_EXIT))
		fprintf(f, "return r0;\n");
	else if (i->code == (BPF_JMP | BPF_CALL))
		fprintf(f, "r0 = call[%d](r1, r2, r3, r4, r5);\n", i->imm);
	else if (i->code == (BPF_JMP | BPF_JA))
		fprintf(f, "goto l%u;\n", at + 1 + i->off);
	else
		return print_condition(f, i, at + 1 + i->off);
	return true;
}

static bool print_atomic(FILE *f, const struct bpf_insn *i)
{
	static const char *const names[] = {
		[BPF_ADD >> 4] = "add",
		[BPF_OR >> 4] = "or",
		[BPF_AND >> 4] = "and",
		[BPF_XOR >> 4] = "xor",
	};
	const char *t = size_type(i->code);
	u32 op = i->imm & ~BPF_FETCH, s = i->src_reg, d = i->dst_reg;

	if (i->imm == BPF_CMPXCHG) {
		fprintf(f,
			"{ %s old = r0; __atomic_compare_exchange_n(ATOM(%s, r%u, %d), &old, (%s)r%u, 0, SEQ, SEQ); r0 = old; }\n",
			t, t, d, i->off, t, s);
		return true;
	}
	if (i->imm == BPF_XCHG) {
		fprintf(f,
			"r%u = __atomic_exchange_n(ATOM(%s, r%u, %d), (%s)r%u, SEQ);\n",
			s, t, d, i->off, t, s);
		return true;
	}
	if (op >> 4 >= ARRAY_SIZE(names) || !names[op >> 4])
		return false;
	if (i->imm & BPF_FETCH)
		fprintf(f, "r%u = ", s);
	fprintf(f, "__atomic_fetch_%s(ATOM(%s, r%u, %d), (%s)r%u, %s);\n",
		names[op >> 4], t, d, i->off, t, s,
		i->imm & BPF_FETCH ? "SEQ" : "__ATOMIC_RELAXED");
	return true;
}

static bool print_memory(FILE *f, const struct bpf_insn *i)
{
	const char *type = size_type(i->code);

	if (BPF_MODE(i->code) == BPF_ATOMIC)
		return print_atomic(f, i);
	if (BPF_MODE(i->code) != BPF_MEM)
		return false;
	if (BPF_CLASS(i->code) == BPF_LDX)
		fprintf(f, "r%u = AT(%s, r%u, %d);\n", i->dst_reg, type,
			i->src_reg, i->off);
	else if (BPF_CLASS(i->code) == BPF_STX)
		fprintf(f, "AT(%s, r%u, %d) = (%s)r%u;\n", type, i->dst_reg,
			i->off, type, i->src_reg);
	else
		fprintf(f, "AT(%s, r%u, %d) = (%s)%dll;\n", type, i->dst_reg,
			i->off, type, i->imm);
	return true;
}

static bool print_insn(FILE *f, const struct bpf_insn *i, u32 at, u32 *wide)
{
	switch (BPF_CLASS(i->code)) {
	case BPF_LD:
		fprintf(f, "r%u = k[%u];\n", i->dst_reg, (*wide)++);
		return i->code == (BPF_LD | BPF_DW | BPF_IMM);
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		return print_memory(f, i);
	case BPF_ALU:
	case BPF_ALU64:
		return print_alu(f, i);
	}
	return print_jump(f, i, at);
}

/* Labels are where jumps lead to: C compilers complain of others. */
static u8 *find_labels(const struct bpf_insn *insns, u32 n)
{
	u8 *label = fn_check_alloc(calloc(n + 1, 1));
	u32 i;

	for (i = 0; i < n; i++) {
		u32 class = BPF_CLASS(insns[i].code);
		s64 to = (s64)i + 1 + insns[i].off;

		if (insns[i].code == (BPF_JMP | BPF_EXIT) ||
		    insns[i].code == (BPF_JMP | BPF_CALL))
			continue;
		if ((class == BPF_JMP || class == BPF_JMP32) && to >= 0 &&
		    to < n)
			label[to] = 1;
		i += class == BPF_LD;
	}
	return label;
}

/**
 * fn_bpf_c - BPF as C
 * @f: gets the text
 * @insns: instructions; those that the card's compiler generates are known
 * @n: how many
 *
 * Return: false at one that is not known.
 */
bool fn_bpf_c(FILE *f, const struct bpf_insn *insns, u32 n)
{
	u8 *label = find_labels(insns, n);
	u32 wide = 0, i;
	bool known = true;

	fputs(head, f);
	for (i = 0; i < n && known; i++) {
		if (label[i])
			fprintf(f, "l%u:;\n", i);
		known = print_insn(f, &insns[i], i, &wide);
		i += BPF_CLASS(insns[i].code) == BPF_LD;
	}
	fputs("__builtin_unreachable();\n}\n", f);
	free(label);
	return known;
}
