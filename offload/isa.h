/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The instruction set of the flow processor.
 *
 * An instruction is one 64-bit word:
 *
 *	 63           32 31   30..26 25..21 20..16 15..8 7..0
 *	+---------------+----+------+------+------+-----+----+
 *	|      imm      |stop|  b   |  a   |  d   |  x  | op |
 *	+---------------+----+------+------+------+-----+----+
 *
 * 32 registers of 64 bits; r31 (rz) reads as zero and may not be written.
 * imm is signed. x modifies the operation; bits that an operation does not
 * define must be zero. stop ends an issue group: the words up to and including
 * it issue in one cycle if the card has that many lanes. Written order inside
 * a group is also correct one by one.
 *
 * Addresses are 32 bits wide and live zero-extended in registers; address
 * arithmetic is done in 64 bits and an access outside the windows below is a
 * fault. 0 is NULL.
 */
#ifndef FN_ISA_H
#define FN_ISA_H

#include "platform.h"

#define FN_NREGS 32
#define FN_REG_ZERO 31
/* By convention of the translator: */
#define FN_REG_FP 10

/* The device address space. */
#define FN_ADDR_LOCAL 0x10000000u /* thread-local: context, then the stack */
#define FN_ADDR_PACKET 0x20000000u /* hard start of the packet at hand */
#define FN_ADDR_MAPREF 0x30000000u /* + slot: names a map, not accessible */
#define FN_ADDR_MAPS 0x80000000u /* map values, up to 2 GiB */

#define FN_CTX_SIZE 256
/* Deepest call: 8 frames, each of at most 512 bytes and 512 of the card's. */
#define FN_MAX_FRAMES 8
#define FN_MAX_FRAME_SIZE 1024
#define FN_LOCAL_SIZE (FN_CTX_SIZE + FN_MAX_FRAMES * FN_MAX_FRAME_SIZE)
/* The stack grows down from here. */
#define FN_ADDR_STACK_TOP (FN_ADDR_LOCAL + FN_LOCAL_SIZE)

/*
 * A packet's cell. The reserves are those of the kernel's native XDP, so that
 * adjust_head and adjust_tail succeed and fail at the same lengths in all modes.
 */
#define FN_PKT_HEADROOM 256 /* before the frame as it arrives */
#define FN_PKT_HEAD_RESERVE 40 /* bytes of it that stay out of reach */
#define FN_PKT_TAIL_RESERVE 320 /* bytes at the cell's end out of reach */
#define FN_PKT_CELL_SMALL 4096
#define FN_PKT_CELL_LARGE 16384

/* The layout of the context for XDP programs is that of struct xdp_md. */

/* clang-format off */

/*
 * Operations: X(NAME, "mnemonic", format, class)
 *
 *	format	operands				imm
 *	ALU	d = a op (b or imm)			with FN_X_IMM
 *	ALU1	d = op a
 *	FIELD	d = a's bits from bit pos on			pos | bits << 8
 *	SEL	d = a cond imm16 ? c : b; c is a register or val16
 *							imm16 | c << 16
 *	LD	d = [a + imm], [a + b + imm] with FN_X_INDEX
 *	ST	[a + imm] = b, [a + d + imm] with FN_X_INDEX
 *	STI	[a + off16] = imm16			off16 | imm16 << 16
 *	ATOM	atomic on [a + imm] with b, old value to d if FN_X_FETCH
 *	JCC	if a cond (b + imm16) goto		imm16 | target16 << 16
 *	EXITC	if a cond (b + imm16) the verdict is v	imm16 | v16 << 16
 *	JMP	goto					words, from the next word
 *	CALL	push pc, r6-r9 and r10; r10 -= 8 * x	as JMP
 *	RET	undo CALL; r0 is the result
 *	HELPER	r0 = helper(r1 … r5), others kept	number of the helper
 *	EXIT	verdict is a or imm (FN_X_IMM)
 *	NONE	no operand
 *	CODE	a fault with a cause			enum fn_fault
 *
 * Fields and bits of imm that a format does not use must be zero.
 */
#define FN_OPS(X)						\
	X(NOP,    "nop",    NONE,   ALU)			\
	X(MOV,    "mov",    ALU,    ALU) /* d = b or imm */	\
	X(MOVH,   "movh",   ALU,    ALU) /* d = low half of a, imm << 32 */ \
	X(ADD,    "add",    ALU,    ALU)			\
	X(SUB,    "sub",    ALU,    ALU)			\
	X(RSUB,   "rsub",   ALU,    ALU) /* d = (b or imm) - a */ \
	X(MUL,    "mul",    ALU,    MUL)			\
	X(DIV,    "div",    ALU,    DIV) /* x / 0 = 0 */	\
	X(SDIV,   "sdiv",   ALU,    DIV) /* MIN / -1 = MIN */	\
	X(MOD,    "mod",    ALU,    DIV) /* x % 0 = x */	\
	X(SMOD,   "smod",   ALU,    DIV) /* MIN % -1 = 0 */	\
	X(AND,    "and",    ALU,    ALU)			\
	X(OR,     "or",     ALU,    ALU)			\
	X(XOR,    "xor",    ALU,    ALU)			\
	X(LSH,    "lsh",    ALU,    ALU) /* count modulo width */ \
	X(RSH,    "rsh",    ALU,    ALU)			\
	X(ARSH,   "arsh",   ALU,    ALU)			\
	X(SX,     "sx",     ALU1,   ALU) /* sign-extend FN_X_SIZE bytes */ \
	X(ZX,     "zx",     ALU1,   ALU) /* zero-extend FN_X_SIZE bytes */ \
	X(SWAP,   "swap",   ALU1,   ALU) /* byte-swap FN_X_SIZE bytes, zx */ \
	X(UBFX,   "ubfx",   FIELD,  ALU) /* zero-extended bit field */ \
	X(SBFX,   "sbfx",   FIELD,  ALU) /* sign-extended bit field */ \
	X(SEL,    "sel",    SEL,    ALU)			\
	X(LD,     "ld",     LD,     MEM)			\
	X(ST,     "st",     ST,     MEM)			\
	X(STI,    "sti",    STI,    MEM)			\
	X(ATOM,   "atom",   ATOM,   ATOM)			\
	X(JCC,    "j",      JCC,    BRANCH)			\
	X(EXITC,  "exit",   EXITC,  GUARD) \
	X(JMP,    "jmp",    JMP,    BRANCH)			\
	X(CALL,   "call",   CALL,   BRANCH)			\
	X(RET,    "ret",    NONE,   BRANCH)			\
	X(HELPER, "helper", HELPER, HELPER)			\
	X(EXIT,   "exit",   EXIT,   BRANCH)			\
	X(TRAP,   "trap",   CODE,   BRANCH)
/* clang-format on */

enum fn_op {
#define FN_OP_ENUM(name, ...) FN_OP_##name,
	FN_OPS(FN_OP_ENUM)
#undef FN_OP_ENUM
		FN_NOPS
};

enum fn_fmt {
	FN_FMT_NONE,
	FN_FMT_ALU,
	FN_FMT_ALU1,
	FN_FMT_FIELD,
	FN_FMT_SEL,
	FN_FMT_LD,
	FN_FMT_ST,
	FN_FMT_STI,
	FN_FMT_ATOM,
	FN_FMT_JCC,
	FN_FMT_EXITC,
	FN_FMT_JMP,
	FN_FMT_CALL,
	FN_FMT_HELPER,
	FN_FMT_EXIT,
	FN_FMT_CODE,
};

/* What the timing model and the scheduler tell apart. */
enum fn_class {
	FN_CLASS_ALU,
	FN_CLASS_MUL,
	FN_CLASS_DIV,
	FN_CLASS_MEM,
	FN_CLASS_ATOM,
	FN_CLASS_BRANCH,
	FN_CLASS_GUARD, /* may end the program, else goes on in its group */
	FN_CLASS_HELPER,
	FN_NCLASSES
};

/* x of ALU, ALU1 and EXIT */
#define FN_X_W 0x01 /* 32-bit operation, result zero-extended */
#define FN_X_IMM 0x02 /* second operand is imm (sign-extended) */
/* x of SX, ZX, SWAP, LD, ST, STI: bits 4..7 hold the size in bytes */
#define FN_X_SIZE_SHIFT 4
#define FN_X_SIZE(x) ((x) >> FN_X_SIZE_SHIFT) /* 1, 2, 4, 6 or 8 */
#define FN_X_INDEX 0x01 /* LD, ST: add an index register to the address */
#define FN_X_SIGN 0x04 /* LD: sign-extend */
#define FN_X_BE 0x08 /* LD, ST, STI: big-endian in memory */
/*
 * x of JCC, EXITC and SEL: bits 4..7 hold the condition. FN_X_W: compare the low
 * halves. FN_X_IMM: JCC and EXITC compare with imm16 alone; SEL, which always
 * compares with imm16, chooses val16 instead of a register.
 */
#define FN_X_COND_SHIFT 4
#define FN_X_COND(x) ((x) >> FN_X_COND_SHIFT)
/* x of ATOM: bits 4..7 hold enum fn_atom; FN_X_W: 4 bytes, else 8 */
#define FN_X_FETCH 0x02 /* ATOM: d receives the old value */
#define FN_X_ATOM_SHIFT 4
#define FN_X_ATOM(x) ((x) >> FN_X_ATOM_SHIFT)

enum fn_cond {
	FN_EQ,
	FN_NE,
	FN_GT,
	FN_GE,
	FN_LT,
	FN_LE,
	FN_SGT,
	FN_SGE,
	FN_SLT,
	FN_SLE,
	FN_SET, /* a & b is not zero */
	FN_CLR, /* a & b is zero */
	FN_NCONDS
};

enum fn_atom {
	FN_ATOM_ADD,
	FN_ATOM_OR,
	FN_ATOM_AND,
	FN_ATOM_XOR,
	FN_ATOM_XCHG, /* always with FN_X_FETCH, and so is CMPXCHG */
	FN_ATOM_CMPXCHG, /* d: expected value in, old value out */
	FN_NATOMS
};

/* clang-format off */
/* Why a packet was aborted: X(NAME, "name", "sentence") */
#define FN_FAULTS(X)							\
	X(NONE,     "none",     "no fault")				\
	X(ABORTED,  "aborted",  "the program returned XDP_ABORTED")	\
	X(VERDICT,  "verdict",  "the program returned an unknown verdict") \
	X(ADDRESS,  "address",  "access outside packet, stack, context and maps") \
	X(READONLY, "readonly", "write to a read-only field of the context") \
	X(OPCODE,   "opcode",   "undefined operation or helper")	\
	X(MAP,      "map",      "not a map of this program")		\
	X(CALLS,    "calls",    "call stack exhausted")			\
	X(WATCHDOG, "watchdog", "instruction budget exceeded")		\
	X(PC,       "pc",       "execution left the control store")	\
	X(REDIRECT, "redirect", "redirect to something that is not a port of the card") \
	X(TRAP,     "trap",     "trap instruction")			\
	X(PARITY,   "parity",   "parity error in the control store")
/* clang-format on */

enum fn_fault {
#define FN_FAULT_ENUM(name, ...) FN_FAULT_##name,
	FN_FAULTS(FN_FAULT_ENUM)
#undef FN_FAULT_ENUM
		FN_NFAULTS
};

/**
 * struct fn_insn - an instruction word taken apart
 * @op: enum fn_op
 * @x: modifiers, FN_X_*
 * @d: destination register
 * @a: first source register
 * @b: second source register
 * @stop: last word of its issue group
 * @imm: immediate; for STI, SEL, JCC and EXITC both halves, see FN_LO16() and
 *	FN_HI16()
 */
struct fn_insn {
	u8 op;
	u8 x;
	u8 d;
	u8 a;
	u8 b;
	bool stop;
	s32 imm;
};

/* The halves of an imm of two parts. */
#define FN_LO16(imm) ((s16)((u32)(imm)&0xffff))
#define FN_HI16(imm) ((s16)((u32)(imm) >> 16))
#define FN_IMM16(lo, hi) ((s32)((u32)(u16)(lo) | (u32)(u16)(hi) << 16))

#define FN_INSN_STOP (1ull << 31) /* @stop in a word */

static inline u64 fn_insn_encode(const struct fn_insn *i)
{
	return (u64)i->op | (u64)i->x << 8 | (u64)i->d << 16 | (u64)i->a << 21 |
	       (u64)i->b << 26 | (u64)i->stop << 31 | (u64)(u32)i->imm << 32;
}

static inline struct fn_insn fn_insn_decode(u64 w)
{
	return (struct fn_insn){
		.op = w & 0xff,
		.x = w >> 8 & 0xff,
		.d = w >> 16 & 0x1f,
		.a = w >> 21 & 0x1f,
		.b = w >> 26 & 0x1f,
		.stop = w >> 31 & 1,
		.imm = (s32)(w >> 32),
	};
}

/**
 * struct fn_opinfo - what is known of an operation
 * @name: mnemonic
 * @fmt: enum fn_fmt, which operands it has
 * @class: enum fn_class
 */
struct fn_opinfo {
	const char *name;
	u8 fmt;
	u8 class;
};

/* isa.c */
extern const struct fn_opinfo fn_opinfo[FN_NOPS];
extern const char *const fn_cond_name[FN_NCONDS];
extern const char *const fn_atom_name[FN_NATOMS];
extern const char *const fn_fault_name[FN_NFAULTS]; /* "address", … */
extern const char *const fn_fault_text[FN_NFAULTS];

/* isa_print.c */
int fn_insn_print(char *buf, size_t size, const struct fn_insn *insn, u32 pc);

/* isa_check.c */
bool fn_insn_valid(const struct fn_insn *insn, const char **why);
bool fn_insn_writes(const struct fn_insn *insn);

#endif /* FN_ISA_H */
