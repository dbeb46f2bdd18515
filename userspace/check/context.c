// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses to the context that no kernel accepts. Where a register holds the
 * context's address is followed along the control flow; what is not known for
 * certain is left to the kernel's verifier.
 */
#include <linux/bpf.h>

#include "check.h"
#include "offload/context.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

#define OTHER (-1) /* not the context's address, or not for certain */
#define UNSEEN (-2) /* no way has come here yet */
#define NREGS 11
#define NSLOTS 64 /* of 8 bytes, of the stack of a function */
#define NARGS 5

/**
 * struct state - what is known before an instruction
 * @reg: by register: offset from the context, OTHER or UNSEEN
 * @slot: the same of the stack, by distance from its top
 */
struct state {
	s16 reg[NREGS];
	s16 slot[NSLOTS];
};

/**
 * struct flow - work on a program
 * @p: program
 * @before: by instruction
 * @pending: instructions whose state has changed
 * @npending: number of @pending
 * @is_pending: by instruction
 * @rs: gets reasons
 */
struct flow {
	const struct fn_program *p;
	struct state *before;
	u32 *pending;
	u32 npending;
	u8 *is_pending;
	struct fn_reasons *rs;
};

static bool join_value(s16 *to, s16 from)
{
	s16 was = *to;

	if (from == UNSEEN || was == from || was == OTHER)
		return false;
	*to = was == UNSEEN ? from : OTHER;
	return true;
}

static void join(struct flow *f, s64 at, const struct state *s)
{
	struct state *to;
	bool changed = false;
	u32 i;

	if (at < 0 || at >= f->p->bpf.len)
		return;
	to = &f->before[at];
	for (i = 0; i < NREGS; i++)
		changed |= join_value(&to->reg[i], s->reg[i]);
	for (i = 0; i < NSLOTS; i++)
		changed |= join_value(&to->slot[i], s->slot[i]);
	if (!changed || f->is_pending[at])
		return;
	f->is_pending[at] = true;
	f->pending[f->npending++] = at;
}

/* The stack's slot of 8 bytes that an access is to, NULL if it is none. */
static s16 *slot_at(struct state *s, const struct bpf_insn *insn, u8 reg)
{
	u32 down = -insn->off;

	if (reg != BPF_REG_10 || BPF_SIZE(insn->code) != BPF_DW ||
	    insn->off >= 0 || down % 8 || down / 8 > NSLOTS)
		return NULL;
	return &s->slot[down / 8 - 1];
}

static void forget_slots(struct state *s)
{
	u32 i;

	for (i = 0; i < NSLOTS; i++)
		s->slot[i] = OTHER;
}

static void after_alu(struct state *s, const struct bpf_insn *insn)
{
	bool is_wide = BPF_CLASS(insn->code) == BPF_ALU64;
	bool is_imm = BPF_SRC(insn->code) == BPF_K;
	s16 *d = &s->reg[insn->dst_reg];
	u8 op = BPF_OP(insn->code);
	s64 sum;

	if (is_wide && op == BPF_MOV && !is_imm && !insn->off) {
		*d = s->reg[insn->src_reg];
	} else if (is_wide && op == BPF_ADD && is_imm && *d >= 0) {
		sum = (s64)*d + insn->imm;
		*d = sum >= 0 && sum < 4096 ? sum : OTHER;
	} else {
		*d = OTHER;
	}
}

static void after_memory(struct state *s, const struct bpf_insn *insn)
{
	s16 *slot;

	if (BPF_CLASS(insn->code) == BPF_LDX) {
		slot = slot_at(s, insn, insn->src_reg);
		s->reg[insn->dst_reg] = slot ? *slot : OTHER;
		return;
	}
	slot = slot_at(s, insn, insn->dst_reg);
	if (slot)
		*slot = BPF_CLASS(insn->code) == BPF_STX &&
					BPF_MODE(insn->code) == BPF_MEM ?
				s->reg[insn->src_reg] :
				OTHER;
	else if (s->reg[insn->dst_reg] < 0)
		forget_slots(s);
}

static void after_call(struct flow *f, u32 at, struct state *s)
{
	const struct bpf_insn *insn = &f->p->insns[at];
	struct state callee = *s;
	u32 i;

	if (insn->src_reg == BPF_PSEUDO_CALL) {
		callee.reg[0] = OTHER;
		for (i = NARGS + 1; i < NREGS; i++)
			callee.reg[i] = OTHER;
		forget_slots(&callee);
		join(f, (s64)at + 1 + insn->imm, &callee);
	}
	for (i = 0; i <= NARGS; i++)
		s->reg[i] = OTHER;
	forget_slots(s);
}

static void after_jump(struct flow *f, u32 at, struct state *s)
{
	const struct bpf_insn *insn = &f->p->insns[at];
	u8 op = BPF_OP(insn->code);
	bool far = BPF_CLASS(insn->code) == BPF_JMP32 && op == BPF_JA;

	if (op == BPF_EXIT)
		return;
	if (op == BPF_CALL)
		after_call(f, at, s);
	else
		join(f, (s64)at + 1 + (far ? insn->imm : insn->off), s);
	if (op != BPF_JA)
		join(f, (s64)at + 1, s);
}

static void step(struct flow *f, u32 at)
{
	const struct bpf_insn *insn = &f->p->insns[at];
	struct state s = f->before[at];

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		after_alu(&s, insn);
		break;
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		after_memory(&s, insn);
		break;
	case BPF_JMP:
	case BPF_JMP32:
		after_jump(f, at, &s);
		return;
	default:
		s.reg[insn->dst_reg < NREGS ? insn->dst_reg : 0] = OTHER;
		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW))
			at++;
	}
	join(f, (s64)at + 1, &s);
}

/* May a field be read in such a piece? Words that are none are for the host. */
static bool is_piece(const struct fn_ctx_layout *l,
		     const struct fn_ctx_field *field, s32 off, u32 size)
{
	if (l->type == BPF_PROG_TYPE_XDP)
		return size == 4 && !(off % 4);
	return !field || off + size <= field->off + (u32)field->size;
}

static void check_field(struct flow *f, u32 at, s32 off, u32 size, bool is_load)
{
	const struct fn_ctx_layout *l = fn_ctx_layout(f->p->bpf.type);
	const struct fn_ctx_field *field = fn_ctx_field(l, off);

	if (off < 0 || off >= (s32)l->size)
		fn_reason(
			f->rs, at,
			"access to the context at %d, outside of struct %s, which has %u bytes",
			off, l->name, l->size);
	else if (!is_piece(l, field, off, size))
		fn_reason(
			f->rs, at,
			"access of %u byte%s to the context at %d; fields of struct %s are read as the %u bytes that they have",
			size, size == 1 ? "" : "s", off, l->name,
			field ? field->size : 4);
	else if (field && field->why)
		fn_reason(f->rs, at, "ctx->%s is not on the card: %s",
			  field->name, field->why);
	else if (!is_load && !fn_ctx_may_write(l, off, size))
		fn_reason(
			f->rs, at,
			"store to the context at %d; programs can change %s only",
			off,
			l->type == BPF_PROG_TYPE_XDP ?
				"rx_queue_index" :
				"mark, priority, queue_mapping, tc_index, tc_classid and cb");
}

static void check_access(struct flow *f, u32 at)
{
	static const u8 sizes[] = { [BPF_W >> 3] = 4,
				    [BPF_H >> 3] = 2,
				    [BPF_B >> 3] = 1,
				    [BPF_DW >> 3] = 8 };
	const struct bpf_insn *insn = &f->p->insns[at];
	bool is_load = BPF_CLASS(insn->code) == BPF_LDX;
	u32 size = sizes[BPF_SIZE(insn->code) >> 3];
	s16 base = f->before[at].reg[is_load ? insn->src_reg : insn->dst_reg];

	if (base >= 0)
		check_field(f, at, base + insn->off, size, is_load);
}

static bool is_memory(const struct bpf_insn *insn)
{
	u8 class = BPF_CLASS(insn->code);

	return class == BPF_LDX || class == BPF_ST || class == BPF_STX;
}

static void enter(struct flow *f)
{
	struct state s;
	u32 i;

	for (i = 0; i < NREGS; i++)
		s.reg[i] = OTHER;
	forget_slots(&s);
	s.reg[BPF_REG_1] = 0;
	join(f, 0, &s);
}

/**
 * fn_check_context - find accesses to the context that no kernel accepts
 * @p: XDP program or classifier
 * @rs: gets reasons
 */
void fn_check_context(const struct fn_program *p, struct fn_reasons *rs)
{
	struct flow f = { .p = p, .rs = rs };
	u32 n = p->bpf.len, i, at;

	f.before = fn_check_alloc(malloc((n + 1) * sizeof(*f.before)));
	f.pending = fn_check_alloc(malloc((n + 1) * sizeof(*f.pending)));
	f.is_pending = fn_check_alloc(calloc(n + 1, 1));
	for (i = 0; i < n; i++) {
		memset(&f.before[i], 0xff, sizeof(f.before[i]));
		for (at = 0; at < NREGS; at++)
			f.before[i].reg[at] = UNSEEN;
		for (at = 0; at < NSLOTS; at++)
			f.before[i].slot[at] = UNSEEN;
	}
	enter(&f);
	while (f.npending) {
		at = f.pending[--f.npending];
		f.is_pending[at] = false;
		if (p->insns[at].dst_reg < NREGS &&
		    p->insns[at].src_reg < NREGS)
			step(&f, at);
	}
	for (i = 0; i < n; i++)
		if (is_memory(&p->insns[i]) && p->insns[i].dst_reg < NREGS &&
		    p->insns[i].src_reg < NREGS)
			check_access(&f, i);
	free(f.before);
	free(f.pending);
	free(f.is_pending);
}
