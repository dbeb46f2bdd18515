// SPDX-License-Identifier: GPL-2.0
/*
 * Modelled time: what a word costs on the card of a profile, and how many
 * packets a second come of it.
 */
#include "profile.h"

#define FRAME_MIN 60 /* bytes, without the checksum */
#define WIRE_OVERHEAD 24 /* checksum, preamble and gap of an Ethernet frame */
#define FOREVER (~0ull)

/* clang-format off */
const char *const fn_limit_name[FN_NLIMITS] = {
#define LIMIT_NAME(limit, name, text) [FN_LIMIT_##limit] = (name),
	FN_LIMITS(LIMIT_NAME)
#undef LIMIT_NAME
};

/*
 * Kind by operation, first in 64 and then in 32 bits. What also depends on
 * operands has functions below.
 */
static const u8 kinds[FN_NOPS][2] = {
#define BOTH(op, kind) \
	[FN_OP_##op] = { FN_COST_##kind, FN_COST_##kind }
#define WIDTHS(op, kind) \
	[FN_OP_##op] = { FN_COST_##kind##64, FN_COST_##kind##32 }
	BOTH(NOP, NOP),
	WIDTHS(MOV, MOV),	BOTH(MOVH, MOV32),
	WIDTHS(ADD, ALU),	WIDTHS(SUB, ALU),	WIDTHS(RSUB, ALU),
	WIDTHS(AND, ALU),	WIDTHS(OR, ALU),	WIDTHS(XOR, ALU),
	WIDTHS(MUL, MUL),
	WIDTHS(DIV, DIV),	WIDTHS(SDIV, DIV),
	WIDTHS(MOD, DIV),	WIDTHS(SMOD, DIV),
	WIDTHS(LSH, VSHIFT),	WIDTHS(RSH, VSHIFT),	WIDTHS(ARSH, VSHIFT),
	BOTH(SX, FIELD),	BOTH(ZX, FIELD),	BOTH(SWAP, SWAP64),
	BOTH(UBFX, FIELD),	BOTH(SBFX, FIELD),	BOTH(SEL, CMOV),
	BOTH(LD, LD8),		BOTH(ST, ST8),		BOTH(STI, ST8),
	BOTH(ATOM, ATOM),
	WIDTHS(JCC, JCC),	WIDTHS(EXITC, JCC),	BOTH(JMP, JMP),
	BOTH(CALL, CALL),	BOTH(RET, CALL),
	BOTH(HELPER, NOP),	BOTH(EXIT, EXIT),	BOTH(TRAP, EXIT),
#undef WIDTHS
#undef BOTH
};
/* clang-format on */

static bool compares(const struct fn_insn *insn)
{
	return insn->op == FN_OP_JCC || insn->op == FN_OP_EXITC;
}

/* The low bit of x means 32 bits where there are two widths. */
static u32 width(const struct fn_insn *insn)
{
	u32 fmt = fn_opinfo[insn->op].fmt;

	return (fmt == FN_FMT_ALU || compares(insn)) && insn->x & FN_X_W;
}

/* Of 64 bits, whether they are 0, or those of a mask that is short. */
static bool is_zero_test(const struct fn_insn *insn)
{
	u32 cc = FN_X_COND(insn->x);
	s32 imm = FN_LO16(insn->imm);

	if (insn->x & FN_X_W || !(insn->x & FN_X_IMM))
		return false;
	return (!imm && (cc == FN_EQ || cc == FN_NE)) ||
	       (imm > 0 && (cc == FN_SET || cc == FN_CLR));
}

static u32 kind(const struct fn_insn *insn)
{
	u32 size = FN_X_SIZE(insn->x);

	switch (insn->op) {
	case FN_OP_JCC:
	case FN_OP_EXITC:
		if (is_zero_test(insn))
			return FN_COST_JZ64;
		break;
	case FN_OP_LSH:
	case FN_OP_RSH:
	case FN_OP_ARSH:
		if (!(insn->x & FN_X_IMM))
			break;
		return width(insn) ? FN_COST_SHIFT32 : FN_COST_SHIFT64;
	case FN_OP_SWAP:
		if (size <= 4)
			return size == 2 ? FN_COST_SWAP16 : FN_COST_SWAP32;
		break;
	case FN_OP_LD:
		return size <= 4 ? FN_COST_LD4 : FN_COST_LD8;
	case FN_OP_ST:
	case FN_OP_STI:
		return size <= 4 ? FN_COST_ST4 : FN_COST_ST8;
	}
	return kinds[insn->op][width(insn)];
}

/* 16 bits somewhere on a byte's border. */
static bool is_short(u32 imm)
{
	return !(imm & 0xffff0000) || !(imm & 0xff0000ff) || !(imm & 0xffff);
}

/*
 * Instructions of 16 bits each that a constant takes, beside one that has room
 * for 8 bits, positive or negative.
 */
static u32 pieces(s32 imm)
{
	if (imm >= -256 && imm < 256)
		return 0;
	return is_short(imm) || is_short(~imm) ? 1 : 2;
}

static u32 wide(const struct fn_insn *insn)
{
	if (!(insn->x & FN_X_IMM))
		return 0;
	switch (fn_opinfo[insn->op].fmt) {
	case FN_FMT_ALU:
		/* The first is the move. */
		if (insn->op == FN_OP_MOV)
			return max(pieces(insn->imm), 1u) - 1;
		return pieces(insn->imm);
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
		return pieces(FN_LO16(insn->imm));
	}
	return 0;
}

/* Of a byte swap by a load or store. */
static u32 swap_cost(const struct fn_profile *p, const struct fn_insn *insn)
{
	u32 size = FN_X_SIZE(insn->x);

	switch (insn->op) {
	case FN_OP_LD:
	case FN_OP_ST:
	case FN_OP_STI:
		break;
	default:
		return 0;
	}
	if (!(insn->x & FN_X_BE) || size < 2)
		return 0;
	if (size > 4)
		return p->cost[FN_COST_SWAP64] - 1;
	return p->cost[size == 2 ? FN_COST_SWAP16 : FN_COST_SWAP32] - 1;
}

/**
 * fn_timing_mark - what is known of words from those around them
 * @p: profile
 * @words: a program's valid words
 * @n: number of them
 * @marks: gets a set of enum fn_mark for each
 *
 * Return: 0 or -ENOMEM.
 */
int fn_timing_mark(const struct fn_profile *p, const u64 *words, u32 n,
		   u8 *marks)
{
	memset(marks, 0, n);
	fn_window_find(p, words, n, marks);
	fn_stack_find(p, words, n, marks);
	return fn_half_find(p, words, n, marks);
}

static u32 marked(const struct fn_profile *p, const struct fn_insn *insn,
		  u32 cycles, u32 marks)
{
	if (marks & FN_MARK_HALF)
		cycles -= min(cycles, p->half);
	if (marks & FN_MARK_FAR)
		cycles += insn->op == FN_OP_HELPER ? p->key_far : p->stack_far;
	return cycles;
}

/**
 * fn_timing_issue - issue cycles of an instruction word
 * @p: profile
 * @insn: word
 * @marks: enum fn_mark
 *
 * Return: at least 1: on a card whose own instructions are simpler, their
 * number.
 */
u32 fn_timing_issue(const struct fn_profile *p, const struct fn_insn *insn,
		    u32 marks)
{
	u32 cycles = p->cost[kind(insn)];
	int helper;

	if (insn->op == FN_OP_HELPER) {
		helper = fn_profile_helper(insn->imm);
		cycles = helper < 0 ? 1 : p->helper[helper];
	}
	cycles += wide(insn) * p->wide;
	cycles += swap_cost(p, insn);
	return max(marked(p, insn, cycles, marks), 1u);
}

/**
 * fn_timing_word - cycles that an instruction word adds
 * @p: profile
 * @insn: word
 * @marks: enum fn_mark
 * @first: it begins an issue group
 *
 * The cycle of an issue group is counted at the group's first word, so that a
 * branch that leaves the group half way costs it, too. Jumps taken and memory
 * cost more, which is known only when it happens.
 *
 * Return: cycles.
 */
u32 fn_timing_word(const struct fn_profile *p, const struct fn_insn *insn,
		   u32 marks, bool first)
{
	return first + fn_timing_issue(p, insn, marks) - 1;
}

/**
 * fn_timing_size - instructions that a program takes of the control store
 * @p: profile
 * @words: a program's valid words
 * @n: number of them
 * @marks: of each, from fn_timing_mark()
 *
 * Return: what the profile's max_words limits.
 */
u64 fn_timing_size(const struct fn_profile *p, const u64 *words, u32 n,
		   const u8 *marks)
{
	u64 size = 0;
	u32 pc;

	if (!p->expands)
		return n;
	for (pc = 0; pc < n; pc++) {
		struct fn_insn insn = fn_insn_decode(words[pc]);

		size += fn_timing_issue(p, &insn, marks[pc]);
	}
	return size;
}

/* n things of which each takes a cost, at a rate of them all. */
static u64 per_second(u64 rate, u64 packets, u64 cost)
{
	/* In 1/1024, so that small costs are not rounded off. */
	u64 each = (cost << 10) / packets;

	return each ? (rate << 10) / each : FOREVER;
}

static u64 wire(u64 rate, u64 packets, u64 frames, u64 bytes)
{
	u64 least = frames * FRAME_MIN;

	return per_second(rate, packets,
			  8 * (max(bytes, least) + frames * WIRE_OVERHEAD));
}

/**
 * fn_timing_limits - packets a second that each part of the card allows
 * @p: profile
 * @load: what packets ask of it
 * @rates: gets a rate for each enum fn_limit, ~0 for what sets none
 */
void fn_timing_limits(const struct fn_profile *p, const struct fn_load *load,
		      u64 *rates)
{
	u64 line = (u64)p->ports * p->port_mbps * 1000000;
	u64 clock = (u64)p->clock_khz * 1000;
	u64 n = load->packets;
	u32 i;

	for (i = 0; i < FN_NLIMITS; i++)
		rates[i] = FOREVER;
	if (p->mac_kpps)
		rates[FN_LIMIT_MAC] = (u64)p->mac_kpps * 1000;
	if (!n)
		return;
	rates[FN_LIMIT_CORES] = per_second(p->cores * clock, n, load->cycles);
	rates[FN_LIMIT_MAP] = per_second(1000 * clock, n, load->map);
	rates[FN_LIMIT_LINE] = wire(line, n, n, load->in);
	rates[FN_LIMIT_OUT] = wire(line, n, load->out, load->out_bytes);
	rates[FN_LIMIT_DMA] =
		per_second((u64)p->dma_mbps * 1000000, n, 8 * load->host_bytes);
	if (p->dma_kpps && load->host)
		rates[FN_LIMIT_DMA] =
			min(rates[FN_LIMIT_DMA],
			    per_second(p->dma_kpps * 1000ull, n, load->host));
}

/**
 * fn_timing_limit - packets a second that the modelled card decides
 * @p: profile
 * @load: what packets ask of it
 * @what: gets what sets the pace
 *
 * Return: packets a second.
 */
u64 fn_timing_limit(const struct fn_profile *p, const struct fn_load *load,
		    enum fn_limit *what)
{
	u64 rates[FN_NLIMITS];
	u32 i, least = 0;

	fn_timing_limits(p, load, rates);
	for (i = 0; i < FN_NLIMITS; i++) {
		if (rates[i] < rates[least])
			least = i;
	}
	*what = least;
	return rates[least];
}

/**
 * fn_timing_rate - the same, as far as cycles and the length of frames tell
 * @p: profile
 * @cycles: of a core, for all @packets
 * @packets: decided in them
 * @frame_len: bytes of a frame, without its checksum
 *
 * Return: packets a second.
 */
u64 fn_timing_rate(const struct fn_profile *p, u64 cycles, u64 packets,
		   u32 frame_len)
{
	struct fn_load load = {
		.packets = packets ? packets : 1,
		.cycles = cycles,
		.in = (packets ? packets : 1) * frame_len,
	};
	enum fn_limit what;

	return fn_timing_limit(p, &load, &what);
}
