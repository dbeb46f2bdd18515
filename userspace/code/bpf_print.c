// SPDX-License-Identifier: GPL-2.0
/*
 * BPF instructions as text, in the notation of the kernel's verifier and
 * bpftool. One table from the instruction's class to its printer.
 */
#include "code.h"
#include "offload/helpers.h"
#include "offload/text.h"
#include "offload/translator/bpf_isa.h"

typedef bool (*print_t)(struct fn_text *o, const struct bpf_insn *i, u32 pc);

static const char *const size_name[] = {
	[BPF_W >> 3] = "u32",
	[BPF_H >> 3] = "u16",
	[BPF_B >> 3] = "u8",
	[BPF_DW >> 3] = "u64",
};

static const char *const signed_name[] = {
	[BPF_W >> 3] = "s32",
	[BPF_H >> 3] = "s16",
	[BPF_B >> 3] = "s8",
	[BPF_DW >> 3] = "s64",
};

static const char *size_of(const struct bpf_insn *i)
{
	return size_name[BPF_SIZE(i->code) >> 3];
}

/* The destination, which is written with a w where it is 32 bits wide. */
static char width(const struct bpf_insn *i)
{
	u8 class = BPF_CLASS(i->code);

	return class == BPF_ALU || class == BPF_JMP32 ? 'w' : 'r';
}

static void put_source(struct fn_text *o, const struct bpf_insn *i)
{
	if (BPF_SRC(i->code) == BPF_X)
		fn_text_add(o, "%c%d", width(i), i->src_reg);
	else
		fn_text_add(o, "%d", i->imm);
}

static bool print_ld(struct fn_text *o, const struct bpf_insn *i, u32 pc)
{
	u64 imm = (u64)(u32)i[0].imm;

	switch (BPF_MODE(i->code)) {
	case BPF_IMM:
		if (i->code != (BPF_LD | BPF_IMM | BPF_DW))
			return false;
		fn_text_add(o, "r%d = ", i->dst_reg);
		if (i->src_reg == BPF_PSEUDO_MAP_IDX)
			fn_text_add(o, "map[%d]", i->imm);
		else if (i->src_reg)
			fn_text_add(o, "pseudo %d (%d)", i->src_reg, i->imm);
		else
			fn_text_add(o, "0x%llx ll",
				    (unsigned long long)(imm |
							 (u64)(u32)i[1].imm
								 << 32));
		return true;
	case BPF_ABS:
		fn_text_add(o, "r0 = *(%s *)skb[%d]", size_of(i), i->imm);
		return true;
	case BPF_IND:
		fn_text_add(o, "r0 = *(%s *)skb[r%d %+d]", size_of(i),
			    i->src_reg, i->imm);
		return true;
	}
	return false;
}

static bool print_ldx(struct fn_text *o, const struct bpf_insn *i, u32 pc)
{
	u8 mode = BPF_MODE(i->code);

	if (mode != BPF_MEM && mode != FN_BPF_MEMSX)
		return false;
	fn_text_add(o, "r%d = *(%s *)(r%d %+d)", i->dst_reg,
		    mode == FN_BPF_MEMSX ? signed_name[BPF_SIZE(i->code) >> 3] :
					   size_of(i),
		    i->src_reg, i->off);
	return true;
}

static bool print_st(struct fn_text *o, const struct bpf_insn *i, u32 pc)
{
	if (BPF_MODE(i->code) != BPF_MEM)
		return false;
	fn_text_add(o, "*(%s *)(r%d %+d) = %d", size_of(i), i->dst_reg, i->off,
		    i->imm);
	return true;
}

static bool print_atomic(struct fn_text *o, const struct bpf_insn *i)
{
	static const char *const plain[16] = { [BPF_ADD >> 4] = "+",
					       [BPF_OR >> 4] = "|",
					       [BPF_AND >> 4] = "&",
					       [BPF_XOR >> 4] = "^" };
	static const char *const fetch[16] = {
		[BPF_ADD >> 4] = "add",	  [BPF_OR >> 4] = "or",
		[BPF_AND >> 4] = "and",	  [BPF_XOR >> 4] = "xor",
		[BPF_XCHG >> 4] = "xchg", [BPF_CMPXCHG >> 4] = "cmpxchg"
	};
	char w = BPF_SIZE(i->code) == BPF_DW ? 'r' : 'w';
	const char *name;

	if (i->imm & ~0xff)
		return false;
	if (!(i->imm & BPF_FETCH)) {
		name = i->imm & 0xf ? NULL : plain[i->imm >> 4];
		if (name)
			fn_text_add(o, "lock *(%s *)(r%d %+d) %s= %c%d",
				    size_of(i), i->dst_reg, i->off, name, w,
				    i->src_reg);
		return name;
	}
	name = fetch[i->imm >> 4];
	if (!name || (i->imm & 0xf) != BPF_FETCH)
		return false;
	fn_text_add(o, "%c%d = atomic_%s((%s *)(r%d %+d), ", w,
		    i->imm == BPF_CMPXCHG ? 0 : i->src_reg, name, size_of(i),
		    i->dst_reg, i->off);
	if (i->imm == BPF_CMPXCHG)
		fn_text_add(o, "%c0, ", w);
	fn_text_add(o, "%c%d)", w, i->src_reg);
	return true;
}

static bool print_stx(struct fn_text *o, const struct bpf_insn *i, u32 pc)
{
	if (BPF_MODE(i->code) == BPF_ATOMIC)
		return print_atomic(o, i);
	if (BPF_MODE(i->code) != BPF_MEM)
		return false;
	fn_text_add(o, "*(%s *)(r%d %+d) = r%d", size_of(i), i->dst_reg, i->off,
		    i->src_reg);
	return true;
}

static bool print_end(struct fn_text *o, const struct bpf_insn *i)
{
	const char *to = BPF_SRC(i->code) == BPF_TO_BE ? "be" : "le";

	if (BPF_CLASS(i->code) == BPF_ALU64)
		to = "bswap";
	fn_text_add(o, "r%d = %s%d r%d", i->dst_reg, to, i->imm, i->dst_reg);
	return true;
}

static bool print_mov(struct fn_text *o, const struct bpf_insn *i)
{
	fn_text_add(o, "%c%d = ", width(i), i->dst_reg);
	if (i->off)
		fn_text_add(o, "(s%d)", i->off);
	put_source(o, i);
	return true;
}

static bool print_alu(struct fn_text *o, const struct bpf_insn *i, u32 pc)
{
	static const char *const ops[16] = {
		[BPF_ADD >> 4] = "+=",	  [BPF_SUB >> 4] = "-=",
		[BPF_MUL >> 4] = "*=",	  [BPF_DIV >> 4] = "/=",
		[BPF_OR >> 4] = "|=",	  [BPF_AND >> 4] = "&=",
		[BPF_LSH >> 4] = "<<=",	  [BPF_RSH >> 4] = ">>=",
		[BPF_MOD >> 4] = "%=",	  [BPF_XOR >> 4] = "^=",
		[BPF_ARSH >> 4] = "s>>=",
	};
	u8 op = BPF_OP(i->code);

	if (op == BPF_END)
		return print_end(o, i);
	if (op == BPF_MOV)
		return print_mov(o, i);
	if (op == BPF_NEG) {
		fn_text_add(o, "%c%d = -%c%d", width(i), i->dst_reg, width(i),
			    i->dst_reg);
		return true;
	}
	if (!ops[op >> 4])
		return false;
	fn_text_add(o, "%c%d %s%s ", width(i), i->dst_reg, i->off ? "s" : "",
		    ops[op >> 4]);
	put_source(o, i);
	return true;
}

static bool print_call(struct fn_text *o, const struct bpf_insn *i, u32 pc)
{
	const struct fn_helper_info *helper;

	if (i->src_reg == BPF_PSEUDO_CALL) {
		fn_text_add(o, "call %lld", (long long)pc + 1 + i->imm);
		return true;
	}
	if (i->src_reg == BPF_PSEUDO_KFUNC_CALL) {
		fn_text_add(o, "call kernel function %d", i->imm);
		return true;
	}
	helper = fn_helper_find(i->imm);
	fn_text_add(o, "call %s#%d", helper ? helper->name : "helper", i->imm);
	return true;
}

static bool print_jmp(struct fn_text *o, const struct bpf_insn *i, u32 pc)
{
	static const char *const ops[16] = {
		[BPF_JEQ >> 4] = "==",	[BPF_JNE >> 4] = "!=",
		[BPF_JGT >> 4] = ">",	[BPF_JGE >> 4] = ">=",
		[BPF_JLT >> 4] = "<",	[BPF_JLE >> 4] = "<=",
		[BPF_JSGT >> 4] = "s>", [BPF_JSGE >> 4] = "s>=",
		[BPF_JSLT >> 4] = "s<", [BPF_JSLE >> 4] = "s<=",
		[BPF_JSET >> 4] = "&",
	};
	bool wide = BPF_CLASS(i->code) == BPF_JMP;
	u8 op = BPF_OP(i->code);

	if (op == BPF_JA) {
		fn_text_add(o, "goto %lld",
			    (long long)pc + 1 + (wide ? i->off : i->imm));
		return true;
	}
	if (op == FN_BPF_JCOND) {
		fn_text_add(o, "may_goto %lld", (long long)pc + 1 + i->off);
		return true;
	}
	if (wide && op == BPF_CALL)
		return print_call(o, i, pc);
	if (wide && op == BPF_EXIT) {
		fn_text_add(o, "exit");
		return true;
	}
	if (!ops[op >> 4])
		return false;
	fn_text_add(o, "if %c%d %s ", width(i), i->dst_reg, ops[op >> 4]);
	put_source(o, i);
	fn_text_add(o, " goto %lld", (long long)pc + 1 + i->off);
	return true;
}

static const print_t printers[8] = {
	[BPF_LD] = print_ld,	 [BPF_LDX] = print_ldx,	  [BPF_ST] = print_st,
	[BPF_STX] = print_stx,	 [BPF_ALU] = print_alu,	  [BPF_JMP] = print_jmp,
	[BPF_JMP32] = print_jmp, [BPF_ALU64] = print_alu,
};

/**
 * fn_bpf_print - a BPF instruction as text
 * @buf: where to put it
 * @size: of @buf
 * @insn: the instruction; of a 64-bit load, both halves
 * @pc: its index; jumps are printed with the index they go to
 *
 * Return: length of the whole text, as snprintf.
 */
int fn_bpf_print(char *buf, size_t size, const struct bpf_insn *insn, u32 pc)
{
	struct fn_text o = { .buf = buf, .size = size };

	if (!printers[BPF_CLASS(insn->code)](&o, insn, pc))
		fn_text_add(
			&o,
			"undefined: code 0x%02x dst %d src %d off %d imm %d",
			insn->code, insn->dst_reg, insn->src_reg, insn->off,
			insn->imm);
	return o.len;
}
