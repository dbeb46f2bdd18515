// SPDX-License-Identifier: GPL-2.0
/*
 * lower: BPF instructions become the card's.
 *
 * One table maps each BPF opcode to a small function. An opcode without a row
 * is refused, and so is every operand that its row does not name. BPF's
 * registers r0 to r10 are the card's registers of the same number, so the
 * result can be encoded as it is: level 0 is this pass with legal and encode.
 *
 *	r3 = r1; r3 += 14		r3 = mov r1; r3 = add r3 14
 *	r2 = *(u32 *)(r1 + 4)		r2 = ld4 [ r1 +4 ]
 *	if r3 > r2 goto 9		jgt r3 r2
 *	r4 = be16 r4			r4 = swap2 r4
 *
 * The pass visits the reachable instructions once. All refusals are logged, not
 * only the first, because whoever ports a program needs the whole list.
 */
#include "../helpers.h"
#include "bpf_isa.h"
#include "ir.h"

/* Operands of a BPF instruction. */
#define DST 0x01 /* written, perhaps read */
#define BASE 0x02 /* dst_reg, only read */
#define SRC 0x04
#define OFF 0x08
#define IMM 0x10

struct site {
	struct fn_tr *tr;
	const struct bpf_insn *insn;
	const struct row *row;
	u32 i;
	u32 block;
};

struct row {
	void (*lower)(const struct site *s);
	u8 arg;
	u8 uses;
};

static void emit(const struct site *s, struct fn_ir ir)
{
	fn_ir_append(s->tr, s->block, ir);
}

/* Refuses what the card does not have; the text also says what it has. */
#define refuse(s, fmt, ...)                                              \
	fn_ir_refuse((s)->tr, -EOPNOTSUPP, "insn %u: " fmt "\n", (s)->i, \
		     ##__VA_ARGS__)

static bool is_64(const struct site *s)
{
	return BPF_CLASS(s->insn->code) == BPF_ALU64 ||
	       BPF_CLASS(s->insn->code) == BPF_JMP;
}

static u8 width(const struct site *s)
{
	return is_64(s) ? 0 : FN_X_W;
}

static bool has_imm(const struct site *s)
{
	return BPF_SRC(s->insn->code) == BPF_K;
}

static u32 size_of(const struct site *s)
{
	static const u8 sizes[] = {
		[BPF_W >> 3] = 4,
		[BPF_H >> 3] = 2,
		[BPF_B >> 3] = 1,
		[BPF_DW >> 3] = 8,
	};

	return sizes[BPF_SIZE(s->insn->code) >> 3];
}

/* Second operand of ALU and JCC: fills in x, b and imm. */
static struct fn_ir with_operand(const struct site *s, struct fn_ir ir)
{
	ir.x |= width(s);
	if (has_imm(s)) {
		ir.x |= FN_X_IMM;
		ir.imm = s->insn->imm;
	} else {
		ir.b = s->insn->src_reg;
	}
	return ir;
}

static void lower_alu(const struct site *s)
{
	struct fn_ir ir = {
		.op = s->row->arg,
		.d = s->insn->dst_reg,
		.a = s->insn->dst_reg,
	};

	emit(s, with_operand(s, ir));
}

/* off 1 makes them signed. */
static void lower_div(const struct site *s)
{
	bool sgn = s->insn->off == 1;
	struct fn_ir ir = { .d = s->insn->dst_reg, .a = s->insn->dst_reg };

	if (s->insn->off && !sgn) {
		refuse(s,
		       "offset %d of a division; 0 (unsigned) and 1 (signed) are known",
		       s->insn->off);
		return;
	}
	if (s->row->arg == FN_OP_DIV)
		ir.op = sgn ? FN_OP_SDIV : FN_OP_DIV;
	else
		ir.op = sgn ? FN_OP_SMOD : FN_OP_MOD;
	emit(s, with_operand(s, ir));
}

/* off is the width to sign-extend from. */
static void lower_mov(const struct site *s)
{
	s16 bits = s->insn->off;
	struct fn_ir ir = { .op = FN_OP_MOV, .d = s->insn->dst_reg };

	if (!bits) {
		emit(s, with_operand(s, ir));
		return;
	}
	if (bits != 8 && bits != 16 && !(bits == 32 && is_64(s))) {
		refuse(s,
		       "offset %d of a move; sign extension from 8, 16 and (64-bit moves) 32 bits is known",
		       bits);
		return;
	}
	ir.op = FN_OP_SX;
	ir.x = (bits / 8) << FN_X_SIZE_SHIFT | width(s);
	ir.a = s->insn->src_reg;
	emit(s, ir);
}

static void lower_neg(const struct site *s)
{
	u32 reg = s->insn->dst_reg;
	struct fn_ir ir = fn_ir_op_imm(FN_OP_RSUB, reg, reg, 0);

	ir.x |= width(s);
	emit(s, ir);
}

/* The card is little-endian: to-LE only truncates. */
static void lower_end(const struct site *s)
{
	bool swap = is_64(s) || BPF_SRC(s->insn->code) == BPF_TO_BE;
	s32 bits = s->insn->imm;
	struct fn_ir ir = {
		.op = swap ? FN_OP_SWAP : FN_OP_ZX,
		.x = (u32)bits / 8 << FN_X_SIZE_SHIFT,
		.d = s->insn->dst_reg,
		.a = s->insn->dst_reg,
	};

	if (bits != 16 && bits != 32 && bits != 64) {
		refuse(s,
		       "byte order conversion of %d bits; 16, 32 and 64 are known",
		       bits);
		return;
	}
	if (swap || bits < 64)
		emit(s, ir);
}

static void lower_ldx(const struct site *s)
{
	struct fn_ir ir = fn_ir_load(s->insn->dst_reg, s->insn->src_reg,
				     s->insn->off, size_of(s));

	ir.x |= s->row->arg;
	emit(s, ir);
}

static void lower_stx(const struct site *s)
{
	emit(s, fn_ir_store(s->insn->dst_reg, s->insn->off, s->insn->src_reg,
			    size_of(s)));
}

static void lower_st(const struct site *s)
{
	struct fn_ir ir =
		fn_ir_store(s->insn->dst_reg, s->insn->off, 0, size_of(s));

	ir.op = FN_OP_STI;
	ir.imm = s->insn->imm;
	emit(s, ir);
}

static int atom_kind(s32 imm)
{
	switch (imm) {
	case BPF_ADD:
	case BPF_ADD | BPF_FETCH:
		return FN_ATOM_ADD;
	case BPF_OR:
	case BPF_OR | BPF_FETCH:
		return FN_ATOM_OR;
	case BPF_AND:
	case BPF_AND | BPF_FETCH:
		return FN_ATOM_AND;
	case BPF_XOR:
	case BPF_XOR | BPF_FETCH:
		return FN_ATOM_XOR;
	case BPF_XCHG:
		return FN_ATOM_XCHG;
	case BPF_CMPXCHG:
		return FN_ATOM_CMPXCHG;
	default:
		return -1;
	}
}

static void lower_atomic(const struct site *s)
{
	int kind = atom_kind(s->insn->imm);
	struct fn_ir ir = {
		.op = FN_OP_ATOM,
		.x = size_of(s) == 4 ? FN_X_W : 0,
		.a = s->insn->dst_reg,
		.b = s->insn->src_reg,
		.off = s->insn->off,
	};

	if (kind < 0) {
		refuse(s,
		       "atomic operation 0x%x; add, or, and, xor (with and without fetch), xchg and cmpxchg are known",
		       s->insn->imm);
		return;
	}
	ir.x |= kind << FN_X_ATOM_SHIFT;
	if (s->insn->imm & BPF_FETCH) {
		ir.x |= FN_X_FETCH;
		ir.d = kind == FN_ATOM_CMPXCHG ? BPF_REG_0 : s->insn->src_reg;
		ir.c = ir.d;
		if (ir.d == FN_BPF_FP) {
			refuse(s,
			       "r10 is read-only; the old value needs another register");
			return;
		}
	}
	emit(s, ir);
}

static void lower_jcc(const struct site *s)
{
	struct fn_ir ir = {
		.op = FN_OP_JCC,
		.x = s->row->arg << FN_X_COND_SHIFT,
		.a = s->insn->dst_reg,
	};

	emit(s, with_operand(s, ir));
}

/* The block has the target as its successor; only the encoding is checked. */
static void lower_ja(const struct site *s)
{
	bool far = !is_64(s);

	if (far ? s->insn->off : s->insn->imm)
		refuse(s, "%s %d of a jump; only 0 is known",
		       far ? "offset" : "immediate",
		       far ? s->insn->off : s->insn->imm);
}

/* The kernel keeps the counter in 8 bytes below the function's stack. */
static s32 loop_slot(const struct site *s)
{
	return -(s32)s->tr->funcs[s->tr->blocks[s->block].func].frame;
}

/*
 * Jumps once its counter, one per call of the function, has come to 0. The
 * counter stays 0 from then on:
 *
 *	t = ld8 [fp - slot]; u = t - 1; u = t == 0 ? 0 : u; st8 [fp - slot], u
 *	jump if t == 0
 */
static void lower_may_goto(const struct site *s)
{
	s32 slot = loop_slot(s);

	emit(s, fn_ir_load(FN_REG_TMP, FN_REG_FP, slot, 8));
	emit(s, fn_ir_op_imm(FN_OP_SUB, FN_REG_TMP2, FN_REG_TMP, 1));
	emit(s, (struct fn_ir){ .op = FN_OP_SEL,
				.x = FN_EQ << FN_X_COND_SHIFT | FN_X_IMM,
				.d = FN_REG_TMP2,
				.c = FN_REG_TMP2,
				.a = FN_REG_TMP });
	emit(s, fn_ir_store(FN_REG_FP, slot, FN_REG_TMP2, 8));
	emit(s, (struct fn_ir){ .op = FN_OP_JCC,
				.x = FN_EQ << FN_X_COND_SHIFT | FN_X_IMM,
				.a = FN_REG_TMP });
}

static void start_counter(struct fn_tr *tr, u32 func)
{
	u32 entry = tr->funcs[func].entry;
	s32 slot = -(s32)tr->funcs[func].frame;

	fn_ir_append(tr, entry, fn_ir_number(FN_REG_TMP, FN_BPF_MAX_LOOPS));
	fn_ir_append(tr, entry, fn_ir_store(FN_REG_FP, slot, FN_REG_TMP, 8));
}

/* ---- legacy packet access */

static void load_ctx(const struct site *s, u32 d, u32 field)
{
	emit(s, fn_ir_load(d, FN_REG_ZERO, FN_ADDR_LOCAL + field, 4));
}

/* Ends the program with 0 if a COND b + n; with an immediate b is unused. */
static void end_if(const struct site *s, u32 a, u8 x, u32 b, s32 n)
{
	emit(s, (struct fn_ir){
			.op = FN_OP_EXITC, .x = x, .a = a, .b = b, .imm = n });
}

static bool may_access_packet(const struct site *s)
{
	if (s->tr->bpf->type != BPF_PROG_TYPE_XDP &&
	    !s->tr->blocks[s->block].func)
		return true;
	refuse(s,
	       "legacy packet access (LD_ABS, LD_IND); only the main program of what is not for XDP has it, XDP programs read the packet from data on");
	return false;
}

/*
 * A legacy offset has 32 bits. If it is not negative it is an offset in the
 * frame. Of the negative ones those from SKF_NET_OFF on count from the end of
 * the Ethernet header, those from SKF_LL_OFF on from its beginning, and the
 * others are invalid. The result is an offset in the frame, or a negative
 * number.
 */
static s32 frame_offset(s32 k)
{
	if (k >= 0)
		return k;
	if (k >= SKF_NET_OFF)
		return k - SKF_NET_OFF + ETH_HLEN;
	return k - SKF_LL_OFF < 0 ? -1 : k - SKF_LL_OFF;
}

/* The same at run time, for an offset in r0. */
static void compute_frame_offset(const struct site *s)
{
	struct fn_ir sx = fn_ir_op(FN_OP_SX, BPF_REG_0, BPF_REG_0, 0);
	u32 r0 = BPF_REG_0, negative = FN_REG_TMP, net = FN_REG_TMP2;

	sx.x = 4 << FN_X_SIZE_SHIFT;
	emit(s, fn_ir_op_imm(FN_OP_ADD, r0, s->insn->src_reg, s->insn->imm));
	emit(s, sx);
	emit(s, fn_ir_op_imm(FN_OP_ARSH, negative, r0, 63));
	emit(s, fn_ir_op_imm(FN_OP_AND, net, negative, -SKF_LL_OFF));
	emit(s, fn_ir_op(FN_OP_ADD, r0, r0, net));
	/* All ones if it was negative and is behind the first of the two. */
	emit(s, fn_ir_op_imm(FN_OP_ADD, net, r0, SKF_NET_OFF));
	emit(s, fn_ir_op_imm(FN_OP_ARSH, net, net, 63));
	emit(s, fn_ir_op_imm(FN_OP_XOR, net, net, -1));
	emit(s, fn_ir_op(FN_OP_AND, net, net, negative));
	emit(s, fn_ir_op_imm(FN_OP_AND, net, net, SKF_NET_OFF + ETH_HLEN));
	emit(s, fn_ir_op(FN_OP_ADD, r0, r0, net));
}

/*
 * Loads from the frame into r0, in network byte order; the program ends with 0
 * if the offset is outside of the frame.
 */
static void lower_packet(const struct site *s)
{
	u32 size = size_of(s);
	struct fn_ir ld = fn_ir_load(BPF_REG_0, BPF_REG_0, 0, size);

	if (!may_access_packet(s))
		return;
	if (BPF_MODE(s->insn->code) == BPF_IND)
		compute_frame_offset(s);
	else
		emit(s, fn_ir_number(BPF_REG_0, frame_offset(s->insn->imm)));
	end_if(s, BPF_REG_0, FN_SLT << FN_X_COND_SHIFT | FN_X_IMM, 0, 0);
	load_ctx(s, FN_REG_TMP, s->tr->ctx->data);
	load_ctx(s, FN_REG_TMP2, s->tr->ctx->data_end);
	emit(s, fn_ir_op(FN_OP_ADD, BPF_REG_0, FN_REG_TMP, BPF_REG_0));
	end_if(s, FN_REG_TMP2, FN_LT << FN_X_COND_SHIFT, BPF_REG_0, size);
	ld.x |= size > 1 ? FN_X_BE : 0;
	emit(s, ld);
}

/* ---- addresses and numbers of 64 bits */

static void lower_map(const struct site *s, s32 offset)
{
	u32 slot = s->insn->imm;

	if (slot >= s->tr->bpf->nmaps || offset) {
		refuse(s,
		       "map %d, offset %d; the program has maps 0 to %d and names them without offset",
		       s->insn->imm, offset, (s32)s->tr->bpf->nmaps - 1);
		return;
	}
	emit(s, fn_ir_number(s->insn->dst_reg, FN_ADDR_MAPREF + slot));
}

static const char *pseudo_name(u32 pseudo)
{
	static const char *const names[] = {
		[BPF_PSEUDO_MAP_FD] = "a map's file descriptor",
		[BPF_PSEUDO_MAP_VALUE] =
			"the address of a map's value (global data)",
		[BPF_PSEUDO_BTF_ID] = "the address of a kernel variable",
		[BPF_PSEUDO_FUNC] = "the address of a function (callback)",
		[BPF_PSEUDO_MAP_IDX_VALUE] =
			"the address of a map's value (global data)",
	};

	return pseudo < ARRAY_SIZE(names) ? names[pseudo] :
					    "an address of unknown kind";
}

static void lower_ld_imm64(const struct site *s)
{
	const struct bpf_insn *second = s->insn + 1;
	u64 value = (u32)s->insn->imm | (u64)(u32)second->imm << 32;

	if (second->code || second->dst_reg || second->src_reg || second->off) {
		refuse(s,
		       "second half of ld_imm64 has fields set that must be 0");
		return;
	}
	if (s->insn->src_reg == BPF_PSEUDO_MAP_IDX) {
		lower_map(s, second->imm);
		return;
	}
	if (s->insn->src_reg) {
		refuse(s, "ld_imm64 of %s; the card takes numbers and maps",
		       pseudo_name(s->insn->src_reg));
		return;
	}
	emit(s, fn_ir_number(s->insn->dst_reg, (s64)value));
}

static void refuse_helper(const struct site *s)
{
	u32 number = s->insn->imm;
	const char *name = fn_helper_name(number);
	const char *why = fn_helper_absent(number);
	char have[FN_HELPER_LIST];

	fn_helper_list(s->tr->bpf->type, have, sizeof(have));
	if (why)
		refuse(s, "helper %s (%u) is not on the card, which has %s; %s",
		       name, number, have, why);
	else if (name)
		refuse(s, "helper %s (%u) is not on the card, which has %s",
		       name, number, have);
	else
		refuse(s, "helper %u is not on the card, which has %s", number,
		       have);
}

static u32 callee(const struct site *s)
{
	const struct fn_tr *tr = s->tr;

	return tr->blocks[tr->src[tr->src[s->i].target].block].func;
}

static void lower_call(const struct site *s)
{
	if (s->insn->src_reg == BPF_PSEUDO_KFUNC_CALL) {
		refuse(s,
		       "call of kernel function %d; the card has helpers, no kernel functions",
		       s->insn->imm);
		return;
	}
	if (s->insn->src_reg > BPF_PSEUDO_CALL || s->insn->off) {
		refuse(s,
		       "call of kind %u with offset %d; helpers (0) and functions of the program (1) can be called, with offset 0",
		       s->insn->src_reg, s->insn->off);
		return;
	}
	if (s->insn->src_reg)
		emit(s, (struct fn_ir){ .op = FN_OP_CALL, .imm = callee(s) });
	else if (fn_helper_has(s->insn->imm, s->tr->bpf->type))
		emit(s,
		     (struct fn_ir){ .op = FN_OP_HELPER, .imm = s->insn->imm });
	else
		refuse_helper(s);
}

static void lower_exit(const struct site *s)
{
	bool sub = s->tr->blocks[s->block].func;

	emit(s, (struct fn_ir){ .op = sub ? FN_OP_RET : FN_OP_EXIT });
}

/* clang-format off */
#define ROW_KX(class, code, fn, arg, uses)				\
	[(class) | (code) | BPF_K] = { fn, arg, (uses) | IMM },		\
	[(class) | (code) | BPF_X] = { fn, arg, (uses) | SRC }
#define ROW_ALU(code, fn, arg, uses)					\
	ROW_KX(BPF_ALU, code, fn, arg, DST | (uses)),			\
	ROW_KX(BPF_ALU64, code, fn, arg, DST | (uses))
#define ROW_JCC(code, cond)						\
	ROW_KX(BPF_JMP, code, lower_jcc, cond, BASE | OFF),		\
	ROW_KX(BPF_JMP32, code, lower_jcc, cond, BASE | OFF)
#define ROW_SIZE(class, mode, fn, arg, uses)				\
	[(class) | (mode) | BPF_B] = { fn, arg, uses },			\
	[(class) | (mode) | BPF_H] = { fn, arg, uses },			\
	[(class) | (mode) | BPF_W] = { fn, arg, uses },			\
	[(class) | (mode) | BPF_DW] = { fn, arg, uses }

static const struct row rows[256] = {
	ROW_ALU(BPF_ADD, lower_alu, FN_OP_ADD, 0),
	ROW_ALU(BPF_SUB, lower_alu, FN_OP_SUB, 0),
	ROW_ALU(BPF_MUL, lower_alu, FN_OP_MUL, 0),
	ROW_ALU(BPF_DIV, lower_div, FN_OP_DIV, OFF),
	ROW_ALU(BPF_MOD, lower_div, FN_OP_MOD, OFF),
	ROW_ALU(BPF_OR, lower_alu, FN_OP_OR, 0),
	ROW_ALU(BPF_AND, lower_alu, FN_OP_AND, 0),
	ROW_ALU(BPF_XOR, lower_alu, FN_OP_XOR, 0),
	ROW_ALU(BPF_LSH, lower_alu, FN_OP_LSH, 0),
	ROW_ALU(BPF_RSH, lower_alu, FN_OP_RSH, 0),
	ROW_ALU(BPF_ARSH, lower_alu, FN_OP_ARSH, 0),
	[BPF_ALU | BPF_MOV | BPF_K] = { lower_mov, 0, DST | IMM },
	[BPF_ALU | BPF_MOV | BPF_X] = { lower_mov, 0, DST | SRC | OFF },
	[BPF_ALU64 | BPF_MOV | BPF_K] = { lower_mov, 0, DST | IMM },
	[BPF_ALU64 | BPF_MOV | BPF_X] = { lower_mov, 0, DST | SRC | OFF },
	[BPF_ALU | BPF_NEG] = { lower_neg, 0, DST },
	[BPF_ALU64 | BPF_NEG] = { lower_neg, 0, DST },
	[BPF_ALU | BPF_END | BPF_TO_LE] = { lower_end, 0, DST | IMM },
	[BPF_ALU | BPF_END | BPF_TO_BE] = { lower_end, 0, DST | IMM },
	[BPF_ALU64 | BPF_END | BPF_TO_LE] = { lower_end, 0, DST | IMM },

	ROW_SIZE(BPF_LDX, BPF_MEM, lower_ldx, 0, DST | SRC | OFF),
	[BPF_LDX | FN_BPF_MEMSX | BPF_B] = { lower_ldx, FN_X_SIGN, DST | SRC | OFF },
	[BPF_LDX | FN_BPF_MEMSX | BPF_H] = { lower_ldx, FN_X_SIGN, DST | SRC | OFF },
	[BPF_LDX | FN_BPF_MEMSX | BPF_W] = { lower_ldx, FN_X_SIGN, DST | SRC | OFF },
	ROW_SIZE(BPF_STX, BPF_MEM, lower_stx, 0, BASE | SRC | OFF),
	ROW_SIZE(BPF_ST, BPF_MEM, lower_st, 0, BASE | OFF | IMM),
	[BPF_STX | BPF_ATOMIC | BPF_W] = { lower_atomic, 0, BASE | SRC | OFF | IMM },
	[BPF_STX | BPF_ATOMIC | BPF_DW] = { lower_atomic, 0, BASE | SRC | OFF | IMM },
	[BPF_LD | BPF_IMM | BPF_DW] = { lower_ld_imm64, 0, DST | SRC | IMM },
	[BPF_LD | BPF_ABS | BPF_B] = { lower_packet, 0, IMM },
	[BPF_LD | BPF_ABS | BPF_H] = { lower_packet, 0, IMM },
	[BPF_LD | BPF_ABS | BPF_W] = { lower_packet, 0, IMM },
	[BPF_LD | BPF_IND | BPF_B] = { lower_packet, 0, SRC | IMM },
	[BPF_LD | BPF_IND | BPF_H] = { lower_packet, 0, SRC | IMM },
	[BPF_LD | BPF_IND | BPF_W] = { lower_packet, 0, SRC | IMM },

	ROW_JCC(BPF_JEQ, FN_EQ),
	ROW_JCC(BPF_JNE, FN_NE),
	ROW_JCC(BPF_JGT, FN_GT),
	ROW_JCC(BPF_JGE, FN_GE),
	ROW_JCC(BPF_JLT, FN_LT),
	ROW_JCC(BPF_JLE, FN_LE),
	ROW_JCC(BPF_JSGT, FN_SGT),
	ROW_JCC(BPF_JSGE, FN_SGE),
	ROW_JCC(BPF_JSLT, FN_SLT),
	ROW_JCC(BPF_JSLE, FN_SLE),
	ROW_JCC(BPF_JSET, FN_SET),
	[BPF_JMP | BPF_JA] = { lower_ja, 0, OFF | IMM },
	[BPF_JMP32 | BPF_JA] = { lower_ja, 0, OFF | IMM },
	[BPF_JMP | FN_BPF_JCOND] = { lower_may_goto, 0, OFF },
	[BPF_JMP | BPF_CALL] = { lower_call, 0, SRC | OFF | IMM },
	[BPF_JMP | BPF_EXIT] = { lower_exit, 0, 0 },
};

/* clang-format on */

static bool zero(const struct site *s, u8 use, const char *field, s32 value)
{
	if (s->row->uses & use || !value)
		return true;
	refuse(s, "opcode 0x%02x with %s %d; only %s 0 is known", s->insn->code,
	       field, value, field);
	return false;
}

static bool fields_ok(const struct site *s)
{
	const struct bpf_insn *insn = s->insn;
	bool call = insn->code == (BPF_JMP | BPF_CALL);

	if (insn->dst_reg >= FN_BPF_NREGS ||
	    (insn->src_reg >= FN_BPF_NREGS && !call)) {
		refuse(s, "register r%u; there are r0 to r10",
		       insn->dst_reg >= FN_BPF_NREGS ? insn->dst_reg :
						       insn->src_reg);
		return false;
	}
	if (s->row->uses & DST && insn->dst_reg == FN_BPF_FP) {
		refuse(s,
		       "write to r10, the frame pointer; r0 to r9 can be written");
		return false;
	}
	return zero(s, DST | BASE, "dst_reg", insn->dst_reg) &&
	       zero(s, SRC, "src_reg", insn->src_reg) &&
	       zero(s, OFF, "offset", insn->off) &&
	       zero(s, IMM, "immediate", insn->imm);
}

static void lower_one(struct fn_tr *tr, u32 block, u32 i)
{
	const struct bpf_insn *insn = &tr->bpf->insns[i];
	struct site s = {
		.tr = tr,
		.insn = insn,
		.row = &rows[insn->code],
		.i = i,
		.block = block,
	};

	tr->origin = i;
	if (!s.row->lower)
		refuse(&s,
		       "opcode 0x%02x; the card takes the instructions of RFC 9669",
		       insn->code);
	else if (fields_ok(&s))
		s.row->lower(&s);
}

static void lower_block(struct fn_tr *tr, u32 block)
{
	u32 i = tr->blocks[block].bpf_first;

	do {
		lower_one(tr, block, i);
		if (!(tr->src[i].flags & FN_SRC_FALLTHROUGH))
			break;
		i++;
		if (tr->src[i].flags & FN_SRC_SECOND_HALF)
			i++;
	} while (!(tr->src[i].flags & FN_SRC_LEADER));
}

static bool has_may_goto(const struct fn_tr *tr, const struct fn_func *f)
{
	u32 i;

	for (i = f->start; i < f->end; i++)
		if (tr->bpf->insns[i].code == (BPF_JMP | FN_BPF_JCOND) &&
		    !(tr->src[i].flags & FN_SRC_SECOND_HALF))
			return true;
	return false;
}

/* Replaces the context by the frame's address and length. */
static void start_raw(struct fn_tr *tr)
{
	u32 entry = tr->funcs[0].entry;

	fn_ir_append(tr, entry,
		     fn_ir_load(BPF_REG_2, BPF_REG_1, tr->ctx->data_end, 4));
	fn_ir_append(tr, entry,
		     fn_ir_load(BPF_REG_1, BPF_REG_1, tr->ctx->data, 4));
	fn_ir_append(tr, entry,
		     fn_ir_op(FN_OP_SUB, BPF_REG_2, BPF_REG_2, BPF_REG_1));
}

static void lower_func(struct fn_tr *tr, u32 func)
{
	struct fn_func *f = &tr->funcs[func];
	bool counts = has_may_goto(tr, f);
	u32 b = tr->blocks[f->entry].next;

	f->frame = FN_BPF_STACK + (counts ? 8 : 0);
	tr->origin = FN_ORIGIN_NONE;
	if (!func && tr->bpf->type == FN_PROG_RAW)
		start_raw(tr);
	if (counts)
		start_counter(tr, func);
	for (; b != FN_NONE; b = tr->blocks[b].next)
		lower_block(tr, b);
}

/**
 * fn_pass_lower - translate BPF instructions
 * @tr: program with functions and empty blocks
 *
 * All that is refused is logged, not only the first.
 *
 * Return: 0, -EOPNOTSUPP if an instruction is unknown or not for the card.
 */
int fn_pass_lower(struct fn_tr *tr)
{
	u32 func;

	for (func = 0; func < tr->nfuncs; func++)
		lower_func(tr, func);
	return tr->err;
}
